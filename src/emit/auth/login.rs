//! A login: the statements that make its request, and say where its answer has the token and how that is sent.

use super::{jwt, sending, simple};
use crate::emit::expr::Scope;
use crate::emit::record::ident;
use crate::emit::uses::Uses;
use crate::emit::{errors, request, text};
use crate::model::{Auth, Login, Sending, TokenPlace};
use proc_macro2::TokenStream;
use quote::quote;

/// Statements that make `auth`.
pub fn statements(login: &Login, scope: Scope<'_>, uses: &mut Uses) -> TokenStream {
    for name in ["LoginToken", "TokenIn"] {
        uses.runtime(name);
    }
    let mut statements = request::alone(&login.request, scope, uses);
    let place = match &login.token {
        TokenPlace::Body(path) => {
            let keys = path.iter().map(|key| text::literal(key));
            quote!(TokenIn::Body(&[#(#keys),*]))
        }
        TokenPlace::Header(name) => {
            let name = text::literal(name);
            quote!(TokenIn::Header(#name))
        }
        TokenPlace::Cookie(name) => {
            let name = text::literal(name);
            quote!(TokenIn::Cookie(#name))
        }
        TokenPlace::Text => quote!(TokenIn::Text),
        TokenPlace::Cookies => quote!(TokenIn::Cookies),
    };
    statements.extend(quote!(let auth = LoginToken::new(request, #place);));
    let credentials = match &login.auth {
        Auth::None => TokenStream::new(),
        Auth::Jwt { token, send } => {
            jwt::statements(token, send, &ident("credentials"), scope, uses)
        }
        other => {
            let credentials = simple(other, scope, uses);
            quote!(let credentials = #credentials;)
        }
    };
    if !credentials.is_empty() {
        let before = scope.before();
        statements.extend(quote! {
            #before
            #credentials
            let auth = auth.auth(credentials);
        });
    }
    if let Some(life) = login.life {
        let life = errors::duration(life, uses);
        statements.extend(quote!(let auth = auth.life(#life);));
    }
    if login.send != Sending::Bearer {
        let send = sending(&login.send, uses);
        statements.extend(quote!(let auth = auth.send(#send);));
    }
    statements
}
