//! What all requests of a client share: connections, base URL, credentials, limits, counters.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url, redirect::Policy};

use super::error::{Error, Kind};
use super::request::{Credentials, Request};
use super::send::Answer;
use super::stats::Stats;
use super::tls;

/// A future that can be sent to another thread.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Puts credentials into requests. One is shared by all streams of a client.
pub trait Authenticator: fmt::Debug + Send + Sync {
    /// Adds the credentials, which are fetched first if need be.
    fn authorize<'a>(
        &'a self,
        request: &'a mut Request,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>>;

    /// The API refused the credentials of a request; true where another try has other ones.
    fn refused<'a>(&'a self, _request: &'a Request) -> BoxFuture<'a, bool> {
        Box::pin(async { false })
    }
}

/// Decides when a request may start.
pub trait Gate: fmt::Debug + Send + Sync {
    /// Waits until a request may start.
    fn pass<'g: 'a, 'a>(
        &'g self,
        session: &'a Session,
        method: &'a Method,
        url: &'a Url,
    ) -> BoxFuture<'a, Result<Box<dyn Pass + 'g>, Error>>;
}

/// A request that has started. It counts as under way until this is dropped.
pub trait Pass: Send {
    /// There is an answer, which may say how many requests are left.
    fn answered(&self, _answer: &Answer) {}
}

/// Settings of a session.
pub struct Options {
    /// URL that paths are appended to.
    pub base_url: String,
    /// Headers and secrets of all requests.
    pub common: Request,
    /// Credentials.
    pub auth: Option<Arc<dyn Authenticator>>,
    /// Longest time until a connection stands: 30 s.
    pub connect_timeout: Duration,
    /// Longest time until the next bytes arrive: 60 s.
    pub read_timeout: Duration,
    /// Longest body in bytes, decompressed: 1 GiB.
    pub max_body: usize,
    /// First wait before a request is sent again, instead of the one that the resource declares.
    pub first_wait: Option<Duration>,
    /// Limits of the API.
    pub gate: Option<Box<dyn Gate>>,
    /// Other origins, `https://host` or `https://host:port`, that may receive requests and their credentials.
    pub origins: Vec<String>,
    /// Receives all requests in place of the servers that they are for, such as a gateway, or a server of your tests.
    /// It finds their scheme and host in `X-Forwarded-Proto` and `X-Forwarded-Host`; its own path does not count.
    pub gateway: Option<Url>,
    /// Your own HTTP client (proxy, certificates); it has its own timeouts and should not follow redirects.
    pub http: Option<reqwest::Client>,
}

impl Options {
    /// The defaults, for an API at this URL.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            common: Request::get(""),
            auth: None,
            connect_timeout: Duration::from_secs(30),
            read_timeout: Duration::from_secs(60),
            max_body: 1 << 30,
            first_wait: None,
            gate: None,
            origins: Vec::new(),
            gateway: None,
            http: None,
        }
    }
}

/// A connection to the API. Clones share everything.
#[derive(Clone)]
pub struct Session {
    pub(super) options: Arc<Options>,
    pub(super) auth: Option<Arc<dyn Authenticator>>,
    pub(super) http: reqwest::Client,
    stats: Arc<Stats>,
}

impl Session {
    /// A session; nothing is sent yet.
    pub fn new(mut options: Options) -> Result<Self, Error> {
        let base = options.base_url.trim_end_matches('/').to_owned();
        options.origins.insert(0, base.clone());
        options.base_url = base;
        for allowed in &mut options.origins {
            let url = Url::parse(allowed).ok().filter(Url::has_host);
            let text = format!("`{allowed}` is no URL with a host");
            *allowed = origin(&url.ok_or(Error::new(Kind::Config, text))?);
        }
        let builder = reqwest::Client::builder().redirect(Policy::none());
        let builder = builder.connect_timeout(options.connect_timeout);
        let builder = builder.read_timeout(options.read_timeout);
        let http = match options.http.take() {
            Some(http) => http,
            None => tls::configure(builder)?.build().map_err(Error::transport)?,
        };
        let (auth, options, stats) = (options.auth.take(), Arc::new(options), Arc::default());
        Ok(Self {
            options,
            auth,
            http,
            stats,
        })
    }

    /// The same with other credentials, or none.
    #[must_use]
    pub fn with_auth(&self, auth: Option<Arc<dyn Authenticator>>) -> Self {
        Self {
            auth,
            ..self.clone()
        }
    }

    /// Counters of all that was read.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Whether credentials may go to the origin of a URL that was found on the page `from`.
    pub(super) fn trusts(&self, url: &Url, from: Option<&Url>) -> Result<bool, Error> {
        let to = origin(url);
        if from.is_some_and(|from| from.scheme() == "https") && url.scheme() == "http" {
            let text = format!("refused to go from https to `{to}`");
            return Err(Error::new(Kind::Config, text));
        }
        Ok(self.options.origins.contains(&to))
    }

    /// An error where a URL, found on the page `from`, may not receive requests and so credentials.
    pub(super) fn permit(&self, url: &Url, from: Option<&Url>) -> Result<(), Error> {
        if self.trusts(url, from)? {
            return Ok(());
        }
        let to = origin(url);
        let text =
            format!("refused to send credentials to `{to}`: neither the API's origin nor allowed");
        Err(Error::new(Kind::Config, text))
    }

    /// Whether a request goes to a URL, found on the page `from`, with its credentials.
    pub(super) fn admits(
        &self,
        request: &Request,
        url: &Url,
        from: Option<&Url>,
    ) -> Result<bool, Error> {
        match request.credentials {
            Credentials::Needed => self.permit(url, from).map(|()| true),
            Credentials::AtHome => self.trusts(url, from),
            Credentials::None => self.trusts(url, from).map(|_| false),
        }
    }

    /// A request without credentials, and without what all requests share.
    pub(super) fn bare(&self, request: &Request) -> Result<Request, Error> {
        if !request.secrets.is_empty() {
            let text = "refused to send secrets to another origin: it is not allowed";
            return Err(Error::new(Kind::Config, text));
        }
        Ok(self.unshared(request))
    }

    /// A request without what all requests share.
    pub(super) fn unshared(&self, request: &Request) -> Request {
        let mut unshared = request.clone();
        let common = self.options.common.headers.iter();
        let shared = common.map(|(name, _)| name.to_lowercase());
        unshared
            .without
            .extend(shared.filter(|name| name != "user-agent"));
        unshared
    }

    /// The URL to send a request to; a gateway is told which server it is for.
    pub(super) fn route(&self, url: &Url, headers: &mut HeaderMap) -> Url {
        let Some(gateway) = &self.options.gateway else {
            return url.clone();
        };
        let server = [
            ("x-forwarded-proto", url.scheme()),
            ("x-forwarded-host", url.authority()),
        ];
        for (name, value) in server {
            let value = HeaderValue::from_str(value);
            headers.extend(value.map(|value| (HeaderName::from_static(name), value)));
        }
        let mut to = gateway.clone();
        to.set_path(url.path());
        to.set_query(url.query());
        to
    }

    /// Method and path of a request, for messages.
    pub(super) fn name(&self, request: &Request) -> String {
        let method = &request.method;
        match request.url(&self.options.base_url) {
            Ok(url) if self.options.origins.first() == Some(&origin(&url)) => {
                format!("{method} {}", url.path())
            }
            Ok(url) => format!("{method} {}{}", origin(&url), url.path()),
            Err(_) => method.to_string(),
        }
    }

    /// A text without the secrets of this session and of a request.
    pub(super) fn mask(&self, request: &Request, text: String) -> String {
        let secrets = self.options.common.secrets.iter().chain(&request.secrets);
        let secrets = secrets.filter(|secret| !secret.expose().is_empty());
        secrets.fold(text, |text, secret| {
            text.replace(secret.expose(), "[redacted]")
        })
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({:?})", self.options.origins)
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
