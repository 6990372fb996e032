//! Emission of models that are made by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use spile::emit::{self, Layout};

#[test]
fn the_same_model_gives_the_same_files() {
    let files = || emit::connector(&support::connector(), Layout::Vendored);
    assert_eq!(files(), files());
}

#[test]
fn all_generated_rust_parses() {
    for (path, text) in emit::connector(&support::connector(), Layout::Vendored) {
        if path.ends_with(".rs") {
            syn::parse_file(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        }
    }
}
