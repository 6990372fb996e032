//! Functions of several values whose types go together: `default`, `min` and `max`, `join` of a list, `format`.

use std::ops::Range;

use super::convert::{join, read};
use super::{Checker, described, expr};
use crate::expr::ast::{Ast, AstKind, Call};
use crate::expr::functions::Takes;
use crate::model::{Expr, ExprKind, ExprType, Function as Meaning};

impl Checker<'_, '_> {
    /// `x | default(y)`
    pub(super) fn default(&mut self, given: &[Option<&Ast>], range: &Range<usize>) -> Option<Expr> {
        let (value, otherwise) = (
            given.first().copied().flatten()?,
            given.get(1).copied().flatten()?,
        );
        if let Some(falsy) = given.get(2).copied().flatten() {
            self.argument(falsy, Takes::LiteralBoolean, false)?;
            if falsy.kind == AstKind::Boolean(true) {
                let a = self.guarded(|checker| checker.check(value));
                let b = self.check(otherwise);
                return self.otherwise(a?, b?, (value, otherwise), range);
            }
        }
        let a = self.guarded(|checker| checker.check(value));
        let b = self.check(otherwise);
        let (a, b) = (a?, b?);
        if matches!(b.kind, ExprKind::Null) {
            return Some(a);
        }
        let a = if a.ty == ExprType::Wire && b.ty != ExprType::Wire {
            read(a, b.ty)
        } else {
            a
        };
        if !a.nullable {
            return Some(a);
        }
        if b.ty == ExprType::Secret && a.ty == ExprType::String
            || a.ty == ExprType::Secret && b.ty == ExprType::String
        {
            let nullable = b.nullable;
            let call = ExprKind::Call(Meaning::Default, vec![a, b]);
            return Some(expr(call, ExprType::Secret, nullable));
        }
        let (a, b) = self.same_type(a, b, range, |a, b| {
            format!("the value is {a}, what is taken instead {b}")
        })?;
        let (ty, nullable) = (a.ty, b.nullable);
        Some(expr(
            ExprKind::Call(Meaning::Default, vec![a, b]),
            ty,
            nullable,
        ))
    }

    /// `min(a, b)`, `[a, b] | max`, `list | max`
    pub(super) fn extreme(
        &mut self,
        meaning: Meaning,
        given: &[Option<&Ast>],
        range: &Range<usize>,
    ) -> Option<Expr> {
        let mut trees: Vec<&Ast> = given.iter().copied().flatten().collect();
        if let [
            Ast {
                kind: AstKind::List(items),
                ..
            },
        ] = trees.as_slice()
        {
            trees = items.iter().collect();
        }
        if let [only] = trees.as_slice() {
            let list = self.check(only)?;
            let ExprType::List(item) = list.ty else {
                return self.refused(
                    only,
                    "a list, or more than one value is needed here".to_owned(),
                );
            };
            let Some(ty) = item.alone().filter(|ty| *ty != ExprType::Boolean) else {
                return self.refused(only, "items of this list have no order".to_owned());
            };
            return Some(expr(ExprKind::Call(meaning, vec![list]), ty, true));
        }
        let mut found: Option<Expr> = None;
        let mut failed = false;
        for tree in trees {
            let Some(value) = self.ordered(tree) else {
                failed = true;
                continue;
            };
            found = match found {
                None => Some(value),
                Some(before) => {
                    let (a, b) = self.same_type(before, value, range, |a, b| {
                        format!("{a} cannot be compared with {b}")
                    })?;
                    let ty = a.ty;
                    let call = ExprKind::Call(meaning, vec![a, b]);
                    Some(expr(call, ty, false))
                }
            };
        }
        if failed { None } else { found }
    }

    /// A value that is there and has an order.
    fn ordered(&mut self, tree: &Ast) -> Option<Expr> {
        let value = self.argument(tree, Takes::Same, true)?;
        match value.ty {
            ExprType::String
            | ExprType::Integer
            | ExprType::Number
            | ExprType::Timestamp
            | ExprType::Date => Some(value),
            other => self.refused(tree, format!("{} has no order", described(other))),
        }
    }

    /// `[a, b] | join(':')`
    pub(super) fn joined_list(&mut self, items: &[Ast], separator: Option<&Ast>) -> Option<Expr> {
        let separator = match separator {
            Some(separator) => Some(self.argument(separator, Takes::Text, true)?),
            None => None,
        };
        let mut parts = Vec::new();
        let mut failed = false;
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                parts.extend(separator.clone());
            }
            let value = self.check(item);
            match value.and_then(|value| self.joined(value, item)) {
                Some(value) => parts.push(value),
                None => failed = true,
            }
        }
        (!failed).then(|| join(parts))
    }

    /// `'https://{}/v1'.format(config.host)`
    pub(super) fn format(&mut self, call: &Call) -> Option<Expr> {
        let subject = call.subject.as_deref()?;
        let AstKind::String(pattern) = &subject.kind else {
            return self.refused(
                subject,
                "`format` is a method of a text in quotes".to_owned(),
            );
        };
        let pieces: Vec<&str> = pattern.split("{}").collect();
        if pieces.len() != call.arguments.len() + 1 || pieces.concat().contains(['{', '}']) {
            let message = format!(
                "the text has {} places `{{}}`, and there are {} arguments",
                pieces.len() - 1,
                call.arguments.len()
            );
            return self.refused(subject, message);
        }
        let mut parts = Vec::new();
        let mut failed = false;
        let mut arguments = call.arguments.iter();
        for piece in pieces {
            parts.push(expr(
                ExprKind::String(piece.to_owned()),
                ExprType::String,
                false,
            ));
            let Some(argument) = arguments.next() else {
                break;
            };
            let value = self.check(&argument.value);
            match value.and_then(|value| self.joined(value, &argument.value)) {
                Some(value) => parts.push(value),
                None => failed = true,
            }
        }
        (!failed).then(|| join(parts))
    }
}
