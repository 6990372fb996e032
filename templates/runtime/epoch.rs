//! Instants, days and times as numbers, as columnar formats have them.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::time::seconds;

/// Microseconds since 1970; finer digits are cut, towards the past.
pub(super) fn micros(instant: Timestamp) -> i64 {
    let micros = instant.as_nanosecond().div_euclid(1000);
    // Instants of jiff are those of the years up to 9999.
    i64::try_from(micros).unwrap_or(i64::MAX)
}

/// Days since 1970.
pub(super) fn days(day: Date) -> i32 {
    let days = seconds(day).div_euclid(86_400);
    i32::try_from(days).unwrap_or(i32::MAX)
}

/// Microseconds since midnight; finer digits are cut.
pub(super) fn of_day(time: Time) -> i64 {
    let minutes = i64::from(time.hour()) * 60 + i64::from(time.minute());
    let seconds = minutes * 60 + i64::from(time.second());
    seconds * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1000
}
