//! The runtime of a generated crate: which of its parts are used.
//!
//! A part is one file of `templates/runtime`, copied as it is. What a part needs is read off its text (`super::part`), so
//! that nothing here can disagree with the files.

use crate::parallel;
use std::collections::{BTreeMap, BTreeSet};

macro_rules! parts {
    ($($name:ident)*) => {
        /// Every part: its name and its text.
        pub const PARTS: &[(&str, &str)] =
            &[$((stringify!($name), include_str!(concat!("../../templates/runtime/", stringify!($name), ".rs")))),*];
    };
}

parts! {
    adapt api_key aside assertion base64 base64_text basic bearer body bucket bucket_error capture checkpointed cli
    csv cursor decimal decimal_cursor decode destination duck_cell duck_columns duck_file duck_open each encoding
    endpoint epoch error extend failures file_name files first_of folder graphql guard gzip incremental items job json
    jwt keyset known lanes leaf lenient limit lines link load loader lock login manifest md5_hex memory metrics nested
    numbers oauth2 once output pages parents parquet_cell parquet_column part_jsonl part_parquet partitions path
    pattern percent plan policies postgres postgres_apply postgres_catalog postgres_copy postgres_error
    postgres_numeric postgres_open postgres_tls progress read record records refresh_token replace request resume
    retry row rows scalar scaled schema search secret seen_keys send session settings sha256_hex shape signer slice
    source sqlite sqlite_catalog sqlite_row state state_file statements stats store summary sync sync_plan sync_table
    target task time tls token_file token_request tokens tree unpacked untyped uuid wait windows wire word xml zip
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
    pub fn of<'a>(library: &[&str], cli: impl Iterator<Item = &'a str>) -> Self {
        let roots = parallel::map(library, |text| {
            let called = METHODS.iter().filter(|(call, _)| text.contains(call));
            let called = called.map(|(_, part)| (*part).to_owned());
            let roots = names_after(text, "runtime::").chain(called);
            roots.collect::<BTreeSet<_>>()
        });
        let library = closure(roots.into_iter().flatten().collect());
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
    "duck_cell",
    "duck_columns",
    "duck_file",
    "duck_open",
    "epoch",
    "failures",
    "file_name",
    "files",
    "folder",
    "known",
    "load",
    "loader",
    "lock",
    "manifest",
    "memory",
    "metrics",
    "nested",
    "once",
    "output",
    "parquet_cell",
    "parquet_column",
    "part_jsonl",
    "part_parquet",
    "plan",
    "postgres",
    "postgres_apply",
    "postgres_catalog",
    "postgres_copy",
    "postgres_error",
    "postgres_numeric",
    "postgres_open",
    "postgres_tls",
    "progress",
    "read",
    "resume",
    "scaled",
    "schema",
    "seen_keys",
    "shape",
    "sqlite",
    "sqlite_catalog",
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
    ("duck_cell", "duckdb"),
    ("duck_columns", "duckdb"),
    ("duck_file", "duckdb"),
    ("duck_open", "duckdb"),
    ("epoch", "duckdb"),
    ("epoch", "parquet"),
    ("scaled", "duckdb"),
    ("scaled", "parquet"),
    ("parquet_cell", "parquet"),
    ("parquet_column", "parquet"),
    ("part_parquet", "parquet"),
    ("aside", "cloud"),
    ("bucket", "cloud"),
    ("bucket_error", "cloud"),
    ("aside", "postgres"),
    ("postgres", "postgres"),
    ("postgres_apply", "postgres"),
    ("postgres_catalog", "postgres"),
    ("postgres_copy", "postgres"),
    ("postgres_error", "postgres"),
    ("postgres_numeric", "postgres"),
    ("postgres_open", "postgres"),
    ("postgres_tls", "postgres"),
    ("schema", "duckdb"),
    ("schema", "postgres"),
    ("schema", "sqlite"),
    ("seen_keys", "postgres"),
    ("sqlite", "sqlite"),
    ("sqlite_catalog", "sqlite"),
    ("sqlite_row", "sqlite"),
    ("statements", "duckdb"),
    ("statements", "postgres"),
    ("statements", "sqlite"),
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
