//! The request of an endpoint, and of a login.

use super::param::{self, Kind};
use super::{Cx, json, path};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::expr::{Wants, literal, template};
use crate::model::{Body, Param, Path, Request};
use crate::read::{Node, NodeKind};
use crate::source::{Span, Text};
use crate::spec::{Client, Endpoint, Graphql, Login, TextBody, Value};

const METHODS: [&str; 9] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "SEARCH", "REPORT",
];

/// Lowers the request of an endpoint, the client's parameters included.
pub(super) fn lower(endpoint: &Endpoint, client: &Client, cx: &mut Cx<'_>) -> Option<Request> {
    let method = match &endpoint.method {
        Some(text) => method(text, cx),
        None if endpoint.graphql.is_some() || endpoint.job.is_some() => Some("POST".to_owned()),
        None => Some("GET".to_owned()),
    };
    let path = path::lower(&endpoint.path, &endpoint.params, cx);
    let params = joined(&endpoint.params, &client.params, cx);
    let headers = param::params(&endpoint.headers, Kind::Header, cx);
    let without_headers = endpoint
        .headers
        .iter()
        .filter(|(name, value)| {
            value.is_null()
                && client
                    .headers
                    .iter()
                    .any(|(other, _)| Kind::Header.same(&other.value, &name.value))
        })
        .map(|(name, _)| name.value.to_ascii_lowercase())
        .collect();
    let body = BodyKeys {
        span: endpoint.span,
        json: endpoint.json.as_ref(),
        form: endpoint.form.as_deref(),
        graphql: endpoint.graphql.as_ref(),
        text: endpoint.body.as_ref(),
    };
    let body = body.lower(cx);
    Some(Request {
        method: method?,
        path: path?,
        params,
        headers,
        without_headers,
        body: body?,
    })
}

/// Lowers the request of a login, but for where it goes.
pub(super) fn login(login: &Login, path: Option<Path>, cx: &mut Cx<'_>) -> Option<Request> {
    let method = match &login.method {
        Some(text) => method(text, cx),
        None => Some("POST".to_owned()),
    };
    let params = param::params(&login.params, Kind::Query, cx);
    let headers = param::params(&login.headers, Kind::Header, cx);
    let body = BodyKeys {
        span: login.span,
        json: login.json.as_ref(),
        form: login.form.as_deref(),
        graphql: None,
        text: login.body.as_ref(),
    };
    let body = body.lower(cx);
    Some(Request {
        method: method?,
        path: path?,
        params,
        headers,
        without_headers: Vec::new(),
        body: body?,
    })
}

/// What a request about a job says beside where it goes.
pub(super) struct Keys<'s> {
    pub span: Span,
    pub method: Option<&'s Text>,
    pub params: &'s [(Text, Value)],
    pub headers: &'s [(Text, Value)],
    pub json: Option<&'s Node>,
}

/// Lowers a request about a job, with the parameters of the client where it is given.
pub(super) fn of_job(
    keys: &Keys<'_>,
    default_method: &str,
    path: Option<Path>,
    client: Option<&Client>,
    cx: &mut Cx<'_>,
) -> Option<Request> {
    let method = match keys.method {
        Some(text) => method(text, cx),
        None => Some(default_method.to_owned()),
    };
    let of_client = client.map_or(&[][..], |client| &client.params);
    let params = joined(keys.params, of_client, cx);
    let headers = param::params(keys.headers, Kind::Header, cx);
    let body = BodyKeys {
        span: keys.span,
        json: keys.json,
        form: None,
        graphql: None,
        text: None,
    };
    let body = body.lower(cx);
    Some(Request {
        method: method?,
        path: path?,
        params,
        headers,
        without_headers: Vec::new(),
        body: body?,
    })
}

/// A method in capitals.
pub(super) fn method(text: &Text, cx: &mut Cx<'_>) -> Option<String> {
    let method = text.value.to_ascii_uppercase();
    if METHODS.contains(&method.as_str()) {
        return Some(method);
    }
    let message = format!("`{}` is not a method that reads", text.value.escape_debug());
    let help = match nearest(&method, METHODS) {
        Some(near) => format!("write `{near}`"),
        None => format!("there is {}", METHODS.join(", ")),
    };
    cx.sink
        .push(Diagnostic::new(Code::UnknownValue, text.span, message).help(help));
    None
}

/// The client's parameters, then a request's own, which win.
fn joined(own: &[(Text, Value)], of_client: &[(Text, Value)], cx: &mut Cx<'_>) -> Vec<Param> {
    let lowered = param::params(own, Kind::Query, cx);
    let mut all: Vec<Param> = param::params(of_client, Kind::Query, cx);
    all.retain(|param| !own.iter().any(|(name, _)| name.value == param.name));
    all.extend(lowered);
    all
}

/// The keys that say what the body is.
struct BodyKeys<'s> {
    /// The map that they stand in.
    span: Span,
    json: Option<&'s Node>,
    form: Option<&'s [(Text, Value)]>,
    graphql: Option<&'s Graphql>,
    text: Option<&'s TextBody>,
}

impl BodyKeys<'_> {
    fn lower(&self, cx: &mut Cx<'_>) -> Option<Body> {
        let given: Vec<(&str, Span)> = [
            ("json", self.json.map(|node| node.span)),
            (
                "form",
                self.form
                    .map(|form| form.first().map_or(self.span, |(key, _)| key.span)),
            ),
            ("graphql", self.graphql.map(|graphql| graphql.query.span)),
            ("body", self.text.map(|body| body.text.span)),
        ]
        .into_iter()
        .filter_map(|(key, span)| Some((key, span?)))
        .collect();
        if let [(first, first_span), (second, second_span), ..] = given.as_slice() {
            let diagnostic = Diagnostic::new(
                Code::ConflictingKeys,
                *second_span,
                format!("a request has one body: `{first}` and `{second}` exclude each other"),
            );
            cx.sink.push(
                diagnostic
                    .other(*first_span, format!("`{first}` is here"))
                    .help("keep one of them"),
            );
            return None;
        }
        if let Some(node) = self.json {
            if matches!(node.kind, NodeKind::Scalar { .. }) && !node.is_null() {
                let diagnostic = Diagnostic::new(
                    Code::WrongType,
                    node.span,
                    format!("`json` has to be a map or a list, not {}", node.describe()),
                );
                cx.sink.push(diagnostic.help("a text body is `body`"));
                return None;
            }
            return json::body(node, cx).map(Body::Json);
        }
        if let Some(form) = self.form {
            return Some(Body::Form(param::params(form, Kind::Form, cx)));
        }
        if let Some(graphql) = self.graphql {
            return super::graphql::body(graphql, cx).map(Body::Json);
        }
        if let Some(body) = self.text {
            return text_body(body, cx);
        }
        Some(Body::None)
    }
}

fn text_body(body: &TextBody, cx: &mut Cx<'_>) -> Option<Body> {
    let wants = Wants::credential("a body");
    let text = template(&body.text, &mut cx.place(), wants, cx.sink);
    let kind = match &body.content_type {
        None => Some("text/plain; charset=utf-8".to_owned()),
        Some(kind) => content_type(kind, cx),
    };
    Some(Body::Text {
        kind: kind?,
        text: text?,
    })
}

/// A type and a subtype, with parameters or none.
fn content_type(text: &Text, cx: &mut Cx<'_>) -> Option<String> {
    literal(text, "`content_type`", cx.sink);
    let (kind, parameters) = text.value.split_once(';').unwrap_or((&text.value, ""));
    let is_token = |part: &str| {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte);
        !part.is_empty() && part.bytes().all(word)
    };
    let printable = parameters.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if let Some((main, sub)) = kind.trim_end().split_once('/')
        && is_token(main)
        && is_token(sub)
        && printable
    {
        return Some(text.value.clone());
    }
    let message = format!("`{}` is not a type of content", text.value.escape_debug());
    cx.sink.push(
        Diagnostic::new(Code::InvalidHeader, text.span, message)
            .help("write a type and a subtype, as `application/xml`"),
    );
    None
}

/// Takes away parameters that the paginator sets, saying so.
pub(super) fn yield_to_paginator(
    params: &mut Vec<Param>,
    entries: &[&[(Text, Value)]],
    name: &str,
    kind: Kind,
    cx: &mut Cx<'_>,
) {
    if !params.iter().any(|param| kind.same(&param.name, name)) {
        return;
    }
    params.retain(|param| !kind.same(&param.name, name));
    let own = entries
        .iter()
        .flat_map(|entries| entries.iter())
        .find(|(key, _)| kind.same(&key.value, name));
    if let Some((key, _)) = own {
        let message = format!("`{name}` has no effect: the paginator sets it");
        cx.sink.push(
            Diagnostic::new(Code::NoEffect, key.span, message)
                .help("remove it, or give the paginator another parameter"),
        );
    }
}
