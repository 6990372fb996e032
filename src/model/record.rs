//! Records and the types inside them.

use super::Name;
use serde::Serialize;

/// The record of a resource and every type inside it.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    /// The first is the record, the others stand inside it, in the order of their first use.
    pub structs: Vec<Struct>,
    /// The open enums.
    pub enums: Vec<Enum>,
    /// The unions: any of several types.
    pub unions: Vec<Union>,
    /// Wire names of the key fields: each a path from the record. Empty when there is no key.
    pub primary_key: Vec<Vec<String>>,
    /// The same of the merge key.
    pub merge_key: Vec<Vec<String>>,
    /// Keeps fields that the spec does not name, in a map field of this Rust name.
    pub keep_unknown: Option<String>,
}

impl Record {
    /// Rust name of the record.
    #[must_use]
    pub fn type_name(&self) -> &str {
        let root = self.structs.first();
        root.map_or("Record", |root| root.type_name.as_str())
    }

    /// The fields of one of its structs.
    #[must_use]
    pub fn fields_of(&self, index: usize) -> &[Field] {
        let found = self.structs.get(index);
        found.map_or(&[], |found| found.fields.as_slice())
    }
}

/// An object as a Rust struct.
#[derive(Debug, Clone, Serialize)]
pub struct Struct {
    /// Rust name.
    pub type_name: String,
    /// What it is.
    pub description: Option<String>,
    /// In the order of the spec.
    pub fields: Vec<Field>,
}

/// A field of a record.
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    /// The key on the wire, the Rust field. The column has the Rust name without `r#`.
    pub name: Name,
    /// What it is.
    pub description: Option<String>,
    /// Its type.
    pub ty: Type,
    /// `Option`: may be null or absent.
    pub nullable: bool,
    /// Accepts text for numbers and booleans, and numbers for text.
    pub lenient: bool,
    /// Part of the primary key.
    pub key: bool,
}

/// Types of fields. Indexes point into the lists of [`Record`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Type {
    /// `String`
    String,
    /// `i64`
    Integer,
    /// `f64`
    Number,
    /// `bool`
    Boolean,
    /// Exact decimal, kept as the wire's text.
    Decimal,
    /// An instant.
    Timestamp(TimeFormat),
    /// A calendar date; `Some`: strftime.
    Date(Option<String>),
    /// A time of day; `Some`: strftime.
    Time(Option<String>),
    /// A UUID.
    Uuid,
    /// Bytes, base64 on the wire.
    Binary,
    /// Any JSON, kept as the wire's text.
    Json,
    /// A map from text; values may be null if so marked.
    Map(Box<Item>),
    /// A list.
    List(Box<Item>),
    /// An object.
    Struct(usize),
    /// An open enum.
    Enum(usize),
    /// Any of several types.
    Union(usize),
}

/// The item of a list or the value of a map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Its type.
    pub ty: Type,
    /// May be null.
    pub nullable: bool,
}

/// How an instant is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum TimeFormat {
    /// RFC 3339, with `Z` or an offset.
    Rfc3339,
    /// Seconds since 1970, a whole number.
    Epoch,
    /// Milliseconds since 1970, a whole number.
    EpochMillis,
    /// strftime; in UTC where it has no offset.
    Strftime(String),
    /// Any of several, tried in order; written as the first.
    AnyOf(Vec<TimeFormat>),
}

impl TimeFormat {
    /// The format itself, or the first of several.
    #[must_use]
    pub fn first(&self) -> &Self {
        match self {
            Self::AnyOf(formats) => formats.first().map_or(self, Self::first),
            format => format,
        }
    }
}

/// An open enum: known words, and any other as it came.
#[derive(Debug, Clone, Serialize)]
pub struct Enum {
    /// Rust name.
    pub type_name: String,
    /// What it is.
    pub description: Option<String>,
    /// The module in which it stands, where that is another resource's.
    pub module: Option<String>,
    /// The known words and their variants.
    pub variants: Vec<Name>,
    /// Variant of the other words: `Unknown`, or another name where a word takes that.
    pub unknown: String,
}

/// Any of several types, tried in order.
#[derive(Debug, Clone, Serialize)]
pub struct Union {
    /// Rust name.
    pub type_name: String,
    /// What it is.
    pub description: Option<String>,
    /// Rust variant and its type.
    pub variants: Vec<(String, Type)>,
}
