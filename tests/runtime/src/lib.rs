//! Every part of the runtime of generated crates, so that it is compiled and tested as ordinary Rust.

#[path = "../../../templates/runtime"]
pub mod runtime {
    //! The parts, as `src/runtime/mod.rs` of a generated crate lists them.
    pub mod adapt;
    pub mod api_key;
    pub mod base64;
    pub mod basic;
    pub mod batches;
    pub mod bearer;
    pub mod body;
    pub mod capture;
    pub mod checkpointed;
    pub mod cli;
    pub mod csv;
    pub mod cursor;
    pub mod decimal;
    pub mod decimal_cursor;
    pub mod decode;
    pub mod each;
    pub mod encoding;
    pub mod endpoint;
    pub mod error;
    pub mod first_of;
    mod guard;
    pub mod gzip;
    pub mod incremental;
    #[cfg(test)]
    #[path = "../../tests/runtime/src/inside.rs"]
    mod inside;
    pub mod items;
    pub mod json;
    pub mod keyset;
    pub mod lanes;
    pub mod leaf;
    pub mod lenient;
    pub mod limit;
    pub mod lines;
    pub mod link;
    pub mod login;
    pub mod memory;
    pub mod oauth2;
    pub mod once;
    pub mod output;
    pub mod pages;
    pub mod parents;
    pub mod partitions;
    pub mod path;
    pub mod pattern;
    pub mod plan;
    pub mod policies;
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
    pub mod secret;
    pub mod send;
    pub mod session;
    pub mod settings;
    pub mod source;
    pub mod state;
    pub mod state_file;
    pub mod stats;
    mod summary;
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
    pub mod zip;
}
