//! Loading into DuckDB.

use super::duck::Duck;
use super::world::World;
use super::{
    disturbed_runs_leave_no_trace, fails_after, folder, harness,
    histories_come_out_as_the_model_says, histories_of, history, kill_at, kinds, repeatable,
    spread, under_strace,
};
use serde_json::json;
use std::path::Path;
use std::time::Duration;

#[test]
fn tables_of_duckdb_are_those_of_the_model() {
    histories_come_out_as_the_model_says(12, Duck::new);
}

#[test]
fn tables_of_duckdb_that_are_loaded_at_once_are_those_of_the_model() {
    histories_come_out_as_the_model_says(8, Duck::together);
}

#[test]
fn tables_of_lists_in_duckdb_are_those_of_the_model() {
    histories_of(World::normalized, 8, Duck::new);
}

#[test]
fn duckdb_is_whole_after_a_kill_at_any_write() {
    disturbed_runs_leave_no_trace(Duck::new, |world, place, number| {
        kill_at(world, place, "pwrite64,write,rename,unlink", spread(number))
    });
}

#[test]
fn duckdb_is_whole_after_a_kill_at_any_sync() {
    disturbed_runs_leave_no_trace(Duck::new, |world, place, number| {
        // There are some thirty of them.
        kill_at(world, place, "fdatasync,fsync", 3 * number)
    });
}

#[test]
fn what_fails_leaves_the_table_of_duckdb_as_after_its_last_checkpoint() {
    disturbed_runs_leave_no_trace(Duck::new, fails_after);
}

#[test]
fn duckdb_is_whole_after_its_disk_was_full() {
    disturbed_runs_leave_no_trace(Duck::new, |world, place, number| {
        // From then on there is no room. There are two dozen of these calls, more or less as DuckDB's threads divide them.
        let full = format!("error=ENOSPC:when={}+", 3 * number);
        let files = ["", ".wal", ".new"].map(|end| format!("{}{end}", place.file()).into());
        let mut command = world.command(place, &repeatable(world, place));
        command.args(["--batch-size", "2"]);
        let calls = "pwrite64,write,ftruncate,fsync";
        let output = under_strace(&command, calls, &full, &files).output();
        !output.expect("strace runs").status.success()
    });
}

/// What a run says that does not succeed.
fn refusal(world: &World, place: &Duck, resource: &str) -> String {
    let mut command = world.command(place, &[resource]);
    let output = command.arg("--quiet").output().expect("the connector runs");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text =
        String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap();
    let folder = Path::new(place.file()).parent().unwrap();
    text.replace(folder.to_str().unwrap(), "FOLDER")
}

#[test]
fn duckdb_has_values_as_stated() {
    let folder = folder();
    let place = Duck::new(folder.path());
    let world = World::new();
    let mut rows = kinds();
    rows.push(json!({
        "place": { "code": "c\u{0}d" }, "whole": i64::MIN, "exact": "-0.50E1", "moment": "1969-12-31T23:59:59.9999999Z",
        "day": "0001-01-01", "clock": "23:59:59.9999999", "any": "\u{0}",
    }));
    world.set_kinds(rows);
    harness::succeed("sync", &world.sync(&place, &["kinds"]));
    let told = json!({
        "rows": place.query("SELECT * FROM kinds ORDER BY 1"),
        "columns": place.query(
            "SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns() WHERE table_name = 'kinds'",
        ),
        "table": place.query("SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal ORDER BY 1"),
    });
    insta::assert_snapshot!("duckdb_types", serde_json::to_string_pretty(&told).unwrap());
}

#[test]
fn tables_of_duckdb_that_have_columns_of_their_own_are_those_of_the_model() {
    let folder = folder();
    let place = Duck::new(folder.path());
    let mut world = World::new();
    let resources = ["upserted", "upserted_new", "living", "inserted"];
    for (at, step) in history().iter().enumerate() {
        world.advance(step);
        harness::succeed("sync", &world.sync(&place, &resources));
        world.model_run();
        world.compare(&place, &resources);
        for name in resources.iter().filter(|_| at == 0) {
            place.change(&format!(
                "ALTER TABLE {name} ADD COLUMN own VARCHAR; UPDATE {name} SET own = 'mine'"
            ));
        }
    }
    let kept = place.query("SELECT count(*) AS kept FROM upserted WHERE own = 'mine'");
    assert!(kept[0]["kept"].as_u64() > Some(0), "{kept:?}");
}

#[test]
fn rows_of_duckdb_that_are_as_they_were_are_written_again_only_where_they_are_far_apart() {
    let folder = folder();
    let place = Duck::new(folder.path());
    let world = World::new();
    // Codes in the order in which rows are in the table; one that was written again comes last.
    let load = |codes: &str, changed: &str| {
        let kind = |code: char| {
            let exact = if changed.contains(code) { "2.5" } else { "1.5" };
            json!({ "place": { "code": code }, "exact": exact })
        };
        world.set_kinds(codes.chars().map(kind).collect());
        harness::succeed("sync", &world.sync(&place, &["kinds"]));
        let of = "string_agg(place__code, '' ORDER BY rowid)";
        let sql = format!("SELECT {of} AS all, {of} FILTER (exact = 2.5) AS changed FROM kinds");
        place.query(&sql).remove(0)
    };
    let rows = |all: &str, changed: Option<&str>| json!({ "all": all, "changed": changed });
    assert_eq!(load("abcdefghij", ""), rows("abcdefghij", None));
    assert_eq!(load("abde", "d"), rows("abcefghijd", Some("d")));
    assert_eq!(load("ad", "d"), rows("bcefghijad", Some("d")));
}

#[test]
fn keys_that_come_again_after_a_commit_are_updated_in_duckdb() {
    let folder = folder();
    super::keys_that_come_again_after_a_commit(&Duck::new(folder.path()));
}

#[test]
fn decimals_of_duckdb_are_exact_or_refused() {
    super::decimals_are_exact_or_refused(&Duck::new, |place| {
        place.query("SELECT exact FROM kinds ORDER BY place__code")
    });
}

#[test]
fn a_table_of_duckdb_gets_the_columns_that_it_lacks_and_anything_else_is_refused() {
    let folder = folder();
    let place = Duck::new(folder.path());
    let mut world = World::new();
    world.advance(&history()[0]);
    place.change(
        "CREATE TABLE \"Upserted\" (id BIGINT NOT NULL, team VARCHAR NOT NULL, changed BIGINT NOT NULL, own VARCHAR DEFAULT 'x' \
         NOT NULL, place STRUCT(zone VARCHAR), lines STRUCT(sku VARCHAR, place STRUCT(zone VARCHAR))[])",
    );
    let mut plan = world.command(&place, &["upserted"]);
    let plan = plan.arg("--plan").output().expect("the connector runs");
    harness::succeed("sync --plan", &plan);
    insta::assert_snapshot!("duckdb_plan", String::from_utf8(plan.stdout).unwrap());
    assert_eq!(
        place.query("FROM duckdb_tables()").len(),
        1,
        "a plan changes nothing"
    );
    harness::succeed("sync", &world.sync(&place, &["upserted"]));
    world.model_run();
    world.compare(&place, &["upserted"]);
    // What others added to a row stays.
    place.change("UPDATE upserted SET own = 'y'");
    harness::succeed("sync", &world.sync(&place, &["upserted"]));
    let others = place.query("SELECT DISTINCT own FROM upserted");
    assert_eq!(others, [json!({ "own": "y" })]);
    // What others added to an object is null in what is loaded.
    place.change(
        "ALTER TABLE upserted ALTER place TYPE STRUCT(zone VARCHAR, own VARCHAR, price DECIMAL(38, 9), \"at\" TIMESTAMPTZ, marks \
         BIGINT[])",
    );
    place.change("UPDATE upserted SET place = struct_update(place, own := 'z')");
    harness::succeed("sync", &world.sync(&place, &["upserted"]));
    let others = place.query("SELECT DISTINCT place.own AS own FROM upserted");
    assert_eq!(others, [json!({ "own": null })]);

    let mut told = String::new();
    for change in [
        "ALTER TABLE upserted ALTER own DROP DEFAULT",
        "ALTER TABLE upserted DROP own; ALTER TABLE upserted ALTER price TYPE DOUBLE",
        "ALTER TABLE upserted ALTER price TYPE DECIMAL(38, 9); ALTER TABLE upserted ALTER tags TYPE JSON USING to_json(tags)",
        "ALTER TABLE upserted DROP tags; ALTER TABLE upserted ALTER place TYPE STRUCT(zone VARCHAR, price DOUBLE)",
        "ALTER TABLE upserted DROP place; ALTER TABLE upserted ALTER name SET NOT NULL",
        "DROP TABLE upserted; CREATE VIEW upserted AS SELECT 1",
        "DROP VIEW upserted; UPDATE _spile_state SET connector = 'shop'",
    ] {
        if change.contains("name SET") {
            place.change("UPDATE upserted SET name = 'n' WHERE name IS NULL");
        }
        place.change(change);
        let before = place.query("SELECT sql FROM duckdb_tables()");
        told += &refusal(&world, &place, "upserted");
        assert_eq!(
            place.query("SELECT sql FROM duckdb_tables()"),
            before,
            "{change}"
        );
    }
    insta::assert_snapshot!("duckdb_refusals", told);
}

#[test]
fn a_full_refresh_of_duckdb_replaces_the_rows_that_are_there() {
    let folder = folder();
    let place = Duck::new(folder.path());
    let mut world = World::new();
    let resources = ["upserted", "living", "teams", "inserted"];
    world.advance(&history()[0]);
    harness::succeed("sync", &world.sync(&place, &resources));
    for name in resources {
        place.change(&format!(
            "INSERT INTO {name} (id, team, changed) VALUES (99, 't', 0)"
        ));
    }
    let mut command = world.command(&place, &resources);
    let output = command.arg("--full-refresh").output();
    harness::succeed("sync", &output.expect("the connector runs"));
    world.model_run();
    world.compare(&place, &resources);
}

#[test]
fn another_program_another_run_and_what_is_no_file_of_duckdb_are_told() {
    let folder = folder();
    let place = Duck::new(folder.path());
    let mut world = World::new();
    world.advance(&history()[0]);
    place.hold(true);
    let said = refusal(&world, &place, "upserted");
    place.hold(false);
    let expected = "`FOLDER/tables.duckdb` is in use by another program, ";
    assert!(said.contains(expected) && said.contains("(PID "), "{said}");

    world.delay(Duration::from_millis(700));
    let mut first = world.command(&place, &["upserted", "replaced"]);
    let mut first = first.arg("--quiet").spawn().expect("the connector runs");
    std::thread::sleep(Duration::from_secs(1));
    let mut told = refusal(&world, &place, "replaced");
    assert!(first.wait().expect("it ends").success());
    world.delay(Duration::ZERO);
    world.model_run();
    world.compare(&place, &["upserted", "replaced"]);

    told += &refusal(
        &world,
        &Duck::new(&folder.path().join("missing")),
        "upserted",
    );
    std::fs::write(
        place.file(),
        "no database, but a text of some length, so that it cannot be taken for one",
    )
    .unwrap();
    told += &refusal(&world, &place, "upserted");
    std::fs::remove_file(place.file()).unwrap();
    std::fs::create_dir(place.file()).unwrap();
    told += &refusal(&world, &place, "upserted");
    insta::assert_snapshot!("duckdb_unopened", told);
}
