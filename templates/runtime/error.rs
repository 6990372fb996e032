//! The one error of this crate: which request, what went wrong, what the API said about it.
//! It never shows a query string, a header or a secret.

use std::fmt;
use std::sync::Arc;

/// Anything that can go wrong.
#[derive(Debug, Clone)]
pub struct Error {
    kind: Kind,
    request: Option<String>,
    message: String,
    api_message: Option<String>,
    end: bool,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// Kinds of errors.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The configuration cannot be used.
    Config,
    /// A value that a request is made of cannot be used.
    Value,
    /// There are no credentials to be had.
    Auth,
    /// There is no connection.
    Connect,
    /// There was no answer in time.
    Timeout,
    /// The connection broke.
    Transport,
    /// The API answered with this status.
    Status(u16),
    /// The API asks for a longer wait than is allowed.
    Wait,
    /// A response is not what was declared.
    Decode,
    /// There is no way from this page to the next.
    Paging,
    /// A job of the API failed, or did not end in time.
    Job,
    /// By the API's answer, what was asked for is to be left out.
    Skipped,
    /// Records cannot be loaded where they are to go.
    Load,
}

impl Error {
    /// An error of a kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            request: None,
            message: message.into(),
            api_message: None,
            end: false,
            source: None,
        }
    }

    pub(super) fn transport(error: reqwest::Error) -> Self {
        let server = error.url().map(|url| url.origin().ascii_serialization());
        let server = server.map(|url| format!(" to {url}")).unwrap_or_default();
        let (kind, text) = match &error {
            error if error.is_timeout() => (Kind::Timeout, "timed out".to_owned()),
            error if error.is_connect() => (Kind::Connect, format!("cannot connect{server}")),
            error if error.is_builder() => (Kind::Config, "cannot be sent".to_owned()),
            _ => (Kind::Transport, "the connection broke".to_owned()),
        };
        let error = error.without_url();
        let mut cause: &dyn std::error::Error = &error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        Self::new(kind, format!("{text}: {cause}")).because(error)
    }

    pub(super) fn because(
        mut self,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    pub(super) fn of(mut self, request: String) -> Self {
        self.request.get_or_insert(request);
        self
    }

    pub(super) fn said(mut self, api_message: Option<String>) -> Self {
        self.api_message = api_message.map(|text| text.chars().take(500).collect());
        self.message
            .extend(self.api_message.iter().flat_map(|text| [": ", text]));
        self
    }

    /// The same as the end of all, where other partitions would go on.
    pub(super) fn end(mut self) -> Self {
        self.end = true;
        self
    }

    /// Whether another try may help: nothing came back, or not all of it.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self.kind, Kind::Connect | Kind::Timeout | Kind::Transport)
    }

    pub(super) fn remark(mut self, remark: fmt::Arguments<'_>) -> Self {
        self.message = format!("{} ({remark})", self.message);
        self
    }

    /// What kind it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it ends all that the resource reads, as opposed to one partition of it: the configuration or the
    /// credentials cannot be used, or this failure was declared to be the end.
    pub fn is_final(&self) -> bool {
        self.end || matches!(self.kind, Kind::Config | Kind::Auth | Kind::Status(401))
    }

    /// What the API itself said, from the body of its answer: at most 500 characters.
    pub fn api_message(&self) -> Option<&str> {
        self.api_message.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(request) = &self.request {
            write!(f, "{request}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
