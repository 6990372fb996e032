//! What a resource says about itself: its requests, its pages, and how one page leads to the next.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::decode;
use super::error::{Error, Kind};
use super::request::Request;
use super::retry::Retry;
use super::send::{Action, Answer};
use super::session::Session;
use super::wire::Wire;

/// The records that an endpoint reads.
pub type RecordOf<E> = <<E as Endpoint>::Wire as Wire<E>>::Record;

/// A paged source of records.
pub trait Endpoint: Send + Sync + 'static {
    /// What the API sends for one record.
    type Wire: Wire<Self>;
    /// What tells a page from the others: an offset, a number, a cursor.
    type Position: Clone + Default + Send + Sync + 'static;
    /// The parts of a response that are read.
    type Page<'a>: Deserialize<'a>;

    /// Whether a response is an object, as opposed to a list or any JSON.
    const OBJECT: bool = true;
    /// When a request is sent again.
    const RETRY: Retry = Retry::DEFAULT;
    /// How an endless loop is noticed.
    const GUARD: Guard = Guard::Records;
    /// What becomes of records that are not of the declared type.
    const ON_INVALID: OnInvalid = OnInvalid::Fail;
    /// Pages after which to stop.
    const MAX_PAGES: Option<u64> = None;
    /// Pages after which reading fails, if there are more.
    const PAGE_LIMIT: Option<u64> = None;

    /// The connection.
    fn session(&self) -> &Session;

    /// The first position.
    fn start(&self) -> Self::Position {
        Self::Position::default()
    }

    /// The request of the page at a position.
    fn request(&self, position: &Self::Position) -> Result<Request, Error>;

    /// What an answer means where its status does not tell.
    fn action(&self, _answer: &Answer) -> Option<Action> {
        None
    }

    /// The body as JSON, of at most `limit` bytes where it is unpacked; none where it is blank.
    fn json(body: &[u8], _limit: usize) -> Result<Option<Cow<'_, str>>, Error> {
        Ok(decode::text(body)?.map(Cow::Borrowed))
    }

    /// The records of a page: pieces of JSON that are lists of records, one record, or null.
    fn records<'a>(page: &Self::Page<'a>) -> Vec<&'a RawValue>;

    /// Whether a record is wanted. Those that are not are counted as filtered; paging goes on as if they were.
    fn keeps(&self, _sent: &Self::Wire) -> bool {
        true
    }

    /// Takes out what an earlier page had, where the API sends some again.
    fn drop_seen(_position: &Self::Position, _records: &mut Vec<Self::Wire>) {}

    /// The record as it is delivered; none where it is left out, which counts as filtered.
    fn deliver(record: RecordOf<Self>) -> Option<RecordOf<Self>> {
        Some(record)
    }

    /// Number of all records, where a page has it.
    fn total(_page: &Self::Page<'_>) -> Option<u64> {
        None
    }

    /// The position after a page; none at the end.
    fn next(&self, turn: &Turn<'_, '_, Self>) -> Result<Option<Self::Position>, Error>;

    /// The cursor or link that a position is, where the API gave it.
    fn mark(_position: &Self::Position) -> Option<&str> {
        None
    }
}

/// A page that was just read.
pub struct Turn<'t, 'p, E: Endpoint + ?Sized> {
    /// The endpoint that it belongs to.
    pub endpoint: &'t E,
    /// Its position.
    pub position: &'t E::Position,
    /// Its parts.
    pub page: &'t E::Page<'p>,
    /// Status and headers.
    pub answer: &'t Answer,
    /// Its number, from 1.
    pub number: u64,
    /// Records that the API sent in it.
    pub size: u64,
    /// Records that the API sent up to its end.
    pub read: u64,
    /// Number of all records, from the last page that had it.
    pub total: Option<u64>,
    /// What the API sent, without what was left out.
    pub sent: &'t [E::Wire],
    pub(super) last_rejected: bool,
}

impl<'t, E: Endpoint + ?Sized> Turn<'t, '_, E> {
    /// The last record of the page, as the API sent it.
    ///
    /// # Errors
    /// It was left out, so that the position of the next page is not known.
    pub fn last(&self) -> Result<Option<&'t E::Wire>, Error> {
        if self.last_rejected {
            let text = "the last record, which leads to the next page, was left out";
            return Err(Error::new(Kind::Paging, text));
        }
        Ok(self.sent.last())
    }
}

/// How an endless loop is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// By the records: the API is told a position and may ignore it.
    Records,
    /// By the cursors or links that the API gives.
    Marks,
    /// Not at all: there is one page, or the keys that lead on are looked at.
    Off,
}

/// What becomes of a record that is not of the declared type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnInvalid {
    /// The stream fails.
    Fail,
    /// It is left out and counted.
    Skip,
    /// It is left out, counted, and handed over with its page.
    Quarantine,
}
