//! The endpoint of a resource: its request, and where in an answer its records are.

use super::super::envelope::EnvelopeBuilder;
use super::super::incremental::Range;
use super::super::{Cx, auth, job, request};
use super::Lowering;
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{CursorPlace, PathItem, PathItemKind};
use crate::model::{Auth, Body, Job, Request};
use crate::spec::{self, Spec};

impl Lowering<'_, '_> {
    /// The request, in which the window exists where there is one, and what is said of the job that it creates.
    #[allow(clippy::option_option, reason = "refused, absent, given")]
    pub(super) fn request(
        &mut self,
        range: Option<&Range<'_>>,
    ) -> Option<(Request, Option<Option<Job>>)> {
        let endpoint = &self.resource.endpoint;
        let cursor = match (range, &self.resource.incremental) {
            (Some(range), _) => CursorPlace::Request(&range.names),
            (None, Some(_)) => CursorPlace::Unknown,
            (None, None) => CursorPlace::Absent,
        };
        let mut cx = Cx {
            sink: self.cx.sink,
            config: self.cx.config,
            partition: self.cx.partition,
            cursor,
            modules: self.cx.modules,
            job: None,
        };
        let request = request::lower(endpoint, &self.spec.client, &mut cx);
        let job = endpoint.job.as_ref();
        let job = job.map(|job| job::lower(job, endpoint, &self.spec.client, &mut cx));
        let mut request = request?;
        if let Some(range) = range {
            range.add_params(&mut request, endpoint, &mut cx);
        }
        Some((request, job))
    }

    /// Adds the records' place to the envelope; the selector as it is written.
    pub(super) fn selector(&mut self, envelope: &mut EnvelopeBuilder) -> String {
        let decoder = self.resource.endpoint.decoder.as_ref();
        let lines = matches!(decoder, Some(spec::Decoder::Jsonl(_)));
        match decoder {
            Some(spec::Decoder::Jsonl(_)) => envelope.of_rows("JSON lines have"),
            Some(spec::Decoder::Csv(_)) => envelope.of_rows("a CSV has"),
            Some(spec::Decoder::Json(_) | spec::Decoder::Xml(_)) | None => {}
        }
        match &self.resource.endpoint.data_selector {
            None => {
                envelope.records(&[], self.resource.endpoint.span);
                "$".to_owned()
            }
            Some(text) => {
                if crate::expr::has_expression(&text.value) {
                    crate::expr::literal(text, "`data_selector`", self.cx.sink);
                } else if matches!(decoder, Some(spec::Decoder::Csv(_))) {
                    envelope.records(&[], text.span);
                } else if let Some(mut path) = crate::expr::path(text, self.cx.sink) {
                    // The path leads from a line, and the lines are a list.
                    if lines && !path.is_empty() {
                        let (kind, range) = (PathItemKind::Each, 0..0);
                        path.insert(0, PathItem { kind, range });
                    }
                    if let (Some(spec::Decoder::Xml(_)), Some(first)) = (decoder, path.first())
                        && matches!(first.kind, PathItemKind::Index(_))
                    {
                        let place = text.span_of(first.range.clone());
                        let message = "a path into XML begins with the name of the root element";
                        self.cx.sink.push(
                            Diagnostic::new(Code::InvalidDecoder, place, message)
                                .help("write the name, as `feed.entry`"),
                        );
                    }
                    envelope.records(&path, text.span);
                }
                text.value.clone()
            }
        }
    }

    /// A key in the body needs a body with keys.
    pub(super) fn body_for_key(&mut self, auth: Option<&Auth>, body: Option<&Body>) {
        let (Some(auth), Some(body)) = (auth, body) else {
            return;
        };
        if auth.needs_body()
            && !matches!(
                body,
                Body::Form(_) | Body::Json(crate::model::Json::Object(_))
            )
        {
            let from = self
                .resource
                .endpoint
                .auth
                .as_ref()
                .or(self.spec.client.auth.as_ref())
                .and_then(auth::span);
            let message = format!(
                "the API key goes into the body, and `{}` has no body with keys",
                self.resource.name.value
            );
            let diagnostic =
                Diagnostic::new(Code::ConflictingKeys, self.resource.endpoint.span, message);
            let diagnostic = match from {
                Some(span) => diagnostic.other(span, "the authentication"),
                None => diagnostic,
            };
            self.cx.sink.push(
                diagnostic.help("give the endpoint `json` or `form`, or send the key elsewhere"),
            );
        }
    }
}

/// What requests are authenticated with; `None` where that could not be made.
pub(super) fn auth_or_none<'a>(
    auth: Option<&'a Auth>,
    own: &Option<Option<Auth>>,
    spec: &Spec,
) -> Option<&'a Auth> {
    match (auth, own) {
        (Some(auth), _) => Some(auth),
        (None, Some(_)) => None,
        (None, None) => spec.client.auth.is_none().then_some(&Auth::None),
    }
}
