//! Opens files of DuckDB, and says what goes wrong there.

use std::fmt;
use std::path::{Path, PathBuf, absolute};

use duckdb::{AccessMode, Config, Connection};

use super::error::{Error, Kind};
use super::replace::{put, remove, with_end};

/// A file, as errors name it.
#[derive(Debug)]
pub(super) struct DuckPath(String);

impl DuckPath {
    pub fn new(path: &Path) -> Self {
        Self(path.display().to_string())
    }

    /// Opens the file, or makes one if it is to be written.
    ///
    /// # Errors
    /// It cannot be opened, or another program has it.
    pub fn open(&self, path: &Path, writes: bool) -> Result<Connection, Error> {
        if !writes && !path.exists() {
            let opened = config().and_then(Connection::open_in_memory_with_flags);
            return opened.map_err(|error| self.unopened(&error));
        }
        if writes {
            let made = make(path);
            made.map_err(|error| self.says(&format!("cannot be made: {error}")))?;
        }
        let mode = if writes {
            AccessMode::ReadWrite
        } else {
            AccessMode::ReadOnly
        };
        let opened = config()
            .and_then(|config| config.access_mode(mode))
            .and_then(|config| Connection::open_with_flags(named(path), config));
        opened.map_err(|error| self.unopened(&error))
    }

    fn unopened(&self, error: &duckdb::Error) -> Error {
        let text = message(error);
        let reason = match text.split_once("Conflicting lock is held in ") {
            Some((_, holder)) => {
                let holder = holder.split(". See also").next().unwrap_or_default();
                format!("is in use by another program, {holder}: wait for its end")
            }
            None => format!("cannot be opened: {text}"),
        };
        self.says(&reason)
    }

    /// What DuckDB could not do.
    pub fn failed(&self, error: &duckdb::Error) -> Error {
        let text = message(error);
        if text.contains("No space left on device") {
            return self.says("has no room on its disk");
        }
        self.says(&format!("says: {text}"))
    }

    /// A sentence that begins with the file.
    pub fn says(&self, reason: &str) -> Error {
        Error::new(Kind::Load, format!("{self} {reason}"))
    }
}

impl fmt::Display for DuckPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

/// Nothing is fetched from elsewhere because of what a file is. One thread does all: what comes between two commits is too
/// little to be shared, and the thread that waits for others is as busy as they are.
fn config() -> duckdb::Result<Config> {
    let config = Config::default().with("autoinstall_known_extensions", "false")?;
    config.threads(1)
}

/// A path that is one: `:memory:` and `md:shop` mean something else to DuckDB.
fn named(path: &Path) -> PathBuf {
    absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Makes a file if there is none. DuckDB would write it in its place bit by bit, and what it has written of one until it is
/// killed it cannot open.
fn make(path: &Path) -> Result<(), String> {
    if path.exists() {
        return Ok(());
    }
    let new = with_end(path, ".new");
    for left in [new.clone(), with_end(&new, ".wal"), with_end(path, ".wal")] {
        remove(&left).map_err(|error| error.to_string())?;
    }
    let made = config().and_then(|config| Connection::open_with_flags(named(&new), config));
    let made = made.and_then(|made| made.close().map_err(|(_, error)| error));
    made.map_err(|error| message(&error))?;
    put(&new, path).map_err(|error| error.to_string())
}

/// What DuckDB says, without the statement that follows.
fn message(error: &duckdb::Error) -> String {
    let text = error.to_string();
    let text = text.split("\n\nLINE ").next().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
