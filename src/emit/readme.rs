//! `README.md` of a generated crate: its configuration, its resources and their fields.

use super::package::library_name;
use super::{config, record, templates, text};
use crate::model::{Connector, Disposition, MergeStrategy, Record, Resource, Type};
use serde::Serialize;

/// What `README.md` prints.
#[derive(Serialize)]
struct ReadmeView {
    /// Name of the package.
    package: String,
    /// Lines of the description.
    docs: Vec<String>,
    /// Name of the library.
    library: String,
    /// The resource of the examples.
    first: String,
    /// A resource that is read incrementally, if there is one.
    incremental: Option<String>,
    /// The configuration.
    config: Vec<ConfigView>,
    /// The resources.
    resources: Vec<ResourceView>,
}

/// One row of the table of variables.
#[derive(Serialize)]
struct ConfigView {
    /// The environment variable, as Markdown.
    variable: String,
    /// The field, as Markdown.
    field: String,
    /// Whether it has to be set, or its default.
    needed: String,
    /// What it is.
    description: String,
}

/// One section of the README.
#[derive(Serialize)]
struct ResourceView {
    /// Its name, as Markdown.
    name: String,
    /// Lines of its description.
    docs: Vec<String>,
    /// Its key, as Markdown.
    key: String,
    /// What a load does.
    disposition: String,
    /// The field that is its cursor, as Markdown, if it is read incrementally.
    cursor: Option<String>,
    /// Its fields.
    fields: Vec<FieldView>,
}

/// One row of a table of fields.
#[derive(Serialize)]
struct FieldView {
    /// Its name, as Markdown.
    name: String,
    /// Its type.
    ty: String,
    /// Whether it may be null.
    nullable: &'static str,
    /// What it is.
    description: String,
}

/// `README.md`
pub fn readme(connector: &Connector) -> String {
    let config = connector
        .config
        .iter()
        .map(|field| ConfigView {
            variable: text::code(&field.env).replace('|', "\\|"),
            field: text::code(&field.name.wire).replace('|', "\\|"),
            needed: match &field.default {
                Some(default) => text::code(&config::shown_default(default)).replace('|', "\\|"),
                None if field.optional => "optional".to_owned(),
                None => "required".to_owned(),
            },
            description: field
                .description
                .as_deref()
                .map(text::cell)
                .unwrap_or_default(),
        })
        .collect();
    let resources = connector.resources.iter().map(resource_view).collect();
    templates::render(
        "README.md",
        ReadmeView {
            package: connector.package.clone(),
            docs: connector
                .description
                .as_deref()
                .map(text::doc_lines)
                .unwrap_or_default(),
            library: library_name(connector),
            first: connector
                .resources
                .first()
                .map(|resource| resource.name.wire.clone())
                .unwrap_or_default(),
            incremental: connector
                .resources
                .iter()
                .find(|resource| resource.incremental.is_some())
                .map(|resource| resource.name.wire.clone()),
            config,
            resources,
        },
    )
}

fn resource_view(resource: &Resource) -> ResourceView {
    let record = &resource.record;
    let key = record
        .primary_key
        .iter()
        .map(|path| text::code(&path.join(".")))
        .collect::<Vec<_>>()
        .join(", ");
    let fields = record.structs.first().map_or(&[][..], |root| &root.fields);
    ResourceView {
        name: text::code(&resource.name.wire),
        docs: resource
            .description
            .as_deref()
            .map(text::doc_lines)
            .unwrap_or_default(),
        key: if key.is_empty() {
            "none".to_owned()
        } else {
            key
        },
        disposition: match &resource.disposition {
            Disposition::Append => "append".to_owned(),
            Disposition::Replace => "replace".to_owned(),
            Disposition::Merge { strategy, .. } => format!("merge ({})", strategy_name(*strategy)),
        },
        cursor: resource
            .incremental
            .as_ref()
            .map(|incremental| text::code(&incremental.name)),
        fields: fields
            .iter()
            .map(|field| FieldView {
                name: text::code(record::plain(&field.name)).replace('|', "\\|"),
                ty: shown_type(record, &field.ty),
                nullable: if field.nullable { "yes" } else { "" },
                description: field
                    .description
                    .as_deref()
                    .map(text::cell)
                    .unwrap_or_default(),
            })
            .collect(),
    }
}

fn strategy_name(strategy: MergeStrategy) -> &'static str {
    match strategy {
        MergeStrategy::Upsert => "upsert",
        MergeStrategy::DeleteInsert => "delete and insert",
        MergeStrategy::InsertOnly => "insert only",
        MergeStrategy::Scd2 => "history kept",
    }
}

/// A type as the README says it.
fn shown_type(record: &Record, ty: &Type) -> String {
    match ty {
        Type::String => "text".to_owned(),
        Type::Integer => "integer".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Decimal => "decimal".to_owned(),
        Type::Timestamp(_) => "timestamp".to_owned(),
        Type::Date(_) => "date".to_owned(),
        Type::Time(_) => "time".to_owned(),
        Type::Uuid => "UUID".to_owned(),
        Type::Binary => "bytes".to_owned(),
        Type::Json => "JSON".to_owned(),
        Type::Map(item) => format!("map of {}", shown_type(record, &item.ty)),
        Type::List(item) => format!("list of {}", shown_type(record, &item.ty)),
        Type::Struct(index) => named(record.structs.get(*index).map(|ty| &ty.type_name)),
        Type::Union(index) => named(record.unions.get(*index).map(|ty| &ty.type_name)),
        Type::Enum(index) => {
            let words = record
                .enums
                .get(*index)
                .map_or(&[][..], |words| &words.variants);
            let shown: Vec<_> = words
                .iter()
                .map(|word| text::code(&word.wire).replace('|', "\\|"))
                .collect();
            format!("text: {}", shown.join(", "))
        }
    }
}

fn named(name: Option<&String>) -> String {
    name.map(|name| text::code(name)).unwrap_or_default()
}
