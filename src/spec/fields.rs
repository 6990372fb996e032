//! `fields`: the types of a record, in shorthand.

use crate::read::{Node, spec_map};
use crate::source::{Spanned, Text};

/// The type of one field, as written.
///
/// - a type name, with `!` when the field is always there and never null: `string!`
/// - a list of one: a list of that; of several: a list whose items are any of them
/// - a map with one of `type`, `enum`, `fields`, `items`, `one_of` as [`FieldMap`] says; any other map is an object whose
///   keys are its fields
#[derive(Debug, Clone, PartialEq)]
pub enum FieldSpec {
    /// `string!`
    Name(Text),
    /// `[integer]`, `[string, integer]`
    List(Spanned<Vec<FieldSpec>>),
    /// `{ kind: string!, at: timestamp }`
    Object(Spanned<Vec<(Text, FieldSpec)>>),
    /// `{ type: decimal, description: … }`
    Map(Box<FieldMap>),
}

spec_map! {
    /// A field with more to say than its type.
    pub struct FieldMap {
        /// A type name, with or without `!`: `string`, `integer`, `number`, `boolean`, `decimal`, `timestamp`, `date`,
        /// `time`, `uuid`, `binary`, `json`, `map`, `list`, `object`.
        optional r#type ("type"): Text,
        /// The known words; others are kept as unknown.
        optional r#enum ("enum"): Vec<Text>,
        /// The fields of an object.
        optional fields: Vec<(Text, FieldSpec)>,
        /// The type of a list's items, or of a map's values.
        optional items ("items" | "values"): FieldSpec,
        /// Any of several types.
        optional one_of: Vec<FieldSpec>,
        /// What it is.
        optional description: Text,
        /// Always there.
        optional required: Spanned<bool>,
        /// May be null.
        optional nullable: Spanned<bool>,
        /// How a `timestamp`, `date` or `time` is written: `rfc3339`, `epoch`, `epoch_ms`, or strftime.
        optional format: Text,
        /// Name of the Rust field and of the column.
        optional rename: Text,
        /// Accepts text for numbers and booleans, and numbers for text.
        optional lenient: Spanned<bool>,
        /// A value for generated samples.
        optional example: Node,
    }
}
