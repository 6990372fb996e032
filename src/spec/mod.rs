//! The spec language as pure data.
//!
//! Each table below is the one place of its keys: the Rust type, the reader with its diagnostics, the
//! JSON Schema and the manual come from it. Rules between keys are `lower`'s.
//!
//! A field is `required` (the map is refused without it), `optional` (an `Option`) or `default` (a
//! collection, empty when absent). Further spellings of a key stand behind its name. Keys under `later`
//! belong to the language and are not compiled yet.

mod auth;
mod client;
mod config;
mod decoder;
mod endpoint;
mod error_handler;
mod fields;
mod incremental;
mod job;
mod paginator;
mod parent;
mod rate_limit;
mod resource;
mod transform;

pub use auth::*;
pub use client::*;
pub use config::*;
pub use decoder::*;
pub use endpoint::*;
pub use error_handler::*;
pub use fields::*;
pub use incremental::*;
pub use job::*;
pub use paginator::*;
pub use parent::*;
pub use rate_limit::*;
pub use resource::*;
pub use transform::*;

use crate::read::{Node, spec_map};
use crate::source::{Spanned, Text};

spec_map! {
    /// A spec: one REST API as a source of typed records.
    pub struct Spec {
        /// Version of the language: 1.
        required spile: Spanned<u64>,
        /// Name of the generated crate: lower case letters, digits and `_` or `-`.
        required name: Text,
        /// Version of the generated crate, as Cargo reads it; `0.1.0` when absent.
        optional version: Text,
        /// What the API is, in a sentence or two; opens the crate's documentation.
        optional description: Text,
        /// What the connector's user supplies; becomes `struct Config`.
        default config: Vec<(Text, ConfigField)>,
        /// What all requests share.
        required client: Client,
        /// Anything that a resource may hold but its name. Merged deeply into every resource; a `null` in a
        /// resource removes the default.
        optional resource_defaults: Node,
        /// The sources of records; the defaults are merged into each.
        required resources: Vec<Resource>,
    }
}
