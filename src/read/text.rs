//! From a decoded scalar back to the bytes it was written with.

use granit_parser::ScalarStyle;

use crate::source::{FileId, Span, Text};

/// The text of a scalar whose source is `source[start..end]`.
///
/// A value that stands in the source as it is needs no table; quoted text with escapes, folded lines and block scalars
/// get one offset for each byte of the value.
pub(super) fn scalar_text(
    source: &str,
    file: FileId,
    start: usize,
    end: usize,
    value: String,
    style: ScalarStyle,
) -> Text {
    let slice = source.get(start..end).unwrap_or("");
    let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
    let end = if block {
        start + slice.trim_end().len()
    } else {
        end
    };
    let lead = usize::from(matches!(
        style,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted
    ));
    let span = Span::new(file, start, end);
    let inner = slice.get(lead..).unwrap_or("");
    let as_it_is = inner
        .strip_prefix(value.as_str())
        .is_some_and(|rest| rest.len() == lead);
    let offsets = (!as_it_is).then(|| align(inner, start + lead, &value, style));
    Text {
        value,
        span,
        offsets,
        lead: u32::try_from(lead).unwrap_or(0),
    }
}

/// The source offset of each byte of `value`, with one more for its end.
///
/// Only white space differs between the two besides escapes: characters that are not white space are met in order, so
/// each of them is placed exactly.
fn align(source: &str, base: usize, value: &str, style: ScalarStyle) -> Vec<u32> {
    let mut offsets = Vec::with_capacity(value.len() + 1);
    let mut at = 0;
    for wanted in value.chars() {
        let (found, next) = advance(source, at, wanted, style);
        let placed = u32::try_from(base + found).unwrap_or(u32::MAX);
        offsets.extend(std::iter::repeat_n(placed, wanted.len_utf8()));
        at = next;
    }
    offsets.push(u32::try_from(base + at).unwrap_or(u32::MAX));
    offsets
}

/// Where `wanted` was written at or after `at`, and where what follows it starts.
fn advance(source: &str, mut at: usize, wanted: char, style: ScalarStyle) -> (usize, usize) {
    loop {
        let rest = source.get(at..).unwrap_or("");
        let Some(here) = rest.chars().next() else {
            return (at, at);
        };
        let escaped = style == ScalarStyle::DoubleQuoted && here == '\\';
        let folded = wanted == ' ' && matches!(here, '\n' | '\r');
        if escaped {
            match escape_length(rest, wanted) {
                Some(length) => return (at, at + length),
                // An escaped line break stands for nothing.
                None => at += 1,
            }
        } else if style == ScalarStyle::SingleQuoted && here == '\'' {
            return (at, at + 2);
        } else if here == wanted || folded {
            return (at, at + here.len_utf8());
        } else if here.is_ascii_whitespace() {
            at += 1;
        } else {
            return (at, at);
        }
    }
}

/// Bytes of the escape that `rest` starts with; `None` for an escaped line break.
fn escape_length(rest: &str, value: char) -> Option<usize> {
    match rest.chars().nth(1)? {
        '\n' | '\r' => None,
        'x' => Some(4),
        // Past the basic plane JSON's way is a pair of surrogates.
        'u' if value.len_utf16() == 2 => Some(12),
        'u' => Some(6),
        'U' => Some(10),
        other => Some(1 + other.len_utf8()),
    }
}
