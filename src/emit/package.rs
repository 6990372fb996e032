//! What surrounds the code: Cargo.toml, README, the crate's root and its command line.

use super::runtime::Parts;
use super::{Layout, cargo, config, format, module, plan, record, sql, templates, text};
use crate::model::{Connector, Disposition, MergeStrategy, Record, Resource, Type};
use crate::output::Files;
use serde::Serialize;
use std::borrow::Cow;

/// `Cargo.toml`, which depends on the sources, and what Git has to know.
pub fn files(connector: &Connector, sources: &Files, parts: &Parts, layout: Layout) -> Files {
    Files::from([
        (
            "Cargo.toml".to_owned(),
            cargo::connector(connector, sources, parts, layout),
        ),
        (".gitignore".to_owned(), "/target\n".to_owned()),
        (".gitattributes".to_owned(), "* text eol=lf\n".to_owned()),
    ])
}

pub fn description(connector: &Connector) -> String {
    let text = connector
        .description
        .clone()
        .unwrap_or_else(|| format!("Reads {}.", connector.package));
    one_line(&text)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Name of the library.
pub fn library_name(connector: &Connector) -> String {
    connector.package.replace('-', "_")
}

/// The library as the program beside it names it: `tables` alone is a module of the program.
fn library_path(connector: &Connector) -> String {
    match library_name(connector).as_str() {
        "tables" => "::tables".to_owned(),
        name => name.to_owned(),
    }
}

/// What `src/lib.rs` prints.
#[derive(Serialize)]
struct LibraryView {
    /// Lines of the description.
    docs: Vec<String>,
    /// Name of the library.
    library: String,
    /// The resource of the quick start.
    first: Option<FirstView>,
    /// All of them.
    resources: Vec<ListedView>,
    /// There are modules that stand beside the spec.
    extended: bool,
    /// The runtime is a crate of its own.
    shared: bool,
}

/// The resource that the quick start reads.
#[derive(Serialize)]
struct FirstView {
    /// Its accessor.
    name: String,
    /// A variable for one record.
    record: String,
}

/// A resource in a list.
#[derive(Serialize)]
struct ListedView {
    /// Its name in the spec, as Markdown.
    wire: String,
    /// Its accessor.
    name: String,
    /// Its module.
    module: String,
    /// Rust name of the record.
    record: String,
}

/// `src/lib.rs`
pub fn library(connector: &Connector, layout: Layout) -> String {
    let first = connector.resources.first().map(|resource| FirstView {
        name: resource.name.rust.clone(),
        record: "record".to_owned(),
    });
    let resources = connector
        .resources
        .iter()
        .map(|resource| ListedView {
            wire: text::code(&resource.name.wire).replace('|', "\\|"),
            name: resource.name.rust.clone(),
            module: module(resource).to_owned(),
            record: record_name(&resource.record),
        })
        .collect();
    let docs = match &connector.description {
        Some(description) => text::doc_lines(description),
        None => vec![format!(
            "A connector for {}.",
            text::code(&connector.package)
        )],
    };
    templates::render(
        "src/lib.rs",
        LibraryView {
            docs,
            library: library_name(connector),
            first,
            resources,
            extended: !connector.modules.is_empty(),
            shared: layout == Layout::Shared,
        },
    )
}

fn record_name(record: &Record) -> String {
    record
        .structs
        .first()
        .map(|root| root.type_name.clone())
        .unwrap_or_default()
}

/// What `src/main.rs` prints.
#[derive(Serialize)]
struct MainView {
    /// Name of the library.
    library: String,
    /// The resources, in the order of the spec.
    resources: Vec<CommandView>,
    /// Names of those that are read for others only, as Rust literals.
    for_others: String,
    /// Statements that add to a plan what is read.
    open: String,
    /// Whether resources are read for records of others.
    has_trees: bool,
    /// What is known of earlier runs: module and type of the runtime.
    memory: (&'static str, &'static str),
}

/// One resource of the command line.
#[derive(Serialize)]
struct CommandView {
    /// Its name in the spec, as a Rust literal.
    wire: String,
    /// What its records are, on one line, as a Rust literal.
    about: String,
}

/// `src/main.rs`
pub fn main(connector: &Connector) -> String {
    let resources = connector
        .resources
        .iter()
        .map(|resource| CommandView {
            wire: text::quoted(&resource.name.wire),
            about: text::quoted(&one_line(
                resource.description.as_deref().unwrap_or_default(),
            )),
        })
        .collect();
    templates::render(
        "src/main.rs",
        MainView {
            library: library_path(connector),
            resources,
            for_others: connector
                .resources
                .iter()
                .filter(|resource| !resource.selected)
                .map(|resource| text::quoted(&resource.name.wire))
                .collect::<Vec<_>>()
                .join(", "),
            open: plan::open(connector).to_string(),
            has_trees: plan::has_trees(connector),
            memory: if plan::has_cursors(connector) {
                ("resume", "Resume")
            } else {
                ("once", "Once")
            },
        },
    )
}

/// `src/tables.rs`
pub fn tables(connector: &Connector) -> String {
    #[derive(Serialize)]
    struct TablesView {
        /// Name of the library.
        library: String,
        /// The tables, in the order of the spec.
        tables: Vec<TableView>,
        /// Whether there are tables of lists.
        has_lists: bool,
    }
    #[derive(Serialize)]
    struct TableView {
        /// Module of its resource.
        module: String,
        /// Name of its files.
        file: String,
        /// Rust name of the record.
        record: String,
        /// Whether it is read incrementally.
        incremental: bool,
        /// Names of the files of the tables of its lists.
        lists: Vec<String>,
    }
    let tables = connector.resources.iter().map(|resource| TableView {
        module: resource.name.rust.clone(),
        file: module(resource).to_owned(),
        record: record_name(&resource.record),
        incremental: resource.incremental.is_some(),
        lists: sql::lists(resource),
    });
    let tables: Vec<_> = tables.collect();
    let view = TablesView {
        library: library_path(connector),
        has_lists: tables.iter().any(|table| !table.lists.is_empty()),
        tables,
    };
    let text = format::rust(&templates::render("src/tables.rs", view));
    text.lines()
        .flat_map(|line| [included(line), "\n".into()])
        .collect()
}

/// A line that includes a file, as rustfmt breaks it.
fn included(line: &str) -> Cow<'_, str> {
    const WIDTH: usize = 100;
    let long = Some(line).filter(|line| line.len() > WIDTH);
    let Some((start, path)) = long.and_then(|line| line.split_once("include_str!(")) else {
        return line.into();
    };
    let path = path.trim_end_matches("),");
    let indent = " ".repeat(line.len() - line.trim_start().len());
    format!("{start}include_str!(\n{indent}    {path}\n{indent}),").into()
}

/// `src/resources/mod.rs`
pub fn resources(connector: &Connector) -> String {
    #[derive(Serialize)]
    struct ModulesView {
        /// Rust names of the modules, sorted.
        resources: Vec<String>,
    }
    let mut resources: Vec<_> = connector
        .resources
        .iter()
        .map(|resource| resource.name.rust.clone())
        .collect();
    resources.sort();
    templates::render("src/resources/mod.rs", ModulesView { resources })
}

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
