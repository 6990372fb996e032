//! Instants that an API writes now in one form and now in another: `As<FirstOf<Rfc3339, Epoch>>`.

use std::marker::PhantomData;

use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::adapt::Adapt;

/// RFC 3339, with `Z` or an offset.
pub struct Rfc3339;

impl Adapt<Timestamp> for Rfc3339 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        Timestamp::deserialize(deserializer)
    }

    fn write<S: Serializer>(value: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }
}

/// One form, else the other; written in the first.
pub struct FirstOf<A, B>(PhantomData<(A, B)>);

impl<T, A: Adapt<T>, B: Adapt<T>> Adapt<T> for FirstOf<A, B> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let again = || serde_json::Deserializer::from_str(raw.get());
        A::read(&mut again())
            .or_else(|_| B::read(&mut again()))
            .map_err(D::Error::custom)
    }

    fn write<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        A::write(value, serializer)
    }
}
