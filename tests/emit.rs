//! Emission of models that are made by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use spile::emit::{self, Layout};
use std::path::Path;

#[test]
fn dump() {
    let Ok(out) = std::env::var("OUT") else { return };
    let files = emit::connector(&support::connector(), Layout::Vendored);
    spile::output::write(Path::new(&out), &files, true).unwrap();
}
