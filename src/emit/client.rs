//! `src/client.rs`: the connection and one accessor per resource.

use super::expr::{Place, Scope};
use super::record::ident;
use super::resource::uses_ident;
use super::uses::Uses;
use super::{auth, errors, format, limits, module, request, templates, text};
use crate::model::{Auth, ConfigType, Connector, Part, Resource, Template};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde::Serialize;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

/// What `src/client.rs` prints.
#[derive(Serialize)]
struct ClientView {
    /// The `use` lines.
    uses: String,
    /// Where the API lives, as a Rust literal, unless that depends on the configuration.
    base_url: Option<String>,
    /// The spec names no `User-Agent`.
    user_agent: bool,
    /// Sessions with credentials of their own, one for all resources that have the same.
    sessions: Vec<String>,
    /// Refresh tokens may change with each use.
    keeps_tokens: bool,
    /// The file that keeps them may be left out.
    may_forget: bool,
    /// Statements that make `options`.
    options: String,
    /// Statements that make the sessions of single resources from `session`.
    own: String,
    /// The accessors, in the order of the spec.
    resources: Vec<AccessorView>,
}

/// One accessor.
#[derive(Serialize)]
struct AccessorView {
    /// `///` lines.
    docs: Vec<String>,
    /// Rust name of the method.
    name: String,
    /// Rust name of the type, with its module.
    type_path: String,
}

/// The file, formatted.
pub fn file(connector: &Connector) -> String {
    let mut uses = Uses::default();
    uses.add("std::sync", "Arc");
    uses.add("crate::config", "Config");
    uses.add("crate", "resources");
    for name in ["Error", "Options", "Session"] {
        uses.runtime(name);
    }
    let options = options(connector, &mut uses);
    let own: TokenStream = own_sessions(connector)
        .map(|(field, auth)| {
            let (before, value) = auth::authenticator(connector, auth, &mut uses);
            quote!(#before let #field = session.with_auth(#value);)
        })
        .collect();
    let keeps_tokens = std::iter::once(&connector.client.auth)
        .chain(own_sessions(connector).map(|(_, auth)| auth))
        .any(Auth::keeps_tokens);
    if keeps_tokens {
        uses.runtime("TokenFile");
        uses.runtime("TokenStore");
    }
    let token_file = connector
        .config
        .iter()
        .find(|field| keeps_tokens && field.name.wire == "token_file");
    let may_forget = token_file.is_some_and(|field| field.optional);
    if may_forget {
        uses.runtime("TokenMemory");
    }
    if uses_ident(&quote!(#options #own), "Secret") {
        uses.runtime("Secret");
    }
    uses.expressions(&quote!(#options #own));
    let base_url = match &connector.client.base_url {
        Template::Text(text) => Some(text::quoted(text)),
        _ => None,
    };
    let file = templates::render(
        "src/client.rs",
        ClientView {
            uses: uses.lines(),
            base_url,
            user_agent: connector.client.user_agent.is_none(),
            sessions: own_sessions(connector)
                .map(|(field, _)| field.to_string())
                .collect(),
            keeps_tokens,
            may_forget,
            options: format::method_body(options),
            own: format::method_body(own),
            resources: connector.resources.iter().map(accessor).collect(),
        },
    );
    format::lines(&file)
}

/// The sessions with credentials that are not the client's: resources with the same ones share one, and its tokens.
fn own_sessions(connector: &Connector) -> impl Iterator<Item = (Ident, &Auth)> {
    let is_first = |resource: &&Resource| {
        resource.auth.is_some() && own_session(connector, resource) == field_of(resource)
    };
    let firsts = connector.resources.iter().filter(is_first);
    firsts.filter_map(|resource| Some((field_of(resource), resource.auth.as_ref()?)))
}

/// The field of `Client` with the session of a resource that has credentials of its own.
pub fn own_session(connector: &Connector, resource: &Resource) -> Ident {
    let mut resources = connector.resources.iter();
    let first = resources.find(|other| other.auth == resource.auth);
    field_of(first.unwrap_or(resource))
}

fn field_of(resource: &Resource) -> Ident {
    ident(&format!("{}_session", module(resource)))
}

fn accessor(resource: &Resource) -> AccessorView {
    let docs = match &resource.description {
        Some(description) => text::doc_lines(description),
        None => vec![text::code(&resource.name.wire)],
    };
    let type_path = format!("resources::{}::{}", resource.name.rust, resource.type_name);
    AccessorView {
        docs,
        name: resource.name.rust.clone(),
        type_path,
    }
}

/// Statements of `Client::with`.
fn options(connector: &Connector, uses: &mut Uses) -> TokenStream {
    let client = &connector.client;
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
    let base_url = match &client.base_url {
        Template::Text(_) => quote!(BASE_URL),
        template => scope.param(template),
    };
    let before = scope.before();
    let mut steps = vec![request::repeated(
        &client.headers,
        scope,
        |name, value| quote!(options.common.header(#name, #value);),
    )];
    let agent = match &client.user_agent {
        Some(agent) => scope.param(agent),
        None => quote!(USER_AGENT),
    };
    steps.push(quote!(options.common.header("User-Agent", #agent);));
    for (field, timeout, default) in [
        ("connect_timeout", client.connect_timeout, 30),
        ("read_timeout", client.read_timeout, 60),
    ] {
        if timeout != Duration::from_secs(default) {
            let (field, timeout) = (ident(field), errors::duration(timeout, uses));
            steps.push(quote!(options.#field = #timeout;));
        }
    }
    let open = connector
        .resources
        .iter()
        .filter_map(|resource| open_origin(connector, resource));
    let origins: BTreeSet<String> = client.allowed_origins.iter().cloned().chain(open).collect();
    for origin in &origins {
        let origin = text::literal(origin);
        steps.push(quote!(options.origins.push(#origin.to_owned());));
    }
    steps.push(limits::gate(&client.rate_limits, uses));
    for field in &connector.config {
        let name = ident(&field.name.rust);
        match (&field.ty, field.optional) {
            (ConfigType::Secret, false) => steps.push(quote!(options.common.hide(&config.#name);)),
            (ConfigType::Secret, true) => steps.push(quote! {
                if let Some(secret) = &config.#name { options.common.hide(secret); }
            }),
            _ => {}
        }
    }
    if !matches!(client.auth, Auth::None) {
        let (before, value) = auth::authenticator(connector, &client.auth, uses);
        steps.push(quote!(#before options.auth = #value;));
    }
    quote! {
        #before
        let mut options = Options::new(#base_url);
        #(#steps)*
    }
}

/// The origin of a resource that lives elsewhere and needs no credentials.
fn open_origin(connector: &Connector, resource: &Resource) -> Option<String> {
    let auth = resource.auth.as_ref().unwrap_or(&connector.client.auth);
    let first = match &resource.request.path.template {
        Template::Text(text) => text,
        Template::Parts(parts) => match parts.first()? {
            Part::Text(text) => text,
            Part::Value(_) => return None,
        },
        Template::Value(_) => return None,
    };
    let (scheme, rest) = first
        .split_once("://")
        .filter(|_| resource.request.path.absolute)?;
    let host = rest.split(['/', '?', '#']).next()?;
    (matches!(auth, Auth::None) && !host.is_empty()).then(|| format!("{scheme}://{host}"))
}
