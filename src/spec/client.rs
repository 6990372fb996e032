//! `client`: what all requests share.

use super::{Auth, ErrorHandler, Paginator, RateLimit, Value};
use crate::read::{OneOrMany, spec_map};
use crate::source::Text;

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
        /// How fast to ask: one limit, or several, of which each holds for the requests that it is about.
        optional rate_limit: OneOrMany<RateLimit>,
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
