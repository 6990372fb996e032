//! Instants, days and durations.

use std::ops::Range;

use super::convert::read;
use super::{Checker, described, expr};
use crate::diagnostic::Code;
use crate::expr::Fault;
use crate::expr::ast::{Ast, AstKind, BinaryOperator, Step, StepKind};
use crate::model::{Expr, ExprKind, ExprType, Function as Meaning};

/// The format of `isoformat`.
const ISO_TIME: &str = "%H:%M:%S%:z";

impl Checker<'_, '_> {
    /// A function of time.
    pub(super) fn time_function(
        &mut self,
        meaning: Meaning,
        given: &[Option<&Ast>],
    ) -> Option<Expr> {
        let argument = |at: usize| given.get(at).copied().flatten();
        match meaning {
            Meaning::Now => Some(call(meaning, Vec::new(), ExprType::Timestamp, false)),
            Meaning::Today => Some(call(meaning, Vec::new(), ExprType::Date, false)),
            Meaning::Duration => self.duration(argument(0)?),
            Meaning::ShiftDays => self.day_delta(argument(0)?, argument(1)),
            Meaning::Strftime => self.formatted(argument(0)?, argument(1)?, argument(2)),
            Meaning::IsoFormat => self.iso_format(argument(0)?, argument(1)),
            Meaning::EpochSeconds => {
                let time = self.time(argument(0)?, None)?;
                let nullable = time.nullable;
                Some(call(meaning, vec![time], ExprType::Integer, nullable))
            }
            _ => {
                let text = self.check(argument(0)?)?;
                let text = self.text(text, argument(0)?, false)?;
                self.parsed(text, argument(1))
            }
        }
    }

    /// An instant or a day; a text is read as an instant.
    fn time(&mut self, ast: &Ast, format: Option<&Ast>) -> Option<Expr> {
        let value = self.check(ast)?;
        match value.ty {
            ExprType::Timestamp | ExprType::Date => Some(value),
            ExprType::String if !matches!(value.kind, ExprKind::Null) => self.parsed(value, format),
            ExprType::Wire => self.parsed(read(value, ExprType::String), format),
            other => {
                let message = format!(
                    "a timestamp, a date or a text is needed here, and this is {}",
                    described(other)
                );
                self.fault(Fault::new(
                    Code::InvalidArgument,
                    ast.range.clone(),
                    message,
                ));
                None
            }
        }
    }

    fn parsed(&mut self, text: Expr, format: Option<&Ast>) -> Option<Expr> {
        let mut arguments = vec![text];
        if let Some(format) = format {
            arguments.push(self.format_of(format, ExprType::Timestamp)?);
        }
        Some(call(
            Meaning::ParseTime,
            arguments,
            ExprType::Timestamp,
            true,
        ))
    }

    /// A strftime format that can write values of the type.
    fn format_of(&mut self, ast: &Ast, ty: ExprType) -> Option<Expr> {
        let AstKind::String(format) = &ast.kind else {
            let message = "a format in quotes has to stand here";
            self.fault(Fault::new(
                Code::InvalidArgument,
                ast.range.clone(),
                message,
            ));
            return None;
        };
        // Python's `%f` has six digits.
        let format = format.replace("%f", "%6f");
        let written = match ty {
            ExprType::Date => {
                jiff::fmt::strtime::format(&format, jiff::civil::Date::constant(2024, 1, 31))
            }
            _ => jiff::fmt::strtime::format(&format, jiff::Timestamp::UNIX_EPOCH),
        };
        if let Err(error) = written {
            let message = format!("{} cannot be written so: {error}", described(ty));
            let fault = Fault::new(Code::InvalidArgument, ast.range.clone(), message);
            self.fault(fault.help("write strftime, as `'%Y-%m-%dT%H:%M:%SZ'`"));
            return None;
        }
        Some(text(format))
    }

    /// `format_datetime(x, '%Y')`, `x.strftime('%Y')`
    fn formatted(&mut self, time: &Ast, format: &Ast, input: Option<&Ast>) -> Option<Expr> {
        let time = self.time(time, input)?;
        let format = self.format_of(format, time.ty)?;
        let nullable = time.nullable;
        Some(call(
            Meaning::Strftime,
            vec![time, format],
            ExprType::String,
            nullable,
        ))
    }

    fn iso_format(&mut self, time: &Ast, separator: Option<&Ast>) -> Option<Expr> {
        let time = self.time(time, None)?;
        let separator = match separator.map(|separator| &separator.kind) {
            Some(AstKind::String(separator)) => separator.replace('%', "%%"),
            _ => "T".to_owned(),
        };
        let format = match time.ty {
            ExprType::Date => "%Y-%m-%d".to_owned(),
            _ => format!("%Y-%m-%d{separator}{ISO_TIME}"),
        };
        let nullable = time.nullable;
        let arguments = vec![time, text(format)];
        Some(call(
            Meaning::Strftime,
            arguments,
            ExprType::String,
            nullable,
        ))
    }

    /// `duration('P1D')`
    fn duration(&mut self, ast: &Ast) -> Option<Expr> {
        let AstKind::String(written) = &ast.kind else {
            let message = "a duration in quotes has to stand here";
            self.fault(Fault::new(
                Code::InvalidArgument,
                ast.range.clone(),
                message,
            ));
            return None;
        };
        if written.parse::<jiff::Span>().is_err() || !written.contains(['P', 'p']) {
            let message = format!("`{}` is no duration", written.escape_debug());
            let fault = Fault::new(Code::InvalidArgument, ast.range.clone(), message);
            self.fault(fault.help("write ISO 8601, as `'P1D'`, `'P1Y6M'` or `'PT30M'`"));
            return None;
        }
        let written = text(written.clone());
        Some(call(
            Meaning::Duration,
            vec![written],
            ExprType::Duration,
            false,
        ))
    }

    /// `day_delta(-7)`, `day_delta(-7, format='%Y-%m-%d')`
    fn day_delta(&mut self, days: &Ast, format: Option<&Ast>) -> Option<Expr> {
        let count = match constant(days) {
            Some(count) => expr(ExprKind::Integer(count), ExprType::Integer, false),
            None => self.whole(days)?,
        };
        let now = call(Meaning::Now, Vec::new(), ExprType::Timestamp, false);
        let shifted = call(
            Meaning::ShiftDays,
            vec![now, count],
            ExprType::Timestamp,
            false,
        );
        let Some(format) = format else {
            return Some(shifted);
        };
        let format = self.format_of(format, ExprType::Timestamp)?;
        let arguments = vec![shifted, format];
        Some(call(Meaning::Strftime, arguments, ExprType::String, false))
    }

    /// `x + duration('P1D')`, `x - duration('P1D')`
    pub(super) fn shifted(
        &mut self,
        operator: BinaryOperator,
        (time, left): (Expr, &Ast),
        (by, right): (Expr, &Ast),
        range: &Range<usize>,
    ) -> Option<Expr> {
        let (time, left, by) = match (operator, time.ty, by.ty) {
            (BinaryOperator::Add, ExprType::Duration, _) => (by, right, time),
            _ => (time, left, by),
        };
        let back = match operator {
            BinaryOperator::Add => false,
            BinaryOperator::Subtract => true,
            _ => {
                return self.mismatch(range, "timestamps and durations are added and subtracted");
            }
        };
        let time = match time.ty {
            ExprType::Wire => self.parsed(read(time, ExprType::String), None)?,
            ExprType::String => self.parsed(time, None)?,
            _ => time,
        };
        let fits =
            matches!(time.ty, ExprType::Timestamp | ExprType::Date) && by.ty == ExprType::Duration;
        let length = match &by.kind {
            ExprKind::Call(Meaning::Duration, arguments) if fits => arguments.first().cloned(),
            _ => None,
        };
        let Some(length) = length else {
            let fault = Fault::new(
                Code::ExpressionType,
                range.clone(),
                format!(
                    "{} and {} are not added or subtracted",
                    described(time.ty),
                    described(by.ty)
                ),
            );
            self.fault(fault.help("a timestamp is moved by a duration: `x - duration('P1D')`"));
            return None;
        };
        if time.ty == ExprType::Date && has_hours(&length) {
            let message = "a date is moved by whole days";
            self.fault(Fault::new(
                Code::InvalidArgument,
                left.range.clone(),
                message,
            ));
            return None;
        }
        let (ty, nullable) = (time.ty, time.nullable);
        let meaning = if back {
            Meaning::Earlier
        } else {
            Meaning::Later
        };
        Some(call(meaning, vec![time, length], ty, nullable))
    }

    /// `now().year`
    pub(super) fn part(&mut self, of: &Ast, step: &Step) -> Option<Expr> {
        let meaning = match &step.kind {
            StepKind::Key(key) => match key.as_str() {
                "year" => Some(Meaning::Year),
                "month" => Some(Meaning::Month),
                "day" => Some(Meaning::Day),
                _ => None,
            },
            StepKind::Index(_) => None,
        };
        let time = self.check(of)?;
        let is_time = matches!(time.ty, ExprType::Timestamp | ExprType::Date);
        let Some(meaning) = meaning.filter(|_| is_time) else {
            let fault = Fault::new(
                Code::ExpressionType,
                step.range.clone(),
                format!("{} that is computed has no such part", described(time.ty)),
            );
            self.fault(if is_time {
                fault.help("there is `year`, `month` and `day`; others are written by `strftime`")
            } else {
                fault
            });
            return None;
        };
        let nullable = time.nullable;
        Some(call(meaning, vec![time], ExprType::Integer, nullable))
    }
}

fn call(meaning: Meaning, arguments: Vec<Expr>, ty: ExprType, nullable: bool) -> Expr {
    expr(ExprKind::Call(meaning, arguments), ty, nullable)
}

fn text(text: String) -> Expr {
    expr(ExprKind::String(text), ExprType::String, false)
}

/// Whether a duration has parts that are shorter than a day.
fn has_hours(length: &Expr) -> bool {
    let ExprKind::String(length) = &length.kind else {
        return false;
    };
    length.contains(['T', 't'])
}

/// A whole number that is known now.
fn constant(ast: &Ast) -> Option<i64> {
    match &ast.kind {
        AstKind::Integer(number) => Some(*number),
        AstKind::Negate(inner) => constant(inner)?.checked_neg(),
        AstKind::Binary(operator, left, right) => {
            let (left, right) = (constant(left)?, constant(right)?);
            match operator {
                BinaryOperator::Add => left.checked_add(right),
                BinaryOperator::Subtract => left.checked_sub(right),
                BinaryOperator::Multiply => left.checked_mul(right),
                _ => None,
            }
        }
        _ => None,
    }
}
