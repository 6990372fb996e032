//! `Authorization: Bearer …` with a token that does not change.

use super::error::Error;
use super::request::Request;
use super::secret::Secret;
use super::session::{Authenticator, BoxFuture, Session};

/// Sends a token with every request.
#[derive(Debug, Clone)]
pub struct Bearer(pub Secret);

impl Authenticator for Bearer {
    fn authorize<'a>(
        &'a self,
        request: &'a mut Request,
        _: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        request.hide(&self.0);
        request.header(
            "Authorization",
            Secret::from(format!("Bearer {}", self.0.expose())),
        );
        Box::pin(async { Ok(()) })
    }
}
