//! Every request has the key in a header of its own.

use crate::config::Config;
use crate::runtime::error::Error;
use crate::runtime::request::Request;
use crate::runtime::secret::Secret;
use crate::runtime::session::{Authenticator, BoxFuture, Session};

#[derive(Debug)]
pub struct Extension {
    key: Secret,
}

impl Extension {
    pub fn new(config: &Config) -> Result<Self, Error> {
        let key = config.key.clone();
        Ok(Self { key })
    }
}

impl Authenticator for Extension {
    fn authorize<'a>(
        &'a self,
        request: &'a mut Request,
        _: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        request.header("X-Library-Key", &self.key);
        Box::pin(async { Ok(()) })
    }
}
