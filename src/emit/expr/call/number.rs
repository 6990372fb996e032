//! Functions of numbers.

use super::super::strength::{operand, receiver};
use super::super::{Scope, Shape, Value};
use super::list::one;
use super::over::Made;
use crate::emit::record::ident;
use crate::emit::text::{integer, number};
use crate::model::{Expr, ExprKind, ExprType, Function, Operator};
use proc_macro2::TokenStream;
use quote::quote;

impl Scope<'_> {
    /// `a + b` and its like.
    pub fn arithmetic(&self, operator: Operator, left: &Expr, right: &Expr, ty: ExprType) -> Value {
        if ty == ExprType::Number {
            return self.float_arithmetic(operator, left, right);
        }
        let method = ident(match operator {
            Operator::Add => "checked_add",
            Operator::Subtract => "checked_sub",
            Operator::Multiply => "checked_mul",
            Operator::Divide | Operator::FloorDivide => "checked_div_euclid",
            Operator::Remainder => "checked_rem_euclid",
        });
        let (a, b) = (self.integer(left), self.integer(right));
        let tokens = match (&a.tokens, a.optional, &b.tokens, b.optional) {
            (_, false, b, false)
                if operator == Operator::Subtract && left.kind == ExprKind::Integer(0) =>
            {
                quote!(#b.checked_neg())
            }
            (_, false, b, false) if matches!(left.kind, ExprKind::Integer(_)) => {
                let a = self.suffixed(left);
                quote!(#a.#method(#b))
            }
            (a, false, b, false) => quote!(#a.#method(#b)),
            (a, true, b, false) => quote!(#a.and_then(|number| number.#method(#b))),
            _ => {
                let (left, right) = (self.signed(left), self.signed(right));
                quote!(#left.zip(#right).and_then(|(a, b)| i64::#method(a, b)))
            }
        };
        Value::optional(tokens, Shape::Integer)
    }

    fn float_arithmetic(&self, operator: Operator, left: &Expr, right: &Expr) -> Value {
        let apply = |a: &TokenStream, b: &TokenStream| match operator {
            Operator::Add => quote!(#a + #b),
            Operator::Subtract => quote!(#a - #b),
            Operator::Multiply => quote!(#a * #b),
            Operator::Divide => quote!(#a / #b),
            Operator::FloorDivide => {
                let a = receiver(a);
                quote!(#a.div_euclid(#b))
            }
            Operator::Remainder => {
                let a = receiver(a);
                quote!(#a.rem_euclid(#b))
            }
        };
        let (a, b) = (self.floating(left), self.floating(right));
        if a.optional || b.optional {
            let option = |value: &Value| {
                let tokens = &value.tokens;
                if value.optional {
                    tokens.clone()
                } else {
                    quote!(Some(#tokens))
                }
            };
            let inner = apply(&quote!(a), &quote!(b));
            let (a, b) = (option(&a), option(&b));
            return Value::optional(quote!(#a.zip(#b).map(|(a, b)| #inner)), Shape::Number);
        }
        let inner = apply(&operand(&a.tokens), &operand(&b.tokens));
        Value::new(quote!((#inner)), Shape::Number)
    }

    /// A whole number as an `i64`, where it is one without doubt.
    fn integer(&self, expr: &Expr) -> Value {
        let value = self.apart(expr, "number");
        if value.shape == Shape::Integer && !value.optional && !self.is_unsigned(expr) {
            return value;
        }
        Value::optional(self.signed(expr), Shape::Integer)
    }

    fn suffixed(&self, expr: &Expr) -> TokenStream {
        match expr.kind {
            ExprKind::Integer(number) => {
                let number = proc_macro2::Literal::i64_suffixed(number);
                receiver(&quote!(#number))
            }
            _ => self.value(expr).tokens,
        }
    }

    /// An `i64`.
    pub(super) fn counted(&self, expr: &Expr) -> TokenStream {
        if let ExprKind::Integer(number) = expr.kind {
            return integer(number);
        }
        let value = self.value(expr);
        if value.optional || self.is_unsigned(expr) {
            let signed = self.signed(expr);
            return quote!(#signed.unwrap_or_default());
        }
        value.tokens
    }

    /// An `f64`.
    fn floating(&self, expr: &Expr) -> Value {
        #[allow(
            clippy::cast_precision_loss,
            reason = "a literal that stands next to a float"
        )]
        if let ExprKind::Integer(value) = expr.kind {
            return Value::new(number(value as f64), Shape::Number);
        }
        let value = self.apart(expr, "number");
        if value.shape != Shape::Integer {
            return value;
        }
        let value = self.integer(expr);
        let tokens = &value.tokens;
        if value.optional {
            Value::optional(quote!(#tokens.map(numbers::float)), Shape::Number)
        } else {
            Value::new(quote!(numbers::float(#tokens)), Shape::Number)
        }
    }

    /// `x | int`
    pub(super) fn whole(&self, first: &Expr, rest: &[Expr]) -> Value {
        if self.is_unsigned(first) {
            return Value::optional(self.signed(first), Shape::Integer);
        }
        let value = self.over(first, "value", |value| {
            let (own, argument) = (&value.receiver, &value.argument);
            match first.ty {
                ExprType::Integer => Made::new(own.clone(), Shape::Integer),
                ExprType::Number => {
                    Made::new(quote!(numbers::whole(#argument)), Shape::Integer).maybe()
                }
                ExprType::Boolean => Made::new(quote!(i64::from(#argument)), Shape::Integer),
                _ => Made::new(quote!(#own.trim().parse::<i64>().ok()), Shape::Integer).maybe(),
            }
        });
        match rest.first() {
            Some(otherwise) if value.optional => {
                let (tokens, otherwise) = (&value.tokens, self.counted(otherwise));
                Value::new(quote!(#tokens.unwrap_or(#otherwise)), Shape::Integer)
            }
            _ => value,
        }
    }

    /// `x | float`
    pub(super) fn float(&self, first: &Expr) -> Value {
        if first.ty == ExprType::Integer {
            return self.floating(first);
        }
        self.over(first, "value", |value| {
            let argument = &value.argument;
            match first.ty {
                ExprType::Boolean => Made::new(quote!(f64::from(#argument)), Shape::Number),
                _ => Made::new(quote!(numbers::parse(#argument)), Shape::Number).maybe(),
            }
        })
    }

    /// `x | round(2)`
    pub(super) fn round(&self, first: &Expr, rest: &[Expr]) -> Value {
        let digits = match rest.first().map(|digits| &digits.kind) {
            Some(ExprKind::Integer(digits)) => i32::try_from(*digits).unwrap_or(0).clamp(0, 15),
            _ => 0,
        };
        self.over(first, "number", |value| {
            let own = &value.receiver;
            Made::new(
                if digits == 0 {
                    quote!(#own.round())
                } else {
                    let scale = number(10_f64.powi(digits));
                    quote!((#own * #scale).round() / #scale)
                },
                Shape::Number,
            )
        })
    }

    /// `x | abs`
    pub(super) fn absolute(&self, first: &Expr) -> Value {
        if self.is_unsigned(first) {
            return Value::optional(self.signed(first), Shape::Integer);
        }
        self.over(first, "number", |value| {
            let own = &value.receiver;
            if first.ty == ExprType::Integer {
                Made::new(quote!(#own.saturating_abs()), Shape::Integer)
            } else {
                Made::new(quote!(#own.abs()), Shape::Number)
            }
        })
    }

    /// `min(a, b)`, `list | max`
    pub(super) fn extreme(&self, function: Function, first: &Expr, rest: &[Expr]) -> Value {
        let method = ident(if function == Function::Least {
            "min"
        } else {
            "max"
        });
        let Some(other) = rest.first() else {
            let ExprType::List(item) = first.ty else {
                return self.value(first);
            };
            let owned = matches!(first.kind, ExprKind::Call(..));
            return self.over(first, "list", |list| {
                let own = &list.receiver;
                if item.alone() == Some(ExprType::Number) {
                    let found = quote!(#own.iter().copied().reduce(f64::#method));
                    return Made::new(found, Shape::Number).maybe();
                }
                one(&quote!(#own.iter().#method()), item, owned)
            });
        };
        match first.ty {
            ExprType::Integer => {
                let (a, b) = (self.apart(first, "left"), self.apart(other, "right"));
                let signed = |expr: &Expr, value: &Value| value.optional || self.is_unsigned(expr);
                if signed(first, &a) || signed(other, &b) {
                    let (a, b) = (self.signed(first), self.signed(other));
                    let tokens = quote!(#a.zip(#b).map(|(a, b)| a.#method(b)));
                    return Value::optional(tokens, Shape::Integer);
                }
                let (a, b) = match first.kind {
                    // A literal alone has no type to take the method from.
                    ExprKind::Integer(_) => (b.tokens, a.tokens),
                    _ => (a.tokens, b.tokens),
                };
                let a = receiver(&a);
                Value::new(quote!(#a.#method(#b)), Shape::Integer)
            }
            ExprType::Number => {
                let (a, b) = (self.apart(first, "left"), self.apart(other, "right"));
                let (a, b) = match first.kind {
                    ExprKind::Number(_) => (b.tokens, a.tokens),
                    _ => (a.tokens, b.tokens),
                };
                let a = receiver(&a);
                Value::new(quote!(#a.#method(#b)), Shape::Number)
            }
            _ => match (self.borrowed(first), self.borrowed(other)) {
                (Some(a), Some(b)) => Value::new(quote!(#a.#method(#b)), Shape::Str),
                _ => {
                    let (a, b) = (self.owned_text(first), self.owned_text(other));
                    Value::new(quote!(#a.#method(#b)), Shape::Text)
                }
            },
        }
    }
}
