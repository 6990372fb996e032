//! The values of one column of Parquet on their way into a file.

use std::mem::take;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::errors::ParquetError;
use parquet::schema::types::{Type, TypePtr};

use super::epoch::{days, micros, of_day};
use super::error::{Error, Kind};
use super::nested::Value;
use super::record::ColumnType;
use super::scaled::{PRECISION, SCALE, scaled};

/// Values that are gathered, without the nulls.
enum Values {
    Boolean(Vec<bool>),
    Int(Vec<i32>),
    Long(Vec<i64>),
    Double(Vec<f64>),
    Bytes(Bytes),
}

/// Values of bytes.
#[derive(Default)]
struct Bytes {
    /// One value after the other.
    all: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
}

/// A column of a row group.
pub(super) struct ParquetColumn {
    name: &'static str,
    kind: ColumnType,
    /// The definition level of a value that is there.
    defined: i16,
    /// Whether it is in a list.
    repeated: bool,
    /// Per value or null its definition level; none where all are there.
    definitions: Vec<i16>,
    /// Per value or null its repetition level; none where it is in no list.
    repetitions: Vec<i16>,
    values: Values,
}

impl ParquetColumn {
    /// A column without values.
    pub fn new(name: &'static str, kind: ColumnType, defined: i16, repeated: bool) -> Self {
        let values = match kind {
            ColumnType::Boolean => Values::Boolean(Vec::new()),
            ColumnType::Date => Values::Int(Vec::new()),
            ColumnType::Integer | ColumnType::Timestamp | ColumnType::Time => {
                Values::Long(Vec::new())
            }
            ColumnType::Number => Values::Double(Vec::new()),
            _ => Values::Bytes(Bytes::default()),
        };
        Self {
            name,
            kind,
            defined,
            repeated,
            definitions: Vec::new(),
            repetitions: Vec::new(),
            values,
        }
    }

    /// How the file declares it.
    pub fn declared(&self, repetition: Repetition) -> Result<TypePtr, ParquetError> {
        let (physical, logical) = match self.kind {
            ColumnType::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            ColumnType::Integer => (Physical::INT64, None),
            ColumnType::Number => (Physical::DOUBLE, None),
            ColumnType::Boolean => (Physical::BOOLEAN, None),
            ColumnType::Decimal => {
                let logical = LogicalType::decimal(SCALE.into(), PRECISION.into());
                (Physical::FIXED_LEN_BYTE_ARRAY, Some(logical))
            }
            ColumnType::Timestamp => {
                let logical = LogicalType::timestamp(true, TimeUnit::MICROS);
                (Physical::INT64, Some(logical))
            }
            ColumnType::Date => (Physical::INT32, Some(LogicalType::Date)),
            ColumnType::Time => {
                let logical = LogicalType::time(false, TimeUnit::MICROS);
                (Physical::INT64, Some(logical))
            }
            ColumnType::Uuid => (Physical::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::Uuid)),
            ColumnType::Binary => (Physical::BYTE_ARRAY, None),
            _ => (Physical::BYTE_ARRAY, Some(LogicalType::Json)),
        };
        let mut column = Type::primitive_type_builder(self.name, physical)
            .with_repetition(repetition)
            .with_logical_type(logical);
        if physical == Physical::FIXED_LEN_BYTE_ARRAY {
            column = column.with_length(16);
        }
        if self.kind == ColumnType::Decimal {
            column = column
                .with_precision(PRECISION.into())
                .with_scale(SCALE.into());
        }
        column.build().map(Arc::new)
    }

    /// About how many bytes the values take.
    pub fn bytes(&self) -> usize {
        (self.definitions.len() + self.repetitions.len()) * 2
            + match &self.values {
                Values::Boolean(values) => values.len(),
                Values::Int(values) => values.len() * 4,
                Values::Long(values) => values.len() * 8,
                Values::Double(values) => values.len() * 8,
                // When it is written, each has a head of its own.
                Values::Bytes(values) => values.all.len() + values.ends.len() * 48,
            }
    }

    /// Writes the values, and has none then.
    pub fn write(&mut self, writer: &mut ColumnWriter<'_>) -> Result<(), ParquetError> {
        let definitions = (self.defined > 0).then_some(self.definitions.as_slice());
        let repetitions = self.repeated.then_some(self.repetitions.as_slice());
        match (&mut self.values, writer) {
            (Values::Boolean(values), ColumnWriter::BoolColumnWriter(writer)) => {
                writer.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            (Values::Int(values), ColumnWriter::Int32ColumnWriter(writer)) => {
                writer.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            (Values::Long(values), ColumnWriter::Int64ColumnWriter(writer)) => {
                writer.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            (Values::Double(values), ColumnWriter::DoubleColumnWriter(writer)) => {
                writer.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            (Values::Bytes(values), ColumnWriter::ByteArrayColumnWriter(writer)) => {
                let values: Vec<ByteArray> = values.take().collect();
                writer.write_batch(&values, definitions, repetitions)?;
            }
            (Values::Bytes(values), ColumnWriter::FixedLenByteArrayColumnWriter(writer)) => {
                let values = values.take().map(FixedLenByteArray::from);
                let values: Vec<_> = values.collect();
                writer.write_batch(&values, definitions, repetitions)?;
            }
            _ => {
                let text = format!("the column `{}` is declared otherwise", self.name);
                return Err(ParquetError::General(text));
            }
        }
        self.definitions.clear();
        self.repetitions.clear();
        Ok(())
    }

    /// Counts that there is nothing, up to a definition level.
    pub fn absent(&mut self, defined: i16, repetition: i16) {
        if self.defined > 0 {
            self.definitions.push(defined);
        }
        if self.repeated {
            self.repetitions.push(repetition);
        }
    }

    /// Takes a value that is there.
    pub fn take(&mut self, value: Value<'_>, repetition: i16) -> Result<(), Error> {
        match (value, &mut self.values) {
            (Value::Boolean(flag), Values::Boolean(values)) => values.push(flag),
            (Value::Date(day), Values::Int(values)) => values.push(days(day)),
            (Value::Integer(number), Values::Long(values)) => values.push(number),
            (Value::Timestamp(instant), Values::Long(values)) => values.push(micros(instant)),
            (Value::Time(time), Values::Long(values)) => values.push(of_day(time)),
            (Value::Number(number), Values::Double(values)) => values.push(number),
            (Value::Text(text) | Value::Json(text), Values::Bytes(values)) => {
                values.push(text.as_bytes());
            }
            (Value::Binary(bytes), Values::Bytes(values)) => values.push(bytes),
            (Value::Uuid(bytes), Values::Bytes(values)) => values.push(&bytes),
            (Value::Decimal(text), Values::Bytes(values)) => {
                values.push(&scaled(self.name, text)?.to_be_bytes());
            }
            _ => {
                let text = format!("the column `{}` is of type {}", self.name, self.kind);
                return Err(Error::new(Kind::Load, text));
            }
        }
        // Levels are the same as those of what is not there.
        self.absent(self.defined, repetition);
        Ok(())
    }
}

impl Bytes {
    fn push(&mut self, value: &[u8]) {
        self.all.extend_from_slice(value);
        self.ends.push(self.all.len());
    }

    /// The values, which are no longer here then.
    fn take(&mut self) -> impl Iterator<Item = ByteArray> {
        let all = ByteArray::from(take(&mut self.all));
        let mut start = 0;
        take(&mut self.ends).into_iter().map(move |end| {
            let value = all.slice(start, end - start);
            start = end;
            value
        })
    }
}
