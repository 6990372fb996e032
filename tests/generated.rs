//! All specs as generated crates, members of one workspace: formatted, free of warnings, documented, tested.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod harness;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What a generated crate may depend on; what each is for stands in its `Cargo.toml`.
const ALLOWED: &[&str] = &[
    "base64",
    "clap",
    "csv",
    "duckdb",
    "encoding_rs",
    "fastrand",
    "flate2",
    "futures-util",
    "httpdate",
    "indicatif",
    "jiff",
    "md-5",
    "object_store",
    "parquet",
    "postgres",
    "quick-xml",
    "rawzip",
    "regex-lite",
    "reqwest",
    "ring",
    "rusqlite",
    "rustls",
    "rustls-platform-verifier",
    "serde",
    "serde_json",
    "serde_path_to_error",
    "sha2",
    "tempfile",
    "tokio",
    "tokio-rustls",
    "tracing",
    "tracing-subscriber",
];

/// Lints of `clippy::pedantic` that a generated crate may switch off, at most.
const EXCEPTIONS: usize = 8;

fn passes(what: &str, mut command: Command) {
    harness::succeed(what, &command.output().expect("cargo runs"));
}

#[test]
fn generated_code_is_formatted_as_rustfmt_would() {
    passes(
        "cargo fmt --check",
        harness::cargo(&["fmt", "--all", "--check"]),
    );
}

#[test]
fn generated_crates_have_no_warnings_of_clippy_pedantic_included() {
    passes(
        "cargo clippy",
        harness::cargo_all("clippy", &["--all-targets", "--", "-D", "warnings"]),
    );
}

#[test]
fn generated_lint_tables_deny_unsafe_code_and_except_a_handful_of_lints() {
    for spec in harness::specs() {
        let manifest = manifest(&spec);
        assert!(
            manifest.contains("unsafe_code = \"forbid\""),
            "{}: {manifest}",
            spec.display()
        );
        let clippy = manifest
            .split("[lints.clippy]")
            .nth(1)
            .unwrap_or_else(|| panic!("{}: no lint table", spec.display()));
        let clippy = clippy.split("\n[").next().unwrap_or(clippy);
        assert!(
            clippy.contains("pedantic = "),
            "{}: {clippy}",
            spec.display()
        );
        let exceptions = clippy
            .lines()
            .filter(|line| line.contains("\"allow\""))
            .count();
        assert!(
            exceptions <= EXCEPTIONS,
            "{}: {exceptions} exceptions: {clippy}",
            spec.display()
        );
    }
    for (path, content) in harness::files(harness::workspace()) {
        if path.extension().is_some_and(|extension| extension == "rs") {
            let text = String::from_utf8(content).expect("Rust is UTF-8");
            assert!(
                !text.contains("#![allow("),
                "{} allows lints for a whole file",
                path.display()
            );
        }
    }
}

#[test]
fn generated_documentation_has_no_warnings() {
    let mut command = harness::cargo_all("doc", &["--no-deps"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    passes("cargo doc", command);
}

#[test]
fn other_choices_of_features_have_no_warnings_either() {
    for some in ["ring", "cli,ring", "duckdb,ring"] {
        let choice = [
            "-p",
            "obstacle-tables",
            "--no-default-features",
            "--features",
            some,
        ];
        let lint = [
            &["clippy", "--quiet"],
            &choice[..],
            &["--", "-D", "warnings"],
        ];
        passes("cargo clippy", harness::cargo(&lint.concat()));
    }
}

#[test]
fn tests_of_generated_crates_pass() {
    passes(
        "cargo test",
        harness::cargo_all("test", &["--no-fail-fast"]),
    );
}

#[test]
fn a_generated_crate_depends_on_the_decided_packages_only_and_says_what_each_is_for() {
    let output = harness::cargo(&["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .expect("cargo runs");
    harness::succeed("cargo metadata", &output);
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert_eq!(packages.len(), harness::specs().len());
    for package in packages {
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let name = dependency["name"].as_str().expect("a name");
            assert!(
                ALLOWED.contains(&name),
                "{} depends on {name}",
                package["name"]
            );
            assert!(
                name != "reqwest" || dependency["uses_default_features"] == false,
                "reqwest's own choice of TLS needs another library"
            );
        }
    }
    for spec in harness::specs() {
        let manifest = manifest(&spec);
        let dependencies = manifest
            .lines()
            .skip_while(|line| *line != "[dependencies]")
            .skip(1);
        let mut before = "";
        for line in dependencies.take_while(|line| !line.starts_with('[')) {
            assert!(
                !line.contains(" = ") || before.starts_with("# "),
                "{}: no word about {line}",
                spec.display()
            );
            before = line;
        }
    }
}

#[test]
fn a_crate_stands_alone_outside_of_any_workspace() {
    let folder = harness::scratch("alone");
    harness::succeed("generate", &generate("specs/cash_management.yaml", &folder));
    let alone = ["check", "--quiet", "--lib", "--no-default-features"];
    let command = harness::cargo_in(&folder.join("cash-management"), &alone);
    passes("cargo check without the command line", command);
}

#[test]
fn generating_twice_gives_the_same_bytes_and_check_agrees() {
    let (first, second) = (harness::scratch("first"), harness::scratch("second"));
    harness::succeed("generate", &generate("specs", &first));
    harness::succeed("generate", &generate("specs", &second));
    let (files, others) = (harness::files(&first), harness::files(&second));
    let names = |files: &[(std::path::PathBuf, Vec<u8>)]| {
        files
            .iter()
            .map(|(path, _)| path.clone())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(names(&files), names(&others));
    for ((path, content), (_, other)) in files.iter().zip(&others) {
        assert!(content == other, "{} differs", path.display());
    }
    let output = harness::spile([
        "generate".as_ref(),
        "specs".as_ref(),
        "--out".as_ref(),
        first.as_os_str(),
        "--check".as_ref(),
    ]);
    harness::succeed("generate --check of what was just generated", &output);
}

#[test]
fn nothing_of_this_machine_is_in_generated_files() {
    let home = std::env::var("HOME").expect("HOME");
    for (path, content) in harness::files(harness::workspace()) {
        let text = String::from_utf8_lossy(&content);
        for place in [
            env!("CARGO_MANIFEST_DIR"),
            env!("CARGO_TARGET_TMPDIR"),
            &home,
        ] {
            assert!(
                place.len() < 3 || !text.contains(place),
                "{} names {place}",
                path.display()
            );
        }
        assert!(
            !text.contains('\r'),
            "{} has carriage returns",
            path.display()
        );
    }
}

/// A resource of a dozen fields, read with a bearer token by offset.
const DOZEN: &str = r#"spile: 1
name: dozen
config: { token: secret }
client:
  base_url: https://api.example.com
  auth: { type: bearer, token: "{{ config.token }}" }
resources:
  - name: bank_accounts
    description: Bank accounts.
    primary_key: id
    write_disposition: merge
    endpoint: { path: /bank_accounts, data_selector: data, paginator: { type: offset, limit: 100 } }
    fields:
      id: string!
      name: string
      bank: string
      number: string
      currency: string
      balance: decimal
      limit: decimal
      active: boolean
      position: integer
      opened_on: date
      created_at: timestamp!
      updated_at: timestamp!
"#;

#[test]
fn a_plain_connector_stays_small_enough_to_be_read() {
    let folder = harness::scratch("dozen");
    let spec = folder.join("dozen.yaml");
    fs::write(&spec, DOZEN).expect("the spec is written");
    harness::succeed("generate", &generate(&spec, &folder));
    let crate_folder = folder.join("dozen");

    let resource =
        fs::read_to_string(crate_folder.join("src/resources/bank_accounts.rs")).expect("the file");
    let lines = resource.lines().count();
    assert!(
        (80..=150).contains(&lines),
        "{lines} lines for a resource of a dozen fields"
    );

    // Without the connector's own command line, which a library does not have.
    let runtime = harness::files(&crate_folder.join("src/runtime"));
    let parts = fs::read_to_string(crate_folder.join("src/runtime/mod.rs")).expect("the file");
    let library = runtime.iter().filter(|(path, _)| {
        let part = path.file_stem().expect("a name").to_string_lossy();
        let gated = |public| format!(")]\n{public}mod {part};");
        !parts.contains(&gated("pub ")) && !parts.contains(&gated(""))
    });
    let lines: usize = library
        .map(|(path, content)| {
            let text = String::from_utf8_lossy(content);
            if path.ends_with("mod.rs") {
                lines_of_code(&without_gated(&text))
            } else {
                lines_of_code(&text)
            }
        })
        .sum();
    assert!(
        (500..1640).contains(&lines),
        "{lines} lines of code in the runtime"
    );
}

/// Declarations of modules without those that belong to a feature.
fn without_gated(text: &str) -> String {
    let mut gated = false;
    let own = text.lines().filter(|line| {
        let after_gate = std::mem::replace(&mut gated, line.starts_with("#[cfg("));
        !after_gate && !gated
    });
    own.collect::<Vec<_>>().join("\n")
}

/// Lines that are neither blank nor comments.
fn lines_of_code(text: &str) -> usize {
    text.lines()
        .map(str::trim_start)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .count()
}

fn generate(specs: impl AsRef<Path>, out: &Path) -> std::process::Output {
    harness::spile([
        "generate".as_ref(),
        specs.as_ref().as_os_str(),
        "--out".as_ref(),
        out.as_os_str(),
    ])
}

fn manifest(spec: &Path) -> String {
    let path = harness::workspace()
        .join(harness::package(spec))
        .join("Cargo.toml");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
