//! Paths into a response: `data.items`, `items.*.data`, `[1]`, `['a.b']`, `$`.

use std::ops::Range;

use super::Fault;
use crate::diagnostic::{Code, Sink};
use crate::source::Text;

/// One step of a path and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathItem {
    /// Where it leads.
    pub kind: PathItemKind,
    /// Its bytes in the value of the text.
    pub range: Range<usize>,
}

/// Where a [`PathItem`] leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathItemKind {
    /// Into an object.
    Key(String),
    /// Into a list.
    Index(usize),
    /// Into every item of a list, or every value of a map.
    Each,
}

/// Longest path: generated types nest as deep.
const MAX_STEPS: usize = 32;

/// Reads a path; the whole body (`$`) is no steps at all. `None` when it cannot be read, which is recorded.
pub fn path(text: &Text, sink: &mut Sink) -> Option<Vec<PathItem>> {
    match read(&text.value) {
        Ok(items) => Some(items),
        Err(fault) => {
            sink.push(fault.at(text));
            None
        }
    }
}

fn invalid(range: Range<usize>, message: impl Into<String>) -> Fault {
    Fault::new(Code::InvalidPath, range, message)
}

fn read(text: &str) -> Result<Vec<PathItem>, Fault> {
    if text.trim().is_empty() {
        return Err(invalid(0..text.len(), "this path is empty").help("the whole body is `$`"));
    }
    let mut items = Vec::new();
    // `$.a` and `$[0]` are `a` and `[0]`.
    let mut at = if text == "$" || text.starts_with("$.") || text.starts_with("$[") {
        1
    } else {
        0
    };
    let mut dot = at == 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with("..") {
            return Err(invalid(
                at..at + 2,
                "`..` searches all levels, which is not possible here",
            )
            .help("write every step, as `a.b.c`"));
        }
        if items.len() == MAX_STEPS {
            return Err(invalid(
                at..text.len(),
                format!("this path has more than {MAX_STEPS} steps"),
            ));
        }
        let (kind, length) = if rest.starts_with('[') {
            bracket(rest, at)?
        } else if rest.starts_with('.') && !dot && rest.len() > 1 {
            at += 1;
            dot = true;
            continue;
        } else if dot {
            name(rest, at)?
        } else {
            return Err(invalid(
                at..at + rest.chars().next().map_or(1, char::len_utf8),
                "a `.` is missing here, or ends the path",
            ));
        };
        items.push(PathItem {
            kind,
            range: at..at + length,
        });
        at += length;
        dot = false;
    }
    Ok(items)
}

fn bracket(rest: &str, at: usize) -> Result<(PathItemKind, usize), Fault> {
    let quote = rest.chars().nth(1).filter(|c| *c == '\'' || *c == '"');
    if let Some(quote) = quote {
        let inner = rest.get(2..).unwrap_or_default();
        return match inner.find(&format!("{quote}]")) {
            Some(length) => Ok((
                PathItemKind::Key(inner.get(..length).unwrap_or_default().to_owned()),
                length + 4,
            )),
            None => Err(invalid(
                at..at + rest.len(),
                format!("this `[{quote}` is not closed by `{quote}]`"),
            )),
        };
    }
    let Some(close) = rest.find(']') else {
        return Err(invalid(at..at + rest.len(), "this `[` is not closed"));
    };
    let inner = rest.get(1..close).unwrap_or_default();
    if inner == "*" {
        return Ok((PathItemKind::Each, close + 1));
    }
    match inner.parse::<usize>() {
        Ok(index) if index < 10_000 && inner.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok((PathItemKind::Index(index), close + 1))
        }
        _ if inner.starts_with('?') => Err(invalid(
            at..at + close + 1,
            "filters are not possible in a path",
        )),
        _ => Err(invalid(
            at..at + close + 1,
            "between `[` and `]` stands a number, `*` or a quoted key",
        )),
    }
}

fn name(rest: &str, at: usize) -> Result<(PathItemKind, usize), Fault> {
    let length = rest.find(['.', '[']).unwrap_or(rest.len());
    let name = rest.get(..length).unwrap_or_default();
    if name == "*" {
        return Ok((PathItemKind::Each, 1));
    }
    let strange =
        name.find(|c: char| c.is_whitespace() || c.is_control() || "|'\"]()*?{}".contains(c));
    match strange {
        _ if name.is_empty() => Err(invalid(at..(at + 1), "a name is missing here")),
        Some(strange) => {
            let c = name
                .get(strange..)
                .and_then(|rest| rest.chars().next())
                .unwrap_or(' ');
            let fault = invalid(
                at + strange..at + strange + c.len_utf8(),
                format!("`{}` cannot stand in a name here", c.escape_debug()),
            );
            Err(fault.help(format!(
                "write `['{}']` if the key is really called so",
                name.escape_debug()
            )))
        }
        None => Ok((PathItemKind::Key(name.to_owned()), length)),
    }
}

#[cfg(test)]
#[path = "path_tests.rs"]
mod tests;
