//! How fast to ask.

use serde::Serialize;
use std::time::Duration;

/// A limit for all requests, or for some.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RateLimit {
    /// Requests per period.
    pub rate: Option<Rate>,
    /// Requests under way at the same time.
    pub concurrency: Option<u32>,
    /// Methods in capitals; empty: all.
    pub methods: Vec<String>,
    /// Paths below the base URL, or whole URLs, in which `*` stands for anything; empty: all.
    pub paths: Vec<String>,
    /// What the answers say is left.
    pub quota: Option<Quota>,
}

impl RateLimit {
    /// Whether it holds for every request.
    #[must_use]
    pub fn is_for_all(&self) -> bool {
        self.methods.is_empty() && self.paths.is_empty()
    }
}

/// Requests per period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rate {
    /// How many.
    pub requests: u32,
    /// In which time.
    pub per: Duration,
}

/// What the answers say is left, and until when.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quota {
    /// How many requests are left.
    pub left: HeaderPart,
    /// When the count begins anew.
    pub reset: HeaderPart,
    /// How that is written.
    pub unit: WaitUnit,
    /// The longest wait; a longer one fails the run.
    pub max: Duration,
}

/// A value in a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeaderPart {
    /// The header, in lower case.
    pub name: String,
    /// The first group of this regular expression, where it is not the whole header.
    pub pattern: Option<String>,
}

/// How a response writes a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum WaitUnit {
    /// Seconds from now, or an HTTP date.
    Seconds,
    /// Milliseconds from now.
    Milliseconds,
    /// Seconds since 1970.
    Epoch,
    /// Milliseconds since 1970.
    EpochMillis,
    /// A date and time by RFC 3339, or an HTTP date.
    Date,
    /// A time from now with its units.
    Duration,
}
