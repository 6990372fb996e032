//! Generates the connectors of `specs/`, reads with one of them from an API that this program serves, and loads what it
//! reads into a file of SQLite.
//!
//! `cargo run --example quick_start` does both and ends; with `-- serve [PORT]` it only serves, on port 8484 unless
//! told otherwise, until it is stopped.

mod api;

use std::error::Error;
use std::process::Command;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some("serve") = arguments.first().map(String::as_str) {
        let port = arguments.get(1).map_or(Ok(8484), |port| port.parse())?;
        let (port, answer) = api::listen(port)?;
        println!("http://127.0.0.1:{port}, token {}", api::TOKEN);
        answer();
        return Ok(());
    }
    let (port, answer) = api::listen(0)?;
    std::thread::spawn(answer);
    run(&[
        "run",
        "--quiet",
        "--",
        "generate",
        "specs",
        "--out",
        "connectors",
    ])?;
    let url = format!("http://127.0.0.1:{port}/v1");
    let manifest = "connectors/demo/Cargo.toml";
    run(&[
        "run",
        "--quiet",
        "--manifest-path",
        manifest,
        "--",
        "check",
        "--base-url",
        &url,
    ])?;
    run(&[
        "run",
        "--quiet",
        "--manifest-path",
        manifest,
        "--",
        "read",
        "cash_drawers",
        "--limit",
        "5",
        "--base-url",
        &url,
    ])?;
    run(&[
        "run",
        "--quiet",
        "--manifest-path",
        manifest,
        "--",
        "sync",
        "--to",
        "sqlite:connectors/demo.db",
        "--base-url",
        &url,
    ])?;
    query(
        "connectors/demo.db",
        "SELECT state, count(*) AS drawers, max(opened_at) AS last_opened FROM cash_drawers GROUP BY state",
    )
}

/// Asks a file of SQLite, if its shell is installed.
fn query(file: &str, sql: &str) -> Result<(), Box<dyn Error>> {
    println!("\n$ sqlite3 -box {file} \"{sql}\"");
    let shell = Command::new("sqlite3")
        .args(["-box", file, sql])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    match shell {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("sqlite3 ended with {status}").into()),
        Err(error) => {
            println!("({error}: the shell of SQLite is not installed)");
            Ok(())
        }
    }
}

/// Shows a Cargo command and runs it in the repository.
fn run(arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    println!("\n$ cargo {}", arguments.join(" "));
    let status = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("DEMO_TOKEN", api::TOKEN)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("cargo ended with {status}").into())
    }
}
