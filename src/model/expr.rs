//! Typed expressions.

use serde::Serialize;

use super::Function;

/// A text with expressions in it, or one expression that keeps its type.
///
/// Where a place takes a value that may be absent, one absent expression makes the whole template absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Template {
    /// A text as it is.
    Text(String),
    /// One expression alone: keeps its type.
    Value(Expr),
    /// Texts and expressions, joined.
    Parts(Vec<Part>),
}

impl Default for Template {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// A piece of a [`Template`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Part {
    /// A text as it is.
    Text(String),
    /// An expression, written as JSON would write it, strings without quotes.
    Value(Expr),
}

/// An expression and its type.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// The type of its value.
    pub ty: ExprType,
    /// `Option` in Rust.
    pub nullable: bool,
}

impl Expr {
    /// The expressions that this one is made of.
    #[must_use]
    pub fn operands(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::String(_)
            | ExprKind::Integer(_)
            | ExprKind::Number(_)
            | ExprKind::Boolean(_)
            | ExprKind::Null
            | ExprKind::Config(_)
            | ExprKind::Cursor(..)
            | ExprKind::Body(_)
            | ExprKind::Created(..)
            | ExprKind::CreatedHeader(_)
            | ExprKind::Header(_)
            | ExprKind::Status
            | ExprKind::Field { .. }
            | ExprKind::PageSize
            | ExprKind::PageNumber => Vec::new(),
            ExprKind::Truthy(a) | ExprKind::Not(a) | ExprKind::IsPresent(a) | ExprKind::Read(a) => {
                vec![a.as_ref()]
            }
            ExprKind::Call(_, arguments) => arguments.iter().collect(),
            ExprKind::And(a, b)
            | ExprKind::Or(a, b)
            | ExprKind::Compare(_, a, b)
            | ExprKind::Arithmetic(_, a, b) => vec![a.as_ref(), b.as_ref()],
            ExprKind::If(a, b, c) => vec![a.as_ref(), b.as_ref(), c.as_ref()],
            ExprKind::Join(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    Part::Text(_) => None,
                    Part::Value(value) => Some(value),
                })
                .collect(),
        }
    }

    /// Whether this, or anything that it is made of, is so.
    pub fn any(&self, is: &dyn Fn(&Expr) -> bool) -> bool {
        is(self) || self.operands().into_iter().any(|operand| operand.any(is))
    }
}

/// Types of expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ExprType {
    /// `String`
    String,
    /// `Secret`: reaches headers, query, body and token requests only.
    Secret,
    /// `i64`
    Integer,
    /// `f64`
    Number,
    /// `bool`
    Boolean,
    /// `Timestamp`
    Timestamp,
    /// `Date`
    Date,
    /// A length of time: only moves timestamps and dates.
    Duration,
    /// `Decimal`
    Decimal,
    /// A uuid, a time of day or another scalar with `Display`.
    Scalar,
    /// A list of scalars: query parameters repeat.
    List(ItemType),
    /// A value of the response whose type is only known when it is there: a scalar or nothing.
    Wire,
}

/// Types of the items of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ItemType {
    /// `String`
    String,
    /// `i64`
    Integer,
    /// `f64`
    Number,
    /// `bool`
    Boolean,
    /// Anything else: nothing but to send it can be done with it.
    Other,
}

impl ItemType {
    /// The type of one item.
    #[must_use]
    pub fn alone(self) -> Option<ExprType> {
        match self {
            Self::String => Some(ExprType::String),
            Self::Integer => Some(ExprType::Integer),
            Self::Number => Some(ExprType::Number),
            Self::Boolean => Some(ExprType::Boolean),
            Self::Other => None,
        }
    }
}

/// Kinds of expressions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum ExprKind {
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
    /// `config.a.b`: Rust field names from `Config`; an enum's value is its word. Within an option of
    /// [`super::Auth::OneOf`] the path may lead through the deciding field into the option's own variant.
    Config(Vec<String>),
    /// `response.body.a.b`: Rust names in the envelope (of pages), or in the error body's envelope (of rules).
    Body(BodyPath),
    /// `job.a.b`: Rust name of the accessor in [`super::Job::created`], and the path as the spec has it. It has to be
    /// there.
    Created(BodyPath, String),
    /// `job.headers['x']`: the name in lower case. It has to be there.
    CreatedHeader(String),
    /// `response.headers['x']`: the name in lower case.
    Header(String),
    /// `response.status`
    Status,
    /// `last_record.a.b`, `record.a.b`, `parent.a.b`: a field of a record, in its Rust type; an enum's value is its
    /// word. As a text it is what the API wrote: an epoch is a number.
    Field {
        /// Which record.
        root: RecordRoot,
        /// Which of its fields.
        path: RecordPath,
    },
    /// `cursor.start`, `cursor.end`: an end of the window that is being read, as it is sent.
    Cursor(super::CursorEdge, super::CursorFormat),
    /// `page.size`: records that the server sent in the page just read.
    PageSize,
    /// `page.number`: pages read so far, the one just read included.
    PageNumber,
    /// Whether a value that is not a (present) boolean counts as true: a text that is not empty, a number that is not
    /// zero, a boolean that is there and true. The result is a boolean.
    Truthy(Box<Expr>),
    /// `not x` of a boolean.
    Not(Box<Expr>),
    /// `a and b` of booleans.
    And(Box<Expr>, Box<Expr>),
    /// `a or b` of booleans.
    Or(Box<Expr>, Box<Expr>),
    /// A comparison of two values of one type, or of one with [`ExprType::Wire`], read as the other's type. Where one
    /// is nothing, `==` is false, `!=` true (both nothing: the other way round), and the rest false. A boolean.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `a + b`, `a - b`, `a * b`, `a // b`, `a % b` of integers, or of [`ExprType::Wire`] read as one; nothing where one
    /// is nothing or the result does not fit. Of numbers, and of `a / b` in any case, a number.
    Arithmetic(Operator, Box<Expr>, Box<Expr>),
    /// `a if c else b`: condition (a boolean), value, alternative.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `/next?after={{ last_record.id }}`: the pieces joined as a text, in positions that take a value. Nothing where one of them
    /// is nothing.
    Join(Vec<Part>),
    /// `x is defined`, `x is not none`
    IsPresent(Box<Expr>),
    /// A value of [`ExprType::Wire`] read as the type of this expression; nothing where it is none of that type.
    Read(Box<Expr>),
    /// A function of values. Where the first is nothing, the result is nothing, but of [`Function::Default`]; the others
    /// are always there.
    Call(Function, Vec<Expr>),
}

/// Records whose fields expressions can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum RecordRoot {
    /// `last_record`: the last one of the page just read, if there is one.
    Last,
    /// `record`: the one just decoded.
    Current,
    /// `parent`: the one that a child resource is read for.
    Parent,
    /// `parent` and `partition` in a request: the struct that tells one partition from the others, see
    /// [`super::Partitions::fields`].
    Partition,
}

impl RecordRoot {
    /// The name in expressions.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Last => "last_record",
            Self::Current => "record",
            Self::Parent => "parent",
            Self::Partition => "partition",
        }
    }
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordPath {
    /// From the record to the field.
    pub steps: Vec<FieldStep>,
    /// The field's type.
    pub ty: super::Type,
}

/// One step into a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldStep {
    /// Rust field name.
    pub rust: String,
    /// Whether it is an `Option`.
    pub nullable: bool,
}

/// The accessor of the envelope that gives a value of the body: `next_cursor` for `meta.next_cursor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BodyPath {
    /// Rust name of the accessor, see [`super::Envelope::accessors`].
    pub accessor: String,
}

/// Comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "their names are what they are")]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "their names are what they are")]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
}
