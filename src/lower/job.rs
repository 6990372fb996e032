//! `job`: the requests about it, its states, and where its files are.

use std::cell::RefCell;
use std::time::Duration;

use super::envelope::EnvelopeBuilder;
use super::request::{self, Keys};
use super::{Cx, duration, paginator, path};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Place, Wants, has_expression, literal, position, template};
use crate::model::{
    BodyPath, Envelope, Expr, ExprKind, ExprType, Job, JobFiles, JobRequest, LeafKind, Path,
};
use crate::source::{Span, Text};
use crate::spec;
use crate::spec::{Client, Download, Endpoint};

const INTERVAL: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(3600);

/// Lowers the job of an endpoint.
pub(super) fn lower(
    job: &spec::Job,
    endpoint: &Endpoint,
    client: &Client,
    cx: &mut Cx<'_>,
) -> Option<Job> {
    if let Some(span) = endpoint.paginator.as_ref().and_then(paginator::span) {
        let message = "the pages of a job are its files: there is nothing to page through";
        cx.sink.push(
            Diagnostic::new(Code::InvalidJob, span, message)
                .other(job.span, "the job")
                .help("remove `paginator`; `paginator: null` removes that of the defaults"),
        );
    }
    let created = RefCell::new(EnvelopeBuilder::new("JobCreated"));
    let mut lowering = Lowering {
        client,
        cx: Cx {
            sink: cx.sink,
            config: cx.config,
            partition: cx.partition,
            cursor: cx.cursor,
            modules: cx.modules,
            job: Some(&created),
        },
    };
    let poll = lowering.request(&job.poll, "poll", "GET");
    let delete = job.delete.as_ref();
    let delete = delete.map(|delete| lowering.request(delete, "delete", "DELETE"));
    let mut progress = EnvelopeBuilder::new("JobProgress");
    let status = lowering.value(&job.status, &mut progress);
    let (completed, failed) = lowering.states(job);
    let (interval, max_interval, timeout) = lowering.times(job);
    let (files, download) = lowering.download(&job.download, &mut progress);
    let progress = read(progress, cx);
    let created = read(created.into_inner(), cx);
    Some(Job {
        created: created?,
        poll: poll?,
        progress: progress?,
        status: status?,
        status_shown: if has_expression(&job.status.value) {
            "status".to_owned()
        } else {
            job.status.value.clone()
        },
        completed: completed?,
        failed: failed?,
        interval: interval?,
        max_interval: max_interval?,
        timeout: timeout?,
        files: files?,
        download: download?,
        open: job.download.auth.is_some(),
        delete: match delete {
            Some(delete) => Some(delete?),
            None => None,
        },
    })
}

/// What is read of an answer, where anything is.
#[allow(clippy::option_option, reason = "refused, absent, given")]
fn read(body: EnvelopeBuilder, cx: &mut Cx<'_>) -> Option<Option<Envelope>> {
    if body.is_untouched() {
        return Some(None);
    }
    body.finish("", false, cx.sink).map(Some)
}

struct Lowering<'l> {
    client: &'l Client,
    cx: Cx<'l>,
}

impl Lowering<'_> {
    fn push(&mut self, diagnostic: Diagnostic) {
        self.cx.sink.push(diagnostic);
    }

    fn request(
        &mut self,
        request: &spec::JobRequest,
        key: &str,
        method: &'static str,
    ) -> Option<JobRequest> {
        let (path, linked) = match self.one_of(
            (request.path.as_ref(), "path: \"/reports/{{ job.id }}\""),
            (request.url.as_ref(), "url: \"{{ job.links.self }}\""),
            (request.span, key),
        ) {
            Some((text, false)) => (path::lower(text, &request.params, &mut self.cx), false),
            Some((text, true)) => (self.url(text), true),
            None => (None, false),
        };
        let keys = Keys {
            span: request.span,
            method: request.method.as_ref(),
            params: &request.params,
            headers: &request.headers,
            json: request.json.as_ref(),
        };
        // A URL that the API gives is complete.
        let client = (!linked).then_some(self.client);
        let request = request::of_job(&keys, method, path, client, &mut self.cx)?;
        Some(JobRequest { request, linked })
    }

    /// A URL that the answer that created the job has.
    fn url(&mut self, text: &Text) -> Option<Path> {
        if !has_expression(&text.value) {
            let message =
                "this is no expression over `job`, so that it would be the same for all jobs";
            let help = "write `\"{{ job.X }}\"`, or `path`";
            self.push(Diagnostic::new(Code::InvalidJob, text.span, message).help(help));
            return None;
        }
        let wants = Wants::public("a URL");
        let template = template(text, &mut self.cx.place(), wants, self.cx.sink)?;
        Some(Path {
            absolute: true,
            template,
        })
    }

    /// Which of two keys is given, and whether it is the second.
    fn one_of<'t>(
        &mut self,
        (path, path_example): (Option<&'t Text>, &str),
        (url, url_example): (Option<&'t Text>, &str),
        (span, key): (Span, &str),
    ) -> Option<(&'t Text, bool)> {
        match (path, url) {
            (Some(path), None) => Some((path, false)),
            (None, Some(url)) => Some((url, true)),
            (Some(path), Some(url)) => {
                let message = "`path` and `url` exclude each other";
                self.push(
                    Diagnostic::new(Code::ConflictingKeys, url.span, message)
                        .other(path.span, "`path` is here")
                        .help("keep one of them"),
                );
                None
            }
            (None, None) => {
                let message = format!("missing `path` or `url` in `{key}`: where the request goes");
                self.push(
                    Diagnostic::new(Code::MissingKey, span, message)
                        .help(format!("write `{path_example}` or `{url_example}`")),
                );
                None
            }
        }
    }

    /// A text of an answer: a path into its body, or an expression over `response`.
    fn value(&mut self, text: &Text, body: &mut EnvelopeBuilder) -> Option<Expr> {
        if has_expression(&text.value) {
            let mut place = Place {
                response: Some(body),
                job: None,
                ..self.cx.place()
            };
            return position(text, &mut place, self.cx.sink);
        }
        let accessor = body.read(text, LeafKind::Token, self.cx.sink)?;
        Some(Expr {
            kind: ExprKind::Body(BodyPath { accessor }),
            ty: ExprType::String,
            nullable: true,
        })
    }

    /// The states of a job that has ended: no state is in both lists.
    fn states(&mut self, job: &spec::Job) -> (Option<Vec<String>>, Option<Vec<String>>) {
        let failed = job.failed.as_ref().map_or(&[][..], |failed| &failed.values);
        let all = || job.completed.values.iter().chain(failed);
        let mut complete = true;
        for (at, text) in all().enumerate() {
            literal(text, "a state", self.cx.sink);
            if let Some(first) = all().take(at).find(|other| other.value == text.value) {
                let message = format!("the state `{}` is named twice", text.value);
                self.push(
                    Diagnostic::new(Code::InvalidJob, text.span, message)
                        .other(first.span, "the first time")
                        .help("a state means one thing: keep one of them"),
                );
                complete = false;
            }
        }
        let words = |states: &[Text]| {
            let words = states.iter().map(|text| text.value.clone());
            complete.then(|| words.collect())
        };
        (words(&job.completed.values), words(failed))
    }

    fn times(&mut self, job: &spec::Job) -> (Option<Duration>, Option<Duration>, Option<Duration>) {
        let mut read = |text: Option<&Text>, default: Duration| match text {
            Some(text) => duration::duration(text, self.cx.sink),
            None => Some(default),
        };
        let interval = read(job.interval.as_ref(), INTERVAL);
        let longest = read(job.max_interval.as_ref(), interval.unwrap_or(INTERVAL));
        let timeout = read(job.timeout.as_ref(), TIMEOUT);
        for (text, wrong, message, help) in [
            (
                job.max_interval.as_ref(),
                longest < interval,
                "the longest interval is shorter than the first",
                "write a longer `max_interval`, or leave it out",
            ),
            (
                job.timeout.as_ref().or(job.interval.as_ref()),
                timeout < interval,
                "the time of a job is over before its state is asked for",
                "write a longer `timeout`, or a shorter `interval`",
            ),
        ] {
            let known = [interval, longest, timeout].iter().all(Option::is_some);
            if let Some(text) = text.filter(|_| wrong && known) {
                self.push(Diagnostic::new(Code::InvalidJob, text.span, message).help(help));
            }
        }
        (interval, longest, timeout)
    }

    fn download(
        &mut self,
        download: &Download,
        progress: &mut EnvelopeBuilder,
    ) -> (Option<JobFiles>, Option<crate::model::Request>) {
        let given = self.one_of(
            (
                download.path.as_ref(),
                "path: \"/reports/{{ job.id }}/file\"",
            ),
            (download.url.as_ref(), "url: files.*.url"),
            (download.span, "download"),
        );
        let (files, path) = match given {
            Some((text, false)) => (
                Some(JobFiles::One),
                path::lower(text, &download.params, &mut self.cx),
            ),
            Some((text, true)) => (self.urls(text, progress), Some(Path::default())),
            None => (None, None),
        };
        let keys = Keys {
            span: download.span,
            method: download.method.as_ref(),
            params: &download.params,
            headers: &download.headers,
            json: None,
        };
        let client = matches!(files, Some(JobFiles::One)).then_some(self.client);
        // One request is made for every file of every job.
        let mut cx = Cx {
            sink: self.cx.sink,
            config: self.cx.config,
            partition: self.cx.partition,
            cursor: self.cx.cursor,
            modules: self.cx.modules,
            job: None,
        };
        let request = request::of_job(&keys, "GET", path, client, &mut cx);
        (files, request)
    }

    /// Where the URLs of the files stand.
    fn urls(&mut self, text: &Text, progress: &mut EnvelopeBuilder) -> Option<JobFiles> {
        if has_expression(&text.value) {
            let value = self.value(text, progress)?;
            return Some(JobFiles::Linked(value));
        }
        if text.value.starts_with('/') || text.value.contains("://") {
            let message = "`url` says where the answer has the URL, and this is one itself";
            let help = format!("write `path: {}`", text.value);
            self.push(Diagnostic::new(Code::InvalidJob, text.span, message).help(help));
            return None;
        }
        let path = crate::expr::path(text, self.cx.sink)?;
        let mut finished = EnvelopeBuilder::new("JobFinished");
        finished.records(&path, text.span);
        let finished = finished.finish(&text.value, false, self.cx.sink)?;
        Some(JobFiles::Listed(finished))
    }
}
