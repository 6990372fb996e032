//! Values of a page whose type is only known when they are there.

use std::fmt;

use serde::de::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A text, a number or a boolean as text; nothing for null, lists and objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scalar(Option<String>);

impl Scalar {
    /// Its text.
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The whole number that it is.
    pub fn integer(&self) -> Option<i64> {
        self.as_str()?.parse().ok()
    }

    /// The number that it is.
    pub fn number(&self) -> Option<f64> {
        self.as_str()?.parse().ok()
    }

    /// The boolean that it is.
    pub fn boolean(&self) -> Option<bool> {
        self.as_str()?.parse().ok()
    }

    /// Whether it is there, and neither false, zero nor the empty text.
    pub fn is_truthy(&self) -> bool {
        self.as_str()
            .is_some_and(|text| !matches!(text, "" | "false") && self.number() != Some(0.0))
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str().unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Option::<&RawValue>::deserialize(deserializer)?.map(RawValue::get);
        Ok(Self(json.and_then(|json| match json.as_bytes().first()? {
            b'[' | b'{' => None,
            b'"' => serde_json::from_str(json).ok(),
            _ => Some(json.to_owned()),
        })))
    }
}
