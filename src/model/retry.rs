//! What failures mean.

use super::{Envelope, Expr, HeaderPart, Template, WaitUnit};
use serde::Serialize;
use std::time::Duration;

/// What failures mean.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorPolicy {
    /// Tried in order, on every response (2xx too where `on_success`).
    pub rules: Vec<Rule>,
    /// The body as the rules' expressions and the backoff read it.
    pub body: Option<Envelope>,
    /// Statuses that are retried where no rule holds.
    pub retry_statuses: Vec<StatusRange>,
    /// Retries of one request.
    pub max_retries: u32,
    /// How long to wait.
    pub backoff: Backoff,
    /// Time after which a request is not tried again.
    pub max_elapsed: Option<Duration>,
}

/// A range of statuses, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct StatusRange {
    /// The lowest.
    pub from: u16,
    /// The highest.
    pub to: u16,
}

/// How long to wait between tries.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Backoff {
    /// Doubled each time, with full jitter.
    Exponential {
        /// The first wait.
        first: Duration,
        /// The longest wait.
        max: Duration,
    },
    /// Always the same.
    Constant {
        /// The wait.
        wait: Duration,
    },
    /// As the response says; exponential from one second where it says nothing.
    Asked {
        /// Where it says so.
        place: WaitPlace,
        /// Its unit.
        unit: WaitUnit,
        /// The longest wait; a longer one fails the run.
        max: Duration,
    },
}

/// Where a response says how long to wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum WaitPlace {
    /// In a header.
    Header(HeaderPart),
    /// In the body: the Rust name of the accessor in [`ErrorPolicy::body`].
    Body(String),
}

/// One rule: all of its conditions have to hold.
#[derive(Debug, Clone, Serialize)]
pub struct Rule {
    /// Any of these; empty: every status.
    pub statuses: Vec<StatusRange>,
    /// Has to be true.
    pub condition: Option<Expr>,
    /// The body contains it.
    pub contains: Option<String>,
    /// A header, in lower case, and its value where one is given.
    pub header: Option<(String, Option<String>)>,
    /// What to do.
    pub action: Action,
}

/// What to do with a response.
#[derive(Debug, Clone, Serialize)]
pub enum Action {
    /// Try again.
    Retry,
    /// An empty page, on the first request of a stream.
    Ignore,
    /// Leave out what is left of the partition.
    SkipPartition,
    /// Fetch a new token and try once more.
    RefreshAuth,
    /// Fail with a message.
    Fail(Option<Template>),
}
