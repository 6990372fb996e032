//! `--since`, `--until` and `--state` as their user meets them: what is read, what is kept, what is refused.

mod api;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use api::{Api, end, news, reading};

#[test]
fn both_ends_are_given_in_the_type_of_the_cursor() {
    let api = Api::start("ends");
    let (since, until) = ("2026-03-01T01:02:00+01:00", "2026-03-01T00:04:00Z");
    let read = api.run(&["news", "--since", since, "--until", until]);
    assert_eq!(read, (0, vec![2, 3, 4], String::new()));
    let read = api.run(&["readings", "--since", "-2", "--until", "10"]);
    assert_eq!(read, (0, vec![2, 11, 12, 13, 14], String::new()));
    let mut windows = api.windows();
    windows.sort();
    assert_eq!(
        windows,
        [
            "/news?since=2026-03-01T00:02:00Z&until=2026-03-01T00:04:00Z&",
            "/readings/a?since=-2&until=10&",
            "/readings/b?since=-2&until=10&"
        ]
    );
}

#[test]
fn an_end_that_is_no_value_of_the_cursor_is_refused_with_an_example() {
    let api = Api::start("no-value");
    let refused = api.run(&["news", "--since", "2026-03-01"]);
    let said = "error: `--since 2026-03-01` is no value of `at`, the cursor of `news`: write it as in `--since \
                2026-01-31T08:00:00Z`\n";
    assert_eq!(refused, (2, vec![], said.to_owned()));
    let refused = api.run(&["news", "readings", "--until", "2026-01-31T08:00:00Z"]);
    let said = "error: `--until 2026-01-31T08:00:00Z` is no value of `n`, the cursor of `readings`: write it as in \
                `--until 1000`\n";
    assert_eq!(refused, (2, vec![], said.to_owned()));
    assert!(api.stub.asked().is_empty());
}

#[test]
fn an_end_of_a_resource_without_a_cursor_is_refused() {
    let api = Api::start("no-cursor");
    for (flag, resources) in [("--since", &["all"][..]), ("--until", &["--all"])] {
        let refused = api.run(&[resources, &[flag, "5"]].concat());
        assert_eq!(refused.0, 2);
    }
    let (code, _, said) = api.run(&["all", "--since", "5"]);
    let expected = "error: `--since` is not for `all`, which has no cursor and is read as a whole; there are marks, \
                    news, readings\n";
    assert_eq!((code, &*said), (2, expected));
    assert!(api.stub.asked().is_empty());
}

#[test]
fn the_next_run_reads_what_is_new_and_appends_it() {
    let api = Api::start("next");
    api.keep(&["news", "readings", "all"]);
    assert_eq!(api.ids("out/news.jsonl"), [1, 2, 3, 4, 5, 6]);
    assert_eq!(api.ids("out/readings.jsonl"), [1, 2, 3, 10, 11, 12, 13, 14]);
    api.add("/news", news(7, 6));
    api.add("/readings/b", reading(15, 1));
    api.keep(&["news", "readings", "all"]);
    assert_eq!(api.ids("out/news.jsonl"), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(
        api.ids("out/readings.jsonl"),
        [1, 2, 3, 10, 11, 12, 13, 14, 15]
    );
    // What has no cursor is written anew.
    assert_eq!(api.ids("out/all.jsonl"), [1]);
    let mut windows = api.windows().split_off(4);
    // Partitions are read at once.
    windows.sort();
    assert_eq!(
        windows,
        [
            "/all?",
            "/news?since=2026-03-01T00:06:00Z&",
            "/readings/a?since=30&",
            "/readings/b?since=1&"
        ]
    );
}

#[test]
fn the_state_is_a_document_for_people() {
    let api = Api::start("document");
    api.keep(&["news", "readings"]);
    let text = fs::read_to_string(api.folder.join("s.json")).unwrap();
    let digests = regex_lite::Regex::new("[0-9a-f]{16}").unwrap();
    let text = digests.replace_all(&text, "0123456789abcdef");
    let folder = serde_json::to_string(&api.folder).unwrap();
    let text = text.replace(folder.trim_matches('"'), "/data");
    let expected = r#"{
  "version": 1,
  "connector": "news",
  "resources": {
    "news": {
      "cursor": "at",
      "value": "2026-03-01T00:06:00Z",
      "boundary": ["0123456789abcdef"]
    },
    "readings": {
      "cursor": "n",
      "partitions": {
        "\"a\"": {
          "value": 30,
          "boundary": ["0123456789abcdef"],
          "turn": 1
        },
        "\"b\"": {
          "value": 1,
          "boundary": ["0123456789abcdef"],
          "turn": 2
        }
      }
    }
  },
  "outputs": {
    "news": {
      "file": "/data/out/news.jsonl",
      "bytes": 258
    },
    "readings": {
      "file": "/data/out/readings.jsonl",
      "bytes": 211
    }
  }
}
"#;
    assert_eq!(text, expected);
}

#[test]
fn standard_output_has_no_length_in_the_state() {
    let api = Api::start("standard");
    let run = |ids: Vec<i64>| {
        let read = api.run(&["news", "--state", "s.json"]);
        assert_eq!(read, (0, ids, String::new()));
    };
    run(vec![1, 2, 3, 4, 5, 6]);
    run(vec![]);
    assert_eq!(api.state()["outputs"], Value::Null);
}

#[test]
fn resources_of_the_state_that_are_not_read_stay_as_they_are() {
    let api = Api::start("unknown");
    let other = json!({ "cursor": "x", "value": 12_345_678_901_234_567_890_u64, "new": [1, { "a": null }] });
    let place = json!({ "file": "/x.jsonl", "bytes": 7 });
    let state = json!({
        "version": 1,
        "connector": "news",
        "resources": { "gone": other, "readings": { "cursor": "n" } },
        "outputs": { "gone": place },
    });
    fs::write(api.folder.join("s.json"), state.to_string()).unwrap();
    api.keep(&["news"]);
    assert_eq!(api.state()["resources"]["gone"], other);
    assert_eq!(
        api.state()["resources"]["readings"],
        json!({ "cursor": "n" })
    );
    assert_eq!(api.state()["outputs"]["gone"], place);
    assert_eq!(
        api.state()["resources"]["news"]["value"],
        "2026-03-01T00:06:00Z"
    );
}

#[test]
fn a_state_of_something_else_is_refused_and_nothing_is_changed() {
    let api = Api::start("refused");
    fs::create_dir(api.folder.join("out")).unwrap();
    let output = api.folder.join("out/news.jsonl");
    fs::write(&output, "{\"id\":9}\n").unwrap();
    for (state, said) in [
        (
            r#"{"version":1,"connector":"shop","resources":{}}"#,
            "the state `s.json` is that of the connector `shop`, not `news`: give the right one",
        ),
        (
            r#"{"version":2,"anything":{}}"#,
            "the state `s.json` is of version 2, not 1: use the connector that wrote it",
        ),
        (
            r#"{"version":1,"connector":"news","resources":{"news":{"cursor":"made"}}}"#,
            "the state of `news` cannot be used: it is that of the cursor `made`, not `at`; give the right one, or \
             leave it out to read from the start",
        ),
        (
            r#"{"version":1,"connector":"news","resources":{"news":{"cursor":"at","value":7}}}"#,
            "the state of `news` cannot be used: its value 7 is of another type",
        ),
        (
            r#"{"version":1,"connector":"news","resources":{"news":{"cursor":"at","value":"2026-01-01T00:00:00Z"}},"outputs":{"news":{"file":"OUT","bytes":100}}}"#,
            "`out/news.jsonl` is not the file that the state `s.json` tells of: move it away",
        ),
        ("{", "the state `s.json` is none: EOF while parsing"),
    ] {
        let place = serde_json::to_string(&output).unwrap();
        let state = state.replace("OUT", place.trim_matches('"'));
        fs::write(api.folder.join("s.json"), &state).unwrap();
        let arguments = ["news", "--state", "s.json", "--output", "out"];
        let (code, _, err) = api.run(&arguments);
        assert!(code == 2 && err.contains(said), "{code} {err}");
        let left = fs::read_to_string(api.folder.join("s.json")).unwrap();
        assert_eq!(left, state);
        assert_eq!(fs::read_to_string(&output).unwrap(), "{\"id\":9}\n");
    }
    assert!(api.stub.asked().is_empty());
}

#[test]
fn a_start_beyond_the_state_is_refused() {
    let api = Api::start("beyond");
    api.keep(&["news", "readings"]);
    let before = api.state();
    let state = ["--state", "s.json"];
    let (code, _, said) = api.run(&[&["readings", "--since", "2"], &state[..]].concat());
    assert!(code == 2 && said.contains("would never be read"), "{said}");
    let read = api.run(&[&["readings", "--since", "1"], &state[..]].concat());
    assert_eq!(read, (0, vec![1, 2, 3, 14], String::new()));
    assert_eq!(api.state()["resources"], before["resources"]);
}

#[test]
fn two_runs_do_not_share_a_state() {
    let api = Api::start("lock");
    *api.held.lock().unwrap() = Some("/news?page=0".to_owned());
    let arguments = ["news", "--state", "s.json"];
    let mut first = api
        .command(&arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    while api.count("/news?page=0") == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let said = "error: the state `s.json` is in use by another run: wait for its end\n";
    assert_eq!(api.run(&arguments), (2, vec![], said.to_owned()));
    // Whatever becomes of the first run, its lock ends with it.
    end(&mut first);
    *api.held.lock().unwrap() = None;
    assert_eq!(api.run(&arguments).1, [1, 2, 3, 4, 5, 6]);
}

#[test]
fn a_limit_keeps_no_checkpoint_of_what_it_cut_off() {
    let api = Api::start("limit");
    let state = ["--state", "s.json"];
    let (_, read, _) = api.run(&[&["news", "--limit", "3"], &state[..]].concat());
    assert_eq!(read, [1, 2, 3]);
    let (_, rest, _) = api.run(&[&["news"], &state[..]].concat());
    assert_eq!(rest, [3, 4, 5, 6]);
}

#[test]
fn children_of_parents_that_did_not_change_are_read_too() {
    let api = Api::start("children");
    api.keep(&["news", "notes"]);
    assert_eq!(api.ids("out/notes.jsonl"), [100]);
    api.add("/news/2/notes", news(200, 1));
    api.keep(&["news", "notes"]);
    // The parents are read apart for themselves: what did not change is not written again.
    assert_eq!(api.ids("out/news.jsonl"), [1, 2, 3, 4, 5, 6]);
    assert_eq!(api.ids("out/notes.jsonl"), [100, 200]);
    let (_, read, _) = api.run(&["news", "notes"]);
    assert_eq!(read.len(), 8);
    let whole = api.windows();
    let whole = whole.iter().filter(|window| *window == "/news?");
    assert_eq!(whole.count(), 4, "without a state parents are read once");
}

#[test]
fn a_parent_is_read_once_for_all_its_children() {
    let api = Api::start("once");
    let (code, read, said) = api.run(&["marks", "news", "notes"]);
    assert_eq!((code, read.len(), &*said), (0, 9, ""));
    let asked = api.stub.asked();
    let of_parents = asked.iter().filter(|asked| asked.path == "/news");
    let pages: Vec<_> = of_parents
        .map(|asked| asked.param("page").unwrap())
        .collect();
    assert_eq!(pages, ["0", "1", "2", "3"]);
}

#[test]
fn each_parent_has_a_cursor_of_its_own_and_one_that_failed_is_made_up_for() {
    let api = Api::start("failed");
    api.add("/news/6/marks fails", Value::Null);
    let arguments = ["marks", "--state", "s.json", "--output", "out"];
    let (code, _, said) = api.run(&arguments);
    assert!(code == 1 && said.contains("(partition 6)"), "{said}");
    assert_eq!(api.ids("out/marks.jsonl"), [101]);
    let partitions = |api: &Api| api.state()["resources"]["marks"]["partitions"].clone();
    assert_eq!(partitions(&api)["1"]["value"], 5);
    assert_eq!(partitions(&api)["6"], Value::Null);
    api.tables.lock().unwrap().remove("/news/6/marks fails");
    api.add("/news/1/marks", reading(102, 4));
    api.add("/news/2/marks", reading(103, 1));
    api.keep(&["marks"]);
    // What is older than the cursor of its own parent is no news; that of another parent does not matter.
    assert_eq!(api.ids("out/marks.jsonl"), [101, 103, 106]);
    assert_eq!(partitions(&api)["2"]["value"], 1);
    assert_eq!(partitions(&api)["6"]["value"], 7);
}

#[test]
fn records_that_could_not_be_written_move_no_state() {
    let api = Api::start("full");
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = api.command(&["news", "--state", "s.json"]);
    let output = command.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(api.state()["resources"]["news"]["value"], Value::Null);
    let read = api.run(&["news", "--state", "s.json"]);
    assert_eq!(read, (0, vec![1, 2, 3, 4, 5, 6], String::new()));
}

/// The records of the files, merged by their key.
fn merged(folder: &Path) -> BTreeMap<(String, i64), Value> {
    let mut merged = BTreeMap::new();
    for file in ["news.jsonl", "readings.jsonl"] {
        let text = fs::read_to_string(folder.join(file)).unwrap_or_default();
        for row in text.lines() {
            let row: Value = serde_json::from_str(row).unwrap();
            merged.insert((file.to_owned(), row["id"].as_i64().unwrap()), row);
        }
    }
    merged
}

#[test]
fn a_run_that_is_killed_is_made_up_for_by_the_next() {
    let undisturbed = Api::start("undisturbed");
    undisturbed.keep(&["news", "readings"]);
    let expected = merged(&undisturbed.folder.join("out"));
    for (number, at) in [
        "/news?page=0",
        "/news?page=1",
        "/news?page=3",
        "/readings/a?page=1",
        "/readings/b?page=3",
    ]
    .into_iter()
    .enumerate()
    {
        // What reached the disk of what was being written.
        for torn in ["", "{\"id\":", "{\"id\":99}\n{\"i"] {
            let api = Api::start(&format!("killed-{number}-{}", torn.len()));
            api.kill(at);
            for file in ["out/news.jsonl", "out/readings.jsonl"] {
                let path = api.folder.join(file);
                let text = fs::read_to_string(&path).unwrap();
                fs::write(&path, text + torn).unwrap();
            }
            api.keep(&["news", "readings"]);
            assert_eq!(merged(&api.folder.join("out")), expected, "{at}");
            let read = (api.ids("out/news.jsonl"), api.ids("out/readings.jsonl"));
            assert_eq!(read.0, [1, 2, 3, 4, 5, 6], "{at}");
            api.keep(&["news", "readings"]);
            assert_eq!(api.ids("out/news.jsonl"), read.0);
            assert_eq!(api.ids("out/readings.jsonl"), read.1);
        }
    }
}
