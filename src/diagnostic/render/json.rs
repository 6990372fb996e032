//! One array of objects.

use serde::Serialize;

use super::{Report, slashes};
use crate::source::{Position, Source, Sources, Span};

#[derive(Serialize)]
struct Item<'r> {
    code: &'static str,
    severity: &'static str,
    message: &'r str,
    #[serde(flatten)]
    place: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'r str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<Other<'r>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    help: &'r [String],
}

/// A place; lines and columns count from 1, columns in characters, the end excluded.
#[derive(Serialize)]
struct Place {
    file: String,
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
    byte: u32,
}

#[derive(Serialize)]
struct Other<'r> {
    #[serde(flatten)]
    place: Option<Place>,
    text: &'r str,
}

fn point(source: &Source, byte: u32) -> Point {
    let Position { line, column } = source.position(byte);
    Point { line, column, byte }
}

fn place(sources: &Sources, span: Span) -> Option<Place> {
    let source = sources.get(span.file)?;
    Some(Place {
        file: slashes(&source.path),
        start: point(source, span.start),
        end: point(source, span.end),
    })
}

pub(super) fn render(reports: &[Report]) -> String {
    let items: Vec<Item<'_>> = reports
        .iter()
        .flat_map(|report| {
            report
                .diagnostics
                .iter()
                .map(move |diagnostic| (&report.sources, diagnostic))
        })
        .map(|(sources, diagnostic)| Item {
            code: diagnostic.code.id(),
            severity: diagnostic.severity().word(),
            message: &diagnostic.message,
            place: place(sources, diagnostic.span),
            label: diagnostic.label.as_deref(),
            others: diagnostic
                .others
                .iter()
                .map(|other| Other {
                    place: place(sources, other.span),
                    text: &other.text,
                })
                .collect(),
            help: &diagnostic.help,
        })
        .collect();
    pretty(&items)
}

/// Indented JSON with a line break at its end.
pub(super) fn pretty(value: &impl Serialize) -> String {
    // Strings and numbers in structs: there is nothing that could fail.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
