//! The tree of an expression, before its names are resolved.

use std::ops::Range;

/// An expression and the bytes of the text that it stands at.
#[derive(Debug, Clone, PartialEq)]
pub struct Ast {
    /// What it is.
    pub kind: AstKind,
    /// Where it stands in the value of the text.
    pub range: Range<usize>,
}

/// Kinds of expressions.
#[derive(Debug, Clone, PartialEq)]
pub enum AstKind {
    /// `'text'`
    String(String),
    /// `100`
    Integer(i64),
    /// `0.5`
    Number(f64),
    /// `true`
    Boolean(bool),
    /// `none`
    Null,
    /// `config.a`, `response.headers['x']`: a name and the steps from it.
    Reference {
        /// The first name.
        root: String,
        /// Where that stands.
        root_range: Range<usize>,
        /// What follows it.
        steps: Vec<Step>,
    },
    /// `not x`
    Not(Box<Ast>),
    /// `-x`
    Negate(Box<Ast>),
    /// `a + b`, `a == b`, `a and b`, …
    Binary(BinaryOperator, Box<Ast>, Box<Ast>),
    /// `a if c else b`; without `else` it is nothing.
    If(Box<Ast>, Box<Ast>, Option<Box<Ast>>),
    /// `x is defined`, `x is not none`
    IsPresent(Box<Ast>),
    /// `x in [a, b]`
    In(Box<Ast>, Vec<Ast>),
}

/// One step of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where it leads.
    pub kind: StepKind,
    /// The name, or all of `[…]`.
    pub range: Range<usize>,
}

/// Where a [`Step`] leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// Into an object: `.a`, `['a']`.
    Key(String),
    /// Into a list: `[0]`.
    Index(usize),
}

/// Operators between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "their names are what they are")]
pub enum BinaryOperator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
}
