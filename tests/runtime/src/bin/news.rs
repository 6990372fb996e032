//! A connector with resources that are read incrementally, whose command line is tested.

use std::path::Path;
use std::process::ExitCode;

use jiff::Timestamp;
use runtime_tests::runtime::cli::{self, Connector, Resource};
use runtime_tests::runtime::endpoint::{Endpoint, Turn};
use runtime_tests::runtime::error::Error;
use runtime_tests::runtime::incremental::{CursorOrder, Extent, Incremental, Resumable, Window};
use runtime_tests::runtime::pages::Pages;
use runtime_tests::runtime::parents::{Child, Parents};
use runtime_tests::runtime::partitions::{Partitioned, Partitions};
use runtime_tests::runtime::plan::Plan;
use runtime_tests::runtime::record::{Column, ColumnType, Disposition, Record};
use runtime_tests::runtime::request::Request;
use runtime_tests::runtime::resume::Resume;
use runtime_tests::runtime::row::RowWriter;
use runtime_tests::runtime::session::{Options, Session};
use runtime_tests::runtime::source::Source;
use runtime_tests::runtime::state::StateKey;
use runtime_tests::runtime::tree::Children;
use runtime_tests::runtime::windows::Windows;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

const RESOURCES: &[Resource] = &[
    Resource {
        name: "news",
        about: "By time, the oldest first.",
    },
    Resource {
        name: "notes",
        about: "Notes to news.",
    },
    Resource {
        name: "marks",
        about: "Marks of news, by number.",
    },
    Resource {
        name: "readings",
        about: "By number, in no order, of two meters.",
    },
    Resource {
        name: "all",
        about: "Without a cursor.",
    },
];

fn main() -> ExitCode {
    cli::main(&Connector {
        name: "news",
        version: "1.2.3",
        about: "News of a test.",
        variables: &[],
        connect,
        session: |session| session,
        resources: RESOURCES,
        tables: &[],
        for_others: &[],
        open,
    })
}

fn connect(_config: Option<&Path>, base_url: Option<String>) -> Result<Session, Error> {
    Session::new(Options::new(base_url.unwrap_or_default()))
}

fn open(session: &Session, plan: &mut Plan<Resume>) {
    let mut of_news = Children::default();
    of_news.add(plan, "notes", Notes(session.clone()), Children::default());
    let marks = plan.resume("marks", Marks::new(session));
    of_news.add(plan, "marks", marks, Children::default());
    plan.read_apart("news", News::new(session));
    of_news.read(plan, "news", News::new(session).into_source());
    plan.read_new("readings", Readings::new(session));
    plan.read("all", Pages::new(Rows::<Timestamp>::new(session, "/all")));
}

#[derive(Serialize, Deserialize)]
struct Row {
    id: i64,
    at: Option<Timestamp>,
    n: i64,
}

impl Record for Row {
    const RESOURCE: &'static str = "rows";
    const COLUMNS: &'static [Column] = &[
        Column::required("id", ColumnType::Integer),
        Column::nullable("at", ColumnType::Timestamp),
        Column::required("n", ColumnType::Integer),
    ];
    const DISPOSITION: Disposition = Disposition::Append;

    fn write<W: RowWriter>(&self, row: &mut W) -> Result<(), W::Error> {
        row.integer(Some(self.id))?;
        row.timestamp(self.at)?;
        row.integer(Some(self.n))
    }
}

/// Pages of a path, within a window.
#[derive(Clone)]
struct Rows<T> {
    session: Session,
    path: String,
    window: Window<T>,
}

impl<T> Rows<T> {
    fn new(session: &Session, path: impl Into<String>) -> Self {
        Self {
            session: session.clone(),
            path: path.into(),
            window: Window::default(),
        }
    }
}

impl<T: serde::Serialize + Send + Sync + 'static> Endpoint for Rows<T> {
    type Wire = Row;
    type Position = u64;
    type Page<'a> = &'a RawValue;

    const OBJECT: bool = false;

    fn session(&self) -> &Session {
        &self.session
    }

    fn request(&self, position: &u64) -> Result<Request, Error> {
        let text = |value: &Option<T>| {
            let json = serde_json::to_string(value.as_ref()?).ok()?;
            Some(json.trim_matches('"').to_owned())
        };
        let mut request = Request::get(self.path.clone());
        request.query("since", text(&self.window.start));
        request.query("until", text(&self.window.end));
        request.query("page", position);
        Ok(request)
    }

    fn records<'a>(page: &Self::Page<'a>) -> Vec<&'a RawValue> {
        vec![page]
    }

    fn next(&self, turn: &Turn<'_, '_, Self>) -> Result<Option<u64>, Error> {
        Ok((turn.size > 0).then_some(turn.position + 1))
    }
}

impl Incremental for Rows<Timestamp> {
    type Cursor = Timestamp;
    type Source = Pages<Self>;

    const STATE: StateKey = StateKey {
        connector: "news",
        resource: "news",
        cursor: "at",
    };
    const ORDER: CursorOrder = CursorOrder::Ascending;

    fn within(&self, window: Window<Timestamp>) -> Pages<Self> {
        Pages::new(Self {
            window,
            ..self.clone()
        })
    }

    fn cursor(record: &Row) -> Option<&Timestamp> {
        record.at.as_ref()
    }
}

/// The rows of one of the news.
#[derive(Clone)]
struct RowsOf(Rows<i64>);

impl Endpoint for RowsOf {
    type Wire = Row;
    type Position = u64;
    type Page<'a> = &'a RawValue;

    const OBJECT: bool = false;

    fn session(&self) -> &Session {
        &self.0.session
    }

    fn request(&self, position: &u64) -> Result<Request, Error> {
        self.0.request(position)
    }

    fn records<'a>(page: &Self::Page<'a>) -> Vec<&'a RawValue> {
        vec![page]
    }

    fn next(&self, turn: &Turn<'_, '_, Self>) -> Result<Option<u64>, Error> {
        Ok((turn.size > 0).then_some(turn.position + 1))
    }
}

impl Incremental for RowsOf {
    type Cursor = i64;
    type Source = Pages<Self>;

    const STATE: StateKey = StateKey {
        connector: "news",
        resource: "marks",
        cursor: "n",
    };

    fn within(&self, window: Window<i64>) -> Pages<Self> {
        Pages::new(Self(Rows {
            window,
            ..self.0.clone()
        }))
    }

    fn cursor(record: &Row) -> Option<&i64> {
        Some(&record.n)
    }
}

impl Incremental for Rows<i64> {
    type Cursor = i64;
    type Source = Pages<Self>;

    const STATE: StateKey = StateKey {
        connector: "news",
        resource: "readings",
        cursor: "n",
    };

    fn within(&self, window: Window<i64>) -> Pages<Self> {
        Pages::new(Self {
            window,
            ..self.clone()
        })
    }

    fn cursor(record: &Row) -> Option<&i64> {
        Some(&record.n)
    }
}

struct News {
    session: Session,
    extent: Extent<Timestamp>,
}

impl News {
    fn new(session: &Session) -> Self {
        Self {
            session: session.clone(),
            extent: Extent::new(),
        }
    }
}

impl Resumable for News {
    type Record = Row;
    type Cursor = Timestamp;
    const STATE: StateKey = <Rows<Timestamp> as Incremental>::STATE;

    fn extent(&mut self) -> &mut Extent<Timestamp> {
        &mut self.extent
    }

    fn into_source(self) -> impl Source<Record = Row> {
        let rows = Rows::<Timestamp>::new(&self.session, "/news");
        Windows::new(rows, None, &self.extent)
    }
}

#[derive(Clone)]
struct Readings {
    session: Session,
    extent: Extent<i64>,
}

impl Readings {
    fn new(session: &Session) -> Self {
        Self {
            session: session.clone(),
            extent: Extent::new(),
        }
    }
}

impl Partitioned for Readings {
    type Partition = &'static str;
    type Source = Windows<Rows<i64>>;

    fn session(&self) -> &Session {
        &self.session
    }

    fn open(&self, meter: &'static str) -> Self::Source {
        let name = serde_json::to_string(meter).ok();
        let path = format!("/readings/{meter}");
        Windows::new(Rows::new(&self.session, path), name, &self.extent)
    }
}

impl Resumable for Readings {
    type Record = Row;
    type Cursor = i64;
    const STATE: StateKey = <Rows<i64> as Incremental>::STATE;

    fn extent(&mut self) -> &mut Extent<i64> {
        &mut self.extent
    }

    fn into_source(self) -> impl Source<Record = Row> {
        Partitions::new(self, vec!["a", "b"].into_iter())
    }
}

#[derive(Clone)]
struct Notes(Session);

impl Partitioned for Notes {
    type Partition = i64;
    type Source = Pages<Rows<Timestamp>>;

    fn session(&self) -> &Session {
        &self.0
    }

    fn open(&self, id: i64) -> Self::Source {
        Pages::new(Rows::new(&self.0, format!("/news/{id}/notes")))
    }
}

impl Child for Notes {
    type Parent = Row;

    fn partitions(&self, parent: &Row) -> Result<Vec<i64>, &'static str> {
        Ok(vec![parent.id])
    }
}

#[derive(Clone)]
struct Marks {
    session: Session,
    extent: Extent<i64>,
}

impl Marks {
    fn new(session: &Session) -> Self {
        Self {
            session: session.clone(),
            extent: Extent::new(),
        }
    }
}

impl Partitioned for Marks {
    type Partition = i64;
    type Source = Windows<RowsOf>;

    fn session(&self) -> &Session {
        &self.session
    }

    fn open(&self, id: i64) -> Self::Source {
        let rows = RowsOf(Rows::new(&self.session, format!("/news/{id}/marks")));
        Windows::new(rows, Some(id.to_string()), &self.extent)
    }
}

impl Child for Marks {
    type Parent = Row;

    fn partitions(&self, parent: &Row) -> Result<Vec<i64>, &'static str> {
        Ok(vec![parent.id])
    }
}

impl Resumable for Marks {
    type Record = Row;
    type Cursor = i64;
    const STATE: StateKey = <RowsOf as Incremental>::STATE;

    fn extent(&mut self) -> &mut Extent<i64> {
        &mut self.extent
    }

    fn into_source(self) -> impl Source<Record = Row> {
        let parents = News::new(&self.session).into_source();
        Partitions::new(self.clone(), Parents::new(parents, self))
    }
}
