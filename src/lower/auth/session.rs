//! `session`: the login, where its answer has the token, and how that is sent.

use super::key::{location, location_span};
use super::{Lowering, single};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::literal;
use crate::lower::header::is_header_name;
use crate::lower::{duration, param, path, request};
use crate::model::{
    Auth, Body, ExprKind, ExprType, Json, KeyPlace, Login, Part, Path, Request, Sending, Template,
    TokenPlace,
};
use crate::source::{Span, Text};
use crate::spec::{self, TokenLocation};

impl Lowering<'_, '_> {
    pub(super) fn session(&mut self, session: &spec::Session) -> Option<Auth> {
        let request = self.login(&session.login);
        let auth = match &session.login.auth {
            Some(auth) => self.login_auth(auth),
            None => Some(Auth::None),
        };
        if let (Some(request), Some(auth)) = (&request, &auth) {
            self.key_needs_a_body(request, auth, &session.login);
            self.credentials_that_show(request, auth, &session.login);
        }
        let token = self.token_place(session);
        let life = match &session.lifetime {
            Some(text) => duration::duration(text, self.cx.sink).map(Some),
            None => Some(None),
        };
        let send = self.session_sending(session, token.as_ref());
        Some(Auth::Login(Box::new(Login {
            request: request?,
            auth: auth?,
            token: token?,
            life: life?,
            send: send?,
        })))
    }

    fn login(&mut self, login: &spec::Login) -> Option<Request> {
        let path = self.login_path(login);
        request::login(login, path, &mut self.shared())
    }

    fn login_path(&mut self, login: &spec::Login) -> Option<Path> {
        let url = match (&login.path, &login.url) {
            (Some(path), Some(url)) => {
                let message = "`path` and `url` exclude each other";
                let diagnostic = Diagnostic::new(Code::ConflictingKeys, url.span, message);
                self.cx.sink.push(
                    diagnostic
                        .other(path.span, "`path` is here")
                        .help("keep one of them"),
                );
                return None;
            }
            (None, None) => {
                let message = "missing `path` in `login`: where the request goes";
                let diagnostic = Diagnostic::new(Code::MissingKey, login.span, message);
                self.cx.sink.push(
                    diagnostic.help("write `path: /login`, or `url` for one outside of `base_url`"),
                );
                return None;
            }
            (None, Some(url)) => url,
            (Some(url), None) if is_whole(&url.value) => url,
            (Some(text), None) => {
                return path::lower(text, &login.params, &mut self.shared());
            }
        };
        Some(Path {
            absolute: true,
            template: self.whole_url(url, "the URL of a login")?,
        })
    }

    /// What the login is sent with: something that is at hand.
    fn login_auth(&mut self, auth: &spec::Auth) -> Option<Auth> {
        let (span, message) = match auth {
            spec::Auth::None
            | spec::Auth::Bearer(_)
            | spec::Auth::ApiKey(_)
            | spec::Auth::HttpBasic(_)
            | spec::Auth::Jwt(_) => return single(auth, self.cx),
            spec::Auth::OAuth2(oauth2) => (oauth2.span, "a login cannot need a token of OAuth2"),
            spec::Auth::Session(session) => (session.span, "a login cannot need another login"),
            spec::Auth::Extend(extend) => {
                (extend.span, "code of one's own cannot stand within a login")
            }
            spec::Auth::OneOf(one_of) => (one_of.span, "a choice cannot stand within a login"),
        };
        self.cx.sink.push(
            Diagnostic::new(Code::InvalidAuth, span, message)
                .help("write `http_basic`, `bearer`, `api_key` or `jwt`"),
        );
        None
    }

    fn key_needs_a_body(&mut self, request: &Request, auth: &Auth, login: &spec::Login) {
        let has_keys = matches!(request.body, Body::Form(_) | Body::Json(Json::Object(_)));
        if auth.needs_body() && !has_keys {
            let message = "the API key goes into the body, and the login has no body with keys";
            self.cx.sink.push(
                Diagnostic::new(Code::ConflictingKeys, login.span, message)
                    .help("give the login `json` or `form`, or send the key elsewhere"),
            );
        }
    }

    /// Something has to be secret in what a login says, unless that is said by its `auth`.
    fn credentials_that_show(&mut self, request: &Request, auth: &Auth, login: &spec::Login) {
        let said = said(request);
        if *auth != Auth::None || said.is_empty() {
            return;
        }
        let values = said.iter().flat_map(|template| values(template));
        let (mut any, mut secret) = (false, false);
        for value in values {
            any = true;
            // What an expression is made of may be hidden as well.
            secret |= value.any(&|value| value.ty == ExprType::Secret)
                || !matches!(value.kind, ExprKind::Config(_));
        }
        if secret {
            return;
        }
        let message = if any {
            "nothing in this login is a `secret`, so logs and errors may show its credentials"
        } else {
            "the credentials of this login stand in the spec in plain text"
        };
        self.cx.sink.push(
            Diagnostic::new(Code::Insecure, login.span, message)
                .help("declare the password's config field with `type: secret` and write `{{ config.password }}`"),
        );
    }

    fn token_place(&mut self, session: &spec::Session) -> Option<TokenPlace> {
        let cookies = session
            .send
            .as_ref()
            .filter(|send| location(send) == TokenLocation::Cookies);
        let span = |text: &Option<Text>| text.as_ref().map(|text| text.span);
        let given: Vec<(&str, Span)> = [
            ("token_path", span(&session.token_path)),
            ("token_header", span(&session.token_header)),
            ("token_cookie", span(&session.token_cookie)),
            ("send: cookies", cookies.map(location_span)),
        ]
        .into_iter()
        .filter_map(|(key, span)| Some((key, span?)))
        .collect();
        if let [(first, first_span), (second, second_span), ..] = given.as_slice() {
            let message = format!(
                "a token comes from one place: `{first}` and `{second}` exclude each other"
            );
            self.cx.sink.push(
                Diagnostic::new(Code::ConflictingKeys, *second_span, message)
                    .other(*first_span, format!("`{first}` is here"))
                    .help("keep one of them"),
            );
            return None;
        }
        if let Some(path) = &session.token_path {
            if path.value.trim() == "$" {
                return Some(TokenPlace::Text);
            }
            return self.names(Some(path), "").map(TokenPlace::Body);
        }
        if let Some(header) = &session.token_header {
            param::header_name(header, self.cx);
            let name = literal(header, "the name of a header", self.cx.sink);
            return Some(TokenPlace::Header(name.to_owned()));
        }
        if let Some(cookie) = &session.token_cookie {
            let name = literal(cookie, "the name of a cookie", self.cx.sink);
            if !is_header_name(name) {
                let message = format!("`{}` cannot be the name of a cookie", name.escape_debug());
                let diagnostic = Diagnostic::new(Code::InvalidHeader, cookie.span, message);
                self.cx.sink.push(diagnostic);
            }
            return Some(TokenPlace::Cookie(name.to_owned()));
        }
        if cookies.is_some() {
            return Some(TokenPlace::Cookies);
        }
        let message = "missing `token_path`: where the answer to the login has the token";
        self.cx.sink.push(
            Diagnostic::new(Code::MissingKey, session.span, message).help(
                "write for instance `token_path: token`, or `token_header`, `token_cookie`, or `send: cookies`",
            ),
        );
        None
    }

    fn session_sending(
        &mut self,
        session: &spec::Session,
        token: Option<&TokenPlace>,
    ) -> Option<Sending> {
        let Some(send) = &session.send else {
            return Some(match token {
                Some(TokenPlace::Cookie(name)) => Sending::Key {
                    place: KeyPlace::Cookie(name.clone()),
                    prefix: String::new(),
                },
                _ => Sending::Bearer,
            });
        };
        if location(send) != TokenLocation::Cookies {
            return self.sending(Some(send));
        }
        for (key, text) in [("name", &send.name), ("prefix", &send.prefix)] {
            if let Some(text) = text {
                let message = format!("`{key}` has no effect: cookies are sent as they came");
                self.cx
                    .sink
                    .push(Diagnostic::new(Code::NoEffect, text.span, message).help("remove it"));
            }
        }
        Some(Sending::Cookies)
    }
}

fn is_whole(path: &str) -> bool {
    path.starts_with("https://") || path.starts_with("http://")
}

/// What a request says beside where it goes.
fn said(request: &Request) -> Vec<&Template> {
    let params = request.params.iter().chain(&request.headers);
    let mut said: Vec<&Template> = params.flat_map(|param| &param.values).collect();
    match &request.body {
        Body::None => {}
        Body::Json(json) => texts(json, &mut said),
        Body::Form(fields) => said.extend(fields.iter().flat_map(|field| &field.values)),
        Body::Text { text, .. } => said.push(text),
    }
    said
}

fn texts<'j>(json: &'j Json, found: &mut Vec<&'j Template>) {
    match json {
        Json::Null | Json::Boolean(_) | Json::Number(_) | Json::Query(_) => {}
        Json::Template(template) => found.push(template),
        Json::List(items) => items.iter().for_each(|item| texts(item, found)),
        Json::Object(entries) => entries.iter().for_each(|(_, value)| texts(value, found)),
    }
}

/// The expressions of a template.
fn values(template: &Template) -> Vec<&crate::model::Expr> {
    match template {
        Template::Text(_) => Vec::new(),
        Template::Value(value) => vec![value],
        Template::Parts(parts) => parts
            .iter()
            .filter_map(|part| match part {
                Part::Value(value) => Some(value),
                Part::Text(_) => None,
            })
            .collect(),
    }
}
