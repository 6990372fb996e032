//! A request before it is authorised and sent.

use std::fmt::{self, Write};

use reqwest::{Method, Url};
use serde::Serialize;
use serde_json::{Map, Value};

use super::error::Error;
use super::secret::Secret;

/// One request. Values that are absent are left out, lists repeat their name.
#[derive(Clone)]
pub struct Request {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
    pub(super) secrets: Vec<Secret>,
}

#[derive(Clone)]
pub(super) enum Body {
    Empty,
    Json(Value),
    Form(Vec<(String, String)>),
    Text(String),
}

impl Request {
    /// A `GET` of a path below the base URL, or of a whole URL.
    pub fn get(target: impl Into<String>) -> Self {
        Self::of(Method::GET, target.into())
    }

    /// A request of another method.
    pub fn new(method: &str, target: impl Into<String>) -> Result<Self, Error> {
        let method = method
            .parse()
            .map_err(|_| Error::config(format!("`{method}` is no HTTP method")))?;
        Ok(Self::of(method, target.into()))
    }

    fn of(method: Method, target: String) -> Self {
        Self {
            method,
            target,
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::Empty,
            secrets: Vec::new(),
        }
    }

    /// Adds a query parameter.
    pub fn query(&mut self, name: &str, value: impl Param) {
        let texts = self.texts(&value);
        self.query
            .extend(texts.into_iter().map(|text| (name.to_owned(), text)));
    }

    /// Sets a header; several values are joined by commas.
    pub fn header(&mut self, name: &str, value: impl Param) {
        let texts = self.texts(&value);
        if !texts.is_empty() {
            self.headers.push((name.to_owned(), texts.join(", ")));
        }
    }

    /// Sends a JSON body.
    pub fn json(&mut self, body: Value) {
        self.body = Body::Json(body);
    }

    /// Sets a key of the JSON body; dots lead into objects, which are made where they are absent.
    pub fn json_key(&mut self, path: &str, value: impl Serialize) {
        let Ok(
            value @ (Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_)),
        ) = serde_json::to_value(value)
        else {
            return;
        };
        if !matches!(self.body, Body::Json(Value::Object(_))) {
            self.body = Body::Json(Value::Object(Map::new()));
        }
        let Body::Json(mut place) = std::mem::replace(&mut self.body, Body::Empty) else {
            return;
        };
        let mut at = &mut place;
        for key in path.split('.') {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            at = &mut at[key];
        }
        *at = value;
        self.body = Body::Json(place);
    }

    /// Adds a field to the form that is the body.
    pub fn form(&mut self, name: &str, value: impl Param) {
        let fields = self
            .texts(&value)
            .into_iter()
            .map(|text| (name.to_owned(), text));
        match &mut self.body {
            Body::Form(form) => form.extend(fields),
            body => *body = Body::Form(fields.collect()),
        }
    }

    /// Sends a text as the body.
    pub fn text(&mut self, body: impl Into<String>) {
        self.body = Body::Text(body.into());
    }

    /// Hides a text in all messages about this request.
    pub fn hide(&mut self, secret: &Secret) {
        self.secrets.push(secret.clone());
    }

    fn texts<P: Param>(&mut self, value: &P) -> Vec<String> {
        let texts = value.texts();
        if P::SECRET {
            self.secrets.extend(texts.iter().map(Secret::from));
        }
        texts
    }

    pub(super) fn url(&self, base: &str) -> Result<Url, Error> {
        let whole = if self.target.contains("://") {
            self.target.clone()
        } else {
            format!("{base}{}", self.target)
        };
        let mut url = Url::parse(&whole)
            .map_err(|error| Error::config(format!("the URL of the request: {error}")))?;
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = self.target.split('?').next().unwrap_or_default();
        write!(f, "{} {target}", self.method)
    }
}

/// A value of a query parameter, a header or a form field.
pub trait Param {
    /// Whether it has to be hidden in messages.
    const SECRET: bool = false;

    /// Its texts, as JSON writes them: none where it is absent, several of a list.
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
displayed!(str String bool i32 i64 u64 f64);

impl Param for Secret {
    const SECRET: bool = true;

    fn texts(&self) -> Vec<String> {
        vec![self.expose().to_owned()]
    }
}

impl<T: Param + ?Sized> Param for &T {
    const SECRET: bool = T::SECRET;

    fn texts(&self) -> Vec<String> {
        (**self).texts()
    }
}

impl<T: Param> Param for Option<T> {
    const SECRET: bool = T::SECRET;

    fn texts(&self) -> Vec<String> {
        self.iter().flat_map(T::texts).collect()
    }
}

impl<T: Param> Param for Vec<T> {
    const SECRET: bool = T::SECRET;

    fn texts(&self) -> Vec<String> {
        self.iter().flat_map(T::texts).collect()
    }
}

/// A value as one segment of a path: everything that could end or leave it is percent-encoded.
///
/// # Errors
/// Empty texts, `.` and `..` are no segments.
pub fn segment(value: impl fmt::Display) -> Result<String, Error> {
    let text = value.to_string();
    if matches!(text.as_str(), "" | "." | "..") {
        return Err(Error::config(format!("`{text}` cannot stand in a path")));
    }
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    Ok(encoded)
}
