//! Leaves one row of each key in a staging table whose rows have the place of their record, `_spile_order`.

use super::lists::{Named, ORDER};
use super::{list, quoted};
use crate::model::MergeStrategy;

/// The statement: the last row of a key counts, or the first where only new ones are added. None where rows of one key are
/// all kept, or where there is no key. Keys are never null.
pub fn deduplicate(record: &Named<'_>) -> Option<String> {
    let key = &record.of.primary_key;
    let strategy = record.of.strategy();
    let is_merged = record.of.is_keyed() || strategy == Some(MergeStrategy::Scd2);
    if key.is_empty() || !is_merged {
        return None;
    }
    let kept = match strategy {
        Some(MergeStrategy::InsertOnly) => "min",
        _ => "max",
    };
    let same = key.iter().map(|name| {
        let name = quoted(name);
        format!("one.{name} = kept.{name}")
    });
    Some(format!(
        "DELETE FROM {stage} AS one\nUSING (SELECT {columns}, {kept}({ORDER}) AS {ORDER} FROM {stage} GROUP BY {columns} \
         HAVING count(*) > 1) AS kept\nWHERE {}\n  AND one.{ORDER} <> kept.{ORDER};",
        same.collect::<Vec<_>>().join(" AND "),
        stage = record.stage,
        columns = list(key.iter().map(String::as_str), ""),
    ))
}
