//! Resources that are read in many streams of pages: one for each record of a parent, and for each of the values that
//! the spec or the configuration lists.

use super::{Expr, RecordPath};
use serde::Serialize;

/// How a resource is divided.
#[derive(Debug, Clone, Serialize)]
pub struct Partitions {
    /// Rust name of the struct that tells one partition from the others: `CommentsPartition`.
    pub type_name: String,
    /// Rust name of the endpoint of one partition: `CommentsOf`.
    pub endpoint: String,
    /// The resource whose records say what to read.
    pub parent: Option<Parent>,
    /// The lists of values, in the order of the spec: all combinations of them are read.
    pub lists: Vec<PartitionList>,
    /// The fields of the struct, in the order of their Rust names.
    pub fields: Vec<PartitionField>,
    /// Partitions that are read at once.
    pub concurrency: u32,
}

/// The resource whose records say what to read.
#[derive(Debug, Clone, Serialize)]
pub struct Parent {
    /// Its place in [`super::Connector::resources`].
    pub resource: usize,
    /// Has to hold for a record: a boolean over [`super::RecordRoot::Parent`].
    pub when: Option<Expr>,
    /// Records that share one stream of pages.
    pub batch: Option<u64>,
    /// A record without a needed value is a failure; otherwise it is left out.
    pub needs_all: bool,
}

/// A list of values.
#[derive(Debug, Clone, Serialize)]
pub struct PartitionList {
    /// Rust name of its field of the struct.
    pub field: String,
    /// The values.
    pub values: PartitionValues,
}

/// The values of a [`PartitionList`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum PartitionValues {
    /// Texts of the spec.
    Texts(Vec<String>),
    /// Whole numbers of the spec.
    Integers(Vec<i64>),
    /// A list of the configuration: Rust names from `config` to it, and whether its items are whole numbers rather than
    /// texts.
    Config(Vec<String>, bool),
    /// A list of the configuration whose items are words of an enum.
    ConfigWords(Vec<String>),
}

impl PartitionValues {
    /// Whether they are whole numbers; else they are texts.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        matches!(self, Self::Integers(_) | Self::Config(_, true))
    }
}

/// A field of the struct that tells one partition from the others.
#[derive(Debug, Clone, Serialize)]
pub struct PartitionField {
    /// Its Rust name.
    pub rust: String,
    /// As expressions write it: `parent.author.id`, `partition.region`.
    pub shown: String,
    /// Where its value comes from.
    pub source: PartitionSource,
    /// `Option`: a partition without the value is read all the same.
    pub nullable: bool,
    /// Whether it is a part of the partition's name, under which its state is kept. What may change of a parent that has
    /// a key is none, nor is what only records know, unless they are told apart by it.
    pub identifies: bool,
}

/// Where the value of a [`PartitionField`] comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum PartitionSource {
    /// A field of the parent's record; of a batch, the list of all its values (what is no whole number as text).
    Parent(RecordPath),
    /// The list at this place of [`Partitions::lists`].
    List(usize),
}
