//! CsvRows of comma-separated values, read as JSON: one object per row, whose values are texts or null.

use std::borrow::Cow;

use csv::{ByteRecord, ReaderBuilder};
use serde_json::{Error as JsonError, to_writer};

use super::decode::text;
use super::error::{Error, Kind};

/// How rows are written.
#[derive(Debug, Clone, Copy)]
pub struct CsvRows {
    /// Between cells.
    pub delimiter: u8,
    /// Around cells that hold delimiters or line breaks; doubled inside.
    pub quote: u8,
    /// Names of the columns; the first row has them where there are none.
    pub header: &'static [&'static str],
    /// Cells that are null.
    pub nulls: &'static [&'static str],
    /// Columns that have to be there.
    pub columns: &'static [&'static str],
}

impl CsvRows {
    /// As in RFC 4180: commas, double quotes, names in the first row. Empty cells are null.
    pub const DEFAULT: Self = Self {
        delimiter: b',',
        quote: b'"',
        header: &[],
        nulls: &[""],
        columns: &[],
    };

    /// The rows of files as one JSON list; none where all are blank. A row of another length than its header is a text,
    /// which is no record.
    pub fn json(&self, files: &[impl AsRef<[u8]>]) -> Result<Option<Cow<'static, str>>, Error> {
        let mut list = Vec::new();
        for file in files {
            if let Some(text) = text(file.as_ref())? {
                self.append(text, &mut list)?;
            }
        }
        if list.is_empty() {
            return Ok(None);
        }
        list.push(b']');
        let list = String::from_utf8(list).map_err(unreadable)?;
        Ok(Some(Cow::Owned(list)))
    }

    fn append(&self, text: &str, list: &mut Vec<u8>) -> Result<(), Error> {
        let mut builder = ReaderBuilder::new();
        builder.delimiter(self.delimiter).quote(self.quote);
        let mut reader = builder
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut row = ByteRecord::new();
        let names = if self.header.is_empty() {
            reader.read_byte_record(&mut row).map_err(unreadable)?;
            let names = row.iter().map(String::from_utf8_lossy);
            names.map(Cow::into_owned).collect()
        } else {
            self.header.iter().map(|&name| name.to_owned()).collect()
        };
        self.check(&names)?;
        if list.is_empty() {
            list.push(b'[');
        }
        while reader.read_byte_record(&mut row).map_err(unreadable)? {
            if list.len() > 1 {
                list.push(b',');
            }
            self.row(&names, &row, list).map_err(unreadable)?;
        }
        Ok(())
    }

    /// Every column that is needed has to be there once.
    fn check(&self, names: &Vec<String>) -> Result<(), Error> {
        for column in self.columns {
            let text = match names.iter().filter(|name| name == column).count() {
                1 => continue,
                0 => format!("no column `{column}` in the response, its columns are {names:?}"),
                number => format!("{number} columns of the response are called `{column}`"),
            };
            return Err(Error::new(Kind::Decode, text));
        }
        Ok(())
    }

    fn row(&self, names: &[String], row: &ByteRecord, list: &mut Vec<u8>) -> Result<(), JsonError> {
        let cells = row.iter().map(String::from_utf8_lossy);
        if row.len() != names.len() {
            let (cells, columns) = (cells.collect::<Vec<_>>(), names.len());
            let text = format!("{} cells below {columns} columns: {cells:?}", row.len());
            return to_writer(list, &text);
        }
        list.push(b'{');
        for (at, (name, cell)) in names.iter().zip(cells).enumerate() {
            if at > 0 {
                list.push(b',');
            }
            to_writer(&mut *list, name)?;
            list.push(b':');
            let cell = Some(&cell).filter(|cell| !self.nulls.contains(&cell.as_ref()));
            to_writer(&mut *list, &cell)?;
        }
        list.push(b'}');
        Ok(())
    }
}

fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    let text = format!("the response cannot be read as rows: {error}");
    Error::new(Kind::Decode, text).because(error)
}
