//! Takes the rows that were sent to PostgreSQL into their tables.

use std::time::SystemTime;

use postgres::Transaction;
use postgres::error::SqlState;
use postgres::types::Type;

use super::destination::{Commit, Table};
use super::error::{Error, Kind};
use super::postgres_copy::Staged;
use super::postgres_error::Server;
use super::statements::{needed, section, statements};

/// A table that is loaded.
pub(super) struct Loading {
    replaces: bool,
    /// Whether all keys that come are new to the table, as far as is known.
    fills: bool,
    /// The rows of it and of the tables of its lists.
    pub staged: Vec<Staged>,
}

impl Loading {
    /// Nothing is staged yet.
    pub fn new(table: &Table, replaces: bool, is_empty: bool) -> Self {
        let staged = |one: &Table| Staged::new(section(one.sql.postgres, "deduplicate").is_some());
        Self {
            replaces,
            fills: is_empty || replaces,
            staged: table.all().map(staged).collect(),
        }
    }

    /// Takes what is staged into the table.
    ///
    /// # Errors
    /// The server refuses it.
    pub fn take_in(
        &mut self,
        client: &mut Transaction<'_>,
        server: &Server,
        table: &Table,
        commit: Commit<'_>,
    ) -> Result<(), Error> {
        let sql = table.sql.postgres;
        let at = moment(commit)?;
        let failed = |error: postgres::Error| server.failed(Some(table), &error);
        if self.replaces {
            run(client, needed(sql, "empty")?, at).map_err(failed)?;
        }
        let repeats = self.staged.first().is_some_and(Staged::may_repeat);
        if let Some(deduplicate) = section(sql, "deduplicate").filter(|_| repeats) {
            run(client, deduplicate, at).map_err(failed)?;
        }
        self.fills = match section(sql, "fill").filter(|_| self.fills) {
            Some(fill) => try_fill(client, fill).map_err(failed)?,
            None => false,
        };
        if !self.fills {
            run(client, needed(sql, "apply")?, at).map_err(failed)?;
        }
        if let Some(retire) = section(sql, "retire").filter(|_| commit.whole) {
            run(client, retire, at).map_err(failed)?;
        }
        run(client, needed(sql, "clear")?, at).map_err(failed)
    }
}

/// Runs a section; the first parameter of a statement is the time of the commit.
fn run(client: &mut Transaction<'_>, section: &str, at: SystemTime) -> Result<(), postgres::Error> {
    if !section.contains("$1") {
        return client.batch_execute(section);
    }
    for statement in statements(section) {
        if statement.contains("$1") {
            client.execute_typed(statement, &[(&at, Type::TIMESTAMPTZ)])?;
        } else {
            client.batch_execute(statement)?;
        }
    }
    Ok(())
}

/// Adds rows whose keys are new; where one is not, nothing is done, and the answer is no.
fn try_fill(client: &mut Transaction<'_>, fill: &str) -> Result<bool, postgres::Error> {
    let mut attempt = client.transaction()?;
    match attempt.batch_execute(fill) {
        Ok(()) => attempt.commit().map(|()| true),
        Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
            attempt.rollback().map(|()| false)
        }
        Err(error) => Err(error),
    }
}

/// When a commit is, for PostgreSQL.
pub(super) fn moment(commit: Commit<'_>) -> Result<SystemTime, Error> {
    let refused = |error: jiff::Error| {
        Error::new(Kind::Load, format!("the time of the commit: {error}")).because(error)
    };
    SystemTime::try_from(commit.at).map_err(refused)
}
