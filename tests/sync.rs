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
#[path = "sync/children.rs"]
mod children;
#[path = "sync/disk.rs"]
mod disk;
#[path = "sync/disturbed.rs"]
mod disturbed;
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
#[path = "sync/values.rs"]
mod values;
#[path = "sync/with_bucket.rs"]
mod with_bucket;
#[path = "sync/with_duckdb.rs"]
mod with_duckdb;
#[path = "sync/with_postgres.rs"]
mod with_postgres;
#[path = "sync/world.rs"]
mod world;

use disturbed::{
    begin, disturbed_runs_leave_no_trace, disturbed_runs_of, fails_after, history,
    keys_that_come_again_after_a_commit, kill_at, repeatable, spread, under_strace,
};
use lake::Lake;
use place::Place;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use sqlite::Sqlite;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use values::{decimals_are_exact_or_refused, kinds};
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

#[test]
fn tables_of_lists_in_jsonl_are_those_of_the_model() {
    histories_of(World::normalized, 6, Lake::jsonl);
}

#[test]
fn tables_of_lists_in_parquet_are_those_of_the_model() {
    histories_of(World::normalized, 8, Lake::parquet);
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
