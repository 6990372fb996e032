//! `tables`: what becomes of objects and lists when records are loaded into tables.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::model::{
    Disposition, MOST_COLUMNS, MergeStrategy, Name, Record, Relation, Resource, Shape, collision,
    relations,
};
use crate::source::Span;
use crate::spec;

/// Whether the records of a resource are normalized; `None` where they cannot be.
pub fn lower(
    resource: &spec::Resource,
    name: &Name,
    record: &Record,
    disposition: &Disposition,
    sink: &mut Sink,
) -> Option<bool> {
    let Some(span) = normalized(resource) else {
        return Some(false);
    };
    let Some(relations) = relations(name, record) else {
        let message = format!("the tables of a record would have more than {MOST_COLUMNS} columns");
        let diagnostic = Diagnostic::new(Code::InvalidTables, span, message);
        sink.push(diagnostic.help("write `json` as the type of its largest objects and lists"));
        return None;
    };
    let mut good = has_mark(resource, record, sink);
    for relation in &relations {
        good &= tells_columns_apart(relation, span, sink);
    }
    if let Some(list) = relations.get(1) {
        good &= can_link(resource, list, disposition, span, sink);
    }
    good.then_some(true)
}

/// Where a resource says that it is normalized.
fn normalized(resource: &spec::Resource) -> Option<Span> {
    let tables = resource.tables.as_ref()?;
    (tables.value == spec::Tables::Normalized).then_some(tables.span)
}

/// Whether the field that marks deleted records is a column.
fn has_mark(resource: &spec::Resource, record: &Record, sink: &mut Sink) -> bool {
    let written = resource.write_disposition.as_ref();
    let (Some(mark), Some(root)) = (
        written.and_then(|written| written.hard_delete.as_ref()),
        record.structs.first(),
    ) else {
        return true;
    };
    let field = root
        .fields
        .iter()
        .find(|field| field.name.wire == mark.value);
    if field.is_none_or(|field| Shape::of(field) == Shape::Column) {
        return true;
    }
    let message = format!("`{}` is no column of normalized tables", mark.value);
    let diagnostic = Diagnostic::new(Code::InvalidTables, mark.span, message);
    sink.push(diagnostic.help(format!(
        "name a field with a single value, or write `{}: json`",
        mark.value
    )));
    false
}

/// Whether no two columns of a table have one name.
fn tells_columns_apart(relation: &Relation<'_>, span: Span, sink: &mut Sink) -> bool {
    let Some((first, second)) = collision(relation) else {
        return true;
    };
    let message = format!(
        "`{}` and `{}` both become the column `{}` of the table `{}`",
        first.wire, second.wire, second.name, relation.name
    );
    let diagnostic = Diagnostic::new(Code::NameCollision, span, message);
    sink.push(diagnostic.help("give one of the fields another name: `rename: …`"));
    false
}

/// Whether the rows of lists can be told to be those of a record.
fn can_link(
    resource: &spec::Resource,
    list: &Relation<'_>,
    disposition: &Disposition,
    span: Span,
    sink: &mut Sink,
) -> bool {
    let versions = matches!(
        disposition,
        Disposition::Merge {
            strategy: MergeStrategy::Scd2,
            ..
        }
    );
    let written = resource.write_disposition.as_ref();
    let diagnostic = match written {
        _ if resource.primary_key.is_none() => {
            let message = format!(
                "rows of `{}` need the primary key of their records",
                list.name
            );
            let diagnostic = Diagnostic::new(Code::InvalidTables, span, message);
            let diagnostic = diagnostic.other(resource.name.span, "this resource has none");
            diagnostic.help(
                "write `primary_key: id` with the field that identifies a record, or `tables: json`",
            )
        }
        Some(written) if versions => {
            let message = format!(
                "`scd2` keeps versions of records, and rows of `{}` have none",
                list.name
            );
            let diagnostic = Diagnostic::new(Code::InvalidTables, span, message);
            let diagnostic = diagnostic.other(written.span, "what a load does");
            diagnostic.help("write `tables: json`, or `strategy: upsert`")
        }
        _ => return true,
    };
    sink.push(diagnostic);
    false
}

/// Finds tables of lists that have the name of another table.
pub fn of_one_name(resources: &[spec::Resource], lowered: &[Option<Resource>], sink: &mut Sink) {
    let mut seen: BTreeMap<String, (Span, String)> = resources
        .iter()
        .map(|resource| {
            let name = &resource.name;
            let what = format!("the resource `{}`", name.value);
            (name.value.to_lowercase(), (name.span, what))
        })
        .collect();
    for (resource, lowered) in resources.iter().zip(lowered) {
        let (Some(span), Some(lowered)) = (normalized(resource), lowered) else {
            continue;
        };
        let relations = relations(&lowered.name, &lowered.record);
        for relation in relations.unwrap_or_default().into_iter().skip(1) {
            let wire = relation
                .lists
                .iter()
                .map(|list| crate::model::wires(&list.way));
            let wire: Vec<_> = wire.collect();
            let what = format!("the list `{}` of `{}`", wire.join("."), resource.name.value);
            let key = relation.name.to_lowercase();
            let Some((first, other)) = seen.get(&key) else {
                seen.insert(key, (span, what));
                continue;
            };
            let message = format!("{other} and {what} both have the table `{}`", relation.name);
            let diagnostic = Diagnostic::new(Code::NameCollision, span, message);
            let diagnostic = if *first == span {
                diagnostic
            } else {
                diagnostic.other(*first, "the other one")
            };
            sink.push(diagnostic.help("give one of them another name: a field by `rename: …`"));
        }
    }
}
