//! Sends a request, again where that may help, and reads the answer to its end.

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::error::{Error, Kind};
use super::request::Request;
use super::retry::Retry;
use super::session::{Pass, Session};

/// A response with its whole body.
#[derive(Debug)]
pub struct Answer {
    pub(super) url: Url,
    pub(super) body: Vec<u8>,
    status: StatusCode,
    headers: HeaderMap,
}

impl Answer {
    /// HTTP status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The first value of a header, whose name is written in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// All values of a header.
    pub fn header_values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .get_all(name)
            .into_iter()
            .filter_map(|value| value.to_str().ok())
    }

    /// The body, where it is JSON of this type.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Whether the body contains a text.
    pub fn contains(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.body).contains(text)
    }

    /// What the API says about a failure.
    fn message(&self) -> Option<String> {
        const PLACES: &str = "/error/message /message /error_description /detail /errors/0/message /errors/0/detail \
                              /errors/0 /error /title /msg /reason";
        let body: Value = self.json()?;
        let mut places = PLACES.split_ascii_whitespace();
        let said = places.find_map(|place| body.pointer(place)?.as_str());
        said.map(str::to_owned)
    }
}

/// What to do with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Take it.
    Accept,
    /// Send the request again.
    Retry,
    /// An empty page; on the first request of a stream only.
    Ignore,
    /// Leave out what is left of the partition.
    SkipPartition,
    /// Send the request again once with new credentials.
    RefreshAuth,
    /// Fail, with a message of one's own.
    Fail(Option<String>),
    /// Fail as the answer says, whatever its status; other partitions go on.
    Failed,
}

/// Looks at an answer before its status is looked at.
pub type Rule<'a> = dyn Fn(&Answer) -> Option<Action> + Send + Sync + 'a;

impl Session {
    /// Sends a request until there is an answer that is accepted; none where it is to be ignored.
    ///
    /// `rule` looks at an answer first; what it says nothing about is left to the status.
    pub async fn send(
        &self,
        request: &Request,
        retry: &Retry,
        rule: &Rule<'_>,
    ) -> Result<Option<Answer>, Error> {
        let (started, mut refreshed, mut tries) = (Instant::now(), false, 0);
        loop {
            let (plain, mut request) = (request, request.clone());
            if let Some(auth) = &self.auth {
                auth.authorize(&mut request, self).await?;
            }
            let mut retried = None;
            let error = match self.attempt(&request, plain).await {
                Ok(answer) => {
                    let declared = rule(&answer);
                    let is_declared = declared.is_some();
                    match declared.unwrap_or_else(|| retry.action(answer.status())) {
                        Action::Accept => return Ok(Some(answer)),
                        Action::Ignore => return Ok(None),
                        Action::SkipPartition => {
                            let text = answer.status.to_string();
                            return Err(Error::new(Kind::Skipped, text));
                        }
                        Action::Fail(text) => {
                            let error = self.failure(&request, &answer, text);
                            return Err(if is_declared { error.end() } else { error });
                        }
                        Action::Failed => return Err(self.failure(&request, &answer, None)),
                        Action::RefreshAuth => match &self.auth {
                            Some(auth) if !refreshed && auth.refused(&request).await => {
                                refreshed = true;
                                continue;
                            }
                            _ => return Err(self.failure(&request, &answer, None)),
                        },
                        Action::Retry => self.failure(&request, retried.insert(answer), None),
                    }
                }
                Err(error) if error.is_transient() => error,
                Err(error) => return Err(error),
            };
            let wait = retry.wait(tries, self.options.first_wait, retried.as_ref())?;
            let late = |max| started.elapsed() + wait > max;
            if tries == retry.max_retries || retry.max_elapsed.is_some_and(late) {
                return Err(match tries {
                    0 => error,
                    _ => error.remark(format_args!("tried {} times", tries + 1)),
                });
            }
            tracing::warn!(request = self.name(plain), %error, wait_s = wait.as_secs_f64(), "trying again");
            self.waiting(sleep(wait)).await;
            tries += 1;
            self.stats().retries.add(1);
        }
    }

    /// Sends a request once, and follows redirects to permitted origins; to others only the plain request without the
    /// credentials, where it may go without them.
    async fn attempt(&self, request: &Request, plain: &Request) -> Result<Answer, Error> {
        let mut plain = plain.clone();
        let mut url = plain.url(&self.options.base_url)?;
        let mut request = if self.admits(&plain, &url, None)? {
            url = request.url(&self.options.base_url)?;
            request.clone()
        } else {
            self.bare(&plain)?
        };
        for _ in 0..=10 {
            let pass = self.pass(&request, &url).await?;
            let answer = self.exchange(&request, url, pass).await?;
            let (301..=303 | 307 | 308, Some(to)) = (answer.status(), answer.header("location"))
            else {
                return Ok(answer);
            };
            let broken =
                |error| Error::new(Kind::Decode, format!("the URL of a redirect: {error}"));
            url = answer.url.join(to).map_err(broken)?;
            if answer.status() < 307 {
                for asked in [&mut plain, &mut request] {
                    (asked.method, asked.body) = (Method::GET, None);
                }
            }
            if !self.admits(&plain, &url, Some(&answer.url))? {
                request = self.bare(&plain)?;
            }
        }
        Err(Error::new(Kind::Decode, "more than 10 redirects"))
    }

    /// Counts the time that something takes as waited.
    pub(super) async fn waiting<T>(&self, wait: impl Future<Output = T>) -> T {
        let started = Instant::now();
        let outcome = wait.await;
        let waited = usize::try_from(started.elapsed().as_millis());
        self.stats().waited.add(waited.unwrap_or(usize::MAX));
        outcome
    }

    /// Waits until a request may start.
    pub(super) async fn pass(
        &self,
        request: &Request,
        url: &Url,
    ) -> Result<Option<Box<dyn Pass + '_>>, Error> {
        let Some(gate) = &self.options.gate else {
            return Ok(None);
        };
        let pass = gate.pass(self, &request.method, url);
        self.waiting(pass).await.map(Some)
    }

    /// One request, which may start, and its answer, as they are.
    pub(super) async fn exchange(
        &self,
        request: &Request,
        url: Url,
        pass: Option<Box<dyn Pass + '_>>,
    ) -> Result<Answer, Error> {
        let mut headers = HeaderMap::new();
        headers.insert("accept", HeaderValue::from_static("application/json"));
        let to = self.route(&url, &mut headers);
        let mut call = self.http.request(request.method.clone(), to);
        if let Some((kind, body)) = &request.body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            call = call.body(body.clone());
        }
        let common = self.options.common.headers.iter();
        let common = common.filter(|(name, _)| !request.without.contains(&name.to_lowercase()));
        let common = common.map(|header| (Kind::Config, header));
        let own = request.headers.iter().map(|header| (Kind::Value, header));
        for (kind, (name, value)) in common.chain(own) {
            let refused = format!("`{name}` or its value cannot be a header");
            let (Ok(header), Ok(value)) =
                (name.parse::<HeaderName>(), HeaderValue::from_str(value))
            else {
                return Err(Error::new(kind, refused));
            };
            headers.insert(header, value);
        }
        self.stats().requests.add(1);
        let call = call.headers(headers).send();
        let mut response = call.await.map_err(Error::transport)?;
        let mut body = Vec::with_capacity(1 << 16);
        while let Some(chunk) = response.chunk().await.map_err(Error::transport)? {
            if body.len() + chunk.len() > self.options.max_body {
                let text = format!("the body is longer than {} bytes", self.options.max_body);
                return Err(Error::new(Kind::Decode, text));
            }
            body.extend_from_slice(&chunk);
        }
        self.stats().bytes.add(body.len());
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        tracing::debug!(method = %request.method, path = url.path(), %status, bytes = body.len(), "answered");
        let answer = Answer {
            url,
            body,
            status,
            headers,
        };
        if let Some(pass) = pass {
            pass.answered(&answer);
        }
        Ok(answer)
    }

    /// The error that an answer is.
    pub(super) fn failure(
        &self,
        request: &Request,
        answer: &Answer,
        text: Option<String>,
    ) -> Error {
        let status = answer.status.to_string();
        let text = text.map(|text| format!(": {text}")).unwrap_or_default();
        let message = status.replace(" <unknown status code>", "") + &text;
        Error::new(Kind::Status(answer.status()), self.mask(request, message))
            .said(self.said(request, answer))
    }

    /// What the API itself says in an answer.
    pub(super) fn said(&self, request: &Request, answer: &Answer) -> Option<String> {
        answer.message().map(|said| self.mask(request, said))
    }
}
