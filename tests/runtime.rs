//! The runtime of generated crates: its tests are a package of their own, because its dependencies are not spile's.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::path::Path;
use std::process::Command;

/// Runs cargo in the package; the target directory is shared with generated crates, whose dependencies are the same.
fn cargo(arguments: &[&str]) {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runtime");
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(package)
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated"),
        )
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "cargo {arguments:?}:\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}

#[test]
fn the_runtime_behaves_as_its_tests_say() {
    cargo(&["test", "--locked", "--quiet"]);
}

#[test]
fn the_runtime_is_formatted() {
    cargo(&["fmt", "--check"]);
}

#[test]
fn the_runtime_has_no_lints() {
    cargo(&[
        "clippy",
        "--locked",
        "--quiet",
        "--all-targets",
        "--features",
        "parquet",
        "--",
        "-D",
        "warnings",
    ]);
}
