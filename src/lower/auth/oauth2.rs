//! `oauth2`: who asks for a token, with what, and where the answer has it.

use super::Lowering;
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::Wants;
use crate::lower::param::{self, Kind};
use crate::model::{Auth, Grant, OAuth2, OAuthClient, Template};
use crate::source::{Span, Text};
use crate::spec;

impl Lowering<'_, '_> {
    pub(super) fn oauth2(&mut self, oauth2: &spec::OAuth2) -> Option<Auth> {
        let token_url = self.whole_url(&oauth2.token_url, "a token URL");
        self.keys_of_other_grants(oauth2);
        let grant = self.grant(oauth2);
        let client = self.client(oauth2);
        let scopes: Vec<Option<Template>> = oauth2
            .scopes
            .iter()
            .map(|scope| self.template(scope, Wants::public("a scope")))
            .collect();
        let scope_separator = match &oauth2.scope_separator {
            Some(text) => crate::expr::literal(text, "`scope_separator`", self.cx.sink).to_owned(),
            None => " ".to_owned(),
        };
        if let (Some(separator), true) = (&oauth2.scope_separator, oauth2.scopes.len() < 2) {
            self.cx.sink.push(
                Diagnostic::new(
                    Code::NoEffect,
                    separator.span,
                    "`scope_separator` has no effect: there are no two scopes to join",
                )
                .help("remove it, or write the scopes as a list"),
            );
        }
        self.fields_sent_anyway(oauth2);
        let params = param::params(&oauth2.params, Kind::Form, self.cx);
        let headers = param::params(&oauth2.headers, Kind::Header, self.cx);
        let access_token_path = self.names(oauth2.access_token_path.as_ref(), "access_token");
        let expires_in_path = self.names(oauth2.expires_in_path.as_ref(), "expires_in");
        if let Some(expires_in) = oauth2.expires_in.as_ref().filter(|life| life.value == 0) {
            self.cx.sink.push(
                Diagnostic::new(
                    Code::OutOfRange,
                    expires_in.span,
                    "a token has to live for a while",
                )
                .help("write its life in seconds, as `3600`"),
            );
        }
        let send = self.sending(oauth2.send.as_ref());
        Some(Auth::OAuth2(Box::new(OAuth2 {
            token_url: token_url?,
            grant: grant?,
            client: client?,
            scopes: scopes.into_iter().collect::<Option<Vec<_>>>()?,
            scope_separator,
            params,
            headers,
            access_token_path: access_token_path?,
            expires_in_path: expires_in_path?,
            expires_in: oauth2.expires_in.as_ref().map_or(3600, |life| life.value),
            send: send?,
        })))
    }

    fn grant(&mut self, oauth2: &spec::OAuth2) -> Option<Grant> {
        match kind(oauth2) {
            spec::Grant::ClientCredentials => Some(Grant::ClientCredentials),
            spec::Grant::RefreshToken => {
                let token = self.needed(oauth2.refresh_token.as_ref(), "refresh_token", oauth2);
                let token = token.and_then(|token| self.secret(token, "refresh_token"));
                let path = self.names(oauth2.refresh_token_path.as_ref(), "refresh_token");
                Some(Grant::RefreshToken {
                    token: token?,
                    path: path?,
                })
            }
            spec::Grant::Password => {
                let username = self.needed(oauth2.username.as_ref(), "username", oauth2);
                let username = username.and_then(|name| self.credential(name, "a user name"));
                let password = self.needed(oauth2.password.as_ref(), "password", oauth2);
                let password = password.and_then(|password| self.secret(password, "password"));
                Some(Grant::Password {
                    username: username?,
                    password: password?,
                })
            }
            spec::Grant::JwtBearer => {
                let Some(assertion) = &oauth2.assertion else {
                    let span = span_of_grant(oauth2);
                    let message = "missing `assertion`: what the connector signs";
                    self.cx.sink.push(
                        Diagnostic::new(Code::MissingKey, span, message).help(
                            "write `assertion: { algorithm: RS256, key: …, claims: { iss: …, aud: … } }`",
                        ),
                    );
                    return None;
                };
                let signed = self.assertion(assertion)?;
                Some(Grant::JwtBearer(Box::new(signed)))
            }
        }
    }

    /// Who asks. Without a client the parameters or headers have to say it, unless the grant does.
    fn client(&mut self, oauth2: &spec::OAuth2) -> Option<OAuthClient> {
        let basic = oauth2
            .credentials_in
            .as_ref()
            .filter(|place| place.value == spec::CredentialsIn::Header);
        if let Some(assertion) = &oauth2.client_assertion {
            return self.client_assertion(assertion, oauth2);
        }
        let says_more = !oauth2.params.is_empty() || !oauth2.headers.is_empty();
        match (&oauth2.client_id, &oauth2.client_secret) {
            (Some(id), Some(secret)) => {
                let id = self.credential(id, "the client's identifier");
                let secret = self.secret(secret, "client_secret");
                Some(OAuthClient::Secret {
                    id: id?,
                    secret: secret?,
                    basic: basic.is_some(),
                })
            }
            (Some(id), None) => {
                let unproved = kind(oauth2) == spec::Grant::ClientCredentials && !says_more;
                if unproved || basic.is_some() {
                    self.missing("client_secret", oauth2);
                    return None;
                }
                Some(OAuthClient::Public(
                    self.credential(id, "the client's identifier")?,
                ))
            }
            (None, Some(_)) => {
                self.missing("client_id", oauth2);
                None
            }
            (None, None) => {
                let says_it =
                    matches!(kind(oauth2), spec::Grant::Password | spec::Grant::JwtBearer);
                let unsaid = !says_it && !says_more;
                if unsaid || basic.is_some() {
                    self.missing("client_id", oauth2);
                    return None;
                }
                Some(OAuthClient::Unnamed)
            }
        }
    }

    /// A client that proves itself by what it signs.
    fn client_assertion(
        &mut self,
        assertion: &spec::Assertion,
        oauth2: &spec::OAuth2,
    ) -> Option<OAuthClient> {
        let secret = oauth2.client_secret.as_ref().map(|secret| secret.span);
        let place = oauth2.credentials_in.as_ref().map(|place| place.span);
        for (key, span) in [("client_secret", secret), ("credentials_in", place)] {
            if let Some(span) = span {
                let message = format!("`{key}` and `client_assertion` exclude each other");
                self.cx.sink.push(
                    Diagnostic::new(Code::ConflictingKeys, span, message)
                        .other(assertion.span, "`client_assertion` is here")
                        .help("keep one of them"),
                );
            }
        }
        let id = match &oauth2.client_id {
            Some(id) => Some(self.credential(id, "the client's identifier")?),
            None => None,
        };
        let token = Box::new(self.assertion(assertion)?);
        Some(OAuthClient::Assertion { id, token })
    }

    /// Keys that belong to a grant, beside another one.
    fn keys_of_other_grants(&mut self, oauth2: &spec::OAuth2) {
        use spec::Grant as G;
        let span = |text: &Option<Text>| text.as_ref().map(|text| text.span);
        let assertion = oauth2.assertion.as_ref().map(|assertion| assertion.span);
        let keys: [(&str, &str, Option<Span>, G); 5] = [
            (
                "refresh_token",
                "refresh_token",
                span(&oauth2.refresh_token),
                G::RefreshToken,
            ),
            (
                "refresh_token_path",
                "refresh_token",
                span(&oauth2.refresh_token_path),
                G::RefreshToken,
            ),
            ("username", "password", span(&oauth2.username), G::Password),
            ("password", "password", span(&oauth2.password), G::Password),
            ("assertion", "jwt_bearer", assertion, G::JwtBearer),
        ];
        for (key, word, span, grant) in keys {
            let Some(span) = span.filter(|_| kind(oauth2) != grant) else {
                continue;
            };
            let given = match kind(oauth2) {
                G::ClientCredentials => "client_credentials",
                G::RefreshToken => "refresh_token",
                G::Password => "password",
                G::JwtBearer => "jwt_bearer",
            };
            let message =
                format!("`{key}` belongs to the grant `{word}`, and the grant is `{given}`");
            let diagnostic = Diagnostic::new(Code::InvalidAuth, span, message);
            self.cx.sink.push(match &oauth2.grant {
                Some(grant) => diagnostic
                    .other(grant.span, "the grant")
                    .help(format!("write `grant: {word}`, or remove `{key}`")),
                None => diagnostic.help(format!(
                    "write `grant: {word}`; `{given}` is what it is when nothing is said"
                )),
            });
        }
    }

    /// Parameters that the grant or another key sends.
    fn fields_sent_anyway(&mut self, oauth2: &spec::OAuth2) {
        let refresh = kind(oauth2) == spec::Grant::RefreshToken;
        let password = kind(oauth2) == spec::Grant::Password;
        let bearer = kind(oauth2) == spec::Grant::JwtBearer;
        for (name, _) in &oauth2.params {
            let own = match name.value.as_str() {
                "grant_type" => true,
                "client_id" => oauth2.client_id.is_some(),
                "client_secret" => oauth2.client_secret.is_some(),
                "scope" => !oauth2.scopes.is_empty(),
                "refresh_token" => refresh,
                "username" | "password" => password,
                "assertion" => bearer,
                "client_assertion" | "client_assertion_type" => oauth2.client_assertion.is_some(),
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
    }

    fn needed<'t>(
        &mut self,
        text: Option<&'t Text>,
        key: &str,
        oauth2: &spec::OAuth2,
    ) -> Option<&'t Text> {
        if text.is_none() {
            self.missing(key, oauth2);
        }
        text
    }

    fn missing(&mut self, key: &str, oauth2: &spec::OAuth2) {
        let span = span_of_grant(oauth2);
        let message = format!("missing `{key}`: the token request needs it");
        let secret = if key == "client_id" || key == "username" {
            "string"
        } else {
            "secret"
        };
        self.cx.sink.push(
            Diagnostic::new(Code::MissingKey, span, message).help(format!(
                "declare `config: {{ {key}: {{ type: {secret} }} }}` and write `{key}: \"{{{{ config.{key} }}}}\"`"
            )),
        );
    }
}

/// The grant, said or not.
fn kind(oauth2: &spec::OAuth2) -> spec::Grant {
    oauth2
        .grant
        .as_ref()
        .map_or(spec::Grant::ClientCredentials, |grant| grant.value)
}

/// Where it is said, or the whole.
fn span_of_grant(oauth2: &spec::OAuth2) -> Span {
    oauth2
        .grant
        .as_ref()
        .map_or(oauth2.span, |grant| grant.span)
}
