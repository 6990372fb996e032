//! One rule of the language for each file of `diagnostics/`: what is said about it, as people see it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::BTreeSet;
use std::path::Path;

use spile::diagnostic::{Code, Format, Report, render, summary};

fn report(name: &str, bytes: &[u8]) -> Report {
    spile::compile(Path::new(name), bytes).report
}

#[test]
fn what_is_said_about_each_rule() {
    insta::glob!("diagnostics/*.yaml", |path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        // Where it stands, modules are found; what is said names it alone.
        let folder = format!("{}/", path.parent().unwrap().display());
        let reports = [report(
            path.to_str().unwrap(),
            &std::fs::read(path).unwrap(),
        )];
        assert!(!reports[0].diagnostics.is_empty(), "{name} breaks no rule");
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            let said = format!("{}{}", render(&reports, Format::Text, false), summary(&reports));
            insta::assert_snapshot!(said.replace(&folder, ""));
        });
    });
}

#[test]
fn every_code() {
    let lines: Vec<String> = Code::ALL
        .iter()
        .map(|code| {
            format!(
                "{} {:7} {:?}: {}",
                code.id(),
                code.severity().word(),
                code,
                code.title()
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn codes_are_told_apart_by_id_and_their_letter_is_their_severity() {
    let ids: BTreeSet<&str> = Code::ALL.iter().map(|code| code.id()).collect();
    assert_eq!(ids.len(), Code::ALL.len());
    for code in Code::ALL {
        assert_eq!(
            code.id().chars().next(),
            code.severity().word().to_uppercase().chars().next()
        );
        assert_eq!(Code::from_id(&code.id().to_lowercase()), Some(*code));
    }
}

#[test]
fn every_code_has_a_case() {
    let mut met = BTreeSet::new();
    for entry in
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics")).unwrap()
    {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let diagnostics = report("spec.yaml", &std::fs::read(&path).unwrap()).diagnostics;
        met.extend(diagnostics.iter().map(|diagnostic| diagnostic.code));
    }
    let missing: Vec<&Code> = Code::ALL
        .iter()
        .filter(|code| !met.contains(*code))
        .collect();
    assert!(
        missing.is_empty(),
        "no file in tests/diagnostics breaks {missing:?}"
    );
}

/// The two examples of an explanation, each made a whole spec: what is left out of an example is what all have.
fn examples(code: Code) -> [String; 2] {
    let blocks = code.explanation().split("```").skip(1).step_by(2);
    let specs: Vec<&str> = blocks
        .filter_map(|block| block.strip_prefix("yaml\n"))
        .collect();
    let [wrong, right] = specs[..] else {
        panic!("{}: not two examples", code.id())
    };
    [wrong, right].map(|example| {
        let usual = [
            "spile: 1",
            "name: example",
            "client: { base_url: https://api.example.com }",
            "resources: [{ name: items, endpoint: /items, fields: { id: string! } }]",
        ];
        let has = |line: &str| {
            let key = line.split_inclusive(':').next().unwrap();
            example.lines().any(|own| own.starts_with(key))
        };
        let missing: Vec<&str> = usual.into_iter().filter(|line| !has(line)).collect();
        format!("{example}{}\n", missing.join("\n"))
    })
}

#[test]
fn explanations_show_what_breaks_the_rule_and_what_keeps_it() {
    let mut faults = Vec::new();
    for code in Code::ALL.iter().copied() {
        let [wrong, right] = examples(code);
        let mut expect = |text: &str, wanted: BTreeSet<Code>| {
            let said = report("example.yaml", text.as_bytes());
            let codes: BTreeSet<Code> = said
                .diagnostics
                .iter()
                .map(|diagnostic| diagnostic.code)
                .collect();
            if codes != wanted {
                let said = render(&[said], Format::Text, false);
                faults.push(format!("{}: wanted {wanted:?}\n{text}{said}", code.id()));
            }
        };
        // Bytes that are not text cannot stand in a text.
        if code != Code::NotUtf8 {
            expect(&wrong, BTreeSet::from([code]));
        }
        expect(&right, BTreeSet::new());
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
