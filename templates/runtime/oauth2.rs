//! OAuth2 with client credentials: tokens are fetched when needed, a minute before they end, behind one lock.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

use super::basic;
use super::body::form_encoded;
use super::error::{Error, Kind};
use super::request::{Param, Request};
use super::retry::Retry;
use super::secret::Secret;
use super::send::Action;
use super::session::{Authenticator, BoxFuture, Session};

/// How long a token is not used any more before it ends.
const AHEAD: Duration = Duration::from_secs(60);
/// Longest time for one token request.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Fetches tokens and sends them as `Authorization: Bearer …`.
#[derive(Debug)]
pub struct OAuth2 {
    request: Request,
    token_path: &'static [&'static str],
    life_path: &'static [&'static str],
    default_life: Duration,
    fetches: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    token: Option<(Secret, Instant)>,
    failure: Option<Error>,
}

impl OAuth2 {
    /// Fetches tokens from a URL; the client's id and secret are sent as form fields.
    pub fn new(
        token_url: impl Into<String>,
        client_id: &str,
        client_secret: &Secret,
    ) -> Result<Self, Error> {
        let mut oauth2 = Self::with_basic(token_url, client_id, client_secret)?;
        oauth2.request.headers.clear();
        oauth2.request.form("client_id", client_id);
        oauth2.request.form("client_secret", client_secret);
        Ok(oauth2)
    }

    /// The same with id and secret in a Basic header, each form-encoded first (RFC 6749, 2.3.1).
    pub fn with_basic(
        token_url: impl Into<String>,
        client_id: &str,
        client_secret: &Secret,
    ) -> Result<Self, Error> {
        let mut request = Request::of("POST", token_url)?;
        request.hide(client_secret);
        let header = basic::header(
            &form_encoded(client_id),
            &form_encoded(client_secret.expose()),
        );
        request.header("Authorization", header);
        request.form("grant_type", "client_credentials");
        Ok(Self {
            request,
            token_path: &["access_token"],
            life_path: &["expires_in"],
            default_life: Duration::from_secs(3600),
            fetches: AtomicU64::new(0),
            state: Mutex::default(),
        })
    }

    /// Asks for scopes.
    #[must_use]
    pub fn scopes(mut self, scopes: &[impl AsRef<str>]) -> Self {
        let scopes: Vec<_> = scopes
            .iter()
            .map(AsRef::as_ref)
            .filter(|scope| !scope.is_empty())
            .collect();
        if !scopes.is_empty() {
            self.request.form("scope", scopes.join(" "));
        }
        self
    }

    /// Sends another form field.
    #[must_use]
    pub fn param(mut self, name: &str, value: impl Param) -> Self {
        self.request.form(name, value);
        self
    }

    /// Sends another header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Param) -> Self {
        self.request.header(name, value);
        self
    }

    /// Where the answer has the token; `access_token` by default.
    #[must_use]
    pub fn token_path(mut self, path: &'static [&'static str]) -> Self {
        self.token_path = path;
        self
    }

    /// Where the answer has the token's life in seconds; `expires_in` by default.
    #[must_use]
    pub fn life_path(mut self, path: &'static [&'static str]) -> Self {
        self.life_path = path;
        self
    }

    /// Life of a token whose answer has none: an hour by default.
    #[must_use]
    pub fn default_life(mut self, life: Duration) -> Self {
        self.default_life = life;
        self
    }

    /// The token that is valid now. Streams that wait for one fetch share its outcome.
    async fn token(&self, session: &Session) -> Result<Secret, Error> {
        let seen = self.fetches.load(Relaxed);
        let mut state = self.state.lock().await;
        if let Some((token, _)) = state
            .token
            .as_ref()
            .filter(|(_, end)| Instant::now() < *end)
        {
            return Ok(token.clone());
        }
        if self.fetches.load(Relaxed) != seen
            && let Some(failure) = &state.failure
        {
            return Err(failure.clone());
        }
        let fetched = self
            .fetch(session)
            .await
            .map_err(|error| error.of(session.name(&self.request)));
        self.fetches.fetch_add(1, Relaxed);
        match fetched {
            Ok((token, life)) => {
                // A token that lives shorter than twice the margin is used for half its life.
                let end = Instant::now() + life.saturating_sub(AHEAD).max(life / 2);
                *state = State {
                    token: Some((token.clone(), end)),
                    failure: None,
                };
                Ok(token)
            }
            Err(error) => {
                *state = State {
                    token: None,
                    failure: Some(error.clone()),
                };
                Err(error)
            }
        }
    }

    /// Asks for a token; again only where the server gave no definite answer.
    async fn fetch(&self, session: &Session) -> Result<(Secret, Duration), Error> {
        let retry = Retry::DEFAULT;
        let request = &self.request;
        let mut tries = 0;
        loop {
            let call = session.exchange(request, request.url("")?);
            let (error, answer) = match timeout(TIMEOUT, call).await {
                Ok(Ok(answer)) => match retry.action(answer.status()) {
                    Action::Accept => return self.read(&answer.body),
                    Action::Retry => (session.failure(request, &answer, None), Some(answer)),
                    _ => {
                        return Err(Error::new(
                            Kind::Auth,
                            session.failure(request, &answer, None).to_string(),
                        ));
                    }
                },
                Ok(Err(error)) if error.kind() != Kind::Decode && error.kind() != Kind::Config => {
                    (error, None)
                }
                Ok(Err(error)) => return Err(error),
                Err(_) => (
                    Error::new(
                        Kind::Auth,
                        format!("no token within {} s", TIMEOUT.as_secs()),
                    ),
                    None,
                ),
            };
            if tries == retry.max_retries {
                return Err(error.remark(format_args!("tried {} times", tries + 1)));
            }
            let wait = retry.wait(tries, session.options.first_wait, answer.as_ref())?;
            tracing::warn!(%error, wait_ms = wait.as_millis(), "trying again to get a token");
            sleep(wait).await;
            tries += 1;
            session.stats().retries.add(1);
        }
    }

    fn read(&self, body: &[u8]) -> Result<(Secret, Duration), Error> {
        let answer: Value = serde_json::from_slice(body)
            .map_err(|_| Error::new(Kind::Auth, "the answer is not JSON"))?;
        let at = |path: &[&str]| path.iter().try_fold(&answer, |value, key| value.get(key));
        let token = at(self.token_path)
            .and_then(Value::as_str)
            .filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| {
            let keys = answer.as_object().map(|answer| {
                answer
                    .keys()
                    .map(|key| format!("`{key}`"))
                    .collect::<Vec<_>>()
            });
            let keys = keys
                .filter(|keys| !keys.is_empty())
                .map_or("none".to_owned(), |keys| keys.join(", "));
            Error::new(
                Kind::Auth,
                format!(
                    "no `{}` in the answer, its keys are {keys}",
                    self.token_path.join(".")
                ),
            )
        })?;
        let life = at(self.life_path)
            .and_then(|life| life.as_f64().or_else(|| life.as_str()?.parse().ok()));
        let life = life
            .filter(|life| *life >= 0.0)
            .and_then(|life| Duration::try_from_secs_f64(life.min(1e9)).ok());
        Ok((Secret::from(token), life.unwrap_or(self.default_life)))
    }
}

impl Authenticator for OAuth2 {
    fn authorize<'a>(
        &'a self,
        request: &'a mut Request,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async {
            let token = self.token(session).await?;
            request.header(
                "Authorization",
                Secret::from(format!("Bearer {}", token.expose())),
            );
            request.hide(&token);
            Ok(())
        })
    }

    /// Forgets the token that the request had, unless another stream has a new one already.
    fn refused<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, bool> {
        Box::pin(async {
            let mut state = self.state.lock().await;
            state
                .token
                .take_if(|(token, _)| request.secrets.contains(token));
            true
        })
    }
}
