//! Where a key or a token goes: `location`, `name`, `prefix`.

use super::Lowering;
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::literal;
use crate::lower::header::{forbidden_in_value, is_header_name};
use crate::lower::param::header_name;
use crate::model::{Auth, KeyPlace, Sending};
use crate::source::{Span, Text};
use crate::spec::{self, KeyLocation, TokenLocation};

impl Lowering<'_, '_> {
    pub(super) fn api_key(&mut self, key: &spec::ApiKey) -> Option<Auth> {
        let location = key
            .location
            .as_ref()
            .map_or(KeyLocation::Header, |location| location.value);
        let help = "write for instance `name: api_key`";
        let place = self.place(location, key.name.as_ref(), key.span, help);
        let prefix = self.prefix(key.prefix.as_ref(), location);
        let key = self.secret(&key.api_key, "api_key");
        Some(Auth::ApiKey {
            place: place?,
            key: key?,
            prefix,
        })
    }

    /// How a token is sent; `Authorization: Bearer …` when nothing is said.
    pub(super) fn sending(&mut self, send: Option<&spec::Sending>) -> Option<Sending> {
        let Some(send) = send else {
            return Some(Sending::Bearer);
        };
        let location = match location(send) {
            TokenLocation::Header => KeyLocation::Header,
            TokenLocation::Query => KeyLocation::Query,
            TokenLocation::Cookie => KeyLocation::Cookie,
            TokenLocation::Body => KeyLocation::Body,
            TokenLocation::Cookies => {
                let diagnostic = Diagnostic::new(
                    Code::InvalidAuth,
                    location_span(send),
                    "cookies come from the login of a `session`; this is a token",
                );
                self.cx
                    .sink
                    .push(diagnostic.help("write `cookie` and its `name`"));
                return None;
            }
        };
        let help = "write for instance `send: { location: cookie, name: session }`";
        let place = self.place(location, send.name.as_ref(), send.span, help);
        let prefix = self.prefix(send.prefix.as_ref(), location);
        Some(Sending::Key {
            place: place?,
            prefix,
        })
    }

    fn place(
        &mut self,
        location: KeyLocation,
        name: Option<&Text>,
        span: Span,
        help: &str,
    ) -> Option<KeyPlace> {
        use KeyLocation as L;
        if let Some(name) = name {
            match location {
                L::Header => header_name(name, self.cx),
                L::Cookie if !is_header_name(&name.value) => {
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
        let name = match (name, location) {
            (Some(name), _) if name.value.is_empty() => {
                let diagnostic = Diagnostic::new(Code::Empty, name.span, "a key needs a name");
                self.cx.sink.push(diagnostic);
                None
            }
            (Some(name), _) => Some(literal(name, "the name of a key", self.cx.sink).to_owned()),
            (None, L::Header) => Some("Authorization".to_owned()),
            (None, _) => {
                let diagnostic = Diagnostic::new(
                    Code::MissingKey,
                    span,
                    "missing `name`: which parameter, cookie or body key takes it",
                );
                self.cx.sink.push(diagnostic.help(help));
                None
            }
        }?;
        Some(match location {
            L::Header => KeyPlace::Header(name),
            L::Query => KeyPlace::Query(name),
            L::Cookie => KeyPlace::Cookie(name),
            L::Body => KeyPlace::Body(name),
        })
    }

    fn prefix(&mut self, prefix: Option<&Text>, location: KeyLocation) -> String {
        let Some(prefix) = prefix else {
            return String::new();
        };
        if let KeyLocation::Header | KeyLocation::Cookie = location
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
        literal(prefix, "`prefix`", self.cx.sink).to_owned()
    }
}

/// Where a token goes; a header when nothing is said.
pub(super) fn location(send: &spec::Sending) -> TokenLocation {
    send.location
        .as_ref()
        .map_or(TokenLocation::Header, |location| location.value)
}

/// Where that is said.
pub(super) fn location_span(send: &spec::Sending) -> Span {
    send.location
        .as_ref()
        .map_or(send.span, |location| location.span)
}
