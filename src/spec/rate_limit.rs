//! `rate_limit`: how fast to ask.

use crate::read::{OneOrMany, spec_map, spec_words};
use crate::source::{Spanned, Text};

spec_map! {
    /// A limit shared by all resources of the client, for all requests or for those of some methods and paths.
    pub struct RateLimit {
        /// Requests per `per`.
        optional requests: Spanned<u64>,
        /// The period: `second`, `minute`, `hour`, `day`, or an ISO 8601 duration; a second when absent.
        optional per: Text,
        /// Requests under way at the same time.
        optional concurrency: Spanned<u64>,
        /// Methods of the requests that it is about; all when absent.
        optional methods: OneOrMany<Text>,
        /// Paths below `base_url`, or whole URLs, of the requests that it is about; `*` stands for anything. All when absent.
        optional paths: OneOrMany<Text>,
        /// The header in which answers say how many requests are left; at 0 the next one waits until the reset.
        optional remaining_header: HeaderPart,
        /// The header in which answers say when the count begins anew.
        optional reset_header: TimeHeader,
        /// The longest wait for the reset: seconds, or an ISO 8601 duration; 5 minutes when absent. A longer one fails the run.
        optional max_wait: Text,
    }
}

spec_map! {
    /// A value in a header of the response. A text alone is the header.
    pub struct HeaderPart shorthand(header) {
        /// The header.
        required header: Text,
        /// A regular expression whose first group is the value; the whole header when absent.
        optional pattern: Text,
    }
}

spec_map! {
    /// A time in a header of the response. A text alone is the header.
    pub struct TimeHeader shorthand(header) {
        /// The header.
        required header: Text,
        /// A regular expression whose first group is the value; the whole header when absent.
        optional pattern: Text,
        /// Its unit; seconds when absent.
        optional unit: Spanned<WaitUnit>,
    }
}

spec_words! {
    /// How a response writes a time.
    pub enum WaitUnit {
        /// Seconds from now, or an HTTP date, as in `Retry-After`.
        Seconds = "seconds",
        /// Milliseconds from now.
        Milliseconds = "milliseconds",
        /// Seconds since 1970.
        Epoch = "epoch",
        /// Milliseconds since 1970.
        EpochMillis = "epoch_ms",
        /// A date and time by RFC 3339, or an HTTP date.
        Date = "date",
        /// A time from now with its units: `12s`, `6m30s`, `20ms`, `PT12S`.
        Duration = "duration",
    }
}
