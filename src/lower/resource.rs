//! `resources`: their names, and their parts put together.

mod endpoint;
mod names;
mod record;

use endpoint::auth_or_none;
use names::{Names, names};
use record::RecordParts;

use super::envelope::EnvelopeBuilder;
use super::incremental;
use super::paginator::Paginating;
use super::parent::{Link, Parents};
use super::partitions::{self, OnlyDivided};
use super::schema_ref::Documents;
use super::{
    Cx, auth, decoder, disposition, error_handler, extend, graphql, samples, tables, transform,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{CursorPlace, ParentNames, PartitionNames};
use crate::model::{
    Action, Auth, Extension, LinkSource, OnInvalid, Paging, PagingKind, Resource, Rule,
};
use crate::source::Sources;
use crate::spec;
use crate::spec::Spec;

/// Lowers every resource; those with faults are left out.
pub(super) fn lower_all(spec: &Spec, sources: &mut Sources, cx: &mut Cx<'_>) -> Vec<Resource> {
    if spec.resources.is_empty() && !cx.sink.has_errors() {
        let diagnostic = Diagnostic::new(Code::Empty, spec.name.span, "there are no resources");
        cx.sink.push(diagnostic.help("write at least one: `resources: [{ name: orders, endpoint: /orders, fields: { id: string! } }]`"));
    }
    let names = names(&spec.resources, cx.config.fields, cx.sink);
    let client_auth = spec
        .client
        .auth
        .as_ref()
        .and_then(|auth| auth::lower(auth, cx));
    let mut documents = Documents::new(sources);
    let parents = Parents::new(&spec.resources, cx);
    let mut lowered: Vec<Option<Resource>> = spec.resources.iter().map(|_| None).collect();
    let mut names: Vec<Option<Names>> = names;
    let (mut only_divided, mut unused) = (OnlyDivided::default(), Vec::new());
    for at in parents.order.iter().copied() {
        let (Some(resource), Some(own)) = (spec.resources.get(at), names.get_mut(at)) else {
            continue;
        };
        let link = parents.of(at);
        let parent = resource.parent.as_ref().map(|parent| ParentNames {
            resource: &parent.resource.value,
            record: match link {
                Link::Parent(parent) => lowered.get(parent).and_then(Option::as_ref),
                Link::None | Link::Refused => None,
            }
            .map(|parent| &parent.record),
            batch: parent.batch.is_some(),
        });
        let lists = partitions::lists(resource, cx);
        let divided =
            (parent.is_some() || !lists.is_empty()).then(|| PartitionNames::new(parent, lists));
        only_divided.note(resource, handler(resource, spec), divided.is_some());
        let lowering = Lowering {
            spec,
            resource,
            client_auth: client_auth.as_ref(),
            link,
            cx: &mut Cx {
                sink: cx.sink,
                config: cx.config,
                partition: divided.as_ref(),
                cursor: CursorPlace::Absent,
                modules: cx.modules,
                job: None,
            },
        };
        let one = lowering.lower(own.take(), divided.as_ref(), &mut documents);
        unused.extend(
            divided
                .iter()
                .flat_map(|names| partitions::unused(resource, names)),
        );
        if let Some(slot) = lowered.get_mut(at) {
            *slot = one;
        }
    }
    partitions::never_read(&spec.resources, &parents, cx.sink);
    only_divided.report(cx.sink);
    // Where an expression is broken, what it would use is not known.
    if !cx.sink.has_errors() {
        unused
            .into_iter()
            .for_each(|diagnostic| cx.sink.push(diagnostic));
    }
    tables::of_one_name(&spec.resources, &lowered, cx.sink);
    let mut resources = Vec::with_capacity(lowered.len());
    resources.extend(lowered.into_iter().flatten());
    resources
}

fn handler<'s>(resource: &'s spec::Resource, spec: &'s Spec) -> Option<&'s spec::ErrorHandler> {
    let own = resource.endpoint.error_handler.as_ref();
    own.or(spec.client.error_handler.as_ref())
}

struct Lowering<'l, 'a> {
    spec: &'l Spec,
    resource: &'l spec::Resource,
    client_auth: Option<&'l Auth>,
    link: Link,
    cx: &'l mut Cx<'a>,
}

impl Lowering<'_, '_> {
    /// Lowers all parts, so that the faults of each are seen, and puts them together.
    fn lower(
        mut self,
        names: Option<Names>,
        divided: Option<&PartitionNames<'_>>,
        documents: &mut Documents<'_>,
    ) -> Option<Resource> {
        let resource = self.resource;
        let endpoint = &resource.endpoint;
        let description = resource
            .description
            .as_ref()
            .map(|text| super::prose(text, self.cx.sink));
        let record = self.record(names.as_ref(), description.clone(), documents);
        let disposition = disposition::lower(
            resource,
            record.as_ref().map(|parts| &parts.record),
            self.cx.sink,
        );
        let normalized = match (&names, &record, &disposition) {
            (Some(names), Some(parts), Some(disposition)) => tables::lower(
                resource,
                &names.name,
                &parts.record,
                disposition,
                self.cx.sink,
            ),
            _ => Some(false),
        };
        let samples = record.as_ref().map(|parts| {
            samples::lower(
                &resource.samples,
                parts.sent(),
                &parts.examples,
                self.cx.sink,
            )
        });
        let range = record.as_ref().and_then(|parts| {
            let (spec, path) = (resource.incremental.as_ref()?, parts.cursor.as_deref()?);
            incremental::range(spec, path, &parts.record, self.cx)
        });
        let (mut request, mut job) = match self.request(range.as_ref()) {
            Some((request, job)) => (Some(request), job),
            None => (None, None),
        };
        let sent = record.as_ref().map(RecordParts::sent);
        let filter = transform::filter(resource.filter.as_ref(), sent, self.cx);
        let mut decoder = decoder::lower(resource, sent, self.cx);
        if let Some(decoder) = &decoder {
            let (request, own) = match (&mut job, &endpoint.job) {
                (Some(job), Some(spec)) => (
                    job.as_mut().map(|job| &mut job.download),
                    &spec.download.headers,
                ),
                _ => (request.as_mut(), &endpoint.headers),
            };
            if let Some(request) = request {
                decoder::accept(request, decoder, own, &self.spec.client);
            }
        }
        let own_auth = endpoint
            .auth
            .as_ref()
            .map(|auth| auth::lower(auth, self.cx));
        let mut envelope = EnvelopeBuilder::new("Page");
        let selector = self.selector(&mut envelope);
        let extension = self.extension();
        let links = extension.as_ref().is_some_and(|extension| extension.next);
        let paging = match endpoint
            .paginator
            .as_ref()
            .or(self.spec.client.paginator.as_ref())
            .filter(|_| endpoint.job.is_none())
        {
            _ if links => Some(Paging {
                kind: PagingKind::Link {
                    source: LinkSource::Extension,
                    limit: None,
                },
                max_pages: None,
            }),
            None => Some(Paging {
                kind: PagingKind::None,
                max_pages: None,
            }),
            Some(paginator) => Paginating {
                cx: self.cx,
                envelope: &mut envelope,
                request: request.as_mut(),
                record: sent,
                endpoint,
                client: &self.spec.client,
            }
            .lower(paginator),
        };
        if let (Some(graphql), Some(paging)) = (&endpoint.graphql, &paging) {
            graphql::all_are_given(graphql, paging, self.cx.sink);
        }
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
        let mut errors = error_handler::lower(
            handler(resource, self.spec),
            auth_or_none(auth, &own_auth, self.spec),
            self.cx,
        );
        if let (Some(errors), None) = (&mut errors, divided) {
            let skips = |rule: &Rule| matches!(rule.action, Action::SkipPartition);
            errors.rules.retain(|rule| !skips(rule));
        }
        let divided = divided.map(|divided| {
            let types = names.as_ref().map_or(("", ""), |names| {
                (names.partition.as_str(), names.endpoint.as_str())
            });
            partitions::lower(resource, self.link, divided, types, self.cx)
        });
        let endpoint_name = names.as_ref().map_or("", |names| names.endpoint.as_str());
        let incremental = range.map(|range| {
            let (request, disposition) = (request.as_ref(), disposition.as_ref());
            range.finish(request, disposition, endpoint_name, self.cx.sink)
        });
        if incremental.is_none() && resource.incremental.is_some() {
            return None;
        }
        let names = names?;
        let auth = match own_auth {
            Some(auth) => Some(auth?),
            None => None,
        };
        let (mut record, filter, paging) = (record?, filter?, paging?);
        if let Some(wire) = &mut record.wire {
            transform::prune(wire, filter.as_ref(), &paging);
            if let Some(decoder) = &mut decoder {
                decoder.need_no(&wire.dropped);
            }
        }
        Some(Resource {
            name: names.name,
            type_name: names.client,
            description,
            record: record.record,
            wire: record.wire,
            filter,
            disposition: disposition?,
            normalized: normalized?,
            incremental,
            request: request?,
            decoder: decoder?,
            envelope: envelope?,
            paging,
            job: match job {
                Some(job) => Some(job?),
                None => None,
            },
            errors: errors?,
            auth,
            partitions: match divided {
                Some(divided) => Some(divided?),
                None => None,
            },
            selected: resource
                .selected
                .as_ref()
                .is_none_or(|selected| selected.value),
            on_invalid: match resource
                .on_invalid_record
                .as_ref()
                .map(|choice| choice.value)
            {
                None | Some(spec::OnInvalidRecord::Fail) => OnInvalid::Fail,
                Some(spec::OnInvalidRecord::Skip) => OnInvalid::Skip,
                Some(spec::OnInvalidRecord::Quarantine) => OnInvalid::Quarantine,
            },
            extension: match &resource.extend {
                Some(_) => Some(extension?),
                None => None,
            },
            samples: samples?,
        })
    }

    /// What the module of the resource says, if it has one.
    fn extension(&mut self) -> Option<Extension> {
        let file = self.resource.extend.as_ref()?;
        let extension = self.cx.modules.extension(file, self.cx.sink)?;
        extend::said_twice(self.resource, &extension, self.cx.sink);
        Some(extension)
    }
}
