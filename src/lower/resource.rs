//! `resources`: their names, and their parts put together.

use std::collections::BTreeMap;

use super::envelope::EnvelopeBuilder;
use super::paginator::Paginating;
use super::record::RecordBuilder;
use super::schema_ref::Documents;
use super::{Cx, auth, disposition, error_handler, fields, key, request, samples, schema};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::model::{
    Auth, Body, Name, OnInvalid, Paging, PagingKind, Record, Resource, Scope, is_type_name,
    singular, type_name,
};
use crate::source::{Sources, Span, Text};
use crate::spec::{self, Spec};

/// Lowers every resource; those with faults are left out.
pub(super) fn lower_all(spec: &Spec, sources: &mut Sources, cx: &mut Cx<'_>) -> Vec<Resource> {
    if spec.resources.is_empty() && !cx.sink.has_errors() {
        let diagnostic = Diagnostic::new(Code::Empty, spec.name.span, "there are no resources");
        cx.sink.push(diagnostic.help("write at least one: `resources: [{ name: orders, endpoint: /orders, fields: { id: string! } }]`"));
    }
    let names = names(&spec.resources, cx.sink);
    let client_auth = spec
        .client
        .auth
        .as_ref()
        .and_then(|auth| auth::lower(auth, cx));
    let mut documents = Documents::new(sources);
    let mut resources = Vec::new();
    for (resource, names) in spec.resources.iter().zip(names) {
        let lowering = Lowering {
            spec,
            resource,
            client_auth: client_auth.as_ref(),
            cx,
        };
        resources.extend(lowering.lower(names, &mut documents));
    }
    resources
}

/// The Rust names of a resource; `None` after faults.
struct Names {
    name: Name,
    client: String,
    record: String,
}

fn names(resources: &[spec::Resource], sink: &mut Sink) -> Vec<Option<Names>> {
    let mut modules = Scope::default();
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let mut named: Vec<Option<Name>> = Vec::with_capacity(resources.len());
    for resource in resources {
        named.push(module(&resource.name, &mut modules, &mut seen, sink));
    }
    // Records first: their names are the ones that users write most.
    let mut types = Scope::default();
    let mut records: Vec<Option<String>> = vec![None; resources.len()];
    for (slot, resource) in records.iter_mut().zip(resources) {
        if let Some(text) = &resource.record {
            *slot = given_record(text, &mut types, sink);
        }
    }
    for ((slot, resource), name) in records.iter_mut().zip(resources).zip(&named) {
        if resource.record.is_none() && name.is_some() {
            *slot = derived_record(&resource.name, &mut types, sink);
        }
    }
    named
        .into_iter()
        .zip(records)
        .map(|(name, record)| {
            let (name, record) = (name?, record?);
            let client = type_name(&name.wire, "Resource");
            let taken = Name {
                wire: name.wire.clone(),
                rust: client.clone(),
            };
            let client = if types.claim(&taken, Span::default()).is_ok() {
                client
            } else {
                types.unique(format!("{client}Resource"))
            };
            Some(Names {
                name,
                client,
                record,
            })
        })
        .collect()
}

fn module<'t>(
    text: &'t Text,
    modules: &mut Scope,
    seen: &mut BTreeMap<&'t str, Span>,
    sink: &mut Sink,
) -> Option<Name> {
    if text.value.trim().is_empty() || text.value.chars().any(char::is_control) {
        let message = format!(
            "`{}` cannot be the name of a resource",
            text.value.escape_debug()
        );
        sink.push(
            Diagnostic::new(Code::InvalidName, text.span, message)
                .help("it names a table and a Rust module: write for instance `orders`"),
        );
        return None;
    }
    crate::expr::literal(text, "the name of a resource", sink);
    if let Some(first) = seen.get(text.value.as_str()) {
        let diagnostic = Diagnostic::new(
            Code::DuplicateName,
            text.span,
            format!("there are two resources `{}`", text.value),
        );
        sink.push(
            diagnostic
                .other(*first, "the first one")
                .help("name one of them otherwise"),
        );
        return None;
    }
    seen.insert(&text.value, text.span);
    let name = Name::module(&text.value);
    if let Err(collision) = modules.claim(&name, text.span) {
        let help = format!("name it otherwise, for instance `{}`", collision.free);
        sink.push(
            super::collided(&collision, &text.value, text.span, "Rust and in SQL").help(help),
        );
        return None;
    }
    Some(name)
}

fn given_record(text: &Text, types: &mut Scope, sink: &mut Sink) -> Option<String> {
    if !is_type_name(&text.value) {
        let message = format!(
            "`{}` cannot be the Rust name of a record",
            text.value.escape_debug()
        );
        let help = format!("write `{}`", type_name(&text.value, "Record"));
        sink.push(Diagnostic::new(Code::InvalidName, text.span, message).help(help));
        return None;
    }
    claim_record(text, text.value.clone(), types, sink)
}

/// The singular of the resource's name; the name itself where another record has that.
fn derived_record(text: &Text, types: &mut Scope, sink: &mut Sink) -> Option<String> {
    let one = type_name(&singular(&text.value), "Record");
    let plural = type_name(&text.value, "Record");
    let name = Name {
        wire: text.value.clone(),
        rust: one.clone(),
    };
    if types.claim(&name, text.span).is_ok() {
        return Some(one);
    }
    let candidates = [plural.clone(), format!("{plural}Record")];
    for rust in candidates {
        if types
            .claim(
                &Name {
                    wire: text.value.clone(),
                    rust: rust.clone(),
                },
                text.span,
            )
            .is_ok()
        {
            return Some(rust);
        }
    }
    claim_record(text, one, types, sink)
}

fn claim_record(text: &Text, rust: String, types: &mut Scope, sink: &mut Sink) -> Option<String> {
    let name = Name {
        wire: text.value.clone(),
        rust,
    };
    match types.claim(&name, text.span) {
        Ok(()) => Some(name.rust),
        Err(collision) => {
            let diagnostic = Diagnostic::new(
                Code::NameCollision,
                text.span,
                format!("two records would be called `{}`", collision.rust),
            );
            let diagnostic = match collision.first {
                Some((_, span)) => diagnostic.other(span, "the other one"),
                None => diagnostic,
            };
            sink.push(diagnostic.help(format!(
                "give one of them another name: `struct: {}`",
                collision.free
            )));
            None
        }
    }
}

struct Lowering<'l, 'a> {
    spec: &'l Spec,
    resource: &'l spec::Resource,
    client_auth: Option<&'l Auth>,
    cx: &'l mut Cx<'a>,
}

impl Lowering<'_, '_> {
    /// Lowers all parts, so that the faults of each are seen, and puts them together.
    fn lower(mut self, names: Option<Names>, documents: &mut Documents<'_>) -> Option<Resource> {
        let resource = self.resource;
        let endpoint = &resource.endpoint;
        let description = resource
            .description
            .as_ref()
            .map(|text| super::prose(text, self.cx.sink));
        let record = self.record(names.as_ref(), description.clone(), documents);
        let disposition = disposition::lower(
            resource,
            record.as_ref().map(|(record, _)| record),
            self.cx.sink,
        );
        let samples = record.as_ref().map(|(record, examples)| {
            samples::lower(&resource.samples, record, examples, self.cx.sink)
        });
        let mut request = request::lower(endpoint, &self.spec.client, self.cx);
        let own_auth = endpoint
            .auth
            .as_ref()
            .map(|auth| auth::lower(auth, self.cx));
        let mut envelope = EnvelopeBuilder::new("Page");
        let selector = self.selector(&mut envelope);
        let paging = match endpoint
            .paginator
            .as_ref()
            .or(self.spec.client.paginator.as_ref())
        {
            None => Some(Paging {
                kind: PagingKind::None,
                max_pages: None,
            }),
            Some(paginator) => Paginating {
                cx: self.cx,
                envelope: &mut envelope,
                request: request.as_mut(),
                record: record.as_ref().map(|(record, _)| record),
                endpoint,
                client: &self.spec.client,
            }
            .lower(paginator),
        };
        let allow_missing = endpoint
            .allow_missing_data
            .as_ref()
            .is_some_and(|allow| allow.value);
        let envelope = envelope.finish(&selector, allow_missing, self.cx.sink);
        let auth = match &own_auth {
            Some(auth) => auth.as_ref(),
            None => self.client_auth,
        };
        self.body_for_key(auth, request.as_ref().map(|request| &request.body));
        let handler = endpoint
            .error_handler
            .as_ref()
            .or(self.spec.client.error_handler.as_ref());
        let errors =
            error_handler::lower(handler, auth_or_none(auth, &own_auth, self.spec), self.cx);
        let names = names?;
        let auth = match own_auth {
            Some(auth) => Some(auth?),
            None => None,
        };
        Some(Resource {
            name: names.name,
            type_name: names.client,
            description,
            record: record?.0,
            disposition: disposition?,
            request: request?,
            envelope: envelope?,
            paging: paging?,
            errors: errors?,
            auth,
            on_invalid: match resource
                .on_invalid_record
                .as_ref()
                .map(|choice| choice.value)
            {
                None | Some(spec::OnInvalidRecord::Fail) => OnInvalid::Fail,
                Some(spec::OnInvalidRecord::Skip) => OnInvalid::Skip,
                Some(spec::OnInvalidRecord::Quarantine) => OnInvalid::Quarantine,
            },
            samples: samples?,
        })
    }

    fn record(
        &mut self,
        names: Option<&Names>,
        description: Option<String>,
        documents: &mut Documents<'_>,
    ) -> Option<(Record, Vec<samples::Example>)> {
        let resource = self.resource;
        let (client, record) = names.map_or(("Resource", "Record"), |names| {
            (names.client.as_str(), names.record.as_str())
        });
        let mut builder = RecordBuilder::new(&[client, record]);
        let read =
            match (&resource.fields, &resource.schema) {
                (Some(fields), Some(schema)) => {
                    let span = fields
                        .first()
                        .map_or(resource.name.span, |(key, _)| key.span);
                    let diagnostic = Diagnostic::new(
                        Code::ConflictingKeys,
                        schema.span,
                        "`fields` and `schema` exclude each other",
                    );
                    self.cx.sink.push(
                        diagnostic
                            .other(span, "`fields` are here")
                            .help("keep one of the two"),
                    );
                    return None;
                }
                (None, None) => {
                    let message = format!(
                        "the resource `{}` has neither `fields` nor `schema`",
                        resource.name.value
                    );
                    let diagnostic = Diagnostic::new(Code::MissingKey, resource.name.span, message);
                    self.cx.sink.push(diagnostic.help(
                        "say what its records hold: `fields: { id: string!, name: string }`",
                    ));
                    return None;
                }
                (Some(fields), None) if fields.is_empty() => {
                    let diagnostic = Diagnostic::new(
                        Code::Empty,
                        resource.name.span,
                        "a record needs at least one field",
                    );
                    self.cx
                        .sink
                        .push(diagnostic.help("say what it holds: `fields: { id: string! }`"));
                    return None;
                }
                (Some(fields), None) => {
                    let index = builder.open_struct(record.to_owned(), description);
                    fields::fields(fields, index, &mut builder, self.cx.sink);
                    true
                }
                (None, Some(node)) => {
                    schema::record(node, record, &mut builder, documents, self.cx.sink)
                }
            };
        if !read {
            return None;
        }
        let primary = key::lower(
            resource.primary_key.as_ref(),
            key::Kind::Primary,
            &mut builder,
            self.cx.sink,
        );
        let merge = key::lower(
            resource.merge_key.as_ref(),
            key::Kind::Merge,
            &mut builder,
            self.cx.sink,
        );
        let keep = resource
            .unknown_fields
            .as_ref()
            .is_some_and(|fields| fields.value == spec::UnknownFields::Keep);
        let examples = samples::examples(&mut builder);
        Some((builder.finish(primary, merge, keep), examples))
    }

    /// Adds the records' place to the envelope; the selector as it is written.
    fn selector(&mut self, envelope: &mut EnvelopeBuilder) -> String {
        match &self.resource.endpoint.data_selector {
            None => {
                envelope.records(&[], self.resource.endpoint.span);
                "$".to_owned()
            }
            Some(text) => {
                if crate::expr::has_expression(&text.value) {
                    crate::expr::literal(text, "`data_selector`", self.cx.sink);
                } else if let Some(path) = crate::expr::path(text, self.cx.sink) {
                    envelope.records(&path, text.span);
                }
                text.value.clone()
            }
        }
    }

    /// A key in the body needs a body with keys.
    fn body_for_key(&mut self, auth: Option<&Auth>, body: Option<&Body>) {
        let (Some(auth), Some(body)) = (auth, body) else {
            return;
        };
        if auth::needs_body(auth)
            && !matches!(
                body,
                Body::Form(_) | Body::Json(crate::model::Json::Object(_))
            )
        {
            let from = self
                .resource
                .endpoint
                .auth
                .as_ref()
                .or(self.spec.client.auth.as_ref())
                .and_then(auth::span);
            let message = format!(
                "the API key goes into the body, and `{}` has no body with keys",
                self.resource.name.value
            );
            let diagnostic =
                Diagnostic::new(Code::ConflictingKeys, self.resource.endpoint.span, message);
            let diagnostic = match from {
                Some(span) => diagnostic.other(span, "the authentication"),
                None => diagnostic,
            };
            self.cx.sink.push(
                diagnostic.help("give the endpoint `json` or `form`, or send the key elsewhere"),
            );
        }
    }
}

/// What requests are authenticated with; `None` where that could not be made.
fn auth_or_none<'a>(
    auth: Option<&'a Auth>,
    own: &Option<Option<Auth>>,
    spec: &Spec,
) -> Option<&'a Auth> {
    match (auth, own) {
        (Some(auth), _) => Some(auth),
        (None, Some(_)) => None,
        (None, None) => spec.client.auth.is_none().then_some(&Auth::None),
    }
}
