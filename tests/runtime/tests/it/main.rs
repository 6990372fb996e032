//! Tests of the runtime: small sources of each kind against a server that answers as it is told.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unchecked_time_subtraction,
    clippy::unnecessary_wraps,
    missing_docs,
    reason = "tests"
)]

mod bodies;
mod changing;
mod cli;
mod credentials;
mod expressions;
mod family;
mod files;
mod formats;
mod guards;
mod incremental;
mod jobs;
mod keyset;
mod limits;
mod links;
mod logins;
mod nested;
mod packed;
mod paging;
mod partitions;
mod records;
mod refresh_tokens;
mod requests;
mod resume;
mod retries;
mod settings;
mod signed;
mod source;
mod states;
#[path = "../../../../templates/tests/stub.rs"]
#[allow(
    dead_code,
    clippy::expect_used,
    clippy::format_push_string,
    clippy::needless_pass_by_value,
    reason = "a part of it is used in each test"
)]
mod stub;
mod tokens;
mod values;
mod wires;
mod xml;
