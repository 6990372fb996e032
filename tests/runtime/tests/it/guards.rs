//! Endless loops are noticed.

use crate::source::{Counted, Keyless, Marked, Source, cursor, ids, link, offset, session};
use crate::stub::{Reply, Stub};
use runtime_tests::runtime::error::Kind;

#[tokio::test]
async fn the_same_page_again_ends_and_is_not_delivered_twice() {
    let stub = Stub::start(|_| Reply::json(r#"{"request":1, "data":[{"id":1},{"id":2}]}"#));
    let (read, error) = Source::<Counted>::new(&session(&stub), offset).read().await;
    assert_eq!(
        (ids(&read), error.is_none(), stub.asked().len()),
        (vec![1, 2], true, 2)
    );
}

#[tokio::test]
async fn what_stands_beside_the_records_does_not_hide_a_repetition() {
    let stub = Stub::start({
        let number = std::sync::atomic::AtomicU64::new(0);
        move |_| {
            let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Reply::json(format!(r#"{{"request_id":{number},"data":[{{"id":1}}]}}"#))
        }
    });
    let (read, error) = Source::<Counted>::new(&session(&stub), offset).read().await;
    assert_eq!((ids(&read), error.is_none()), (vec![1], true));
}

#[tokio::test]
async fn an_older_page_again_is_an_error() {
    let pages = [1, 2, 1].map(|id| Reply::json(format!(r#"{{"data":[{{"id":{id}}}]}}"#)));
    let stub = Stub::script(pages);
    let (read, error) = Source::<Counted>::new(&session(&stub), offset).read().await;
    let error = error.unwrap();
    assert_eq!((ids(&read), error.kind()), (vec![1, 2], Kind::Paging));
    assert!(error.to_string().contains("goes in a circle"), "{error}");
}

#[tokio::test]
async fn equal_pages_without_a_key_are_right_where_the_api_counts() {
    let stub = Stub::start(|_| Reply::json(r#"{"total":3,"data":[{"text":"a"}]}"#));
    let (read, error) = Source::<Keyless>::new(&session(&stub), offset).read().await;
    assert_eq!((read.len(), error.is_none()), (3, true));
    let stub = Stub::start(|_| Reply::json(r#"{"data":[{"text":"a"}]}"#));
    let (read, error) = Source::<Keyless>::new(&session(&stub), offset).read().await;
    assert_eq!((read.len(), error.is_none()), (1, true));
}

#[tokio::test]
async fn a_cursor_that_comes_back_is_named() {
    for cycle in [&["a"][..], &["a", "b"], &["a", "b", "c"]] {
        let at = std::sync::atomic::AtomicUsize::new(0);
        let marks: Vec<_> = cycle.iter().map(ToString::to_string).collect();
        let stub = Stub::start(move |_| {
            let at = at.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Reply::json(format!(
                r#"{{"data":[{{"id":{at}}}],"next":"{}"}}"#,
                marks[at % marks.len()]
            ))
        });
        let (read, error) = Source::<Marked>::new(&session(&stub), cursor).read().await;
        assert_eq!(read.len(), cycle.len() + 1);
        assert_eq!(
            error.unwrap().to_string(),
            "GET /rows: the next page is `a`, which was read before"
        );
    }
}

#[tokio::test]
async fn a_link_that_comes_back_is_shown_without_its_query() {
    let stub = Stub::start(|_| Reply::json(r#"{"data":[{"id":1}],"next":"/rows?key=hidden"}"#));
    let (read, error) = Source::<Marked>::new(&session(&stub), link).read().await;
    let error = error.unwrap().to_string();
    assert_eq!(read.len(), 2);
    assert!(
        error.ends_with("/rows`, which was read before") && !error.contains("hidden"),
        "{error}"
    );
}

#[tokio::test]
async fn a_link_to_the_first_page_is_noticed() {
    let stub = Stub::start(|_| Reply::json(r#"{"data":[{"id":1}],"next":"/rows?size=2"}"#));
    let (read, error) = Source::<Marked>::new(&session(&stub), link).read().await;
    assert_eq!((read.len(), error.unwrap().kind()), (1, Kind::Paging));
}
