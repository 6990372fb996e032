//! Loads into a file of DuckDB.
//!
//! | column | stored as |
//! |---|---|
//! | text, integer, number, boolean | `VARCHAR`, `BIGINT`, `DOUBLE`, `BOOLEAN` |
//! | decimal | `DECIMAL(38, 9)`; a value that has more digits is an error |
//! | timestamp | `TIMESTAMPTZ`; digits finer than microseconds are cut |
//! | date, time | `DATE`, `TIME` |
//! | uuid, binary, json | `UUID`, `BLOB`, `JSON` |
//! | list, object | `…[]`, `STRUCT(…)`, of the same types; its fields have names as columns have them |
//!
//! Rows are appended to temporary tables, and taken from there into the tables at a commit, in one transaction with the
//! state. DuckDB lets one process at a time into a file that is written: as long as a run lasts, no other program can open
//! it. Tables have no `PRIMARY KEY`, whose index would have to fit in memory: that no two rows have the same key is the doing
//! of the statements in `sql/`.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use duckdb::{Connection, OptionalExt, params};

use super::destination::{Commit, Destination, Found, Load, Table};
use super::duck_columns::{DuckColumns, DuckRow};
use super::duck_open::DuckPath;
use super::error::{Error, Kind};
use super::load::Rows;
use super::lock::lock;
use super::schema::{self, Existing};
use super::shape::{Fit, fit};
use super::statements::{add, needed, section, statements};

const STATES: &str = "CREATE TABLE _spile_state (
  connector VARCHAR NOT NULL,
  resource VARCHAR NOT NULL,
  state VARCHAR,
  loaded_at TIMESTAMPTZ
);
COMMENT ON COLUMN _spile_state.state IS 'How far the resource was read, as JSON.';
COMMENT ON COLUMN _spile_state.loaded_at IS 'When the last commit was.';";

/// A file of DuckDB.
pub struct DuckFile {
    path: DuckPath,
    connector: &'static str,
    connection: Connection,
    /// The tables that are loaded.
    tables: Tables,
    /// Locked up to the end of the run.
    _lock: Option<File>,
}

type Tables = BTreeMap<&'static str, Loading>;

/// A table that is loaded.
struct Loading {
    replaces: bool,
    /// Whether the table has columns beside those that are loaded.
    has_others: bool,
    /// The rows of it and of the tables of its lists.
    columns: Vec<DuckColumns>,
}

impl DuckFile {
    /// Opens a file, or makes one if it is to be written.
    ///
    /// # Errors
    /// It cannot be opened, or another program has it.
    pub fn open(path: &Path, connector: &'static str, writes: bool) -> Result<Self, Error> {
        let named = DuckPath::new(path);
        let lock = if writes {
            Some(lock(path).map_err(|reason| named.says(&reason))?)
        } else {
            None
        };
        Ok(Self {
            _lock: lock,
            connection: named.open(path, writes)?,
            path: named,
            connector,
            tables: BTreeMap::new(),
        })
    }

    fn run(&self, sql: &str) -> Result<(), Error> {
        let done = self.connection.execute_batch(sql);
        done.map_err(|error| self.path.failed(&error))
    }

    /// Runs the statements of a section; the first parameter is the time of the commit.
    fn apply(&self, section: &str, at: &str) -> Result<(), Error> {
        for statement in statements(section) {
            let done = if statement.contains("$1") {
                self.connection.execute(statement, [at]).map(|_| ())
            } else {
                self.connection.execute_batch(statement)
            };
            done.map_err(|error| self.path.failed(&error))?;
        }
        Ok(())
    }

    /// Runs statements in a transaction.
    fn transact(&self, run: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        self.run("BEGIN")?;
        let done = run().and_then(|()| self.run("COMMIT"));
        if done.is_err() {
            // What went wrong first is what is said.
            let _after = self.run("ROLLBACK");
        }
        done
    }

    /// The columns of a table of the file, or of another database; none where there is no such table.
    fn columns(&self, database: Option<&str>, table: &str) -> Result<Vec<Existing>, Error> {
        let read = || {
            let mut query = self.connection.prepare(
                "SELECT column_name, data_type, NOT is_nullable, column_default IS NOT NULL FROM duckdb_columns() \
                 WHERE database_name = coalesce($1, current_database()) AND schema_name = 'main' \
                 AND lower(table_name) = lower($2) ORDER BY column_index",
            )?;
            let rows = query.query_map(params![database, table], |row| {
                Ok(Existing {
                    name: row.get(0)?,
                    kind: row.get(1)?,
                    required: row.get(2)?,
                    filled: row.get(3)?,
                })
            })?;
            rows.collect::<Result<Vec<_>, _>>()
        };
        read().map_err(|error| self.path.failed(&error))
    }

    /// Whether a query has a row.
    fn has(&self, query: &str) -> Result<bool, Error> {
        self.holds(&format!("SELECT EXISTS ({query})"))
    }

    /// Whether the answer to a question is yes; null is no.
    fn holds(&self, question: &str) -> Result<bool, Error> {
        let answer = self
            .connection
            .query_row(question, [], |row| row.get::<_, Option<bool>>(0));
        let answer = answer.map_err(|error| self.path.failed(&error))?;
        Ok(answer.unwrap_or_default())
    }

    fn is_view(&self, table: &Table) -> Result<bool, Error> {
        let sql = "SELECT count(*) > 0 FROM duckdb_views() WHERE database_name = current_database() \
                   AND schema_name = 'main' AND lower(view_name) = lower($1)";
        let found = self
            .connection
            .query_row(sql, [table.name], |row| row.get(0));
        found.map_err(|error| self.path.failed(&error))
    }

    fn has_states(&self) -> Result<bool, Error> {
        Ok(!self.columns(None, "_spile_state")?.is_empty())
    }

    fn state(&self, table: &Table) -> Result<Option<String>, Error> {
        if !self.has_states()? {
            return Ok(None);
        }
        let ask = |sql: &str, name: &str| {
            let asked = self
                .connection
                .query_row(sql, [name, self.connector], |row| {
                    row.get::<_, Option<String>>(0)
                });
            let asked = asked.optional().map_err(|error| self.path.failed(&error));
            Ok(asked?.flatten())
        };
        let other = "SELECT connector FROM _spile_state WHERE resource = $1 AND connector <> $2";
        for table in table.all() {
            if let Some(other) = ask(other, table.name)? {
                return Err(schema::owned(table, &other));
            }
        }
        let own = "SELECT state FROM _spile_state WHERE resource = $1 AND connector = $2";
        ask(own, table.name)
    }

    /// Makes the staging tables anew.
    fn stage(&self, table: &Table) -> Result<(), Error> {
        let mut all = table.all();
        all.try_for_each(|table| self.run(needed(table.sql.duckdb, "stage")?))
    }

    /// The statements that make one of the tables of a resource what it has to be; and whether it is there.
    fn changes(&self, table: &Table) -> Result<(Vec<String>, bool), Error> {
        let mut columns = table.columns.iter();
        if columns.any(|column| column.kind.has_json())
            && !self.has("SELECT 1 FROM duckdb_types() WHERE type_name = 'JSON'")?
        {
            let reason = "cannot have columns of type JSON: this program was built with a DuckDB that lacks it; \
                          build it with `--features duckdb/json`";
            return Err(self.path.says(reason));
        }
        if self.is_view(table)? {
            let reason = format!("has `{}`, and it is a view: rename it", table.name);
            return Err(self.path.says(&reason));
        }
        let sql = table.sql.duckdb;
        let there = self.columns(None, table.name)?;
        if there.is_empty() {
            return Ok((vec![needed(sql, "create")?.to_owned()], false));
        }
        let wanted = self.columns(Some("temp"), &stage(table))?;
        let missing = schema::missing(table, &there, &wanted)?;
        let added = missing.iter().filter_map(|column| add(sql, column));
        let mut changes: Vec<_> = added.map(str::to_owned).collect();
        for column in &wanted {
            let same = |found: &&Existing| found.name.eq_ignore_ascii_case(&column.name);
            let found = there.iter().find(same);
            if found.is_some_and(|found| fit(&found.kind, &column.kind) == Fit::Grows) {
                let (table, name) = (schema::quoted(table.name), schema::quoted(&column.name));
                changes.push(format!(
                    "ALTER TABLE {table} ALTER {name} TYPE {};",
                    column.kind
                ));
            }
        }
        Ok((changes, true))
    }

    /// The row of the state, which is kept by updating it.
    fn own_state(&self, table: &Table, state: Option<&str>) -> Result<(), Error> {
        let update = "UPDATE _spile_state SET state = $3 WHERE connector = $1 AND resource = $2";
        let insert = "INSERT INTO _spile_state (connector, resource, state) VALUES ($1, $2, $3)";
        let write = |sql| {
            let parameters = params![self.connector, table.name, state];
            self.connection.execute(sql, parameters)
        };
        let written = match write(update) {
            Ok(0) => write(insert),
            updated => updated,
        };
        written
            .map(|_| ())
            .map_err(|error| self.path.failed(&error))
    }

    fn save(&self, table: &Table, commit: Commit<'_>, at: &str) -> Result<(), Error> {
        let saved = self.connection.execute(
            "UPDATE _spile_state SET state = coalesce($3, state), loaded_at = CAST($4 AS TIMESTAMPTZ) \
             WHERE connector = $1 AND resource = $2",
            params![self.connector, table.name, commit.state, at],
        );
        saved.map(|_| ()).map_err(|error| self.path.failed(&error))
    }

    /// Appends what is gathered to the staging table.
    fn send(
        connection: &Connection,
        path: &DuckPath,
        table: &Table,
        columns: &mut DuckColumns,
    ) -> Result<(), Error> {
        let failed = |error: &dyn std::fmt::Display| {
            path.says(&format!("cannot take rows of `{}`: {error}", table.name))
        };
        let Some(batch) = columns.take().map_err(|error| failed(&error))? else {
            return Ok(());
        };
        let append = || {
            let stage = stage(table);
            let mut appender = connection.appender_to_catalog_and_db(&stage, "temp", "main")?;
            appender.append_record_batch(batch)?;
            appender.flush()
        };
        append().map_err(|error| path.failed(&error))
    }
}

fn loading<'t>(tables: &'t mut Tables, table: &Table) -> Result<&'t mut Loading, Error> {
    let none = || {
        let text = format!("loading `{}` was not begun", table.name);
        Error::new(Kind::Load, text)
    };
    tables.get_mut(table.name).ok_or_else(none)
}

impl Destination for DuckFile {
    fn look(&mut self, table: &Table) -> Result<Found, Error> {
        let state = self.state(table)?;
        self.stage(table)?;
        let (mut changes, is_there) = self.changes(table)?;
        for list in table.lists {
            let (of_list, has_rows) = self.changes(list)?;
            changes.extend(of_list);
            if has_rows && !is_there {
                changes.push(format!("DELETE FROM {};", schema::quoted(list.name)));
            }
        }
        let rows = format!("SELECT 1 FROM {}", schema::quoted(table.name));
        Ok(Found {
            // What was read is gone with the table.
            state: state.filter(|_| is_there),
            changes,
            has_rows: is_there && self.has(&rows)?,
        })
    }

    fn begin(&mut self, table: &Table, load: Load) -> Result<(), Error> {
        let found = self.look(table)?;
        let has_states = self.has_states()?;
        self.transact(|| {
            if !has_states {
                self.run(STATES)?;
            }
            for change in &found.changes {
                self.run(change)?;
            }
            for (at, table) in table.all().enumerate() {
                let state = found.state.as_deref().filter(|_| at == 0);
                self.own_state(table, state)?;
            }
            Ok(())
        })?;
        self.stage(table)?;
        let loading = Loading {
            replaces: load.replaces,
            has_others: self.columns(None, table.name)?.len() > table.columns.len(),
            columns: table.all().map(DuckColumns::new).collect(),
        };
        self.tables.insert(table.name, loading);
        Ok(())
    }

    fn write(&mut self, table: &Table, rows: &dyn Rows) -> Result<(), Error> {
        let loading = loading(&mut self.tables, table)?;
        let (connection, path) = (&self.connection, &self.path);
        for (at, (table, columns)) in table.all().zip(&mut loading.columns).enumerate() {
            let mut row = DuckRow::new(table, columns, |columns| {
                Self::send(connection, path, table, columns)
            });
            rows.write_table(at, &mut row)?;
        }
        Ok(())
    }

    fn commit(&mut self, table: &Table, commit: Commit<'_>) -> Result<(), Error> {
        let loading = loading(&mut self.tables, table)?;
        let Loading {
            replaces,
            has_others,
            ..
        } = *loading;
        for (table, columns) in table.all().zip(&mut loading.columns) {
            Self::send(&self.connection, &self.path, table, columns)?;
        }
        let sql = table.sql.duckdb;
        let at = format!("{:.6}", commit.at);
        self.transact(|| {
            if replaces {
                self.run(needed(sql, "empty")?)?;
            }
            if let Some(deduplicate) = section(sql, "deduplicate") {
                self.run(deduplicate)?;
            }
            let updates = match section(sql, "near") {
                Some(near) => has_others || self.holds(near)?,
                None => false,
            };
            let apply = if updates { "update" } else { "apply" };
            self.apply(needed(sql, apply)?, &at)?;
            if let Some(retire) = section(sql, "retire").filter(|_| commit.whole) {
                self.apply(retire, &at)?;
            }
            self.save(table, commit, &at)?;
            self.stage(table)
        })
    }

    fn rollback(&mut self, table: &Table) -> Result<(), Error> {
        let loading = loading(&mut self.tables, table)?;
        loading.columns = table.all().map(DuckColumns::new).collect();
        self.stage(table)
    }

    fn forget(&mut self, table: &Table) -> Result<(), Error> {
        if !self.has_states()? {
            return Ok(());
        }
        let forgotten = self.connection.execute(
            "UPDATE _spile_state SET state = NULL WHERE connector = $1 AND resource = $2",
            [self.connector, table.name],
        );
        forgotten
            .map(|_| ())
            .map_err(|error| self.path.failed(&error))
    }
}

/// The name of a staging table.
fn stage(table: &Table) -> String {
    format!("_spile_stage_{}", table.name)
}
