//! Values of formats that have texts only; numbers and booleans of them are [`super::lenient`].

use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::Serializer;
use serde_json::value::RawValue;

use super::adapt::{Adapt, Epoch, EpochMillis};
use super::json::Json;
use super::lenient::Lenient;

/// A text that is never null: where there is nothing, it is empty.
pub struct BlankText;

impl Adapt<String> for BlankText {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        Ok(Option::deserialize(deserializer)?.unwrap_or_default())
    }

    fn write<S: Serializer>(value: &String, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value)
    }
}

/// Seconds since 1970, a whole number or a text that is one.
pub struct EpochText;

impl Adapt<Timestamp> for EpochText {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        Timestamp::from_second(Lenient::read(deserializer)?).map_err(D::Error::custom)
    }

    fn write<S: Serializer>(value: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        Epoch::write(value, serializer)
    }
}

/// Milliseconds since 1970, a whole number or a text that is one.
pub struct EpochMillisText;

impl Adapt<Timestamp> for EpochMillisText {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        Timestamp::from_millisecond(Lenient::read(deserializer)?).map_err(D::Error::custom)
    }

    fn write<S: Serializer>(value: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        EpochMillis::write(value, serializer)
    }
}

/// Any JSON, which may be written into a text; a text that is no JSON is itself.
pub struct JsonText;

impl Adapt<Json> for JsonText {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        let json = <&RawValue>::deserialize(deserializer)?.get();
        let inside: Option<String> = serde_json::from_str(json).ok();
        let inside = inside.and_then(|text| serde_json::from_str(&text).ok());
        inside.map_or_else(|| serde_json::from_str(json).map_err(D::Error::custom), Ok)
    }

    fn write<S: Serializer>(value: &Json, serializer: S) -> Result<S::Ok, S::Error> {
        serde::Serialize::serialize(value, serializer)
    }
}
