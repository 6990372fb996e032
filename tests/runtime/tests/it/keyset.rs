//! Paging by the key of the last record.

use runtime_tests::runtime::endpoint::{Endpoint, Guard, OnInvalid, Turn};
use runtime_tests::runtime::error::Error;
use runtime_tests::runtime::keyset::{KeyEdge, KeyOrder};
use runtime_tests::runtime::pages::Pages;
use runtime_tests::runtime::records::Records;
use runtime_tests::runtime::request::Request;
use runtime_tests::runtime::session::Session;
use serde_json::value::RawValue;

use crate::source::{Row, session};
use crate::stub::{Reply, Stub};

/// What a test varies.
trait Kind: Send + Sync + 'static {
    const ORDER: KeyOrder = KeyOrder::Rising;
    const ON_INVALID: OnInvalid = OnInvalid::Fail;
}

struct Rising;
impl Kind for Rising {}

struct Falling;
impl Kind for Falling {
    const ORDER: KeyOrder = KeyOrder::Falling;
}

struct Skipping;
impl Kind for Skipping {
    const ON_INVALID: OnInvalid = OnInvalid::Skip;
}

/// Records behind a key.
struct Behind<K>(Session, std::marker::PhantomData<K>);

/// Records from a key on, two a page.
struct From<K>(Session, std::marker::PhantomData<K>);

/// Records behind a text, whose order is not known.
struct BehindText(Session);

macro_rules! endpoint {
    ($(for $kind:ident)?; $name:ty, $position:ty, $sent:expr, $next:expr, $mark:expr, $drop:expr) => {
        impl $(<$kind: Kind>)? Endpoint for $name {
            type Wire = Row;
            type Position = $position;
            type Page<'a> = &'a RawValue;
            const OBJECT: bool = false;
            const GUARD: Guard = Guard::Marks;
            $(const ON_INVALID: OnInvalid = $kind::ON_INVALID;)?

            fn session(&self) -> &Session {
                &self.0
            }

            fn request(&self, position: &$position) -> Result<Request, Error> {
                let sent: fn(&$position) -> Option<String> = $sent;
                let mut request = Request::get("/rows");
                request.query("after", sent(position));
                Ok(request)
            }

            fn records<'a>(&page: &Self::Page<'a>) -> Vec<&'a RawValue> {
                vec![page]
            }

            fn drop_seen(position: &$position, records: &mut Vec<Row>) {
                let drop: fn(&$position, &mut Vec<Row>) = $drop;
                drop(position, records);
            }

            fn next(&self, turn: &Turn<'_, '_, Self>) -> Result<Option<$position>, Error> {
                let next: fn(&Turn<'_, '_, Self>) -> Result<Option<$position>, Error> = $next;
                next(turn)
            }

            fn mark(position: &$position) -> Option<&str> {
                let mark: fn(&$position) -> Option<&str> = $mark;
                mark(position)
            }
        }
    };
}
endpoint!(
    for K; Behind<K>, Option<i64>,
    |position| position.map(|key| key.to_string()),
    |turn| K::ORDER.next(turn, |row| row.id),
    |_| None,
    |_, _| ()
);
endpoint!(
    for K; From<K>, Option<KeyEdge<i64, Row>>,
    |position| position.as_ref().map(|edge| edge.key.to_string()),
    |turn| KeyEdge::next(turn, |row| row.id, K::ORDER, 2),
    |_| None,
    |position, records| if let Some(edge) = position { edge.drop_seen(records) }
);
endpoint!(
    ; BehindText,
    Option<String>,
    Clone::clone,
    |turn| KeyOrder::Unknown.next(turn, |row| row.name.clone().unwrap_or_default()),
    |position| position.as_deref(),
    |_, _| ()
);

/// `id` and name of what is read, the keys that were sent, and the error.
async fn read<E: Endpoint<Wire = Row>>(
    pages: &[&str],
    endpoint: impl Fn(Session) -> E,
) -> (Vec<(i64, String)>, Vec<String>, Option<String>) {
    let stub = Stub::script(pages.iter().map(Reply::json));
    let mut records = Records::new(Pages::new(endpoint(session(&stub))));
    let mut read = Vec::new();
    let error = loop {
        match records.try_next().await {
            Ok(Some(row)) => read.push((row.id, row.name.unwrap_or_default())),
            Ok(None) => break None,
            Err(error) => break Some(error.to_string()),
        }
    };
    let asked = stub.asked();
    let sent = asked
        .iter()
        .map(|asked| asked.param("after").unwrap_or("none").to_owned());
    (read, sent.collect(), error)
}

fn behind<K: Kind>(session: Session) -> Behind<K> {
    Behind(session, std::marker::PhantomData)
}

fn from<K: Kind>(session: Session) -> From<K> {
    From(session, std::marker::PhantomData)
}

fn ids(read: &[(i64, String)]) -> Vec<i64> {
    read.iter().map(|(id, _)| *id).collect()
}

#[tokio::test]
async fn the_last_key_is_sent_until_a_page_is_empty() {
    let pages = [r#"[{"id":2},{"id":10}]"#, r#"[{"id":11}]"#, "[]"];
    let (read, sent, error) = read(&pages, behind::<Rising>).await;
    assert_eq!((ids(&read), error), (vec![2, 10, 11], None));
    assert_eq!(sent, ["none", "10", "11"]);
}

#[tokio::test]
async fn keys_may_fall() {
    let pages = [r#"[{"id":11},{"id":10}]"#, r#"[{"id":-2}]"#, "[]"];
    let (read, sent, error) = read(&pages, behind::<Falling>).await;
    assert_eq!((ids(&read), error), (vec![11, 10, -2], None));
    assert_eq!(sent, ["none", "10", "-2"]);
}

#[tokio::test]
async fn a_page_that_does_not_lead_on_is_an_error_after_its_records() {
    // The key is ignored: the same page again.
    let pages = [r#"[{"id":1},{"id":2}]"#; 2];
    let (read_records, _, error) = read(&pages, behind::<Rising>).await;
    assert_eq!(ids(&read_records), [1, 2, 1, 2]);
    assert_eq!(
        error.unwrap(),
        "GET /rows: the key `1` does not come behind `2`"
    );
    // The page is not sorted.
    let pages = [r#"[{"id":3},{"id":1}]"#];
    let (_, _, error) = read(&pages, behind::<Rising>).await;
    assert_eq!(
        error.unwrap(),
        "GET /rows: the key `1` does not come behind `3`"
    );
    // Behind a key there is not the key itself.
    let pages = [r#"[{"id":3}]"#, r#"[{"id":3},{"id":4}]"#];
    let (_, _, error) = read(&pages, behind::<Rising>).await;
    assert_eq!(
        error.unwrap(),
        "GET /rows: the key `3` does not come behind `3`"
    );
}

#[tokio::test]
async fn texts_have_any_order_but_do_not_come_again() {
    let row = |name| format!(r#"[{{"id":1,"name":"{name}"}}]"#);
    let pages = [row("b"), row("a"), "[]".to_owned()];
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let (read_records, sent, error) = read(&pages, BehindText).await;
    assert_eq!((read_records.len(), error), (2, None));
    assert_eq!(sent, ["none", "b", "a"]);
    let pages = [row("b"), row("a"), row("b")];
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let (_, _, error) = read(&pages, BehindText).await;
    assert!(error.unwrap().contains("`b`, which was read before"));
}

#[tokio::test]
async fn records_of_the_key_that_come_again_are_delivered_once() {
    let pages = [
        r#"[{"id":1},{"id":2,"name":"a"}]"#,
        r#"[{"id":2,"name":"a"},{"id":2,"name":"b"}]"#,
        r#"[{"id":2,"name":"a"},{"id":2,"name":"b"},{"id":3}]"#,
        r#"[{"id":3}]"#,
    ];
    let (read, sent, error) = read(&pages, from::<Rising>).await;
    let read: Vec<_> = read.iter().map(|(id, name)| (*id, name.as_str())).collect();
    assert_eq!(
        (read, error),
        (vec![(1, ""), (2, "a"), (2, "b"), (3, "")], None)
    );
    assert_eq!(sent, ["none", "2", "2", "3"]);
}

#[tokio::test]
async fn a_record_that_changed_is_delivered_and_equal_ones_as_often_as_they_come() {
    let pages = [
        r#"[{"id":2,"name":"a"},{"id":2,"name":"a"}]"#,
        r#"[{"id":2,"name":"a"},{"id":2,"name":"a"},{"id":2,"name":"a"},{"id":2,"name":"c"}]"#,
        "[]",
    ];
    let (read, _, error) = read(&pages, from::<Rising>).await;
    let names: Vec<_> = read.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!((names, error), (vec!["a", "a", "a", "c"], None));
}

#[tokio::test]
async fn a_full_page_of_one_key_cannot_be_passed() {
    let full = r#"[{"id":2,"name":"a"},{"id":2,"name":"b"}]"#;
    let (read, _, error) = read(&[full, full], from::<Rising>).await;
    assert_eq!(ids(&read), [2, 2]);
    assert_eq!(
        error.unwrap(),
        "GET /rows: 2 records or more have the key `2`: what is behind cannot be reached"
    );
}

#[tokio::test]
async fn a_record_that_was_left_out_at_the_end_is_an_error() {
    let pages = [r#"[{"id":1},{"id":"x"}]"#];
    let (read, _, error) = read(&pages, behind::<Skipping>).await;
    assert_eq!(ids(&read), [1]);
    assert!(
        error
            .unwrap()
            .contains("the last record, which leads to the next page, was left out")
    );
}
