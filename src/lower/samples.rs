//! Samples: those of the spec are checked against the types of the record; without any, one is made from them.

use jiff::fmt::strtime::{self, BrokenDownTime};

use super::json;
use super::record::RecordBuilder;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::model::{Record, TimeFormat, Type};
use crate::read::{Node, ScalarType, integer_value};
use crate::source::Span;

/// The instant of generated samples: 2024-01-31T12:30:00Z.
const INSTANT: i64 = 1_706_704_200;

/// A value for the generated sample: index of the struct, wire name of its field, JSON.
pub type Example = (usize, String, String);

/// Samples as JSON texts.
pub fn lower(
    nodes: &[Node],
    record: &Record,
    examples: &[Example],
    sink: &mut Sink,
) -> Vec<String> {
    if nodes.is_empty() {
        return vec![made(record, examples)];
    }
    for node in nodes {
        if node.entries().is_none() {
            let message = format!("a sample has to be a map, not {}", node.describe());
            sink.push(
                Diagnostic::new(Code::InvalidSample, node.span, message)
                    .help("write a record as the API sends it"),
            );
            continue;
        }
        let mut faults = Vec::new();
        Checker { record }.value(node, &Type::Struct(0), false, false, "", &mut faults);
        for fault in faults {
            sink.push(Diagnostic::new(
                Code::InvalidSample,
                fault.span,
                fault.message,
            ));
        }
    }
    nodes.iter().map(json::text).collect()
}

/// A record as JSON.
pub fn made(record: &Record, examples: &[Example]) -> String {
    Maker { record, examples }.object(0)
}

/// Takes the examples out of a builder, before it is finished.
pub fn examples(builder: &mut RecordBuilder) -> Vec<Example> {
    std::mem::take(&mut builder.examples)
}

struct Fault {
    span: Span,
    message: String,
}

struct Checker<'r> {
    record: &'r Record,
}

impl Checker<'_> {
    fn value(
        &self,
        node: &Node,
        ty: &Type,
        nullable: bool,
        lenient: bool,
        path: &str,
        faults: &mut Vec<Fault>,
    ) {
        let shown = if path.is_empty() {
            "the sample".to_owned()
        } else {
            format!("`{path}`")
        };
        let mut fault = |wanted: &str| {
            let message = format!(
                "{shown} has to be {wanted}, and the sample has {}",
                node.describe()
            );
            faults.push(Fault {
                span: node.span,
                message,
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
                let fits = types.iter().any(|(_, ty)| {
                    let mut inner = Vec::new();
                    self.value(node, ty, false, false, path, &mut inner);
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
            let shown = if path.is_empty() {
                "the sample".to_owned()
            } else {
                format!("`{path}`")
            };
            faults.push(Fault {
                span: node.span,
                message: format!(
                    "{shown} has to be an object, and the sample has {}",
                    node.describe()
                ),
            });
            return;
        };
        let fields = self
            .record
            .structs
            .get(index)
            .map(|new| new.fields.as_slice())
            .unwrap_or_default();
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
                        message: format!("the sample has no `{path}`, which is always there"),
                    });
                }
            }
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
    let (fits, wanted) = match ty {
        Type::String => (string.is_some() || (lenient && scalar.is_some()), "a text"),
        Type::Enum(_) => (string.is_some(), "a text"),
        Type::Integer => (
            integer.is_some()
                || (lenient && string.is_some_and(|text| text.trim().parse::<i64>().is_ok())),
            "a whole number of 64 bits",
        ),
        Type::Number => (
            number || (lenient && string.is_some_and(|text| text.trim().parse::<f64>().is_ok())),
            "a number",
        ),
        Type::Boolean => (
            matches!(scalar, Some(ScalarType::Bool(_))) || (lenient && scalar.is_some()),
            "a boolean",
        ),
        Type::Decimal => (
            number
                || string.is_some_and(|text| {
                    json::number(text).is_some() && text.bytes().any(|byte| byte.is_ascii_digit())
                }),
            "a number, or a text that is one",
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

fn parses(format: &str, text: &str, kind: &str) -> bool {
    let Ok(parsed) = strtime::parse(format, text) else {
        return false;
    };
    match kind {
        "timestamp" => parsed.to_timestamp().is_ok() || parsed.to_datetime().is_ok(),
        "date" => parsed.to_date().is_ok(),
        _ => parsed.to_time().is_ok(),
    }
}

fn formatted(format: &str) -> Result<String, String> {
    let instant = jiff::Timestamp::from_second(INSTANT).map_err(|error| error.to_string())?;
    BrokenDownTime::from(instant)
        .to_string(format)
        .map_err(|error| error.to_string())
}

/// Whether a value written in a format can be read again by it.
///
/// # Errors
/// Why not.
pub fn round_trip(format: &str, kind: &str) -> Result<(), String> {
    let text = formatted(format)?;
    if parses(format, &text, kind) {
        Ok(())
    } else {
        Err(format!("`{text}` does not say a whole {kind}"))
    }
}

struct Maker<'r> {
    record: &'r Record,
    examples: &'r [Example],
}

impl Maker<'_> {
    fn object(&self, index: usize) -> String {
        let fields = self
            .record
            .structs
            .get(index)
            .map(|new| new.fields.as_slice())
            .unwrap_or_default();
        let values: Vec<String> = fields
            .iter()
            .map(|field| {
                let example = self
                    .examples
                    .iter()
                    .find(|(of, name, _)| *of == index && *name == field.name.wire);
                let value = match example {
                    Some((_, _, json)) => json.clone(),
                    None => self.value(&field.ty, &field.name.wire),
                };
                format!("{}:{value}", json::quoted(&field.name.wire))
            })
            .collect();
        format!("{{{}}}", values.join(","))
    }

    fn value(&self, ty: &Type, name: &str) -> String {
        let text = |format: &str| {
            formatted(format).map_or_else(|_| "\"\"".to_owned(), |text| json::quoted(&text))
        };
        match ty {
            Type::String => json::quoted(name),
            Type::Integer => "1".to_owned(),
            Type::Number => "1.5".to_owned(),
            Type::Boolean => "true".to_owned(),
            Type::Decimal => "\"12.30\"".to_owned(),
            Type::Timestamp(TimeFormat::Rfc3339) => "\"2024-01-31T12:30:00Z\"".to_owned(),
            Type::Timestamp(TimeFormat::Epoch) => INSTANT.to_string(),
            Type::Timestamp(TimeFormat::EpochMillis) => (INSTANT * 1000).to_string(),
            Type::Timestamp(TimeFormat::Strftime(format))
            | Type::Date(Some(format))
            | Type::Time(Some(format)) => text(format),
            Type::Timestamp(format) => self.value(&Type::Timestamp(format.first().clone()), name),
            Type::Date(None) => "\"2024-01-31\"".to_owned(),
            Type::Time(None) => "\"12:30:00\"".to_owned(),
            Type::Uuid => "\"00000000-0000-4000-8000-000000000001\"".to_owned(),
            Type::Binary => "\"AQID\"".to_owned(),
            Type::Json => "{\"key\":\"value\"}".to_owned(),
            Type::Map(item) => format!("{{\"key\":{}}}", self.value(&item.ty, name)),
            Type::List(item) => format!("[{}]", self.value(&item.ty, name)),
            Type::Struct(index) => self.object(*index),
            Type::Enum(index) => {
                let word = self
                    .record
                    .enums
                    .get(*index)
                    .and_then(|words| words.variants.first());
                json::quoted(word.map_or("", |word| &word.wire))
            }
            Type::Union(index) => match self
                .record
                .unions
                .get(*index)
                .and_then(|union| union.variants.first())
            {
                Some((_, ty)) => self.value(ty, name),
                None => "null".to_owned(),
            },
        }
    }
}
