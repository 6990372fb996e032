//! `client`: what all requests share.

use std::time::Duration;

use super::param::{self, Kind};
use super::url::{self, UrlFault};
use super::{Cx, auth, duration, rate_limit};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Place, Wants, template};
use crate::model::{Auth, Client, ConfigDefault, Expr, ExprKind, ExprType, Part, Template};
use crate::source::Text;
use crate::spec::Spec;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Lowers `client`, but for what each resource takes from it: paginator, error handler, parameters.
pub(super) fn lower(spec: &Spec, cx: &mut Cx<'_>) -> Option<Client> {
    let client = &spec.client;
    let base_url = base_url(&client.base_url, spec, cx);
    let headers = param::params(&client.headers, Kind::Header, cx);
    let params = param::params(&client.params, Kind::Query, cx);
    let auth = match &client.auth {
        Some(auth) => auth::lower(auth, cx),
        None => Some(Auth::None),
    };
    if let (Some(base_url), Some(auth)) = (&base_url, &auth) {
        warn_of_plain_http(&client.base_url, base_url, auth, cx);
    }
    let timeout = client.timeout.as_ref();
    let mut time = |text: Option<&Text>, default| {
        text.map_or(Some(default), |text| duration::duration(text, cx.sink))
    };
    let connect_timeout = time(
        timeout.and_then(|timeout| timeout.connect.as_ref()),
        CONNECT_TIMEOUT,
    );
    let read_timeout = time(
        timeout.and_then(|timeout| timeout.read.as_ref()),
        READ_TIMEOUT,
    );
    let rate_limits = rate_limit::lower(client.rate_limit.as_ref(), cx);
    let user_agent = client.user_agent.as_ref().and_then(|text| {
        let user_agent = template(
            text,
            &mut Place::config_only(cx.config),
            Wants::public("the user agent"),
            cx.sink,
        )?;
        param::header_value(text, &user_agent, cx);
        Some(user_agent)
    });
    let allowed_origins = client
        .allowed_hosts
        .iter()
        .filter_map(|text| origin(text, cx))
        .collect();
    unused_for_all(spec, cx);
    Some(Client {
        base_url: base_url?,
        headers,
        params,
        auth: auth?,
        connect_timeout: connect_timeout?,
        read_timeout: read_timeout?,
        rate_limits,
        user_agent,
        allowed_origins,
    })
}

/// Records a fault of a URL under its characters.
pub(super) fn push_url_fault(text: &Text, fault: UrlFault, cx: &mut Cx<'_>) {
    let span = if fault.range.is_empty() {
        text.span
    } else {
        text.span_of(fault.range)
    };
    let diagnostic = Diagnostic::new(Code::InvalidUrl, span, fault.message);
    cx.sink.push(match fault.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    });
}

/// `base_url` without the slash at its end.
fn base_url(text: &Text, spec: &Spec, cx: &mut Cx<'_>) -> Option<Template> {
    let template = template(
        text,
        &mut Place::config_only(cx.config),
        Wants::public("a base URL"),
        cx.sink,
    )?;
    match template {
        Template::Text(url) => {
            if let Err(fault) = url::absolute(&url) {
                push_url_fault(text, fault, cx);
                return None;
            }
            Some(Template::Text(url.trim_end_matches('/').to_owned()))
        }
        Template::Value(value) => {
            needs_text(&value, text, cx)?;
            check_default(&value, spec, cx);
            Some(Template::Value(value))
        }
        Template::Parts(mut parts) => {
            match parts.first() {
                Some(Part::Text(first))
                    if !first.starts_with("https://") && !first.starts_with("http://") =>
                {
                    let diagnostic =
                        Diagnostic::new(Code::InvalidUrl, text.span, "this is not a URL");
                    cx.sink.push(
                        diagnostic.help("write the scheme as well, as `https://{{ config.host }}`"),
                    );
                    return None;
                }
                Some(Part::Value(value)) => {
                    let value = value.clone();
                    needs_text(&value, text, cx)?;
                    check_default(&value, spec, cx);
                }
                _ => {}
            }
            for (at, c) in text
                .value
                .char_indices()
                .filter(|(_, c)| matches!(c, '?' | '#'))
            {
                let what = if c == '?' {
                    "a query cannot stand here"
                } else {
                    "a fragment is never sent"
                };
                let diagnostic = Diagnostic::new(Code::InvalidUrl, text.span_of(at..at + 1), what);
                cx.sink.push(if c == '?' {
                    diagnostic.help("write it under `params`")
                } else {
                    diagnostic
                });
            }
            if let Some(Part::Text(last)) = parts.last_mut() {
                last.truncate(last.trim_end_matches('/').len());
                if last.is_empty() {
                    parts.pop();
                }
            }
            Some(match (parts.pop(), parts.is_empty()) {
                (Some(Part::Value(value)), true) => Template::Value(value),
                (last, _) => {
                    parts.extend(last);
                    Template::Parts(parts)
                }
            })
        }
    }
}

fn needs_text(value: &Expr, text: &Text, cx: &mut Cx<'_>) -> Option<()> {
    if value.ty == ExprType::String {
        return Some(());
    }
    cx.sink.push(
        Diagnostic::new(
            Code::ExpressionType,
            text.span,
            "a base URL begins with a text",
        )
        .help("declare the config field with `type: string`"),
    );
    None
}

/// A config field whose default is the base URL: the default has to be one.
fn check_default(value: &Expr, spec: &Spec, cx: &mut Cx<'_>) {
    let (ExprKind::Config(path), Some(default)) = (&value.kind, default_of(value, cx)) else {
        return;
    };
    let Err(fault) = url::absolute(&default) else {
        return;
    };
    let field = cx
        .config
        .fields
        .iter()
        .find(|field| [&field.name.rust] == path.as_slice().first().as_slice());
    let node = field
        .and_then(|field| {
            spec.config
                .iter()
                .find(|(key, _)| key.value == field.name.wire)
        })
        .and_then(|(_, field)| field.default_value.as_ref());
    if let Some(text) = node.and_then(|node| node.text()) {
        push_url_fault(text, fault, cx);
    }
}

/// The default of the text that an expression reads from `config`.
fn default_of(value: &Expr, cx: &Cx<'_>) -> Option<String> {
    let ExprKind::Config(path) = &value.kind else {
        return None;
    };
    let [name] = path.as_slice() else {
        return None;
    };
    match &cx
        .config
        .fields
        .iter()
        .find(|field| field.name.rust == *name)?
        .default
    {
        Some(ConfigDefault::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

/// Credentials over plain HTTP, unless to this very machine.
fn warn_of_plain_http(text: &Text, base_url: &Template, auth: &Auth, cx: &mut Cx<'_>) {
    if matches!(auth, Auth::None) {
        return;
    }
    let literal = match base_url {
        Template::Text(url) => Some(url.clone()),
        Template::Value(value) => default_of(value, cx),
        Template::Parts(parts) => match parts.first() {
            Some(Part::Text(first)) => Some(first.clone()),
            Some(Part::Value(value)) => default_of(value, cx),
            None => None,
        },
    };
    let Some(literal) = literal else {
        return;
    };
    if literal == "http://"
        || url::absolute(&literal).is_ok_and(|url| !url.https && !url::is_loopback(url.host))
    {
        let diagnostic = Diagnostic::new(
            Code::Insecure,
            text.span,
            "credentials would travel unencrypted",
        );
        cx.sink.push(diagnostic.help("write `https://`"));
    }
}

/// Another origin that may receive credentials.
fn origin(text: &Text, cx: &mut Cx<'_>) -> Option<String> {
    let value = crate::expr::literal(text, "`allowed_hosts`", cx.sink);
    let help = |host: &str| format!("write the origin, as `https://{host}`");
    match url::absolute(value) {
        Ok(url)
            if text
                .value
                .get(url.path.clone())
                .is_none_or(|path| path.trim_end_matches('/').is_empty()) =>
        {
            if !url.https && !url::is_loopback(url.host) {
                let diagnostic = Diagnostic::new(
                    Code::Insecure,
                    text.span,
                    "credentials would travel unencrypted",
                );
                cx.sink.push(diagnostic.help("write `https://`"));
            }
            Some(url.origin.to_ascii_lowercase())
        }
        Ok(url) => {
            let diagnostic = Diagnostic::new(
                Code::InvalidUrl,
                text.span_of(url.path.clone()),
                "an origin has no path",
            );
            cx.sink
                .push(diagnostic.help(format!("write `{}`", url.origin)));
            None
        }
        Err(_) if !value.contains("://") => {
            let diagnostic = Diagnostic::new(Code::InvalidUrl, text.span, "this is not an origin");
            let host = value.split('/').next().unwrap_or_default();
            cx.sink.push(diagnostic.help(help(if host.is_empty() {
                "cdn.example.com"
            } else {
                host
            })));
            None
        }
        Err(fault) => {
            push_url_fault(text, fault, cx);
            None
        }
    }
}

/// A paginator or an error handler of the client that every resource replaces.
fn unused_for_all(spec: &Spec, cx: &mut Cx<'_>) {
    let endpoints = || spec.resources.iter().map(|resource| &resource.endpoint);
    if spec.resources.is_empty() {
        return;
    }
    if let Some(span) = spec
        .client
        .paginator
        .as_ref()
        .and_then(super::paginator::span)
        && endpoints().all(|endpoint| endpoint.paginator.is_some())
    {
        let diagnostic = Diagnostic::new(
            Code::Unused,
            span,
            "every resource has a paginator of its own",
        );
        cx.sink.push(diagnostic.help("remove it, or theirs"));
    }
    if let Some(handler) = &spec.client.error_handler
        && endpoints().all(|endpoint| endpoint.error_handler.is_some())
    {
        cx.sink.push(
            Diagnostic::new(
                Code::Unused,
                handler.span,
                "every resource has an error handler of its own",
            )
            .help("remove it, or theirs"),
        );
    }
}
