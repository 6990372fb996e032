//! Tables of lists: what they have to hold beside the tables of their records.

use super::model::Row;
use super::place::{Place, price};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The resources of `specs/obstacle_normalized.yaml` with the common record.
pub const ALL: [&str; 7] = [
    "appended",
    "replaced",
    "upserted",
    "living",
    "inserted",
    "teams",
    "teams_living",
];

/// An object and lists, as absent, null, empty and full as such can be, from a number.
pub fn nested(number: i64) -> Map<String, Value> {
    let part = |at: i64| (number / 3 + at) % 4;
    let parts = |at: i64| (0..part(at)).map(|part| part * number).collect::<Vec<_>>();
    let taxes = |line: i64| {
        let taxes = 0..part(line + 1) - 1;
        let tax = |at| match part(at + line) {
            0 => json!({ "rate": 0.5 + at as f64, "parts": null }),
            1 => json!({ "rate": 0.25 + at as f64 }),
            _ => json!({ "rate": 1.5 + line as f64, "parts": parts(at) }),
        };
        taxes.map(tax).collect::<Vec<_>>()
    };
    let line = |at: i64| {
        let price = (part(at) != 2).then(|| format!("{at}.{:02}", number % 100));
        json!({ "sku": format!("s{number}'{at}"), "price": price, "taxes": taxes(at) })
    };
    let place = match number % 5 {
        0 => Value::Null,
        1 => json!({ "city": null, "floors": null }),
        2 => json!({ "city": "Ulm", "floors": { "first": number, "rooms": null } }),
        _ => {
            let rooms: Vec<_> = (0..part(3)).map(|room| format!("r{room}")).collect();
            json!({ "floors": { "first": -1, "rooms": rooms } })
        }
    };
    let lines = match number % 4 {
        0 => Value::Null,
        some => (0..some - 1).map(line).collect(),
    };
    let tags = match number % 3 {
        0 => Value::Null,
        1 => json!([]),
        _ => json!(["a", null, format!("t{number}")]),
    };
    let nested = json!({ "place": place, "lines": lines, "tags": tags });
    nested.as_object().expect("an object").clone()
}

/// The rows of a resource as its tables have them.
fn tables(name: &str, key: &[&str], records: &[Row]) -> BTreeMap<String, Vec<Row>> {
    let lists = [
        "",
        "__place__floors__rooms",
        "__lines",
        "__lines__taxes",
        "__lines__taxes__parts",
        "__tags",
    ];
    let mut tables: BTreeMap<String, Vec<Row>> = lists
        .map(|list| (format!("{name}{list}"), Vec::new()))
        .into();
    for record in records {
        let mut add = |list: &str, values: Value| {
            let mut row = values.as_object().expect("an object").clone();
            if !list.is_empty() {
                row.extend(
                    key.iter()
                        .map(|key| (format!("_{name}_{key}"), record[*key].clone())),
                );
            }
            tables
                .get_mut(&format!("{name}{list}"))
                .expect("a table")
                .push(row);
        };
        let place = &record["place"];
        add(
            "",
            json!({
                "id": record["id"], "team": record["team"], "gone": record["gone"], "changed": record["changed"],
                "place__city": place["city"], "place__floors__first": place["floors"]["first"],
            }),
        );
        for (index, room) in each(&place["floors"]["rooms"]) {
            add(
                "__place__floors__rooms",
                json!({ "_index": index, "value": room }),
            );
        }
        for (index, tag) in each(&record["tags"]) {
            add("__tags", json!({ "_index": index, "value": tag }));
        }
        for (line_index, line) in each(&record["lines"]) {
            add(
                "__lines",
                json!({ "_index": line_index, "sku": line["sku"], "price": line["price"] }),
            );
            for (tax_index, tax) in each(&line["taxes"]) {
                let tax_row =
                    json!({ "_lines_index": line_index, "_index": tax_index, "rate": tax["rate"] });
                add("__lines__taxes", tax_row);
                for (index, part) in each(&tax["parts"]) {
                    let row = json!({
                        "_lines_index": line_index, "_lines__taxes_index": tax_index, "_index": index, "value": part,
                    });
                    add("__lines__taxes__parts", row);
                }
            }
        }
    }
    tables
}

fn each(list: &Value) -> impl Iterator<Item = (usize, &Value)> {
    list.as_array().into_iter().flatten().enumerate()
}

/// A row in words that are the same whichever program wrote it.
fn plain(row: &Row) -> String {
    let values = row.iter().map(|(name, value)| {
        let value = match (name.as_str(), value) {
            ("gone", Value::Number(number)) => Value::from(number.as_i64() != Some(0)),
            ("price", Value::Number(number)) => Value::from(price(&number.to_string())),
            ("price", Value::String(text)) => Value::from(price(text)),
            (_, value) => value.clone(),
        };
        (name, value)
    });
    // By the names of the columns.
    format!("{:?}", values.collect::<BTreeMap<_, _>>())
}

/// Compares the tables of a resource with what they have to hold.
pub fn compare(place: &dyn Place, name: &str, key: &[&str], records: &[Row]) {
    for (table, rows) in tables(name, key, records) {
        let found = place.rows(&table);
        let mut found: Vec<_> = found
            .iter()
            .map(|row| plain(row.as_object().expect("a row")))
            .collect();
        let mut expected: Vec<_> = rows.iter().map(plain).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{table}");
    }
}

/// A record with a value of every type in objects and lists, one with null and empty lists, and one with nulls in them.
pub fn kinds() -> Vec<Value> {
    let all = json!({
        "whole": i64::MAX, "part": 0.1, "yes": true, "exact": "12345678901234567890.000000001",
        "moment": "2026-01-31T09:30:00.1234567+01:00", "day": "2026-01-31", "clock": "08:09:10.5",
        "unique": "67E55044-10B1-426F-9247-BB680E5FE0C8", "bytes": "aGk=", "any": { "b": [1, 2.50] }, "named": { "x": 1 },
        "grid": [[1], []], "either": ["s", 7], "select": "all", "match": "m", "inner": { "word": "w" },
    });
    let full = json!({
        "place": { "code": "a/1", "street": "Main", "numbers": [3, 1] }, "all": all, "needed": [all, all],
        "several": [null, all, {}], "wholes": [i64::MIN, 0], "parts": [0.5], "exacts": ["0.10", "1e2"],
        "flags": [true, false], "moments": ["2026-01-31T09:30:00Z"], "days": ["2026-01-31"], "clocks": ["08:09:10"],
        "uniques": ["67e55044-10b1-426f-9247-bb680e5fe0c8"], "blobs": ["aGk="], "words": ["all", "other"],
        "maybes": [null, "67e55044-10b1-426f-9247-bb680e5fe0c8"], "exact_maybes": ["1.5", null],
        "bare": [{ "inner": [1, null] }, {}, { "inner": [] }], "anys": [1, "x"], "mixed": [["y", 2]], "more": { "z": 1 },
    });
    let empty = json!({
        "place": { "code": "b", "numbers": [] }, "all": {}, "needed": [], "several": [], "words": null, "bare": null,
    });
    vec![full, empty, json!({ "place": { "code": "c" } })]
}
