//! An API whose content changes from run to run, the connectors of `specs/obstacle_tables.yaml` and
//! `specs/obstacle_normalized.yaml` that load from it, and the model of all their tables.

use super::model::{self, Read, Row, Version};
use super::normalized;
use super::place::{self, Place, plain, sorted};
use crate::harness::api::{Api, Received};
use crate::harness::{self, libduckdb};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::{Command, Output};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// Records of a page.
const PAGE: usize = 3;

/// What changes in one step: records that are added or changed, and how many of the earlier ones are left out from then
/// on where all there is is listed.
#[derive(Debug, Clone)]
pub struct Step {
    pub records: Vec<(i64, u8, Option<String>, i64, bool)>,
    pub leaves: usize,
}

/// Steps of any content.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let name = prop_oneof![Just(None), "[a-c\"' ü]{0,3}".prop_map(Some)];
    let record = (1..6_i64, 0..3_u8, name, 0..300_i64, any::<bool>());
    let step = (prop::collection::vec(record, 0..9), 0..4_usize);
    let step = step.prop_map(|(records, leaves)| Step { records, leaves });
    prop::collection::vec(step, 1..4)
}

/// All that the API has.
#[derive(Default)]
struct Content {
    /// What is listed where all there is is read.
    listed: Vec<Row>,
    /// Each version ever, by its number.
    log: Vec<Row>,
    /// Kinds of values.
    kinds: Vec<Value>,
    /// Requests for pages that are still answered well.
    patience: Option<usize>,
    /// How long each answer takes.
    delay: Duration,
}

/// Where a request can be held up.
#[derive(Default)]
struct Gate {
    state: Mutex<Held>,
    changed: Condvar,
}

#[derive(Default, PartialEq, Eq)]
enum Held {
    #[default]
    Nothing,
    /// The next request will be.
    Next,
    Waits,
}

impl Gate {
    fn pass(&self) {
        let mut state = self.state.lock().expect("no panic");
        if *state == Held::Next {
            *state = Held::Waits;
            self.changed.notify_all();
            drop(self.wait_while(state, &Held::Waits));
        }
    }

    fn set(&self, held: Held) {
        *self.state.lock().expect("no panic") = held;
        self.changed.notify_all();
    }

    fn wait_while<'s>(&self, state: MutexGuard<'s, Held>, held: &Held) -> MutexGuard<'s, Held> {
        let state = self.changed.wait_while(state, |state| state == held);
        state.expect("no panic")
    }
}

pub struct World {
    api: Api,
    /// Whether its records have lists, which are tables of their own.
    normalized: bool,
    gate: Arc<Gate>,
    content: Arc<Mutex<Content>>,
    /// Rows of each table as they have to be.
    tables: BTreeMap<&'static str, Vec<Row>>,
    versions: BTreeMap<&'static str, Vec<Version>>,
    /// The number up to which versions were read.
    read: i64,
}

/// Resources that are read incrementally.
const NEW: [&str; 5] = [
    "appended",
    "upserted_new",
    "living",
    "teams_living",
    "versions_new",
];

/// All resources with the common record.
pub const ALL: [&str; 13] = [
    "appended",
    "logged",
    "replaced",
    "replaced_bare",
    "upserted",
    "upserted_new",
    "living",
    "inserted",
    "teams",
    "teams_living",
    "versions",
    "versions_new",
    "versions_bare",
];

impl World {
    /// One of records with single values.
    pub fn new() -> Self {
        Self::of(false)
    }

    /// One of records with lists.
    pub fn normalized() -> Self {
        Self::of(true)
    }

    /// The resources with the common record.
    pub fn all(&self) -> &'static [&'static str] {
        if self.normalized {
            &normalized::ALL
        } else {
            &ALL
        }
    }

    fn of(normalized: bool) -> Self {
        let content = Arc::new(Mutex::new(Content::default()));
        let served = Arc::clone(&content);
        let gate = Arc::<Gate>::default();
        let theirs = Arc::clone(&gate);
        let api = Api::start(move |request, _| {
            theirs.pass();
            let delay = served.lock().expect("no panic").delay;
            std::thread::sleep(delay);
            answer(request, &mut served.lock().expect("no panic"))
        });
        Self {
            api,
            normalized,
            gate,
            content,
            tables: ALL.map(|name| (name, Vec::new())).into(),
            versions: ["versions", "versions_new", "versions_bare"]
                .map(|name| (name, Vec::new()))
                .into(),
            read: 0,
        }
    }

    /// Changes what the API has.
    pub fn advance(&self, step: &Step) {
        let mut content = self.content.lock().expect("no panic");
        let leaves = step.leaves.min(content.listed.len());
        content.listed.drain(..leaves);
        for (id, team, name, cents, gone) in &step.records {
            let changed = content.log.len() as i64 + 1;
            let row = json!({
                "id": id, "team": format!("t{team}"), "name": name, "gone": gone, "changed": changed,
                "price": format!("{}.{:02}", cents / 100, cents % 100),
            });
            let mut row = row.as_object().expect("an object").clone();
            let number = changed * 7 + cents;
            row.extend(if self.normalized {
                normalized::nested(number)
            } else {
                model::nested(number)
            });
            content.listed.push(row.clone());
            content.log.push(row);
        }
    }

    /// Gives values of every kind.
    pub fn set_kinds(&self, kinds: Vec<Value>) {
        self.content.lock().expect("no panic").kinds = kinds;
    }

    /// Fails every request after so many good answers, or none.
    pub fn fail_after(&self, answers: Option<usize>) {
        self.content.lock().expect("no panic").patience = answers;
    }

    /// Begins a run, and comes back when it has asked for its first page, which it does not get before `go_on`.
    pub fn hold<R>(&self, begin: impl FnOnce() -> R) -> R {
        self.gate.set(Held::Next);
        let begun = begin();
        let state = self.gate.state.lock().expect("no panic");
        drop(self.gate.wait_while(state, &Held::Next));
        begun
    }

    /// Answers the request that is held up.
    pub fn go_on(&self) {
        self.gate.set(Held::Nothing);
    }

    /// Lets every answer take so long.
    pub fn delay(&self, delay: Duration) {
        self.content.lock().expect("no panic").delay = delay;
    }

    /// What the tables have to be after a whole run.
    pub fn model_run(&mut self) {
        let content = self.content.lock().expect("no panic");
        let whole = Read {
            records: &content.listed,
            whole: true,
        };
        // The last version that was read is asked for again, and left out where nothing has changed.
        let new: Vec<Row> = content
            .log
            .iter()
            .filter(|row| row["changed"].as_i64() > Some(self.read))
            .cloned()
            .collect();
        let new = Read {
            records: &new,
            whole: false,
        };
        self.read = content.log.len() as i64;
        let mut change =
            |name, change: &dyn Fn(&mut Vec<Row>)| change(self.tables.entry(name).or_default());
        change("appended", &|table| model::append(table, &new));
        change("logged", &|table| model::append(table, &whole));
        change("replaced", &|table| model::replace(table, &whole, &["id"]));
        change("replaced_bare", &|table| model::replace(table, &whole, &[]));
        change("upserted", &|table| {
            model::upsert(table, &whole, &["team", "id"], false)
        });
        change("upserted_new", &|table| {
            model::upsert(table, &new, &["id"], false)
        });
        change("living", &|table| model::upsert(table, &new, &["id"], true));
        change("inserted", &|table| {
            model::insert_only(table, &whole, &["id"])
        });
        change("teams", &|table| {
            model::delete_insert(table, &whole, (&["id"], &["team"]), false)
        });
        let key: &[&str] = if self.normalized { &["id"] } else { &[] };
        change("teams_living", &|table| {
            model::delete_insert(table, &new, (key, &["team"]), true)
        });
        let mut change = |name, read, key: &[&str]| {
            model::versions(self.versions.entry(name).or_default(), read, key)
        };
        change("versions", &whole, &["id"]);
        change("versions_new", &new, &["id"]);
        change("versions_bare", &whole, &[]);
    }

    /// The command that loads resources; all if none is named.
    pub fn command(&self, place: &dyn Place, resources: &[&str]) -> Command {
        let program = if self.normalized {
            "debug/obstacle-normalized"
        } else {
            "debug/obstacle-tables"
        };
        let mut command = Command::new(harness::target().join(program));
        command
            .args(["sync", "--base-url", &self.api.url(), "--to", &place.to()])
            .args(place.arguments())
            .args(resources.iter().flat_map(|name| ["--resource", name]))
            .env_clear()
            .envs(place.environment());
        libduckdb::find(&mut command);
        command
    }

    /// Loads resources.
    pub fn sync(&self, place: &dyn Place, resources: &[&str]) -> Output {
        self.command(place, resources)
            .output()
            .expect("the connector runs")
    }

    /// Compares the tables with the model.
    pub fn compare(&self, place: &dyn Place, resources: &[&str]) {
        for name in resources {
            if self.normalized {
                let key: &[&str] = match *name {
                    "upserted" => &["team", "id"],
                    _ => &["id"],
                };
                normalized::compare(place, name, key, &self.tables[name]);
            } else if let Some(expected) = self.versions.get(name) {
                let expected = expected.iter();
                let expected = expected.map(|(row, current)| (plain(row), *current));
                let expected = sorted(expected.collect());
                assert_eq!(place::versions(place, name), expected, "{name}");
            } else {
                let expected = sorted(self.tables[name].iter().map(plain).collect());
                assert_eq!(place::table(place, name), expected, "{name}");
            }
        }
    }
}

fn answer(request: &Received, content: &mut Content) -> (u16, String) {
    match &mut content.patience {
        Some(0) => return (418, "{\"message\":\"no more\"}".to_owned()),
        Some(answers) => *answers -= 1,
        None => {}
    }
    let name = request.path();
    let page: usize = request
        .parameter("page")
        .map_or(1, |page| page.parse().expect("a number"));
    let since: i64 = request
        .parameter("since")
        .map_or(0, |since| since.parse().expect("a number"));
    let records: Vec<Value> = if name == "kinds" {
        content.kinds.clone()
    } else if NEW.contains(&name) {
        let new = content
            .log
            .iter()
            .filter(|row| row["changed"].as_i64() >= Some(since));
        new.cloned().map(Value::from).collect()
    } else {
        content.listed.iter().cloned().map(Value::from).collect()
    };
    let page: Vec<_> = records
        .into_iter()
        .skip((page - 1) * PAGE)
        .take(PAGE)
        .collect();
    (200, json!({ "data": page }).to_string())
}
