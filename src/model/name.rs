//! Names: the one place that makes Rust names from those of a spec.

use serde::Serialize;

/// Both names of a thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Name {
    /// On the wire and in the spec.
    pub wire: String,
    /// In Rust, ready to print: raw identifiers with `r#`.
    pub rust: String,
}
