//! Tokens → tree, with Jinja's precedence: `if`, `or`, `and`, `not`, comparisons, `+ -`, `~`, `* / // %`,
//! `-x`, then filters, `is` and steps.

mod call;
mod operand;

use std::ops::Range;

use super::Fault;
use super::ast::{Ast, AstKind, BinaryOperator};
use super::token::{Token, TokenKind};

/// Deepest nesting of parentheses, `not` and `if`.
const MAX_DEPTH: usize = 40;

/// Parses all tokens of one expression; `braces` is the whole of `{{ … }}`.
pub(super) fn parse(tokens: &[Token], braces: Range<usize>) -> Result<Ast, Fault> {
    if tokens.is_empty() {
        return Err(
            Fault::syntax(braces, "there is nothing between `{{` and `}}`")
                .help("two braces as text are `{{ '{{' }}`"),
        );
    }
    let mut parser = Parser {
        tokens,
        at: 0,
        end: braces.end.saturating_sub(2),
        depth: 0,
    };
    let ast = parser.ternary()?;
    match parser.peek() {
        None => Ok(ast),
        Some(token) => Err(parser.unexpected(token)),
    }
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    end: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<&'t Token> {
        let token = self.peek();
        self.at += 1;
        token
    }

    /// Takes the sign if it comes next, and gives its place.
    fn sign(&mut self, sign: &str) -> Option<Range<usize>> {
        let token = self
            .peek()
            .filter(|token| matches!(token.kind, TokenKind::Sign(found) if found == sign))?;
        self.at += 1;
        Some(token.range.clone())
    }

    /// Takes the word if it comes next, and gives its place.
    fn word(&mut self, word: &str) -> Option<Range<usize>> {
        let token = self
            .peek()
            .filter(|token| matches!(&token.kind, TokenKind::Name(name) if name == word))?;
        self.at += 1;
        Some(token.range.clone())
    }

    fn expect(&mut self, sign: &str, what: &str) -> Result<Range<usize>, Fault> {
        match self.sign(sign) {
            Some(range) => Ok(range),
            None => Err(match self.peek() {
                Some(token) => Fault::syntax(
                    token.range.clone(),
                    format!("`{sign}` is missing before this: {what}"),
                ),
                None => Fault::syntax(
                    self.end..self.end + 2,
                    format!("`{sign}` is missing before this: {what}"),
                ),
            }),
        }
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.depth == MAX_DEPTH {
            let range = self
                .peek()
                .map_or(self.end..self.end, |token| token.range.clone());
            return Err(Fault::syntax(
                range,
                format!("this expression is nested more than {MAX_DEPTH} deep"),
            ));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn ternary(&mut self) -> Result<Ast, Fault> {
        self.deeper(|parser| {
            let value = parser.or()?;
            if parser.word("if").is_none() {
                return Ok(value);
            }
            let condition = parser.or()?;
            let otherwise = match parser.word("else") {
                Some(_) => Some(Box::new(parser.ternary()?)),
                None => None,
            };
            let end = otherwise
                .as_ref()
                .map_or(condition.range.end, |otherwise| otherwise.range.end);
            let range = value.range.start..end;
            Ok(Ast {
                kind: AstKind::If(Box::new(value), Box::new(condition), otherwise),
                range,
            })
        })
    }

    fn or(&mut self) -> Result<Ast, Fault> {
        let mut left = self.and()?;
        while self.word("or").is_some() {
            left = binary(BinaryOperator::Or, left, self.and()?);
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Ast, Fault> {
        let mut left = self.not()?;
        while self.word("and").is_some() {
            left = binary(BinaryOperator::And, left, self.not()?);
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Ast, Fault> {
        match self.word("not") {
            None => self.comparison(),
            Some(start) => self.deeper(|parser| {
                let operand = parser.not()?;
                Ok(negated(operand, start.start))
            }),
        }
    }

    fn comparison(&mut self) -> Result<Ast, Fault> {
        let left = self.sum()?;
        if self.word("in").is_some() {
            return self.within(left);
        }
        if self.peek_words("not", "in") {
            self.at += 2;
            let start = left.range.start;
            return Ok(negated(self.within(left)?, start));
        }
        let Some(operator) = self.comparison_operator() else {
            return Ok(left);
        };
        let right = self.sum()?;
        if let Some(token) = self.peek()
            && self.comparison_operator().is_some()
        {
            return Err(
                Fault::syntax(token.range.clone(), "comparisons cannot be chained")
                    .help("join two with `and`"),
            );
        }
        Ok(binary(operator, left, right))
    }

    fn comparison_operator(&mut self) -> Option<BinaryOperator> {
        let TokenKind::Sign(sign) = self.peek()?.kind else {
            return None;
        };
        let operator = match sign {
            "==" => BinaryOperator::Equal,
            "!=" => BinaryOperator::NotEqual,
            "<" => BinaryOperator::Less,
            "<=" => BinaryOperator::LessOrEqual,
            ">" => BinaryOperator::Greater,
            ">=" => BinaryOperator::GreaterOrEqual,
            _ => return None,
        };
        self.at += 1;
        Some(operator)
    }

    /// What stands behind `in`.
    fn within(&mut self, left: Ast) -> Result<Ast, Fault> {
        let right = self.sum()?;
        let range = left.range.start..right.range.end;
        Ok(Ast {
            kind: AstKind::In(Box::new(left), Box::new(right)),
            range,
        })
    }

    fn sum(&mut self) -> Result<Ast, Fault> {
        self.chain(
            &[("+", BinaryOperator::Add), ("-", BinaryOperator::Subtract)],
            Self::concatenation,
        )
    }

    fn concatenation(&mut self) -> Result<Ast, Fault> {
        self.chain(&[("~", BinaryOperator::Concat)], Self::product)
    }

    fn product(&mut self) -> Result<Ast, Fault> {
        let operators = [
            ("*", BinaryOperator::Multiply),
            ("//", BinaryOperator::FloorDivide),
            ("/", BinaryOperator::Divide),
            ("%", BinaryOperator::Remainder),
        ];
        self.chain(&operators, Self::unary)
    }

    /// Operands with operators between them, from the left.
    fn chain(
        &mut self,
        operators: &[(&str, BinaryOperator)],
        operand: fn(&mut Self) -> Result<Ast, Fault>,
    ) -> Result<Ast, Fault> {
        let mut left = operand(self)?;
        loop {
            let found = operators.iter().find(|(sign, _)| self.sign(sign).is_some());
            let Some((_, operator)) = found else {
                return Ok(left);
            };
            left = binary(*operator, left, operand(self)?);
        }
    }

    fn unary(&mut self) -> Result<Ast, Fault> {
        let value = self.negation()?;
        self.filters(value)
    }

    fn negation(&mut self) -> Result<Ast, Fault> {
        let Some(start) = self.sign("-") else {
            return self.postfix();
        };
        self.deeper(|parser| {
            let operand = parser.negation()?;
            let range = start.start..operand.range.end;
            let kind = match operand.kind {
                AstKind::Integer(value) => AstKind::Integer(-value),
                AstKind::Number(value) => AstKind::Number(-value),
                _ => AstKind::Negate(Box::new(operand)),
            };
            Ok(Ast { kind, range })
        })
    }

    fn peek_words(&self, first: &str, second: &str) -> bool {
        let is = |at: usize, word: &str| {
            self.tokens
                .get(at)
                .is_some_and(|token| matches!(&token.kind, TokenKind::Name(name) if name == word))
        };
        is(self.at, first) && is(self.at + 1, second)
    }

    fn unexpected(&self, token: &Token) -> Fault {
        let range = token.range.clone();
        match &token.kind {
            TokenKind::Sign("**") => Fault::syntax(
                range,
                "`**` is not part of spile's expressions; of arithmetic there is `+`, `-`, `*`, `/`, `//` and `%`",
            ),
            TokenKind::Sign("=") => Fault::syntax(
                range,
                "`=` is not part of spile's expressions; a comparison is `==`",
            ),
            TokenKind::Sign("}") => Fault::syntax(range, "a single `}` stands here")
                .help("an expression ends with `}}`"),
            TokenKind::Sign(sign) => Fault::syntax(range, format!("`{sign}` makes no sense here")),
            TokenKind::Name(name) => Fault::syntax(range, format!("`{name}` makes no sense here"))
                .help("between two values stands an operator"),
            TokenKind::String(_) | TokenKind::Integer(_) | TokenKind::Number(_) => {
                Fault::syntax(range, "an operator is missing before this value")
            }
        }
    }
}

fn binary(operator: BinaryOperator, left: Ast, right: Ast) -> Ast {
    let range = left.range.start..right.range.end;
    Ast {
        kind: AstKind::Binary(operator, Box::new(left), Box::new(right)),
        range,
    }
}

fn negated(operand: Ast, start: usize) -> Ast {
    let range = start..operand.range.end;
    Ast {
        kind: AstKind::Not(Box::new(operand)),
        range,
    }
}
