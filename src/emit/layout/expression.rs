//! Expressions as rustfmt breaks them: calls, chains, lists, struct literals.

use super::{NARROW, SHORT_ITEM, STRUCT, WIDTH, split_head};

/// Characters outside text and character literals, with their places.
pub struct Scanner<'t> {
    characters: std::iter::Peekable<std::str::CharIndices<'t>>,
    text: &'t str,
}

impl<'t> Scanner<'t> {
    /// Goes through a text.
    pub fn new(text: &'t str) -> Self {
        Self {
            characters: text.char_indices().peekable(),
            text,
        }
    }

    /// Goes past the end of a text literal.
    fn skip_text(&mut self) {
        while let Some((_, character)) = self.characters.next() {
            match character {
                '\\' => {
                    self.characters.next();
                }
                '"' => break,
                _ => {}
            }
        }
    }
}

impl Iterator for Scanner<'_> {
    type Item = (usize, char);

    fn next(&mut self) -> Option<(usize, char)> {
        let (at, character) = self.characters.next()?;
        if character == '"' {
            self.skip_text();
        } else if character == '\'' {
            // A character literal closes within two; a lifetime does not.
            let rest = self.text.get(at + 1..).unwrap_or_default();
            let length = if rest.starts_with('\\') {
                rest.get(2..).and_then(|r| r.find('\'')).map(|end| end + 2)
            } else {
                rest.chars()
                    .next()
                    .map(char::len_utf8)
                    .filter(|length| rest.get(*length..).is_some_and(|r| r.starts_with('\'')))
            };
            let end = length.map(|length| at + 1 + length);
            while let (Some(end), Some((next, _))) = (end, self.characters.peek().copied()) {
                if next > end {
                    break;
                }
                self.characters.next();
            }
        }
        Some((at, character))
    }
}

/// A piece of an expression.
#[derive(Debug)]
pub enum Piece<'t> {
    /// Text without brackets.
    Text(&'t str),
    /// A bracket and what stands in it, split at commas.
    Group(char, Vec<Expression<'t>>),
}

/// A whole expression.
pub type Expression<'t> = Vec<Piece<'t>>;

/// Reads an expression; none where it holds a block or a closure with one.
pub fn parse(text: &str) -> Option<Expression<'_>> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut stack: Vec<(usize, char)> = Vec::new();
    for (at, character) in Scanner::new(text) {
        match character {
            '(' | '[' | '{' => {
                let before = text.get(..at)?.trim_end();
                // A block, not a struct literal.
                if character == '{' && (before.is_empty() || before.ends_with(['|', '{', '('])) {
                    return None;
                }
                if stack.is_empty() && from < at {
                    pieces.push(Piece::Text(text.get(from..at)?));
                }
                stack.push((at + 1, character));
            }
            ')' | ']' | '}' => {
                let (start, open) = stack.pop()?;
                if stack.is_empty() {
                    pieces.push(Piece::Group(open, split_commas(text.get(start..at)?)?));
                    from = at + 1;
                }
            }
            _ => {}
        }
    }
    if !stack.is_empty() {
        return None;
    }
    if from < text.len() {
        pieces.push(Piece::Text(text.get(from..)?));
    }
    Some(pieces)
}

pub fn split_commas(text: &str) -> Option<Vec<Expression<'_>>> {
    let mut items = Vec::new();
    let mut depth = 0_usize;
    let mut bars = 0_usize;
    let mut from = 0;
    for (at, character) in Scanner::new(text) {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '|' => bars += 1,
            ';' if depth == 0 => return None,
            ',' if depth == 0 && bars.is_multiple_of(2) => {
                items.push(parse(text.get(from..at)?.trim())?);
                from = at + 1;
            }
            _ => {}
        }
    }
    let last = text.get(from..)?.trim();
    if !last.is_empty() {
        items.push(parse(last)?);
    }
    Some(items)
}

pub fn show(expression: &[Piece<'_>]) -> String {
    let mut text = String::new();
    write(expression, &mut text);
    text
}

fn write(expression: &[Piece<'_>], text: &mut String) {
    for piece in expression {
        write_piece(piece, text);
    }
}

fn write_piece(piece: &Piece<'_>, text: &mut String) {
    let (open, items) = match piece {
        Piece::Text(part) => return text.push_str(part),
        Piece::Group(open, items) => (open, items),
    };
    let (open, close) = match open {
        '{' if items.is_empty() => ("{", "}"),
        '{' => ("{ ", " }"),
        '[' => ("[", "]"),
        _ => ("(", ")"),
    };
    text.push_str(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        write(item, text);
    }
    text.push_str(close);
}

pub fn width(text: &str) -> usize {
    text.chars().count()
}

/// Columns of an expression on one line, without writing it.
pub fn width_of(expression: &[Piece<'_>]) -> usize {
    expression.iter().map(width_of_piece).sum()
}

fn width_of_piece(piece: &Piece<'_>) -> usize {
    match piece {
        Piece::Text(text) => width(text),
        Piece::Group('{', items) if !items.is_empty() => width_of_items(items) + 4,
        Piece::Group(_, items) => width_of_items(items) + 2,
    }
}

fn width_of_items(items: &[Expression<'_>]) -> usize {
    let commas = 2 * items.len().saturating_sub(1);
    items.iter().map(|item| width_of(item)).sum::<usize>() + commas
}

/// Whether an expression may stand on one line at all.
pub fn is_inline(expression: &[Piece<'_>]) -> bool {
    if width_of(expression) > NARROW && links(expression) > 1 {
        return false;
    }
    expression.iter().all(|piece| match piece {
        Piece::Text(_) => true,
        Piece::Group(open, items) => {
            let inner = width_of_items(items);
            let limit = match open {
                '{' => STRUCT,
                '[' => NARROW,
                // One argument may be as long as the line, unless it is a call itself.
                _ if matches!(items.as_slice(), [only] if !is_call(only)) => WIDTH,
                _ => NARROW,
            };
            inner <= limit && items.iter().all(|item| is_inline(item))
        }
    })
}

/// `path(…)`, without links.
fn is_call(expression: &[Piece<'_>]) -> bool {
    matches!(expression, [Piece::Text(path), Piece::Group('(', _)]
        if !path.contains('.') && !path.ends_with(['!', '&', ' ']))
}

/// Fields and methods after the root of a chain.
fn links(expression: &[Piece<'_>]) -> usize {
    let operators = expression.iter().any(|piece| match piece {
        Piece::Text(text) => has_operator(text),
        Piece::Group(..) => false,
    });
    if operators {
        return 0;
    }
    expression
        .iter()
        .map(|piece| match piece {
            Piece::Text(text)
                if !text.starts_with('"') && !text.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                text.matches('.').count()
            }
            _ => 0,
        })
        .sum()
}

/// Whether a sign stands between two values, or a range or a closure in the text.
fn has_operator(text: &str) -> bool {
    const SIGNS: [&str; 11] = ["&&", "||", "==", "!=", "+", "-", "*", "<", ">", "<=", ">="];
    if text.contains('|') || text.contains("..") {
        return true;
    }
    text.match_indices(' ').any(|(at, _)| {
        let sign = text.get(at + 1..).and_then(|rest| rest.split_once(' '));
        sign.is_some_and(|(sign, _)| SIGNS.contains(&sign))
    })
}

/// An expression on several lines. `start` is the column of its first character, `tail` what follows it.
pub fn break_expression(
    expression: &[Piece<'_>],
    indent: usize,
    start: usize,
    tail: usize,
) -> Option<String> {
    if links(expression) > 1 {
        return break_chain(expression, indent, start);
    }
    let (last, front) = match expression {
        [front @ .., Piece::Text(end)] if matches!(*end, "?" | "?)") => (Some(*end), front),
        front => (None, front),
    };
    let [front @ .., Piece::Group(open, items)] = front else {
        return None;
    };
    let head = show(front);
    if start + width(&head) + 1 > WIDTH {
        return None;
    }
    let _ = tail;
    let group = break_group(*open, items, &head, indent)?;
    Some(format!("{head}{group}{}", last.unwrap_or_default()))
}

fn break_group(open: char, items: &[Expression<'_>], head: &str, indent: usize) -> Option<String> {
    let inner = indent + 4;
    let pad = " ".repeat(inner);
    let close = match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    };
    if open == '[' && items.len() > 1 && items.iter().all(|item| width_of(item) <= SHORT_ITEM) {
        let mut lines = vec![String::new()];
        for item in items {
            let item = show(item);
            let line = lines.last_mut()?;
            if !line.is_empty() && inner + width(line) + 1 + width(&item) + 1 > WIDTH {
                lines.push(format!("{item},"));
            } else {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(&item);
                line.push(',');
            }
        }
        let lines: String = lines.iter().map(|line| format!("\n{pad}{line}")).collect();
        return Some(format!("{open}{lines}\n{}{close}", " ".repeat(indent)));
    }
    // A call that is the only argument or item begins on the line of the bracket.
    if let ('(' | '[', [only]) = (open, items)
        && is_call(only)
        && let [Piece::Text(path), Piece::Group(_, arguments)] = only.as_slice()
    {
        let group = break_group('(', arguments, path, indent)?;
        return Some(format!("{open}{path}{group}{close}"));
    }
    // So does a struct literal.
    if let ('(', [only]) = (open, items)
        && let [Piece::Text(path), Piece::Group('{', fields)] = only.as_slice()
    {
        let group = break_group('{', fields, path, indent)?;
        return Some(format!("({path}{group})"));
    }
    // So does a tuple that is the only item.
    if let ('[', [only]) = (open, items)
        && let [Piece::Group('(', parts)] = only.as_slice()
    {
        let group = break_group('(', parts, "", indent)?;
        return Some(format!("[{group}]"));
    }
    let is_macro = head.ends_with('!');
    let mut lines = String::new();
    for (index, item) in items.iter().enumerate() {
        let text = show(item);
        let comma = if text.starts_with("..") || is_macro && index + 1 == items.len() {
            ""
        } else {
            ","
        };
        let (name, value) = match open {
            '{' => split_head(&text),
            _ => (String::new(), text.as_str()),
        };
        let named = (!name.is_empty()).then(|| parse(value));
        let value = match &named {
            Some(value) => value.as_ref()?,
            None => item,
        };
        let shown = text.get(name.len()..)?;
        let column = inner + width(&name);
        lines.push('\n');
        lines.push_str(&pad);
        lines.push_str(&name);
        if is_inline(value) && column + width(shown) + comma.len() <= WIDTH {
            lines.push_str(shown);
        } else {
            lines.push_str(&break_expression(value, inner, column, comma.len())?);
        }
        lines.push_str(comma);
    }
    Some(format!("{open}{lines}\n{}{close}", " ".repeat(indent)))
}

/// `root`, then one line per link.
fn break_chain(expression: &[Piece<'_>], indent: usize, start: usize) -> Option<String> {
    let mut parts: Vec<String> = vec![String::new()];
    for piece in expression {
        match piece {
            Piece::Text(text) => {
                for (index, part) in text.split('.').enumerate() {
                    if index > 0 {
                        parts.push(".".to_owned());
                    }
                    parts.last_mut()?.push_str(part);
                }
            }
            group => write_piece(group, parts.last_mut()?),
        }
    }
    let last = parts.pop()?;
    let mut parts = parts.into_iter();
    let mut root = parts.next()?;
    // A root no wider than an indent takes the first link along, at the start of a line.
    if start == indent && width(&root) <= 4 {
        while width(&root) <= 4 {
            match parts.next() {
                Some(part) => root.push_str(&part),
                None => break,
            }
        }
    }
    let pad = " ".repeat(indent + 4);
    // A last link that has to be broken on a line of its own is as well broken on the first line.
    let final_link = parse(&last)?;
    let alone = is_inline(&final_link) && indent + 4 + width(&last) < WIDTH;
    let before: String = parts.clone().collect();
    if !alone && width(&root) + width(&before) + width(&last).min(8) <= NARROW {
        let head = format!("{root}{before}");
        let broken = break_expression(&final_link, indent, start + width(&head), 1)?;
        return Some(format!("{head}{broken}"));
    }
    let mut text = root;
    for part in parts.chain([last]) {
        let expression = parse(&part)?;
        text.push('\n');
        text.push_str(&pad);
        if is_inline(&expression) && indent + 4 + width(&part) < WIDTH {
            text.push_str(&part);
        } else {
            text.push_str(&break_expression(&expression, indent + 4, indent + 4, 1)?);
        }
    }
    Some(text)
}
