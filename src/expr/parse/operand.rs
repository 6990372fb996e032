//! Operands: literals, names with the steps from them, lists, maps, tests.

use std::ops::Range;

use super::Parser;
use crate::expr::Fault;
use crate::expr::ast::{Ast, AstKind, Step, StepKind, TypeTest};
use crate::expr::token::{Token, TokenKind};

impl Parser<'_> {
    /// A value and the steps, subscripts and calls of methods behind it.
    pub(super) fn postfix(&mut self) -> Result<Ast, Fault> {
        let mut value = self.primary()?;
        loop {
            value = if self.sign(".").is_some() {
                self.member(value)?
            } else if let Some(open) = self.sign("[") {
                self.deeper(|parser| parser.subscript(value, &open))?
            } else {
                return Ok(value);
            };
        }
    }

    /// Filters and tests behind a value.
    pub(super) fn filters(&mut self, mut value: Ast) -> Result<Ast, Fault> {
        loop {
            value = if let Some(bar) = self.sign("|") {
                self.filter(value, &bar)?
            } else if self.word("is").is_some() {
                self.test(value)?
            } else {
                return Ok(value);
            };
        }
    }

    /// What stands behind `is`.
    fn test(&mut self, value: Ast) -> Result<Ast, Fault> {
        let not = self.word("not").is_some();
        let Some(token) = self.next() else {
            return Err(
                Fault::syntax(self.end..self.end + 2, "a test is missing before this")
                    .help("write `is defined` or `is none`"),
            );
        };
        let range = value.range.start..token.range.end;
        let TokenKind::Name(name) = &token.kind else {
            return Err(unknown_test(token.range.clone(), "this"));
        };
        let value = Box::new(value);
        let (kind, holds) = match name.as_str() {
            "defined" => (AstKind::IsPresent(value), true),
            "none" | "None" | "undefined" => (AstKind::IsPresent(value), false),
            "string" => (AstKind::Is(value, TypeTest::String), true),
            "number" => (AstKind::Is(value, TypeTest::Number), true),
            "boolean" => (AstKind::Is(value, TypeTest::Boolean), true),
            "true" | "True" | "false" | "False" => {
                let boolean = AstKind::Boolean(matches!(name.as_str(), "true" | "True"));
                let boolean = Ast {
                    kind: boolean,
                    range: token.range.clone(),
                };
                let operator = super::BinaryOperator::Equal;
                (AstKind::Binary(operator, value, Box::new(boolean)), true)
            }
            _ => return Err(unknown_test(token.range.clone(), name)),
        };
        let test = Ast {
            kind,
            range: range.clone(),
        };
        if holds != not {
            return Ok(test);
        }
        Ok(Ast {
            kind: AstKind::Not(Box::new(test)),
            range,
        })
    }

    fn primary(&mut self) -> Result<Ast, Fault> {
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
                _ if self.at_sign("(") => return self.function(name, range),
                _ => AstKind::Reference {
                    root: name.clone(),
                    root_range: range.clone(),
                    steps: Vec::new(),
                },
            },
            TokenKind::Sign("(") => {
                let inner = self.ternary()?;
                let close = self.expect(")", "a parenthesis is open")?;
                return Ok(Ast {
                    kind: inner.kind,
                    range: range.start..close.end,
                });
            }
            TokenKind::Sign("[") => return self.deeper(|parser| parser.list(&range)),
            TokenKind::Sign("{") => return self.deeper(|parser| parser.map(&range)),
            TokenKind::Sign(_) => return Err(self.unexpected(token)),
        };
        Ok(Ast { kind, range })
    }

    /// `[a, b]`
    fn list(&mut self, open: &Range<usize>) -> Result<Ast, Fault> {
        let mut items = Vec::new();
        let close = loop {
            if let Some(close) = self.sign("]") {
                break close;
            }
            items.push(self.ternary()?);
            if self.sign(",").is_none() {
                break self.expect("]", "the list ends with it")?;
            }
        };
        Ok(Ast {
            kind: AstKind::List(items),
            range: open.start..close.end,
        })
    }

    /// `{'a': b}`
    fn map(&mut self, open: &Range<usize>) -> Result<Ast, Fault> {
        let mut entries = Vec::new();
        let close = loop {
            if let Some(close) = self.sign("}") {
                break close;
            }
            let key = self.ternary()?;
            self.expect(":", "a value follows the key of a map")?;
            entries.push((key, self.ternary()?));
            if self.sign(",").is_none() {
                break self.expect("}", "the map ends with it")?;
            }
        };
        Ok(Ast {
            kind: AstKind::Map(entries),
            range: open.start..close.end,
        })
    }

    /// The name behind `.`: a key, or a method.
    fn member(&mut self, value: Ast) -> Result<Ast, Fault> {
        match self.next() {
            Some(Token {
                kind: TokenKind::Name(name),
                range,
            }) if self.at_sign("(") => self.method(value, name, range.clone()),
            Some(Token {
                kind: TokenKind::Name(name),
                range,
            }) => Ok(stepped(
                value,
                Step {
                    kind: StepKind::Key(name.clone()),
                    range: range.clone(),
                },
            )),
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

    /// What stands between `[` and `]`: a key, a number, a part of a text or list.
    fn subscript(&mut self, value: Ast, open: &Range<usize>) -> Result<Ast, Fault> {
        let from = if self.at_sign(":") {
            None
        } else {
            Some(self.ternary()?)
        };
        let to = match self.sign(":") {
            None => None,
            Some(_) if self.at_sign("]") => Some(None),
            Some(_) => Some(Some(Box::new(self.ternary()?))),
        };
        let close = self.expect("]", "a bracket is open")?;
        let range = open.start..close.end;
        let whole = value.range.start..close.end;
        match (from, to) {
            (from, Some(to)) => Ok(Ast {
                kind: AstKind::Slice(Box::new(value), from.map(Box::new), to),
                range: whole,
            }),
            (Some(index), None) => match step(&index)? {
                // Of what is computed, a number takes an item.
                Some(StepKind::Index(_)) if !matches!(value.kind, AstKind::Reference { .. }) => {
                    Ok(Ast {
                        kind: AstKind::Item(Box::new(value), Box::new(index)),
                        range: whole,
                    })
                }
                Some(kind) => Ok(stepped(value, Step { kind, range })),
                None => Ok(Ast {
                    kind: AstKind::Item(Box::new(value), Box::new(index)),
                    range: whole,
                }),
            },
            (None, None) => Err(Fault::syntax(
                close,
                "between `[` and `]` stands a quoted key or a number",
            )),
        }
    }
}

/// The step that a literal between brackets is.
fn step(index: &Ast) -> Result<Option<StepKind>, Fault> {
    match &index.kind {
        AstKind::String(key) => Ok(Some(StepKind::Key(key.clone()))),
        AstKind::Integer(number) if *number >= 0 => usize::try_from(*number)
            .ok()
            .filter(|index| *index < 10_000)
            .map(|index| Some(StepKind::Index(index)))
            .ok_or_else(|| Fault::syntax(index.range.clone(), "no list has so many items")),
        _ => Ok(None),
    }
}

/// One step further from a name, or a part of another value.
pub(super) fn stepped(value: Ast, step: Step) -> Ast {
    let range = value.range.start..step.range.end;
    let kind = match value.kind {
        AstKind::Reference {
            root,
            root_range,
            mut steps,
        } => {
            steps.push(step);
            AstKind::Reference {
                root,
                root_range,
                steps,
            }
        }
        kind => AstKind::Part(
            Box::new(Ast {
                kind,
                range: value.range,
            }),
            step,
        ),
    };
    Ast { kind, range }
}

fn unknown_test(range: Range<usize>, name: &str) -> Fault {
    Fault::syntax(
        range,
        format!("`is {name}` is no test of spile's expressions"),
    )
    .help("there are `is defined`, `is none`, `is true`, `is false`, `is string`, `is number`, `is boolean` and their `is not`")
}
