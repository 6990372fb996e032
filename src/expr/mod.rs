//! Expressions: Jinja's notation inside `{{ }}`, parsed and typed when the spec is compiled.
//!
//! [`pieces`] cuts a text into literal parts and expressions, `parse` makes a tree of each expression, and
//! [`template`], [`position`] and [`condition`] resolve its names against a [`Place`] and give it a type. [`path`] reads the
//! smaller notation of paths into a response. Every fault is recorded under the exact characters.

mod ast;
mod check;
mod cursor;
mod functions;
mod parse;
mod partition;
mod path;
mod place;
mod reference;
mod template;
mod token;

pub use ast::{Argument, Ast, AstKind, BinaryOperator, Call, Notation, Step, StepKind, TypeTest};
pub use cursor::{CursorNames, CursorPlace};
pub use functions::{
    FUNCTIONS, Function, Gives, Parameter, Spelling, Takes, reference as functions_reference,
};
pub use partition::{ParentNames, PartitionNames};
pub use path::{PathItem, PathItemKind, path};
pub use place::{BodyReader, ConfigNames, OneOfOption, Place, RecordNames, Wants};
pub use template::{Piece, condition, has_expression, literal, pieces, position, template};

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Text;

/// What is wrong in a text, at bytes of its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    code: Code,
    range: Range<usize>,
    message: String,
    help: Option<String>,
}

impl Fault {
    fn new(code: Code, range: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            code,
            range,
            message: message.into(),
            help: None,
        }
    }

    fn syntax(range: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(Code::ExpressionSyntax, range, message)
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn at(self, text: &Text) -> Diagnostic {
        let diagnostic = Diagnostic::new(self.code, text.span_of(self.range), self.message);
        match self.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

#[cfg(test)]
mod tests;
