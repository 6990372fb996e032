//! Templates as texts: values of parameters, `format!`, optional texts.

use super::binding::{free_name, name_of, single_name};
use super::strength::receiver;
use super::{Scope, Shape, Value, field, wire};
use crate::emit::text;
use crate::model::{Expr, ExprKind, ExprType, Function, Part, Template, Type};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;

impl Scope<'_> {
    /// A value for a query parameter, a header or a form field.
    pub fn param(&self, template: &Template) -> TokenStream {
        match template {
            Template::Text(text) => {
                let text = text::literal(text);
                quote!(#text)
            }
            Template::Value(expr) => {
                let value = self.shown(expr);
                let tokens = &receiver(&value.tokens);
                if let ExprKind::Integer(number) = expr.kind {
                    let number = text::literal(&number.to_string());
                    return quote!(#number);
                }
                match (value.shape, value.optional) {
                    (Shape::Str | Shape::Text, false) if has_secret(expr) => {
                        let tokens = &value.tokens;
                        quote!(Secret::from(#tokens))
                    }
                    (Shape::Str | Shape::Text, true) if has_secret(expr) => {
                        quote!(#tokens.map(Secret::from))
                    }
                    (Shape::Integer, false) if is_length(expr) => quote!(#tokens.to_string()),
                    (Shape::Integer, true) if is_length(expr) => {
                        quote!(#tokens.map(|length| length.to_string()))
                    }
                    (Shape::Str | Shape::Secret, false) if self.is_place(expr) => quote!(&#tokens),
                    (Shape::List(true), false) => quote!(&#tokens),
                    (Shape::List(false), false) => {
                        quote!(#tokens.iter().map(ToString::to_string).collect::<Vec<_>>())
                    }
                    (Shape::Display, false) if !self.is_place(expr) => quote!(#tokens.to_string()),
                    (Shape::Wire, _) => wire(&value, "as_str"),
                    _ => value.tokens,
                }
            }
            Template::Parts(parts) => {
                let joined = self.joined(parts);
                if self.is_secret(template) {
                    quote!(Secret::from(#joined))
                } else {
                    joined
                }
            }
        }
    }

    /// A `String`. Secrets are shown in it: for token requests and JSON bodies only.
    pub fn string(&self, template: &Template) -> TokenStream {
        match template {
            Template::Text(text) => {
                let text = text::literal(text);
                quote!(#text.to_owned())
            }
            Template::Value(expr) => self.owned_text(expr),
            Template::Parts(parts) => self.joined(parts),
        }
    }

    /// Whether a secret reaches the text.
    pub fn is_secret(&self, template: &Template) -> bool {
        match template {
            Template::Text(_) => false,
            Template::Value(expr) => has_secret(expr),
            Template::Parts(parts) => parts
                .iter()
                .any(|part| matches!(part, Part::Value(expr) if has_secret(expr))),
        }
    }

    /// `format!` of the pieces.
    pub(super) fn joined(&self, parts: &[Part]) -> TokenStream {
        self.format(parts, |scope, expr| scope.shown(expr).display())
    }

    /// `format!` of the pieces, each value shown by a function. Values that are more than a field or a method are
    /// bound to a name before.
    pub fn format(
        &self,
        parts: &[Part],
        mut show: impl FnMut(&Self, &Expr) -> TokenStream,
    ) -> TokenStream {
        let mut pattern = String::new();
        let mut arguments = Vec::new();
        for part in parts {
            let expr = match part {
                Part::Text(text) => {
                    pattern.push_str(&text.replace('{', "{{").replace('}', "}}"));
                    continue;
                }
                Part::Value(expr) => expr,
            };
            let value = show(self, expr);
            if let Some(name) = single_name(&value) {
                pattern.push_str(&format!("{{{name}}}"));
                continue;
            }
            if is_simple(&value) {
                pattern.push_str("{}");
                arguments.push(value);
                continue;
            }
            let name = self.bind(&name_of(expr), &value);
            pattern.push_str(&format!("{{{name}}}"));
        }
        let pattern = text::literal(&pattern);
        quote!(format!(#pattern #(, #arguments)*))
    }

    /// An `Option<String>`: a text, or nothing where it is absent or empty.
    pub fn optional_text(&self, expr: &Expr) -> TokenStream {
        if expr.kind == ExprKind::Null {
            return quote!(None);
        }
        if let ExprKind::Field { root, path } = &expr.kind {
            return optional_text_of(&field::owned(*root, &self.now(*root, path)));
        }
        optional_text_of(&self.shown(expr))
    }

    /// An `Option<&str>`.
    pub fn borrowed_text(&self, expr: &Expr) -> TokenStream {
        let value = self.shown(expr);
        let tokens = &value.tokens;
        match (value.shape, value.optional) {
            (Shape::Str, true) => tokens.clone(),
            (Shape::Wire, _) => wire(&value, "as_str"),
            _ => {
                let text = optional_text_of(&value);
                self.lets.borrow_mut().extend(quote!(let link = #text;));
                quote!(link.as_deref())
            }
        }
    }

    /// The pieces joined; nothing where one of them is nothing.
    pub(super) fn join(&self, parts: &[Part]) -> Value {
        let mut bound: Vec<Ident> = Vec::new();
        for part in parts {
            let Part::Value(expr) = part else { continue };
            let value = self.shown(expr);
            if value.optional || value.shape == Shape::Wire {
                let text = self.optional_text(expr);
                bound.push(self.bind(&name_of(expr), &text));
            }
        }
        let mut names = bound.iter();
        let joined = self.format(parts, |scope, expr| {
            let value = scope.shown(expr);
            if value.optional || value.shape == Shape::Wire {
                names.next().map(|name| quote!(#name)).unwrap_or_default()
            } else {
                value.display()
            }
        });
        match bound.as_slice() {
            [] => Value::new(joined, Shape::Text),
            [only] => Value::optional(quote!(#only.as_ref().map(|#only| #joined)), Shape::Text),
            several => Value::optional(
                quote! {
                    match (#(&#several),*) {
                        (#(Some(#several)),*) => Some(#joined),
                        _ => None,
                    }
                },
                Shape::Text,
            ),
        }
    }

    /// A text that need not be made as `&str`.
    pub(super) fn borrowed(&self, expr: &Expr) -> Option<TokenStream> {
        let value = self.value(expr);
        let tokens = value.tokens;
        (value.shape == Shape::Str && !value.optional).then(|| {
            if is_string(expr, &tokens) {
                quote!(#tokens.as_str())
            } else {
                tokens
            }
        })
    }

    pub(super) fn owned_text(&self, expr: &Expr) -> TokenStream {
        let value = self.shown(expr);
        let tokens = &receiver(&value.tokens);
        match (value.shape, value.optional) {
            (Shape::Text, false) => value.tokens,
            (Shape::Str, false) if is_string(expr, tokens) => quote!(#tokens.clone()),
            (Shape::Str, false) => quote!(#tokens.to_owned()),
            (Shape::Wire, _) => {
                let text = wire(&value, "as_str");
                quote!(#text.unwrap_or_default().to_owned())
            }
            _ => {
                let shown = receiver(&value.display());
                quote!(#shown.to_string())
            }
        }
    }

    /// A value of its own, of the type of a field, and whether it is an `Option`.
    pub fn owned(&self, expr: &Expr, ty: &Type) -> (TokenStream, bool) {
        if let ExprKind::Field { root, path } = &expr.kind
            && path.ty == *ty
        {
            return self.owned_field(*root, path);
        }
        match ty {
            Type::String if expr.nullable => (self.optional_text(expr), true),
            Type::String => (self.owned_text(expr), false),
            Type::Boolean if !expr.nullable => (self.condition(expr), false),
            // Lengths are of another type.
            Type::Integer if matches!(expr.kind, ExprKind::Call(..)) => {
                let number = self.signed(expr);
                if expr.nullable {
                    (number, true)
                } else {
                    (quote!(#number.unwrap_or_default()), false)
                }
            }
            _ => {
                let Value {
                    tokens, optional, ..
                } = self.value(expr);
                let is_time = matches!(ty, Type::Timestamp(_) | Type::Date(_));
                if is_time && optional {
                    (quote!(#tokens.copied()), true)
                } else {
                    (tokens, optional)
                }
            }
        }
    }

    /// Statements that keep a secret out of messages.
    pub fn hidden(&self, expr: &Expr) -> TokenStream {
        let value = self.value(expr);
        let tokens = &value.tokens;
        match (value.shape, value.optional) {
            (Shape::Secret, false) => quote!(request.hide(&#tokens);),
            (Shape::Secret, true) => {
                quote!(if let Some(secret) = #tokens { request.hide(secret); })
            }
            (_, false) => quote!(let secret = Secret::from(#tokens); request.hide(&secret);),
            (_, true) => quote! {
                let secret = #tokens.map(Secret::from);
                if let Some(secret) = &secret { request.hide(secret); }
            },
        }
    }

    /// A value inside `json!`: bound to a name before where it is more than a field or a method.
    pub fn json(&self, template: &Template, name: &str) -> TokenStream {
        let value = self.json_value(template);
        let literal = matches!(template, Template::Text(_));
        if literal
            || is_simple(&value)
            || matches!(template, Template::Value(_)) && is_short(&value)
        {
            return value;
        }
        let name = self.bind(&free_name(name.trim_start_matches("r#")), &value);
        quote!(#name)
    }

    fn json_value(&self, template: &Template) -> TokenStream {
        match template {
            Template::Value(expr) => {
                let value = self.shown(expr);
                let tokens = &value.tokens;
                match value.shape {
                    // What may fail is not hidden in a macro.
                    _ if matches!(expr.kind, ExprKind::Cursor(..)) => {
                        let text = match value.shape {
                            Shape::Display => quote!(#tokens.to_string()),
                            _ => tokens.clone(),
                        };
                        let name = self.bind(&name_of(expr), &text);
                        quote!(#name)
                    }
                    Shape::Secret => quote!(#tokens.expose()),
                    Shape::Display => quote!(#tokens.to_string()),
                    _ => tokens.clone(),
                }
            }
            other => self.param_text(other),
        }
    }

    pub(super) fn param_text(&self, template: &Template) -> TokenStream {
        match template {
            Template::Parts(parts) => self.joined(parts),
            other => self.param(other),
        }
    }
}

/// A field, or a method of one without arguments: what `format!` may hold itself.
fn is_simple(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().all(|token| match token {
        TokenTree::Ident(_) | TokenTree::Literal(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == '.',
        TokenTree::Group(group) => group.stream().is_empty(),
    })
}

/// A chain of methods with literals for arguments that does not need a line of its own.
fn is_short(tokens: &TokenStream) -> bool {
    tokens.to_string().len() < 40
        && tokens.clone().into_iter().all(|token| match token {
            TokenTree::Ident(_) | TokenTree::Literal(_) => true,
            TokenTree::Punct(punct) => punct.as_char() == '.',
            TokenTree::Group(group) => group
                .stream()
                .into_iter()
                .all(|inner| matches!(inner, TokenTree::Literal(_))),
        })
}

fn optional_text_of(value: &Value) -> TokenStream {
    let tokens = &receiver(&value.tokens);
    match (value.shape, value.optional) {
        (Shape::Str, true) => quote!(#tokens.map(str::to_owned)),
        (Shape::Text, true) => value.tokens.clone(),
        (Shape::Wire, _) => {
            let text = wire(value, "as_str");
            quote!(#text.map(str::to_owned))
        }
        (Shape::Text, false) => {
            let tokens = &value.tokens;
            quote!(Some(#tokens))
        }
        (_, true) => quote!(#tokens.map(|value| value.to_string())),
        (_, false) => quote!(Some(#tokens.to_string())),
    }
}

/// A place of a `String`, or a reference to one that a pattern has bound.
fn is_string(expr: &Expr, tokens: &TokenStream) -> bool {
    matches!(expr.kind, ExprKind::Config(_) | ExprKind::Field { .. })
        && !tokens
            .clone()
            .into_iter()
            .any(|token| matches!(token, TokenTree::Group(_)))
}

/// A `usize`.
fn is_length(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Call(Function::Length, _))
}

fn has_secret(expr: &Expr) -> bool {
    expr.ty == ExprType::Secret
}
