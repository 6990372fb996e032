//! `write_disposition`: what a load does with the rows that are there.

use crate::diagnostic::{Code, Diagnostic, Sink, nearest};
use crate::model::{Disposition, MergeStrategy, Record, Type};
use crate::source::Span;
use crate::spec;

/// Lowers the write disposition of a resource. `record` is `None` where it could not be made.
pub fn lower(
    resource: &spec::Resource,
    record: Option<&Record>,
    sink: &mut Sink,
) -> Option<Disposition> {
    let merge_key = resource.merge_key.as_ref();
    let Some(written) = &resource.write_disposition else {
        if let Some(key) = merge_key {
            no_effect(
                key.span,
                "`merge_key` has no effect: rows are appended",
                "write `write_disposition: { strategy: delete_insert }`, or remove it",
                sink,
            );
        }
        return Some(Disposition::Append);
    };
    let merges = written.strategy.is_some() || written.hard_delete.is_some();
    let disposition = match &written.disposition {
        Some(disposition) => disposition.value,
        None if merges => spec::Disposition::Merge,
        None => {
            let diagnostic =
                Diagnostic::new(Code::MissingKey, written.span, "missing `disposition`");
            sink.push(
                diagnostic.help("write `append`, `replace`, `merge`, or a `strategy` of `merge`"),
            );
            return None;
        }
    };
    if disposition != spec::Disposition::Merge {
        let word = if disposition == spec::Disposition::Append {
            "append"
        } else {
            "replace"
        };
        let key = written
            .strategy
            .as_ref()
            .map(|strategy| ("strategy", strategy.span));
        let keys = [
            key,
            written
                .hard_delete
                .as_ref()
                .map(|field| ("hard_delete", field.span)),
        ];
        for (key, span) in keys.into_iter().flatten() {
            let diagnostic = Diagnostic::new(
                Code::InvalidDisposition,
                span,
                format!("`{key}` belongs to `merge`, and this is `{word}`"),
            );
            sink.push(diagnostic.help("write `disposition: merge`, or remove it"));
        }
        if let Some(key) = merge_key {
            no_effect(
                key.span,
                "`merge_key` has no effect: rows are not merged",
                "write `write_disposition: { strategy: delete_insert }`, or remove it",
                sink,
            );
        }
        return Some(if disposition == spec::Disposition::Append {
            Disposition::Append
        } else {
            Disposition::Replace
        });
    }
    let strategy = written
        .strategy
        .as_ref()
        .map_or(spec::MergeStrategy::Upsert, |strategy| strategy.value);
    let span = written
        .strategy
        .as_ref()
        .map_or(written.span, |strategy| strategy.span);
    let has_primary = resource.primary_key.is_some();
    let (strategy, name, needs) = match strategy {
        spec::MergeStrategy::Upsert => (MergeStrategy::Upsert, "upsert", !has_primary),
        spec::MergeStrategy::DeleteInsert => (
            MergeStrategy::DeleteInsert,
            "delete_insert",
            !has_primary && merge_key.is_none(),
        ),
        spec::MergeStrategy::InsertOnly => (MergeStrategy::InsertOnly, "insert_only", !has_primary),
        // Without a key the whole row is compared.
        spec::MergeStrategy::Scd2 => (MergeStrategy::Scd2, "scd2", false),
    };
    if needs {
        let wanted = if strategy == MergeStrategy::DeleteInsert {
            "a `merge_key` or a `primary_key`"
        } else {
            "a `primary_key`"
        };
        let message = if written.strategy.is_some() {
            format!("`{name}` needs {wanted}")
        } else {
            format!("`merge` needs {wanted}")
        };
        let diagnostic = Diagnostic::new(Code::InvalidDisposition, span, message)
            .other(resource.name.span, "this resource has none");
        sink.push(
            diagnostic.help("write `primary_key: id` with the field that identifies a record"),
        );
        return None;
    }
    if let (Some(key), false) = (
        merge_key,
        matches!(strategy, MergeStrategy::DeleteInsert | MergeStrategy::Scd2),
    ) {
        no_effect(
            key.span,
            &format!("`merge_key` has no effect on `{name}`, which goes by the primary key"),
            "write `strategy: delete_insert`, or remove it",
            sink,
        );
    }
    if strategy == MergeStrategy::Scd2 && !has_room_for_versions(span, record, sink) {
        return None;
    }
    let hard_delete = match &written.hard_delete {
        None => None,
        Some(field) => {
            if matches!(strategy, MergeStrategy::InsertOnly | MergeStrategy::Scd2) {
                let diagnostic = Diagnostic::new(
                    Code::InvalidDisposition,
                    field.span,
                    format!("`{name}` never deletes rows"),
                );
                sink.push(diagnostic.help("remove `hard_delete`, or write `strategy: upsert`"));
                return None;
            }
            Some(hard_delete(field, record, sink)?)
        }
    };
    Some(Disposition::Merge {
        strategy,
        hard_delete,
    })
}

fn no_effect(span: Span, message: &str, help: &str, sink: &mut Sink) {
    sink.push(Diagnostic::new(Code::NoEffect, span, message).help(help));
}

/// Whether no field takes the names of the columns that `scd2` adds.
fn has_room_for_versions(span: Span, record: Option<&Record>, sink: &mut Sink) -> bool {
    let root = record.and_then(|record| record.structs.first());
    let mut fields = root.map_or(&[][..], |root| &root.fields).iter();
    let taken = fields.find(|field| ["valid_from", "valid_to"].contains(&field.name.rust.as_str()));
    let Some(taken) = taken else {
        return true;
    };
    let wire = &taken.name.wire;
    let message = format!(
        "`scd2` adds a column `{}`, and the record has one",
        taken.name.rust
    );
    let diagnostic = Diagnostic::new(Code::InvalidDisposition, span, message);
    sink.push(diagnostic.help(format!(
        "give the field another name: `{wire}: {{ type: …, rename: {wire}_of_record }}`"
    )));
    false
}

/// The field that marks a deleted record: a boolean, or one that is null on living records.
fn hard_delete(
    field: &crate::source::Text,
    record: Option<&Record>,
    sink: &mut Sink,
) -> Option<String> {
    let Some(fields) = record
        .and_then(|record| record.structs.first())
        .map(|record| &record.fields)
    else {
        return Some(field.value.clone());
    };
    let Some(found) = fields.iter().find(|other| other.name.wire == field.value) else {
        let diagnostic = Diagnostic::new(
            Code::UnknownField,
            field.span,
            format!("the record has no field `{}`", field.value),
        );
        sink.push(
            match nearest(
                &field.value,
                fields.iter().map(|field| field.name.wire.as_str()),
            ) {
                Some(near) => diagnostic.help(format!("write `{near}`")),
                None => diagnostic.help(format!(
                    "declare it among the fields, as `{}: boolean`",
                    field.value
                )),
            },
        );
        return None;
    };
    if found.ty != Type::Boolean && !found.nullable {
        let diagnostic = Diagnostic::new(
            Code::InvalidDisposition,
            field.span,
            format!(
                "`{}` is never null, so every record would be deleted",
                field.value
            ),
        );
        sink.push(diagnostic.help("name a boolean, or a field that is null on records that live"));
        return None;
    }
    Some(field.value.clone())
}
