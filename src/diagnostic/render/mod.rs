//! Diagnostics as people and machines read them.

mod github;
mod json;
mod sarif;
mod text;

use super::{Diagnostic, Severity};
use crate::source::Sources;

/// What was found in one spec.
#[derive(Debug)]
pub struct Report {
    /// The texts that the diagnostics point into.
    pub sources: Sources,
    /// The diagnostics, in the order of the source.
    pub diagnostics: Vec<Diagnostic>,
}

/// How diagnostics are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// With the source lines, for people.
    Text,
    /// An array of objects.
    Json,
    /// SARIF 2.1.0, for code hosts.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
}

/// The diagnostics of several specs. `colored` adds ANSI codes to text; the other formats never have any.
#[must_use]
pub fn render(reports: &[Report], format: Format, colored: bool) -> String {
    match format {
        Format::Text => text::render(reports, colored),
        Format::Json => json::render(reports),
        Format::Sarif => sarif::render(reports),
        Format::Github => github::render(reports),
    }
}

/// `3 errors, 1 warning in 2 files`; the files are those that have any.
#[must_use]
pub fn summary(reports: &[Report]) -> String {
    let count = |severity| {
        let all = reports.iter().flat_map(|report| &report.diagnostics);
        all.filter(|diagnostic| diagnostic.severity() == severity)
            .count()
    };
    let parts: Vec<String> = [(Severity::Error, "error"), (Severity::Warning, "warning")]
        .into_iter()
        .map(|(severity, noun)| (count(severity), noun))
        .filter(|&(number, _)| number > 0)
        .map(|(number, noun)| counted(number, noun))
        .collect();
    if parts.is_empty() {
        return format!("no errors in {}", counted(reports.len(), "file"));
    }
    let files = reports
        .iter()
        .filter(|report| !report.diagnostics.is_empty())
        .count();
    format!("{} in {}", parts.join(", "), counted(files, "file"))
}

fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A path with `/` between its parts, on every machine.
fn slashes(path: &std::path::Path) -> String {
    path.display().to_string().replace('\\', "/")
}
