//! Instants, days and durations in Rust.

use super::super::strength::{Strength, receiver, strength};
use super::super::{Scope, Shape, Value};
use super::LONG;
use crate::emit::record::ident;
use crate::emit::text::integer;
use crate::model::{Expr, ExprKind, ExprType, Function};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;

impl Scope<'_> {
    /// A timestamp or date as a value of its own: unlike [`Scope::value`], choices keep their type.
    pub fn instant(&self, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Null => Value::optional(quote!(None), Shape::Display),
            ExprKind::Config(path) => {
                let value = self.value(expr);
                let tokens = &value.tokens;
                match (value.optional, path.as_slice()) {
                    (true, [name]) => {
                        let name = ident(name);
                        Value::optional(quote!(config.#name), Shape::Display)
                    }
                    (true, _) => Value::optional(quote!(#tokens.copied()), Shape::Display),
                    (false, _) => value,
                }
            }
            ExprKind::Cursor(..) => {
                let value = self.value(expr);
                let tokens = &value.tokens;
                if value.optional {
                    return value;
                }
                Value::new(quote!(*#tokens), Shape::Display)
            }
            ExprKind::If(condition, then, otherwise) => {
                let (condition, opposite) = self.decided(condition);
                let (a, b) = (self.instant(then), self.instant(otherwise));
                let (a, b) = if opposite { (b, a) } else { (a, b) };
                let (left, right) = (Self::lifted(&a, &b), Self::lifted(&b, &a));
                Value {
                    tokens: quote!(if #condition { #left } else { #right }),
                    shape: Shape::Display,
                    optional: a.optional || b.optional,
                }
            }
            ExprKind::Call(function, arguments) => self.instant_of(*function, arguments),
            _ => self.value(expr),
        }
    }

    /// The value of one branch, as an `Option` where the other is one.
    fn lifted(value: &Value, other: &Value) -> TokenStream {
        let tokens = &value.tokens;
        if other.optional && !value.optional {
            quote!(Some(#tokens))
        } else {
            tokens.clone()
        }
    }

    pub(super) fn instant_of(&self, function: Function, arguments: &[Expr]) -> Value {
        let display = |tokens| Value::new(tokens, Shape::Display);
        let (first, second) = match (arguments.first(), arguments.get(1)) {
            (Some(first), second) => (first, second),
            (None, _) if function == Function::Today => return display(quote!(time::today())),
            (None, _) => return display(quote!(Timestamp::now())),
        };
        match (function, second) {
            (Function::ParseTime, format) => {
                let text = self.value(first);
                let tokens = &text.tokens;
                let found = match (text.optional, format) {
                    (false, None) => {
                        let text = self.argument(first);
                        quote!(time::parse(#text))
                    }
                    (false, Some(format)) => {
                        let (text, format) = (self.argument(first), self.argument(format));
                        quote!(time::parse_as(#text, #format))
                    }
                    (true, format) => {
                        let text = match text.shape {
                            Shape::Text => quote!(#tokens.as_deref()),
                            _ => tokens.clone(),
                        };
                        match format.map(|format| self.argument(format)) {
                            None => quote!(#text.and_then(time::parse)),
                            Some(format) => {
                                quote!(#text.and_then(|text| time::parse_as(text, #format)))
                            }
                        }
                    }
                };
                Value::optional(found, Shape::Display)
            }
            (Function::Default, Some(second)) => {
                let (a, b) = (self.instant(first), self.instant(second));
                let (left, right) = (&a.tokens, &b.tokens);
                match (a.optional, b.optional) {
                    (false, _) => a,
                    (true, true) => Value::optional(quote!(#left.or(#right)), Shape::Display),
                    (true, false) if right.to_string().len() > LONG => {
                        let otherwise = self.bind("otherwise", right);
                        display(quote!(#left.unwrap_or(#otherwise)))
                    }
                    (true, false) if is_made(second) => display(match called(right) {
                        Some(function) => quote!(#left.unwrap_or_else(#function)),
                        None => quote!(#left.unwrap_or_else(|| #right)),
                    }),
                    (true, false) => display(quote!(#left.unwrap_or(#right))),
                }
            }
            (Function::Later | Function::Earlier, Some(length)) => {
                let mut span = span(length, function == Function::Earlier);
                if span.to_string().len() > LONG {
                    let name = self.bind("span", &span);
                    span = quote!(#name);
                }
                let is_date = first.ty == ExprType::Date;
                self.over_instant(first, Shape::Display, |time| {
                    if is_date {
                        quote!(#time.saturating_add(#span))
                    } else {
                        quote!(time::shift(#time, #span))
                    }
                })
            }
            (Function::ShiftDays, Some(days)) => {
                let mut days = self.counted(days);
                if days.to_string().len() > LONG / 2 {
                    let name = self.bind("days", &days);
                    days = quote!(#name);
                }
                self.over_instant(
                    first,
                    Shape::Display,
                    |time| quote!(time::shift_days(#time, #days)),
                )
            }
            (Function::Least | Function::Greatest, Some(second)) => {
                let (a, b) = (self.instant(first).tokens, self.instant(second).tokens);
                let a = receiver(&a);
                let method = ident(if function == Function::Least {
                    "min"
                } else {
                    "max"
                });
                display(quote!(#a.#method(#b)))
            }
            _ => self.call(function, arguments),
        }
    }

    /// What a function makes of an instant; nothing where there is none.
    fn over_instant(
        &self,
        first: &Expr,
        shape: Shape,
        function: impl Fn(&TokenStream) -> TokenStream,
    ) -> Value {
        let mut value = self.instant(first);
        let apart = match &first.kind {
            ExprKind::If(..) => true,
            ExprKind::Call(Function::ParseTime, of) => of.len() > 1,
            _ => false,
        };
        if apart
            || strength(&value.tokens) < Strength::Postfix
            || value.tokens.to_string().len() > LONG
        {
            let name = self.bind("time", &value.tokens);
            value.tokens = quote!(#name);
        }
        let tokens = &value.tokens;
        if !value.optional {
            return Value::new(function(tokens), shape);
        }
        let made = function(&quote!(time));
        let ty = ident(if first.ty == ExprType::Date {
            "Date"
        } else {
            "Timestamp"
        });
        let closure =
            method(&made).map_or_else(|| quote!(|time| #made), |method| quote!(#ty::#method));
        Value::optional(quote!(#tokens.map(#closure)), shape)
    }

    /// A text or a number of an instant.
    pub(super) fn of_instant(&self, function: Function, first: &Expr, rest: &[Expr]) -> Value {
        let is_date = first.ty == ExprType::Date;
        let shape = if function == Function::Strftime {
            Shape::Text
        } else {
            Shape::Integer
        };
        let format = rest.first().map(|format| self.argument(format));
        self.over_instant(first, shape, |time| {
            let part = match function {
                Function::Strftime => return quote!(#time.strftime(#format).to_string()),
                Function::EpochSeconds if is_date => return quote!(time::seconds(#time)),
                Function::EpochSeconds => return quote!(#time.as_second()),
                Function::Year => ident("year"),
                Function::Month => ident("month"),
                _ => ident("day"),
            };
            if is_date {
                quote!(i64::from(#time.#part()))
            } else {
                quote!(i64::from(time::day(#time).#part()))
            }
        })
    }
}

/// The method that is called of `time` without arguments.
fn method(tokens: &TokenStream) -> Option<Ident> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    match trees.as_slice() {
        [
            TokenTree::Ident(time),
            TokenTree::Punct(_),
            TokenTree::Ident(method),
            TokenTree::Group(arguments),
        ] if *time == "time" && arguments.stream().is_empty() => Some(method.clone()),
        _ => None,
    }
}

/// The function that is called without arguments.
fn called(tokens: &TokenStream) -> Option<TokenStream> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let (TokenTree::Group(arguments), path) = trees.split_last()? else {
        return None;
    };
    let is_path = path.iter().all(|tree| match tree {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == ':',
        _ => false,
    });
    (is_path && arguments.stream().is_empty()).then(|| path.iter().cloned().collect())
}

/// Whether a value is computed rather than merely there.
fn is_made(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Call(..) | ExprKind::If(..))
}

/// A duration as a `Span`.
fn span(length: &Expr, back: bool) -> TokenStream {
    let ExprKind::String(text) = &length.kind else {
        return quote!(jiff::Span::new());
    };
    let span: jiff::Span = text.parse().unwrap_or_default();
    let units = [
        ("years", i64::from(span.get_years())),
        ("months", i64::from(span.get_months())),
        ("weeks", i64::from(span.get_weeks())),
        ("days", i64::from(span.get_days())),
        ("hours", i64::from(span.get_hours())),
        ("minutes", span.get_minutes()),
        ("seconds", span.get_seconds()),
        ("milliseconds", span.get_milliseconds()),
        ("microseconds", span.get_microseconds()),
        ("nanoseconds", span.get_nanoseconds()),
    ];
    let mut tokens = quote!(jiff::Span::new());
    for (unit, count) in units.into_iter().filter(|(_, count)| *count != 0) {
        let unit = ident(unit);
        let count = integer(if back { -count } else { count });
        tokens.extend(quote!(.#unit(#count)));
    }
    tokens
}
