//! Calls: `now()`, `x.lower()`, `x | lower`.

use std::ops::Range;

use super::Parser;
use super::operand::stepped;
use crate::expr::Fault;
use crate::expr::ast::{Argument, Ast, AstKind, Call, Notation, Step, StepKind};
use crate::expr::token::{Token, TokenKind};

impl Parser<'_> {
    /// Whether the sign comes next.
    pub(super) fn at_sign(&self, sign: &str) -> bool {
        self.peek()
            .is_some_and(|token| matches!(token.kind, TokenKind::Sign(found) if found == sign))
    }

    /// `now()`, at its parenthesis.
    pub(super) fn function(&mut self, name: &str, range: Range<usize>) -> Result<Ast, Fault> {
        let start = range.start;
        let (arguments, end) = self.arguments()?;
        Ok(call(
            (Notation::Function, name, range),
            None,
            arguments,
            start..end,
        ))
    }

    /// `x.lower()`, at its parenthesis. `x.get('a')` is `x.a`, `x.get('a', b)` is `x.a | default(b)`.
    pub(super) fn method(
        &mut self,
        value: Ast,
        name: &str,
        range: Range<usize>,
    ) -> Result<Ast, Fault> {
        let start = value.range.start;
        let (arguments, end) = self.arguments()?;
        let mut rest = arguments.into_iter();
        let arguments = match rest.next() {
            Some(Argument {
                name: None,
                value:
                    Ast {
                        kind: AstKind::String(key),
                        range: key_range,
                    },
            }) if name == "get" && rest.len() < 2 => {
                let step = Step {
                    kind: StepKind::Key(key),
                    range: key_range,
                };
                let mut found = stepped(value, step);
                found.range = start..end;
                let Some(otherwise) = rest.next() else {
                    return Ok(found);
                };
                // A way through an object that may be absent is written with an empty one in its place.
                if matches!(&otherwise.value.kind, AstKind::Map(entries) if entries.is_empty()) {
                    return Ok(found);
                }
                let called = (Notation::Filter, "default", range);
                return Ok(call(called, Some(found), vec![otherwise], start..end));
            }
            first => first.into_iter().chain(rest).collect(),
        };
        let called = (Notation::Method, name, range);
        Ok(call(called, Some(value), arguments, start..end))
    }

    /// `x | lower`, behind its bar.
    pub(super) fn filter(&mut self, value: Ast, bar: &Range<usize>) -> Result<Ast, Fault> {
        let Some(Token {
            kind: TokenKind::Name(name),
            range,
        }) = self.next()
        else {
            return Err(Fault::syntax(
                bar.clone(),
                "the name of a filter is missing behind `|`",
            ));
        };
        let start = value.range.start;
        let (arguments, end) = if self.at_sign("(") {
            self.arguments()?
        } else {
            (Vec::new(), range.end)
        };
        let called = (Notation::Filter, name.as_str(), range.clone());
        Ok(call(called, Some(value), arguments, start..end))
    }

    /// What stands in parentheses, and where they end.
    fn arguments(&mut self) -> Result<(Vec<Argument>, usize), Fault> {
        self.expect("(", "a call has parentheses")?;
        self.deeper(|parser| {
            let mut arguments = Vec::new();
            loop {
                if let Some(close) = parser.sign(")") {
                    return Ok((arguments, close.end));
                }
                let name = parser.argument_name();
                let value = parser.ternary()?;
                arguments.push(Argument { name, value });
                if parser.sign(",").is_none() {
                    let close = parser.expect(")", "a parenthesis is open")?;
                    return Ok((arguments, close.end));
                }
            }
        })
    }

    /// `format=` before an argument.
    fn argument_name(&mut self) -> Option<(String, Range<usize>)> {
        let Token {
            kind: TokenKind::Name(name),
            range,
        } = self.peek()?
        else {
            return None;
        };
        let next = self.tokens.get(self.at + 1)?;
        if next.kind != TokenKind::Sign("=") {
            return None;
        }
        self.at += 2;
        Some((name.clone(), range.clone()))
    }
}

fn call(
    (notation, name, name_range): (Notation, &str, Range<usize>),
    subject: Option<Ast>,
    arguments: Vec<Argument>,
    range: Range<usize>,
) -> Ast {
    Ast {
        kind: AstKind::Call(Call {
            notation,
            name: name.to_owned(),
            name_range,
            subject: subject.map(Box::new),
            arguments,
        }),
        range,
    }
}
