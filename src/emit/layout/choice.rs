//! `if` and `else` as a value.

use super::expression::{Scanner, width};
use super::split_head;

/// Columns of a choice on one line.
const CHOICE: usize = 50;

/// `let x = if a { b } else { c };` over several lines where it is too long for one.
pub(super) fn choice(text: &str, indent: usize) -> Option<String> {
    let (head, value) = split_head(text.strip_suffix(';')?);
    if !value.starts_with("if ") || width(value) <= CHOICE {
        return None;
    }
    let mut braces = Scanner::new(value).filter(|(_, character)| matches!(character, '{' | '}'));
    let mut at = |wanted: char| {
        let (at, found) = braces.next()?;
        (found == wanted).then_some(at)
    };
    let (then, close, otherwise, end) = (at('{')?, at('}')?, at('{')?, at('}')?);
    if end + 1 != value.len() {
        return None;
    }
    let (pad, inner) = (" ".repeat(indent), " ".repeat(indent + 4));
    let condition = value.get(..=then)?;
    let (then, otherwise) = (
        value.get(then + 1..close)?.trim(),
        value.get(otherwise + 1..end)?.trim(),
    );
    Some(format!(
        "{head}{condition}\n{inner}{then}\n{pad}}} else {{\n{inner}{otherwise}\n{pad}}};"
    ))
}
