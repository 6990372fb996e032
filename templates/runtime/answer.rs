//! What came back: status, headers, and a body that is read to its end.

use reqwest::{StatusCode, Url};
use serde::Deserialize;
use serde_json::Value;

use super::error::Error;

/// A response with its whole body.
#[derive(Debug)]
pub struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: Headers,
    pub(super) url: Url,
    pub(super) body: Vec<u8>,
}

/// The headers of a response. Values that are not text are not there.
#[derive(Debug)]
pub struct Headers(pub(super) reqwest::header::HeaderMap);

impl Headers {
    /// The first value of a header, whose name is written in any case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of a header.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .get_all(name)
            .into_iter()
            .filter_map(|value| value.to_str().ok())
    }
}

impl Answer {
    /// HTTP status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The headers.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The body as a type, where it is one.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Whether the body contains a text.
    pub fn contains(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.body).contains(text)
    }

    /// The body as text; none where it is blank.
    pub(super) fn text(&self) -> Result<Option<&str>, Error> {
        let text = std::str::from_utf8(&self.body)
            .map_err(|error| Error::decode("the response is not UTF-8").because(error))?;
        Ok(Some(text).filter(|text| !text.trim_ascii().is_empty()))
    }

    /// What the API says about a failure, cut at 500 characters.
    pub(super) fn message(&self) -> Option<String> {
        let body: Value = self.json()?;
        let found = [
            "/error/message",
            "/message",
            "/error_description",
            "/detail",
            "/errors/0/message",
            "/errors/0/detail",
        ];
        let more = ["/errors/0", "/error", "/title", "/msg", "/reason"];
        let text = found
            .iter()
            .chain(&more)
            .find_map(|path| body.pointer(path)?.as_str());
        text.map(|text| text.chars().take(500).collect())
    }
}
