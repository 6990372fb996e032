//! Credentials: the statements that make an authenticator from the configuration.

mod jwt;
mod login;
mod oauth2;

use super::expr::{Place, Scope, Shape};
use super::record::ident;
use super::resource::uses_ident;
use super::{text, uses::Uses};
use crate::model::{
    Auth, ConfigField, ConfigType, Connector, ExprKind, ExprType, KeyPlace, Part, Sending, Template,
};
use proc_macro2::TokenStream;
use quote::quote;
use std::cell::RefCell;

/// Statements, and an expression of type `Option<Arc<dyn Authenticator>>`, in the scope of `config`.
pub fn authenticator(
    connector: &Connector,
    auth: &Auth,
    uses: &mut Uses,
) -> (TokenStream, TokenStream) {
    let lets = RefCell::default();
    let scope = Scope {
        connector,
        accessors: &[],
        always: &[],
        place: Place::Request,
        option: None,
        resource: None,
        partitions: None,
        job: None,
        lets: &lets,
    };
    let (before, value) = shared(scope, auth, uses);
    match auth {
        Auth::None => (before, quote!(None)),
        Auth::OneOf { .. } => {
            uses.runtime("Authenticator");
            (
                quote!(let auth: Option<Arc<dyn Authenticator>> = #value;),
                quote!(auth),
            )
        }
        _ => (before, quote!(Some(Arc::new(#value)))),
    }
}

fn shared(scope: Scope<'_>, auth: &Auth, uses: &mut Uses) -> (TokenStream, TokenStream) {
    match auth {
        Auth::OneOf {
            by,
            type_name,
            has_fields,
            options,
        } => {
            uses.own(&format!("crate::config::{type_name}"));
            let path = by.iter().map(|step| ident(step));
            let name = ident(type_name);
            let arms: Vec<_> = options
                .iter()
                .map(|option| {
                    let variant = ident(&option.variant);
                    let own = if *has_fields {
                        variant_fields(scope.connector, by, &option.variant)
                    } else {
                        &[]
                    };
                    let scope = Scope {
                        option: Some((by, own)),
                        ..scope
                    };
                    let (before, value) = shared(scope, &option.auth, uses);
                    let value = match option.auth {
                        Auth::None => quote!(None),
                        _ => quote!(Some(Arc::new(#value))),
                    };
                    let body = if before.is_empty() {
                        value
                    } else {
                        quote!({ #before #value })
                    };
                    let fields = has_fields.then(|| pattern(own, &body));
                    quote!(#name::#variant #fields => #body,)
                })
                .collect();
            (
                TokenStream::new(),
                quote!(match &config.#(#path).* { #(#arms)* }),
            )
        }
        Auth::OAuth2(oauth2) => {
            let statements = oauth2::statements(oauth2, scope, uses);
            let before = scope.before();
            (quote!(#before #statements), quote!(auth))
        }
        Auth::Login(login) => {
            let statements = login::statements(login, scope, uses);
            let before = scope.before();
            (quote!(#before #statements), quote!(auth))
        }
        Auth::Jwt { token, send } => {
            let statements = jwt::statements(token, send, &ident("auth"), scope, uses);
            let before = scope.before();
            (quote!(#before #statements), quote!(auth))
        }
        Auth::None => (TokenStream::new(), quote!(())),
        other => {
            let auth = simple(other, scope, uses);
            let before = scope.before();
            (quote!(#before let auth = #auth;), quote!(auth))
        }
    }
}

/// The fields of a variant of the deciding `one_of`.
fn variant_fields<'c>(connector: &'c Connector, by: &[String], variant: &str) -> &'c [ConfigField] {
    let mut fields: &[ConfigField] = &connector.config;
    for step in by {
        let Some(field) = fields.iter().find(|field| field.name.rust == *step) else {
            return &[];
        };
        match &field.ty {
            ConfigType::Object { fields: inner, .. } => fields = inner,
            ConfigType::OneOf { variants, .. } => {
                let found = variants.iter().find(|(name, _)| name.rust == variant);
                return found.map_or(&[], |(_, fields)| fields);
            }
            _ => return &[],
        }
    }
    &[]
}

/// The pattern that binds those fields of a variant that its arm uses.
fn pattern(fields: &[ConfigField], body: &TokenStream) -> TokenStream {
    let used: Vec<_> = fields.iter().map(|field| ident(&field.name.rust)).collect();
    let used: Vec<_> = used
        .into_iter()
        .filter(|name| uses_ident(body, &name.to_string()))
        .collect();
    let rest = (used.len() < fields.len()).then(|| quote!(..));
    let comma = (!used.is_empty() && rest.is_some()).then(|| quote!(,));
    quote!({ #(#used),* #comma #rest })
}

fn simple(auth: &Auth, scope: Scope<'_>, uses: &mut Uses) -> TokenStream {
    match auth {
        Auth::Bearer { token } => {
            uses.runtime("Bearer");
            let is_secret = matches!(token, Template::Value(expr) if expr.ty == ExprType::Secret);
            let token = secret(token, scope);
            if is_secret {
                quote!(Bearer(#token))
            } else {
                uses.runtime("Secret");
                quote!(Bearer(Secret::from(#token)))
            }
        }
        Auth::ApiKey { place, key, prefix } => {
            uses.runtime("ApiKey");
            let key = if prefix.is_empty() {
                secret(key, scope)
            } else {
                let prefixed = [Part::Text(prefix.clone())].into_iter().chain(match key {
                    Template::Text(text) => vec![Part::Text(text.clone())],
                    Template::Value(expr) => vec![Part::Value(expr.clone())],
                    Template::Parts(parts) => parts.clone(),
                });
                secret(&Template::Parts(prefixed.collect()), scope)
            };
            api_key(place, &key)
        }
        Auth::Basic { username, password } => {
            uses.runtime("Basic");
            let username = scope.param(username);
            let password = secret(password, scope);
            quote!(Basic::new(#username, #password))
        }
        Auth::Extend(module) => {
            uses.add("crate", "extend");
            let module = ident(module);
            quote!(extend::#module::Extension::new(config)?)
        }
        Auth::None | Auth::OAuth2(_) | Auth::Login(_) | Auth::Jwt { .. } | Auth::OneOf { .. } => {
            quote!(())
        }
    }
}

fn name_of(place: &KeyPlace) -> &str {
    let (KeyPlace::Header(name)
    | KeyPlace::Query(name)
    | KeyPlace::Cookie(name)
    | KeyPlace::Body(name)) = place;
    name
}

fn api_key(place: &KeyPlace, key: &TokenStream) -> TokenStream {
    let constructor = ident(match place {
        KeyPlace::Header(_) => "header",
        KeyPlace::Query(_) => "query",
        KeyPlace::Cookie(_) => "cookie",
        KeyPlace::Body(_) => "body",
    });
    let name = text::literal(name_of(place));
    quote!(ApiKey::#constructor(#name, #key))
}

/// The function that makes credentials of a token.
fn sending(send: &Sending, uses: &mut Uses) -> TokenStream {
    match send {
        Sending::Bearer => {
            uses.runtime("Bearer");
            quote!(|token| Box::new(Bearer(token)))
        }
        Sending::Cookies => {
            uses.runtime("SetCookies");
            quote!(|token| Box::new(SetCookies(token)))
        }
        Sending::Key { place, prefix } => {
            uses.runtime("ApiKey");
            if prefix.is_empty() {
                let key = api_key(place, &quote!(token));
                // What may be too long for a line stands in a block.
                return if name_of(place).len() <= 16 {
                    quote!(|token| Box::new(#key))
                } else {
                    quote!(|token| { let key = #key; Box::new(key) })
                };
            }
            let pattern = prefix.replace('{', "{{").replace('}', "}}");
            let pattern = text::literal(&format!("{pattern}{{}}"));
            let key = api_key(place, &quote!(key));
            quote!(|token| { let key = format!(#pattern, token.expose()); Box::new(#key) })
        }
    }
}

/// Something that becomes a `Secret`.
fn secret(template: &Template, scope: Scope<'_>) -> TokenStream {
    match template {
        Template::Value(expr) if matches!(expr.ty, ExprType::Secret | ExprType::String) => {
            let value = scope.value(expr);
            let place = &value.tokens;
            match (expr.ty, value.optional) {
                (ExprType::Secret, optional) if value.shape != Shape::Secret => {
                    if optional {
                        quote!(#place.map(Secret::from).unwrap_or_default())
                    } else {
                        quote!(Secret::from(#place))
                    }
                }
                (ExprType::Secret, true) => quote!(#place.cloned().unwrap_or_default()),
                (_, true) => quote!(#place.unwrap_or_default()),
                (_, false) if matches!(expr.kind, ExprKind::Config(_)) => quote!(#place.clone()),
                (_, false) => quote!(#place),
            }
        }
        // `Into<Secret>` takes it as it is.
        Template::Parts(parts) => scope.format(parts, |scope, expr| scope.value(expr).display()),
        other => scope.param(other),
    }
}

/// A `&Secret`.
fn secret_ref(template: &Template, scope: Scope<'_>, uses: &mut Uses) -> TokenStream {
    match template {
        Template::Value(expr) if expr.ty == ExprType::Secret => scope.param(template),
        other => {
            uses.runtime("Secret");
            let value = secret(other, scope);
            quote!(&Secret::from(#value))
        }
    }
}
