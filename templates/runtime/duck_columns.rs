//! Rows on their way into DuckDB, gathered as columns of Arrow: that is how it takes them without a copy per value.

use std::collections::HashMap;
use std::sync::Arc;

use duckdb::arrow::array::{
    ArrayBuilder, ArrayRef, BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder,
    FixedSizeBinaryBuilder, Float64Builder, Int64Builder, StringBuilder, Time64MicrosecondBuilder,
    TimestampMicrosecondBuilder,
};
use duckdb::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use duckdb::arrow::error::ArrowError;
use duckdb::arrow::record_batch::RecordBatch;
use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::destination::Table;
use super::epoch::{days, micros, of_day};
use super::error::{Error, Kind};
use super::load::Row;
use super::record::{Column, ColumnType};
use super::scaled::{PRECISION, SCALE, scaled};

/// Rows that are gathered: ten of the vectors that DuckDB works with.
const ROWS: usize = 20_480;

/// Bytes of texts and the like from which on they are gathered no longer.
const BYTES: usize = 16 << 20;

const DECIMAL: DataType = DataType::Decimal128(PRECISION, SCALE.cast_signed());

/// Bytes of a UUID.
const UUID: i32 = 16;

/// The values of one column.
type Builder = Box<dyn ArrayBuilder>;

/// Rows that are gathered.
pub(super) struct DuckColumns {
    schema: SchemaRef,
    builders: Vec<Builder>,
    /// Which record each row belongs to.
    order: Int64Builder,
    /// The records since the last commit that are whole, those that were taken too.
    records: i64,
    rows: usize,
    bytes: usize,
}

impl DuckColumns {
    /// Without rows.
    pub fn new(table: &Table) -> Self {
        let order = Field::new("_spile_order", DataType::Int64, false);
        let fields: Vec<_> = table.columns.iter().map(field).chain([order]).collect();
        Self {
            schema: Arc::new(Schema::new(fields)),
            builders: builders(table),
            order: Int64Builder::new(),
            records: 0,
            rows: 0,
            bytes: 0,
        }
    }

    /// All rows, which are no longer here then; none where there are none.
    pub fn take(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        if self.rows == 0 {
            return Ok(None);
        }
        (self.rows, self.bytes) = (0, 0);
        let order: ArrayRef = Arc::new(self.order.finish());
        let arrays = self.builders.iter_mut().map(ArrayBuilder::finish);
        let arrays = arrays.chain([order]);
        RecordBatch::try_new(Arc::clone(&self.schema), arrays.collect()).map(Some)
    }

    fn is_full(&self) -> bool {
        self.rows >= ROWS || self.bytes >= BYTES
    }
}

/// A column as Arrow declares it.
fn field(column: &Column) -> Field {
    let kind = match column.kind {
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
    };
    let field = Field::new(column.name, kind, column.nullable);
    if column.kind != ColumnType::Uuid {
        return field;
    }
    let name = ("ARROW:extension:name".to_owned(), "arrow.uuid".to_owned());
    field.with_metadata(HashMap::from([name]))
}

fn builders(table: &Table) -> Vec<Builder> {
    let builders = table.columns.iter().map(|column| -> Builder {
        match column.kind {
            ColumnType::Text | ColumnType::Json => Box::new(StringBuilder::new()),
            ColumnType::Integer => Box::new(Int64Builder::new()),
            ColumnType::Number => Box::new(Float64Builder::new()),
            ColumnType::Boolean => Box::new(BooleanBuilder::new()),
            ColumnType::Decimal => Box::new(Decimal128Builder::new().with_data_type(DECIMAL)),
            ColumnType::Timestamp => {
                Box::new(TimestampMicrosecondBuilder::new().with_timezone("UTC"))
            }
            ColumnType::Date => Box::new(Date32Builder::new()),
            ColumnType::Time => Box::new(Time64MicrosecondBuilder::new()),
            ColumnType::Uuid => Box::new(FixedSizeBinaryBuilder::new(UUID)),
            ColumnType::Binary => Box::new(BinaryBuilder::new()),
        }
    });
    builders.collect()
}

/// Takes rows; `full` is called when there are enough.
pub(super) struct DuckRow<'c, F> {
    table: &'c Table,
    columns: &'c mut DuckColumns,
    full: F,
    /// The column whose value comes next.
    at: usize,
}

impl<'c, F> DuckRow<'c, F>
where
    F: FnMut(&mut DuckColumns) -> Result<(), Error>,
{
    pub fn new(table: &'c Table, columns: &'c mut DuckColumns, full: F) -> Self {
        Self {
            table,
            columns,
            full,
            at: 0,
        }
    }

    /// The values of the next column.
    fn next<B: ArrayBuilder>(&mut self) -> Result<&mut B, Error> {
        let at = self.at;
        self.at += 1;
        let builder = self.columns.builders.get_mut(at);
        let builder = builder.and_then(|builder| builder.as_any_mut().downcast_mut());
        builder.ok_or_else(|| {
            let text = format!("a row of `{}` has other columns", self.table.name);
            Error::new(Kind::Load, text)
        })
    }

    fn string(&mut self, value: Option<&str>) -> Result<(), Error> {
        self.columns.bytes += value.map_or(0, str::len);
        self.next::<StringBuilder>()?.append_option(value);
        Ok(())
    }
}

impl<F> Row for DuckRow<'_, F>
where
    F: FnMut(&mut DuckColumns) -> Result<(), Error>,
{
    fn text(&mut self, value: Option<&str>) -> Result<(), Error> {
        self.string(value)
    }

    fn integer(&mut self, value: Option<i64>) -> Result<(), Error> {
        self.next::<Int64Builder>()?.append_option(value);
        Ok(())
    }

    fn number(&mut self, value: Option<f64>) -> Result<(), Error> {
        self.next::<Float64Builder>()?.append_option(value);
        Ok(())
    }

    fn boolean(&mut self, value: Option<bool>) -> Result<(), Error> {
        self.next::<BooleanBuilder>()?.append_option(value);
        Ok(())
    }

    fn decimal(&mut self, value: Option<&str>) -> Result<(), Error> {
        let name = self
            .table
            .columns
            .get(self.at)
            .map_or("", |column| column.name);
        let value = value.map(|text| scaled(name, text)).transpose()?;
        self.next::<Decimal128Builder>()?.append_option(value);
        Ok(())
    }

    fn timestamp(&mut self, value: Option<Timestamp>) -> Result<(), Error> {
        let value = value.map(micros);
        self.next::<TimestampMicrosecondBuilder>()?
            .append_option(value);
        Ok(())
    }

    fn date(&mut self, value: Option<Date>) -> Result<(), Error> {
        self.next::<Date32Builder>()?.append_option(value.map(days));
        Ok(())
    }

    fn time(&mut self, value: Option<Time>) -> Result<(), Error> {
        let value = value.map(of_day);
        self.next::<Time64MicrosecondBuilder>()?
            .append_option(value);
        Ok(())
    }

    fn uuid(&mut self, value: Option<[u8; 16]>) -> Result<(), Error> {
        let values = self.next::<FixedSizeBinaryBuilder>()?;
        match value {
            None => values.append_null(),
            Some(bytes) => values.append_value(bytes).map_err(|error| {
                let text = format!("a UUID cannot be stored: {error}");
                Error::new(Kind::Load, text)
            })?,
        }
        Ok(())
    }

    fn binary(&mut self, value: Option<&[u8]>) -> Result<(), Error> {
        self.columns.bytes += value.map_or(0, <[u8]>::len);
        self.next::<BinaryBuilder>()?.append_option(value);
        Ok(())
    }

    fn json(&mut self, value: Option<&str>) -> Result<(), Error> {
        self.string(value)
    }

    fn end(&mut self) -> Result<(), Error> {
        self.at = 0;
        self.columns.order.append_value(self.columns.records);
        self.columns.rows += 1;
        if self.columns.is_full() {
            (self.full)(self.columns)?;
        }
        Ok(())
    }

    fn end_record(&mut self) {
        self.columns.records += 1;
    }
}
