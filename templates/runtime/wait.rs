//! Waits that an API asks for in a header of its own, such as `x-ratelimit-reset`.

use std::time::{Duration, SystemTime};

use super::error::Error;
use super::retry::{seconds_from, within};
use super::send::Answer;

/// What the number in a header means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds from now.
    Seconds,
    /// Milliseconds from now.
    Milliseconds,
    /// Seconds since 1970.
    Epoch,
}

/// The wait that a header asks for; none where it is absent or no number.
///
/// # Errors
/// It is longer than `max`.
pub fn header(
    answer: &Answer,
    name: &str,
    unit: Unit,
    max: Duration,
) -> Result<Option<Duration>, Error> {
    let Some(number) = answer
        .header(name)
        .and_then(|text| text.trim().parse::<f64>().ok())
    else {
        return Ok(None);
    };
    let wait = match unit {
        Unit::Seconds => seconds_from(number),
        Unit::Milliseconds => seconds_from(number / 1000.0),
        Unit::Epoch => {
            let now = SystemTime::now()
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or_default();
            seconds_from(number).saturating_sub(now)
        }
    };
    within(wait, max).map(Some)
}
