//! Files of SQLite, read by the `sqlite3` shell.

use super::place::Place;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Sqlite {
    file: PathBuf,
    arguments: &'static [&'static str],
}

impl Sqlite {
    pub fn new(folder: &Path) -> Self {
        Self {
            file: folder.join("tables.db"),
            arguments: &[],
        }
    }

    /// The same where several tables are loaded at once, which are staged then.
    pub fn staged(folder: &Path) -> Self {
        let arguments = &["--concurrency", "3"];
        Self {
            arguments,
            ..Self::new(folder)
        }
    }

    pub fn query(&self, sql: &str) -> Vec<Value> {
        let output = Command::new("sqlite3")
            .arg("-json")
            .arg(&self.file)
            .arg(sql)
            .output();
        let output = output.expect("sqlite3 runs: apt-get install sqlite3");
        crate::harness::succeed(sql, &output);
        let text = String::from_utf8(output.stdout).expect("JSON");
        if text.is_empty() {
            return Vec::new();
        }
        serde_json::from_str(&text).expect("JSON")
    }
}

impl Place for Sqlite {
    fn to(&self) -> String {
        format!("sqlite:{}", self.file.display())
    }

    fn arguments(&self) -> &[&str] {
        self.arguments
    }

    fn rows(&self, table: &str) -> Vec<Value> {
        let order = if table.starts_with("versions") {
            " ORDER BY valid_from"
        } else {
            ""
        };
        self.query(&format!("SELECT * FROM \"{table}\"{order}"))
    }
}
