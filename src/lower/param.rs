//! Named values: query parameters, headers, form fields.

use super::Cx;
use super::header::{forbidden_in_value, is_header_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Wants, template};
use crate::model::{Param, Part, Template};
use crate::read::{Node, NodeKind, ScalarType, ambiguous_word};
use crate::source::Text;
use crate::spec::Value;

/// What kind of named values they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Query parameters.
    Query,
    /// Headers.
    Header,
    /// Form fields.
    Form,
}

impl Kind {
    fn wants(self) -> Wants {
        match self {
            Self::Query => Wants::repeated("a query parameter"),
            Self::Header => Wants::optional("a header"),
            Self::Form => Wants::repeated("a form field"),
        }
    }

    fn one(self) -> &'static str {
        match self {
            Self::Query => "a query parameter",
            Self::Header => "a header",
            Self::Form => "a form field",
        }
    }

    /// Whether two names mean the same.
    pub fn same(self, a: &str, b: &str) -> bool {
        if self == Self::Header {
            a.eq_ignore_ascii_case(b)
        } else {
            a == b
        }
    }
}

/// Lowers named values; those that are `null` are left out.
pub(super) fn params(entries: &[(Text, Value)], kind: Kind, cx: &mut Cx<'_>) -> Vec<Param> {
    let mut params: Vec<Param> = Vec::new();
    for (name, value) in entries {
        check_name(name, kind, cx);
        if let Some(twin) = entries
            .iter()
            .find(|(other, _)| other.span < name.span && kind.same(&other.value, &name.value))
        {
            let diagnostic = Diagnostic::new(
                Code::DuplicateName,
                name.span,
                format!("the header `{}` stands here twice", name.value),
            );
            cx.sink.push(
                diagnostic
                    .other(twin.0.span, "first here")
                    .help("names of headers are the same in capitals and small letters"),
            );
        }
        if value.is_null() {
            continue;
        }
        let values = match &value.kind {
            NodeKind::List(items) => items
                .iter()
                .filter_map(|item| one(item, &name.value, kind, cx))
                .collect(),
            NodeKind::Scalar { .. } | NodeKind::Map(_) => {
                one(value, &name.value, kind, cx).into_iter().collect()
            }
        };
        params.push(Param {
            name: name.value.clone(),
            values,
        });
    }
    params
}

fn check_name(name: &Text, kind: Kind, cx: &mut Cx<'_>) {
    crate::expr::literal(name, "the name of a parameter or header", cx.sink);
    if name.value.is_empty() {
        cx.sink.push(Diagnostic::new(
            Code::Empty,
            name.span,
            format!("{} needs a name", kind.one()),
        ));
    } else if kind == Kind::Header {
        header_name(name, cx);
    }
}

/// Records what is wrong with the name of a header.
pub(super) fn header_name(name: &Text, cx: &mut Cx<'_>) {
    const OWN: [&str; 5] = [
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "te",
    ];
    if !is_header_name(&name.value) {
        let message = format!(
            "`{}` cannot be the name of a header",
            name.value.escape_debug()
        );
        cx.sink.push(
            Diagnostic::new(Code::InvalidHeader, name.span, message)
                .help("it has ASCII letters, digits and `-`"),
        );
    } else if OWN.contains(&name.value.to_ascii_lowercase().as_str()) {
        let message = format!("the HTTP client itself sets `{}`", name.value);
        cx.sink
            .push(Diagnostic::new(Code::InvalidHeader, name.span, message).help("remove it"));
    }
}

/// Records characters that a header's value cannot have.
pub(super) fn header_value(text: &Text, template: &Template, cx: &mut Cx<'_>) {
    let literals: Vec<&str> = match template {
        Template::Text(text) => vec![text],
        Template::Value(_) => Vec::new(),
        Template::Parts(parts) => parts
            .iter()
            .filter_map(|part| {
                if let Part::Text(text) = part {
                    Some(text.as_str())
                } else {
                    None
                }
            })
            .collect(),
    };
    for literal in literals {
        if let Some((_, c)) = forbidden_in_value(literal) {
            let span = match text.value.find(c) {
                Some(at) => text.span_of(at..at + c.len_utf8()),
                None => text.span,
            };
            let message = format!(
                "`{}` cannot stand in the value of a header",
                c.escape_debug()
            );
            cx.sink.push(
                Diagnostic::new(Code::InvalidHeader, span, message)
                    .help("a value has the visible characters of ASCII, blanks and tabs"),
            );
        }
    }
}

fn one(node: &Node, name: &str, kind: Kind, cx: &mut Cx<'_>) -> Option<Template> {
    if let Some(diagnostic) = ambiguous_word(node) {
        cx.sink.push(diagnostic);
    }
    let Some(text) = node.text() else {
        let kind = node.get("type").and_then(Node::text);
        let diagnostic = match kind.map(|kind| kind.value.as_str()) {
            Some("resolve") => Diagnostic::new(
                Code::WrongType,
                node.span,
                format!("`{name}`: parameters of the type `resolve` are a form of dlt"),
            )
            .help(super::parent::instead_of_resolve(node)),
            Some("incremental") => Diagnostic::new(
                Code::WrongType,
                node.span,
                format!("`{name}`: parameters of the type `incremental` are a form of dlt"),
            )
            .help(format!(
                "write `incremental: {{ cursor: …, param: {name} }}` beside `endpoint`, and remove it here"
            )),
            _ => Diagnostic::new(
                Code::WrongType,
                node.span,
                format!(
                    "`{name}` has to be a text, a number, a boolean or a list of them, not {}",
                    node.describe()
                ),
            ),
        };
        cx.sink.push(diagnostic);
        return None;
    };
    match node.scalar_type() {
        Some(ScalarType::Null) | None => return None,
        Some(ScalarType::Bool(value)) => return Some(Template::Text(value.to_string())),
        Some(ScalarType::Integer | ScalarType::Float) => {
            return Some(Template::Text(
                super::json::number(&text.value).unwrap_or_else(|| text.value.clone()),
            ));
        }
        Some(ScalarType::String) => {}
    }
    let template = template(text, &mut cx.place(), kind.wants(), cx.sink)?;
    placeholder_of_dlt(text, cx);
    if kind == Kind::Header {
        header_value(text, &template, cx);
        plain_credentials(text, name, &template, cx);
    }
    Some(template)
}

/// `{incremental.start_value}` and `{resources.posts.id}`, which dlt expands.
fn placeholder_of_dlt(text: &Text, cx: &mut Cx<'_>) {
    for start in ["{incremental.", "{resources."] {
        let Some(at) = text.value.find(start) else {
            continue;
        };
        let end = text
            .value
            .get(at..)
            .and_then(|rest| rest.find('}'))
            .map_or(text.value.len(), |end| at + end + 1);
        let shown = text.value.get(at..end).unwrap_or_default();
        let name = shown.trim_matches(['{', '}']);
        let help = super::parent::instead_of_placeholder(name, &[]).unwrap_or_else(|| {
            let edge = if name.ends_with("end_value") {
                "end"
            } else {
                "start"
            };
            format!("write `{{{{ cursor.{edge} }}}}`, and `incremental` beside `endpoint`")
        });
        let message = format!("`{shown}` is a placeholder of dlt, and is not expanded");
        let span = text.span_of(at..end);
        cx.sink
            .push(Diagnostic::new(Code::TemplateNotAllowed, span, message).help(help));
    }
}

fn plain_credentials(text: &Text, name: &str, template: &Template, cx: &mut Cx<'_>) {
    if let (true, Template::Text(_)) = (name.eq_ignore_ascii_case("authorization"), template) {
        let diagnostic = Diagnostic::new(
            Code::Insecure,
            text.span,
            "credentials stand in the spec in plain text",
        );
        cx.sink.push(diagnostic.help(
            "declare `config: { token: { type: secret } }` and write `Bearer {{ config.token }}`",
        ));
    }
}
