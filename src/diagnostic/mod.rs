//! What is wrong with a spec, where, and what to write instead.

mod code;
mod render;
mod suggest;

pub use code::Code;
pub use render::{Format, Report, render, summary};
pub use suggest::nearest;

use std::collections::BTreeSet;

use crate::source::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is generated.
    Error,
    /// Generated all the same; something in the spec has no effect.
    Warning,
}

/// A second place that a diagnostic speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there.
    pub text: String,
}

/// One fault of a spec.
///
/// `message` is complete alone and has one cause; `help` says what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule it breaks; `spile explain` knows more.
    pub code: Code,
    /// The exact node or characters.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What stands at `span`, where the message does not say it.
    pub label: Option<String>,
    /// Other places that matter.
    pub others: Vec<Label>,
    /// What to write instead.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// A diagnostic with a message only.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            span,
            message: message.into(),
            label: None,
            others: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Says what stands at the place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = Some(text.into());
        self
    }

    /// Points at a second place.
    #[must_use]
    pub fn other(mut self, span: Span, text: impl Into<String>) -> Self {
        self.others.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Says what to write instead.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// The severity of its code.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// Collects diagnostics; a stage goes on after each and ends with its value or with these.
#[derive(Debug, Default)]
pub struct Sink {
    diagnostics: Vec<Diagnostic>,
    seen: BTreeSet<(Span, Code, String)>,
    errors: usize,
    /// How many were left out, and where the first of them is.
    omitted: Option<(usize, Span)>,
}

impl Sink {
    /// Diagnostics that are kept; of more, the number is told.
    pub const MOST: usize = 1_000;

    /// Adds one, unless the same was said of the place before (defaults are read once per resource).
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.errors += usize::from(diagnostic.severity() == Severity::Error);
        if self.diagnostics.len() == Self::MOST {
            let (number, first) = self.omitted.unwrap_or((0, diagnostic.span));
            self.omitted = Some((number + 1, first));
            return;
        }
        let said = (diagnostic.span, diagnostic.code, diagnostic.message.clone());
        if self.seen.insert(said) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Whether an error was found.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// All of them, in the order of the source.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.diagnostics
            .sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
        if let Some((number, first)) = self.omitted {
            let message = format!("{number} more faults are not shown");
            let more = Diagnostic::new(Code::TooLarge, first, message);
            self.diagnostics
                .push(more.label("the first of them").help("fix the others first"));
        }
        self.diagnostics
    }
}
