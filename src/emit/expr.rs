//! Typed expressions as plain Rust.

mod binding;
mod call;
mod condition;
pub mod field;
mod strength;
mod text;

use super::envelope::Pages;
use super::incremental;
use super::record::ident;
use super::text::{self as rust, integer, literal};
use crate::model::{
    Accessor, ConfigField, ConfigType, Connector, Expr, ExprKind, ExprType, Job, LeafKind,
    Partitions, Resource, Type,
};
use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::quote;
use std::cell::RefCell;

/// Where an expression stands: what its names are called there.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The connector, for the types of its config.
    pub connector: &'a Connector,
    /// The values beside the records, where a body can be read.
    pub accessors: &'a [Accessor],
    /// Accessors of scalars that are on the way to nothing optional.
    pub always: &'a [String],
    /// Which function it stands in.
    pub place: Place,
    /// Within an option of a choice that has fields: the way to it and its own fields, each bound to its name.
    pub option: Option<(&'a [String], &'a [ConfigField])>,
    /// The resource in whose module it stands.
    pub resource: Option<&'a Resource>,
    /// How the resource is divided, where a `partition` is bound.
    pub partitions: Option<&'a Partitions>,
    /// The job that requests are about, and the statements that take values out of the answer that created it.
    pub job: Option<(&'a Job, &'a RefCell<TokenStream>)>,
    /// Statements that have to stand before the expression just made; see [`Scope::before`].
    pub lets: &'a RefCell<TokenStream>,
}

/// Functions in which expressions stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before a request: `config`.
    Request,
    /// After a page: `turn`.
    Next,
    /// On an answer that may be a failure: `answer`, `body`.
    Rule,
}

/// An expression in Rust.
#[derive(Clone)]
pub struct Value {
    /// The expression.
    pub tokens: TokenStream,
    /// What it gives.
    pub shape: Shape,
    /// Whether that is inside an `Option`.
    pub optional: bool,
}

/// What Rust type an expression has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// `&str`, or a place of type `String`: has `==` with texts and can be displayed.
    Str,
    /// A `String` of its own.
    Text,
    /// A place of type `Secret`.
    Secret,
    /// `i64`, `u64`, `u16`
    Integer,
    /// `f64`
    Number,
    /// `bool`
    Boolean,
    /// A place or value with `Display`.
    Display,
    /// A place of a `Vec`.
    List(bool),
    /// The runtime's `Scalar`: known only when it is there.
    Wire,
}

impl Value {
    fn new(tokens: TokenStream, shape: Shape) -> Self {
        Self {
            tokens,
            shape,
            optional: false,
        }
    }

    fn optional(tokens: TokenStream, shape: Shape) -> Self {
        Self {
            tokens,
            shape,
            optional: true,
        }
    }

    /// Something that `format!` takes.
    pub fn display(&self) -> TokenStream {
        let tokens = &strength::receiver(&self.tokens);
        match (self.optional, self.shape) {
            (_, Shape::Wire) => {
                let text = wire(self, "as_str");
                quote!(#text.unwrap_or_default())
            }
            (false, Shape::Secret) => quote!(#tokens.expose()),
            (false, Shape::List(_)) => quote!(#tokens.join(",")),
            (false, _) => self.tokens.clone(),
            (true, Shape::Secret) => quote!(#tokens.map_or("", Secret::expose)),
            (true, Shape::Str) => quote!(#tokens.unwrap_or_default()),
            (true, Shape::Text) => quote!(#tokens.unwrap_or_default()),
            (true, _) => quote!(#tokens.map(|value| value.to_string()).unwrap_or_default()),
        }
    }
}

impl<'a> Scope<'a> {
    /// A place of an owned type, which has to be borrowed: not a field that a pattern has bound, nor an enum's word.
    fn is_place(&self, expr: &Expr) -> bool {
        let bound = match &expr.kind {
            ExprKind::Config(path) => self
                .option
                .is_some_and(|(by, _)| path.len() > by.len() && path.starts_with(by)),
            // These are not parameters themselves.
            ExprKind::Field { path, .. } if matches!(path.ty, Type::Decimal | Type::Uuid) => {
                return false;
            }
            ExprKind::Field { .. } => false,
            _ => return false,
        };
        !bound
            && !self
                .value(expr)
                .tokens
                .into_iter()
                .any(|token| matches!(token, TokenTree::Group(_)))
    }

    /// Any expression.
    pub fn value(&self, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::String(text) => {
                let text = literal(text);
                Value::new(quote!(#text), Shape::Str)
            }
            ExprKind::Integer(number) => Value::new(integer(number), Shape::Integer),
            ExprKind::Number(number) => Value::new(rust::number(*number), Shape::Number),
            ExprKind::Boolean(value) => Value::new(quote!(#value), Shape::Boolean),
            ExprKind::Null => Value::optional(quote!(None::<&str>), Shape::Str),
            ExprKind::Config(path) => self.config(path),
            ExprKind::Body(path) => self.body(&path.accessor),
            ExprKind::Created(path, shown) => self.created(&path.accessor, shown),
            ExprKind::CreatedHeader(name) => {
                let (name, shown) = (literal(name), literal(&format!("headers['{name}']")));
                self.of_job(
                    name.to_string().trim_matches('"'),
                    &quote!(job.header(#name)),
                    &shown,
                )
            }
            ExprKind::Header(name) => {
                let name = literal(name);
                let answer = self.answer();
                Value::optional(quote!(#answer.header(#name)), Shape::Str)
            }
            ExprKind::Status => {
                let answer = self.answer();
                Value::new(quote!(#answer.status()), Shape::Integer)
            }
            ExprKind::Field { root, path } => {
                let word = self.word_type(*root, &path.ty);
                field::value(*root, &self.now(*root, path), word.as_ref())
            }
            ExprKind::Cursor(edge, format) => {
                incremental::sent(*edge, format, expr.ty, expr.nullable)
            }
            ExprKind::PageSize => Value::new(quote!(turn.size), Shape::Integer),
            ExprKind::PageNumber => Value::new(quote!(turn.number), Shape::Integer),
            ExprKind::Truthy(inner) => Value::new(self.boolean(inner), Shape::Boolean),
            ExprKind::Not(inner) => {
                if let ExprKind::IsPresent(of) = &inner.kind {
                    return self.presence(of, false);
                }
                Value::new(self.opposite(inner), Shape::Boolean)
            }
            ExprKind::And(left, right) => {
                let (left, right) = (self.operand(left), self.operand(right));
                Value::new(quote!((#left && #right)), Shape::Boolean)
            }
            ExprKind::Or(left, right) => {
                let (left, right) = (self.operand(left), self.operand(right));
                Value::new(quote!((#left || #right)), Shape::Boolean)
            }
            ExprKind::Compare(comparison, left, right) => self.compare(*comparison, left, right),
            ExprKind::Arithmetic(operator, left, right) => {
                self.arithmetic(*operator, left, right, expr.ty)
            }
            ExprKind::If(condition, then, otherwise) => self.choice(condition, then, otherwise),
            ExprKind::Join(parts) => self.join(parts),
            ExprKind::Read(inner) => {
                let value = self.value(inner);
                let (method, shape) = match expr.ty {
                    ExprType::Integer => ("integer", Shape::Integer),
                    ExprType::Number => ("number", Shape::Number),
                    ExprType::Boolean => ("boolean", Shape::Boolean),
                    _ => ("as_str", Shape::Str),
                };
                Value::optional(wire(&value, method), shape)
            }
            ExprKind::Call(function, arguments) => self.call(*function, arguments),
            ExprKind::IsPresent(inner) => self.presence(inner, true),
        }
    }

    /// Whether a value is there, or is not.
    fn presence(&self, inner: &Expr, there: bool) -> Value {
        let value = self.value(inner);
        let tokens = &value.tokens;
        let method = ident(if there { "is_some" } else { "is_none" });
        let present = match (value.shape, value.optional) {
            (Shape::Wire, _) => {
                let text = wire(&value, "as_str");
                quote!(#text.#method())
            }
            (_, true) => quote!(#tokens.#method()),
            (_, false) => quote!(#there),
        };
        Value::new(present, Shape::Boolean)
    }

    /// An expression that becomes text: a field of a record as the API wrote it.
    fn shown(&self, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Field { root, path } => field::text(*root, &self.now(*root, path)),
            _ => None,
        }
        .unwrap_or_else(|| self.value(expr))
    }

    fn choice(&self, condition: &Expr, then: &Expr, otherwise: &Expr) -> Value {
        let (condition, opposite) = self.decided(condition);
        let (then, otherwise) = if opposite {
            (otherwise, then)
        } else {
            (then, otherwise)
        };
        let (left, right) = (self.shown(then), self.shown(otherwise));
        if left.optional
            || right.optional
            || left.shape == Shape::Wire
            || right.shape == Shape::Wire
        {
            let (left, right) = (self.optional_text(then), self.optional_text(otherwise));
            let (left, right) = (self.branch(left), self.branch(right));
            return Value::optional(quote!(if #condition { #left } else { #right }), Shape::Text);
        }
        let same = left.shape == right.shape;
        match left.shape {
            shape @ (Shape::Integer | Shape::Number | Shape::Boolean) if same => {
                let (left, right) = (self.branch(left.tokens), self.branch(right.tokens));
                Value::new(quote!(if #condition { #left } else { #right }), shape)
            }
            _ => {
                if let (Some(left), Some(right)) = (self.borrowed(then), self.borrowed(otherwise)) {
                    let (left, right) = (self.branch(left), self.branch(right));
                    let tokens = quote!(if #condition { #left } else { #right });
                    return Value::new(tokens, Shape::Str);
                }
                let (left, right) = (self.owned_text(then), self.owned_text(otherwise));
                let (left, right) = (self.branch(left), self.branch(right));
                Value::new(quote!(if #condition { #left } else { #right }), Shape::Text)
            }
        }
    }

    /// What a choice gives: a choice within it is bound to a name before.
    fn branch(&self, tokens: TokenStream) -> TokenStream {
        if strength::strength(&tokens) < strength::Strength::Logic {
            let name = self.bind("choice", &tokens);
            return quote!(#name);
        }
        strength::without_parentheses(tokens)
    }

    fn answer(&self) -> TokenStream {
        if self.place == Place::Rule {
            quote!(answer)
        } else {
            quote!(turn.answer)
        }
    }

    fn body(&self, accessor: &str) -> Value {
        let method = ident(accessor);
        let kind = self
            .accessors
            .iter()
            .find(|known| known.rust == accessor)
            .map_or(LeafKind::Token, |known| known.kind);
        let tokens = if self.place == Place::Rule {
            quote!(body.#method())
        } else {
            quote!(turn.page.#method())
        };
        match kind {
            LeafKind::Token => Value::optional(tokens, Shape::Str),
            LeafKind::Count => Value::optional(tokens, Shape::Integer),
            LeafKind::Flag => Value::optional(tokens, Shape::Boolean),
            LeafKind::Scalar => Value {
                tokens,
                shape: Shape::Wire,
                optional: !self.always.contains(&accessor.to_owned()),
            },
        }
    }

    /// A value of the answer that created the job, which has to be there.
    fn created(&self, accessor: &str, shown: &str) -> Value {
        let created = self.job.and_then(|(job, _)| job.created.as_ref());
        let certain = created.is_some_and(|created| {
            let certain = Pages::new(created, "").certain();
            certain.iter().any(|known| known == accessor)
        });
        let method = ident(accessor);
        let text = if certain {
            quote!(created.#method().as_str())
        } else {
            quote!(created.#method().and_then(Scalar::as_str))
        };
        self.of_job(accessor, &text, &literal(shown))
    }

    fn of_job(&self, name: &str, text: &TokenStream, shown: &Literal) -> Value {
        let name = heck::ToSnakeCase::to_snake_case(name);
        let name = ident(&format!("job_{name}"));
        let statement = quote!(let #name = needed(job, #shown, #text)?;);
        if let Some((_, lets)) = self.job {
            let mut lets = lets.borrow_mut();
            if !lets.to_string().contains(&statement.to_string()) {
                lets.extend(statement);
            }
        }
        Value::new(quote!(#name), Shape::Str)
    }

    fn config(&self, path: &[String]) -> Value {
        let mut tokens = quote!(config);
        let mut fields: &[ConfigField] = &self.connector.config;
        let mut path = path;
        let mut bound = false;
        if let Some((by, own)) = self.option
            && let Some(rest) = path.strip_prefix(by).filter(|rest| !rest.is_empty())
        {
            (path, fields, bound) = (rest, own, true);
        }
        let mut shape = Shape::Display;
        let mut optional = false;
        for (index, step) in path.iter().enumerate() {
            let name = ident(step);
            let Some(field) = fields.iter().find(|field| field.name.rust == *step) else {
                break;
            };
            let last = index + 1 == path.len();
            tokens = match (optional, last) {
                _ if bound && index == 0 => quote!(#name),
                (false, _) => quote!(#tokens.#name),
                (true, false) if field.optional => {
                    quote!(#tokens.as_ref().and_then(|inner| inner.#name.as_ref()))
                }
                (true, _) => quote!(#tokens.as_ref().map(|inner| &inner.#name)),
            };
            optional |= field.optional;
            shape = config_shape(&field.ty);
            fields = match &field.ty {
                ConfigType::Object { fields, .. } => fields,
                _ => &[],
            };
            if last && matches!(field.ty, ConfigType::Enum { .. }) {
                tokens = if optional {
                    quote!(#tokens.as_ref().map(|word| word.as_str()))
                } else {
                    quote!(#tokens.as_str())
                };
            } else if last && optional && shape == Shape::Str {
                tokens = quote!(#tokens.as_deref());
            } else if last
                && optional
                && matches!(shape, Shape::Secret | Shape::List(_) | Shape::Display)
            {
                tokens = quote!(#tokens.as_ref());
            }
        }
        Value {
            tokens,
            shape,
            optional,
        }
    }
}

fn config_shape(ty: &ConfigType) -> Shape {
    match ty {
        ConfigType::String | ConfigType::Enum { .. } => Shape::Str,
        ConfigType::Secret => Shape::Secret,
        ConfigType::Integer => Shape::Integer,
        ConfigType::Number => Shape::Number,
        ConfigType::Boolean => Shape::Boolean,
        ConfigType::List(item) => Shape::List(matches!(
            **item,
            ConfigType::String
                | ConfigType::Secret
                | ConfigType::Integer
                | ConfigType::Number
                | ConfigType::Boolean
        )),
        ConfigType::Timestamp
        | ConfigType::Date
        | ConfigType::Object { .. }
        | ConfigType::OneOf { .. } => Shape::Display,
    }
}

/// A method of the runtime's `Scalar`, on a value that may not be there.
fn wire(value: &Value, method: &str) -> TokenStream {
    let (tokens, name) = (&value.tokens, ident(method));
    match value.optional {
        true if method == "is_truthy" => quote!(#tokens.is_some_and(Scalar::#name)),
        true => quote!(#tokens.and_then(Scalar::#name)),
        false => quote!(#tokens.#name()),
    }
}

#[cfg(test)]
mod tests;
