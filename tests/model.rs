//! What specs are lowered to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use spile::model::{Connector, Name};

fn model(path: &Path) -> Connector {
    let compilation = spile::compile(path, &std::fs::read(path).unwrap());
    let said: Vec<String> = compilation
        .report
        .diagnostics
        .iter()
        .map(|diagnostic| format!("{}: {}", diagnostic.code.id(), diagnostic.message))
        .collect();
    compilation
        .model
        .unwrap_or_else(|| panic!("{path:?}: {said:#?}"))
}

fn spec(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("specs")
        .join(name)
}

#[test]
fn every_spec_has_a_model() {
    insta::glob!("../specs", "*.yaml", |path| {
        let model = model(path);
        // Its hundred resources differ in their names alone, which have a snapshot of their own.
        if path.ends_with("obstacle_names.yaml") {
            return;
        }
        // YAML has no form of its own for an enum within an enum.
        let model = serde_json::to_value(&model).unwrap();
        insta::with_settings!({
            omit_expression => true,
            prepend_module_to_snapshot => false,
            filters => [("spec_digest: [0-9a-f]{64}", "spec_digest: …")],
        }, {
            insta::assert_snapshot!("model", serde_yaml::to_string(&model).unwrap());
        });
    });
}

#[test]
fn names_that_trip_generators_become_others() {
    fn line(out: &mut String, what: &str, Name { wire, rust }: &Name) {
        writeln!(out, "{what} {wire:?} {rust}").unwrap();
    }
    let model = model(&spec("obstacle_names.yaml"));
    let mut names = String::new();
    for field in &model.config {
        line(&mut names, "config", &field.name);
    }
    for resource in &model.resources {
        line(&mut names, "resource", &resource.name);
        let record = &resource.record.structs[0];
        writeln!(names, "    {} of {}", resource.type_name, record.type_name).unwrap();
        for field in record.fields.iter().filter(|field| field.name.wire != "id") {
            line(&mut names, "    field", &field.name);
        }
        for words in &resource.record.enums {
            for word in &words.variants {
                line(&mut names, &format!("    {}", words.type_name), word);
            }
            writeln!(names, "    {} unknown {}", words.type_name, words.unknown).unwrap();
        }
    }
    insta::assert_snapshot!(names);
}

#[test]
fn a_model_is_the_same_on_every_run() {
    let text = || serde_json::to_string(&model(&spec("obstacle_course.yaml"))).unwrap();
    assert_eq!(text(), text());
}

#[test]
fn the_model_command_prints_any_model() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_spile"))
        .arg("model")
        .arg(spec("obstacle_course.yaml"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.stdout.starts_with(b"package: obstacle-course\n"));
}
