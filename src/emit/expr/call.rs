//! Functions of expressions in Rust.

mod list;
mod number;
mod over;
mod time;

use super::strength::receiver;
use super::{Scope, Shape, Value};
use crate::emit::record::ident;
use crate::emit::text::literal;
use crate::model::{Expr, ExprKind, ExprType, Function};
use over::Made;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// Characters of tokens that are given a name, so that what they are part of stays on a line.
pub(super) const LONG: usize = 60;

impl Scope<'_> {
    /// A function of its arguments.
    pub(super) fn call(&self, function: Function, arguments: &[Expr]) -> Value {
        let Some((first, rest)) = arguments.split_first() else {
            return self.instant_of(function, arguments);
        };
        match function {
            Function::Now
            | Function::Today
            | Function::Later
            | Function::Earlier
            | Function::ShiftDays
            | Function::ParseTime => self.instant_of(function, arguments),
            Function::Strftime
            | Function::EpochSeconds
            | Function::Year
            | Function::Month
            | Function::Day => self.of_instant(function, first, rest),
            Function::Least | Function::Greatest if is_time(first) => {
                self.instant_of(function, arguments)
            }
            // Fields of records are written as the API wrote them.
            Function::Default
                if is_time(first)
                    && !arguments.iter().any(|known| {
                        known.any(&|inner| matches!(inner.kind, ExprKind::Field { .. }))
                    }) =>
            {
                self.instant_of(function, arguments)
            }
            Function::Item => self.item(first, rest),
            Function::Slice => self.slice(first, rest),
            Function::Contains => self.contains(first, rest),
            Function::Join => self.join_list(first, rest),
            Function::Length => self.length(first),
            Function::Default => self.default(first, rest),
            Function::Filled => self.filled(first),
            Function::Least | Function::Greatest => self.extreme(function, first, rest),
            Function::Integer => self.whole(first, rest),
            Function::Number => self.float(first),
            Function::Round => self.round(first, rest),
            Function::Absolute => self.absolute(first),
            Function::Text => self.written(first),
            Function::Json => self.written_json(first),
            _ => self.text_function(function, first, rest),
        }
    }

    /// A function of a text.
    fn text_function(&self, function: Function, first: &Expr, rest: &[Expr]) -> Value {
        self.over(first, "text", |text| {
            let own = &text.receiver;
            let argument = &text.argument;
            let method = |name: &str| {
                let name = ident(name);
                match rest.first() {
                    Some(other) => {
                        let other = self.pattern(other);
                        quote!(#own.#name(#other))
                    }
                    None => quote!(#own.#name()),
                }
            };
            match function {
                Function::Lower => Made::text(quote!(#own.to_lowercase())),
                Function::Upper => Made::text(quote!(#own.to_uppercase())),
                Function::Strip | Function::StripStart | Function::StripEnd => {
                    Made::part(self.stripped(function, own, rest.first()))
                }
                Function::Replace => {
                    let new = rest.get(1).map(|new| self.argument(new));
                    let old = rest.first().map(|old| self.pattern(old));
                    Made::text(quote!(#own.replace(#old, #new)))
                }
                Function::StartsWith => Made::boolean(method("starts_with")),
                Function::EndsWith => Made::boolean(method("ends_with")),
                Function::Split => {
                    let parts = if rest.is_empty() {
                        quote!(#own.split_whitespace())
                    } else {
                        method("split")
                    };
                    Made::list(quote!(#parts.map(str::to_owned).collect::<Vec<_>>()))
                }
                Function::UrlEncode => Made::text(quote!(percent::encode(#argument))),
                Function::Base64Encode => Made::text(quote!(base64_text::encode(#argument))),
                Function::Base64Decode => {
                    Made::text(quote!(base64_text::decode(#argument))).maybe()
                }
                Function::Md5 => Made::text(quote!(md5_hex::of(#argument))),
                Function::Sha256 => Made::text(quote!(sha256_hex::of(#argument))),
                _ => {
                    let pattern = rest.first().map(|pattern| self.argument(pattern));
                    Made::text(quote!(search::first(#argument, #pattern))).maybe()
                }
            }
        })
    }

    fn stripped(
        &self,
        function: Function,
        own: &TokenStream,
        characters: Option<&Expr>,
    ) -> TokenStream {
        let (blanks, others) = match function {
            Function::StripStart => ("trim_start", "trim_start_matches"),
            Function::StripEnd => ("trim_end", "trim_end_matches"),
            _ => ("trim", "trim_matches"),
        };
        let Some(ExprKind::String(characters)) = characters.map(|known| &known.kind) else {
            let method = ident(blanks);
            return quote!(#own.#method());
        };
        let method = ident(others);
        let characters: Vec<Literal> = characters.chars().map(Literal::character).collect();
        match characters.as_slice() {
            [one] => quote!(#own.#method(#one)),
            several => quote!(#own.#method([#(#several),*])),
        }
    }

    /// A text as `&str`, or as a reference to a `String`.
    pub(super) fn argument(&self, expr: &Expr) -> TokenStream {
        let value = self.apart(expr, "text");
        let tokens = &value.tokens;
        if matches!(expr.kind, ExprKind::Join(_)) {
            let name = self.bind("joined", &value.tokens);
            return if value.optional {
                quote!(&#name.unwrap_or_default())
            } else {
                quote!(&#name)
            };
        }
        match (value.shape, value.optional) {
            (Shape::Text, false) => quote!(&#tokens),
            (Shape::Text, true) => quote!(&#tokens.unwrap_or_default()),
            (Shape::Secret, false) => quote!(#tokens.expose()),
            (_, true) => quote!(#tokens.unwrap_or_default()),
            (_, false) if self.is_place(expr) => quote!(&#tokens),
            (_, false) => tokens.clone(),
        }
    }

    /// A text that is looked for: one character is a `char`.
    fn pattern(&self, expr: &Expr) -> TokenStream {
        if let ExprKind::String(text) = &expr.kind {
            let mut characters = text.chars();
            if let (Some(one), None) = (characters.next(), characters.next()) {
                let one = Literal::character(one);
                return quote!(#one);
            }
            let text = literal(text);
            return quote!(#text);
        }
        self.argument(expr)
    }

    /// A value as a text of its own: a field of a record as the API wrote it.
    fn written(&self, expr: &Expr) -> Value {
        let value = self.shown(expr);
        let tokens = &receiver(&value.tokens);
        match (value.shape, value.optional) {
            (Shape::Text | Shape::Str, _) => value,
            (_, false) => Value::new(quote!(#tokens.to_string()), Shape::Text),
            (_, true) => {
                Value::optional(quote!(#tokens.map(|value| value.to_string())), Shape::Text)
            }
        }
    }

    /// A value as JSON.
    fn written_json(&self, expr: &Expr) -> Value {
        if !matches!(expr.ty, ExprType::String | ExprType::List(_)) {
            return self.written(expr);
        }
        let value = self.shown(expr);
        let tokens = &value.tokens;
        if value.optional {
            let tokens = receiver(tokens);
            let text = quote!(#tokens.map(|value| json!(value).to_string()));
            Value::optional(text, Shape::Text)
        } else {
            Value::new(quote!(json!(#tokens).to_string()), Shape::Text)
        }
    }

    /// A value where it counts as true.
    fn filled(&self, first: &Expr) -> Value {
        let mut value = self.apart(first, "value");
        if !value.optional && value.tokens.to_string().len() > LONG {
            let name = self.bind("value", &value.tokens);
            value.tokens = quote!(#name);
        }
        let tokens = &value.tokens;
        let option = match (value.optional, value.shape) {
            (true, _) => tokens.clone(),
            (false, Shape::Str) if self.is_place(first) => quote!(Some(#tokens.as_str())),
            (false, Shape::List(_)) if self.is_place(first) => quote!(Some(&#tokens)),
            (false, _) => quote!(Some(#tokens)),
        };
        let holds = match value.shape {
            Shape::Integer => quote!(|number| *number != 0),
            Shape::Number => quote!(|number| *number != 0.0),
            Shape::Boolean => quote!(|value| *value),
            Shape::List(_) => quote!(|list| !list.is_empty()),
            _ => quote!(|text| !text.is_empty()),
        };
        Value::optional(quote!(#option.filter(#holds)), value.shape)
    }

    /// A value, or another where it is absent.
    fn default(&self, first: &Expr, rest: &[Expr]) -> Value {
        let value = self.shown_in_default(first);
        let Some(other) = rest.first().filter(|_| value.optional) else {
            return value;
        };
        let instead = self.shown_in_default(other);
        let (a, b) = (&value.tokens, &instead.tokens);
        if instead.optional {
            return match value.shape {
                Shape::Integer | Shape::Number | Shape::Boolean => {
                    Value::optional(quote!(#a.or(#b)), value.shape)
                }
                _ => {
                    let (a, b) = (self.optional_text(first), self.optional_text(other));
                    Value::optional(quote!(#a.or_else(|| #b)), Shape::Text)
                }
            };
        }
        match (value.shape, instead.shape) {
            (Shape::Integer, _) if self.is_unsigned(first) || self.is_unsigned(other) => {
                let a = self.signed(first);
                let b = self.counted(other);
                Value::new(quote!(#a.unwrap_or(#b)), Shape::Integer)
            }
            (Shape::Integer | Shape::Number | Shape::Boolean, _) => {
                Value::new(quote!(#a.unwrap_or(#b)), value.shape)
            }
            (Shape::Secret, Shape::Text) => Value::new(
                quote!(#a.map_or_else(|| #b, |secret| secret.expose().to_owned())),
                Shape::Text,
            ),
            (Shape::Secret, _) => {
                let b = self.argument(other);
                Value::new(quote!(#a.map_or(#b, Secret::expose)), Shape::Str)
            }
            (Shape::Str, Shape::Text) => {
                Value::new(quote!(#a.map_or_else(|| #b, str::to_owned)), Shape::Text)
            }
            (Shape::Str, _) => {
                let b = self.argument(other);
                Value::new(quote!(#a.unwrap_or(#b)), Shape::Str)
            }
            (Shape::Text, _) => {
                let b = self.owned_text(other);
                Value::new(quote!(#a.unwrap_or_else(|| #b)), Shape::Text)
            }
            (Shape::List(_), Shape::List(_)) if self.is_place(other) => {
                Value::new(quote!(#a.unwrap_or(&#b)), value.shape)
            }
            (Shape::List(_), _) => {
                Value::new(quote!(#a.cloned().unwrap_or_else(|| #b)), value.shape)
            }
            (Shape::Display | Shape::Wire, _) => {
                let (a, b) = (self.optional_text(first), self.owned_text(other));
                let a = self.bind("value", &a);
                Value::new(quote!(#a.unwrap_or_else(|| #b)), Shape::Text)
            }
        }
    }

    fn shown_in_default(&self, expr: &Expr) -> Value {
        match expr.ty {
            ExprType::Timestamp | ExprType::Date => self.shown(expr),
            _ => self.apart(expr, "value"),
        }
    }
}

fn is_time(expr: &Expr) -> bool {
    matches!(expr.ty, ExprType::Timestamp | ExprType::Date)
}
