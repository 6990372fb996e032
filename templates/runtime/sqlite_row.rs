//! The values of rows as SQLite has them; which those are is said in the part `sqlite`.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::fmt::temporal::DateTimePrinter;
use rusqlite::Statement;
use rusqlite::types::ToSql;

use super::destination::Table;
use super::error::{Error, Kind};
use super::load::Row;
use super::sqlite::Sqlite;
use super::uuid::Uuid;

/// An instant as texts of which the later is the greater.
pub(super) fn instant(at: Timestamp) -> String {
    let mut text = String::new();
    // Writing into a string does not fail.
    let _written = PRINTER.print_timestamp(&at, &mut text);
    text
}

const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(6));

/// Binds the values of a row to a statement.
pub(super) struct Binder<'s, 'c> {
    destination: &'s Sqlite,
    table: &'s Table,
    statement: &'s mut Statement<'c>,
    /// The column that was bound last, from 1.
    column: usize,
    /// The number of the record that the row belongs to, where it is kept.
    record: Option<i64>,
    /// Room for texts.
    text: String,
}

impl<'s, 'c> Binder<'s, 'c> {
    pub fn new(
        destination: &'s Sqlite,
        table: &'s Table,
        statement: &'s mut Statement<'c>,
        record: Option<i64>,
    ) -> Self {
        Self {
            destination,
            table,
            statement,
            column: 0,
            record,
            text: String::new(),
        }
    }

    fn bind(&mut self, value: impl ToSql) -> Result<(), Error> {
        self.column += 1;
        let bound = self.statement.raw_bind_parameter(self.column, value);
        bound.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &rusqlite::Error) -> Error {
        let error = self.destination.failed(error);
        error.remark(format_args!("writing a row of `{}`", self.table.name))
    }

    /// Binds what is printed.
    fn print<T: Copy>(
        &mut self,
        value: Option<T>,
        print: fn(T, &mut String) -> Result<(), jiff::Error>,
    ) -> Result<(), Error> {
        let Some(value) = value else {
            return self.bind(None::<&str>);
        };
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let printed = print(value, &mut text);
        let bound = self.bind(text.as_str());
        self.text = text;
        printed.map_err(|error| Error::new(Kind::Load, format!("a value has no text: {error}")))?;
        bound
    }
}

impl Row for Binder<'_, '_> {
    fn text(&mut self, value: Option<&str>) -> Result<(), Error> {
        self.bind(value)
    }

    fn integer(&mut self, value: Option<i64>) -> Result<(), Error> {
        self.bind(value)
    }

    fn number(&mut self, value: Option<f64>) -> Result<(), Error> {
        self.bind(value)
    }

    fn boolean(&mut self, value: Option<bool>) -> Result<(), Error> {
        self.bind(value)
    }

    fn decimal(&mut self, value: Option<&str>) -> Result<(), Error> {
        self.bind(value)
    }

    fn timestamp(&mut self, value: Option<Timestamp>) -> Result<(), Error> {
        self.print(value, |value, text| PRINTER.print_timestamp(&value, text))
    }

    fn date(&mut self, value: Option<Date>) -> Result<(), Error> {
        self.print(value, |value, text| PRINTER.print_date(&value, text))
    }

    fn time(&mut self, value: Option<Time>) -> Result<(), Error> {
        self.print(value, |value, text| PRINTER.print_time(&value, text))
    }

    fn uuid(&mut self, value: Option<[u8; 16]>) -> Result<(), Error> {
        self.bind(value.map(|bytes| Uuid::from_bytes(bytes).to_string()))
    }

    fn binary(&mut self, value: Option<&[u8]>) -> Result<(), Error> {
        self.bind(value)
    }

    fn json(&mut self, value: Option<&str>) -> Result<(), Error> {
        self.bind(value)
    }

    fn end(&mut self) -> Result<(), Error> {
        if let Some(record) = self.record {
            self.bind(record)?;
        }
        self.column = 0;
        let done = self.statement.raw_execute();
        done.map(|_| ()).map_err(|error| self.failed(&error))
    }

    fn end_record(&mut self) {
        self.record = self.record.map(|record| record + 1);
    }
}
