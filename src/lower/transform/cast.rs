//! `cast`: fields that are read as other types than the API declares.

use crate::diagnostic::{Code, Diagnostic, Sink, nearest};
use crate::expr::literal;
use crate::model::{Field, TimeFormat, Type};
use crate::source::Text;

/// Types that fields can be read as.
const TYPES: [&str; 9] = [
    "string",
    "integer",
    "number",
    "boolean",
    "decimal",
    "timestamp",
    "date",
    "time",
    "uuid",
];

/// The type that a word names.
pub(super) fn named(word: &Text, sink: &mut Sink) -> Option<Type> {
    Some(match literal(word, "a type", sink) {
        "string" => Type::String,
        "integer" => Type::Integer,
        "number" => Type::Number,
        "boolean" => Type::Boolean,
        "decimal" => Type::Decimal,
        "timestamp" => Type::Timestamp(TimeFormat::Rfc3339),
        "date" => Type::Date(None),
        "time" => Type::Time(None),
        "uuid" => Type::Uuid,
        other => {
            let message = format!(
                "there is no type `{}` of a single value",
                other.escape_debug()
            );
            let help = match nearest(other, TYPES) {
                Some(near) => format!("write `{near}`"),
                None => format!(
                    "write one of {}",
                    TYPES.map(|name| format!("`{name}`")).join(", ")
                ),
            };
            sink.push(Diagnostic::new(Code::UnknownValue, word.span, message).help(help));
            return None;
        }
    })
}

/// Reads a field as another type; false after a fault.
pub(super) fn cast(field: &mut Field, text: &Text, word: &Text, sink: &mut Sink) -> bool {
    let Some(wanted) = named(word, sink) else {
        return false;
    };
    if std::mem::discriminant(&field.ty) == std::mem::discriminant(&wanted) {
        let message = format!("`{}` is of this type already", text.value);
        let diagnostic = Diagnostic::new(Code::StepWithoutEffect, text.span, message);
        sink.push(diagnostic.help("remove it"));
        return true;
    }
    let Some((ty, lenient)) = read_as(&field.ty, &wanted) else {
        let message = format!(
            "`{}` cannot be read as `{}`: the API sends {}",
            text.value,
            word.value,
            sent(&field.ty)
        );
        let help =
            "declare among the `fields` what the API sends, or `add` a field with an expression";
        sink.push(Diagnostic::new(Code::InvalidCast, word.span, message).help(help));
        return false;
    };
    (field.ty, field.lenient) = (ty, lenient);
    true
}

/// A type in the form that another is sent in, and whether it is lenient.
fn read_as(sent: &Type, wanted: &Type) -> Option<(Type, bool)> {
    Some(match (sent, wanted) {
        (Type::String, Type::Integer | Type::Number | Type::Boolean)
        | (Type::Integer, Type::Number | Type::Boolean | Type::String)
        | (Type::Number | Type::Boolean, Type::String)
        | (Type::Decimal, Type::String | Type::Number | Type::Integer) => (wanted.clone(), true),
        (
            Type::String,
            Type::Decimal | Type::Timestamp(_) | Type::Date(_) | Type::Time(_) | Type::Uuid,
        )
        | (Type::Integer | Type::Number, Type::Decimal)
        | (
            Type::Enum(_)
            | Type::Uuid
            | Type::Date(_)
            | Type::Time(_)
            | Type::Timestamp(TimeFormat::Rfc3339 | TimeFormat::Strftime(_)),
            Type::String,
        )
        | (Type::Timestamp(TimeFormat::Epoch | TimeFormat::EpochMillis), Type::Integer) => {
            (wanted.clone(), false)
        }
        (Type::Integer, Type::Timestamp(_)) => (Type::Timestamp(TimeFormat::Epoch), false),
        _ => return None,
    })
}

/// What a value of a type is on the wire.
fn sent(ty: &Type) -> &'static str {
    match ty {
        Type::String | Type::Enum(_) => "a text",
        Type::Integer => "a whole number",
        Type::Number => "a number",
        Type::Boolean => "a boolean",
        Type::Decimal => "a decimal",
        Type::Timestamp(_) => "a timestamp",
        Type::Date(_) => "a date",
        Type::Time(_) => "a time",
        Type::Uuid => "a UUID",
        Type::Binary => "bytes",
        Type::Json => "any JSON",
        Type::Map(_) => "a map",
        Type::List(_) => "a list",
        Type::Struct(_) => "an object",
        Type::Union(_) => "one of several types",
    }
}
