//! Tokens of expressions.

use std::ops::Range;

use super::Fault;

/// A token and its bytes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub range: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Name(String),
    String(String),
    Integer(i64),
    Number(f64),
    /// Punctuation and operators, as written.
    Sign(&'static str),
}

/// Longest expression, in tokens: keeps every later walk over it shallow.
const MAX_TOKENS: usize = 500;

/// Longer signs first.
const SIGNS: [&str; 25] = [
    "==", "!=", "<=", ">=", "**", "//", "<", ">", "+", "-", "*", "/", "%", "~", "|", "(", ")", "[",
    "]", "{", "}", ".", ",", ":", "=",
];

/// The tokens from `start` to the `}}` that ends the expression, and the offset behind that.
pub(super) fn tokens(text: &str, open: Range<usize>) -> Result<(Vec<Token>, usize), Fault> {
    let mut tokens = Vec::new();
    let mut at = open.end;
    // Maps that are open: the braces of the inner ones belong to them.
    let mut maps = 0_usize;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let Some(first) = rest.chars().next() else {
            return Err(
                Fault::syntax(open.start..text.len(), "this `{{` is not closed")
                    .help("close the expression with `}}`"),
            );
        };
        if rest.starts_with("}}") && maps == 0 {
            return Ok((tokens, at + 2));
        }
        if rest.starts_with("-}}") {
            return Err(Fault::syntax(
                at..at + 3,
                "`-}}` trims blanks in Jinja, which is not part of spile's expressions",
            )
            .help("write `}}`"));
        }
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        if tokens.len() == MAX_TOKENS {
            return Err(Fault::syntax(
                open.start..at,
                format!("this expression has more than {MAX_TOKENS} parts"),
            ));
        }
        let (kind, length) = token(rest, first)
            .map_err(|(length, message)| Fault::syntax(at..at + length, message))?;
        match kind {
            TokenKind::Sign("{") => maps += 1,
            TokenKind::Sign("}") => maps = maps.saturating_sub(1),
            _ => {}
        }
        tokens.push(Token {
            kind,
            range: at..at + length,
        });
        at += length;
    }
}

type Lexed = Result<(TokenKind, usize), (usize, String)>;

fn token(rest: &str, first: char) -> Lexed {
    if first == '_' || unicode_ident::is_xid_start(first) {
        let length = rest
            .find(|c: char| !unicode_ident::is_xid_continue(c))
            .unwrap_or(rest.len());
        return Ok((
            TokenKind::Name(rest.get(..length).unwrap_or_default().to_owned()),
            length,
        ));
    }
    if first.is_ascii_digit() {
        return number(rest);
    }
    if first == '\'' || first == '"' {
        return string(rest, first);
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => Ok((TokenKind::Sign(sign), sign.len())),
        None => Err((first.len_utf8(), unexpected(first))),
    }
}

fn unexpected(first: char) -> String {
    match first {
        '!' => "`!` is not part of spile's expressions; write `not`".to_owned(),
        '&' => "`&` is not part of spile's expressions; write `and`".to_owned(),
        '$' => "`$` is not part of spile's expressions; write `response.body`".to_owned(),
        other => format!(
            "`{}` is not part of spile's expressions",
            other.escape_debug()
        ),
    }
}

fn number(rest: &str) -> Lexed {
    let digits = |from: usize| {
        rest.bytes()
            .skip(from)
            .take_while(|byte| byte.is_ascii_digit() || *byte == b'_')
            .count()
    };
    let mut length = digits(0);
    let mut float = false;
    if rest.as_bytes().get(length) == Some(&b'.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
        float = true;
    }
    let after = rest.get(length..).and_then(|after| after.chars().next());
    if let Some(c) = after.filter(|c| *c == '_' || unicode_ident::is_xid_start(*c)) {
        return Err((
            length + c.len_utf8(),
            "a name cannot begin with a digit; write `['…']` for such a key".to_owned(),
        ));
    }
    let written: String = rest.chars().take(length).filter(|c| *c != '_').collect();
    let out_of_range = || (length, format!("`{written}` does not fit in 64 bits"));
    let kind = if float {
        TokenKind::Number(
            written
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
                .ok_or_else(out_of_range)?,
        )
    } else {
        TokenKind::Integer(written.parse().map_err(|_| out_of_range())?)
    };
    Ok((kind, length))
}

fn string(rest: &str, quote: char) -> Lexed {
    let mut value = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 't')) => value.push('\t'),
                Some((_, 'r')) => value.push('\r'),
                Some((_, escaped @ ('\\' | '\'' | '"'))) => value.push(escaped),
                other => {
                    let length = other.map_or(1, |(_, escaped)| 1 + escaped.len_utf8());
                    return Err((
                        at + length,
                        "this text has an unknown escape; known are \\n \\t \\r \\\\ \\' \\\""
                            .to_owned(),
                    ));
                }
            },
            c if c == quote => return Ok((TokenKind::String(value), at + 1)),
            c => value.push(c),
        }
    }
    Err((rest.len(), format!("this text is not closed by `{quote}`")))
}
