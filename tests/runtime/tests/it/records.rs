//! Records that are not of the declared type, and what is counted.

use crate::source::{Counted, Row, Skipping, Sorting, Source, ids, offset, once, session};
use crate::stub::{Reply, Stub};
use runtime_tests::runtime::error::Kind;
use runtime_tests::runtime::record::Record as _;
use runtime_tests::runtime::source::Source as _;

async fn error_of(record: &str) -> String {
    let stub = Stub::script([Reply::json(format!(r#"{{"data":[{{"id":1}},{record}]}}"#))]);
    let (_, error) = Source::<Counted>::new(&session(&stub), once).read().await;
    let error = error.unwrap();
    assert_eq!(error.kind(), Kind::Decode);
    error.to_string()
}

#[tokio::test]
async fn errors_name_resource_page_index_path_and_value() {
    let table = [
        (
            r#"{"id":2.5}"#,
            "`id`: invalid type: floating point `2.5`, expected i64; the value is 2.5",
        ),
        (
            r#"{"id":9223372036854775808}"#,
            "`id`: invalid value: integer `9223372036854775808`, expected i64; the value is 9223372036854775808",
        ),
        (
            r#"{"id":"2"}"#,
            "`id`: invalid type: string \"2\", expected i64; the value is \"2\"",
        ),
        (
            r#"{"id":2,"active":7}"#,
            "`active`: invalid type: integer `7`, expected a boolean; the value is 7",
        ),
        (
            r#"{"id":2,"place":{"town":null}}"#,
            "`place.town`: invalid type: null, expected a string; the value is null",
        ),
        (
            r#"{"id":2,"scores":[1.5,2,"x"]}"#,
            "`scores[2]`: invalid type: string \"x\", expected f64; the value is \"x\"",
        ),
        (
            r#"{"name":"a"}"#,
            "`.`: missing field `id`; the value is {\"name\":\"a\"}",
        ),
        ("null", "`.`: a record is an object; the value is null"),
    ];
    for (record, expected) in table {
        assert_eq!(
            error_of(record).await,
            format!("GET /rows: rows, page 1, index 1, {expected}")
        );
    }
}

#[tokio::test]
async fn rows_that_are_lists_are_no_records() {
    let stub = Stub::script([Reply::json(r#"{"data":[[1,"a",null,null,null]]}"#)]);
    let (read, error) = Source::<Counted>::new(&session(&stub), once).read().await;
    assert!(read.is_empty());
    let expected = "GET /rows: rows, page 1, index 0, `.`: a record is an object; the value is [1,\"a\",null,null,null]";
    assert_eq!(error.unwrap().to_string(), expected);
}

#[tokio::test]
async fn the_value_in_an_error_is_cut() {
    let error = error_of(&format!(r#"{{"id":"{}"}}"#, "ü".repeat(1000))).await;
    assert!(error.ends_with('…'), "{error}");
}

#[tokio::test]
async fn the_page_is_counted_from_one() {
    let stub = Stub::script(
        [
            r#"{"data":[{"id":1}]}"#,
            r#"{"data":[{"id":2},{"id":3},{"id":null}]}"#,
        ]
        .map(Reply::json),
    );
    let (_, error) = Source::<Counted>::new(&session(&stub), offset).read().await;
    assert!(
        error
            .unwrap()
            .to_string()
            .contains("rows, page 2, index 2, `id`")
    );
}

const MIXED: &str = r#"{"data":[{"id":1},{"id":"x"},{"id":2},{"id":null,"name":"n"}]}"#;

#[tokio::test]
async fn bad_records_are_left_out_and_counted() {
    let stub = Stub::script([Reply::json(MIXED), Reply::json(r#"{"data":[]}"#)]);
    let session = session(&stub);
    let (read, error) = Source::<Skipping>::new(&session, offset).read().await;
    assert_eq!((ids(&read), error.is_none()), (vec![1, 2], true));
    assert_eq!(
        (session.stats().skipped.get(), session.stats().records.get()),
        (2, 2)
    );
    assert!(!session.stats().is_complete(Row::RESOURCE));
    assert!(session.stats().is_complete("others"));
    assert_eq!(
        stub.asked()[1].param("position"),
        Some("4"),
        "the offset counts what the API sent"
    );
}

#[tokio::test]
async fn bad_records_are_handed_over_apart() {
    let stub = Stub::script([Reply::json(MIXED)]);
    let batch = Source::<Sorting>::new(&session(&stub), once)
        .pages()
        .next()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(ids(&batch.records), [1, 2]);
    let rejected: Vec<_> = batch
        .rejected
        .iter()
        .map(|rejected| (rejected.index, &*rejected.json))
        .collect();
    assert_eq!(
        rejected,
        [(1, r#"{"id":"x"}"#), (3, r#"{"id":null,"name":"n"}"#)]
    );
    assert!(
        batch.rejected[1]
            .problem
            .contains("index 3, `id`: invalid type: null"),
        "{}",
        batch.rejected[1].problem
    );
}

#[tokio::test]
async fn a_position_in_a_record_that_was_left_out_is_an_error() {
    let stub = Stub::script([Reply::json(r#"{"data":[{"id":1},{"id":"x"}]}"#)]);
    let source = Source::<Skipping>::new(&session(&stub), |turn| {
        Ok(turn.last()?.map(|row| row.id.to_string()))
    });
    let (read, error) = source.read().await;
    assert_eq!((ids(&read), error.unwrap().kind()), (vec![1], Kind::Paging));
}

#[tokio::test]
async fn the_last_record_gives_the_position() {
    let stub = Stub::script([r#"{"data":[{"id":1},{"id":7}]}"#, r#"{"data":[]}"#].map(Reply::json));
    let source = Source::<Counted>::new(&session(&stub), |turn| {
        Ok(turn.last()?.map(|row| row.id.to_string()))
    });
    source.read().await;
    assert_eq!(stub.asked()[1].param("position"), Some("7"));
}

#[tokio::test]
async fn unknown_fields_are_named() {
    let stub = Stub::script(
        [
            r#"{"data":[{"id":1,"new":[{"deep":1}],"b":2}]}"#,
            r#"{"data":[{"id":2,"c":1},{"id":3,"d":1}]}"#,
            r#"{"data":[]}"#,
        ]
        .map(Reply::json),
    );
    let session = session(&stub);
    Source::<Counted>::new(&session, offset).read().await;
    let unknown = session.stats().unknown_fields();
    assert_eq!(
        unknown["rows"]
            .iter()
            .map(|name| &**name)
            .collect::<Vec<_>>(),
        ["b", "c", "new"]
    );
}

#[tokio::test]
async fn everything_is_counted() {
    let stub = Stub::script([
        Reply::status(500),
        Reply::json(r#"{"data":[{"id":1},{"id":2}]}"#),
        Reply::json(r#"{"data":[]}"#),
    ]);
    let session = session(&stub);
    Source::<Counted>::new(&session, offset).read().await;
    let stats = session.stats();
    let counts = (
        stats.requests.get(),
        stats.retries.get(),
        stats.pages.get(),
        stats.records.get(),
        stats.bytes.get(),
    );
    assert_eq!(counts, (3, 1, 2, 2, 39));
}

#[tokio::test]
async fn a_body_that_is_not_utf8_is_an_error() {
    let stub = Stub::script([Reply::status(200).body(b"{\"data\":[\"\xff\"]}".to_vec())]);
    let (_, error) = Source::<Counted>::new(&session(&stub), once).read().await;
    assert_eq!(
        error.unwrap().to_string(),
        "GET /rows: the response is not UTF-8"
    );
}

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_the_json() {
    let stub = Stub::script([Reply::json("\u{feff}{\"data\":[{\"id\":1}]}")]);
    let (read, error) = Source::<Counted>::new(&session(&stub), once).read().await;
    assert_eq!((ids(&read), error.is_none()), (vec![1], true));
}
