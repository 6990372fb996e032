//! The record of a resource, and what the API sends for it.

use super::super::record::RecordBuilder;
use super::super::schema_ref::Documents;
use super::super::{Cx, fields, incremental, key, samples, schema, transform};
use super::Lowering;
use super::names::Names;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::expr::CursorPlace;
use crate::model::{Record, Wire};
use crate::spec;

/// A record and what was read beside it.
pub(super) struct RecordParts {
    pub(super) record: Record,
    /// What the API sends, where the record is made from it.
    pub(super) wire: Option<Wire>,
    pub(super) examples: Vec<samples::Example>,
    /// The path of the cursor.
    pub(super) cursor: Option<Vec<String>>,
}

impl RecordParts {
    /// What the API sends for a record.
    pub(super) fn sent(&self) -> &Record {
        self.wire.as_ref().map_or(&self.record, |wire| &wire.record)
    }
}

impl Lowering<'_, '_> {
    pub(super) fn record(
        &mut self,
        names: Option<&Names>,
        description: Option<String>,
        documents: &mut Documents<'_>,
    ) -> Option<RecordParts> {
        let resource = self.resource;
        let (record, taken) = names.map_or(("Record", Vec::new()), |names| {
            (names.record.as_str(), names.in_module())
        });
        let mut builder = RecordBuilder::new(&taken);
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
        let mut shaped = match transform::is_shaped(resource) {
            true => {
                let view = self.view(&builder);
                Some(transform::shape(resource, &builder, Some(&view), self.cx)?)
            }
            false => None,
        };
        let made = match &mut shaped {
            Some(shaped) => &mut shaped.builder,
            None => &mut builder,
        };
        if resource.transform.is_none() {
            self.keys_declared_null();
        }
        let primary = key::lower(
            resource.primary_key.as_ref(),
            key::Kind::Primary,
            made,
            self.cx.sink,
        );
        let merge = key::lower(
            resource.merge_key.as_ref(),
            key::Kind::Merge,
            made,
            self.cx.sink,
        );
        let keep = resource
            .unknown_fields
            .as_ref()
            .is_some_and(|fields| fields.value == spec::UnknownFields::Keep);
        let cursor = resource.incremental.as_ref();
        let cursor = cursor.and_then(|spec| incremental::cursor(spec, made, self.cx.sink));
        let examples = samples::examples(&mut builder);
        let (record, wire) = match shaped {
            None => (builder.finish(primary, merge, keep), None),
            Some(mut shaped) => {
                shaped.require(&mut builder, &[&*primary, &*merge].concat(), self.cx);
                let record = shaped.builder.clone().finish(primary, merge, keep);
                let wire = shaped.finish(builder, &record, keep);
                (record, Some(wire))
            }
        };
        Some(RecordParts {
            record,
            wire,
            examples,
            cursor,
        })
    }

    /// A key makes its fields never null, which is not what was declared.
    fn keys_declared_null(&mut self) {
        let keys = [&self.resource.primary_key, &self.resource.merge_key];
        let names = keys.into_iter().flatten().flat_map(|key| &key.values);
        for name in names {
            let fields = self.resource.fields.as_deref().unwrap_or_default();
            let field = fields.iter().find(|(key, _)| key.value == name.value);
            let Some((_, spec::FieldSpec::Map(field))) = field else {
                continue;
            };
            if let Some(nullable) = field.nullable.as_ref().filter(|nullable| nullable.value) {
                let message = format!("`{}` may be null, and it is part of a key", name.value);
                let diagnostic = Diagnostic::new(Code::InvalidKey, nullable.span, message);
                self.cx.sink.push(
                    diagnostic
                        .other(name.span, "the key")
                        .help("remove `nullable: true`, or name another key"),
                );
            }
        }
    }

    /// What the API sends, with what keys and steps of a transform say of its fields.
    fn view(&self, sent: &RecordBuilder) -> RecordBuilder {
        let (resource, mut view) = (self.resource, sent.clone());
        let mut sink = Sink::default();
        let mut cx = Cx {
            sink: &mut sink,
            config: self.cx.config,
            partition: self.cx.partition,
            cursor: CursorPlace::Absent,
            modules: self.cx.modules,
            job: None,
        };
        if let Some(mut shaped) = transform::shape(resource, sent, None, &mut cx) {
            let made = &mut shaped.builder;
            let mut keys = Vec::new();
            for (key, kind) in [
                (&resource.primary_key, key::Kind::Primary),
                (&resource.merge_key, key::Kind::Merge),
            ] {
                keys.extend(key::lower(key.as_ref(), kind, made, cx.sink));
            }
            if let Some(spec) = &resource.incremental {
                incremental::cursor(spec, made, cx.sink);
            }
            shaped.require(&mut view, &keys, &cx);
        }
        view
    }
}
