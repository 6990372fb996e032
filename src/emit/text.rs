//! The only ways by which text of a spec reaches a generated file: as a Rust literal, as doc lines, as TOML, as a cell
//! of a Markdown table.

use proc_macro2::Literal;
use quote::ToTokens;
use std::str::FromStr;

/// A Rust string literal. Characters that are not shown as themselves are written as escapes.
pub fn literal(text: &str) -> Literal {
    Literal::from_str(&quoted(text)).unwrap_or_else(|_| Literal::string(text))
}

/// Whether a text has lines of its own, and all of it is shown as itself: it can be read in a file.
pub fn is_readable(text: &str) -> bool {
    let plain = |character: char| character == '\n' || !is_invisible(character);
    text.contains('\n') && text.chars().all(plain)
}

/// The source of a Rust string literal.
pub fn quoted(text: &str) -> String {
    let mut source = String::with_capacity(text.len() + 2);
    source.push('"');
    for character in text.chars() {
        match character {
            '"' => source.push_str("\\\""),
            '\\' => source.push_str("\\\\"),
            '\n' => source.push_str("\\n"),
            '\r' => source.push_str("\\r"),
            '\t' => source.push_str("\\t"),
            other if is_invisible(other) => source.extend(other.escape_unicode()),
            other => source.push(other),
        }
    }
    source.push('"');
    source
}

/// A whole number as a Rust literal without a suffix, in groups of three digits where it is long.
pub fn integer(value: impl ToString) -> proc_macro2::TokenStream {
    let text = value.to_string();
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or(("", text.as_str()), |digits| ("-", digits));
    let grouped = if digits.len() < 5 {
        digits.to_owned()
    } else {
        group(digits)
    };
    proc_macro2::TokenStream::from_str(&format!("{sign}{grouped}"))
        .unwrap_or_else(|_| text.to_token_stream())
}

/// A number as a Rust literal of type `f64`, in groups of three digits where it is long.
pub fn number(value: f64) -> proc_macro2::TokenStream {
    let text = format!("{value:?}");
    let (mantissa, exponent) = text
        .split_once('e')
        .map_or((text.as_str(), String::new()), |(mantissa, exponent)| {
            (mantissa, format!("e{exponent}"))
        });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let (sign, digits) = whole
        .strip_prefix('-')
        .map_or(("", whole), |digits| ("-", digits));
    let fraction: Vec<&str> = fraction
        .as_bytes()
        .chunks(3)
        .filter_map(|chunk| std::str::from_utf8(chunk).ok())
        .collect();
    let whole = if digits.len() < 5 {
        digits.to_owned()
    } else {
        group(digits)
    };
    let source = format!("{sign}{whole}.{}{exponent}", fraction.join("_"));
    proc_macro2::TokenStream::from_str(&source).unwrap_or_else(|_| value.to_token_stream())
}

fn group(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    grouped
}

/// Control characters, and those that change how their neighbours are shown (bidirectional overrides, joiners).
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Lines of Markdown that rustdoc takes without a warning and that mean what the text means: links and code stay, code
/// blocks are `text`, HTML and brackets are text.
pub fn doc_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut fence: Option<(char, usize)> = None;
    let mut list_indent = 0;
    for line in text
        .trim_end()
        .split(['\n', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'])
    {
        let line: String = line
            .chars()
            .map(|c| if c == '\t' { ' ' } else { c })
            .filter(|c| !is_invisible(*c))
            .collect();
        let trimmed = line.trim();
        if let Some((mark, length)) = fence {
            if fence_of(trimmed).is_some_and(|(other, size)| {
                other == mark && size >= length && trimmed.len() == size
            }) {
                lines.push("```".to_owned());
                fence = None;
            } else {
                lines.push(line.trim_end().replace("```", "'''"));
            }
        } else if let Some(opened) = fence_of(trimmed) {
            lines.push("```text".to_owned());
            fence = Some(opened);
            list_indent = 0;
        } else if trimmed.is_empty() {
            list_indent = 0;
            if lines.last().is_some_and(|last: &String| !last.is_empty()) {
                lines.push(String::new());
            }
        } else {
            let (marker, rest) = list_marker(trimmed);
            if marker.is_empty() {
                lines.push(format!("{}{}", " ".repeat(list_indent), inline(rest)));
            } else {
                list_indent = marker.len();
                lines.push(format!("{marker}{}", inline(rest)));
            }
        }
    }
    if fence.is_some() {
        lines.push("```".to_owned());
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// The mark and length of a line that opens or closes a code block.
fn fence_of(line: &str) -> Option<(char, usize)> {
    let mark = line
        .chars()
        .next()
        .filter(|mark| matches!(mark, '`' | '~'))?;
    let length = line.chars().take_while(|c| *c == mark).count();
    let rest = line.get(length..).unwrap_or_default();
    (length >= 3 && !rest.contains('`')).then_some((mark, length))
}

/// The marker of a list item with one blank, and what follows it.
fn list_marker(line: &str) -> (String, &str) {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let end = match line.get(digits..).and_then(|rest| rest.chars().next()) {
        Some('-' | '*' | '+') if digits == 0 => 1,
        Some('.' | ')') if (1..=9).contains(&digits) => digits + 1,
        _ => return (String::new(), line),
    };
    match line.split_at_checked(end) {
        Some((marker, rest)) if rest.starts_with(' ') && !rest.trim().is_empty() => {
            (format!("{marker} "), rest.trim_start())
        }
        _ => (String::new(), line),
    }
}

/// One line of text, outside code blocks.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text;
    if let Some(after) = rest.strip_prefix('>') {
        out.push_str("\\>");
        rest = after;
    }
    while let Some(character) = rest.chars().next() {
        let taken = match character {
            '`' => code_span(rest, &mut out),
            '[' => link(rest, &mut out),
            '<' => autolink(rest, &mut out),
            'h' if out
                .chars()
                .next_back()
                .is_none_or(|before| !before.is_alphanumeric()) =>
            {
                bare_url(rest, &mut out)
            }
            ' ' => {
                out.push(' ');
                rest.len() - rest.trim_start_matches(' ').len()
            }
            '\\' => escaped(rest, &mut out),
            other => {
                if other == ']' {
                    out.push('\\');
                }
                out.push(other);
                other.len_utf8()
            }
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    out
}

/// Copies a backslash with the punctuation that it escapes, or escapes it.
fn escaped(rest: &str, out: &mut String) -> usize {
    match rest.chars().nth(1) {
        Some(next) if next.is_ascii_punctuation() => {
            out.extend(['\\', next]);
            2
        }
        _ => {
            out.push_str("\\\\");
            1
        }
    }
}

/// Copies a code span that ends on its line; a backtick without a partner is text.
fn code_span(rest: &str, out: &mut String) -> usize {
    let run = rest.len() - rest.trim_start_matches('`').len();
    let mark = "`".repeat(run);
    let mut from = run;
    while let Some(found) = rest.get(from..).and_then(|tail| tail.find(&mark)) {
        let start = from + found;
        let end = start + run;
        let longer = rest.get(end..).is_some_and(|tail| tail.starts_with('`'));
        if !longer
            && rest
                .get(run..start)
                .is_some_and(|code| !code.trim().is_empty())
        {
            out.push_str(rest.get(..end).unwrap_or_default());
            return end;
        }
        from = end
            + rest
                .get(end..)
                .map_or(0, |tail| tail.len() - tail.trim_start_matches('`').len());
    }
    out.push_str(&"\\`".repeat(run));
    run
}

/// Copies `[text](https://…)`; any other bracket is text.
fn link(rest: &str, out: &mut String) -> usize {
    let parts = rest.get(1..).and_then(|tail| tail.split_once("]("));
    if let Some((label, tail)) = parts
        && let Some((address, _)) = tail.split_once(')')
        && is_url(address)
        && !label.contains(['[', ']', '<', '`', '\\'])
    {
        out.push_str(&format!("[{label}]({address})"));
        return label.len() + address.len() + 4;
    }
    out.push_str("\\[");
    1
}

/// Copies `<https://…>`; any other angle bracket is text.
fn autolink(rest: &str, out: &mut String) -> usize {
    if let Some((address, _)) = rest.get(1..).and_then(|tail| tail.split_once('>'))
        && is_url(address)
    {
        out.push_str(&format!("<{address}>"));
        return address.len() + 2;
    }
    out.push_str("\\<");
    1
}

/// Puts a bare URL into angle brackets, without the punctuation that ends its sentence.
fn bare_url(rest: &str, out: &mut String) -> usize {
    let end = rest
        .find(|c: char| c.is_whitespace() || "<>\"`[]{}|\\^".contains(c))
        .unwrap_or(rest.len());
    let address = rest
        .get(..end)
        .unwrap_or_default()
        .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '*', '_']);
    if is_url(address) {
        out.push_str(&format!("<{address}>"));
        address.len()
    } else {
        out.push('h');
        1
    }
}

fn is_url(text: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        text.strip_prefix(scheme).is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_alphanumeric())
                && !rest.contains(|c: char| c.is_whitespace() || "<>()\"`[]{}|\\^".contains(c))
        })
    })
}

/// A TOML string.
pub fn toml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            other if is_invisible(other) => out.push_str(&format!("\\U{:08X}", u32::from(other))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// Text on one line, for a cell of a Markdown table or the end of a sentence.
pub fn cell(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    doc_lines(&flat).join(" ").replace('|', "\\|")
}

/// A code span that shows any text.
pub fn code(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_invisible(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    if shown.trim().is_empty() {
        return format!("`{}`", quoted(text));
    }
    let mut longest = 0;
    let mut run = 0;
    for character in shown.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    if longest == 0 {
        return format!("`{shown}`");
    }
    let mark = "`".repeat(longest + 1);
    format!("{mark} {shown} {mark}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_show_what_cannot_be_seen() {
        assert_eq!(quoted("a\"b\\c\n\u{202e}é"), "\"a\\\"b\\\\c\\n\\u{202e}é\"");
        assert_eq!(literal("x\u{0}").to_string(), "\"x\\u{0}\"");
    }

    #[test]
    fn long_numbers_are_grouped() {
        assert_eq!(integer(1_234_567).to_string(), "1_234_567");
        assert_eq!(integer(1000).to_string(), "1000");
    }

    #[test]
    fn docs_keep_links_and_code_and_escape_the_rest() {
        let shown = |text: &str| doc_lines(text).join("\n");
        assert_eq!(
            shown("see https://a.example/b."),
            "see <https://a.example/b>."
        );
        assert_eq!(
            shown("[x] [y](https://a.example) <b>"),
            "\\[x\\] [y](https://a.example) \\<b>"
        );
        assert_eq!(shown("`[x] <b>` and `"), "`[x] <b>` and \\`");
        assert_eq!(
            shown("a\n```rust\nfn main() {}\n"),
            "a\n```text\nfn main() {}\n```"
        );
        assert_eq!(shown("    indented"), "indented");
        assert_eq!(shown("- a\nb\n- c"), "- a\n  b\n- c");
        assert_eq!(shown("\u{202e}a\u{0}"), "a");
    }

    #[test]
    fn code_spans_hold_backticks() {
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(code(" "), "`\" \"`");
    }
}
