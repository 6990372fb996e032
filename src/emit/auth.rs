//! Credentials: the statements that make an authenticator from the configuration.

use super::expr::{Place, Scope};
use super::record::ident;
use super::resource::uses_ident;
use super::{errors, text, uses::Uses};
use crate::model::{
    Auth, ConfigField, ConfigType, Connector, ExprKind, ExprType, KeyPlace, OAuth2, Part, Template,
};
use proc_macro2::TokenStream;
use quote::quote;
use std::cell::RefCell;
use std::time::Duration;

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
        partitions: None,
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
            uses.own(format!("crate::config::{type_name}"));
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
            let statements = self::oauth2(oauth2, scope, uses);
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
            let (constructor, name) = match place {
                KeyPlace::Header(name) => ("header", name),
                KeyPlace::Query(name) => ("query", name),
                KeyPlace::Cookie(name) => ("cookie", name),
                KeyPlace::Body(name) => ("body", name),
            };
            let (constructor, name) = (ident(constructor), text::literal(name));
            quote!(ApiKey::#constructor(#name, #key))
        }
        Auth::Basic { username, password } => {
            uses.runtime("Basic");
            let username = scope.param(username);
            let password = secret(password, scope);
            quote!(Basic::new(#username, #password))
        }
        Auth::None | Auth::OAuth2(_) | Auth::OneOf { .. } => quote!(()),
    }
}

/// Something that becomes a `Secret`.
fn secret(template: &Template, scope: Scope<'_>) -> TokenStream {
    match template {
        Template::Value(expr) if matches!(expr.ty, ExprType::Secret | ExprType::String) => {
            let value = scope.value(expr);
            let place = &value.tokens;
            match (expr.ty, value.optional) {
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

fn oauth2(oauth2: &OAuth2, scope: Scope<'_>, uses: &mut Uses) -> TokenStream {
    uses.runtime("OAuth2");
    let constructor = ident(if oauth2.basic { "with_basic" } else { "new" });
    let token_url = scope.param(&oauth2.token_url);
    let client_id = scope.param(&oauth2.client_id);
    let client_secret = match &oauth2.client_secret {
        template @ Template::Value(expr) if expr.ty == ExprType::Secret => scope.param(template),
        other => {
            uses.runtime("Secret");
            let value = scope.param(other);
            quote!(&Secret::from(#value))
        }
    };
    let mut statements = quote! {
        let auth = OAuth2::#constructor(#token_url, #client_id, #client_secret)?;
    };
    if !oauth2.scopes.is_empty() {
        let scopes = oauth2.scopes.iter().map(|template| match template {
            Template::Text(_) => scope.param(template),
            other => {
                let value = scope.param(other);
                quote!(&*#value)
            }
        });
        statements.extend(quote!(let auth = auth.scopes(&[#(#scopes),*]);));
    }
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
        if *path != [default] {
            let method = ident(method);
            let keys = path.iter().map(|key| text::literal(key));
            statements.extend(quote!(let auth = auth.#method(&[#(#keys),*]);));
        }
    }
    if oauth2.expires_in != 3600 {
        let life = errors::duration(Duration::from_secs(oauth2.expires_in), uses);
        statements.extend(quote!(let auth = auth.default_life(#life);));
    }
    statements
}
