//! Sends a request, again where that may help, and reads the answer to its end.

use reqwest::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use reqwest::{Method, Url};
use tokio::time::{Instant, sleep};

use super::answer::{Answer, Headers};
use super::error::Error;
use super::request::{Body, Request};
use super::retry::{Action, Retry};
use super::session::{Session, header_name, header_value};
use super::stats::Stats;

/// Looks at an answer before its status is; none leaves it to the status.
pub type Rule<'a> = dyn Fn(&Answer) -> Option<Action> + Send + Sync + 'a;

/// Most redirects of one request.
const MAX_REDIRECTS: usize = 10;

impl Session {
    /// Sends a request with this session's credentials until there is an answer that is accepted.
    ///
    /// None where the rule says that the answer is to be ignored.
    pub async fn send(
        &self,
        request: &Request,
        retry: &Retry,
        rule: &Rule<'_>,
    ) -> Result<Option<Answer>, Error> {
        self.try_send(request, retry, rule)
            .await
            .map_err(|error| error.of(self.name(request)))
    }

    async fn try_send(
        &self,
        request: &Request,
        retry: &Retry,
        rule: &Rule<'_>,
    ) -> Result<Option<Answer>, Error> {
        let started = Instant::now();
        let mut refreshed = false;
        let mut tries = 0;
        loop {
            let mut authorized = request.clone();
            self.auth.authorize(&mut authorized, self).await?;
            let (error, headers) = match self.attempt(&authorized).await {
                Ok(answer) => {
                    match rule(&answer).unwrap_or_else(|| retry.action(answer.status())) {
                        Action::Accept => return Ok(Some(answer)),
                        Action::Ignore => return Ok(None),
                        Action::Retry => (
                            self.failure(&authorized, &answer, None),
                            Some(answer.headers),
                        ),
                        Action::Fail(message) => {
                            return Err(self.failure(&authorized, &answer, message));
                        }
                        Action::RefreshAuth => {
                            if refreshed || !self.auth.refused(&authorized).await {
                                return Err(self.failure(&authorized, &answer, None));
                            }
                            tracing::info!(
                                request = self.name(request),
                                "credentials refused, trying new ones"
                            );
                            refreshed = true;
                            continue;
                        }
                    }
                }
                Err(error) if error.is_transient() => (error, None),
                Err(error) => return Err(error),
            };
            if tries == retry.max_retries {
                return Err(if tries > 0 {
                    error.remark(format_args!("tried {} times", tries + 1))
                } else {
                    error
                });
            }
            let wait = retry.wait(tries, self.shared.first_wait, headers.as_ref());
            let wait = wait.map_err(|wait| wait.because(error.clone()))?;
            if retry
                .max_elapsed
                .is_some_and(|max| started.elapsed() + wait > max)
            {
                return Err(error.remark(format_args!(
                    "given up after {} tries: out of time",
                    tries + 1
                )));
            }
            tracing::warn!(request = self.name(request), %error, wait_ms = wait.as_millis(), "trying again");
            sleep(wait).await;
            tries += 1;
            Stats::add(&self.shared.stats.retries, 1);
        }
    }

    /// Sends a request once, and follows its redirects to permitted origins.
    async fn attempt(&self, request: &Request) -> Result<Answer, Error> {
        let mut url = request.url(&self.shared.base)?;
        self.permit(&url, None)?;
        let mut method = request.method.clone();
        let mut body = Some(&request.body);
        for _ in 0..=MAX_REDIRECTS {
            let answer = self.exchange(request, method.clone(), url, body).await?;
            let location = answer
                .headers
                .0
                .get(LOCATION)
                .and_then(|location| location.to_str().ok());
            let (301..=303 | 307 | 308, Some(location)) = (answer.status(), location) else {
                return Ok(answer);
            };
            url = answer
                .url
                .join(location)
                .map_err(|error| Error::decode("the redirect's URL").because(error))?;
            self.permit(&url, Some(&answer.url))
                .map_err(|error| error.remark("redirected there"))?;
            if answer.status() < 307 && method != Method::HEAD {
                method = Method::GET;
                body = None;
            }
        }
        Err(Error::decode(format!(
            "more than {MAX_REDIRECTS} redirects"
        )))
    }

    /// One request and its answer, as they are.
    pub(super) async fn exchange(
        &self,
        request: &Request,
        method: Method,
        url: Url,
        body: Option<&Body>,
    ) -> Result<Answer, Error> {
        let _pass = match &self.shared.gate {
            Some(gate) => Some(gate.pass().await),
            None => None,
        };
        let mut headers = self.shared.headers.clone();
        let mut call = self.shared.http.request(method, url.clone());
        if let Some((kind, bytes)) = body.and_then(encode) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            call = call.body(bytes);
        }
        for (name, value) in &request.headers {
            let secret = request
                .secrets
                .iter()
                .any(|secret| secret.expose() == value);
            headers.insert(header_name(name)?, header_value(name, value, secret)?);
        }
        let stats = &self.shared.stats;
        Stats::add(&stats.requests, 1);
        let mut response = call
            .headers(headers)
            .send()
            .await
            .map_err(Error::transport)?;
        let room = response
            .content_length()
            .and_then(|length| usize::try_from(length).ok())
            .unwrap_or_default();
        let mut bytes = Vec::with_capacity(room.min(1 << 20));
        while let Some(chunk) = response.chunk().await.map_err(Error::transport)? {
            if bytes.len() + chunk.len() > self.shared.max_body {
                return Err(Error::decode(format!(
                    "the body is longer than {} bytes",
                    self.shared.max_body
                )));
            }
            bytes.extend_from_slice(&chunk);
        }
        Stats::add(&stats.bytes, bytes.len());
        let headers = Headers(std::mem::take(response.headers_mut()));
        let answer = Answer {
            status: response.status(),
            headers,
            url,
            body: bytes,
        };
        tracing::debug!(
            request = self.name(request),
            status = answer.status(),
            bytes = answer.body.len(),
            "answered"
        );
        Ok(answer)
    }
}

impl Session {
    /// The error that an answer is.
    pub(super) fn failure(
        &self,
        request: &Request,
        answer: &Answer,
        message: Option<String>,
    ) -> Error {
        let hide = |text| self.mask(request, text);
        Error::status_of(
            answer.status,
            message.map(hide).as_deref(),
            answer.message().map(hide),
        )
    }

    /// Method and path of a request, for messages: never its query.
    pub(super) fn name(&self, request: &Request) -> String {
        match request.url(&self.shared.base) {
            Ok(url) if self.is_home(&url) => format!("{} {}", request.method, url.path()),
            Ok(url) => format!(
                "{} {}{}",
                request.method,
                url.origin().ascii_serialization(),
                url.path()
            ),
            Err(_) => request.method.to_string(),
        }
    }
}

fn encode(body: &Body) -> Option<(&'static str, Vec<u8>)> {
    match body {
        Body::Empty => None,
        Body::Json(value) => Some(("application/json", value.to_string().into_bytes())),
        Body::Form(fields) => {
            let mut url = Url::parse("form:").ok()?;
            url.query_pairs_mut().extend_pairs(fields);
            Some((
                "application/x-www-form-urlencoded",
                url.query()?.to_owned().into_bytes(),
            ))
        }
        Body::Text(text) => Some(("text/plain; charset=utf-8", text.clone().into_bytes())),
    }
}
