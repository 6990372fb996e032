//! Records as rows, where neither the record nor the place that takes them is known.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::Serialize;

use super::error::{Error, Kind};
use super::nested::{self, Cell, Value};
use super::record::Record;
use super::row::{RelationWriter, RowWriter};

/// Records of one type on their way to where they are kept.
pub trait Rows: Send + Sync {
    /// How many there are.
    fn count(&self) -> usize;

    /// Writes each as a row of its columns, whatever its tables are.
    ///
    /// # Errors
    /// What the row says.
    fn write(&self, row: &mut dyn Row) -> Result<(), Error>;

    /// Writes what each is in a table: `0` is that of the records, `1` the first of those of lists.
    ///
    /// # Errors
    /// What the row says.
    fn write_table(&self, table: usize, row: &mut dyn Row) -> Result<(), Error>;

    /// Writes each as one line of JSON.
    ///
    /// # Errors
    /// A record that has no JSON.
    fn lines(&self, out: &mut Vec<u8>) -> Result<(), Error>;
}

/// Takes the values of one row after the other: one per column in their order, then the end of the row.
#[expect(missing_docs, reason = "as those of `RowWriter`")]
pub trait Row {
    fn text(&mut self, value: Option<&str>) -> Result<(), Error>;
    fn integer(&mut self, value: Option<i64>) -> Result<(), Error>;
    fn number(&mut self, value: Option<f64>) -> Result<(), Error>;
    fn boolean(&mut self, value: Option<bool>) -> Result<(), Error>;
    fn decimal(&mut self, value: Option<&str>) -> Result<(), Error>;
    fn timestamp(&mut self, value: Option<Timestamp>) -> Result<(), Error>;
    fn date(&mut self, value: Option<Date>) -> Result<(), Error>;
    fn time(&mut self, value: Option<Time>) -> Result<(), Error>;
    fn uuid(&mut self, value: Option<[u8; 16]>) -> Result<(), Error>;
    fn binary(&mut self, value: Option<&[u8]>) -> Result<(), Error>;
    /// Lists, objects, and any JSON.
    fn json(&mut self, value: Option<&str>) -> Result<(), Error>;
    /// The place of the next value, if it is a list or an object and is taken with the types of what is in it; none where it
    /// is taken as JSON.
    fn nested(&mut self) -> Option<&mut dyn Cell> {
        None
    }
    /// All columns were given.
    fn end(&mut self) -> Result<(), Error>;
    /// All rows of a record were given.
    fn end_record(&mut self) {}
}

impl<R: Record> Rows for Vec<R> {
    fn count(&self) -> usize {
        self.len()
    }

    fn write(&self, row: &mut dyn Row) -> Result<(), Error> {
        let mut columns = Columns {
            row,
            json: Vec::new(),
        };
        for record in self {
            record.write(&mut columns)?;
            columns.row.end()?;
        }
        Ok(())
    }

    fn write_table(&self, table: usize, row: &mut dyn Row) -> Result<(), Error> {
        let mut columns = Columns {
            row,
            json: Vec::new(),
        };
        for record in self {
            record.write_relation(table, &mut columns)?;
            columns.row.end_record();
        }
        Ok(())
    }

    fn lines(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        for record in self {
            serde_json::to_writer(&mut *out, record).map_err(unwritable)?;
            out.push(b'\n');
        }
        Ok(())
    }
}

fn unwritable(error: impl std::error::Error) -> Error {
    Error::new(Kind::Decode, format!("a record cannot be written: {error}"))
}

/// The columns of a record, given to a row.
struct Columns<'r> {
    row: &'r mut dyn Row,
    /// Room for JSON.
    json: Vec<u8>,
}

impl RowWriter for Columns<'_> {
    type Error = Error;

    fn text(&mut self, value: Option<&str>) -> Result<(), Error> {
        self.row.text(value)
    }

    fn integer(&mut self, value: Option<i64>) -> Result<(), Error> {
        self.row.integer(value)
    }

    fn number(&mut self, value: Option<f64>) -> Result<(), Error> {
        self.row.number(value)
    }

    fn boolean(&mut self, value: Option<bool>) -> Result<(), Error> {
        self.row.boolean(value)
    }

    fn decimal(&mut self, value: Option<&str>) -> Result<(), Error> {
        self.row.decimal(value)
    }

    fn timestamp(&mut self, value: Option<Timestamp>) -> Result<(), Error> {
        self.row.timestamp(value)
    }

    fn date(&mut self, value: Option<Date>) -> Result<(), Error> {
        self.row.date(value)
    }

    fn time(&mut self, value: Option<Time>) -> Result<(), Error> {
        self.row.time(value)
    }

    fn uuid(&mut self, value: Option<[u8; 16]>) -> Result<(), Error> {
        self.row.uuid(value)
    }

    fn binary(&mut self, value: Option<&[u8]>) -> Result<(), Error> {
        self.row.binary(value)
    }

    fn json<T: Serialize + ?Sized>(&mut self, value: Option<&T>) -> Result<(), Error> {
        if let Some(cell) = self.row.nested() {
            return match value {
                Some(value) => nested::give(value, cell),
                None => cell.take(Value::Null),
            };
        }
        let Some(value) = value else {
            return self.row.json(None);
        };
        self.json.clear();
        serde_json::to_writer(&mut self.json, value).map_err(unwritable)?;
        let text = str::from_utf8(&self.json).map_err(unwritable)?;
        self.row.json(Some(text))
    }
}

impl RelationWriter for Columns<'_> {
    fn end(&mut self) -> Result<(), Error> {
        self.row.end()
    }
}
