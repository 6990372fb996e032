//! Loads into a file of SQLite, which is built in.
//!
//! | column | stored as |
//! |---|---|
//! | text, uuid, decimal, json | `TEXT`; a decimal has the digits that the API sent, a UUID is lower case with hyphens |
//! | integer, boolean | `INTEGER`; true is 1 |
//! | number | `REAL` |
//! | timestamp | `TEXT` in UTC with microseconds, `2026-01-31T08:00:00.000000Z`: finer digits are cut |
//! | date, time | `TEXT`: `2026-01-31`, `08:00:00.000000` |
//! | binary | `BLOB` |
//!
//! The file is in WAL mode, so that others can read while it is written. A table that is loaded alone is written as the
//! records come, in one transaction up to the commit; where several are loaded at once, rows wait in temporary tables.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, params};

use super::destination::{Commit, Destination, Found, Load, Table};
use super::error::{Error, Kind};
use super::load::Rows;
use super::lock::lock;
use super::schema;
use super::sqlite_catalog::{self, check_key, columns, has_states, state};
use super::sqlite_row::{Binder, instant};
use super::statements::{needed, section, statements};

/// How long another program may keep the file locked.
const PATIENCE: Duration = Duration::from_secs(30);

/// Kibibytes of pages that are kept in memory: rows whose keys come in no order change pages all over an index.
const CACHE: i64 = 32 << 10;

const STATES: &str = "CREATE TABLE IF NOT EXISTS main._spile_state (
  connector TEXT NOT NULL,
  resource TEXT NOT NULL,
  state TEXT, -- How far the resource was read, as JSON.
  loaded_at TEXT, -- When the last commit was.
  PRIMARY KEY (connector, resource)
) STRICT;";

/// A file of SQLite.
pub struct Sqlite {
    path: PathBuf,
    pub(super) connector: &'static str,
    pub(super) connection: Connection,
    /// The table that is written without staging.
    direct: Option<Direct>,
    /// Tables whose rows are replaced.
    replaced: Vec<&'static str>,
    /// Locked up to the end of the run.
    _lock: Option<File>,
}

/// A table that is written without staging.
struct Direct {
    table: &'static str,
    /// Whether there are rows that are not committed.
    open: bool,
}

impl Sqlite {
    /// Opens a file, or makes one if it is to be written.
    ///
    /// # Errors
    /// It cannot be opened, or another run has it.
    pub fn open(path: &Path, connector: &'static str, writes: bool) -> Result<Self, Error> {
        let of = |reason: String| Error::new(Kind::Load, format!("`{}` {reason}", path.display()));
        let lock = if writes {
            Some(lock(path).map_err(of)?)
        } else {
            None
        };
        let connection = if writes || path.exists() {
            Connection::open(path)
        } else {
            Connection::open_in_memory()
        };
        let opened = connection.and_then(|connection| {
            connection.busy_timeout(PATIENCE)?;
            connection.pragma_update(None, "cache_size", -CACHE)?;
            // This is where another kind of file is noticed.
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
            Ok(connection)
        });
        Ok(Self {
            path: path.to_owned(),
            connector,
            connection: opened.map_err(|error| of(format!("cannot be opened: {error}")))?,
            direct: None,
            replaced: Vec::new(),
            _lock: lock,
        })
    }

    pub(super) fn failed(&self, error: &rusqlite::Error) -> Error {
        let reason = match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
                format!("is locked by another program for {} s", PATIENCE.as_secs())
            }
            Some(rusqlite::ErrorCode::DiskFull) => "has no room on its disk".to_owned(),
            Some(rusqlite::ErrorCode::ReadOnly) => "cannot be written: it is read-only".to_owned(),
            _ => format!("says: {error}"),
        };
        Error::new(Kind::Load, format!("`{}` {reason}", self.path.display()))
    }

    fn run(&self, sql: &str) -> Result<(), Error> {
        let done = self.connection.execute_batch(sql);
        done.map_err(|error| self.failed(&error))
    }

    /// Runs the statements of a section; the first parameter is the time of the commit.
    fn apply(&self, section: &str, at: &str) -> Result<(), Error> {
        for statement in statements(section) {
            let done = if statement.contains("?1") {
                self.connection.execute(statement, [at]).map(|_| ())
            } else {
                self.connection.execute_batch(statement)
            };
            done.map_err(|error| self.failed(&error))?;
        }
        Ok(())
    }

    fn stage(&self, table: &Table) -> Result<(), Error> {
        for table in table.all() {
            if columns(self, "temp", &stage(table))?.is_empty() {
                self.run(needed(table.sql.sqlite, "stage")?)?;
            }
        }
        Ok(())
    }

    /// Writes the rows of one of the tables of a resource by a statement, with the number of their record if there is a
    /// first one.
    fn insert(
        &self,
        (at, table): (usize, &Table),
        statement: &str,
        rows: &dyn Rows,
        record: Option<i64>,
    ) -> Result<(), Error> {
        let statement = self.connection.prepare_cached(statement);
        let mut statement = statement.map_err(|error| self.failed(&error))?;
        let mut row = Binder::new(self, table, &mut statement, record);
        rows.write_table(at, &mut row)
    }

    /// Writes rows into the staging tables.
    fn fill(&self, table: &Table, rows: &dyn Rows) -> Result<(), Error> {
        let record = if table.lists.is_empty() {
            None
        } else {
            let stage = schema::quoted(&stage(table));
            let next = format!("SELECT coalesce(max(_spile_order), 0) + 1 FROM temp.{stage}");
            let next = self.connection.query_row(&next, [], |row| row.get(0));
            Some(next.map_err(|error| self.failed(&error))?)
        };
        for (at, table) in table.all().enumerate() {
            self.insert(
                (at, table),
                needed(table.sql.sqlite, "insert")?,
                rows,
                record,
            )?;
        }
        Ok(())
    }

    fn save(&self, table: &Table, commit: Commit<'_>) -> Result<(), Error> {
        let saved = self.connection.execute(
            "UPDATE main._spile_state SET state = coalesce(?3, state), loaded_at = ?4 \
             WHERE connector = ?1 AND resource = ?2",
            params![self.connector, table.name, commit.state, instant(commit.at)],
        );
        saved.map(|_| ()).map_err(|error| self.failed(&error))
    }

    /// Begins the transaction of a table that is written without staging.
    fn begin_direct(&mut self, table: &Table) -> Result<(), Error> {
        let Some(direct) = self.direct.as_ref().filter(|direct| !direct.open) else {
            return Ok(());
        };
        debug_assert_eq!(direct.table, table.name, "it is loaded alone");
        self.run("BEGIN IMMEDIATE")?;
        if let Some(direct) = &mut self.direct {
            direct.open = true;
        }
        if self.replaced.contains(&table.name) {
            self.run(needed(table.sql.sqlite, "empty")?)?;
        }
        Ok(())
    }

    fn is_direct(&self, table: &Table) -> bool {
        let direct = self.direct.as_ref();
        direct.is_some_and(|direct| direct.table == table.name)
    }

    /// Takes what is staged into the table, within a transaction.
    fn take_in(&self, table: &Table, commit: Commit<'_>) -> Result<(), Error> {
        let sql = table.sql.sqlite;
        let at = instant(commit.at);
        if self.replaced.contains(&table.name) {
            self.run(needed(sql, "empty")?)?;
        }
        self.apply(needed(sql, "apply")?, &at)?;
        if let Some(retire) = section(sql, "retire").filter(|_| commit.whole) {
            self.apply(retire, &at)?;
        }
        self.run(needed(sql, "clear")?)
    }
}

impl Destination for Sqlite {
    fn look(&mut self, table: &Table) -> Result<Found, Error> {
        let state = state(self, table)?;
        self.stage(table)?;
        let mut changes = Vec::new();
        for table in table.all() {
            changes.extend(sqlite_catalog::changes(self, table)?);
        }
        if columns(self, "main", table.name)?.is_empty() {
            for list in table.lists {
                if !columns(self, "main", list.name)?.is_empty() {
                    changes.push(format!("DELETE FROM main.{};", schema::quoted(list.name)));
                }
            }
            return Ok(Found {
                // What was read is gone with the table.
                state: None,
                changes,
                has_rows: false,
            });
        }
        check_key(self, table)?;
        let rows = format!(
            "SELECT EXISTS (SELECT 1 FROM main.{})",
            schema::quoted(table.name)
        );
        let has_rows = self.connection.query_row(&rows, [], |row| row.get(0));
        Ok(Found {
            state,
            changes,
            has_rows: has_rows.map_err(|error| self.failed(&error))?,
        })
    }

    fn begin(&mut self, table: &Table, load: Load) -> Result<(), Error> {
        let found = self.look(table)?;
        self.run("PRAGMA journal_mode = WAL")?;
        self.run("BEGIN IMMEDIATE")?;
        let prepared = self.run(STATES).and_then(|()| {
            for change in &found.changes {
                self.run(change)?;
            }
            for (at, table) in table.all().enumerate() {
                let state = found.state.as_ref().filter(|_| at == 0);
                let own = self.connection.execute(
                    "INSERT INTO main._spile_state (connector, resource, state) VALUES (?1, ?2, ?3) \
                     ON CONFLICT DO UPDATE SET state = excluded.state",
                    params![self.connector, table.name, state],
                );
                own.map_err(|error| self.failed(&error))?;
            }
            self.run("COMMIT")
        });
        if let Err(error) = prepared {
            // What went wrong first is what is said.
            let _after = self.run("ROLLBACK");
            return Err(error);
        }
        self.replaced.retain(|name| *name != table.name);
        if load.replaces {
            self.replaced.push(table.name);
        }
        self.direct = None;
        if load.alone && section(table.sql.sqlite, "write").is_some() {
            self.direct = Some(Direct {
                table: table.name,
                open: false,
            });
            return Ok(());
        }
        self.stage(table)?;
        self.run(needed(table.sql.sqlite, "clear")?)
    }

    fn write(&mut self, table: &Table, rows: &dyn Rows) -> Result<(), Error> {
        if self.is_direct(table) {
            self.begin_direct(table)?;
            return self.insert((0, table), needed(table.sql.sqlite, "write")?, rows, None);
        }
        self.run("BEGIN")?;
        let written = self.fill(table, rows);
        self.run(if written.is_ok() {
            "COMMIT"
        } else {
            "ROLLBACK"
        })?;
        written
    }

    fn commit(&mut self, table: &Table, commit: Commit<'_>) -> Result<(), Error> {
        if self.is_direct(table) {
            self.begin_direct(table)?;
            self.save(table, commit)?;
            self.run("COMMIT")?;
            if let Some(direct) = &mut self.direct {
                direct.open = false;
            }
            return Ok(());
        }
        self.run("BEGIN IMMEDIATE")?;
        let taken = self.take_in(table, commit);
        let done = taken
            .and_then(|()| self.save(table, commit))
            .and_then(|()| self.run("COMMIT"));
        if done.is_err() {
            // What went wrong first is what is said.
            let _after = self.run("ROLLBACK");
        }
        done
    }

    fn rollback(&mut self, table: &Table) -> Result<(), Error> {
        if !self.is_direct(table) {
            return self.run(needed(table.sql.sqlite, "clear")?);
        }
        let Some(direct) = self.direct.as_mut().filter(|direct| direct.open) else {
            return Ok(());
        };
        direct.open = false;
        if self.connection.is_autocommit() {
            // SQLite has done it already.
            return Ok(());
        }
        self.run("ROLLBACK")
    }

    fn forget(&mut self, table: &Table) -> Result<(), Error> {
        if !has_states(self)? {
            return Ok(());
        }
        let forgotten = self.connection.execute(
            "UPDATE main._spile_state SET state = NULL WHERE connector = ?1 AND resource = ?2",
            [self.connector, table.name],
        );
        forgotten.map(|_| ()).map_err(|error| self.failed(&error))
    }
}

/// The name of a staging table.
pub(super) fn stage(table: &Table) -> String {
    format!("_spile_stage_{}", table.name)
}
