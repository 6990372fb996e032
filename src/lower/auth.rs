//! `auth`: how requests are authenticated.

mod choice;

use choice::choice;

use super::header::forbidden_in_value;
use super::param::{Kind, header_name};
use super::{Cx, param, url};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{PathItemKind, Place, Wants, path, template};
use crate::model::{Auth, ExprKind, ExprType, KeyPlace, OAuth2, Part, Template};
use crate::source::{Span, Text};
use crate::spec;

/// Lowers an authentication.
pub(super) fn lower(auth: &spec::Auth, cx: &mut Cx<'_>) -> Option<Auth> {
    match auth {
        spec::Auth::OneOf(one_of) => choice(one_of, cx),
        auth => single(auth, cx),
    }
}

fn single(auth: &spec::Auth, cx: &mut Cx<'_>) -> Option<Auth> {
    let mut lowering = Lowering { cx };
    match auth {
        spec::Auth::None => Some(Auth::None),
        spec::Auth::Bearer(bearer) => Some(Auth::Bearer {
            token: lowering.secret(&bearer.token, "token")?,
        }),
        spec::Auth::ApiKey(key) => lowering.api_key(key),
        spec::Auth::HttpBasic(basic) => {
            let username = lowering.credential(&basic.username, "a user name");
            // An empty password is common: the key is the user name then.
            let password = if basic.password.value.is_empty() {
                Some(Template::Text(String::new()))
            } else {
                lowering.secret(&basic.password, "password")
            };
            Some(Auth::Basic {
                username: username?,
                password: password?,
            })
        }
        spec::Auth::OAuth2(oauth2) => lowering.oauth2(oauth2),
        spec::Auth::OneOf(inner) => {
            let diagnostic = Diagnostic::new(
                Code::UnknownValue,
                inner.span,
                "a choice cannot stand within a choice",
            );
            cx.sink
                .push(diagnostic.help("give the config field one value for each way"));
            None
        }
    }
}

struct Lowering<'l, 'a> {
    cx: &'l mut Cx<'a>,
}

impl Lowering<'_, '_> {
    fn template(&mut self, text: &Text, wants: Wants) -> Option<Template> {
        template(
            text,
            &mut Place::config_only(self.cx.config),
            wants,
            self.cx.sink,
        )
    }

    fn credential(&mut self, text: &Text, what: &'static str) -> Option<Template> {
        if text.value.is_empty() {
            self.cx.sink.push(Diagnostic::new(
                Code::Empty,
                text.span,
                format!("{what} is needed here"),
            ));
            return None;
        }
        self.template(text, Wants::credential(what))
    }

    /// A value that nobody may see: a warning where the spec shows it, or its config field would.
    fn secret(&mut self, text: &Text, key: &str) -> Option<Template> {
        if text.value.is_empty() {
            let diagnostic = Diagnostic::new(Code::Empty, text.span, format!("`{key}` is empty"));
            self.cx.sink.push(diagnostic.help(declare(key)));
            return None;
        }
        let template = self.template(text, Wants::credential("a credential"))?;
        let expressions: Vec<_> = match &template {
            Template::Text(_) => Vec::new(),
            Template::Value(value) => vec![value],
            Template::Parts(parts) => parts
                .iter()
                .filter_map(|part| {
                    if let Part::Value(value) = part {
                        Some(value)
                    } else {
                        None
                    }
                })
                .collect(),
        };
        if expressions.is_empty() {
            let diagnostic = Diagnostic::new(
                Code::Insecure,
                text.span,
                "a credential stands in the spec in plain text",
            );
            self.cx.sink.push(diagnostic.help(declare(key)));
        } else if expressions
            .iter()
            .all(|value| value.ty != ExprType::Secret && matches!(value.kind, ExprKind::Config(_)))
        {
            let diagnostic = Diagnostic::new(
                Code::Insecure,
                text.span,
                "this credential is not a `secret`, so logs and errors may show it",
            );
            self.cx
                .sink
                .push(diagnostic.help("declare the config field with `type: secret`"));
        }
        Some(template)
    }

    fn api_key(&mut self, key: &spec::ApiKey) -> Option<Auth> {
        use spec::KeyLocation as L;
        let location = key
            .location
            .as_ref()
            .map_or(L::Header, |location| location.value);
        let name = match (&key.name, location) {
            (Some(name), _) if name.value.is_empty() => {
                self.cx.sink.push(Diagnostic::new(
                    Code::Empty,
                    name.span,
                    "a key needs a name",
                ));
                None
            }
            (Some(name), _) => {
                crate::expr::literal(name, "the name of a key", self.cx.sink);
                Some(name.value.clone())
            }
            (None, L::Header) => Some("Authorization".to_owned()),
            (None, _) => {
                let diagnostic = Diagnostic::new(
                    Code::MissingKey,
                    key.span,
                    "missing `name`: which parameter, cookie or body key takes it",
                );
                self.cx
                    .sink
                    .push(diagnostic.help("write for instance `name: api_key`"));
                None
            }
        };
        if let Some(name) = &key.name {
            match location {
                L::Header => header_name(name, self.cx),
                L::Cookie if !super::is_header_name(&name.value) => {
                    let message = format!(
                        "`{}` cannot be the name of a cookie",
                        name.value.escape_debug()
                    );
                    self.cx
                        .sink
                        .push(Diagnostic::new(Code::InvalidHeader, name.span, message));
                }
                L::Cookie | L::Query | L::Body => {}
            }
        }
        if let (Some(prefix), L::Header | L::Cookie) = (&key.prefix, location)
            && let Some((at, c)) = forbidden_in_value(&prefix.value)
        {
            let message = format!(
                "`{}` cannot stand in the value of a header",
                c.escape_debug()
            );
            self.cx.sink.push(Diagnostic::new(
                Code::InvalidHeader,
                prefix.span_of(at..at + c.len_utf8()),
                message,
            ));
        }
        if let Some(prefix) = &key.prefix {
            crate::expr::literal(prefix, "`prefix`", self.cx.sink);
        }
        let value = self.secret(&key.api_key, "api_key");
        let name = name?;
        let place = match location {
            L::Header => KeyPlace::Header(name),
            L::Query => KeyPlace::Query(name),
            L::Cookie => KeyPlace::Cookie(name),
            L::Body => KeyPlace::Body(name),
        };
        Some(Auth::ApiKey {
            place,
            key: value?,
            prefix: key
                .prefix
                .as_ref()
                .map(|prefix| prefix.value.clone())
                .unwrap_or_default(),
        })
    }

    fn oauth2(&mut self, oauth2: &spec::OAuth2) -> Option<Auth> {
        let token_url = self.token_url(&oauth2.token_url);
        let client_id = self.credential(&oauth2.client_id, "the client's identifier");
        let client_secret = self.secret(&oauth2.client_secret, "client_secret");
        let scopes: Vec<Option<Template>> = oauth2
            .scopes
            .iter()
            .map(|scope| self.template(scope, Wants::public("a scope")))
            .collect();
        for (name, _) in &oauth2.params {
            let own = match name.value.as_str() {
                "grant_type" | "client_id" | "client_secret" => true,
                "scope" => !oauth2.scopes.is_empty(),
                _ => false,
            };
            if own {
                let diagnostic = Diagnostic::new(
                    Code::ConflictingKeys,
                    name.span,
                    format!("`{}` is sent anyway", name.value),
                );
                let help = if name.value == "scope" {
                    "remove it, or `scopes`"
                } else {
                    "remove it"
                };
                self.cx.sink.push(diagnostic.help(help));
            }
        }
        let params = param::params(&oauth2.params, Kind::Form, self.cx);
        let headers = param::params(&oauth2.headers, Kind::Header, self.cx);
        let access_token_path = self.names(oauth2.access_token_path.as_ref(), "access_token");
        let expires_in_path = self.names(oauth2.expires_in_path.as_ref(), "expires_in");
        if let Some(expires_in) = oauth2
            .expires_in
            .as_ref()
            .filter(|expires_in| expires_in.value == 0)
        {
            self.cx.sink.push(
                Diagnostic::new(
                    Code::OutOfRange,
                    expires_in.span,
                    "a token has to live for a while",
                )
                .help("write its life in seconds, as `3600`"),
            );
        }
        Some(Auth::OAuth2(Box::new(OAuth2 {
            token_url: token_url?,
            client_id: client_id?,
            client_secret: client_secret?,
            scopes: scopes.into_iter().collect::<Option<Vec<_>>>()?,
            basic: oauth2
                .credentials_in
                .as_ref()
                .is_some_and(|place| place.value == spec::CredentialsIn::Header),
            params,
            headers,
            access_token_path: access_token_path?,
            expires_in_path: expires_in_path?,
            expires_in: oauth2
                .expires_in
                .as_ref()
                .map_or(3600, |expires_in| expires_in.value),
        })))
    }

    fn token_url(&mut self, text: &Text) -> Option<Template> {
        let template = self.template(text, Wants::public("a token URL"))?;
        let literal = match &template {
            Template::Text(literal) => literal.as_str(),
            Template::Parts(parts) => match parts.first() {
                Some(Part::Text(first)) => first.as_str(),
                _ => return Some(template),
            },
            Template::Value(_) => return Some(template),
        };
        if literal.starts_with('/') {
            let diagnostic = Diagnostic::new(
                Code::InvalidUrl,
                text.span,
                "a token URL has to be whole: it need not be below `base_url`",
            );
            self.cx
                .sink
                .push(diagnostic.help(format!("write `https://HOST{literal}`")));
            return None;
        }
        if matches!(template, Template::Text(_)) {
            match url::absolute(literal.split('?').next().unwrap_or_default()) {
                Ok(url) if !url.https && !url::is_loopback(url.host) => {
                    let diagnostic = Diagnostic::new(
                        Code::Insecure,
                        text.span,
                        "credentials would travel unencrypted",
                    );
                    self.cx.sink.push(diagnostic.help("write `https://`"));
                }
                Ok(_) => {}
                Err(fault) => {
                    super::client::push_url_fault(text, fault, self.cx);
                    return None;
                }
            }
        } else if !literal.starts_with("https://") && !literal.starts_with("http://") {
            let diagnostic = Diagnostic::new(Code::InvalidUrl, text.span, "this is not a URL");
            self.cx
                .sink
                .push(diagnostic.help("write the scheme as well, as `https://`"));
            return None;
        }
        Some(template)
    }

    /// A path of names into the token's answer.
    fn names(&mut self, text: Option<&Text>, default: &str) -> Option<Vec<String>> {
        let Some(text) = text else {
            return Some(vec![default.to_owned()]);
        };
        let items = path(text, self.cx.sink)?;
        let mut names = Vec::new();
        for item in &items {
            match &item.kind {
                PathItemKind::Key(key) => names.push(key.clone()),
                PathItemKind::Index(_) | PathItemKind::Each => {
                    let diagnostic = Diagnostic::new(
                        Code::InvalidPath,
                        text.span_of(item.range.clone()),
                        "the answer to a token request is read by names only",
                    );
                    self.cx.sink.push(diagnostic);
                    return None;
                }
            }
        }
        if names.is_empty() {
            self.cx.sink.push(
                Diagnostic::new(
                    Code::InvalidPath,
                    text.span,
                    "the whole answer is not a value",
                )
                .help("name the part that has it"),
            );
            return None;
        }
        Some(names)
    }
}

fn declare(key: &str) -> String {
    format!("declare `config: {{ {key}: {{ type: secret }} }}` and write `{{{{ config.{key} }}}}`")
}

/// Whether any of the ways puts a key into the body.
pub fn needs_body(auth: &Auth) -> bool {
    match auth {
        Auth::ApiKey {
            place: KeyPlace::Body(_),
            ..
        } => true,
        Auth::OneOf { options, .. } => options.iter().any(|option| needs_body(&option.auth)),
        _ => false,
    }
}

/// Whether any of the ways can fetch a new token.
pub fn can_refresh(auth: &Auth) -> bool {
    match auth {
        Auth::OAuth2(_) => true,
        Auth::OneOf { options, .. } => options.iter().any(|option| can_refresh(&option.auth)),
        _ => false,
    }
}

/// Where an authentication stands, for messages.
pub fn span(auth: &spec::Auth) -> Option<Span> {
    match auth {
        spec::Auth::None => None,
        spec::Auth::Bearer(auth) => Some(auth.span),
        spec::Auth::ApiKey(auth) => Some(auth.span),
        spec::Auth::HttpBasic(auth) => Some(auth.span),
        spec::Auth::OAuth2(auth) => Some(auth.span),
        spec::Auth::OneOf(auth) => Some(auth.span),
    }
}
