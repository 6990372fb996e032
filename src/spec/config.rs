//! `config`: what the connector's user supplies.

use crate::read::{Node, spec_map, spec_words};
use crate::source::{Spanned, Text};

spec_words! {
    /// Types of config fields.
    pub enum ConfigType {
        /// Text.
        String = "string",
        /// Text that is never shown: not in logs, errors, `Debug`, URL paths.
        Secret = "secret",
        /// A whole number of 64 bits.
        Integer = "integer",
        /// A floating point number.
        Number = "number",
        /// `true` or `false`.
        Boolean = "boolean",
        /// An instant, RFC 3339.
        Timestamp = "timestamp",
        /// A calendar date, `2024-01-31`.
        Date = "date",
        /// One of `values`.
        Enum = "enum",
        /// A list of `items`.
        List = "list",
        /// A group of `fields`.
        Object = "object",
        /// One of several named groups of fields: a Rust enum.
        OneOf = "one_of",
    }
    instead {
        "text" = "write `string`",
        "str" = "write `string`",
        "password" = "write `secret`",
        "int" = "write `integer`",
        "float" = "write `number`",
        "bool" = "write `boolean`",
        "datetime" = "write `timestamp`",
        "map" = "write `object` with `fields`",
    }
}

spec_map! {
    /// One config field. A type name alone is short for `{type: …}`.
    pub struct ConfigField shorthand(r#type) {
        /// Its type.
        required r#type ("type"): Spanned<ConfigType>,
        /// What it is and where its user finds it.
        optional description: Text,
        /// Its value when nothing is given.
        optional default_value ("default"): Node,
        /// May be left out without a default; then nothing is sent where it is used.
        optional optional: Spanned<bool>,
        /// A regular expression that the text has to match as a whole.
        optional pattern: Text,
        /// Name of the environment variable; `CRATE_FIELD` in capitals when absent.
        optional env: Text,
        /// `enum`: the allowed words.
        optional values: Vec<Text>,
        /// `list`: the type of an item.
        optional items: Box<ConfigField>,
        /// `object`: the fields.
        optional fields: Vec<(Text, ConfigField)>,
        /// `one_of`: the variants, each with its fields.
        optional variants: Vec<(Text, Vec<(Text, ConfigField)>)>,
    }
}
