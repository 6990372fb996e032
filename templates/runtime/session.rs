//! What all requests of a client share: connections, base URL, credentials, limits, counters.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::auth::{Authenticator, BoxFuture, NoAuth};
use super::error::Error;
use super::request::{Param, Request};
use super::secret::Secret;
use super::stats::Stats;
use super::tls;

/// A connection to the API. Clones share everything.
#[derive(Clone)]
pub struct Session {
    pub(super) shared: Arc<Shared>,
    pub(super) auth: Arc<dyn Authenticator>,
}

pub(super) struct Shared {
    pub(super) http: reqwest::Client,
    pub(super) base: String,
    pub(super) headers: HeaderMap,
    pub(super) gate: Option<Box<dyn Gate>>,
    pub(super) max_body: usize,
    pub(super) first_wait: Option<Duration>,
    pub(super) stats: Stats,
    origins: Vec<String>,
    secrets: Vec<Secret>,
}

/// Decides when a request may start.
pub trait Gate: fmt::Debug + Send + Sync {
    /// Waits until a request may start. It counts as under way until the pass is dropped.
    fn pass(&self) -> BoxFuture<'_, Box<dyn Send>>;
}

/// Settings of a [`Session`], with the defaults of its methods.
pub struct SessionBuilder {
    base: String,
    headers: Vec<(String, Result<HeaderValue, Error>)>,
    auth: Arc<dyn Authenticator>,
    connect_timeout: Duration,
    read_timeout: Duration,
    max_body: usize,
    first_wait: Option<Duration>,
    gate: Option<Box<dyn Gate>>,
    origins: Vec<String>,
    secrets: Vec<Secret>,
    http: Option<reqwest::Client>,
}

impl SessionBuilder {
    /// Credentials of all requests; none by default.
    #[must_use]
    pub fn auth(mut self, auth: impl Authenticator + 'static) -> Self {
        self.auth = Arc::new(auth);
        self
    }

    /// A header of all requests that do not set it themselves.
    #[must_use]
    pub fn header<P: Param>(mut self, name: &str, value: P) -> Self {
        for text in value.texts() {
            self.headers
                .push((name.to_owned(), header_value(name, &text, P::SECRET)));
        }
        self
    }

    /// Longest time until a connection stands: 30 s.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Longest time until the next bytes arrive: 60 s.
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// Longest body in bytes, decompressed: 1 GiB.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// First wait before a request is sent again, instead of the one that the resource has.
    #[must_use]
    pub fn first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = Some(wait);
        self
    }

    /// Limits of the API.
    #[must_use]
    pub fn gate(mut self, gate: impl Gate + 'static) -> Self {
        self.gate = Some(Box::new(gate));
        self
    }

    /// Another origin, `https://host` or `https://host:port`, that may receive requests and their credentials.
    #[must_use]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// A text that is hidden in all messages.
    #[must_use]
    pub fn hide(mut self, secret: &Secret) -> Self {
        self.secrets.push(secret.clone());
        self
    }

    /// Your own HTTP client (proxy, client certificate). It has its own timeouts, and should not follow redirects.
    #[must_use]
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// Makes the session; nothing is sent yet.
    pub fn build(self) -> Result<Session, Error> {
        let base = self.base.trim_end_matches('/').to_owned();
        let mut origins = Vec::new();
        for text in std::iter::once(&base).chain(&self.origins) {
            let url = Url::parse(text).ok().filter(Url::has_host);
            let url =
                url.ok_or_else(|| Error::config(format!("`{text}` is no URL with a host")))?;
            origins.push(origin(&url));
        }
        let mut headers = HeaderMap::new();
        headers.insert("accept", HeaderValue::from_static("application/json"));
        for (name, value) in self.headers {
            headers.insert(header_name(&name)?, value?);
        }
        let http = match self.http {
            Some(http) => http,
            None => tls::configure(
                reqwest::Client::builder()
                    .redirect(reqwest::redirect::Policy::none())
                    .connect_timeout(self.connect_timeout)
                    .read_timeout(self.read_timeout),
            )?
            .build()
            .map_err(Error::transport)?,
        };
        let shared = Shared {
            http,
            base,
            headers,
            gate: self.gate,
            max_body: self.max_body,
            first_wait: self.first_wait,
            stats: Stats::default(),
            origins,
            secrets: self.secrets,
        };
        Ok(Session {
            shared: Arc::new(shared),
            auth: self.auth,
        })
    }
}

impl Session {
    /// Settings of a session with an API at this URL.
    pub fn builder(base_url: impl Into<String>) -> SessionBuilder {
        SessionBuilder {
            base: base_url.into(),
            headers: Vec::new(),
            auth: Arc::new(NoAuth),
            connect_timeout: Duration::from_secs(30),
            read_timeout: Duration::from_secs(60),
            max_body: 1 << 30,
            first_wait: None,
            gate: None,
            origins: Vec::new(),
            secrets: Vec::new(),
            http: None,
        }
    }

    /// The same with other credentials.
    #[must_use]
    pub fn with_auth(&self, auth: impl Authenticator + 'static) -> Self {
        Self {
            shared: self.shared.clone(),
            auth: Arc::new(auth),
        }
    }

    /// Counters of all that was read.
    pub fn stats(&self) -> &Stats {
        &self.shared.stats
    }

    /// Whether a URL may receive requests, and so credentials; `from` is the page that it was found on.
    pub(super) fn permit(&self, url: &Url, from: Option<&Url>) -> Result<(), Error> {
        let to = origin(url);
        if from.is_some_and(|from| from.scheme() == "https" && url.scheme() == "http") {
            return Err(Error::config(format!("refused to go from https to `{to}`")));
        }
        if self.shared.origins.contains(&to) {
            return Ok(());
        }
        Err(Error::config(format!(
            "refused to send credentials to `{to}`: it is neither the API's origin nor allowed"
        )))
    }

    pub(super) fn is_home(&self, url: &Url) -> bool {
        self.shared.origins.first() == Some(&origin(url))
    }

    /// A text without the secrets of this session and of a request.
    pub(super) fn mask(&self, request: &Request, mut text: String) -> String {
        for secret in self
            .shared
            .secrets
            .iter()
            .chain(&request.secrets)
            .map(Secret::expose)
        {
            if !secret.is_empty() && text.contains(secret) {
                text = text.replace(secret, "[redacted]");
            }
        }
        text
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("origins", &self.shared.origins)
            .field("auth", &self.auth)
            .finish_non_exhaustive()
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

pub(super) fn header_name(name: &str) -> Result<HeaderName, Error> {
    name.parse()
        .map_err(|_| Error::config(format!("`{name}` is no name of a header")))
}

pub(super) fn header_value(name: &str, text: &str, secret: bool) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        Error::config(format!(
            "the value of the header `{name}` has characters that it cannot have"
        ))
    })?;
    value.set_sensitive(secret);
    Ok(value)
}
