//! What is said when PostgreSQL refuses something, or is not there.

use std::error::Error as _;
use std::io;

use postgres::error::{DbError, SqlState};

use super::destination::Table;
use super::error::{Error, Kind};

/// A server and its database: `host:5432/name`, never with a password.
#[derive(Debug, Clone)]
pub(super) struct Server(pub String);

impl Server {
    /// An error about it.
    pub fn says(&self, text: &str) -> Error {
        Error::new(Kind::Load, format!("PostgreSQL at `{}` {text}", self.0))
    }

    /// It cannot be connected to.
    pub fn unreached(&self, error: &postgres::Error) -> Error {
        let Some(refusal) = error.as_db_error() else {
            let cause = cause(error);
            let remedy = if cause.ends_with("UnknownIssuer") {
                "; give the file with the certificate of its issuer as `sslrootcert`"
            } else {
                ""
            };
            return self.says(&format!("cannot be reached: {cause}{remedy}"));
        };
        let message = refusal.message();
        self.says(&match *refusal.code() {
            SqlState::INVALID_PASSWORD => format!("refuses the password: {message}"),
            SqlState::INVALID_AUTHORIZATION_SPECIFICATION => format!("refuses the user: {message}"),
            SqlState::INVALID_CATALOG_NAME => {
                format!("refuses: {message}; make it, or name another")
            }
            _ => format!("refuses the connection: {message}"),
        })
    }

    /// Something for a table failed.
    pub fn failed(&self, table: Option<&Table>, error: &postgres::Error) -> Error {
        let of = table
            .map(|table| format!("`{}`: ", table.name))
            .unwrap_or_default();
        let Some(refusal) = error.as_db_error() else {
            return self.says(&format!("is lost: {of}{}", cause(error)));
        };
        let message = refusal.message();
        self.says(&match *refusal.code() {
            SqlState::READ_ONLY_SQL_TRANSACTION => {
                format!("is read-only: {of}{message}; load where it can be written")
            }
            SqlState::DISK_FULL => format!("has no room on its disk: {of}{message}"),
            SqlState::INSUFFICIENT_PRIVILEGE => {
                format!("does not let its user do that: {of}{message}")
            }
            SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN => {
                format!("was shut down: {of}{message}")
            }
            _ if refusal.constraint().is_some() => {
                format!("refuses the rows: {of}{message}{}", key(table, refusal))
            }
            ref code => format!("says: {of}{message} ({})", code.code()),
        })
    }

    /// Sending rows failed.
    pub fn unsent(&self, table: &Table, error: io::Error) -> Error {
        match error.downcast::<postgres::Error>() {
            Ok(error) => self.failed(Some(table), &error),
            Err(error) => self.says(&format!("is lost: `{}`: {error}", table.name)),
        }
    }
}

/// What the server tells of the row, if it is its key and nothing else: other columns may hold what nobody is to read.
fn key(table: Option<&Table>, refusal: &DbError) -> String {
    let (Some(table), Some(detail)) = (table, refusal.detail()) else {
        return String::new();
    };
    let start = format!("Key ({})=", table.primary_key.join(", "));
    if detail.starts_with(&start) {
        format!(": {detail}")
    } else {
        String::new()
    }
}

/// What is at the bottom of an error.
fn cause(error: &postgres::Error) -> String {
    let mut text = error.to_string();
    let mut deeper = error.source();
    while let Some(error) = deeper {
        text = error.to_string();
        deeper = error.source();
    }
    text
}
