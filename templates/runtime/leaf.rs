//! Values of a page beside its records: cursors, counts, flags.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

/// A value as it stands in a page.
fn raw<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'de str, D::Error> {
    Option::<&RawValue>::deserialize(deserializer).map(|value| value.map_or("null", RawValue::get))
}

/// A text, number or boolean as text; none for null, lists and objects.
fn scalar(json: &str) -> Option<String> {
    match json.as_bytes().first()? {
        b'n' | b'[' | b'{' => None,
        b'"' => serde_json::from_str(json).ok(),
        _ => Some(json.to_owned()),
    }
}

/// A cursor or link: null, `false` and the empty text are none, numbers are taken as they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Token(pub Option<String>);

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = raw(deserializer)?;
        if json.starts_with(['[', '{']) {
            return Err(D::Error::custom("a list or an object is no cursor"));
        }
        let text = scalar(json).filter(|_| json != "false");
        Ok(Self(text.filter(|text| !text.is_empty())))
    }
}

/// A number of records or pages: a whole number, or a text that is one; none for all else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count(pub Option<u64>);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(raw(deserializer)?.trim_matches('"').parse().ok()))
    }
}

/// A flag such as `has_more`: a boolean, or a text that is one; none for all else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flag(pub Option<bool>);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(
            raw(deserializer)?
                .trim_matches('"')
                .to_ascii_lowercase()
                .parse()
                .ok(),
        ))
    }
}
