//! Runs of a connector, one after the other, with one state and one folder of files.

use crate::harness;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A connector that reads a resource from time to time.
pub struct Runs<'a> {
    connector: &'a str,
    resource: &'a str,
    url: &'a str,
    environment: &'a [(&'a str, &'a str)],
    folder: PathBuf,
}

impl<'a> Runs<'a> {
    /// No run yet, no state, no files.
    pub fn new(
        connector: &'a str,
        resource: &'a str,
        url: &'a str,
        environment: &'a [(&'a str, &'a str)],
    ) -> Self {
        let folder = crate::harness::scratch(&format!("runs-{connector}-{resource}"));
        Self {
            connector,
            resource,
            url,
            environment,
            folder,
        }
    }

    fn command(&self) -> Command {
        harness::build();
        let mut command = Command::new(crate::harness::target().join("debug").join(self.connector));
        command
            .args([
                "read",
                self.resource,
                "--state",
                "s.json",
                "--output",
                "out",
            ])
            .args(["--base-url", self.url])
            .current_dir(&self.folder)
            .env_clear()
            .envs(self.environment.iter().copied());
        command
    }

    fn text(&self) -> String {
        let file = format!("out/{}.jsonl", self.resource);
        fs::read_to_string(self.folder.join(file)).unwrap_or_default()
    }

    /// All records of all runs.
    pub fn records(&self) -> Vec<Value> {
        super::truth::json_lines(&self.text())
    }

    /// Reads to the end; the records that were appended.
    pub fn read(&self) -> Vec<Value> {
        let before = self.text();
        let output = self.command().output().expect("the connector runs");
        crate::harness::succeed(self.resource, &output);
        let after = self.text();
        let new = after.strip_prefix(&before).expect("the file is continued");
        super::truth::json_lines(new)
    }

    /// Reads from the state on and ends the run with `kill -9` once the file has so many lines; whether it came to that.
    pub fn kill_at(&self, lines: usize) -> bool {
        let mut child = self
            .command()
            .stderr(Stdio::null())
            .spawn()
            .expect("the connector runs");
        while self.text().lines().count() < lines {
            if let Some(status) = child.try_wait().expect("a status") {
                assert!(status.success(), "{}: {status}", self.resource);
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().expect("it can be ended");
        let status = child.wait().expect("it ends");
        !status.success()
    }

    /// Reads in runs that are killed one after the other, each further than the one before, and in one that is not.
    pub fn read_in_pieces(&self, all: usize) -> Vec<Value> {
        let moments = [1, all / 10, all / 4, all / 4 + 1, all / 2, all - all / 8];
        let killed = moments.into_iter().filter(|lines| self.kill_at(*lines));
        assert!(killed.count() >= 3, "the runs are too short to be killed");
        let output = self.command().output().expect("the connector runs");
        crate::harness::succeed(self.resource, &output);
        self.records()
    }
}

/// Records by their key; the last of each counts.
pub fn merged(records: &[Value], key: &[&str]) -> Vec<Value> {
    let key = |record: &Value| -> Vec<String> {
        key.iter().map(|name| record[name].to_string()).collect()
    };
    let merged: BTreeMap<_, _> = records.iter().map(|record| (key(record), record)).collect();
    merged.into_values().cloned().collect()
}
