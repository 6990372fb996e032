//! The runtime of a generated crate: which of its parts are used, and which crates those need.
//!
//! A part is one file of `templates/runtime`, copied as it is. What a part needs is read off its text (`super::part`,
//! `krate::`), so that nothing here can disagree with the files.

use std::collections::{BTreeMap, BTreeSet};

macro_rules! parts {
    ($($name:ident)*) => {
        /// Every part: its name and its text.
        pub const PARTS: &[(&str, &str)] =
            &[$((stringify!($name), include_str!(concat!("../../templates/runtime/", stringify!($name), ".rs")))),*];
    };
}

parts! {
    adapt api_key aside assertion base64 base64_text basic batches bearer body bucket bucket_error capture
    checkpointed cli csv cursor decimal decimal_cursor decode destination duck_columns duck_file duck_open each
    encoding endpoint epoch error extend failures files first_of folder graphql guard gzip incremental items job json
    jwt keyset lanes leaf lenient limit lines link load loader lock login manifest md5_hex memory metrics numbers
    oauth2 once output pages parents parquet_column part_jsonl part_parquet partitions path pattern percent plan
    policies postgres postgres_catalog postgres_copy postgres_error postgres_numeric postgres_tls progress read record
    records refresh_token replace request resume retry row rows scalar scaled schema search secret send session
    settings sha256_hex signer slice source sqlite sqlite_row state state_file statements stats store summary sync
    sync_plan sync_table target time tls token_file token_request tokens tree unpacked untyped uuid wait windows wire
    word xml zip
}

/// Calls of methods that parts add to types of other parts.
const METHODS: &[(&str, &str)] = &[
    (".matching(", "pattern"),
    ("type Cursor = Decimal", "decimal_cursor"),
    ("Request::of(", "body"),
    ("request.append(", "path"),
    ("request.form(", "body"),
    ("request.json(", "body"),
    ("request.text(", "body"),
    ("turn.link(", "link"),
    ("turn.link_header(", "link"),
];

/// The parts of one connector.
#[derive(Debug, Default)]
pub struct Parts {
    /// Those that the library uses.
    pub library: BTreeMap<&'static str, &'static str>,
    /// Those that only the command line uses.
    pub cli: BTreeMap<&'static str, &'static str>,
}

impl Parts {
    /// The parts that these files use, and the parts that those need.
    pub fn of<'a>(
        library: impl Iterator<Item = &'a str>,
        cli: impl Iterator<Item = &'a str>,
    ) -> Self {
        let mut roots: BTreeSet<String> = BTreeSet::new();
        for text in library {
            roots.extend(names_after(text, "runtime::"));
            roots.extend(
                METHODS
                    .iter()
                    .filter(|(call, _)| text.contains(call))
                    .map(|(_, part)| (*part).to_owned()),
            );
        }
        let library = closure(roots);
        let mut cli = closure(
            cli.flat_map(|text| names_after(text, "runtime::"))
                .collect(),
        );
        cli.retain(|name, _| !library.contains_key(name));
        Self { library, cli }
    }

    /// All parts.
    pub fn all() -> Self {
        let cli = closure(CLI.iter().map(|name| (*name).to_owned()).collect());
        let base: BTreeSet<String> = PARTS
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .filter(|name| !CLI.contains(&name.as_str()))
            .collect();
        let library = closure(base);
        let cli = cli
            .into_iter()
            .filter(|(name, _)| !library.contains_key(name))
            .collect();
        Self { library, cli }
    }
}

/// Parts that only a command line uses.
const CLI: &[&str] = &[
    "aside",
    "bucket",
    "bucket_error",
    "cli",
    "csv",
    "destination",
    "duck_columns",
    "duck_file",
    "duck_open",
    "epoch",
    "failures",
    "files",
    "folder",
    "load",
    "loader",
    "lock",
    "manifest",
    "memory",
    "metrics",
    "once",
    "output",
    "parquet_column",
    "part_jsonl",
    "part_parquet",
    "plan",
    "postgres",
    "postgres_catalog",
    "postgres_copy",
    "postgres_error",
    "postgres_numeric",
    "postgres_tls",
    "progress",
    "read",
    "resume",
    "scaled",
    "schema",
    "sqlite",
    "sqlite_row",
    "state_file",
    "statements",
    "store",
    "summary",
    "sync",
    "sync_plan",
    "sync_table",
    "target",
    "tree",
];

/// Parts that need a feature of their own beside `cli`, and that feature; any of them where there are several.
pub const GATED: &[(&str, &str)] = &[
    ("duck_columns", "duckdb"),
    ("duck_file", "duckdb"),
    ("duck_open", "duckdb"),
    ("epoch", "duckdb"),
    ("epoch", "parquet"),
    ("scaled", "duckdb"),
    ("scaled", "parquet"),
    ("parquet_column", "parquet"),
    ("part_parquet", "parquet"),
    ("aside", "cloud"),
    ("bucket", "cloud"),
    ("bucket_error", "cloud"),
    ("aside", "postgres"),
    ("postgres", "postgres"),
    ("postgres_catalog", "postgres"),
    ("postgres_copy", "postgres"),
    ("postgres_error", "postgres"),
    ("postgres_numeric", "postgres"),
    ("postgres_tls", "postgres"),
    ("sqlite", "sqlite"),
    ("sqlite_row", "sqlite"),
];

/// The features of which a part needs one beside `cli`; none where it does not.
pub fn gates(part: &str) -> Vec<&'static str> {
    let gated = GATED.iter().filter(|(name, _)| *name == part);
    gated.map(|(_, feature)| *feature).collect()
}

fn closure(roots: BTreeSet<String>) -> BTreeMap<&'static str, &'static str> {
    let mut found = BTreeMap::new();
    let mut open: Vec<String> = roots.into_iter().collect();
    while let Some(name) = open.pop() {
        let Some((name, text)) = PARTS.iter().find(|(known, _)| *known == name) else {
            continue;
        };
        if found.insert(*name, *text).is_none() {
            open.extend(names_after(text, "super::"));
        }
    }
    found
}

/// The names that follow a prefix such as `runtime::`, singly or in braces.
fn names_after<'t>(text: &'t str, prefix: &'t str) -> impl Iterator<Item = String> + 't {
    text.match_indices(prefix).flat_map(move |(at, _)| {
        let rest = text.get(at + prefix.len()..).unwrap_or_default();
        let names = match rest.strip_prefix('{') {
            Some(list) => list
                .split('}')
                .next()
                .unwrap_or_default()
                .split(',')
                .map(first_word)
                .collect(),
            None => vec![first_word(rest)],
        };
        names.into_iter().filter(|name| !name.is_empty())
    })
}

fn first_word(text: &str) -> String {
    text.trim_start()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect()
}

/// A crate that generated code may depend on.
#[derive(Debug)]
pub struct Dependency {
    /// Its name in the registry.
    pub name: &'static str,
    /// The beginning of the paths by which its use is seen in a text.
    pub seen: &'static str,
    /// What it is for.
    pub reason: &'static str,
    /// Its requirement.
    pub version: &'static str,
    /// Its default features are off.
    pub bare: bool,
    /// Its features.
    pub features: &'static [&'static str],
}

/// The crates, in alphabetical order. `tokio` is asked for by feature, and the TLS crates belong to feature `ring`.
pub const DEPENDENCIES: &[Dependency] = &[
    Dependency {
        name: "base64",
        seen: "base64::",
        reason: "base64 in headers and fields",
        version: "0.23",
        bare: true,
        features: &["std"],
    },
    Dependency {
        name: "clap",
        seen: "clap::",
        reason: "the command line",
        version: "4.6",
        bare: false,
        features: &["derive"],
    },
    Dependency {
        name: "csv",
        seen: "csv::",
        reason: "rows of comma-separated values",
        version: "1.4",
        bare: false,
        features: &[],
    },
    Dependency {
        name: "duckdb",
        seen: "duckdb::",
        reason: "DuckDB; 1.10506 is for version 1.5.6 of its library",
        version: "~1.10506",
        bare: true,
        features: &["appender-arrow"],
    },
    Dependency {
        name: "encoding_rs",
        seen: "encoding_rs::",
        reason: "texts in other encodings than UTF-8",
        version: "0.8",
        bare: false,
        features: &[],
    },
    Dependency {
        name: "fastrand",
        seen: "fastrand::",
        reason: "random waits between retries",
        version: "2",
        bare: false,
        features: &[],
    },
    Dependency {
        name: "flate2",
        seen: "flate2::",
        reason: "responses that are packed",
        version: "1.1",
        bare: true,
        features: &["rust_backend"],
    },
    Dependency {
        name: "futures-core",
        seen: "futures_core::",
        reason: "streams of records",
        version: "0.3",
        bare: true,
        features: &[],
    },
    Dependency {
        name: "httpdate",
        seen: "httpdate::",
        reason: "dates in `Retry-After`",
        version: "1",
        bare: false,
        features: &[],
    },
    Dependency {
        name: "indicatif",
        seen: "indicatif::",
        reason: "progress on a terminal",
        version: "0.18",
        bare: true,
        features: &["unicode-width"],
    },
    Dependency {
        name: "jiff",
        seen: "jiff::",
        reason: "timestamps and dates",
        version: "0.2",
        bare: true,
        features: &["serde", "std"],
    },
    Dependency {
        name: "md-5",
        seen: "md5::",
        reason: "digests of texts",
        version: "0.11",
        bare: true,
        features: &[],
    },
    Dependency {
        name: "object_store",
        seen: "object_store::",
        reason: "loading into object stores",
        version: "0.14.2",
        bare: true,
        features: &["aws-base", "azure-base", "gcp-base", "reqwest"],
    },
    Dependency {
        name: "parquet",
        seen: "parquet::",
        reason: "files of Parquet",
        version: "60.1",
        bare: true,
        features: &["snap"],
    },
    Dependency {
        name: "postgres",
        seen: "postgres::",
        reason: "loading into PostgreSQL",
        version: "0.19.14",
        bare: true,
        features: &[],
    },
    Dependency {
        name: "quick-xml",
        seen: "quick_xml::",
        reason: "XML",
        version: "0.42",
        bare: false,
        features: &[],
    },
    Dependency {
        name: "rawzip",
        seen: "rawzip::",
        reason: "zip archives",
        version: "0.5",
        bare: false,
        features: &[],
    },
    Dependency {
        name: "regex-lite",
        seen: "regex_lite::",
        reason: "patterns of texts",
        version: "0.1",
        bare: true,
        features: &["std", "string"],
    },
    Dependency {
        name: "reqwest",
        seen: "reqwest::",
        reason: "HTTP",
        version: "0.13.5",
        bare: true,
        features: &["gzip", "http2"],
    },
    Dependency {
        name: "ring",
        seen: "ring::",
        reason: "signatures of tokens",
        version: "0.17",
        bare: false,
        features: &[],
    },
    Dependency {
        name: "rusqlite",
        seen: "rusqlite::",
        reason: "SQLite, built in",
        version: "0.43",
        bare: true,
        features: &["bundled", "cache"],
    },
    Dependency {
        name: "serde",
        seen: "serde::",
        reason: "records and pages",
        version: "1",
        bare: false,
        features: &["derive"],
    },
    Dependency {
        name: "serde_json",
        seen: "serde_json::",
        reason: "JSON",
        version: "1",
        bare: false,
        features: &["float_roundtrip", "raw_value"],
    },
    Dependency {
        name: "serde_path_to_error",
        seen: "serde_path_to_error::",
        reason: "where in a record a value is wrong",
        version: "0.1",
        bare: false,
        features: &[],
    },
    Dependency {
        name: "sha2",
        seen: "sha2::",
        reason: "digests of texts",
        version: "0.11",
        bare: true,
        features: &[],
    },
    Dependency {
        name: "tempfile",
        seen: "tempfile::",
        reason: "files on their way into an object store",
        version: "3.27",
        bare: false,
        features: &[],
    },
    Dependency {
        name: "tokio-rustls",
        seen: "tokio_rustls::",
        reason: "TLS to PostgreSQL; the major version is that of rustls",
        version: "0.26",
        bare: true,
        features: &["tls12"],
    },
    Dependency {
        name: "tracing-subscriber",
        seen: "tracing_subscriber::",
        reason: "logs on stderr",
        version: "0.3",
        bare: true,
        features: &["fmt", "json"],
    },
];

/// The first segments of all paths in a text, each with its `::`.
pub fn roots(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("::").filter_map(|(at, sign)| {
        let in_word = |c: char| c.is_alphanumeric() || c == '_';
        let before = text.get(..at)?.trim_end_matches(in_word);
        // `::crate::`, as against `a::b::` and `<T as U>::b::`.
        let outside = before.strip_suffix("::").unwrap_or(before);
        let goes_on = outside.len() < before.len() && outside.ends_with(|c| in_word(c) || c == '>');
        text.get(before.len()..at + sign.len())
            .filter(|root| root.len() > sign.len() && !goes_on)
    })
}

/// The file that declares the modules.
pub fn module_file(parts: &Parts) -> String {
    let mut text = String::from(
        "//! What every connector needs: requests, retries, paging, decoding.\n//!\n//! Only the parts that this \
         connector uses are here. They are the same in every connector and can be replaced\n//! by your own.\n\n",
    );
    let all: BTreeMap<_, _> = parts.library.iter().chain(&parts.cli).collect();
    for (name, source) in all {
        if parts.cli.contains_key(name) {
            let features = gates(name).into_iter();
            let features: Vec<_> = features
                .map(|name| format!("feature = \"{name}\""))
                .collect();
            text.push_str(&match &*features {
                [] => "#[cfg(feature = \"cli\")]\n".to_owned(),
                [feature] => format!("#[cfg({feature})]\n"),
                several => format!("#[cfg(any({}))]\n", several.join(", ")),
            });
        }
        let public = if source.contains("\npub ") {
            "pub "
        } else {
            ""
        };
        text.push_str(&format!("{public}mod {name};\n"));
    }
    text
}
