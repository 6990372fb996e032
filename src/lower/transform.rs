//! What becomes of what the API sends: which records are wanted, and the record that is made where it is another.

mod include;

use super::record::RecordBuilder;
use super::{Cx, samples};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Place, RecordNames, condition};
use crate::model::{Expr, Field, FieldSource, Record, Scope, Wire};
use crate::source::{Span, Text};
use crate::spec;

/// The record in the making, where it is not what the API sends.
pub(super) struct Shaped {
    /// The types of the record.
    pub builder: RecordBuilder,
    /// Where the fields of the record come from, in their order.
    sources: Vec<FieldSource>,
}

/// A field of the record in the making.
struct Draft {
    field: Field,
    source: FieldSource,
    /// Where it got its name.
    span: Option<Span>,
}

/// Whether the record of a resource is made from what the API sends.
pub(super) fn is_shaped(resource: &spec::Resource) -> bool {
    resource.include_from_parent.is_some()
}

/// Makes the record from what the API sends. `None` after faults.
pub(super) fn shape(
    resource: &spec::Resource,
    sent: &RecordBuilder,
    cx: &mut Cx<'_>,
) -> Option<Shaped> {
    let mut builder = sent.clone();
    let root = sent.structs.first()?;
    let mut drafts: Vec<Draft> = root
        .fields
        .iter()
        .map(|field| Draft {
            field: field.clone(),
            source: FieldSource::Sent(field.name.rust.clone()),
            span: declared(resource, &field.name.wire),
        })
        .collect();
    let mut complete = true;
    if let Some(include) = &resource.include_from_parent {
        match include::lower(include, &mut builder, cx) {
            Some(included) => drafts.extend(included),
            None => complete = false,
        }
    }
    complete &= are_distinct(&drafts, cx);
    if !complete {
        return None;
    }
    let (fields, sources) = drafts
        .into_iter()
        .map(|draft| (draft.field, draft.source))
        .unzip();
    builder.structs.first_mut()?.fields = fields;
    Some(Shaped { builder, sources })
}

/// Where `fields` declares a field.
fn declared(resource: &spec::Resource, wire: &str) -> Option<Span> {
    let mut fields = resource.fields.iter().flatten();
    let found = fields.find(|(key, _)| key.value == wire);
    found.map(|(key, _)| key.span)
}

/// Records fields that have one name.
fn are_distinct(drafts: &[Draft], cx: &mut Cx<'_>) -> bool {
    let mut scope = Scope::default();
    let mut distinct = true;
    for draft in drafts {
        let span = draft.span.unwrap_or_default();
        let Err(collision) = scope.claim(&draft.field.name, span) else {
            continue;
        };
        distinct = false;
        let wire = &draft.field.name.wire;
        let first = collision.first.as_ref();
        let message = match first {
            Some((other, _)) if other == wire => format!("the record has two fields `{wire}`"),
            _ => collision.message(wire, "Rust and in SQL"),
        };
        let mut diagnostic = Diagnostic::new(Code::NameCollision, span, message);
        if let Some((_, other)) = first.filter(|(_, other)| *other != Span::default()) {
            diagnostic = diagnostic.other(*other, "the other one");
        }
        let help = match &draft.source {
            FieldSource::Parent { resource, path, .. } => {
                let name = format!("{}_{path}", crate::model::singular(resource));
                format!(
                    "give it another name: `{{ {}: {path} }}`",
                    name.replace('.', "_")
                )
            }
            FieldSource::Sent(_) => format!("name it otherwise, for instance `{}`", collision.free),
        };
        cx.sink.push(diagnostic.help(help));
    }
    distinct
}

impl Shaped {
    /// What is never null in the record is never null where it comes from.
    fn require(&self, sent: &mut RecordBuilder, cx: &Cx<'_>) {
        let root = self.builder.structs.first();
        let made = root.map_or(&[][..], |root| &root.fields);
        for (field, source) in made.iter().zip(&self.sources) {
            match source {
                _ if field.nullable => {}
                FieldSource::Sent(rust) => {
                    let own = sent.structs.first_mut().map(|root| &mut root.fields);
                    let mut own = own.into_iter().flatten();
                    if let Some(own) = own.find(|own| own.name.rust == *rust) {
                        own.nullable = false;
                    }
                }
                FieldSource::Parent { value, .. } => {
                    if let Some(names) = cx.partition {
                        names.require(value);
                    }
                }
            }
        }
        // Within objects nothing is made anew.
        let inner = self.builder.structs.iter().skip(1).cloned();
        sent.structs.truncate(1);
        sent.structs.extend(inner);
    }

    /// What the API sends, after the keys have been lowered with the types of the record.
    pub fn finish(
        self,
        mut sent: RecordBuilder,
        record: &Record,
        keep_unknown: bool,
        cx: &Cx<'_>,
    ) -> Wire {
        self.require(&mut sent, cx);
        let name = sent.wire_name(record.type_name());
        if let Some(root) = sent.structs.first_mut() {
            root.type_name = name;
        }
        Wire {
            sample: samples::made(record, &self.builder.examples),
            record: sent.finish(Vec::new(), Vec::new(), keep_unknown),
            sources: self.sources,
        }
    }
}

/// Which records are wanted; the outer `None` after a fault.
#[allow(clippy::option_option, reason = "refused, absent, given")]
pub(super) fn filter(
    text: Option<&Text>,
    sent: Option<&Record>,
    cx: &mut Cx<'_>,
) -> Option<Option<Expr>> {
    let Some(text) = text else {
        return Some(None);
    };
    let mut place = Place {
        record: sent.map_or(RecordNames::Unknown, RecordNames::Known),
        partition: cx.partition,
        ..Place::config_only(cx.config)
    };
    let outer = cx.partition.map(|names| names.about_record(true));
    let condition = condition(text, &mut place, cx.sink);
    if let (Some(names), Some(outer)) = (cx.partition, outer) {
        names.about_record(outer);
    }
    condition.map(Some)
}
