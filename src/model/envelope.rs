//! The parts of a response body that are read, as typed structs: the data selector, the paginator's paths and the
//! `response.body` expressions become one tree.

use serde::Serialize;

/// The body of a page (or of a failure, for error rules).
#[derive(Debug, Clone, Serialize)]
pub struct Envelope {
    /// The body itself.
    pub root: EnvelopeNode,
    /// The data selector as the spec has it, for messages: `items.*.data`.
    pub data_selector: String,
    /// A body without the data path is an empty page.
    pub allow_missing_data: bool,
    /// The values beside the records, each with a method on the page struct.
    pub accessors: Vec<Accessor>,
}

/// One value beside the records.
#[derive(Debug, Clone, Serialize)]
pub struct Accessor {
    /// Rust name of the method.
    pub rust: String,
    /// Steps from the root.
    pub path: Vec<PathStep>,
    /// What it gives.
    pub kind: LeafKind,
}

/// One step of a path into the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum PathStep {
    /// Into an object: the key on the wire and the Rust field.
    Key(super::Name),
    /// Into a list.
    Index(usize),
}

/// A node of the body.
#[derive(Debug, Clone, Serialize)]
pub enum EnvelopeNode {
    /// The records: a list, one record, or null for none.
    Records,
    /// A value beside the records.
    Leaf(LeafKind),
    /// An object, of which some keys are read.
    Object {
        /// Rust name of the struct: `Page`, `PageMeta`, …
        type_name: String,
        /// The keys.
        fields: Vec<EnvelopeField>,
    },
    /// Every item of a list, or every value of a map.
    Each(Box<EnvelopeNode>),
    /// One item of a list; several of the same list share one node.
    Items(Vec<(usize, EnvelopeNode)>),
}

/// A key of an object of the body.
#[derive(Debug, Clone, Serialize)]
pub struct EnvelopeField {
    /// On the wire and in Rust.
    pub name: super::Name,
    /// Leads to the records (an error when absent, unless `allow_missing_data`); else optional.
    pub required: bool,
    /// What is there.
    pub node: EnvelopeNode,
}

/// Kinds of values beside the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum LeafKind {
    /// A cursor or link: text, or a number or boolean as text; null and the empty text are nothing; anything else is an error.
    Token,
    /// A number of records or pages: a whole number, or a text that is one; anything else is nothing.
    Count,
    /// `has_more`: a boolean, or a text that is one; anything else is nothing.
    Flag,
    /// A scalar of the body in an expression: text, number, boolean or nothing; lists and objects are nothing.
    Scalar,
}
