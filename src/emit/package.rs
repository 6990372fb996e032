//! What surrounds the code: Cargo.toml, the crate's root and its command line.

use super::record::ident;
use super::runtime::Parts;
use super::{Layout, cargo, format, module, plan, sql, templates, text};
use crate::model::{Connector, Record};
use crate::output::Files;
use quote::quote;
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

/// `src/lib.rs`, formatted.
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
    let file = templates::render(
        "src/lib.rs",
        LibraryView {
            docs,
            library: library_name(connector),
            first,
            resources,
            extended: !connector.modules.is_empty(),
            shared: layout == Layout::Shared,
        },
    );
    format::lines(&file)
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
    /// The function that adds to a plan what is read.
    open: String,
    /// Whether resources are read for records of others.
    has_trees: bool,
    /// The runtime's module of what is known of earlier runs.
    memory: &'static str,
}

/// One resource of the command line.
#[derive(Serialize)]
struct CommandView {
    /// Its name in the spec, as a Rust literal.
    wire: String,
    /// What its records are, on one line, as a Rust literal.
    about: String,
}

/// `src/main.rs`, formatted.
pub fn main(connector: &Connector) -> String {
    let (memory_module, memory_type) = if plan::has_cursors(connector) {
        ("resume", "Resume")
    } else {
        ("once", "Once")
    };
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
    let memory = ident(memory_type);
    let open = plan::open(connector);
    let open = quote! {
        /// Starts to read what is chosen.
        fn open(client: &Client, plan: &mut Plan<#memory>) { #open }
    };
    let file = templates::render(
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
            open: format::items(open),
            has_trees: plan::has_trees(connector),
            memory: memory_module,
        },
    );
    format::lines(&file)
}

/// `src/tables.rs`, formatted.
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
    let text = format::lines(&templates::render("src/tables.rs", view));
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

/// `src/resources/mod.rs`, formatted.
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
    let file = templates::render("src/resources/mod.rs", ModulesView { resources });
    format::lines(&file)
}
