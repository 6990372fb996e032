//! Tables in files, read by DuckDB through the view that lies beside them, and by pyarrow.

use super::place::Place;
use crate::harness;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};

pub struct Lake {
    folder: PathBuf,
    format: &'static str,
}

impl Lake {
    pub fn jsonl(folder: &Path) -> Self {
        let folder = folder.join("lake");
        let format = "jsonl";
        Self { folder, format }
    }

    pub fn parquet(folder: &Path) -> Self {
        let folder = folder.join("lake");
        let format = "parquet";
        Self { folder, format }
    }

    /// What `lake.py` says: by the `view`, by `arrow`, or the `lines` themselves.
    pub fn ask(&self, by: &str, table: &str, query: &str) -> Value {
        ask(json!({ "by": by, "folder": self.folder, "table": table, "query": query }))
    }
}

/// What `lake.py` says.
pub fn ask(question: Value) -> Value {
    static READER: LazyLock<Mutex<Child>> = LazyLock::new(|| Mutex::new(reader()));
    // A test that failed meanwhile has had its answer.
    let mut reader = READER.lock().unwrap_or_else(PoisonError::into_inner);
    writeln!(reader.stdin.as_mut().expect("it is open"), "{question}").expect("python listens");
    let mut answer = String::new();
    let out = reader.stdout.as_mut().expect("it is open");
    // Byte by byte: what is read is one answer, and no more comes unasked.
    BufReader::with_capacity(1, out)
        .read_line(&mut answer)
        .expect("python answers");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    assert!(answer.get("error").is_none(), "{question}: {answer}");
    answer
}

/// Python with packages, in an environment that is made the first time.
pub fn python(packages: &[&str]) -> PathBuf {
    let name = packages.join("-").replace(['=', '['], "-").replace(']', "");
    let environment = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("python-{name}"));
    let python = environment.join("bin/python");
    if !environment.join("ready").exists() {
        let made = Command::new("python3")
            .args(["-m", "venv"])
            .arg(&environment)
            .output();
        harness::succeed("python3 -m venv", &made.expect("python3 runs"));
        let install = ["-m", "pip", "install", "-q"];
        let installed = Command::new(&python).args(install).args(packages).output();
        harness::succeed("pip install", &installed.expect("pip runs"));
        std::fs::write(environment.join("ready"), "").expect("the environment can be written");
    }
    python
}

/// Python with DuckDB and pyarrow, through which DuckDB also reads from object stores.
fn reader() -> Child {
    let packages = [
        "duckdb==1.5.6",
        "pyarrow==25.0.0",
        "fsspec==2026.9.0",
        "pytz",
    ];
    Command::new(python(&packages))
        .arg(harness::root().join("tests/sync/lake.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python runs")
}

impl Place for Lake {
    fn to(&self) -> String {
        format!("{}:{}", self.format, self.folder.display())
    }

    fn rows(&self, table: &str) -> Vec<Value> {
        let order = if table.starts_with("versions") {
            " ORDER BY valid_from"
        } else {
            ""
        };
        let rows = self.ask("view", table, &format!("SELECT * FROM \"{table}\"{order}"));
        rows.as_array().expect("rows").clone()
    }
}
