//! The library of DuckDB, which crates with the feature `duckdb` link: from the package of its bindings for node, which has
//! nothing to be compiled.

use super::succeed;
use std::env::consts::{ARCH, OS};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The version for which the crate of the bindings in Rust is made.
pub const VERSION: &str = "1.5.6";

/// Where it is, once it is installed.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("libduckdb-{VERSION}"))
}

/// Installs it, if it is not there.
pub fn install() {
    static INSTALLED: LazyLock<()> = LazyLock::new(|| {
        if folder().exists() {
            return;
        }
        let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let system = if OS == "macos" { "darwin" } else { OS };
        let machine = if ARCH == "x86_64" { "x64" } else { "arm64" };
        let package = format!("@duckdb/node-bindings-{system}-{machine}@{VERSION}-r.1");
        let run = |program: &str, arguments: &[&str]| {
            let mut command = Command::new(program);
            let output = command.args(arguments).current_dir(&scratch).output();
            let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
            succeed(program, &output);
            String::from_utf8(output.stdout).expect("text")
        };
        let archive = run("npm", &["pack", "--silent", &package]);
        run("tar", &["xzf", archive.trim()]);
        fs::rename(scratch.path().join("package"), folder()).expect("it can be put there");
    });
    LazyLock::force(&INSTALLED);
}

/// Lets a program find it.
pub fn find(command: &mut Command) -> &mut Command {
    let variable = if OS == "macos" {
        "DYLD_LIBRARY_PATH"
    } else {
        "LD_LIBRARY_PATH"
    };
    command.env(variable, folder())
}
