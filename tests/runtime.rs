//! The runtime of generated crates: its tests are a package of their own, because its dependencies are not spile's.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod harness;

/// Runs cargo in the package.
fn cargo(arguments: &[&str]) {
    let package = harness::root().join("tests/runtime");
    let output = harness::cargo_in(&package, arguments).output();
    harness::succeed(
        &format!("cargo {arguments:?}"),
        &output.expect("cargo runs"),
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
