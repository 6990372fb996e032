//! URLs outside of `base_url` that receive credentials.

use super::Lowering;
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::Wants;
use crate::lower::{client, url};
use crate::model::{Part, Template};
use crate::source::Text;

impl Lowering<'_, '_> {
    /// A whole URL, or one that begins with a value of `config`.
    pub(super) fn whole_url(&mut self, text: &Text, what: &'static str) -> Option<Template> {
        let template = self.template(text, Wants::public(what))?;
        let (literal, alone) = match &template {
            Template::Text(literal) => (literal.as_str(), true),
            Template::Parts(parts) => match parts.first() {
                Some(Part::Text(first)) => (first.as_str(), false),
                _ => return Some(template),
            },
            Template::Value(_) => return Some(template),
        };
        if literal.starts_with('/') {
            let message = format!("{what} has to be whole: it need not be below `base_url`");
            self.cx.sink.push(
                Diagnostic::new(Code::InvalidUrl, text.span, message)
                    .help(format!("write `https://HOST{literal}`")),
            );
            return None;
        }
        if !alone && !literal.starts_with("https://") && !literal.starts_with("http://") {
            let diagnostic = Diagnostic::new(Code::InvalidUrl, text.span, "this is not a URL");
            self.cx
                .sink
                .push(diagnostic.help("write the scheme as well, as `https://`"));
            return None;
        }
        let plain = match url::absolute(literal.split('?').next().unwrap_or_default()) {
            Ok(url) => !url.https && !url::is_loopback(url.host),
            // An expression is the host, or a part of it.
            Err(_) if !alone => literal == "http://",
            Err(fault) => {
                client::push_url_fault(text, fault, self.cx);
                return None;
            }
        };
        if plain {
            let diagnostic = Diagnostic::new(
                Code::Insecure,
                text.span,
                "credentials would travel unencrypted",
            );
            self.cx.sink.push(diagnostic.help("write `https://`"));
        }
        Some(template)
    }
}
