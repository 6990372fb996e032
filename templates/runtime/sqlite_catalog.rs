//! What a file of SQLite tells of its tables.

use rusqlite::OptionalExtension;

use super::destination::Table;
use super::error::Error;
use super::schema::{self, Existing};
use super::sqlite::{Sqlite, stage};
use super::statements::{add, needed};

/// The columns of a table; none where there is no such table.
pub(super) fn columns(sqlite: &Sqlite, schema: &str, table: &str) -> Result<Vec<Existing>, Error> {
    let read = || {
        let mut query = sqlite.connection.prepare(
            "SELECT name, type, \"notnull\", dflt_value IS NOT NULL OR hidden > 0 FROM pragma_table_xinfo(?1, ?2)",
        )?;
        let rows = query.query_map([table, schema], |row| {
            Ok(Existing {
                name: row.get(0)?,
                kind: row.get(1)?,
                required: row.get(2)?,
                filled: row.get(3)?,
            })
        })?;
        rows.collect::<Result<Vec<_>, _>>()
    };
    read().map_err(|error| sqlite.failed(&error))
}

/// Whether anything was loaded into the file before.
pub(super) fn has_states(sqlite: &Sqlite) -> Result<bool, Error> {
    Ok(!columns(sqlite, "main", "_spile_state")?.is_empty())
}

/// The statements that make one of the tables of a resource what it has to be.
pub(super) fn changes(sqlite: &Sqlite, table: &Table) -> Result<Vec<String>, Error> {
    let sql = table.sql.sqlite;
    let there = columns(sqlite, "main", table.name)?;
    if there.is_empty() {
        return Ok(vec![needed(sql, "create")?.to_owned()]);
    }
    let wanted = columns(sqlite, "temp", &stage(table))?;
    let missing = schema::missing(table, &there, &wanted)?;
    let changes = missing.iter().filter_map(|column| add(sql, column));
    Ok(changes.map(str::to_owned).collect())
}

/// Whether rows can be added, by the key if there is one; columns may be missing.
pub(super) fn check_key(sqlite: &Sqlite, table: &Table) -> Result<(), Error> {
    let name = schema::quoted(table.name);
    let (statement, lack) = match schema::key(table) {
        None => (
            format!("INSERT INTO main.{name} DEFAULT VALUES"),
            "takes no rows",
        ),
        Some(key) => {
            let columns: Vec<_> = key.iter().map(|name| schema::quoted(name)).collect();
            let (columns, values) = (columns.join(", "), vec!["NULL"; key.len()].join(", "));
            let statement = format!(
                "INSERT INTO main.{name} ({columns}) VALUES ({values}) ON CONFLICT ({columns}) DO NOTHING"
            );
            (statement, "lacks its key")
        }
    };
    // SQLite looks for the key as soon as it reads a statement that goes by it.
    let read = sqlite.connection.prepare(&statement);
    read.map(drop).map_err(|error| {
        let reason = format!("{lack}: {error}");
        schema::unusable(table, &reason, &schema::rename(table))
    })
}

/// How far a resource was read; refused where its tables are those of another connector.
pub(super) fn state(sqlite: &Sqlite, table: &Table) -> Result<Option<String>, Error> {
    if !has_states(sqlite)? {
        return Ok(None);
    }
    let ask = |sql: &str, name: &str| {
        let asked = sqlite
            .connection
            .query_row(sql, [name, sqlite.connector], |row| {
                row.get::<_, Option<String>>(0)
            });
        let asked = asked.optional().map_err(|error| sqlite.failed(&error));
        Ok(asked?.flatten())
    };
    let other = "SELECT connector FROM main._spile_state WHERE resource = ?1 AND connector <> ?2";
    for table in table.all() {
        if let Some(other) = ask(other, table.name)? {
            return Err(schema::owned(table, &other));
        }
    }
    let own = "SELECT state FROM main._spile_state WHERE resource = ?1 AND connector = ?2";
    ask(own, table.name)
}
