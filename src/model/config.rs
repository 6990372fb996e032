//! What the connector's user supplies.

use super::Name;
use serde::Serialize;

/// One field of `struct Config`, or of a struct inside it.
#[derive(Debug, Clone, Serialize)]
pub struct ConfigField {
    /// `wire`: key in a configuration file; `rust`: the field.
    pub name: Name,
    /// What it is.
    pub description: Option<String>,
    /// Its type.
    pub ty: ConfigType,
    /// Its value when nothing is given.
    pub default: Option<ConfigDefault>,
    /// `Option` in Rust: may be left out without a default.
    pub optional: bool,
    /// Environment variable; top level only, empty inside objects.
    pub env: String,
    /// Regular expression that the whole text matches.
    pub pattern: Option<String>,
}

/// Type of a config field.
#[derive(Debug, Clone, Serialize)]
pub enum ConfigType {
    /// `String`
    String,
    /// `Secret`
    Secret,
    /// `i64`
    Integer,
    /// `f64`
    Number,
    /// `bool`
    Boolean,
    /// `Timestamp`
    Timestamp,
    /// `Date`
    Date,
    /// A closed enum: only these words are accepted.
    Enum {
        /// Rust name of the type.
        type_name: String,
        /// Its words and variants.
        values: Vec<Name>,
    },
    /// `Vec<…>`
    List(Box<ConfigType>),
    /// A struct.
    Object {
        /// Rust name of the type.
        type_name: String,
        /// Its fields.
        fields: Vec<ConfigField>,
    },
    /// An enum with one struct variant per choice.
    OneOf {
        /// Rust name of the type.
        type_name: String,
        /// The choices and their fields.
        variants: Vec<(Name, Vec<ConfigField>)>,
    },
}

/// A default, already of its type.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum ConfigDefault {
    /// Text, secret, timestamp (RFC 3339 in UTC) or date (ISO 8601): as it is written.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A boolean.
    Boolean(bool),
    /// Rust name of an enum's variant.
    Variant(String),
    /// A list.
    List(Vec<ConfigDefault>),
}
