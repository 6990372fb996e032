//! Instants and days: read, moved, written. All in UTC.

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// The day that it is now.
pub fn today() -> Date {
    day(Timestamp::now())
}

/// The day of an instant.
pub fn day(time: Timestamp) -> Date {
    time.to_zoned_datetime(TimeZone::UTC).date()
}

/// An instant as people and APIs write it: with or without an offset, or a day alone.
pub fn parse(text: &str) -> Option<Timestamp> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<DateTime>().ok().and_then(utc))
}

/// An instant in a format. Without an offset it is in UTC.
pub fn parse_as(text: &str, format: &str) -> Option<Timestamp> {
    let time = strtime::parse(format, text).ok()?;
    let civil = || {
        time.to_datetime()
            .or_else(|_| time.to_date().map(DateTime::from))
    };
    time.to_timestamp()
        .ok()
        .or_else(|| civil().ok().and_then(utc))
}

/// An instant later, or earlier by what is negative; at most the first or last that there is.
pub fn shift(time: Timestamp, by: Span) -> Timestamp {
    time.to_zoned_datetime(TimeZone::UTC)
        .saturating_add(by)
        .timestamp()
}

/// The same by days.
pub fn shift_days(time: Timestamp, days: i64) -> Timestamp {
    let hours = jiff::SignedDuration::from_hours(days.saturating_mul(24).clamp(-MOST, MOST));
    time.saturating_add(hours).unwrap_or(time)
}

/// The seconds since 1970 at the start of a day.
pub fn seconds(day: Date) -> i64 {
    utc(day.into()).unwrap_or_default().as_second()
}

/// Hours in 20,000 years.
const MOST: i64 = 20_000 * 366 * 24;

fn utc(time: DateTime) -> Option<Timestamp> {
    Some(time.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp())
}
