//! `src/config.rs`: what the connector's user supplies.

use super::record::{docs, ident, paragraphs, plain};
use super::{templates, text, uses::Uses};
use crate::model::{ConfigDefault, ConfigField, ConfigType, Connector};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde::Serialize;

/// What `src/config.rs` prints.
#[derive(Serialize)]
struct ConfigView {
    /// The `use` lines.
    uses: String,
    /// Pairs of field and environment variable, as Rust.
    variables: String,
    /// Fields of `struct Config`.
    fields: String,
    /// Statements of `read`.
    read: String,
    /// Whether there are any fields.
    is_empty: bool,
    /// Methods of the builder.
    setters: String,
    /// The enums and structs of the fields.
    types: String,
}

/// The file.
pub fn file(connector: &Connector) -> String {
    let fields = &connector.config;
    let mut uses = Uses::default();
    uses.add("std::path", "Path");
    for name in ["Error", "Settings"] {
        uses.runtime(name);
    }
    let variables = fields.iter().map(|field| {
        let (name, variable) = (text::literal(&field.name.wire), text::literal(&field.env));
        quote!((#name, #variable))
    });
    let variables = quote!(#(#variables),*).to_string();
    let declared: TokenStream = fields
        .iter()
        .map(|field| declaration(field, &mut uses))
        .collect();
    let mut types = TokenStream::new();
    for field in fields {
        self::types(&field.ty, &field.name.wire, &mut types, &mut uses);
    }
    let setters: TokenStream = fields
        .iter()
        .map(|field| setter(field, &mut uses))
        .collect();
    templates::render(
        "src/config.rs",
        ConfigView {
            uses: uses.lines(),
            variables,
            fields: declared.to_string(),
            read: read(fields).to_string(),
            is_empty: fields.is_empty(),
            setters: setters.to_string(),
            types: types.to_string(),
        },
    )
}

/// The doc lines of a field.
fn field_docs(field: &ConfigField) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(default) = &field.default {
        notes.push(format!("Default: {}.", text::code(&shown_default(default))));
    }
    if let Some(pattern) = &field.pattern {
        notes.push(format!("Matches {}.", text::code(pattern)));
    }
    let mut lines = paragraphs(field.description.as_deref(), &notes);
    if field.description.is_none() {
        lines.splice(0..0, [text::code(&field.name.wire), String::new()]);
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// A default as a user would write it.
pub fn shown_default(default: &ConfigDefault) -> String {
    match default {
        ConfigDefault::Text(text) => text.clone(),
        ConfigDefault::Integer(number) => number.to_string(),
        ConfigDefault::Number(number) => number.to_string(),
        ConfigDefault::Boolean(value) => value.to_string(),
        ConfigDefault::Variant(variant) => variant.clone(),
        ConfigDefault::List(items) => {
            let items: Vec<_> = items.iter().map(shown_default).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

fn declaration(field: &ConfigField, uses: &mut Uses) -> TokenStream {
    let docs = docs(field_docs(field));
    let name = ident(&field.name.rust);
    let ty = ty(&field.ty, uses);
    let ty = if field.optional {
        quote!(Option<#ty>)
    } else {
        ty
    };
    quote!(#docs pub #name: #ty,)
}

/// The Rust type of a field, without `Option`.
fn ty(ty: &ConfigType, uses: &mut Uses) -> TokenStream {
    match ty {
        ConfigType::String => quote!(String),
        ConfigType::Secret => {
            uses.runtime("Secret");
            quote!(Secret)
        }
        ConfigType::Integer => quote!(i64),
        ConfigType::Number => quote!(f64),
        ConfigType::Boolean => quote!(bool),
        ConfigType::Timestamp => {
            uses.runtime("Timestamp");
            quote!(Timestamp)
        }
        ConfigType::Date => {
            uses.runtime("Date");
            quote!(Date)
        }
        ConfigType::List(item) => {
            let item = self::ty(item, uses);
            quote!(Vec<#item>)
        }
        ConfigType::Enum { type_name, .. }
        | ConfigType::Object { type_name, .. }
        | ConfigType::OneOf { type_name, .. } => {
            let name = ident(type_name);
            quote!(#name)
        }
    }
}

/// Statements of `Config::read`.
fn read(fields: &[ConfigField]) -> TokenStream {
    let mut statements = TokenStream::new();
    let mut places = Vec::new();
    let mut width = 0;
    for field in fields {
        let required = field.default.is_none() && !field.optional;
        width +=
            field.name.rust.len() * if required { 2 } else { 1 } + if required { 5 } else { 2 };
        let (key, wire) = (ident(&field.name.rust), text::literal(&field.name.wire));
        let name = local(field, fields);
        let own = if name == key {
            quote!(#key)
        } else {
            quote!(#key: #name)
        };
        let (value, place) = match &field.default {
            Some(default) => {
                let ty = named_type(&field.ty);
                let value = default_value(default, &ty);
                statements.extend(match default {
                    ConfigDefault::Text(text)
                        if text.is_empty() && matches!(field.ty, ConfigType::String) =>
                    {
                        quote!(let default = String::new;)
                    }
                    // A long text stands on a line of its own.
                    ConfigDefault::Text(text)
                        if text.len() > 40 && matches!(field.ty, ConfigType::String) =>
                    {
                        let literal = text::literal(text);
                        quote! {
                            let text = #literal;
                            let default = || text.to_owned();
                        }
                    }
                    _ => quote!(let default = || #value;),
                });
                (quote!(settings.or(#wire, default)), own)
            }
            None if field.optional => (quote!(settings.optional(#wire)), own),
            None => (quote!(settings.required(#wire)), quote!(#key: #name?)),
        };
        let Some(pattern) = &field.pattern else {
            statements.extend(quote!(let #name = #value;));
            places.push(place);
            continue;
        };
        let pattern = text::literal(pattern);
        let text = match (&field.ty, &field.default) {
            (ConfigType::Secret, None) => quote!(#name.as_ref().map(Secret::expose)),
            (ConfigType::Secret, Some(_)) => quote!(Some(#name.expose())),
            (_, None) => quote!(#name.as_deref()),
            (_, Some(_)) => quote!(Some(#name.as_str())),
        };
        let ty = if matches!(field.ty, ConfigType::Secret) {
            quote!(Secret)
        } else {
            quote!(String)
        };
        let ty = if field.default.is_some() {
            ty
        } else {
            quote!(Option<#ty>)
        };
        statements.extend(quote! {
            let #name: #ty = #value;
            settings.matching(#wire, #text, #pattern);
        });
        places.push(place);
    }
    // rustfmt leaves out the block of a closure that fits on a line.
    let finish = if width.saturating_sub(2) <= 18 {
        quote!(settings.finish(|| Some(Self { #(#places),* })))
    } else {
        quote!(settings.finish(|| { Some(Self { #(#places),* }) }))
    };
    quote! {
        #statements
        #finish
    }
}

/// The name of a field's value in `read`: a longer one where it means something else there.
fn local(field: &ConfigField, fields: &[ConfigField]) -> Ident {
    let mut name = field.name.rust.clone();
    if ["settings", "default", "text"].contains(&name.as_str()) {
        while fields.iter().any(|known| known.name.rust == name) {
            name.push_str("_value");
        }
    }
    ident(&name)
}

fn named_type(ty: &ConfigType) -> TokenStream {
    match ty {
        ConfigType::Enum { type_name, .. } => {
            let name = ident(type_name);
            quote!(#name)
        }
        ConfigType::List(item) => named_type(item),
        ConfigType::Secret => quote!(Secret),
        ConfigType::Timestamp => quote!(Timestamp),
        ConfigType::Date => quote!(Date),
        _ => TokenStream::new(),
    }
}

fn default_value(default: &ConfigDefault, ty: &TokenStream) -> TokenStream {
    match default {
        ConfigDefault::Text(value) => {
            let literal = text::literal(value);
            match ty.to_string().as_str() {
                "Secret" => quote!(Secret::from(#literal)),
                "Timestamp" => timestamp(value),
                "Date" => date(value),
                _ => quote!(#literal.to_owned()),
            }
        }
        ConfigDefault::Integer(number) => text::integer(number),
        ConfigDefault::Number(number) => text::number(*number),
        ConfigDefault::Boolean(value) => quote!(#value),
        ConfigDefault::Variant(variant) => {
            let variant = ident(variant);
            quote!(#ty::#variant)
        }
        ConfigDefault::List(items) => {
            let items = items.iter().map(|item| default_value(item, ty));
            quote!(vec![#(#items),*])
        }
    }
}

/// An instant of RFC 3339, as a constant expression.
fn timestamp(text: &str) -> TokenStream {
    let instant: jiff::Timestamp = text.parse().unwrap_or_default();
    let (seconds, nanos) = (instant.as_second(), instant.subsec_nanosecond());
    let (seconds, nanos) = (text::integer(seconds), text::integer(nanos));
    quote!(Timestamp::constant(#seconds, #nanos))
}

fn date(text: &str) -> TokenStream {
    let parts = numbers(text);
    let parts = parts.iter().map(text::integer);
    quote!(jiff::civil::date(#(#parts),*))
}

fn numbers(date: &str) -> Vec<i64> {
    date.split('-')
        .map(|part| part.parse().unwrap_or_default())
        .collect()
}

fn setter(field: &ConfigField, uses: &mut Uses) -> TokenStream {
    let docs = docs(field_docs(field));
    let (name, wire) = (ident(&field.name.rust), text::literal(&field.name.wire));
    let (argument, value) = match &field.ty {
        ConfigType::String | ConfigType::Secret => {
            (quote!(impl Into<String>), quote!(value.into()))
        }
        ConfigType::Object { .. } | ConfigType::OneOf { .. } => {
            (quote!(impl Serialize), quote!(value))
        }
        ConfigType::List(item) => match **item {
            ConfigType::String | ConfigType::Secret => (quote!(&[&str]), quote!(value)),
            ConfigType::Object { .. } | ConfigType::OneOf { .. } => {
                (quote!(impl Serialize), quote!(value))
            }
            _ => {
                let item = ty(item, uses);
                (quote!(&[#item]), quote!(value))
            }
        },
        other => (ty(other, uses), quote!(value)),
    };
    if argument.to_string() == quote!(impl Serialize).to_string() {
        uses.add("serde", "Serialize");
    }
    quote! {
        #docs
        #[must_use]
        pub fn #name(mut self, value: #argument) -> Self {
            self.0.set(#wire, #value);
            self
        }
    }
}

/// The types inside a field's type.
fn types(ty: &ConfigType, place: &str, items: &mut TokenStream, uses: &mut Uses) {
    match ty {
        ConfigType::Enum { type_name, values } => {
            uses.add("serde", "Deserialize");
            uses.add("serde", "Serialize");
            let name = ident(type_name);
            let docs_ = docs([format!("The values of {}.", text::code(place))]);
            let variants = values.iter().map(|value| {
                let (wire, variant) = (text::literal(&value.wire), ident(&value.rust));
                let docs_ = docs([text::code(&value.wire)]);
                quote!(#docs_ #[serde(rename = #wire)] #variant,)
            });
            let arms = values.iter().map(|value| {
                let (wire, variant) = (text::literal(&value.wire), ident(&value.rust));
                quote!(Self::#variant => #wire,)
            });
            items.extend(quote! {
                #docs_
                #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
                pub enum #name { #(#variants)* }

                impl #name {
                    /// The value as the configuration writes it.
                    #[must_use]
                    pub fn as_str(self) -> &'static str {
                        match self { #(#arms)* }
                    }
                }
            });
        }
        ConfigType::List(item) => types(item, place, items, uses),
        ConfigType::Object { type_name, fields } => {
            uses.add("serde", "Deserialize");
            let name = ident(type_name);
            let docs_ = docs([format!("The fields of {}.", text::code(place))]);
            let rows: TokenStream = fields
                .iter()
                .map(|field| inner_field(field, true, uses))
                .collect();
            items.extend(quote! {
                #docs_
                #[derive(Debug, Clone, Deserialize)]
                #[serde(deny_unknown_fields)]
                pub struct #name { #rows }
            });
            for field in fields {
                types(&field.ty, &field.name.wire, items, uses);
            }
        }
        ConfigType::OneOf {
            type_name,
            variants,
        } => {
            uses.add("serde", "Deserialize");
            let name = ident(type_name);
            let docs_ = docs([format!("The choices of {}.", text::code(place))]);
            let rows: Vec<_> = variants
                .iter()
                .map(|(variant, fields)| {
                    let (wire, rust) = (text::literal(&variant.wire), ident(&variant.rust));
                    let docs_ = docs([text::code(&variant.wire)]);
                    let fields: TokenStream = fields
                        .iter()
                        .map(|field| inner_field(field, false, uses))
                        .collect();
                    quote!(#docs_ #[serde(rename = #wire)] #rust { #fields },)
                })
                .collect();
            items.extend(quote! {
                #docs_
                #[derive(Debug, Clone, Deserialize)]
                #[serde(deny_unknown_fields)]
                pub enum #name { #(#rows)* }
            });
            for (_, fields) in variants {
                for field in fields {
                    types(&field.ty, &field.name.wire, items, uses);
                }
            }
        }
        _ => {}
    }
}

fn inner_field(field: &ConfigField, public: bool, uses: &mut Uses) -> TokenStream {
    let docs = docs(field_docs(field));
    let rename = (plain(&field.name) != field.name.wire).then(|| {
        let wire = text::literal(&field.name.wire);
        quote!(#[serde(rename = #wire)])
    });
    let name = ident(&field.name.rust);
    let ty = ty(&field.ty, uses);
    let ty = if field.optional {
        quote!(Option<#ty>)
    } else {
        ty
    };
    let public = public.then(|| quote!(pub));
    quote!(#docs #rename #public #name: #ty,)
}
