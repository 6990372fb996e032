//! The API of the program `news`, whose tables change between runs, and which holds a request while a run is killed.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::stub::{Asked, Reply, Stub};

type Tables = BTreeMap<String, Vec<Value>>;

/// A server of tables that may change, with two rows a page, and a folder for files.
pub struct Api {
    pub stub: Stub,
    pub tables: Arc<Mutex<Tables>>,
    /// A request that is not answered until nobody waits for it any more.
    pub held: Arc<Mutex<Option<String>>>,
    pub folder: PathBuf,
}

impl Drop for Api {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

pub fn news(id: i64, minute: i64) -> Value {
    json!({ "id": id, "at": format!("2026-03-01T00:{minute:02}:00Z"), "n": id })
}

pub fn reading(id: i64, n: i64) -> Value {
    json!({ "id": id, "at": null, "n": n })
}

impl Api {
    pub fn start(name: &str) -> Self {
        let tables = Tables::from([
            ("/news".to_owned(), (1..=6).map(|id| news(id, id)).collect()),
            (
                "/readings/a".to_owned(),
                vec![reading(1, 30), reading(2, 10), reading(3, 20)],
            ),
            (
                "/readings/b".to_owned(),
                (0..5).map(|n| reading(10 + n, n - 3)).collect(),
            ),
            ("/all".to_owned(), vec![news(1, 1)]),
            ("/news/1/notes".to_owned(), vec![news(100, 1)]),
            ("/news/1/marks".to_owned(), vec![reading(101, 5)]),
            ("/news/6/marks".to_owned(), vec![reading(106, 7)]),
        ]);
        let (tables, held) = (Arc::new(Mutex::new(tables)), Arc::default());
        let (shared, unanswered): (_, Arc<Mutex<Option<String>>>) =
            (Arc::clone(&tables), Arc::clone(&held));
        let stub = Stub::start(move |asked| {
            while unanswered.lock().unwrap().as_ref() == Some(&asked.target) {
                std::thread::sleep(Duration::from_millis(1));
            }
            answer(&shared.lock().unwrap(), asked)
        });
        let folder =
            std::env::temp_dir().join(format!("runtime-resume-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self {
            stub,
            tables,
            held,
            folder,
        }
    }

    pub fn add(&self, table: &str, row: Value) {
        let mut tables = self.tables.lock().unwrap();
        tables.entry(table.to_owned()).or_default().push(row);
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_news"));
        command
            .args(["-q", "--base-url", &self.stub.url, "read"])
            .args(arguments)
            .current_dir(&self.folder);
        command
    }

    /// Exit code, ids of the records on standard output, standard error.
    pub fn run(&self, arguments: &[&str]) -> (i32, Vec<i64>, String) {
        parts(&self.command(arguments).output().unwrap())
    }

    /// Reads with a state into a folder; all must go well.
    pub fn keep(&self, resources: &[&str]) {
        let arguments = [resources, &["--state", "s.json", "--output", "out"]].concat();
        assert_eq!(self.run(&arguments), (0, vec![], String::new()));
    }

    /// The ids in a file, line by line.
    pub fn ids(&self, file: &str) -> Vec<i64> {
        ids(&fs::read_to_string(self.folder.join(file)).unwrap())
    }

    pub fn state(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.folder.join("s.json")).unwrap()).unwrap()
    }

    /// Requests so far, as `/news?since=…`; the page counts only where it is the first.
    pub fn windows(&self) -> Vec<String> {
        let first = |asked: &Asked| asked.param("page") == Some("0");
        let asked = self.stub.asked().into_iter().filter(first);
        asked
            .map(|asked| asked.target.replace("page=0", "").replace("%3A", ":"))
            .collect()
    }

    /// Starts a run and breaks it off when it asks for something that is not answered.
    pub fn kill(&self, at: &str) {
        *self.held.lock().unwrap() = Some(at.to_owned());
        let arguments = ["news", "readings", "--state", "s.json", "--output", "out"];
        let mut child = self.command(&arguments).spawn().unwrap();
        let before = self.count(at);
        while self.count(at) == before {
            assert!(
                child.try_wait().unwrap().is_none(),
                "{at} is never asked for"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        end(&mut child);
        *self.held.lock().unwrap() = None;
    }

    pub fn count(&self, target: &str) -> usize {
        let asked = self.stub.asked();
        asked.iter().filter(|asked| asked.target == target).count()
    }
}

pub fn end(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

fn answer(tables: &Tables, asked: &Asked) -> Reply {
    if tables.contains_key(&format!("{} fails", asked.path)) {
        return Reply::status(403);
    }
    let rows = tables.get(&asked.path).cloned().unwrap_or_default();
    let cursor = |row: &Value| match (asked.path.as_str(), &row["at"]) {
        ("/news", Value::String(at)) => at.clone(),
        // Numbers as texts that are ordered as they are.
        (_, _) => format!("{:05}", row["n"].as_i64().unwrap() + 1000),
    };
    let bound = |name| {
        let value = asked.param(name)?;
        Some(match value.parse::<i64>() {
            Ok(number) => format!("{:05}", number + 1000),
            Err(_) => value.to_owned(),
        })
    };
    let (since, until) = (bound("since"), bound("until"));
    let page: usize = asked.param("page").unwrap().parse().unwrap();
    let rows = rows.into_iter().filter(|row| {
        let cursor = cursor(row);
        since.as_ref().is_none_or(|since| cursor >= *since)
            && until.as_ref().is_none_or(|until| cursor <= *until)
    });
    let rows: Vec<_> = rows.skip(page * 2).take(2).collect();
    Reply::json(Value::from(rows))
}

fn parts(output: &Output) -> (i32, Vec<i64>, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code().unwrap(),
        ids(&text(&output.stdout)),
        text(&output.stderr),
    )
}

fn ids(lines: &str) -> Vec<i64> {
    assert!(lines.is_empty() || lines.ends_with('\n'), "{lines:?}");
    let rows = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    rows.map(|row: Value| row["id"].as_i64().unwrap()).collect()
}
