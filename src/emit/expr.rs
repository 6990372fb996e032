//! Typed expressions as plain Rust.

use super::record::ident;
use super::text;
use crate::model::{
    Accessor, Comparison, ConfigField, ConfigType, Connector, Expr, ExprKind, ExprType, LeafKind,
    Operator, Part, RecordPath, Template, TimeFormat, Type,
};
use proc_macro2::{Ident, TokenStream, TokenTree};
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
        let tokens = &self.tokens;
        match (self.optional, self.shape) {
            (_, Shape::Wire) => {
                let text = wire(self, "as_str");
                quote!(#text.unwrap_or_default())
            }
            (false, Shape::Secret) => quote!(#tokens.expose()),
            (false, Shape::List(_)) => quote!(#tokens.join(",")),
            (false, _) => tokens.clone(),
            (true, Shape::Secret) => quote!(#tokens.map_or("", Secret::expose)),
            (true, Shape::Str) => quote!(#tokens.unwrap_or_default()),
            (true, Shape::Text) => quote!(#tokens.unwrap_or_default()),
            (true, _) => quote!(#tokens.map(|value| value.to_string()).unwrap_or_default()),
        }
    }
}

impl<'a> Scope<'a> {
    /// A value for a query parameter, a header or a form field.
    pub fn param(&self, template: &Template) -> TokenStream {
        match template {
            Template::Text(text) => {
                let text = text::literal(text);
                quote!(#text)
            }
            Template::Value(expr) => {
                let value = self.value(expr);
                let tokens = &value.tokens;
                if let ExprKind::Integer(number) = expr.kind {
                    let number = text::literal(&number.to_string());
                    return quote!(#number);
                }
                match (value.shape, value.optional) {
                    (Shape::Str | Shape::Secret, false) if self.is_place(expr) => quote!(&#tokens),
                    (Shape::List(true), false) => quote!(&#tokens),
                    (Shape::List(false), false) => {
                        quote!(#tokens.iter().map(ToString::to_string).collect::<Vec<_>>())
                    }
                    (Shape::Display, false) if !self.is_place(expr) => quote!(#tokens.to_string()),
                    (Shape::Wire, _) => wire(&value, "as_str"),
                    _ => tokens.clone(),
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
    fn joined(&self, parts: &[Part]) -> TokenStream {
        self.format(parts, |scope, expr| scope.value(expr).display())
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
        let mut names: Vec<String> = Vec::new();
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
            let mut name = name_of(expr);
            while names.contains(&name) {
                name.push_str("_too");
            }
            let variable = ident(&name);
            self.lets
                .borrow_mut()
                .extend(quote!(let #variable = #value;));
            pattern.push_str(&format!("{{{name}}}"));
            names.push(name);
        }
        let pattern = text::literal(&pattern);
        quote!(format!(#pattern #(, #arguments)*))
    }

    /// The statements that have to stand before what was made since the last call.
    pub fn before(&self) -> TokenStream {
        std::mem::take(&mut *self.lets.borrow_mut())
    }

    /// An `Option<String>`: a text, or nothing where it is absent or empty.
    pub fn optional_text(&self, expr: &Expr) -> TokenStream {
        if expr.kind == ExprKind::Null {
            return quote!(None);
        }
        optional_text_of(&self.value(expr))
    }

    /// An `Option<&str>`.
    pub fn borrowed_text(&self, expr: &Expr) -> TokenStream {
        let value = self.value(expr);
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
    fn join(&self, parts: &[Part]) -> Value {
        let mut bound: Vec<Ident> = Vec::new();
        for part in parts {
            let Part::Value(expr) = part else { continue };
            let value = self.value(expr);
            if value.optional || value.shape == Shape::Wire {
                let mut name = name_of(expr);
                while bound.iter().any(|known| *known == name) {
                    name.push_str("_too");
                }
                let (name, text) = (ident(&name), optional_text_of(&value));
                self.lets.borrow_mut().extend(quote!(let #name = #text;));
                bound.push(name);
            }
        }
        let mut names = bound.iter();
        let joined = self.format(parts, |scope, expr| {
            let value = scope.value(expr);
            if value.optional || value.shape == Shape::Wire {
                names.next().map(|name| quote!(#name)).unwrap_or_default()
            } else {
                value.display()
            }
        });
        match bound.as_slice() {
            [] => Value::new(joined, Shape::Text),
            [only] => Value::optional(quote!(#only.map(|#only| #joined)), Shape::Text),
            several => Value::optional(
                quote! {
                    match (#(#several),*) {
                        (#(Some(#several)),*) => Some(#joined),
                        _ => None,
                    }
                },
                Shape::Text,
            ),
        }
    }

    fn owned_text(&self, expr: &Expr) -> TokenStream {
        let value = self.value(expr);
        let tokens = &value.tokens;
        match (value.shape, value.optional) {
            (Shape::Text, false) => tokens.clone(),
            (Shape::Str, false) => quote!(#tokens.clone()),
            (Shape::Wire, _) => {
                let text = wire(&value, "as_str");
                quote!(#text.unwrap_or_default().to_owned())
            }
            _ => {
                let shown = value.display();
                quote!(#shown.to_string())
            }
        }
    }

    /// A value inside `json!`.
    pub fn json(&self, template: &Template) -> TokenStream {
        match template {
            Template::Value(expr) => {
                let value = self.value(expr);
                let tokens = &value.tokens;
                match value.shape {
                    Shape::Secret => quote!(#tokens.expose()),
                    Shape::Display => quote!(#tokens.to_string()),
                    _ => tokens.clone(),
                }
            }
            other => self.param_text(other),
        }
    }

    fn param_text(&self, template: &Template) -> TokenStream {
        match template {
            Template::Parts(parts) => self.joined(parts),
            other => self.param(other),
        }
    }

    /// A `bool` without parentheses around it.
    pub fn condition(&self, expr: &Expr) -> TokenStream {
        let tokens = self.boolean(expr);
        let mut trees = tokens.clone().into_iter();
        match (trees.next(), trees.next()) {
            (Some(TokenTree::Group(group)), None) => group.stream(),
            _ => tokens,
        }
    }

    /// A `bool` as an operand: bound to a name before where it is long.
    fn operand(&self, expr: &Expr) -> TokenStream {
        let tokens = self.boolean(expr);
        if tokens.to_string().len() < 30 {
            return tokens;
        }
        let condition = self.condition(expr);
        let mut lets = self.lets.borrow_mut();
        let bound = lets
            .clone()
            .into_iter()
            .filter(|token| token.to_string() == "let")
            .count();
        let name = ident(&format!("condition_{}", bound + 1));
        lets.extend(quote!(let #name = #condition;));
        quote!(#name)
    }

    /// A `bool`.
    pub fn boolean(&self, expr: &Expr) -> TokenStream {
        let value = self.value(expr);
        let tokens = &value.tokens;
        match (value.shape, value.optional) {
            (Shape::Boolean, false) => tokens.clone(),
            (Shape::Boolean, true) => quote!((#tokens == Some(true))),
            (Shape::Wire, _) => wire(&value, "is_truthy"),
            (Shape::Str | Shape::Text, false) => quote!(!#tokens.is_empty()),
            (Shape::Str, true) => quote!(#tokens.is_some_and(|text| !text.is_empty())),
            (Shape::Integer, false) => quote!((#tokens != 0)),
            (Shape::Integer, true) => quote!(#tokens.is_some_and(|number| number != 0)),
            (Shape::Number, false) => quote!((#tokens != 0.0)),
            (Shape::List(_), false) => quote!(!#tokens.is_empty()),
            (_, true) => quote!(#tokens.is_some()),
            (_, false) => quote!(true),
        }
    }

    /// A place of an owned type, which has to be borrowed: not a field that a pattern has bound, nor an enum's word.
    fn is_place(&self, expr: &Expr) -> bool {
        let ExprKind::Config(path) = &expr.kind else {
            return false;
        };
        let bound = self
            .option
            .is_some_and(|(by, _)| path.len() > by.len() && path.starts_with(by));
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
                let text = text::literal(text);
                Value::new(quote!(#text), Shape::Str)
            }
            ExprKind::Integer(number) => Value::new(text::integer(number), Shape::Integer),
            ExprKind::Number(number) => Value::new(text::number(*number), Shape::Number),
            ExprKind::Boolean(value) => Value::new(quote!(#value), Shape::Boolean),
            ExprKind::Null => Value::optional(quote!(None::<&str>), Shape::Str),
            ExprKind::Config(path) => self.config(path),
            ExprKind::Body(path) => self.body(&path.accessor),
            ExprKind::Header(name) => {
                let name = text::literal(name);
                let answer = self.answer();
                Value::optional(quote!(#answer.header(#name)), Shape::Str)
            }
            ExprKind::Status => {
                let answer = self.answer();
                Value::new(quote!(#answer.status()), Shape::Integer)
            }
            ExprKind::LastRecord(path) => last_record(path),
            ExprKind::PageSize => Value::new(quote!(turn.size), Shape::Integer),
            ExprKind::PageNumber => Value::new(quote!(turn.number), Shape::Integer),
            ExprKind::Truthy(inner) => Value::new(self.boolean(inner), Shape::Boolean),
            ExprKind::Not(inner) => {
                let inner = self.boolean(inner);
                Value::new(quote!(!#inner), Shape::Boolean)
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
                let method = ident(match operator {
                    Operator::Add => "checked_add",
                    Operator::Subtract => "checked_sub",
                    Operator::Multiply => "checked_mul",
                });
                let (left, right) = (self.signed(left), self.signed(right));
                let tokens = quote!(#left.zip(#right).and_then(|(a, b)| i64::#method(a, b)));
                Value::optional(tokens, Shape::Integer)
            }
            ExprKind::If(condition, then, otherwise) => self.choice(condition, then, otherwise),
            ExprKind::Join(parts) => self.join(parts),
            ExprKind::IsPresent(inner) => {
                let value = self.value(inner);
                let tokens = &value.tokens;
                let present = match (value.shape, value.optional) {
                    (Shape::Wire, _) => {
                        let text = wire(&value, "as_str");
                        quote!(#text.is_some())
                    }
                    (_, true) => quote!(#tokens.is_some()),
                    (_, false) => quote!(true),
                };
                Value::new(present, Shape::Boolean)
            }
        }
    }

    fn choice(&self, condition: &Expr, then: &Expr, otherwise: &Expr) -> Value {
        let condition = self.condition(condition);
        let (left, right) = (self.value(then), self.value(otherwise));
        if left.optional
            || right.optional
            || left.shape == Shape::Wire
            || right.shape == Shape::Wire
        {
            let (left, right) = (self.optional_text(then), self.optional_text(otherwise));
            return Value::optional(quote!(if #condition { #left } else { #right }), Shape::Text);
        }
        let same = left.shape == right.shape;
        match left.shape {
            shape @ (Shape::Integer | Shape::Number | Shape::Boolean) if same => {
                let (left, right) = (&left.tokens, &right.tokens);
                Value::new(quote!(if #condition { #left } else { #right }), shape)
            }
            _ => {
                let (left, right) = (self.owned_text(then), self.owned_text(otherwise));
                Value::new(quote!(if #condition { #left } else { #right }), Shape::Text)
            }
        }
    }

    /// An `Option<i64>`.
    fn signed(&self, expr: &Expr) -> TokenStream {
        let value = self.value(expr);
        let tokens = &value.tokens;
        if let ExprKind::Integer(number) = expr.kind {
            let number = proc_macro2::Literal::i64_suffixed(number);
            return quote!(Some(#number));
        }
        match (value.shape, value.optional, self.is_unsigned(expr)) {
            (Shape::Wire, ..) => wire(&value, "integer"),
            (_, true, true) => quote!(#tokens.and_then(|number| i64::try_from(number).ok())),
            (_, true, false) => tokens.clone(),
            (_, false, true) if expr.kind == ExprKind::Status => quote!(Some(i64::from(#tokens))),
            (_, false, true) => quote!(i64::try_from(#tokens).ok()),
            (_, false, false) => quote!(Some(#tokens)),
        }
    }

    /// Counters of the runtime: `u64`, and the status.
    fn is_unsigned(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::PageSize | ExprKind::PageNumber | ExprKind::Status => true,
            ExprKind::Body(path) => self
                .accessors
                .iter()
                .any(|known| known.rust == path.accessor && known.kind == LeafKind::Count),
            _ => false,
        }
    }

    /// Whether two integers have to be brought to one type before they are compared.
    fn differ_in_sign(&self, left: &Expr, right: &Expr) -> bool {
        let natural = |expr: &Expr| matches!(expr.kind, ExprKind::Integer(number) if number >= 0);
        let integers = left.ty == ExprType::Integer && right.ty == ExprType::Integer;
        let status = |expr: &Expr| expr.kind == ExprKind::Status;
        integers
            && !natural(left)
            && !natural(right)
            && (self.is_unsigned(left) != self.is_unsigned(right) || status(left) != status(right))
    }

    fn compare(&self, comparison: Comparison, left: &Expr, right: &Expr) -> Value {
        let (mut a, mut b) = (self.value(left), self.value(right));
        if self.differ_in_sign(left, right) {
            a = Value::optional(self.signed(left), Shape::Integer);
            b = Value::optional(self.signed(right), Shape::Integer);
        }
        for (this, other) in [(0, b.shape), (1, a.shape)] {
            let this = if this == 0 { &mut a } else { &mut b };
            if this.shape == Shape::Wire {
                *this = match other {
                    Shape::Integer => Value::optional(wire(this, "integer"), Shape::Integer),
                    Shape::Number => Value::optional(wire(this, "number"), Shape::Number),
                    Shape::Boolean => Value::optional(wire(this, "boolean"), Shape::Boolean),
                    _ => Value::optional(wire(this, "as_str"), Shape::Str),
                };
            }
        }
        let operator = match comparison {
            Comparison::Equal => quote!(==),
            Comparison::NotEqual => quote!(!=),
            Comparison::Less => quote!(<),
            Comparison::LessOrEqual => quote!(<=),
            Comparison::Greater => quote!(>),
            Comparison::GreaterOrEqual => quote!(>=),
        };
        let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        let tokens = match (a.optional, b.optional) {
            (false, false) => {
                let (a, b) = (plain(&a), plain(&b));
                quote!(#a #operator #b)
            }
            (true, true) if equality => {
                let (a, b) = (borrowed(&a), borrowed(&b));
                quote!(#a #operator #b)
            }
            (true, true) => {
                let (a, b) = (borrowed(&a), borrowed(&b));
                quote!(#a.zip(#b).is_some_and(|(a, b)| a #operator b))
            }
            // A value that is absent is unequal to all, and neither less nor greater than any.
            (true, false) if equality => {
                let (a, b) = (borrowed(&a), plain(&b));
                quote!(#a #operator Some(#b))
            }
            (false, true) if equality => {
                let (a, b) = (plain(&a), borrowed(&b));
                quote!(Some(#a) #operator #b)
            }
            (true, false) => {
                let (a, b) = (borrowed(&a), plain(&b));
                quote!(#a.is_some_and(|value| value #operator #b))
            }
            (false, true) => {
                let (a, b) = (plain(&a), borrowed(&b));
                quote!(#b.is_some_and(|value| #a #operator value))
            }
        };
        Value::new(tokens, Shape::Boolean)
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

fn optional_text_of(value: &Value) -> TokenStream {
    let tokens = &value.tokens;
    match (value.shape, value.optional) {
        (Shape::Str, true) => quote!(#tokens.map(str::to_owned)),
        (Shape::Text, true) => tokens.clone(),
        (Shape::Wire, _) => {
            let text = wire(value, "as_str");
            quote!(#text.map(str::to_owned))
        }
        (Shape::Text, false) => quote!(Some(#tokens)),
        (_, true) => quote!(#tokens.map(|value| value.to_string())),
        (_, false) => quote!(Some(#tokens.to_string())),
    }
}

fn has_secret(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Not(inner) | ExprKind::IsPresent(inner) | ExprKind::Truthy(inner) => {
            has_secret(inner)
        }
        ExprKind::And(a, b)
        | ExprKind::Or(a, b)
        | ExprKind::Compare(_, a, b)
        | ExprKind::Arithmetic(_, a, b) => has_secret(a) || has_secret(b),
        ExprKind::If(_, a, b) => has_secret(a) || has_secret(b),
        _ => expr.ty == ExprType::Secret,
    }
}

fn plain(value: &Value) -> TokenStream {
    let tokens = &value.tokens;
    match value.shape {
        Shape::Secret => quote!(#tokens.expose()),
        Shape::Text => quote!(#tokens.as_str()),
        _ => tokens.clone(),
    }
}

fn borrowed(value: &Value) -> TokenStream {
    let tokens = &value.tokens;
    match value.shape {
        Shape::Text => quote!(#tokens.as_deref()),
        _ => tokens.clone(),
    }
}

/// A field of the last record, as the API wrote it.
fn last_record(path: &RecordPath) -> Value {
    let mut tokens = quote!(last);
    let mut nullable = false;
    for step in &path.steps {
        let name = ident(&step.rust);
        tokens = if nullable {
            quote!(#tokens.as_ref()?.#name)
        } else {
            quote!(#tokens.#name)
        };
        nullable = step.nullable;
    }
    let field = if nullable {
        quote!(#tokens.as_ref()?)
    } else {
        tokens
    };
    let text = match &path.ty {
        Type::String if nullable => quote!(#field.clone()),
        Type::String => quote!(#field.clone()),
        Type::Enum(_) => quote!(#field.as_str().to_owned()),
        Type::Timestamp(TimeFormat::Epoch) => quote!(#field.as_second().to_string()),
        Type::Timestamp(TimeFormat::EpochMillis) => quote!(#field.as_millisecond().to_string()),
        Type::Timestamp(TimeFormat::Strftime(format))
        | Type::Date(Some(format))
        | Type::Time(Some(format)) => {
            let format = text::literal(format);
            quote!(#field.strftime(#format).to_string())
        }
        _ => quote!(#field.to_string()),
    };
    let found = if nullable_anywhere(path) {
        quote!(and_then(|last| Some(#text)))
    } else {
        quote!(map(|last| #text))
    };
    Value::optional(quote!(turn.last()?.#found), Shape::Text)
}

fn nullable_anywhere(path: &RecordPath) -> bool {
    path.steps.iter().any(|step| step.nullable)
}

/// A field, or a method of one without arguments: what `format!` may hold itself.
fn is_simple(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().all(|token| match token {
        TokenTree::Ident(_) | TokenTree::Literal(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == '.',
        TokenTree::Group(group) => group.stream().is_empty(),
    })
}

/// A name for the value of an expression.
fn name_of(expr: &Expr) -> String {
    let name = match &expr.kind {
        ExprKind::Config(path) => path
            .last()
            .map_or("value", String::as_str)
            .trim_start_matches("r#"),
        ExprKind::Body(path) => path.accessor.trim_start_matches("r#"),
        ExprKind::LastRecord(_) => "last",
        ExprKind::Header(_) => "header",
        _ => "value",
    };
    let taken = [
        "config", "request", "position", "page", "turn", "answer", "body", "path", "options",
        "session", "auth",
    ];
    let keyword = syn::parse_str::<proc_macro2::Ident>(name).is_err();
    if keyword || taken.contains(&name) {
        format!("{name}_value")
    } else {
        name.to_owned()
    }
}

/// The name that tokens are, if they are nothing else.
fn single_name(tokens: &TokenStream) -> Option<String> {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Ident(name)), None) => Some(name.to_string()),
        _ => None,
    }
}
