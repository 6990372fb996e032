//! `rules.md` beside this file maps each rule of behaviour to the tests that hold it: each of them exists.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The rows of the tables: a rule, and the cell of its tests.
fn rows(text: &str) -> Vec<(&str, &str)> {
    text.lines()
        .filter_map(|line| {
            line.strip_prefix("| ")?
                .strip_suffix(" |")?
                .split_once(" | ")
        })
        .filter(|row| *row != ("rule", "tests"))
        .collect()
}

/// What stands in backticks.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Names of the functions that are tests, in all Rust files below a folder.
fn tests(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "target") {
                tests(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let mut test = false;
            for line in text.lines().map(str::trim) {
                if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                    test = true;
                } else if let Some((_, rest)) = line.split_once("fn ")
                    && test
                {
                    found.insert(rest.split('(').next().unwrap().to_owned());
                    test = false;
                }
            }
        }
    }
}

#[test]
fn every_rule_has_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = BTreeSet::new();
    tests(&root.join("tests"), &mut known);
    tests(&root.join("src"), &mut known);
    for entry in fs::read_dir(root.join("tests/diagnostics")).unwrap() {
        known.insert(entry.unwrap().file_name().into_string().unwrap());
    }
    let text = fs::read_to_string(root.join("tests/rules.md")).unwrap();
    let rows = rows(&text);
    assert!(rows.len() >= 120, "{} rules", rows.len());
    let mut wrong = Vec::new();
    for (rule, cell) in rows {
        if names(cell).next().is_none() {
            wrong.push(format!("{rule}: no test"));
        }
        let missing = names(cell).filter(|name| !known.contains(*name));
        wrong.extend(missing.map(|name| format!("{rule}: there is no test {name}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
