//! `Authorization: Basic …` with user name and password.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::error::Error;
use super::request::Request;
use super::secret::Secret;
use super::session::{Authenticator, BoxFuture, Session};

/// Sends user name and password with every request.
#[derive(Debug, Clone)]
pub struct Basic {
    header: Secret,
    password: Secret,
}

impl Basic {
    /// Sends these.
    pub fn new(username: &str, password: impl Into<Secret>) -> Self {
        let password = password.into();
        Self {
            header: header(username, password.expose()),
            password,
        }
    }
}

/// The value of the header.
pub(super) fn header(username: &str, password: &str) -> Secret {
    Secret::from(format!(
        "Basic {}",
        BASE64_STANDARD.encode(format!("{username}:{password}"))
    ))
}

impl Authenticator for Basic {
    fn authorize<'a>(
        &'a self,
        request: &'a mut Request,
        _: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        request.hide(&self.password);
        request.header("Authorization", &self.header);
        Box::pin(async { Ok(()) })
    }
}
