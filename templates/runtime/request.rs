//! A request before it is authorised and sent.

use std::fmt;

use reqwest::{Method, Url};

use super::error::{Error, Kind};
use super::secret::Secret;

/// One request. Values that are absent are left out, lists repeat their name.
#[derive(Clone)]
pub struct Request {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) without: Vec<String>,
    pub(super) body: Option<(&'static str, String)>,
    pub(super) secrets: Vec<Secret>,
    pub(super) credentials: Credentials,
}

/// Where a request goes with its credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Credentials {
    /// To permitted origins, and to no others.
    Needed,
    /// To permitted origins; to others it goes without them, and without what all requests share.
    AtHome,
    /// It goes anywhere without them.
    None,
}

impl Request {
    /// A `GET` of a path below the base URL, or of a whole URL.
    pub fn get(target: impl Into<String>) -> Self {
        Self::new(Method::GET, target)
    }

    pub(super) fn new(method: Method, target: impl Into<String>) -> Self {
        let (query, headers, without, secrets) = Default::default();
        Self {
            method,
            target: target.into(),
            query,
            headers,
            without,
            body: None,
            secrets,
            credentials: Credentials::Needed,
        }
    }

    /// Sends no credentials with it, wherever it goes.
    pub fn without_credentials(&mut self) {
        self.credentials = Credentials::None;
    }

    /// Lets it go to other origins, too, without credentials.
    pub fn without_credentials_elsewhere(&mut self) {
        self.credentials = Credentials::AtHome;
    }

    /// Adds a query parameter.
    pub fn query<P: Param>(&mut self, name: &str, value: P) {
        let texts = self.texts(&value);
        self.query
            .extend(texts.into_iter().map(|text| (name.to_owned(), text)));
    }

    /// Sets a header; several values are joined by commas.
    pub fn header<P: Param>(&mut self, name: &str, value: P) {
        let texts = self.texts(&value);
        if !texts.is_empty() {
            self.headers.push((name.to_owned(), texts.join(", ")));
        }
    }

    /// Leaves out a header that all requests have.
    pub fn without_header(&mut self, name: &str) {
        self.without.push(name.to_lowercase());
    }

    /// Hides a text in all messages about this request.
    pub fn hide(&mut self, secret: &Secret) {
        self.secrets.push(secret.clone());
    }

    pub(super) fn texts<P: Param>(&mut self, value: &P) -> Vec<String> {
        let texts = value.texts();
        if P::SECRET {
            self.secrets.extend(texts.iter().map(Secret::from));
        }
        texts
    }

    pub(super) fn url(&self, base: &str) -> Result<Url, Error> {
        let scheme = self.target.split_once("://");
        let is_whole = scheme.is_some_and(|(scheme, _)| !scheme.contains(['/', '?', '#']));
        let base = if is_whole { "" } else { base };
        let refused = |error| Error::new(Kind::Config, format!("its URL: {error}"));
        let mut url = Url::parse(&format!("{base}{}", self.target)).map_err(refused)?;
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}",
            self.method,
            self.target.split('?').next().unwrap_or_default()
        )
    }
}

/// A value of a query parameter, a header or a form field.
pub trait Param {
    /// Whether it has to be hidden in messages.
    const SECRET: bool = false;

    /// Its texts as JSON writes them: none where it is absent, several of a list.
    fn texts(&self) -> Vec<String>;
}

macro_rules! displayed {
    ($($scalar:ty)*) => {$(
        impl Param for $scalar {
            fn texts(&self) -> Vec<String> {
                vec![self.to_string()]
            }
        }
    )*};
}
displayed!(str String bool i32 i64 u64 f64 jiff::Timestamp jiff::civil::Date jiff::civil::Time);

macro_rules! contained {
    ($($container:ident)*) => {$(
        impl<T: Param> Param for $container<T> {
            const SECRET: bool = T::SECRET;

            fn texts(&self) -> Vec<String> {
                self.iter().flat_map(T::texts).collect()
            }
        }
    )*};
}
contained!(Option Vec);

impl<T: Param + ?Sized> Param for &T {
    const SECRET: bool = T::SECRET;

    fn texts(&self) -> Vec<String> {
        (**self).texts()
    }
}

impl Param for Secret {
    const SECRET: bool = true;

    fn texts(&self) -> Vec<String> {
        vec![self.expose().to_owned()]
    }
}
