//! A connector whose command line is tested.

use std::path::Path;
use std::process::ExitCode;

use runtime_tests::runtime::cli::{self, Connector, Resource};
use runtime_tests::runtime::endpoint::{Endpoint, OnInvalid, Turn};
use runtime_tests::runtime::error::Error;
use runtime_tests::runtime::once::Once;
use runtime_tests::runtime::pages::Pages;
use runtime_tests::runtime::plan::Plan;
use runtime_tests::runtime::record::{Column, ColumnType, Disposition, Record};
use runtime_tests::runtime::request::Request;
use runtime_tests::runtime::row::RowWriter;
use runtime_tests::runtime::session::{Options, Session};
use runtime_tests::runtime::settings::Settings;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

const VARIABLES: &[(&str, &str)] = &[("key", "ROWS_KEY")];

const RESOURCES: &[Resource] = &[
    Resource {
        name: "rows",
        about: "All rows.",
    },
    Resource {
        name: "broken",
        about: "Fails.",
    },
];

fn main() -> ExitCode {
    cli::main(&Connector {
        name: "rows",
        version: "1.2.3",
        about: "Rows of a test.",
        variables: VARIABLES,
        connect,
        session: |session| session,
        resources: RESOURCES,
        tables: &[],
        for_others: &[],
        open: |session, plan: &mut Plan<Once>| {
            plan.read("rows", Pages::new(Rows::new(session, "/rows")));
            plan.read("broken", Pages::new(Rows::new(session, "/broken")));
        },
    })
}

fn connect(config: Option<&Path>, base_url: Option<String>) -> Result<Session, Error> {
    let mut settings = match config {
        Some(path) => Settings::from_file(path)?,
        None => Settings::from_env(VARIABLES),
    };
    let key: Option<String> = settings.required("key");
    let key = settings.finish(|| key)?;
    let mut options = Options::new(base_url.unwrap_or_default());
    options.common.header("X-Key", key);
    Session::new(options)
}

#[derive(Serialize, Deserialize)]
struct Row {
    id: i64,
    name: Option<String>,
}

impl Record for Row {
    const RESOURCE: &'static str = "rows";
    const COLUMNS: &'static [Column] = &[
        Column::required("id", ColumnType::Integer),
        Column::nullable("name", ColumnType::Text),
    ];
    const DISPOSITION: Disposition = Disposition::Append;

    fn write<W: RowWriter>(&self, row: &mut W) -> Result<(), W::Error> {
        row.integer(Some(self.id))?;
        row.text(self.name.as_deref())
    }
}

struct Rows {
    session: Session,
    path: &'static str,
}

impl Rows {
    fn new(session: &Session, path: &'static str) -> Self {
        Self {
            session: session.clone(),
            path,
        }
    }
}

impl Endpoint for Rows {
    type Wire = Row;
    type Position = u64;
    type Page<'a> = &'a RawValue;

    const OBJECT: bool = false;
    const ON_INVALID: OnInvalid = OnInvalid::Quarantine;

    fn session(&self) -> &Session {
        &self.session
    }

    fn request(&self, position: &u64) -> Result<Request, Error> {
        let mut request = Request::get(self.path);
        request.query("offset", position);
        Ok(request)
    }

    fn records<'a>(page: &Self::Page<'a>) -> Vec<&'a RawValue> {
        vec![page]
    }

    fn next(&self, turn: &Turn<'_, '_, Self>) -> Result<Option<u64>, Error> {
        Ok((turn.size > 0).then_some(turn.read))
    }
}
