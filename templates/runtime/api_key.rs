//! A key in a header, the query, a cookie or the body of every request.

use reqwest::Url;
use serde_json::Value;

use super::body::{self, JSON};
use super::error::Error;
use super::request::Request;
use super::secret::Secret;
use super::session::{Authenticator, BoxFuture, Session};

/// Sends a key with every request.
#[derive(Debug, Clone)]
pub struct ApiKey {
    place: Place,
    name: String,
    key: Secret,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Header,
    Query,
    Cookie,
    Body,
}

impl ApiKey {
    /// Sends the key in a header.
    pub fn header(name: impl Into<String>, key: impl Into<Secret>) -> Self {
        Self {
            place: Place::Header,
            name: name.into(),
            key: key.into(),
        }
    }

    /// Sends the key in the query, also of links that have one already.
    pub fn query(name: impl Into<String>, key: impl Into<Secret>) -> Self {
        Self {
            place: Place::Query,
            ..Self::header(name, key)
        }
    }

    /// Sends the key in a cookie.
    pub fn cookie(name: impl Into<String>, key: impl Into<Secret>) -> Self {
        Self {
            place: Place::Cookie,
            ..Self::header(name, key)
        }
    }

    /// Sends the key in the JSON body or the form.
    pub fn body(name: impl Into<String>, key: impl Into<Secret>) -> Self {
        Self {
            place: Place::Body,
            ..Self::header(name, key)
        }
    }

    fn put(&self, request: &mut Request) {
        request.hide(&self.key);
        match self.place {
            Place::Header => request.header(&self.name, &self.key),
            Place::Cookie => {
                request.header(
                    "Cookie",
                    Secret::from(format!("{}={}", self.name, self.key.expose())),
                );
            }
            Place::Query => {
                request.drop_query(&self.name);
                request.query(&self.name, &self.key);
            }
            Place::Body => match &mut request.body {
                Some((JSON, json)) => {
                    let mut value: Value = serde_json::from_str(json).unwrap_or_default();
                    body::set(&mut value, &self.name, self.key.expose());
                    *json = value.to_string();
                }
                _ => request.form(&self.name, &self.key),
            },
        }
    }
}

impl Authenticator for ApiKey {
    fn authorize<'a>(
        &'a self,
        request: &'a mut Request,
        _: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        self.put(request);
        Box::pin(async { Ok(()) })
    }
}

impl Request {
    /// Takes a parameter out of the query, the rest of which stays as it is.
    fn drop_query(&mut self, name: &str) {
        self.query.retain(|(known, _)| known != name);
        let Some((path, query)) = self.target.split_once('?') else {
            return;
        };
        let is_other = |pair: &&str| {
            let pair = Url::parse(&format!("query:?{pair}"));
            pair.is_ok_and(|pair| pair.query_pairs().all(|(known, _)| known != name))
        };
        let kept = query
            .split('&')
            .filter(is_other)
            .collect::<Vec<_>>()
            .join("&");
        self.target = if kept.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{kept}")
        };
    }
}
