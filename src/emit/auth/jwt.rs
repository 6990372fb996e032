//! Signed tokens: the statements that make a signer from the configuration, and credentials of what it signs.

use super::{secret_ref, sending};
use crate::emit::expr::Scope;
use crate::emit::record::ident;
use crate::emit::uses::Uses;
use crate::emit::{errors, request};
use crate::model::{Json, Sending, Signed};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use std::time::Duration;

/// The life that the runtime gives.
const LIFE: Duration = Duration::from_secs(1200);

/// Statements that make credentials.
pub fn statements(
    token: &Signed,
    send: &Sending,
    name: &Ident,
    scope: Scope<'_>,
    uses: &mut Uses,
) -> TokenStream {
    uses.runtime("Jwt");
    let signer = signer(token, scope, uses);
    let sent = (*send != Sending::Bearer).then(|| {
        let send = sending(send, uses);
        quote!(let #name = #name.send(#send);)
    });
    quote! {
        #signer
        let #name = Jwt::new(signer);
        #sent
    }
}

/// Statements that make `signer`.
pub fn signer(token: &Signed, scope: Scope<'_>, uses: &mut Uses) -> TokenStream {
    for name in ["JwtAlgorithm", "JwtSigner"] {
        uses.runtime(name);
    }
    let constructor = ident(if token.base64 { "with_base64" } else { "new" });
    let algorithm = ident(token.algorithm.rust());
    let key = secret_ref(&token.key, scope, uses);
    let before = scope.before();
    let mut statements = quote! {
        #before
        let signer = JwtSigner::#constructor(JwtAlgorithm::#algorithm, #key)?;
    };
    for (name, said) in [("claims", &token.claims), ("headers", &token.headers)] {
        if matches!(said, Json::Object(entries) if entries.is_empty()) {
            continue;
        }
        uses.add("serde_json", "json");
        let method = ident(name);
        let said = request::json_value(said, name, scope);
        let before = scope.before();
        statements.extend(quote! {
            #before
            let #method = json!(#said);
            let signer = signer.#method(#method);
        });
    }
    if token.life != LIFE {
        let life = errors::duration(token.life, uses);
        statements.extend(quote!(let signer = signer.life(#life);));
    }
    statements
}
