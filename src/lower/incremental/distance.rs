//! `window`, `granularity` and `lookback`: distances between values of a cursor.

use jiff::Span;
use jiff::civil::date;

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::model::{CursorType, Distance};
use crate::source::Text;
use crate::spec::Incremental;

/// The three of them, each where it is given; `None` after a fault.
pub(super) type Distances = (Option<Distance>, Option<Distance>, Option<Distance>);

pub(super) fn lower(spec: &Incremental, ty: CursorType, sink: &mut Sink) -> Option<Distances> {
    let window = optional(spec.window.as_ref(), |text| {
        between(text, "windows are", spec, ty, sink)
    });
    let granularity = optional(spec.granularity.as_ref(), |text| {
        between(text, "a granularity is", spec, ty, sink)
    });
    let lookback = optional(spec.lookback.as_ref(), |text| {
        lookback(text, spec, ty, sink)
    });
    if let (Some(window), None) = (&spec.window, &spec.start) {
        let message = "it is not known where the first window begins";
        sink.push(Diagnostic::new(Code::InvalidRange, window.span, message).help("give `start`"));
    }
    match (&spec.window, &spec.granularity) {
        (None, Some(text)) => {
            let message = "`granularity` has no effect without `window`";
            sink.push(Diagnostic::new(Code::NoEffect, text.span, message).help("remove it"));
        }
        (Some(first), Some(text)) => {
            if let (Some(Some(window)), Some(Some(granularity))) = (&window, &granularity)
                && granularity
                    .compare((*window, date(2024, 1, 1)))
                    .is_ok_and(std::cmp::Ordering::is_ge)
            {
                let message = "a window is not longer than the `granularity`";
                let diagnostic = Diagnostic::new(Code::InvalidRange, text.span, message);
                sink.push(
                    diagnostic
                        .other(first.span, "the window")
                        .help("it is the smallest step of the cursor, as `PT1S` or `P1D`"),
                );
            }
        }
        _ => {}
    }
    let (window, granularity, lookback) = (window?, granularity?, lookback?);
    Some((window.map(parts), granularity.map(parts), lookback))
}

/// What is not there is no fault.
fn optional<T>(text: Option<&Text>, read: impl FnOnce(&Text) -> Option<T>) -> Option<Option<T>> {
    match text {
        Some(text) => read(text).map(Some),
        None => Some(None),
    }
}

fn between(
    text: &Text,
    what: &str,
    spec: &Incremental,
    ty: CursorType,
    sink: &mut Sink,
) -> Option<Span> {
    match ty {
        CursorType::Timestamp | CursorType::Date => span(text, ty, sink),
        CursorType::Integer | CursorType::Decimal | CursorType::String => {
            let message = format!(
                "{what} for timestamps and dates, which `{}` is not",
                spec.cursor.value
            );
            sink.push(Diagnostic::new(Code::InvalidRange, text.span, message).help("remove it"));
            None
        }
    }
}

fn lookback(text: &Text, spec: &Incremental, ty: CursorType, sink: &mut Sink) -> Option<Distance> {
    match ty {
        CursorType::Timestamp | CursorType::Date => span(text, ty, sink).map(parts),
        CursorType::Integer => {
            let number = text.value.parse::<i64>().ok().filter(|number| *number > 0);
            if number.is_none() {
                let message = format!("`{}` is no number to go back by", text.value.escape_debug());
                sink.push(
                    Diagnostic::new(Code::InvalidRange, text.span, message)
                        .help("write a whole number above 0, as `100`"),
                );
            }
            number.map(Distance::Number)
        }
        CursorType::Decimal | CursorType::String => {
            let message = format!(
                "a lookback is for timestamps, dates and integers, which `{}` is not",
                spec.cursor.value
            );
            sink.push(Diagnostic::new(Code::InvalidRange, text.span, message).help("remove it"));
            None
        }
    }
}

fn span(text: &Text, ty: CursorType, sink: &mut Sink) -> Option<Span> {
    let iso = text.value.trim();
    let is_iso = iso.trim_start_matches('-').starts_with(['P', 'p']);
    let fault = match iso.parse::<Span>() {
        Err(_) => "is not a duration",
        Ok(_) if !is_iso => "is not a duration",
        Ok(span) if span.is_negative() => "is negative",
        Ok(span) if span.is_zero() => "is no time at all",
        Ok(span) => {
            let hours = [
                span.get_minutes(),
                span.get_seconds(),
                span.get_milliseconds(),
                span.get_microseconds(),
                span.get_nanoseconds(),
            ];
            let is_fine = span.get_hours() != 0 || hours.iter().any(|unit| *unit != 0);
            if ty == CursorType::Date && is_fine {
                let message = format!("`{}` has hours, and dates have none", text.value);
                sink.push(
                    Diagnostic::new(Code::InvalidRange, text.span, message)
                        .help("write whole days, as `P1D`"),
                );
                return None;
            }
            return Some(span);
        }
    };
    let message = format!("`{}` {fault}", text.value.escape_debug());
    sink.push(
        Diagnostic::new(Code::InvalidDuration, text.span, message)
            .help("write an ISO 8601 duration, as `P30D`, `P1M` or `PT1H`"),
    );
    None
}

fn parts(span: Span) -> Distance {
    let units = [
        ("years", i64::from(span.get_years())),
        ("months", i64::from(span.get_months())),
        ("weeks", i64::from(span.get_weeks())),
        ("days", i64::from(span.get_days())),
        ("hours", i64::from(span.get_hours())),
        ("minutes", span.get_minutes()),
        ("seconds", span.get_seconds()),
        ("milliseconds", span.get_milliseconds()),
        ("microseconds", span.get_microseconds()),
        ("nanoseconds", span.get_nanoseconds()),
    ];
    Distance::Time(
        units
            .into_iter()
            .filter(|(_, number)| *number != 0)
            .collect(),
    )
}
