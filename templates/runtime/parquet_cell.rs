//! The values of a column on their way into a file of Parquet: one of its columns, or several for a list or an object.
//!
//! Levels say of each value how much of what is around it is there, and at which list it begins the next element; see
//! <https://parquet.apache.org/docs/file-format/nestedencoding/>. What is inside of a column may always be null.

use std::fs::File;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition};
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedRowGroupWriter;
use parquet::schema::types::{Type, TypePtr};

use super::error::{Error, Kind};
use super::nested::{Cell, Value};
use super::parquet_column::ParquetColumn;
use super::record::ColumnType;

/// A column of a table, or what is inside of one.
pub(super) struct ParquetCell {
    name: &'static str,
    kind: ColumnType,
    nullable: bool,
    /// The definition level of a value that is there.
    defined: i16,
    /// The repetition level of the next value.
    repetition: i16,
    content: Content,
}

enum Content {
    One(ParquetColumn),
    List {
        element: Box<ParquetCell>,
        /// The repetition level of elements after the first.
        again: i16,
    },
    Struct(Vec<ParquetCell>),
}

impl ParquetCell {
    /// A column without values.
    pub fn new(name: &'static str, kind: ColumnType, nullable: bool) -> Self {
        Self::inside_of(name, kind, nullable, 0, 0)
    }

    /// The same below these definition and repetition levels.
    fn inside_of(
        name: &'static str,
        kind: ColumnType,
        nullable: bool,
        defined: i16,
        again: i16,
    ) -> Self {
        let defined = defined + i16::from(nullable);
        let content = match kind {
            ColumnType::List(element) => {
                let again = again + 1;
                let element = Self::inside_of("element", *element, true, defined + 1, again);
                Content::List {
                    element: Box::new(element),
                    again,
                }
            }
            ColumnType::Struct(columns) => {
                let fields = columns
                    .iter()
                    .map(|column| Self::inside_of(column.name, column.kind, true, defined, again));
                Content::Struct(fields.collect())
            }
            single => Content::One(ParquetColumn::new(name, single, defined, again > 0)),
        };
        Self {
            name,
            kind,
            nullable,
            defined,
            repetition: 0,
            content,
        }
    }

    /// How the file declares it.
    pub fn declared(&self) -> Result<TypePtr, ParquetError> {
        let repetition = if self.nullable {
            Repetition::OPTIONAL
        } else {
            Repetition::REQUIRED
        };
        let group = Type::group_type_builder(self.name).with_repetition(repetition);
        let group = match &self.content {
            Content::One(column) => return column.declared(repetition),
            Content::List { element, .. } => {
                let list = Type::group_type_builder("list")
                    .with_repetition(Repetition::REPEATED)
                    .with_fields(vec![element.declared()?]);
                group
                    .with_logical_type(Some(LogicalType::List))
                    .with_fields(vec![Arc::new(list.build()?)])
            }
            Content::Struct(fields) => {
                let fields = fields.iter().map(Self::declared);
                group.with_fields(fields.collect::<Result<_, _>>()?)
            }
        };
        group.build().map(Arc::new)
    }

    /// About how many bytes the values take.
    pub fn bytes(&self) -> usize {
        match &self.content {
            Content::One(column) => column.bytes(),
            Content::List { element, .. } => element.bytes(),
            Content::Struct(fields) => fields.iter().map(Self::bytes).sum(),
        }
    }

    /// Writes the values, and has none then.
    pub fn write(
        &mut self,
        group: &mut SerializedRowGroupWriter<'_, File>,
    ) -> Result<(), ParquetError> {
        match &mut self.content {
            Content::One(column) => {
                let Some(mut chunk) = group.next_column()? else {
                    return Ok(());
                };
                column.write(chunk.untyped())?;
                chunk.close()
            }
            Content::List { element, .. } => element.write(group),
            Content::Struct(fields) => fields.iter_mut().try_for_each(|field| field.write(group)),
        }
    }

    /// Counts that there is nothing, up to a definition level.
    fn absent(&mut self, defined: i16, repetition: i16) {
        match &mut self.content {
            Content::One(column) => column.absent(defined, repetition),
            Content::List { element, .. } => element.absent(defined, repetition),
            Content::Struct(fields) => {
                for field in fields {
                    field.absent(defined, repetition);
                }
            }
        }
    }

    fn refused(&self, reason: &str) -> Error {
        Error::new(Kind::Load, format!("the column `{}` {reason}", self.name))
    }
}

impl Cell for ParquetCell {
    fn kind(&self) -> ColumnType {
        self.kind
    }

    fn take(&mut self, value: Value<'_>) -> Result<(), Error> {
        match (&mut self.content, value) {
            (_, Value::Null) if self.nullable => self.absent(self.defined - 1, self.repetition),
            (_, Value::Null) => return Err(self.refused("is null")),
            (Content::One(column), value) => column.take(value, self.repetition)?,
            _ => return Err(self.refused("takes no single value")),
        }
        Ok(())
    }

    fn inside(&mut self, at: usize) -> Result<&mut dyn Cell, Error> {
        let (cell, repetition) = match &mut self.content {
            Content::List { element, again } => {
                let repetition = if at > 0 { *again } else { self.repetition };
                (Some(&mut **element), repetition)
            }
            Content::Struct(fields) => (fields.get_mut(at), self.repetition),
            Content::One(_) => (None, 0),
        };
        let Some(cell) = cell else {
            let text = format!("the column `{}` has less in it", self.name);
            return Err(Error::new(Kind::Load, text));
        };
        cell.repetition = repetition;
        Ok(cell)
    }

    fn end(&mut self, number: usize) -> Result<(), Error> {
        if let Content::List { element, .. } = &mut self.content
            && number == 0
        {
            element.absent(self.defined, self.repetition);
        }
        Ok(())
    }
}
