//! What tables have to hold: each disposition in a few lines, over rows in memory.

use serde_json::{Map, Value, json};

/// A record, or a row.
pub type Row = Map<String, Value>;

/// A version of a row: the row, and whether it is the current one.
pub type Version = (Row, bool);

/// The columns of the common record.
pub const COLUMNS: [&str; 9] = [
    "id", "team", "name", "price", "gone", "changed", "place", "tags", "lines",
];

/// An object, a list of texts and one of objects, null, empty and full as such can be, from a number.
pub fn nested(number: i64) -> Row {
    let marks = |at: i64| match (number + at) % 4 {
        0 => Value::Null,
        length => (1..length).map(|mark| mark * number).collect(),
    };
    let price = |at: i64| (at % 3 != 1).then(|| format!("{number}.{:02}", at * 25 % 100));
    let instant = |at: i64| (at % 4 != 2).then(|| format!("2026-01-{:02}T08:30:00Z", at % 28 + 1));
    let zone = |at: i64| (at % 3 != 0).then(|| format!("ü\"{at}'"));
    let place = match number % 4 {
        0 => Value::Null,
        kind => {
            json!({ "zone": zone(kind), "price": price(kind), "at": instant(number), "marks": marks(0) })
        }
    };
    let tags = match number % 3 {
        0 => Value::Null,
        1 => json!([]),
        _ => json!(["a, b", null, format!("t{number}")]),
    };
    let line = |at: i64| {
        let place = (at != 1).then(|| json!({ "zone": zone(at + number) }));
        json!({
            "sku": format!("s{at}"), "price": price(at), "at": 1_769_000_000 + number, "marks": marks(at), "place": place,
        })
    };
    let lines = match number % 5 {
        0 => Value::Null,
        length => (1..length).map(line).collect(),
    };
    let nested = json!({ "place": place, "tags": tags, "lines": lines });
    nested.as_object().expect("an object").clone()
}

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
    let key = if key.is_empty() { &COLUMNS } else { key };
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
