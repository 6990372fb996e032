//! Workflow commands of GitHub Actions, which become annotations of a change.

use super::{Report, slashes};

pub(super) fn render(reports: &[Report]) -> String {
    let mut out = String::new();
    for report in reports {
        for diagnostic in &report.diagnostics {
            let mut properties = vec![];
            if let Some(source) = report.sources.get(diagnostic.span.file) {
                let (start, end) = (
                    source.position(diagnostic.span.start),
                    source.position(diagnostic.span.end),
                );
                properties.push(format!("file={}", property(&slashes(&source.path))));
                properties.push(format!("line={},endLine={}", start.line, end.line));
                // Columns are only understood within one line.
                if start.line == end.line {
                    properties.push(format!("col={},endColumn={}", start.column, end.column));
                }
            }
            properties.push(format!(
                "title={}",
                property(&format!(
                    "{}: {}",
                    diagnostic.code.id(),
                    diagnostic.code.title()
                ))
            ));
            let mut message = diagnostic.message.clone();
            for help in &diagnostic.help {
                message.push('\n');
                message.push_str(help);
            }
            let command = diagnostic.severity().word();
            out.push_str(&format!(
                "::{command} {}::{}\n",
                properties.join(","),
                data(&message)
            ));
        }
    }
    out
}

/// A message must not end its line, nor begin another command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
