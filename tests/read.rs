//! Reading specs: what the tables accept and what they say.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::path::Path;

use spile::diagnostic::{Format, Sink, render};
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

#[test]
fn faults_without_number_in_lines_without_end_are_told_in_bounded_time() {
    let keys: String = (0..50_000).map(|index| format!("k{index}: 1, ")).collect();
    let text = format!("{{ spile: 1, name: x, {keys} }}");
    let report = spile::compile(Path::new("spec.yaml"), text.as_bytes()).report;
    assert_eq!(report.diagnostics.len(), Sink::MOST + 1);
    let last = report.diagnostics.last().unwrap();
    assert_eq!(last.message, "49002 more faults are not shown");
    let shown = render(&[report], Format::Text, false);
    assert!(shown.contains("--> spec.yaml:1:22\n"), "{}", &shown[..200]);
    assert!(shown.len() < 1 << 20, "{}", shown.len());
}
