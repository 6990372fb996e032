//! OAuth2 with signed tokens (RFC 7523): one in place of a person's consent, or of a client's secret.

use serde_json::Value;

use super::error::Error;
use super::oauth2::Grant;
use super::request::Request;
use super::session::BoxFuture;
use super::signer::JwtSigner;

/// Asks with a token that the connector signs.
#[derive(Debug)]
pub struct JwtBearer(pub JwtSigner);

impl Grant for JwtBearer {
    fn ask<'a>(&'a self, request: &'a mut Request) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async {
            let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
            request.form("grant_type", grant);
            request.form("assertion", self.0.sign_once()?);
            Ok(())
        })
    }
}

/// Asks with another grant, and proves the client by a token that it signs.
#[derive(Debug)]
pub struct ClientAssertion<G> {
    /// The grant.
    pub grant: G,
    /// Signs for the client.
    pub signer: JwtSigner,
}

impl<G: Grant> Grant for ClientAssertion<G> {
    fn ask<'a>(&'a self, request: &'a mut Request) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async {
            let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            request.form("client_assertion_type", kind);
            request.form("client_assertion", self.signer.sign_once()?);
            self.grant.ask(request).await
        })
    }

    fn granted<'a>(
        &'a self,
        request: &'a Request,
        answer: &'a Value,
    ) -> BoxFuture<'a, Result<(), Error>> {
        self.grant.granted(request, answer)
    }
}
