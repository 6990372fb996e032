//! Files of JSON lines: one object a line, with the columns of the table in their order.
//!
//! | column | JSON |
//! |---|---|
//! | text, integer, number, boolean | the same |
//! | decimal | a string of the digits that the API sent |
//! | timestamp | a string in UTC with microseconds, `2026-01-31T08:00:00.000000Z`: finer digits are cut |
//! | date, time | strings: `2026-01-31`, `08:00:00.000000` |
//! | uuid | a string in lower case with hyphens |
//! | binary | a string of base64 |
//! | list, object, json | the same, with keys and values in the form that the API sends |

use std::fs::File;
use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::fmt::temporal::DateTimePrinter;
use serde::Serialize;

use super::destination::Table;
use super::error::{Error, Kind};
use super::files::{Encoder, Format};
use super::load::{Row, Rows};
use super::uuid::Uuid;

/// Files of JSON lines. Where rows are to be told from others, `_spile_commit` and `_spile_row` come last.
pub static JSONL: Format = Format {
    name: "jsonl",
    nests: false,
    view: |sql| sql.jsonl,
    encoder: begin,
};

/// Bytes that are gathered before they are written.
const GATHERED: usize = 256 * 1024;

const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(6));

struct Writer {
    file: File,
    lines: Lines,
}

/// Lines that are not written yet.
struct Lines {
    table: &'static str,
    /// What stands before the value of each column.
    keys: Vec<String>,
    /// The column that takes the next value.
    at: usize,
    /// Number of the commit and of the next record in it, where they are kept.
    mark: Option<(u64, u64)>,
    /// How many there were.
    count: u64,
    out: Vec<u8>,
    /// Room for texts.
    text: String,
}

fn begin(file: File, table: &Table, commit: Option<u64>) -> Result<Box<dyn Encoder>, Error> {
    let mut keys = Vec::new();
    for column in table.columns {
        let name = serde_json::to_string(column.name).map_err(unwritable)?;
        let before = if keys.is_empty() { '{' } else { ',' };
        keys.push(format!("{before}{name}:"));
    }
    let lines = Lines {
        table: table.name,
        keys,
        at: 0,
        mark: commit.map(|number| (number, 0)),
        count: 0,
        out: Vec::new(),
        text: String::new(),
    };
    Ok(Box::new(Writer { file, lines }))
}

fn unwritable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    let text = format!("a value has no JSON: {error}");
    Error::new(Kind::Load, text).because(error)
}

impl Writer {
    fn flush(&mut self) -> Result<(), Error> {
        let written = self.file.write_all(&self.lines.out);
        self.lines.out.clear();
        written.map_err(|error: io::Error| {
            let text = format!("cannot be written: {error}");
            Error::new(Kind::Load, text).because(error)
        })
    }
}

impl Encoder for Writer {
    fn write(&mut self, table: usize, rows: &dyn Rows) -> Result<(), Error> {
        rows.write_table(table, &mut self.lines)?;
        if self.lines.out.len() < GATHERED {
            return Ok(());
        }
        self.flush()
    }

    fn finish(mut self: Box<Self>) -> Result<(File, u64), Error> {
        self.flush()?;
        Ok((self.file, self.lines.count))
    }
}

impl Lines {
    /// What stands before the next value.
    fn key(&mut self) -> Result<(), Error> {
        let none = || {
            Error::new(
                Kind::Load,
                format!("a row of `{}` has too many values", self.table),
            )
        };
        let key = self.keys.get(self.at).ok_or_else(none)?;
        self.out.extend_from_slice(key.as_bytes());
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, value: impl Serialize) -> Result<(), Error> {
        self.key()?;
        serde_json::to_writer(&mut self.out, &value).map_err(unwritable)
    }

    /// A value that is printed, and needs no escapes.
    fn print<T: Copy>(
        &mut self,
        value: Option<T>,
        print: fn(T, &mut String) -> Result<(), jiff::Error>,
    ) -> Result<(), Error> {
        let Some(value) = value else {
            return self.value(());
        };
        self.key()?;
        self.text.clear();
        print(value, &mut self.text).map_err(unwritable)?;
        self.out.push(b'"');
        self.out.extend_from_slice(self.text.as_bytes());
        self.out.push(b'"');
        Ok(())
    }
}

impl Row for Lines {
    fn text(&mut self, value: Option<&str>) -> Result<(), Error> {
        self.value(value)
    }

    fn integer(&mut self, value: Option<i64>) -> Result<(), Error> {
        self.value(value)
    }

    fn number(&mut self, value: Option<f64>) -> Result<(), Error> {
        self.value(value)
    }

    fn boolean(&mut self, value: Option<bool>) -> Result<(), Error> {
        self.value(value)
    }

    fn decimal(&mut self, value: Option<&str>) -> Result<(), Error> {
        self.value(value)
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
        self.value(value.map(Uuid::from_bytes))
    }

    fn binary(&mut self, value: Option<&[u8]>) -> Result<(), Error> {
        self.value(value.map(|bytes| STANDARD.encode(bytes)))
    }

    fn json(&mut self, value: Option<&str>) -> Result<(), Error> {
        let Some(json) = value else {
            return self.value(());
        };
        self.key()?;
        // A line break in JSON is a blank between values: inside of texts it is escaped.
        let bytes = json.bytes().map(|byte| {
            if matches!(byte, b'\n' | b'\r') {
                b' '
            } else {
                byte
            }
        });
        self.out.extend(bytes);
        Ok(())
    }

    fn end(&mut self) -> Result<(), Error> {
        if self.keys.is_empty() {
            self.out.push(b'{');
        }
        if let Some((commit, row)) = self.mark {
            let comma = if self.keys.is_empty() { "" } else { "," };
            let mark = format!("{comma}\"_spile_commit\":{commit},\"_spile_row\":{row}");
            self.out.extend_from_slice(mark.as_bytes());
        }
        self.out.extend_from_slice(b"}\n");
        self.at = 0;
        self.count += 1;
        Ok(())
    }

    fn end_record(&mut self) {
        self.mark = self.mark.map(|(commit, row)| (commit, row + 1));
    }
}
