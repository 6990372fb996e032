//! Tokens that are fetched when needed, kept, shared by all streams, and renewed behind one lock.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::error::Error;
use super::request::Request;
use super::secret::Secret;
use super::session::{Authenticator, Session};

/// How long a token is not used any more before it ends.
const AHEAD: Duration = Duration::from_secs(60);

/// How a token is sent: makes the credentials that it becomes.
pub type Send = fn(Secret) -> Box<dyn Authenticator>;

/// A new token.
#[derive(Debug)]
pub struct Fetched {
    /// The token.
    pub token: Secret,
    /// How long it lives; until it is refused where nobody says.
    pub life: Option<Duration>,
}

/// The token that is valid now.
#[derive(Debug)]
pub struct Tokens {
    send: Send,
    fetches: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    token: Option<(Secret, Option<Instant>)>,
    failure: Option<Error>,
}

impl Tokens {
    /// No token yet.
    pub fn new(send: Send) -> Self {
        Self {
            send,
            fetches: AtomicU64::new(0),
            state: Mutex::default(),
        }
    }

    /// Sends tokens in another way.
    pub fn send(&mut self, send: Send) {
        self.send = send;
    }

    /// Puts the token that is valid now into a request; `fetch` is awaited if there is none.
    pub(super) async fn authorize(
        &self,
        request: &mut Request,
        session: &Session,
        fetch: impl Future<Output = Result<Fetched, Error>>,
    ) -> Result<(), Error> {
        let token = self.token(fetch).await?;
        request.hide(&token);
        (self.send)(token).authorize(request, session).await
    }

    /// Forgets the token that a request had, unless another stream has a new one already.
    pub(super) async fn refused(&self, request: &Request) {
        let mut state = self.state.lock().await;
        state
            .token
            .take_if(|(token, _)| request.secrets.contains(token));
    }

    /// Streams that wait for one fetch share its outcome.
    async fn token(
        &self,
        fetch: impl Future<Output = Result<Fetched, Error>>,
    ) -> Result<Secret, Error> {
        let seen = self.fetches.load(Relaxed);
        let mut state = self.state.lock().await;
        if let Some((token, end)) = &state.token
            && end.is_none_or(|end| Instant::now() < end)
        {
            return Ok(token.clone());
        }
        if self.fetches.load(Relaxed) != seen
            && let Some(failure) = &state.failure
        {
            return Err(failure.clone());
        }
        let fetched = fetch.await;
        self.fetches.fetch_add(1, Relaxed);
        let (token, failure) = match fetched {
            Ok(Fetched { token, life }) => {
                // A token that lives shorter than twice the margin is used for half its life.
                let used = life.map(|life| life.saturating_sub(AHEAD).max(life / 2));
                (Ok((token, used.map(|used| Instant::now() + used))), None)
            }
            Err(error) => (Err(error.clone()), Some(error)),
        };
        *state = State {
            token: token.as_ref().ok().cloned(),
            failure,
        };
        token.map(|(token, _)| token)
    }
}
