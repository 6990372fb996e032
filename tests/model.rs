//! What specs are lowered to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::path::Path;

#[test]
fn every_spec_has_a_model() {
    insta::glob!("../specs", "*.yaml", |path| {
        let compilation = spile::compile(path, &std::fs::read(path).unwrap());
        let said: Vec<String> = compilation
            .report
            .diagnostics
            .iter()
            .map(|diagnostic| format!("{}: {}", diagnostic.code.id(), diagnostic.message))
            .collect();
        assert!(compilation.model.is_some(), "{path:?}: {said:#?}");
    });
}

#[test]
fn a_model_is_the_same_on_every_run() {
    let path = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/specs/obstacle_course.yaml"
    ));
    let bytes = std::fs::read(path).unwrap();
    let model = || serde_json::to_string(&spile::compile(path, &bytes).model).unwrap();
    assert_eq!(model(), model());
}
