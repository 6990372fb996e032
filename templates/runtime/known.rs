//! The columns that the files of a table have, as its manifest tells them.

use serde::{Deserialize, Serialize};

use super::destination::Table;
use super::error::{Error, Kind};
use super::files::Format;
use super::record::ColumnType;
use super::shape::{Fit, fit};

/// A column that some of the files have.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Known {
    pub name: String,
    #[serde(rename = "type")]
    kind: String,
    nullable: bool,
}

/// The columns of a table.
pub(super) fn known(table: &Table, format: &Format) -> Vec<Known> {
    let columns = table.columns.iter().map(|column| {
        let is_json = column.kind.is_nested() && !format.nests;
        let kind = if is_json {
            ColumnType::Json
        } else {
            column.kind
        };
        Known {
            name: column.name.to_owned(),
            kind: kind.to_string(),
            nullable: column.nullable,
        }
    });
    columns.collect()
}

/// Takes in the columns of one table.
pub(super) fn extend(
    columns: &mut Vec<Known>,
    table: &Table,
    all_wanted: Vec<Known>,
    has_rows: bool,
    folder: &str,
) -> Result<Vec<String>, Error> {
    let mut changes = Vec::new();
    for wanted in all_wanted {
        let Some(known) = columns.iter_mut().find(|known| known.name == wanted.name) else {
            if !wanted.nullable && has_rows {
                let reason = format!("lacks the column `{}`, which is never null", wanted.name);
                return Err(unusable(table, folder, &reason));
            }
            changes.push(format!(
                "add the column `{}` of type {}",
                wanted.name, wanted.kind
            ));
            columns.push(wanted);
            continue;
        };
        let fit = fit(&known.kind, &wanted.kind);
        if fit == Fit::Differs && has_rows {
            let (name, old, new) = (&known.name, &known.kind, &wanted.kind);
            let reason = format!("has `{name}` as {old}, and it has to be {new}");
            return Err(unusable(table, folder, &reason));
        }
        if fit != Fit::Takes {
            changes.push(format!(
                "let the column `{}` be of type {}",
                wanted.name, wanted.kind
            ));
            known.kind = wanted.kind;
        }
        if wanted.nullable && !known.nullable {
            known.nullable = true;
            changes.push(format!("let the column `{}` be null", wanted.name));
        }
    }
    let own = |name: &str| table.columns.iter().any(|column| column.name == name);
    for known in columns {
        if !known.nullable && !own(&known.name) {
            known.nullable = true;
            changes.push(format!(
                "let the column `{}`, which no longer comes, be null",
                known.name
            ));
        }
    }
    Ok(changes)
}

fn unusable(table: &Table, folder: &str, reason: &str) -> Error {
    let text = format!(
        "the table `{}` {reason}; move `{folder}` away, and the table is made anew",
        table.name
    );
    Error::new(Kind::Load, text)
}
