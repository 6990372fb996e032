//! What the tests of generated crates share: all specs generated into one Cargo workspace, built with one target folder.
#![allow(dead_code, reason = "each test binary uses its part")]

pub mod api;
pub mod libduckdb;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The specs of the repository, in the order of their names.
pub fn specs() -> Vec<PathBuf> {
    let mut specs: Vec<PathBuf> = fs::read_dir(root().join("specs"))
        .expect("specs/ can be listed")
        .map(|entry| entry.expect("an entry of specs/").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    specs.sort();
    specs
}

/// A fresh, empty folder of that name under Cargo's folder for tests.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("an old scratch folder can be removed");
    }
    fs::create_dir_all(&folder).expect("a scratch folder can be made");
    folder
}

/// `spile` with these arguments, run in the repository.
pub fn spile<I: IntoIterator<Item: AsRef<std::ffi::OsStr>>>(arguments: I) -> Output {
    Command::new(env!("CARGO_BIN_EXE_spile"))
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("spile runs")
}

/// Asserts success and shows both streams otherwise.
pub fn succeed(what: &str, output: &Output) {
    assert!(
        output.status.success(),
        "{what}: {}\n--- standard output\n{}\n--- standard error\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}

/// The workspace of all generated crates: generated once per test binary, unchanged files untouched, so that Cargo
/// builds only what differs from the last run.
pub fn workspace() -> &'static Path {
    static WORKSPACE: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("connectors");
        fs::create_dir_all(&folder).expect("the workspace's folder can be made");
        let output = spile([
            "generate".as_ref(),
            "specs".as_ref(),
            "--out".as_ref(),
            folder.as_os_str(),
        ]);
        succeed("spile generate specs", &output);
        remove_stale(&folder);
        // Without its own file, rustfmt would look for one in the folders above: that of this repository.
        write_if_changed(&folder.join("rustfmt.toml"), "");
        write_if_changed(
            &folder.join("Cargo.toml"),
            "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\nexclude = [\"target\"]\n\n[profile.dev]\ndebug = false\n",
        );
        // What the runtime is tested with; Cargo changes what has to be another.
        let lock = folder.join("Cargo.lock");
        if !lock.exists() {
            let tested = root().join("tests/runtime/Cargo.lock");
            fs::copy(tested, lock).expect("the lock file can be copied");
        }
        folder
    });
    &WORKSPACE
}

/// Removes crates of specs that are gone.
fn remove_stale(folder: &Path) {
    let names: Vec<String> = specs().iter().map(|spec| package(spec)).collect();
    for entry in fs::read_dir(folder).expect("the workspace can be listed") {
        let path = entry.expect("an entry of the workspace").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.join(".spile.json").exists() && !names.contains(&name) {
            fs::remove_dir_all(&path).expect("a stale crate can be removed");
        }
    }
}

/// Name of the package that a spec becomes: that of the folder and of the program.
pub fn package(spec: &Path) -> String {
    spec.file_stem()
        .expect("a spec has a name")
        .to_string_lossy()
        .replace('_', "-")
}

/// Cargo in the workspace of generated crates.
pub fn cargo(arguments: &[&str]) -> Command {
    cargo_in(workspace(), arguments)
}

/// A command of Cargo for all generated crates, of which two can load into every destination. Every test builds the same
/// choice: with another one, what they depend on would have other features, and be built again.
pub fn cargo_all(command: &str, arguments: &[&str]) -> Command {
    libduckdb::install();
    let destinations = ["cloud", "duckdb", "parquet", "postgres"];
    let features = ["obstacle-normalized", "obstacle-tables"].map(|package| {
        destinations
            .map(|feature| format!("{package}/{feature}"))
            .join(",")
    });
    let features = features.join(",");
    let all = [command, "--quiet", "--workspace", "--features", &features];
    cargo(&[&all, arguments].concat())
}

/// Builds the programs of all generated crates.
pub fn build() {
    static BUILT: LazyLock<()> = LazyLock::new(|| {
        let output = cargo_all("build", &[]).output();
        succeed("cargo build", &output.expect("cargo runs"));
    });
    LazyLock::force(&BUILT);
}

/// Cargo in a folder of generated code, with the one target folder and the one profile of all of it: what crates depend
/// on is built once.
pub fn cargo_in(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target())
        // Dozens of small crates: what is kept for compiling them in parts is gigabytes, and saves seconds.
        .env("CARGO_INCREMENTAL", "0")
        // Nobody debugs them, and what a debugger needs is a third of the work of compiling and linking.
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("DUCKDB_LIB_DIR", libduckdb::folder())
        // What `cargo test` sets for this crate is not meant for the generated ones.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    libduckdb::find(&mut command);
    command
}

/// Target folder of the generated crates; the tests of the runtime share it, because its dependencies are theirs.
pub fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated")
}

fn write_if_changed(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    fs::write(path, text).expect("a file of the workspace can be written");
}

/// Every file below a folder with its content, in order.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder can be listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let content = fs::read(&path).expect("a file can be read");
                found.push((
                    path.strip_prefix(folder)
                        .expect("below the folder")
                        .to_path_buf(),
                    content,
                ));
            }
        }
    }
    found.sort();
    found
}
