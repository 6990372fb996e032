//! Jobs of an API: one request creates a job, others ask for its state until it has ended, and its files are the pages.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::{Instant, sleep_until};

use super::decode;
use super::endpoint::{Endpoint, RecordOf};
use super::error::{Error, Kind};
use super::pages::Pages;
use super::request::Request;
use super::retry::retry_after;
use super::send::Answer;
use super::source::{Batch, Source};

/// The endpoint of the files that a job makes.
pub trait JobEndpoint: Endpoint<Position = JobFiles> + Sync {
    /// States of a job that made its files.
    const COMPLETED: &'static [&'static str];
    /// States of a job that never will.
    const FAILED: &'static [&'static str] = &[];
    /// Time before the state is asked for.
    const INTERVAL: Duration = Duration::from_secs(5);
    /// To this the time grows, by half with each question.
    const MAX_INTERVAL: Duration = Self::INTERVAL;
    /// Time in which a job has to end.
    const TIMEOUT: Duration = Duration::from_secs(3600);

    /// The request that creates the job.
    fn create(&self) -> Result<Request, Error>;

    /// The request for the state of the job that an answer speaks of.
    fn poll(&self, job: &Answer) -> Result<Request, Error>;

    /// The state in an answer.
    fn status(&self, answer: &Answer) -> Result<String, Error>;

    /// The files, from the answer that created the job and the one that says that it has ended.
    fn files(&self, job: &Answer, answer: &Answer) -> Result<Vec<String>, Error>;

    /// The request that deletes the job once its files are read.
    fn delete(&self, _job: &Answer) -> Result<Option<Request>, Error> {
        Ok(None)
    }
}

/// The files of a job, by their URLs, and the one that is to be read.
#[derive(Debug, Clone, Default)]
pub struct JobFiles {
    urls: Arc<[String]>,
    at: usize,
}

impl JobFiles {
    fn new(urls: Vec<String>, at: usize) -> Option<Self> {
        let urls: Arc<[String]> = urls.into();
        Some(Self { urls, at }).filter(|files| files.at < files.urls.len())
    }

    /// The URL of the file.
    pub fn url(&self) -> &str {
        self.urls.get(self.at).map_or("", String::as_str)
    }

    /// The next file; none after the last.
    pub fn next(&self) -> Option<Self> {
        let (urls, at) = (Arc::clone(&self.urls), self.at + 1);
        Some(Self { urls, at }).filter(|files| files.at < files.urls.len())
    }
}

/// The pages of one job: it is created when the first is asked for.
pub struct JobPages<J: JobEndpoint> {
    stage: Stage,
    pages: Pages<J>,
}

enum Stage {
    New,
    Running(Running),
    /// The files are read; the number of the last one whose URL was asked for again.
    Reading(Answer, Option<usize>),
    End,
}

struct Running {
    job: Answer,
    /// When its state is asked for.
    asks: Instant,
    /// The time before the question after that.
    interval: Duration,
    ends: Instant,
}

/// What became of a job: it goes on, and may ask for a wait, or it has made its files.
enum State {
    Going(Option<Duration>),
    Ended(Vec<String>),
}

type Page<J> = Batch<RecordOf<J>>;

impl<J: JobEndpoint> JobPages<J> {
    /// The files of a job; nothing is sent before the first page is asked for.
    pub fn new(endpoint: J) -> Self {
        let mut pages = Pages::new(endpoint);
        pages.next = Ok(None);
        Self {
            stage: Stage::New,
            pages,
        }
    }

    async fn send(&self, request: &Request) -> Result<Option<Answer>, Error> {
        let endpoint = &self.pages.endpoint;
        let (session, rule) = (endpoint.session(), |answer: &Answer| {
            endpoint.action(answer)
        });
        let sent = session.send(request, &J::RETRY, &rule).await;
        sent.map_err(|error| error.of(session.name(request)))
    }

    async fn create(&self) -> Result<Stage, Error> {
        let endpoint = &self.pages.endpoint;
        let Some(job) = self.send(&endpoint.create()?).await? else {
            return Ok(Stage::End);
        };
        let interval = endpoint.session().options.first_wait;
        let (asked, now) = (wait_of(&job), Instant::now());
        let running = Running {
            job,
            asks: now,
            interval: interval.unwrap_or(J::INTERVAL),
            ends: now + J::TIMEOUT,
        };
        Ok(Stage::Running(running.later::<J>(asked)?))
    }

    /// Asks for the state.
    async fn ask(&self, job: &Answer) -> Result<State, Error> {
        let endpoint = &self.pages.endpoint;
        let request = endpoint.poll(job)?;
        let Some(answer) = self.send(&request).await? else {
            return Ok(State::Going(None));
        };
        let session = endpoint.session();
        let of = |error: Error| error.of(session.name(&request));
        let status = endpoint.status(&answer).map_err(of)?;
        if J::COMPLETED.contains(&status.as_str()) {
            return endpoint.files(job, &answer).map(State::Ended).map_err(of);
        }
        if J::FAILED.contains(&status.as_str()) {
            let error = Error::new(Kind::Job, format!("the job ended as `{status}`"));
            return Err(of(error.said(session.said(&request, &answer))));
        }
        tracing::debug!(status, "the job has not ended");
        Ok(State::Going(wait_of(&answer)))
    }

    async fn turn(&mut self) -> Result<Option<Page<J>>, Error> {
        loop {
            match &self.stage {
                Stage::End => return Ok(None),
                Stage::New => self.stage = self.create().await?,
                Stage::Running(running) => {
                    sleep_until(running.asks).await;
                    let state = self.ask(&running.job).await?;
                    let last = std::mem::replace(&mut self.stage, Stage::End);
                    let Stage::Running(running) = last else {
                        continue;
                    };
                    self.stage = match state {
                        State::Going(asked) => Stage::Running(running.later::<J>(asked)?),
                        State::Ended(urls) => {
                            self.pages.next = Ok(JobFiles::new(urls, 0));
                            Stage::Reading(running.job, None)
                        }
                    };
                }
                Stage::Reading(job, renewed) => {
                    let next = self.pages.next.as_ref().ok().and_then(Option::as_ref);
                    let file = next.cloned().unwrap_or_default();
                    let page = self.pages.next().await;
                    if page.as_ref().is_err_and(is_expired)
                        && *renewed != Some(file.at)
                        && let Ok(State::Ended(urls)) = self.ask(job).await
                        && urls.get(file.at).is_some_and(|url| url != file.url())
                    {
                        self.pages.next = Ok(JobFiles::new(urls, file.at));
                        if let Stage::Reading(_, renewed) = &mut self.stage {
                            *renewed = Some(file.at);
                        }
                        continue;
                    }
                    if matches!(page, Ok(None)) {
                        // A file with nothing in it is not the last one.
                        if let Some(next) = file.next() {
                            self.pages.next = Ok(Some(next));
                            continue;
                        }
                        self.delete(job).await;
                        self.stage = Stage::End;
                    }
                    return page;
                }
            }
        }
    }

    /// Deletes the job; that it cannot be is no failure of what was read.
    async fn delete(&self, job: &Answer) {
        let deleted = match self.pages.endpoint.delete(job) {
            Ok(None) => return,
            Ok(Some(request)) => self.send(&request).await,
            Err(error) => Err(error),
        };
        if let Err(error) = deleted {
            tracing::warn!(%error, "the job was not deleted");
        }
    }
}

impl Running {
    /// The next question, which comes when the API asks for it, as far as the time of the job allows.
    fn later<J: JobEndpoint>(mut self, asked: Option<Duration>) -> Result<Self, Error> {
        let now = Instant::now();
        if now >= self.ends {
            let limit = J::TIMEOUT.as_secs();
            let text = format!("the job has not ended after {limit} s");
            return Err(Error::new(Kind::Job, text));
        }
        let wait = asked.unwrap_or_default().max(self.interval);
        self.asks = now.checked_add(wait).unwrap_or(self.ends).min(self.ends);
        self.interval = self.interval.mul_f64(1.5).min(J::MAX_INTERVAL);
        Ok(self)
    }
}

/// How long an answer asks to wait.
fn wait_of(answer: &Answer) -> Option<Duration> {
    answer.header("retry-after").and_then(retry_after)
}

/// Whether the URL of a file may have lost its validity.
fn is_expired(error: &Error) -> bool {
    matches!(error.kind(), Kind::Status(401 | 403 | 404 | 410))
}

impl<J: JobEndpoint> Source for JobPages<J> {
    type Record = RecordOf<J>;

    async fn next(&mut self) -> Result<Option<Page<J>>, Error> {
        let page = self.turn().await;
        if page.is_err() {
            self.stage = Stage::End;
        }
        page
    }
}

/// The text of a value that has to be there.
///
/// # Errors
/// It is not: the keys that are there are named.
pub fn needed<'v>(answer: &Answer, path: &str, value: Option<&'v str>) -> Result<&'v str, Error> {
    value.filter(|text| !text.is_empty()).ok_or_else(|| {
        let keys = answer.json::<BTreeMap<String, &RawValue>>();
        let keys = keys.unwrap_or_default().into_keys().take(20);
        let keys: Vec<_> = keys.map(|key| format!("`{key}`")).collect();
        let text = format!(
            "no `{path}` in the answer, its keys are {}",
            keys.join(", ")
        );
        Error::new(Kind::Decode, text)
    })
}

/// The parts of an answer that have to be there.
///
/// # Errors
/// They are not: the keys that are there are named.
pub fn part<'a, P: Deserialize<'a>>(answer: &'a Answer, object: bool) -> Result<P, Error> {
    decode::page(decode::text(&answer.body)?.unwrap_or_default(), object)
}

/// A URL resolved against that of the answer that has it.
///
/// # Errors
/// It is no URL, or leads from https to http.
pub fn resolve(answer: &Answer, link: &str) -> Result<String, Error> {
    let broken = |error| Error::new(Kind::Decode, format!("a URL in the answer: {error}"));
    let url: Url = answer.url.join(link.trim()).map_err(broken)?;
    if answer.url.scheme() == "https" && url.scheme() != "https" {
        let text = format!("refused to go from https to {}", url.scheme());
        return Err(Error::new(Kind::Config, text));
    }
    Ok(url.into())
}

/// The URLs in pieces of an answer: texts, lists of texts, or null.
///
/// # Errors
/// A piece is anything else.
pub fn links(answer: &Answer, pieces: Vec<&RawValue>) -> Result<Vec<String>, Error> {
    let mut links = Vec::new();
    for piece in pieces.into_iter().map(RawValue::get) {
        let texts: Result<Vec<Option<String>>, _> = match piece.as_bytes().first() {
            Some(b'[') => serde_json::from_str(piece),
            _ => serde_json::from_str(piece).map(|text| vec![text]),
        };
        let no_url = |error| {
            let text = format!("no URL of a file but {}", decode::excerpt(piece));
            Error::new(Kind::Decode, text).because(error)
        };
        for text in texts.map_err(no_url)?.iter().flatten() {
            links.push(resolve(answer, text)?);
        }
    }
    Ok(links)
}
