//! The reference of the language: it is what the tables say, and its examples use every key and compile.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::path::Path;

use spile::diagnostic::{self, Format};
use spile::read::language_parts;
use spile::reference::{EXAMPLES, example_name, reference};

#[test]
fn the_reference_in_docs_is_what_the_tables_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference.md");
    let written = std::fs::read_to_string(path).unwrap();
    assert!(
        written == reference(),
        "run `cargo run -- reference > docs/reference.md`"
    );
}

#[test]
fn every_example_compiles_without_a_warning() {
    let mut shown = String::new();
    for (name, text) in EXAMPLES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src/reference/examples")
            .join(format!("{name}.yaml"));
        let compilation = spile::compile(&path, text.as_bytes());
        assert!(
            compilation.model.is_some() || !compilation.report.diagnostics.is_empty(),
            "{name}"
        );
        shown.push_str(&diagnostic::render(
            &[compilation.report],
            Format::Text,
            false,
        ));
    }
    assert!(shown.is_empty(), "{shown}");
}

#[test]
fn every_key_of_the_language_stands_in_the_example_of_its_part() {
    let mut missing = Vec::new();
    for part in language_parts() {
        let name = example_name(&part);
        let example = EXAMPLES.iter().find(|(known, _)| *known == name);
        let example = example.map_or("", |(_, text)| *text);
        for key in part.keys {
            let shorthand = part.shorthand == key.names.first().copied();
            let written = key.names.iter().any(|spelling| {
                let key = format!("{spelling}:");
                example
                    .match_indices(&key)
                    .map(|(at, _)| example[..at].chars().next_back())
                    .any(|before| !before.is_some_and(|c| c.is_alphanumeric() || c == '_'))
            });
            if !written && !shorthand {
                missing.push(format!("{name}: {}", key.names[0]));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_example_belongs_to_a_part() {
    let parts: Vec<String> = language_parts().iter().map(example_name).collect();
    for (name, _) in EXAMPLES {
        assert!(parts.contains(&(*name).to_owned()), "{name}");
    }
}
