//! Loading into object stores.

use super::bucket::{Bucket, SECRET, Server};
use super::place::Place;
use super::proxy::{Fault, Proxy};
use super::world::World;
use super::{
    begin, disturbed_runs_leave_no_trace, folder, harness, histories_come_out_as_the_model_says,
    histories_of, history, kill_at,
};
use serde_json::json;
use std::path::Path;
use std::process::{Child, Output};
use std::sync::Arc;

#[test]
fn tables_of_a_bucket_are_those_of_the_model() {
    let server = Server::s3();
    histories_come_out_as_the_model_says(2, |folder| Bucket::new(&server, "parquet", folder));
    histories_come_out_as_the_model_says(1, |folder| Bucket::new(&server, "jsonl", folder));
}

#[test]
fn tables_of_lists_in_a_bucket_are_those_of_the_model() {
    let server = Server::s3();
    histories_of(World::normalized, 2, |folder| {
        Bucket::new(&server, "parquet", folder)
    });
}

#[test]
fn tables_of_azure_are_those_of_the_model_and_of_two_runs_one_commits() {
    model_and_two_runs(&Server::azure());
}

#[test]
fn tables_of_google_are_those_of_the_model_and_of_two_runs_one_commits() {
    model_and_two_runs(&Server::google());
}

fn model_and_two_runs(server: &Arc<Server>) {
    histories_come_out_as_the_model_says(1, |folder| Bucket::new(server, "parquet", folder));
    let folder = folder();
    let place = Bucket::new(server, "jsonl", folder.path());
    let mut world = World::new();
    let resources = ["appended"];
    harness::succeed("sync", &world.sync(&place, &resources));
    world.advance(&history()[0]);
    let slow = world.hold(|| begin(&world, &place, &resources));
    harness::succeed("sync", &world.sync(&place, &resources));
    world.go_on();
    overtaken(slow);
    world.model_run();
    world.compare(&place, &resources);
}

#[test]
fn a_bucket_is_whole_after_a_kill_at_any_message() {
    let server = Server::s3();
    disturbed_runs_leave_no_trace(
        |folder| Bucket::new(&server, "parquet", folder),
        |world, place, number| kill_at(world, place, "sendto,writev,write", 41 * number - 40),
    );
}

/// The outcome of a run that commits often.
fn run(world: &World, place: &Bucket) -> Output {
    let mut command = world.command(place, &place.repeatable());
    let output = command.args(["--batch-size", "2"]).output();
    let output = output.expect("the connector runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains(SECRET), "{said}");
    output
}

#[test]
fn a_bucket_is_whole_where_the_answer_to_any_request_is_lost() {
    let server = Server::s3();
    let proxy = Proxy::start(server.port);
    disturbed_runs_leave_no_trace(
        |folder| Bucket::new(&server, "jsonl", folder).through(proxy.port),
        |world, place, number| {
            let number = 7 * number - 6;
            proxy.set(Fault::Loses(number));
            run(world, place);
            let lost = proxy.seen() >= number;
            proxy.set(Fault::None);
            lost
        },
    );
}

#[test]
fn a_bucket_is_whole_where_requests_are_refused_from_any_on() {
    let server = Server::s3();
    let proxy = Proxy::start(server.port);
    disturbed_runs_leave_no_trace(
        |folder| Bucket::new(&server, "jsonl", folder).through(proxy.port),
        |world, place, number| {
            proxy.set(Fault::Refuses(7 * number - 6));
            let output = run(world, place);
            proxy.set(Fault::None);
            if output.status.success() {
                return false;
            }
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(
                said.contains(": 403 Forbidden: AccessDenied: No more of [redacted]"),
                "{said}"
            );
            true
        },
    );
}

/// What a run says that another was faster than.
fn overtaken(run: Child) -> String {
    let output = run.wait_with_output().expect("it ends");
    let said = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("/manifest.json` was written by another run, `")
            && said.contains("wait for the end of the other, and run again"),
        "{said}"
    );
    said
}

/// The same without what differs from run to run.
fn plain(said: &str, folder: &Path) -> String {
    let name = folder.file_name().expect("a name").to_string_lossy();
    let said = said.replace(name.trim_start_matches('.'), "FOLDER");
    let mut words = Vec::new();
    for word in said.split(' ') {
        let run = word.trim_matches(['`', ',']);
        let is_run = run.len() == 16 && run.bytes().all(|byte| byte.is_ascii_hexdigit());
        words.push(if is_run {
            word.replace(run, "RUN")
        } else {
            word.to_owned()
        });
    }
    words.join(" ")
}

#[test]
fn of_two_runs_at_once_into_a_bucket_one_commits() {
    let folder = folder();
    let server = Server::s3();
    let proxy = Proxy::start(server.port);
    let place = Bucket::new(&server, "parquet", folder.path()).through(proxy.port);
    let mut world = World::new();
    let resources = ["appended"];
    harness::succeed("sync", &world.sync(&place, &resources));
    for step in history() {
        world.advance(&step);
        // It has read all there is, and its rows are on their way.
        proxy.set(Fault::Holds(0));
        let slow = begin(&world, &place, &resources);
        proxy.wait_for_held();
        let direct = Bucket::new(&server, "parquet", folder.path());
        harness::succeed("sync", &world.sync(&direct, &resources));
        proxy.set(Fault::None);
        let said = overtaken(slow);
        let error = said.lines().next().expect("an error");
        insta::assert_snapshot!("bucket_overtaken", plain(error, folder.path()));
        world.model_run();
        world.compare(&place, &resources);
    }
}

#[test]
fn a_store_that_does_not_heed_conditions_is_refused() {
    let folder = folder();
    let server = Server::s3();
    let proxy = Proxy::start(server.port);
    let place = Bucket::new(&server, "parquet", folder.path()).through(proxy.port);
    let world = World::new();
    world.advance(&history()[0]);
    proxy.set(Fault::Forgets);
    // Neither the first run nor one that comes after it.
    for _ in 0..2 {
        let output = world.sync(&place, &["replaced"]);
        let said = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(1), "{said}");
        let expected = "/manifest.json` is in a store that does not heed `If-Match`: two runs at once could spoil";
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn a_run_does_not_go_on_from_a_state_that_another_run_has_left_behind() {
    let folder = folder();
    let server = Server::s3();
    let place = Bucket::new(&server, "parquet", folder.path());
    let mut world = World::new();
    // The second is begun when the first is done, and was looked at long before.
    let resources = ["replaced", "appended"];
    harness::succeed("sync", &world.sync(&place, &resources));
    world.advance(&history()[0]);
    let slow = world.hold(|| begin(&world, &place, &resources));
    harness::succeed("sync", &world.sync(&place, &["appended"]));
    world.go_on();
    overtaken(slow);
    harness::succeed("sync", &world.sync(&place, &resources));
    world.model_run();
    world.compare(&place, &resources);
}

#[test]
fn what_a_run_is_about_to_commit_is_not_taken_from_under_it() {
    let folder = folder();
    let server = Server::s3();
    let proxy = Proxy::start(server.port);
    let place = Bucket::new(&server, "parquet", folder.path()).through(proxy.port);
    let direct = Bucket::new(&server, "parquet", folder.path());
    let mut world = World::new();
    let resources = ["replaced"];
    harness::succeed("sync", &world.sync(&place, &resources));
    world.advance(&history()[0]);
    proxy.set(Fault::Holds(0));
    let slow = begin(&world, &place, &resources);
    proxy.wait_for_held();
    // Its file is there, and in no manifest: another run removes it, and then fails.
    world.fail_after(Some(0));
    let failed = world.sync(&direct, &resources);
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    let names = direct.ask("names", "replaced", "");
    assert_eq!(
        names,
        json!(["00000000.parquet", "manifest.json", "view.sql"])
    );
    proxy.set(Fault::None);
    overtaken(slow);
    world.compare(&place, &resources);
    world.fail_after(None);
    harness::succeed("sync", &world.sync(&place, &resources));
    world.model_run();
    world.compare(&place, &resources);
}

#[test]
fn files_of_a_bucket_that_no_longer_count_are_removed_by_the_next_run_and_others_stay() {
    let folder = folder();
    let server = Server::s3();
    let place = Bucket::new(&server, "jsonl", folder.path());
    let world = World::new();
    world.advance(&history()[0]);
    for _ in 0..3 {
        harness::succeed("sync", &world.sync(&place, &["replaced"]));
    }
    let names = place.ask("names", "replaced", "");
    let parts = names.as_array().expect("names").iter();
    let parts = parts.filter(|name| name.as_str().is_some_and(|name| name.contains('-')));
    // Those of the last run, and those it has replaced.
    assert_eq!(parts.count(), 2, "{names}");
}

#[test]
fn a_large_part_is_uploaded_in_portions() {
    let folder = folder();
    let server = Server::s3();
    let place = Bucket::new(&server, "jsonl", folder.path());
    let world = World::new();
    let record =
        |at: usize| json!({ "place": { "code": at.to_string(), "street": "x".repeat(3 << 20) } });
    world.set_kinds((0..7).map(record).collect());
    harness::succeed("sync", &world.sync(&place, &["kinds"]));
    let query = "SELECT count(*) AS rows, min(length(place::VARCHAR)) AS least FROM kinds";
    let rows = place.ask("bucket", "kinds", query);
    assert_eq!(rows[0]["rows"], 7);
    assert!(rows[0]["least"].as_u64() > Some(3 << 20), "{rows}");
}

#[test]
fn a_plan_a_dry_run_and_states_of_a_bucket() {
    let folder = folder();
    let server = Server::s3();
    let place = Bucket::new(&server, "parquet", folder.path());
    let mut world = World::new();
    world.advance(&history()[0]);
    let resources = ["appended", "replaced"];
    let said = |world: &World, arguments: &[&str]| {
        let output = world.command(&place, &resources).args(arguments).output();
        let output = output.expect("the connector runs");
        harness::succeed(&format!("{arguments:?}"), &output);
        String::from_utf8(output.stdout).expect("text")
    };
    let mut told = said(&world, &["--plan"]);
    said(&world, &["--dry-run"]);
    told += &said(&world, &["--state", "show"]);
    harness::succeed("sync", &world.sync(&place, &resources));
    told += &said(&world, &["--plan"]);
    told += &said(&world, &["--state", "show"]);
    insta::assert_snapshot!("bucket_plan", plain(&told, folder.path()));
    world.model_run();
    world.compare(&place, &resources);
    said(&world, &["--state", "reset"]);
    assert!(
        said(&world, &["--state", "show"])
            .lines()
            .all(|line| line.ends_with("null}"))
    );
    said(&world, &["--full-refresh"]);
    world.compare(&place, &resources);
}

/// A place in which nothing is read.
struct Elsewhere<'e> {
    to: &'e str,
    environment: Vec<(&'static str, String)>,
}

impl Place for Elsewhere<'_> {
    fn to(&self) -> String {
        self.to.to_owned()
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        self.environment.clone()
    }

    fn rows(&self, _: &str) -> Vec<serde_json::Value> {
        Vec::new()
    }
}

#[test]
fn an_object_store_that_cannot_be_used_is_told_without_what_is_secret() {
    let folder = folder();
    let server = Server::s3();
    let bucket = Bucket::new(&server, "parquet", folder.path());
    let world = World::new();
    world.advance(&history()[0]);
    let mut told = String::new();
    for to in [
        format!("parquet:s3://loader:{SECRET}@shop/lake"),
        format!("parquet:s3://shop/lake?key={SECRET}"),
        "parquet:s3://no-such-bucket/lake".to_owned(),
        "parquet:s3://".to_owned(),
        "parquet:s3://shop/lake/../x".to_owned(),
        "jsonl:https://example.com/x".to_owned(),
        "az://shop/lake".to_owned(),
        "parquet:az://shop/lake".to_owned(),
    ] {
        let place = Elsewhere {
            to: &to,
            environment: bucket.environment(),
        };
        let mut command = world.command(&place, &["upserted"]);
        let output = command.arg("-vv").output();
        let output = output.expect("the connector runs");
        let said = String::from_utf8(output.stderr).expect("text");
        assert!(!output.status.success() && !said.contains(SECRET), "{said}");
        let error = said.lines().filter(|line| line.starts_with("error"));
        told += &error.collect::<Vec<_>>().join("\n");
        told += "\n";
    }
    insta::assert_snapshot!("bucket_refusals", told);
}
