//! `json!` as people write it: rustfmt leaves what stands in a macro as it is, and the printers put blanks between tokens.

use std::borrow::Cow;

/// Columns of a line.
const WIDTH: usize = 100;
const OPEN: &str = "json!(";

/// A value in `json!`.
enum Value<'s> {
    Object(Vec<(&'s str, Value<'s>)>),
    List(Vec<Value<'s>>),
    /// A literal or an expression.
    Other(String),
}

/// Lays out each `json!` that stands at the end of a statement.
pub fn relayout(source: &str) -> Cow<'_, str> {
    if !source.contains(OPEN) {
        return Cow::Borrowed(source);
    }
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find(OPEN) {
        let (before, inside) = rest.split_at(at + OPEN.len());
        out.push_str(before);
        rest = inside;
        let mut scanner = Scanner { rest: inside };
        let Some(value) = scanner.value() else {
            continue;
        };
        let Some(after) = scanner.rest.trim_start().strip_prefix(')') else {
            continue;
        };
        let line = out.rsplit('\n').next().unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        let flat = value.flat();
        let tail = after.split('\n').next().unwrap_or_default().len() + 1;
        if line.chars().count() + flat.chars().count() + tail <= WIDTH {
            out.push_str(&flat);
        } else {
            value.write(indent, &mut out);
        }
        out.push(')');
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

impl Value<'_> {
    fn flat(&self) -> String {
        let joined = |items: Vec<String>| items.join(", ");
        match self {
            Value::Object(entries) if entries.is_empty() => "{}".to_owned(),
            Value::Object(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| format!("{key}: {}", value.flat()));
                format!("{{ {} }}", joined(entries.collect()))
            }
            Value::List(items) => format!("[{}]", joined(items.iter().map(Self::flat).collect())),
            Value::Other(text) => text.clone(),
        }
    }

    /// Entries and items on lines of their own, as far as they are too long for one.
    fn write(&self, indent: usize, out: &mut String) {
        let inner = indent + 4;
        let (open, close, items): (_, _, Vec<(String, &Value<'_>)>) = match self {
            Value::Object(entries) => {
                let entries = entries.iter();
                (
                    '{',
                    '}',
                    entries
                        .map(|(key, value)| (format!("{key}: "), value))
                        .collect(),
                )
            }
            Value::List(items) => (
                '[',
                ']',
                items.iter().map(|item| (String::new(), item)).collect(),
            ),
            Value::Other(text) => return out.push_str(text),
        };
        out.push(open);
        for (key, value) in items {
            out.push('\n');
            out.push_str(&" ".repeat(inner));
            out.push_str(&key);
            let flat = value.flat();
            if inner + key.chars().count() + flat.chars().count() < WIDTH {
                out.push_str(&flat);
            } else {
                value.write(inner, out);
            }
            out.push(',');
        }
        out.push('\n');
        out.push_str(&" ".repeat(indent));
        out.push(close);
    }
}

struct Scanner<'s> {
    rest: &'s str,
}

impl<'s> Scanner<'s> {
    fn takes(&mut self, mark: char) -> bool {
        let trimmed = self.rest.trim_start();
        match trimmed.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self) -> Option<Value<'s>> {
        if self.takes('{') {
            let mut entries = Vec::new();
            while !self.takes('}') {
                self.rest = self.rest.trim_start();
                let (key, rest) = self.rest.split_at_checked(string_end(self.rest)?)?;
                self.rest = rest;
                if !self.takes(':') {
                    return None;
                }
                entries.push((key, self.value()?));
                let _ = self.takes(',');
            }
            return Some(Value::Object(entries));
        }
        if self.takes('[') {
            let mut items = Vec::new();
            while !self.takes(']') {
                items.push(self.value()?);
                let _ = self.takes(',');
            }
            return Some(Value::List(items));
        }
        let (text, rest) = self.rest.split_at_checked(expression_end(self.rest)?)?;
        self.rest = rest;
        Some(Value::Other(tidy(text)))
    }
}

/// Where a string ends that a text begins with.
fn string_end(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    chars.next().filter(|(_, c)| *c == '"')?;
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                chars.next()?;
            }
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Where an expression ends: before the comma or bracket that is not its own.
fn expression_end(text: &str) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(c) = text.get(at..)?.chars().next() {
        match c {
            '"' => {
                at += string_end(text.get(at..)?)?;
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return Some(at),
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += c.len_utf8();
    }
    None
}

/// An expression on one line, without the blanks that the printer puts around operators of one operand and dots.
fn tidy(text: &str) -> String {
    let text = text.trim();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if c == '"'
            && let Some(end) = text.get(at..).and_then(string_end)
        {
            out.push_str(text.get(at..at + end).unwrap_or_default());
            at += end;
            continue;
        }
        if c.is_whitespace() {
            let next = text.get(at..).unwrap_or_default().trim_start();
            let unary = matches!(out.as_str(), "-" | "&" | "*" | "!");
            if !unary && !out.ends_with([' ', '(']) && !next.starts_with(['.', '?', ')']) {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
        at += c.len_utf8();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::relayout;

    #[test]
    fn what_fits_on_a_line_stands_on_it_and_the_rest_is_broken_by_entries() {
        let source = "    let body = json!(\n        { \"a\" : - 1, \"b\" : [\"x, }\\\"\", config.at\n        .to_string()] }\n    );\n";
        let wanted =
            "    let body = json!({ \"a\": -1, \"b\": [\"x, }\\\"\", config.at.to_string()] });\n";
        assert_eq!(relayout(source), wanted);
        let long = "x".repeat(60);
        let source = format!(
            "    let body = json!({{ \"a\" : {{ }}, \"b\" : [\"{long}\", null], \"c\" : {{ \"{long}\" : \"{long}\" }} }});\n"
        );
        let wanted = format!(
            "    let body = json!({{\n        \"a\": {{}},\n        \"b\": [\"{long}\", null],\n        \
             \"c\": {{\n            \"{long}\": \"{long}\",\n        }},\n    }});\n"
        );
        assert_eq!(relayout(&source), wanted);
    }

    #[test]
    fn what_is_no_json_stays_as_it_is() {
        let source = "a json!( of nobody\n";
        assert_eq!(relayout(source), source);
    }
}
