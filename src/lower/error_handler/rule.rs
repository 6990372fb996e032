//! `rules`: which responses they hold for, and what they do.

use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Place, Wants, condition, literal, template};
use crate::lower::envelope::EnvelopeBuilder;
use crate::lower::header::{forbidden_in_value, is_header_name};
use crate::lower::{Cx, status};
use crate::model::{Action, Auth, Rule, StatusRange};
use crate::source::Text;
use crate::spec;

pub(super) fn rules(
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

pub(super) fn same_conditions(a: &spec::Rule, b: &spec::Rule) -> bool {
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

pub(super) fn rule(
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
        response: Some(body),
        ..cx.place()
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

pub(super) fn action(
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
            if auth.is_some_and(|auth| !auth.can_refresh()) {
                let diagnostic = Diagnostic::new(
                    Code::InvalidErrorHandler,
                    spec.action.span,
                    "there is no token to refresh: only `oauth2`, `session` and `jwt` get new ones",
                );
                cx.sink.push(diagnostic.help("write `retry` or `fail`"));
                return None;
            }
            return Some(Action::RefreshAuth);
        }
        spec::Action::Retry => "retried without end",
        spec::Action::Ignore | spec::Action::SkipPartition => "thrown away",
    };
    if success && !conditional {
        let span = spec.status.as_ref().map_or(spec.span, |status| status.span);
        let diagnostic = Diagnostic::new(
            Code::InvalidErrorHandler,
            span,
            format!("success would be {what}"),
        );
        let empty = |range: &StatusRange| matches!((range.from, range.to), (204, 204) | (205, 205));
        cx.sink.push(diagnostic.help(
            if statuses.is_some_and(|statuses| statuses.iter().all(empty)) {
                "an answer without a body is an empty page as it is: remove the rule"
            } else {
                "write a further condition: `body`, `contains` or `header`"
            },
        ));
        return None;
    }
    Some(match spec.action.value {
        spec::Action::Retry => Action::Retry,
        spec::Action::SkipPartition => Action::SkipPartition,
        _ => Action::Ignore,
    })
}

/// `name` or `name: value`.
pub(super) fn header(text: &Text, cx: &mut Cx<'_>) -> Option<(String, Option<String>)> {
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

/// Statuses for which one of the rules holds whatever else the response says.
pub(super) fn always(rules: &[Rule]) -> Vec<StatusRange> {
    status::merged(
        rules
            .iter()
            .filter(|rule| is_unconditional(rule))
            .flat_map(|rule| rule.statuses.iter().copied())
            .collect(),
    )
}

pub(super) fn is_unconditional(rule: &Rule) -> bool {
    rule.condition.is_none() && rule.contains.is_none() && rule.header.is_none()
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
