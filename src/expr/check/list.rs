//! Items, slices and membership of texts and lists.

use std::ops::Range;

use super::{Checker, boolean, described, expr};
use crate::diagnostic::Code;
use crate::expr::Fault;
use crate::expr::ast::{Ast, AstKind, Step, StepKind};
use crate::model::{Comparison, Expr, ExprKind, ExprType, Function};

impl Checker<'_, '_> {
    /// `config.tags[0]`: a number behind a name that is a text or a list. In the body of a response it is a step of the path.
    pub(super) fn item_of_name(
        &mut self,
        ast: &Ast,
        (root, root_range): (&str, &Range<usize>),
        steps: &[Step],
    ) -> Option<Option<Expr>> {
        let (last, before) = steps.split_last()?;
        let StepKind::Index(index) = last.kind else {
            return None;
        };
        let in_body =
            root == "response" && before.first()?.kind == StepKind::Key("body".to_owned());
        if in_body || before.is_empty() {
            return None;
        }
        let end = before.last().map_or(root_range.end, |step| step.range.end);
        let name = Ast {
            kind: AstKind::Reference {
                root: root.to_owned(),
                root_range: root_range.clone(),
                steps: before.to_vec(),
            },
            range: ast.range.start..end,
        };
        let index = Ast {
            kind: AstKind::Integer(i64::try_from(index).ok()?),
            range: last.range.clone(),
        };
        Some(self.item(&name, &index))
    }

    /// `x[-1]`
    pub(super) fn item(&mut self, value: &Ast, index: &Ast) -> Option<Expr> {
        if self.refuses_body(value, index) {
            return None;
        }
        let (of, index) = (self.parts(value), self.whole(index));
        let (of, index) = (of?, index?);
        let ty = match of.ty {
            ExprType::List(item) => item.alone().unwrap_or(ExprType::Scalar),
            _ => ExprType::String,
        };
        let call = ExprKind::Call(Function::Item, vec![of, index]);
        Some(expr(call, ty, true))
    }

    /// `x[1:4]`
    pub(super) fn slice(
        &mut self,
        value: &Ast,
        from: Option<&Ast>,
        to: Option<&Ast>,
    ) -> Option<Expr> {
        let of = self.parts(value);
        let from = match from {
            Some(from) => self.whole(from),
            None => Some(expr(ExprKind::Integer(0), ExprType::Integer, false)),
        };
        let to = to.map(|to| self.whole(to));
        let (of, from) = (of?, from?);
        let (ty, nullable) = (of.ty, of.nullable);
        let mut arguments = vec![of, from];
        if let Some(to) = to {
            arguments.push(to?);
        }
        Some(expr(
            ExprKind::Call(Function::Slice, arguments),
            ty,
            nullable,
        ))
    }

    /// `response.body.data[-1]`: paths into a body count from the start.
    fn refuses_body(&mut self, value: &Ast, index: &Ast) -> bool {
        let AstKind::Reference { root, steps, .. } = &value.kind else {
            return false;
        };
        let body = root == "response"
            && steps
                .first()
                .is_some_and(|step| step.kind == StepKind::Key("body".to_owned()));
        let negative = matches!(index.kind, AstKind::Integer(number) if number < 0);
        if !body || !negative {
            return false;
        }
        let fault = Fault::new(
            Code::ExpressionType,
            index.range.clone(),
            "items of a list in the body are counted from its start only",
        );
        self.fault(fault.help("the last record of a page is `last_record`"));
        true
    }

    /// A text or a list.
    pub(super) fn parts(&mut self, ast: &Ast) -> Option<Expr> {
        let value = self.check(ast)?;
        match value.ty {
            ExprType::List(_) => Some(value),
            _ => self.text(value, ast, false),
        }
    }

    /// A whole number that is always there.
    pub(super) fn whole(&mut self, ast: &Ast) -> Option<Expr> {
        let value = self.check(ast)?;
        let fault = match value.ty {
            ExprType::Integer if value.nullable => Fault::new(
                Code::ExpressionType,
                ast.range.clone(),
                "this number may be absent",
            )
            .help("write `… | default(0)`"),
            ExprType::Integer => return Some(value),
            other => Fault::new(
                Code::ExpressionType,
                ast.range.clone(),
                format!(
                    "a whole number counts the items, and this is {}",
                    described(other)
                ),
            ),
        };
        self.fault(fault);
        None
    }

    /// `x in y`
    pub(super) fn within(
        &mut self,
        value: &Ast,
        container: &Ast,
        range: &Range<usize>,
    ) -> Option<Expr> {
        if let AstKind::List(items) = &container.kind {
            return self.one_of(value, items, range);
        }
        if let Some(present) = self.key_of_body(value, container) {
            return present;
        }
        let (item, of) = (self.check(value), self.parts(container));
        let (item, of) = (item?, of?);
        let wanted = match of.ty {
            ExprType::List(item) => item.alone(),
            _ => Some(ExprType::String),
        };
        let Some(wanted) = wanted else {
            return self.mismatch(&container.range, "items of this list cannot be compared");
        };
        let item = if wanted == ExprType::String {
            self.text(item, value, false)?
        } else if item.ty == wanted {
            item
        } else {
            return self.mismatch(
                &value.range,
                format!(
                    "the list holds {}, and this is {}",
                    plural(wanted),
                    described(item.ty)
                ),
            );
        };
        if item.nullable {
            let fault = Fault::new(
                Code::ExpressionType,
                value.range.clone(),
                "what is searched may be absent",
            );
            self.fault(fault.help("write `… | default('')`"));
            return None;
        }
        let found = expr(
            ExprKind::Call(Function::Contains, vec![of.clone(), item]),
            ExprType::Boolean,
            of.nullable,
        );
        if !of.nullable {
            return Some(found);
        }
        Some(boolean(ExprKind::Truthy(Box::new(found))))
    }

    /// `'next' in response.body`: whether the body has a key.
    fn key_of_body(&mut self, value: &Ast, container: &Ast) -> Option<Option<Expr>> {
        let (
            AstKind::String(key),
            AstKind::Reference {
                root,
                root_range,
                steps,
            },
        ) = (&value.kind, &container.kind)
        else {
            return None;
        };
        let [body] = steps.as_slice() else {
            return None;
        };
        if root != "response" || body.kind != StepKind::Key("body".to_owned()) {
            return None;
        }
        let found = Ast {
            kind: AstKind::Reference {
                root: root.clone(),
                root_range: root_range.clone(),
                steps: vec![
                    body.clone(),
                    Step {
                        kind: StepKind::Key(key.clone()),
                        range: value.range.clone(),
                    },
                ],
            },
            range: container.range.clone(),
        };
        let found = self.check(&found);
        Some(found.map(|found| boolean(ExprKind::IsPresent(Box::new(found)))))
    }

    /// `x in [a, b]`
    fn one_of(&mut self, value: &Ast, items: &[Ast], range: &Range<usize>) -> Option<Expr> {
        if items.is_empty() {
            return self.mismatch(range, "nothing is in an empty list");
        }
        let operand = self.check(value);
        let mut any: Option<Expr> = None;
        let mut failed = operand.is_none();
        for item in items {
            let checked = self.check(item);
            let (Some(operand), Some(checked)) = (operand.clone(), checked) else {
                failed = true;
                continue;
            };
            match self.compare(
                Comparison::Equal,
                (operand, value),
                (checked, item),
                &item.range,
            ) {
                Some(equal) => {
                    any = Some(match any {
                        None => equal,
                        Some(before) => boolean(ExprKind::Or(Box::new(before), Box::new(equal))),
                    });
                }
                None => failed = true,
            }
        }
        if failed { None } else { any }
    }
}

fn plural(ty: ExprType) -> &'static str {
    match ty {
        ExprType::Integer => "whole numbers",
        ExprType::Number => "numbers",
        ExprType::Boolean => "booleans",
        _ => "texts",
    }
}
