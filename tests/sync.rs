//! `sync` of a generated connector: every disposition and merge strategy against a model of it, on histories of any
//! content, undisturbed and with runs that are killed or fail.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "sync/bucket.rs"]
mod bucket;
#[path = "sync/disk.rs"]
mod disk;
#[path = "sync/duck.rs"]
mod duck;
mod harness;
#[path = "sync/lake.rs"]
mod lake;
#[path = "sync/model.rs"]
mod model;
#[path = "sync/normalized.rs"]
mod normalized;
#[path = "sync/place.rs"]
mod place;
#[path = "sync/postgres.rs"]
mod postgres;
#[path = "sync/proxy.rs"]
mod proxy;
#[path = "sync/sqlite.rs"]
mod sqlite;
#[path = "sync/terminal.rs"]
mod terminal;
#[path = "sync/with_bucket.rs"]
mod with_bucket;
#[path = "sync/with_duckdb.rs"]
mod with_duckdb;
#[path = "sync/with_postgres.rs"]
mod with_postgres;
#[path = "sync/world.rs"]
mod world;

use lake::Lake;
use place::Place;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use sqlite::Sqlite;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use world::{Step, World, steps};

/// A fresh folder, in memory where there is such a place: what counts is what is there when a program was killed, not
/// when the power failed.
fn folder() -> tempfile::TempDir {
    harness::build();
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    folder.expect("a folder")
}

/// Loads histories and compares all tables after each step.
fn histories_come_out_as_the_model_says<P: Place>(cases: u32, open: impl Fn(&Path) -> P) {
    histories_of(World::new, cases, open);
}

/// The same in a world of its own.
fn histories_of<P: Place>(world: fn() -> World, cases: u32, open: impl Fn(&Path) -> P) {
    let mut runner = TestRunner::new(Config {
        cases,
        // Each attempt takes seconds.
        max_shrink_iters: 30,
        failure_persistence: None,
        ..Config::default()
    });
    let checked = runner.run(&steps(), |steps| {
        let folder = folder();
        let place = open(folder.path());
        let mut world = world();
        for step in steps {
            world.advance(&step);
            harness::succeed("sync", &world.sync(&place, world.all()));
            world.model_run();
            world.compare(&place, world.all());
        }
        Ok(())
    });
    checked.unwrap();
}

#[test]
fn tables_of_sqlite_are_those_of_the_model() {
    histories_come_out_as_the_model_says(16, Sqlite::new);
}

#[test]
fn tables_of_sqlite_that_are_loaded_at_once_are_those_of_the_model() {
    histories_come_out_as_the_model_says(12, Sqlite::staged);
}

#[test]
fn tables_of_lists_in_sqlite_are_those_of_the_model() {
    histories_of(World::normalized, 16, Sqlite::new);
}

#[test]
fn tables_of_lists_in_sqlite_that_are_loaded_at_once_are_those_of_the_model() {
    histories_of(World::normalized, 6, Sqlite::staged);
}

#[test]
fn tables_of_jsonl_are_those_of_the_model() {
    histories_come_out_as_the_model_says(12, Lake::jsonl);
}

#[test]
fn tables_of_parquet_are_those_of_the_model() {
    histories_come_out_as_the_model_says(12, Lake::parquet);
}

/// A run that is not waited for.
fn begin(world: &World, place: &dyn Place, resources: &[&str]) -> Child {
    let mut command = world.command(place, resources);
    command
        .arg("--quiet")
        .stderr(Stdio::piped())
        .spawn()
        .expect("the connector runs")
}

/// Resources that are loaded where runs are disturbed.
fn repeatable<P: Place>(world: &World, place: &P) -> Vec<&'static str> {
    let all = place.repeatable().into_iter();
    all.filter(|name| world.all().contains(name)).collect()
}

/// A history of three steps in which every table changes.
fn history() -> Vec<Step> {
    let record = |id, team, cents, gone| (id, team, Some(format!("n{cents}")), cents, gone);
    let first = vec![
        record(1, 0, 100, false),
        record(2, 0, 200, false),
        record(3, 1, 300, false),
        record(1, 0, 101, false),
        record(4, 1, 400, true),
        record(5, 2, 500, false),
        record(2, 2, 201, false),
    ];
    let second = vec![
        record(3, 1, 300, true),
        record(5, 0, 501, false),
        record(6, 1, 600, false),
        record(6, 1, 600, false),
    ];
    let third = vec![
        record(3, 1, 302, false),
        record(1, 2, 102, true),
        record(7, 0, 700, false),
        record(8, 0, 800, false),
    ];
    let step = |records, leaves| Step { records, leaves };
    vec![step(first, 0), step(second, 2), step(third, 3)]
}

/// Runs the history; before each run that counts another is disturbed, once in each of the ways that `disturb` knows:
/// it is given a number from 1 on and says whether that was still a disturbance.
fn disturbed_runs_leave_no_trace<P: Place>(
    open: impl Fn(&Path) -> P,
    disturb: impl Fn(&World, &P, usize) -> bool,
) {
    disturbed_runs_of(World::new, open, disturb);
}

/// The same in a world of its own.
fn disturbed_runs_of<P: Place>(
    world: fn() -> World,
    open: impl Fn(&Path) -> P,
    disturb: impl Fn(&World, &P, usize) -> bool,
) {
    let mut disturbances = 0;
    for number in 1.. {
        let folder = folder();
        let place = open(folder.path());
        let mut world = world();
        let resources = repeatable(&world, &place);
        let mut disturbed = false;
        for step in history() {
            world.advance(&step);
            disturbed |= disturb(&world, &place, number);
            world.fail_after(None);
            harness::succeed("sync", &world.sync(&place, &resources));
            world.model_run();
            world.compare(&place, &resources);
        }
        if !disturbed {
            break;
        }
        disturbances += 1;
    }
    assert!(disturbances > 5, "{disturbances} disturbances");
}

/// A first load whose keys come again, one of them deleted, after the commit of its first page.
fn keys_that_come_again_after_a_commit<P: Place>(place: &P) {
    let mut world = World::new();
    let record = |id, cents, gone| (id, 0, None, cents, gone);
    // On pages of three. The second has no row that is there; what it deletes is.
    let records = vec![
        record(1, 1, false),
        record(2, 2, false),
        record(3, 3, false),
        record(1, 4, true),
        record(4, 5, false),
        record(5, 6, false),
        record(2, 7, false),
    ];
    world.advance(&Step { records, leaves: 0 });
    for resource in ["upserted_new", "living"] {
        let mut command = world.command(place, &[resource]);
        let output = command.args(["--batch-size", "1"]).output();
        let output = output.expect("the connector runs");
        harness::succeed("sync", &output);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("commits 1,"), "{said}");
    }
    world.model_run();
    world.compare(place, &["upserted_new", "living"]);
}

/// A command under `strace`, with what that does to system calls; those that are about other files than these are left
/// alone, if there are any.
fn under_strace(command: &Command, calls: &str, done: &str, files: &[PathBuf]) -> Command {
    let variables = command.get_envs();
    let variables = variables.filter_map(|(name, value)| Some((name, value?)));
    let mut traced = Command::new("strace");
    traced
        .args(["-f", "-qq", "-o", "/dev/null"])
        .args(["-e", &format!("trace={calls}")])
        .args(["-e", &format!("inject={calls}:{done}")]);
    for file in files {
        traced.arg("-P").arg(file);
    }
    traced
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear()
        .envs(variables)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    traced
}

/// Kills the connector when it has come so many times to one of these system calls; whether it came to that.
fn kill_at<P: Place>(world: &World, place: &P, calls: &str, number: usize) -> bool {
    let mut command = world.command(place, &repeatable(world, place));
    command.args(["--batch-size", "2"]);
    let kill = format!("signal=KILL:when={number}");
    let output = under_strace(&command, calls, &kill, &[]).output();
    let output = output.expect("strace runs: apt-get install strace");
    !output.status.success()
}

/// Numbers close together at first and further and further apart, so that a few hundred places are tried by a few runs.
fn spread(number: usize) -> usize {
    number + number * number * number / 12
}

#[test]
fn sqlite_is_whole_after_a_kill_at_any_write() {
    disturbed_runs_leave_no_trace(Sqlite::new, |world, place, number| {
        kill_at(world, place, "pwrite64,ftruncate,unlink", spread(number))
    });
}

#[test]
fn sqlite_is_whole_after_a_kill_at_any_sync() {
    disturbed_runs_leave_no_trace(Sqlite::new, |world, place, number| {
        kill_at(world, place, "fdatasync,fsync", spread(number))
    });
}

#[test]
fn tables_of_lists_in_sqlite_are_whole_after_a_kill_at_any_write() {
    disturbed_runs_of(World::normalized, Sqlite::new, |world, place, number| {
        kill_at(
            world,
            place,
            "pwrite64,ftruncate,unlink",
            spread(2 * number),
        )
    });
}

#[test]
fn files_are_whole_after_a_kill_at_any_write() {
    disturbed_runs_leave_no_trace(Lake::parquet, |world, place, number| {
        kill_at(world, place, "write", spread(number))
    });
}

#[test]
fn files_are_whole_after_a_kill_at_any_sync_or_rename() {
    disturbed_runs_leave_no_trace(Lake::jsonl, |world, place, number| {
        kill_at(
            world,
            place,
            "fsync,rename,unlink,mkdir,openat",
            spread(number),
        )
    });
}

#[test]
fn what_fails_leaves_the_table_as_after_its_last_checkpoint() {
    disturbed_runs_leave_no_trace(Sqlite::new, fails_after);
}

/// Whether a run fails whose API answers so many requests well.
fn fails_after<P: Place>(world: &World, place: &P, number: usize) -> bool {
    world.fail_after(Some(spread(number) - 1));
    let mut command = world.command(place, &repeatable(world, place));
    let output = command
        .args(["--batch-size", "2"])
        .output()
        .expect("the connector runs");
    !output.status.success()
}

#[test]
fn what_fails_leaves_tables_of_lists_as_after_the_last_checkpoint() {
    disturbed_runs_of(World::normalized, Sqlite::new, fails_after);
}

#[test]
fn tables_of_lists_in_jsonl_are_those_of_the_model() {
    histories_of(World::normalized, 6, Lake::jsonl);
}

#[test]
fn tables_of_lists_in_parquet_are_those_of_the_model() {
    histories_of(World::normalized, 8, Lake::parquet);
}

#[test]
fn tables_of_lists_in_files_are_whole_after_a_kill_at_any_sync_or_rename() {
    disturbed_runs_of(World::normalized, Lake::parquet, |world, place, number| {
        let calls = "fsync,rename,unlink,mkdir,openat";
        kill_at(world, place, calls, spread(2 * number))
    });
}

/// A record with a value of every type, and one with nulls.
fn kinds() -> Vec<serde_json::Value> {
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
fn opened(value: &serde_json::Value) -> serde_json::Value {
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
fn the_folder_of_a_list_that_is_somebody_elses_is_refused() {
    let folder = folder();
    let place = Lake::jsonl(folder.path());
    let mut world = World::normalized();
    world.advance(&history()[0]);
    let other = folder.path().join("lake/replaced__lines");
    std::fs::create_dir_all(&other).unwrap();
    std::fs::write(other.join("notes.txt"), "mine").unwrap();
    let output = world.sync(&place, &["replaced"]);
    let said = String::from_utf8(output.stderr).unwrap();
    let expected =
        "replaced__lines` has `notes.txt`, which is not of the list of `replaced`: move it away";
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(expected), "{said}");
    std::fs::remove_dir_all(&other).unwrap();
    harness::succeed("sync", &world.sync(&place, &["replaced"]));
    world.model_run();
    world.compare(&place, &["replaced"]);
}

#[test]
fn tables_of_lists_that_are_gone_are_made_and_those_of_records_that_are_gone_are_emptied() {
    let folder = folder();
    let place = Sqlite::new(folder.path());
    tables_come_back(&place, |sql| drop(place.query(&format!("{sql}; SELECT 1"))));
}

/// Loads tables again of which some are gone.
fn tables_come_back<P: Place>(place: &P, run: impl Fn(&str)) {
    let mut world = World::normalized();
    world.advance(&history()[0]);
    let resources = ["upserted", "inserted", "living"];
    harness::succeed("sync", &world.sync(place, &resources));
    world.model_run();
    for gone in [
        "DROP TABLE upserted__tags",
        "DROP TABLE upserted; DROP TABLE inserted; DROP TABLE living",
    ] {
        run(gone);
        harness::succeed(gone, &world.sync(place, &resources));
        world.compare(place, &resources);
    }
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
fn decimals_are_exact_or_refused<P: Place>(
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

#[test]
fn a_table_gets_the_columns_that_it_lacks_and_anything_else_stops_the_run() {
    let folder = folder();
    let place = Sqlite::new(folder.path());
    let mut world = World::new();
    world.advance(&history()[0]);
    let said = |world: &World, arguments: &[&str]| {
        let mut command = world.command(&place, &["upserted"]);
        let output = command
            .args(arguments)
            .output()
            .expect("the connector runs");
        let text =
            String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap();
        (output.status.code(), text)
    };
    let old = "CREATE TABLE upserted (id INTEGER, team TEXT, changed INTEGER, own TEXT DEFAULT 'x' NOT NULL, \
               PRIMARY KEY (team, id))";
    place.query(&format!("{old}; SELECT 1"));
    let (code, plan) = said(&world, &["--plan"]);
    assert_eq!(code, Some(0), "{plan}");
    insta::assert_snapshot!("sync_plan", plan);
    assert!(
        place.query("PRAGMA table_info(upserted)").len() == 4,
        "a plan changes nothing"
    );
    assert_eq!(said(&world, &["--quiet"]), (Some(0), String::new()));
    world.model_run();
    world.compare(&place, &["upserted"]);

    let changes = [
        "ALTER TABLE upserted DROP COLUMN changed",
        "ALTER TABLE upserted ADD COLUMN changed TEXT",
        "DROP TABLE upserted; CREATE TABLE upserted (id INTEGER, team TEXT, name TEXT, price TEXT, gone INTEGER, changed INTEGER)",
        "ALTER TABLE upserted ADD COLUMN other TEXT NOT NULL DEFAULT ''; DROP TABLE upserted; CREATE TABLE upserted (id INTEGER, \
         team TEXT, name TEXT NOT NULL, price TEXT, gone INTEGER, changed INTEGER, PRIMARY KEY (team, id))",
        "DROP TABLE upserted; CREATE TABLE upserted (id INTEGER, team TEXT, name TEXT, price TEXT, gone INTEGER, changed INTEGER, \
         own TEXT NOT NULL, PRIMARY KEY (team, id))",
        "ALTER TABLE upserted RENAME COLUMN own TO valid_from",
        "DROP TABLE upserted; UPDATE _spile_state SET connector = 'shop'",
    ];
    let mut refusals = String::new();
    for change in changes {
        place.query(&format!("{change}; SELECT 1"));
        let before = place.query("SELECT * FROM sqlite_schema");
        let (code, text) = said(&world, &[]);
        assert_eq!(code, Some(1), "{change}: {text}");
        assert_eq!(
            place.query("SELECT * FROM sqlite_schema"),
            before,
            "{change}"
        );
        refusals += &text;
    }
    insta::assert_snapshot!("sync_refusals", refusals);
}

#[test]
fn a_limit_a_plan_and_a_dry_run_move_no_state_and_a_full_refresh_replaces() {
    let folder = folder();
    let place = Sqlite::new(folder.path());
    let mut world = World::new();
    let resources = ["upserted_new", "replaced", "appended"];
    let run = |world: &World, arguments: &[&str]| {
        let output = world
            .command(&place, &resources)
            .args(arguments)
            .output()
            .expect("the connector runs");
        harness::succeed(&format!("{arguments:?}"), &output);
        String::from_utf8(output.stdout).unwrap()
    };
    world.advance(&history()[0]);
    let dry = world.command(&place, &resources).arg("--dry-run").output();
    let said = String::from_utf8(dry.expect("the connector runs").stderr).unwrap();
    assert!(
        said.contains("records 21, loaded 0, dropped 21, commits 0,"),
        "{said}"
    );
    run(&world, &["--plan"]);
    assert!(
        !folder.path().join("tables.db").exists(),
        "nothing is written"
    );
    run(&world, &["--limit", "2", "--resource", "upserted_new"]);
    let limited = world
        .command(&place, &["replaced"])
        .args(["--limit", "2"])
        .output()
        .expect("the connector runs");
    assert_eq!(limited.status.code(), Some(2), "{limited:?}");
    let state = run(&world, &["--state", "show"]);
    insta::assert_snapshot!("sync_state_limited", state);
    place.query("DELETE FROM appended; SELECT 1");
    run(&world, &[]);
    world.model_run();
    world.compare(&place, &resources);
    let state = run(&world, &["--state", "show"]);
    insta::assert_snapshot!("sync_state", state);
    // A table that is gone is read from the start.
    place.query("ALTER TABLE upserted_new RENAME TO upserted_old; SELECT 1");
    run(&world, &["--resource", "upserted_new"]);
    world.compare(&place, &["upserted_new"]);
    // What was read is forgotten, and rows that nobody knows go.
    place.query("INSERT INTO upserted_new (id, team, changed) VALUES (99, 't', 0); SELECT 1");
    run(&world, &["--full-refresh"]);
    world.compare(&place, &resources);
    run(&world, &["--state", "reset"]);
    assert!(
        run(&world, &["--state", "show"])
            .lines()
            .all(|line| line.ends_with("null}"))
    );
}

#[test]
fn another_run_a_lock_and_a_file_that_is_none_are_told() {
    let folder = folder();
    let place = Sqlite::new(folder.path());
    let world = World::new();
    let path = folder.path().join("tables.db");
    let lock = std::fs::File::create(folder.path().join("tables.db.lock")).unwrap();
    lock.lock().unwrap();
    let said = |place: &Sqlite| {
        let output = world.sync(place, &["upserted"]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        text.replace(folder.path().to_str().unwrap(), "FOLDER")
    };
    let mut told = said(&place);
    lock.unlock().unwrap();
    std::fs::write(
        &path,
        "no database, but a text of some length, so that it cannot be taken for one",
    )
    .unwrap();
    told += &said(&place);
    told += &said(&Sqlite::new(&folder.path().join("missing")));
    insta::assert_snapshot!("sync_unopened", told);
}

#[test]
fn the_first_interrupt_ends_a_run_at_a_checkpoint_and_the_next_run_goes_on() {
    let folder = folder();
    let place = Sqlite::new(folder.path());
    let mut world = World::new();
    let resources = ["appended", "upserted", "teams"];
    world.advance(&history()[0]);
    world.delay(Duration::from_millis(300));
    let mut command = world.command(&place, &resources);
    let child = command
        .stderr(Stdio::piped())
        .spawn()
        .expect("the connector runs");
    std::thread::sleep(Duration::from_millis(450));
    let interrupt = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupt.expect("kill runs").success());
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(
        said.starts_with("stopping at the next checkpoint"),
        "{said}"
    );
    world.delay(Duration::ZERO);
    harness::succeed("sync", &world.sync(&place, &resources));
    world.model_run();
    world.compare(&place, &resources);
}

#[test]
fn figures_are_written_as_prometheus_reads_them() {
    let folder = folder();
    let place = Sqlite::new(folder.path());
    let world = World::new();
    world.advance(&history()[0]);
    let file = folder.path().join("sync.prom");
    let mut command = world.command(&place, &["upserted", "replaced"]);
    let output = command
        .arg("--metrics")
        .arg(&file)
        .output()
        .expect("the connector runs");
    harness::succeed("sync", &output);
    let text = std::fs::read_to_string(file).unwrap();
    let text: Vec<_> = text
        .lines()
        .filter(|line| !line.contains("spile_bytes ") && !line.contains("spile_seconds "))
        .collect();
    insta::assert_snapshot!("sync_metrics", text.join("\n"));
}
