//! Generated files, and how they reach the disk.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use spile::emit::{self, Layout};
use spile::model::Connector;
use spile::output::{self, Difference, Files, MANIFEST, Refusal, Written};

fn specs() -> Vec<Connector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "yaml")
    });
    paths.sort();
    let compile = |path: &PathBuf| {
        spile::compile(path, &fs::read(path).unwrap())
            .model
            .expect("a spec without errors")
    };
    paths.iter().map(compile).collect()
}

fn files(connector: &Connector) -> Files {
    emit::connector(connector, Layout::Vendored)
}

/// Files that say something of their own: not the runtime, which is copied, nor data of the tests.
fn is_shown(path: &str) -> bool {
    let copied = path.starts_with("src/runtime/") && path != "src/runtime/mod.rs"
        || path.starts_with("tests/stub");
    !copied && !path.ends_with(".jsonl") && path != MANIFEST
}

#[test]
fn crates_of_all_specs() {
    for connector in specs() {
        // Hundreds of names in the same few shapes: those of one resource are enough to read.
        let names_only = connector.package == "obstacle-names";
        // The same lists in each resource: those of one are enough, and one of all types.
        let lists_only = connector.package == "obstacle-normalized";
        let shown = ["src/resources/kinds.rs", "src/resources/upserted.rs"];
        let repeats = |path: &str| {
            let list = path.starts_with("sql/") && path.contains("__");
            let resource = path.starts_with("src/resources/") && !shown.contains(&path);
            path.starts_with("tests/") || resource || list && !path.starts_with("sql/upserted")
        };
        let mut text = String::new();
        for (path, content) in files(&connector) {
            let resource = path.starts_with("src/resources/") && path != "src/resources/fields.rs";
            if is_shown(&path)
                && !(lists_only && repeats(&path))
                && !(names_only && (resource || path.starts_with("tests/")))
            {
                text.push_str(&format!("=== {path}\n{content}"));
            }
        }
        insta::assert_snapshot!(
            format!("crate_{}", connector.package.replace('-', "_")),
            text
        );
    }
}

#[test]
fn the_same_spec_gives_the_same_files() {
    for (first, second) in specs().iter().zip(&specs()) {
        assert!(files(first) == files(second), "{}", first.package);
    }
}

#[test]
fn rustfmt_accepts_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let connectors = specs();
    let mut paths = Vec::new();
    let crates = connectors
        .iter()
        .map(|connector| (connector.package.clone(), files(connector)));
    for (name, files) in crates.chain(emit::workspace(&connectors)) {
        let directory = folder.path().join(name);
        output::write(&directory, &files, false).unwrap();
        paths.extend(
            files
                .keys()
                .filter(|path| path.ends_with(".rs"))
                .map(|path| directory.join(path)),
        );
    }
    let rustfmt = Command::new("rustfmt")
        .args(["--check", "--edition", "2024"])
        .args(&paths)
        .output()
        .unwrap();
    assert!(
        rustfmt.status.success(),
        "{}",
        String::from_utf8_lossy(&rustfmt.stdout)
    );
}

#[test]
fn rustfmt_accepts_names_of_every_length() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for length in (1..60).step_by(3) {
        let connector = support::with_names_of_length(length);
        let directory = folder.path().join(format!("of_{length}"));
        let files = files(&connector);
        output::write(&directory, &files, false).unwrap();
        let own = files
            .keys()
            .filter(|path| path.ends_with(".rs") && !path.starts_with("src/runtime/"));
        paths.extend(
            own.filter(|path| *path != "src/lib.rs" && *path != "src/main.rs")
                .map(|path| directory.join(path)),
        );
    }
    paths.retain(|path| !path.ends_with("mod.rs"));
    let rustfmt = Command::new("rustfmt")
        .args(["--check", "--edition", "2024"])
        .args(&paths)
        .output()
        .unwrap();
    assert!(
        rustfmt.status.success(),
        "{}",
        String::from_utf8_lossy(&rustfmt.stdout)
    );
}

#[test]
fn text_of_a_spec_brings_in_no_code() {
    let tame = files(&support::with_descriptions("tame"));
    for text in support::HOSTILE {
        let hostile = files(&support::with_descriptions(text));
        for (path, content) in hostile.iter().filter(|(path, _)| path.ends_with(".rs")) {
            let parse = |content: &str| {
                syn::parse_file(content).unwrap_or_else(|error| panic!("{path}: {error}\n{text}"))
            };
            assert_eq!(
                parse(content).items.len(),
                parse(&tame[path]).items.len(),
                "{path}\n{text}"
            );
        }
    }
}

fn some_files() -> Files {
    BTreeMap::from([
        ("src/lib.rs".to_owned(), "pub fn a() {}\n".to_owned()),
        ("src/old/b.rs".to_owned(), "pub fn b() {}\n".to_owned()),
        ("Cargo.toml".to_owned(), "[package]\n".to_owned()),
    ])
}

fn with_manifest(mut files: Files) -> Files {
    let manifest = output::Manifest::new(BTreeMap::new(), &files).to_text();
    files.insert(MANIFEST.to_owned(), manifest);
    files
}

/// A directory into which some files were generated.
fn generated() -> (tempfile::TempDir, Files) {
    let folder = tempfile::tempdir().unwrap();
    let files = with_manifest(some_files());
    output::write(folder.path(), &files, false).unwrap();
    (folder, files)
}

#[test]
fn only_what_differs_is_written() {
    let (folder, _) = generated();
    let mut changed = some_files();
    changed.insert(
        "Cargo.toml".to_owned(),
        "[package]\nname = \"a\"\n".to_owned(),
    );
    let before = fs::metadata(folder.path().join("src/lib.rs"))
        .unwrap()
        .modified()
        .unwrap();
    let written = output::write(folder.path(), &with_manifest(changed), false).unwrap();
    assert_eq!(
        written,
        Written {
            added: 0,
            changed: 2,
            removed: 0,
            unchanged: 2
        }
    );
    let after = fs::metadata(folder.path().join("src/lib.rs"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(before, after);
}

#[test]
fn files_that_are_no_longer_made_are_removed_with_their_folders() {
    let (folder, _) = generated();
    fs::create_dir_all(folder.path().join("target")).unwrap();
    fs::write(folder.path().join("Cargo.lock"), "lock").unwrap();
    let mut fewer = some_files();
    fewer.remove("src/old/b.rs");
    let fewer = with_manifest(fewer);
    assert_eq!(
        output::compare(folder.path(), "", &fewer).unwrap()["src/old/b.rs"],
        Difference::Stale
    );
    assert_eq!(
        output::write(folder.path(), &fewer, false).unwrap().removed,
        1
    );
    assert!(!folder.path().join("src/old").exists());
    assert!(folder.path().join("target").exists() && folder.path().join("Cargo.lock").exists());
}

#[test]
fn files_edited_by_hand_are_kept_unless_forced() {
    let (folder, _) = generated();
    let lib = folder.path().join("src/lib.rs");
    fs::write(&lib, "pub fn mine() {}\n").unwrap();
    let mut next = some_files();
    next.insert("src/lib.rs".to_owned(), "pub fn theirs() {}\n".to_owned());
    next.insert("src/new.rs".to_owned(), String::new());
    let next = with_manifest(next);
    match output::write(folder.path(), &next, false) {
        Err(Refusal::Edited(paths)) => assert_eq!(paths, ["src/lib.rs"]),
        other => panic!("{other:?}"),
    }
    assert_eq!(fs::read_to_string(&lib).unwrap(), "pub fn mine() {}\n");
    assert!(!folder.path().join("src/new.rs").exists());
    output::write(folder.path(), &next, true).unwrap();
    assert_eq!(fs::read_to_string(&lib).unwrap(), "pub fn theirs() {}\n");
}

#[test]
fn files_of_others_in_the_way_are_kept_unless_forced() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Cargo.toml"), "mine").unwrap();
    match output::write(folder.path(), &with_manifest(some_files()), false) {
        Err(Refusal::Edited(paths)) => assert_eq!(paths, ["Cargo.toml"]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn comparing_shows_what_is_missing_changed_and_of_other_line_ends() {
    let (folder, files) = generated();
    assert_eq!(
        output::compare(folder.path(), "", &files).unwrap(),
        BTreeMap::new()
    );
    fs::remove_file(folder.path().join("Cargo.toml")).unwrap();
    fs::write(folder.path().join("src/lib.rs"), "pub fn a() {}\r\n").unwrap();
    fs::write(folder.path().join("src/old/b.rs"), "pub fn c() {}\n").unwrap();
    let differences = output::compare(folder.path(), "", &files).unwrap();
    assert_eq!(differences["Cargo.toml"], Difference::Missing);
    assert_eq!(differences["src/lib.rs"], Difference::LineEnds);
    let diff =
        "--- a/src/old/b.rs\n+++ b/src/old/b.rs\n@@ -1 +1 @@\n-pub fn c() {}\n+pub fn b() {}\n";
    assert_eq!(
        differences["src/old/b.rs"],
        Difference::Changed(diff.to_owned())
    );
    let differences = output::compare(folder.path(), "shop", &files).unwrap();
    let diff = diff.replace("/src/", "/shop/src/");
    assert_eq!(differences["src/old/b.rs"], Difference::Changed(diff));
}

#[test]
fn line_ends_changed_by_git_are_no_edit() {
    let (folder, _) = generated();
    fs::write(folder.path().join("src/lib.rs"), "pub fn a() {}\r\n").unwrap();
    let mut next = some_files();
    next.insert("src/lib.rs".to_owned(), "pub fn a2() {}\n".to_owned());
    output::write(folder.path(), &with_manifest(next), false).unwrap();
}

#[test]
fn a_write_that_fails_leaves_the_files_as_they_were() {
    let (folder, before) = generated();
    let mut next = some_files();
    next.insert(
        "Cargo.toml".to_owned(),
        "[package]\nname = \"next\"\n".to_owned(),
    );
    // A file cannot stand below a file: staging ends with an error.
    next.insert("a".to_owned(), String::new());
    next.insert("a/b".to_owned(), String::new());
    assert!(matches!(
        output::write(folder.path(), &with_manifest(next), false),
        Err(Refusal::Io(..))
    ));
    assert_eq!(
        output::compare(folder.path(), "", &before).unwrap(),
        BTreeMap::new()
    );
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn a_manifest_never_leads_out_of_its_crate() {
    let folder = tempfile::tempdir().unwrap();
    let outside = folder.path().join("outside");
    fs::write(&outside, "mine").unwrap();
    let inside = folder.path().join("crate");
    let mut manifest = output::Manifest::new(BTreeMap::new(), &some_files());
    manifest
        .files
        .insert("../outside".to_owned(), output::digest(b"mine"));
    fs::create_dir(&inside).unwrap();
    fs::write(inside.join(MANIFEST), manifest.to_text()).unwrap();
    output::write(&inside, &with_manifest(some_files()), true).unwrap();
    assert!(outside.exists());
}

#[test]
fn a_crate_that_cannot_be_written_leaves_no_folder_behind() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("crate");
    let mut files = some_files();
    // A file cannot have a file below it.
    let path = files.keys().next().unwrap().clone() + "/below";
    files.insert(path, String::new());
    let refusal = output::write(&inside, &with_manifest(files), false);
    assert!(
        matches!(refusal, Err(output::Refusal::Io(..))),
        "{refusal:?}"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    output::write(&inside, &with_manifest(some_files()), false).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
