//! The windows in which a resource is read incrementally, as the generated connector computes them.

use crate::model::{
    CursorEdge, CursorFormat, CursorType, CursorValue, Distance, Incremental, RecordPath,
    TimeFormat, Type,
};
use serde_json::Value as Json;

use super::value::{Scope, Value};

/// A value of a cursor.
#[derive(Debug, Clone, PartialEq)]
pub enum Point {
    /// An instant.
    Timestamp(jiff::Timestamp),
    /// A calendar date.
    Date(jiff::civil::Date),
    /// A whole number.
    Integer(i64),
    /// A decimal.
    Decimal(String),
    /// A text.
    Text(String),
}

/// One end of a window.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// There is none.
    Open,
    /// It is the start of the run.
    Now,
    /// A value.
    At(Point),
}

/// A window.
#[derive(Debug, Clone)]
pub struct Window {
    start: Option<Point>,
    end: End,
}

/// All windows of a resource.
pub struct Windows {
    /// In their order.
    pub windows: Vec<Window>,
    /// Where the test lets reading end, so that there are not too many of them.
    pub until: Option<Point>,
}

/// More windows are not read in a test.
const MAX: usize = 4;

impl Windows {
    /// The windows in which a resource is read, up to a value where that is said, else the first two; none where they
    /// cannot be known before the connector runs.
    pub fn of(incremental: &Incremental, scope: Scope<'_>, until: Option<&Point>) -> Option<Self> {
        let point = |value: &Option<CursorValue>| match value {
            Some(value) => Point::of(value, incremental.ty, scope),
            None => Some(None),
        };
        let (start, end) = (point(&incremental.start)?, point(&incremental.end)?);
        let (Some(step), Some(mut start)) = (&incremental.step, start.clone()) else {
            let is_now = incremental.until_now && has_now(incremental.ty);
            let open = if is_now { End::Now } else { End::Open };
            let end = end.map_or(open, End::At);
            let windows = vec![Window { start, end }];
            return Some(Self {
                windows,
                until: None,
            });
        };
        let until = match until {
            Some(until) => until.clone(),
            None => start.moved(step, 1)?.moved(step, 1)?,
        };
        let mut windows = Vec::new();
        loop {
            let edge = start.moved(step, 1)?;
            if windows.len() == MAX {
                return None;
            }
            if !edge.is_before(&until) {
                let (start, end) = (Some(start), End::At(until.clone()));
                windows.push(Window { start, end });
                return Some(Self {
                    windows,
                    until: Some(until),
                });
            }
            let before = match &incremental.granularity {
                Some(granularity) => edge.moved(granularity, -1)?,
                None => edge.clone(),
            };
            windows.push(Window {
                start: Some(start),
                end: End::At(before),
            });
            start = edge;
        }
    }
}

fn has_now(ty: CursorType) -> bool {
    matches!(ty, CursorType::Timestamp | CursorType::Date)
}

impl Window {
    /// An end as it is sent; none where it cannot be known before the connector runs.
    pub fn sent(&self, edge: CursorEdge, format: &CursorFormat) -> Option<Value> {
        let point = match (edge, &self.start, &self.end) {
            (CursorEdge::Start, Some(start), _) => start,
            (CursorEdge::End, _, End::At(end)) => end,
            (CursorEdge::End, _, End::Now) => return None,
            (CursorEdge::Start, None, _) | (CursorEdge::End, _, End::Open) => {
                return Some(Value::Nothing);
            }
        };
        Some(point.sent(format))
    }

    /// The cursor of a record within the window, as JSON.
    pub fn json(&self, path: &RecordPath, ty: CursorType) -> Json {
        let point = match (&self.start, &self.end) {
            (Some(start), _) => start.clone(),
            (None, End::At(end)) => end.clone(),
            (None, End::Open | End::Now) => Point::some(ty),
        };
        point.json(&path.ty)
    }
}

impl Point {
    /// The value that a spec says; the outer none where it cannot be known before the connector runs.
    fn of(value: &CursorValue, ty: CursorType, scope: Scope<'_>) -> Option<Option<Self>> {
        Some(Some(match value {
            CursorValue::Timestamp(seconds, nanoseconds) => {
                Self::Timestamp(jiff::Timestamp::new(*seconds, *nanoseconds).ok()?)
            }
            CursorValue::Date(year, month, day) => {
                Self::Date(jiff::civil::Date::new(*year, *month, *day).ok()?)
            }
            CursorValue::Integer(number) => Self::Integer(*number),
            CursorValue::Decimal(number) => Self::Decimal(number.clone()),
            CursorValue::Template(template) => match scope.known(template)? {
                Value::Nothing => return Some(None),
                value => Self::read(&value.text(), ty)?,
            },
        }))
    }

    fn read(text: &str, ty: CursorType) -> Option<Self> {
        Some(match ty {
            CursorType::Timestamp => Self::Timestamp(text.parse().ok()?),
            CursorType::Date => Self::Date(text.parse().ok()?),
            CursorType::Integer => Self::Integer(text.parse().ok()?),
            CursorType::Decimal => Self::Decimal(text.to_owned()),
            CursorType::String => Self::Text(text.to_owned()),
        })
    }

    /// Any value.
    fn some(ty: CursorType) -> Self {
        match ty {
            CursorType::Timestamp => Self::Timestamp(jiff::Timestamp::constant(1_735_732_800, 0)),
            CursorType::Date => Self::Date(jiff::civil::date(2025, 1, 1)),
            CursorType::Integer => Self::Integer(10),
            CursorType::Decimal => Self::Decimal("10.50".to_owned()),
            CursorType::String => Self::Text("r-10".to_owned()),
        }
    }

    /// The value so many distances later.
    fn moved(&self, distance: &Distance, times: i64) -> Option<Self> {
        Some(match (self, distance) {
            (Self::Integer(number), Distance::Number(distance)) => {
                Self::Integer(number.checked_add(distance.checked_mul(times)?)?)
            }
            (Self::Timestamp(instant), Distance::Time(units)) => {
                let instant = instant.to_zoned_datetime(jiff::tz::TimeZone::UTC);
                let later = instant.checked_add(span(units)?.checked_mul(times).ok()?);
                Self::Timestamp(later.ok()?.timestamp())
            }
            (Self::Date(date), Distance::Time(units)) => {
                let later = date.checked_add(span(units)?.checked_mul(times).ok()?);
                Self::Date(later.ok()?)
            }
            _ => return None,
        })
    }

    fn is_before(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Timestamp(one), Self::Timestamp(other)) => one < other,
            (Self::Date(one), Self::Date(other)) => one < other,
            (Self::Integer(one), Self::Integer(other)) => one < other,
            _ => false,
        }
    }

    fn sent(&self, format: &CursorFormat) -> Value {
        let strftime = |format: &str| match self {
            Self::Timestamp(instant) => instant.strftime(format).to_string(),
            Self::Date(date) => date.strftime(format).to_string(),
            other => other.text(),
        };
        match (format, self) {
            (CursorFormat::Epoch, Self::Timestamp(instant)) => Value::Integer(instant.as_second()),
            (CursorFormat::EpochMillis, Self::Timestamp(instant)) => {
                Value::Integer(instant.as_millisecond())
            }
            (CursorFormat::Date, _) => Value::Text(strftime("%Y-%m-%d")),
            (CursorFormat::Strftime(format), _) => Value::Text(strftime(format)),
            (_, Self::Integer(number)) => Value::Integer(*number),
            (_, other) => Value::Text(other.text()),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Timestamp(instant) => instant.to_string(),
            Self::Date(date) => date.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Decimal(text) | Self::Text(text) => text.clone(),
        }
    }

    /// As a field of a record.
    fn json(&self, ty: &Type) -> Json {
        match (self, ty) {
            (Self::Timestamp(instant), Type::Timestamp(format)) => match format.first() {
                TimeFormat::Epoch => Json::from(instant.as_second()),
                TimeFormat::EpochMillis => Json::from(instant.as_millisecond()),
                TimeFormat::Strftime(format) => Json::from(instant.strftime(format).to_string()),
                TimeFormat::Rfc3339 | TimeFormat::AnyOf(_) => Json::from(instant.to_string()),
            },
            (Self::Date(date), Type::Date(Some(format))) => {
                Json::from(date.strftime(format).to_string())
            }
            (Self::Integer(number), _) => Json::from(*number),
            (other, _) => Json::from(other.text()),
        }
    }

    /// As an argument in Rust.
    pub fn rust(&self) -> String {
        match self {
            Self::Integer(number) => crate::emit::text::integer(number).to_string(),
            other => {
                let text = crate::emit::text::quoted(&other.text());
                format!("{text}.parse().expect(\"a value\")")
            }
        }
    }
}

fn span(units: &[(&'static str, i64)]) -> Option<jiff::Span> {
    units
        .iter()
        .try_fold(jiff::Span::new(), |span, (unit, number)| {
            let span = match *unit {
                "years" => span.try_years(*number),
                "months" => span.try_months(*number),
                "weeks" => span.try_weeks(*number),
                "days" => span.try_days(*number),
                "hours" => span.try_hours(*number),
                "minutes" => span.try_minutes(*number),
                "seconds" => span.try_seconds(*number),
                "milliseconds" => span.try_milliseconds(*number),
                _ => return None,
            };
            span.ok()
        })
}
