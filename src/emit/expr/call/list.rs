//! Items, slices, joins and lengths of texts and lists.

use super::super::{Scope, Shape, Value};
use super::over::Made;
use crate::emit::record::ident;
use crate::emit::text::integer;
use crate::model::{Expr, ExprKind, ExprType, Function, ItemType};
use proc_macro2::TokenStream;
use quote::quote;

impl Scope<'_> {
    /// `x[n]`
    pub(super) fn item(&self, first: &Expr, rest: &[Expr]) -> Value {
        let index = match rest.first().map(|index| &index.kind) {
            Some(ExprKind::Integer(index)) => Some(*index),
            _ => None,
        };
        if let (ExprKind::Call(Function::Split, of), Some(index)) = (&first.kind, index) {
            return self.split_item(of, index);
        }
        let computed = rest.first().map(|index| self.counted(index));
        let ExprType::List(item) = first.ty else {
            return self.over(first, "text", |text| {
                let (own, argument) = (&text.receiver, &text.argument);
                let tokens = match index {
                    Some(0) => quote!(#own.chars().next().map(String::from)),
                    Some(-1) => quote!(#own.chars().next_back().map(String::from)),
                    Some(index) if index > 0 => {
                        let index = integer(index);
                        quote!(#own.chars().nth(#index).map(String::from))
                    }
                    _ => quote!(slice::character(#argument, #computed)),
                };
                Made::text(tokens).maybe()
            });
        };
        let owned = matches!(first.kind, ExprKind::Call(..));
        self.over(first, "list", |list| {
            let own = &list.receiver;
            let found = match index {
                Some(0) => quote!(#own.first()),
                Some(-1) => quote!(#own.last()),
                Some(index) if index > 0 => {
                    let index = integer(index);
                    quote!(#own.get(#index))
                }
                _ => quote!(slice::item(&#own, #computed)),
            };
            one(&found, item, owned)
        })
    }

    /// One of the parts of a text.
    fn split_item(&self, of: &[Expr], index: i64) -> Value {
        let Some((text, separator)) = of.split_first() else {
            return Value::optional(quote!(None::<&str>), Shape::Str);
        };
        self.over(text, "text", |text| {
            let own = &text.receiver;
            let (parts, back) = match separator.first() {
                Some(separator) => {
                    let separator = self.pattern(separator);
                    let method = ident(if index < 0 { "rsplit" } else { "split" });
                    (quote!(#own.#method(#separator)), false)
                }
                None => (quote!(#own.split_whitespace()), index < 0),
            };
            let steps = if index < 0 { -(index + 1) } else { index };
            let method = ident(match (steps, back) {
                (0, false) => "next",
                (0, true) => "next_back",
                (_, false) => "nth",
                (_, true) => "nth_back",
            });
            let steps = (steps != 0).then(|| integer(steps));
            Made::part(quote!(#parts.#method(#steps))).maybe()
        })
    }

    /// `x[a:b]`
    pub(super) fn slice(&self, first: &Expr, rest: &[Expr]) -> Value {
        let literal = |expr: Option<&Expr>| match expr.map(|expr| &expr.kind) {
            Some(ExprKind::Integer(number)) if *number >= 0 => Some(*number),
            _ => None,
        };
        let (from, to) = (rest.first(), rest.get(1));
        let plain = match (literal(from), to, literal(to)) {
            (Some(from), None, _) => Some((from, None)),
            (Some(from), Some(_), Some(to)) => Some((from, Some((to - from).max(0)))),
            _ => None,
        };
        let bounds = plain.map(|(from, length)| {
            let from = integer(from);
            let skip = (from.to_string() != "0").then(|| quote!(.skip(#from)));
            let take = length.map(|length| {
                let length = integer(length);
                quote!(.take(#length))
            });
            quote!(#skip #take)
        });
        let from = from.map(|from| self.counted(from));
        let to = match to {
            Some(to) => {
                let to = self.counted(to);
                quote!(Some(#to))
            }
            None => quote!(None),
        };
        if matches!(first.ty, ExprType::List(_)) {
            return self.over(first, "list", |list| {
                let own = &list.receiver;
                Made::list(match &bounds {
                    Some(bounds) => quote!(#own.iter() #bounds.cloned().collect::<Vec<_>>()),
                    None => quote!(slice::list(&#own, #from, #to)),
                })
            });
        }
        self.over(first, "text", |text| {
            let (own, argument) = (&text.receiver, &text.argument);
            Made::text(match &bounds {
                Some(bounds) => quote!(#own.chars() #bounds.collect::<String>()),
                None => quote!(slice::text(#argument, #from, #to)),
            })
        })
    }

    /// `x in y`
    pub(super) fn contains(&self, first: &Expr, rest: &[Expr]) -> Value {
        let Some(item) = rest.first() else {
            return Value::new(quote!(false), Shape::Boolean);
        };
        let ExprType::List(of) = first.ty else {
            return self.over(first, "text", |text| {
                let (own, item) = (&text.receiver, self.pattern(item));
                Made::boolean(quote!(#own.contains(#item)))
            });
        };
        self.over(first, "list", |list| {
            let own = &list.receiver;
            let tokens = if of == ItemType::String && !self.is_place(item) {
                let item = self.argument(item);
                quote!(#own.iter().any(|item| item == #item))
            } else {
                let item = self.value(item).tokens;
                quote!(#own.contains(&#item))
            };
            Made::boolean(tokens)
        })
    }

    /// `list | join(',')`
    pub(super) fn join_list(&self, first: &Expr, rest: &[Expr]) -> Value {
        let texts = first.ty == ExprType::List(ItemType::String);
        self.over(first, "list", |list| {
            let own = &list.receiver;
            let texts = if texts {
                quote!(#own)
            } else {
                quote!(#own.iter().map(ToString::to_string).collect::<Vec<_>>())
            };
            Made::text(match rest.first() {
                Some(separator) => {
                    let separator = self.argument(separator);
                    quote!(#texts.join(#separator))
                }
                None => quote!(#texts.concat()),
            })
        })
    }

    /// `x | length`: a `usize`.
    pub(super) fn length(&self, first: &Expr) -> Value {
        let list = matches!(first.ty, ExprType::List(_));
        self.over(first, if list { "list" } else { "text" }, |value| {
            let own = &value.receiver;
            Made::new(
                if list {
                    quote!(#own.len())
                } else {
                    quote!(#own.chars().count())
                },
                Shape::Integer,
            )
        })
    }
}

/// An item of a list: of one that is dropped, a copy.
pub(super) fn one(found: &TokenStream, item: ItemType, owned: bool) -> Made {
    match item {
        ItemType::Integer => Made::new(quote!(#found.copied()), Shape::Integer),
        ItemType::Number => Made::new(quote!(#found.copied()), Shape::Number),
        ItemType::Boolean => Made::new(quote!(#found.copied()), Shape::Boolean),
        _ if owned => Made::text(quote!(#found.cloned())),
        _ => Made::part(quote!(#found.map(String::as_str))),
    }
    .maybe()
}
