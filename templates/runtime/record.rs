//! What a record is: its columns, its keys, and how it is read and written.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::row::{RelationWriter, RowWriter};

/// One record of a resource.
pub trait Record: DeserializeOwned + Serialize + Send + Sync + Unpin + 'static {
    /// Name of the resource.
    const RESOURCE: &'static str;
    /// Its columns, in the order of [`Record::write`].
    const COLUMNS: &'static [Column];
    /// Columns that identify a record.
    const PRIMARY_KEY: &'static [&'static str] = &[];
    /// Columns by which rows are deleted and added again.
    const MERGE_KEY: &'static [&'static str] = &[];
    /// What a load does with the rows that are there.
    const DISPOSITION: Disposition;
    /// The tables that it is normalized into, its own first; none where it is one row of [`Record::COLUMNS`].
    const RELATIONS: &'static [Relation] = &[];
    /// Whether keys that no column declares are kept; otherwise they are counted.
    const KEEPS_UNKNOWN: bool = false;
    /// Keys of the API's JSON that are known and left out.
    const DROPPED: &'static [&'static str] = &[];

    /// Reads one record from its JSON.
    fn decode(json: &str) -> serde_json::Result<Self> {
        serde_json::from_str(json)
    }

    /// Writes the columns in their order.
    fn write<W: RowWriter>(&self, row: &mut W) -> Result<(), W::Error>;

    /// Writes its rows of one of the [`Record::RELATIONS`]; the only row where there are none.
    fn write_relation<W: RelationWriter>(
        &self,
        _relation: usize,
        row: &mut W,
    ) -> Result<(), W::Error> {
        self.write(row)?;
        row.end()
    }
}

/// A table that a record is normalized into: its own, or that of a list in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relation {
    /// Its name.
    pub name: &'static str,
    /// Its columns, in the order of [`Record::write_relation`].
    pub columns: &'static [Column],
    /// Columns that identify a row.
    pub primary_key: &'static [&'static str],
}

/// A column of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its key in the API's JSON; dots lead into objects.
    pub field: &'static str,
    /// Its type.
    pub kind: ColumnType,
    /// Whether it may be null.
    pub nullable: bool,
}

impl Column {
    /// A column that always has a value.
    pub const fn required(name: &'static str, kind: ColumnType) -> Self {
        Self::renamed(name, name, kind, false)
    }

    /// A column that may be null.
    pub const fn nullable(name: &'static str, kind: ColumnType) -> Self {
        Self::renamed(name, name, kind, true)
    }

    /// A column whose key in the API's JSON is another.
    pub const fn renamed(
        field: &'static str,
        name: &'static str,
        kind: ColumnType,
        nullable: bool,
    ) -> Self {
        Self {
            name,
            field,
            kind,
            nullable,
        }
    }
}

/// Types of columns: one per method of [`RowWriter`], and what its method `json` is given that has a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "documented there")]
pub enum ColumnType {
    Text,
    Integer,
    Number,
    Boolean,
    Decimal,
    Timestamp,
    Date,
    Time,
    Uuid,
    Binary,
    Json,
    /// A list; its elements may be null.
    List(&'static ColumnType),
    /// An object, with its fields in the order in which they are serialized.
    Struct(&'static [Column]),
}

/// What a load does with the rows that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// Rows are added.
    Append,
    /// The table is emptied first.
    Replace,
    /// Rows of the same key are replaced.
    Merge {
        /// How.
        strategy: MergeStrategy,
        /// Column that marks deleted records.
        hard_delete: Option<&'static str>,
    },
}

impl Disposition {
    /// A merge that deletes nothing.
    pub const fn merge(strategy: MergeStrategy) -> Self {
        Self::Merge {
            strategy,
            hard_delete: None,
        }
    }
}

/// How rows are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeStrategy {
    /// Update by primary key, add the rest.
    Upsert,
    /// Delete by merge key, add all.
    DeleteInsert,
    /// Add new keys only.
    InsertOnly,
    /// Keep old versions.
    Scd2,
}
