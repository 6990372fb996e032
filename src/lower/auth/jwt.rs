//! `jwt`, and the assertions of `oauth2`: how a token is signed, with what, and what it says.

use std::time::Duration;

use super::Lowering;
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Wants, literal};
use crate::lower::{duration, json};
use crate::model::{Algorithm, Auth, ConfigDefault, ExprKind, Json, KeyKind, Signed, Template};
use crate::source::{Span, Spanned, Text};
use crate::spec::{self, Value};

const LIFE: Duration = Duration::from_secs(1200);
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// The keys that `jwt` and assertions have both.
struct Keys<'s> {
    span: Span,
    algorithm: &'s Spanned<spec::Algorithm>,
    key: &'s Text,
    encoding: Option<&'s Spanned<spec::KeyEncoding>>,
    key_id: Option<&'s Text>,
    claims: &'s [(Text, Value)],
    headers: &'s [(Text, Value)],
    lifetime: Option<&'s Text>,
}

impl Lowering<'_, '_> {
    pub(super) fn jwt(&mut self, jwt: &spec::Jwt) -> Option<Auth> {
        let token = self.signed(&Keys {
            span: jwt.span,
            algorithm: &jwt.algorithm,
            key: &jwt.key,
            encoding: jwt.key_encoding.as_ref(),
            key_id: jwt.key_id.as_ref(),
            claims: &jwt.claims,
            headers: &jwt.headers,
            lifetime: jwt.lifetime.as_ref(),
        });
        let send = self.sending(jwt.send.as_ref());
        Some(Auth::Jwt {
            token: Box::new(token?),
            send: send?,
        })
    }

    /// A token for a token request: that says who asks whom (RFC 7523, 3).
    pub(super) fn assertion(&mut self, assertion: &spec::Assertion) -> Option<Signed> {
        let keys = Keys {
            span: assertion.span,
            algorithm: &assertion.algorithm,
            key: &assertion.key,
            encoding: assertion.key_encoding.as_ref(),
            key_id: assertion.key_id.as_ref(),
            claims: &assertion.claims,
            headers: &assertion.headers,
            lifetime: assertion.lifetime.as_ref(),
        };
        for (claim, what, example) in [
            ("iss", "who asks", "{{ config.client_id }}"),
            ("aud", "who is asked", "https://login.example.com/token"),
        ] {
            let said = keys.claims.iter().any(|(name, _)| name.value == claim);
            if !said {
                let message = format!("missing `{claim}` in `claims`: {what}");
                self.cx
                    .sink
                    .push(
                        Diagnostic::new(Code::MissingKey, keys.span, message).help(format!(
                            "write for instance `claims: {{ {claim}: \"{example}\" }}`"
                        )),
                    );
            }
        }
        self.signed(&keys)
    }

    fn signed(&mut self, keys: &Keys<'_>) -> Option<Signed> {
        let algorithm = algorithm(keys.algorithm.value);
        let base64 = keys
            .encoding
            .is_some_and(|encoding| encoding.value == spec::KeyEncoding::Base64);
        let key = self.secret(keys.key, "key");
        if let Some(key) = key.as_ref().filter(|_| !base64) {
            self.key_fits(algorithm, key, keys);
        }
        self.set_anyway(keys);
        let claims = self.object(keys.claims);
        let headers = self.object(keys.headers);
        let key_id = match keys.key_id {
            Some(text) => {
                let id = self.template(text, Wants::optional("the name of a key"));
                id.map(|id| Some(("kid".to_owned(), Json::Template(id))))
            }
            None => Some(None),
        };
        let life = self.life(keys.lifetime);
        Some(Signed {
            algorithm,
            key: key?,
            base64,
            headers: Json::Object(key_id?.into_iter().chain(headers?).collect()),
            claims: Json::Object(claims?),
            life: life?,
        })
    }

    /// Entries of a JSON object; those that are `null` are left out.
    fn object(&mut self, entries: &[(Text, Value)]) -> Option<Vec<(String, Json)>> {
        let entries = entries.iter().filter(|(_, value)| !value.is_null());
        let lowered: Vec<_> = entries
            .map(|(name, value)| {
                literal(name, "the name of a claim or header", self.cx.sink);
                Some((name.value.clone(), json::body(value, &mut self.shared())?))
            })
            .collect();
        lowered.into_iter().collect()
    }

    fn life(&mut self, lifetime: Option<&Text>) -> Option<Duration> {
        let Some(text) = lifetime else {
            return Some(LIFE);
        };
        let life = duration::duration(text, self.cx.sink)?;
        let message = if life > LONGEST {
            "a signed token is valid for a day at most: who finds it can use it"
        } else if life < Duration::from_secs(1) {
            "a token's life is counted in seconds"
        } else {
            return Some(life);
        };
        self.cx.sink.push(
            Diagnostic::new(Code::OutOfRange, text.span, message)
                .help("write what the API allows, as `PT10M`"),
        );
        None
    }

    /// What is seen of the key is a key for this algorithm.
    fn key_fits(&mut self, algorithm: Algorithm, key: &Template, keys: &Keys<'_>) {
        let Some(shown) = self.shown(key) else {
            return;
        };
        let is_pem = shown.contains("-----BEGIN ");
        let (word, span) = (algorithm.rust().to_uppercase(), keys.key.span);
        let diagnostic = match algorithm.key_kind() {
            KeyKind::Secret if is_pem => {
                let message = format!("`{word}` signs with a secret, and this is a key in PEM");
                Diagnostic::new(Code::InvalidAuth, span, message)
                    .help("write `RS256` for a key of RSA, `ES256` for one of the curve P-256")
            }
            KeyKind::Rsa | KeyKind::P256 | KeyKind::P384 if !is_pem && shown.len() < 64 => {
                let message = format!("`{word}` signs with a private key, and this is none");
                Diagnostic::new(Code::InvalidAuth, span, message).help(
                    "let the user supply it as PEM: `config: { key: { type: secret } }`; a shared secret signs with `HS256`",
                )
            }
            _ => return,
        };
        self.cx
            .sink
            .push(diagnostic.other(keys.algorithm.span, "the algorithm"));
    }

    /// A key that stands in the spec, or in the default of its config field.
    fn shown(&self, key: &Template) -> Option<String> {
        let expr = match key {
            Template::Text(text) => return Some(text.clone()),
            Template::Value(expr) => expr,
            Template::Parts(_) => return None,
        };
        let ExprKind::Config(path) = &expr.kind else {
            return None;
        };
        let [name] = path.as_slice() else {
            return None;
        };
        let field = self.cx.config.fields.iter();
        let mut field = field.filter(|field| field.name.rust == *name);
        match &field.next()?.default {
            Some(ConfigDefault::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }

    /// Claims and headers that other keys say.
    fn set_anyway(&mut self, keys: &Keys<'_>) {
        let claims = keys
            .claims
            .iter()
            .filter_map(|(name, _)| match name.value.as_str() {
                "exp" => Some((name, "remove it: `lifetime` says when the token ends")),
                "iat" => Some((name, "remove it: it is the moment of signing")),
                _ => None,
            });
        let headers = keys
            .headers
            .iter()
            .filter_map(|(name, _)| match name.value.as_str() {
                "alg" => Some((name, "remove it: it is the `algorithm`")),
                "kid" if keys.key_id.is_some() => Some((name, "remove it, or `key_id`")),
                _ => None,
            });
        for (name, help) in claims.chain(headers) {
            let message = format!("`{}` is set anyway", name.value);
            self.cx
                .sink
                .push(Diagnostic::new(Code::ConflictingKeys, name.span, message).help(help));
        }
    }
}

fn algorithm(algorithm: spec::Algorithm) -> Algorithm {
    match algorithm {
        spec::Algorithm::Hs256 => Algorithm::Hs256,
        spec::Algorithm::Hs384 => Algorithm::Hs384,
        spec::Algorithm::Hs512 => Algorithm::Hs512,
        spec::Algorithm::Rs256 => Algorithm::Rs256,
        spec::Algorithm::Rs384 => Algorithm::Rs384,
        spec::Algorithm::Rs512 => Algorithm::Rs512,
        spec::Algorithm::Ps256 => Algorithm::Ps256,
        spec::Algorithm::Ps384 => Algorithm::Ps384,
        spec::Algorithm::Ps512 => Algorithm::Ps512,
        spec::Algorithm::Es256 => Algorithm::Es256,
        spec::Algorithm::Es384 => Algorithm::Es384,
    }
}
