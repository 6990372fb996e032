//! Code that stands beside the spec.

use serde::Serialize;

/// A Rust file beside the spec, which becomes a module of the crate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Module {
    /// Rust name of the module.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What a module says about a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Extension {
    /// Rust name of the module.
    pub module: String,
    /// It makes JSON of the bytes of a response.
    pub json: bool,
    /// It changes records, or leaves them out.
    pub record: bool,
    /// It says which page is next; then the paginator is [`super::LinkSource::Extension`].
    pub next: bool,
}
