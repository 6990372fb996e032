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
mod package;
mod paging;
mod partitions;
mod plan;
mod print;
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
    let sources: Vec<_> = sources(connector, layout).into_iter().collect();
    let texts = parallel::map(&sources, |(path, source)| {
        // The stub and the modules of others are copied as they are, and conversations and samples are no Rust.
        let copied =
            [walk::STUB_PATH, walk::PLAY_PATH].contains(&path.as_str()) || extend::is_copied(path);
        if path.ends_with(".rs") && !copied {
            format!("{header}{}", source())
        } else {
            source()
        }
    });
    let paths = sources.into_iter().map(|(path, _)| path);
    let mut files: Files = paths.zip(texts).collect();
    let sources = files.iter().filter(|(path, _)| path.starts_with("src/"));
    let (library, program): (Vec<_>, Vec<_>) = sources
        .map(|(path, text)| (path, text.as_str()))
        .partition(|(path, _)| cargo::is_library(path));
    let library = library.into_iter().map(|(_, text)| text);
    let parts = runtime::Parts::of(library, program.into_iter().map(|(_, text)| text));
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

/// The files that are made from the model, formatted.
fn sources(connector: &Connector, layout: Layout) -> BTreeMap<String, Source<'_>> {
    let mut files: BTreeMap<String, Source<'_>> = BTreeMap::new();
    let mut add = |path: &str, source: Source<'static>| files.insert(path.to_owned(), source);
    for (path, text) in samples::files(connector)
        .into_iter()
        .chain(walk::files(connector))
    {
        add(&path, Box::new(move || text.clone()));
    }
    files.insert(
        "README.md".to_owned(),
        Box::new(|| package::readme(connector)),
    );
    files.insert(
        "src/lib.rs".to_owned(),
        Box::new(move || format::rust(&package::library(connector, layout))),
    );
    files.insert(
        "src/main.rs".to_owned(),
        Box::new(|| format::rust(&package::main(connector))),
    );
    files.insert(
        "src/tables.rs".to_owned(),
        Box::new(|| package::tables(connector)),
    );
    files.insert(
        "src/config.rs".to_owned(),
        Box::new(|| format::rust(&config::file(connector))),
    );
    files.insert(
        "src/client.rs".to_owned(),
        Box::new(|| format::rust(&client::file(connector))),
    );
    files.insert(
        "src/resources/mod.rs".to_owned(),
        Box::new(|| format::rust(&package::resources(connector))),
    );
    files.extend(extend::files(connector));
    for resource in &connector.resources {
        let path = format!("src/resources/{}.rs", module(resource));
        files.insert(path, Box::new(move || resource::file(connector, resource)));
        for file in sql::files(resource) {
            let path = file.path.clone();
            files.insert(path, Box::new(move || file.text(connector, resource)));
        }
        if let Some(query) = resource::query_file(resource) {
            let path = format!("src/resources/{}.graphql", module(resource));
            files.insert(path, Box::new(move || query.to_owned()));
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
