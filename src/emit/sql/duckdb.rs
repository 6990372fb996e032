//! DuckDB. All rows are staged in a temporary table.
//!
//! The staging table has one column more than the table: `_spile_order`, the place of a record among those that came.
//!
//! Tables have no `PRIMARY KEY`: DuckDB would keep it as an index that has to fit in memory. No two rows have the same
//! key because of how they are merged.

use super::super::native::Native;
use super::super::table::{Column, ColumnType, Table};
use super::deduplicate::deduplicate;
use super::lists::{self, Named, ORDER};
use super::{Dialect, list, one_line, quoted};
use crate::model::{Disposition, MergeStrategy};

/// DuckDB, from version 1.4 on (`MERGE INTO`).
pub struct DuckDb;

/// The type of a column. An object with many fields has a line for each.
fn column_type(native: &Native<'_>, indent: &str) -> String {
    match native {
        Native::One(kind) => single(*kind).to_owned(),
        Native::List(element) => column_type(element, indent) + "[]",
        Native::Struct(object, natives) => {
            let inner = format!("{indent}  ");
            let fields = object.fields.iter().zip(natives).map(|(field, native)| {
                let kind = column_type(native, &inner);
                format!("{} {kind}", quoted(field.name.column()))
            });
            let fields: Vec<_> = fields.collect();
            let line = fields.join(", ");
            if line.len() <= LINE && !line.contains('\n') {
                return format!("STRUCT({line})");
            }
            let lines = fields.join(&format!(",\n{inner}"));
            format!("STRUCT(\n{inner}{lines}\n{indent})")
        }
    }
}

/// Letters of the fields of an object that stand on one line.
const LINE: usize = 80;

/// The type of a single value; see <https://duckdb.org/docs/stable/sql/data_types/overview>.
fn single(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text => "VARCHAR",
        ColumnType::Integer => "BIGINT",
        ColumnType::Number => "DOUBLE",
        ColumnType::Boolean => "BOOLEAN",
        ColumnType::Decimal => "DECIMAL(38, 9)",
        ColumnType::Timestamp => "TIMESTAMPTZ",
        ColumnType::Date => "DATE",
        ColumnType::Time => "TIME",
        ColumnType::Uuid => "UUID",
        ColumnType::Binary => "BLOB",
        ColumnType::Json => "JSON",
    }
}

/// The time of the commit, which is given as a text.
const AT: &str = "CAST($1 AS TIMESTAMPTZ)";

impl Dialect for DuckDb {
    const NAME: &'static str = "duckdb";
    const TITLE: &'static str = "DuckDB";

    fn sections(table: &Table<'_>) -> Vec<(String, String)> {
        let statements = Statements::of(table);
        let mut sections = vec![("create", statements.create())];
        let adds = statements.adds();
        sections.extend((!adds.is_empty()).then_some(("add", adds)));
        sections.push(("stage", statements.stage()));
        if !table.is_list {
            let lists = statements.lists.iter();
            let empty = lists.map(|list| format!("\nDELETE FROM {};", list.table));
            let empty = format!("DELETE FROM {};", statements.table) + &empty.collect::<String>();
            sections.push(("empty", empty));
            let deduplicate = deduplicate(&named(table));
            sections.extend(deduplicate.map(|text| ("deduplicate", text)));
            sections.push(("apply", statements.apply()));
            if let Some(update) = statements.update() {
                sections.push(("near", statements.near()));
                sections.push(("update", update));
            }
            sections.extend(statements.retire().map(|retire| ("retire", retire)));
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

    fn primary_key(&self) -> Vec<&'t str> {
        self.of.primary_key.iter().map(String::as_str).collect()
    }

    fn create(&self) -> String {
        let mut lines: Vec<String> = self.of.columns.iter().map(definition).collect();
        let scd2 = self.of.strategy() == Some(MergeStrategy::Scd2);
        if scd2 {
            lines.push("\"valid_from\" TIMESTAMPTZ NOT NULL".to_owned());
            lines.push("\"valid_to\" TIMESTAMPTZ".to_owned());
        }
        let columns = lines.join(",\n  ");
        let mut text = String::new();
        if self.of.is_keyed() {
            let key = list(self.primary_key(), "");
            text.push_str(&format!("-- `apply` keeps one row of each key ({key}).\n"));
        }
        text += &format!("CREATE TABLE {} (\n  {columns}\n);\n", self.table);
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
            let (name, kind) = (quoted(&column.name), column_type(&column.native, ""));
            format!("ALTER TABLE {} ADD COLUMN {name} {kind};\n", self.table)
        });
        adds.collect()
    }

    fn stage(&self) -> String {
        let columns: Vec<_> = self.of.columns.iter().map(definition).collect();
        format!(
            "CREATE OR REPLACE TEMP TABLE {} (\n  {},\n  {ORDER} BIGINT NOT NULL\n);",
            self.stage,
            columns.join(",\n  "),
        )
    }

    fn apply(&self) -> String {
        if self.of.strategy() == Some(MergeStrategy::Scd2) {
            return self.versions();
        }
        let mut text = self.apply_lists();
        match self.of.strategy() {
            Some(MergeStrategy::DeleteInsert) => {
                let merge_key = match &*self.of.merge_key {
                    [] => &self.of.primary_key,
                    key => key,
                };
                text.push_str(&self.delete_same(merge_key));
                if !self.of.primary_key.is_empty() && *merge_key != self.of.primary_key {
                    text.push_str(&self.delete_same(&self.of.primary_key));
                }
            }
            // The table is empty.
            _ if *self.of.disposition == Disposition::Replace => {}
            _ if !self.of.is_keyed() => {}
            Some(MergeStrategy::InsertOnly) => return text + &self.insert_new(),
            _ if self.of.others().is_empty() => return text + &self.insert_new(),
            _ => text.push_str(&self.delete_same(&self.of.primary_key)),
        }
        text + &self.insert()
    }

    /// Takes the rows of lists in.
    fn apply_lists(&self) -> String {
        let living = self.of.hard_delete.map(|mark| is_living(mark, ""));
        lists::apply(&named(self.of), &self.lists, living.as_deref())
    }

    /// Adds the staged rows that are not deleted, in the order in which they came.
    fn insert(&self) -> String {
        let living = self.of.hard_delete.map(|mark| is_living(mark, ""));
        let living = living.map(|living| format!("\nWHERE {living}"));
        format!(
            "INSERT INTO {} ({columns})\nSELECT {columns}\nFROM {}{};",
            self.table,
            self.stage,
            living.unwrap_or_default(),
            columns = self.columns,
        )
    }

    /// Whether a quarter of the rows between the first and the last whose key comes have a key that comes.
    ///
    /// An update unpacks and packs all values around a row. Measured with 15 columns, it takes half of the time of deleting
    /// and adding where rows are this near, and many times as long where they are spread over the table.
    fn near(&self) -> String {
        format!(
            "SELECT count(*) * 4 > max(rowid) - min(rowid)\nFROM {}\nWHERE {};",
            self.table,
            self.is_staged(&self.of.primary_key),
        )
    }

    /// What `apply` does by deleting and adding rows, by updating those that have changed. The values of columns that the
    /// table has beside these stay.
    fn update(&self) -> Option<String> {
        let others = self.of.others();
        if self.of.strategy() != Some(MergeStrategy::Upsert) || others.is_empty() {
            return None;
        }
        let mut text = self.apply_lists();
        text.push_str(&format!(
            "MERGE INTO {} AS old\nUSING {} AS new\nON {}\n",
            self.table,
            self.stage,
            same(&self.primary_key(), "="),
        ));
        let mut living = String::new();
        if let Some(mark) = self.of.hard_delete {
            living = is_living(mark, "new.");
            text.push_str(&format!("WHEN MATCHED AND NOT ({living}) THEN DELETE\n"));
            living.insert_str(0, " AND ");
        }
        let sets = others.iter().map(|name| {
            let name = quoted(name);
            format!("  {name} = new.{name}")
        });
        let sets: Vec<_> = sets.collect();
        let names = self.of.columns.iter().map(|column| column.name.as_str());
        text.push_str(&format!(
            "WHEN MATCHED AND ({}) THEN UPDATE SET\n{}\nWHEN NOT MATCHED{living} THEN INSERT ({})\n  VALUES ({});",
            Self::changed(&others),
            sets.join(",\n"),
            self.columns,
            list(names, "new."),
        ));
        Some(text)
    }

    /// Adds the staged rows whose key is new and that are not deleted.
    fn insert_new(&self) -> String {
        let living = self.of.hard_delete;
        let living = living.map(|mark| format!("\n  AND {}", is_living(mark, "new.")));
        format!(
            "INSERT INTO {table} ({columns})\nSELECT {columns}\nFROM {} AS new\nWHERE NOT EXISTS (SELECT 1 FROM {table} AS old \
             WHERE {}){};",
            self.stage,
            same(&self.primary_key(), "="),
            living.unwrap_or_default(),
            table = self.table,
            columns = self.columns,
        )
    }

    /// Deletes the rows whose key is that of a staged row.
    fn delete_same(&self, key: &[String]) -> String {
        format!(
            "DELETE FROM {}\nWHERE {};\n",
            self.table,
            self.is_staged(key)
        )
    }

    /// Whether a row has the key of a staged one.
    fn is_staged(&self, key: &[String]) -> String {
        let key = list(key.iter().map(String::as_str), "");
        format!("({key}) IN (SELECT {key} FROM {})", self.stage)
    }

    /// Whether a row has changed: one of these columns.
    fn changed(names: &[&str]) -> String {
        let distinct = names.iter().map(|name| {
            let name = quoted(name);
            format!("old.{name} IS DISTINCT FROM new.{name}")
        });
        distinct.collect::<Vec<_>>().join("\n    OR ")
    }

    /// Whether two rows are versions of the same: they have one key, or where there is none, all columns are the same.
    fn same_identity(&self) -> String {
        if self.of.primary_key.is_empty() {
            let names = self.of.columns.iter().map(|column| column.name.as_str());
            return same(&names.collect::<Vec<_>>(), "IS NOT DISTINCT FROM");
        }
        same(&self.primary_key(), "=")
    }

    /// Ends the versions that have changed and adds the new ones.
    fn versions(&self) -> String {
        let mut text = if self.of.primary_key.is_empty() {
            format!(
                "DELETE FROM {stage}\nWHERE {ORDER} NOT IN (SELECT max({ORDER}) FROM {stage} GROUP BY {columns});\n",
                stage = self.stage,
                columns = self.columns,
            )
        } else {
            String::new()
        };
        let same_row = self.same_identity();
        let others = self.of.others();
        if !self.of.primary_key.is_empty() && !others.is_empty() {
            text.push_str(&format!(
                "UPDATE {} AS old\nSET \"valid_to\" = {AT}\nFROM {} AS new\nWHERE old.\"valid_to\" IS NULL AND {same_row}\n  \
                 AND ({});\n",
                self.table,
                self.stage,
                Self::changed(&others),
            ));
        }
        text + &format!(
            "INSERT INTO {table} ({columns}, \"valid_from\")\nSELECT {columns}, {AT}\nFROM {} AS new\nWHERE NOT EXISTS (SELECT 1 \
             FROM {table} AS old WHERE old.\"valid_to\" IS NULL AND {same_row});",
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
            |same: &str| format!("EXISTS (SELECT 1 FROM {} AS new WHERE {same})", self.stage);
        let mut text = format!(
            "UPDATE {} AS old\nSET \"valid_to\" = {AT}\nWHERE old.\"valid_to\" IS NULL\n  AND NOT {}",
            self.table,
            exists(&self.same_identity()),
        );
        if !self.of.merge_key.is_empty() {
            let names: Vec<_> = self.of.merge_key.iter().map(String::as_str).collect();
            text.push_str(&format!("\n  AND {}", exists(&same(&names, "="))));
        }
        Some(text + ";")
    }
}

/// Columns of an old and a new row that are equal.
fn same(names: &[&str], equals: &str) -> String {
    let equal = names.iter().map(|name| {
        let name = quoted(name);
        format!("old.{name} {equals} new.{name}")
    });
    equal.collect::<Vec<_>>().join(" AND ")
}

/// A text on one line, in quotes.
fn literal(text: &str) -> String {
    let text = one_line(text).replace('\0', "");
    format!("'{}'", text.replace('\'', "''"))
}

fn definition(column: &Column<'_>) -> String {
    let null = if column.nullable { "" } else { " NOT NULL" };
    format!(
        "{} {}{null}",
        quoted(&column.name),
        column_type(&column.native, "  ")
    )
}

/// Whether a staged row is not deleted; `of` stands before the column.
fn is_living((column, boolean): (&str, bool), of: &str) -> String {
    let state = if boolean { "IS NOT TRUE" } else { "IS NULL" };
    format!("{of}{} {state}", quoted(column))
}
