//! The values of one column on their way into DuckDB, as columns of Arrow.

use std::collections::HashMap;
use std::sync::Arc;

use duckdb::arrow::array::{
    ArrayBuilder, ArrayRef, BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder,
    FixedSizeBinaryBuilder, Float64Builder, Int64Builder, ListArray, NullBufferBuilder,
    StringBuilder, StructArray, Time64MicrosecondBuilder, TimestampMicrosecondBuilder,
};
use duckdb::arrow::buffer::{OffsetBuffer, ScalarBuffer};
use duckdb::arrow::datatypes::{DataType, Field, Fields, TimeUnit};
use duckdb::arrow::error::ArrowError;

use super::epoch::{days, micros, of_day};
use super::error::{Error, Kind};
use super::nested::{Cell, Value};
use super::record::{Column, ColumnType};
use super::scaled::{PRECISION, SCALE, scaled};

const DECIMAL: DataType = DataType::Decimal128(PRECISION, SCALE.cast_signed());

/// Bytes of a UUID.
const UUID: i32 = 16;

/// A column, or what is inside of one.
pub(super) struct DuckCell {
    name: &'static str,
    kind: ColumnType,
    values: Values,
    /// About how many bytes its own values take.
    bytes: usize,
}

enum Values {
    One(Box<dyn ArrayBuilder>),
    List {
        element: Box<DuckCell>,
        /// Where the elements of each begin, and where those of the last end.
        offsets: Vec<i32>,
        nulls: NullBufferBuilder,
    },
    Struct {
        fields: Vec<DuckCell>,
        nulls: NullBufferBuilder,
    },
}

impl DuckCell {
    /// A column without values.
    pub fn new(column: &Column) -> Self {
        Self::of(column.name, column.kind)
    }

    fn of(name: &'static str, kind: ColumnType) -> Self {
        let values = match kind {
            ColumnType::List(element) => Values::List {
                element: Box::new(Self::of(name, *element)),
                offsets: vec![0],
                nulls: NullBufferBuilder::new(0),
            },
            ColumnType::Struct(columns) => Values::Struct {
                fields: columns.iter().map(Self::new).collect(),
                nulls: NullBufferBuilder::new(0),
            },
            single => Values::One(builder(single)),
        };
        Self {
            name,
            kind,
            values,
            bytes: 0,
        }
    }

    /// Whether there are lists in it.
    pub fn has_lists(&self) -> bool {
        match &self.values {
            Values::One(_) => false,
            Values::List { .. } => true,
            Values::Struct { fields, .. } => fields.iter().any(Self::has_lists),
        }
    }

    /// About how many bytes the values take.
    pub fn bytes(&self) -> usize {
        let inside = match &self.values {
            Values::One(_) => 0,
            Values::List { element, .. } => element.bytes(),
            Values::Struct { fields, .. } => fields.iter().map(Self::bytes).sum(),
        };
        self.bytes + inside
    }

    /// The values, which are no longer here then.
    pub fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        self.bytes = 0;
        Ok(match &mut self.values {
            Values::One(builder) => builder.finish(),
            Values::List {
                element,
                offsets,
                nulls,
            } => {
                let field = Arc::new(declared(element.name, element.kind, true));
                let offsets = ScalarBuffer::from(std::mem::replace(offsets, vec![0]));
                let (values, nulls) = (element.finish()?, nulls.finish());
                let list = ListArray::try_new(field, OffsetBuffer::new(offsets), values, nulls)?;
                Arc::new(list)
            }
            Values::Struct { fields, nulls } => {
                let declared = fields
                    .iter()
                    .map(|field| declared(field.name, field.kind, true));
                let declared = declared.collect();
                let values = fields.iter_mut().map(Self::finish);
                let values = values.collect::<Result<_, _>>()?;
                Arc::new(StructArray::try_new(declared, values, nulls.finish())?)
            }
        })
    }

    fn builder<B: ArrayBuilder>(&mut self) -> Result<&mut B, Error> {
        let builder = match &mut self.values {
            Values::One(builder) => builder.as_any_mut().downcast_mut(),
            Values::List { .. } | Values::Struct { .. } => None,
        };
        let (name, kind) = (self.name, self.kind);
        builder.ok_or_else(|| refused(name, kind))
    }

    fn null(&mut self) -> Result<(), Error> {
        match self.kind {
            ColumnType::Text | ColumnType::Json => self.builder::<StringBuilder>()?.append_null(),
            ColumnType::Integer => self.builder::<Int64Builder>()?.append_null(),
            ColumnType::Number => self.builder::<Float64Builder>()?.append_null(),
            ColumnType::Boolean => self.builder::<BooleanBuilder>()?.append_null(),
            ColumnType::Decimal => self.builder::<Decimal128Builder>()?.append_null(),
            ColumnType::Timestamp => self.builder::<TimestampMicrosecondBuilder>()?.append_null(),
            ColumnType::Date => self.builder::<Date32Builder>()?.append_null(),
            ColumnType::Time => self.builder::<Time64MicrosecondBuilder>()?.append_null(),
            ColumnType::Uuid => self.builder::<FixedSizeBinaryBuilder>()?.append_null(),
            ColumnType::Binary => self.builder::<BinaryBuilder>()?.append_null(),
            ColumnType::List(_) => self.end_list(0, false)?,
            ColumnType::Struct(_) => self.end_struct(false)?,
        }
        Ok(())
    }

    /// A list is complete, or null.
    fn end_list(&mut self, number: usize, is_there: bool) -> Result<(), Error> {
        let Values::List { offsets, nulls, .. } = &mut self.values else {
            return Err(refused(self.name, self.kind));
        };
        let start = offsets.last().copied().unwrap_or_default();
        let end = i32::try_from(number).ok();
        let end = end.and_then(|number| start.checked_add(number));
        let too_many = || {
            let text = format!("a list in the column `{}` is too long", self.name);
            Error::new(Kind::Load, text)
        };
        offsets.push(end.ok_or_else(too_many)?);
        nulls.append(is_there);
        Ok(())
    }

    /// An object is complete, or null.
    fn end_struct(&mut self, is_there: bool) -> Result<(), Error> {
        let Values::Struct { fields, nulls } = &mut self.values else {
            return Err(refused(self.name, self.kind));
        };
        nulls.append(is_there);
        if is_there {
            return Ok(());
        }
        fields.iter_mut().try_for_each(Self::null)
    }
}

impl Cell for DuckCell {
    fn kind(&self) -> ColumnType {
        self.kind
    }

    fn take(&mut self, value: Value<'_>) -> Result<(), Error> {
        self.bytes += size_of::<i64>();
        match value {
            Value::Null => self.null()?,
            Value::Text(text) | Value::Json(text) => {
                self.bytes += text.len();
                self.builder::<StringBuilder>()?.append_value(text);
            }
            Value::Integer(number) => self.builder::<Int64Builder>()?.append_value(number),
            Value::Number(number) => self.builder::<Float64Builder>()?.append_value(number),
            Value::Boolean(flag) => self.builder::<BooleanBuilder>()?.append_value(flag),
            Value::Decimal(text) => {
                let number = scaled(self.name, text)?;
                self.builder::<Decimal128Builder>()?.append_value(number);
            }
            Value::Timestamp(instant) => self
                .builder::<TimestampMicrosecondBuilder>()?
                .append_value(micros(instant)),
            Value::Date(day) => self.builder::<Date32Builder>()?.append_value(days(day)),
            Value::Time(time) => self
                .builder::<Time64MicrosecondBuilder>()?
                .append_value(of_day(time)),
            Value::Uuid(bytes) => {
                let appended = self
                    .builder::<FixedSizeBinaryBuilder>()?
                    .append_value(bytes);
                appended.map_err(|_| refused(self.name, self.kind))?;
            }
            Value::Binary(bytes) => {
                self.bytes += bytes.len();
                self.builder::<BinaryBuilder>()?.append_value(bytes);
            }
        }
        Ok(())
    }

    fn inside(&mut self, at: usize) -> Result<&mut dyn Cell, Error> {
        let cell = match &mut self.values {
            Values::One(_) => None,
            Values::List { element, .. } => Some(&mut **element),
            Values::Struct { fields, .. } => fields.get_mut(at),
        };
        match cell {
            Some(cell) => Ok(cell),
            None => Err(refused(self.name, self.kind)),
        }
    }

    fn end(&mut self, number: usize) -> Result<(), Error> {
        match self.kind {
            ColumnType::List(_) => self.end_list(number, true),
            _ => self.end_struct(true),
        }
    }
}

fn refused(name: &str, kind: ColumnType) -> Error {
    let text = format!("the column `{name}` of type {kind} takes no such value");
    Error::new(Kind::Load, text)
}

/// A column as Arrow declares it.
pub(super) fn declared(name: &str, kind: ColumnType, nullable: bool) -> Field {
    let kind = match kind {
        ColumnType::Text | ColumnType::Json => DataType::Utf8,
        ColumnType::Integer => DataType::Int64,
        ColumnType::Number => DataType::Float64,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Decimal => DECIMAL,
        ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        ColumnType::Date => DataType::Date32,
        ColumnType::Time => DataType::Time64(TimeUnit::Microsecond),
        ColumnType::Uuid => DataType::FixedSizeBinary(UUID),
        ColumnType::Binary => DataType::Binary,
        ColumnType::List(element) => DataType::List(Arc::new(declared(name, *element, true))),
        ColumnType::Struct(columns) => {
            let fields = columns
                .iter()
                .map(|column| declared(column.name, column.kind, true));
            DataType::Struct(fields.collect::<Fields>())
        }
    };
    let is_uuid = kind == DataType::FixedSizeBinary(UUID);
    let field = Field::new(name, kind, nullable);
    if !is_uuid {
        return field;
    }
    let name = ("ARROW:extension:name".to_owned(), "arrow.uuid".to_owned());
    field.with_metadata(HashMap::from([name]))
}

/// Takes single values of a type.
fn builder(kind: ColumnType) -> Box<dyn ArrayBuilder> {
    match kind {
        ColumnType::Integer => Box::new(Int64Builder::new()),
        ColumnType::Number => Box::new(Float64Builder::new()),
        ColumnType::Boolean => Box::new(BooleanBuilder::new()),
        ColumnType::Decimal => Box::new(Decimal128Builder::new().with_data_type(DECIMAL)),
        ColumnType::Timestamp => Box::new(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
        ColumnType::Date => Box::new(Date32Builder::new()),
        ColumnType::Time => Box::new(Time64MicrosecondBuilder::new()),
        ColumnType::Uuid => Box::new(FixedSizeBinaryBuilder::new(UUID)),
        ColumnType::Binary => Box::new(BinaryBuilder::new()),
        _ => Box::new(StringBuilder::new()),
    }
}
