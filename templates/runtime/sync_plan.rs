//! What `sync` shows of a destination without loading anything: the plan of a run, and how far resources were read.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::value::RawValue;

use super::destination::{Destination, Found, Table};
use super::memory::Memory;
use super::record::{Disposition, MergeStrategy};
use super::sync::Sync;

/// What is to be done about the states.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum State {
    /// Print the states as JSON lines
    Show,
    /// Forget them: the next run reads from the start
    Reset,
}

/// Shows or resets the states.
pub(super) fn states(
    state: State,
    tables: &[&Table],
    found: &BTreeMap<&str, Found>,
    destination: &mut dyn Destination,
) -> io::Result<u8> {
    for table in tables {
        if state == State::Reset {
            destination.forget(table).map_err(io::Error::other)?;
            continue;
        }
        let state = found.get(table.name).and_then(|found| found.state.clone());
        let state = state.unwrap_or_else(|| "null".to_owned());
        let state = RawValue::from_string(state)?;
        let name = serde_json::Value::from(table.name);
        writeln!(io::stdout(), "{{\"resource\":{name},\"state\":{state}}}")?;
    }
    Ok(0)
}

/// Shows what would be done.
pub(super) fn show<M: Memory>(
    sync: &Sync<M>,
    tables: &[&Table],
    found: &BTreeMap<&str, Found>,
) -> io::Result<u8> {
    let mut out = io::stdout();
    for table in tables {
        let Some(found) = found.get(table.name) else {
            continue;
        };
        let read = match &found.state {
            Some(_) if !sync.full_refresh => "reads what is new",
            _ => "reads all",
        };
        let load = match table.disposition {
            _ if sync.load(table, true).replaces => "replaces all rows",
            Disposition::Append | Disposition::Replace => "adds rows",
            Disposition::Merge { strategy, .. } => match strategy {
                MergeStrategy::Upsert => "updates and adds rows by key",
                MergeStrategy::DeleteInsert => "replaces rows of the same key",
                MergeStrategy::InsertOnly => "adds rows with new keys",
                MergeStrategy::Scd2 => "adds versions of rows",
            },
        };
        writeln!(out, "{}: {read}, {load}", table.name)?;
        for line in found.changes.iter().flat_map(|change| change.lines()) {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(0)
}
