//! Types, signatures and attributes: where `<` is a bracket, and nothing is computed.

use super::{Unknown, push};
use proc_macro2::{Delimiter, Spacing, TokenTree};

/// A type, a field, or the head of an item.
pub fn signature(tokens: &[TokenTree]) -> Result<String, Unknown> {
    let mut text = String::new();
    write(tokens, &mut text)?;
    Ok(text)
}

fn write(tokens: &[TokenTree], text: &mut String) -> Result<(), Unknown> {
    let (mut lifetime, mut after_lifetime) = (false, false);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) => {
                let apart = text.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ')');
                // `impl<'a> Trait`, but `Vec<T>` stands alone.
                let after_generics = text.ends_with('>') && !text.ends_with("->");
                if !lifetime && (apart || after_generics) {
                    text.push(' ');
                }
                push(text, word);
                after_lifetime = lifetime;
                lifetime = false;
                continue;
            }
            TokenTree::Literal(literal) => {
                if text.ends_with(|c: char| c.is_alphanumeric()) {
                    return Err(Unknown);
                }
                push(text, literal);
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                '\'' => {
                    if text.ends_with(|c: char| c.is_alphanumeric()) {
                        text.push(' ');
                    }
                    text.push('\'');
                    lifetime = true;
                }
                ':' if punct.spacing() == Spacing::Joint => text.push(':'),
                // The second of `::`, or one that stands before a type.
                ':' => text.push_str(if text.ends_with(':') && joint(tokens, at) {
                    ":"
                } else {
                    ": "
                }),
                '-' if punct.spacing() == Spacing::Joint => text.push_str(" -"),
                '>' if text.ends_with(" -") => text.push_str("> "),
                '<' | '>' | '&' => text.push(punct.as_char()),
                ',' => text.push_str(", "),
                '+' => text.push_str(" + "),
                ';' => text.push_str("; "),
                _ => return Err(Unknown),
            },
            TokenTree::Group(group) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ('(', ')'),
                    Delimiter::Bracket => ('[', ']'),
                    Delimiter::Brace | Delimiter::None => return Err(Unknown),
                };
                let restricts = text.ends_with("pub");
                if after_lifetime || text.ends_with("mut") {
                    text.push(' ');
                }
                text.push(open);
                write(&inner, text)?;
                // A trailing comma is dropped.
                if text.ends_with(", ") {
                    text.truncate(text.len() - 2);
                }
                text.push(close);
                if restricts {
                    text.push(' ');
                }
            }
        }
        after_lifetime = false;
    }
    Ok(())
}

/// Whether the token before is the first half of `::`.
fn joint(tokens: &[TokenTree], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    matches!(before, Some(TokenTree::Punct(punct)) if punct.as_char() == ':' && punct.spacing() == Spacing::Joint)
}

/// What stands between the brackets of an attribute.
pub fn attribute(tokens: &[TokenTree]) -> Result<String, Unknown> {
    let mut text = String::new();
    for token in tokens {
        match token {
            TokenTree::Ident(word) => push(&mut text, word),
            TokenTree::Literal(literal) => push(&mut text, literal),
            TokenTree::Punct(punct) => match punct.as_char() {
                '=' => text.push_str(" = "),
                ',' => text.push_str(", "),
                ':' => text.push(':'),
                _ => return Err(Unknown),
            },
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                let inner = attribute(&inner)?;
                text.push_str(&format!("({})", inner.trim_end_matches(", ")));
            }
            TokenTree::Group(_) => return Err(Unknown),
        }
    }
    Ok(text)
}

/// What stands before and after the first `=` that is no part of another sign.
pub fn split_assignment(tokens: &[TokenTree]) -> Option<(&[TokenTree], &[TokenTree])> {
    let at = tokens.iter().position(|token| {
        matches!(token, TokenTree::Punct(punct) if punct.as_char() == '=' && punct.spacing() == Spacing::Alone)
    })?;
    // `==`, `<=` and the like end with an `=` that stands alone.
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    if matches!(before, Some(TokenTree::Punct(punct)) if punct.spacing() == Spacing::Joint) {
        return None;
    }
    Some((tokens.get(..at)?, tokens.get(at + 1..)?))
}
