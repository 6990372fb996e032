//! Files of DuckDB, read by DuckDB as it is packaged for Python.

use super::lake;
use super::place::Place;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

pub struct Duck {
    file: PathBuf,
    arguments: &'static [&'static str],
}

impl Duck {
    pub fn new(folder: &Path) -> Self {
        Self {
            file: folder.join("tables.duckdb"),
            arguments: &[],
        }
    }

    /// The same where several tables are loaded at once.
    pub fn together(folder: &Path) -> Self {
        let arguments = &["--concurrency", "3"];
        Self {
            arguments,
            ..Self::new(folder)
        }
    }

    pub fn file(&self) -> &str {
        self.file.to_str().expect("text")
    }

    fn ask(&self, by: &str, sql: &str) -> Vec<Value> {
        let question = json!({ "by": by, "folder": self.file, "query": sql });
        lake::ask(question).as_array().expect("rows").clone()
    }

    /// Reads, and leaves the file as it is.
    pub fn query(&self, sql: &str) -> Vec<Value> {
        self.ask("database", sql)
    }

    /// Lets another program have the file, or have it no longer.
    pub fn hold(&self, held: bool) {
        let by = if held { "hold" } else { "release" };
        lake::ask(json!({ "by": by, "folder": self.file }));
    }

    /// Runs statements.
    pub fn change(&self, sql: &str) {
        self.ask("change", sql);
    }
}

impl Place for Duck {
    fn to(&self) -> String {
        format!("duckdb:{}", self.file.display())
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
