//! `error_handler`: what failures mean.

mod rule;

use std::time::Duration;

use rule::{always, rules};

use super::envelope::EnvelopeBuilder;
use super::{Cx, duration, status, wait};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Auth, Backoff, ErrorPolicy, LeafKind, Rule, StatusRange, WaitPlace};
use crate::source::{Span, Spanned, Text};
use crate::spec;

const MAX_RETRIES: u64 = 1000;
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// Statuses that are retried unless the spec says otherwise.
const DEFAULT_RETRIES: [StatusRange; 4] = [
    StatusRange { from: 408, to: 408 },
    StatusRange { from: 425, to: 425 },
    StatusRange { from: 429, to: 429 },
    StatusRange { from: 500, to: 599 },
];

/// Lowers an error handler; `auth` is what the requests are authenticated with.
pub(super) fn lower(
    handler: Option<&spec::ErrorHandler>,
    auth: Option<&Auth>,
    cx: &mut Cx<'_>,
) -> Option<ErrorPolicy> {
    let Some(handler) = handler else {
        return Some(ErrorPolicy {
            rules: Vec::new(),
            body: None,
            retry_statuses: DEFAULT_RETRIES.to_vec(),
            max_retries: 5,
            backoff: Backoff::Exponential {
                first: FIRST_WAIT,
                max: wait::LONGEST,
            },
            max_elapsed: None,
        });
    };
    let mut body = EnvelopeBuilder::new("Failure");
    let rules = rules(
        handler.rules.as_deref().unwrap_or_default(),
        auth,
        &mut body,
        cx,
    );
    let retry_statuses = retry_statuses(handler, rules.as_deref().unwrap_or_default(), cx);
    let max_retries = max_retries(handler, cx);
    let backoff = backoff(handler, &mut body, cx);
    let max_elapsed = match &handler.max_elapsed {
        Some(text) => Some(Some(duration::duration(text, cx.sink)?)),
        None => Some(None),
    };
    let body = if body.is_untouched() {
        Some(None)
    } else {
        body.finish("", false, cx.sink).map(Some)
    };
    Some(ErrorPolicy {
        rules: rules?,
        body: body?,
        retry_statuses: retry_statuses?,
        max_retries: max_retries?,
        backoff: backoff?,
        max_elapsed: max_elapsed?,
    })
}

fn max_retries(handler: &spec::ErrorHandler, cx: &mut Cx<'_>) -> Option<u32> {
    let Some(max) = &handler.max_retries else {
        return Some(5);
    };
    if max.value > MAX_RETRIES {
        let message = format!(
            "{} retries of one request are more than {MAX_RETRIES}",
            max.value
        );
        cx.sink.push(
            Diagnostic::new(Code::OutOfRange, max.span, message)
                .help("write how often a failed request is tried again, as `5`"),
        );
        return None;
    }
    if max.value == 0 {
        let mut useless = |span: Span, key: &str| {
            let diagnostic = Diagnostic::new(
                Code::NoEffect,
                span,
                format!("`{key}` has no effect: nothing is retried"),
            );
            cx.sink.push(diagnostic.other(max.span, "no retries"));
        };
        if let Some(factor) = &handler.backoff_factor {
            useless(factor.span, "backoff_factor");
        }
    }
    u32::try_from(max.value).ok()
}

/// Statuses that are retried where no rule holds.
fn retry_statuses(
    handler: &spec::ErrorHandler,
    rules: &[Rule],
    cx: &mut Cx<'_>,
) -> Option<Vec<StatusRange>> {
    let Some(texts) = &handler.retry_on_status_codes else {
        return Some(DEFAULT_RETRIES.to_vec());
    };
    let mut ranges = Vec::new();
    let mut complete = true;
    let ended = always(rules);
    for text in texts {
        let Some(range) = status::status(text, cx.sink) else {
            complete = false;
            continue;
        };
        if range.from < 300 {
            let diagnostic = Diagnostic::new(
                Code::InvalidErrorHandler,
                text.span,
                format!(
                    "`{}` is success, and retrying it would never end",
                    text.value
                ),
            );
            cx.sink.push(diagnostic.help(
                "write a rule with `body` or `contains` for failures that look like success",
            ));
            complete = false;
        } else if status::covers(&ended, range) {
            let diagnostic = Diagnostic::new(
                Code::UnreachableRule,
                text.span,
                format!(
                    "`{}` is never retried here: a rule always holds for it before",
                    text.value
                ),
            );
            cx.sink.push(diagnostic.help("remove it, or the rule"));
        }
        ranges.push(range);
    }
    complete.then(|| status::merged(ranges))
}

fn backoff(
    handler: &spec::ErrorHandler,
    body: &mut EnvelopeBuilder,
    cx: &mut Cx<'_>,
) -> Option<Backoff> {
    if let (Some(factor), Some(backoff)) = (&handler.backoff_factor, &handler.backoff) {
        let span = match backoff {
            spec::Backoff::Exponential(backoff) => backoff.span,
            spec::Backoff::Constant(backoff) => backoff.span,
            spec::Backoff::Header(backoff) => backoff.span,
            spec::Backoff::Body(backoff) => backoff.span,
        };
        let diagnostic = Diagnostic::new(
            Code::ConflictingKeys,
            factor.span,
            "`backoff_factor` and `backoff` exclude each other",
        );
        cx.sink.push(
            diagnostic
                .other(span, "`backoff` is here")
                .help("write `backoff: { type: exponential, factor: … }`"),
        );
        return None;
    }
    let mut longest = |text: &Option<Text>| match text {
        Some(text) => duration::duration(text, cx.sink),
        None => Some(wait::LONGEST),
    };
    Some(match &handler.backoff {
        None => Backoff::Exponential {
            first: first_wait(handler.backoff_factor.as_ref(), cx)?,
            max: wait::LONGEST,
        },
        Some(spec::Backoff::Exponential(backoff)) => {
            let max = longest(&backoff.max);
            let first = first_wait(backoff.factor.as_ref(), cx)?;
            let max = max?;
            if let (Some(text), true) = (&backoff.max, first > max) {
                let diagnostic = Diagnostic::new(
                    Code::OutOfRange,
                    text.span,
                    "the longest wait is shorter than the first one",
                );
                cx.sink
                    .push(diagnostic.help("write a larger `max`, or a smaller `factor`"));
            }
            Backoff::Exponential { first, max }
        }
        Some(spec::Backoff::Constant(backoff)) => Backoff::Constant {
            wait: duration::duration(&backoff.wait, cx.sink)?,
        },
        Some(spec::Backoff::Header(backoff)) => {
            let max = longest(&backoff.max);
            let header = wait::header(
                &backoff.header,
                backoff.pattern.as_ref(),
                Code::InvalidErrorHandler,
                cx,
            );
            Backoff::Asked {
                place: WaitPlace::Header(header?),
                unit: wait::unit(backoff.unit.as_ref()),
                max: max?,
            }
        }
        Some(spec::Backoff::Body(backoff)) => {
            let max = longest(&backoff.max);
            let accessor = body.read(&backoff.path, LeafKind::Scalar, cx.sink);
            Backoff::Asked {
                place: WaitPlace::Body(accessor?),
                unit: wait::unit(backoff.unit.as_ref()),
                max: max?,
            }
        }
    })
}

fn first_wait(factor: Option<&Spanned<f64>>, cx: &mut Cx<'_>) -> Option<Duration> {
    let Some(factor) = factor else {
        return Some(FIRST_WAIT);
    };
    if (0.001..=wait::LONGEST.as_secs_f64()).contains(&factor.value) {
        return Some(Duration::from_secs_f64(factor.value));
    }
    let diagnostic = Diagnostic::new(
        Code::OutOfRange,
        factor.span,
        "the first wait has to be from 0.001 to 300 seconds",
    );
    cx.sink
        .push(diagnostic.help("write seconds, as `1` or `0.5`"));
    None
}
