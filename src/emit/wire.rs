//! What the API sends for a record, where the record is made from it: `impl Wire`.

use super::expr::Scope;
use super::expr::field::is_copied;
use super::record::{Types, ident, plain};
use super::resource::uses_ident;
use super::{text, uses::Uses};
use crate::model::{Expr, ExprKind, Field, FieldSource, RecordRoot, Resource, Struct, Type, Wire};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// The struct; nothing where it is the record itself.
pub fn structure(resource: &Resource, uses: &mut Uses) -> String {
    let wire = resource.wire.as_ref();
    let structure = wire.map(|wire| Types::sent(resource, wire).wire_items(uses));
    structure.unwrap_or_default()
}

/// How the record is made from it.
pub fn implementation(
    resource: &Resource,
    endpoint: &Ident,
    scope: Scope<'_>,
    uses: &mut Uses,
) -> Option<TokenStream> {
    let wire = resource.wire.as_ref()?;
    uses.runtime("Wire");
    let (name, record) = (ident(resource.wire_type()), ident(resource.record_type()));
    let root = wire.record.structs.first();
    let keys = root.into_iter().flat_map(|root| &root.fields);
    let keys = keys.map(|field| &field.name.wire).chain(&wire.dropped);
    let keys: Vec<_> = keys.map(|key| text::literal(key)).collect();
    let declares = if keys.is_empty() {
        quote! { fn declares(_key: &str) -> bool { false } }
    } else {
        quote! {
            fn declares(key: &str) -> bool {
                let keys = [#(#keys),*];
                keys.contains(&key)
            }
        }
    };
    let body = body(resource, wire, scope);
    uses.expressions(&body);
    let is_asked = reads(wire, is_config) || reads(wire, is_partition);
    let endpoint_name = ident(if is_asked { "endpoint" } else { "_endpoint" });
    Some(quote! {
        impl Wire<#endpoint> for #name {
            type Record = #record;

            #declares

            fn record(self, #endpoint_name: &#endpoint) -> Option<#record> { #body }
        }
    })
}

/// Statements that make the record of `self`.
fn body(resource: &Resource, wire: &Wire, scope: Scope<'_>) -> TokenStream {
    let root = resource.record.structs.first();
    let fields = root.map_or(&[][..], |root| &root.fields);
    // What is made of other fields is made before those are moved; `lets` knows which names are taken.
    let mut moves = Vec::with_capacity(fields.len());
    for (field, source) in fields.iter().zip(&wire.sources) {
        let name = ident(&field.name.rust);
        let bound = scope.lets.borrow().clone().into_iter().count();
        let value = value(field, source, scope);
        let binds = scope.lets.borrow().clone().into_iter().count() > bound;
        if binds || uses_ident(&value, "record") {
            let taken = ["record", "config", "partition", "endpoint"];
            let known = scope.lets.borrow().to_string();
            let is_bound = known.contains(&quote!(let #name =).to_string());
            let (local, moved) = if is_bound || taken.contains(&field.name.rust.as_str()) {
                let local = ident(&format!("{}_value", plain(&field.name)));
                (quote!(#local), quote!(#name: #local))
            } else {
                (quote!(#name), quote!(#name))
            };
            scope.lets.borrow_mut().extend(quote!(let #local = #value;));
            moves.push(moved);
        } else {
            moves.push(quote!(#name: #value));
        }
    }
    let mut before = scope.before();
    let rest = resource.record.keep_unknown.as_ref();
    if let Some((name, own)) = rest.zip(wire.record.keep_unknown.as_ref()) {
        let (name, own) = (ident(name), ident(own));
        if wire.dropped.is_empty() {
            moves.push(quote!(#name: self.#own));
        } else {
            before.extend(quote!(let mut #name = self.#own;));
            for key in &wire.dropped {
                let key = text::literal(key);
                before.extend(quote!(#name.remove(#key);));
            }
            moves.push(quote!(#name));
        }
    }
    let record = ident(resource.record_type());
    let made = quote!(#before Some(#record { #(#moves),* }));
    let own = reads(wire, is_own).then(|| quote!(let record = &self;));
    let config = reads(wire, is_config).then(|| quote!(let config = endpoint.client.config();));
    let partition = reads(wire, is_partition).then(|| quote!(let partition = &endpoint.partition;));
    quote!(#own #config #partition #made)
}

/// Whether a value that is added reads something: its fields may have the names of what it does not read.
fn reads(wire: &Wire, what: fn(&Expr) -> bool) -> bool {
    wire.sources.iter().any(|source| match source {
        FieldSource::Added { value, .. } | FieldSource::Parent { value, .. } => value.any(&what),
        FieldSource::Sent(_) | FieldSource::Within { .. } => false,
    })
}

fn is_own(expr: &Expr) -> bool {
    matches!(
        &expr.kind,
        ExprKind::Field {
            root: RecordRoot::Current,
            ..
        }
    )
}

fn is_config(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Config(_))
}

fn is_partition(expr: &Expr) -> bool {
    matches!(
        &expr.kind,
        ExprKind::Field {
            root: RecordRoot::Partition,
            ..
        }
    )
}

/// The value of a field.
fn value(field: &Field, source: &FieldSource, scope: Scope<'_>) -> TokenStream {
    match source {
        FieldSource::Sent(rust) => {
            let rust = ident(rust);
            quote!(self.#rust)
        }
        FieldSource::Within {
            object,
            field: inner,
        } => {
            let (object_name, name) = (ident(&object.rust), ident(&inner.rust));
            if !object.nullable {
                let value = quote!(self.#object_name.#name);
                return if field.nullable && !inner.nullable {
                    quote!(Some(#value))
                } else {
                    value
                };
            }
            let value = if is_copied(&field.ty) {
                quote!(#object_name.#name)
            } else {
                quote!(#object_name.#name.clone())
            };
            let method = ident(if inner.nullable { "and_then" } else { "map" });
            quote!(self.#object_name.as_ref().#method(|#object_name| #value))
        }
        FieldSource::Added { value, .. } => owned(field, value, &field.ty, scope),
        FieldSource::Parent { value, .. } => {
            let ty = match &value.kind {
                ExprKind::Field { path, .. } => &path.ty,
                _ => &field.ty,
            };
            owned(field, value, ty, scope)
        }
    }
}

fn owned(field: &Field, value: &Expr, ty: &Type, scope: Scope<'_>) -> TokenStream {
    let (tokens, optional) = scope.owned(value, ty);
    if field.nullable && !optional {
        quote!(Some(#tokens))
    } else {
        tokens
    }
}

/// Where a field comes from, for its docs; nothing where it has the name under which the API sends it.
pub fn origin(wire: &Wire, at: usize, column: &str) -> Option<String> {
    let root = wire.record.structs.first()?;
    match wire.sources.get(at)? {
        FieldSource::Sent(rust) => {
            let sent = &field_of(root, rust)?.name.wire;
            (sent != column).then(|| format!("Sent as {}.", text::code(sent)))
        }
        FieldSource::Within { object, field } => {
            let object = field_of(root, &object.rust)?;
            let Type::Struct(index) = object.ty else {
                return None;
            };
            let field = field_of(wire.record.structs.get(index)?, &field.rust)?;
            let path = format!("{}.{}", object.name.wire, field.name.wire);
            Some(format!("Sent as {}.", text::code(&path)))
        }
        FieldSource::Added { shown, .. } => Some(format!("Added: {}.", text::code(shown))),
        FieldSource::Parent { resource, path, .. } => Some(format!(
            "From {} of the parent {}.",
            text::code(path),
            text::code(resource)
        )),
    }
}

fn field_of<'s>(definition: &'s Struct, rust: &str) -> Option<&'s Field> {
    let mut fields = definition.fields.iter();
    fields.find(|field| field.name.rust == rust)
}
