//! OAuth2: tokens are asked for when needed and a minute before they end, once for all streams.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::basic;
use super::bearer::Bearer;
use super::body::form_encoded;
use super::error::Error;
use super::request::{Param, Request};
use super::secret::Secret;
use super::session::{Authenticator, BoxFuture, Session};
use super::token_request::{json, life_at, token_at};
use super::tokens::{Fetched, Send, Tokens};

/// With what a token is asked for.
pub trait Grant: fmt::Debug + std::marker::Send + Sync {
    /// Adds the fields of the grant to a request.
    fn ask<'a>(&'a self, request: &'a mut Request) -> BoxFuture<'a, Result<(), Error>>;

    /// Keeps what the next request needs of the answer to this one, whose token is not used before.
    fn granted<'a>(
        &'a self,
        _request: &'a Request,
        _answer: &'a Value,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }
}

/// A grant whose fields never change: its name, the rest are parameters.
#[derive(Debug)]
pub struct GrantType(pub &'static str);

impl Grant for GrantType {
    fn ask<'a>(&'a self, request: &'a mut Request) -> BoxFuture<'a, Result<(), Error>> {
        request.form("grant_type", self.0);
        Box::pin(async { Ok(()) })
    }
}

/// Asks for tokens and sends them, as `Authorization: Bearer …` unless told otherwise.
#[derive(Debug)]
pub struct OAuth2 {
    request: Request,
    grant: Box<dyn Grant>,
    token_path: &'static [&'static str],
    life_path: &'static [&'static str],
    default_life: Duration,
    tokens: Tokens,
}

impl OAuth2 {
    /// Asks a URL for tokens; the client's id and secret are sent as form fields.
    pub fn new(
        token_url: impl Into<String>,
        client_id: &str,
        client_secret: &Secret,
    ) -> Result<Self, Error> {
        let oauth2 = Self::anonymous(token_url)?;
        let oauth2 = oauth2.param("client_id", client_id);
        Ok(oauth2.param("client_secret", client_secret))
    }

    /// The same with id and secret in a Basic header, each form-encoded first (RFC 6749, 2.3.1).
    pub fn with_basic(
        token_url: impl Into<String>,
        client_id: &str,
        client_secret: &Secret,
    ) -> Result<Self, Error> {
        let mut oauth2 = Self::anonymous(token_url)?;
        oauth2.request.hide(client_secret);
        let id = form_encoded(client_id);
        let header = basic::header(&id, &form_encoded(client_secret.expose()));
        Ok(oauth2.header("Authorization", header))
    }

    /// The same without a client, or with one that the grant or the parameters name.
    pub fn anonymous(token_url: impl Into<String>) -> Result<Self, Error> {
        Ok(Self {
            request: Request::of("POST", token_url)?,
            grant: Box::new(GrantType("client_credentials")),
            token_path: &["access_token"],
            life_path: &["expires_in"],
            default_life: Duration::from_secs(3600),
            tokens: Tokens::new(|token| Box::new(Bearer(token))),
        })
    }

    /// Asks with another grant than the client's own credentials.
    #[must_use]
    pub fn grant(mut self, grant: impl Grant + 'static) -> Self {
        self.grant = Box::new(grant);
        self
    }

    /// Asks for those scopes that are not empty.
    #[must_use]
    pub fn scopes(self, separator: &str, scopes: &[&str]) -> Self {
        let scopes = scopes.iter().copied();
        let scopes: Vec<_> = scopes.filter(|scope| !scope.is_empty()).collect();
        let joined = scopes.join(separator);
        self.param("scope", Some(joined).filter(|joined| !joined.is_empty()))
    }

    /// Sends another form field.
    #[must_use]
    pub fn param(mut self, name: &str, value: impl Param) -> Self {
        self.request.form(name, value);
        self
    }

    /// Sends another header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Param) -> Self {
        self.request.header(name, value);
        self
    }

    /// Where the answer has the token; `access_token` by default.
    #[must_use]
    pub fn token_path(mut self, path: &'static [&'static str]) -> Self {
        self.token_path = path;
        self
    }

    /// Where the answer has the token's life in seconds, or its end; `expires_in` by default.
    #[must_use]
    pub fn life_path(mut self, path: &'static [&'static str]) -> Self {
        self.life_path = path;
        self
    }

    /// Life of a token whose answer has none: an hour by default.
    #[must_use]
    pub fn default_life(mut self, life: Duration) -> Self {
        self.default_life = life;
        self
    }

    /// Sends tokens in another way.
    #[must_use]
    pub fn send(mut self, send: Send) -> Self {
        self.tokens.send(send);
        self
    }

    async fn fetch(&self, session: &Session) -> Result<Fetched, Error> {
        let fetched = self.ask(session).await;
        fetched.map_err(|error| error.of(session.name(&self.request)))
    }

    async fn ask(&self, session: &Session) -> Result<Fetched, Error> {
        let mut request = self.request.clone();
        self.grant.ask(&mut request).await?;
        let answer = json(&session.ask_for_token(&request).await?)?;
        let token = token_at(&answer, self.token_path)?;
        self.grant.granted(&request, &answer).await?;
        let life = life_at(&answer, self.life_path);
        Ok(Fetched {
            token,
            life: Some(life.unwrap_or(self.default_life)),
        })
    }
}

impl Authenticator for OAuth2 {
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
