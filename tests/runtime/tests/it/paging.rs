//! When a stream goes on, and when it ends.

use crate::source::{Counted, Marked, Source, Three, cursor, ids, offset, once, rows, session};
use crate::stub::{Reply, Stub};
use futures_util::TryStreamExt;
use runtime_tests::runtime::error::Kind;
use runtime_tests::runtime::records::Records;
use runtime_tests::runtime::send::Action;
use runtime_tests::runtime::source::Source as _;

/// What is read, and how many requests it took.
async fn read_by_offset(pages: &[&str]) -> (Vec<i64>, usize, Option<String>) {
    let stub = Stub::script(pages.iter().map(Reply::json));
    let (read, error) = Source::<Counted>::new(&session(&stub), offset).read().await;
    (
        ids(&read),
        stub.asked().len(),
        error.map(|error| error.to_string()),
    )
}

#[tokio::test]
async fn pages_are_a_stream_as_records_are_and_the_end_stays_the_end() {
    let pages = [
        r#"{"data":[{"id":1},{"id":2}]}"#,
        r#"{"data":[{"id":3}]}"#,
        r#"{"data":[]}"#,
    ];
    let twice = pages.iter().chain(&pages).map(Reply::json);
    let stub = Stub::script(twice);
    let source = || Source::<Counted>::new(&session(&stub), offset).pages();
    let mut records = Records::new(source());
    let mut read = Vec::new();
    while let Some(record) = records.try_next().await.unwrap() {
        read.push(record);
    }
    assert_eq!(ids(&read), [1, 2, 3]);
    assert!(records.try_next().await.unwrap().is_none());
    let pages = Records::by_pages(source()).map_ok(|page| (page.number, page.records.len()));
    let pages: Vec<_> = pages.try_collect().await.unwrap();
    assert_eq!(pages, [(1, 2), (2, 1), (3, 0)]);
    assert_eq!(stub.asked().len(), 6);
}

#[tokio::test]
async fn an_empty_page_ends() {
    let pages = [r#"{"data":[{"id":1},{"id":2}]}"#, r#"{"data":[]}"#];
    assert_eq!(read_by_offset(&pages).await, (vec![1, 2], 2, None));
}

#[tokio::test]
async fn an_empty_page_ends_even_before_the_total() {
    let pages = [
        r#"{"data":[{"id":1}],"total":100}"#,
        r#"{"data":[],"total":100}"#,
    ];
    assert_eq!(read_by_offset(&pages).await, (vec![1], 2, None));
}

#[tokio::test]
async fn a_short_page_is_not_the_end() {
    let pages = [
        r#"{"data":[{"id":1}]}"#,
        r#"{"data":[{"id":2},{"id":3}]}"#,
        r#"{"data":[]}"#,
    ];
    assert_eq!(read_by_offset(&pages).await, (vec![1, 2, 3], 3, None));
}

#[tokio::test]
async fn the_offset_advances_by_what_came() {
    let stub = Stub::script(
        [rows(1..=5), rows(6..=6), rows([])]
            .map(|rows| Reply::json(format!(r#"{{"data":{rows}}}"#))),
    );
    Source::<Counted>::new(&session(&stub), offset).read().await;
    let positions: Vec<_> = stub
        .asked()
        .iter()
        .map(|asked| asked.param("position").map(str::to_owned))
        .collect();
    assert_eq!(
        positions,
        [None, Some("5".to_owned()), Some("6".to_owned())]
    );
}

#[tokio::test]
async fn the_total_is_remembered() {
    let pages = [r#"{"data":[{"id":1}],"total":2}"#, r#"{"data":[{"id":2}]}"#];
    assert_eq!(read_by_offset(&pages).await, (vec![1, 2], 2, None));
}

#[tokio::test]
async fn has_more_ends() {
    let pages = [
        r#"{"data":[{"id":1}],"more":true}"#,
        r#"{"data":[{"id":2}],"more":"false"}"#,
    ];
    assert_eq!(read_by_offset(&pages).await, (vec![1, 2], 2, None));
}

#[tokio::test]
async fn has_more_of_another_type_is_no_end() {
    let pages = [r#"{"data":[{"id":1}],"more":[]}"#, r#"{"data":[]}"#];
    assert_eq!(read_by_offset(&pages).await, (vec![1], 2, None));
}

#[tokio::test]
async fn null_is_an_empty_page_and_an_object_is_one_record() {
    let pages = [r#"{"data": {"id":1}}"#, r#"{"data": null}"#];
    assert_eq!(read_by_offset(&pages).await, (vec![1], 2, None));
}

#[tokio::test]
async fn no_content_and_a_blank_body_are_empty_pages() {
    for empty in [
        Reply::status(204),
        Reply::status(200),
        Reply::status(200).body("\r\n "),
    ] {
        let stub = Stub::script([Reply::json(r#"{"data":[{"id":1}]}"#), empty]);
        let (read, error) = Source::<Counted>::new(&session(&stub), offset).read().await;
        assert_eq!(
            (ids(&read), error.map(|error| error.to_string())),
            (vec![1], None)
        );
    }
}

#[tokio::test]
async fn anything_else_at_the_data_path_is_an_error() {
    let (_, _, error) = read_by_offset(&[r#"{"data":"none"}"#]).await;
    assert_eq!(
        error.unwrap(),
        "GET /rows: rows, page 1: no records but \"none\""
    );
}

#[tokio::test]
async fn a_body_without_the_data_path_names_its_keys() {
    let (_, _, error) = read_by_offset(&[r#"{"error":"x","message":"y"}"#]).await;
    assert_eq!(
        error.unwrap(),
        "GET /rows: no `data` in the response, its keys are `error`, `message`"
    );
}

#[tokio::test]
async fn a_body_that_is_no_object_is_an_error() {
    let (_, _, error) = read_by_offset(&["[1]"]).await;
    assert_eq!(
        error.unwrap(),
        "GET /rows: the response is a list, not an object: [1]"
    );
}

#[tokio::test]
async fn html_is_an_error_that_shows_its_beginning() {
    let (_, _, error) = read_by_offset(&["<html>\nLogin"]).await;
    assert_eq!(
        error.unwrap(),
        "GET /rows: the response is not JSON but <html>\nLogin"
    );
}

#[tokio::test]
async fn records_are_delivered_before_the_failing_successor() {
    let stub = Stub::script([
        Reply::json(r#"{"data":[{"id":1},{"id":2}]}"#),
        Reply::status(404),
    ]);
    let (read, error) = Source::<Counted>::new(&session(&stub), offset).read().await;
    assert_eq!(
        (ids(&read), error.unwrap().kind()),
        (vec![1, 2], Kind::Status(404))
    );
}

#[tokio::test]
async fn records_are_delivered_before_the_failing_cursor() {
    let stub = Stub::script([
        Reply::json(r#"{"data":[{"id":1}],"next":"a"}"#),
        Reply::json(r#"{"data":[{"id":2}],"next":["b"]}"#),
    ]);
    let (read, error) = Source::<Marked>::new(&session(&stub), cursor).read().await;
    assert_eq!(ids(&read), [1]);
    assert_eq!(
        error.unwrap().to_string(),
        "GET /rows: `next` in the response: a list or an object is no cursor; it is [\"b\"]"
    );
}

#[tokio::test]
async fn cursors_end_where_absent_null_or_empty() {
    for end in ["", r#","next":null"#, r#","next":"""#] {
        let stub = Stub::script([
            Reply::json(r#"{"data":[{"id":1}],"next":17}"#),
            Reply::json(format!(r#"{{"data":[]{end}}}"#)),
        ]);
        let (read, error) = Source::<Marked>::new(&session(&stub), cursor).read().await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(
            (ids(&read), stub.asked()[1].param("position")),
            (vec![1], Some("17"))
        );
    }
}

#[tokio::test]
async fn an_empty_page_with_a_cursor_goes_on() {
    let stub = Stub::script([
        Reply::json(r#"{"data":[],"next":"a"}"#),
        Reply::json(r#"{"data":[{"id":1}]}"#),
    ]);
    let (read, _) = Source::<Marked>::new(&session(&stub), cursor).read().await;
    assert_eq!(ids(&read), [1]);
}

#[tokio::test]
async fn an_ignored_status_is_an_empty_first_page_and_a_failure_later() {
    let ignoring = |stub: &Stub| {
        let mut source = Source::<Counted>::new(&session(stub), offset);
        source.action = |answer| (answer.status() == 404).then_some(Action::Ignore);
        source
    };
    let stub = Stub::script([Reply::status(404)]);
    let (read, error) = ignoring(&stub).read().await;
    assert!(read.is_empty() && error.is_none(), "{error:?}");

    let stub = Stub::script([Reply::json(r#"{"data":[{"id":1}]}"#), Reply::status(404)]);
    let (read, error) = ignoring(&stub).read().await;
    assert_eq!(
        (ids(&read), error.unwrap().kind()),
        (vec![1], Kind::Status(404))
    );
}

#[tokio::test]
async fn max_pages_stops() {
    let stub = Stub::start(|asked| {
        let position: i64 = asked.param("position").unwrap_or("0").parse().unwrap();
        Reply::json(format!(r#"{{"data":{}}}"#, rows([position])))
    });
    let (read, error) = Source::<Three>::new(&session(&stub), offset).read().await;
    assert_eq!(
        (ids(&read), error.is_none(), stub.asked().len()),
        (vec![0, 1, 2], true, 3)
    );
}

#[tokio::test]
async fn a_dropped_future_loses_no_page() {
    let stub = Stub::start(|asked| match asked.param("position") {
        None => Reply::json(r#"{"data":[{"id":1}]}"#).after(std::time::Duration::from_millis(100)),
        Some(_) => Reply::json(r#"{"data":[]}"#),
    });
    let mut pages = Source::<Counted>::new(&session(&stub), offset).pages();
    let hurried = tokio::time::timeout(std::time::Duration::from_millis(10), pages.next()).await;
    assert!(hurried.is_err(), "it was dropped");
    let page = pages.next().await.unwrap().unwrap();
    assert_eq!((ids(&page.records), page.number), (vec![1], 1));
}

#[tokio::test]
async fn a_stream_is_dropped_in_the_middle_of_a_page() {
    let stub = Stub::script([Reply::json(r#"{"data":[{"id":1},{"id":2}]}"#)]);
    let mut records = Source::<Counted>::new(&session(&stub), once).records();
    assert_eq!(records.try_next().await.unwrap().unwrap().id, 1);
    drop(records);
    assert_eq!(stub.asked().len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_before_the_first_record_is_asked_for() {
    let stub = Stub::script([]);
    drop(Source::<Counted>::new(&session(&stub), offset).records());
    assert!(stub.asked().is_empty());
}
