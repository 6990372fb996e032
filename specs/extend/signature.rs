//! Each request is signed with the key: `X-Signature: ID:DIGEST` over its method and path.

use crate::config::Config;
use crate::runtime::error::Error;
use crate::runtime::request::Request;
use crate::runtime::secret::Secret;
use crate::runtime::session::{Authenticator, BoxFuture, Session};

/// Signs requests.
#[derive(Debug)]
pub struct Extension {
    id: String,
    key: Secret,
}

impl Extension {
    /// Signs with the key of the configuration.
    #[allow(clippy::unnecessary_wraps, reason = "others can fail")]
    pub fn new(config: &Config) -> Result<Self, Error> {
        Ok(Self {
            id: config.key_id.clone(),
            key: config.key.clone(),
        })
    }

    /// FNV-1a: enough for an example, and for nothing else.
    fn digest(&self, text: &str) -> u64 {
        let bytes = self.key.expose().bytes().chain(text.bytes());
        bytes.fold(0xcbf2_9ce4_8422_2325, |digest, byte| {
            (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    }
}

impl Authenticator for Extension {
    fn authorize<'a>(
        &'a self,
        request: &'a mut Request,
        _: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        let digest = self.digest(&format!("{request:?}"));
        let signature = format!("{}:{digest:016x}", self.id);
        request.header("X-Signature", Secret::from(signature));
        Box::pin(async { Ok(()) })
    }
}
