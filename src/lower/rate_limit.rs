//! `rate_limit`: how fast to ask.

use std::time::Duration;

use super::{Cx, duration, request, wait};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::literal;
use crate::model::{Client, Part, Path, Quota, Rate, RateLimit, Resource, Template};
use crate::read::OneOrMany;
use crate::source::{Spanned, Text};
use crate::spec::{self, Spec};

/// The limits of the client: those for some requests come before those for all, so that a request that waits for its own
/// limit does not stand in the way of others.
pub(super) fn lower(
    limits: Option<&OneOrMany<spec::RateLimit>>,
    cx: &mut Cx<'_>,
) -> Vec<RateLimit> {
    let limits = limits.map_or(&[][..], |limits| &limits.values);
    let mut limits: Vec<_> = limits.iter().filter_map(|limit| one(limit, cx)).collect();
    limits.sort_by_key(RateLimit::is_for_all);
    limits
}

fn one(limit: &spec::RateLimit, cx: &mut Cx<'_>) -> Option<RateLimit> {
    let headers = limit.remaining_header.is_some() || limit.reset_header.is_some();
    if limit.requests.is_none() && limit.concurrency.is_none() && !headers {
        let diagnostic =
            Diagnostic::new(Code::MissingKey, limit.span, "`rate_limit` limits nothing");
        cx.sink
            .push(diagnostic.help(
                "write `requests`, `concurrency`, or `remaining_header` with `reset_header`",
            ));
    }
    if let (Some(per), None) = (&limit.per, &limit.requests) {
        cx.sink.push(
            Diagnostic::new(
                Code::NoEffect,
                per.span,
                "`per` has no effect without `requests`",
            )
            .help("write `requests` as well"),
        );
    }
    let requests = count(limit.requests.as_ref(), "requests", cx);
    let concurrency = count(limit.concurrency.as_ref(), "concurrency", cx);
    let per = match &limit.per {
        None => Some(Duration::from_secs(1)),
        Some(text) => match text.value.as_str() {
            "second" => Some(Duration::from_secs(1)),
            "minute" => Some(Duration::from_secs(60)),
            "hour" => Some(Duration::from_secs(3600)),
            "day" => Some(Duration::from_secs(86_400)),
            _ => duration::duration(text, cx.sink),
        },
    };
    let methods = limit.methods.as_ref().map_or(&[][..], |many| &many.values);
    let methods: Vec<_> = methods
        .iter()
        .map(|method| request::method(method, cx))
        .collect();
    let paths = limit.paths.as_ref().map_or(&[][..], |many| &many.values);
    let paths: Vec<_> = paths.iter().map(|path| pattern(path, cx)).collect();
    let quota = quota(limit, cx);
    Some(RateLimit {
        rate: requests
            .zip(per)
            .map(|(requests, per)| Rate { requests, per }),
        concurrency,
        methods: methods.into_iter().collect::<Option<_>>()?,
        paths: paths.into_iter().collect::<Option<_>>()?,
        quota: quota?,
    })
}

fn count(value: Option<&Spanned<u64>>, key: &str, cx: &mut Cx<'_>) -> Option<u32> {
    let value = value?;
    match u32::try_from(value.value) {
        Ok(count) if count > 0 => Some(count),
        _ => {
            let message = format!("`{key}` has to be from 1 to {}", u32::MAX);
            cx.sink.push(
                Diagnostic::new(Code::OutOfRange, value.span, message)
                    .help(format!("write `{key}: 10`, or leave it out")),
            );
            None
        }
    }
}

/// A path below the base URL, or a whole URL.
fn pattern(text: &Text, cx: &mut Cx<'_>) -> Option<String> {
    let path = literal(text, "`paths`", cx.sink);
    let (span, message, help) = if let Some(at) = path.find(['?', '#']) {
        let message = "a limit is about paths, whatever their query is";
        let help = format!("write `{}`", path.get(..at).unwrap_or_default());
        (text.span_of(at..path.len()), message, help)
    } else if !path.starts_with(['/', '*']) && !path.contains("://") {
        let help = format!("write `/{path}`, or a whole URL");
        (text.span, "a path begins with `/`", help)
    } else {
        return Some(path.to_owned());
    };
    cx.sink
        .push(Diagnostic::new(Code::InvalidRateLimit, span, message).help(help));
    None
}

/// What the headers of the answers say is left.
fn quota(limit: &spec::RateLimit, cx: &mut Cx<'_>) -> Option<Option<Quota>> {
    let max = match &limit.max_wait {
        Some(text) => duration::duration(text, cx.sink),
        None => Some(wait::LONGEST),
    };
    let (left, reset) = match (&limit.remaining_header, &limit.reset_header) {
        (Some(left), Some(reset)) => (left, reset),
        (None, None) => {
            if let Some(max) = &limit.max_wait {
                let message = "`max_wait` has no effect without `reset_header`";
                let diagnostic = Diagnostic::new(Code::NoEffect, max.span, message);
                cx.sink.push(
                    diagnostic.help("write `remaining_header` and `reset_header`, or remove it"),
                );
            }
            return max.map(|_| None);
        }
        (left, reset) => {
            let (span, message, other) = match (left, reset) {
                (Some(left), _) => (
                    left.span,
                    "`remaining_header` alone does not say how long to wait",
                    "reset_header",
                ),
                (_, reset) => (
                    reset.as_ref().map_or(limit.span, |reset| reset.span),
                    "`reset_header` alone does not say when to wait",
                    "remaining_header",
                ),
            };
            cx.sink.push(
                Diagnostic::new(Code::InvalidRateLimit, span, message)
                    .help(format!("write `{other}` as well")),
            );
            return None;
        }
    };
    let code = Code::InvalidRateLimit;
    let unit = wait::unit(reset.unit.as_ref());
    let reset_part = wait::header(&reset.header, reset.pattern.as_ref(), code, cx);
    let left_part = wait::header(&left.header, left.pattern.as_ref(), code, cx);
    let (left_part, reset_part) = left_part.zip(reset_part)?;
    if left_part == reset_part {
        let message = "one value cannot be the number that is left and the time of the reset";
        cx.sink.push(
            Diagnostic::new(code, reset.header.span, message)
                .other(left.header.span, "the number that is left")
                .help("write another header, or give both a `pattern`"),
        );
        return None;
    }
    Some(Some(Quota {
        left: left_part,
        reset: reset_part,
        unit,
        max: max?,
    }))
}

/// Limits that are about no request of any resource.
pub(super) fn warn_of_unused(
    spec: &Spec,
    client: &Client,
    resources: &[Resource],
    cx: &mut Cx<'_>,
) {
    let limits = spec.client.rate_limit.as_ref();
    for limit in limits.map_or(&[][..], |limits| &limits.values) {
        let values = |many: &Option<OneOrMany<Text>>| {
            let values = many.as_ref().map_or(&[][..], |many| &many.values);
            values
                .iter()
                .map(|text| text.value.clone())
                .collect::<Vec<_>>()
        };
        let (methods, paths) = (values(&limit.methods), values(&limit.paths));
        let is_about = |method: &str, path: &Path| {
            (methods.is_empty() || methods.iter().any(|own| own.eq_ignore_ascii_case(method)))
                && (paths.is_empty() || paths.iter().any(|own| may_fit(own, path, client)))
        };
        let mut requests = resources.iter().map(|resource| &resource.request);
        if requests.any(|request| is_about(&request.method, &request.path)) {
            continue;
        }
        let (span, help) = match (&limit.paths, &limit.methods) {
            (Some(paths), _) => (
                paths.span,
                "write paths as they stand in `path` of the endpoints, with `*` for what varies",
            ),
            (None, Some(methods)) => (methods.span, "write methods of the endpoints"),
            (None, None) => continue,
        };
        let message = "no resource sends a request that this limit is about";
        cx.sink
            .push(Diagnostic::new(Code::Unused, span, message).help(help));
    }
}

/// Whether a path may be of a pattern, whatever the values in it are.
fn may_fit(pattern: &str, path: &Path, client: &Client) -> bool {
    // Links and tokens may lead to other origins, of which nothing is known.
    if pattern.contains("://") {
        return true;
    }
    let mut shape = match &path.template {
        Template::Text(text) => text.clone(),
        Template::Value(_) => "*".to_owned(),
        Template::Parts(parts) => parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.as_str(),
                Part::Value(_) => "*",
            })
            .collect(),
    };
    if path.absolute {
        let Template::Text(base) = &client.base_url else {
            return true;
        };
        match shape.strip_prefix(base.as_str()) {
            Some(below) => shape = below.to_owned(),
            None => return shape.starts_with('*'),
        }
    }
    let shape = shape.split('?').next().unwrap_or_default();
    overlap(pattern.as_bytes(), shape.as_bytes())
}

/// Whether there is a text that is of both patterns.
fn overlap(a: &[u8], b: &[u8]) -> bool {
    // Whether the rests from each place on have a text in common; from the end of `a` to its beginning.
    let mut after: Vec<bool> = (0..=b.len())
        .map(|at| b.iter().skip(at).all(|byte| *byte == b'*'))
        .collect();
    for left in a.iter().rev() {
        let mut row = vec![false; after.len()];
        for at in (0..=b.len()).rev() {
            let right = b.get(at);
            let below = |at: usize| after.get(at).copied().unwrap_or_default();
            let beside = row.get(at + 1).copied().unwrap_or_default();
            let holds = match (left, right) {
                (b'*', Some(_)) => below(at) || beside,
                (b'*', None) => below(at),
                (_, Some(b'*')) => beside || below(at),
                (left, Some(right)) => left == right && below(at + 1),
                (_, None) => false,
            };
            if let Some(cell) = row.get_mut(at) {
                *cell = holds;
            }
        }
        after = row;
    }
    after.first().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::overlap;

    #[test]
    fn patterns_overlap_where_one_text_is_of_both() {
        for (a, b) in [
            ("/search*", "/search"),
            ("/search*", "/search/*"),
            ("/*/find", "/rows/find"),
            ("/users/*/posts", "/users/*/posts"),
            ("/users/*", "/*/posts"),
            ("*", ""),
            ("*", "/a/*"),
            ("/a*", "/*b"),
        ] {
            assert!(overlap(a.as_bytes(), b.as_bytes()), "{a} {b}");
            assert!(overlap(b.as_bytes(), a.as_bytes()), "{b} {a}");
        }
        for (a, b) in [
            ("/search", "/search/*"),
            ("/search*", "/rows/search"),
            ("/*/find", "/find"),
            ("/a*", "/b*"),
            ("*a", "*b"),
            ("", "/"),
        ] {
            assert!(!overlap(a.as_bytes(), b.as_bytes()), "{a} {b}");
            assert!(!overlap(b.as_bytes(), a.as_bytes()), "{b} {a}");
        }
    }
}
