//! Samples: those of the spec are checked against the types of the record; without any, one is made from them.

mod check;

use check::{Checker, Fault};
use jiff::fmt::strtime::{self, BrokenDownTime};

use super::json;
use super::record::RecordBuilder;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::model::{Record, TimeFormat, Type};
use crate::read::Node;

/// The instant of generated samples: 2024-01-31T12:30:00Z.
const INSTANT: i64 = 1_706_704_200;

/// A value for the generated sample: index of the struct, wire name of its field, value.
pub type Example = (usize, String, Node);

/// Samples as JSON texts.
pub fn lower(
    nodes: &[Node],
    record: &Record,
    examples: &[Example],
    sink: &mut Sink,
) -> Vec<String> {
    check_examples(record, examples, sink);
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
        let checker = Checker {
            record,
            noun: "sample",
            more: record.keep_unknown.is_some(),
        };
        checker.value(node, &Type::Struct(0), false, false, "", &mut faults);
        push(faults, sink);
    }
    nodes.iter().map(json::text).collect()
}

/// Examples become part of a sample, which the generated tests decode.
fn check_examples(record: &Record, examples: &[Example], sink: &mut Sink) {
    let checker = Checker {
        record,
        noun: "example",
        more: record.keep_unknown.is_some(),
    };
    for (index, name, node) in examples {
        let mut fields = record.fields_of(*index).iter();
        if let Some(field) = fields.find(|field| field.name.wire == *name) {
            let (ty, nullable, lenient) = (&field.ty, field.nullable, field.lenient);
            let mut faults = Vec::new();
            checker.value(node, ty, nullable, lenient, name, &mut faults);
            push(faults, sink);
        }
    }
}

fn push(faults: Vec<Fault>, sink: &mut Sink) {
    for Fault {
        span,
        message,
        help,
    } in faults
    {
        let diagnostic = Diagnostic::new(Code::InvalidSample, span, message);
        sink.push(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }
}

/// A record as JSON.
pub fn made(record: &Record, examples: &[Example]) -> String {
    Maker { record, examples }.object(0)
}

/// Takes the examples out of a builder, before it is finished.
pub fn examples(builder: &mut RecordBuilder) -> Vec<Example> {
    std::mem::take(&mut builder.examples)
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
        let fields = self.record.fields_of(index).iter();
        let values: Vec<String> = fields
            .map(|field| {
                let example = self
                    .examples
                    .iter()
                    .find(|(of, name, _)| *of == index && *name == field.name.wire);
                let value = match example {
                    Some((_, _, node)) => json::text(node),
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
