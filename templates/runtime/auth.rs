//! How requests get their credentials.

use std::fmt::Debug;
use std::pin::Pin;

use super::error::Error;
use super::request::Request;
use super::session::Session;

/// A future that can be sent to another thread.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Puts credentials into requests. One is shared by all streams of a client.
pub trait Authenticator: Debug + Send + Sync {
    /// Adds the credentials, which are fetched first if need be.
    fn authorize<'a>(
        &'a self,
        request: &'a mut Request,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>>;

    /// The API did not accept the credentials of a request; true where another try has better ones.
    fn refused<'a>(&'a self, _request: &'a Request) -> BoxFuture<'a, bool> {
        Box::pin(async { false })
    }
}

/// No credentials.
#[derive(Debug, Clone, Copy)]
pub struct NoAuth;

impl Authenticator for NoAuth {
    fn authorize<'a>(
        &'a self,
        _: &'a mut Request,
        _: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }
}
