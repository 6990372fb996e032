//! A place that tables are loaded into, and what is read back from there by another program.

use super::model::{COLUMNS, Row, Version};
use super::world::ALL;
use serde_json::{Map, Value};

/// A destination.
pub trait Place {
    /// As `--to` has it.
    fn to(&self) -> String;

    /// The rows of a table as JSON objects; versions by the time of their beginning.
    fn rows(&self, table: &str) -> Vec<Value>;

    /// The variables that every command is given.
    fn environment(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Resources that are loaded where runs are disturbed: those whose table a second run of the same content leaves as it
    /// is, while `logged` has all there is once more.
    fn repeatable(&self) -> Vec<&'static str> {
        ALL.into_iter().filter(|name| *name != "logged").collect()
    }

    /// The arguments that every command is given beside.
    fn arguments(&self) -> &[&str] {
        &[]
    }
}

/// A row as the model has it: programs write booleans and decimals in their own ways.
pub fn plain(row: &Row) -> Row {
    let values = COLUMNS.iter().map(|name| {
        let value = match (*name, &row[*name]) {
            ("gone", Value::Number(number)) => Value::from(number.as_i64() != Some(0)),
            ("place" | "tags" | "lines", Value::String(text)) => {
                inside(name, &serde_json::from_str(text).expect("JSON"))
            }
            (_, value) => inside(name, value),
        };
        ((*name).to_owned(), value)
    });
    values.collect::<Map<_, _>>()
}

fn object(row: &Value) -> &Row {
    row.as_object().expect("a row")
}

/// A value, and what is inside of it.
fn inside(name: &str, value: &Value) -> Value {
    match (name, value) {
        (_, Value::Object(fields)) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, value)| (name.clone(), inside(name, value)));
            Value::Object(fields.collect())
        }
        (_, Value::Array(elements)) => {
            let elements = elements.iter().map(|element| inside(name, element));
            elements.collect()
        }
        ("price", Value::Number(number)) => Value::from(price(&number.to_string())),
        ("price", Value::String(text)) => Value::from(price(text)),
        ("at", Value::String(text)) => Value::from(text.replace("+00:00", "Z")),
        ("at", Value::Number(second)) => {
            let instant = jiff::Timestamp::from_second(second.as_i64().expect("a whole number"));
            Value::from(instant.expect("an instant").to_string())
        }
        _ => value.clone(),
    }
}

/// A decimal number with two digits behind its point.
pub fn price(text: &str) -> String {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let rest = rest.trim_end_matches('0');
    format!("{whole}.{rest:0<2}")
}

/// The rows of a table in a fixed order.
pub fn table(place: &dyn Place, name: &str) -> Vec<Row> {
    let rows = place.rows(name);
    sorted(rows.iter().map(|row| plain(object(row))).collect())
}

/// The versions of a table in a fixed order; each ends no earlier than it begins.
pub fn versions(place: &dyn Place, name: &str) -> Vec<Version> {
    let rows = place.rows(name);
    let versions = rows.iter().map(|row| {
        let end = &row["valid_to"];
        assert!(row["valid_from"].is_string(), "{row}");
        if let Some(end) = end.as_str() {
            assert!(
                row["valid_from"].as_str().is_some_and(|start| start < end),
                "{row}"
            );
        }
        (plain(object(row)), end.is_null())
    });
    sorted(versions.collect())
}

/// The same in a fixed order.
pub fn sorted<T: Clone + Into<Sortable>>(mut rows: Vec<T>) -> Vec<T> {
    rows.sort_by_cached_key(|row| row.clone().into().0);
    rows
}

/// What rows are sorted by: their values in the order of the columns.
pub struct Sortable(String);

impl From<Row> for Sortable {
    fn from(row: Row) -> Self {
        Self(format!("{:?}", COLUMNS.map(|name| row[name].clone())))
    }
}

impl From<Version> for Sortable {
    fn from((row, current): Version) -> Self {
        Self(format!("{} {current}", Self::from(row).0))
    }
}
