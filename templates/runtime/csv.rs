//! CSV as in RFC 4180: commas, quotation marks where they are needed, null as nothing.

use std::fmt::{Display, Write};

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::error::{Error, Kind};
use super::load::Row;

/// Rows of a CSV file.
#[derive(Debug, Default)]
pub struct Csv {
    text: String,
    in_row: bool,
}

impl Csv {
    /// What was written since the last time.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    fn cell(&mut self, value: Option<impl Display>) -> Result<(), Error> {
        if self.in_row {
            self.text.push(',');
        }
        self.in_row = true;
        let start = self.text.len();
        if let Some(value) = value {
            let written = write!(self.text, "{value}");
            written.map_err(|error| {
                Error::new(Kind::Decode, format!("a value has no text: {error}"))
            })?;
        }
        if self
            .text
            .get(start..)
            .is_some_and(|cell| cell.contains([',', '"', '\n', '\r']))
        {
            let quoted = self.text.split_off(start).replace('"', "\"\"");
            self.text.extend(["\"", &quoted, "\""]);
        }
        Ok(())
    }
}

impl Row for Csv {
    fn text(&mut self, value: Option<&str>) -> Result<(), Error> {
        self.cell(value)?;
        if value == Some("") {
            // Null is nothing, the empty text is quoted.
            self.text.push_str("\"\"");
        }
        Ok(())
    }

    fn integer(&mut self, value: Option<i64>) -> Result<(), Error> {
        self.cell(value)
    }

    fn number(&mut self, value: Option<f64>) -> Result<(), Error> {
        self.cell(value)
    }

    fn boolean(&mut self, value: Option<bool>) -> Result<(), Error> {
        self.cell(value)
    }

    fn decimal(&mut self, value: Option<&str>) -> Result<(), Error> {
        self.cell(value)
    }

    fn timestamp(&mut self, value: Option<Timestamp>) -> Result<(), Error> {
        self.cell(value)
    }

    fn date(&mut self, value: Option<Date>) -> Result<(), Error> {
        self.cell(value)
    }

    fn time(&mut self, value: Option<Time>) -> Result<(), Error> {
        self.cell(value)
    }

    fn uuid(&mut self, value: Option<[u8; 16]>) -> Result<(), Error> {
        self.binary(value.as_ref().map(|bytes| &bytes[..]))
    }

    fn binary(&mut self, value: Option<&[u8]>) -> Result<(), Error> {
        self.cell(value.map(|bytes| {
            bytes
                .iter()
                .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
        }))
    }

    fn json(&mut self, value: Option<&str>) -> Result<(), Error> {
        self.cell(value)
    }

    fn end(&mut self) -> Result<(), Error> {
        self.text.push('\n');
        self.in_row = false;
        Ok(())
    }
}
