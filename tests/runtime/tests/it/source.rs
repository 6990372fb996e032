//! A source of rows whose paging is chosen by the test.

use std::time::Duration;

use runtime_tests::runtime::endpoint::{Endpoint, Guard, OnInvalid, RecordOf, Turn};
use runtime_tests::runtime::error::Error;
use runtime_tests::runtime::leaf::{Count, Flag, Token};
use runtime_tests::runtime::pages::Pages;
use runtime_tests::runtime::record::{Column, ColumnType, Disposition, Record};
use runtime_tests::runtime::records::Records;
use runtime_tests::runtime::request::Request;
use runtime_tests::runtime::retry::Retry;
use runtime_tests::runtime::row::RowWriter;
use runtime_tests::runtime::send::{Action, Answer};
use runtime_tests::runtime::session::{Options, Session};
use runtime_tests::runtime::wire::Wire;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::stub::Stub;

/// A record with a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub id: i64,
    pub name: Option<String>,
    pub place: Option<Place>,
    pub scores: Option<Vec<f64>>,
    pub active: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    pub town: String,
}

impl Record for Row {
    const RESOURCE: &'static str = "rows";
    const COLUMNS: &'static [Column] = &[
        Column::required("id", ColumnType::Integer),
        Column::nullable("name", ColumnType::Text),
        Column::nullable("place", ColumnType::Json),
        Column::nullable("scores", ColumnType::Json),
        Column::nullable("active", ColumnType::Boolean),
    ];
    const PRIMARY_KEY: &'static [&'static str] = &["id"];
    const DISPOSITION: Disposition = Disposition::Append;

    fn write<W: RowWriter>(&self, row: &mut W) -> Result<(), W::Error> {
        row.integer(Some(self.id))?;
        row.text(self.name.as_deref())?;
        row.json(self.place.as_ref())?;
        row.json(self.scores.as_ref())?;
        row.boolean(self.active)
    }
}

/// A record without a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub text: String,
}

impl Record for Line {
    const RESOURCE: &'static str = "lines";
    const COLUMNS: &'static [Column] = &[Column::required("text", ColumnType::Text)];
    const DISPOSITION: Disposition = Disposition::Append;

    fn write<W: RowWriter>(&self, row: &mut W) -> Result<(), W::Error> {
        row.text(Some(&self.text))
    }
}

/// What a test varies at compile time.
pub trait Kind: Sized + Send + Sync + 'static {
    type Wire: Wire<Source<Self>>;
    const GUARD: Guard = Guard::Records;
    const ON_INVALID: OnInvalid = OnInvalid::Fail;
    const MAX_PAGES: Option<u64> = None;
    const RETRY: Retry = Retry::DEFAULT;
    const KEEPS: fn(&Self::Wire) -> bool = |_| true;
}

/// Positions that the client counts.
pub struct Counted;
impl Kind for Counted {
    type Wire = Row;
}

/// The same with records that have no key.
pub struct Keyless;
impl Kind for Keyless {
    type Wire = Line;
}

/// Positions that the API gives.
pub struct Marked;
impl Kind for Marked {
    type Wire = Row;
    const GUARD: Guard = Guard::Marks;
}

/// Rows with the name of a place in front of their own; those without a place are left out, and odd ones not wanted.
pub struct Placed;
impl Kind for Placed {
    type Wire = Sent;
    const KEEPS: fn(&Sent) -> bool = |sent| sent.id % 2 == 0;
    const ON_INVALID: OnInvalid = OnInvalid::Quarantine;
}

/// What a line is made from.
#[derive(Debug, Deserialize)]
pub struct Sent {
    pub id: i64,
    pub name: String,
    pub place: Option<Place>,
}

impl<K: Kind> Wire<Source<K>> for Sent {
    type Record = Line;

    fn declares(key: &str) -> bool {
        matches!(key, "id" | "name" | "place")
    }

    fn record(self, source: &Source<K>) -> Option<Line> {
        let town = self.place?.town;
        Some(Line {
            text: format!("{}{town}: {}", source.prefix, self.name),
        })
    }
}

/// Bad records are left out.
pub struct Skipping;
impl Kind for Skipping {
    type Wire = Row;
    const ON_INVALID: OnInvalid = OnInvalid::Skip;
}

/// Bad records are kept apart.
pub struct Sorting;
impl Kind for Sorting {
    type Wire = Row;
    const ON_INVALID: OnInvalid = OnInvalid::Quarantine;
}

/// Three pages at most.
pub struct Three;
impl Kind for Three {
    type Wire = Row;
    const MAX_PAGES: Option<u64> = Some(3);
}

#[derive(Deserialize)]
pub struct Page<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
    #[serde(default)]
    pub total: Count,
    #[serde(default)]
    pub next: Token,
    #[serde(default)]
    pub more: Flag,
}

#[allow(type_alias_bounds)]
pub type Next<K: Kind> = fn(&Turn<'_, '_, Source<K>>) -> Result<Option<String>, Error>;

pub struct Source<K: Kind> {
    session: Session,
    pub prefix: &'static str,
    pub next: Next<K>,
    pub request: fn(Option<&str>) -> Result<Request, Error>,
    pub action: fn(&Answer) -> Option<Action>,
}

impl<K: Kind> Source<K> {
    /// A source that asks for `/rows?position=…`.
    pub fn new(session: &Session, next: Next<K>) -> Self {
        let request = |position: Option<&str>| match position {
            Some(link) if link.contains("://") => Ok(Request::get(link)),
            position => {
                let mut request = Request::get("/rows");
                request.query("position", position);
                request.query("size", 2);
                Ok(request)
            }
        };
        Self {
            session: session.clone(),
            prefix: "",
            next,
            request,
            action: |_| None,
        }
    }

    pub fn pages(self) -> Pages<Self> {
        Pages::new(self)
    }

    pub fn records(self) -> Records<RecordOf<Self>> {
        Records::new(self.pages())
    }

    /// All records, or those before an error and the error.
    pub async fn read(self) -> (Vec<<K::Wire as Wire<Self>>::Record>, Option<Error>) {
        let mut records = self.records();
        let mut read = Vec::new();
        loop {
            match records.try_next().await {
                Ok(Some(record)) => read.push(record),
                Ok(None) => return (read, None),
                Err(error) => {
                    assert!(
                        records
                            .try_next()
                            .await
                            .is_ok_and(|record| record.is_none()),
                        "an error ends the stream"
                    );
                    return (read, Some(error));
                }
            }
        }
    }
}

impl<K: Kind> Endpoint for Source<K> {
    type Wire = K::Wire;
    type Position = Option<String>;
    type Page<'a> = Page<'a>;

    const RETRY: Retry = K::RETRY;
    const GUARD: Guard = K::GUARD;
    const ON_INVALID: OnInvalid = K::ON_INVALID;
    const MAX_PAGES: Option<u64> = K::MAX_PAGES;

    fn session(&self) -> &Session {
        &self.session
    }

    fn request(&self, position: &Option<String>) -> Result<Request, Error> {
        (self.request)(position.as_deref())
    }

    fn action(&self, answer: &Answer) -> Option<Action> {
        (self.action)(answer)
    }

    fn records<'a>(page: &Self::Page<'a>) -> Vec<&'a RawValue> {
        vec![page.data]
    }

    fn keeps(&self, sent: &K::Wire) -> bool {
        K::KEEPS(sent)
    }

    fn total(page: &Page<'_>) -> Option<u64> {
        page.total.0
    }

    fn next(&self, turn: &Turn<'_, '_, Self>) -> Result<Option<Option<String>>, Error> {
        Ok((self.next)(turn)?.map(Some))
    }

    fn mark(position: &Option<String>) -> Option<&str> {
        position.as_deref().filter(|_| K::GUARD == Guard::Marks)
    }
}

/// An offset: the way of a generated resource.
pub fn offset<K: Kind>(turn: &Turn<'_, '_, Source<K>>) -> Result<Option<String>, Error> {
    let more = turn.page.more.0 != Some(false) && turn.total.is_none_or(|total| turn.read < total);
    Ok((turn.size > 0 && more).then(|| turn.read.to_string()))
}

/// A cursor: the way of a generated resource.
pub fn cursor<K: Kind>(turn: &Turn<'_, '_, Source<K>>) -> Result<Option<String>, Error> {
    Ok(turn.page.next.0.clone())
}

/// A link in the body.
pub fn link<K: Kind>(turn: &Turn<'_, '_, Source<K>>) -> Result<Option<String>, Error> {
    turn.link(turn.page.next.0.as_deref())
}

/// A link in the header.
pub fn link_header<K: Kind>(turn: &Turn<'_, '_, Source<K>>) -> Result<Option<String>, Error> {
    turn.link_header("next")
}

/// One page.
pub fn once<K: Kind>(_: &Turn<'_, '_, Source<K>>) -> Result<Option<String>, Error> {
    Ok(None)
}

/// Settings of a session with quick retries.
pub fn options(stub: &Stub) -> Options {
    let mut options = Options::new(&stub.url);
    options.first_wait = Some(Duration::from_millis(1));
    options
}

pub fn session(stub: &Stub) -> Session {
    Session::new(options(stub)).expect("a session")
}

/// A page of rows with these numbers.
pub fn rows(ids: impl IntoIterator<Item = i64>) -> String {
    let rows: Vec<_> = ids
        .into_iter()
        .map(|id| format!(r#"{{"id":{id}}}"#))
        .collect();
    format!("[{}]", rows.join(","))
}

pub fn ids(rows: &[Row]) -> Vec<i64> {
    rows.iter().map(|row| row.id).collect()
}
