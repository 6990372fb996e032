//! Lists and objects value by value, for places whose columns have types for what is in them.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::ser::{self, Impossible, Serialize, SerializeSeq, SerializeStruct, Serializer};

use super::error::{Error, Kind};
use super::record::ColumnType;

/// A single value.
#[expect(missing_docs, reason = "as those of `ColumnType`")]
#[derive(Debug, Clone, Copy)]
pub enum Value<'v> {
    Null,
    Text(&'v str),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Decimal(&'v str),
    Timestamp(Timestamp),
    Date(Date),
    Time(Time),
    Uuid([u8; 16]),
    Binary(&'v [u8]),
    Json(&'v str),
}

/// A place for values of one type, which it takes one after the other.
pub trait Cell {
    /// The type.
    fn kind(&self) -> ColumnType;

    /// Takes a single value, or null in place of a list or an object.
    ///
    /// # Errors
    /// It cannot be stored.
    fn take(&mut self, value: Value<'_>) -> Result<(), Error>;

    /// The place of the next element of a list, or of the field at a position in an object.
    ///
    /// # Errors
    /// There is none.
    fn inside(&mut self, at: usize) -> Result<&mut dyn Cell, Error>;

    /// All elements, so many, or all fields were given.
    ///
    /// # Errors
    /// They cannot be stored.
    fn end(&mut self, number: usize) -> Result<(), Error>;
}

/// Gives a value to a place of its type.
///
/// # Errors
/// It cannot be stored.
pub(super) fn give<T: Serialize + ?Sized>(value: &T, cell: &mut dyn Cell) -> Result<(), Error> {
    if cell.kind() != ColumnType::Json {
        let given = value.serialize(Giver(cell));
        return given.map_err(|Failure(error)| error);
    }
    let text = serde_json::to_string(value)
        .map_err(|error| Error::new(Kind::Load, format!("a value has no JSON: {error}")))?;
    cell.take(match &*text {
        "null" => Value::Null,
        text => Value::Json(text),
    })
}

/// Gives a value that is serialized to a place. That is not for people to read: values come in the form of their type.
struct Giver<'c>(&'c mut dyn Cell);

impl Giver<'_> {
    fn take(self, value: Value<'_>) -> Result<(), Failure> {
        self.0.take(value).map_err(Failure)
    }

    fn read<T: std::str::FromStr<Err: fmt::Display>>(text: &str) -> Result<T, Failure> {
        text.parse()
            .map_err(|error| refused(&format!("`{text}` cannot be stored: {error}")))
    }

    /// A value that has another type than its place.
    fn unfit<T>(self, what: &str) -> Result<T, Failure> {
        let kind = self.0.kind();
        Err(refused(&format!("{what} is no value of type {kind}")))
    }
}

fn refused(text: &str) -> Failure {
    Failure(Error::new(Kind::Load, text.to_owned()))
}

/// An error, for serde.
#[derive(Debug)]
struct Failure(Error);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Failure {}

impl ser::Error for Failure {
    fn custom<T: fmt::Display>(text: T) -> Self {
        refused(&text.to_string())
    }
}

/// The elements of a list or the fields of an object, as they come.
struct Parts<'c> {
    cell: &'c mut dyn Cell,
    /// How many came.
    number: usize,
}

impl Parts<'_> {
    fn give<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        let cell = self.cell.inside(self.number).map_err(Failure)?;
        self.number += 1;
        give(value, cell).map_err(Failure)
    }
}

impl SerializeSeq for Parts<'_> {
    type Ok = ();
    type Error = Failure;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        self.give(value)
    }

    fn end(self) -> Result<(), Failure> {
        self.cell.end(self.number).map_err(Failure)
    }
}

impl SerializeStruct for Parts<'_> {
    type Ok = ();
    type Error = Failure;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        _key: &'static str,
        value: &T,
    ) -> Result<(), Failure> {
        self.give(value)
    }

    fn end(self) -> Result<(), Failure> {
        self.cell.end(self.number).map_err(Failure)
    }
}

macro_rules! unfit {
    ($($method:ident($($type:ty),*) $(-> $ok:ty)?, $what:literal;)*) => {$(
        fn $method(self, $(_: $type),*) -> Result<unfit!(@ok $($ok)?), Failure> {
            self.unfit($what)
        }
    )*};
    (@ok) => { () };
    (@ok $ok:ty) => { $ok };
}

impl<'c> Serializer for Giver<'c> {
    type Ok = ();
    type Error = Failure;
    type SerializeSeq = Parts<'c>;
    type SerializeStruct = Parts<'c>;
    type SerializeTuple = Impossible<(), Failure>;
    type SerializeTupleStruct = Impossible<(), Failure>;
    type SerializeTupleVariant = Impossible<(), Failure>;
    type SerializeMap = Impossible<(), Failure>;
    type SerializeStructVariant = Impossible<(), Failure>;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, value: bool) -> Result<(), Failure> {
        self.take(Value::Boolean(value))
    }

    fn serialize_i64(self, value: i64) -> Result<(), Failure> {
        self.take(Value::Integer(value))
    }

    fn serialize_f64(self, value: f64) -> Result<(), Failure> {
        self.take(Value::Number(value))
    }

    fn serialize_str(self, text: &str) -> Result<(), Failure> {
        let value = match self.0.kind() {
            ColumnType::Text => Value::Text(text),
            ColumnType::Decimal => Value::Decimal(text),
            ColumnType::Timestamp => Value::Timestamp(Self::read(text)?),
            ColumnType::Date => Value::Date(Self::read(text)?),
            ColumnType::Time => Value::Time(Self::read(text)?),
            _ => return self.unfit("a text"),
        };
        self.take(value)
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Failure> {
        match (self.0.kind(), bytes.try_into()) {
            (ColumnType::Uuid, Ok(bytes)) => self.take(Value::Uuid(bytes)),
            _ => self.take(Value::Binary(bytes)),
        }
    }

    fn serialize_none(self) -> Result<(), Failure> {
        self.take(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Failure> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Failure> {
        value.serialize(self)
    }

    fn serialize_seq(self, _number: Option<usize>) -> Result<Parts<'c>, Failure> {
        match self.0.kind() {
            ColumnType::List(_) => Ok(Parts {
                cell: self.0,
                number: 0,
            }),
            _ => self.unfit("a list"),
        }
    }

    fn serialize_struct(self, _name: &'static str, _fields: usize) -> Result<Parts<'c>, Failure> {
        match self.0.kind() {
            ColumnType::Struct(_) => Ok(Parts {
                cell: self.0,
                number: 0,
            }),
            _ => self.unfit("an object"),
        }
    }

    unfit! {
        serialize_i8(i8), "a short number";
        serialize_i16(i16), "a short number";
        serialize_i32(i32), "a short number";
        serialize_u8(u8), "a number without sign";
        serialize_u16(u16), "a number without sign";
        serialize_u32(u32), "a number without sign";
        serialize_u64(u64), "a number without sign";
        serialize_f32(f32), "a short number";
        serialize_char(char), "a character";
        serialize_unit(), "nothing";
        serialize_unit_struct(&'static str), "nothing";
        serialize_unit_variant(&'static str, u32, &'static str), "a variant";
        serialize_tuple(usize) -> Self::SerializeTuple, "a tuple";
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct, "a tuple";
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant, "a variant";
        serialize_map(Option<usize>) -> Self::SerializeMap, "a map";
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant, "a variant";
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<(), Failure> {
        self.unfit("a variant")
    }
}
