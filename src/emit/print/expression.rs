//! Expressions on one line.

use super::{Unknown, push, types};
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// Signs between two operands.
const BETWEEN: [&str; 13] = [
    "==", "!=", "<=", ">=", "&&", "||", "=", "+=", "+", "-", "*", "<", ">",
];

/// Words that begin what is not known here.
const SPECIAL: [&str; 12] = [
    "if", "match", "move", "async", "unsafe", "loop", "for", "while", "as", "in", "else", "let",
];

/// An expression.
pub fn text(tokens: &[TokenTree]) -> Result<String, Unknown> {
    let mut writer = Writer {
        text: String::new(),
        operand: false,
    };
    writer.write(tokens)?;
    Ok(writer.text)
}

struct Writer {
    text: String,
    /// Whether what was written last is a value.
    operand: bool,
}

impl Writer {
    fn write(&mut self, tokens: &[TokenTree]) -> Result<(), Unknown> {
        let mut rest = tokens;
        while let [token, after @ ..] = rest {
            rest = after;
            match token {
                TokenTree::Ident(word) => {
                    if self.operand {
                        return Err(Unknown);
                    }
                    let before = self.text.len();
                    push(&mut self.text, word);
                    let word = self.text.get(before..).unwrap_or_default();
                    if SPECIAL.contains(&word) {
                        return Err(Unknown);
                    }
                    if matches!(word, "return" | "mut") {
                        if !rest.is_empty() {
                            self.text.push(' ');
                        }
                    } else {
                        self.operand = true;
                    }
                }
                TokenTree::Literal(literal) => {
                    if self.operand && !self.text.ends_with('.') {
                        return Err(Unknown);
                    }
                    push(&mut self.text, literal);
                    self.operand = true;
                }
                TokenTree::Group(group) => self.group(group)?,
                TokenTree::Punct(_) => {
                    let (sign, after) = sign(token, rest);
                    rest = after;
                    rest = self.sign(&sign, rest)?;
                }
            }
        }
        Ok(())
    }

    fn group(&mut self, group: &proc_macro2::Group) -> Result<(), Unknown> {
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ('(', ')'),
            Delimiter::Bracket => ('[', ']'),
            Delimiter::Brace | Delimiter::None => return Err(Unknown),
        };
        self.text.push(open);
        let items = commas(group.stream());
        let one_of_a_tuple =
            open == '(' && !self.operand && items.len() == 1 && ends_with_comma(group.stream());
        if one_of_a_tuple {
            return Err(Unknown);
        }
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            self.operand = false;
            self.write(item)?;
        }
        self.text.push(close);
        self.operand = true;
        Ok(())
    }

    fn sign<'t>(&mut self, sign: &str, rest: &'t [TokenTree]) -> Result<&'t [TokenTree], Unknown> {
        match sign {
            "." => {
                self.text.push('.');
                self.operand = false;
            }
            "?" if self.operand => self.text.push('?'),
            "::" => {
                self.text.push_str("::");
                self.operand = false;
                if matches!(rest, [TokenTree::Punct(open), ..] if open.as_char() == '<') {
                    return self.turbofish(rest);
                }
            }
            // A macro: a value follows the name.
            "!" if self.operand => {
                let known = ["vec", "format", "matches"];
                let is_known = known.iter().any(|name| self.text.ends_with(name));
                let [TokenTree::Group(group), ..] = rest else {
                    return Err(Unknown);
                };
                let is_plain = group.delimiter() != Delimiter::Brace && is_known;
                if !is_plain || self.text.ends_with("matches") {
                    return Err(Unknown);
                }
                self.text.push('!');
            }
            "!" | "&" | "*" | "-" if !self.operand => self.text.push_str(sign),
            "|" | "||" if !self.operand => return self.closure(sign, rest),
            sign if self.operand && BETWEEN.contains(&sign) => {
                let generic = sign == "<"
                    && last_word(&self.text).starts_with(|c: char| c.is_ascii_uppercase());
                if generic {
                    return Err(Unknown);
                }
                self.text.extend([" ", sign, " "]);
                self.operand = false;
            }
            _ => return Err(Unknown),
        }
        Ok(rest)
    }

    /// `::<Type>`
    fn turbofish<'t>(&mut self, rest: &'t [TokenTree]) -> Result<&'t [TokenTree], Unknown> {
        let mut depth = 0_i32;
        for (at, token) in rest.iter().enumerate() {
            if let TokenTree::Punct(punct) = token {
                match punct.as_char() {
                    '<' => depth += 1,
                    '>' => depth -= 1,
                    _ => {}
                }
            }
            if depth == 0 {
                let (inner, after) = rest.split_at_checked(at + 1).ok_or(Unknown)?;
                self.text.push_str(&types::signature(inner)?);
                self.operand = true;
                return Ok(after);
            }
        }
        Err(Unknown)
    }

    /// `|a, b| value`; a block is not known here.
    fn closure<'t>(
        &mut self,
        sign: &str,
        rest: &'t [TokenTree],
    ) -> Result<&'t [TokenTree], Unknown> {
        if sign == "||" {
            self.text.push_str("|| ");
            return Ok(rest);
        }
        let end = rest
            .iter()
            .position(|token| matches!(token, TokenTree::Punct(bar) if bar.as_char() == '|'));
        let (params, after) = rest.split_at_checked(end.ok_or(Unknown)?).ok_or(Unknown)?;
        let params: TokenStream = params.iter().cloned().collect();
        let mut texts = Vec::new();
        for param in commas(params) {
            texts.push(text(&param)?);
        }
        self.text.push_str(&format!("|{}| ", texts.join(", ")));
        after.get(1..).ok_or(Unknown)
    }
}

fn last_word(text: &str) -> &str {
    text.rsplit(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
        .unwrap_or_default()
}

/// A sign of one or several characters, and what comes after it.
fn sign<'t>(first: &TokenTree, rest: &'t [TokenTree]) -> (String, &'t [TokenTree]) {
    let mut sign = String::new();
    let mut rest = rest;
    let mut token = first;
    while let TokenTree::Punct(punct) = token {
        sign.push(punct.as_char());
        match rest {
            [next @ TokenTree::Punct(_), after @ ..] if punct.spacing() == Spacing::Joint => {
                (token, rest) = (next, after);
            }
            _ => break,
        }
    }
    (sign, rest)
}

/// What commas separate; those between the bars of a closure and in brackets of types stand with what they belong to.
fn commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut items = vec![Vec::new()];
    let (mut bars, mut depth, mut path) = (0_usize, 0_i32, false);
    for token in tokens {
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '|' => bars += 1,
                '<' if path || depth > 0 => depth += 1,
                '>' if depth > 0 => depth -= 1,
                ',' if depth == 0 && bars.is_multiple_of(2) => {
                    items.push(Vec::new());
                    continue;
                }
                _ => {}
            }
            path = punct.as_char() == ':';
        } else {
            path = false;
        }
        if let Some(item) = items.last_mut() {
            item.push(token);
        }
    }
    items.retain(|item| !item.is_empty());
    items
}

fn ends_with_comma(tokens: TokenStream) -> bool {
    matches!(tokens.into_iter().last(), Some(TokenTree::Punct(punct)) if punct.as_char() == ',')
}
