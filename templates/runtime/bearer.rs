//! `Authorization: Bearer …` with a token that does not change.

use super::auth::{Authenticator, BoxFuture};
use super::error::Error;
use super::request::Request;
use super::secret::Secret;
use super::session::Session;

/// Sends a token with every request.
#[derive(Debug, Clone)]
pub struct Bearer(Secret);

impl Bearer {
    /// Sends this token.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self(token.into())
    }
}

impl Authenticator for Bearer {
    fn authorize<'a>(&'a self, request: &'a mut Request, _: &'a Session) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async {
            request.hide(&self.0);
            request.header("Authorization", Secret::from(format!("Bearer {}", self.0.expose())));
            Ok(())
        })
    }
}
