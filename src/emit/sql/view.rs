//! The view of a table that is kept in files, for DuckDB: which of their rows the table has.
//!
//! Files are never changed. Each has the rows of one commit, and the manifest beside them says which commits count, when
//! they were, and whether the resource was read as a whole. From that the view makes the table that a database would have.

use super::super::table::{Column, ColumnType, Table};
use super::{list, one_line, quoted};
use crate::model::{Disposition, MergeStrategy};

/// Kinds of files.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// JSON lines, with the columns of the table.
    Jsonl,
    /// Parquet, with the columns of the table.
    Parquet,
}

impl Files {
    /// Its name in file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Parquet => "parquet",
        }
    }

    /// Its name in prose.
    pub fn title(self) -> &'static str {
        match self {
            Self::Jsonl => "files of JSON lines",
            Self::Parquet => "files of Parquet",
        }
    }
}

/// The statement that makes the view of a table, or of a list in its records, to be run in the folder that has that of the
/// table.
pub fn view(table: &Table<'_>, list: Option<&Table<'_>>, files: Files) -> String {
    let view = View { table, files };
    let made = list.unwrap_or(table);
    let mut text = String::from(
        "-- For DuckDB. Relative paths begin in the folder that holds that of the table. The manifest is read anew each time.\n",
    );
    if let Some(description) = made.description {
        text.push_str(&format!("-- {}\n", one_line(description)));
    }
    let mut parts = vec![("commits", view.commits())];
    let rest = match list {
        None => {
            parts.push(("stored", view.stored()));
            view.rest(&mut parts, &names(table))
        }
        Some(list) => view.list(list, &mut parts),
    };
    text.push_str(&format!(
        "CREATE OR REPLACE VIEW {} AS\nWITH ",
        quoted(&made.name)
    ));
    let parts = parts
        .iter()
        .map(|(name, query)| format!("{name} AS (\n{}\n)", indented(query)));
    text.push_str(&parts.collect::<Vec<_>>().join(",\n"));
    text.push_str(&format!("\n{rest};\n"));
    text
}

/// The columns of a table.
fn names(table: &Table<'_>) -> String {
    list(table.columns.iter().map(|column| column.name.as_str()), "")
}

fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| format!("  {line}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// A text in quotes.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// In which order rows came.
const LATEST: &str = "_spile_commit DESC, _spile_row DESC";

/// A column of an object of JSON.
fn in_json(column: &Column<'_>) -> String {
    let kind = match column.kind {
        ColumnType::Text | ColumnType::Binary => "VARCHAR",
        ColumnType::Integer => "BIGINT",
        ColumnType::Number => "DOUBLE",
        ColumnType::Boolean => "BOOLEAN",
        ColumnType::Decimal => "DECIMAL(38, 9)",
        ColumnType::Timestamp => "TIMESTAMPTZ",
        ColumnType::Date => "DATE",
        ColumnType::Time => "TIME",
        ColumnType::Uuid => "UUID",
        ColumnType::Json => "JSON",
    };
    format!("{}: '{kind}'", quoted(&column.name))
}

struct View<'t> {
    table: &'t Table<'t>,
    files: Files,
}

impl View<'_> {
    /// A path below the folder of the table, whose name the runtime part `files` makes in the same way.
    fn path(&self, name: &str) -> String {
        let folder = self.table.name.bytes().map(|byte| match byte {
            b'_' | b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        });
        literal(&format!("{}/{name}", folder.collect::<String>()))
    }

    /// The commits that count.
    fn commits(&self) -> String {
        format!(
            "SELECT c.\"commit\" AS _commit, c.\"at\" AS _at, c.\"whole\" AS _whole, c.file AS _file\nFROM (\n  SELECT \
             unnest(commits) AS c\n  FROM read_json({}, columns = {{\n    commits: 'STRUCT(\"commit\" BIGINT, \"at\" \
             TIMESTAMPTZ, \"whole\" BOOLEAN, file VARCHAR)[]'\n  }})\n)",
            self.path("manifest.json")
        )
    }

    /// The rows in the files.
    fn stored(&self) -> String {
        let all = self.path(&format!("*.{}", self.files.name()));
        let read = match self.files {
            Files::Parquet => {
                format!("read_parquet({all}, union_by_name = true, filename = '_path')")
            }
            Files::Jsonl => {
                let columns = self.table.columns.iter();
                let mut columns: Vec<_> = columns.map(in_json).collect();
                if *self.table.disposition != Disposition::Append {
                    columns.extend(
                        ["_spile_commit", "_spile_row"].map(|name| format!("{name}: 'BIGINT'")),
                    );
                }
                format!(
                    "read_json({all}, format = 'newline_delimited', filename = '_path', columns = {{\n  {}\n}})",
                    columns.join(",\n  ")
                )
            }
        };
        let binary = self
            .table
            .columns
            .iter()
            .filter(|column| self.files == Files::Jsonl && column.kind == ColumnType::Binary);
        let binary = binary.map(|column| format!("from_base64({0}) AS {0}", quoted(&column.name)));
        let binary: Vec<_> = binary.collect();
        let all = match &*binary {
            [] => "*".to_owned(),
            replaced => format!("* REPLACE ({})", replaced.join(", ")),
        };
        format!(
            "SELECT {all}\nFROM {read}\nWHERE parse_filename(_path) IN (SELECT _file FROM commits)"
        )
    }

    /// The rows of a list: those of the records that are left. They have the numbers of their records.
    fn list(&self, list: &Table<'_>, parts: &mut Vec<(&str, String)>) -> String {
        let rows = View {
            table: list,
            files: self.files,
        };
        let columns = names(list);
        if *self.table.disposition == Disposition::Append {
            parts.push(("stored", rows.stored()));
            return format!("SELECT {columns}\nFROM stored");
        }
        parts.push(("stored", self.stored()));
        let records = self.rest(parts, "_spile_commit, _spile_row");
        parts.push(("records", records));
        parts.push(("rows", rows.stored()));
        format!("SELECT {columns}\nFROM rows\nSEMI JOIN records USING (_spile_commit, _spile_row)")
    }

    /// These columns of what is left of the rows; steps before that are added to the parts.
    fn rest(&self, parts: &mut Vec<(&str, String)>, columns: &str) -> String {
        let table = self.table;
        let key = list(table.primary_key.iter().map(String::as_str), "");
        let select = format!("SELECT {columns}\nFROM stored");
        let living = table.hard_delete.map(|(column, boolean)| {
            let column = quoted(column);
            if boolean {
                format!("{column} IS NOT TRUE")
            } else {
                format!("{column} IS NULL")
            }
        });
        let and_living = living
            .map(|living| format!("\n  AND {living}"))
            .unwrap_or_default();
        let one = |order: &str| {
            format!(
                "\nQUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {order}) = 1{and_living}"
            )
        };
        match *table.disposition {
            Disposition::Append => select,
            Disposition::Replace if table.primary_key.is_empty() => select,
            Disposition::Replace => select + &one(LATEST),
            Disposition::Merge { strategy, .. } => match strategy {
                MergeStrategy::Upsert => select + &one(LATEST),
                MergeStrategy::InsertOnly => select + &one("_spile_commit, _spile_row"),
                MergeStrategy::DeleteInsert => self.groups(parts, columns, &and_living),
                MergeStrategy::Scd2 => self.versions(parts, columns),
            },
        }
    }

    /// Rows of which no later commit has another of the same key.
    fn groups(&self, parts: &mut Vec<(&str, String)>, columns: &str, living: &str) -> String {
        let table = self.table;
        let mut keys = vec![&table.primary_key, &table.merge_key];
        keys.retain(|key| !key.is_empty());
        keys.dedup();
        let from = if table.primary_key.is_empty() {
            "stored"
        } else {
            parts.push(("staged", self.last_of_each(&table.primary_key)));
            "staged"
        };
        let conditions = keys.iter().map(|key| {
            let nullable = key.iter().filter(|name| {
                let column = table.columns.iter().find(|column| column.name == **name);
                column.is_some_and(|column| column.nullable)
            });
            let last = format!(
                "max(_spile_commit) OVER (PARTITION BY {}) = _spile_commit",
                list(key.iter().map(String::as_str), "")
            );
            let mut conditions = vec![last];
            // What is null is not the same as anything.
            conditions.extend(nullable.map(|name| format!("{} IS NULL", quoted(name))));
            match &*conditions {
                [last] => last.clone(),
                all => format!("({})", all.join(" OR ")),
            }
        });
        let conditions: Vec<_> = conditions.collect();
        format!(
            "SELECT {columns}\nFROM {from}\nQUALIFY {}{living}",
            conditions.join("\n  AND ")
        )
    }

    /// The last row of each key in each commit.
    fn last_of_each(&self, key: &[String]) -> String {
        format!(
            "SELECT *\nFROM stored\nQUALIFY row_number() OVER (PARTITION BY _spile_commit, {} ORDER BY _spile_row DESC) = 1",
            list(key.iter().map(String::as_str), "")
        )
    }

    /// Versions of rows, and from when to when they were the current ones.
    fn versions(&self, parts: &mut Vec<(&str, String)>, columns: &str) -> String {
        let table = self.table;
        let all: Vec<String> = table
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect();
        let key = if table.primary_key.is_empty() {
            &all
        } else {
            &table.primary_key
        };
        parts.push(("staged", self.last_of_each(key)));
        let key = list(key.iter().map(String::as_str), "");
        let others = all.iter().filter(|name| !table.primary_key.contains(name));
        let others = list(others.map(String::as_str), "");
        // The next commit that would have the row if it were still there.
        let missed = if table.merge_key.is_empty() {
            "_missed".to_owned()
        } else {
            format!(
                "min(_spile_commit) FILTER (WHERE _whole) OVER (\n    PARTITION BY {}\n    ORDER BY _spile_commit RANGE \
                 BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING\n  ) AS _missed",
                list(table.merge_key.iter().map(String::as_str), "")
            )
        };
        let loads = if table.merge_key.is_empty() {
            let next = "SELECT *,\n  min(_commit) FILTER (WHERE _whole) OVER (\n    ORDER BY _commit ROWS BETWEEN 1 \
                        FOLLOWING AND UNBOUNDED FOLLOWING\n  ) AS _missed\nFROM commits";
            parts.push(("loads", next.to_owned()));
            "loads"
        } else {
            "commits"
        };
        parts.push((
            "came",
            format!("SELECT staged.*, _at,\n  {missed}\nFROM staged\nJOIN {loads} ON _commit = _spile_commit"),
        ));
        let changed = if table.primary_key.is_empty() || others.is_empty() {
            String::new()
        } else {
            format!("\n    OR lag(row({others})) OVER same IS DISTINCT FROM row({others})")
        };
        parts.push((
            "steps",
            format!(
                "SELECT *,\n  lead(_spile_commit) OVER same AS _next,\n  (lag(_spile_commit) OVER same IS NULL\n    OR \
                 lag(_missed) OVER same < _spile_commit{changed}) AS _begins\nFROM came\nWINDOW same AS (PARTITION BY {key} \
                 ORDER BY _spile_commit)"
            ),
        ));
        parts.push((
            "ends",
            format!(
                "SELECT *,\n  CASE\n    WHEN _missed < coalesce(_next, _missed + 1) THEN _missed\n    WHEN lead(_begins) OVER \
                 same THEN _next\n  END AS _end,\n  count(*) FILTER (WHERE _begins) OVER same AS _version\nFROM steps\nWINDOW \
                 same AS (PARTITION BY {key} ORDER BY _spile_commit)"
            ),
        ));
        parts.push((
            "versions",
            format!(
                "SELECT *, max(_end) OVER (PARTITION BY {key}, _version) AS _ended\nFROM ends\nQUALIFY _begins"
            ),
        ));
        format!(
            "SELECT {columns},\n  versions._at AS valid_from,\n  ended._at AS valid_to\nFROM versions\nLEFT JOIN commits AS \
             ended ON ended._commit = _ended"
        )
    }
}
