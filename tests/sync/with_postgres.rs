//! Loading into PostgreSQL, read by `psql`.

use super::place::Place;
use super::postgres::{PASSWORD, Postgres, Server};
use super::world::World;
use super::{
    begin, disturbed_runs_leave_no_trace, disturbed_runs_of, folder, harness,
    histories_come_out_as_the_model_says, histories_of, history, spread,
};
use serde_json::json;
use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn server() -> Arc<Server> {
    Arc::new(Server::start())
}

#[test]
fn tables_of_postgres_are_those_of_the_model() {
    let server = server();
    histories_come_out_as_the_model_says(12, |folder| Postgres::new(&server, folder));
}

#[test]
fn tables_of_lists_in_postgres_are_those_of_the_model() {
    let server = server();
    histories_of(World::normalized, 12, |folder| {
        Postgres::new(&server, folder)
    });
}

#[test]
fn tables_of_lists_in_postgres_are_whole_after_a_kill_at_any_message() {
    let server = server();
    disturbed_runs_of(
        World::normalized,
        |folder| Postgres::new(&server, folder),
        |world, place, number| super::kill_at(world, place, "sendto", spread(3 * number)),
    );
}

#[test]
fn tables_of_lists_in_postgres_come_back_when_they_are_gone() {
    let folder = folder();
    let place = Postgres::new(&server(), folder.path());
    super::tables_come_back(&place, |sql| drop(place.run(sql)));
}

#[test]
fn values_in_lists_and_objects_are_stored_in_postgres_as_stated() {
    let folder = folder();
    let place = Postgres::new(&server(), folder.path());
    let world = World::normalized();
    world.set_kinds(super::normalized::kinds());
    harness::succeed("sync", &world.sync(&place, &["kinds"]));
    let tables = "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relname LIKE 'kinds%' \
                  AND relnamespace = current_schema()::regnamespace ORDER BY relname COLLATE \"C\"";
    let mut told = String::new();
    for table in place.query(tables) {
        let table = table["name"].as_str().unwrap();
        let rows = place.run(&format!(
            "SELECT row_to_json(t) FROM \"{table}\" AS t ORDER BY 1::text"
        ));
        told += &format!("{table}\n{rows}");
    }
    insta::assert_snapshot!("postgres_types_lists", told);
}

#[test]
fn what_fails_leaves_the_table_of_postgres_as_after_its_last_checkpoint() {
    let server = server();
    disturbed_runs_leave_no_trace(
        |folder| Postgres::new(&server, folder),
        |world, place, number| {
            world.fail_after(Some(spread(number) - 1));
            let mut command = world.command(place, &place.repeatable());
            let output = command.args(["--batch-size", "2"]).output();
            !output.expect("the connector runs").status.success()
        },
    );
}

#[test]
fn postgres_is_whole_after_a_kill_at_any_message() {
    let server = server();
    disturbed_runs_leave_no_trace(
        |folder| Postgres::new(&server, folder),
        |world, place, number| super::kill_at(world, place, "sendto", spread(number)),
    );
}

#[test]
fn postgres_has_values_as_stated() {
    let folder = folder();
    let place = Postgres::new(&server(), folder.path());
    let world = World::new();
    let full = json!({
        "place": { "code": "a/1", "street": "Main" }, "whole": i64::MAX, "part": 0.1, "yes": true,
        "exact": "-12345678901234567890123456789.0000000010", "moment": "2026-01-31T09:30:00.1234567+01:00",
        "day": "2026-01-31", "clock": "08:09:10.5", "unique": "67E55044-10B1-426F-9247-BB680E5FE0C8", "bytes": "aGk=",
        "words": ["a", "b"], "any": { "b": [1, 2.50] }, "named": { "x": 1 }, "select": "all",
    });
    let exact = |code: &str, exact: &str| json!({ "place": { "code": code }, "exact": exact });
    let numbers = [
        "0.00",
        "-0",
        "1e5",
        "12.5e-6",
        "10000",
        "0.0001",
        "99999999.9999",
    ];
    let mut rows: Vec<_> = numbers
        .iter()
        .enumerate()
        .map(|(at, text)| exact(&format!("n{at}"), text))
        .collect();
    rows.push(full);
    rows.push(json!({ "place": { "code": "b" }, "moment": "1969-12-31T23:59:59.9999999Z", "day": "0001-01-01" }));
    world.set_kinds(rows);
    harness::succeed("sync", &world.sync(&place, &["kinds"]));
    let rows = place.run("SELECT row_to_json(kinds) FROM kinds ORDER BY place__code");
    insta::assert_snapshot!("postgres_types", rows);
    let types = "SELECT attname, format_type(atttypid, atttypmod), attnotnull, col_description(attrelid, attnum) \
                 FROM pg_attribute WHERE attrelid = 'kinds'::regclass AND attnum > 0";
    insta::assert_snapshot!("postgres_columns", place.run(types));
}

/// A place that is named in another way, and not read.
struct Other(String);

impl Place for Other {
    fn to(&self) -> String {
        self.0.clone()
    }

    fn rows(&self, _: &str) -> Vec<serde_json::Value> {
        Vec::new()
    }
}

#[test]
fn postgres_is_reached_by_tls_and_checked_as_the_url_says() {
    let folder = folder();
    let place = Postgres::new(&Arc::new(Server::start_with_tls()), folder.path());
    let to = place.to();
    let mut world = World::new();
    world.advance(&history()[0]);
    let own = place.server.certificate();
    let own = format!("sslrootcert={}", own.display());
    for how in ["", "&sslmode=require", &format!("&{own}")] {
        let run = world.sync(&Other(format!("{to}{how}")), &["upserted"]);
        harness::succeed(how, &run);
    }
    world.model_run();
    world.compare(&place, &["upserted"]);
    let said = |to: String| refusal(&world, &place, &to, "upserted");
    let mut told = said(format!("{to}&sslmode=disable"));
    // The platform does not know who has signed it.
    told += &said(format!("{to}&sslmode=verify-full"));
    // It is for the address, not for the name.
    told += &said(format!("{to}&{own}").replace("@127.0.0.1", "@localhost"));
    insta::assert_snapshot!("postgres_tls", told);
}

/// What a run says that does not succeed, without what differs from run to run.
fn refusal(world: &World, place: &Postgres, to: &str, resource: &str) -> String {
    let mut command = world.command(&Other(to.to_owned()), &[resource]);
    let output = command.arg("--quiet").output().expect("the connector runs");
    assert!(!output.status.success(), "{output:?}");
    let text =
        String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap();
    assert!(
        !text.contains("correct") && !text.contains(PASSWORD),
        "{text}"
    );
    text.replace(&format!(":{}/", place.server.port()), ":PORT/")
}

#[test]
fn postgres_that_refuses_is_told() {
    let folder = folder();
    let place = Postgres::new(&server(), folder.path());
    let mut world = World::new();
    world.advance(&history()[0]);
    let to = super::Place::to(&place);
    let said = |world: &World, to: &str, resource: &str| refusal(world, &place, to, resource);
    let wrong = to.replace("loader:correct", "loader:incorrect");
    let mut told = said(&world, &wrong, "upserted");
    told += &said(&world, &to.replace("/postgres?", "/missing?"), "upserted");
    told += &said(
        &world,
        &to.replace("search_path%3D", "search_path%3Dno"),
        "upserted",
    );
    told += &said(&world, &to.replace("@", "@b@"), "upserted");
    told += &said(&world, &format!("{to}&sslmode=require"), "upserted");
    told += &said(
        &world,
        &to.replace(
            "options=",
            "options=-cdefault_transaction_read_only%3Don%20",
        ),
        "upserted",
    );
    assert_eq!(
        place
            .run("SELECT count(*) FROM pg_class WHERE relname = 'upserted'")
            .trim(),
        "0"
    );

    harness::succeed("sync", &world.sync(&place, &["upserted"]));
    world.model_run();
    world.compare(&place, &["upserted"]);
    for change in [
        "ALTER TABLE upserted ADD CHECK (id < 7)",
        "ALTER TABLE upserted DROP CONSTRAINT upserted_pkey",
        "ALTER TABLE upserted ALTER COLUMN price TYPE text",
        "ALTER TABLE upserted RENAME TO other; CREATE VIEW upserted AS SELECT * FROM other",
        "DROP VIEW upserted; UPDATE _spile_state SET connector = 'shop'",
    ] {
        place.run(change);
        if change.contains("CHECK") {
            world.advance(&history()[2]);
        }
        told += &said(&world, &to, "upserted");
    }
    world.set_kinds(vec![
        json!({ "place": { "code": "a", "street": "x\u{0}y" } }),
    ]);
    told += &said(&world, &to, "kinds");
    world.set_kinds(vec![
        json!({ "place": { "code": "a" }, "any": { "k": "\u{0}" } }),
    ]);
    told += &said(&world, &to, "kinds");
    insta::assert_snapshot!("postgres_refusals", told);
}

#[test]
fn a_table_of_postgres_gets_the_columns_that_it_lacks() {
    let folder = folder();
    let place = Postgres::new(&server(), folder.path());
    let mut world = World::new();
    world.advance(&history()[0]);
    place.run(
        "CREATE TABLE upserted (id bigint NOT NULL, team text NOT NULL, changed bigint NOT NULL, own text DEFAULT 'x' NOT NULL, \
         PRIMARY KEY (team, id))",
    );
    let mut plan = world.command(&place, &["upserted"]);
    let plan = plan.arg("--plan").output().expect("the connector runs");
    harness::succeed("sync --plan", &plan);
    assert_eq!(
        place
            .run("SELECT count(*) FROM pg_class WHERE relname = '_spile_state'")
            .trim(),
        "0"
    );
    harness::succeed("sync", &world.sync(&place, &["upserted"]));
    world.model_run();
    world.compare(&place, &["upserted"]);
}

#[test]
fn a_run_beside_another_into_postgres_is_refused() {
    let folder = folder();
    let place = Postgres::new(&server(), folder.path());
    let mut world = World::new();
    world.advance(&history()[0]);
    world.delay(Duration::from_millis(200));
    let mut first = world
        .command(&place, &["upserted", "replaced"])
        .arg("--quiet")
        .spawn()
        .expect("the connector runs");
    wait_until(|| !sessions(&place).is_empty());
    let to = super::Place::to(&place);
    let said = refusal(&world, &place, &to, "replaced");
    assert!(
        said.contains("is in use by another run of `obstacle-tables` (process "),
        "{said}"
    );
    assert!(first.wait().expect("it ends").success());
    world.delay(Duration::ZERO);
    world.model_run();
    world.compare(&place, &["upserted", "replaced"]);
}

#[test]
fn a_connection_to_postgres_that_is_cut_is_told_and_leaves_no_trace() {
    let folder = folder();
    let place = Postgres::new(&server(), folder.path());
    let mut world = World::new();
    world.advance(&history()[0]);
    world.delay(Duration::from_millis(200));
    let run = begin(&world, &place, &["upserted", "replaced"]);
    wait_until(|| {
        place
            .run("SELECT to_regclass('replaced') IS NOT NULL")
            .trim()
            == "t"
    });
    place.run(&format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {SESSIONS}"
    ));
    let said = failed(run);
    assert!(
        said.contains("PostgreSQL at `127.0.0.1:") && said.contains("is lost: "),
        "{said}"
    );
    assert_eq!(place.run("SELECT count(*) FROM replaced").trim(), "0");
    world.delay(Duration::ZERO);
    harness::succeed("sync", &world.sync(&place, &["upserted", "replaced"]));
    world.model_run();
    world.compare(&place, &["upserted", "replaced"]);
}

#[test]
fn a_server_of_postgres_that_is_killed_loses_nothing_that_was_committed() {
    let folder = folder();
    let place = Postgres::new(&server(), folder.path());
    let mut world = World::new();
    world.advance(&history()[0]);
    harness::succeed("sync", &world.sync(&place, &["upserted", "upserted_new"]));
    world.model_run();
    world.advance(&history()[1]);
    world.delay(Duration::from_millis(200));
    let run = begin(&world, &place, &["upserted", "upserted_new"]);
    wait_until(|| !sessions(&place).is_empty());
    place.server.kill();
    let said = failed(run);
    assert!(said.contains("PostgreSQL at `127.0.0.1:"), "{said}");
    place.server.restart();
    world.compare(&place, &["upserted", "upserted_new"]);
    world.delay(Duration::ZERO);
    harness::succeed("sync", &world.sync(&place, &["upserted", "upserted_new"]));
    world.model_run();
    world.compare(&place, &["upserted", "upserted_new"]);
}

#[test]
fn a_row_of_postgres_that_is_as_it_was_is_not_written_again() {
    let folder = folder();
    let place = Postgres::new(&server(), folder.path());
    let world = World::new();
    let kinds = |exact: &str| {
        let same = json!({ "place": { "code": "a" }, "exact": "1.5", "words": ["x"], "any": { "k": 1.0 } });
        vec![same, json!({ "place": { "code": "b" }, "exact": exact })]
    };
    let written = || {
        harness::succeed("sync", &world.sync(&place, &["kinds"]));
        place.query("SELECT xmin::text, exact::text FROM kinds ORDER BY place__code")
    };
    world.set_kinds(kinds("12.1"));
    let first = written();
    // An equal number with other digits is another value.
    world.set_kinds(kinds("12.10"));
    let second = written();
    assert_eq!(second[0], first[0]);
    assert_ne!(second[1]["xmin"], first[1]["xmin"]);
    assert_eq!(second[1]["exact"], "12.10");
}

#[test]
fn keys_that_come_again_after_a_commit_are_updated_in_a_table_of_postgres_that_was_empty() {
    let folder = folder();
    super::keys_that_come_again_after_a_commit(&Postgres::new(&server(), folder.path()));
}

/// What a run says that fails.
fn failed(run: Child) -> String {
    let output = run.wait_with_output().expect("it ends");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}

/// Sessions of the connector.
const SESSIONS: &str = "application_name LIKE 'obstacle_tables'";

fn sessions(place: &Postgres) -> String {
    let sql = format!(
        "SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid) \
         WHERE {SESSIONS} AND locktype = 'advisory' AND granted"
    );
    place.run(&sql).trim().to_owned()
}

fn wait_until(mut ready: impl FnMut() -> bool) {
    let began = Instant::now();
    while !ready() {
        assert!(began.elapsed() < Duration::from_secs(20), "it never comes");
        std::thread::sleep(Duration::from_millis(20));
    }
}
