//! OAuth2: tokens are fetched, kept, shared, renewed.

use crate::source::{Counted, Source, once, options};
use crate::stub::{Asked, Reply, Stub};
use reqwest::{Method, Url};
use runtime_tests::runtime::api_key::ApiKey;
use runtime_tests::runtime::error::{Error, Kind};
use runtime_tests::runtime::oauth2::{GrantType, OAuth2};
use runtime_tests::runtime::secret::Secret;
use runtime_tests::runtime::session::{BoxFuture, Gate, Options, Pass, Session};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

const GOOD: &str = r#"{"data":[{"id":1}]}"#;

fn oauth2(stub: &Stub) -> OAuth2 {
    OAuth2::new(
        format!("{}/token", stub.url),
        "id",
        &Secret::from("client secret"),
    )
    .unwrap()
}

fn session(stub: &Stub, oauth2: OAuth2) -> Session {
    let mut options = options(stub);
    options.auth = Some(Arc::new(oauth2));
    Session::new(options).unwrap()
}

fn logins(stub: &Stub) -> Vec<Asked> {
    stub.asked()
        .into_iter()
        .filter(|asked| asked.path == "/token")
        .collect()
}

/// A server that hands out `t1`, `t2`, … and accepts what the test says.
fn server(answer: &'static str, accepts: impl Fn(&str) -> bool + Send + Sync + 'static) -> Stub {
    let number = AtomicUsize::new(0);
    Stub::start(move |asked| {
        if asked.path == "/token" {
            let number = number.fetch_add(1, Relaxed) + 1;
            return Reply::json(answer.replace("{n}", &number.to_string()))
                .after(Duration::from_millis(20));
        }
        let token = asked
            .headers
            .get("authorization")
            .and_then(|value| value.strip_prefix("Bearer "));
        if token.is_some_and(&accepts) {
            Reply::json(GOOD)
        } else {
            Reply::status(401).body(r#"{"error":"expired"}"#)
        }
    })
}

async fn read(session: &Session) -> Result<usize, String> {
    let (read, error) = Source::<Counted>::new(session, once).read().await;
    error.map_or(Ok(read.len()), |error| Err(error.to_string()))
}

#[tokio::test]
async fn a_token_is_fetched_once_and_used_by_all() {
    let stub = server(r#"{"access_token":"t{n}","expires_in":3600}"#, |token| {
        token == "t1"
    });
    let session = session(
        &stub,
        oauth2(&stub)
            .scopes(" ", &["a", "", "b"])
            .param("audience", "x y")
            .header("X-Extra", "1"),
    );
    let streams = (read(&session), read(&session), read(&session));
    assert_eq!(
        tokio::join!(streams.0, streams.1, streams.2),
        (Ok(1), Ok(1), Ok(1))
    );
    let logins = logins(&stub);
    assert_eq!(logins.len(), 1);
    assert_eq!(logins[0].method, "POST");
    let body = "client_id=id&client_secret=client+secret&scope=a+b&audience=x+y&grant_type=client_credentials";
    assert_eq!(logins[0].body, body);
    assert_eq!(
        logins[0].headers["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert_eq!(logins[0].headers["x-extra"], "1");
    assert!(!logins[0].headers.contains_key("authorization"));
}

#[tokio::test]
async fn credentials_in_the_header_are_form_encoded_first() {
    let stub = server(r#"{"access_token":"t{n}"}"#, |_| true);
    let secret = Secret::from("pä:ss wörd");
    let session = session(
        &stub,
        OAuth2::with_basic(format!("{}/token", stub.url), "my:id", &secret).unwrap(),
    );
    assert_eq!(read(&session).await, Ok(1));
    let login = logins(&stub).remove(0);
    // my%3Aid:p%C3%A4%3Ass+w%C3%B6rd
    assert_eq!(
        login.headers["authorization"],
        "Basic bXklM0FpZDpwJUMzJUE0JTNBc3MrdyVDMyVCNnJk"
    );
    assert_eq!(login.body, "grant_type=client_credentials");
}

/// Lets time pass; while requests are under way the clock has to run as usual.
async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_token_is_renewed_a_minute_ahead() {
    for answer in [
        r#"{"access_token":"t{n}","expires_in":3600}"#,
        r#"{"access_token":"t{n}","expires_in":"3600"}"#,
        r#"{"access_token":"t{n}"}"#,
    ] {
        let stub = server(answer, |_| true);
        let session = session(&stub, oauth2(&stub));
        read(&session).await.unwrap();
        pass(3500).await;
        read(&session).await.unwrap();
        assert_eq!(logins(&stub).len(), 1, "{answer}");
        pass(60).await;
        read(&session).await.unwrap();
        assert_eq!(logins(&stub).len(), 2, "{answer}");
    }
}

#[tokio::test]
async fn a_life_may_be_said_by_its_end() {
    let end = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    for (end, text) in [
        (end, format!("{end}")),
        (end, format!("{end:.0}").replace('Z', "+00:00")),
    ] {
        let answer = format!(r#"{{"access_token":"t{{n}}","expires_at":"{text}"}}"#);
        let stub = server(answer.leak(), |_| true);
        let oauth2 = oauth2(&stub).life_path(&["expires_at"]);
        let session = session(&stub, oauth2.default_life(Duration::from_secs(1)));
        read(&session).await.unwrap();
        pass(3500).await;
        read(&session).await.unwrap();
        assert_eq!(logins(&stub).len(), 1, "{end}");
        pass(60).await;
        read(&session).await.unwrap();
        assert_eq!(logins(&stub).len(), 2, "{end}");
    }
}

#[tokio::test]
async fn odd_lives_are_survived() {
    for life in [
        "1e300",
        "-1",
        "\"2020-01-01T00:00:00Z\"",
        "\"x\"",
        "null",
        "0",
        "0.5",
        "\"NaN\"",
    ] {
        let answer: &'static str = Box::leak(
            format!(r#"{{"access_token":"t{{n}}","expires_in":{life}}}"#).into_boxed_str(),
        );
        let stub = server(answer, |_| true);
        let session = session(&stub, oauth2(&stub));
        assert_eq!(read(&session).await, Ok(1), "{life}");
    }
}

#[tokio::test]
async fn a_token_whose_life_is_over_is_used_once() {
    let stub = server(r#"{"access_token":"t{n}","expires_in":-5}"#, |_| true);
    let session = session(&stub, oauth2(&stub));
    for fetched in 1..=2 {
        assert_eq!(read(&session).await, Ok(1));
        assert_eq!(logins(&stub).len(), fetched);
    }
}

/// Lets requests start after more time than a token request may take.
#[derive(Debug)]
struct Slow;

impl Gate for Slow {
    fn pass<'g: 'a, 'a>(
        &'g self,
        _: &'a Session,
        _: &'a Method,
        _: &'a Url,
    ) -> BoxFuture<'a, Result<Box<dyn Pass + 'g>, Error>> {
        Box::pin(async {
            tokio::time::pause();
            tokio::time::advance(Duration::from_secs(40)).await;
            tokio::time::resume();
            Ok(Box::new(None) as Box<dyn Pass>)
        })
    }
}

#[tokio::test]
async fn the_time_for_a_token_begins_when_its_request_may_start() {
    let stub = server(r#"{"access_token":"t{n}"}"#, |_| true);
    let mut options = options(&stub);
    options.auth = Some(Arc::new(oauth2(&stub)));
    options.gate = Some(Box::new(Slow));
    assert_eq!(read(&Session::new(options).unwrap()).await, Ok(1));
    assert_eq!(logins(&stub).len(), 1);
}

#[tokio::test]
async fn what_all_requests_have_is_not_for_another_token_server() {
    let stub = server(r#"{"access_token":"t{n}"}"#, |_| true);
    for (login, common) in [("https://login.test/token", false), ("/token", true)] {
        let oauth2 = OAuth2::new(login, "id", &Secret::from("client secret")).unwrap();
        let mut options = Options::new("https://api.test");
        options.gateway = stub.url.parse().ok();
        options.common.header("User-Agent", "tests");
        options.common.header("X-Key", Secret::from("of the API"));
        options.auth = Some(Arc::new(oauth2));
        assert_eq!(read(&Session::new(options).unwrap()).await, Ok(1));
        let asked = logins(&stub).pop().unwrap();
        assert_eq!(asked.headers.contains_key("x-key"), common, "{login}");
        assert_eq!(asked.headers["user-agent"], "tests");
    }
}

#[tokio::test]
async fn a_short_lived_token_is_used_for_half_its_life() {
    let stub = server(r#"{"access_token":"t{n}","expires_in":10}"#, |_| true);
    let session = session(&stub, oauth2(&stub));
    read(&session).await.unwrap();
    read(&session).await.unwrap();
    assert_eq!(logins(&stub).len(), 1);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let stub = server(r#"{"access_token":"t{n}","expires_in":3600}"#, |token| {
        token == "t2"
    });
    let session = session(&stub, oauth2(&stub));
    assert_eq!(read(&session).await, Ok(1));
    assert_eq!(logins(&stub).len(), 2);

    let stub = server(r#"{"access_token":"t{n}","expires_in":3600}"#, |_| false);
    let session = self::session(&stub, oauth2(&stub));
    assert_eq!(
        read(&session).await,
        Err("GET /rows: 401 Unauthorized: expired".to_owned())
    );
    assert_eq!((logins(&stub).len(), stub.asked().len()), (2, 4));
}

#[tokio::test]
async fn twenty_streams_share_one_renewal() {
    let stub = server(r#"{"access_token":"t{n}","expires_in":3600}"#, |token| {
        token == "t2"
    });
    let session = session(&stub, oauth2(&stub));
    let mut streams = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let session = session.clone();
        streams.spawn(async move { read(&session).await });
    }
    assert_eq!(streams.join_all().await, vec![Ok(1); 20]);
    assert_eq!(logins(&stub).len(), 2);
}

#[tokio::test]
async fn a_token_is_sent_as_the_api_wants_it() {
    let sent = |asked: &Asked| {
        let header = asked.headers.get("x-token").cloned();
        header.or_else(|| asked.param("token").map(ToOwned::to_owned))
    };
    let stub = Stub::start(move |asked| match asked.path.as_str() {
        "/token" => Reply::json(r#"{"access_token":"t1"}"#),
        _ if asked.headers.contains_key("authorization") => Reply::status(500),
        _ => match sent(asked).as_deref() {
            Some("t1" | "Token t1") => Reply::json(GOOD),
            _ => Reply::status(403).body(r#"{"error":"what is t1?"}"#),
        },
    });
    let query = oauth2(&stub).send(|token| Box::new(ApiKey::query("token", token)));
    assert_eq!(read(&session(&stub, query)).await, Ok(1));
    let header = oauth2(&stub).send(|token| {
        let key = format!("Token {}", token.expose());
        Box::new(ApiKey::header("X-Token", key))
    });
    assert_eq!(read(&session(&stub, header)).await, Ok(1));
    let wrong = oauth2(&stub).send(|token| Box::new(ApiKey::cookie("token", token)));
    let error = read(&session(&stub, wrong)).await.unwrap_err();
    assert_eq!(error, "GET /rows: 403 Forbidden: what is [redacted]?");
}

#[tokio::test]
async fn a_user_has_a_name_and_a_password() {
    let stub = server(r#"{"access_token":"t{n}"}"#, |_| true);
    let oauth2 = OAuth2::anonymous(format!("{}/token", stub.url)).unwrap();
    let oauth2 = oauth2.grant(GrantType("password"));
    let oauth2 = oauth2
        .param("username", "me")
        .param("password", Secret::from("x&y"));
    assert_eq!(read(&session(&stub, oauth2)).await, Ok(1));
    let login = logins(&stub).remove(0);
    assert_eq!(login.body, "username=me&password=x%26y&grant_type=password");
}

#[tokio::test]
async fn an_answer_without_a_token_names_its_keys_and_not_its_values() {
    for answer in [
        r#"{"token":"hidden","error":"odd"}"#,
        r#"{"access_token":"","token":"hidden"}"#,
        r#"{"access_token":null,"token":"hidden"}"#,
    ] {
        let stub = server(answer, |_| true);
        let error = read(&session(&stub, oauth2(&stub))).await.unwrap_err();
        assert!(
            error.starts_with("POST /token: no `access_token` in the answer, its keys are `"),
            "{error}"
        );
        assert!(!error.contains("hidden"), "{error}");
    }
    for answer in ["[]", "7", "{}"] {
        let stub = server(answer, |_| true);
        let error = read(&session(&stub, oauth2(&stub))).await.unwrap_err();
        assert!(error.ends_with("its keys are none"), "{error}");
    }
}

#[tokio::test]
async fn tokens_may_lie_deeper() {
    let stub = server(r#"{"data":{"token":"t{n}","ttl":5}}"#, |token| {
        token == "t1"
    });
    let oauth2 = oauth2(&stub)
        .token_path(&["data", "token"])
        .life_path(&["data", "ttl"]);
    assert_eq!(read(&session(&stub, oauth2)).await, Ok(1));
}

#[tokio::test]
async fn a_definite_refusal_is_not_repeated() {
    for status in [400, 401, 403] {
        let stub = Stub::start(move |_| {
            let body = r#"{"error":"invalid_client","error_description":"client secret is wrong"}"#;
            Reply::status(status)
                .body(body)
                .after(Duration::from_millis(20))
        });
        let session = session(&stub, oauth2(&stub));
        let (one, other) = tokio::join!(read(&session), read(&session));
        assert_eq!(stub.asked().len(), 1, "streams share the refusal");
        let error = one.unwrap_err();
        assert!(
            error.starts_with("POST /token: ") && error.ends_with("[redacted] is wrong"),
            "{error}"
        );
        assert_eq!(other.unwrap_err(), error);
    }
}

#[tokio::test]
async fn a_token_server_that_is_down_is_asked_again() {
    let number = AtomicUsize::new(0);
    let stub =
        Stub::start(
            move |asked| match (asked.path.as_str(), number.fetch_add(1, Relaxed)) {
                ("/token", 0) => Reply::status(503),
                ("/token", 1) => Reply::json("{}").broken(),
                ("/token", _) => Reply::json(r#"{"access_token":"t"}"#),
                _ => Reply::json(GOOD),
            },
        );
    assert_eq!(read(&session(&stub, oauth2(&stub))).await, Ok(1));
    assert_eq!(logins(&stub).len(), 3);
}

#[tokio::test]
async fn a_silent_token_server_ends_in_a_timeout() {
    let stub = Stub::start(|_| Reply::json("{}").after(Duration::from_secs(2)));
    let mut options = options(&stub);
    options.auth = Some(Arc::new(oauth2(&stub)));
    options.read_timeout = Duration::from_millis(20);
    let error = read(&Session::new(options).unwrap()).await.unwrap_err();
    assert!(error.contains("timed out"), "{error}");
}

#[tokio::test]
async fn a_token_request_is_not_redirected() {
    let stub = Stub::start(|asked| match asked.path.as_str() {
        "/token" => Reply::status(307).header("Location", "/other"),
        _ => Reply::json(r#"{"access_token":"t"}"#),
    });
    let error = read(&session(&stub, oauth2(&stub))).await.unwrap_err();
    assert!(error.contains("307") && stub.asked().len() == 1, "{error}");
}

#[tokio::test]
async fn a_failed_login_is_an_auth_error() {
    let stub = Stub::start(|_| Reply::status(401));
    let (_, error) = Source::<Counted>::new(&session(&stub, oauth2(&stub)), once)
        .read()
        .await;
    assert_eq!(error.unwrap().kind(), Kind::Auth);
}
