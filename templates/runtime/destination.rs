//! Where records are loaded, whatever it is: a database, or files.

use jiff::Timestamp;

use super::error::Error;
use super::load::Rows;
use super::record::{Column, Disposition, Record, Relation};

/// A table that records are loaded into.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name, which is that of the resource.
    pub name: &'static str,
    /// Its columns, in the order of [`Rows::write_table`].
    pub columns: &'static [Column],
    /// Columns that identify a row.
    pub primary_key: &'static [&'static str],
    /// What a load does with the rows that are there.
    pub disposition: Disposition,
    /// Whether the resource has a cursor: then one load reads a part of it only.
    pub incremental: bool,
    /// The tables of the lists in its records, which are loaded with it.
    pub lists: &'static [Table],
    /// The statements for it.
    pub sql: Sql,
}

impl Table {
    /// The table of a list in records that are loaded like this; the statements are to be filled in.
    pub const fn of_list(list: &Relation, disposition: Disposition) -> Self {
        Self {
            name: list.name,
            columns: list.columns,
            primary_key: list.primary_key,
            disposition,
            incremental: false,
            lists: &[],
            sql: Sql::NONE,
        }
    }

    /// It and the tables of its lists, in the order of [`Rows::write_table`].
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.lists)
    }
}

/// The files of `sql/` for one table.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "their names are what they are")]
pub struct Sql {
    pub duckdb: &'static str,
    pub jsonl: &'static str,
    pub parquet: &'static str,
    pub postgres: &'static str,
    pub sqlite: &'static str,
}

impl Sql {
    /// None yet.
    pub const NONE: Self = Self {
        duckdb: "",
        jsonl: "",
        parquet: "",
        postgres: "",
        sqlite: "",
    };
}

/// A record that has a table, which all have.
pub trait HasTable: Record {
    /// Its table, if it is read as a whole; the statements are to be filled in.
    const TABLE: Table = Table {
        name: Self::RESOURCE,
        columns: match Self::RELATIONS {
            [own, ..] => own.columns,
            [] => Self::COLUMNS,
        },
        primary_key: Self::PRIMARY_KEY,
        disposition: Self::DISPOSITION,
        incremental: false,
        lists: &[],
        sql: Sql::NONE,
    };
}

impl<R: Record> HasTable for R {}

/// What is there for a table before a run.
#[derive(Debug, Default)]
pub struct Found {
    /// How far its resource was read, as JSON; none where there is no table.
    pub state: Option<String>,
    /// The statements, or what stands for them, that make the table what it has to be; none where it is.
    pub changes: Vec<String>,
    /// Whether it has rows.
    pub has_rows: bool,
}

/// How a table is loaded in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// All rows are replaced by those of this run, in one commit at its end, whatever the disposition says.
    pub replaces: bool,
    /// No other table is loaded before this one is done.
    pub alone: bool,
}

/// The end of rows that belong together.
#[derive(Debug, Clone, Copy)]
pub struct Commit<'s> {
    /// How far the resource is read with them, as JSON; none where that does not change.
    pub state: Option<&'s str>,
    /// When it happens: later than all before for the table.
    pub at: Timestamp,
    /// Whether the resource was read as a whole and to its end, so that rows that did not come are no longer there.
    pub whole: bool,
}

/// A place that tables are loaded into; by one run at a time.
///
/// Rows are of no account before they are committed: a run that ends without, however it ends, leaves the table and
/// the state as they were.
pub trait Destination: Send {
    /// What is there. Nothing is changed.
    ///
    /// # Errors
    /// It cannot be read, or a table is not one that the rows can be loaded into: what to do about it is said.
    fn look(&mut self, table: &Table) -> Result<Found, Error>;

    /// Makes the table what it has to be, and begins to load it. What a run before left uncommitted is removed.
    ///
    /// # Errors
    /// It cannot be changed.
    fn begin(&mut self, table: &Table, load: Load) -> Result<(), Error>;

    /// Takes rows of a table that was begun.
    ///
    /// # Errors
    /// A value cannot be stored, or the rows cannot be written. None of them counts: a rollback follows.
    fn write(&mut self, table: &Table, rows: &dyn Rows) -> Result<(), Error>;

    /// Makes all rows since the last commit, and the state, part of the table: both or none. Others may read the table
    /// meanwhile and see it as before, or as after.
    ///
    /// # Errors
    /// It is not done: a rollback follows.
    fn commit(&mut self, table: &Table, commit: Commit<'_>) -> Result<(), Error>;

    /// Drops the rows since the last commit.
    ///
    /// # Errors
    /// The destination is gone.
    fn rollback(&mut self, table: &Table) -> Result<(), Error>;

    /// Forgets how far a resource was read.
    ///
    /// # Errors
    /// It cannot be written.
    fn forget(&mut self, table: &Table) -> Result<(), Error>;
}
