//! Reading incrementally: what is asked for, what is left out, and how far a run got.

use jiff::Timestamp;
use runtime_tests::runtime::error::Kind;
use runtime_tests::runtime::incremental::CursorOrder;
use runtime_tests::runtime::state::{CursorState, StateKey};

use crate::changing::{Api, INCLUSIVE, Manner, Reader, STATE, Way, second};

macro_rules! ways {
    ($($name:ident { $($constant:ident: $ty:ty = $value:expr;)* })*) => {$(
        #[derive(Clone)]
        struct $name;
        impl Way for $name { $(const $constant: $ty = $value;)* }
    )*};
}

ways! {
    Plain {}
    Started { LIMITS: (Option<i64>, Option<i64>) = (Some(10), None); }
    Bounded { LIMITS: (Option<i64>, Option<i64>) = (Some(10), Some(30)); FILTERS: bool = true; }
    Back { LOOKBACK: Option<i64> = Some(5); }
    BackTo { LOOKBACK: Option<i64> = Some(5); LIMITS: (Option<i64>, Option<i64>) = (Some(18), None); }
    Ascending { ORDER: CursorOrder = CursorOrder::Ascending; }
    AscendingTo { ORDER: CursorOrder = CursorOrder::Ascending; FILTERS: bool = true; LIMITS: (Option<i64>, Option<i64>) = (None, Some(15)); }
    Descending { ORDER: CursorOrder = CursorOrder::Descending; FILTERS: bool = true; }
    Sliced { STEP: Option<i64> = Some(10); UNTIL_NOW: bool = true; LIMITS: (Option<i64>, Option<i64>) = (Some(0), None); }
    Grained { STEP: Option<i64> = Some(10); GRANULARITY: Option<i64> = Some(1); UNTIL_NOW: bool = true; LIMITS: (Option<i64>, Option<i64>) = (Some(0), None); }
    Apart { STEP: Option<i64> = Some(10); GRANULARITY: Option<i64> = Some(5); FILTERS: bool = true; UNTIL_NOW: bool = true; LIMITS: (Option<i64>, Option<i64>) = (Some(0), None); }
    Unsent { SENDS_END: bool = false; LIMITS: (Option<i64>, Option<i64>) = (None, Some(20)); }
    Dropping { KEEPS_MISSING: bool = false; }
    Short { PAGE_LIMIT: Option<u64> = Some(2); }
}

/// All is sent, whatever is asked for.
const UNFILTERED: Manner = Manner {
    filters: false,
    ..INCLUSIVE
};

fn ordered(order: CursorOrder) -> Manner {
    Manner { order, ..INCLUSIVE }
}

/// An API with a row in each of these seconds; the row's number is its place.
fn api(manner: Manner, seconds: &[i64]) -> Api {
    let api = Api::start(manner);
    for (id, second) in (1..).zip(seconds) {
        api.table().put(id, 0, *second);
    }
    api.table().clock = second(1_000);
    api
}

fn texts(seconds: &[Option<i64>]) -> Vec<Option<String>> {
    let text = |n: &Option<i64>| n.map(|n| second(n).to_string());
    seconds.iter().map(text).collect()
}

#[tokio::test]
async fn the_first_run_without_a_start_sends_no_parameter_and_the_next_begins_where_it_ended() {
    let api = api(INCLUSIVE, &[10, 20, 30]);
    let mut reader = Reader::new();
    assert_eq!(reader.ids::<Plain>(&api).await, [1, 2, 3]);
    assert_eq!(reader.value(), Some(second(30).to_string()));
    api.table().put(1, 7, 40);
    assert_eq!(reader.ids::<Plain>(&api).await, [1]);
    assert_eq!(api.asked("since"), texts(&[None, Some(30)]));
    assert_eq!(api.asked("until"), texts(&[None, None]));
}

#[tokio::test]
async fn a_start_is_sent_on_the_first_run_and_the_state_wins_over_it() {
    let api = api(INCLUSIVE, &[5, 10, 20]);
    let mut reader = Reader::new();
    assert_eq!(reader.ids::<Started>(&api).await, [2, 3]);
    assert_eq!(reader.ids::<Started>(&api).await, [] as [i64; 0]);
    assert_eq!(api.asked("since"), texts(&[Some(10), Some(20)]));
}

#[tokio::test]
async fn records_at_the_boundary_come_again_only_if_they_changed() {
    let api = api(INCLUSIVE, &[10, 20, 20]);
    let mut reader = Reader::new();
    reader.ids::<Plain>(&api).await;
    // A change and a new row within the same second.
    api.table().put(3, 8, 20);
    api.table().put(4, 0, 20);
    assert_eq!(reader.ids::<Plain>(&api).await, [3, 4]);
    assert_eq!(reader.read[0].value, 8);
    assert_eq!(reader.ids::<Plain>(&api).await, [] as [i64; 0]);
}

#[tokio::test]
async fn a_run_without_news_has_no_checkpoint() {
    let api = api(INCLUSIVE, &[10]);
    let mut reader = Reader::new();
    reader.ids::<Plain>(&api).await;
    reader.ids::<Plain>(&api).await;
    assert_eq!(reader.checkpoints, 1);
}

#[tokio::test]
async fn an_api_that_leaves_out_its_start_needs_a_lookback() {
    let manner = Manner {
        includes_start: false,
        ..INCLUSIVE
    };
    let api = api(manner, &[10, 20]);
    let mut reader = Reader::new();
    assert_eq!(reader.ids::<Back>(&api).await, [1, 2]);
    api.table().put(3, 0, 20);
    assert_eq!(reader.ids::<Back>(&api).await, [3]);
    assert_eq!(api.asked("since"), texts(&[None, Some(15)]));
}

#[tokio::test]
async fn a_lookback_goes_before_the_state_but_not_before_the_start() {
    let api = api(INCLUSIVE, &[16, 19, 20]);
    let mut reader = Reader::new();
    assert_eq!(reader.ids::<BackTo>(&api).await, [2, 3]);
    assert_eq!(reader.ids::<BackTo>(&api).await, [2]);
    assert_eq!(api.asked("since"), texts(&[Some(18), Some(18)]));
    assert_eq!(
        reader.value(),
        Some(second(20).to_string()),
        "a state never moves back"
    );
}

#[tokio::test]
async fn what_the_api_does_not_filter_is_left_out_with_both_ends_included() {
    let api = api(UNFILTERED, &[5, 10, 20, 30, 31]);
    let mut reader = Reader::new();
    assert_eq!(reader.ids::<Bounded>(&api).await, [2, 3, 4]);
    assert_eq!(reader.value(), Some(second(30).to_string()));
}

#[tokio::test]
async fn ascending_records_give_a_checkpoint_after_each_page() {
    let api = api(ordered(CursorOrder::Ascending), &[10, 20, 30, 40, 50]);
    let mut reader = Reader::new();
    // Two records, a checkpoint, and one record more.
    reader.run::<Ascending>(&api, 4, |_| {}).await.unwrap();
    assert_eq!(reader.value(), Some(second(20).to_string()));
    assert_eq!(reader.ids::<Ascending>(&api).await, [3, 4, 5]);
    assert_eq!(api.asked("since"), texts(&[None, Some(20)]));
}

#[tokio::test]
async fn ascending_records_beyond_the_end_end_it() {
    let manner = Manner {
        filters: false,
        ..ordered(CursorOrder::Ascending)
    };
    let api = api(manner, &[10, 20, 30, 40, 50, 60]);
    let mut reader = Reader::new();
    assert_eq!(reader.ids::<AscendingTo>(&api).await, [1]);
    assert_eq!(
        api.stub.asked().len(),
        1,
        "the second page is of no interest"
    );
}

#[tokio::test]
async fn an_api_that_does_not_sort_as_declared_is_an_error() {
    let api = api(INCLUSIVE, &[10, 30, 20]);
    let mut reader = Reader::new();
    let error = reader.run::<Ascending>(&api, usize::MAX, |_| {}).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), Kind::Paging);
    assert_eq!(
        error.to_string(),
        "the order by `updated_at` is not `asc`: 2026-03-01T00:00:20Z comes after 2026-03-01T00:00:30Z"
    );
}

#[tokio::test]
async fn descending_records_before_the_start_end_it_and_only_the_end_is_a_checkpoint() {
    let manner = Manner {
        filters: false,
        ..ordered(CursorOrder::Descending)
    };
    let api = api(manner, &[10, 20, 30, 40, 50]);
    let mut reader = Reader::new();
    reader.run::<Descending>(&api, 4, |_| {}).await.unwrap();
    assert_eq!(reader.value(), None);
    assert_eq!(reader.ids::<Descending>(&api).await, [5, 4, 3, 2, 1]);
    let before = api.stub.asked().len();
    api.table().put(6, 0, 60);
    assert_eq!(reader.ids::<Descending>(&api).await, [6]);
    assert_eq!(api.stub.asked().len() - before, 2, "two pages of five rows");
}

#[tokio::test]
async fn windows_follow_one_another_until_the_start_of_the_run() {
    let api = api(INCLUSIVE, &[3, 10, 25]);
    api.table().clock = second(27);
    let mut reader = Reader::new();
    assert_eq!(reader.ids::<Sliced>(&api).await, [1, 2, 3]);
    assert_eq!(api.asked("since"), texts(&[Some(0), Some(10), Some(20)]));
    assert_eq!(api.asked("until"), texts(&[Some(10), Some(20), Some(27)]));
    assert_eq!(reader.checkpoints, 2, "the second window has nothing new");
}

#[tokio::test]
async fn windows_of_a_granularity_do_not_touch() {
    let api = api(INCLUSIVE, &[3, 9, 10, 25]);
    api.table().clock = second(20);
    let mut reader = Reader::new();
    assert_eq!(reader.ids::<Grained>(&api).await, [1, 2, 3]);
    assert_eq!(api.asked("since"), texts(&[Some(0), Some(10)]));
    assert_eq!(api.asked("until"), texts(&[Some(9), Some(20)]));
}

#[tokio::test]
async fn records_between_two_windows_are_of_the_first() {
    // Days of which the API takes the last one whole: windows end at 5, and what comes before 10 is theirs.
    let api = api(UNFILTERED, &[3, 7, 12]);
    api.table().clock = second(20);
    assert_eq!(Reader::new().ids::<Apart>(&api).await, [1, 2, 3]);
}

#[tokio::test]
async fn an_end_that_is_not_sent_is_heeded() {
    let api = api(UNFILTERED, &[10, 20, 30]);
    let mut reader = Reader::new();
    assert_eq!(reader.ids::<Unsent>(&api).await, [1, 2]);
    assert_eq!(reader.value(), Some(second(20).to_string()));
}

#[tokio::test]
async fn a_checkpoint_is_no_later_than_the_run() {
    let api = api(INCLUSIVE, &[10, 90]);
    api.table().clock = second(50);
    let mut reader = Reader::new();
    assert_eq!(reader.ids::<Plain>(&api).await, [1, 2]);
    assert_eq!(reader.value(), Some(second(50).to_string()));
    assert_eq!(reader.ids::<Plain>(&api).await, [2]);
}

#[tokio::test]
async fn a_checkpoint_is_no_later_than_its_window() {
    let api = api(UNFILTERED, &[3, 40]);
    api.table().clock = second(60);
    let mut reader = Reader::new();
    reader.run::<Sliced>(&api, 3, |_| {}).await.unwrap();
    assert_eq!(reader.value(), Some(second(10).to_string()));
}

#[tokio::test]
async fn records_without_a_cursor_are_kept_or_left_out() {
    let api = api(INCLUSIVE, &[10, 20, 30]);
    api.table().rows.get_mut(&2).unwrap().updated_at = None;
    assert_eq!(Reader::new().ids::<Plain>(&api).await, [1, 2, 3]);
    let mut reader = Reader::new();
    assert_eq!(reader.ids::<Dropping>(&api).await, [1, 3]);
    assert_eq!(reader.value(), Some(second(30).to_string()));
    assert_eq!(api.session.stats().skipped.get(), 1);
}

#[tokio::test]
async fn more_pages_than_are_read_at_most_are_an_error_after_their_records() {
    let api = api(INCLUSIVE, &[10, 20, 30, 40, 50]);
    let mut reader = Reader::new();
    let error = reader.run::<Short>(&api, usize::MAX, |_| {}).await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "GET /items: there are more than 2 pages: what is cut off would never be read; raise `max_pages`"
    );
    assert_eq!(reader.read.len(), 4);
    assert_eq!(reader.value(), None);
    api.table().rows.remove(&5);
    assert_eq!(reader.ids::<Short>(&api).await, [1, 2, 3, 4]);
}

#[tokio::test]
async fn who_says_where_to_begin_gets_all_from_there_and_the_state_stays() {
    let api = api(INCLUSIVE, &[10, 20, 30]);
    let mut reader = Reader::new();
    reader.ids::<Plain>(&api).await;
    let since = |since: i64| {
        move |extent: &mut runtime_tests::runtime::incremental::Extent<Timestamp>| {
            extent.since = Some(second(since));
        }
    };
    reader
        .run::<Plain>(&api, usize::MAX, since(15))
        .await
        .unwrap();
    assert_eq!(reader.read.len(), 2);
    assert_eq!(reader.value(), Some(second(30).to_string()));
    let error = reader
        .run::<Plain>(&api, usize::MAX, since(31))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Config);
    assert!(error.to_string().contains("would never be read"), "{error}");
    reader
        .run::<Plain>(&api, usize::MAX, |extent| extent.until = Some(second(29)))
        .await
        .unwrap();
    assert_eq!(reader.read, [], "the end lies before the state");
}

#[tokio::test]
async fn a_state_whose_value_is_of_another_type_is_refused() {
    let api = api(INCLUSIVE, &[10]);
    let mut reader = Reader::new();
    let json =
        r#"{"version":1,"connector":"tests","resource":"items","cursor":"updated_at","value":17}"#;
    reader.state = CursorState::from_json(STATE, json).unwrap();
    let error = reader
        .run::<Plain>(&api, usize::MAX, |_| {})
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("its value 17 is of another type"),
        "{error}"
    );
    assert!(api.stub.asked().is_empty());
    let other = StateKey {
        resource: "others",
        ..STATE
    };
    reader.state = CursorState::new(STATE);
    let strange = std::sync::Arc::new(CursorState::new(other));
    let error = reader
        .run::<Plain>(&api, usize::MAX, |extent| extent.state = Some(strange))
        .await;
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("it is that of `others`")
    );
}

/// The property on which everything rests: whatever changes whenever, and wherever a run is interrupted, what was read
/// until then and after, merged by key, is in the end what the server has.
async fn nothing_is_lost<W: Way>(manner: Manner) {
    for seed in 0..40 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let api = Api::start(manner);
        let mut reader = Reader::new();
        let mut merged = std::collections::BTreeMap::new();
        for _ in 0..rng.usize(2..6) {
            for _ in 0..rng.usize(..12) {
                api.table().change(&mut rng);
            }
            api.table().busy = rng.bool().then(|| rng.fork());
            let limit = if rng.bool() {
                rng.usize(..20)
            } else {
                usize::MAX
            };
            reader.run::<W>(&api, limit, |_| {}).await.unwrap();
            merged.extend(reader.read.drain(..).map(|item| (item.id, item)));
        }
        api.table().busy = None;
        // The last changes may lie in the second in which the run starts.
        api.table().clock += jiff::Span::new().seconds(15);
        reader.run::<W>(&api, usize::MAX, |_| {}).await.unwrap();
        merged.extend(reader.read.drain(..).map(|item| (item.id, item)));
        assert_eq!(merged, api.table().rows, "seed {seed}");
        assert_eq!(
            reader.ids::<W>(&api).await.len(),
            0,
            "seed {seed}: all is read, and only once"
        );
    }
}

#[tokio::test]
async fn nothing_is_lost_of_unsorted_records() {
    nothing_is_lost::<Plain>(INCLUSIVE).await;
}

#[tokio::test]
async fn nothing_is_lost_of_ascending_records() {
    nothing_is_lost::<Ascending>(ordered(CursorOrder::Ascending)).await;
}

#[tokio::test]
async fn nothing_is_lost_of_descending_records() {
    let manner = Manner {
        filters: false,
        ..ordered(CursorOrder::Descending)
    };
    nothing_is_lost::<Descending>(manner).await;
}

#[tokio::test]
async fn nothing_is_lost_in_windows() {
    nothing_is_lost::<Sliced>(INCLUSIVE).await;
    nothing_is_lost::<Grained>(INCLUSIVE).await;
}

#[test]
fn decimals_are_compared_as_numbers() {
    use runtime_tests::runtime::cursor::Cursor;
    use runtime_tests::runtime::decimal::Decimal;
    let ascending = [
        "-1e400",
        "-10",
        "-9.5",
        "-9",
        "-0.001",
        "0",
        "1e-400",
        "0.0099",
        "0.01",
        "9",
        "9.10",
        "9.9",
        "10",
        "1e2",
        "100.5",
        "1e99999999999999999999",
    ];
    let decimals: Vec<Decimal> = ascending
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect();
    for (at, one) in decimals.iter().enumerate() {
        for (other_at, other) in decimals.iter().enumerate() {
            assert_eq!(one.order(other), at.cmp(&other_at), "{one} {other}");
        }
    }
    for (one, other) in [
        ("1.50", "1.5"),
        ("100", "1e2"),
        ("0", "-0.00"),
        ("0.10", "1e-1"),
    ] {
        let (one, other): (Decimal, Decimal) = (
            serde_json::from_str(one).unwrap(),
            serde_json::from_str(other).unwrap(),
        );
        assert!(one.order(&other).is_eq(), "{one} {other}");
    }
}

#[test]
fn months_are_those_of_the_calendar() {
    use runtime_tests::runtime::cursor::Cursor;
    let at: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
    let month = jiff::Span::new().months(1);
    assert_eq!(at.after(month).unwrap().to_string(), "2026-02-28T12:00:00Z");
    assert_eq!(
        at.before(month).unwrap().to_string(),
        "2025-12-31T12:00:00Z"
    );
}
