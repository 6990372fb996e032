//! Reading only what is new since the last run.

use super::{RecordPath, Template};
use serde::Serialize;

/// How a resource is read incrementally.
#[derive(Debug, Clone, Serialize)]
pub struct Incremental {
    /// Rust name of the endpoint of one window: `CashDrawersWindow`.
    pub endpoint: String,
    /// The field that is the cursor.
    pub cursor: RecordPath,
    /// The same as the spec has it; dots lead into objects.
    pub name: String,
    /// The type of the cursor.
    pub ty: CursorType,
    /// Where the first run begins.
    pub start: Option<CursorValue>,
    /// Where reading ends.
    pub end: Option<CursorValue>,
    /// Whether requests say where reading ends; otherwise later records are left out.
    pub sends_end: bool,
    /// Whether reading ends now where nothing else is said.
    pub until_now: bool,
    /// The length of a window.
    pub step: Option<Distance>,
    /// How far the end of a window lies before the start of the next.
    pub granularity: Option<Distance>,
    /// How far before the state a run begins.
    pub lookback: Option<Distance>,
    /// The order in which the API sends.
    pub order: CursorOrder,
    /// Records outside of the window are sent and have to be left out.
    pub filters: bool,
    /// Records without a cursor are kept; otherwise they are left out.
    pub keeps_missing: bool,
}

/// Types of cursors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "their names are what they are")]
pub enum CursorType {
    Timestamp,
    Date,
    Integer,
    Decimal,
    String,
}

/// One end of what is read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum CursorValue {
    /// An instant: seconds since 1970, and nanoseconds of the second.
    Timestamp(i64, i32),
    /// A calendar date: year, month, day.
    Date(i16, i8, i8),
    /// A whole number.
    Integer(i64),
    /// A decimal, as JSON writes it.
    Decimal(String),
    /// Of a text cursor a text; of the others one expression of the cursor's type.
    Template(Template),
}

/// A distance between two values of a cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Distance {
    /// Time: jiff's names of the units, the largest first, and how many of each.
    Time(Vec<(&'static str, i64)>),
    /// A number.
    Number(i64),
}

/// The order in which an API sends the records of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum CursorOrder {
    /// The oldest first.
    Ascending,
    /// The newest first.
    Descending,
    /// None.
    None,
}

/// One end of the window that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum CursorEdge {
    /// `cursor.start`
    Start,
    /// `cursor.end`
    End,
}

/// How a value of a cursor is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum CursorFormat {
    /// As its type is displayed: RFC 3339, ISO 8601, digits, the text itself.
    Plain,
    /// A timestamp as its calendar date in UTC.
    Date,
    /// A timestamp as seconds since 1970.
    Epoch,
    /// A timestamp as milliseconds since 1970.
    EpochMillis,
    /// A timestamp in UTC or a date, in strftime.
    Strftime(String),
}
