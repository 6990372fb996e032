//! Model → files: the whole generated crate as texts, formatted, nothing on disk yet. Cannot fail.
//!
//! Templates hold shape and prose, views fill them with finished strings, `quote!` builds what has to be right token by
//! token, and [`format`] prints all Rust as rustfmt would.

mod auth;
mod cargo;
mod client;
mod config;
mod decoder;
mod dependency;
mod envelope;
mod errors;
mod expr;
mod extend;
mod format;
mod incremental;
mod job;
mod json_macro;
mod keyset;
mod layout;
mod limits;
mod native;
mod package;
mod paging;
mod partitions;
mod plan;
mod print;
mod readme;
mod record;
mod request;
mod resource;
mod runtime;
mod samples;
mod shared;
mod sql;
mod table;
mod templates;
mod text;
mod uses;
mod walk;
mod wire;
mod xml;

use crate::model::{Connector, Resource};
use crate::output::{Files, MANIFEST, Manifest};
use crate::parallel;
use std::collections::BTreeMap;
use walk::Walks;

/// Where the runtime of generated crates lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// In each crate: it stands alone.
    #[default]
    Vendored,
    /// In one crate beside them, all in one workspace.
    Shared,
}

/// The files of one connector's crate, by their paths in it, its manifest included.
#[must_use]
pub fn connector(connector: &Connector, layout: Layout) -> Files {
    let header = header(&connector.spec_file);
    let walks = Walks::of(connector);
    let sources = sources(connector, walks.as_ref(), layout);
    let texts = parallel::map(&sources, |(path, source)| {
        // The modules of others are copied as they are, and samples are no Rust.
        if path.ends_with(".rs") && !extend::is_copied(path) {
            format!("{header}{}", source())
        } else {
            source()
        }
    });
    let paths = sources.into_iter().map(|(path, _)| path);
    let mut files: Files = paths.zip(texts).collect();
    files.extend(walks.map(|walks| walks.files).unwrap_or_default());
    let sources = files.iter().filter(|(path, _)| path.starts_with("src/"));
    let (library, program): (Vec<_>, Vec<_>) = sources
        .map(|(path, text)| (path, text.as_str()))
        .partition(|(path, _)| cargo::is_library(path));
    let library: Vec<_> = library.into_iter().map(|(_, text)| text).collect();
    let parts = runtime::Parts::of(&library, program.into_iter().map(|(_, text)| text));
    let package = package::files(connector, &files, &parts, layout);
    files.extend(package);
    if layout == Layout::Vendored {
        files.extend(runtime_files(&parts, "src/runtime", &header));
    }
    let specs = BTreeMap::from([(connector.spec_file.clone(), connector.spec_digest.clone())]);
    let manifest = Manifest::new(specs, &files).to_text();
    files.insert(MANIFEST.to_owned(), manifest);
    files
}

/// The crates that `--runtime shared` needs beside the connectors, by their directories: the runtime, and the workspace
/// itself under the empty name.
#[must_use]
pub fn workspace(connectors: &[Connector]) -> BTreeMap<String, Files> {
    shared::workspace(connectors)
}

/// Makes one file.
type Source<'a> = Box<dyn Fn() -> String + Send + Sync + 'a>;

/// The files that are made from the model, formatted: first those about all resources, which take longest.
fn sources<'a>(
    connector: &'a Connector,
    walks: Option<&'a Walks>,
    layout: Layout,
) -> Vec<(String, Source<'a>)> {
    let mut files: Vec<(String, Source<'a>)> = Vec::new();
    let mut add = |path: &str, source: Source<'a>| files.push((path.to_owned(), source));
    add("README.md", Box::new(|| readme::readme(connector)));
    add("src/tables.rs", Box::new(|| package::tables(connector)));
    if let Some(walks) = walks {
        add("tests/walk.rs", Box::new(|| walks.test()));
    }
    add(
        "src/lib.rs",
        Box::new(move || package::library(connector, layout)),
    );
    add("src/main.rs", Box::new(|| package::main(connector)));
    add(
        "src/config.rs",
        Box::new(|| format::rust(&config::file(connector))),
    );
    add("src/client.rs", Box::new(|| client::file(connector)));
    add(
        "src/resources/mod.rs",
        Box::new(|| package::resources(connector)),
    );
    files.extend(extend::files(connector));
    files.extend(samples::files(connector));
    for resource in &connector.resources {
        let path = format!("src/resources/{}.rs", module(resource));
        files.push((path, Box::new(move || resource::file(connector, resource))));
        if let Some(query) = resource::query_file(resource) {
            let path = format!("src/resources/{}.graphql", module(resource));
            files.push((path, Box::new(move || query.to_owned())));
        }
    }
    for resource in &connector.resources {
        for file in sql::files(resource) {
            let path = file.path.clone();
            files.push((path, Box::new(move || file.text(connector, resource))));
        }
    }
    files
}

fn module(resource: &Resource) -> &str {
    resource.name.rust.trim_start_matches("r#")
}

/// The parts of the runtime below a folder.
fn runtime_files(parts: &runtime::Parts, folder: &str, header: &str) -> Files {
    let texts = parts.library.iter().chain(&parts.cli);
    let mut files: Files = texts
        .map(|(name, text)| (format!("{folder}/{name}.rs"), format!("{header}{text}")))
        .collect();
    files.insert(
        format!("{folder}/mod.rs"),
        format!("{header}{}", runtime::module_file(parts)),
    );
    files
}

/// The first lines of a generated Rust file.
fn header(spec_file: &str) -> String {
    let spec_file: String = spec_file.chars().filter(|c| !c.is_control()).collect();
    format!(
        "// @generated by spile {} from {spec_file}. Do not edit: change the spec and generate again.\n\n",
        env!("CARGO_PKG_VERSION"),
    )
}
