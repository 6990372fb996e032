//! A function of a value that may be absent.

use super::super::strength::{Strength, receiver, strength, without_parentheses};
use super::super::{Scope, Shape, Value};
use crate::emit::record::ident;
use crate::model::{Expr, ExprKind};
use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// What a function is applied to, where it is there.
pub(super) struct There {
    /// Before a method.
    pub receiver: TokenStream,
    /// As an argument: a text is borrowed.
    pub argument: TokenStream,
}

/// What a function makes of it.
pub(super) struct Made {
    tokens: TokenStream,
    shape: Shape,
    optional: bool,
}

impl Made {
    pub fn new(tokens: TokenStream, shape: Shape) -> Self {
        Self {
            tokens,
            shape,
            optional: false,
        }
    }

    /// A `String`.
    pub fn text(tokens: TokenStream) -> Self {
        Self::new(tokens, Shape::Text)
    }

    /// A part of the text, borrowed.
    pub fn part(tokens: TokenStream) -> Self {
        Self::new(tokens, Shape::Str)
    }

    pub fn boolean(tokens: TokenStream) -> Self {
        Self::new(tokens, Shape::Boolean)
    }

    /// A `Vec` of its own.
    pub fn list(tokens: TokenStream) -> Self {
        Self::new(tokens, Shape::List(true))
    }

    /// The same as an `Option`.
    pub fn maybe(self) -> Self {
        Self {
            optional: true,
            ..self
        }
    }
}

impl Scope<'_> {
    /// What a function makes of a value; nothing where the value is nothing.
    pub(super) fn over(&self, expr: &Expr, name: &str, function: impl Fn(&There) -> Made) -> Value {
        let mut value = self.typed(expr, name);
        // Where it is an argument, `format!` has no line of its own.
        if !value.optional && matches!(expr.kind, ExprKind::Join(_)) {
            let joined = self.bind("joined", &value.tokens);
            value.tokens = quote!(#joined);
        }
        let tokens = &receiver(&value.tokens);
        if !value.optional {
            let receiver = match value.shape {
                Shape::Secret => quote!(#tokens.expose()),
                _ => tokens.clone(),
            };
            let argument = match value.shape {
                Shape::Secret => receiver.clone(),
                Shape::Integer | Shape::Number | Shape::Boolean => {
                    without_parentheses(value.tokens.clone())
                }
                shape => self.borrowed_argument(expr, shape, &value.tokens),
            };
            let made = owned(function(&There { receiver, argument }), value.shape);
            return Value {
                tokens: made.tokens,
                shape: made.shape,
                optional: made.optional,
            };
        }
        let name = ident(name);
        let (receiver, argument) = match value.shape {
            Shape::Secret => (quote!(#name.expose()), quote!(#name.expose())),
            Shape::Text => (quote!(#name), quote!(&#name)),
            _ => (quote!(#name), quote!(#name)),
        };
        let made = owned(function(&There { receiver, argument }), value.shape);
        let method = ident(if made.optional { "and_then" } else { "map" });
        let inner = &made.tokens;
        let closure =
            path(inner, &name.to_string(), value.shape).unwrap_or_else(|| quote!(|#name| #inner));
        Value::optional(quote!(#tokens.#method(#closure)), made.shape)
    }
}

impl Scope<'_> {
    /// A value that can be an operand: a choice is bound to a name before.
    pub(in super::super) fn apart(&self, expr: &Expr, name: &str) -> Value {
        let mut value = self.value(expr);
        if strength(&value.tokens) == Strength::Block {
            let name = self.bind(name, &value.tokens);
            value.tokens = quote!(#name);
        }
        value
    }

    /// A value of which methods can be called: the type of a literal is said.
    fn typed(&self, expr: &Expr, name: &str) -> Value {
        let mut value = self.apart(expr, name);
        match expr.kind {
            ExprKind::Integer(number) => {
                value.tokens = Literal::i64_suffixed(number).into_token_stream();
            }
            ExprKind::Number(number) => {
                value.tokens = Literal::f64_suffixed(number).into_token_stream();
            }
            _ => {}
        }
        value
    }

    /// A text or a list as an argument.
    fn borrowed_argument(&self, expr: &Expr, shape: Shape, tokens: &TokenStream) -> TokenStream {
        if shape == Shape::Text || self.is_place(expr) {
            quote!(&#tokens)
        } else {
            tokens.clone()
        }
    }
}

/// What is borrowed from a text that is dropped becomes a text of its own.
fn owned(made: Made, from: Shape) -> Made {
    if from != Shape::Text || made.shape != Shape::Str {
        return made;
    }
    let tokens = made.tokens;
    let tokens = if made.optional {
        quote!(#tokens.map(str::to_owned))
    } else {
        quote!(#tokens.to_owned())
    };
    Made {
        tokens,
        shape: Shape::Text,
        ..made
    }
}

/// The path of a function or method that the closure merely calls.
fn path(tokens: &TokenStream, name: &str, shape: Shape) -> Option<TokenStream> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let ty = match shape {
        Shape::Str => "str",
        Shape::Integer => "i64",
        Shape::Number => "f64",
        Shape::List(_) => "Vec",
        _ => return None,
    };
    let is_name = |tree: &TokenTree| matches!(tree, TokenTree::Ident(found) if *found == name);
    match trees.as_slice() {
        [
            own,
            TokenTree::Punct(dot),
            TokenTree::Ident(method),
            TokenTree::Group(arguments),
        ] if is_name(own) && dot.as_char() == '.' && arguments.stream().is_empty() => {
            let by_reference = shape != Shape::Str && *method == "to_string"
                || matches!(shape, Shape::List(_)) && *method != "len";
            let ty = ident(ty);
            (!by_reference).then(|| quote!(#ty::#method))
        }
        [function @ .., TokenTree::Group(arguments)]
            if arguments.delimiter() == Delimiter::Parenthesis
                && !function.is_empty()
                && function.iter().all(|tree| match tree {
                    TokenTree::Ident(_) => true,
                    TokenTree::Punct(punct) => punct.as_char() == ':',
                    _ => false,
                }) =>
        {
            let arguments: Vec<TokenTree> = arguments.stream().into_iter().collect();
            let only = matches!(arguments.as_slice(), [one] if is_name(one));
            only.then(|| function.iter().cloned().collect())
        }
        _ => None,
    }
}
