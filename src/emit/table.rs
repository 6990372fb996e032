//! The table of a resource: its columns and keys, as records and SQL have them.

use super::record::plain;
use crate::model::{Disposition, Field, MergeStrategy, Record, Resource, Struct, Type};

/// The table of a resource.
pub struct Table<'m> {
    /// Its name.
    pub name: &'m str,
    /// What its rows are.
    pub description: Option<&'m str>,
    /// Its columns.
    pub columns: Vec<Column<'m>>,
    /// Names of the columns that identify a row.
    pub primary_key: Vec<String>,
    /// Names of the columns by which rows are deleted and added again.
    pub merge_key: Vec<String>,
    /// What a load does with the rows that are there.
    pub disposition: &'m Disposition,
    /// The column that marks deleted records, and whether it is a boolean.
    pub hard_delete: Option<(&'m str, bool)>,
}

impl Table<'_> {
    /// How rows are merged, where they are.
    pub fn strategy(&self) -> Option<MergeStrategy> {
        match self.disposition {
            Disposition::Merge { strategy, .. } => Some(*strategy),
            Disposition::Append | Disposition::Replace => None,
        }
    }

    /// Whether no two rows have the same key.
    pub fn is_keyed(&self) -> bool {
        let versions = self.strategy() == Some(MergeStrategy::Scd2);
        !self.primary_key.is_empty() && !versions && *self.disposition != Disposition::Append
    }

    /// Names of the columns that are not part of the key.
    pub fn others(&self) -> Vec<&str> {
        let names = self.columns.iter().map(|column| column.name.as_str());
        names
            .filter(|name| self.primary_key.iter().all(|key| key != name))
            .collect()
    }
}

/// A column.
pub struct Column<'m> {
    /// Its name.
    pub name: String,
    /// Its key on the wire; dots lead into objects.
    pub wire: String,
    /// Its type.
    pub kind: ColumnType,
    /// Whether it may be null.
    pub nullable: bool,
    /// What it holds.
    pub description: Option<&'m str>,
    /// Where the record has its value.
    pub origin: Origin<'m>,
}

/// Where the record has the value of a column.
pub enum Origin<'m> {
    /// A field of the record, or of an object inside it: the way there and the field.
    Field(Vec<&'m Field>),
    /// The fields that the spec does not name, in the map of this Rust name.
    Unknown(&'m str),
}

/// The types of columns: those of the runtime's `ColumnType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    Text,
    Integer,
    Number,
    Boolean,
    Decimal,
    Timestamp,
    Date,
    Time,
    Uuid,
    Binary,
    Json,
}

impl ColumnType {
    /// That of a field.
    pub fn of(ty: &Type) -> Self {
        match ty {
            Type::String | Type::Enum(_) => Self::Text,
            Type::Integer => Self::Integer,
            Type::Number => Self::Number,
            Type::Boolean => Self::Boolean,
            Type::Decimal => Self::Decimal,
            Type::Timestamp(_) => Self::Timestamp,
            Type::Date(_) => Self::Date,
            Type::Time(_) => Self::Time,
            Type::Uuid => Self::Uuid,
            Type::Binary => Self::Binary,
            Type::Json | Type::Map(_) | Type::List(_) | Type::Struct(_) | Type::Union(_) => {
                Self::Json
            }
        }
    }

    /// The variant of the runtime's `ColumnType`, and in lower case the method of its `RowWriter`.
    pub fn variant(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Integer => "Integer",
            Self::Number => "Number",
            Self::Boolean => "Boolean",
            Self::Decimal => "Decimal",
            Self::Timestamp => "Timestamp",
            Self::Date => "Date",
            Self::Time => "Time",
            Self::Uuid => "Uuid",
            Self::Binary => "Binary",
            Self::Json => "Json",
        }
    }
}

/// The table of a resource.
pub fn of(resource: &Resource) -> Table<'_> {
    let record = &resource.record;
    Table {
        name: &resource.name.wire,
        description: resource.description.as_deref(),
        columns: columns(record),
        primary_key: key_columns(record, &record.primary_key),
        merge_key: key_columns(record, &record.merge_key),
        disposition: &resource.disposition,
        hard_delete: hard_delete(record, &resource.disposition),
    }
}

/// The columns of a record: its fields, keys that lie inside of objects, and the fields that no type declares.
pub fn columns(record: &Record) -> Vec<Column<'_>> {
    let fields = record.structs.first().map_or(&[][..], |root| &root.fields);
    let mut columns: Vec<_> = fields.iter().map(|field| column(vec![field])).collect();
    let nested = record.primary_key.iter().chain(&record.merge_key);
    for path in nested.filter(|path| path.len() > 1) {
        let column = column(way(record, path));
        if columns.iter().all(|other| other.name != column.name) {
            columns.push(column);
        }
    }
    columns.extend(record.keep_unknown.as_ref().map(|rest| {
        let name = rest.trim_start_matches("r#").to_owned();
        Column {
            wire: name.clone(),
            name,
            kind: ColumnType::Json,
            nullable: false,
            description: Some("Fields that no column is for."),
            origin: Origin::Unknown(rest),
        }
    }));
    columns
}

fn column(way: Vec<&Field>) -> Column<'_> {
    let leaf = way.last();
    Column {
        name: name(&way),
        wire: wire(&way),
        kind: leaf.map_or(ColumnType::Json, |field| ColumnType::of(&field.ty)),
        nullable: leaf.is_some_and(|field| field.nullable),
        description: leaf.and_then(|field| field.description.as_deref()),
        origin: Origin::Field(way),
    }
}

fn name(way: &[&Field]) -> String {
    let names: Vec<_> = way.iter().map(|field| plain(&field.name)).collect();
    names.join("__")
}

fn wire(way: &[&Field]) -> String {
    let names: Vec<_> = way.iter().map(|field| field.name.wire.as_str()).collect();
    names.join(".")
}

/// The names of the columns of a key.
pub fn key_columns(record: &Record, paths: &[Vec<String>]) -> Vec<String> {
    paths.iter().map(|path| name(&way(record, path))).collect()
}

/// The fields that a path of wire names leads through.
fn way<'m>(record: &'m Record, path: &[String]) -> Vec<&'m Field> {
    let mut place: Option<&Struct> = record.structs.first();
    let mut way = Vec::new();
    for wire in path {
        let fields = place.map_or(&[][..], |place| &place.fields);
        let Some(field) = fields.iter().find(|field| field.name.wire == *wire) else {
            break;
        };
        way.push(field);
        place = match &field.ty {
            Type::Struct(index) => record.structs.get(*index),
            _ => None,
        };
    }
    way
}

/// The column that marks deleted records.
pub fn hard_delete<'m>(record: &'m Record, disposition: &Disposition) -> Option<(&'m str, bool)> {
    let Disposition::Merge { hard_delete, .. } = disposition else {
        return None;
    };
    let wire = hard_delete.as_ref()?;
    let fields = &record.structs.first()?.fields;
    let field = fields.iter().find(|field| field.name.wire == *wire)?;
    Some((plain(&field.name), field.ty == Type::Boolean))
}
