//! When a request is sent again, and how long that takes.

use crate::source::{Counted, Row, Source, once, options, session};
use crate::stub::{Reply, Stub};
use runtime_tests::runtime::capture::capture;
use runtime_tests::runtime::endpoint::Guard;
use runtime_tests::runtime::error::Kind;
use runtime_tests::runtime::request::Request;
use runtime_tests::runtime::retry::Retry;
use runtime_tests::runtime::send::Action;
use runtime_tests::runtime::session::Session;
use runtime_tests::runtime::wait::{self, Unit};
use std::collections::HashMap;
use std::time::{Duration, SystemTime};

const GOOD: &str = r#"{"data":[{"id":1}]}"#;

/// Seconds that are waited after an answer, and the outcome; time passes by itself.
async fn waited(
    retry: Retry,
    replies: impl IntoIterator<Item = Reply>,
) -> (f64, Result<usize, String>) {
    let stub = Stub::script(replies);
    let mut options = options(&stub);
    options.first_wait = None;
    // Without timers of its own, the client does not let the paused clock jump while an answer is on its way.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(0);
    options.http = Some(http.build().unwrap());
    let session = Session::new(options).unwrap();
    let started = tokio::time::Instant::now();
    let outcome = session
        .send(&Request::get("/rows"), &retry, &|_| None)
        .await;
    let seconds = started.elapsed().as_secs_f64();
    let counted = session.stats().waited.get();
    assert!(
        (seconds - Duration::from_millis(counted).as_secs_f64()).abs() < 0.5,
        "{seconds} s, counted {counted} ms"
    );
    (
        seconds,
        outcome
            .map(|_| stub.asked().len())
            .map_err(|error| error.to_string()),
    )
}

/// Waits of a fixed length, to see what an answer adds.
const CONSTANT: Retry = Retry {
    first: Duration::from_secs(2),
    max: Duration::from_secs(2),
    jitter: false,
    ..Retry::DEFAULT
};

fn near(seconds: f64, expected: f64) -> bool {
    // Dates are made before the test begins, and have no fractions of seconds.
    (expected * 0.9 - 0.5..expected + 2.0).contains(&seconds)
}

#[tokio::test]
async fn default_statuses_are_retried() {
    for status in [408, 425, 429, 500, 502, 503, 504, 599] {
        let stub = Stub::script([Reply::status(status), Reply::json(GOOD)]);
        let (read, _) = Source::<Counted>::new(&session(&stub), once).read().await;
        assert_eq!(read.len(), 1, "{status}");
    }
    for status in [300, 400, 403, 404, 409, 410, 418, 422] {
        let stub = Stub::script([Reply::status(status), Reply::json(GOOD)]);
        let (_, error) = Source::<Counted>::new(&session(&stub), once).read().await;
        assert_eq!(
            (error.unwrap().kind(), stub.asked().len()),
            (Kind::Status(status), 1)
        );
    }
}

#[tokio::test]
async fn the_number_of_retries_is_bounded_for_every_status() {
    for status in [429, 503] {
        let stub = Stub::start(move |_| Reply::status(status).header("Retry-After", 0));
        let (_, error) = Source::<Counted>::new(&session(&stub), once).read().await;
        assert_eq!(stub.asked().len(), 6);
        assert!(error.unwrap().to_string().ends_with("(tried 6 times)"));
    }
}

#[tokio::test]
async fn without_retries_the_first_failure_is_the_error() {
    let stub = Stub::script([Reply::status(503)]);
    let retry = Retry {
        max_retries: 0,
        ..Retry::DEFAULT
    };
    let sent = session(&stub)
        .send(&Request::get("/rows"), &retry, &|_| None)
        .await;
    assert_eq!(sent.unwrap_err().to_string(), "503 Service Unavailable");
}

#[tokio::test]
async fn each_request_has_its_own_retries() {
    let stub = Stub::start({
        let number = std::sync::atomic::AtomicU64::new(0);
        move |_| match number.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            number if number % 6 < 5 => Reply::status(500),
            number => Reply::json(format!(r#"{{"data":[{{"id":{number}}}],"total":3}}"#)),
        }
    });
    let (read, error) = Source::<Counted>::new(&session(&stub), crate::source::offset)
        .read()
        .await;
    assert_eq!((read.len(), error.is_none()), (3, true));
}

#[tokio::test]
async fn a_broken_connection_and_a_broken_body_are_retried() {
    for broken in [
        Reply::json(GOOD).broken(),
        Reply::status(200)
            .header("Content-Encoding", "gzip")
            .body("no gzip"),
    ] {
        let stub = Stub::script([broken, Reply::json(GOOD)]);
        let session = session(&stub);
        let (read, error) = Source::<Counted>::new(&session, once).read().await;
        assert_eq!(
            (read, error.is_none()),
            (
                vec![Row {
                    id: 1,
                    name: None,
                    place: None,
                    scores: None,
                    active: None
                }],
                true
            )
        );
        assert_eq!(session.stats().retries.get(), 1);
    }
}

#[tokio::test]
async fn a_post_is_retried_when_transport_breaks() {
    let stub = Stub::script([Reply::json(GOOD).broken(), Reply::json(GOOD)]);
    let mut source = Source::<Counted>::new(&session(&stub), once);
    source.request = |_| {
        let mut request = Request::of("POST", "/rows")?;
        request.json(&serde_json::json!({ "a": 1 }));
        Ok(request)
    };
    let (read, _) = source.read().await;
    assert_eq!(read.len(), 1);
    assert!(
        stub.asked()
            .iter()
            .all(|asked| asked.method == "POST" && asked.body == r#"{"a":1}"#)
    );
}

#[tokio::test(start_paused = true)]
async fn waits_are_random_parts_of_a_doubling_time() {
    let mut sums = Vec::new();
    for _ in 0..5 {
        let (seconds, outcome) = waited(Retry::DEFAULT, (0..6).map(|_| Reply::status(500))).await;
        assert!(
            outcome.is_err() && seconds <= 1.0 + 2.0 + 4.0 + 8.0 + 16.0 + 6.0,
            "{seconds}"
        );
        sums.push(seconds);
    }
    assert!(
        sums.windows(2)
            .any(|pair| (pair[0] - pair[1]).abs() > 0.001),
        "{sums:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_at_least_the_own_wait() {
    let http_date =
        |seconds: u64| httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(seconds));
    let past = httpdate::fmt_http_date(SystemTime::now() - Duration::from_secs(1000));
    let table = [
        ("0".to_owned(), 2.0),
        ("1".to_owned(), 2.0),
        ("10".to_owned(), 10.0),
        (" 10 ".to_owned(), 10.0),
        ("2.5".to_owned(), 2.5),
        ("300".to_owned(), 300.0),
        ("-5".to_owned(), 2.0),
        ("soon".to_owned(), 2.0),
        ("NaN".to_owned(), 2.0),
        (http_date(100), 100.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT".to_owned(), 2.0),
        (past, 2.0),
    ];
    for (header, expected) in table {
        let (seconds, outcome) = waited(
            CONSTANT,
            [
                Reply::status(429).header("Retry-After", &header),
                Reply::json(GOOD),
            ],
        )
        .await;
        assert_eq!(outcome, Ok(2), "{header}");
        assert!(
            near(seconds, expected),
            "{header}: {seconds}, not {expected}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_longer_wait_than_allowed_is_an_error() {
    for header in ["301", "86400", "1e300", "inf"] {
        let (seconds, outcome) =
            waited(CONSTANT, [Reply::status(429).header("Retry-After", header)]).await;
        let error = outcome.unwrap_err();
        assert!(
            error.contains("longer than the 300 s allowed") && seconds < 2.0,
            "{header}: {error}"
        );
    }
}

/// A text some seconds from now, as a unit has it.
fn in_unit(unit: Unit, seconds: u64) -> String {
    let time = SystemTime::now() + Duration::from_secs(seconds);
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    match unit {
        Unit::Seconds => seconds.to_string(),
        Unit::Milliseconds => (seconds * 1000).to_string(),
        Unit::Epoch => since.as_secs().to_string(),
        Unit::EpochMillis => since.as_millis().to_string(),
        Unit::Date => jiff::Timestamp::try_from(time).unwrap().to_string(),
        Unit::Duration => format!("{}m{}s", seconds / 60, seconds % 60),
    }
}

const MAX: Duration = Duration::from_secs(100);

#[tokio::test(start_paused = true)]
async fn a_header_of_the_api_says_how_long_to_wait() {
    let cases: [(Unit, runtime_tests::runtime::retry::Asked); 6] = [
        (Unit::Seconds, |answer| {
            wait::asked(answer.header("x-wait"), Unit::Seconds, MAX)
        }),
        (Unit::Milliseconds, |answer| {
            wait::asked(answer.header("x-wait"), Unit::Milliseconds, MAX)
        }),
        (Unit::Epoch, |answer| {
            wait::asked(answer.header("x-wait"), Unit::Epoch, MAX)
        }),
        (Unit::EpochMillis, |answer| {
            wait::asked(answer.header("x-wait"), Unit::EpochMillis, MAX)
        }),
        (Unit::Date, |answer| {
            wait::asked(answer.header("x-wait"), Unit::Date, MAX)
        }),
        (Unit::Duration, |answer| {
            wait::asked(answer.header("x-wait"), Unit::Duration, MAX)
        }),
    ];
    for (unit, asked) in cases {
        let retry = Retry {
            asked: Some(asked),
            ..CONSTANT
        };
        // What asks for nothing, or for less, leaves the wait that there is.
        for (value, expected) in [
            (in_unit(unit, 70), Ok(70.0)),
            (in_unit(unit, 1), Ok(2.0)),
            ("soon".to_owned(), Ok(2.0)),
            (in_unit(unit, 110), Err("longer than the 100 s allowed")),
        ] {
            let limited = Reply::status(429).header("X-Wait", &value);
            let (seconds, outcome) = waited(retry, [limited, Reply::json(GOOD)]).await;
            match (outcome, expected) {
                (Ok(2), Ok(expected)) if near(seconds, expected) => {}
                (Err(error), Err(expected)) if error.contains(expected) => {}
                (outcome, _) => panic!("{unit:?} {value}: {seconds} {outcome:?}"),
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_part_of_a_header_or_a_value_of_the_body_says_how_long_to_wait() {
    let retry = Retry {
        asked: Some(|answer| {
            let text = capture(answer.header("ratelimit"), r"t=(\d+)");
            wait::asked(text, Unit::Seconds, MAX)
        }),
        ..CONSTANT
    };
    let limited = Reply::status(429).header("RateLimit", r#""default";r=0;t=30"#);
    let (seconds, _) = waited(retry, [limited, Reply::json(GOOD)]).await;
    assert!(near(seconds, 30.0), "{seconds}");

    let retry = Retry {
        asked: Some(|answer| {
            let body: HashMap<String, String> = answer.json().unwrap_or_default();
            let text = body.get("retry_in").map(String::as_str);
            wait::asked(text, Unit::Duration, MAX)
        }),
        ..CONSTANT
    };
    let limited = Reply::status(429).body(r#"{"retry_in":"1m5s"}"#);
    let (seconds, _) = waited(retry, [limited, Reply::json(GOOD)]).await;
    assert!(near(seconds, 65.0), "{seconds}");
}

#[test]
fn a_pattern_picks_its_first_group_or_all_that_it_matches() {
    let text = Some("limit=10, remaining=3");
    assert_eq!(capture(text, r"remaining=(\d+)"), Some("3"));
    assert_eq!(capture(text, r"\d+"), Some("10"));
    assert_eq!(capture(text, "reset"), None);
    assert_eq!(capture(None, r"\d+"), None);
}

#[tokio::test(start_paused = true)]
async fn after_some_time_there_is_no_other_try() {
    let retry = Retry {
        max_elapsed: Some(Duration::from_secs(5)),
        ..CONSTANT
    };
    let (seconds, outcome) = waited(retry, (0..6).map(|_| Reply::status(500))).await;
    assert!(outcome.unwrap_err().ends_with("(tried 3 times)") && seconds < 6.0);
}

#[tokio::test]
async fn rules_come_before_the_status() {
    let stub = Stub::script([
        Reply::json(r#"{"busy":true}"#),
        Reply::status(418),
        Reply::json(GOOD),
    ]);
    let mut source = Source::<Counted>::new(&session(&stub), once);
    source.action = |answer| {
        let again = answer.status() == 418 || answer.contains("busy");
        again.then_some(Action::Retry)
    };
    assert_eq!((source.read().await.0.len(), stub.asked().len()), (1, 3));

    let stub = Stub::script([Reply::status(200).header("X-State", "Down").body(GOOD)]);
    let mut source = Source::<Counted>::new(&session(&stub), once);
    source.action = |answer| {
        (answer.header("x-state")? == "Down")
            .then(|| Action::Fail(Some("closed at night".to_owned())))
    };
    let (_, error) = source.read().await;
    assert_eq!(
        error.unwrap().to_string(),
        "GET /rows: 200 OK: closed at night"
    );
    assert_eq!(
        <Source<Counted> as runtime_tests::runtime::endpoint::Endpoint>::GUARD,
        Guard::Records
    );
}
