//! The one error of this crate: which request it was, what went wrong, and what the API said about it.
//!
//! The text never holds a query string, a header, or a secret that was declared as one.

use std::fmt;
use std::sync::Arc;

use reqwest::StatusCode;

type Source = Arc<dyn std::error::Error + Send + Sync>;

/// Anything that can go wrong. Its text says what was asked and what the API answered.
#[derive(Debug, Clone)]
pub struct Error(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    kind: Kind,
    request: Option<String>,
    message: String,
    api: Option<String>,
    source: Option<Source>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Config,
    Auth,
    Connect,
    Timeout,
    Transport,
    Status(StatusCode),
    Wait,
    Decode,
    Paging,
}

impl Error {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            kind,
            request: None,
            message: message.into(),
            api: None,
            source: None,
        }))
    }

    /// The configuration, or a value that a request is made of, cannot be used.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(Kind::Config, message)
    }

    /// No credentials could be had.
    pub fn auth(message: impl Into<String>) -> Self {
        Self::new(Kind::Auth, message)
    }

    /// A response is not what was declared.
    pub fn decode(message: impl Into<String>) -> Self {
        Self::new(Kind::Decode, message)
    }

    /// There is no way from this page to the next.
    pub fn paging(message: impl Into<String>) -> Self {
        Self::new(Kind::Paging, message)
    }

    pub(super) fn wait(message: String) -> Self {
        Self::new(Kind::Wait, message)
    }

    pub(super) fn status_of(
        status: StatusCode,
        message: Option<&str>,
        api: Option<String>,
    ) -> Self {
        let mut text = status.to_string().replace(" <unknown status code>", "");
        for part in message.into_iter().chain(api.as_deref()) {
            text.push_str(": ");
            text.push_str(part);
        }
        let mut error = Self::new(Kind::Status(status), text);
        error.0.api = api;
        error
    }

    pub(super) fn transport(error: reqwest::Error) -> Self {
        let (kind, text) = match &error {
            error if error.is_timeout() => (Kind::Timeout, "timed out"),
            error if error.is_connect() => (Kind::Connect, "cannot connect"),
            error if error.is_builder() => (Kind::Config, "cannot be sent"),
            _ => (Kind::Transport, "the connection broke"),
        };
        let error = error.without_url();
        let mut cause: &dyn std::error::Error = &error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        Self::new(kind, format!("{text}: {cause}")).because(error)
    }

    /// The same with what caused it.
    #[must_use]
    pub fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// The same with the request that it belongs to, unless it has one.
    #[must_use]
    pub fn of(mut self, request: impl fmt::Display) -> Self {
        self.0.request.get_or_insert_with(|| request.to_string());
        self
    }

    /// The same with a remark at the end.
    #[must_use]
    pub fn remark(mut self, remark: impl fmt::Display) -> Self {
        self.0.message = format!("{} ({remark})", self.0.message);
        self
    }

    /// Whether another try may help: nothing came back, or not all of it.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self.0.kind, Kind::Connect | Kind::Timeout | Kind::Transport)
    }

    /// The configuration has to be changed.
    pub fn is_config(&self) -> bool {
        self.0.kind == Kind::Config
    }

    /// The API or its token server does not accept the credentials.
    pub fn is_auth(&self) -> bool {
        self.0.kind == Kind::Auth || matches!(self.status(), Some(401 | 403))
    }

    /// There was no answer in time.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == Kind::Timeout
    }

    /// There was no connection.
    pub fn is_connect(&self) -> bool {
        self.0.kind == Kind::Connect
    }

    /// A response is not what was declared.
    pub fn is_decode(&self) -> bool {
        self.0.kind == Kind::Decode
    }

    /// The API wants fewer requests, or a longer wait than allowed.
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == Kind::Wait || self.status() == Some(429)
    }

    /// HTTP status of the answer that is the error.
    pub fn status(&self) -> Option<u16> {
        match self.0.kind {
            Kind::Status(status) => Some(status.as_u16()),
            _ => None,
        }
    }

    /// What the API itself said, from the body of its answer: at most 500 characters.
    pub fn api_message(&self) -> Option<&str> {
        self.0.api.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(request) = &self.0.request {
            write!(f, "{request}: ")?;
        }
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0
            .source
            .as_ref()
            .map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}
