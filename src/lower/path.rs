//! `path` of a request.

use super::{Cx, parent, url};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Wants, template};
use crate::model::{Part, Path, Template};
use crate::source::Text;
use crate::spec::Value;

/// Lowers the path of a request, whose parameters may be meant by what stands in it.
pub(super) fn lower(text: &Text, params: &[(Text, Value)], cx: &mut Cx<'_>) -> Option<Path> {
    let template = template(text, &mut cx.place(), Wants::public("a path"), cx.sink);
    let sound = check(text, params, cx);
    let template = template?;
    if !sound {
        return None;
    }
    let absolute = is_absolute(&text.value);
    if absolute && !check_absolute(text, &template, cx) {
        return None;
    }
    Some(Path {
        absolute,
        template: encoded(template, absolute),
    })
}

fn is_absolute(path: &str) -> bool {
    path.starts_with("https://") || path.starts_with("http://")
}

/// What can be seen in the text itself, outside of expressions.
fn check(text: &Text, params: &[(Text, Value)], cx: &mut Cx<'_>) -> bool {
    let mut sound = true;
    for (range, literal) in outside_of_expressions(&text.value) {
        let mut fault = |code, at: usize, length: usize, message: String, help: &str| {
            let start = range.start + at;
            cx.sink.push(
                Diagnostic::new(code, text.span_of(start..start + length), message).help(help),
            );
            sound = false;
        };
        if let Some(open) = literal.find('{') {
            let length = literal
                .get(open..)
                .and_then(|rest| rest.find('}'))
                .map_or(1, |end| end + 1);
            let name = literal
                .get(open + 1..open + length.max(2) - 1)
                .unwrap_or_default()
                .trim();
            let help = if let Some(help) = parent::instead_of_placeholder(name, params) {
                help
            } else if name.is_empty() {
                "an expression is written as `{{ config.NAME }}`".to_owned()
            } else if is_reference(name) {
                format!("write `{{{{ {name} }}}}`")
            } else {
                format!(
                    "write `{{{{ config.{} }}}}` and declare it under `config`",
                    name.trim_start_matches("config.")
                )
            };
            let message = format!(
                "`{}` is not expanded",
                literal.get(open..open + length).unwrap_or("{")
            );
            fault(Code::TemplateNotAllowed, open, length, message, &help);
        }
        if let Some(at) = literal.find('#') {
            fault(
                Code::InvalidUrl,
                at,
                literal.len() - at,
                "a fragment is never sent".to_owned(),
                "remove it; `%23` is the character itself",
            );
        }
        if let Some((at, c)) = literal
            .char_indices()
            .find(|(_, c)| c.is_control() || *c == '\\')
        {
            fault(
                Code::InvalidUrl,
                at,
                c.len_utf8(),
                format!("`{}` cannot stand in a path", c.escape_debug()),
                "remove it",
            );
        }
    }
    let path = text.value.split('?').next().unwrap_or_default();
    let mut at = 0;
    for segment in path.split('/') {
        if segment == "." || segment == ".." {
            let diagnostic = Diagnostic::new(
                Code::InvalidUrl,
                text.span_of(at..at + segment.len()),
                format!("`{segment}` changes the rest of the path"),
            );
            cx.sink
                .push(diagnostic.help("write the path that is meant"));
            sound = false;
        }
        at += segment.len() + 1;
    }
    sound
}

/// Whether a name is one of those that requests have beside `config`.
fn is_reference(name: &str) -> bool {
    name.split_once('.')
        .is_some_and(|(root, _)| matches!(root, "parent" | "partition" | "cursor" | "job"))
}

/// The literal parts of a text that may have expressions.
fn outside_of_expressions(text: &str) -> Vec<(std::ops::Range<usize>, &str)> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at <= text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let open = rest.find("{{").map_or(text.len(), |offset| at + offset);
        parts.push((at..open, text.get(at..open).unwrap_or_default()));
        let Some(close) = text.get(open..).and_then(|rest| rest.find("}}")) else {
            break;
        };
        at = open + close + 2;
    }
    parts
}

fn check_absolute(text: &Text, template: &Template, cx: &mut Cx<'_>) -> bool {
    let (first, alone) = match template {
        Template::Text(text) => (text.as_str(), true),
        Template::Parts(parts) => match parts.first() {
            Some(Part::Text(text)) => (text.as_str(), false),
            _ => return true,
        },
        Template::Value(_) => return true,
    };
    let path = first.split('?').next().unwrap_or_default();
    match url::absolute(path) {
        Ok(url) if alone || !url.path.is_empty() => true,
        Ok(_) => {
            let diagnostic = Diagnostic::new(
                Code::InvalidUrl,
                text.span,
                "an expression cannot be part of the host of a path",
            );
            cx.sink.push(diagnostic.help("write it in `base_url`"));
            false
        }
        Err(fault) => {
            super::client::push_url_fault(text, fault, cx);
            false
        }
    }
}

/// Percent-encodes what a URL cannot have, and begins the path with `/`.
fn encoded(template: Template, absolute: bool) -> Template {
    let slash = |text: String, first: bool| {
        let text = encode(&text);
        if first && !absolute && !text.starts_with(['/', '?']) && !text.is_empty() {
            format!("/{text}")
        } else {
            text
        }
    };
    match template {
        Template::Text(text) => Template::Text(slash(text, true)),
        Template::Value(value) => {
            Template::Parts(vec![Part::Text("/".to_owned()), Part::Value(value)])
        }
        Template::Parts(parts) => {
            let mut encoded: Vec<Part> = Vec::with_capacity(parts.len() + 1);
            if matches!(parts.first(), Some(Part::Value(_))) {
                encoded.push(Part::Text("/".to_owned()));
            }
            for (at, part) in parts.into_iter().enumerate() {
                encoded.push(match part {
                    Part::Text(text) => Part::Text(slash(text, at == 0)),
                    value @ Part::Value(_) => value,
                });
            }
            Template::Parts(encoded)
        }
    }
}

fn encode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    for (at, byte) in bytes.iter().enumerate() {
        let hex = |offset: usize| bytes.get(at + offset).is_some_and(u8::is_ascii_hexdigit);
        let keep = match byte {
            b'%' => hex(1) && hex(2),
            b'"' | b'<' | b'>' | b'`' | b'^' | b'|' | b'{' | b'}' => false,
            byte => byte.is_ascii_graphic(),
        };
        if keep {
            out.push(char::from(*byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn what_a_url_cannot_have_is_percent_encoded_once() {
        assert_eq!(
            encode("/a b/ü/%20/%/c;d=e,f:g@h"),
            "/a%20b/%C3%BC/%20/%25/c;d=e,f:g@h"
        );
    }
}
