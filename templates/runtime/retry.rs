//! What an answer means, and how long to wait before a request is sent again.
//!
//! Default: 408, 425, 429, 5xx and broken connections, 5 times, from 1 s on doubled, each wait a random part of that.

use std::time::{Duration, SystemTime};

use super::answer::Headers;
use super::error::Error;

/// Longest wait that a `Retry-After` header may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(300);

/// When and how often one request is sent again.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// Ranges of statuses, both ends included.
    pub statuses: &'static [(u16, u16)],
    /// How often, after the first time.
    pub max_retries: u32,
    /// How long to wait in between.
    pub backoff: Backoff,
    /// Time since the first try after which there is no other.
    pub max_elapsed: Option<Duration>,
}

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub enum Backoff {
    /// Doubled each time up to `max`; a random part of it is waited.
    Exponential {
        /// The first wait.
        first: Duration,
        /// The longest wait.
        max: Duration,
    },
    /// Always the same.
    Constant(Duration),
    /// As a header says, without one exponential from 1 s.
    Header {
        /// Name of the header.
        name: &'static str,
        /// What its number means.
        unit: Unit,
        /// The longest wait; a header that asks for more is an error.
        max: Duration,
    },
}

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

/// What to do with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Take it.
    Accept,
    /// Send the request again.
    Retry,
    /// An empty page; on the first request of a stream only.
    Ignore,
    /// Send the request again once with new credentials.
    RefreshAuth,
    /// Fail, with a message of one's own.
    Fail(Option<String>),
}

impl Retry {
    /// What resources have that say nothing else.
    pub const DEFAULT: Self = Self {
        statuses: &[(408, 408), (425, 425), (429, 429), (500, 599)],
        max_retries: 5,
        backoff: Backoff::Exponential {
            first: Duration::from_secs(1),
            max: Duration::from_secs(60),
        },
        max_elapsed: None,
    };

    /// What a status means.
    pub(super) fn action(&self, status: u16) -> Action {
        match status {
            200..=299 => Action::Accept,
            _ if self
                .statuses
                .iter()
                .any(|&(from, to)| (from..=to).contains(&status)) =>
            {
                Action::Retry
            }
            401 => Action::RefreshAuth,
            _ => Action::Fail(None),
        }
    }

    /// How long to wait after a number of tries: at least what the headers of the answer ask for.
    pub(super) fn wait(
        &self,
        tries: u32,
        first: Option<Duration>,
        headers: Option<&Headers>,
    ) -> Result<Duration, Error> {
        let doubled =
            |first: Duration, max: Duration| first.saturating_mul(1 << tries.min(20)).min(max);
        let second = Duration::from_secs(1);
        let own = match self.backoff {
            Backoff::Exponential {
                first: declared,
                max,
            } => doubled(first.unwrap_or(declared), max),
            Backoff::Constant(wait) => return Ok(first.unwrap_or(wait).max(asked(headers)?)),
            Backoff::Header { name, unit, max } => {
                match headers.and_then(|headers| read(headers.get(name)?, unit)) {
                    Some(wait) => return within(wait, max, name),
                    None => doubled(first.unwrap_or(second), max),
                }
            }
        };
        Ok(own.mul_f64(fastrand::f64()).max(asked(headers)?))
    }
}

fn asked(headers: Option<&Headers>) -> Result<Duration, Error> {
    let wait = headers.and_then(|headers| read(headers.get("retry-after")?, Unit::Seconds));
    within(wait.unwrap_or_default(), LONGEST_ASKED, "retry-after")
}

fn within(wait: Duration, max: Duration, header: &str) -> Result<Duration, Error> {
    if wait <= max {
        return Ok(wait);
    }
    let (wait, max) = (wait.as_secs(), max.as_secs());
    Err(Error::wait(format!(
        "the API asks to wait for {wait} s in `{header}`, longer than the {max} s allowed"
    )))
}

/// A time to wait: a number, or an HTTP date; the past is now.
fn read(text: &str, unit: Unit) -> Option<Duration> {
    let now = SystemTime::now();
    let until = |time: SystemTime| time.duration_since(now).unwrap_or_default();
    let Ok(number) = text.trim().parse::<f64>() else {
        return httpdate::parse_http_date(text.trim()).ok().map(until);
    };
    let number = if unit == Unit::Milliseconds {
        number / 1000.0
    } else {
        number
    };
    let span = if number > 0.0 {
        Duration::try_from_secs_f64(number).unwrap_or(Duration::MAX)
    } else {
        Duration::ZERO
    };
    match unit {
        Unit::Epoch => Some(
            SystemTime::UNIX_EPOCH
                .checked_add(span)
                .map_or(Duration::MAX, until),
        ),
        Unit::Seconds | Unit::Milliseconds => Some(span),
    }
}
