//! Decimal numbers with all digits that the API sent: they never pass through a floating point number.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// A decimal number as its text; sent as a number or as a text that is one, and written in the same way.
#[derive(Clone)]
pub struct Decimal(Box<RawValue>);

impl Decimal {
    /// The number that a text is; none of another text.
    pub fn from_text(text: &str) -> Option<Self> {
        let raw = RawValue::from_string(text.to_owned()).ok()?;
        is_number(text).then_some(Self(raw))
    }

    /// Its digits: `19.990000000000000001`.
    pub fn as_str(&self) -> &str {
        self.0.get().trim_matches('"')
    }
}

/// Whether a text is a decimal number: a sign, digits, a point and digits, an exponent.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    [whole, fraction, exponent]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let decimal = Self(raw);
        if is_number(decimal.as_str()) {
            return Ok(decimal);
        }
        Err(D::Error::custom("expected a decimal number"))
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            self.0.serialize(serializer)
        } else {
            serializer.serialize_str(self.as_str())
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Decimal {}
