//! Compiles declarative specs of REST APIs into standalone, strongly typed Rust crates.

pub mod cli;
pub mod diagnostic;
pub mod emit;
pub mod expr;
pub mod lower;
pub mod model;
pub mod output;
mod parallel;
pub mod read;
pub mod reference;
pub mod source;
pub mod spec;

use std::path::Path;

use diagnostic::{Report, Sink};
use source::Sources;

/// What compiling a spec gives.
#[derive(Debug)]
pub struct Compilation {
    /// Everything that was found wrong, with the texts it points into.
    pub report: Report,
    /// The spec as written; `None` when it could not be read at all. Without the parts that errors are about.
    pub spec: Option<spec::Spec>,
    /// What is to be generated; `None` when the report has an error.
    pub model: Option<model::Connector>,
}

/// Compiles the bytes of the spec at `path`, which names it in diagnostics.
#[must_use]
pub fn compile(path: &Path, bytes: &[u8]) -> Compilation {
    let mut sources = Sources::default();
    let mut sink = Sink::default();
    // Afterwards keys and values have the shapes of the language, and each knows its place.
    let spec = read::read(path, bytes, &mut sources, &mut sink);
    // Afterwards every rule of the language holds and every name is made, or there is no model.
    let model = spec
        .as_ref()
        .and_then(|spec| lower::lower(spec, &mut sources, &mut sink));
    let report = Report {
        sources,
        diagnostics: sink.into_sorted(),
    };
    Compilation {
        report,
        spec,
        model,
    }
}
