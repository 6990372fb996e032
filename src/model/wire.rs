//! What an API sends for a record, where that is not the record itself.

use super::{Expr, Record};
use serde::Serialize;

/// What an API sends for a record, and how the record is made from it.
#[derive(Debug, Clone, Serialize)]
pub struct Wire {
    /// What is decoded; its first struct is private to the connector. Types of the same name are those of the record.
    pub record: Record,
    /// Where the fields of the record come from, in their order.
    pub sources: Vec<FieldSource>,
    /// A finished record as JSON.
    pub sample: String,
}

/// Where the value of a field comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum FieldSource {
    /// A field of what is sent, by its Rust name.
    Sent(String),
    /// A field of the record of the parent.
    Parent {
        /// Its value: a field of [`super::RecordRoot::Partition`].
        value: Expr,
        /// The parent's name in the spec.
        resource: String,
        /// Its path in the parent's record.
        path: String,
    },
}
