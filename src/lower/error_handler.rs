//! `error_handler`: what failures mean.

use std::time::Duration;

use super::envelope::EnvelopeBuilder;
use super::header::{forbidden_in_value, is_header_name};
use super::param::header_name;
use super::{Cx, auth, duration, status};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Paging, Place, Wants, condition, literal, template};
use crate::model::{Action, Auth, Backoff, ErrorPolicy, HeaderUnit, Rule, StatusRange};
use crate::source::{Span, Spanned, Text};
use crate::spec;

const MAX_RETRIES: u64 = 1000;
const LONGEST_WAIT: Duration = Duration::from_secs(300);
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
                max: LONGEST_WAIT,
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
    let backoff = backoff(handler, cx);
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

/// Statuses for which one of the rules holds whatever else the response says.
fn always(rules: &[Rule]) -> Vec<StatusRange> {
    status::merged(
        rules
            .iter()
            .filter(|rule| is_unconditional(rule))
            .flat_map(|rule| rule.statuses.iter().copied())
            .collect(),
    )
}

fn is_unconditional(rule: &Rule) -> bool {
    rule.condition.is_none() && rule.contains.is_none() && rule.header.is_none()
}

fn rules(
    specs: &[spec::Rule],
    auth: Option<&Auth>,
    body: &mut EnvelopeBuilder,
    cx: &mut Cx<'_>,
) -> Option<Vec<Rule>> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut complete = true;
    for spec in specs {
        let Some(lowered) = rule(spec, auth, body, cx) else {
            complete = false;
            continue;
        };
        let before = always(&rules);
        let repeated = specs
            .iter()
            .take_while(|other| !std::ptr::eq(*other, spec))
            .any(|other| same_conditions(other, spec));
        let shadowed = !lowered.statuses.is_empty()
            && lowered
                .statuses
                .iter()
                .all(|range| status::covers(&before, *range));
        if shadowed || repeated {
            let diagnostic = Diagnostic::new(
                Code::UnreachableRule,
                spec.span,
                "this rule never decides: an earlier one always holds before",
            );
            cx.sink
                .push(diagnostic.help("remove it, or write it before the other"));
        }
        rules.push(lowered);
    }
    complete.then_some(rules)
}

fn same_conditions(a: &spec::Rule, b: &spec::Rule) -> bool {
    let text = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
    let statuses = |rule: &spec::Rule| {
        rule.status.as_ref().map(|status| {
            status
                .values
                .iter()
                .map(|text| text.value.clone())
                .collect::<Vec<_>>()
        })
    };
    statuses(a) == statuses(b)
        && text(&a.body) == text(&b.body)
        && text(&a.contains) == text(&b.contains)
        && text(&a.header) == text(&b.header)
}

fn rule(
    spec: &spec::Rule,
    auth: Option<&Auth>,
    body: &mut EnvelopeBuilder,
    cx: &mut Cx<'_>,
) -> Option<Rule> {
    let statuses: Option<Vec<StatusRange>> = match &spec.status {
        None => Some(Vec::new()),
        Some(many) => {
            let ranges: Vec<_> = many
                .values
                .iter()
                .map(|text| status::status(text, cx.sink))
                .collect();
            ranges
                .into_iter()
                .collect::<Option<Vec<_>>>()
                .map(status::merged)
        }
    };
    if spec.status.is_none()
        && spec.body.is_none()
        && spec.contains.is_none()
        && spec.header.is_none()
    {
        let diagnostic = Diagnostic::new(
            Code::InvalidErrorHandler,
            spec.span,
            "this rule has no condition and would hold for every response",
        );
        cx.sink
            .push(diagnostic.help("write `status`, `body`, `contains` or `header`"));
        return None;
    }
    let mut place = Place {
        config: cx.config,
        response: Some(body),
        paging: Paging::Absent,
    };
    let condition = spec
        .body
        .as_ref()
        .map(|text| condition(text, &mut place, cx.sink));
    let message = spec.message.as_ref().map(|text| {
        template(
            text,
            &mut place,
            Wants {
                absent: true,
                ..Wants::public("an error message")
            },
            cx.sink,
        )
    });
    if let (Some(message), false) = (&spec.message, spec.action.value == spec::Action::Fail) {
        cx.sink.push(
            Diagnostic::new(
                Code::NoEffect,
                message.span,
                "only `action: fail` has a message",
            )
            .help("remove it"),
        );
    }
    let contains = spec.contains.as_ref().map(|text| {
        literal(text, "`contains`", cx.sink);
        if text.value.is_empty() {
            cx.sink.push(Diagnostic::new(
                Code::Empty,
                text.span,
                "every body contains the empty text",
            ));
        }
        text.value.clone()
    });
    let header = spec.header.as_ref().map(|text| header(text, cx));
    let action = action(
        spec,
        auth,
        statuses.as_deref(),
        message.flatten_refused()?,
        cx,
    );
    Some(Rule {
        statuses: statuses?,
        condition: condition.flatten_refused()?,
        contains,
        header: header.flatten_refused()?,
        action: action?,
    })
}

/// Turns "given, maybe refused" into "refused, or maybe given".
trait FlattenRefused<T> {
    fn flatten_refused(self) -> Option<Option<T>>;
}

impl<T> FlattenRefused<T> for Option<Option<T>> {
    #[allow(clippy::option_option, reason = "refused, absent, given")]
    fn flatten_refused(self) -> Option<Option<T>> {
        match self {
            None => Some(None),
            Some(None) => None,
            Some(Some(value)) => Some(Some(value)),
        }
    }
}

fn action(
    spec: &spec::Rule,
    auth: Option<&Auth>,
    statuses: Option<&[StatusRange]>,
    message: Option<crate::model::Template>,
    cx: &mut Cx<'_>,
) -> Option<Action> {
    let conditional = spec.body.is_some() || spec.contains.is_some() || spec.header.is_some();
    let success = statuses.is_some_and(|statuses| statuses.iter().any(|range| range.from < 300));
    let what = match spec.action.value {
        spec::Action::Fail => return Some(Action::Fail(message)),
        spec::Action::RefreshAuth => {
            if auth.is_some_and(|auth| !auth::can_refresh(auth)) {
                let diagnostic = Diagnostic::new(
                    Code::InvalidErrorHandler,
                    spec.action.span,
                    "there is no token to refresh: only `oauth2` fetches tokens",
                );
                cx.sink.push(diagnostic.help("write `retry` or `fail`"));
                return None;
            }
            return Some(Action::RefreshAuth);
        }
        spec::Action::Retry => "retried without end",
        spec::Action::Ignore => "thrown away",
    };
    if success && !conditional {
        let span = spec.status.as_ref().map_or(spec.span, |status| status.span);
        let diagnostic = Diagnostic::new(
            Code::InvalidErrorHandler,
            span,
            format!("success would be {what}"),
        );
        cx.sink
            .push(diagnostic.help("write a further condition: `body`, `contains` or `header`"));
        return None;
    }
    Some(if spec.action.value == spec::Action::Retry {
        Action::Retry
    } else {
        Action::Ignore
    })
}

/// `name` or `name: value`.
fn header(text: &Text, cx: &mut Cx<'_>) -> Option<(String, Option<String>)> {
    literal(text, "`header`", cx.sink);
    let (name, value) = match text.value.split_once(':') {
        Some((name, value)) => (name.trim(), Some(value.trim())),
        None => (text.value.trim(), None),
    };
    if !is_header_name(name) {
        let message = format!("`{}` cannot be the name of a header", name.escape_debug());
        cx.sink.push(
            Diagnostic::new(Code::InvalidHeader, text.span, message)
                .help("write a name, or `name: value`"),
        );
        return None;
    }
    if let Some((_, c)) = value.and_then(forbidden_in_value) {
        let message = format!(
            "`{}` cannot stand in the value of a header",
            c.escape_debug()
        );
        cx.sink
            .push(Diagnostic::new(Code::InvalidHeader, text.span, message));
        return None;
    }
    Some((name.to_ascii_lowercase(), value.map(str::to_owned)))
}

fn backoff(handler: &spec::ErrorHandler, cx: &mut Cx<'_>) -> Option<Backoff> {
    if let (Some(factor), Some(backoff)) = (&handler.backoff_factor, &handler.backoff) {
        let span = match backoff {
            spec::Backoff::Exponential(backoff) => backoff.span,
            spec::Backoff::Constant(backoff) => backoff.span,
            spec::Backoff::Header(backoff) => backoff.span,
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
        None => Some(LONGEST_WAIT),
    };
    Some(match &handler.backoff {
        None => Backoff::Exponential {
            first: first_wait(handler.backoff_factor.as_ref(), cx)?,
            max: LONGEST_WAIT,
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
            header_name(&backoff.header, cx);
            let unit = match backoff
                .unit
                .as_ref()
                .map_or(spec::HeaderUnit::Seconds, |unit| unit.value)
            {
                spec::HeaderUnit::Seconds => HeaderUnit::Seconds,
                spec::HeaderUnit::Milliseconds => HeaderUnit::Milliseconds,
                spec::HeaderUnit::Epoch => HeaderUnit::Epoch,
            };
            Backoff::Header {
                header: backoff.header.value.to_ascii_lowercase(),
                unit,
                max: max?,
            }
        }
    })
}

fn first_wait(factor: Option<&Spanned<f64>>, cx: &mut Cx<'_>) -> Option<Duration> {
    let Some(factor) = factor else {
        return Some(FIRST_WAIT);
    };
    if (0.001..=LONGEST_WAIT.as_secs_f64()).contains(&factor.value) {
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
