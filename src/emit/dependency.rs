//! The crates that generated code may depend on. Which of them it does is read off the paths in its text (`krate::`).

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
        name: "futures-util",
        seen: "futures_util::",
        reason: "streams of records",
        version: "0.3",
        bare: true,
        features: &["alloc"],
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
        version: "1",
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
