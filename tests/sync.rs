//! `sync` of a generated connector: every disposition and merge strategy against a model of it, on histories of any
//! content, undisturbed and with runs that are killed or fail.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[allow(dead_code, reason = "the tests of generated crates share it")]
mod harness;
#[path = "sync/model.rs"]
mod model;
#[path = "sync/place.rs"]
mod place;
#[path = "sync/sqlite.rs"]
mod sqlite;
#[path = "sync/world.rs"]
mod world;

use place::Place;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use sqlite::Sqlite;
use std::path::Path;
use std::sync::LazyLock;
use world::{ALL, World, steps};

/// The connector is built.
static BUILT: LazyLock<()> = LazyLock::new(|| {
    let output = harness::cargo(&["build", "--quiet", "-p", "obstacle-tables"]).output();
    harness::succeed("cargo build", &output.expect("cargo runs"));
});

/// A fresh folder, in memory where there is such a place: what counts is what is there when a program was killed, not
/// when the power failed.
fn folder() -> tempfile::TempDir {
    LazyLock::force(&BUILT);
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    folder.expect("a folder")
}

/// Loads histories and compares all tables after each step.
fn histories_come_out_as_the_model_says<P: Place>(cases: u32, open: impl Fn(&Path) -> P) {
    let mut runner = TestRunner::new(Config {
        cases,
        // Each attempt takes seconds.
        max_shrink_iters: 30,
        failure_persistence: None,
        ..Config::default()
    });
    let checked = runner.run(&steps(), |steps| {
        let folder = folder();
        let place = open(folder.path());
        let mut world = World::new();
        for step in steps {
            world.advance(&step);
            harness::succeed("sync", &world.sync(&place, &[]));
            world.model_run();
            world.compare(&place, &ALL);
        }
        Ok(())
    });
    checked.unwrap();
}

#[test]
fn tables_of_sqlite_are_those_of_the_model() {
    histories_come_out_as_the_model_says(24, Sqlite::new);
}
