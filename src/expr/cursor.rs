//! `cursor.start` and `cursor.end`: the window of a resource that is being read.

use std::cell::Cell;

use super::reference::Reference;
use super::{Fault, StepKind};
use crate::diagnostic::{Code, nearest};
use crate::model::{CursorEdge, CursorFormat, CursorType, Expr, ExprKind, ExprType};

/// Whether the names of a cursor exist, and whether they may be absent.
#[derive(Clone, Copy)]
pub enum CursorPlace<'a> {
    /// Not here.
    Absent,
    /// Here, but the cursor could not be made, so nothing is said of it.
    Unknown,
    /// Here; what is absent is left out.
    Request(&'a CursorNames),
    /// Here, where nothing can be left out.
    Json(&'a CursorNames),
}

impl CursorPlace<'_> {
    /// The same in a JSON body.
    #[must_use]
    pub fn in_json(self) -> Self {
        match self {
            Self::Request(names) => Self::Json(names),
            other => other,
        }
    }
}

/// What `cursor.start` and `cursor.end` are in the requests of a resource.
pub struct CursorNames {
    format: CursorFormat,
    ty: ExprType,
    /// Whether there always is a start, an end.
    always: (bool, bool),
    used: (Cell<bool>, Cell<bool>),
}

impl CursorNames {
    /// The names of a cursor that is sent in a format.
    #[must_use]
    pub fn new(format: CursorFormat, ty: CursorType, starts: bool, ends: bool) -> Self {
        let ty = match (&format, ty) {
            (CursorFormat::Epoch | CursorFormat::EpochMillis, _) | (_, CursorType::Integer) => {
                ExprType::Integer
            }
            (CursorFormat::Date | CursorFormat::Strftime(_), _) | (_, CursorType::String) => {
                ExprType::String
            }
            (CursorFormat::Plain, CursorType::Timestamp) => ExprType::Timestamp,
            (CursorFormat::Plain, CursorType::Date) => ExprType::Date,
            (CursorFormat::Plain, CursorType::Decimal) => ExprType::Scalar,
        };
        Self {
            format,
            ty,
            always: (starts, ends),
            used: (Cell::new(false), Cell::new(false)),
        }
    }

    /// One end of the window as it is sent.
    #[must_use]
    pub fn value(&self, edge: CursorEdge) -> Expr {
        let always = match edge {
            CursorEdge::Start => self.always.0,
            CursorEdge::End => self.always.1,
        };
        Expr {
            kind: ExprKind::Cursor(edge, self.format.clone()),
            ty: self.ty,
            nullable: !always,
        }
    }

    /// Whether an expression speaks of it.
    #[must_use]
    pub fn is_used(&self, edge: CursorEdge) -> bool {
        match edge {
            CursorEdge::Start => self.used.0.get(),
            CursorEdge::End => self.used.1.get(),
        }
    }

    fn mark_used(&self, edge: CursorEdge) {
        match edge {
            CursorEdge::Start => self.used.0.set(true),
            CursorEdge::End => self.used.1.set(true),
        }
    }
}

/// The value that a reference with the root `cursor` means.
pub(super) fn cursor(
    reference: &Reference<'_>,
    place: CursorPlace<'_>,
) -> Result<Option<Expr>, Fault> {
    let (names, json) = match place {
        CursorPlace::Absent | CursorPlace::Unknown => return Ok(None),
        CursorPlace::Request(names) => (names, false),
        CursorPlace::Json(names) => (names, true),
    };
    // What cannot be read here was meant to be used all the same.
    let used = || [CursorEdge::Start, CursorEdge::End].map(|edge| names.mark_used(edge));
    let [step] = reference.steps else {
        used();
        let fault = Fault::new(
            Code::ExpressionType,
            reference.range.clone(),
            "this is no value",
        );
        return Err(fault.help("write `cursor.start` or `cursor.end`"));
    };
    let edge = match &step.kind {
        StepKind::Key(key) if key == "start" => CursorEdge::Start,
        StepKind::Key(key) if key == "end" => CursorEdge::End,
        StepKind::Key(key) => {
            used();
            let message = format!("`cursor` has no `{key}`");
            let fault = Fault::new(Code::UnknownReference, step.range.clone(), message);
            return Err(match nearest(key, ["start", "end"]) {
                Some(near) => fault.help(format!("write `{near}`")),
                None => fault.help("there is `start`, `end`"),
            });
        }
        StepKind::Index(_) => {
            return Err(Fault::new(
                Code::ExpressionType,
                step.range.clone(),
                "this is no list",
            ));
        }
    };
    names.mark_used(edge);
    let value = names.value(edge);
    if json && value.nullable {
        let key = if edge == CursorEdge::Start {
            "start"
        } else {
            "end"
        };
        let message = format!(
            "the first run may have no `cursor.{key}`, and a JSON body cannot leave it out"
        );
        let fault = Fault::new(Code::InvalidRange, reference.range.clone(), message);
        return Err(fault.help(format!("give `{key}` in `incremental`")));
    }
    Ok(Some(value))
}
