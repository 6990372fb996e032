//! Operands: literals, references, tests.

use std::ops::Range;

use super::Parser;
use crate::diagnostic::Code;
use crate::expr::Fault;
use crate::expr::ast::{Ast, AstKind, Step, StepKind};
use crate::expr::token::{Token, TokenKind};

impl Parser<'_> {
    pub(super) fn postfix(&mut self) -> Result<Ast, Fault> {
        let mut value = self.primary()?;
        while self.word("is").is_some() {
            value = self.test(value)?;
        }
        if let Some(bar) = self.sign("|") {
            return Err(self.filter(bar));
        }
        Ok(value)
    }

    /// What stands behind `is`.
    pub(super) fn test(&mut self, value: Ast) -> Result<Ast, Fault> {
        let not = self.word("not").is_some();
        let Some(token) = self.next() else {
            return Err(
                Fault::syntax(self.end..self.end + 2, "a test is missing before this")
                    .help("write `is defined` or `is none`"),
            );
        };
        let range = value.range.start..token.range.end;
        let present = match &token.kind {
            TokenKind::Name(name) => match name.as_str() {
                "defined" => true,
                "none" | "None" | "undefined" => false,
                _ => return Err(unknown_test(token.range.clone(), name)),
            },
            _ => return Err(unknown_test(token.range.clone(), "this")),
        };
        let is_present = Ast {
            kind: AstKind::IsPresent(Box::new(value)),
            range: range.clone(),
        };
        if present == not {
            Ok(Ast {
                kind: AstKind::Not(Box::new(is_present)),
                range,
            })
        } else {
            Ok(is_present)
        }
    }

    /// Filters are not part of the language; says so under the filter's name.
    pub(super) fn filter(&mut self, bar: Range<usize>) -> Fault {
        match self.peek() {
            Some(Token {
                kind: TokenKind::Name(name),
                range,
            }) => {
                let fault = Fault::syntax(
                    range.clone(),
                    format!("the filter `{name}` is not part of spile's expressions"),
                );
                if name == "default" || name == "d" {
                    fault.help(
                        "give the `config` field a `default`, or write `x if x is not none else y`",
                    )
                } else {
                    fault
                }
            }
            _ => Fault::syntax(bar, "filters are not part of spile's expressions"),
        }
    }

    pub(super) fn primary(&mut self) -> Result<Ast, Fault> {
        let Some(token) = self.next() else {
            return Err(Fault::syntax(
                self.end..self.end + 2,
                "a value is missing before this",
            ));
        };
        let range = token.range.clone();
        let kind = match &token.kind {
            TokenKind::String(value) => AstKind::String(value.clone()),
            TokenKind::Integer(value) => AstKind::Integer(*value),
            TokenKind::Number(value) => AstKind::Number(*value),
            TokenKind::Name(name) => match name.as_str() {
                "true" | "True" => AstKind::Boolean(true),
                "false" | "False" => AstKind::Boolean(false),
                "none" | "None" | "null" => AstKind::Null,
                "and" | "or" | "not" | "if" | "else" | "is" | "in" => {
                    return Err(Fault::syntax(
                        range,
                        format!("a value is missing before `{name}`"),
                    ));
                }
                _ => return self.reference(name, range),
            },
            TokenKind::Sign("(") => {
                let inner = self.ternary()?;
                let close = self.expect(")", "a parenthesis is open")?;
                return Ok(Ast {
                    kind: inner.kind,
                    range: range.start..close.end,
                });
            }
            TokenKind::Sign("[" | "{") => {
                return Err(Fault::syntax(
                    range,
                    "lists and maps are not part of spile's expressions, but for `x in [a, b]`",
                ));
            }
            TokenKind::Sign(_) => return Err(self.unexpected(token)),
        };
        Ok(Ast { kind, range })
    }

    pub(super) fn reference(&mut self, root: &str, root_range: Range<usize>) -> Result<Ast, Fault> {
        let mut steps: Vec<Step> = Vec::new();
        loop {
            if self.sign(".").is_some() {
                steps.push(self.member()?);
            } else if let Some(open) = self.sign("[") {
                steps.push(self.subscript(&open)?);
            } else if let Some(open) = self.sign("(") {
                return Err(call(root, &root_range, steps.last(), open));
            } else {
                break;
            }
        }
        let range = root_range.start..steps.last().map_or(root_range.end, |step| step.range.end);
        Ok(Ast {
            kind: AstKind::Reference {
                root: root.to_owned(),
                root_range,
                steps,
            },
            range,
        })
    }

    pub(super) fn member(&mut self) -> Result<Step, Fault> {
        match self.next() {
            Some(Token {
                kind: TokenKind::Name(name),
                range,
            }) => Ok(Step {
                kind: StepKind::Key(name.clone()),
                range: range.clone(),
            }),
            Some(token) => Err(
                Fault::syntax(token.range.clone(), "a name is missing behind `.`")
                    .help("write `['…']` for a key that is no name, `[0]` for an item of a list"),
            ),
            None => Err(Fault::syntax(
                self.end..self.end + 2,
                "a name is missing before this",
            )),
        }
    }

    pub(super) fn subscript(&mut self, open: &Range<usize>) -> Result<Step, Fault> {
        let kind = match self.next() {
            Some(Token {
                kind: TokenKind::String(key),
                ..
            }) => StepKind::Key(key.clone()),
            Some(Token {
                kind: TokenKind::Integer(index),
                range,
            }) => {
                let too_large = || Fault::syntax(range.clone(), "no list has so many items");
                StepKind::Index(
                    usize::try_from(*index)
                        .ok()
                        .filter(|index| *index < 10_000)
                        .ok_or_else(too_large)?,
                )
            }
            Some(Token {
                kind: TokenKind::Sign("-"),
                range,
            }) => {
                return Err(Fault::syntax(
                    range.clone(),
                    "items are counted from the start of a list only",
                ));
            }
            Some(token) => {
                return Err(Fault::syntax(
                    token.range.clone(),
                    "between `[` and `]` stands a quoted key or a number",
                ));
            }
            None => {
                return Err(Fault::syntax(
                    self.end..self.end + 2,
                    "`]` is missing before this",
                ));
            }
        };
        let close = self.expect("]", "a bracket is open")?;
        Ok(Step {
            kind,
            range: open.start..close.end,
        })
    }
}

pub(super) fn unknown_test(range: Range<usize>, name: &str) -> Fault {
    Fault::syntax(
        range,
        format!("`is {name}` is no test of spile's expressions"),
    )
    .help("there are `is defined`, `is none` and their `is not`")
}

/// A call of a function or method: none is compiled.
pub(super) fn call(
    root: &str,
    root_range: &Range<usize>,
    last: Option<&Step>,
    open: Range<usize>,
) -> Fault {
    const LATER: [&str; 3] = ["now", "today", "duration"];
    match last {
        Some(step) => Fault::syntax(
            step.range.start..open.end,
            "methods are not part of spile's expressions",
        ),
        None if LATER.contains(&root) => Fault::new(
            Code::NotSupportedYet,
            root_range.clone(),
            format!("the function `{root}` is not supported yet"),
        ),
        None => {
            let fault = Fault::new(
                Code::UnknownReference,
                root_range.clone(),
                format!("there is no function `{root}`"),
            );
            if matches!(root, "env" | "env_var" | "getenv" | "secret") {
                fault.help("declare the value under `config` and write `config.NAME`; its user gives it by environment variable, file or code")
            } else {
                fault
            }
        }
    }
}
