//! `auth`: how requests are authenticated.

mod choice;
mod jwt;
mod key;
mod oauth2;
mod session;
mod whole_url;

use choice::choice;

use super::Cx;
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{CursorPlace, PathItemKind, Place, Wants, path, template};
use crate::model::{Auth, ExprKind, ExprType, Part, Template};
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
        spec::Auth::Session(session) => lowering.session(session),
        spec::Auth::Jwt(jwt) => lowering.jwt(jwt),
        spec::Auth::Extend(extend) => {
            let module = cx.modules.authenticator(&extend.module, cx.sink)?;
            // Whatever the module reads of it: nothing can be said of what it does not use.
            for field in cx.config.fields {
                cx.config.mark_used(&field.name.wire);
            }
            Some(Auth::Extend(module))
        }
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

    /// What is one for all that a resource reads: only `config` has a name there.
    fn shared(&mut self) -> Cx<'_> {
        Cx {
            sink: self.cx.sink,
            config: self.cx.config,
            partition: None,
            cursor: CursorPlace::Absent,
            modules: self.cx.modules,
            job: None,
        }
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

/// Where an authentication stands, for messages.
pub fn span(auth: &spec::Auth) -> Option<Span> {
    match auth {
        spec::Auth::None => None,
        spec::Auth::Bearer(auth) => Some(auth.span),
        spec::Auth::ApiKey(auth) => Some(auth.span),
        spec::Auth::HttpBasic(auth) => Some(auth.span),
        spec::Auth::OAuth2(auth) => Some(auth.span),
        spec::Auth::Session(auth) => Some(auth.span),
        spec::Auth::Jwt(auth) => Some(auth.span),
        spec::Auth::Extend(auth) => Some(auth.span),
        spec::Auth::OneOf(auth) => Some(auth.span),
    }
}
