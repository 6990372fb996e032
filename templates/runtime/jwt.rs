//! Tokens that the connector signs itself, each kept until a minute before its end.

use super::bearer::Bearer;
use super::error::Error;
use super::request::Request;
use super::session::{Authenticator, BoxFuture, Session};
use super::signer::JwtSigner;
use super::tokens::{Fetched, Send, Tokens};

/// Sends signed tokens, as `Authorization: Bearer …` unless told otherwise.
#[derive(Debug)]
pub struct Jwt {
    signer: JwtSigner,
    tokens: Tokens,
}

impl Jwt {
    /// Sends the tokens of a signer.
    pub fn new(signer: JwtSigner) -> Self {
        Self {
            signer,
            tokens: Tokens::new(|token| Box::new(Bearer(token))),
        }
    }

    /// Sends tokens in another way.
    #[must_use]
    pub fn send(mut self, send: Send) -> Self {
        self.tokens.send(send);
        self
    }
}

impl Authenticator for Jwt {
    fn authorize<'a>(
        &'a self,
        request: &'a mut Request,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        let signed = async {
            let (token, life) = self.signer.sign()?;
            let life = Some(life);
            Ok(Fetched { token, life })
        };
        Box::pin(self.tokens.authorize(request, session, signed))
    }

    fn refused<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, bool> {
        Box::pin(async {
            self.tokens.refused(request).await;
            true
        })
    }
}
