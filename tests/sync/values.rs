//! How values of each type are stored.

use super::*;

/// A record with a value of every type, and one with nulls.
pub fn kinds() -> Vec<serde_json::Value> {
    let part = json!({
        "whole": i64::MIN, "part": -0.1, "exact": "-12345678901234567890.000000001", "yes": false,
        "moment": "2026-01-31T09:30:00.1234567+01:00", "second": 1_769_848_200, "day": "0001-01-01", "noted": "31.01.2026",
        "clock": "08:09:10.5", "unique": "67E55044-10B1-426F-9247-BB680E5FE0C8", "bytes": "AP8=",
        "any": { "b": [1, 2.50, null] }, "named": { "x y": 1 }, "either": "s\u{0}", "select": "other",
        "grid": [[1.50, null], [], ["1e2"]], "inner": { "sentAt": "1969-12-31T23:59:59.9999999Z", "word": "'\"ü\u{0}" },
    });
    let full = json!({
        "place": { "code": "a/1", "street": "Main" }, "whole": i64::MAX, "part": 0.1, "yes": true,
        "exact": "12345678901234567890.000000001", "moment": "2026-01-31T09:30:00.1234567+01:00", "day": "2026-01-31",
        "clock": "08:09:10.5", "unique": "67E55044-10B1-426F-9247-BB680E5FE0C8", "bytes": "aGk=", "words": ["a", "b"],
        "any": { "b": [1, 2.50] }, "named": { "x": 1 }, "select": "all", "parts": [null, part, {}], "anys": [1, null, "x"],
        "trees": [{ "name": "t", "branches": [{ "name": "u" }] }, { "branches": [] }],
    });
    vec![full, json!({ "place": { "code": "b" } })]
}

#[test]
fn types_are_stored_as_stated() {
    let folder = folder();
    let place = Sqlite::new(folder.path());
    let world = World::new();
    world.set_kinds(kinds());
    harness::succeed("sync", &world.sync(&place, &["kinds"]));
    let mut rows = place.query(
        "SELECT *, typeof(whole) || typeof(part) || typeof(exact) || typeof(yes) || typeof(bytes) AS types, hex(bytes) AS hex \
         FROM kinds ORDER BY place__code",
    );
    let empty = rows.pop().unwrap();
    let values = empty.as_object().unwrap().values();
    assert_eq!(
        values.filter(|value| value.is_null()).count(),
        16,
        "{empty}"
    );
    insta::assert_snapshot!("sync_types", serde_json::to_string_pretty(&rows).unwrap());
}

#[test]
fn values_in_lists_and_objects_are_stored_as_stated() {
    let folder = folder();
    let place = Sqlite::new(folder.path());
    let world = World::normalized();
    world.set_kinds(normalized::kinds());
    harness::succeed("sync", &world.sync(&place, &["kinds"]));
    let tables =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'kinds%' ORDER BY name";
    let mut told = serde_json::Map::new();
    for table in place.query(tables) {
        let table = table["name"].as_str().unwrap().to_owned();
        told.insert(table.clone(), place.rows(&table).into());
    }
    insta::assert_snapshot!(
        "sync_types_lists",
        serde_json::to_string_pretty(&told).unwrap()
    );
}

/// A list with what its elements of JSON say.
pub fn opened(value: &serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Array(elements) => elements.iter().map(opened).collect(),
        serde_json::Value::String(json) => serde_json::from_str(json).unwrap(),
        other => other.clone(),
    }
}

#[test]
fn values_in_lists_and_objects_are_stored_in_files_as_stated() {
    let world = World::normalized();
    world.set_kinds(normalized::kinds());
    let mut told = [Lake::jsonl as fn(&Path) -> Lake, Lake::parquet].map(|open| {
        let folder = folder();
        let place = open(folder.path());
        harness::succeed("sync", &world.sync(&place, &["kinds"]));
        let tables = std::fs::read_dir(folder.path().join("lake")).unwrap();
        let tables = tables.map(|table| table.unwrap().file_name().into_string().unwrap());
        let mut tables: Vec<_> = tables.filter(|table| table.starts_with("kinds")).collect();
        tables.sort();
        let rows = tables.into_iter().map(|table| {
            let query = format!("SELECT * FROM \"{table}\" ORDER BY ALL");
            let rows = place.ask("view", &table, &query);
            (table, rows)
        });
        rows.collect::<serde_json::Map<_, _>>()
    });
    for table in told[1].values_mut() {
        for row in table.as_array_mut().unwrap() {
            let values = row.as_object_mut().unwrap().values_mut();
            for list in values.filter(|value| value.is_array()) {
                // It is JSON in the other.
                *list = opened(list).to_string().into();
            }
        }
    }
    assert_eq!(told[0], told[1], "both have the same rows");
    insta::assert_snapshot!(
        "sync_types_lists_files",
        serde_json::to_string_pretty(&told[0]).unwrap()
    );
}

#[test]
fn objects_in_files_get_the_fields_that_they_lack_and_other_types_are_refused() {
    let folder = folder();
    let place = Lake::parquet(folder.path());
    let mut world = World::new();
    world.advance(&history()[0]);
    harness::succeed("sync", &world.sync(&place, &["replaced"]));
    // As a run left it that knew of one field.
    let table = folder.path().join("lake/replaced");
    let manifest = std::fs::read_to_string(table.join("manifest.json")).unwrap();
    let whole = "struct(zone text, price decimal, at timestamp, marks integer[])";
    assert!(manifest.contains(whole), "{manifest}");
    let known = |kind: &str| {
        let text = manifest.replace(whole, kind);
        std::fs::write(table.join("manifest.json"), text).unwrap();
    };
    known("struct(zone text)");
    for file in ["00000000.parquet", "00000001.parquet"] {
        let less = format!(
            "COPY (SELECT * REPLACE ({{'zone': place.zone}} AS place) FROM 'replaced/{file}') TO 'replaced/less' (FORMAT parquet)"
        );
        place.ask("view", "replaced", &less);
        std::fs::rename(table.join("less"), table.join(file)).unwrap();
    }
    let mut plan = world.command(&place, &["replaced"]);
    let plan = plan.arg("--plan").output().expect("the connector runs");
    let plan = String::from_utf8(plan.stdout).unwrap();
    let grows = format!("let the column `place` be of type {whole}");
    assert!(plan.contains(&grows), "{plan}");
    harness::succeed("sync", &world.sync(&place, &["replaced"]));
    world.model_run();
    world.compare(&place, &["replaced"]);

    known("json");
    let output = world.sync(&place, &["replaced"]);
    let said = String::from_utf8(output.stderr).unwrap();
    let expected =
        format!("the table `replaced` has `place` as json, and it has to be {whole}; move ");
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&expected), "{said}");
}

#[test]
fn types_of_files_are_as_stated() {
    let world = World::new();
    world.set_kinds(kinds());
    let mut told = Vec::new();
    for (open, by) in [
        (Lake::jsonl as fn(&Path) -> Lake, "lines"),
        (Lake::parquet, "arrow"),
    ] {
        let folder = folder();
        let place = open(folder.path());
        harness::succeed("sync", &world.sync(&place, &["kinds"]));
        let query = "SELECT *, typeof(exact) || ' ' || typeof(moment) || ' ' || typeof(words) AS types FROM kinds ORDER BY 1";
        told.push(
            json!({ by: place.ask(by, "kinds", ""), "view": place.ask("view", "kinds", query) }),
        );
    }
    insta::assert_snapshot!(
        "sync_types_files",
        serde_json::to_string_pretty(&told).unwrap()
    );
}

#[test]
fn decimals_of_parquet_are_exact_or_refused() {
    decimals_are_exact_or_refused(&Lake::parquet, |place| {
        let query = "SELECT exact FROM kinds ORDER BY place__code";
        place
            .ask("view", "kinds", query)
            .as_array()
            .unwrap()
            .clone()
    });
}

/// Loads decimals, of which `read` has what they have become.
pub fn decimals_are_exact_or_refused<P: Place>(
    open: &dyn Fn(&Path) -> P,
    read: impl Fn(&P) -> Vec<serde_json::Value>,
) {
    let world = World::new();
    let folder = folder();
    let place = open(folder.path());
    let load = |texts: &[&str]| {
        let record = |(at, text): (usize, &&str)| json!({ "place": { "code": at.to_string() }, "exact": text });
        world.set_kinds(texts.iter().enumerate().map(record).collect());
        world.sync(&place, &["kinds"])
    };
    let exact = [
        ("1e3", "1000.000000000"),
        ("-0.50E1", "-5.000000000"),
        ("0.0000000010", "0.000000001"),
        ("0e400", "0.000000000"),
        (
            "-99999999999999999999999999999.999999999",
            "-99999999999999999999999999999.999999999",
        ),
    ];
    harness::succeed("sync", &load(&exact.map(|(text, _)| text)));
    let rows = read(&place);
    let stored = rows.iter().map(|row| row["exact"].as_str().unwrap());
    assert_eq!(stored.collect::<Vec<_>>(), exact.map(|(_, stored)| stored));
    for text in [
        "1e29",
        "0.0000000001",
        "12e-10000000000000000000",
        "100000000000000000000000000000",
    ] {
        let output = load(&[text]);
        let said = String::from_utf8(output.stderr).unwrap();
        let expected = format!(
            "the column `exact` cannot take {text}: it has more than 29 digits before the point"
        );
        assert!(said.contains(&expected), "{said}");
        assert_eq!(output.status.code(), Some(1));
    }
    assert_eq!(read(&place), rows, "nothing is half-loaded");
}
