//! For people, as rustc shows them.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Report, Severity, slashes};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Source, Span};

pub(super) fn render(reports: &[Report], colored: bool) -> String {
    let renderer = if colored {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut out = String::new();
    for report in reports {
        for diagnostic in &report.diagnostics {
            out.push_str(&renderer.render(&[group(report, diagnostic)]));
            out.push_str("\n\n");
        }
    }
    out
}

/// Places of one text with what is said there; the first one is what the diagnostic is about.
struct Marked<'r> {
    file: FileId,
    marks: Vec<(AnnotationKind, Span, Option<&'r str>)>,
}

fn group<'r>(report: &'r Report, diagnostic: &'r Diagnostic) -> Group<'r> {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code.id());
    let primary = (
        AnnotationKind::Primary,
        diagnostic.span,
        diagnostic.label.as_deref(),
    );
    let mut texts = vec![Marked {
        file: diagnostic.span.file,
        marks: vec![primary],
    }];
    for other in &diagnostic.others {
        let mark = (
            AnnotationKind::Context,
            other.span,
            Some(other.text.as_str()),
        );
        match texts
            .iter_mut()
            .find(|marked| marked.file == other.span.file)
        {
            Some(marked) => marked.marks.push(mark),
            None => texts.push(Marked {
                file: other.span.file,
                marks: vec![mark],
            }),
        }
    }
    let mut group = Group::with_title(title);
    for marked in texts {
        if let Some(source) = report.sources.get(marked.file) {
            group = element(group, source, &marked.marks);
        }
    }
    group.elements(
        diagnostic
            .help
            .iter()
            .map(|help| Level::HELP.message(help.as_str())),
    )
}

/// Bytes of source that are shown at once; a place among more (a line of megabytes) is named but not shown.
const MOST_SHOWN: usize = 64 << 10;

/// The lines that hold the marks; not the whole text, which may be large.
fn element<'r>(
    group: Group<'r>,
    source: &'r Source,
    marks: &[(AnnotationKind, Span, Option<&'r str>)],
) -> Group<'r> {
    let first = marks.iter().map(|(_, span, _)| span.start).min();
    let last = marks.iter().map(|(_, span, _)| span.end).max();
    let (first, last) = first.zip(last).unwrap_or_default();
    let line = source.position(first).line;
    let mark_of_order = if line == 1 && source.text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let path = slashes(&source.path);
    let start = source.line_start(line) + mark_of_order;
    let end = source.line_start(source.position(last).line + 1);
    let excerpt = source.text.get(start..end).unwrap_or_default();
    if excerpt.len() > MOST_SHOWN {
        let at = marks.first().map_or(first, |(_, span, _)| span.start);
        let place = source.position(at);
        let origin = Origin::path(path)
            .line(place.line)
            .char_column(place.column);
        return group.element(origin);
    }
    let within = |offset: u32| (offset as usize).saturating_sub(start).min(excerpt.len());
    let annotations = marks
        .iter()
        .map(|&(kind, span, text)| kind.span(within(span.start)..within(span.end)).label(text));
    let snippet = Snippet::source(excerpt).line_start(line).path(path);
    group.element(snippet.annotations(annotations))
}
