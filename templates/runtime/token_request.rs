//! The request for a token: sent again only until there is a definite answer; and what is read from the answer.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::error::{Error, Kind};
use super::request::Request;
use super::retry::Retry;
use super::secret::Secret;
use super::send::{Action, Answer};
use super::session::Session;

/// Longest time for one request.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Longest life: ten years.
const LONGEST: f64 = 315_360_000.0;

impl Session {
    /// Asks for a token; again only where the server gave no definite answer. Redirects are not followed.
    pub(super) async fn ask_for_token(&self, request: &Request) -> Result<Answer, Error> {
        let retry = Retry::DEFAULT;
        let url = request.url(&self.options.base_url)?;
        // Credentials among the headers of all requests are for the API.
        let own = self.trusts(&url, None)?;
        let request = &if own {
            request.clone()
        } else {
            self.unshared(request)
        };
        let mut tries = 0;
        loop {
            let pass = self.pass(request, &url).await?;
            let call = self.exchange(request, url.clone(), pass);
            let (error, answer) = match timeout(TIMEOUT, call).await {
                Ok(Ok(answer)) => match retry.action(answer.status()) {
                    Action::Accept => return Ok(answer),
                    Action::Retry => (self.failure(request, &answer, None), Some(answer)),
                    _ => return Err(self.refusal(request, &answer)),
                },
                Ok(Err(error)) if error.is_transient() => (error, None),
                Ok(Err(error)) => return Err(error),
                Err(_) => {
                    let text = format!("no token within {} s", TIMEOUT.as_secs());
                    (Error::new(Kind::Auth, text), None)
                }
            };
            if tries == retry.max_retries {
                return Err(error.remark(format_args!("tried {} times", tries + 1)));
            }
            let wait = retry.wait(tries, self.options.first_wait, answer.as_ref())?;
            tracing::warn!(%error, wait_s = wait.as_secs_f64(), "trying again to get a token");
            self.waiting(sleep(wait)).await;
            tries += 1;
            self.stats().retries.add(1);
        }
    }

    /// The server's last word: there is no token.
    fn refusal(&self, request: &Request, answer: &Answer) -> Error {
        // Beside a description in words, OAuth2 has a code.
        let body: Option<Value> = answer.json();
        let body = body.filter(|body| body.get("error_description").is_some());
        let code = body.and_then(|body| Some(body.get("error")?.as_str()?.to_owned()));
        let failure = self.failure(request, answer, code);
        Error::new(Kind::Auth, failure.to_string())
    }
}

/// The JSON of an answer.
pub(super) fn json(answer: &Answer) -> Result<Value, Error> {
    let refused = Error::new(Kind::Auth, "the answer is not JSON");
    answer.json().ok_or(refused)
}

/// The text at a path of an answer; its absence is an error that shows the answer's keys, and none of its values.
pub(super) fn token_at(answer: &Value, path: &[&str]) -> Result<Secret, Error> {
    match at(answer, path) {
        Some(Value::String(token)) if !token.is_empty() => return Ok(Secret::from(token)),
        Some(Value::Number(token)) => return Ok(Secret::from(token.to_string())),
        _ => {}
    }
    let keys = answer.as_object().into_iter().flat_map(|keys| keys.keys());
    let keys: Vec<_> = keys.map(|key| format!("`{key}`")).collect();
    let keys = if keys.is_empty() {
        "none".to_owned()
    } else {
        keys.join(", ")
    };
    let path = path.join(".");
    let text = format!("no `{path}` in the answer, its keys are {keys}");
    Err(Error::new(Kind::Auth, text))
}

/// The life at a path of an answer: seconds, as a number or a text, or the instant at which it ends.
pub(super) fn life_at(answer: &Value, path: &[&str]) -> Option<Duration> {
    let value = at(answer, path)?;
    let text = value.as_str().unwrap_or_default();
    let until = |end: Timestamp| Timestamp::now().duration_until(end).as_secs_f64();
    let seconds = value
        .as_f64()
        .or_else(|| text.parse().ok())
        .or_else(|| text.parse().ok().map(until))?;
    Duration::try_from_secs_f64(seconds.clamp(0.0, LONGEST)).ok()
}

fn at<'a>(answer: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(answer, |value, key| value.get(key))
}
