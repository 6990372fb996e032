//! Texts of specs and places in them.

use std::ops::Range;
use std::path::{Path, PathBuf};

/// Which of the [`Sources`] a [`Span`] lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct FileId(u32);

/// A range of bytes in one source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Span {
    /// The text it lies in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A range of bytes of a text.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let offset = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Self {
            file,
            start: offset(start),
            end: offset(end),
        }
    }

    /// Whether another span lies within this one.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// From the start of this one to the end of a later one of the same text.
    #[must_use]
    pub fn to(self, last: Self) -> Self {
        Self {
            file: self.file,
            start: self.start,
            end: last.end.max(self.end),
        }
    }

    /// The bytes as a range, for slicing.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A string scalar of a spec: its value, and the way back from each of its bytes to the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The value, escapes and folding undone.
    pub value: String,
    /// The whole scalar, quotes included.
    pub span: Span,
    /// Source offset of each byte of `value`, with one more for its end; `None` where the value
    /// stands in the source as it is, right after an opening of `lead` bytes.
    pub offsets: Option<Vec<u32>>,
    /// Bytes of the source before the value starts (1 for a quote).
    pub lead: u32,
}

impl Text {
    /// Where a range of bytes of the value stands in the source.
    #[must_use]
    pub fn span_of(&self, range: Range<usize>) -> Span {
        let at = |index: usize| match &self.offsets {
            Some(offsets) => offsets
                .get(index)
                .or(offsets.last())
                .copied()
                .unwrap_or(self.span.end),
            None => self.span.start + self.lead + u32::try_from(index).unwrap_or(u32::MAX / 4),
        };
        let start = at(range.start).clamp(self.span.start, self.span.end);
        let end = at(range.end).clamp(start, self.span.end);
        Span {
            file: self.span.file,
            start,
            end,
        }
    }
}

/// One source text.
#[derive(Debug)]
pub struct Source {
    /// As it was named on the command line; shown in diagnostics.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
    /// Where each line starts.
    lines: Vec<u32>,
}

/// A place as people count: both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl Source {
    fn new(path: PathBuf, text: String) -> Self {
        let after = text
            .match_indices('\n')
            .map(|(index, _)| u32::try_from(index + 1).unwrap_or(u32::MAX));
        let lines = std::iter::once(0).chain(after).collect();
        Self { path, text, lines }
    }

    /// Line and column of a byte.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let line = self.lines.partition_point(|&start| start <= offset);
        let start = self.line_start(line);
        let before = self.text.get(start..offset as usize).unwrap_or_default();
        Position {
            line,
            column: before.trim_start_matches('\u{feff}').chars().count() + 1,
        }
    }

    /// First byte of a line; the end of the text for lines after the last.
    #[must_use]
    pub fn line_start(&self, line: usize) -> usize {
        self.lines
            .get(line.saturating_sub(1))
            .map_or(self.text.len(), |&start| start as usize)
    }
}

/// The texts that one compilation reads: the spec, and the schemas it refers to.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a text and gives its id.
    pub fn add(&mut self, path: impl Into<PathBuf>, text: impl Into<String>) -> FileId {
        self.files.push(Source::new(path.into(), text.into()));
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// The text of an id that [`Sources::add`] gave.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.files.get(id.0 as usize)
    }

    /// All texts, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }

    /// The first text: the spec itself.
    #[must_use]
    pub fn main_path(&self) -> &Path {
        self.files
            .first()
            .map_or(Path::new("<spec>"), |source| &source.path)
    }
}
