//! The SQL of a generated crate: `sql/<resource>.<dialect>.sql`, what a destination runs to make and to load a table.
//!
//! A file has sections, each below a line `-- name: …`, and each statement ends with a `;` at the end of a line.
//!
//! | section | what it does |
//! |---|---|
//! | `create` | makes the table, its keys, its comments |
//! | `add` | one statement per column that may be null: adds it to a table that lacks it |
//! | `stage` | makes the staging table, which only this session sees |
//! | `copy` | takes rows into the staging table (PostgreSQL) |
//! | `insert` | takes one row into the staging table |
//! | `write` | takes one row into the table itself, where that comes to the same as staging and `apply` |
//! | `empty` | removes all rows of the table |
//! | `apply` | takes the rows of the staging table into the table, as the disposition says |
//! | `retire` | ends the versions of rows that did not come (`scd2`) |
//! | `clear` | empties the staging table |
//!
//! Tables in files have `sql/<resource>.<format>.sql` instead: a view that reads them.
//!
//! The first parameter of a statement in `apply` and `retire`, where there is one, is the time of the commit.

mod postgres;
mod sqlite;
mod view;

use super::table::{self, Table};
use super::{module, text};
use crate::model::{Connector, Resource};

/// A database whose SQL is generated.
trait Dialect {
    /// Its name in file names.
    const NAME: &'static str;
    /// Its name in prose.
    const TITLE: &'static str;

    /// The sections for a table: name and statements, each statement with its `;`.
    fn sections(table: &Table<'_>) -> Vec<(String, String)>;
}

/// Makes the text of a file.
type Make = fn(&Connector, &Resource) -> String;

/// The files of a resource: their paths, and what makes them.
pub fn files(resource: &Resource) -> Vec<(String, Make)> {
    vec![
        (path(resource, view::Files::Jsonl.name()), jsonl),
        (path(resource, view::Files::Parquet.name()), parquet),
        (
            path(resource, postgres::Postgres::NAME),
            file::<postgres::Postgres>,
        ),
        (path(resource, sqlite::Sqlite::NAME), file::<sqlite::Sqlite>),
    ]
}

fn path(resource: &Resource, name: &str) -> String {
    format!("sql/{}.{name}.sql", module(resource))
}

fn jsonl(connector: &Connector, resource: &Resource) -> String {
    files_view(connector, resource, view::Files::Jsonl)
}

fn parquet(connector: &Connector, resource: &Resource) -> String {
    files_view(connector, resource, view::Files::Parquet)
}

fn files_view(connector: &Connector, resource: &Resource, files: view::Files) -> String {
    let view = view::view(&table::of(resource), files);
    head(connector, resource, files.title()) + &view
}

fn file<D: Dialect>(connector: &Connector, resource: &Resource) -> String {
    let mut text = head(connector, resource, D::TITLE);
    for (name, statements) in D::sections(&table::of(resource)) {
        text.push_str(&format!("\n-- name: {name}\n{}\n", statements.trim_end()));
    }
    text
}

/// The first line: where the file comes from.
fn head(connector: &Connector, resource: &Resource, title: &str) -> String {
    format!(
        "-- Made by spile from {}: {} in {title}. Do not edit: change the spec and generate again.\n",
        one_line(&connector.spec_file),
        one_line(&text::code(&resource.name.wire)),
    )
}

/// A text on one line, for comments.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name in quotes, as standard SQL has them.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Names in quotes, with something before each.
fn list<'n>(names: impl IntoIterator<Item = &'n str>, before: &str) -> String {
    let names = names
        .into_iter()
        .map(|name| format!("{before}{}", quoted(name)));
    names.collect::<Vec<_>>().join(", ")
}
