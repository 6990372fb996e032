//! A login of the API's own: sent when its token is needed and a minute before that ends, once for all streams.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::bearer::Bearer;
use super::error::{Error, Kind};
use super::request::Request;
use super::secret::Secret;
use super::send::Answer;
use super::session::{Authenticator, BoxFuture, Session};
use super::token_request::{json, token_at};
use super::tokens::{Fetched, Send, Tokens};

/// Where the answer to a login has the token.
#[derive(Debug)]
pub enum TokenIn {
    /// At a path of its body.
    Body(&'static [&'static str]),
    /// The whole body: a text as it is, or as JSON.
    Text,
    /// In a header.
    Header(&'static str),
    /// In a cookie that it sets.
    Cookie(&'static str),
    /// All cookies that it sets are the token.
    Cookies,
}

/// Logs in, and sends the token as `Authorization: Bearer …` unless told otherwise.
#[derive(Debug)]
pub struct LoginToken {
    request: Request,
    auth: Option<Box<dyn Authenticator>>,
    place: TokenIn,
    life: Option<Duration>,
    tokens: Tokens,
}

impl LoginToken {
    /// Logs in with this request. The token is kept until it is refused.
    pub fn new(request: Request, place: TokenIn) -> Self {
        Self {
            request,
            auth: None,
            place,
            life: None,
            tokens: Tokens::new(|token| Box::new(Bearer(token))),
        }
    }

    /// Credentials that the login is sent with.
    #[must_use]
    pub fn auth(mut self, auth: impl Authenticator + 'static) -> Self {
        self.auth = Some(Box::new(auth));
        self
    }

    /// How long a token lives.
    #[must_use]
    pub fn life(mut self, life: Duration) -> Self {
        self.life = Some(life);
        self
    }

    /// Sends tokens in another way.
    #[must_use]
    pub fn send(mut self, send: Send) -> Self {
        self.tokens.send(send);
        self
    }

    async fn fetch(&self, session: &Session) -> Result<Fetched, Error> {
        let fetched = self.log_in(session).await;
        fetched.map_err(|error| error.of(session.name(&self.request)))
    }

    async fn log_in(&self, session: &Session) -> Result<Fetched, Error> {
        let mut request = self.request.clone();
        if let Some(auth) = &self.auth {
            auth.authorize(&mut request, session).await?;
        }
        let answer = session.ask_for_token(&request).await?;
        Ok(Fetched {
            token: self.place.read(&answer)?,
            life: self.life,
        })
    }
}

impl Authenticator for LoginToken {
    fn authorize<'a>(
        &'a self,
        request: &'a mut Request,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        let fetch = self.fetch(session);
        Box::pin(self.tokens.authorize(request, session, fetch))
    }

    fn refused<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, bool> {
        Box::pin(async {
            self.tokens.refused(request).await;
            true
        })
    }
}

impl TokenIn {
    fn read(&self, answer: &Answer) -> Result<Secret, Error> {
        let cookies = answer.header_values("set-cookie").filter_map(cookie);
        let cookies: BTreeMap<&str, &str> = cookies.collect();
        let absent = |what: String| {
            let names: Vec<_> = cookies.keys().map(|name| format!("`{name}`")).collect();
            let text = match (self, names.is_empty()) {
                (Self::Header(_), _) | (_, true) => format!("no {what} in the answer"),
                _ => format!("no {what} in the answer, it sets {}", names.join(", ")),
            };
            Error::new(Kind::Auth, text)
        };
        match self {
            Self::Body(path) => token_at(&json(answer)?, path),
            Self::Text => text(answer),
            Self::Header(name) => {
                let token = answer.header(name).filter(|token| !token.is_empty());
                let token = token.ok_or_else(|| absent(format!("header `{name}`")));
                token.map(Secret::from)
            }
            Self::Cookie(name) => {
                let token = cookies.get(name).copied();
                let token = token.ok_or_else(|| absent(format!("cookie `{name}`")));
                token.map(Secret::from)
            }
            Self::Cookies if cookies.is_empty() => Err(absent("cookie".to_owned())),
            Self::Cookies => {
                let pairs = cookies
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"));
                Ok(Secret::from(pairs.collect::<Vec<_>>().join("; ")))
            }
        }
    }
}

/// The body as a token, which has no blanks in it.
fn text(answer: &Answer) -> Result<Secret, Error> {
    let body = match answer.json() {
        Some(Value::String(text)) => text,
        Some(Value::Object(_) | Value::Array(_)) => String::new(),
        _ => String::from_utf8_lossy(&answer.body).trim().to_owned(),
    };
    let is_token = !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_graphic());
    let refused = || Error::new(Kind::Auth, "the answer is no token");
    is_token.then(|| Secret::from(body)).ok_or_else(refused)
}

/// Name and value of a cookie that an answer sets; one without a value is taken away.
fn cookie(header: &str) -> Option<(&str, &str)> {
    let (name, value) = header.split(';').next()?.split_once('=')?;
    Some((name.trim(), value.trim())).filter(|(_, value)| !value.is_empty())
}

/// Sends the cookies that a login set.
#[derive(Debug)]
pub struct SetCookies(pub Secret);

impl Authenticator for SetCookies {
    fn authorize<'a>(
        &'a self,
        request: &'a mut Request,
        _: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        for (_, value) in self.0.expose().split("; ").filter_map(cookie) {
            request.hide(&Secret::from(value));
        }
        request.header("Cookie", &self.0);
        Box::pin(async { Ok(()) })
    }
}
