//! What the API sends for a record, where the record is made from it: `impl Wire`.

use super::expr::Scope;
use super::record::{Types, ident};
use super::resource::uses_ident;
use super::{text, uses::Uses};
use crate::model::{ExprKind, Field, FieldSource, Resource, Wire};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// The struct, and how the record is made from it; nothing where it is the record itself.
pub fn items(
    resource: &Resource,
    endpoint: &Ident,
    scope: Scope<'_>,
    uses: &mut Uses,
) -> Option<TokenStream> {
    let wire = resource.wire.as_ref()?;
    uses.runtime("Wire");
    let structure = Types::sent(resource, wire).wire_items(uses);
    let (name, record) = (ident(resource.wire_type()), ident(resource.record_type()));
    let keys = wire.record.structs.first();
    let keys = keys.into_iter().flat_map(|root| &root.fields);
    let keys = keys.map(|field| text::literal(&field.name.wire));
    let body = body(resource, wire, scope);
    let endpoint_name = ident(if uses_ident(&body, "endpoint") {
        "endpoint"
    } else {
        "_endpoint"
    });
    Some(quote! {
        #structure

        impl Wire<#endpoint> for #name {
            type Record = #record;

            fn declares(key: &str) -> bool { matches!(key, #(#keys)|*) }

            fn record(self, #endpoint_name: &#endpoint) -> Option<#record> { #body }
        }
    })
}

/// Statements that make the record of `self`.
fn body(resource: &Resource, wire: &Wire, scope: Scope<'_>) -> TokenStream {
    let root = resource.record.structs.first();
    let fields = root.map_or(&[][..], |root| &root.fields);
    let moves = fields.iter().zip(&wire.sources).map(|(field, source)| {
        let name = ident(&field.name.rust);
        let value = value(field, source, scope);
        quote!(#name: #value)
    });
    let rest = resource.record.keep_unknown.as_ref();
    let rest = rest.zip(wire.record.keep_unknown.as_ref());
    let rest = rest.map(|(name, own)| {
        let (name, own) = (ident(name), ident(own));
        quote!(#name: self.#own)
    });
    let moves: Vec<TokenStream> = moves.chain(rest).collect();
    let record = ident(resource.record_type());
    let made = quote!(Some(#record { #(#moves),* }));
    let partition =
        uses_ident(&made, "partition").then(|| quote!(let partition = &endpoint.partition;));
    quote!(#partition #made)
}

/// The value of a field.
fn value(field: &Field, source: &FieldSource, scope: Scope<'_>) -> TokenStream {
    match source {
        FieldSource::Sent(rust) => {
            let rust = ident(rust);
            quote!(self.#rust)
        }
        FieldSource::Parent { value, .. } => match &value.kind {
            ExprKind::Field { root, path } => {
                let (tokens, optional) = scope.owned_field(*root, path);
                if field.nullable && !optional {
                    quote!(Some(#tokens))
                } else {
                    tokens
                }
            }
            _ => quote!(None),
        },
    }
}

/// Where a field comes from, for its docs; nothing where it is as the API sends it.
pub fn origin(wire: Option<&Wire>, at: usize) -> Option<String> {
    match wire?.sources.get(at)? {
        FieldSource::Sent(_) => None,
        FieldSource::Parent { resource, path, .. } => Some(format!(
            "From {} of the parent {}.",
            text::code(path),
            text::code(resource)
        )),
    }
}
