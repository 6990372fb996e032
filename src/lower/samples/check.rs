//! Whether a value of a spec is one of a type.

use super::{json, parses};
use crate::diagnostic::nearest;
use crate::model::{Field, Record, TimeFormat, Type};
use crate::read::{Node, ScalarType, float_value, integer_value};
use crate::source::{Span, Text};

/// What is wrong with a value, and where.
pub(super) struct Fault {
    pub(super) span: Span,
    pub(super) message: String,
    /// What to do about it, where the message does not say it.
    pub(super) help: Option<String>,
}

/// Checks values against the types of a record.
#[derive(Clone, Copy)]
pub(super) struct Checker<'r> {
    pub(super) record: &'r Record,
    /// What is checked, in the words of a message: `sample` or `example`.
    pub(super) noun: &'static str,
    /// Whether fields may stand there that the record does not name.
    pub(super) more: bool,
}

impl Checker<'_> {
    pub(super) fn value(
        &self,
        node: &Node,
        ty: &Type,
        nullable: bool,
        lenient: bool,
        path: &str,
        faults: &mut Vec<Fault>,
    ) {
        let shown = self.shown(path);
        let mut fault = |wanted: &str| {
            let message = format!(
                "{shown} has to be {wanted}, and the {} has {}",
                self.noun,
                node.describe()
            );
            faults.push(Fault {
                span: node.span,
                message,
                help: None,
            });
        };
        if node.is_null() {
            if !nullable && !matches!(ty, Type::Json) {
                fault("there, since the field is never null,");
            }
            return;
        }
        match ty {
            Type::Struct(index) => self.object(node, *index, path, faults),
            Type::List(item) => match node.items() {
                Some(items) => {
                    for (at, inner) in items.iter().enumerate() {
                        self.value(
                            inner,
                            &item.ty,
                            item.nullable,
                            false,
                            &format!("{path}[{at}]"),
                            faults,
                        );
                    }
                }
                None => fault("a list"),
            },
            Type::Map(item) => match node.entries() {
                Some(entries) => {
                    for (key, inner) in entries {
                        self.value(
                            inner,
                            &item.ty,
                            item.nullable,
                            false,
                            &joined(path, &key.value),
                            faults,
                        );
                    }
                }
                None => fault("a map"),
            },
            Type::Union(index) => {
                let types = self
                    .record
                    .unions
                    .get(*index)
                    .map(|union| union.variants.as_slice())
                    .unwrap_or_default();
                // Which of the types it is does not depend on what none of them names.
                let lax = Self {
                    more: true,
                    ..*self
                };
                let fits = types.iter().any(|(_, ty)| {
                    let mut inner = Vec::new();
                    lax.value(node, ty, false, false, path, &mut inner);
                    inner.is_empty()
                });
                if !fits {
                    fault("of one of its types");
                }
            }
            ty => {
                if let Some(wanted) = scalar_fault(node, ty, lenient) {
                    fault(wanted);
                }
            }
        }
    }

    fn object(&self, node: &Node, index: usize, path: &str, faults: &mut Vec<Fault>) {
        let Some(entries) = node.entries() else {
            let shown = self.shown(path);
            faults.push(Fault {
                span: node.span,
                message: format!(
                    "{shown} has to be an object, and the {} has {}",
                    self.noun,
                    node.describe()
                ),
                help: None,
            });
            return;
        };
        let fields = self.record.fields_of(index);
        for field in fields {
            let path = joined(path, &field.name.wire);
            match entries.iter().find(|(key, _)| key.value == field.name.wire) {
                Some((_, value)) => self.value(
                    value,
                    &field.ty,
                    field.nullable,
                    field.lenient,
                    &path,
                    faults,
                ),
                None if field.nullable => {}
                None => {
                    let span = entries.first().map_or(node.span, |(key, _)| key.span);
                    faults.push(Fault {
                        span,
                        message: format!(
                            "the {} has no `{path}`, which is always there",
                            self.noun
                        ),
                        help: None,
                    });
                }
            }
        }
        if !self.more {
            self.unknown(entries, fields, path, faults);
        }
    }

    /// Records what stands there and is no field.
    fn unknown(
        &self,
        entries: &[(Text, Node)],
        fields: &[Field],
        path: &str,
        faults: &mut Vec<Fault>,
    ) {
        for (key, _) in entries {
            if fields.iter().all(|field| field.name.wire != key.value) {
                let path = joined(path, &key.value);
                let (noun, names) = (self.noun, fields.iter().map(|f| f.name.wire.as_str()));
                let help = match nearest(&key.value, names) {
                    Some(near) => format!("write `{near}`"),
                    None => "declare it among the fields, or remove it here".to_owned(),
                };
                faults.push(Fault {
                    span: key.span,
                    message: format!("the {noun} has `{path}`, which is no field"),
                    help: Some(help),
                });
            }
        }
    }

    fn shown(&self, path: &str) -> String {
        if path.is_empty() {
            format!("the {}", self.noun)
        } else {
            format!("`{path}`")
        }
    }
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// What a scalar would have to be, when it is not.
fn scalar_fault(node: &Node, ty: &Type, lenient: bool) -> Option<&'static str> {
    let scalar = node.scalar_type();
    let text = node.text().map(|text| text.value.as_str());
    let string = text.filter(|_| scalar == Some(ScalarType::String));
    let integer = text
        .filter(|_| scalar == Some(ScalarType::Integer))
        .and_then(integer_value)
        .and_then(|value| i64::try_from(value).ok());
    let number = matches!(scalar, Some(ScalarType::Integer | ScalarType::Float));
    // JSON has no infinity, and a number too large for a float is read as one.
    let finite = number && text.and_then(float_value).is_some_and(f64::is_finite);
    let (fits, wanted) = match ty {
        Type::String => (string.is_some() || (lenient && scalar.is_some()), "a text"),
        Type::Enum(_) => (string.is_some(), "a text"),
        Type::Integer => (
            integer.is_some()
                || (lenient && string.is_some_and(|text| text.trim().parse::<i64>().is_ok())),
            "a whole number of 64 bits",
        ),
        Type::Number => (
            finite
                || (lenient
                    && string
                        .is_some_and(|text| text.trim().parse::<f64>().is_ok_and(f64::is_finite))),
            "a finite number",
        ),
        Type::Boolean => (
            matches!(scalar, Some(ScalarType::Bool(_))) || (lenient && scalar.is_some()),
            "a boolean",
        ),
        Type::Decimal => (
            finite
                || string.is_some_and(|text| {
                    json::number(text).is_some() && text.bytes().any(|byte| byte.is_ascii_digit())
                }),
            "a finite number, or a text that is one",
        ),
        Type::Timestamp(TimeFormat::Rfc3339) => (
            string.is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok()),
            "a timestamp with an offset, as `2024-01-31T12:30:00Z`",
        ),
        Type::Timestamp(TimeFormat::Epoch) => {
            (integer.is_some(), "seconds since 1970, a whole number")
        }
        Type::Timestamp(TimeFormat::EpochMillis) => {
            (integer.is_some(), "milliseconds since 1970, a whole number")
        }
        Type::Timestamp(TimeFormat::Strftime(format)) => (
            string.is_some_and(|text| parses(format, text, "timestamp")),
            "a timestamp in its format",
        ),
        Type::Timestamp(TimeFormat::AnyOf(formats)) => (
            formats.iter().any(|format| {
                let ty = Type::Timestamp(format.clone());
                scalar_fault(node, &ty, lenient).is_none()
            }),
            "a timestamp in one of its formats",
        ),
        Type::Date(Some(format)) => (
            string.is_some_and(|text| parses(format, text, "date")),
            "a date in its format",
        ),
        Type::Time(Some(format)) => (
            string.is_some_and(|text| parses(format, text, "time")),
            "a time in its format",
        ),
        Type::Date(None) => (
            string.is_some_and(|text| text.parse::<jiff::civil::Date>().is_ok()),
            "a date, as `2024-01-31`",
        ),
        Type::Time(None) => (
            string.is_some_and(|text| text.parse::<jiff::civil::Time>().is_ok()),
            "a time, as `12:30:00`",
        ),
        Type::Uuid => (string.is_some_and(is_uuid), "a UUID"),
        Type::Binary => (string.is_some_and(is_base64), "base64"),
        Type::Json | Type::Map(_) | Type::List(_) | Type::Struct(_) | Type::Union(_) => (true, ""),
    };
    (!fits).then_some(wanted)
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len() - body.len() <= 2
        && body
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte))
}
