//! Disks that are full or cannot be written. `strace` lets system calls fail as they do there: no mode of a file keeps root
//! from writing it.

use super::duck::Duck;
use super::lake::Lake;
use super::place::Place;
use super::sqlite::Sqlite;
use super::world::World;
use super::{folder, harness, history, under_strace};
use std::path::Path;

/// A way to fail: system calls, how they do, and the files that they are about; all if none is named.
type Way = (&'static str, &'static str, &'static [&'static str]);

/// Lets the second run of a history fail in each of the ways: that is told, the table is as before, and the next run
/// completes it.
fn failures<P: Place>(open: impl Fn(&Path) -> P, ways: &[Way]) -> String {
    let mut told = String::new();
    for (calls, error, names) in ways {
        let folder = folder();
        let place = open(folder.path());
        let mut world = World::new();
        let resources = ["replaced"];
        world.advance(&history()[0]);
        harness::succeed("sync", &world.sync(&place, &resources));
        world.model_run();
        world.advance(&history()[1]);
        let mut command = world.command(&place, &resources);
        command.arg("--quiet");
        let files: Vec<_> = names.iter().map(|file| folder.path().join(file)).collect();
        let output = under_strace(&command, calls, &format!("error={error}"), &files).output();
        let output = output.expect("strace runs: apt-get install strace");
        let said = String::from_utf8(output.stderr).expect("text");
        assert_eq!(
            output.status.code(),
            Some(1),
            "{calls} {error} {files:?}: {said}"
        );
        told += &format!("{calls} {error} {}\n", names.join(" "));
        told += &said.replace(folder.path().to_str().expect("text"), "FOLDER");
        world.compare(&place, &resources);
        harness::succeed("sync", &world.sync(&place, &resources));
        world.model_run();
        world.compare(&place, &resources);
    }
    told
}

const PART: &[&str] = &["lake/replaced/00000002.parquet.tmp"];
const MANIFEST: &[&str] = &["lake/replaced/manifest.json.new"];

#[test]
fn a_full_disk_is_told_and_leaves_files_as_they_were() {
    let ways: &[Way] = &[
        ("write", "ENOSPC", PART),
        ("fsync", "ENOSPC", PART),
        ("openat", "ENOSPC", PART),
        ("write", "ENOSPC", MANIFEST),
        ("fsync", "ENOSPC", MANIFEST),
    ];
    insta::assert_snapshot!("files_on_a_full_disk", failures(Lake::parquet, ways));
}

#[test]
fn a_folder_that_cannot_be_written_is_told_and_left_as_it_was() {
    let ways: &[Way] = &[
        ("openat", "EROFS", &["lake/.lock"]),
        ("openat", "EACCES", PART),
        ("rename", "EROFS", PART),
        ("openat", "EROFS", MANIFEST),
        ("rename", "EACCES", MANIFEST),
    ];
    insta::assert_snapshot!("files_read_only", failures(Lake::parquet, ways));
}

#[test]
fn a_full_disk_is_told_and_leaves_sqlite_as_it_was() {
    let ways: &[Way] = &[
        ("pwrite64", "ENOSPC", &["tables.db-wal"]),
        ("pwrite64", "ENOSPC:when=3+", &["tables.db-wal"]),
        ("pwrite64", "ENOSPC", &["tables.db-shm"]),
        ("fsync,fdatasync", "EIO", &["tables.db-wal"]),
    ];
    insta::assert_snapshot!("sqlite_on_a_full_disk", failures(Sqlite::new, ways));
}

#[test]
fn a_database_that_cannot_be_written_is_told_and_left_as_it_was() {
    let ways: &[Way] = &[
        ("openat", "EROFS", &["tables.db.lock"]),
        ("openat", "EACCES", &["tables.db"]),
        ("openat", "EROFS:when=1", &["tables.db"]),
        ("openat", "EROFS", &["tables.db-wal"]),
        ("openat", "EACCES", &["tables.db-shm"]),
    ];
    insta::assert_snapshot!("sqlite_read_only", failures(Sqlite::new, ways));
}

#[test]
fn a_file_of_duckdb_that_cannot_be_written_is_told_and_left_as_it_was() {
    let ways: &[Way] = &[
        ("openat", "EROFS", &["tables.duckdb.lock"]),
        ("openat", "EACCES", &["tables.duckdb"]),
        ("openat", "EROFS", &["tables.duckdb"]),
        ("openat", "EROFS", &["tables.duckdb.wal"]),
    ];
    insta::assert_snapshot!("duckdb_read_only", failures(Duck::new, ways));
}
