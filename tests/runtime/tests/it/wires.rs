//! Records that are made from what the API sends, and those that nobody wants.

use crate::source::{Line, Placed, Sent, Source, offset, session};
use crate::stub::{Reply, Stub};
use runtime_tests::runtime::endpoint::Turn;
use runtime_tests::runtime::error::Error;
use runtime_tests::runtime::source::Source as _;

fn sent(rows: &str) -> Reply {
    Reply::json(format!(r#"{{"data":[{rows}]}}"#))
}

fn line(text: &str) -> Line {
    Line {
        text: text.to_owned(),
    }
}

#[tokio::test]
async fn records_are_made_with_what_the_endpoint_knows() {
    let stub = Stub::script([
        sent(r#"{"id":2,"name":"a","place":{"town":"Ulm"}},{"id":4,"name":"b"}"#),
        sent(""),
    ]);
    let mut source = Source::<Placed>::new(&session(&stub), offset);
    source.prefix = "> ";
    let (read, error) = source.read().await;
    assert_eq!(read, [line("> Ulm: a")]);
    assert!(error.is_none());
}

#[tokio::test]
async fn paging_goes_on_as_if_all_were_wanted() {
    let unwanted = r#"{"id":1,"name":"a","place":{"town":"Ulm"}}"#;
    let stub = Stub::script([
        sent(unwanted),
        sent(r#"{"id":2,"name":"b","place":{"town":"Ulm"}},{"id":3,"name":"c"},{"id":"x"}"#),
        sent(""),
    ]);
    let session = session(&stub);
    let mut pages = Source::<Placed>::new(&session, offset).pages();
    let first = pages.next().await.unwrap().unwrap();
    assert_eq!((first.records, first.number), (vec![], 1));
    let second = pages.next().await.unwrap().unwrap();
    assert_eq!(second.records, [line("Ulm: b")]);
    assert_eq!(
        second.rejected.len(),
        1,
        "what is invalid is no matter of a filter"
    );
    assert!(
        pages
            .next()
            .await
            .unwrap()
            .is_some_and(|page| page.records.is_empty())
    );
    assert!(pages.next().await.unwrap().is_none());
    let asked = stub.asked();
    let positions: Vec<_> = asked.iter().map(|asked| asked.param("position")).collect();
    assert_eq!(positions, [None, Some("1"), Some("4")]);
    let stats = session.stats();
    let counted = (
        stats.records.get(),
        stats.filtered.get(),
        stats.skipped.get(),
    );
    assert_eq!(counted, (1, 2, 1));
}

#[tokio::test]
async fn the_last_record_is_the_last_that_was_sent() {
    fn after(turn: &Turn<'_, '_, Source<Placed>>) -> Result<Option<String>, Error> {
        Ok(turn.last()?.map(|last: &Sent| last.id.to_string()))
    }
    let stub = Stub::script([
        sent(r#"{"id":2,"name":"a","place":{"town":"Ulm"}},{"id":7,"name":"b"}"#),
        sent(""),
    ]);
    Source::<Placed>::new(&session(&stub), after).read().await;
    assert_eq!(stub.asked()[1].param("position"), Some("7"));
}

#[tokio::test]
async fn errors_and_unknown_keys_speak_of_what_was_sent() {
    let stub = Stub::script([sent(r#"{"id":2,"name":"a","text":"x","place":{"town":1}}"#)]);
    let session = session(&stub);
    let mut pages = Source::<Placed>::new(&session, offset).pages();
    let page = pages.next().await.unwrap().unwrap();
    assert_eq!(
        page.rejected[0].problem,
        "lines, page 1, index 0, `place.town`: invalid type: integer `1`, expected a string; the value is 1"
    );
    let unknown: Vec<_> = session.stats().unknown_fields()["lines"]
        .clone()
        .into_iter()
        .collect();
    assert_eq!(unknown, ["text"]);
}
