//! Operators that join texts, count, or take one value for another.

use std::ops::Range;

use super::{Checker, boolean, described, expr};
use crate::diagnostic::Code;
use crate::expr::Fault;
use crate::expr::ast::{Ast, AstKind, BinaryOperator, TypeTest};
use crate::model::{Expr, ExprKind, ExprType, Function, Operator, Part};

impl Checker<'_, '_> {
    /// The value as a text; a value of the response is read as one.
    pub(super) fn text(&mut self, value: Expr, ast: &Ast, secret: bool) -> Option<Expr> {
        match value.ty {
            ExprType::String if !matches!(value.kind, ExprKind::Null) => Some(value),
            ExprType::Wire => Some(read(value, ExprType::String)),
            ExprType::Secret if secret => Some(value),
            _ => {
                let what = if matches!(value.kind, ExprKind::Null) {
                    "nothing"
                } else {
                    described(value.ty)
                };
                let fault = Fault::new(
                    Code::InvalidArgument,
                    ast.range.clone(),
                    format!("a text is needed here, and this is {what}"),
                );
                self.fault(match value.ty {
                    ExprType::Integer
                    | ExprType::Number
                    | ExprType::Boolean
                    | ExprType::Decimal
                    | ExprType::Timestamp
                    | ExprType::Date
                    | ExprType::Scalar => fault.help("write `… | string`"),
                    ExprType::Secret => fault.help("secrets are joined by `~`; of functions they have `base64encode`, `hash`, `urlencode`, `replace` and `strip`"),
                    ExprType::List(_) => fault.help("write `… | join(',')`"),
                    _ => fault,
                });
                None
            }
        }
    }

    /// `a ~ b`
    pub(super) fn concatenation(&mut self, left: &Ast, right: &Ast) -> Option<Expr> {
        let (a, b) = (self.check(left), self.check(right));
        let (a, b) = (self.joined(a?, left), self.joined(b?, right));
        Some(join([a?, b?]))
    }

    /// One piece of a text.
    pub(super) fn joined(&mut self, value: Expr, ast: &Ast) -> Option<Expr> {
        match value.ty {
            _ if matches!(value.kind, ExprKind::Null) => {
                self.mismatch(&ast.range, "nothing cannot be part of a text")
            }
            ExprType::Duration => self.mismatch(&ast.range, "a duration cannot be part of a text"),
            ExprType::List(_) => {
                let fault = Fault::new(
                    Code::ExpressionType,
                    ast.range.clone(),
                    "a list cannot be part of a text",
                );
                self.fault(fault.help("write `… | join(',')`"));
                None
            }
            _ => Some(value),
        }
    }

    /// `a + b` and its like.
    pub(super) fn arithmetic(
        &mut self,
        operator: BinaryOperator,
        left: &Ast,
        right: &Ast,
        range: &Range<usize>,
    ) -> Option<Expr> {
        let (a, b) = (self.check(left), self.check(right));
        let (a, b) = (a?, b?);
        let is_time = |value: &Expr| {
            matches!(
                value.ty,
                ExprType::Timestamp | ExprType::Date | ExprType::Duration
            )
        };
        if is_time(&a) || is_time(&b) {
            return self.shifted(operator, (a, left), (b, right), range);
        }
        let is_text = |value: &Expr| {
            matches!(value.ty, ExprType::String | ExprType::Secret)
                && !matches!(value.kind, ExprKind::Null)
        };
        if operator == BinaryOperator::Add && (is_text(&a) || is_text(&b)) {
            for (value, ast, other) in [(&a, left, &b), (&b, right, &a)] {
                let number = matches!(value.ty, ExprType::Integer | ExprType::Number);
                if number && is_text(other) {
                    let fault = Fault::new(
                        Code::ExpressionType,
                        ast.range.clone(),
                        "a number is not added to a text",
                    );
                    self.fault(fault.help("texts and numbers are joined by `~`; a text is read as a number by `| int`"));
                    return None;
                }
            }
            let (a, b) = (self.joined(a, left), self.joined(b, right));
            return Some(join([a?, b?]));
        }
        let (a, b) = (self.number(a, left), self.number(b, right));
        let (a, b) = (a?, b?);
        let whole = a.ty != ExprType::Number && b.ty != ExprType::Number;
        let operator = match operator {
            BinaryOperator::Add => Operator::Add,
            BinaryOperator::Subtract => Operator::Subtract,
            BinaryOperator::Multiply => Operator::Multiply,
            BinaryOperator::FloorDivide => Operator::FloorDivide,
            BinaryOperator::Remainder => Operator::Remainder,
            _ => Operator::Divide,
        };
        let ty = if whole && operator != Operator::Divide {
            ExprType::Integer
        } else {
            ExprType::Number
        };
        let nullable = a.nullable || b.nullable;
        let kind = ExprKind::Arithmetic(operator, Box::new(a), Box::new(b));
        Some(expr(kind, ty, nullable))
    }

    /// An operand of arithmetic.
    fn number(&mut self, value: Expr, ast: &Ast) -> Option<Expr> {
        match value.ty {
            _ if matches!(value.kind, ExprKind::Null) => {
                self.mismatch(&ast.range, "there is no arithmetic with nothing")
            }
            ExprType::Integer | ExprType::Number => Some(value),
            ExprType::Wire => Some(read(value, ExprType::Integer)),
            ExprType::String => {
                let fault = Fault::new(
                    Code::ExpressionType,
                    ast.range.clone(),
                    "arithmetic takes numbers, and this is a text",
                );
                self.fault(fault.help("texts are joined by `~`, and read as numbers by `| int`"));
                None
            }
            other => self.mismatch(
                &ast.range,
                format!("arithmetic takes numbers, and this is {}", described(other)),
            ),
        }
    }

    /// `a or b`: of conditions, or a value in place of one that is absent, empty, zero or false.
    pub(super) fn either(&mut self, left: &Ast, right: &Ast, range: &Range<usize>) -> Option<Expr> {
        let literal = matches!(
            right.kind,
            AstKind::String(_) | AstKind::Integer(_) | AstKind::Number(_)
        );
        let a = if literal {
            self.guarded(|checker| checker.check(left))
        } else {
            self.check(left)
        };
        let b = self.check(right);
        let (a, b) = (a?, b?);
        let is_value = |value: &Expr| {
            !matches!(value.ty, ExprType::Boolean | ExprType::Wire)
                && !matches!(value.kind, ExprKind::Null)
        };
        if is_value(&b) {
            return self.otherwise(a, b, (left, right), range);
        }
        let (a, b) = (self.truth(a, left), self.truth(b, right));
        Some(boolean(ExprKind::Or(Box::new(a?), Box::new(b?))))
    }

    /// A value, or another where it counts as false.
    pub(super) fn otherwise(
        &mut self,
        a: Expr,
        b: Expr,
        (left, right): (&Ast, &Ast),
        range: &Range<usize>,
    ) -> Option<Expr> {
        for (value, ast) in [(&a, left), (&b, right)] {
            if value.ty == ExprType::Secret {
                self.truth(value.clone(), ast)?;
            }
        }
        let a = if a.ty == ExprType::Wire && b.ty != ExprType::Wire {
            read(a, b.ty)
        } else {
            a
        };
        if matches!(a.ty, ExprType::Timestamp | ExprType::Date) {
            let (a, b) = self.same_type(a, b, range, |a, b| {
                format!("one value is {a}, the other {b}")
            })?;
            let (ty, nullable) = (a.ty, b.nullable);
            if !a.nullable {
                return Some(a);
            }
            let call = ExprKind::Call(Function::Default, vec![a, b]);
            return Some(expr(call, ty, nullable));
        }
        self.truth(a.clone(), left)?;
        let (a, b) = self.same_type(a, b, range, |a, b| {
            format!("one value is {a}, the other {b}")
        })?;
        let (ty, nullable) = (a.ty, b.nullable);
        let filled = expr(ExprKind::Call(Function::Filled, vec![a]), ty, true);
        let call = ExprKind::Call(Function::Default, vec![filled, b]);
        Some(expr(call, ty, nullable))
    }

    /// `x is string`
    pub(super) fn type_test(&mut self, ast: &Ast, test: TypeTest) -> Option<Expr> {
        let value = self.guarded(|checker| checker.check(ast))?;
        if value.ty == ExprType::Wire {
            let fault = Fault::new(
                Code::ExpressionType,
                ast.range.clone(),
                "whether the API sends a text or a number here is not kept",
            );
            self.fault(fault.help("compare the value, or ask `… is defined`"));
            return None;
        }
        let is = match test {
            TypeTest::String => matches!(value.ty, ExprType::String | ExprType::Secret),
            TypeTest::Number => matches!(value.ty, ExprType::Integer | ExprType::Number),
            TypeTest::Boolean => value.ty == ExprType::Boolean,
        };
        Some(boolean(if is && value.nullable {
            ExprKind::IsPresent(Box::new(value))
        } else {
            ExprKind::Boolean(is)
        }))
    }
}

/// A value of the response read as another type.
pub(super) fn read(value: Expr, ty: ExprType) -> Expr {
    expr(ExprKind::Read(Box::new(value)), ty, true)
}

/// Values joined as a text, which is a secret if one of them is.
pub(super) fn join(values: impl IntoIterator<Item = Expr>) -> Expr {
    let mut parts = Vec::new();
    let (mut ty, mut nullable) = (ExprType::String, false);
    for value in values {
        nullable |= value.nullable;
        if value.ty == ExprType::Secret {
            ty = ExprType::Secret;
        }
        match value.kind {
            ExprKind::Join(inner) => parts.extend(inner),
            ExprKind::String(text) => push_text(&mut parts, text),
            _ => parts.push(Part::Value(value)),
        }
    }
    expr(ExprKind::Join(parts), ty, nullable)
}

fn push_text(parts: &mut Vec<Part>, text: String) {
    match parts.last_mut() {
        Some(Part::Text(before)) => before.push_str(&text),
        _ if text.is_empty() => {}
        _ => parts.push(Part::Text(text)),
    }
}
