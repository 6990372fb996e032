//! The tables of lists: their rows follow those of their records.
//!
//! A staged row of a list has the place of its record among those that came, `_spile_order`, as the staged record itself.
//! So the rows of a list that count are those of the staged records that do.

use super::super::table::Table;
use super::{list, quoted};
use crate::model::MergeStrategy;

/// What says of a staged row which record it belongs to.
pub const ORDER: &str = "\"_spile_order\"";

/// A table as a dialect names it.
pub struct Named<'t> {
    /// The table.
    pub of: &'t Table<'t>,
    /// Its name.
    pub table: String,
    /// That of its staging table.
    pub stage: String,
}

/// Takes the staged rows of lists into their tables, before their records are taken into `record`, and after all staged
/// records were removed but one of each key. `living` holds for staged records that are not deleted.
pub fn apply(record: &Named<'_>, lists: &[Named<'_>], living: Option<&str>) -> String {
    let statements = lists.iter().map(|list| {
        let mut text = delete(record, list);
        text.push_str(&insert(record, list, living));
        text
    });
    statements.collect()
}

/// Deletes the rows of the records that are replaced or deleted.
fn delete(record: &Named<'_>, rows: &Named<'_>) -> String {
    let key = list(record.of.primary_key.iter().map(String::as_str), "");
    let own = rows.of.primary_key.iter().take(record.of.primary_key.len());
    let own = list(own.map(String::as_str), "");
    let of_keys = |keys: &str| format!("DELETE FROM {}\nWHERE ({own}) IN ({keys});\n", rows.table);
    let staged = of_keys(&format!("SELECT {key} FROM {}", record.stage));
    match record.of.strategy() {
        Some(MergeStrategy::Upsert) => staged,
        Some(MergeStrategy::DeleteInsert) if record.of.merge_key.is_empty() => staged,
        Some(MergeStrategy::DeleteInsert) => {
            let merge_key = list(record.of.merge_key.iter().map(String::as_str), "");
            let replaced = format!(
                "SELECT {key} FROM {} WHERE ({merge_key}) IN (SELECT {merge_key} FROM {})",
                record.table, record.stage
            );
            of_keys(&replaced) + &staged
        }
        Some(MergeStrategy::InsertOnly | MergeStrategy::Scd2) | None => String::new(),
    }
}

/// Adds the rows of the records that are added or updated.
fn insert(record: &Named<'_>, rows: &Named<'_>, living: Option<&str>) -> String {
    let columns = list(
        rows.of.columns.iter().map(|column| column.name.as_str()),
        "",
    );
    let of = match record.of.strategy() {
        Some(MergeStrategy::InsertOnly) => {
            let same = record.of.primary_key.iter().map(|name| {
                let name = quoted(name);
                format!("old.{name} = new.{name}")
            });
            let same: Vec<_> = same.collect();
            Some(format!(
                "SELECT {ORDER} FROM {} AS new WHERE NOT EXISTS (SELECT 1 FROM {} AS old WHERE {})",
                record.stage,
                record.table,
                same.join(" AND ")
            ))
        }
        _ if !record.of.is_keyed() => None,
        _ => {
            let living = living.map(|living| format!(" WHERE {living}"));
            let living = living.unwrap_or_default();
            Some(format!("SELECT {ORDER} FROM {}{living}", record.stage))
        }
    };
    let of = of.map(|of| format!("\nWHERE {ORDER} IN ({of})"));
    format!(
        "INSERT INTO {} ({columns})\nSELECT {columns}\nFROM {}{};\n",
        rows.table,
        rows.stage,
        of.unwrap_or_default()
    )
}
