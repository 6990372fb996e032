//! Tables in files: what counts, what stays, what is refused.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use runtime_tests::runtime::destination::{Commit, Destination, HasTable, Load, Table};
use runtime_tests::runtime::files::Files;
use runtime_tests::runtime::part_jsonl::JSONL;
use runtime_tests::runtime::record::{Column, ColumnType, Disposition, MergeStrategy, Record};
use runtime_tests::runtime::row::RowWriter;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Item {
    id: i64,
    name: Option<String>,
}

impl Record for Item {
    const RESOURCE: &'static str = "items";
    const COLUMNS: &'static [Column] = &[
        Column::required("id", ColumnType::Integer),
        Column::nullable("name", ColumnType::Text),
    ];
    const DISPOSITION: Disposition = Disposition::Append;

    fn write<W: RowWriter>(&self, row: &mut W) -> Result<(), W::Error> {
        row.integer(Some(self.id))?;
        row.text(self.name.as_deref())
    }
}

const DECLARED: Load = Load {
    replaces: false,
    alone: true,
};
const REPLACE: Load = Load {
    replaces: true,
    alone: true,
};

fn table() -> Table {
    Item::TABLE
}

fn items(ids: &[i64]) -> Vec<Item> {
    let items = ids.iter().map(|id| Item {
        id: *id,
        name: None,
    });
    items.collect()
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("files_{name}"));
    let _absent = fs::remove_dir_all(&folder);
    folder
}

fn open(folder: &Path) -> Files {
    Files::open(folder, "shop", &JSONL, true).unwrap()
}

fn commit(files: &mut Files, state: Option<&str>) {
    let at = Timestamp::from_second(1_800_000_000).unwrap();
    let commit = Commit {
        state,
        at,
        whole: true,
    };
    files.commit(&table(), commit).unwrap();
}

/// The lines of the files that the manifest names.
fn counted(folder: &Path) -> String {
    let folder = folder.join("items");
    let manifest = fs::read(folder.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let commits = manifest["commits"].as_array().unwrap();
    let files = commits.iter().filter_map(|commit| commit["file"].as_str());
    let texts = files.map(|file| fs::read_to_string(folder.join(file)).unwrap());
    texts.collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join("items")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn rows_count_once_they_are_committed_and_with_them_the_state() {
    let folder = folder("commit");
    let mut files = open(&folder);
    files.begin(&table(), DECLARED).unwrap();
    files.write(&table(), &items(&[1, 2])).unwrap();
    assert_eq!(counted(&folder), "");
    commit(&mut files, Some("{\"page\":1}"));
    files.write(&table(), &items(&[3])).unwrap();
    files.rollback(&table()).unwrap();
    files.write(&table(), &items(&[4])).unwrap();
    commit(&mut files, None);
    let lines = "{\"id\":1,\"name\":null}\n{\"id\":2,\"name\":null}\n{\"id\":4,\"name\":null}\n";
    assert_eq!(counted(&folder), lines);
    let found = files.look(&table()).unwrap();
    assert_eq!(found.state.as_deref(), Some("{\"page\":1}"));
    assert!(found.has_rows && found.changes.is_empty());
    files.forget(&table()).unwrap();
    assert_eq!(files.look(&table()).unwrap().state, None);
    assert_eq!(counted(&folder), lines);
}

#[test]
fn what_is_replaced_stays_for_its_readers_up_to_the_next_run() {
    let folder = folder("replace");
    let mut files = open(&folder);
    files.begin(&table(), DECLARED).unwrap();
    files.write(&table(), &items(&[1])).unwrap();
    commit(&mut files, None);
    files.begin(&table(), REPLACE).unwrap();
    files.write(&table(), &items(&[2])).unwrap();
    commit(&mut files, None);
    assert_eq!(counted(&folder), "{\"id\":2,\"name\":null}\n");
    let kept = [
        "00000000.jsonl",
        "00000001.jsonl",
        "00000002.jsonl",
        "manifest.json",
        "view.sql",
    ];
    assert_eq!(names(&folder), kept);
    drop(files);
    fs::write(folder.join("items/00000003.jsonl.tmp"), "{").unwrap();
    fs::write(folder.join("items/notes.txt"), "mine").unwrap();
    open(&folder).begin(&table(), REPLACE).unwrap();
    let kept = [
        "00000000.jsonl",
        "00000002.jsonl",
        "manifest.json",
        "notes.txt",
        "view.sql",
    ];
    assert_eq!(names(&folder), kept);
    // An empty result replaces, too.
    let mut files = open(&folder);
    files.begin(&table(), REPLACE).unwrap();
    commit(&mut files, None);
    assert_eq!(counted(&folder), "");
    assert!(!files.look(&table()).unwrap().has_rows);
}

#[test]
fn rows_that_replace_others_say_when_they_came() {
    let folder = folder("marks");
    let mut files = open(&folder);
    let table = Table {
        disposition: Disposition::merge(MergeStrategy::Upsert),
        primary_key: &["id"],
        ..table()
    };
    files.begin(&table, DECLARED).unwrap();
    files.write(&table, &items(&[7])).unwrap();
    files.write(&table, &items(&[7])).unwrap();
    commit(&mut files, None);
    let line =
        |row| format!("{{\"id\":7,\"name\":null,\"_spile_commit\":1,\"_spile_row\":{row}}}\n");
    assert_eq!(counted(&folder), line(0) + &line(1));
}

#[test]
fn no_name_of_a_table_leads_out_of_the_folder() {
    let folder = folder("names");
    let mut files = open(&folder);
    let table = Table {
        name: "../x*",
        ..table()
    };
    files.begin(&table, DECLARED).unwrap();
    assert!(folder.join("%2E%2E%2Fx%2A/manifest.json").exists());
}

#[test]
fn looking_changes_nothing() {
    let folder = folder("look");
    let mut files = Files::open(&folder, "shop", &JSONL, false).unwrap();
    let found = files.look(&table()).unwrap();
    assert_eq!(found.changes.len(), 1);
    assert!(!folder.exists());
}

#[test]
fn a_folder_is_loaded_by_one_run_at_a_time() {
    let folder = folder("lock");
    let _first = open(&folder);
    let second = Files::open(&folder, "shop", &JSONL, true).err().unwrap();
    let said = second.to_string();
    assert!(
        said.contains("is in use by another run: wait for its end"),
        "{said}"
    );
}

#[test]
fn tables_of_others_are_refused() {
    let folder = folder("owner");
    let mut files = open(&folder);
    files.begin(&table(), DECLARED).unwrap();
    drop(files);
    let mut other = Files::open(&folder, "bank", &JSONL, false).unwrap();
    let said = other.look(&table()).unwrap_err().to_string();
    assert!(
        said.contains("loaded by the connector `shop`: load into another folder"),
        "{said}"
    );
    let path = folder.join("items/manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"version\": 1", "\"version\": 2")).unwrap();
    let mut files = Files::open(&folder, "shop", &JSONL, false).unwrap();
    let said = files.look(&table()).unwrap_err().to_string();
    assert!(
        said.contains("is of version 2, not 1: use the connector that wrote it"),
        "{said}"
    );
    fs::remove_file(&path).unwrap();
    let said = files.look(&table()).unwrap_err().to_string();
    assert!(said.contains("has no `manifest.json`, but `"), "{said}");
}

#[test]
fn columns_that_may_be_null_are_added_and_other_changes_are_refused() {
    const MORE: &[Column] = &[
        Column::required("id", ColumnType::Integer),
        Column::nullable("name", ColumnType::Text),
        Column::nullable("price", ColumnType::Decimal),
    ];
    const NEEDED: &[Column] = &[
        Column::required("id", ColumnType::Integer),
        Column::required("price", ColumnType::Decimal),
    ];
    const OTHER: &[Column] = &[Column::required("id", ColumnType::Text)];
    let folder = folder("columns");
    let mut files = open(&folder);
    files.begin(&table(), DECLARED).unwrap();
    files.write(&table(), &items(&[1])).unwrap();
    commit(&mut files, None);
    let with = |columns| Table { columns, ..table() };
    let found = files.look(&with(MORE)).unwrap();
    assert_eq!(found.changes, ["add the column `price` of type decimal"]);
    files.begin(&with(MORE), DECLARED).unwrap();
    assert!(files.look(&with(MORE)).unwrap().changes.is_empty());
    let said = files.look(&with(OTHER)).unwrap_err().to_string();
    assert!(
        said.contains("has `id` as integer, and it has to be text; move `"),
        "{said}"
    );
    drop(files);
    fs::remove_dir_all(&folder).unwrap();
    let mut files = open(&folder);
    files.begin(&table(), DECLARED).unwrap();
    files.write(&table(), &items(&[1])).unwrap();
    commit(&mut files, None);
    let said = files.look(&with(NEEDED)).unwrap_err().to_string();
    assert!(
        said.contains("lacks the column `price`, which is never null; move `"),
        "{said}"
    );
}
