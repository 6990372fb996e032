//! Whether a table that is there can take the rows, and what to do if not.

use super::destination::Table;
use super::error::{Error, Kind};
use super::record::{Column, Disposition, MergeStrategy};
use super::shape::{Fit, fit};

/// A column as a database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Existing {
    pub name: String,
    /// Its type, in the words of the database.
    pub kind: String,
    /// Whether it cannot be null.
    pub required: bool,
    /// Whether it has a value where none is given.
    pub filled: bool,
}

/// The names of the columns that are to be added. `wanted` are those of the staging table, asked for in the same way.
///
/// # Errors
/// The table cannot take the rows: which column is in the way, and what to do.
pub(super) fn missing<'w>(
    table: &Table,
    there: &[Existing],
    wanted: &'w [Existing],
) -> Result<Vec<&'w str>, Error> {
    let mut names = Vec::new();
    for column in wanted.iter().filter(|column| is_own(table, &column.name)) {
        let name = &column.name;
        let Some(found) = there
            .iter()
            .find(|found| found.name.eq_ignore_ascii_case(name))
        else {
            if column.required {
                let reason = format!("lacks the column `{name}`, which is never null");
                return Err(unusable(table, &reason, &rename(table)));
            }
            names.push(name.as_str());
            continue;
        };
        if fit(&found.kind, &column.kind) == Fit::Differs {
            let reason = format!(
                "has `{name}` as {}, and it has to be {}",
                found.kind, column.kind
            );
            return Err(unusable(table, &reason, &rename(table)));
        }
        if found.required && !column.required {
            let reason = format!("has a column `{name}` that cannot be null, and it may be");
            return Err(unusable(table, &reason, &rename(table)));
        }
    }
    let versions = matches!(
        table.disposition,
        Disposition::Merge {
            strategy: MergeStrategy::Scd2,
            ..
        }
    );
    let extra = there.iter().find(|found| {
        let own = |column: &Column| column.name.eq_ignore_ascii_case(&found.name);
        let known = table.columns.iter().any(own) || versions && found.name == "valid_from";
        !known && found.required && !found.filled
    });
    if let Some(extra) = extra {
        let reason = format!(
            "has a column `{}` that cannot be null, for which there is no value",
            extra.name
        );
        return Err(unusable(table, &reason, &rename(table)));
    }
    Ok(names)
}

/// Whether it is a column of the record, as opposed to one that only a staging table has.
fn is_own(table: &Table, name: &str) -> bool {
    table.columns.iter().any(|column| column.name == name)
}

/// A table that cannot take the rows; `remedy` is a statement.
pub(super) fn unusable(table: &Table, reason: &str, remedy: &str) -> Error {
    let text = format!(
        "the table `{}` {reason}; run this, and the table is made anew: {remedy}",
        table.name
    );
    Error::new(Kind::Load, text)
}

/// A table that another connector loads.
pub(super) fn owned(table: &Table, other: &str) -> Error {
    let text = format!(
        "the table `{}` is loaded by the connector `{other}`: load into another database",
        table.name
    );
    Error::new(Kind::Load, text)
}

/// The statement that moves a table out of the way, in any dialect.
pub(super) fn rename(table: &Table) -> String {
    let old = quoted(&format!("{}_old", table.name));
    format!("ALTER TABLE {} RENAME TO {old};", quoted(table.name))
}

/// The columns in which no two rows of a table are equal; none where there are such rows.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(super) fn key(table: &Table) -> Option<&'static [&'static str]> {
    let repeats = matches!(
        table.disposition,
        Disposition::Append
            | Disposition::Merge {
                strategy: MergeStrategy::Scd2,
                ..
            }
    );
    (!repeats && !table.primary_key.is_empty()).then_some(table.primary_key)
}

/// A name in quotes, as standard SQL has them.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
