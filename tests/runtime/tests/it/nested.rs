//! Lists and objects, value by value.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use runtime_tests::runtime::adapt::{As, Epoch, EpochMillis, Format, Formatted};
use runtime_tests::runtime::base64::Base64;
use runtime_tests::runtime::decimal::Decimal;
use runtime_tests::runtime::error::Error;
use runtime_tests::runtime::json::Json;
use runtime_tests::runtime::load::{Row, Rows};
use runtime_tests::runtime::nested::{Cell, Value};
use runtime_tests::runtime::record::{Column, ColumnType, Disposition, Record};
use runtime_tests::runtime::row::RowWriter;
use runtime_tests::runtime::uuid::Uuid;
use serde::{Deserialize, Serialize};

struct Noted;
impl Format for Noted {
    const FORMAT: &'static str = "%d.%m.%Y";
}

#[derive(Serialize, Deserialize)]
struct Part {
    exact: Option<Decimal>,
    #[serde(with = "As::<Option<Epoch>>", default)]
    second: Option<Timestamp>,
    #[serde(with = "As::<Vec<EpochMillis>>", default)]
    instants: Vec<Timestamp>,
    #[serde(with = "As::<Option<Formatted<Noted>>>", default)]
    noted: Option<Date>,
    clock: Option<Time>,
    unique: Option<Uuid>,
    #[serde(with = "As::<Option<Base64>>", default)]
    bytes: Option<Vec<u8>>,
    any: Option<Json>,
    words: Option<Vec<Option<String>>>,
}

const PART: ColumnType = ColumnType::Struct(&[
    Column::nullable("exact", ColumnType::Decimal),
    Column::nullable("second", ColumnType::Timestamp),
    Column::required("instants", ColumnType::List(&ColumnType::Timestamp)),
    Column::nullable("noted", ColumnType::Date),
    Column::nullable("clock", ColumnType::Time),
    Column::nullable("unique", ColumnType::Uuid),
    Column::nullable("bytes", ColumnType::Binary),
    Column::nullable("any", ColumnType::Json),
    Column::nullable("words", ColumnType::List(&ColumnType::Text)),
]);

#[derive(Serialize, Deserialize)]
struct Whole {
    parts: Option<Vec<Option<Part>>>,
}

impl Record for Whole {
    const RESOURCE: &'static str = "wholes";
    const COLUMNS: &'static [Column] = &[Column::nullable("parts", ColumnType::List(&PART))];
    const DISPOSITION: Disposition = Disposition::Append;

    fn write<W: RowWriter>(&self, row: &mut W) -> Result<(), W::Error> {
        row.json(self.parts.as_ref())
    }
}

/// Tells what comes.
struct Told {
    kind: ColumnType,
    inside: Vec<Told>,
    said: Rc<RefCell<String>>,
}

impl Told {
    fn new(kind: ColumnType, said: &Rc<RefCell<String>>) -> Self {
        let inside = match kind {
            ColumnType::List(element) => vec![Self::new(*element, said)],
            ColumnType::Struct(columns) => {
                let columns = columns.iter();
                columns.map(|column| Self::new(column.kind, said)).collect()
            }
            _ => Vec::new(),
        };
        let said = Rc::clone(said);
        Self { kind, inside, said }
    }
}

impl Cell for Told {
    fn kind(&self) -> ColumnType {
        self.kind
    }

    fn take(&mut self, value: Value<'_>) -> Result<(), Error> {
        write!(self.said.borrow_mut(), "{value:?} ").unwrap();
        Ok(())
    }

    fn inside(&mut self, at: usize) -> Result<&mut dyn Cell, Error> {
        let at = if matches!(self.kind, ColumnType::List(_)) {
            0
        } else {
            at
        };
        Ok(&mut self.inside[at])
    }

    fn end(&mut self, number: usize) -> Result<(), Error> {
        writeln!(self.said.borrow_mut(), "end of {number}").unwrap();
        Ok(())
    }
}

impl Row for Told {
    fn text(&mut self, _: Option<&str>) -> Result<(), Error> {
        unreachable!()
    }
    fn integer(&mut self, _: Option<i64>) -> Result<(), Error> {
        unreachable!()
    }
    fn number(&mut self, _: Option<f64>) -> Result<(), Error> {
        unreachable!()
    }
    fn boolean(&mut self, _: Option<bool>) -> Result<(), Error> {
        unreachable!()
    }
    fn decimal(&mut self, _: Option<&str>) -> Result<(), Error> {
        unreachable!()
    }
    fn timestamp(&mut self, _: Option<Timestamp>) -> Result<(), Error> {
        unreachable!()
    }
    fn date(&mut self, _: Option<Date>) -> Result<(), Error> {
        unreachable!()
    }
    fn time(&mut self, _: Option<Time>) -> Result<(), Error> {
        unreachable!()
    }
    fn uuid(&mut self, _: Option<[u8; 16]>) -> Result<(), Error> {
        unreachable!()
    }
    fn binary(&mut self, _: Option<&[u8]>) -> Result<(), Error> {
        unreachable!()
    }
    fn json(&mut self, _: Option<&str>) -> Result<(), Error> {
        unreachable!()
    }
    fn nested(&mut self) -> Option<&mut dyn Cell> {
        Some(self)
    }
    fn end(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// What a place is told of records that are given as JSON.
fn told(kind: ColumnType, json: &str) -> Result<String, String> {
    let records: Vec<Whole> = serde_json::from_str(json).unwrap();
    let said = Rc::default();
    let mut row = Told::new(kind, &said);
    let written = records.write_table(0, &mut row);
    written.map_err(|error| error.to_string())?;
    Ok(said.take())
}

#[test]
fn values_come_in_the_form_of_their_type_however_the_api_writes_them() {
    let json = r#"[{ "parts": null }, { "parts": [] }, { "parts": [null, {
        "exact": "19.990000000000000001", "second": 5, "instants": [1500, 2500], "noted": "31.01.2026", "clock": "08:09:10.5",
        "unique": "00000000-0000-0000-0000-0000000000ff", "bytes": "AP8=", "any": { "b": [1, 2.50] }, "words": ["a", null]
    }, {}] }]"#;
    let unique = format!("Uuid([{}255])", "0, ".repeat(15));
    let expected = format!(
        "Null end of 0\nNull Decimal(\"19.990000000000000001\") Timestamp(1970-01-01T00:00:05Z) \
         Timestamp(1970-01-01T00:00:01.5Z) Timestamp(1970-01-01T00:00:02.5Z) end of 2\nDate(2026-01-31) \
         Time(08:09:10.5) {unique} Binary([0, 255]) Json(\"{{ \\\"b\\\": [1, 2.50] }}\") Text(\"a\") Null end of 2\nend of 9\n\
         Null Null end of 0\n{}end of 9\nend of 3\n",
        "Null ".repeat(6)
    );
    assert_eq!(told(Whole::COLUMNS[0].kind, json), Ok(expected));
}

const INSTANT: ColumnType = ColumnType::Struct(&[Column::nullable("exact", ColumnType::Timestamp)]);

#[test]
fn values_of_another_type_than_their_place_are_refused() {
    let refused = |kind, json: &str| told(kind, json).unwrap_err();
    let json = r#"[{ "parts": [{ "exact": 1.5 }] }]"#;
    assert_eq!(
        refused(PART, json),
        "a list is no value of type struct(exact decimal, second timestamp, instants timestamp[], \
        noted date, clock time, unique uuid, bytes binary, any json, words text[])"
    );
    assert_eq!(
        refused(ColumnType::List(&ColumnType::Text), json),
        "an object is no value of type text"
    );
    let said = refused(ColumnType::List(&INSTANT), json);
    assert!(said.starts_with("`1.5` cannot be stored: "), "{said}");
}
