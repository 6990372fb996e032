//! An API whose rows change, and the ways in which a resource can read it incrementally.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::{Span, Timestamp};
use runtime_tests::runtime::checkpointed::{Checkpointed, Step};
use runtime_tests::runtime::endpoint::{Endpoint, Guard, Turn};
use runtime_tests::runtime::error::Error;
use runtime_tests::runtime::incremental::{CursorOrder, Extent, Incremental, Window};
use runtime_tests::runtime::leaf::Token;
use runtime_tests::runtime::pages::Pages;
use runtime_tests::runtime::record::{Column, ColumnType, Disposition, Record};
use runtime_tests::runtime::request::Request;
use runtime_tests::runtime::row::RowWriter;
use runtime_tests::runtime::session::Session;
use runtime_tests::runtime::state::{CursorState, StateKey};
use runtime_tests::runtime::windows::Windows;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::source::session;
use crate::stub::{Asked, Reply, Stub};

/// A row that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub id: i64,
    pub updated_at: Option<Timestamp>,
    pub value: i64,
}

impl Record for Item {
    const RESOURCE: &'static str = "items";
    const COLUMNS: &'static [Column] = &[
        Column::required("id", ColumnType::Integer),
        Column::nullable("updated_at", ColumnType::Timestamp),
        Column::required("value", ColumnType::Integer),
    ];
    const PRIMARY_KEY: &'static [&'static str] = &["id"];
    const DISPOSITION: Disposition = Disposition::Append;

    fn write<W: RowWriter>(&self, row: &mut W) -> Result<(), W::Error> {
        row.integer(Some(self.id))?;
        row.timestamp(self.updated_at)?;
        row.integer(Some(self.value))
    }
}

/// How the API treats `since` and `until`, and in which order it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    pub order: CursorOrder,
    pub filters: bool,
    pub includes_start: bool,
    pub includes_end: bool,
}

pub const INCLUSIVE: Manner = Manner {
    order: CursorOrder::None,
    filters: true,
    includes_start: true,
    includes_end: true,
};

/// The table of the API and its clock.
pub struct Table {
    pub rows: BTreeMap<i64, Item>,
    pub clock: Timestamp,
    /// Rows that change at every request.
    pub busy: Option<fastrand::Rng>,
}

/// Second `n` of a day.
pub fn second(n: i64) -> Timestamp {
    let midnight: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    midnight + Span::new().seconds(n)
}

impl Table {
    pub fn put(&mut self, id: i64, value: i64, second_of_day: i64) {
        let updated_at = Some(second(second_of_day));
        self.rows.insert(
            id,
            Item {
                id,
                updated_at,
                value,
            },
        );
    }

    /// Changes or adds a row; several changes share one second.
    pub fn change(&mut self, rng: &mut fastrand::Rng) {
        if rng.u8(..3) == 0 {
            self.clock += Span::new().seconds(1);
        }
        let (id, value, updated_at) = (rng.i64(..30), rng.i64(..1_000), Some(self.clock));
        self.rows.insert(
            id,
            Item {
                id,
                updated_at,
                value,
            },
        );
    }
}

pub struct Api {
    pub stub: Stub,
    pub session: Session,
    table: Arc<Mutex<Table>>,
}

impl Api {
    /// An API with two rows a page.
    pub fn start(manner: Manner) -> Self {
        let table = Arc::new(Mutex::new(Table {
            rows: BTreeMap::new(),
            clock: second(0),
            busy: None,
        }));
        let shared = Arc::clone(&table);
        let stub = Stub::start(move |asked| {
            let mut table = shared.lock().unwrap();
            if let Some(mut rng) = table.busy.take() {
                if rng.bool() {
                    table.change(&mut rng);
                }
                table.busy = Some(rng);
            }
            answer(&table, asked, manner)
        });
        let session = session(&stub);
        Self {
            stub,
            session,
            table,
        }
    }

    pub fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap()
    }

    /// The values of a parameter that were asked for in first pages.
    pub fn asked(&self, name: &str) -> Vec<Option<String>> {
        let asked = self.stub.asked().into_iter();
        let first = asked.filter(|asked| asked.param("after").is_none());
        first
            .map(|asked| asked.param(name).map(str::to_owned))
            .collect()
    }
}

/// A page of two rows, found again by what the last row of the page before was.
fn answer(table: &Table, asked: &Asked, manner: Manner) -> Reply {
    let bound = |name| {
        asked
            .param(name)
            .and_then(|text| text.parse::<Timestamp>().ok())
    };
    let (since, until) = (bound("since"), bound("until"));
    let is_asked = |item: &&Item| {
        let Some(at) = item.updated_at.filter(|_| manner.filters) else {
            return true;
        };
        let started = since.is_none_or(|since| at > since || manner.includes_start && at == since);
        started && until.is_none_or(|until| at < until || manner.includes_end && at == until)
    };
    let place = |item: &Item| {
        let at = item.updated_at.map_or(0, Timestamp::as_second);
        match manner.order {
            CursorOrder::Ascending => (at, item.id),
            CursorOrder::Descending => (-at, item.id),
            CursorOrder::None => (0, item.id),
        }
    };
    let mut rows: Vec<&Item> = table.rows.values().filter(is_asked).collect();
    rows.sort_by_key(|item| place(item));
    let after: Option<(i64, i64)> = asked
        .param("after")
        .map(|after| serde_json::from_str(after).unwrap());
    rows.retain(|item| after.is_none_or(|after| place(item) > after));
    let more = rows.len() > 2;
    rows.truncate(2);
    let next = rows.last().filter(|_| more);
    let next = next.map(|last| serde_json::to_string(&place(last)).unwrap());
    Reply::json(serde_json::json!({ "data": rows, "next": next }))
}

/// What a test varies at compile time.
pub trait Way: Clone + Send + Sync + 'static {
    const ORDER: CursorOrder = CursorOrder::None;
    const FILTERS: bool = false;
    /// Whether the API heeds the end that is sent.
    const SENDS_END: bool = true;
    const UNTIL_NOW: bool = false;
    const KEEPS_MISSING: bool = true;
    const PAGE_LIMIT: Option<u64> = None;
    /// Seconds.
    const STEP: Option<i64> = None;
    const GRANULARITY: Option<i64> = None;
    const LOOKBACK: Option<i64> = None;
    /// Seconds of the day.
    const LIMITS: (Option<i64>, Option<i64>) = (None, None);
}

#[derive(Clone)]
pub struct Items<W: Way> {
    session: Session,
    window: Window<Timestamp>,
    way: std::marker::PhantomData<W>,
}

#[derive(Deserialize)]
pub struct Page<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
    next: Token,
}

impl<W: Way> Endpoint for Items<W> {
    type Wire = Item;
    type Position = Option<String>;
    type Page<'a> = Page<'a>;

    const GUARD: Guard = Guard::Marks;
    const PAGE_LIMIT: Option<u64> = W::PAGE_LIMIT;

    fn session(&self) -> &Session {
        &self.session
    }

    fn request(&self, position: &Option<String>) -> Result<Request, Error> {
        let mut request = Request::get("/items");
        request.query("since", self.window.start);
        request.query("until", self.window.end);
        request.query("after", position);
        Ok(request)
    }

    fn records<'a>(page: &Self::Page<'a>) -> Vec<&'a RawValue> {
        vec![page.data]
    }

    fn next(&self, turn: &Turn<'_, '_, Self>) -> Result<Option<Option<String>>, Error> {
        Ok(turn.page.next.0.clone().map(Some))
    }

    fn mark(position: &Option<String>) -> Option<&str> {
        position.as_deref()
    }
}

pub const STATE: StateKey = StateKey {
    connector: "tests",
    resource: "items",
    cursor: "updated_at",
};

impl<W: Way> Incremental for Items<W> {
    type Cursor = Timestamp;
    type Source = Pages<Self>;

    const STATE: StateKey = STATE;
    const ORDER: CursorOrder = W::ORDER;
    const FILTERS: bool = W::FILTERS;
    const SENDS_END: bool = W::SENDS_END;
    const UNTIL_NOW: bool = W::UNTIL_NOW;
    const KEEPS_MISSING: bool = W::KEEPS_MISSING;

    fn within(&self, window: Window<Timestamp>) -> Pages<Self> {
        Pages::new(Self {
            window,
            ..self.clone()
        })
    }

    fn cursor(record: &Item) -> Option<&Timestamp> {
        record.updated_at.as_ref()
    }

    fn limits(&self) -> Result<Window<Timestamp>, Error> {
        let (start, end) = W::LIMITS;
        Ok(Window {
            start: start.map(second),
            end: end.map(second),
        })
    }

    fn step() -> Option<Span> {
        W::STEP.map(|seconds| Span::new().seconds(seconds))
    }

    fn granularity() -> Option<Span> {
        W::GRANULARITY.map(|seconds| Span::new().seconds(seconds))
    }

    fn lookback() -> Option<Span> {
        W::LOOKBACK.map(|seconds| Span::new().seconds(seconds))
    }
}

/// What was read and how far.
pub struct Reader {
    pub state: CursorState,
    /// Number of checkpoints.
    pub checkpoints: usize,
    pub read: Vec<Item>,
}

impl Reader {
    pub fn new() -> Self {
        Self {
            state: CursorState::new(STATE),
            checkpoints: 0,
            read: Vec::new(),
        }
    }

    /// Reads from the last checkpoint on, and stops after `limit` records and checkpoints. What was read counts as
    /// safe at once; the state goes through its JSON, as between two processes.
    pub async fn run<W: Way>(
        &mut self,
        api: &Api,
        limit: usize,
        change: impl FnOnce(&mut Extent<Timestamp>),
    ) -> Result<(), Error> {
        let mut extent = Extent::new();
        self.state = CursorState::from_json(STATE, &self.state.to_json())?;
        extent.state = Some(Arc::new(self.state.clone()));
        extent.now = Some(api.table().clock);
        change(&mut extent);
        let items = Items::<W> {
            session: api.session.clone(),
            window: Window::default(),
            way: std::marker::PhantomData,
        };
        self.read.clear();
        let mut steps = Checkpointed::with_checkpoints(Windows::new(items, None, &extent));
        for _ in 0..limit {
            match steps.try_next().await? {
                Some(Step::Record(item)) => self.read.push(item),
                Some(Step::Checkpoint(checkpoint)) => {
                    self.checkpoints += 1;
                    self.state.advance(checkpoint);
                }
                None => break,
            }
        }
        Ok(())
    }

    /// Reads all that is new, and gives the numbers of the rows.
    pub async fn ids<W: Way>(&mut self, api: &Api) -> Vec<i64> {
        self.run::<W>(api, usize::MAX, |_| {}).await.unwrap();
        self.read.iter().map(|item| item.id).collect()
    }

    /// The value of the cursor in the state.
    pub fn value(&self) -> Option<String> {
        let state: serde_json::Value = serde_json::from_str(&self.state.to_json()).unwrap();
        state["value"].as_str().map(str::to_owned)
    }
}
