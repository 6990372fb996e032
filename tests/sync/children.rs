//! What is loaded of resources that are read for the records of another, where not all of those are there.

use super::place::Place as _;
use super::sqlite::Sqlite;
use super::{folder, harness};
use crate::harness::api::{Api, Received};
use serde_json::json;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// Posts 1 to 4 in two pages, of which the second may be held back, and a comment for each.
fn answer(request: &Received, held: &AtomicBool) -> (u16, String) {
    let post = |id: u8| json!({ "id": id, "comment_count": 1 });
    let path = request.path();
    let page = if path != "posts" {
        let id = path.split('/').nth(1).unwrap_or_default();
        let is_first = request.parameter("page") == Some("1");
        let comments: Vec<_> = is_first.then(|| json!({ "id": id })).into_iter().collect();
        json!({ "data": comments })
    } else if request.parameter("after").is_none() {
        json!({ "data": [post(1), post(2)], "next": "2" })
    } else {
        while held.load(SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
        json!({ "data": [post(3), post(4)], "next": null })
    };
    (200, page.to_string())
}

fn command(api: &Api, place: &Sqlite) -> Command {
    let mut command = Command::new(harness::target().join("debug/obstacle-parents"));
    command
        .args(["sync", "--base-url", &api.url(), "--to", &place.to()])
        .env_clear()
        .env("OBSTACLE_PARENTS_ACCOUNTS", "[]")
        .env("OBSTACLE_PARENTS_YEARS", "[]")
        .env("OBSTACLE_PARENTS_TIERS", "[]");
    command
}

#[test]
fn what_hangs_on_a_parent_that_was_not_read_to_its_end_is_not_all_there_is() {
    let folder = folder();
    let place = Sqlite::new(folder.path());
    let held = Arc::new(AtomicBool::new(false));
    let holds = Arc::clone(&held);
    let api = Api::start(move |request, _| answer(request, &holds));
    let sync = || {
        let mut command = command(&api, &place);
        command
            .args(["--resource", "posts", "--resource", "comments"])
            .arg("--full-refresh");
        command
    };
    let comments = || place.query("SELECT id FROM comments ORDER BY id");
    harness::succeed("sync", &sync().output().expect("it runs"));
    let all = comments();
    assert_eq!(all.len(), 4);

    held.store(true, SeqCst);
    let child = sync().stderr(Stdio::piped()).spawn().expect("it runs");
    // All comments of the first page are read: four times an empty page ended them before, twice now.
    let is_end = |asked: &Received| asked.parameter("page") == Some("2");
    let began = Instant::now();
    while api.received().iter().filter(|asked| is_end(asked)).count() < 6 {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "the comments are never read"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(200));
    let interrupt = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupt.expect("kill runs").success());
    std::thread::sleep(Duration::from_millis(200));
    held.store(false, SeqCst);
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(!said.contains("error"), "{said}");
    assert_eq!(comments(), all, "{said}");
}

#[test]
fn versions_do_not_end_because_the_parent_of_their_records_was_left_out() {
    let folder = folder();
    let place = Sqlite::new(folder.path());
    let is_odd = Arc::new(AtomicBool::new(false));
    let odd = Arc::clone(&is_odd);
    let api = Api::start(move |request, _| {
        let page = match request.path() {
            "plans" if odd.load(SeqCst) => json!([{ "id": 1 }, { "id": "two" }]),
            "plans" => json!([{ "id": 1 }, { "id": 2 }]),
            path => json!([{ "id": path, "amount": 7 }]),
        };
        (200, page.to_string())
    });
    let sync = || {
        command(&api, &place)
            .args(["--resource", "prices"])
            .output()
    };
    let open = || place.query("SELECT id FROM prices WHERE valid_to IS NULL");
    harness::succeed("sync", &sync().expect("it runs"));
    let all = open();
    assert_eq!(all.len(), 2);
    is_odd.store(true, SeqCst);
    harness::succeed("sync", &sync().expect("it runs"));
    assert_eq!(open(), all);
}
