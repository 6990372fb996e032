//! Loads into PostgreSQL, from version 13 on.
//!
//! | column | stored as |
//! |---|---|
//! | text, integer, number, boolean | `text`, `bigint`, `double precision`, `boolean` |
//! | decimal | `numeric`, with all digits that the API sent |
//! | timestamp | `timestamptz`; digits finer than microseconds are cut |
//! | date, time | `date`, `time` |
//! | uuid, binary, json | `uuid`, `bytea`, `jsonb` |
//!
//! Rows are sent by binary `COPY` into temporary tables, and taken from there into the tables at a commit, in one
//! transaction with the state. Tables are in the first schema of the `search_path`: to load into another one, end the URL
//! with `?options=-csearch_path%3Dname`. What lies in between has to keep one session: a pooler that gives each transaction
//! another one does not. Rows that are replaced are deleted, so that others can read them meanwhile; their room is free for
//! others once the server has vacuumed the table.

use std::collections::BTreeMap;

use postgres::types::{ToSql, Type};
use postgres::{Client, Row};

use super::destination::{Commit, Destination, Found, Load, Table};
use super::error::{Error, Kind};
use super::load::Rows;
use super::postgres_apply::{Loading, moment};
use super::postgres_catalog::{self as catalog, NAME_BYTES};
use super::postgres_copy::{CopyRow, Staged};
use super::postgres_error::Server;
use super::postgres_open::connect;
use super::schema;
use super::statements::{add, needed};

/// Bytes of rows that are sent at once.
const BUFFER: usize = 4 << 20;

/// Bytes of one message.
const MESSAGE: usize = 64 << 10;

const STATES: &str = "CREATE TABLE IF NOT EXISTS _spile_state (
  connector text NOT NULL,
  resource text NOT NULL,
  state json,
  loaded_at timestamptz,
  PRIMARY KEY (connector, resource)
);
COMMENT ON COLUMN _spile_state.state IS 'How far the resource was read.';
COMMENT ON COLUMN _spile_state.loaded_at IS 'When the last commit was.';";

/// A database.
pub struct Postgres {
    server: Server,
    connector: &'static str,
    client: Client,
    /// The tables that are loaded.
    tables: BTreeMap<&'static str, Loading>,
}

impl Postgres {
    /// Connects as a URL says: `postgres://user:password@host:5432/name`. Without a password in it, that of the environment
    /// variable `PGPASSWORD` is taken.
    ///
    /// # Errors
    /// The URL is none, the server refuses, or it is to be written and another run has it.
    pub fn open(url: &str, connector: &'static str, writes: bool) -> Result<Self, Error> {
        let (server, client) = connect(url, connector)?;
        let mut destination = Self {
            server,
            connector,
            client,
            tables: BTreeMap::new(),
        };
        if writes {
            destination.lock()?;
        }
        Ok(destination)
    }

    /// Keeps other runs of the connector away from the schema until the session ends.
    fn lock(&mut self) -> Result<(), Error> {
        let schema =
            catalog::schema(&mut self.client).map_err(|error| self.server.failed(None, &error))?;
        let Some(schema) = schema else {
            let reason = "has no schema to load into: make the first one of the `search_path`, or name another in the URL, \
                          as `?options=-csearch_path%3Dpublic`";
            return Err(self.server.says(reason));
        };
        let holder = catalog::lock(
            &mut self.client,
            &format!("spile {schema} {}", self.connector),
        );
        match holder.map_err(|error| self.server.failed(None, &error))? {
            None => Ok(()),
            Some(holder) => {
                let text = format!(
                    "is in use by another run of `{}`{holder}: wait for its end",
                    self.connector
                );
                Err(self.server.says(&text))
            }
        }
    }

    fn run(&mut self, table: &Table, sql: &str) -> Result<(), Error> {
        let done = self.client.batch_execute(sql);
        done.map_err(|error| self.server.failed(Some(table), &error))
    }

    fn ask(&mut self, table: &Table, sql: &str, texts: &[&str]) -> Result<Vec<Row>, Error> {
        let texts: Vec<(&(dyn ToSql + Sync), Type)> =
            texts.iter().map(|text| (text as _, Type::TEXT)).collect();
        let rows = self.client.query_typed(sql, &texts);
        rows.map_err(|error| self.server.failed(Some(table), &error))
    }

    fn state(&mut self, table: &Table) -> Result<Option<String>, Error> {
        let there = catalog::relation(&mut self.client, "_spile_state");
        if there
            .map_err(|error| self.server.failed(None, &error))?
            .is_none()
        {
            return Ok(None);
        }
        let sql = "SELECT connector, state::text FROM _spile_state WHERE resource = $1";
        let mut state = None;
        for one in table.all() {
            for row in self.ask(one, sql, &[one.name])? {
                let connector: String = row.get(0);
                if connector != self.connector {
                    return Err(schema::owned(one, &connector));
                }
                state = state.or(row.get(1));
            }
        }
        Ok(state)
    }

    /// What is there of one of the tables of a resource; none where there is no such table.
    fn look_at(&mut self, table: &Table) -> Result<Option<Found>, Error> {
        let names = table.columns.iter().map(|column| column.name);
        if let Some(name) = [table.name]
            .into_iter()
            .chain(names)
            .find(|name| name.len() > NAME_BYTES)
        {
            let text = format!(
                "the name `{name}` has {} bytes, and PostgreSQL has names of at most {NAME_BYTES}: rename it in the spec",
                name.len()
            );
            return Err(Error::new(Kind::Load, text));
        }
        let sql = table.sql.postgres;
        let found = catalog::relation(&mut self.client, table.name);
        let found = found.map_err(|error| self.server.failed(Some(table), &error))?;
        let Some(relation) = found else {
            return Ok(None);
        };
        if let Some(kind) = relation.other {
            return Err(self.server.says(&format!(
                "has `{}`, and it is a {kind}: rename it",
                table.name
            )));
        }
        let there = catalog::columns(&mut self.client, relation.id);
        let there = there.map_err(|error| self.server.failed(Some(table), &error))?;
        let wanted = catalog::wanted(table);
        let missing = schema::missing(table, &there, &wanted)?;
        if let Some(key) = schema::key(table) {
            let unique = catalog::is_unique(&mut self.client, relation.id, key);
            if !unique.map_err(|error| self.server.failed(Some(table), &error))? {
                let key: Vec<_> = key.iter().map(|name| schema::quoted(name)).collect();
                let quoted = schema::quoted(table.name);
                let text = format!(
                    "the table `{}` lacks its key; run this: ALTER TABLE {quoted} ADD PRIMARY KEY ({});",
                    table.name,
                    key.join(", ")
                );
                return Err(Error::new(Kind::Load, text));
            }
        }
        let changes = missing.iter().filter_map(|column| add(sql, column));
        let changes = changes.map(str::to_owned).collect();
        let rows = format!("SELECT EXISTS (SELECT FROM {})", schema::quoted(table.name));
        let rows = self.ask(table, &rows, &[])?;
        Ok(Some(Found {
            state: None,
            changes,
            has_rows: rows.first().is_some_and(|row| row.get(0)),
        }))
    }

    /// Sends what waits.
    fn send(
        client: &mut Client,
        server: &Server,
        table: &Table,
        staged: &mut Staged,
    ) -> Result<(), Error> {
        use std::io::Write;

        let Some(bytes) = staged.end() else {
            return Ok(());
        };
        let sql = needed(table.sql.postgres, "copy")?;
        let mut copy = client
            .copy_in(sql)
            .map_err(|error| server.failed(Some(table), &error))?;
        let written = bytes
            .chunks(MESSAGE)
            .try_for_each(|chunk| copy.write_all(chunk));
        // Where the server has ended it, it says why at the end.
        copy.finish()
            .map_err(|error| server.failed(Some(table), &error))?;
        written.map_err(|error| server.unsent(table, error))?;
        staged.sent();
        Ok(())
    }

    fn not_begun(table: &Table) -> Error {
        Error::new(
            Kind::Load,
            format!("loading `{}` was not begun", table.name),
        )
    }
}

impl Destination for Postgres {
    fn look(&mut self, table: &Table) -> Result<Found, Error> {
        let state = self.state(table)?;
        let own = self.look_at(table)?;
        let is_gone = own.is_none();
        let mut found = match own {
            Some(found) => Found { state, ..found },
            None => Found {
                // What was read is gone with the table.
                state: None,
                changes: vec![needed(table.sql.postgres, "create")?.to_owned()],
                has_rows: false,
            },
        };
        for list in table.lists {
            match self.look_at(list)? {
                Some(there) => {
                    found.changes.extend(there.changes);
                    if there.has_rows && is_gone {
                        found
                            .changes
                            .push(format!("DELETE FROM {};", schema::quoted(list.name)));
                    }
                }
                None => found
                    .changes
                    .push(needed(list.sql.postgres, "create")?.to_owned()),
            }
        }
        Ok(found)
    }

    fn begin(&mut self, table: &Table, load: Load) -> Result<(), Error> {
        let found = self.look(table)?;
        let own = "INSERT INTO _spile_state (connector, resource, state) VALUES ($1, $2, $3::json) \
                   ON CONFLICT (connector, resource) DO UPDATE SET state = excluded.state";
        let mut prepare = || {
            let mut change = self.client.transaction()?;
            // Two connectors that begin at once would both make the table of states.
            change.batch_execute("SELECT pg_advisory_xact_lock(hashtextextended('spile', 0))")?;
            change.batch_execute(STATES)?;
            for sql in &found.changes {
                change.batch_execute(sql)?;
            }
            for (at, one) in table.all().enumerate() {
                let state = found.state.as_ref().filter(|_| at == 0);
                change.execute_typed(
                    own,
                    &[
                        (&self.connector, Type::TEXT),
                        (&one.name, Type::TEXT),
                        (&state, Type::TEXT),
                    ],
                )?;
            }
            change.commit()
        };
        prepare().map_err(|error| self.server.failed(Some(table), &error))?;
        for one in table.all() {
            self.run(one, needed(one.sql.postgres, "stage")?)?;
        }
        self.run(table, needed(table.sql.postgres, "clear")?)?;
        let loading = Loading::new(table, load.replaces, !found.has_rows);
        self.tables.insert(table.name, loading);
        Ok(())
    }

    fn write(&mut self, table: &Table, rows: &dyn Rows) -> Result<(), Error> {
        let loading = self
            .tables
            .get_mut(table.name)
            .ok_or_else(|| Self::not_begun(table))?;
        let (client, server) = (&mut self.client, &self.server);
        for (at, (table, staged)) in table.all().zip(&mut loading.staged).enumerate() {
            let mut row = CopyRow::new(table, staged, |staged: &mut Staged| {
                if staged.len() < BUFFER {
                    return Ok(());
                }
                Self::send(client, server, table, staged)
            });
            rows.write_table(at, &mut row)?;
        }
        Ok(())
    }

    fn commit(&mut self, table: &Table, commit: Commit<'_>) -> Result<(), Error> {
        let loading = self
            .tables
            .get_mut(table.name)
            .ok_or_else(|| Self::not_begun(table))?;
        for (table, staged) in table.all().zip(&mut loading.staged) {
            Self::send(&mut self.client, &self.server, table, staged)?;
        }
        let failed = |error: postgres::Error| self.server.failed(Some(table), &error);
        let mut transaction = self.client.transaction().map_err(failed)?;
        loading.take_in(&mut transaction, &self.server, table, commit)?;
        let save = "UPDATE _spile_state SET state = coalesce($3::json, state), loaded_at = $4 \
                    WHERE connector = $1 AND resource = $2";
        let at = moment(commit)?;
        let saved = transaction.execute_typed(
            save,
            &[
                (&self.connector, Type::TEXT),
                (&table.name, Type::TEXT),
                (&commit.state, Type::TEXT),
                (&at, Type::TIMESTAMPTZ),
            ],
        );
        saved.and_then(|_| transaction.commit()).map_err(failed)?;
        loading.staged.iter_mut().for_each(Staged::clear);
        Ok(())
    }

    fn rollback(&mut self, table: &Table) -> Result<(), Error> {
        let loading = self
            .tables
            .get_mut(table.name)
            .ok_or_else(|| Self::not_begun(table))?;
        loading.staged.iter_mut().for_each(Staged::clear);
        self.run(table, needed(table.sql.postgres, "clear")?)
    }

    fn forget(&mut self, table: &Table) -> Result<(), Error> {
        self.state(table)?;
        let there = catalog::relation(&mut self.client, "_spile_state");
        if there
            .map_err(|error| self.server.failed(None, &error))?
            .is_none()
        {
            return Ok(());
        }
        let sql = "UPDATE _spile_state SET state = NULL WHERE connector = $1 AND resource = $2";
        self.ask(table, sql, &[self.connector, table.name])?;
        Ok(())
    }
}
