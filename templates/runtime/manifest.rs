//! The manifest of a table that is kept in files: what makes up the table, how far its resource was read, and who did.
//!
//! ```json
//! {
//!   "version": 1,
//!   "connector": "shop",
//!   "resource": "orders",
//!   "format": "parquet",
//!   "state": { "cursor": "updated_at", "value": "2026-01-31T08:00:00Z", "boundary": ["9f3c…"] },
//!   "loaded_at": "2026-01-31T08:00:07.250000Z",
//!   "commit": 2,
//!   "columns": [{ "name": "id", "type": "text", "nullable": false }],
//!   "commits": [
//!     { "commit": 2, "at": "2026-01-31T08:00:07.250000Z", "whole": true, "rows": 70, "file": "00000002.parquet" }
//!   ]
//! }
//! ```
//! Where records have lists with tables of their own, `lists` has their columns, and `lists` of a commit how many rows it
//! brought: they are in files of the same name, in the folders of those tables.
//!
//! It is replaced as a whole, after the files that it names are in their place: whoever reads it sees the table before a
//! commit, or after it. Where several runs can load at once it also has the `run` that wrote it, and is replaced only by a
//! run that has read it as it is.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::destination::{Commit, Table};
use super::error::{Error, Kind};
use super::files::Format;
use super::known::{Known, extend, known};
use super::store::{Store, Version};

/// Its name in the folder of a table.
pub(super) const NAME: &str = "manifest.json";

const VERSION: u64 = 1;

/// What a table consists of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Manifest {
    version: u64,
    connector: String,
    resource: String,
    format: String,
    /// How far the resource was read.
    pub state: Option<Box<RawValue>>,
    /// When the last commit was.
    loaded_at: Option<Timestamp>,
    /// Number of the last commit.
    commit: u64,
    columns: Vec<Known>,
    /// The tables of lists in its records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lists: Vec<List>,
    commits: Vec<Committed>,
    /// The run that wrote it, where several can load at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    /// What it is in the store; none where it is not there yet.
    #[serde(skip)]
    stored: Option<Version>,
}

/// The table of a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct List {
    name: String,
    columns: Vec<Known>,
}

/// A commit that counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Committed {
    commit: u64,
    at: Timestamp,
    /// Whether the resource was read as a whole.
    whole: bool,
    rows: u64,
    /// The file with its rows; none where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// The rows of lists, by their tables, whose folders have a file of the same name; none for tables without.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    lists: BTreeMap<String, u64>,
}

/// A file with rows, and what comes with it.
pub(super) struct Part {
    /// Its name.
    pub file: String,
    /// How many rows it has.
    pub rows: u64,
    /// How many the files of the same name have in the folders of lists, where there are such files.
    pub lists: BTreeMap<String, u64>,
}

/// What those of all versions have.
#[derive(Deserialize)]
struct Head {
    version: u64,
}

impl Manifest {
    /// That of a table without rows.
    pub fn new(connector: &str, table: &Table, format: &Format) -> Self {
        Self {
            version: VERSION,
            connector: connector.to_owned(),
            resource: table.name.to_owned(),
            format: format.name.to_owned(),
            state: None,
            loaded_at: None,
            commit: 0,
            columns: known(table, format),
            lists: table
                .lists
                .iter()
                .map(|list| List::new(list, format))
                .collect(),
            commits: Vec::new(),
            run: None,
            stored: None,
        }
    }

    /// Reads that of the folder of a table; none where there is no such folder, or nothing in it.
    ///
    /// # Errors
    /// It cannot be read, it is that of another connector, of another format or version, or the folder has other files.
    pub fn read(
        store: &dyn Store,
        folder: &str,
        connector: &str,
        table: &Table,
        format: &Format,
    ) -> Result<Option<Self>, Error> {
        let path = path(folder);
        let Some((text, stored)) = store.read(&path)? else {
            return none(store, folder);
        };
        let path = store.shown(&path);
        let unreadable =
            |error: serde_json::Error| refused(&path, &format!("cannot be read: {error}"));
        let Head { version } = serde_json::from_str(&text).map_err(unreadable)?;
        if version != VERSION {
            let reason =
                format!("is of version {version}, not {VERSION}: use the connector that wrote it");
            return Err(refused(&path, &reason));
        }
        let mut manifest: Self = serde_json::from_str(&text).map_err(unreadable)?;
        manifest.stored = Some(stored);
        let owner = [&*manifest.connector, &*manifest.resource, &*manifest.format];
        let [theirs, resource, kind] = owner;
        if owner != [connector, table.name, format.name] {
            let reason = format!(
                "is that of `{resource}` as {kind}, loaded by the connector `{theirs}`: load into another folder"
            );
            return Err(refused(&path, &reason));
        }
        Ok(Some(manifest))
    }

    /// What it is in the store; none where it is not there yet.
    pub fn stored(&self) -> Option<&Version> {
        self.stored.as_ref()
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// It cannot be written, or another run has written it since it was read.
    pub fn write(&mut self, store: &dyn Store, folder: &str) -> Result<(), Error> {
        let path = path(folder);
        self.run = store.run().map(str::to_owned);
        let text = serde_json::to_string_pretty(self).map_err(|error| {
            refused(&store.shown(&path), &format!("cannot be written: {error}"))
        })?;
        match store.swap(&path, self.stored.as_ref(), &(text + "\n"))? {
            Some(stored) => self.stored = Some(stored),
            None => return Err(overtaken(store, folder)),
        }
        Ok(())
    }

    /// Makes sure that no other run that began before can commit any more. False where that is not certain.
    ///
    /// # Errors
    /// As those of [`Self::write`].
    pub fn claim(&mut self, store: &dyn Store, folder: &str) -> Result<bool, Error> {
        let Some(run) = store.run() else {
            return Ok(true);
        };
        if self.run.as_deref() == Some(run) {
            // It would be written as it is: then it is the same to those who have read it.
            return Ok(false);
        }
        self.write(store, folder).map(|()| true)
    }

    /// Takes in the columns of the table and those of its lists; what changes by that.
    ///
    /// # Errors
    /// Rows that are there cannot go with them.
    pub fn extend(
        &mut self,
        table: &Table,
        format: &Format,
        folder: &str,
    ) -> Result<Vec<String>, Error> {
        let has_rows = self.has_rows();
        let columns = known(table, format);
        let mut changes = extend(&mut self.columns, table, columns, has_rows, folder)?;
        for list in table.lists {
            let known = self.lists.iter_mut().find(|known| known.name == list.name);
            let Some(known) = known else {
                changes.push(format!("add the list `{}`", list.name));
                self.lists.push(List::new(list, format));
                continue;
            };
            let rows = |commit: &Committed| commit.lists.contains_key(list.name);
            let has_rows = self.commits.iter().any(rows);
            let columns = self::known(list, format);
            for change in extend(&mut known.columns, list, columns, has_rows, folder)? {
                changes.push(format!("{change}, in `{}`", list.name));
            }
        }
        Ok(changes)
    }

    /// Whether it tells of a list.
    pub fn knows(&self, list: &Table) -> bool {
        self.lists.iter().any(|known| known.name == list.name)
    }

    /// Whether any commit brought rows.
    pub fn has_rows(&self) -> bool {
        self.commits.iter().any(|commit| commit.rows > 0)
    }

    /// The files with the rows.
    pub fn files(&self) -> BTreeSet<&str> {
        let files = self
            .commits
            .iter()
            .filter_map(|commit| commit.file.as_deref());
        files.collect()
    }

    /// The number of the next commit.
    pub fn next(&self) -> u64 {
        self.commit + 1
    }

    /// The same after the next commit. It is told of where it brought rows, or where its rows being all says something.
    pub fn after(
        &self,
        commit: Commit<'_>,
        replaces: bool,
        told: bool,
        part: Option<Part>,
    ) -> Result<Self, Error> {
        let mut after = self.clone();
        after.commit = self.next();
        after.loaded_at = Some(commit.at);
        if let Some(state) = commit.state {
            let state = RawValue::from_string(state.to_owned());
            after.state = Some(state.map_err(|error| {
                Error::new(Kind::Load, format!("the state is no JSON: {error}"))
            })?);
        }
        if replaces {
            after.commits.clear();
        }
        if told || part.is_some() {
            let mut committed = Committed {
                commit: after.commit,
                at: commit.at,
                whole: commit.whole,
                rows: 0,
                file: None,
                lists: BTreeMap::new(),
            };
            if let Some(Part { file, rows, lists }) = part {
                committed = Committed {
                    rows,
                    file: Some(file),
                    lists,
                    ..committed
                };
            }
            after.commits.push(committed);
        }
        Ok(after)
    }
}

impl List {
    fn new(table: &Table, format: &Format) -> Self {
        Self {
            name: table.name.to_owned(),
            columns: known(table, format),
        }
    }
}

fn path(folder: &str) -> String {
    format!("{folder}/{NAME}")
}

/// Without a manifest there is no table; what is there is somebody else's.
fn none(store: &dyn Store, folder: &str) -> Result<Option<Manifest>, Error> {
    let begun = format!("{NAME}.new");
    let names = store.list(folder)?;
    let Some(other) = names.iter().find(|name| **name != begun) else {
        return Ok(None);
    };
    let reason =
        format!("has no `{NAME}`, but `{other}`: load into another folder, or move it away");
    Err(refused(&store.shown(folder), &reason))
}

/// Another run has written the manifest.
pub(super) fn overtaken(store: &dyn Store, folder: &str) -> Error {
    let path = path(folder);
    // It is only asked who that was.
    let there = store.read(&path).ok().flatten();
    let there = there.and_then(|(text, _)| serde_json::from_str::<Manifest>(&text).ok());
    let who = there.and_then(|manifest| manifest.run);
    let who = who.map_or_else(String::new, |run| format!(", `{run}`,"));
    let reason = format!(
        "was written by another run{who} since this one has read it: what this one has read since its last commit is not \
         loaded; wait for the end of the other, and run again"
    );
    refused(&store.shown(&path), &reason)
}

fn refused(path: &str, reason: &str) -> Error {
    Error::new(Kind::Load, format!("`{path}` {reason}"))
}
