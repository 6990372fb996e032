//! Line breaks as rustfmt has them.
//!
//! `prettyplease` breaks what is longer than its own margin; rustfmt has 100 columns and narrower limits for arguments,
//! chains and struct literals. This pass joins each broken statement, field or signature and breaks it again by
//! rustfmt's rules. It knows the forms that this crate emits (calls, chains, arrays, struct literals, assignments);
//! anything else stays as it is.

mod choice;
mod expression;
mod item;

use choice::choice;
use expression::{Scanner, break_expression, is_inline, parse, width};
use item::{attribute, implementation, import, signature};
use std::borrow::Cow;

/// Columns of a line.
const WIDTH: usize = 100;
/// Columns of arguments, of array items and of a chain on one line.
const NARROW: usize = 60;
/// Columns between the braces of a struct literal on one line.
const STRUCT: usize = 18;
/// Columns of an attribute's arguments.
const ATTRIBUTE: usize = 70;
/// Items of this width or less share lines in an array.
const SHORT_ITEM: usize = 10;

/// Breaks lines as rustfmt does.
pub fn relayout(source: &str) -> String {
    // Most files have none of these.
    let mut source = Cow::Borrowed(source);
    if source.contains("..= ") {
        // Ranges in macros are printed with a blank.
        source = Cow::Owned(source.replace("..= ", "..="));
    }
    if source.contains("| {\n") {
        source = Cow::Owned(closures_in_line(&source));
    }
    if source.contains("&[\n") {
        source = Cow::Owned(single_items_in_line(&source));
    }
    let lines: Vec<&str> = source.lines().collect();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        let taken = logical(&lines, at, indent);
        let pieces = lines.get(at..at + taken).unwrap_or_default();
        at += taken;
        let plain = text.is_empty() || text.starts_with("//") || text.starts_with('}');
        // What is short is left on its line by rustfmt too, but for struct literals.
        let short = pieces.len() == 1
            && text.len() <= NARROW
            && line.len() <= WIDTH
            && !text.contains(" { ")
            && !text.ends_with("=> {")
            && !text.ends_with("| {");
        if plain || short {
            push_all(&mut out, pieces);
        } else if let Some(arm) = joined_arm(&lines, at, pieces, indent) {
            push_line(&mut out, indent, &arm);
            at += 2;
        } else if pieces.len() == 1
            && let Some(text) = choice(text, indent)
        {
            push_line(&mut out, indent, &text);
        } else {
            match statement(&join(pieces), indent) {
                Some(text) => push_line(&mut out, indent, &text),
                None => push_all(&mut out, pieces),
            }
        }
    }
    out
}

/// Whether this pass can break a statement.
pub fn knows(text: &str, indent: usize) -> bool {
    statement(text, indent).is_some()
}

/// A call whose last argument is a closure with a block begins on the line of its receiver.
fn closures_in_line(source: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    // Indents of the calls that were moved.
    let mut moved: Vec<usize> = Vec::new();
    let mut lines = source.lines().peekable();
    while let Some(line) = lines.next() {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        let shift = 4 * moved.len();
        let receiver = text
            .strip_prefix("let ")
            .and_then(|bound| Some(bound.split_once(" = ")?.1))
            .unwrap_or(text);
        let name = !receiver.is_empty()
            && receiver
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '.');
        let call = lines
            .peek()
            .map(|next| next.trim_start())
            .filter(|next| next.starts_with('.'))
            .filter(|next| {
                // With an argument it may be one call of several in a chain, unless it is given its statement.
                next.ends_with("|| {") || receiver != text && next.ends_with("| {")
            });
        if let Some(call) = call.filter(|_| name) {
            out.push(format!("{}{text}{call}", " ".repeat(indent - shift)));
            moved.push(indent + 4);
            lines.next();
            continue;
        }
        out.push(format!(
            "{}{text}",
            " ".repeat(indent.saturating_sub(shift))
        ));
        if moved.last() == Some(&indent) && text.starts_with("})") {
            moved.pop();
        }
    }
    out.join("\n")
}

/// A list of one struct literal begins on the line of its bracket.
fn single_items_in_line(source: &str) -> String {
    let lines: Vec<&str> = source.lines().collect();
    let mut out: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        let indent = line.len() - line.trim_start().len();
        let next = lines.get(at).map_or("", |next| next.trim_start());
        let opens = line.ends_with("&[") && next.ends_with(" {");
        // Searched only where a list opens: files have tens of thousands of lines.
        let items = opens
            .then(|| format!("{}}},", " ".repeat(indent + 4)))
            .and_then(|end| lines.get(at..)?.iter().position(|line| *line == end))
            .and_then(|length| {
                Some((lines.get(at + 1..at + length)?, lines.get(at + length + 1)?))
            });
        if let Some((fields, close)) = items
            && close.trim_start() == "];"
        {
            out.push(format!("{line}{next}"));
            out.extend(
                fields
                    .iter()
                    .map(|field| field.strip_prefix("    ").unwrap_or(field).to_owned()),
            );
            out.push(format!("{}}}];", " ".repeat(indent)));
            at += fields.len() + 3;
        } else {
            out.push((*line).to_owned());
        }
    }
    out.join("\n")
}

fn push_all(out: &mut String, lines: &[&str]) {
    for line in lines {
        out.push_str(line);
        out.push('\n');
    }
}

fn push_line(out: &mut String, indent: usize, text: &str) {
    out.extend(std::iter::repeat_n(' ', indent));
    out.push_str(text);
    out.push('\n');
}

/// How many lines belong to the statement, field, signature or item that begins at a line.
fn logical(lines: &[&str], at: usize, indent: usize) -> usize {
    let mut taken = 1;
    while let (Some(last), Some(next)) = (lines.get(at + taken - 1), lines.get(at + taken)) {
        if last.trim_start().starts_with("//") || last.ends_with(['{', ';']) {
            break;
        }
        let text = next.trim_start();
        let deeper = next.len() - text.len() > indent;
        let header = text.starts_with("for ") && last.trim_start().starts_with("impl");
        let closes =
            next.len() - text.len() == indent && (text.starts_with([')', ']', '>']) || header);
        if !deeper && !closes {
            break;
        }
        taken += 1;
    }
    taken
}

/// The lines on one, without the commas that only a broken list has.
fn join<'l>(pieces: &[&'l str]) -> Cow<'l, str> {
    if let [line] = pieces {
        return line.trim().into();
    }
    let mut joined = String::new();
    for piece in pieces {
        let piece = piece.trim();
        let tight = joined.is_empty()
            || joined.ends_with(['(', '[', '<'])
            || piece.starts_with([')', ']', '.', '?', '>']) && !piece.starts_with("..");
        if piece.starts_with([')', ']', '>']) && joined.ends_with(',') {
            joined.pop();
        }
        if !tight {
            joined.push(' ');
        }
        joined.push_str(piece);
    }
    joined.into()
}

/// `pattern => { value }`, or a closure, on three lines that fit on one.
fn joined_arm(lines: &[&str], next: usize, pieces: &[&str], indent: usize) -> Option<String> {
    let joined = join(pieces);
    let head = joined.strip_suffix(" {")?;
    let (value, end) = (lines.get(next)?.trim(), lines.get(next + 1)?.trim());
    let (close, tail) = if head.ends_with("=>") {
        ("}", ",")
    } else if head.ends_with('|') {
        ("};", ";")
    } else {
        return None;
    };
    let single =
        end == close && !value.ends_with(['{', ';', '(', '[', ',']) && !value.starts_with("//");
    let arm = format!("{head} {value}{tail}");
    let expression = parse(value)?;
    (single && indent + arm.len() <= WIDTH && is_inline(&expression)).then_some(arm)
}

/// A statement, field, item or signature, broken where it has to be.
fn statement(text: &str, indent: usize) -> Option<String> {
    if text.starts_with("#[") || text.starts_with("#![") {
        return attribute(text, indent);
    }
    if text.starts_with("use ") {
        return import(text, indent);
    }
    if let Some(pattern) = text.strip_suffix(" } => {") {
        let (path, fields) = pattern.split_once(" { ")?;
        if width(fields) <= STRUCT && indent + width(text) <= WIDTH {
            return Some(text.to_owned());
        }
        let pad = " ".repeat(indent + 4);
        let lines: String = fields
            .split(", ")
            .map(|field| format!("{pad}{field}{}\n", if field == ".." { "" } else { "," }))
            .collect();
        return Some(format!("{path} {{\n{lines}{}}} => {{", " ".repeat(indent)));
    }
    if let Some(fields) = text.strip_suffix(" }) })")
        && let Some((call, fields)) = fields.split_once("(|| { Some(Self { ")
    {
        let (one, two) = (" ".repeat(indent), " ".repeat(indent + 4));
        let fields: String = fields
            .split(", ")
            .map(|field| format!("{two}    {field},\n"))
            .collect();
        return Some(format!(
            "{call}(|| {{\n{two}Some(Self {{\n{fields}{two}}})\n{one}}})"
        ));
    }
    if text.ends_with('{') {
        let declares = text.contains("fn ") || text.starts_with("impl");
        return if indent + width(text) <= WIDTH {
            declares.then(|| text.to_owned())
        } else {
            implementation(text).or_else(|| signature(text, indent))
        };
    }
    let (body, tail) = match text.strip_suffix([';', ',']) {
        Some(body) => (body, text.get(body.len()..).unwrap_or_default()),
        None => (text, ""),
    };
    let (head, value) = split_head(body);
    if is_type_of_field(&head, value) {
        let one = format!("{head}{value}{tail}");
        let next = format!(
            "{}\n{}{value}{tail}",
            head.trim_end(),
            " ".repeat(indent + 4)
        );
        return Some(if indent + width(&one) <= WIDTH {
            one
        } else {
            next
        });
    }
    let expression = parse(value)?;
    let start = indent + width(&head);
    // The comma behind a field of a struct literal may stand out.
    let counted = if head.ends_with(": ") { 0 } else { tail.len() };
    if is_inline(&expression) && start + width(value) + counted <= WIDTH {
        return Some(format!("{head}{value}{tail}"));
    }
    if !head.is_empty() && !head.ends_with("return ") && !head.ends_with("=> ") {
        let next = indent + 4;
        if is_inline(&expression) && next + width(value) + tail.len() <= WIDTH {
            return Some(format!(
                "{}\n{}{value}{tail}",
                head.trim_end(),
                " ".repeat(next)
            ));
        }
    }
    if head.ends_with("=> ") {
        let pad = " ".repeat(indent);
        return is_inline(&expression).then(|| format!("{head}{{\n{pad}    {value}\n{pad}}}"));
    }
    let broken = break_expression(&expression, indent, start, tail.len())?;
    Some(format!("{head}{broken}{tail}"))
}

/// `pub name: Type`, or a field of a private struct.
fn is_type_of_field(head: &str, value: &str) -> bool {
    head.ends_with(": ")
        && !value.contains(['(', '"'])
        && (head.starts_with("pub ") || value.contains('<'))
}

/// What stands before the expression: `let x = `, `name: `, `pattern => `, `return `.
fn split_head(body: &str) -> (String, &str) {
    let mut depth = 0_usize;
    let mut found = 0;
    let bytes = body.as_bytes();
    for (at, character) in Scanner::new(body) {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 0 {
            continue;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.starts_with(b" = ") || rest.starts_with(b" => ") {
            found = at + if rest.starts_with(b" = ") { 3 } else { 4 };
            break;
        }
        let declares = [
            "let ",
            "const ",
            "static ",
            "pub const ",
            "type ",
            "pub type ",
        ];
        if rest.starts_with(b": ") && !declares.iter().any(|word| body.starts_with(word)) {
            found = at + 2;
            break;
        }
        if character == '.' || character == '|' {
            break;
        }
    }
    if found == 0 && body.starts_with("return ") {
        found = "return ".len();
    }
    if found == 0 && !body.starts_with("let ") {
        // `a.b = c`
        found = body
            .find(" = ")
            .filter(|at| {
                !body
                    .get(..*at)
                    .is_some_and(|head| head.contains(['(', '"', '|']))
            })
            .map_or(0, |at| at + 3);
    }
    body.split_at_checked(found)
        .map_or((String::new(), body), |(head, value)| {
            (head.to_owned(), value)
        })
}
