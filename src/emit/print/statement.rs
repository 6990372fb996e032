//! Functions and their statements.

use super::{Lines, MARGIN, Printed, Unknown, expression, types};
use crate::emit::layout;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

impl Lines {
    /// A function: its signature is one line, and so is each statement.
    pub(super) fn function(&mut self, head: &[TokenTree], body: TokenStream) -> Printed {
        let head = types::signature(head)?;
        if body.is_empty() {
            self.line(&format!("{head} {{}}"));
            return Ok(());
        }
        self.head(&format!("{head} {{"))?;
        self.block(body)
    }

    /// The statements of a block whose head is written, and its end.
    fn block(&mut self, body: TokenStream) -> Printed {
        self.indent += 4;
        let tokens: Vec<_> = body.into_iter().collect();
        let mut rest = tokens.as_slice();
        while !rest.is_empty() {
            rest = self.statement(rest)?;
        }
        self.indent -= 4;
        self.line("}");
        Ok(())
    }

    /// Writes the first statement, and gives the rest.
    fn statement<'t>(&mut self, tokens: &'t [TokenTree]) -> Result<&'t [TokenTree], Unknown> {
        if let [TokenTree::Ident(word), after @ ..] = tokens {
            if word == "if" {
                return self.condition(after);
            }
            if word == "match" {
                return self.choice(after);
            }
        }
        let end = tokens.iter().position(is_semicolon);
        let (statement, rest) = match end {
            Some(end) => (tokens.get(..end), tokens.get(end + 1..)),
            None => (Some(tokens), Some(&[][..])),
        };
        let (statement, rest) = (statement.ok_or(Unknown)?, rest.ok_or(Unknown)?);
        let text = match statement {
            [TokenTree::Ident(word), declared @ ..] if word == "let" => {
                let (name, value) = types::split_assignment(declared).ok_or(Unknown)?;
                format!(
                    "let {} = {}",
                    types::signature(name)?,
                    expression::text(value)?
                )
            }
            statement => expression::text(statement)?,
        };
        let line = format!("{text}{}", if end.is_some() { ";" } else { "" });
        if self.indent + line.len() > MARGIN && !layout::knows(&line, self.indent) {
            return Err(Unknown);
        }
        self.line(&line);
        Ok(rest)
    }

    /// `if a { … }`
    fn condition<'t>(&mut self, tokens: &'t [TokenTree]) -> Result<&'t [TokenTree], Unknown> {
        let (condition, body, rest) = before_braces(tokens)?;
        self.head(&format!("if {} {{", expression::text(condition)?))?;
        self.block(body)?;
        match rest {
            [TokenTree::Ident(word), ..] if word == "else" => Err(Unknown),
            rest => Ok(rest),
        }
    }

    /// `match a { pattern => value, … }`
    fn choice<'t>(&mut self, tokens: &'t [TokenTree]) -> Result<&'t [TokenTree], Unknown> {
        let (value, body, rest) = before_braces(tokens)?;
        // As the value of something else it is not known here.
        if !rest.is_empty() {
            return Err(Unknown);
        }
        self.head(&format!("match {} {{", expression::text(value)?))?;
        self.indent += 4;
        for arm in super::split_commas(body) {
            let at = arm.iter().position(is_equals).ok_or(Unknown)?;
            let pattern = expression::text(arm.get(..at).ok_or(Unknown)?)?;
            let value = match arm.get(at + 1..) {
                Some([TokenTree::Punct(_), value @ ..]) => expression::text(value)?,
                _ => return Err(Unknown),
            };
            self.head(&format!("{pattern} => {value},"))?;
        }
        self.indent -= 4;
        self.line("}");
        Ok(rest)
    }
}

/// What stands before the first braces, what in them, what after them.
fn before_braces(
    tokens: &[TokenTree],
) -> Result<(&[TokenTree], TokenStream, &[TokenTree]), Unknown> {
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token
            && group.delimiter() == Delimiter::Brace
        {
            let (before, rest) = tokens.split_at_checked(at).ok_or(Unknown)?;
            return Ok((before, group.stream(), rest.get(1..).ok_or(Unknown)?));
        }
    }
    Err(Unknown)
}

fn is_semicolon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';')
}

/// The first half of `=>`.
fn is_equals(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '=' && punct.spacing() == proc_macro2::Spacing::Joint)
}
