//! Bodies that are not one JSON text: lines and rows.

use jiff::Timestamp;
use proptest::prelude::*;
use runtime_tests::runtime::adapt::As;
use runtime_tests::runtime::csv::Csv;
use runtime_tests::runtime::decimal::Decimal;
use runtime_tests::runtime::encoding;
use runtime_tests::runtime::json::Json;
use runtime_tests::runtime::lenient::Lenient;
use runtime_tests::runtime::lines;
use runtime_tests::runtime::load::Row as _;
use runtime_tests::runtime::rows::CsvRows;
use runtime_tests::runtime::untyped::{BlankText, EpochMillisText, EpochText, JsonText};
use serde::{Deserialize, Serialize};

/// A record as a resource of rows declares it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Entry {
    #[serde(with = "As::<BlankText>")]
    text: String,
    maybe: Option<String>,
    #[serde(with = "As::<Lenient>")]
    whole: i64,
    #[serde(default, with = "As::<Option<Lenient>>")]
    number: Option<f64>,
    #[serde(default, with = "As::<Option<Lenient>>")]
    flag: Option<bool>,
    money: Option<Decimal>,
    at: Option<Timestamp>,
    #[serde(default, with = "As::<Option<JsonText>>")]
    extra: Option<Json>,
}

fn rows(rows: &CsvRows, text: impl AsRef<[u8]>) -> Result<Option<String>, String> {
    let list = rows.json(&[text]).map_err(|error| error.to_string())?;
    Ok(list.map(std::borrow::Cow::into_owned))
}

fn plain(text: impl AsRef<[u8]>) -> Option<String> {
    rows(&CsvRows::DEFAULT, text).expect("rows")
}

fn lined(text: impl AsRef<[u8]>) -> Result<Option<String>, String> {
    let list = lines::json(&[text]).map_err(|error| error.to_string())?;
    Ok(list.map(std::borrow::Cow::into_owned))
}

#[test]
fn each_line_is_an_item_whatever_ends_it() {
    for text in [
        "{\"a\":1}\n{\"a\":2}\n",
        "{\"a\":1}\r\n{\"a\":2}",
        "\u{feff}{\"a\":1}\n\n  {\"a\":2}  \n \n",
    ] {
        assert_eq!(lined(text).unwrap().unwrap(), r#"[{"a":1},{"a":2}]"#);
    }
    assert_eq!(lined(" \n\r\n").unwrap(), None);
}

#[test]
fn a_line_that_is_not_json_is_an_error_with_its_number() {
    let error = lined("{\"a\":1}\n\n{\"a\":").unwrap_err();
    assert_eq!(error, "line 3 is not JSON but {\"a\":");
    // Together these two would be one value.
    let error = lined("{\"a\":[1\n2]}").unwrap_err();
    assert_eq!(error, "line 1 is not JSON but {\"a\":[1");
    // And this would be two.
    assert!(lined("{\"a\":1},{\"a\":2}").is_err());
    assert!(lined([b'{', 0xFF, b'}']).unwrap_err().contains("UTF-8"));
}

#[test]
fn cells_are_texts_or_null() {
    assert_eq!(
        plain("id,name\r\n1,\"a \"\"b\"\",\r\nc\"\n2,\n").unwrap(),
        r#"[{"id":"1","name":"a \"b\",\r\nc"},{"id":"2","name":null}]"#
    );
    assert_eq!(plain("\u{feff}id\n\n1\n").unwrap(), r#"[{"id":"1"}]"#);
}

#[test]
fn a_header_alone_is_no_row_and_a_blank_body_is_nothing() {
    assert_eq!(plain("id,name\n").unwrap(), "[]");
    assert_eq!(plain("\r\n  "), None);
    assert_eq!(plain(""), None);
}

#[test]
fn delimiter_quote_header_and_nulls_are_those_of_the_spec() {
    let own = CsvRows {
        delimiter: b';',
        quote: b'\'',
        header: &["id", "name"],
        nulls: &["NA", "-"],
        columns: &[],
    };
    assert_eq!(
        rows(&own, "NA;'x;y'\n-;\n").unwrap().unwrap(),
        r#"[{"id":null,"name":"x;y"},{"id":null,"name":""}]"#
    );
}

#[test]
fn a_row_of_another_length_is_no_record() {
    assert_eq!(
        plain("a,b\n1,2\n3\n4,5,6\n").unwrap(),
        r#"[{"a":"1","b":"2"},"1 cells below 2 columns: [\"3\"]","3 cells below 2 columns: [\"4\", \"5\", \"6\"]"]"#
    );
}

#[test]
fn a_column_that_is_needed_has_to_be_there_once() {
    let needed = CsvRows {
        columns: &["id", "name"],
        ..CsvRows::DEFAULT
    };
    assert!(rows(&needed, "name,other,id\nx,y,1\n").is_ok());
    assert_eq!(
        rows(&needed, "id,Name\n1,x\n").unwrap_err(),
        r#"no column `name` in the response, its columns are ["id", "Name"]"#
    );
    assert_eq!(
        rows(&needed, "id,name,id\n1,x,2\n").unwrap_err(),
        "2 columns of the response are called `id`"
    );
}

#[test]
fn the_rows_of_several_files_have_a_header_each() {
    let list = CsvRows::DEFAULT.json(&["a,b\n1,2\n", "", "b,a\n3,4\n"]);
    assert_eq!(
        list.unwrap().unwrap(),
        r#"[{"a":"1","b":"2"},{"b":"3","a":"4"}]"#
    );
}

#[test]
fn texts_are_read_in_their_encoding_and_only_in_it() {
    let latin = b"name\nM\xFCller \x80\n";
    let text = encoding::decode(&[latin], encoding_rs::WINDOWS_1252).unwrap();
    assert_eq!(text, ["name\nMüller €\n"]);
    assert!(
        rows(&CsvRows::DEFAULT, latin)
            .unwrap_err()
            .contains("UTF-8")
    );
    let wide: Vec<u8> = "a\n李\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let text = encoding::decode(&[&wide], encoding_rs::UTF_16LE).unwrap();
    assert_eq!(text, ["a\n李\n"]);
    let error = encoding::decode(&[&wide[..3]], encoding_rs::UTF_16LE).unwrap_err();
    assert_eq!(error.to_string(), "the response is not UTF-16LE");
}

/// The first row as an entry.
fn entry(row: &str) -> Result<Entry, String> {
    let list = plain(format!(
        "text,maybe,whole,number,flag,money,at,extra\n{row}\n"
    ))
    .unwrap();
    let entries: Result<Vec<Entry>, _> = serde_json::from_str(&list);
    entries
        .map(|entries| entries[0].clone())
        .map_err(|error| error.to_string())
}

#[test]
fn texts_are_read_as_the_types_of_their_fields() {
    let read =
        entry("007,,007,1e3,TRUE,1.10,2024-01-02T03:04:05+01:00,\"[1,{\"\"a\"\":2}]\"").unwrap();
    assert_eq!(
        (read.text.as_str(), read.maybe, read.whole),
        ("007", None, 7)
    );
    assert_eq!((read.number, read.flag), (Some(1000.0), Some(true)));
    assert_eq!(read.money.unwrap().as_str(), "1.10");
    assert_eq!(read.at, Some("2024-01-02T02:04:05Z".parse().unwrap()));
    assert_eq!(read.extra.unwrap().as_str(), r#"[1,{"a":2}]"#);

    let read = entry(",,-1,,0,,,no json").unwrap();
    assert_eq!(
        (read.text.as_str(), read.number, read.flag),
        ("", None, Some(false))
    );
    assert_eq!(read.extra.unwrap().as_str(), r#""no json""#);
}

#[test]
fn a_text_that_is_not_of_its_type_is_an_error() {
    for (row, problem) in [
        (",,,,,,,", "expected a text, a number or a boolean"),
        (",,1.5,,,,,", "expected a whole number"),
        (",,9223372036854775808,,,,,", "expected a whole number"),
        (",,1,NaN,,,,", "expected a number"),
        (",,1,,yes,,,", "expected a boolean"),
        (",,1,,7,,,", "expected a boolean"),
        (",,1,,,1.2.3,,", "expected a decimal number"),
    ] {
        let error = entry(row).unwrap_err();
        assert!(error.contains(problem), "{row}: {error}");
    }
}

#[test]
fn epochs_may_be_texts() {
    #[derive(Deserialize)]
    struct Times {
        #[serde(with = "As::<EpochText>")]
        seconds: Timestamp,
        #[serde(with = "As::<EpochMillisText>")]
        millis: Timestamp,
    }
    let list = plain("seconds,millis\n60,60001\n").unwrap();
    let times: Vec<Times> = serde_json::from_str(&list).unwrap();
    assert_eq!(times[0].seconds, Timestamp::from_second(60).unwrap());
    assert_eq!(
        times[0].millis,
        Timestamp::from_millisecond(60_001).unwrap()
    );
}

prop_compose! {
    fn entries()(
        text in "\\PC{0,12}|[\",\r\n ]{0,6}",
        // The empty text is null where null is possible.
        maybe in proptest::option::of("\\PC{1,12}|[\",\r\n]{1,6}"),
        whole: i64,
        number in proptest::option::of(proptest::num::f64::NORMAL | proptest::num::f64::ZERO),
        flag: Option<bool>,
        money in proptest::option::of("-?[0-9]{1,25}\\.[0-9]{1,9}"),
        second in proptest::option::of(-10_000_000_000_i64..100_000_000_000),
        extra in proptest::option::of(prop_oneof![
            any::<i64>().prop_map(|number| number.to_string()),
            "\\PC{0,9}".prop_map(|text| serde_json::to_string(&[text]).unwrap()),
        ]),
    ) -> Entry {
        let parsed = |text: String| serde_json::from_str(&text).unwrap();
        Entry {
            text,
            maybe,
            whole,
            number,
            flag,
            money: money.map(|text| serde_json::from_str(&format!("\"{text}\"")).unwrap()),
            at: second.map(|second| Timestamp::from_second(second).unwrap()),
            extra: extra.map(parsed),
        }
    }
}

proptest! {
    #[test]
    fn rows_that_are_written_are_read_again(entries in proptest::collection::vec(entries(), 0..20)) {
        let mut csv = Csv::default();
        for entry in &entries {
            csv.text(Some(&entry.text)).unwrap();
            csv.text(entry.maybe.as_deref()).unwrap();
            csv.integer(Some(entry.whole)).unwrap();
            csv.number(entry.number).unwrap();
            csv.boolean(entry.flag).unwrap();
            csv.decimal(entry.money.as_ref().map(Decimal::as_str)).unwrap();
            csv.timestamp(entry.at).unwrap();
            let extra = entry.extra.as_ref().map(|extra| serde_json::to_string(extra).unwrap());
            csv.json(extra.as_deref()).unwrap();
            csv.end().unwrap();
        }
        let text = format!("text,maybe,whole,number,flag,money,at,extra\n{}", csv.take());
        let read: Vec<Entry> = serde_json::from_str(&plain(text).unwrap()).unwrap();
        prop_assert_eq!(read, entries);
    }

    #[test]
    fn lines_that_are_written_are_read_again(entries in proptest::collection::vec(entries(), 1..20)) {
        let text: String = entries
            .iter()
            .map(|entry| serde_json::to_string(entry).unwrap() + "\r\n")
            .collect();
        let read: Vec<Entry> = serde_json::from_str(&lined(text).unwrap().unwrap()).unwrap();
        prop_assert_eq!(read, entries);
    }

    #[test]
    fn no_bytes_are_too_much_for_rows_and_lines(bytes: Vec<u8>) {
        if let Ok(Some(list)) = rows(&CsvRows::DEFAULT, &bytes) {
            prop_assert!(serde_json::from_str::<Vec<serde_json::Value>>(&list).is_ok());
        }
        if let Ok(Some(list)) = lined(&bytes) {
            prop_assert!(serde_json::from_str::<Vec<serde_json::Value>>(&list).is_ok());
        }
    }
}
