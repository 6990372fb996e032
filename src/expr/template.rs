//! Texts with expressions in them.

use std::ops::Range;

use super::ast::{Ast, AstKind, StepKind};
use super::check::{Checker, described};
use super::{Fault, Place, Wants, parse::parse, token::tokens};
use crate::diagnostic::{Code, Sink};
use crate::model::{CursorEdge, Expr, ExprKind, ExprType, LeafKind, Part, Template};
use crate::source::Text;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// A text as it is, and its bytes.
    Text(String, Range<usize>),
    /// An expression.
    Expression(Ast),
}

/// Whether a text is a template.
#[must_use]
pub fn has_expression(text: &str) -> bool {
    text.contains("{{")
}

/// Cuts a text into literal parts and expressions. `None` when one of them cannot be read; all that is wrong is recorded.
pub fn pieces(text: &Text, sink: &mut Sink) -> Option<Vec<Piece>> {
    let value = text.value.as_str();
    let mut pieces = Vec::new();
    let mut failed = false;
    let mut at = 0;
    while at < value.len() {
        let rest = value.get(at..).unwrap_or_default();
        let (open, found) = match rest.find("{{") {
            Some(offset) => (at + offset, true),
            None => (value.len(), false),
        };
        let literal = value.get(at..open).unwrap_or_default();
        for (sign, name) in [("{%", "statements"), ("{#", "comments")] {
            if let Some(offset) = literal.find(sign) {
                let start = at + offset;
                let fault = Fault::syntax(
                    start..start + 2,
                    format!("`{sign}`: {name} of Jinja are not part of spile's expressions"),
                );
                sink.push(
                    fault
                        .help(format!(
                            "the two characters as text are `{{{{ '{sign}' }}}}`"
                        ))
                        .at(text),
                );
                failed = true;
            }
        }
        if !literal.is_empty() {
            pieces.push(Piece::Text(literal.to_owned(), at..open));
        }
        if !found {
            break;
        }
        match expression(value, open) {
            Ok((ast, end)) => {
                pieces.push(Piece::Expression(ast));
                at = end;
            }
            Err(fault) => {
                sink.push(fault.at(text));
                failed = true;
                // What follows the closing braces can still be read.
                let inner = value.get(open + 2..).unwrap_or_default();
                at = inner
                    .find("}}")
                    .map_or(value.len(), |offset| open + 2 + offset + 2);
            }
        }
    }
    (!failed).then_some(pieces)
}

fn expression(value: &str, open: usize) -> Result<(Ast, usize), Fault> {
    let braces = open..open + 2;
    let inside = value.get(braces.end..).unwrap_or_default();
    // `{{-x}}` is Jinja's way to trim blanks, `{{ -x }}` a negative number.
    if inside.starts_with('-') {
        return Err(Fault::syntax(
            open..open + 3,
            "`{{-` trims blanks in Jinja, which is not part of spile's expressions",
        )
        .help("write `{{`"));
    }
    let (tokens, end) = tokens(value, braces)?;
    Ok((parse(&tokens, open..end)?, end))
}

/// A text that may hold expressions, where the place has `wants`.
pub fn template(
    text: &Text,
    place: &mut Place<'_>,
    wants: Wants,
    sink: &mut Sink,
) -> Option<Template> {
    let pieces = pieces(text, sink)?;
    let alone = pieces.len() == 1;
    let mut parts = Vec::new();
    let mut failed = false;
    for piece in &pieces {
        match piece {
            Piece::Text(literal, _) => parts.push(Part::Text(literal.clone())),
            Piece::Expression(ast) => {
                let mut checker = Checker { text, place, sink };
                match checker
                    .check(ast)
                    .filter(|value| fits(value, ast, alone, wants, &mut checker))
                {
                    Some(Expr {
                        kind: ExprKind::Join(inner),
                        nullable: false,
                        ..
                    }) => parts.extend(inner),
                    Some(value) => parts.push(Part::Value(value)),
                    None => failed = true,
                }
            }
        }
    }
    if failed {
        return None;
    }
    Some(match (parts.pop(), parts.is_empty()) {
        (None, _) => Template::Text(String::new()),
        (Some(Part::Text(literal)), true) => Template::Text(literal),
        (Some(Part::Value(value)), true) => Template::Value(value),
        (Some(last), false) => {
            parts.push(last);
            if parts.iter().any(may_lack_a_cursor) {
                Template::Value(Expr {
                    kind: ExprKind::Join(parts),
                    ty: ExprType::String,
                    nullable: true,
                })
            } else {
                Template::Parts(parts)
            }
        }
    })
}

/// A text around a value of the cursor is left out together with it.
fn may_lack_a_cursor(part: &Part) -> bool {
    matches!(
        part,
        Part::Value(Expr {
            kind: ExprKind::Cursor(..),
            nullable: true,
            ..
        })
    )
}

fn fits(value: &Expr, ast: &Ast, alone: bool, wants: Wants, checker: &mut Checker<'_, '_>) -> bool {
    let shown = checker
        .text
        .value
        .get(ast.range.clone())
        .unwrap_or_default()
        .to_owned();
    let fault = |code, message: String| Fault::new(code, ast.range.clone(), message);
    let fault = match value.ty {
        ExprType::Secret if !wants.secret => fault(
            Code::SecretExposed,
            format!(
                "`{shown}` is a secret, and {} is seen by others",
                wants.what
            ),
        )
        .help("secrets may stand in headers, query parameters, bodies and `auth`"),
        ExprType::Duration => fault(
            Code::ExpressionType,
            format!("`{shown}` is a duration, which only moves a timestamp"),
        )
        .help("write `now() - duration('P1D')`"),
        ExprType::List(_) if !alone => fault(
            Code::ExpressionType,
            format!("`{shown}` is a list and cannot be part of a text"),
        )
        .help("where a list is allowed, it stands alone"),
        ExprType::List(_) if !wants.list => fault(
            Code::ExpressionType,
            format!("`{shown}` is a list, and {} takes one value", wants.what),
        ),
        _ if value.nullable && !wants.absent => {
            let fault = fault(
                Code::ExpressionType,
                format!(
                    "`{shown}` may be absent, and {} is always needed",
                    wants.what
                ),
            );
            match value.kind {
                ExprKind::Config(_) => {
                    fault.help("give the field a `default`, or leave out its `optional`")
                }
                ExprKind::Cursor(CursorEdge::Start, _) => {
                    fault.help("give `start` in `incremental`")
                }
                ExprKind::Cursor(CursorEdge::End, _) => fault.help("give `end` in `incremental`"),
                _ => fault,
            }
        }
        _ => return true,
    };
    checker.fault(fault);
    false
}

/// A text with expressions whose value is a position in the data: a text, or nothing where one of them is nothing.
pub fn position(text: &Text, place: &mut Place<'_>, sink: &mut Sink) -> Option<Expr> {
    let pieces = pieces(text, sink)?;
    if let [Piece::Expression(ast)] = pieces.as_slice() {
        if let Some(accessor) = body_token(ast, text, place) {
            let body = ExprKind::Body(crate::model::BodyPath {
                accessor: accessor?,
            });
            return Some(Expr {
                kind: body,
                ty: ExprType::String,
                nullable: true,
            });
        }
        return position_value(ast, text, place, sink);
    }
    let mut parts = Vec::new();
    let mut failed = false;
    for piece in pieces {
        match piece {
            Piece::Text(literal, _) => parts.push(Part::Text(literal)),
            Piece::Expression(ast) => match position_value(&ast, text, place, sink) {
                Some(value) => parts.push(Part::Value(value)),
                None => failed = true,
            },
        }
    }
    let nullable = parts
        .iter()
        .any(|part| matches!(part, Part::Value(value) if value.nullable));
    (!failed).then_some(Expr {
        kind: ExprKind::Join(parts),
        ty: ExprType::String,
        nullable,
    })
}

/// `response.body.a.b` alone is a token rather than any scalar: a list or an object there is an error.
#[allow(clippy::option_option, reason = "not such a path, refused, given")]
fn body_token(ast: &Ast, text: &Text, place: &mut Place<'_>) -> Option<Option<String>> {
    let AstKind::Reference { root, steps, .. } = &ast.kind else {
        return None;
    };
    let (first, rest) = steps.split_first()?;
    let body = place.response.as_mut()?;
    if root != "response" || first.kind != StepKind::Key("body".to_owned()) || rest.is_empty() {
        return None;
    }
    let path: Vec<StepKind> = rest.iter().map(|step| step.kind.clone()).collect();
    Some(body.accessor(&path, LeafKind::Token, text.span_of(ast.range.clone())))
}

fn position_value(ast: &Ast, text: &Text, place: &mut Place<'_>, sink: &mut Sink) -> Option<Expr> {
    let mut checker = Checker { text, place, sink };
    let value = checker.check(ast)?;
    match value.ty {
        ExprType::Secret => {
            checker.fault(Fault::new(
                Code::SecretExposed,
                ast.range.clone(),
                "a secret cannot be a position in the data",
            ));
            None
        }
        ExprType::List(_) | ExprType::Boolean | ExprType::Duration => {
            let message = format!(
                "a text or a number is needed here, and this is {}",
                described(value.ty)
            );
            checker.fault(Fault::new(Code::ExpressionType, ast.range.clone(), message));
            None
        }
        _ => Some(value),
    }
}

/// A text that is one expression and nothing else: whether it holds.
pub fn condition(text: &Text, place: &mut Place<'_>, sink: &mut Sink) -> Option<Expr> {
    let ast = whole(text, sink)?;
    Checker { text, place, sink }.condition(&ast)
}

/// The tree of a text that is one expression and nothing else.
pub fn whole(text: &Text, sink: &mut Sink) -> Option<Ast> {
    let mut pieces = pieces(text, sink)?;
    if let (Some(Piece::Expression(ast)), true) = (pieces.pop(), pieces.is_empty()) {
        return Some(ast);
    }
    let fault = Fault::syntax(
        0..text.value.len(),
        "this has to be one expression and nothing else",
    );
    let fault = if has_expression(&text.value) {
        fault
    } else {
        fault.help(format!("write `{{{{ {} }}}}`", text.value))
    };
    sink.push(fault.at(text));
    None
}

/// A text at a place where no expressions are expanded. What is wrong is recorded; the text is given all the same.
pub fn literal<'t>(text: &'t Text, what: &str, sink: &mut Sink) -> &'t str {
    if let Some(open) = text.value.find("{{") {
        let close = text
            .value
            .get(open..)
            .and_then(|rest| rest.find("}}"))
            .map_or(text.value.len(), |end| open + end + 2);
        let fault = Fault::new(
            Code::TemplateNotAllowed,
            open..close,
            format!("expressions are not expanded in {what}"),
        );
        sink.push(fault.help("write the text itself").at(text));
    }
    &text.value
}
