//! Reading specs: what the tables accept and what they say.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::path::Path;

use spile::diagnostic::Sink;
use spile::source::Sources;

#[test]
fn every_spec_is_read_without_a_word() {
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("specs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let (mut sources, mut sink) = (Sources::default(), Sink::default());
        let spec = spile::read::read(
            &path,
            &std::fs::read(&path).unwrap(),
            &mut sources,
            &mut sink,
        );
        let said: Vec<String> = sink
            .into_sorted()
            .iter()
            .map(|found| {
                let line = sources.get(found.span.file).unwrap().text[..found.span.range().start]
                    .lines()
                    .count();
                format!(
                    "{}:{line}: {} {:?}",
                    path.display(),
                    found.message,
                    found.help
                )
            })
            .collect();
        assert!(said.is_empty(), "{}", said.join("\n"));
        assert!(!spec.unwrap().resources.is_empty(), "{}", path.display());
    }
}
