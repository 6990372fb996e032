//! `error_handler`: what failures mean.

use super::WaitUnit;
use crate::read::{OneOrMany, spec_map, spec_tagged, spec_words};
use crate::source::{Spanned, Text};

spec_map! {
    /// What failures mean: three keys, or `rules`.
    ///
    /// By default 408, 425, 429, 5xx and broken connections are retried 5 times, exponentially from one second with
    /// full jitter; a `Retry-After` of up to 5 minutes wins; a 401 refreshes a token once.
    pub struct ErrorHandler {
        /// Statuses that are retried, in place of the default ones: codes, `5xx`, or ranges such as `500-599`.
        optional retry_on_status_codes: Vec<Text>,
        /// Retries of one request; 5 when absent.
        optional max_retries: Spanned<u64>,
        /// Seconds of the first wait, doubled each time; 1 when absent.
        optional backoff_factor: Spanned<f64>,
        /// Tried in order before the defaults.
        optional rules: Vec<Rule>,
        /// How long to wait between tries.
        optional backoff: Backoff,
        /// Time after which a request is not tried again: seconds, or an ISO 8601 duration.
        optional max_elapsed: Text,
    }
}

spec_words! {
    /// What to do with a response.
    pub enum Action {
        /// Try again.
        Retry = "retry",
        /// An empty page; on the first request of a stream only.
        Ignore = "ignore",
        /// Leave out what is left of the parent or partition that is read; that is counted.
        SkipPartition = "skip_partition",
        /// Fetch a new token and try once more.
        RefreshAuth = "refresh_auth",
        /// Fail with `message`.
        Fail = "fail",
    }
}

spec_map! {
    /// One rule: all of its conditions have to hold.
    pub struct Rule {
        /// Statuses: a code, a list, `5xx`, or a range such as `500-599`.
        optional status ("status" | "status_code"): OneOrMany<Text>,
        /// An expression over `response` that has to be true.
        optional body: Text,
        /// A text that the body has to contain.
        optional contains ("contains" | "content"): Text,
        /// A header that has to be there: its name, or `name: value`.
        optional header: Text,
        /// What to do.
        required action: Spanned<Action>,
        /// `fail`: what to say.
        optional message: Text,
    }
}

spec_tagged! {
    /// How long to wait between tries.
    pub enum Backoff {
        /// Doubled each time, with full jitter.
        Exponential(ExponentialBackoff) = "exponential",
        /// Always the same.
        Constant(ConstantBackoff) = "constant",
        /// As a header of the response says.
        Header(HeaderBackoff) = "header",
        /// As a value of the response's body says.
        Body(BodyBackoff) = "body",
    }
}

spec_map! {
    /// Doubled each time, with full jitter.
    pub struct ExponentialBackoff {
        /// Seconds of the first wait; 1 when absent.
        optional factor: Spanned<f64>,
        /// The longest wait: seconds, or an ISO 8601 duration; 5 minutes when absent.
        optional max: Text,
    }
}

spec_map! {
    /// Always the same.
    pub struct ConstantBackoff {
        /// The wait: seconds, or an ISO 8601 duration.
        required wait: Text,
    }
}

spec_map! {
    /// As a header of the response says; exponential where it is absent.
    pub struct HeaderBackoff {
        /// The header.
        required header: Text,
        /// A regular expression whose first group is the wait; the whole header when absent.
        optional pattern: Text,
        /// Its unit; seconds when absent.
        optional unit: Spanned<WaitUnit>,
        /// The longest wait: seconds, or an ISO 8601 duration; 5 minutes when absent. A longer one fails the run.
        optional max: Text,
    }
}

spec_map! {
    /// As a value of the response's body says; exponential where it is absent.
    pub struct BodyBackoff {
        /// Where the body has the wait.
        required path: Text,
        /// Its unit; seconds when absent.
        optional unit: Spanned<WaitUnit>,
        /// The longest wait: seconds, or an ISO 8601 duration; 5 minutes when absent. A longer one fails the run.
        optional max: Text,
    }
}
