//! Fields of APIs that are not strict about types: numbers and booleans may be texts, texts may be numbers.

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::adapt::Adapt;

/// Takes a value, or the text that says it.
pub struct Lenient;

/// The text of a scalar, without its quotation marks.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    match raw.get().as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw.get()).map_err(D::Error::custom),
        Some(b'[' | b'{' | b'n') | None => {
            Err(D::Error::custom("expected a text, a number or a boolean"))
        }
        Some(_) => Ok(raw.get().to_owned()),
    }
}

macro_rules! parsed {
    ($($type:ty: $expected:literal)*) => {$(
        impl Adapt<$type> for Lenient {
            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                text(deserializer)?.trim().parse().map_err(|_| D::Error::custom($expected))
            }

            fn write<S: Serializer>(value: &$type, serializer: S) -> Result<S::Ok, S::Error> {
                value.serialize(serializer)
            }
        }
    )*};
}
parsed!(i64: "expected a whole number" f64: "expected a number" bool: "expected a boolean" String: "expected a text");
