//! The generated crate's test of its records: `tests/samples.rs` and the samples beside it.

use super::{Source, format, module, package, templates};
use crate::model::Connector;
use serde::Serialize;

/// What `tests/samples.rs` prints.
#[derive(Serialize)]
struct SamplesView {
    /// Name of the library.
    library: String,
    /// Whether any resource has enums.
    has_enums: bool,
    /// The resources that have samples.
    resources: Vec<SampleView>,
}

/// The samples of a resource.
#[derive(Serialize)]
struct SampleView {
    /// Its module, and the name of its file of samples.
    module: String,
    /// Rust name of the record.
    record: String,
    /// Rust names of its enums.
    enums: Vec<String>,
}

/// The test and the samples; nothing where there are none.
pub fn files(connector: &Connector) -> Vec<(String, Source<'_>)> {
    let mut files: Vec<(String, Source<'_>)> = Vec::new();
    let mut resources = Vec::new();
    for resource in &connector.resources {
        // Where the record is made from what the API sends, it is written and read in its own form.
        let samples = match &resource.wire {
            Some(wire) => std::slice::from_ref(&wire.sample),
            None => &resource.samples,
        };
        let samples: Vec<_> = samples.iter().filter(|sample| has_fields(sample)).collect();
        let (Some(root), false) = (resource.record.structs.first(), samples.is_empty()) else {
            continue;
        };
        let module = module(resource).to_owned();
        let lines = move || samples.iter().map(|sample| one_line(sample)).collect();
        files.push((format!("tests/samples/{module}.jsonl"), Box::new(lines)));
        resources.push(SampleView {
            module,
            record: root.type_name.clone(),
            enums: resource
                .own_enums()
                .map(|known| known.type_name.clone())
                .collect(),
        });
    }
    if !resources.is_empty() {
        let view = SamplesView {
            library: package::library_name(connector),
            has_enums: resources.iter().any(|resource| !resource.enums.is_empty()),
            resources,
        };
        let test = move || format::lines(&templates::render("tests/samples.rs", &view));
        files.push(("tests/samples.rs".to_owned(), Box::new(test)));
    }
    files
}

/// Whether a sample is an object with something in it.
pub fn has_fields(sample: &str) -> bool {
    sample
        .trim_start()
        .strip_prefix('{')
        .is_some_and(|rest| rest.trim_start().starts_with('"'))
}

/// A JSON text on one line: line breaks stand between values only.
pub fn one_line(json: &str) -> String {
    format!("{}\n", json.replace(['\n', '\r'], " "))
}
