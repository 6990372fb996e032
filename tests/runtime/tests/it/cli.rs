//! The command line as its user runs it: output, streams, exit codes.

use std::process::{Command, Output, Stdio};

use crate::stub::{Reply, Stub};

/// Five rows in pages of two, one of them bad.
fn server() -> Stub {
    Stub::start(|asked| {
        assert_eq!(asked.headers["x-key"], "k");
        match (asked.path.as_str(), asked.param("offset")) {
            ("/rows", Some("0")) => Reply::json(r#"[{"id":1,"name":"a,b","new":1},{"id":2}]"#),
            ("/rows", Some("2")) => Reply::json(r#"[{"id":"x"},{"id":4,"name":""}]"#),
            ("/rows", Some("4")) => Reply::json(r#"[{"id":5}]"#),
            ("/rows", _) => Reply::json("[]"),
            _ => Reply::status(404).body(r#"{"message":"gone"}"#),
        }
    })
}

fn command(stub: &Stub, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rows"));
    command
        .args(["--base-url", &stub.url])
        .args(arguments)
        .env("ROWS_KEY", "k");
    command
}

/// Exit code, standard output, standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    parts(&command(&server(), arguments).output().unwrap())
}

fn parts(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

const LINES: &str = "{\"id\":1,\"name\":\"a,b\"}\n{\"id\":2,\"name\":null}\n{\"id\":4,\"name\":\"\"}\n{\"id\":5,\"name\":null}\n";

#[test]
fn records_go_to_standard_output_and_the_summary_to_standard_error() {
    let (code, out, err) = run(&["read", "rows"]);
    assert_eq!((code, &*out), (0, LINES));
    assert!(
        err.contains("records 4, pages 4, requests 4, retries 0, waited_ms 0, skipped 1, "),
        "{err}"
    );
    assert!(err.contains("rows: the API also sends new"), "{err}");
    assert!(
        err.contains("`id`: invalid type: string \"x\""),
        "a warning: {err}"
    );
}

#[test]
fn all_that_is_said_is_json_for_programs() {
    let (_, _, err) = run(&["--log", "json", "read", "rows"]);
    let lines = err.lines().map(serde_json::from_str::<serde_json::Value>);
    let lines: Vec<_> = lines.map(Result::unwrap).collect();
    let summary = lines.last().unwrap();
    assert_eq!(summary["records"], 4);
    assert_eq!(summary["unknown_fields"]["rows"][0], "new");
    let (code, _, err) = run(&["--log", "json", "--config", "/nowhere", "read", "rows"]);
    let said: serde_json::Value = serde_json::from_str(&err).unwrap();
    assert_eq!(code, 2);
    assert!(said["message"].as_str().unwrap().starts_with("error: "));
}

#[test]
fn quiet_says_nothing_that_is_no_error() {
    let (code, out, err) = run(&["-q", "read", "rows"]);
    assert_eq!((code, &*out, &*err), (0, LINES, ""));
}

#[test]
fn csv_has_a_header() {
    let (code, out, _) = run(&["read", "rows", "--format", "csv"]);
    assert_eq!((code, &*out), (0, "id,name\n1,\"a,b\"\n2,\n4,\"\"\n5,\n"));
}

#[test]
fn the_limit_is_exact_and_saves_requests() {
    let stub = server();
    let (code, out, err) = parts(
        &command(&stub, &["read", "rows", "--limit", "3"])
            .output()
            .unwrap(),
    );
    assert_eq!((code, out.lines().count(), stub.asked().len()), (0, 3, 2));
    assert!(err.contains("records 3, pages 2, "), "{err}");
    assert_eq!(run(&["read", "rows", "--limit", "0"]).1, "");
}

#[test]
fn a_resource_that_fails_is_reported_and_the_others_go_on() {
    let (code, out, err) = run(&["read", "broken", "rows"]);
    assert_eq!((code, &*out), (1, LINES));
    assert!(
        err.contains("error: broken: GET /broken: 404 Not Found: gone\n"),
        "{err}"
    );
    assert!(err.contains("failed 1"), "{err}");
    let (code, out, _) = run(&["-q", "read", "--all"]);
    assert_eq!((code, &*out), (1, LINES));
}

#[test]
fn files_and_quarantine_are_written() {
    let folder = std::env::temp_dir().join(format!("runtime-cli-{}", std::process::id()));
    let (output, quarantine) = (folder.join("out"), folder.join("bad.jsonl"));
    std::fs::create_dir_all(&folder).unwrap();
    let arguments = [
        "read",
        "rows",
        "--output",
        output.to_str().unwrap(),
        "--quarantine",
        quarantine.to_str().unwrap(),
    ];
    let (code, out, _) = run(&arguments);
    assert_eq!((code, &*out), (0, ""));
    assert_eq!(
        std::fs::read_to_string(output.join("rows.jsonl")).unwrap(),
        LINES
    );
    let bad: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&quarantine).unwrap()).unwrap();
    assert_eq!(bad["record"], serde_json::json!({ "id": "x" }));
    assert!(
        bad["problem"]
            .as_str()
            .unwrap()
            .starts_with("rows, page 2, index 0, `id`: "),
        "{bad}"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn check_reads_the_first_page_of_every_resource() {
    let stub = server();
    let (code, out, _) = parts(&command(&stub, &["check"]).output().unwrap());
    assert_eq!((code, stub.asked().len()), (1, 2));
    assert_eq!(
        out,
        "ok      rows\nfailed  broken: GET /broken: 404 Not Found: gone\n"
    );
}

#[test]
fn resources_are_listed_without_a_configuration() {
    let output = Command::new(env!("CARGO_BIN_EXE_rows"))
        .arg("resources")
        .env_remove("ROWS_KEY")
        .output()
        .unwrap();
    assert_eq!(
        parts(&output),
        (
            0,
            "rows    All rows.\nbroken  Fails.\n".to_owned(),
            String::new()
        )
    );
}

#[test]
fn wrong_usage_and_configuration_end_with_two() {
    let (code, _, err) = run(&["read", "lines"]);
    assert_eq!(
        (code, &*err),
        (2, "error: no resource `lines`; there are rows, broken\n")
    );
    assert_eq!(run(&["read"]).0, 2);
    assert_eq!(run(&["raed"]).0, 2);
    let (code, _, err) = parts(
        &command(&server(), &["read", "rows"])
            .env_remove("ROWS_KEY")
            .output()
            .unwrap(),
    );
    assert_eq!(
        (code, &*err),
        (
            2,
            "error: `key` is missing: set the environment variable `ROWS_KEY`\n"
        )
    );
    let (code, _, err) = run(&["--config", "/nowhere/config.json", "read", "rows"]);
    assert!(code == 2 && err.contains("/nowhere/config.json"), "{err}");
}

#[test]
fn logs_can_be_json() {
    let (_, _, err) = run(&["--log", "json", "read", "rows"]);
    let lines: Vec<serde_json::Value> = err
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    assert_eq!(lines[0]["level"], "WARN", "{err}");
    assert_eq!(lines[1]["records"], 4, "{err}");
}

#[test]
fn help_names_the_variables() {
    let (code, out, _) = run(&["--help"]);
    assert!(
        code == 0 && out.contains("ROWS_KEY") && out.contains("Rows of a test."),
        "{out}"
    );
    assert_eq!(run(&["--version"]).1, "rows 1.2.3\n");
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let stub = Stub::start(|asked| {
        let offset: usize = asked.param("offset").unwrap().parse().unwrap();
        let rows: Vec<_> = (offset..offset + 5000)
            .map(|id| format!(r#"{{"id":{id}}}"#))
            .collect();
        Reply::json(if offset < 50_000 {
            format!("[{}]", rows.join(","))
        } else {
            "[]".to_owned()
        })
    });
    let mut child = command(&stub, &["read", "rows"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let (code, _, err) = parts(&child.wait_with_output().unwrap());
    assert_eq!((code, &*err), (0, ""));
}
