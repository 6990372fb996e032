//! The model of every spec in `specs/`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use spile::diagnostic::Sink;
use spile::source::Sources;
use std::path::Path;

#[test]
fn every_spec_has_a_model() {
    let mut failed = false;
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/specs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "yaml") { continue; }
        let (mut sources, mut sink) = (Sources::default(), Sink::default());
        let bytes = std::fs::read(&path).unwrap();
        let spec = spile::read::read(Path::new(&path), &bytes, &mut sources, &mut sink);
        let model = spec.and_then(|spec| spile::lower::lower(&spec, &mut sources, &mut sink));
        println!("== {} {}", path.display(), model.is_some());
        failed |= model.is_none();
        for d in sink.into_sorted() {
            let s = sources.get(d.span.file).unwrap();
            let line = s.text[..d.span.start as usize].lines().count();
            println!("  {} {}:{} `{}` {} | {:?}", d.code.id(), s.path.file_name().unwrap().to_string_lossy(), line, &s.text[d.span.range()], d.message, d.help);
        }
    }
    assert!(!failed);
}
