//! Every part of the runtime of generated crates, so that it is compiled and tested as ordinary Rust.

#[path = "../../../templates/runtime"]
pub mod runtime {
    //! The parts, as `src/runtime/mod.rs` of a generated crate lists them.
    pub mod adapt;
    pub mod api_key;
    #[cfg(any(feature = "cloud", feature = "postgres"))]
    mod aside;
    pub mod assertion;
    pub mod base64;
    pub mod base64_text;
    pub mod basic;
    pub mod bearer;
    pub mod body;
    #[cfg(feature = "cloud")]
    mod bucket;
    #[cfg(feature = "cloud")]
    mod bucket_error;
    pub mod capture;
    pub mod checkpointed;
    pub mod cli;
    pub mod csv;
    pub mod cursor;
    pub mod decimal;
    pub mod decimal_cursor;
    pub mod decode;
    pub mod destination;
    #[cfg(feature = "duckdb")]
    mod duck_cell;
    #[cfg(feature = "duckdb")]
    mod duck_columns;
    #[cfg(feature = "duckdb")]
    pub mod duck_file;
    #[cfg(feature = "duckdb")]
    mod duck_open;
    pub mod each;
    pub mod encoding;
    pub mod endpoint;
    #[cfg(any(feature = "duckdb", feature = "parquet"))]
    mod epoch;
    pub mod error;
    pub mod extend;
    mod failures;
    mod file_name;
    pub mod files;
    pub mod first_of;
    mod folder;
    pub mod graphql;
    mod guard;
    pub mod gzip;
    pub mod incremental;
    #[cfg(test)]
    #[path = "../../tests/runtime/src/inside.rs"]
    mod inside;
    pub mod items;
    pub mod job;
    pub mod json;
    pub mod jwt;
    pub mod keyset;
    mod known;
    pub mod lanes;
    pub mod leaf;
    pub mod lenient;
    pub mod limit;
    pub mod lines;
    pub mod link;
    pub mod load;
    pub mod loader;
    mod lock;
    pub mod login;
    mod manifest;
    pub mod md5_hex;
    pub mod memory;
    mod metrics;
    pub mod nested;
    pub mod numbers;
    pub mod oauth2;
    pub mod once;
    pub mod output;
    pub mod pages;
    pub mod parents;
    #[cfg(feature = "parquet")]
    mod parquet_cell;
    #[cfg(feature = "parquet")]
    mod parquet_column;
    pub mod part_jsonl;
    #[cfg(feature = "parquet")]
    pub mod part_parquet;
    pub mod partitions;
    pub mod path;
    pub mod pattern;
    pub mod percent;
    pub mod plan;
    pub mod policies;
    #[cfg(feature = "postgres")]
    pub mod postgres;
    #[cfg(feature = "postgres")]
    mod postgres_apply;
    #[cfg(feature = "postgres")]
    mod postgres_catalog;
    #[cfg(feature = "postgres")]
    mod postgres_copy;
    #[cfg(feature = "postgres")]
    mod postgres_error;
    #[cfg(feature = "postgres")]
    mod postgres_numeric;
    #[cfg(feature = "postgres")]
    mod postgres_open;
    #[cfg(feature = "postgres")]
    mod postgres_tls;
    mod progress;
    mod read;
    pub mod record;
    pub mod records;
    pub mod refresh_token;
    mod replace;
    pub mod request;
    pub mod resume;
    pub mod retry;
    pub mod row;
    pub mod rows;
    pub mod scalar;
    #[cfg(any(feature = "duckdb", feature = "parquet"))]
    mod scaled;
    mod schema;
    pub mod search;
    pub mod secret;
    #[cfg(any(test, feature = "postgres"))]
    mod seen_keys;
    pub mod send;
    pub mod session;
    pub mod settings;
    pub mod sha256_hex;
    mod shape;
    pub mod signer;
    pub mod slice;
    pub mod source;
    #[cfg(feature = "sqlite")]
    pub mod sqlite;
    #[cfg(feature = "sqlite")]
    mod sqlite_catalog;
    #[cfg(feature = "sqlite")]
    mod sqlite_row;
    pub mod state;
    pub mod state_file;
    mod statements;
    pub mod stats;
    mod store;
    mod summary;
    mod sync;
    mod sync_plan;
    mod sync_table;
    mod target;
    mod task;
    pub mod time;
    mod tls;
    pub mod token_file;
    mod token_request;
    pub mod tokens;
    pub mod tree;
    pub mod unpacked;
    pub mod untyped;
    pub mod uuid;
    pub mod wait;
    pub mod windows;
    pub mod wire;
    pub mod word;
    pub mod xml;
    pub mod zip;
}
