//! Bytes as base64, with or without padding.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::Serializer;

use super::adapt::Adapt;

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Base64 of the standard alphabet.
pub struct Base64;

impl Adapt<Vec<u8>> for Base64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        ENGINE
            .decode(String::deserialize(deserializer)?)
            .map_err(D::Error::custom)
    }

    fn write<S: Serializer>(value: &Vec<u8>, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&ENGINE.encode(value))
        } else {
            serializer.serialize_bytes(value)
        }
    }
}
