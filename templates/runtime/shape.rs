//! Types of lists and objects, as databases and manifests write them: `STRUCT(name VARCHAR, sizes BIGINT[])[]`; and whether
//! a column of one takes values of another.

use std::collections::BTreeSet;
use std::fmt;

use super::record::ColumnType;

impl ColumnType {
    /// Whether it is a list or an object.
    pub fn is_nested(self) -> bool {
        matches!(self, Self::List(_) | Self::Struct(_))
    }

    /// Whether any of it is JSON.
    pub fn has_json(self) -> bool {
        match self {
            Self::List(element) => element.has_json(),
            Self::Struct(columns) => columns.iter().any(|column| column.kind.has_json()),
            single => single == Self::Json,
        }
    }
}

impl fmt::Display for ColumnType {
    /// As `text`, `text[]`, `struct(name text, size integer)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(element) => write!(f, "{element}[]"),
            Self::Struct(columns) => {
                f.write_str("struct(")?;
                for (at, column) in columns.iter().enumerate() {
                    let comma = if at > 0 { ", " } else { "" };
                    write!(f, "{comma}{} {}", column.name, column.kind)?;
                }
                f.write_str(")")
            }
            single => f.write_str(&format!("{single:?}").to_lowercase()),
        }
    }
}

/// What a column does with values of another type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It takes them: fields that they lack are null.
    Takes,
    /// It takes them once it has the fields that they have beyond its own.
    Grows,
    /// It cannot take them.
    Differs,
}

/// What a column of a type does with values of another.
pub(super) fn fit(there: &str, wanted: &str) -> Fit {
    if there.eq_ignore_ascii_case(wanted) {
        return Fit::Takes;
    }
    match (leaves(there), leaves(wanted)) {
        (Some(there), Some(wanted)) if there.is_superset(&wanted) => Fit::Takes,
        (Some(there), Some(wanted)) if there.is_subset(&wanted) => Fit::Grows,
        _ => Fit::Differs,
    }
}

/// The single values of a type: the way to each, and its type.
type Leaves = BTreeSet<(String, String)>;

/// Those of a type; none where it is written in another way.
fn leaves(text: &str) -> Option<Leaves> {
    let lower = text.to_lowercase();
    let mut rest = lower.as_str();
    let leaves = read(&mut rest)?;
    rest.is_empty().then_some(leaves)
}

fn read(rest: &mut &str) -> Option<Leaves> {
    let mut leaves = if let Some(fields) = rest.strip_prefix("struct(") {
        *rest = fields;
        read_fields(rest)?
    } else {
        let (single, after) = rest.split_at_checked(end_of_single(rest))?;
        *rest = after;
        BTreeSet::from([(String::new(), single.to_owned())])
    };
    while let Some(after) = rest.strip_prefix("[]") {
        *rest = after;
        leaves = below("[]", leaves).collect();
    }
    Some(leaves)
}

fn read_fields(rest: &mut &str) -> Option<Leaves> {
    let mut all = BTreeSet::new();
    loop {
        let (name, after) = if rest.starts_with('"') {
            rest.split_at_checked(end_of_quoted(rest)?)?
        } else {
            rest.split_at_checked(rest.find(' ')?)?
        };
        *rest = after.strip_prefix(' ')?;
        let name = format!(".{}", name.trim_matches('"'));
        all.extend(below(&name, read(rest)?));
        if let Some(after) = rest.strip_prefix(')') {
            *rest = after;
            return Some(all);
        }
        *rest = rest.strip_prefix(", ")?;
    }
}

/// The same, one level further down.
fn below(step: &str, leaves: Leaves) -> impl Iterator<Item = (String, String)> {
    leaves
        .into_iter()
        .map(move |(way, kind)| (format!("{step}{way}"), kind))
}

/// Where the name of a type ends: before what does not belong to it.
fn end_of_single(text: &str) -> usize {
    let mut depth = 0_usize;
    let end = text.find(|mark| {
        match mark {
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            ',' | ')' | '[' if depth == 0 => return true,
            _ => {}
        }
        false
    });
    end.unwrap_or(text.len())
}

/// Where a name in quotes ends, in which quotes are doubled.
fn end_of_quoted(text: &str) -> Option<usize> {
    let mut quotes = text.match_indices('"').skip(1).peekable();
    while let Some((at, _)) = quotes.next() {
        if quotes.next_if(|(next, _)| *next == at + 1).is_none() {
            return Some(at + 1);
        }
    }
    None
}
