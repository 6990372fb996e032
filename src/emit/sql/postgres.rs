//! PostgreSQL. All rows are staged in a temporary table, by `COPY`.
//!
//! The staging table has one column more than the table: `_spile_order`, the place of a row among those that came.

use super::super::table::{Column, ColumnType, Table};
use super::deduplicate::deduplicate;
use super::lists::{self, Named};
use super::{Dialect, list, one_line, quoted};
use crate::model::{Disposition, MergeStrategy};
use crate::output::digest;

/// PostgreSQL, from version 13 on.
pub struct Postgres;

/// Bytes of a name; of a longer one PostgreSQL takes so many.
const NAME_BYTES: usize = 63;

/// The type of a column; see <https://www.postgresql.org/docs/current/datatype.html>.
fn column_type(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text => "text",
        ColumnType::Integer => "bigint",
        ColumnType::Number => "double precision",
        ColumnType::Boolean => "boolean",
        ColumnType::Decimal => "numeric",
        ColumnType::Timestamp => "timestamptz",
        ColumnType::Date => "date",
        ColumnType::Time => "time",
        ColumnType::Uuid => "uuid",
        ColumnType::Binary => "bytea",
        ColumnType::Json => "jsonb",
    }
}

impl Dialect for Postgres {
    const NAME: &'static str = "postgres";
    const TITLE: &'static str = "PostgreSQL";

    fn sections(table: &Table<'_>) -> Vec<(String, String)> {
        let statements = Statements::of(table);
        let mut sections = vec![("create", statements.create())];
        let adds = statements.adds();
        sections.extend((!adds.is_empty()).then_some(("add", adds)));
        sections.push(("stage", statements.stage()));
        sections.push(("copy", statements.copy()));
        if !table.is_list {
            let lists = || statements.lists.iter();
            let empty = lists().map(|list| format!("\nDELETE FROM {};", list.table));
            let empty = format!("DELETE FROM {};", statements.table) + &empty.collect::<String>();
            sections.push(("empty", empty));
            let deduplicate = deduplicate(&named(table));
            sections.extend(deduplicate.map(|text| ("deduplicate", text)));
            sections.extend(statements.fill().map(|fill| ("fill", fill)));
            sections.push(("apply", statements.apply()));
            sections.extend(statements.retire().map(|retire| ("retire", retire)));
            let clear = lists().map(|list| format!(", {}", list.stage));
            let clear = format!(
                "TRUNCATE {}{};",
                statements.stage,
                clear.collect::<String>()
            );
            sections.push(("clear", clear));
        }
        let named = sections.into_iter();
        named.map(|(name, text)| (name.to_owned(), text)).collect()
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
        table: quoted(&of.name),
        stage: quoted(&stage_name(&of.name)),
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

    fn primary_key(&self) -> Vec<&'t str> {
        self.of.primary_key.iter().map(String::as_str).collect()
    }

    fn create(&self) -> String {
        let mut lines: Vec<String> = self.of.columns.iter().map(definition).collect();
        let scd2 = self.of.strategy() == Some(MergeStrategy::Scd2);
        if scd2 {
            lines.push("\"valid_from\" timestamptz NOT NULL".to_owned());
            lines.push("\"valid_to\" timestamptz".to_owned());
        }
        if self.of.is_keyed() {
            lines.push(format!("PRIMARY KEY ({})", list(self.primary_key(), "")));
        }
        let mut text = format!(
            "CREATE TABLE {} (\n  {}\n);\n",
            self.table,
            lines.join(",\n  ")
        );
        // PostgreSQL names indexes itself, and never twice.
        let index = |unique: &str, columns: &[String], rest: &str| {
            let columns = list(columns.iter().map(String::as_str), "");
            format!(
                "CREATE {unique}INDEX ON {} ({columns}){rest};\n",
                self.table
            )
        };
        if scd2 && !self.of.primary_key.is_empty() {
            let current = " WHERE \"valid_to\" IS NULL";
            text.push_str(&index("UNIQUE ", &self.of.primary_key, current));
        }
        if !self.of.merge_key.is_empty() {
            text.push_str(&index("", &self.of.merge_key, ""));
        }
        text + &self.comments(scd2)
    }

    fn comments(&self, scd2: bool) -> String {
        let mut text = String::new();
        if let Some(description) = self.of.description {
            let comment = literal(description);
            text.push_str(&format!("COMMENT ON TABLE {} IS {comment};\n", self.table));
        }
        let described = self.of.columns.iter();
        let described =
            described.filter_map(|column| Some((column.name.as_str(), column.description?)));
        let versions = [
            ("valid_from", "When the load was that brought the version."),
            (
                "valid_to",
                "When the load was that ended it; null while it is the current one.",
            ),
        ];
        for (name, description) in described.chain(versions.into_iter().filter(|_| scd2)) {
            text.push_str(&format!(
                "COMMENT ON COLUMN {}.{} IS {};\n",
                self.table,
                quoted(name),
                literal(description),
            ));
        }
        text
    }

    fn adds(&self) -> String {
        let nullable = self.of.columns.iter().filter(|column| column.nullable);
        let adds = nullable.map(|column| {
            let (name, kind) = (quoted(&column.name), column_type(column.kind));
            format!("ALTER TABLE {} ADD COLUMN {name} {kind};\n", self.table)
        });
        adds.collect()
    }

    fn stage(&self) -> String {
        let columns: Vec<_> = self.of.columns.iter().map(definition).collect();
        format!(
            "CREATE TEMP TABLE IF NOT EXISTS {} (\n  {},\n  \"_spile_order\" bigint NOT NULL\n);",
            self.stage,
            columns.join(",\n  "),
        )
    }

    fn copy(&self) -> String {
        format!(
            "COPY {} ({}, \"_spile_order\")\nFROM STDIN (FORMAT binary);",
            self.stage, self.columns,
        )
    }

    /// Adds the staged rows that are not deleted, and says what becomes of one whose key is there.
    fn insert(&self, conflict: &str) -> String {
        let living = self.of.hard_delete.map(living);
        let living = living.map(|living| format!("\nWHERE {living}"));
        format!(
            "INSERT INTO {} AS old ({columns})\nSELECT {columns}\nFROM {}{}{conflict};",
            self.table,
            self.stage,
            living.unwrap_or_default(),
            columns = self.columns,
        )
    }

    /// What `apply` comes to where no key that comes is in the table. Measured, it takes half of the time: no key is looked for
    /// before its row is added, and no row is marked as one that may be taken back.
    fn fill(&self) -> Option<String> {
        match self.of.strategy() {
            Some(MergeStrategy::Upsert) => Some(self.upsert("")),
            Some(MergeStrategy::InsertOnly) => Some(self.apply_lists() + &self.insert("")),
            _ => None,
        }
    }

    fn apply(&self) -> String {
        let lists = self.apply_lists();
        match self.of.strategy() {
            Some(MergeStrategy::Scd2) => self.versions(),
            Some(MergeStrategy::DeleteInsert) => {
                let merge_key = match &*self.of.merge_key {
                    [] => &self.of.primary_key,
                    key => key,
                };
                let mut text = lists + &self.delete_same(merge_key, None);
                if !self.of.primary_key.is_empty() && *merge_key != self.of.primary_key {
                    text.push_str(&self.delete_same(&self.of.primary_key, None));
                }
                text + &self.insert("")
            }
            _ if !self.of.is_keyed() => lists + &self.insert(""),
            Some(MergeStrategy::InsertOnly) => lists + &self.insert(&self.conflict(&[])),
            // The table is empty.
            _ if *self.of.disposition == Disposition::Replace => lists + &self.insert(""),
            _ => self.upsert(&self.conflict(&self.of.others())),
        }
    }

    /// Deletes the rows that are marked so, which come into conflict with nothing, and adds the others.
    fn upsert(&self, conflict: &str) -> String {
        let mut text = self.apply_lists();
        if let Some(mark) = self.of.hard_delete {
            let dead = format!("NOT ({})", living(mark));
            text.push_str(&self.delete_same(&self.of.primary_key, Some(&dead)));
        }
        text + &self.insert(conflict)
    }

    /// What becomes of a row whose key is there: these columns are updated. A row that is as it was is not written again:
    /// PostgreSQL would keep both until the table is vacuumed.
    fn conflict(&self, updated: &[&str]) -> String {
        let key = list(self.primary_key(), "");
        if updated.is_empty() {
            return format!("\nON CONFLICT ({key}) DO NOTHING");
        }
        let sets = updated.iter().map(|name| {
            let name = quoted(name);
            format!("  {name} = excluded.{name}")
        });
        let sets: Vec<_> = sets.collect();
        format!(
            "\nON CONFLICT ({key}) DO UPDATE SET\n{}\nWHERE {}",
            sets.join(",\n"),
            changed(updated, "excluded")
        )
    }

    /// Takes the rows of lists in.
    fn apply_lists(&self) -> String {
        let living = self.of.hard_delete.map(living);
        lists::apply(&named(self.of), &self.lists, living.as_deref())
    }

    /// Deletes the rows whose key is that of a staged row.
    fn delete_same(&self, key: &[String], condition: Option<&str>) -> String {
        let key = list(key.iter().map(String::as_str), "");
        let condition = condition.map(|condition| format!(" WHERE {condition}"));
        format!(
            "DELETE FROM {}\nWHERE ({key}) IN (SELECT {key} FROM {}{});\n",
            self.table,
            self.stage,
            condition.unwrap_or_default(),
        )
    }

    /// Whether two rows are versions of the same: they have one key, or where there is none, all columns are the same.
    fn same_identity(&self) -> String {
        if self.of.primary_key.is_empty() {
            let all = |of: &str| {
                let names = self.of.columns.iter().map(|column| column.name.as_str());
                list(names, &format!("{of}."))
            };
            // Unlike columns, two null fields of records are equal; and records can be hashed.
            return format!("ROW({})::record = ROW({})::record", all("old"), all("new"));
        }
        same(&self.primary_key(), "old", "new")
    }

    /// Ends the versions that have changed and adds the new ones.
    fn versions(&self) -> String {
        let others = self.of.others();
        let mut text = if self.of.primary_key.is_empty() {
            format!(
                "DELETE FROM {stage} AS one\nWHERE NOT EXISTS (SELECT FROM (SELECT max(\"_spile_order\") AS \"_spile_order\" \
                 FROM {stage} GROUP BY {columns}) AS kept WHERE kept.\"_spile_order\" = one.\"_spile_order\");\n",
                stage = self.stage,
                columns = self.columns,
            )
        } else {
            String::new()
        };
        let same = self.same_identity();
        if !self.of.primary_key.is_empty() && !others.is_empty() {
            text.push_str(&format!(
                "UPDATE {} AS old\nSET \"valid_to\" = $1\nFROM {} AS new\nWHERE old.\"valid_to\" IS NULL AND {same}\n  AND \
                 {};\n",
                self.table,
                self.stage,
                changed(&others, "new"),
            ));
        }
        text + &format!(
            "INSERT INTO {table} ({columns}, \"valid_from\")\nSELECT {columns}, $1\nFROM {} AS new\nWHERE NOT EXISTS (SELECT \
             FROM {table} AS old WHERE old.\"valid_to\" IS NULL AND {same});",
            self.stage,
            table = self.table,
            columns = self.columns,
        )
    }

    fn retire(&self) -> Option<String> {
        if self.of.strategy() != Some(MergeStrategy::Scd2) {
            return None;
        }
        let exists =
            |same: &str| format!("EXISTS (SELECT FROM {} AS new WHERE {same})", self.stage);
        let mut text = format!(
            "UPDATE {} AS old\nSET \"valid_to\" = $1\nWHERE old.\"valid_to\" IS NULL\n  AND NOT {}",
            self.table,
            exists(&self.same_identity()),
        );
        if !self.of.merge_key.is_empty() {
            let names: Vec<_> = self.of.merge_key.iter().map(String::as_str).collect();
            let same = same(&names, "old", "new");
            text.push_str(&format!("\n  AND {}", exists(&same)));
        }
        Some(text + ";")
    }
}

/// The name of the staging table: that of the table, or so much of it as a name can have and what tells it from others.
fn stage_name(table: &str) -> String {
    let name = format!("_spile_stage_{table}");
    if name.len() <= NAME_BYTES {
        return name;
    }
    let digest: String = digest(table.as_bytes()).chars().take(16).collect();
    let kept = NAME_BYTES - digest.len() - 1;
    let start = name.char_indices();
    let start: String = start
        .take_while(|(at, c)| at + c.len_utf8() <= kept)
        .map(|(_, c)| c)
        .collect();
    format!("{start}_{digest}")
}

/// Columns of two rows that are equal; they are never null.
fn same(names: &[&str], one: &str, other: &str) -> String {
    let equal = names.iter().map(|name| {
        let name = quoted(name);
        format!("{one}.{name} = {other}.{name}")
    });
    equal.collect::<Vec<_>>().join(" AND ")
}

/// A text on one line, in quotes. PostgreSQL has no texts with NUL.
fn literal(text: &str) -> String {
    let text = one_line(text).replace('\0', "");
    format!("'{}'", text.replace('\'', "''"))
}

fn definition(column: &Column<'_>) -> String {
    let null = if column.nullable { "" } else { " NOT NULL" };
    format!(
        "{} {}{null}",
        quoted(&column.name),
        column_type(column.kind)
    )
}

/// Whether one of these columns is another in the new row: by its bytes (`*<>`), since 12.10 and 12.1 are equal.
fn changed(names: &[&str], new: &str) -> String {
    format!(
        "ROW({})::record *<> ROW({})::record",
        list(names.iter().copied(), "old."),
        list(names.iter().copied(), &format!("{new}.")),
    )
}

/// Whether a staged row is not deleted.
fn living((column, boolean): (&str, bool)) -> String {
    let column = quoted(column);
    if boolean {
        format!("{column} IS NOT TRUE")
    } else {
        format!("{column} IS NULL")
    }
}
