//! What becomes of what the API sends: which records are wanted, and the record that is made where it is another.

mod added;
mod cast;
mod include;
mod path;
mod steps;

use steps::Making;

use super::record::RecordBuilder;
use super::{Cx, samples};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Place, RecordNames, condition};
use crate::model::{
    Expr, ExprKind, Field, FieldSource, Paging, PagingKind, Record, RecordRoot, Scope, Type, Wire,
};
use crate::source::{Span, Text};
use crate::spec;
use std::collections::{BTreeMap, BTreeSet};

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
    resource.include_from_parent.is_some() || resource.transform.is_some()
}

/// Makes the record from what the API sends. `None` after faults.
///
/// Values that are added need to know what of that is never null and of which type: `view` is what keys and steps make
/// of it. Without it, nothing is added.
pub(super) fn shape(
    resource: &spec::Resource,
    sent: &RecordBuilder,
    view: Option<&RecordBuilder>,
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
    let steps = resource.transform.as_ref();
    let steps = steps.map_or(&[][..], |steps| &steps.values);
    let mut making = Making {
        drafts,
        builder: &mut builder,
        cx,
        view,
    };
    for change in steps::changes(steps) {
        complete &= making.change(&change);
    }
    let drafts = making.drafts;
    if drafts.is_empty()
        && let Some(steps) = &resource.transform
    {
        let message = "nothing is left of the record";
        let diagnostic = Diagnostic::new(Code::InvalidTransform, steps.span, message);
        cx.sink.push(diagnostic.help("leave it at least one field"));
        return None;
    }
    complete &= are_distinct(&drafts, cx);
    if !complete {
        return None;
    }
    let (fields, sources) = drafts
        .into_iter()
        .map(|draft| (draft.field, draft.source))
        .unzip();
    let fields: Vec<Field> = fields;
    let has = |wire: &String| fields.iter().any(|field| field.name.wire == *wire);
    let names = root.fields.iter().map(|field| field.name.wire.clone());
    builder.gone = names.filter(|wire| !has(wire)).collect();
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
    let mut keys: BTreeMap<&str, Option<Span>> = BTreeMap::new();
    let mut distinct = true;
    for draft in drafts {
        let wire = draft.field.name.wire.as_str();
        let same = keys.insert(wire, draft.span);
        let span = draft.span.unwrap_or_default();
        let (message, first, free) = match (scope.claim(&draft.field.name, span), same) {
            (Ok(()), None) => continue,
            (claimed, Some(first)) => {
                let free = claimed
                    .err()
                    .map_or_else(|| format!("{wire}_2"), |collision| collision.free);
                (format!("the record has two fields `{wire}`"), first, free)
            }
            (Err(collision), None) => {
                let first = collision.first.as_ref().map(|(_, span)| *span);
                let message = collision.message(wire, "Rust and in SQL");
                (
                    message,
                    first.filter(|span| *span != Span::default()),
                    collision.free,
                )
            }
        };
        distinct = false;
        let mut diagnostic = Diagnostic::new(Code::NameCollision, span, message);
        if let Some(other) = first {
            diagnostic = diagnostic.other(other, "the other one");
        }
        let help = match &draft.source {
            FieldSource::Parent { resource, path, .. } => {
                let name = format!("{}_{path}", crate::model::singular(resource));
                format!(
                    "give it another name: `{{ {}: {path} }}`",
                    name.replace('.', "_")
                )
            }
            _ => format!("name it otherwise, for instance `{free}`"),
        };
        cx.sink.push(diagnostic.help(help));
    }
    distinct
}

impl Shaped {
    /// What is never null in the record is never null where it comes from.
    pub fn require(&mut self, sent: &mut RecordBuilder, keys: &[Vec<String>], cx: &Cx<'_>) {
        let root = self.builder.structs.first();
        let made = root.map_or(Vec::new(), |root| root.fields.clone());
        for (field, source) in made.iter().zip(&mut self.sources) {
            match source {
                FieldSource::Sent(rust) => {
                    if let Some(own) = field_mut(sent, 0, rust) {
                        own.nullable &= field.nullable;
                        own.ty = field.ty.clone();
                        own.lenient = field.lenient;
                    }
                }
                FieldSource::Within {
                    object,
                    field: inner,
                } if !field.nullable => {
                    (object.nullable, inner.nullable) = (false, false);
                    let object = field_mut(sent, 0, &object.rust);
                    let ty = object.map(|object| {
                        object.nullable = false;
                        object.ty.clone()
                    });
                    if let Some(Type::Struct(index)) = ty
                        && let Some(own) = field_mut(&mut self.builder, index, &inner.rust)
                    {
                        own.nullable = false;
                    }
                }
                FieldSource::Parent { value, .. } if !field.nullable => {
                    if let Some(names) = cx.partition {
                        names.require(value);
                        if keys.iter().any(|key| *key == [field.name.wire.as_str()]) {
                            names.identify(value);
                        }
                    }
                }
                FieldSource::Within { .. }
                | FieldSource::Parent { .. }
                | FieldSource::Added { .. } => {}
            }
        }
        // Within objects nothing is made anew.
        let inner = self.builder.structs.iter().skip(1).cloned();
        sent.structs.truncate(1);
        sent.structs.extend(inner);
        self.share_objects();
    }

    /// Fields of one object know of each other whether it is always there.
    fn share_objects(&mut self) {
        let always: Vec<String> = self
            .sources
            .iter()
            .filter_map(|source| match source {
                FieldSource::Within { object, .. } if !object.nullable => Some(object.rust.clone()),
                _ => None,
            })
            .collect();
        for source in &mut self.sources {
            if let FieldSource::Within { object, .. } = source {
                object.nullable &= !always.contains(&object.rust);
            }
        }
    }

    /// What the API sends, after the keys have been lowered with the types of the record.
    pub fn finish(self, mut sent: RecordBuilder, record: &Record, keep_unknown: bool) -> Wire {
        let name = sent.wire_name(record.type_name());
        if let Some(root) = sent.structs.first_mut() {
            root.type_name = name;
        }
        Wire {
            sample: samples::made(record, &self.builder.examples),
            record: sent.finish(Vec::new(), Vec::new(), keep_unknown),
            sources: self.sources,
            dropped: Vec::new(),
        }
    }
}

/// A field of a struct by its Rust name.
fn field_mut<'b>(
    builder: &'b mut RecordBuilder,
    index: usize,
    rust: &str,
) -> Option<&'b mut Field> {
    let fields = &mut builder.structs.get_mut(index)?.fields;
    fields.iter_mut().find(|field| field.name.rust == rust)
}

/// Leaves out of what is decoded the fields that nothing reads.
pub(super) fn prune(wire: &mut Wire, filter: Option<&Expr>, paging: &Paging) {
    let mut read = BTreeSet::new();
    let added = wire.sources.iter().filter_map(|source| match source {
        FieldSource::Added { value, .. } => Some(value),
        _ => None,
    });
    for expr in added.chain(filter).chain(paging.source()) {
        fields_of_record(expr, &mut read);
    }
    for source in &wire.sources {
        match source {
            FieldSource::Sent(rust) => read.insert(rust.clone()),
            FieldSource::Within { object, .. } => read.insert(object.rust.clone()),
            FieldSource::Added { .. } | FieldSource::Parent { .. } => false,
        };
    }
    if let PagingKind::Keyset { field, .. } = &paging.kind {
        read.extend(field.steps.first().map(|step| step.rust.clone()));
    }
    let Some(root) = wire.record.structs.first_mut() else {
        return;
    };
    let unread = root
        .fields
        .iter()
        .filter(|field| !read.contains(&field.name.rust));
    wire.dropped = unread.map(|field| field.name.wire.clone()).collect();
    root.fields.retain(|field| read.contains(&field.name.rust));
}

/// Rust names of the fields of what is sent that an expression speaks of.
fn fields_of_record(expr: &Expr, read: &mut BTreeSet<String>) {
    if let ExprKind::Field {
        root: RecordRoot::Current | RecordRoot::Last,
        path,
    } = &expr.kind
    {
        read.extend(path.steps.first().map(|step| step.rust.clone()));
    }
    for operand in expr.operands() {
        fields_of_record(operand, read);
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
    if text.value.trim().is_empty() {
        let diagnostic = Diagnostic::new(Code::Empty, text.span, "`filter` is empty");
        cx.sink
            .push(diagnostic.help("write a condition, as `record.id > 0`, or remove it"));
        return None;
    }
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
