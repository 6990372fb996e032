//! `src/client.rs`: the connection and one accessor per resource.

use super::expr::{Place, Scope};
use super::record::ident;
use super::uses::Uses;
use super::{auth, errors, request, templates, text};
use crate::model::{Auth, ConfigType, Connector, Resource};
use proc_macro2::TokenStream;
use quote::quote;
use serde::Serialize;
use std::time::Duration;

/// What `src/client.rs` prints.
#[derive(Serialize)]
struct ClientView {
    /// The `use` lines.
    uses: String,
    /// `///` lines of the struct.
    docs: Vec<String>,
    /// Statements that make `session`, a builder.
    settings: String,
    /// The spec names no `User-Agent`.
    user_agent: bool,
    /// The accessors, in the order of the spec.
    resources: Vec<AccessorView>,
}

/// One accessor.
#[derive(Serialize)]
struct AccessorView {
    /// `///` lines.
    docs: Vec<String>,
    /// Rust name of the method and of the module.
    name: String,
    /// Rust name of the type.
    type_name: String,
    /// It has credentials of its own, which may be unusable.
    fallible: bool,
}

/// The file.
pub fn file(connector: &Connector) -> String {
    let mut uses = Uses::default();
    uses.add("std::sync", "Arc");
    uses.add("crate::config", "Config");
    uses.add("crate", "resources");
    for name in ["Error", "Session", "SessionBuilder"] {
        uses.runtime(name);
    }
    let settings = settings(connector, &mut uses);
    templates::render(
        "src/client.rs",
        ClientView {
            uses: uses.lines(),
            docs: connector.description.as_deref().map(text::doc_lines).unwrap_or_default(),
            settings: settings.to_string(),
            user_agent: connector.client.user_agent.is_none(),
            resources: connector.resources.iter().map(accessor).collect(),
        },
    )
}

fn accessor(resource: &Resource) -> AccessorView {
    let docs = match &resource.description {
        Some(description) => text::doc_lines(description),
        None => vec![text::code(&resource.name.wire)],
    };
    AccessorView {
        docs,
        name: resource.name.rust.clone(),
        type_name: resource.type_name.clone(),
        fallible: resource.auth.is_some(),
    }
}

/// Statements of `Client::with`, the last of which makes the session's `builder`.
fn settings(connector: &Connector, uses: &mut Uses) -> TokenStream {
    let client = &connector.client;
    let scope = Scope { connector, accessors: &[], place: Place::Request };
    let base_url = scope.param(&client.base_url);
    let mut steps = vec![request::repeated(&client.headers, scope, |name, value| {
        quote!(let session = session.header(#name, #value);)
    })];
    let agent = match &client.user_agent {
        Some(agent) => scope.param(agent),
        None => quote!(USER_AGENT),
    };
    steps.push(quote!(let session = session.header("User-Agent", #agent);));
    for (method, timeout, default) in
        [("connect_timeout", client.connect_timeout, 30), ("read_timeout", client.read_timeout, 60)]
    {
        if timeout != Duration::from_secs(default) {
            let (method, timeout) = (ident(method), errors::duration(timeout, uses));
            steps.push(quote!(let session = session.#method(#timeout);));
        }
    }
    for origin in &client.allowed_origins {
        let origin = text::literal(origin);
        steps.push(quote!(let session = session.allow_origin(#origin);));
    }
    if client.rate.is_some() || client.concurrency.is_some() {
        steps.push(limits(connector, uses));
    }
    for field in &connector.config {
        let name = ident(&field.name.rust);
        match (&field.ty, field.optional) {
            (ConfigType::Secret, false) => steps.push(quote!(let session = session.hide(&config.#name);)),
            (ConfigType::Secret, true) => steps.push(quote! {
                let session = config.#name.iter().fold(session, SessionBuilder::hide);
            }),
            _ => {}
        }
    }
    let auth = match &client.auth {
        Auth::None => TokenStream::new(),
        auth => auth::bind(connector, auth, uses),
    };
    quote! {
        let session = Session::builder(#base_url);
        #(#steps)*
        #auth
    }
}

fn limits(connector: &Connector, uses: &mut Uses) -> TokenStream {
    uses.runtime("Limits");
    let client = &connector.client;
    let mut tokens = quote!(let limits = Limits::default(););
    if let Some(rate) = &client.rate {
        let (requests, per) = (text::integer(rate.requests), errors::duration(rate.per, uses));
        tokens.extend(quote!(let limits = limits.rate(#requests, #per);));
    }
    if let Some(concurrency) = client.concurrency {
        let concurrency = text::integer(concurrency);
        tokens.extend(quote!(let limits = limits.concurrency(#concurrency);));
    }
    quote!(#tokens let session = session.gate(limits);)
}
