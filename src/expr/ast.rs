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
    /// `x is string`, `x is number`, `x is boolean`
    Is(Box<Ast>, TypeTest),
    /// `x in y`: a list, or a text.
    In(Box<Ast>, Box<Ast>),
    /// `[a, b]`
    List(Vec<Ast>),
    /// `{'a': b}`
    Map(Vec<(Ast, Ast)>),
    /// `now()`, `x.lower()`, `x | lower`
    Call(Call),
    /// `x[-1]`, `x[n]`: one item of a value that is no mere name, or counted from the end.
    Item(Box<Ast>, Box<Ast>),
    /// `x[1:4]`
    Slice(Box<Ast>, Option<Box<Ast>>, Option<Box<Ast>>),
    /// `.a` of a value that is no mere name.
    Part(Box<Ast>, Step),
}

/// A call of a function, a method or a filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// How it is written.
    pub notation: Notation,
    /// What is called.
    pub name: String,
    /// Where the name stands.
    pub name_range: Range<usize>,
    /// What a method or filter is applied to.
    pub subject: Option<Box<Ast>>,
    /// What stands in the parentheses.
    pub arguments: Vec<Argument>,
}

/// One argument of a [`Call`].
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// `format` in `format='…'`, and where it stands.
    pub name: Option<(String, Range<usize>)>,
    /// Its value.
    pub value: Ast,
}

/// How a call is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// `now()`
    Function,
    /// `x.lower()`
    Method,
    /// `x | lower`
    Filter,
}

impl Notation {
    /// The word in messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Method => "method",
            Self::Filter => "filter",
        }
    }
}

/// What is asked by `is string` and its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "their names are what they are")]
pub enum TypeTest {
    String,
    Number,
    Boolean,
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
    Concat,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
}
