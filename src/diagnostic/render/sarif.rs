//! SARIF 2.1.0, which code hosts show beside the lines of a change.

use serde::Serialize;

use super::json::pretty;
use super::{Report, slashes};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Sources, Span};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Finding>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    name: String,
    short_description: Message,
    help: Message,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

pub(super) fn render(reports: &[Report]) -> String {
    let rules = Code::ALL.iter().map(|&code| Rule {
        id: code.id(),
        name: format!("{code:?}"),
        short_description: Message {
            text: code.title().to_owned(),
        },
        help: Message {
            text: code.explanation().to_owned(),
        },
        default_configuration: Configuration {
            level: code.severity().word(),
        },
    });
    let results = reports.iter().flat_map(|report| {
        report
            .diagnostics
            .iter()
            .map(|diagnostic| finding(&report.sources, diagnostic))
    });
    pretty(&Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "spile",
                    version: env!("CARGO_PKG_VERSION"),
                    rules: rules.collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results: results.collect(),
        }],
    })
}

fn finding(sources: &Sources, diagnostic: &Diagnostic) -> Finding {
    let mut text = diagnostic.message.clone();
    for help in &diagnostic.help {
        text.push('\n');
        text.push_str(help);
    }
    let related = diagnostic
        .others
        .iter()
        .filter_map(|other| location(sources, other.span, Some(&other.text)));
    Finding {
        rule_id: diagnostic.code.id(),
        rule_index: Code::ALL
            .iter()
            .position(|&code| code == diagnostic.code)
            .unwrap_or_default(),
        level: diagnostic.severity().word(),
        message: Message { text },
        locations: location(sources, diagnostic.span, None)
            .into_iter()
            .collect(),
        related_locations: related.collect(),
    }
}

fn location(sources: &Sources, span: Span, text: Option<&str>) -> Option<Location> {
    let source = sources.get(span.file)?;
    let (start, end) = (source.position(span.start), source.position(span.end));
    Some(Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri: uri(&slashes(&source.path)),
            },
            region: Region {
                start_line: start.line,
                start_column: start.column,
                end_line: end.line,
                end_column: end.column,
            },
        },
        message: text.map(|text| Message {
            text: text.to_owned(),
        }),
    })
}

/// A path as a URI reference: relative ones stay relative.
fn uri(path: &str) -> String {
    let mut out = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
