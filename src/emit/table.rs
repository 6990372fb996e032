//! The tables of a resource: their columns and keys, as records and SQL have them.

use super::native::Native;
use crate::model::{
    Disposition, Field, MergeStrategy, Record, Relation, RelationColumn, Resource, Type, column,
    joined, relations, wires,
};

/// A table of a resource: that of its records, or that of a list in them.
pub struct Table<'m> {
    /// Its name.
    pub name: String,
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
    /// The tables of the lists in its records.
    pub lists: Vec<Table<'m>>,
    /// Whether it is the table of a list.
    pub is_list: bool,
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
    /// Its type where lists and objects are JSON.
    pub kind: ColumnType,
    /// Its type where they are not.
    pub native: Native<'m>,
    /// Whether it may be null.
    pub nullable: bool,
    /// What it holds.
    pub description: Option<&'m str>,
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

    /// The method of the runtime's `RowWriter`.
    pub fn method(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Decimal => "decimal",
            Self::Timestamp => "timestamp",
            Self::Date => "date",
            Self::Time => "time",
            Self::Uuid => "uuid",
            Self::Binary => "binary",
            Self::Json => "json",
        }
    }

    /// The variant of the runtime's `ColumnType`.
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

/// The tables of a resource: that of its records, with those of their lists.
pub fn of(resource: &Resource) -> Table<'_> {
    let record = &resource.record;
    let mut relations = relations_of(resource).into_iter();
    let own = relations.next();
    let lists = relations.map(|relation| Table {
        name: relation.name.clone(),
        description: list_description(&relation),
        columns: columns_of(record, &relation),
        primary_key: relation.primary_key,
        merge_key: Vec::new(),
        disposition: &resource.disposition,
        hard_delete: None,
        lists: Vec::new(),
        is_list: true,
    });
    Table {
        name: resource.name.wire.clone(),
        description: resource.description.as_deref(),
        columns: match &own {
            Some(own) => columns_of(record, own),
            None => columns(record)
                .into_iter()
                .map(|(column, _)| column)
                .collect(),
        },
        primary_key: key_columns(record, &record.primary_key),
        merge_key: key_columns(record, &record.merge_key),
        disposition: &resource.disposition,
        hard_delete: hard_delete(record, &resource.disposition),
        lists: lists.collect(),
        is_list: false,
    }
}

/// The tables that the records are normalized into; none where they are not.
pub fn relations_of(resource: &Resource) -> Vec<Relation<'_>> {
    let normalized = resource.normalized;
    let relations = normalized.then(|| relations(&resource.name, &resource.record));
    relations.flatten().unwrap_or_default()
}

/// What a list is.
fn list_description<'m>(relation: &Relation<'m>) -> Option<&'m str> {
    let list = relation.lists.last()?;
    list.way.last()?.description.as_deref()
}

/// The columns of a table that a record is normalized into.
pub fn columns_of<'m>(record: &'m Record, relation: &Relation<'m>) -> Vec<Column<'m>> {
    let columns = relation.columns.iter();
    let columns = columns.map(|column: &RelationColumn<'_>| {
        let ty = column.ty.unwrap_or(&Type::Integer);
        Column {
            name: column.name.clone(),
            wire: column.wire.clone(),
            kind: ColumnType::of(ty),
            native: Native::of(record, ty),
            nullable: column.nullable,
            description: column.description,
        }
    });
    columns.collect()
}

/// The columns of a record, and where it has their values: its fields, keys that lie inside of objects, and the fields
/// that no type declares.
pub fn columns(record: &Record) -> Vec<(Column<'_>, Origin<'_>)> {
    let fields = record.structs.first().map_or(&[][..], |root| &root.fields);
    let mut columns: Vec<_> = fields
        .iter()
        .map(|field| in_field(record, vec![field]))
        .collect();
    let nested = record.primary_key.iter().chain(&record.merge_key);
    for path in nested.filter(|path| path.len() > 1) {
        let (column, origin) = in_field(record, record.way(path));
        if columns.iter().all(|(other, _)| other.name != column.name) {
            columns.push((column, origin));
        }
    }
    columns.extend(record.keep_unknown.as_ref().map(|rest| {
        let name = column(rest).to_owned();
        let column = Column {
            wire: name.clone(),
            name,
            kind: ColumnType::Json,
            native: Native::One(ColumnType::Json),
            nullable: false,
            description: Some("Fields that no column is for."),
        };
        (column, Origin::Unknown(rest))
    }));
    columns
}

/// The column of the field at the end of a way, and where a record has its value.
pub fn in_field<'m>(record: &'m Record, way: Vec<&'m Field>) -> (Column<'m>, Origin<'m>) {
    let leaf = way.last();
    let ty = leaf.map_or(&Type::Json, |field| &field.ty);
    let column = Column {
        name: joined(&way),
        wire: wires(&way),
        kind: ColumnType::of(ty),
        native: Native::of(record, ty),
        nullable: leaf.is_some_and(|field| field.nullable),
        description: leaf.and_then(|field| field.description.as_deref()),
    };
    (column, Origin::Field(way))
}

/// The names of the columns of a key.
pub fn key_columns(record: &Record, paths: &[Vec<String>]) -> Vec<String> {
    let ways = paths.iter().map(|path| record.way(path));
    ways.map(|way| joined(&way)).collect()
}

/// The column that marks deleted records.
pub fn hard_delete<'m>(record: &'m Record, disposition: &Disposition) -> Option<(&'m str, bool)> {
    let Disposition::Merge { hard_delete, .. } = disposition else {
        return None;
    };
    let wire = hard_delete.as_ref()?;
    let fields = &record.structs.first()?.fields;
    let field = fields.iter().find(|field| field.name.wire == *wire)?;
    Some((field.name.column(), field.ty == Type::Boolean))
}
