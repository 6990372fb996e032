//! Types of values, in and out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use runtime_tests::runtime::adapt::{As, Epoch, EpochMillis, Format, Formatted};
use runtime_tests::runtime::base64::Base64;
use runtime_tests::runtime::csv::Csv;
use runtime_tests::runtime::decimal::Decimal;
use runtime_tests::runtime::each::Each;
use runtime_tests::runtime::first_of::{FirstOf, Rfc3339};
use runtime_tests::runtime::items::Item;
use runtime_tests::runtime::json::Json;
use runtime_tests::runtime::leaf::{Count, Flag, Token};
use runtime_tests::runtime::lenient::Lenient;
use runtime_tests::runtime::load::Row as _;
use runtime_tests::runtime::scalar::Scalar;
use runtime_tests::runtime::uuid::Uuid;
use runtime_tests::runtime::word;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

/// Reads, writes, and compares with what was read.
fn round<T: DeserializeOwned + Serialize>(json: &str) {
    let value: T = read(json).unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), json);
}

#[test]
fn decimals_keep_every_digit() {
    for json in [
        "19.990000000000000001",
        "123456789012345678901234567890.5",
        "-0.10",
        "1e5",
        "1.50E-7",
        "\"19.90\"",
        "\"+1\"",
        "0",
    ] {
        round::<Decimal>(json);
    }
    assert_eq!(
        read::<Decimal>("\"19.90\"").unwrap(),
        read::<Decimal>("19.90").unwrap()
    );
    assert_eq!(read::<Decimal>("\"19.90\"").unwrap().to_string(), "19.90");
    for json in [
        "\"\"", "\"abc\"", "\"1,5\"", "\"NaN\"", "\"1.\"", "\".5\"", "\"1e\"", "true", "[1]", "{}",
        "\" 1\"", "\"--1\"",
    ] {
        assert!(read::<Decimal>(json).is_err(), "{json}");
    }
}

#[test]
fn any_json_is_kept_on_one_line() {
    round::<Json>(r#"{"b":1.10,"a":[null,"x\ny"]}"#);
    let pretty: Json = read("{\n  \"a\": 1,\r\n  \"b\": \"x\\n  y\"\n}").unwrap();
    assert_eq!(pretty.as_str(), r#"{ "a": 1,  "b": "x\n  y" }"#);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(pretty.as_str()).unwrap()["b"],
        "x\n  y"
    );
}

#[test]
fn uuids_are_read_in_either_form() {
    let text = "\"67e55044-10b1-426f-9247-bb680e5fe0c8\"";
    round::<Uuid>(text);
    for json in [
        "\"67E55044-10B1-426F-9247-BB680E5FE0C8\"",
        "\"67e5504410b1426f9247bb680e5fe0c8\"",
    ] {
        assert_eq!(read::<Uuid>(json).unwrap(), read::<Uuid>(text).unwrap());
    }
    for json in [
        "\"\"",
        "\"67e55044-10b1-426f-9247-bb680e5fe0c\"",
        "\"67e5504410b1-426f-9247-bb680e5fe0c8-\"",
        "\"g7e5504410b1426f9247bb680e5fe0c8\"",
        "1",
        "\"67e5504410b1426f9247bb680e5fe0üc\"",
    ] {
        assert!(read::<Uuid>(json).is_err(), "{json}");
    }
}

#[derive(Debug, PartialEq)]
enum State {
    Open,
    Unknown(String),
}

impl From<&str> for State {
    fn from(word: &str) -> Self {
        if word == "open" {
            Self::Open
        } else {
            Self::Unknown(word.to_owned())
        }
    }
}

impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        word::deserialize(deserializer)
    }
}

#[test]
fn enums_are_open() {
    assert_eq!(read("\"open\""), Ok(State::Open));
    assert_eq!(read("\"op\\u0065n\""), Ok(State::Open));
    assert_eq!(read("\"ajar\""), Ok(State::Unknown("ajar".to_owned())));
    assert!(read::<State>("1").is_err());
}

struct Day;
impl Format for Day {
    const FORMAT: &'static str = "%d.%m.%Y";
}

struct Moment;
impl Format for Moment {
    const FORMAT: &'static str = "%Y-%m-%d %H:%M:%S";
}

struct Zoned;
impl Format for Zoned {
    const FORMAT: &'static str = "%Y-%m-%d %H:%M:%S %z";
}

struct Clock;
impl Format for Clock {
    const FORMAT: &'static str = "%H:%M";
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Forms {
    #[serde(with = "As::<Option<Epoch>>", skip_serializing_if = "Option::is_none")]
    epoch: Option<Timestamp>,
    #[serde(
        with = "As::<Option<Vec<Option<EpochMillis>>>>",
        skip_serializing_if = "Option::is_none"
    )]
    millis: Option<Vec<Option<Timestamp>>>,
    #[serde(
        with = "As::<Option<BTreeMap<String, Epoch>>>",
        skip_serializing_if = "Option::is_none"
    )]
    map: Option<BTreeMap<String, Timestamp>>,
    #[serde(
        with = "As::<Option<Formatted<Day>>>",
        skip_serializing_if = "Option::is_none"
    )]
    day: Option<Date>,
    #[serde(
        with = "As::<Option<Formatted<Clock>>>",
        skip_serializing_if = "Option::is_none"
    )]
    clock: Option<Time>,
    #[serde(
        with = "As::<Option<Formatted<Moment>>>",
        skip_serializing_if = "Option::is_none"
    )]
    moment: Option<Timestamp>,
    #[serde(
        with = "As::<Option<Formatted<Zoned>>>",
        skip_serializing_if = "Option::is_none"
    )]
    zoned: Option<Timestamp>,
    #[serde(with = "As::<Option<Base64>>", skip_serializing_if = "Option::is_none")]
    bytes: Option<Vec<u8>>,
}

#[test]
fn forms_of_the_wire_are_read_and_written() {
    for json in [
        "{}",
        r#"{"epoch":1700000000}"#,
        r#"{"epoch":-1}"#,
        r#"{"millis":[1700000000123,null]}"#,
        r#"{"map":{"a":1,"b":2}}"#,
        r#"{"day":"31.12.2024"}"#,
        r#"{"clock":"23:59"}"#,
        r#"{"moment":"2024-12-31 23:59:59"}"#,
        r#"{"bytes":"aGVsbG8="}"#,
    ] {
        round::<Forms>(json);
    }
    let forms: Forms = read(r#"{"moment":"2024-12-31 23:59:59","bytes":"aGVsbG8"}"#).unwrap();
    assert_eq!(forms.moment.unwrap().to_string(), "2024-12-31T23:59:59Z");
    assert_eq!(forms.bytes.unwrap(), b"hello");
    let zoned: Forms = read(r#"{"zoned":"2024-12-31 23:59:59 +0200"}"#).unwrap();
    assert_eq!(zoned.zoned.unwrap().to_string(), "2024-12-31T21:59:59Z");
    for json in [
        r#"{"epoch":1.5}"#,
        r#"{"epoch":"1"}"#,
        r#"{"epoch":9223372036854775807}"#,
        r#"{"day":"2024-12-31"}"#,
        r#"{"day":"31.02.2024"}"#,
        r#"{"bytes":"ä"}"#,
    ] {
        assert!(read::<Forms>(json).is_err(), "{json}");
    }
}

#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Lax {
    #[serde(default, with = "As::<Option<Lenient>>")]
    integer: Option<i64>,
    #[serde(default, with = "As::<Option<Lenient>>")]
    number: Option<f64>,
    #[serde(default, with = "As::<Option<Lenient>>")]
    boolean: Option<bool>,
    #[serde(default, with = "As::<Option<Lenient>>")]
    text: Option<String>,
}

#[test]
fn lenient_fields_take_texts_for_numbers_and_numbers_for_texts() {
    let lax: Lax =
        read(r#"{"integer":"42","number":"1.5","boolean":"true","text":12.10}"#).unwrap();
    let expected = Lax {
        integer: Some(42),
        number: Some(1.5),
        boolean: Some(true),
        text: Some("12.10".to_owned()),
    };
    assert_eq!(lax, expected);
    assert_eq!(
        read::<Lax>(r#"{"integer":42,"number":1.5,"boolean":true,"text":"12.10"}"#).unwrap(),
        expected
    );
    assert_eq!(
        read::<Lax>(r#"{"integer":null}"#).unwrap(),
        Lax {
            integer: None,
            number: None,
            boolean: None,
            text: None
        }
    );
    for json in [
        r#"{"integer":"2.5"}"#,
        r#"{"integer":2.5}"#,
        r#"{"boolean":7}"#,
        r#"{"boolean":"yes"}"#,
        r#"{"number":"x"}"#,
        r#"{"text":[1]}"#,
        r#"{"integer":""}"#,
    ] {
        assert!(read::<Lax>(json).is_err(), "{json}");
    }
}

#[test]
fn timestamps_are_instants() {
    assert_eq!(
        read::<Timestamp>("\"2025-01-02T01:00:00+02:00\"")
            .unwrap()
            .to_string(),
        "2025-01-01T23:00:00Z"
    );
    assert!(
        read::<Timestamp>("\"2025-01-02T01:00:00\"").is_err(),
        "without an offset it is no instant"
    );
}

#[derive(Deserialize)]
struct Leaves {
    #[serde(default)]
    token: Token,
    #[serde(default)]
    count: Count,
    #[serde(default)]
    flag: Flag,
    #[serde(default)]
    scalar: Scalar,
}

#[test]
fn values_beside_the_records() {
    let all = |json: &str| {
        read::<Leaves>(&format!(
            r#"{{"token":{json},"count":{json},"flag":{json},"scalar":{json}}}"#
        ))
    };
    let table = [
        ("null", None, None, None, None),
        ("\"\"", None, None, None, Some("")),
        ("\"a\\u0062\"", Some("ab"), None, None, Some("ab")),
        (
            "12345678901234567890123",
            Some("12345678901234567890123"),
            None,
            None,
            Some("12345678901234567890123"),
        ),
        ("17", Some("17"), Some(17), None, Some("17")),
        ("\"17\"", Some("17"), Some(17), None, Some("17")),
        ("-1", Some("-1"), None, None, Some("-1")),
        ("true", Some("true"), None, Some(true), Some("true")),
        ("\"False\"", Some("False"), None, Some(false), Some("False")),
    ];
    for (json, token, count, flag, scalar) in table {
        let leaves = all(json).unwrap();
        let found = (
            leaves.token.0.as_deref(),
            leaves.count.0,
            leaves.flag.0,
            leaves.scalar.as_str(),
        );
        assert_eq!(found, (token, count, flag, scalar), "{json}");
    }
    assert!(all("[1]").is_err() && all("{}").is_err(), "no cursor");
    let others: Leaves = read(r#"{"count":[1],"flag":{},"scalar":[]}"#).unwrap();
    assert_eq!(
        (others.count.0, others.flag.0, others.scalar.as_str()),
        (None, None, None)
    );
    assert!(!others.scalar.is_truthy());
    for (json, truthy) in [
        ("0", false),
        ("0.0", false),
        ("\"\"", false),
        ("false", false),
        ("null", false),
        ("1", true),
        ("\"a\"", true),
        ("true", true),
    ] {
        assert_eq!(all(json).unwrap().scalar.is_truthy(), truthy, "{json}");
    }
}

#[test]
fn each_is_every_item_or_every_value() {
    assert_eq!(read::<Each<u8>>("[1,2]").unwrap().0, [1, 2]);
    assert_eq!(read::<Each<u8>>(r#"{"b":2,"a":1}"#).unwrap().0, [2, 1]);
    assert!(read::<Each<u8>>("null").unwrap().0.is_empty());
    assert!(read::<Each<u8>>("1").is_err());
}

#[test]
fn items_are_taken_by_their_place() {
    type Two = Item<1, u8, Item<3, Option<u8>>>;
    let two: Two = read(r#"["x",1,{},3,4,5]"#).unwrap();
    assert_eq!((two.value, two.rest.value), (1, Some(3)));
    let short: Two = read(r#"["x",1]"#).unwrap();
    assert_eq!((short.value, short.rest.value), (1, None));
    assert!(
        read::<Two>("[0]")
            .err()
            .unwrap()
            .contains("no `[1]` in the list")
    );
    assert!(read::<Two>("{}").is_err());
}

#[test]
fn csv_is_quoted_where_needed() {
    let mut csv = Csv::default();
    csv.text(Some("plain")).unwrap();
    csv.text(None).unwrap();
    csv.text(Some("")).unwrap();
    csv.text(Some("a,\"b\"\nc")).unwrap();
    csv.integer(Some(-7)).unwrap();
    csv.number(Some(0.1)).unwrap();
    csv.boolean(Some(true)).unwrap();
    csv.decimal(Some("1.10")).unwrap();
    csv.timestamp(Some(Timestamp::UNIX_EPOCH)).unwrap();
    csv.binary(Some(&[0, 255])).unwrap();
    csv.json(Some("[1,2]")).unwrap();
    csv.end().unwrap();
    csv.text(None).unwrap();
    csv.integer(None).unwrap();
    csv.end().unwrap();
    let expected =
        "plain,,\"\",\"a,\"\"b\"\"\nc\",-7,0.1,true,1.10,1970-01-01T00:00:00Z,00ff,\"[1,2]\"\n,\n";
    assert_eq!(csv.take(), expected);
}

#[test]
fn an_instant_may_come_in_one_of_several_forms() {
    type Forms = FirstOf<Rfc3339, FirstOf<Epoch, FirstOf<EpochMillis, Formatted<Moment>>>>;
    #[derive(Debug, Serialize, Deserialize)]
    struct Instants {
        #[serde(with = "As::<Vec<Option<Forms>>>")]
        at: Vec<Option<Timestamp>>,
    }
    let json = r#"{"at":["2024-01-31T14:30:00+02:00",1706704200,1706704200000,"2024-01-31 12:30:00",null]}"#;
    let read: Instants = serde_json::from_str(json).unwrap();
    let instant: Timestamp = "2024-01-31T12:30:00Z".parse().unwrap();
    assert_eq!(
        read.at,
        [
            Some(instant),
            Some(instant),
            Some(instant),
            Some(instant),
            None
        ]
    );
    let written = serde_json::to_string(&read).unwrap();
    assert!(
        written.starts_with(r#"{"at":["2024-01-31T12:30:00Z","2024-01-31T12:30:00Z","#),
        "{written}"
    );
    let error = serde_json::from_str::<Instants>(r#"{"at":["soon"]}"#).unwrap_err();
    assert!(
        error.to_string().contains("soon") || error.is_data(),
        "{error}"
    );
}
