//! One resource: its record, its page, its endpoint.

use super::envelope::Pages;
use super::expr::{Place, Scope};
use super::incremental::{self, IncrementalView};
use super::paging::{PagingCode, paging};
use super::partitions::{self, PartitionsView};
use super::record::{Types, ident};
use super::uses::Uses;
use super::{client, decoder, errors, extend, format, job, request, templates, text, wire};
use crate::model::{Connector, OnInvalid, PagingKind, Resource};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use serde::Serialize;
use std::cell::RefCell;

/// What `src/resources/resource.rs` prints: finished pieces of Rust.
#[derive(Serialize)]
struct ResourceView {
    /// `//!` lines.
    docs: Vec<String>,
    /// The `use` lines.
    uses: String,
    /// `const PAGE_SIZE`, or nothing.
    constants: String,
    /// The record and the types inside it.
    types: String,
    /// The structs of a page, and of a failure.
    pages: String,
    /// Rust name of the resource's client.
    client: String,
    /// The runtime's source of the pages of one stream.
    pages_type: &'static str,
    /// What one request of it is: "GET /v1/x, 100 records a page".
    reads: String,
    /// Rust name of the record.
    record: String,
    /// Rust name of the type that implements `Endpoint`: the client, or the endpoint of one partition.
    endpoint_type: String,
    /// `impl Endpoint`.
    endpoint: String,
    /// What there is beside, where the resource is divided.
    divided: Option<PartitionsView>,
    /// What reading incrementally adds.
    incremental: Option<IncrementalView>,
}

/// The text of its GraphQL query, where that stands in a file of its own.
pub fn query_file(resource: &Resource) -> Option<&str> {
    let query = resource.request.body.query();
    query.filter(|query| text::is_readable(query))
}

/// The file of a resource, formatted.
pub fn file(connector: &Connector, resource: &Resource) -> String {
    let mut uses = Uses::default();
    for name in ["Endpoint", "Error", "Records", "Request", "Session", "Turn"] {
        uses.runtime(name);
    }
    job::source(resource, &mut uses);
    uses.add("crate::client", "Client");
    uses.add("serde_json::value", "RawValue");
    extend::import(resource, &mut uses);
    let types = Types::new(resource);
    let record = resource.record_type().to_owned();
    let items = types.items(&mut uses);
    let envelope = Pages::new(
        &resource.envelope,
        " The parts of a response that are read; everything else is skipped.",
    );
    let mut pages = envelope.items(&mut uses);
    if let Some(body) = &resource.errors.body {
        let failure = Pages::failure(body);
        pages.extend(failure.items(&mut uses));
    }
    let always = envelope.certain();
    let lets = RefCell::default();
    let scope = Scope {
        connector,
        accessors: &resource.envelope.accessors,
        always: &always,
        place: Place::Request,
        option: None,
        resource: Some(resource),
        partitions: resource.partitions.as_ref(),
        job: None,
        lets: &lets,
    };
    let code = match &resource.job {
        Some(_) => job::paging(),
        None => paging(&resource.paging, scope),
    };
    let rows = decoder::constants(resource, &mut uses);
    let size = code.size.map(|size| {
        let size = text::integer(size);
        quote! {
            #[doc = " Records asked for in one page."]
            const PAGE_SIZE: u64 = #size;
        }
    });
    let query = resource.request.body.query().map(|query| {
        let query = match query_file(resource) {
            Some(_) => {
                let name = text::literal(&format!("{}.graphql", super::module(resource)));
                quote!(include_str!(#name))
            }
            None => text::literal(query).to_token_stream(),
        };
        quote! {
            #[doc = " What is asked."]
            const QUERY: &str = #query;
        }
    });
    let retry = errors::retry(&resource.errors, &mut uses);
    pages.extend(retry.function);
    let endpoint = endpoint(resource, retry.constant, &envelope, &code, scope, &mut uses);
    let about_job = resource.job.as_ref();
    let about_job = about_job.map(|job| {
        pages.extend(job::structs(job, &mut uses));
        job::methods(resource, job, scope, &mut uses)
    });
    let requests = quote!(#endpoint #about_job);
    let incremental = resource.incremental.as_ref();
    let incremental = incremental
        .map(|incremental| incremental::view(resource, incremental, &requests, scope, &mut uses));
    let sends_window = incremental.as_ref().is_some_and(|view| view.sends_window);
    let divided = resource.partitions.as_ref();
    let divided = divided
        .map(|divided| partitions::view(connector, resource, divided, sends_window, &mut uses));
    let title = vec![text::code(&resource.name.wire)];
    let docs = match &resource.description {
        Some(description) => [title, vec![String::new()], text::doc_lines(description)].concat(),
        None => title,
    };
    let endpoint_type = match (&resource.partitions, &resource.incremental) {
        (Some(divided), _) => ident(&divided.endpoint),
        (None, Some(incremental)) => ident(&incremental.endpoint),
        (None, None) => ident(&resource.type_name),
    };
    let structure = wire::structure(resource, &mut uses);
    let wire = wire::implementation(resource, &endpoint_type, scope, &mut uses);
    let job = about_job.map(|job| quote!(impl JobEndpoint for #endpoint_type { #job }));
    let file = templates::render(
        "src/resources/resource.rs",
        ResourceView {
            docs,
            uses: uses.lines(),
            constants: format::items(quote!(#query #size #rows)),
            types: items,
            pages: format::items(pages),
            client: resource.type_name.clone(),
            pages_type: job::name(resource),
            reads: reads(resource),
            record,
            endpoint: structure
                + &format::items(quote!(#wire impl Endpoint for #endpoint_type { #endpoint } #job)),
            endpoint_type: endpoint_type.to_string(),
            divided,
            incremental,
        },
    );
    format::lines(&file)
}

/// What one request is, for the docs.
fn reads(resource: &Resource) -> String {
    let (request, paging) = (&resource.request, &resource.paging);
    let path = text::code(&format!(
        "{} {}",
        request.method,
        request::shown_path(&request.path.template)
    ));
    if resource.job.is_some() {
        return format!("Reads the files of a job that {path} creates.");
    }
    match &paging.kind {
        PagingKind::None => format!("Reads {path}, which is one page."),
        PagingKind::Offset { size, .. } => {
            format!("Reads {path}, {size} records a page, by offset.")
        }
        PagingKind::PageNumber {
            limit: Some((_, size)),
            ..
        } => {
            format!("Reads {path}, {size} records a page, by page number.")
        }
        PagingKind::PageNumber { .. } => format!("Reads {path} by page number."),
        PagingKind::Cursor { .. } => format!("Reads {path} by cursor."),
        PagingKind::Keyset { .. } => format!("Reads {path} by the key of the last record."),
        PagingKind::Link { .. } => format!("Reads {path} and follows its links."),
    }
}

fn endpoint(
    resource: &Resource,
    retry: Option<TokenStream>,
    envelope: &Pages<'_>,
    code: &PagingCode,
    scope: Scope<'_>,
    uses: &mut Uses,
) -> TokenStream {
    let wire = ident(resource.wire_type());
    let PagingCode {
        position,
        start,
        next,
        ..
    } = code;
    let page = envelope.root(&quote!('a), uses);
    let guard = code.guard.map(|guard| {
        uses.runtime("Guard");
        let guard = ident(guard);
        quote!(const GUARD: Guard = Guard::#guard;)
    });
    let object = (!envelope.is_object()).then(|| {
        quote!(
            const OBJECT: bool = false;
        )
    });
    let on_invalid = match resource.on_invalid {
        OnInvalid::Fail => None,
        OnInvalid::Skip => Some("Skip"),
        OnInvalid::Quarantine => Some("Quarantine"),
    };
    let on_invalid = on_invalid.map(|variant| {
        uses.runtime("OnInvalid");
        let variant = ident(variant);
        quote!(const ON_INVALID: OnInvalid = OnInvalid::#variant;)
    });
    // Of what is read incrementally, more pages are a failure.
    let max_pages = resource.paging.max_pages.map(|pages| {
        let (name, pages) = (
            ident(match resource.incremental {
                None => "MAX_PAGES",
                Some(_) => "PAGE_LIMIT",
            }),
            text::integer(pages),
        );
        quote!(const #name: Option<u64> = Some(#pages);)
    });
    let session = session(scope.connector, resource);
    let request = match &resource.job {
        Some(job) => job::download(job, code, scope, uses),
        None => request::request(&resource.request, code, scope, uses),
    };
    let action = errors::action(resource, scope, uses);
    let extension = resource.extension.as_ref();
    let json = match extension {
        Some(extension) if extension.json => extend::json(uses),
        _ => decoder::json(&resource.decoder, uses),
    };
    let deliver = extend::deliver(resource);
    let records = envelope.records();
    let page_pattern = if envelope.is_bare() {
        quote!(&page)
    } else {
        quote!(page)
    };
    let total = code.total.as_ref().map(|accessor| {
        let accessor = ident(accessor);
        quote! {
            fn total(page: &Self::Page<'_>) -> Option<u64> { page.#accessor() }
        }
    });
    let mark = code.mark.as_ref().map(|mark| {
        quote! {
            fn mark(position: &#position) -> Option<&str> { #mark }
        }
    });
    let drop_seen = code.edge.then(|| {
        quote! {
            fn drop_seen(position: &#position, records: &mut Vec<Self::Wire>) {
                if let Some(edge) = position { edge.drop_seen(records); }
            }
        }
    });
    let keeps = resource.filter.as_ref().map(|filter| {
        let (condition, before) = (scope.condition(filter), scope.before());
        let names = names_in(&quote!(#before #condition));
        quote! {
            fn keeps(&self, record: &#wire) -> bool {
                #names
                #before
                #condition
            }
        }
    });
    let next_names = names_in(next);
    uses.expressions(next);
    let turn = ident(if uses_ident(next, "turn") {
        "turn"
    } else {
        "_turn"
    });
    for name in ["KeyEdge", "KeyOrder"] {
        if uses_ident(&quote!(#position #next), name) {
            uses.runtime(name);
        }
    }
    let start = start
        .as_ref()
        .map(|start| quote!(fn start(&self) -> #position { #start }));
    quote! {
        type Wire = #wire;
        type Position = #position;
        type Page<'a> = #page;

        #object
        #retry
        #guard
        #on_invalid
        #max_pages

        fn session(&self) -> &Session { #session }

        #start

        #request

        #action

        #json

        fn records<'a>(#page_pattern: &Self::Page<'a>) -> Vec<&'a RawValue> { #records }

        #keeps

        #drop_seen

        #deliver

        #total

        fn next(&self, #turn: &Turn<'_, '_, Self>) -> Result<Option<#position>, Error> {
            #next_names
            #next
        }

        #mark
    }
}

/// The connection of a resource.
pub fn session(connector: &Connector, resource: &Resource) -> TokenStream {
    match &resource.auth {
        Some(_) => {
            let field = client::own_session(connector, resource);
            quote!(self.client.#field())
        }
        None => quote!(self.client.session()),
    }
}

/// `let config = …` and `let partition = …` where statements speak of them.
pub fn names_in(tokens: &TokenStream) -> TokenStream {
    let config = uses_ident(tokens, "config").then(|| quote!(let config = self.client.config();));
    let partition =
        uses_ident(tokens, "partition").then(|| quote!(let partition = &self.partition;));
    quote!(#config #partition)
}

/// Whether an identifier stands in tokens, other than after a dot.
pub fn uses_ident(tokens: &TokenStream, name: &str) -> bool {
    let mut after_dot = false;
    for token in tokens.clone() {
        let found = match &token {
            proc_macro2::TokenTree::Ident(ident) => *ident == name && !after_dot,
            proc_macro2::TokenTree::Group(group) => uses_ident(&group.stream(), name),
            _ => false,
        };
        if found {
            return true;
        }
        after_dot =
            matches!(&token, proc_macro2::TokenTree::Punct(punct) if punct.as_char() == '.');
    }
    false
}
