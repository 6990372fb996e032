//! Waits that an API asks for in a place of its own, such as `x-ratelimit-reset`.

use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};

use super::error::Error;
use super::retry::{retry_after, seconds_from, within};

/// What a text says about a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds from now, or an HTTP date: as in `Retry-After`.
    Seconds,
    /// Milliseconds from now.
    Milliseconds,
    /// Seconds since 1970.
    Epoch,
    /// Milliseconds since 1970.
    EpochMillis,
    /// A date and time by RFC 3339, or an HTTP date.
    Date,
    /// A time from now with its units: `12s`, `6m30s`, `20ms`, `PT12S`.
    Duration,
}

impl Unit {
    /// The time from now to the one that a text says; none where it is not of this unit. What is past is now.
    pub(super) fn wait(self, text: &str) -> Option<Duration> {
        let text = text.trim();
        let number = || text.parse::<f64>().ok();
        match self {
            Self::Seconds => retry_after(text),
            Self::Milliseconds => Some(seconds_from(number()? / 1000.0)),
            Self::Epoch => Some(until(seconds_from(number()?))),
            Self::EpochMillis => Some(until(seconds_from(number()? / 1000.0))),
            Self::Date => match text.parse::<Timestamp>() {
                Ok(time) => Some(until(positive(time.as_duration()))),
                Err(_) => retry_after(text).filter(|_| number().is_none()),
            },
            Self::Duration => Some(positive(text.parse().ok()?)),
        }
    }
}

/// The wait that a text asks for; none where it is absent or not of its unit.
///
/// # Errors
/// It is longer than `max`.
pub fn asked(text: Option<&str>, unit: Unit, max: Duration) -> Result<Option<Duration>, Error> {
    let wait = text.and_then(|text| unit.wait(text));
    wait.map(|wait| within(wait, max)).transpose()
}

/// From now to a time since 1970.
fn until(time: Duration) -> Duration {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    time.saturating_sub(now.unwrap_or_default())
}

fn positive(duration: SignedDuration) -> Duration {
    Duration::try_from(duration).unwrap_or_default()
}
