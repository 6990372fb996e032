//! The values of one column on their way into a file of Parquet.

use std::mem::take;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::errors::ParquetError;
use parquet::schema::types::{Type, TypePtr};

use super::error::{Error, Kind};
use super::record::ColumnType;
use super::scaled::{PRECISION, SCALE, scaled};

/// Values that are gathered, without the nulls.
enum Values {
    Boolean(Vec<bool>),
    Int(Vec<i32>),
    Long(Vec<i64>),
    Double(Vec<f64>),
    Bytes {
        /// One value after the other.
        all: Vec<u8>,
        /// Where each ends.
        ends: Vec<usize>,
    },
}

/// A column of a row group.
pub(super) struct ParquetColumn {
    name: &'static str,
    kind: ColumnType,
    nullable: bool,
    /// Per row 1, or 0 for null; none where there are no nulls.
    levels: Vec<i16>,
    values: Values,
}

impl ParquetColumn {
    /// A column without values.
    pub fn new(name: &'static str, kind: ColumnType, nullable: bool) -> Self {
        let values = match kind {
            ColumnType::Boolean => Values::Boolean(Vec::new()),
            ColumnType::Date => Values::Int(Vec::new()),
            ColumnType::Integer | ColumnType::Timestamp | ColumnType::Time => {
                Values::Long(Vec::new())
            }
            ColumnType::Number => Values::Double(Vec::new()),
            ColumnType::Text
            | ColumnType::Decimal
            | ColumnType::Uuid
            | ColumnType::Binary
            | ColumnType::Json => Values::Bytes {
                all: Vec::new(),
                ends: Vec::new(),
            },
        };
        Self {
            name,
            kind,
            nullable,
            levels: Vec::new(),
            values,
        }
    }

    /// How the file declares it.
    pub fn declared(&self) -> Result<TypePtr, ParquetError> {
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
            ColumnType::Json => (Physical::BYTE_ARRAY, Some(LogicalType::Json)),
        };
        let mut column = Type::primitive_type_builder(self.name, physical)
            .with_repetition(if self.nullable {
                Repetition::OPTIONAL
            } else {
                Repetition::REQUIRED
            })
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
        self.levels.len() * 2
            + match &self.values {
                Values::Boolean(values) => values.len(),
                Values::Int(values) => values.len() * 4,
                Values::Long(values) => values.len() * 8,
                Values::Double(values) => values.len() * 8,
                // When it is written, each has a head of its own.
                Values::Bytes { all, ends } => all.len() + ends.len() * 48,
            }
    }

    /// Writes the values, and has none then.
    pub fn write(&mut self, writer: &mut ColumnWriter<'_>) -> Result<(), ParquetError> {
        let levels = self.nullable.then_some(self.levels.as_slice());
        match (&mut self.values, writer) {
            (Values::Boolean(values), ColumnWriter::BoolColumnWriter(writer)) => {
                writer.write_batch(values, levels, None)?;
                values.clear();
            }
            (Values::Int(values), ColumnWriter::Int32ColumnWriter(writer)) => {
                writer.write_batch(values, levels, None)?;
                values.clear();
            }
            (Values::Long(values), ColumnWriter::Int64ColumnWriter(writer)) => {
                writer.write_batch(values, levels, None)?;
                values.clear();
            }
            (Values::Double(values), ColumnWriter::DoubleColumnWriter(writer)) => {
                writer.write_batch(values, levels, None)?;
                values.clear();
            }
            (Values::Bytes { all, ends }, ColumnWriter::ByteArrayColumnWriter(writer)) => {
                let values: Vec<ByteArray> = slices(all, ends).collect();
                writer.write_batch(&values, levels, None)?;
            }
            (Values::Bytes { all, ends }, ColumnWriter::FixedLenByteArrayColumnWriter(writer)) => {
                let values = slices(all, ends).map(FixedLenByteArray::from);
                let values: Vec<_> = values.collect();
                writer.write_batch(&values, levels, None)?;
            }
            _ => {
                let text = format!("the column `{}` is declared otherwise", self.name);
                return Err(ParquetError::General(text));
            }
        }
        self.levels.clear();
        Ok(())
    }

    /// Counts a value or a null.
    fn level(&mut self, is_there: bool) -> Result<(), Error> {
        if self.nullable {
            self.levels.push(i16::from(is_there));
        } else if !is_there {
            return Err(self.refused("is null"));
        }
        Ok(())
    }

    fn refused(&self, reason: &str) -> Error {
        Error::new(Kind::Load, format!("the column `{}` {reason}", self.name))
    }

    /// Takes a boolean.
    pub fn boolean(&mut self, value: Option<bool>) -> Result<(), Error> {
        self.level(value.is_some())?;
        match &mut self.values {
            Values::Boolean(values) => values.extend(value),
            _ => return Err(self.refused("takes no boolean")),
        }
        Ok(())
    }

    /// Takes a number of 32 bits.
    pub fn int(&mut self, value: Option<i32>) -> Result<(), Error> {
        self.level(value.is_some())?;
        match &mut self.values {
            Values::Int(values) => values.extend(value),
            _ => return Err(self.refused("takes no date")),
        }
        Ok(())
    }

    /// Takes a number of 64 bits.
    pub fn long(&mut self, value: Option<i64>) -> Result<(), Error> {
        self.level(value.is_some())?;
        match &mut self.values {
            Values::Long(values) => values.extend(value),
            _ => return Err(self.refused("takes no whole number")),
        }
        Ok(())
    }

    /// Takes a floating point number.
    pub fn double(&mut self, value: Option<f64>) -> Result<(), Error> {
        self.level(value.is_some())?;
        match &mut self.values {
            Values::Double(values) => values.extend(value),
            _ => return Err(self.refused("takes no number")),
        }
        Ok(())
    }

    /// Takes bytes, and what is stored as such.
    pub fn slice(&mut self, value: Option<&[u8]>) -> Result<(), Error> {
        self.level(value.is_some())?;
        match (&mut self.values, value) {
            (Values::Bytes { all, ends }, Some(value)) => {
                all.extend_from_slice(value);
                ends.push(all.len());
            }
            (Values::Bytes { .. }, None) => {}
            _ => return Err(self.refused("takes no bytes")),
        }
        Ok(())
    }

    /// Takes a decimal number.
    pub fn decimal(&mut self, value: Option<&str>) -> Result<(), Error> {
        let Some(text) = value else {
            return self.slice(None);
        };
        let scaled = scaled(self.name, text)?;
        self.slice(Some(&scaled.to_be_bytes()))
    }
}

/// The values, which are no longer there then.
fn slices(all: &mut Vec<u8>, ends: &mut Vec<usize>) -> impl Iterator<Item = ByteArray> {
    let all = ByteArray::from(take(all));
    let mut start = 0;
    take(ends).into_iter().map(move |end| {
        let value = all.slice(start, end - start);
        start = end;
        value
    })
}
