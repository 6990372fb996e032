//! Resources that are read for each record of another.

use std::time::Duration;

use runtime_tests::runtime::error::Kind;
use runtime_tests::runtime::limit::Limit;
use runtime_tests::runtime::session::Session;
use runtime_tests::runtime::source::Source as _;

use crate::family::{
    Answers, Comments, CommentsOfTwo, Gauge, NeededComments, Of, asked, page, parts, posts, read,
};
use crate::source::{options, session};
use crate::stub::{Reply, Stub};

const SHORT: Duration = Duration::from_millis(20);

/// Posts in one page, and two pages of one comment for each of them.
fn family(ids: &'static [&'static str]) -> Stub {
    Stub::start(move |asked| match parts(asked) {
        ("posts", "", 0) => page(ids),
        ("posts", post, at) if at < 2 && !post.is_empty() => page(&[&format!("{post}.{at}")]),
        _ => page(&[]),
    })
}

#[tokio::test]
async fn records_come_in_the_order_of_their_parents_whoever_answers_first() {
    let stub = Stub::start(|asked| match parts(asked) {
        ("posts", "", 0) => page(&["3", "2", "1", "0"]),
        ("posts", "", _) => page(&[]),
        (_, post, at) if at < 3 => {
            std::thread::sleep(SHORT * post.parse().unwrap());
            page(&[&format!("{post}.{at}a"), &format!("{post}.{at}b")])
        }
        _ => page(&[]),
    });
    let session = session(&stub);
    let read = read(Comments(session.clone()).of(posts(&session))).await;
    let all = |post: u32| (0..3).flat_map(move |at| ["a", "b"].map(|c| format!("{post}.{at}{c}")));
    assert_eq!(
        read,
        [3, 2, 1, 0].into_iter().flat_map(all).collect::<Vec<_>>()
    );
    let stats = session.stats();
    assert_eq!(
        (stats.partitions.get(), stats.partitions_failed.get()),
        (4, 0)
    );
}

#[tokio::test]
async fn no_more_partitions_are_read_at_once_than_allowed() {
    let gauge = Gauge::default();
    let counted = gauge.clone();
    let stub = Stub::start(move |asked| match parts(asked) {
        ("posts", "", 0) => page(&["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]),
        ("posts", "", _) => page(&[]),
        (_, post, 0) => counted.during(SHORT, || page(&[post])),
        _ => counted.during(SHORT, || page(&[])),
    });
    let session = session(&stub);
    let read = read(Comments(session.clone()).of(posts(&session))).await;
    assert_eq!((read.len(), gauge.most()), (10, 4));
}

#[tokio::test]
async fn a_partition_that_waits_for_its_turn_has_read_one_page() {
    let stub = Stub::start(|asked| match parts(asked) {
        ("posts", "", 0) => page(&["0", "1", "2", "3", "4", "5", "6", "7"]),
        ("posts", "", _) => page(&[]),
        (_, "0", 0) => page(&["0"]).after(SHORT * 20),
        (_, post, at) if at < 5 => page(&[&format!("{post}.{at}")]),
        _ => page(&[]),
    });
    let session = session(&stub);
    let mut comments = Comments(session.clone()).of(posts(&session));
    let first = comments.next().await.unwrap().unwrap();
    assert_eq!(first.records[0].id.as_deref(), Some("0"));
    let mut known = asked(&stub);
    known.sort();
    // Of the parents one page was read, though there are others; the partitions behind the first four are not opened.
    let expected = [
        "/posts 0",
        "/posts/0/comments 0",
        "/posts/1/comments 0",
        "/posts/2/comments 0",
        "/posts/3/comments 0",
    ];
    assert_eq!(known, expected);
}

#[tokio::test]
async fn requests_end_while_the_reader_does_something_else() {
    let stub = Stub::start(|asked| match parts(asked) {
        ("posts", "", 0) => page(&["0", "1", "2", "3", "4", "5"]),
        ("posts", "", _) => page(&[]),
        (_, post, 0) => page(&[post]).after(SHORT),
        _ => page(&[]),
    });
    let mut options = options(&stub);
    options.gate = Some(Box::new(Limit::new(None, Some(1))));
    let session = Session::new(options).unwrap();
    let mut comments = Comments(session.clone()).of(posts(&session));
    let reading = async {
        let mut records = 0;
        while let Some(batch) = comments.next().await.unwrap() {
            // One request may be under way, and that of another partition is, which nobody waits for here.
            posts(&session).next().await.unwrap();
            records += batch.records.len();
        }
        records
    };
    let read = tokio::time::timeout(Duration::from_secs(20), reading).await;
    assert_eq!(read, Ok(6));
}

#[tokio::test]
async fn a_parent_without_a_value_is_left_out_and_counted() {
    let stub = family(&["1", "", "unwanted", "2"]);
    let session = session(&stub);
    let read = read(Comments(session.clone()).of(posts(&session))).await;
    assert_eq!(read, ["1.0", "1.1", "2.0", "2.1"]);
    let stats = session.stats();
    assert_eq!(
        (stats.partitions.get(), stats.partitions_skipped.get()),
        (2, 1)
    );
    assert!(!asked(&stub).iter().any(|path| path.contains("unwanted")));
}

#[tokio::test]
async fn a_parent_without_a_value_ends_the_resource_where_all_are_needed() {
    let stub = family(&["1", "", "2"]);
    let session = session(&stub);
    let read = read(NeededComments(session.clone()).of(posts(&session))).await;
    assert_eq!(read, ["1.0", "1.1", "!a record of `texts` has no `id`"]);
    assert!(!asked(&stub).iter().any(|path| path.contains("/posts/2")));
}

#[tokio::test]
async fn an_id_is_one_segment_whatever_it_holds() {
    let stub = Stub::start(|asked| match parts(asked) {
        ("posts", "", 0) => page(&["a/b?c", "..", "é %2e", "."]),
        ("posts", "", _) | (_, _, 1) => page(&[]),
        _ => page(&["x"]),
    });
    let session = session(&stub);
    let mut comments = Comments(session.clone()).of(posts(&session));
    let (mut read, mut refused) = (0, Vec::new());
    loop {
        match comments.next().await {
            Ok(Some(batch)) => read += batch.records.len(),
            Ok(None) => break,
            Err(error) => {
                assert_eq!((error.kind(), error.is_final()), (Kind::Value, false));
                refused.push(error.to_string());
            }
        }
    }
    assert_eq!(read, 2);
    let said = |id: &str| format!("`{id}` cannot stand in a path (partition {{\"id\":\"{id}\"}})");
    assert_eq!(refused, [said(".."), said(".")]);
    let first = |path: &&String| path.ends_with("comments 0");
    let mut known: Vec<_> = asked(&stub).iter().filter(first).cloned().collect();
    known.sort();
    assert_eq!(
        known,
        [
            "/posts/%C3%A9%20%252e/comments 0",
            "/posts/a%2Fb%3Fc/comments 0"
        ]
    );
}

#[tokio::test]
async fn a_chain_of_three_is_read_in_order() {
    let stub = Stub::start(|asked| match parts(asked) {
        ("posts", "", at) if at < 2 => page(&[&format!("p{at}"), &format!("q{at}")]),
        ("posts", post, 0) if !post.is_empty() => {
            page(&[&format!("{post}-a"), &format!("{post}-b")])
        }
        ("comments", comment, 0) => page(&[&format!("{comment}-1"), &format!("{comment}-2")]),
        _ => page(&[]),
    });
    let session = session(&stub);
    let comments = Comments(session.clone()).of(posts(&session));
    let read = read(Answers(session.clone()).of(comments)).await;
    let expected = ["p0", "q0", "p1", "q1"]
        .into_iter()
        .flat_map(|post| ["a-1", "a-2", "b-1", "b-2"].map(|answer| format!("{post}-{answer}")));
    assert_eq!(read, expected.collect::<Vec<_>>());
    assert_eq!(session.stats().partitions.get(), 4 + 8);
}

#[tokio::test]
async fn a_partition_that_fails_is_named_and_the_others_go_on() {
    let stub = Stub::start(|asked| match parts(asked) {
        ("posts", "", 0) => page(&["1", "2", "3"]),
        (_, "2", 1) => Reply::status(404).body(r#"{"message":"gone"}"#),
        ("posts", post, at) if at < 2 && !post.is_empty() => page(&[&format!("{post}.{at}")]),
        _ => page(&[]),
    });
    let session = session(&stub);
    let read = read(Comments(session.clone()).of(posts(&session))).await;
    let error = "!GET /posts/2/comments: 404 Not Found: gone (partition {\"id\":\"2\"})";
    assert_eq!(read, ["1.0", "1.1", "2.0", error, "3.0", "3.1"]);
    let stats = session.stats();
    let counted = (stats.partitions.get(), stats.partitions_failed.get());
    assert_eq!(counted, (2, 1));
}

#[tokio::test]
async fn what_is_declared_to_be_a_failure_and_refused_credentials_end_all() {
    for (status, said) in [
        (403, "403 Forbidden: the plan ends here"),
        (401, "401 Unauthorized"),
    ] {
        let stub = Stub::start(move |asked| match parts(asked) {
            ("posts", "", 0) => page(&["1", "2", "3", "4", "5", "6", "7"]),
            (_, "2", _) => Reply::status(status),
            ("posts", post, 0) if !post.is_empty() => page(&[post]),
            _ => page(&[]),
        });
        let session = session(&stub);
        let read = read(Comments(session.clone()).of(posts(&session))).await;
        let error = format!("!GET /posts/2/comments: {said} (partition {{\"id\":\"2\"}})");
        assert_eq!(read, ["1".to_owned(), error]);
        assert!(!asked(&stub).iter().any(|path| path.contains("/posts/7")));
    }
}

#[tokio::test]
async fn what_is_left_of_a_partition_is_skipped_on_any_of_its_pages() {
    let stub = Stub::start(|asked| match parts(asked) {
        ("posts", "", 0) => page(&["1", "2", "3"]),
        (_, "1", 0) | (_, "2", 1) => Reply::status(410),
        ("posts", post, at) if at < 2 && !post.is_empty() => page(&[&format!("{post}.{at}")]),
        _ => page(&[]),
    });
    let session = session(&stub);
    let read = read(Comments(session.clone()).of(posts(&session))).await;
    assert_eq!(read, ["2.0", "3.0", "3.1"]);
    let stats = session.stats();
    let counted = (
        stats.partitions.get(),
        stats.partitions_skipped.get(),
        stats.partitions_failed.get(),
    );
    assert_eq!(counted, (1, 2, 0));
    assert!(!stats.is_complete("texts"));
}

#[tokio::test]
async fn parents_share_requests() {
    let stub = family(&["1", "2", "", "3", "4", "5"]);
    let session = session(&stub);
    let read = read(CommentsOfTwo(session.clone()).of(posts(&session))).await;
    let expected = ["1%2C2.0", "1%2C2.1", "3%2C4.0", "3%2C4.1", "5.0", "5.1"];
    assert_eq!(read, expected);
    assert_eq!(session.stats().partitions_skipped.get(), 1);
}

#[tokio::test]
async fn a_failure_of_the_parents_comes_after_the_partitions_before_it() {
    let stub = Stub::start(|asked| match parts(asked) {
        ("posts", "", 0) => page(&["1", "2"]),
        ("posts", "", _) => Reply::status(404),
        ("posts", post, at) if at < 2 => page(&[&format!("{post}.{at}")]),
        _ => page(&[]),
    });
    let session = session(&stub);
    let read = read(Comments(session.clone()).of(posts(&session))).await;
    let error = "!GET /posts: 404 Not Found";
    assert_eq!(read, ["1.0", "1.1", "2.0", "2.1", error]);
    assert_eq!(session.stats().partitions_failed.get(), 0);
}

#[tokio::test]
async fn a_page_that_is_given_up_is_not_lost_and_not_asked_for_again() {
    let stub = Stub::start(|asked| match parts(asked) {
        ("posts", "", 0) => page(&["1", "2"]).after(SHORT),
        ("posts", post, at) if at < 3 && !post.is_empty() => {
            page(&[&format!("{post}.{at}")]).after(SHORT)
        }
        _ => page(&[]).after(SHORT),
    });
    let session = session(&stub);
    let mut comments = Comments(session.clone()).of(posts(&session));
    let mut read = Vec::new();
    let mut given_up = 0;
    loop {
        match tokio::time::timeout(SHORT / 3, comments.next()).await {
            Err(_) => given_up += 1,
            Ok(page) => match page.unwrap() {
                Some(page) => read.extend(page.records.into_iter().filter_map(|text| text.id)),
                None => break,
            },
        }
    }
    assert_eq!(read, ["1.0", "1.1", "1.2", "2.0", "2.1", "2.2"]);
    assert!(given_up > 3, "{given_up}");
    let mut known = asked(&stub);
    let all = known.len();
    known.sort();
    known.dedup();
    assert_eq!(known.len(), all, "each page was asked for once");
}

#[tokio::test]
async fn nothing_is_asked_before_the_first_page_and_after_the_source_is_gone() {
    let stub = family(&["1", "2", "3", "4", "5"]);
    let session = session(&stub);
    let mut comments = Comments(session.clone()).of(posts(&session));
    tokio::time::sleep(SHORT).await;
    assert!(stub.asked().is_empty());
    comments.next().await.unwrap().unwrap();
    drop(comments);
    tokio::time::sleep(SHORT).await;
    let known = stub.asked().len();
    tokio::time::sleep(SHORT * 3).await;
    assert_eq!(stub.asked().len(), known);
}

#[tokio::test]
async fn partitions_may_come_from_a_list() {
    let stub = family(&[]);
    let session = session(&stub);
    let list = ["b", "a"].map(|id| Of { id: id.to_owned() });
    let partitions = runtime_tests::runtime::partitions::Partitions::new(
        Comments(session.clone()),
        Vec::from(list).into_iter(),
    );
    assert_eq!(read(partitions).await, ["b.0", "b.1", "a.0", "a.1"]);
}
