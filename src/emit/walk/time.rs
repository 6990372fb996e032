//! Functions of instants and days, which are texts here.

use super::value::Value;
use crate::model::Function;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ZonedDateTime};

/// What a function gives; none where that is not computed here.
pub fn call(function: Function, first: &Value, rest: &[Value]) -> Option<Value> {
    let text = first.text();
    let other = rest.first().map(Value::text);
    if function == Function::ParseTime {
        let time = match &other {
            Some(format) => in_format(&text, format),
            None => zoned(&text).map(|time| time.timestamp()),
        };
        return Some(time.map_or(Value::Nothing, |time| Value::Text(time.to_string())));
    }
    let is_date = text.parse::<Date>().is_ok() && !text.contains(['T', ' ']);
    let time = zoned(&text)?;
    let moved = |span: Span| {
        let time = time.saturating_add(span);
        Value::Text(if is_date {
            time.date().to_string()
        } else {
            time.timestamp().to_string()
        })
    };
    Some(match function {
        Function::Strftime if is_date => Value::Text(time.date().strftime(&other?).to_string()),
        Function::Strftime => Value::Text(time.timestamp().strftime(&other?).to_string()),
        Function::EpochSeconds => Value::Integer(time.timestamp().as_second()),
        Function::Year => Value::Integer(time.year().into()),
        Function::Month => Value::Integer(time.month().into()),
        Function::Day => Value::Integer(time.day().into()),
        Function::Later => moved(other?.parse().ok()?),
        Function::Earlier => moved(-other?.parse::<Span>().ok()?),
        _ => return None,
    })
}

/// An instant in a format; in UTC where the format has no offset.
fn in_format(text: &str, format: &str) -> Option<Timestamp> {
    let time = jiff::fmt::strtime::parse(format, text).ok()?;
    if let Ok(time) = time.to_timestamp() {
        return Some(time);
    }
    let day = time.to_date().ok()?;
    let civil = time.to_datetime().unwrap_or_else(|_| day.into());
    Some(civil.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp())
}

fn zoned(text: &str) -> Option<ZonedDateTime> {
    match text.parse::<Timestamp>() {
        Ok(time) => Some(time.to_zoned_datetime(TimeZone::UTC)),
        Err(_) => text
            .parse::<DateTime>()
            .ok()?
            .to_zoned_datetime(TimeZone::UTC)
            .ok(),
    }
}
