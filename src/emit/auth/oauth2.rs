//! OAuth2: the statements that say who asks for a token, with what, and how it is sent.

use super::{jwt, secret, secret_ref, sending};
use crate::emit::expr::{Scope, Shape};
use crate::emit::record::ident;
use crate::emit::uses::Uses;
use crate::emit::{errors, text};
use crate::model::{Grant, OAuth2, OAuthClient, Sending, Template};
use proc_macro2::TokenStream;
use quote::quote;
use std::time::Duration;

/// Statements that make `auth`.
pub fn statements(oauth2: &OAuth2, scope: Scope<'_>, uses: &mut Uses) -> TokenStream {
    uses.runtime("OAuth2");
    let mut statements = client(oauth2, scope, uses);
    statements.extend(grant(oauth2, scope, uses));
    statements.extend(scopes(oauth2, scope));
    for (method, params) in [("param", &oauth2.params), ("header", &oauth2.headers)] {
        let method = ident(method);
        for param in params {
            let name = text::literal(&param.name);
            for value in &param.values {
                let value = scope.param(value);
                statements.extend(quote!(let auth = auth.#method(#name, #value);));
            }
        }
    }
    for (method, path, default) in [
        ("token_path", &oauth2.access_token_path, "access_token"),
        ("life_path", &oauth2.expires_in_path, "expires_in"),
    ] {
        if let Some(path) = other_path(path, default) {
            let method = ident(method);
            statements.extend(quote!(let auth = auth.#method(#path);));
        }
    }
    if oauth2.expires_in != 3600 {
        let life = errors::duration(Duration::from_secs(oauth2.expires_in), uses);
        statements.extend(quote!(let auth = auth.default_life(#life);));
    }
    if oauth2.send != Sending::Bearer {
        let send = sending(&oauth2.send, uses);
        statements.extend(quote!(let auth = auth.send(#send);));
    }
    statements
}

fn client(oauth2: &OAuth2, scope: Scope<'_>, uses: &mut Uses) -> TokenStream {
    let token_url = scope.param(&oauth2.token_url);
    match &oauth2.client {
        OAuthClient::Unnamed | OAuthClient::Assertion { id: None, .. } => {
            quote!(let auth = OAuth2::anonymous(#token_url)?;)
        }
        OAuthClient::Public(id) | OAuthClient::Assertion { id: Some(id), .. } => {
            let id = scope.param(id);
            quote! {
                let auth = OAuth2::anonymous(#token_url)?;
                let auth = auth.param("client_id", #id);
            }
        }
        OAuthClient::Secret { id, secret, basic } => {
            let constructor = ident(if *basic { "with_basic" } else { "new" });
            let id = scope.param(id);
            let secret = secret_ref(secret, scope, uses);
            quote!(let auth = OAuth2::#constructor(#token_url, #id, #secret)?;)
        }
    }
}

/// With what a token is asked for: the grant, and the proof of the client that stands around it.
fn grant(oauth2: &OAuth2, scope: Scope<'_>, uses: &mut Uses) -> TokenStream {
    let mut params = TokenStream::new();
    let mut statements = TokenStream::new();
    let grant = match &oauth2.grant {
        Grant::ClientCredentials => None,
        Grant::RefreshToken { token, path } => {
            uses.runtime("RefreshToken");
            let token = secret(token, scope);
            statements.extend(quote!(let grant = RefreshToken::new(#token, &tokens);));
            if let Some(path) = other_path(path, "refresh_token") {
                statements.extend(quote!(let grant = grant.path(#path);));
            }
            Some(quote!(grant))
        }
        Grant::Password { username, password } => {
            uses.runtime("GrantType");
            let (username, password) = (scope.param(username), scope.param(password));
            params.extend(quote! {
                let auth = auth.param("username", #username);
                let auth = auth.param("password", #password);
            });
            Some(quote!(GrantType("password")))
        }
        Grant::JwtBearer(token) => {
            uses.runtime("JwtBearer");
            statements.extend(jwt::signer(token, scope, uses));
            Some(quote!(JwtBearer(signer)))
        }
    };
    let grant = match &oauth2.client {
        OAuthClient::Assertion { token, .. } => {
            uses.runtime("ClientAssertion");
            let inner = grant.unwrap_or_else(|| {
                uses.runtime("GrantType");
                quote!(GrantType("client_credentials"))
            });
            if inner.to_string() != "grant" {
                statements.extend(quote!(let grant = #inner;));
            }
            statements.extend(jwt::signer(token, scope, uses));
            statements.extend(quote!(let grant = ClientAssertion { grant, signer };));
            Some(quote!(grant))
        }
        _ => grant,
    };
    let asked = grant.map(|grant| quote!(let auth = auth.grant(#grant);));
    quote!(#statements #asked #params)
}

/// Scopes that are all known now are joined now.
fn scopes(oauth2: &OAuth2, scope: Scope<'_>) -> TokenStream {
    let known: Option<Vec<&str>> = oauth2
        .scopes
        .iter()
        .map(|scope| match scope {
            Template::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    match known {
        Some(known) if known.is_empty() => TokenStream::new(),
        Some(known) => {
            let joined = text::literal(&known.join(&oauth2.scope_separator));
            quote!(let auth = auth.param("scope", #joined);)
        }
        None => {
            let separator = text::literal(&oauth2.scope_separator);
            let scopes = oauth2.scopes.iter().map(|template| match template {
                Template::Value(expr) if scope.value(expr).shape != Shape::Str => {
                    let value = scope.param(template);
                    quote!(&#value)
                }
                Template::Parts(_) => {
                    let value = scope.param(template);
                    quote!(&#value)
                }
                _ => scope.param(template),
            });
            quote!(let auth = auth.scopes(#separator, &[#(#scopes),*]);)
        }
    }
}

/// A path into an answer, unless it is the usual one.
fn other_path(path: &[String], default: &str) -> Option<TokenStream> {
    let keys = path.iter().map(|key| text::literal(key));
    (*path != [default]).then(|| quote!(&[#(#keys),*]))
}
