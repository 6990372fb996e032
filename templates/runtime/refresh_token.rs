//! The refresh token of OAuth2. Where the API gives a new one with each use, that one is kept before the token is used.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Mutex;

use super::error::Error;
use super::oauth2::Grant;
use super::request::Request;
use super::secret::Secret;
use super::session::BoxFuture;
use super::token_request::token_at;

/// Keeps refresh tokens from one run to the next.
pub trait TokenStore: fmt::Debug + Send + Sync {
    /// The token that was saved last in place of the one that the user supplied; none if none was.
    fn load<'a>(&'a self, supplied: &'a Secret) -> BoxFuture<'a, Result<Option<Secret>, Error>>;

    /// Saves a token for good: the API may refuse those before it from now on.
    fn save<'a>(
        &'a self,
        supplied: &'a Secret,
        token: &'a Secret,
    ) -> BoxFuture<'a, Result<(), Error>>;
}

/// Asks with a refresh token (RFC 6749, 6).
#[derive(Debug)]
pub struct RefreshToken {
    supplied: Secret,
    path: &'static [&'static str],
    store: Arc<dyn TokenStore>,
    unsaved: Mutex<Option<Secret>>,
}

impl RefreshToken {
    /// Begins with the token that the user supplied, or with the one that the store has in its place.
    pub fn new(supplied: impl Into<Secret>, store: &Arc<dyn TokenStore>) -> Self {
        Self {
            supplied: supplied.into(),
            path: &["refresh_token"],
            store: Arc::clone(store),
            unsaved: Mutex::default(),
        }
    }

    /// Where an answer has the new refresh token; `refresh_token` by default.
    #[must_use]
    pub fn path(mut self, path: &'static [&'static str]) -> Self {
        self.path = path;
        self
    }

    /// The token to ask with: one that could not be saved before is saved first.
    async fn current(&self) -> Result<Secret, Error> {
        let mut unsaved = self.unsaved.lock().await;
        if let Some(token) = &*unsaved {
            self.store.save(&self.supplied, token).await?;
        }
        let saved = match unsaved.take() {
            None => self.store.load(&self.supplied).await?,
            saved => saved,
        };
        Ok(saved.unwrap_or_else(|| self.supplied.clone()))
    }
}

impl Grant for RefreshToken {
    fn ask<'a>(&'a self, request: &'a mut Request) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async {
            request.form("grant_type", "refresh_token");
            request.form("refresh_token", self.current().await?);
            Ok(())
        })
    }

    fn granted<'a>(
        &'a self,
        request: &'a Request,
        answer: &'a Value,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async {
            // Most answers have none, or the one that was sent.
            let Ok(token) = token_at(answer, self.path) else {
                return Ok(());
            };
            if request.secrets.contains(&token) {
                return Ok(());
            }
            let saved = self.store.save(&self.supplied, &token).await;
            if saved.is_err() {
                *self.unsaved.lock().await = Some(token);
            }
            saved
        })
    }
}

/// Keeps refresh tokens as long as the program runs.
#[derive(Debug, Default)]
pub struct TokenMemory(Mutex<BTreeMap<String, Secret>>);

impl TokenStore for TokenMemory {
    fn load<'a>(&'a self, supplied: &'a Secret) -> BoxFuture<'a, Result<Option<Secret>, Error>> {
        Box::pin(async { Ok(self.0.lock().await.get(supplied.expose()).cloned()) })
    }

    fn save<'a>(
        &'a self,
        supplied: &'a Secret,
        token: &'a Secret,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async {
            tracing::warn!("the API gave a new refresh token, which is kept for this run only");
            let supplied = supplied.expose().to_owned();
            self.0.lock().await.insert(supplied, token.clone());
            Ok(())
        })
    }
}
