//! Rows on their way into DuckDB, gathered as columns of Arrow: that is how it takes them without a copy per value.

use std::sync::Arc;

use duckdb::arrow::array::{ArrayRef, Int64Builder};
use duckdb::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use duckdb::arrow::error::ArrowError;
use duckdb::arrow::record_batch::RecordBatch;
use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::destination::Table;
use super::duck_cell::{DuckCell, declared};
use super::error::{Error, Kind};
use super::load::Row;
use super::nested::{Cell, Value};

/// Rows of the vectors that DuckDB works with.
const VECTOR: usize = 2_048;

/// Rows that are gathered.
const ROWS: usize = 10 * VECTOR;

/// Bytes of values from which on they are gathered no longer.
const BYTES: usize = 16 << 20;

/// Rows that are gathered.
pub(super) struct DuckColumns {
    schema: SchemaRef,
    cells: Vec<DuckCell>,
    /// Which record each row belongs to.
    order: Int64Builder,
    /// The records since the last commit that are whole, those that were taken too.
    records: i64,
    rows: usize,
    /// Rows that are gathered at most.
    most: usize,
}

impl DuckColumns {
    /// Without rows.
    pub fn new(table: &Table) -> Self {
        let columns = table.columns.iter();
        let fields = columns.map(|column| declared(column.name, column.kind, column.nullable));
        let order = Field::new("_spile_order", DataType::Int64, false);
        let fields: Vec<_> = fields.chain([order]).collect();
        let cells: Vec<_> = table.columns.iter().map(DuckCell::new).collect();
        // All elements of the lists that were gathered are copied for each vector.
        let has_lists = cells.iter().any(DuckCell::has_lists);
        Self {
            schema: Arc::new(Schema::new(fields)),
            cells,
            order: Int64Builder::new(),
            records: 0,
            rows: 0,
            most: if has_lists { VECTOR } else { ROWS },
        }
    }

    /// All rows, which are no longer here then; none where there are none.
    pub fn take(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        if self.rows == 0 {
            return Ok(None);
        }
        self.rows = 0;
        let order: ArrayRef = Arc::new(self.order.finish());
        let arrays = self.cells.iter_mut().map(DuckCell::finish);
        let arrays = arrays.chain([Ok(order)]).collect::<Result<_, _>>()?;
        RecordBatch::try_new(Arc::clone(&self.schema), arrays).map(Some)
    }

    fn is_full(&self) -> bool {
        self.rows >= self.most || self.cells.iter().map(DuckCell::bytes).sum::<usize>() >= BYTES
    }
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

    /// Gives a value to the next column.
    fn give(&mut self, value: Option<Value<'_>>) -> Result<(), Error> {
        let Some(cell) = self.columns.cells.get_mut(self.at) else {
            let text = format!("a row of `{}` has too many values", self.table.name);
            return Err(Error::new(Kind::Load, text));
        };
        self.at += 1;
        cell.take(value.unwrap_or(Value::Null))
    }
}

impl<F> Row for DuckRow<'_, F>
where
    F: FnMut(&mut DuckColumns) -> Result<(), Error>,
{
    fn text(&mut self, value: Option<&str>) -> Result<(), Error> {
        self.give(value.map(Value::Text))
    }

    fn integer(&mut self, value: Option<i64>) -> Result<(), Error> {
        self.give(value.map(Value::Integer))
    }

    fn number(&mut self, value: Option<f64>) -> Result<(), Error> {
        self.give(value.map(Value::Number))
    }

    fn boolean(&mut self, value: Option<bool>) -> Result<(), Error> {
        self.give(value.map(Value::Boolean))
    }

    fn decimal(&mut self, value: Option<&str>) -> Result<(), Error> {
        self.give(value.map(Value::Decimal))
    }

    fn timestamp(&mut self, value: Option<Timestamp>) -> Result<(), Error> {
        self.give(value.map(Value::Timestamp))
    }

    fn date(&mut self, value: Option<Date>) -> Result<(), Error> {
        self.give(value.map(Value::Date))
    }

    fn time(&mut self, value: Option<Time>) -> Result<(), Error> {
        self.give(value.map(Value::Time))
    }

    fn uuid(&mut self, value: Option<[u8; 16]>) -> Result<(), Error> {
        self.give(value.map(Value::Uuid))
    }

    fn binary(&mut self, value: Option<&[u8]>) -> Result<(), Error> {
        self.give(value.map(Value::Binary))
    }

    fn json(&mut self, value: Option<&str>) -> Result<(), Error> {
        self.give(value.map(Value::Json))
    }

    fn nested(&mut self) -> Option<&mut dyn Cell> {
        let cell = self.columns.cells.get_mut(self.at)?;
        if !cell.kind().is_nested() {
            return None;
        }
        self.at += 1;
        Some(cell)
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
