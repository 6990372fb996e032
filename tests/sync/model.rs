//! What tables have to hold: each disposition in a few lines, over rows in memory.

use serde_json::{Map, Value};

/// A record, or a row.
pub type Row = Map<String, Value>;

/// A version of a row: the row, and whether it is the current one.
pub type Version = (Row, bool);

/// What the API gives in one run.
pub struct Read<'r> {
    /// In the order in which they come.
    pub records: &'r [Row],
    /// Whether that is all there is.
    pub whole: bool,
}

fn same(a: &Row, b: &Row, key: &[&str]) -> bool {
    key.iter().all(|name| a[*name] == b[*name])
}

/// The last record of each key, in the order of those.
fn last_of_each(records: &[Row], key: &[&str]) -> Vec<Row> {
    let mut last: Vec<Row> = Vec::new();
    for record in records {
        last.retain(|other| !same(other, record, key));
        last.push(record.clone());
    }
    last
}

fn is_gone(record: &Row) -> bool {
    record["gone"] == true
}

pub fn append(table: &mut Vec<Row>, read: &Read<'_>) {
    table.extend(read.records.iter().cloned());
}

pub fn replace(table: &mut Vec<Row>, read: &Read<'_>, key: &[&str]) {
    *table = if key.is_empty() {
        read.records.to_vec()
    } else {
        last_of_each(read.records, key)
    };
}

pub fn upsert(table: &mut Vec<Row>, read: &Read<'_>, key: &[&str], hard_delete: bool) {
    for record in last_of_each(read.records, key) {
        table.retain(|row| !same(row, &record, key));
        if !(hard_delete && is_gone(&record)) {
            table.push(record);
        }
    }
}

pub fn insert_only(table: &mut Vec<Row>, read: &Read<'_>, key: &[&str]) {
    for record in read.records {
        if !table.iter().any(|row| same(row, record, key)) {
            table.push(record.clone());
        }
    }
}

pub fn delete_insert(
    table: &mut Vec<Row>,
    read: &Read<'_>,
    (primary, merge): (&[&str], &[&str]),
    hard_delete: bool,
) {
    let records = if primary.is_empty() {
        read.records.to_vec()
    } else {
        last_of_each(read.records, primary)
    };
    table.retain(|row| {
        let goes =
            |record| same(row, record, merge) || !primary.is_empty() && same(row, record, primary);
        !records.iter().any(goes)
    });
    table.extend(
        records
            .into_iter()
            .filter(|record| !(hard_delete && is_gone(record))),
    );
}

pub fn versions(table: &mut Vec<Version>, read: &Read<'_>, key: &[&str]) {
    let all: Vec<&str> = vec!["id", "team", "name", "price", "gone", "changed"];
    let key = if key.is_empty() { &all[..] } else { key };
    let records = last_of_each(read.records, key);
    for record in &records {
        let current = table
            .iter_mut()
            .find(|(row, current)| *current && same(row, record, key));
        match current {
            Some((row, _)) if row == record => continue,
            Some((_, current)) => *current = false,
            None => {}
        }
        table.push((record.clone(), true));
    }
    if read.whole {
        for (row, current) in table {
            *current &= records.iter().any(|record| same(row, record, key));
        }
    }
}
