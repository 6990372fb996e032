//! Several limits of the API, each for the requests of some methods and paths, and what its headers say is left.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Method, Url};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep_until};

use super::error::Error;
use super::limit::{Limit, Turn};
use super::retry::within;
use super::send::Answer;
use super::session::{BoxFuture, Gate, Pass, Session};
use super::wait::Unit;

/// Limits of which each one holds for the requests that it is about. A request waits for those of all requests last, so
/// that while it waits for one of its own others can pass.
#[derive(Debug, Default)]
pub struct Policies(Vec<Policy>);

impl Policies {
    /// Adds a limit.
    pub fn add(&mut self, policy: Policy) {
        self.0.push(policy);
        self.0.sort_by_key(Policy::is_general);
    }
}

/// One limit and the requests that it is about: all of them by default.
#[derive(Debug)]
pub struct Policy {
    limit: Limit,
    methods: &'static [&'static str],
    paths: &'static [&'static str],
    quota: Option<Quota>,
}

impl Policy {
    /// A limit for all requests.
    pub fn new(limit: Limit) -> Self {
        Self {
            limit,
            methods: &[],
            paths: &[],
            quota: None,
        }
    }

    /// For requests of these methods only.
    #[must_use]
    pub fn methods(mut self, methods: &'static [&'static str]) -> Self {
        self.methods = methods;
        self
    }

    /// For these paths below the base URL, or whole URLs, only; `*` stands for anything.
    #[must_use]
    pub fn paths(mut self, paths: &'static [&'static str]) -> Self {
        self.paths = paths;
        self
    }

    /// Closed while nothing is left of what the API allows.
    #[must_use]
    pub fn quota(mut self, quota: Quota) -> Self {
        self.quota = Some(quota);
        self
    }

    fn is_general(&self) -> bool {
        self.methods.is_empty() && self.paths.is_empty()
    }

    fn is_about(&self, method: &Method, target: &str) -> bool {
        (self.methods.is_empty() || self.methods.contains(&method.as_str()))
            && (self.paths.is_empty() || self.paths.iter().any(|path| fits(path, target)))
    }
}

/// What the answers say is left until when.
pub struct Quota {
    left: fn(&Answer) -> Option<&str>,
    reset: fn(&Answer) -> Option<&str>,
    unit: Unit,
    max: Duration,
    /// Requests that may start before this time.
    known: Mutex<Option<(u64, Instant)>>,
}

impl Quota {
    /// Where an answer has how many requests are left and when that begins anew; a longer wait than `max` is an error.
    pub fn new(
        left: fn(&Answer) -> Option<&str>,
        reset: fn(&Answer) -> Option<&str>,
        unit: Unit,
        max: Duration,
    ) -> Self {
        Self {
            left,
            reset,
            unit,
            max,
            known: Mutex::default(),
        }
    }

    /// Waits until something is left, and takes one of it.
    async fn turn(&self) -> Result<(), Error> {
        let reset = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            match known.as_mut().filter(|(_, reset)| Instant::now() < *reset) {
                Some((0, reset)) => *reset,
                Some((left, _)) => {
                    *left -= 1;
                    return Ok(());
                }
                None => return Ok(()),
            }
        };
        let wait = within(reset.duration_since(Instant::now()), self.max)?;
        tracing::debug!(wait_s = wait.as_secs_f64(), "nothing is left of the quota");
        sleep_until(reset).await;
        Ok(())
    }

    fn answered(&self, answer: &Answer) {
        let left = (self.left)(answer).and_then(|text| text.trim().parse().ok());
        let wait = (self.reset)(answer).and_then(|text| self.unit.wait(text));
        let now = Instant::now();
        let reset = wait.and_then(|wait| now.checked_add(wait));
        if let (Some(left), Some(reset)) = (left, reset) {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            // Requests that are under way are not counted in this answer yet.
            let before = known.filter(|(_, reset)| now < *reset);
            *known = Some((before.map_or(left, |(before, _)| before.min(left)), reset));
        }
    }
}

impl fmt::Debug for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Quota({:?})", self.known)
    }
}

impl Gate for Policies {
    fn pass<'g: 'a, 'a>(
        &'g self,
        session: &'a Session,
        method: &'a Method,
        url: &'a Url,
    ) -> BoxFuture<'a, Result<Box<dyn Pass + 'g>, Error>> {
        Box::pin(async move {
            let target = target(session, url);
            let policies = self.0.iter();
            let policies = policies.filter(|policy| policy.is_about(method, &target));
            let policies: Vec<_> = policies.collect();
            let (mut turns, mut quotas) = (Vec::new(), Vec::new());
            // Before anything is held that others wait for.
            for quota in policies.iter().filter_map(|policy| policy.quota.as_ref()) {
                quota.turn().await?;
                quotas.push(quota);
            }
            for policy in policies {
                turns.push(policy.limit.turn().await);
            }
            let permits = turns.into_iter().filter_map(Turn::start).collect();
            Ok(Box::new(Passed {
                _permits: permits,
                quotas,
            }) as Box<dyn Pass>)
        })
    }
}

struct Passed<'a> {
    _permits: Vec<OwnedSemaphorePermit>,
    quotas: Vec<&'a Quota>,
}

impl Pass for Passed<'_> {
    fn answered(&self, answer: &Answer) {
        self.quotas.iter().for_each(|quota| quota.answered(answer));
    }
}

/// The path of a URL below the base URL; a whole URL where it is not below. Without the query.
fn target(session: &Session, url: &Url) -> String {
    let whole = url.as_str().split(['?', '#']).next().unwrap_or_default();
    let base = Url::parse(&session.options.base_url);
    let base = base
        .as_ref()
        .map_or("", |base| base.as_str())
        .trim_end_matches('/');
    let below = whole
        .strip_prefix(base)
        .filter(|path| path.starts_with('/'));
    below.unwrap_or(whole).to_owned()
}

/// Whether a text is of a pattern, in which `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            let mut ends = (0..=rest.len()).filter_map(|at| rest.get(at..));
            ends.any(|rest| fits(after, rest))
        }),
    }
}
