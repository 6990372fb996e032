//! Fields of APIs that are not strict about types: numbers and booleans may be texts, texts may be numbers.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::adapt::Adapt;

/// Takes a value, or the text that says it.
pub struct Lenient;

/// The text of a scalar, without its quotation marks.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, str>, D::Error> {
    let json = <&RawValue>::deserialize(deserializer)?.get();
    match json.as_bytes().first() {
        Some(b'"') if json.contains('\\') => serde_json::from_str(json).map_err(D::Error::custom),
        Some(b'"') => Ok(Cow::Borrowed(json.trim_matches('"'))),
        Some(b'[' | b'{' | b'n') | None => {
            Err(D::Error::custom("expected a text, a number or a boolean"))
        }
        Some(_) => Ok(Cow::Borrowed(json)),
    }
}

macro_rules! parsed {
    ($($type:ty: $parse:expr, $expected:literal;)*) => {$(
        impl Adapt<$type> for Lenient {
            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                let parse: fn(&str) -> Option<$type> = $parse;
                parse(&text(deserializer)?).ok_or_else(|| D::Error::custom($expected))
            }

            fn write<S: Serializer>(value: &$type, serializer: S) -> Result<S::Ok, S::Error> {
                value.serialize(serializer)
            }
        }
    )*};
}
parsed! {
    String: |text| Some(text.to_owned()), "expected a text";
    i64: |text| text.trim().parse().ok(), "expected a whole number";
    f64: |text| text.trim().parse().ok().filter(|number: &f64| number.is_finite()), "expected a number";
    bool: |text| match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }, "expected a boolean";
}
