//! What a status means, and how long to wait before a request is sent again.
//!
//! Default: 408, 425, 429, 5xx and broken connections, five times, from 1 s on doubled, of which a random part is waited.

use std::time::{Duration, SystemTime};

use super::error::{Error, Kind};
use super::send::{Action, Answer};

/// Longest wait that a `Retry-After` header may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(300);

/// Reads a wait from an answer; one that is too long is an error.
pub type Asked = fn(&Answer) -> Result<Option<Duration>, Error>;

/// When and how often one request is sent again.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// Ranges of statuses, both ends included.
    pub statuses: &'static [(u16, u16)],
    /// How often, after the first time.
    pub max_retries: u32,
    /// The first wait; doubled each time.
    pub first: Duration,
    /// The longest wait.
    pub max: Duration,
    /// Wait a random part of it only, so that clients do not come back all at once.
    pub jitter: bool,
    /// Reads from an answer how long to wait at least, in place of `Retry-After`.
    pub asked: Option<Asked>,
    /// Time since the first try after which there is no other.
    pub max_elapsed: Option<Duration>,
}

impl Retry {
    /// What resources have that declare nothing else.
    pub const DEFAULT: Self = Self {
        statuses: &[(408, 408), (425, 425), (429, 429), (500, 599)],
        max_retries: 5,
        first: Duration::from_secs(1),
        max: Duration::from_secs(300),
        jitter: true,
        asked: None,
        max_elapsed: None,
    };

    pub(super) fn action(&self, status: u16) -> Action {
        let mut ranges = self.statuses.iter();
        match status {
            200..=299 => Action::Accept,
            _ if ranges.any(|(from, to)| (from..=to).contains(&&status)) => Action::Retry,
            401 => Action::RefreshAuth,
            _ => Action::Fail(None),
        }
    }

    /// How long to wait after a number of tries: at least what the answer asks for.
    pub(super) fn wait(
        &self,
        tries: u32,
        first: Option<Duration>,
        answer: Option<&Answer>,
    ) -> Result<Duration, Error> {
        let doubled = first
            .unwrap_or(self.first)
            .saturating_mul(1 << tries.min(20));
        let part = if self.jitter { fastrand::f64() } else { 1.0 };
        let own = doubled.min(self.max).mul_f64(part);
        if let (Some(asked), Some(answer)) = (self.asked, answer)
            && let Some(wait) = asked(answer)?
        {
            return Ok(wait.max(own));
        }
        let asked = answer.and_then(|answer| retry_after(answer.header("retry-after")?));
        within(asked.unwrap_or_default(), LONGEST_ASKED).map(|asked| asked.max(own))
    }
}

/// A wait that is not longer than allowed.
pub(super) fn within(wait: Duration, max: Duration) -> Result<Duration, Error> {
    if wait <= max {
        return Ok(wait);
    }
    let (asked, allowed) = (wait.as_secs(), max.as_secs());
    let text = format!("the API asks for a wait of {asked} s, longer than the {allowed} s allowed");
    Err(Error::new(Kind::Wait, text))
}

/// Seconds, or an HTTP date; what is past is now.
pub(super) fn retry_after(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<f64>() {
        return Some(seconds_from(seconds));
    }
    let date = httpdate::parse_http_date(text.trim()).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

/// Any number as a duration: none is too large, negative ones are zero.
pub(super) fn seconds_from(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)
}
