//! Rate and concurrency.

use crate::source::session;
use crate::stub::{Reply, Stub};
use reqwest::{Method, Url};
use runtime_tests::runtime::error::{Error, Kind};
use runtime_tests::runtime::limit::Limit;
use runtime_tests::runtime::policies::{Policies, Policy, Quota};
use runtime_tests::runtime::request::Request;
use runtime_tests::runtime::retry::Retry;
use runtime_tests::runtime::session::{BoxFuture, Gate, Options, Pass, Session};
use runtime_tests::runtime::wait::Unit;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// A connection that nothing is sent over.
fn unconnected() -> Session {
    Session::new(Options::new("https://API.example.com/v1/")).unwrap()
}

/// Lets one request pass, which is over at once.
async fn pass(gate: &dyn Gate, method: Method, url: &str) {
    let (session, url) = (unconnected(), Url::parse(url).unwrap());
    drop(gate.pass(&session, &method, &url).await.unwrap());
}

async fn get(gate: &dyn Gate, url: &str) {
    pass(gate, Method::GET, url).await;
}

const ROWS: &str = "https://api.example.com/v1/rows";

fn policies(several: impl IntoIterator<Item = Policy>) -> Policies {
    let mut policies = Policies::default();
    several.into_iter().for_each(|policy| policies.add(policy));
    policies
}

fn per_second(requests: usize) -> Limit {
    Limit::new(Some((requests, Duration::from_secs(1))), None)
}

#[tokio::test(start_paused = true)]
async fn no_time_span_has_more_requests_than_allowed() {
    let limit = Limit::new(Some((3, Duration::from_secs(10))), None);
    let mut starts = Vec::new();
    let begin = Instant::now();
    for number in 0..12_u64 {
        // Clients that pause do not save up for a burst.
        sleep(Duration::from_secs(number % 4)).await;
        get(&limit, ROWS).await;
        starts.push(begin.elapsed());
    }
    for window in starts.windows(4) {
        assert!(
            window[3] - window[0] >= Duration::from_secs(10),
            "{starts:?}"
        );
    }
    assert!(
        starts[2] < Duration::from_secs(10),
        "the first ones do not wait: {starts:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_that_gives_up_waiting_does_not_let_another_start_early() {
    let limit = per_second(1);
    let begin = Instant::now();
    get(&limit, ROWS).await;
    for _ in 0..3 {
        let waiting = tokio::time::timeout(Duration::from_millis(100), get(&limit, ROWS));
        assert!(waiting.await.is_err());
    }
    get(&limit, ROWS).await;
    assert_eq!(begin.elapsed().as_secs(), 1);
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_under_way_than_allowed() {
    let gates: [Arc<dyn Gate>; 2] = [
        Arc::new(Limit::new(None, Some(2))),
        Arc::new(policies([Policy::new(Limit::new(None, Some(2)))])),
    ];
    for gate in gates {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let tasks: Vec<_> = (0..10)
            .map(|_| {
                let (gate, now, most) = (Arc::clone(&gate), Arc::clone(&now), Arc::clone(&most));
                tokio::spawn(async move {
                    let (session, url) = (unconnected(), Url::parse(ROWS).unwrap());
                    let _pass: Box<dyn Pass> =
                        gate.pass(&session, &Method::GET, &url).await.unwrap();
                    most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
                    sleep(Duration::from_secs(1)).await;
                    now.fetch_sub(1, SeqCst);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(most.load(SeqCst), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn each_policy_holds_for_the_requests_that_it_is_about() {
    let search = Policy::new(Limit::new(Some((1, Duration::from_secs(60))), None))
        .methods(&["GET", "POST"])
        .paths(&["/search*", "/*/find", "https://files.example.com/*"]);
    let policies = policies([search, Policy::new(per_second(100))]);
    let begin = Instant::now();
    get(&policies, "https://api.example.com/v1/search?q=1").await;
    // None of these is what the first policy is about.
    for url in [
        "https://api.example.com/v1/rows",
        "https://api.example.com/v1/rows/search",
        "https://api.example.com/v1/find",
        "https://api.example.com/search",
        "https://other.example.com/v1/search",
        "https://api.example.com/v1/rows?/search",
    ] {
        get(&policies, url).await;
    }
    pass(
        &policies,
        Method::PUT,
        "https://api.example.com/v1/search/all",
    )
    .await;
    assert_eq!(begin.elapsed(), Duration::ZERO);
    for (minutes, url) in [
        (1, "https://api.example.com/v1/search/all"),
        (2, "https://api.example.com/v1/rows/find"),
        (3, "https://files.example.com/a/b"),
    ] {
        get(&policies, url).await;
        assert_eq!(begin.elapsed(), Duration::from_secs(60 * minutes), "{url}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_strictest_of_several_policies_decides() {
    let policies = policies([
        Policy::new(per_second(2)),
        Policy::new(Limit::new(Some((3, Duration::from_secs(60))), None)),
    ]);
    let begin = Instant::now();
    let mut starts = Vec::new();
    for _ in 0..7 {
        get(&policies, ROWS).await;
        starts.push(begin.elapsed().as_secs());
    }
    assert_eq!(starts, [0, 0, 1, 60, 60, 61, 120]);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_waits_for_a_limit_of_its_own_lets_others_pass() {
    let minute = |requests| Limit::new(Some((requests, Duration::from_secs(60))), None);
    let policies = policies([
        Policy::new(minute(100)),
        Policy::new(minute(1)).paths(&["/search"]),
    ]);
    let search = ROWS.replace("/rows", "/search");
    get(&policies, &search).await;
    let begin = Instant::now();
    let (first, second) = tokio::join!(
        async {
            get(&policies, &search).await;
            begin.elapsed().as_secs()
        },
        async {
            get(&policies, ROWS).await;
            begin.elapsed().as_secs()
        }
    );
    assert_eq!((first, second), (60, 0));
}

/// What headers of the answers say is left.
fn quota(unit: Unit) -> Policy {
    Policy::new(Limit::new(None, None)).quota(Quota::new(
        |answer| answer.header("x-left"),
        |answer| answer.header("x-reset"),
        unit,
        Duration::from_secs(900),
    ))
}

/// A session with limits; time passes by itself.
fn limited(stub: &Stub, gate: impl Gate + 'static) -> Session {
    let mut options = Options::new(&stub.url);
    options.gate = Some(Box::new(gate));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(0);
    options.http = Some(http.build().unwrap());
    Session::new(options).unwrap()
}

async fn send(session: &Session) -> Result<(), Error> {
    let request = Request::get("/rows");
    let sent = session.send(&request, &Retry::DEFAULT, &|_| None).await;
    sent.map(|_| ())
}

fn left(left: u64, reset: impl ToString) -> Reply {
    Reply::json("[]")
        .header("X-Left", left)
        .header("X-Reset", reset)
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_while_nothing_is_left() {
    let stub = Stub::script([left(1, 60), left(0, 30), left(9, 60), left(8, 60)]);
    let session = limited(&stub, policies([quota(Unit::Seconds)]));
    let begin = Instant::now();
    let mut starts = Vec::new();
    for _ in 0..4 {
        send(&session).await.unwrap();
        starts.push(begin.elapsed().as_secs());
    }
    assert_eq!(starts, [0, 0, 30, 30]);
}

/// Policies that a test looks at beside the session.
#[derive(Debug, Clone)]
struct Shared(Arc<Policies>);

impl Gate for Shared {
    fn pass<'g: 'a, 'a>(
        &'g self,
        session: &'a Session,
        method: &'a Method,
        url: &'a Url,
    ) -> BoxFuture<'a, Result<Box<dyn Pass + 'g>, Error>> {
        self.0.pass(session, method, url)
    }
}

#[tokio::test(start_paused = true)]
async fn requests_that_are_under_way_share_what_is_left() {
    let stub = Stub::script([left(2, 60)]);
    let policies = Shared(Arc::new(policies([quota(Unit::Seconds)])));
    let session = limited(&stub, policies.clone());
    let begin = Instant::now();
    send(&session).await.unwrap();
    let mut starts = Vec::new();
    for _ in 0..3 {
        get(&policies, ROWS).await;
        starts.push(begin.elapsed().as_secs());
    }
    assert_eq!(starts, [0, 0, 60]);
}

#[tokio::test(start_paused = true)]
async fn headers_that_say_nothing_hold_nothing_up() {
    let stub = Stub::script([
        left(0, "soon"),
        Reply::json("[]").header("X-Left", 0),
        left(0, 0),
        left(0, -5),
        left(3, 60).header("X-Other", 1),
        Reply::json("[]").header("X-Left", "none"),
    ]);
    let session = limited(&stub, policies([quota(Unit::Seconds)]));
    let begin = Instant::now();
    for _ in 0..6 {
        send(&session).await.unwrap();
    }
    assert_eq!(begin.elapsed().as_secs(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_longer_wait_for_a_reset_than_allowed_is_an_error() {
    let stub = Stub::script([left(0, 3600)]);
    let session = limited(&stub, policies([quota(Unit::Seconds)]));
    send(&session).await.unwrap();
    let error = send(&session).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Wait);
    assert!(
        error.to_string().ends_with("longer than the 900 s allowed"),
        "{error}"
    );
    assert_eq!(stub.asked().len(), 1);
}

#[tokio::test]
async fn a_session_without_limits_asks_at_once() {
    let stub = Stub::script([left(0, 3600), left(0, 3600)]);
    let session = session(&stub);
    for _ in 0..2 {
        send(&session).await.unwrap();
    }
    assert_eq!(stub.asked().len(), 2);
}
