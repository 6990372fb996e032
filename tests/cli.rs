//! The commands as their user runs them: output, streams, exit codes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn spile(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_spile"))
        .args(arguments)
        .current_dir(directory)
        .env_remove("NO_COLOR")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

const GOOD: &str = "\
spile: 1
name: example
client: { base_url: https://api.example.com }
resources: [{ name: items, endpoint: /items, fields: { id: string! } }]
";

/// A folder with a good spec, one with a warning, one with errors, and files that are none.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("specs/good.yaml", GOOD);
    write(
        "specs/deep er/warned.yml",
        &GOOD.replace(
            "{ id: string! }",
            "{ id: string!, answer: { enum: [yes, maybe] } }",
        ),
    );
    write(
        "specs/wrong.yaml",
        &GOOD
            .replace("base_url", "bas_url")
            .replace("/items,", "/items, primary_key: [],"),
    );
    write("specs/notes.txt", "no spec");
    write("specs/.hidden/other.yaml", "no: spec");
    write("empty/notes.txt", "no spec");
    folder
}

#[test]
fn check_ends_with_0_when_there_are_only_warnings() {
    let folder = folder();
    let output = spile(folder.path(), &["check", "specs/good.yaml"]);
    assert_eq!(
        (code(&output), text(&output.stdout), text(&output.stderr)),
        (0, "", "no errors in 1 file\n")
    );
    let output = spile(folder.path(), &["check", "specs/deep er/warned.yml"]);
    assert_eq!(code(&output), 0);
    assert!(
        text(&output.stderr).ends_with("\n\n1 warning in 1 file\n"),
        "{output:?}"
    );
}

#[test]
fn check_finds_all_specs_of_a_folder_and_ends_with_1_when_one_has_errors() {
    let folder = folder();
    let output = spile(folder.path(), &["check", "specs"]);
    assert_eq!((code(&output), text(&output.stdout)), (1, ""));
    insta::assert_snapshot!(text(&output.stderr));
    let twice = spile(folder.path(), &["check", "specs", "specs/wrong.yaml"]);
    assert_eq!(
        twice.stderr, output.stderr,
        "a spec that is named twice is checked once"
    );
}

#[test]
fn check_ends_with_2_when_there_is_nothing_to_check() {
    let folder = folder();
    for arguments in [
        ["check", "missing.yaml"],
        ["check", "empty"],
        ["check", "--frmat"],
    ] {
        let output = spile(folder.path(), &arguments);
        assert_eq!(
            (code(&output), text(&output.stdout)),
            (2, ""),
            "{arguments:?}"
        );
        assert!(text(&output.stderr).starts_with("error: "), "{output:?}");
    }
    assert_eq!(code(&spile(folder.path(), &["check"])), 2);
}

#[test]
fn colours_are_for_terminals_or_those_who_ask() {
    let folder = folder();
    let plain = spile(folder.path(), &["check", "specs"]);
    assert!(!text(&plain.stderr).contains('\u{1b}'));
    let colored = spile(folder.path(), &["check", "specs", "--color", "always"]);
    assert!(text(&colored.stderr).contains("\u{1b}["));
    let json = spile(
        folder.path(),
        &["check", "specs", "--color", "always", "--format", "json"],
    );
    assert!(!text(&json.stdout).contains('\u{1b}'));
}

#[test]
fn json_is_one_array_on_standard_output() {
    let folder = folder();
    let output = spile(folder.path(), &["check", "specs", "--format", "json"]);
    assert_eq!((code(&output), text(&output.stderr)), (1, ""));
    insta::assert_snapshot!(text(&output.stdout));
    let good = spile(
        folder.path(),
        &["check", "specs/good.yaml", "--format", "json"],
    );
    assert_eq!((code(&good), text(&good.stdout)), (0, "[]\n"));
}

#[test]
fn sarif_names_rules_places_and_related_places() {
    let folder = folder();
    let twice = GOOD.replace("name: example", "name: example\nname: again");
    std::fs::write(folder.path().join("twice #1.yaml"), twice).unwrap();
    let output = spile(
        folder.path(),
        &["check", "specs", "twice #1.yaml", "--format", "sarif"],
    );
    assert_eq!(code(&output), 1);
    let mut log: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].take();
    for result in log["runs"][0]["results"].as_array_mut().unwrap() {
        // Moves whenever a code is added.
        let index = result.as_object_mut().unwrap().remove("ruleIndex").unwrap();
        assert_eq!(
            rules[index.as_u64().unwrap() as usize]["id"],
            result["ruleId"]
        );
    }
    log["runs"][0]["tool"]["driver"]["version"] = "0.0.0".into();
    insta::assert_snapshot!(serde_json::to_string_pretty(&log).unwrap());
}

#[test]
fn workflow_commands_cannot_be_broken_out_of() {
    let folder = folder();
    let hostile = GOOD.replace("name: example", "name: example\n\"a%0A\\n::error::x\": 1");
    std::fs::write(folder.path().join("a,b:c.yaml"), hostile).unwrap();
    let output = spile(
        folder.path(),
        &[
            "check",
            "a,b:c.yaml",
            "specs/wrong.yaml",
            "--format",
            "github",
        ],
    );
    assert_eq!(code(&output), 1);
    insta::assert_snapshot!(text(&output.stdout));
}

#[test]
fn explain_shows_a_rule_with_examples() {
    let folder = folder();
    let output = spile(folder.path(), &["explain", "e0102"]);
    assert_eq!(code(&output), 0);
    insta::assert_snapshot!(text(&output.stdout));
    let all = spile(folder.path(), &["explain"]);
    assert!(
        text(&all.stdout)
            .lines()
            .any(|line| line.starts_with("W0003 "))
    );
    let unknown = spile(folder.path(), &["explain", "E9999"]);
    assert_eq!(code(&unknown), 2);
    let near = spile(folder.path(), &["explain", "E-0101"]);
    assert!(
        text(&near.stderr).contains("did you mean E0101?"),
        "{near:?}"
    );
}

#[test]
fn schema_completions_and_man_go_to_standard_output() {
    let folder = folder();
    let schema = spile(folder.path(), &["schema"]);
    let schema: Value = serde_json::from_slice(&schema.stdout).unwrap();
    assert_eq!(schema["$ref"], "#/$defs/Spec");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = spile(folder.path(), &["completions", shell]);
        assert!(
            code(&script) == 0 && text(&script.stdout).contains("explain"),
            "{shell}"
        );
    }
    let page = spile(folder.path(), &["man"]);
    let page = text(&page.stdout);
    assert!(
        page.contains(".TH spile") && page.contains("SPILE CHECK") && page.contains("SARIF"),
        "{page}"
    );
}

#[test]
fn help_tells_what_there_is() {
    let folder = folder();
    let help = |arguments: &[&str]| text(&spile(folder.path(), arguments).stdout).to_owned();
    insta::assert_snapshot!("help", help(&["--help"]));
    for command in ["check", "explain", "schema", "completions", "man"] {
        insta::assert_snapshot!(format!("help_{command}"), help(&[command, "--help"]));
    }
}

#[test]
fn a_reader_that_closes_early_is_no_failure() {
    let folder = folder();
    let script = format!(
        "{} schema | head -c 10; exit ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_spile")
    );
    let Ok(output) = Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder.path())
        .output()
    else {
        return;
    };
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
}

#[test]
fn programs_get_one_document_of_generate_also_where_nothing_is_wrong() {
    let folder = folder();
    let run = |more: &[&str]| {
        let arguments = ["generate", "specs/good.yaml", "--out", "crates"];
        spile(folder.path(), &[&arguments, more].concat())
    };
    let output = run(&["--format", "json"]);
    assert_eq!((code(&output), text(&output.stdout)), (0, "[]\n"));
    let output = run(&["--format", "sarif", "--check"]);
    serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
    let changed = std::fs::read_dir(folder.path().join("crates")).unwrap();
    let changed = changed.map(|entry| entry.unwrap().path()).next().unwrap();
    std::fs::write(changed.join("src/lib.rs"), "").unwrap();
    let output = run(&["--format", "json", "--check"]);
    assert_eq!((code(&output), text(&output.stdout)), (1, "[]\n"));
    assert!(
        text(&output.stderr).contains("/src/lib.rs\n+++ b/"),
        "{output:?}"
    );
}
