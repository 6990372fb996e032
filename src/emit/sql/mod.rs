//! The SQL of a generated crate: `sql/<resource>.<dialect>.sql`, what a destination runs to make and to load a table.
//!
//! A file has sections, each below a line `-- name: …`, and each statement ends with a `;` at the end of a line.
//!
//! | section | what it does |
//! |---|---|
//! | `create` | makes the table, its keys, its comments |
//! | `add` | one statement per column that may be null: adds it to a table that lacks it |
//! | `stage` | makes the staging table, which only this session sees; in DuckDB anew, which empties it |
//! | `copy` | takes rows into the staging table (PostgreSQL) |
//! | `insert` | takes one row into the staging table |
//! | `write` | takes one row into the table itself, where that comes to the same as staging and `apply` |
//! | `empty` | removes all rows of the table |
//! | `deduplicate` | leaves one row of each key in the staging table, before `apply` (PostgreSQL, where a key may have come twice, and DuckDB) |
//! | `fill` | takes the rows of the staging table into a table that has none of their keys (PostgreSQL) |
//! | `apply` | takes the rows of the staging table into the table, as the disposition says |
//! | `near` | whether the rows whose keys come stand near each other in the table (DuckDB) |
//! | `update` | does what `apply` does, where they do, and where the table has columns beside those of the records, whose values stay (DuckDB) |
//! | `retire` | ends the versions of rows that did not come (`scd2`) |
//! | `clear` | empties the staging table (but in DuckDB) |
//!
//! Tables in files have `sql/<resource>.<format>.sql` instead: a view that reads them.
//!
//! The table of a list in records that are normalized has a file of its own, with the sections up to `insert`; the others
//! of the record's table are about both.
//!
//! The first parameter of a statement in `apply` and `retire`, where there is one, is the time of the commit.

mod deduplicate;
mod duckdb;
mod lists;
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

/// Makes the text of a file, for the table of a list by its place among those of the resource.
type Make = fn(&Connector, &Resource, Option<usize>) -> String;

/// A file of a resource.
pub struct File {
    /// Its path.
    pub path: String,
    make: Make,
    list: Option<usize>,
}

impl File {
    /// Its text.
    pub fn text(&self, connector: &Connector, resource: &Resource) -> String {
        (self.make)(connector, resource, self.list)
    }
}

/// The files of a resource.
pub fn files(resource: &Resource) -> Vec<File> {
    let mut files = Vec::new();
    let lists = lists(resource).into_iter().enumerate();
    let lists = lists.map(|(at, name)| (name, Some(at)));
    for (name, list) in [(module(resource).to_owned(), None)]
        .into_iter()
        .chain(lists)
    {
        let mut add = |kind: &str, make: Make| {
            let path = format!("sql/{name}.{kind}.sql");
            files.push(File { path, make, list });
        };
        add(duckdb::DuckDb::NAME, file::<duckdb::DuckDb>);
        add(view::Files::Jsonl.name(), jsonl);
        add(view::Files::Parquet.name(), parquet);
        add(postgres::Postgres::NAME, file::<postgres::Postgres>);
        add(sqlite::Sqlite::NAME, file::<sqlite::Sqlite>);
    }
    files
}

/// The names of the files of the tables of lists.
pub fn lists(resource: &Resource) -> Vec<String> {
    let lists = table::relations_of(resource).into_iter().skip(1);
    let names = lists.map(|list| {
        let path = list
            .name
            .strip_prefix(&resource.name.wire)
            .unwrap_or_default();
        format!("{}{path}", module(resource))
    });
    names.collect()
}

fn jsonl(connector: &Connector, resource: &Resource, list: Option<usize>) -> String {
    files_view(connector, resource, list, view::Files::Jsonl)
}

fn parquet(connector: &Connector, resource: &Resource, list: Option<usize>) -> String {
    files_view(connector, resource, list, view::Files::Parquet)
}

fn files_view(
    connector: &Connector,
    resource: &Resource,
    list: Option<usize>,
    files: view::Files,
) -> String {
    let table = table::of(resource);
    let list = list.and_then(|at| table.lists.get(at));
    let view = view::view(&table, list, files);
    head(connector, list.unwrap_or(&table), files.title()) + &view
}

fn file<D: Dialect>(connector: &Connector, resource: &Resource, list: Option<usize>) -> String {
    let table = table::of(resource);
    let table = list.and_then(|at| table.lists.get(at)).unwrap_or(&table);
    let mut text = head(connector, table, D::TITLE);
    for (name, statements) in D::sections(table) {
        text.push_str(&format!("\n-- name: {name}\n{}\n", statements.trim_end()));
    }
    text
}

/// The first line: where the file comes from.
fn head(connector: &Connector, table: &Table<'_>, title: &str) -> String {
    format!(
        "-- Made by spile from {}: {} in {title}. Do not edit: change the spec and generate again.\n",
        one_line(&connector.spec_file),
        one_line(&text::code(&table.name)),
    )
}

/// A text on one line, for comments.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name in quotes, as standard SQL has them.
fn quoted(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 2);
    push_quoted(name, &mut text);
    text
}

fn push_quoted(name: &str, text: &mut String) {
    text.push('"');
    for part in name.split_inclusive('"') {
        text.push_str(part);
        if part.ends_with('"') {
            text.push('"');
        }
    }
    text.push('"');
}

/// Names in quotes, with something before each.
fn list<'n>(names: impl IntoIterator<Item = &'n str>, before: &str) -> String {
    let mut text = String::new();
    for name in names {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(before);
        push_quoted(name, &mut text);
    }
    text
}
