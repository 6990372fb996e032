//! What a resource says about reading it incrementally: its cursor, and how the API treats it.

use std::sync::Arc;

use super::cursor::Cursor;
use super::endpoint::{Endpoint, RecordOf};
use super::error::{Error, Kind};
use super::record::Record;
use super::source::Source;
use super::state::{CursorState, StateKey};

/// A resource whose records have a cursor; each window of it is one stream of pages.
pub trait Incremental: Endpoint + Clone {
    /// The type of the cursor.
    type Cursor: Cursor;
    /// The pages of one window.
    type Source: Source<Record = RecordOf<Self>>;

    /// Whose state it is.
    const STATE: StateKey;
    /// The order in which the API sends the records of a window.
    const ORDER: CursorOrder = CursorOrder::None;
    /// Whether records outside of the window are sent, too, and have to be left out.
    const FILTERS: bool = false;
    /// Whether requests say where a window ends; otherwise records beyond it are left out.
    const SENDS_END: bool = false;
    /// Whether reading ends now where nothing else is said.
    const UNTIL_NOW: bool = false;
    /// Whether records without a cursor are kept.
    const KEEPS_MISSING: bool = true;

    /// The pages of a window; nothing is sent yet.
    fn within(&self, window: Window<Self::Cursor>) -> Self::Source;

    /// The cursor of a record.
    fn cursor(record: &RecordOf<Self>) -> Option<&Self::Cursor>;

    /// Where reading begins and ends unless its user or the state say otherwise.
    ///
    /// # Errors
    /// The configuration has a value that is no cursor.
    fn limits(&self) -> Result<Window<Self::Cursor>, Error> {
        Ok(Window::default())
    }

    /// The length of a window; none where there is one window only.
    fn step() -> Option<Distance<Self>> {
        None
    }

    /// How far apart the end of a window and the start of the next are, where the API includes both.
    fn granularity() -> Option<Distance<Self>> {
        None
    }

    /// How far before the state reading begins.
    fn lookback() -> Option<Distance<Self>> {
        None
    }
}

/// The client of a resource that is read incrementally, whatever it is divided into.
pub trait Resumable: Sized {
    /// A record.
    type Record: Record;
    /// The type of the cursor.
    type Cursor: Cursor;

    /// Whose state it is.
    const STATE: StateKey;

    /// What of it is read.
    fn extent(&mut self) -> &mut Extent<Self::Cursor>;

    /// Its pages.
    fn into_source(self) -> impl Source<Record = Self::Record>;
}

/// A distance between two values of a resource's cursor.
pub type Distance<I> = <<I as Incremental>::Cursor as Cursor>::Distance;

/// The order of the records in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CursorOrder {
    /// The oldest first: there is a checkpoint after every page.
    Ascending,
    /// The newest first: reading ends at the first page with a record from before the window.
    Descending,
    /// None: there is a checkpoint at the end of the window.
    None,
}

/// A part of what is read: the values from `start` to `end`, both included.
#[derive(Debug, Clone)]
pub struct Window<T> {
    /// Its first value; none: from the beginning.
    pub start: Option<T>,
    /// Its last value; none: open.
    pub end: Option<T>,
}

impl<T> Default for Window<T> {
    fn default() -> Self {
        let (start, end) = (None, None);
        Self { start, end }
    }
}

impl<T> Window<T> {
    /// Its first value, where a request cannot do without.
    ///
    /// # Errors
    /// There is none.
    pub fn start(&self) -> Result<&T, Error> {
        let none = || Error::new(Kind::Config, "it is not known where reading begins");
        self.start.as_ref().ok_or_else(none)
    }

    /// Its last value, where a request cannot do without.
    ///
    /// # Errors
    /// There is none.
    pub fn end(&self) -> Result<&T, Error> {
        let none = || Error::new(Kind::Config, "it is not known where reading ends");
        self.end.as_ref().ok_or_else(none)
    }
}

/// What of a resource is read in a run.
#[derive(Debug, Clone)]
pub struct Extent<T> {
    /// Where reading begins, instead of where the state or the spec say.
    pub since: Option<T>,
    /// Where reading ends, instead of where the spec says.
    pub until: Option<T>,
    /// How far it was read before.
    pub state: Option<Arc<CursorState>>,
    /// When the run started: checkpoints do not go beyond, since what changes during the run may be on pages that were
    /// read before.
    pub now: Option<T>,
}

impl<T: Cursor> Extent<T> {
    /// All that the spec says, up to now.
    pub fn new() -> Self {
        let (since, until, state) = (None, None, None);
        Self {
            since,
            until,
            state,
            now: T::now(),
        }
    }
}

impl<T: Cursor> Default for Extent<T> {
    fn default() -> Self {
        Self::new()
    }
}
