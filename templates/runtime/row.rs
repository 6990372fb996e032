//! Where records go: a row takes one typed value per column, in the order of the record's columns.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::Serialize;

/// Takes the values of one record; none is null.
pub trait RowWriter {
    /// What can go wrong there.
    type Error;

    /// Text, and the words of enums.
    fn text(&mut self, value: Option<&str>) -> Result<(), Self::Error>;
    /// A whole number.
    fn integer(&mut self, value: Option<i64>) -> Result<(), Self::Error>;
    /// A floating point number.
    fn number(&mut self, value: Option<f64>) -> Result<(), Self::Error>;
    /// True or false.
    fn boolean(&mut self, value: Option<bool>) -> Result<(), Self::Error>;
    /// A decimal number with all its digits.
    fn decimal(&mut self, value: Option<&str>) -> Result<(), Self::Error>;
    /// An instant.
    fn timestamp(&mut self, value: Option<Timestamp>) -> Result<(), Self::Error>;
    /// A calendar date.
    fn date(&mut self, value: Option<Date>) -> Result<(), Self::Error>;
    /// A time of day.
    fn time(&mut self, value: Option<Time>) -> Result<(), Self::Error>;
    /// A UUID.
    fn uuid(&mut self, value: Option<[u8; 16]>) -> Result<(), Self::Error>;
    /// Bytes.
    fn binary(&mut self, value: Option<&[u8]>) -> Result<(), Self::Error>;
    /// Lists, objects, and any JSON.
    fn json<T: Serialize + ?Sized>(&mut self, value: Option<&T>) -> Result<(), Self::Error>;
}

/// Takes the values of any number of rows, one after the other.
pub trait RelationWriter: RowWriter {
    /// All values of a row were given.
    fn end(&mut self) -> Result<(), Self::Error>;
}
