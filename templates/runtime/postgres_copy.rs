//! Rows in the binary form that PostgreSQL takes by `COPY`: per row the number of its columns, per column the length of
//! its value and the value; see <https://www.postgresql.org/docs/current/sql-copy.html>.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::destination::Table;
use super::error::{Error, Kind};
use super::load::Row;
use super::postgres_numeric::numeric;
use super::record::{Column, ColumnType};
use super::seen_keys::SeenKeys;
use super::uuid::Uuid;

/// What comes before all rows: a signature, flags, an extension of no bytes.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// What comes after all rows.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();

/// The length of null.
const NULL: [u8; 4] = (-1_i32).to_be_bytes();

/// Seconds from 1970 to 2000, where PostgreSQL begins to count.
const EPOCH_SECONDS: i64 = 946_684_800;

const EPOCH: Date = Date::constant(2000, 1, 1);

/// The first instant that there is: the beginning of 4713 BC in the Julian calendar, in microseconds.
const FIRST_INSTANT: i64 = -211_813_488_000_000_000;

/// The day of the same, in days.
const FIRST_DAY: i64 = -2_451_545;

/// Characters of a value that an error shows.
const SHOWN: usize = 60;

/// Rows on their way into a staging table, each with the number of its record among those that came.
#[derive(Debug, Default)]
pub(super) struct Staged {
    bytes: Vec<u8>,
    /// Records since the last commit, those that were sent too.
    count: i64,
    /// The keys of the rows since the last commit, where those that repeat matter.
    keys: Option<SeenKeys>,
}

impl Staged {
    /// Without rows; whether a key came twice is only known if it is said so.
    pub fn new(knows_keys: bool) -> Self {
        Self {
            keys: knows_keys.then(SeenKeys::default),
            ..Self::default()
        }
    }

    /// Drops all.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.count = 0;
        if let Some(keys) = &mut self.keys {
            keys.clear();
        }
    }

    /// Whether a key may have come twice since the last commit.
    pub fn may_repeat(&self) -> bool {
        self.keys.as_ref().is_some_and(SeenKeys::may_repeat)
    }

    /// Bytes that wait.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// All that wait, to be sent as one `COPY`; none where nothing does.
    pub fn end(&mut self) -> Option<&[u8]> {
        if self.bytes.is_empty() {
            return None;
        }
        self.bytes.extend(TRAILER);
        Some(&self.bytes)
    }

    /// They were sent: there is room for others.
    pub fn sent(&mut self) {
        self.bytes.clear();
    }
}

/// Takes rows; `full` is called after each.
pub(super) struct CopyRow<'s, F> {
    table: &'s Table,
    staged: &'s mut Staged,
    full: F,
    /// Where the row begins.
    start: usize,
    /// The column whose value comes next.
    column: usize,
    /// A column whose value cannot be stored, and why.
    refused: Option<(usize, String)>,
}

impl<'s, F> CopyRow<'s, F>
where
    F: FnMut(&mut Staged) -> Result<(), Error>,
{
    pub fn new(table: &'s Table, staged: &'s mut Staged, full: F) -> Self {
        Self {
            table,
            staged,
            full,
            start: 0,
            column: 0,
            refused: None,
        }
    }

    /// Begins a value.
    fn begin(&mut self) -> Result<(), Error> {
        if self.column == 0 {
            if self.staged.bytes.is_empty() {
                self.staged.bytes.extend(HEADER);
            }
            self.start = self.staged.bytes.len();
            let columns = i16::try_from(self.table.columns.len() + 1).map_err(|_| {
                let text = format!("the table `{}` has too many columns", self.table.name);
                Error::new(Kind::Load, text)
            })?;
            self.staged.bytes.extend(columns.to_be_bytes());
        }
        self.column += 1;
        Ok(())
    }

    fn null(&mut self) -> Result<(), Error> {
        self.begin()?;
        self.staged.bytes.extend(NULL);
        Ok(())
    }

    /// A value of some bytes.
    fn put<const N: usize>(&mut self, value: Option<[u8; N]>) -> Result<(), Error> {
        match value {
            None => self.null(),
            Some(value) => self.put_bytes(&[], &value),
        }
    }

    /// A value of any number of bytes, in two parts.
    fn put_bytes(&mut self, before: &[u8], value: &[u8]) -> Result<(), Error> {
        let Ok(length) = i32::try_from(before.len() + value.len()) else {
            return self.refuse(format!(
                "has {} bytes, more than a value can have",
                value.len()
            ));
        };
        self.begin()?;
        let bytes = &mut self.staged.bytes;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(before);
        bytes.extend_from_slice(value);
        Ok(())
    }

    /// The value cannot be stored. That is said at the end of the row, where its key is known.
    fn refuse(&mut self, reason: String) -> Result<(), Error> {
        self.refused.get_or_insert((self.column, reason));
        self.null()
    }

    fn refusal(&self, column: usize, reason: &str) -> Error {
        let name = self
            .table
            .columns
            .get(column)
            .map_or("", |column| column.name);
        let key = match self.key() {
            Some(key) => format!(" of the row {key}"),
            None => String::new(),
        };
        let text = format!(
            "the value of `{name}`{key} cannot be stored in `{}`: it {reason}",
            self.table.name
        );
        Error::new(Kind::Load, text)
    }

    /// The key of the row that ends, as people write it; none where there is none, or it is of a type that nobody reads.
    fn key(&self) -> Option<String> {
        let row = self.staged.bytes.get(self.start + 2..)?;
        let shown = key_values(self.table, row)
            .map(|(column, value)| Some(format!("`{}` {}", column.name, show(column, value)?)));
        let shown = shown.collect::<Option<Vec<_>>>()?;
        (!shown.is_empty()).then(|| shown.join(", "))
    }
}

/// The columns of the key, and their values in a row.
fn key_values<'r>(
    table: &Table,
    row: &'r [u8],
) -> impl Iterator<Item = (&'static Column, &'r [u8])> {
    let (mut rest, key) = (row, table.primary_key);
    let values = table.columns.iter().map_while(move |column| {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(i32::from_be_bytes(*length)).unwrap_or(0);
        let (value, after) = after.split_at_checked(length)?;
        rest = after;
        Some((column, value))
    });
    let key_values = values.filter(|(column, _)| key.contains(&column.name));
    key_values.take(key.len())
}

fn show(column: &Column, value: &[u8]) -> Option<String> {
    match column.kind {
        ColumnType::Text => Some(cut(str::from_utf8(value).ok()?)),
        ColumnType::Integer => Some(i64::from_be_bytes(value.try_into().ok()?).to_string()),
        ColumnType::Uuid => Some(Uuid::from_bytes(value.try_into().ok()?).to_string()),
        _ => None,
    }
}

/// A text of a length that can be read.
fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

impl<F> Row for CopyRow<'_, F>
where
    F: FnMut(&mut Staged) -> Result<(), Error>,
{
    fn text(&mut self, value: Option<&str>) -> Result<(), Error> {
        match value {
            None => self.null(),
            Some(text) if text.as_bytes().contains(&0) => {
                self.refuse("holds a NUL character, which PostgreSQL has in no text".to_owned())
            }
            Some(text) => self.put_bytes(&[], text.as_bytes()),
        }
    }

    fn integer(&mut self, value: Option<i64>) -> Result<(), Error> {
        self.put(value.map(i64::to_be_bytes))
    }

    fn number(&mut self, value: Option<f64>) -> Result<(), Error> {
        self.put(value.map(f64::to_be_bytes))
    }

    fn boolean(&mut self, value: Option<bool>) -> Result<(), Error> {
        self.put(value.map(|value| [u8::from(value)]))
    }

    fn decimal(&mut self, value: Option<&str>) -> Result<(), Error> {
        let Some(text) = value else {
            return self.null();
        };
        let place = self.staged.bytes.len();
        self.begin()?;
        // The length is known afterwards.
        let length = self.staged.bytes.len();
        self.staged.bytes.extend(NULL);
        let start = self.staged.bytes.len();
        let encoded = numeric(text, &mut self.staged.bytes);
        let bytes = &mut self.staged.bytes;
        match (encoded, u32::try_from(bytes.len() - start)) {
            (Ok(()), Ok(size)) => {
                if let Some(there) = bytes.get_mut(length..start) {
                    there.copy_from_slice(&size.to_be_bytes());
                }
                Ok(())
            }
            (encoded, _) => {
                bytes.truncate(place);
                self.column -= 1;
                let reason = encoded.err().unwrap_or("is too large");
                self.refuse(format!("{reason}: {}", cut(text)))
            }
        }
    }

    fn timestamp(&mut self, value: Option<Timestamp>) -> Result<(), Error> {
        let Some(instant) = value else {
            return self.null();
        };
        // What is finer than microseconds is cut, towards the past.
        let fraction = i64::from(instant.subsec_nanosecond()).div_euclid(1_000);
        let micros = (instant.as_second() - EPOCH_SECONDS) * 1_000_000 + fraction;
        if micros < FIRST_INSTANT {
            return self.refuse(format!("is before all instants of PostgreSQL: {instant}"));
        }
        self.put(Some(micros.to_be_bytes()))
    }

    fn date(&mut self, value: Option<Date>) -> Result<(), Error> {
        let Some(date) = value else {
            return self.null();
        };
        let days = date.duration_since(EPOCH).as_hours() / 24;
        match i32::try_from(days) {
            Ok(day) if days >= FIRST_DAY => self.put(Some(day.to_be_bytes())),
            _ => self.refuse(format!("is before all dates of PostgreSQL: {date}")),
        }
    }

    fn time(&mut self, value: Option<Time>) -> Result<(), Error> {
        let micros = value.map(|time| {
            let seconds = (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60
                + i64::from(time.second());
            seconds * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1_000
        });
        self.put(micros.map(i64::to_be_bytes))
    }

    fn uuid(&mut self, value: Option<[u8; 16]>) -> Result<(), Error> {
        self.put(value)
    }

    fn binary(&mut self, value: Option<&[u8]>) -> Result<(), Error> {
        match value {
            None => self.null(),
            Some(bytes) => self.put_bytes(&[], bytes),
        }
    }

    fn json(&mut self, value: Option<&str>) -> Result<(), Error> {
        match value {
            None => self.null(),
            Some(text) if has_nul(text) => self.refuse(
                "holds a NUL character (`\\u0000`), which PostgreSQL has in no text".to_owned(),
            ),
            // The version of the form, of which there is one.
            Some(text) => self.put_bytes(&[1], text.as_bytes()),
        }
    }

    fn end(&mut self) -> Result<(), Error> {
        if let Some((column, reason)) = self.refused.take() {
            return Err(self.refusal(column, &reason));
        }
        self.put(Some(self.staged.count.to_be_bytes()))?;
        self.column = 0;
        if let Staged {
            bytes,
            keys: Some(keys),
            ..
        } = &mut *self.staged
        {
            let row = bytes.get(self.start + 2..).unwrap_or_default();
            keys.add(key_values(self.table, row).map(|(_, value)| value));
        }
        (self.full)(self.staged)
    }

    fn end_record(&mut self) {
        self.staged.count += 1;
    }
}

/// Whether a text of JSON has `\u0000` in one of its texts; not so `\\u0000`, which is a backslash before letters.
fn has_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let before = json.as_bytes().get(..at).unwrap_or_default();
        let backslashes = before.iter().rev().take_while(|byte| **byte == b'\\');
        backslashes.count() % 2 == 0
    })
}
