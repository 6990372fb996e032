//! Files of Parquet, compressed by Snappy.
//!
//! | column | Parquet |
//! |---|---|
//! | text | `STRING` |
//! | integer, number, boolean | `INT64`, `DOUBLE`, `BOOLEAN` |
//! | decimal | `DECIMAL(38, 9)`; a value that has more digits is an error |
//! | timestamp | `TIMESTAMP` of microseconds in UTC: finer digits are cut |
//! | date | `DATE` |
//! | time | `TIME` of microseconds: finer digits are cut |
//! | uuid | `UUID` |
//! | binary | bytes |
//! | json | `JSON` |
//! | list, object | `LIST`, group, of the same types; its fields have names as columns have them |
//!
//! Rows are gathered up to a row group, which is at most 122,880 rows and about 32 MiB of values.

use std::fs::File;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use parquet::basic::{Compression, Encoding};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type};

use super::destination::Table;
use super::error::{Error, Kind};
use super::files::{Encoder, Format};
use super::load::{Row, Rows};
use super::nested::{Cell, Value};
use super::parquet_cell::ParquetCell;
use super::record::ColumnType;

/// Files of Parquet. Where rows are to be told from others, the columns `_spile_commit` and `_spile_row` come last.
pub static PARQUET: Format = Format {
    name: "parquet",
    nests: true,
    view: |sql| sql.parquet,
    encoder: begin,
};

/// Rows of a row group: what DuckDB reads at a time.
const ROWS: usize = 122_880;

/// Bytes of the values of a row group, from which on it is written.
const BYTES: usize = 32 * 1024 * 1024;

struct Writer {
    file: SerializedFileWriter<File>,
    group: Group,
}

/// The rows of a row group that is not written yet.
struct Group {
    table: &'static str,
    columns: Vec<ParquetCell>,
    /// The column that takes the next value.
    at: usize,
    rows: usize,
    /// Rows of the file.
    count: u64,
    /// Number of the commit and of the next record in it, where they are kept.
    mark: Option<(i64, i64)>,
}

fn begin(file: File, table: &Table, commit: Option<u64>) -> Result<Box<dyn Encoder>, Error> {
    let own = table.columns.iter();
    let mut columns: Vec<_> = own
        .map(|column| ParquetCell::new(column.name, column.kind, column.nullable))
        .collect();
    let mark = commit.map(|number| (number.cast_signed(), 0));
    if mark.is_some() {
        columns.extend(
            ["_spile_commit", ROW].map(|name| ParquetCell::new(name, ColumnType::Integer, false)),
        );
    }
    let fields = columns.iter().map(ParquetCell::declared);
    let fields = fields.collect::<Result<_, _>>().map_err(failed)?;
    let schema = Type::group_type_builder(table.name)
        .with_fields(fields)
        .build();
    let row = ColumnPath::from(ROW);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by("spile".to_owned())
        .set_column_dictionary_enabled(row.clone(), false)
        .set_column_encoding(row, Encoding::DELTA_BINARY_PACKED);
    let schema = Arc::new(schema.map_err(failed)?);
    let file = SerializedFileWriter::new(file, schema, Arc::new(properties.build()));
    Ok(Box::new(Writer {
        file: file.map_err(failed)?,
        group: Group {
            table: table.name,
            columns,
            at: 0,
            rows: 0,
            count: 0,
            mark,
        },
    }))
}

const ROW: &str = "_spile_row";

fn failed(error: ParquetError) -> Error {
    let text = match &error {
        ParquetError::External(cause) => format!("cannot be written: {cause}"),
        error => format!("cannot be written: {error}"),
    };
    Error::new(Kind::Load, text).because(error)
}

impl Writer {
    /// Writes the row group.
    fn flush(&mut self) -> Result<(), ParquetError> {
        let mut group = self.file.next_row_group()?;
        for column in &mut self.group.columns {
            column.write(&mut group)?;
        }
        group.close()?;
        self.group.rows = 0;
        Ok(())
    }
}

impl Encoder for Writer {
    fn write(&mut self, table: usize, rows: &dyn Rows) -> Result<(), Error> {
        rows.write_table(table, &mut self.group)?;
        let bytes: usize = self.group.columns.iter().map(ParquetCell::bytes).sum();
        if self.group.rows < ROWS && bytes < BYTES {
            return Ok(());
        }
        self.flush().map_err(failed)
    }

    fn finish(mut self: Box<Self>) -> Result<(File, u64), Error> {
        if self.group.rows > 0 {
            self.flush().map_err(failed)?;
        }
        let count = self.group.count;
        let file = self.file.into_inner().map_err(failed)?;
        Ok((file, count))
    }
}

impl Group {
    /// Gives a value to the next column.
    fn give(&mut self, value: Option<Value<'_>>) -> Result<(), Error> {
        let Some(column) = self.columns.get_mut(self.at) else {
            let text = format!("a row of `{}` has too many values", self.table);
            return Err(Error::new(Kind::Load, text));
        };
        self.at += 1;
        column.take(value.unwrap_or(Value::Null))
    }
}

impl Row for Group {
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
        let cell = self.columns.get_mut(self.at)?;
        if !cell.kind().is_nested() {
            return None;
        }
        self.at += 1;
        Some(cell)
    }

    fn end(&mut self) -> Result<(), Error> {
        if let Some((commit, row)) = self.mark {
            self.integer(Some(commit))?;
            self.integer(Some(row))?;
        }
        self.at = 0;
        self.rows += 1;
        self.count += 1;
        Ok(())
    }

    fn end_record(&mut self) {
        self.mark = self.mark.map(|(commit, row)| (commit, row + 1));
    }
}
