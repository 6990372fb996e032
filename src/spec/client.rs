//! `client`: what all requests share.

use super::{Auth, ErrorHandler, Paginator, Value};
use crate::read::spec_map;
use crate::source::{Spanned, Text};

spec_map! {
    /// What all requests share.
    pub struct Client {
        /// Where the API lives; paths of endpoints are appended. May use `config` (not a secret).
        required base_url: Text,
        /// Headers of every request.
        default headers: Vec<(Text, Value)>,
        /// Query parameters of every request.
        default params: Vec<(Text, Value)>,
        /// How requests are authenticated.
        optional auth: Auth,
        /// How resources page unless they say otherwise.
        optional paginator: Paginator,
        /// What failures mean unless a resource says otherwise.
        optional error_handler: ErrorHandler,
        /// How long to wait.
        optional timeout: Timeout,
        /// How fast to ask.
        optional rate_limit: RateLimit,
        /// The `User-Agent` header; the crate's name and version when absent.
        optional user_agent: Text,
        /// Other origins (`https://host[:port]`) that may receive credentials.
        default allowed_hosts: Vec<Text>,
    }
}

spec_map! {
    /// Time limits of one request: seconds, or ISO 8601 durations such as `PT30S`.
    pub struct Timeout {
        /// Until the connection stands; 30 seconds when absent.
        optional connect: Text,
        /// Until the next bytes arrive; 60 seconds when absent.
        optional read: Text,
    }
}

spec_map! {
    /// A limit shared by all resources of the client.
    pub struct RateLimit {
        /// Requests per `per`.
        optional requests: Spanned<u64>,
        /// The period: `second`, `minute`, `hour`, `day`, or an ISO 8601 duration; a second when absent.
        optional per: Text,
        /// Requests under way at the same time.
        optional concurrency: Spanned<u64>,
    }
}
