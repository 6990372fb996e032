//! Values that the wire writes in another form than their type does: `#[serde(with = "As::<Option<Epoch>>")]`.
//!
//! Serializers that are not for people to read get values in the form of their type.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};

/// A form of a `T` on the wire.
pub trait Adapt<T> {
    /// Reads it.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error>;
    /// Writes it.
    fn write<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error>;
}

/// A form for serde: nested as the type is, `As<Vec<Option<Epoch>>>`.
pub struct As<W>(PhantomData<W>);

impl<W> As<W> {
    /// Reads a field.
    pub fn deserialize<'de, T, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error>
    where
        W: Adapt<T>,
    {
        W::read(deserializer)
    }

    /// Writes a field.
    pub fn serialize<T, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error>
    where
        W: Adapt<T>,
    {
        W::write(value, serializer)
    }
}

/// A value inside a list, a map or an option.
struct Inner<W, T>(T, PhantomData<W>);

impl<'de, W: Adapt<T>, T> Deserialize<'de> for Inner<W, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        W::read(deserializer).map(|value| Self(value, PhantomData))
    }
}

impl<W: Adapt<T>, T> Serialize for Inner<W, &T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        W::write(self.0, serializer)
    }
}

impl<W: Adapt<T>, T> Adapt<Option<T>> for Option<W> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        Ok(Option::<Inner<W, T>>::deserialize(deserializer)?.map(|inner| inner.0))
    }

    fn write<S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        value
            .as_ref()
            .map(|value| Inner::<W, &T>(value, PhantomData))
            .serialize(serializer)
    }
}

impl<W: Adapt<T>, T> Adapt<Vec<T>> for Vec<W> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        let items = Vec::<Inner<W, T>>::deserialize(deserializer)?;
        Ok(items.into_iter().map(|inner| inner.0).collect())
    }

    fn write<S: Serializer>(value: &Vec<T>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(value.iter().map(|value| Inner::<W, &T>(value, PhantomData)))
    }
}

impl<W: Adapt<T>, T> Adapt<BTreeMap<String, T>> for BTreeMap<String, W> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error> {
        let map = BTreeMap::<String, Inner<W, T>>::deserialize(deserializer)?;
        Ok(map.into_iter().map(|(key, inner)| (key, inner.0)).collect())
    }

    fn write<S: Serializer>(value: &BTreeMap<String, T>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            value
                .iter()
                .map(|(key, value)| (key, Inner::<W, &T>(value, PhantomData))),
        )
    }
}

/// Seconds since 1970, a whole number.
pub struct Epoch;

impl Adapt<Timestamp> for Epoch {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        Timestamp::from_second(i64::deserialize(deserializer)?).map_err(D::Error::custom)
    }

    fn write<S: Serializer>(value: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_i64(value.as_second())
        } else {
            value.serialize(serializer)
        }
    }
}

/// Milliseconds since 1970, a whole number.
pub struct EpochMillis;

impl Adapt<Timestamp> for EpochMillis {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        Timestamp::from_millisecond(i64::deserialize(deserializer)?).map_err(D::Error::custom)
    }

    fn write<S: Serializer>(value: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_i64(value.as_millisecond())
        } else {
            value.serialize(serializer)
        }
    }
}

/// A format in the notation of strftime.
pub trait Format {
    /// The format.
    const FORMAT: &'static str;
}

/// A text in a format; instants without an offset are in UTC.
pub struct Formatted<F>(PhantomData<F>);

impl<F: Format> Adapt<Date> for Formatted<F> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        Date::strptime(F::FORMAT, String::deserialize(deserializer)?).map_err(D::Error::custom)
    }

    fn write<S: Serializer>(value: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return value.serialize(serializer);
        }
        serializer.serialize_str(
            &jiff::fmt::strtime::format(F::FORMAT, *value).map_err(S::Error::custom)?,
        )
    }
}

impl<F: Format> Adapt<Time> for Formatted<F> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        Time::strptime(F::FORMAT, String::deserialize(deserializer)?).map_err(D::Error::custom)
    }

    fn write<S: Serializer>(value: &Time, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return value.serialize(serializer);
        }
        serializer.serialize_str(
            &jiff::fmt::strtime::format(F::FORMAT, *value).map_err(S::Error::custom)?,
        )
    }
}

impl<F: Format> Adapt<Timestamp> for Formatted<F> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut time = jiff::fmt::strtime::parse(F::FORMAT, &text).map_err(D::Error::custom)?;
        if time.offset().is_none() {
            time.set_offset(Some(jiff::tz::Offset::UTC));
        }
        time.to_timestamp().map_err(D::Error::custom)
    }

    fn write<S: Serializer>(value: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return value.serialize(serializer);
        }
        let zoned = value.to_zoned_datetime(jiff::tz::TimeZone::UTC);
        serializer.serialize_str(
            &jiff::fmt::strtime::format(F::FORMAT, &zoned).map_err(S::Error::custom)?,
        )
    }
}
