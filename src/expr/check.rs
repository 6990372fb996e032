//! Types of expressions.

mod call;
mod convert;
mod list;
mod several;
mod time;

use std::ops::Range;

use super::ast::{Ast, AstKind, BinaryOperator};
use super::reference::{Reference, resolve};
use super::{Fault, Place};
use crate::diagnostic::{Code, Sink};
use crate::model::{Comparison, Expr, ExprKind, ExprType};
use crate::source::Text;

/// Resolves and types expressions of one text.
pub(super) struct Checker<'c, 'p> {
    pub text: &'c Text,
    pub place: &'c mut Place<'p>,
    pub sink: &'c mut Sink,
}

fn expr(kind: ExprKind, ty: ExprType, nullable: bool) -> Expr {
    Expr { kind, ty, nullable }
}

fn boolean(kind: ExprKind) -> Expr {
    expr(kind, ExprType::Boolean, false)
}

/// A type in messages.
pub(super) fn described(ty: ExprType) -> &'static str {
    match ty {
        ExprType::String => "a text",
        ExprType::Secret => "a secret",
        ExprType::Integer => "a whole number",
        ExprType::Number => "a number",
        ExprType::Boolean => "a boolean",
        ExprType::Timestamp => "a timestamp",
        ExprType::Date => "a date",
        ExprType::Duration => "a duration",
        ExprType::Decimal => "a decimal number",
        ExprType::Scalar => "a value of its own type",
        ExprType::List(_) => "a list",
        ExprType::Wire => "a value of the response",
    }
}

impl Checker<'_, '_> {
    pub(super) fn fault(&mut self, fault: Fault) {
        self.sink.push(fault.at(self.text));
    }

    fn mismatch<T>(&mut self, range: &Range<usize>, message: impl Into<String>) -> Option<T> {
        self.fault(Fault::new(Code::ExpressionType, range.clone(), message));
        None
    }

    /// The expression with its names resolved; `None` after a recorded fault.
    pub(super) fn check(&mut self, ast: &Ast) -> Option<Expr> {
        match &ast.kind {
            AstKind::String(value) => Some(expr(
                ExprKind::String(value.clone()),
                ExprType::String,
                false,
            )),
            AstKind::Integer(value) => {
                Some(expr(ExprKind::Integer(*value), ExprType::Integer, false))
            }
            AstKind::Number(value) => Some(expr(ExprKind::Number(*value), ExprType::Number, false)),
            AstKind::Boolean(value) => Some(boolean(ExprKind::Boolean(*value))),
            AstKind::Null => Some(expr(ExprKind::Null, ExprType::String, true)),
            AstKind::Reference {
                root,
                root_range,
                steps,
            } => {
                if let Some(item) = self.item_of_name(ast, (root, root_range), steps) {
                    return item;
                }
                let reference = Reference {
                    root,
                    root_range,
                    steps,
                    range: &ast.range,
                };
                resolve(&reference, self.text, self.place, self.sink)
            }
            AstKind::Not(operand) => {
                Some(boolean(ExprKind::Not(Box::new(self.condition(operand)?))))
            }
            AstKind::Negate(operand) => {
                let zero = Ast {
                    kind: AstKind::Integer(0),
                    range: operand.range.clone(),
                };
                self.arithmetic(BinaryOperator::Subtract, &zero, operand, &ast.range)
            }
            AstKind::IsPresent(operand) => {
                let operand = self.guarded(|checker| checker.check(operand));
                Some(boolean(ExprKind::IsPresent(Box::new(operand?))))
            }
            AstKind::If(value, condition, otherwise) => self.guarded(|checker| {
                checker.conditional(ast, value, condition, otherwise.as_deref())
            }),
            AstKind::In(value, container) => self.within(value, container, &ast.range),
            AstKind::Is(value, test) => self.type_test(value, *test),
            AstKind::Call(call) => self.call(call, &ast.range),
            AstKind::Item(value, index) => self.item(value, index),
            AstKind::Slice(value, from, to) => self.slice(value, from.as_deref(), to.as_deref()),
            AstKind::Part(of, step) => self.part(of, step),
            AstKind::List(_) => {
                let fault = Fault::new(
                    Code::ExpressionType,
                    ast.range.clone(),
                    "a list in an expression is joined, compared or searched",
                );
                self.fault(
                    fault.help("write `[a, b] | join(',')`, `max([a, b])` or `x in [a, b]`"),
                );
                None
            }
            AstKind::Map(_) => {
                let fault = Fault::new(
                    Code::ExpressionType,
                    ast.range.clone(),
                    "a map is no value of an expression",
                );
                self.fault(fault.help("write it in YAML, with expressions as its values"));
                None
            }
            AstKind::Binary(operator, left, right) => {
                self.binary(*operator, left, right, &ast.range)
            }
        }
    }

    /// Checks what says itself what is to be done where a value is absent.
    fn guarded<T>(&mut self, check: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.place.partition.map(|names| names.guard(true));
        let checked = check(self);
        if let (Some(names), Some(outer)) = (self.place.partition, outer) {
            names.guard(outer);
        }
        checked
    }

    /// The expression as a boolean, by Jinja's idea of what is true.
    pub(super) fn condition(&mut self, ast: &Ast) -> Option<Expr> {
        if let AstKind::Binary(BinaryOperator::Or, left, right) = &ast.kind {
            let (left, right) = (self.operand(left), self.operand(right));
            let (left, right) = (Box::new(left?), Box::new(right?));
            return Some(boolean(ExprKind::Or(left, right)));
        }
        let value = self.check(ast)?;
        self.truth(value, ast)
    }

    /// Whether a value counts as true.
    fn truth(&mut self, value: Expr, ast: &Ast) -> Option<Expr> {
        match value.ty {
            ExprType::Boolean if !value.nullable => Some(value),
            ExprType::Secret => {
                self.fault(
                    Fault::new(
                        Code::SecretExposed,
                        ast.range.clone(),
                        "what a secret holds must not decide anything",
                    )
                    .help("whether it is there may: `… is defined`"),
                );
                None
            }
            ExprType::Timestamp | ExprType::Date if value.nullable => {
                Some(boolean(ExprKind::IsPresent(Box::new(value))))
            }
            ExprType::Scalar
            | ExprType::Decimal
            | ExprType::Duration
            | ExprType::Timestamp
            | ExprType::Date => self.mismatch(
                &ast.range,
                format!(
                    "{} is neither true nor false; write `… is defined`",
                    described(value.ty)
                ),
            ),
            ExprType::Boolean
            | ExprType::String
            | ExprType::Integer
            | ExprType::Number
            | ExprType::List(_)
            | ExprType::Wire => {
                if matches!(value.kind, ExprKind::Null) {
                    return Some(boolean(ExprKind::Boolean(false)));
                }
                Some(boolean(ExprKind::Truthy(Box::new(value))))
            }
        }
    }

    fn binary(
        &mut self,
        operator: BinaryOperator,
        left: &Ast,
        right: &Ast,
        range: &Range<usize>,
    ) -> Option<Expr> {
        use BinaryOperator as B;
        let comparison = match operator {
            B::Or => return self.either(left, right, range),
            B::And => {
                let (left, right) = (self.operand(left), self.operand(right));
                let (left, right) = (Box::new(left?), Box::new(right?));
                return Some(boolean(ExprKind::And(left, right)));
            }
            B::Concat => return self.concatenation(left, right),
            B::Add | B::Subtract | B::Multiply | B::Divide | B::FloorDivide | B::Remainder => {
                return self.arithmetic(operator, left, right, range);
            }
            B::Equal => Comparison::Equal,
            B::NotEqual => Comparison::NotEqual,
            B::Less => Comparison::Less,
            B::LessOrEqual => Comparison::LessOrEqual,
            B::Greater => Comparison::Greater,
            B::GreaterOrEqual => Comparison::GreaterOrEqual,
        };
        let (a, b) = (self.check(left), self.check(right));
        self.compare(comparison, (a?, left), (b?, right), range)
    }

    /// An operand of `and` and `or`: a text would be given on by Jinja, which is not what these do here.
    fn operand(&mut self, ast: &Ast) -> Option<Expr> {
        let literal = matches!(
            ast.kind,
            AstKind::String(_) | AstKind::Integer(_) | AstKind::Number(_) | AstKind::Null
        );
        if literal {
            let fault = Fault::new(
                Code::ExpressionType,
                ast.range.clone(),
                "`and` and `or` join conditions, and this is a value",
            );
            self.fault(
                fault.help("a value in place of an absent one is `x if x is not none else y`"),
            );
            return None;
        }
        self.condition(ast)
    }

    fn compare(
        &mut self,
        comparison: Comparison,
        (a, left): (Expr, &Ast),
        (b, right): (Expr, &Ast),
        range: &Range<usize>,
    ) -> Option<Expr> {
        let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        // `x == none` asks whether x is there.
        for (value, other) in [(&a, &b), (&b, &a)] {
            if matches!(value.kind, ExprKind::Null) {
                if !equality {
                    return self.mismatch(range, "nothing is neither less nor greater");
                }
                let present = boolean(ExprKind::IsPresent(Box::new(other.clone())));
                return Some(if comparison == Comparison::Equal {
                    boolean(ExprKind::Not(Box::new(present)))
                } else {
                    present
                });
            }
        }
        for (value, ast) in [(&a, left), (&b, right)] {
            match value.ty {
                ExprType::Secret => {
                    self.fault(
                        Fault::new(
                            Code::SecretExposed,
                            ast.range.clone(),
                            "what a secret holds must not decide anything",
                        )
                        .help("whether it is there may: `… is defined`"),
                    );
                    return None;
                }
                ExprType::List(_) | ExprType::Scalar | ExprType::Decimal | ExprType::Duration => {
                    return self.mismatch(
                        &ast.range,
                        format!("{} cannot be compared", described(value.ty)),
                    );
                }
                _ => {}
            }
        }
        let (a, b) = self.same_type(a, b, range, |a, b| {
            format!("{a} cannot be compared with {b}")
        })?;
        if !equality && a.ty == ExprType::Boolean {
            return self.mismatch(range, "booleans are neither less nor greater");
        }
        Some(boolean(ExprKind::Compare(
            comparison,
            Box::new(a),
            Box::new(b),
        )))
    }

    fn conditional(
        &mut self,
        ast: &Ast,
        value: &Ast,
        condition: &Ast,
        otherwise: Option<&Ast>,
    ) -> Option<Expr> {
        let value = self.check(value);
        let condition = self.condition(condition);
        let otherwise = match otherwise {
            Some(otherwise) => self.check(otherwise),
            None => Some(expr(ExprKind::Null, ExprType::String, true)),
        };
        let (value, condition, otherwise) = (value?, condition?, otherwise?);
        let (value, otherwise) = self.same_branches(value, otherwise, &ast.range)?;
        let (ty, nullable) = (value.ty, value.nullable || otherwise.nullable);
        Some(expr(
            ExprKind::If(Box::new(condition), Box::new(value), Box::new(otherwise)),
            ty,
            nullable,
        ))
    }

    fn same_branches(
        &mut self,
        mut a: Expr,
        mut b: Expr,
        range: &Range<usize>,
    ) -> Option<(Expr, Expr)> {
        if matches!(a.kind, ExprKind::Null) {
            a.ty = b.ty;
        } else if matches!(b.kind, ExprKind::Null) {
            b.ty = a.ty;
        }
        if a.ty != b.ty && (a.ty == ExprType::Wire || b.ty == ExprType::Wire) {
            return self.mismatch(
                range,
                "one branch is a value of the response, the other is not",
            );
        }
        self.same_type(a, b, range, |a, b| {
            format!("one branch is {a}, the other {b}")
        })
    }

    /// Brings two values to one type, or says that they have none.
    fn same_type(
        &mut self,
        a: Expr,
        b: Expr,
        range: &Range<usize>,
        message: fn(&str, &str) -> String,
    ) -> Option<(Expr, Expr)> {
        let (a, b) = match (&a.kind, &b.kind) {
            (_, ExprKind::Integer(_)) if a.ty == ExprType::Number => (a, as_number(b)),
            (ExprKind::Integer(_), _) if b.ty == ExprType::Number => (as_number(a), b),
            _ => (a, b),
        };
        let plain = |ty| {
            matches!(
                ty,
                ExprType::String
                    | ExprType::Integer
                    | ExprType::Number
                    | ExprType::Boolean
                    | ExprType::Wire
            )
        };
        let fits = a.ty == b.ty
            || (a.ty == ExprType::Wire && plain(b.ty))
            || (b.ty == ExprType::Wire && plain(a.ty));
        if fits {
            return Some((a, b));
        }
        self.mismatch(range, message(described(a.ty), described(b.ty)))
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "a literal that stands next to a float"
)]
fn as_number(literal: Expr) -> Expr {
    match literal.kind {
        ExprKind::Integer(value) => expr(ExprKind::Number(value as f64), ExprType::Number, false),
        _ => literal,
    }
}
