//! JSON bodies, and JSON texts of values of a spec.

use super::Cx;
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Wants, literal, template};
use crate::model::Json;
use crate::read::{Node, NodeKind, ScalarType, ambiguous_word, integer_value};

/// A JSON value with templates in it. `None` after faults that were recorded.
pub(super) fn body(node: &Node, cx: &mut Cx<'_>) -> Option<Json> {
    Some(match &node.kind {
        NodeKind::Map(entries) => {
            let mut object = Vec::with_capacity(entries.len());
            let mut complete = true;
            for (key, value) in entries {
                literal(key, "the keys of a JSON body", cx.sink);
                match body(value, cx) {
                    Some(value) => object.push((key.value.clone(), value)),
                    None => complete = false,
                }
            }
            complete.then_some(Json::Object(object))?
        }
        NodeKind::List(items) => {
            let items: Vec<Option<Json>> = items.iter().map(|item| body(item, cx)).collect();
            Json::List(items.into_iter().collect::<Option<Vec<_>>>()?)
        }
        NodeKind::Scalar { text, .. } => match node.scalar_type() {
            Some(ScalarType::Null) | None => Json::Null,
            Some(ScalarType::Bool(value)) => Json::Boolean(value),
            Some(ScalarType::Integer | ScalarType::Float) => match number(&text.value) {
                Some(number) => Json::Number(number),
                None => {
                    let message = format!("JSON has no number `{}`", text.value);
                    cx.sink.push(
                        Diagnostic::new(Code::OutOfRange, text.span, message)
                            .help("write a finite number, or a text in quotes"),
                    );
                    return None;
                }
            },
            Some(ScalarType::String) => {
                if let Some(diagnostic) = ambiguous_word(node) {
                    cx.sink.push(diagnostic);
                }
                Json::Template(template(
                    text,
                    &mut cx.json_place(),
                    Wants::repeated("a JSON body"),
                    cx.sink,
                )?)
            }
        },
    })
}

/// A number of YAML in JSON's spelling, digit by digit; `None` for those that JSON does not have.
pub fn number(text: &str) -> Option<String> {
    if text.starts_with("0o") || text.starts_with("0x") {
        return integer_value(text).map(|value| value.to_string());
    }
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (unsigned.get(..at)?, unsigned.get(at..)?),
        None => (unsigned, ""),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if !whole
        .bytes()
        .chain(fraction.bytes())
        .all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}{exponent}"))
}

/// A value of a spec as JSON, numbers as they are spelled.
pub fn text(node: &Node) -> String {
    let mut out = String::new();
    write(node, &mut out);
    out
}

fn write(node: &Node, out: &mut String) {
    match &node.kind {
        NodeKind::Map(entries) => {
            out.push('{');
            for (at, (key, value)) in entries.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&quoted(&key.value));
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
        NodeKind::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        NodeKind::Scalar { text, .. } => match node.scalar_type() {
            Some(ScalarType::Null) | None => out.push_str("null"),
            Some(ScalarType::Bool(value)) => out.push_str(if value { "true" } else { "false" }),
            Some(ScalarType::Integer | ScalarType::Float) => {
                out.push_str(&number(&text.value).unwrap_or_else(|| quoted(&text.value)))
            }
            Some(ScalarType::String) => out.push_str(&quoted(&text.value)),
        },
    }
}

/// A JSON string.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_keep_their_digits() {
        for (yaml, json) in [
            ("1.50", "1.50"),
            ("+5", "5"),
            ("-0.10", "-0.10"),
            (".5", "0.5"),
            ("5.", "5"),
            ("007", "7"),
            ("1E5", "1E5"),
            ("0x1F", "31"),
            ("0o17", "15"),
            (
                "123456789012345678901234567890",
                "123456789012345678901234567890",
            ),
        ] {
            assert_eq!(number(yaml).as_deref(), Some(json), "{yaml}");
        }
        assert_eq!(number(".inf"), None);
        assert_eq!(number(".nan"), None);
    }
}
