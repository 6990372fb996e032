//! The JSON Schema of the language against specs that are right and wrong.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::path::{Path, PathBuf};

use jsonschema::Validator;
use spile::diagnostic::{Code, Sink};
use spile::read;
use spile::source::Sources;

fn validator() -> Validator {
    jsonschema::draft202012::new(&read::language_schema()).expect("a schema of draft 2020-12")
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "yaml")
    });
    paths.sort();
    paths
}

/// What an editor sees of a file; `None` when it is no YAML.
fn json(path: &Path) -> Option<serde_json::Value> {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let file = read::add_source(path, &std::fs::read(path).unwrap(), &mut sources, &mut sink)?;
    Some(read::parse(file, &sources.get(file)?.text, &mut sink)?.to_json())
}

#[test]
fn every_spec_is_valid() {
    let validator = validator();
    let specs = files("specs");
    assert!(specs.len() > 5);
    for path in specs {
        let json = json(&path).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&json)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(
            errors.is_empty(),
            "{}: {}",
            path.display(),
            errors.join("\n")
        );
    }
}

#[test]
fn what_breaks_the_shape_of_the_language_is_invalid() {
    let validator = validator();
    let mut refused = 0;
    for path in files("tests/diagnostics") {
        let Some(json) = json(&path) else { continue };
        let bytes = std::fs::read(&path).unwrap();
        // Rules between keys are not the schema's either.
        let (mut sources, mut sink) = (Sources::default(), Sink::default());
        spile::read::read(&path, &bytes, &mut sources, &mut sink);
        let diagnostics = sink.into_sorted();
        // What the tree alone cannot show is not the schema's: keys that stand twice, tags, names of fields, ranges of
        // 64 bits; two spellings of a key are one thing only to the reader, and a resource may inherit what it lacks.
        let shape = diagnostics.iter().any(|diagnostic| match diagnostic.code {
            Code::UnknownKey | Code::WrongType | Code::UnknownValue => true,
            Code::MissingKey => {
                let inherits = ["`paginator`", "`job`"];
                !inherits
                    .iter()
                    .any(|part| diagnostic.message.contains(part))
            }
            _ => false,
        });
        if shape {
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(!validator.is_valid(&json), "{name} is valid by the schema");
            refused += 1;
        }
    }
    assert!(refused > 30, "only {refused} cases were tried");
}

#[test]
fn a_resource_may_leave_out_what_the_defaults_give_and_a_null_removes() {
    let spec = serde_json::json!({
        "spile": 1,
        "name": "example",
        "client": { "base_url": "https://api.example.com" },
        "resource_defaults": { "endpoint": { "paginator": { "type": "offset", "limit": 5 } } },
        "resources": [{
            "name": "posts",
            "primary_key": null,
            "endpoint": { "path": "/posts", "params": { "a": null }, "paginator": { "limit": 7 } },
        }],
    });
    assert!(validator().is_valid(&spec));
    for (place, value) in [
        ("/resource_defaults/name", "x"),
        ("/resource_defaults/endpoint/pth", "x"),
        ("/client/paginator", "offset"),
    ] {
        let mut broken = spec.clone();
        let (parent, key) = place.rsplit_once('/').unwrap();
        broken.pointer_mut(parent).unwrap()[key] = value.into();
        assert!(!validator().is_valid(&broken), "{place}");
    }
}

#[test]
fn every_key_is_described() {
    fn walk(value: &serde_json::Value, path: &str) {
        for (name, property) in value
            .get("properties")
            .and_then(|properties| properties.as_object())
            .into_iter()
            .flatten()
        {
            let described = name == "type"
                || property
                    .get("description")
                    .is_some_and(|text| text.as_str().is_some_and(|text| !text.is_empty()));
            assert!(described, "{path}/{name}");
        }
        for (key, inner) in value.as_object().into_iter().flatten() {
            walk(inner, &format!("{path}/{key}"));
        }
    }
    walk(&read::language_schema(), "");
}

#[test]
fn the_schema_that_specs_name_is_the_current_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("spile.schema.json");
    let written: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert!(
        written == read::language_schema(),
        "run `cargo run -- schema > spile.schema.json`"
    );
    for path in files("specs") {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("# yaml-language-server: $schema=../spile.schema.json\n"),
            "{}",
            path.display()
        );
    }
}
