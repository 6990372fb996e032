//! SQLite. Rows of a resource that is loaded alone go straight into the table; those of others are staged.

use super::super::table::{Column, ColumnType, Table};
use super::lists::{self, Named, ORDER};
use super::{Dialect, list, one_line, quoted};
use crate::model::MergeStrategy;

/// SQLite, from version 3.37 on (`STRICT` tables).
pub struct Sqlite;

/// The type of a column; see <https://sqlite.org/stricttables.html> for those that there are.
fn column_type(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Integer | ColumnType::Boolean => "INTEGER",
        ColumnType::Number => "REAL",
        ColumnType::Binary => "BLOB",
        ColumnType::Text
        | ColumnType::Decimal
        | ColumnType::Timestamp
        | ColumnType::Date
        | ColumnType::Time
        | ColumnType::Uuid
        | ColumnType::Json => "TEXT",
    }
}

impl Dialect for Sqlite {
    const NAME: &'static str = "sqlite";
    const TITLE: &'static str = "SQLite";

    fn sections(table: &Table<'_>) -> Vec<(String, String)> {
        let statements = Statements::of(table);
        let mut sections = vec![("create".to_owned(), statements.create())];
        let nullable = table.columns.iter().filter(|column| column.nullable);
        let adds = nullable.map(|column| {
            let (name, kind) = (quoted(&column.name), column_type(column.kind));
            format!(
                "ALTER TABLE {} ADD COLUMN {name} {kind};\n",
                statements.table
            )
        });
        let adds: String = adds.collect();
        sections.extend((!adds.is_empty()).then(|| ("add".to_owned(), adds)));
        sections.push(("stage".to_owned(), statements.stage()));
        sections.push(("insert".to_owned(), statements.insert()));
        if table.is_list {
            return sections;
        }
        sections.extend(statements.write().map(|write| ("write".to_owned(), write)));
        let lists = statements.lists.iter();
        let tables = [&statements.table]
            .into_iter()
            .chain(lists.clone().map(|list| &list.table));
        let empty: String = tables
            .map(|table| format!("DELETE FROM {table};\n"))
            .collect();
        sections.push(("empty".to_owned(), empty));
        sections.push(("apply".to_owned(), statements.apply()));
        sections.extend(
            statements
                .retire()
                .map(|retire| ("retire".to_owned(), retire)),
        );
        let stages = [&statements.stage]
            .into_iter()
            .chain(lists.map(|list| &list.stage));
        let clear: String = stages
            .map(|stage| format!("DELETE FROM {stage};\n"))
            .collect();
        sections.push(("clear".to_owned(), clear));
        sections
    }
}

/// The parts that the statements for a table have in common.
struct Statements<'t> {
    of: &'t Table<'t>,
    /// The table.
    table: String,
    /// Its staging table.
    stage: String,
    /// The columns.
    columns: String,
    /// The tables of lists.
    lists: Vec<Named<'t>>,
}

fn named<'t>(of: &'t Table<'t>) -> Named<'t> {
    Named {
        of,
        table: format!("main.{}", quoted(&of.name)),
        stage: format!("temp.{}", quoted(&format!("_spile_stage_{}", of.name))),
    }
}

impl<'t> Statements<'t> {
    fn of(of: &'t Table<'t>) -> Self {
        let Named { table, stage, .. } = named(of);
        Self {
            of,
            table,
            stage,
            columns: list(of.columns.iter().map(|column| column.name.as_str()), ""),
            lists: of.lists.iter().map(named).collect(),
        }
    }

    /// The column of the staging table that says which record a row belongs to, where there are lists.
    fn order(&self) -> Option<String> {
        if self.of.is_list {
            return Some(format!("{ORDER} INTEGER NOT NULL"));
        }
        // It is the number of the row itself.
        (!self.lists.is_empty()).then(|| format!("{ORDER} INTEGER PRIMARY KEY"))
    }

    fn create(&self) -> String {
        let mut lines: Vec<(String, String)> = self.of.columns.iter().map(definition).collect();
        let scd2 = self.of.strategy() == Some(MergeStrategy::Scd2);
        if scd2 {
            let from = "When the load was that brought the version.";
            lines.push(("\"valid_from\" TEXT NOT NULL".to_owned(), from.to_owned()));
            let to = "When the load was that ended it; null while it is the current one.";
            lines.push(("\"valid_to\" TEXT".to_owned(), to.to_owned()));
        }
        if self.of.is_keyed() {
            let key = list(self.of.primary_key.iter().map(String::as_str), "");
            lines.push((format!("PRIMARY KEY ({key})"), String::new()));
        }
        let last = lines.len().saturating_sub(1);
        let mut text = String::new();
        if let Some(description) = self.of.description {
            text.push_str(&format!("-- {}\n", one_line(description)));
        }
        text.push_str(&format!("CREATE TABLE {} (\n", self.table));
        for (at, (line, comment)) in lines.into_iter().enumerate() {
            let comma = if at == last { "" } else { "," };
            let comment = match comment.as_str() {
                "" => comment,
                words => format!(" -- {words}"),
            };
            text.push_str(&format!("  {line}{comma}{comment}\n"));
        }
        text.push_str(") STRICT;\n");
        let index = |suffix: &str, unique: &str, columns: &[String], rest: &str| {
            format!(
                "CREATE {unique}INDEX main.{} ON {} ({}){rest};\n",
                quoted(&format!("{}_{suffix}", self.of.name)),
                quoted(&self.of.name),
                list(columns.iter().map(String::as_str), ""),
            )
        };
        if scd2 && !self.of.primary_key.is_empty() {
            let current = " WHERE \"valid_to\" IS NULL";
            text.push_str(&index("current", "UNIQUE ", &self.of.primary_key, current));
        }
        if !self.of.merge_key.is_empty() {
            text.push_str(&index("merge_key", "", &self.of.merge_key, ""));
        }
        text
    }

    fn stage(&self) -> String {
        let columns = self.of.columns.iter().map(|column| {
            let null = if column.nullable { "" } else { " NOT NULL" };
            format!(
                "  {} {}{null}",
                quoted(&column.name),
                column_type(column.kind)
            )
        });
        let order = self.order().map(|order| format!("  {order}"));
        let columns: Vec<_> = columns.chain(order).collect();
        format!(
            "CREATE TABLE {} (\n{}\n) STRICT;",
            self.stage,
            columns.join(",\n")
        )
    }

    fn insert_into(&self, table: &str) -> String {
        let values: Vec<_> = (1..=self.of.columns.len())
            .map(|at| format!("?{at}"))
            .collect();
        format!(
            "INSERT INTO {table} ({})\nVALUES ({})",
            self.columns,
            values.join(", ")
        )
    }

    fn insert(&self) -> String {
        if self.order().is_none() {
            return self.insert_into(&self.stage) + ";";
        }
        let values: Vec<_> = (1..=self.of.columns.len() + 1)
            .map(|at| format!("?{at}"))
            .collect();
        format!(
            "INSERT INTO {} ({}, {ORDER})\nVALUES ({});",
            self.stage,
            self.columns,
            values.join(", ")
        )
    }

    /// What becomes of a row whose key is there.
    fn conflict(&self) -> Option<String> {
        if !self.of.is_keyed() {
            return None;
        }
        let key = list(self.of.primary_key.iter().map(String::as_str), "");
        let others = self.of.others();
        if others.is_empty() || self.of.strategy() == Some(MergeStrategy::InsertOnly) {
            return Some(format!("\nON CONFLICT ({key}) DO NOTHING"));
        }
        let sets = others.into_iter().map(|name| {
            let name = quoted(name);
            format!("  {name} = excluded.{name}")
        });
        let sets: Vec<_> = sets.collect();
        Some(format!(
            "\nON CONFLICT ({key}) DO UPDATE SET\n{}",
            sets.join(",\n")
        ))
    }

    fn write(&self) -> Option<String> {
        let by_group = matches!(
            self.of.strategy(),
            Some(MergeStrategy::DeleteInsert | MergeStrategy::Scd2)
        );
        if by_group || self.of.hard_delete.is_some() || !self.lists.is_empty() {
            return None;
        }
        let conflict = self.conflict().unwrap_or_default();
        Some(format!("{}{conflict};", self.insert_into(&self.table)))
    }

    /// The rows of the staging table that are not deleted, in the order in which they came.
    fn select(&self, condition: &str) -> String {
        format!(
            "INSERT INTO {} ({columns})\nSELECT {columns}\nFROM {}\nWHERE {condition}\nORDER BY rowid",
            self.table,
            self.stage,
            columns = self.columns,
        )
    }

    fn apply(&self) -> String {
        let living = self.of.hard_delete.map(living);
        let strategy = self.of.strategy();
        if strategy == Some(MergeStrategy::Scd2) {
            return self.versions();
        }
        let mut text = String::new();
        let by_group = strategy == Some(MergeStrategy::DeleteInsert);
        if self.of.is_keyed() && (by_group || living.is_some() || !self.lists.is_empty()) {
            text.push_str(&self.one_of_each());
        }
        let record = named(self.of);
        text.push_str(&lists::apply(&record, &self.lists, living.as_deref()));
        let living = living.as_deref().unwrap_or("TRUE");
        if by_group {
            let merge_key = match &*self.of.merge_key {
                [] => &self.of.primary_key,
                key => key,
            };
            text.push_str(&self.delete_same(merge_key, "TRUE"));
            if !self.of.primary_key.is_empty() && *merge_key != self.of.primary_key {
                text.push_str(&self.delete_same(&self.of.primary_key, "TRUE"));
            }
            return text + &self.select(living) + ";";
        }
        if self.of.hard_delete.is_some() {
            let dead = format!("NOT ({living})");
            text.push_str(&self.delete_same(&self.of.primary_key, &dead));
        }
        text + &self.select(living) + &self.conflict().unwrap_or_default() + ";"
    }

    /// Leaves the row of each key in the staging table that counts: the last, or the first where only new ones are added.
    fn one_of_each(&self) -> String {
        let kept = match self.of.strategy() {
            Some(MergeStrategy::InsertOnly) => "min",
            _ => "max",
        };
        format!(
            "DELETE FROM {stage}\nWHERE rowid NOT IN (SELECT {kept}(rowid) FROM {stage} GROUP BY {});\n",
            list(self.of.primary_key.iter().map(String::as_str), ""),
            stage = self.stage,
        )
    }

    /// Deletes the rows whose key is that of a staged row.
    fn delete_same(&self, key: &[String], condition: &str) -> String {
        let key = list(key.iter().map(String::as_str), "");
        format!(
            "DELETE FROM {}\nWHERE ({key}) IN (SELECT {key} FROM {} WHERE {condition});\n",
            self.table, self.stage,
        )
    }

    /// Columns that tell one row from the others: the key, or all where there is none.
    fn identity(&self) -> Vec<&str> {
        if self.of.primary_key.is_empty() {
            return self
                .of
                .columns
                .iter()
                .map(|column| column.name.as_str())
                .collect();
        }
        self.of.primary_key.iter().map(String::as_str).collect()
    }

    /// Ends the versions that have changed and adds the new ones.
    fn versions(&self) -> String {
        let same = |names: &[&str]| {
            let equal = names.iter().map(|name| {
                let name = quoted(name);
                format!("old.{name} IS new.{name}")
            });
            equal.collect::<Vec<_>>().join(" AND ")
        };
        let identity = self.identity();
        let key = same(&identity);
        let mut text = format!(
            "DELETE FROM {stage}\nWHERE rowid NOT IN (SELECT max(rowid) FROM {stage} GROUP BY {});\n",
            list(identity.iter().copied(), ""),
            stage = self.stage,
        );
        let others = self.of.others();
        if !self.of.primary_key.is_empty() && !others.is_empty() {
            text.push_str(&format!(
                "UPDATE {} AS old\nSET \"valid_to\" = ?1\nWHERE \"valid_to\" IS NULL\n  AND EXISTS (SELECT 1 FROM {} AS new \
                 WHERE {key} AND NOT ({}));\n",
                self.table,
                self.stage,
                same(&others),
            ));
        }
        text + &format!(
            "INSERT INTO {table} ({columns}, \"valid_from\")\nSELECT {columns}, ?1\nFROM {} AS new\nWHERE NOT EXISTS (SELECT 1 \
             FROM {table} AS old WHERE old.\"valid_to\" IS NULL AND {key})\nORDER BY rowid;",
            self.stage,
            table = self.table,
            columns = self.columns,
        )
    }

    fn retire(&self) -> Option<String> {
        if self.of.strategy() != Some(MergeStrategy::Scd2) {
            return None;
        }
        let same = |names: &[&str]| {
            let equal = names.iter().map(|name| {
                let name = quoted(name);
                format!("new.{name} IS old.{name}")
            });
            let equal = equal.collect::<Vec<_>>().join(" AND ");
            format!("EXISTS (SELECT 1 FROM {} AS new WHERE {equal})", self.stage)
        };
        let mut text = format!(
            "UPDATE {} AS old\nSET \"valid_to\" = ?1\nWHERE \"valid_to\" IS NULL\n  AND NOT {}",
            self.table,
            same(&self.identity()),
        );
        if !self.of.merge_key.is_empty() {
            let names: Vec<_> = self.of.merge_key.iter().map(String::as_str).collect();
            text.push_str(&format!("\n  AND {}", same(&names)));
        }
        Some(text + ";")
    }
}

/// A column and its comment.
fn definition(column: &Column<'_>) -> (String, String) {
    let null = if column.nullable { "" } else { " NOT NULL" };
    (
        format!(
            "{} {}{null}",
            quoted(&column.name),
            column_type(column.kind)
        ),
        column.description.map(one_line).unwrap_or_default(),
    )
}

/// Whether a staged row is not deleted.
fn living((column, boolean): (&str, bool)) -> String {
    let column = quoted(column);
    if boolean {
        format!("{column} IS NOT 1")
    } else {
        format!("{column} IS NULL")
    }
}
