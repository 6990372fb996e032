//! Logins of an API's own: one for all streams, again when it has ended, and nobody sees what it says.

use crate::source::{Counted, Source, once, options};
use crate::stub::{Asked, Reply, Stub};
use runtime_tests::runtime::api_key::ApiKey;
use runtime_tests::runtime::basic::Basic;
use runtime_tests::runtime::error::Kind;
use runtime_tests::runtime::login::{LoginToken, SetCookies, TokenIn};
use runtime_tests::runtime::request::Request;
use runtime_tests::runtime::secret::Secret;
use runtime_tests::runtime::session::Session;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

const GOOD: &str = r#"{"data":[{"id":1}]}"#;
const PASSWORD: &str = "hunter2hunter2";

/// A login with name and password in JSON.
fn request() -> Request {
    let mut request = Request::of("POST", "/login").unwrap();
    let password = Secret::from(PASSWORD);
    request.hide(&password);
    request.json(&json!({ "user": "me", "password": password.expose() }));
    request
}

fn login() -> LoginToken {
    LoginToken::new(request(), TokenIn::Body(&["session", "token"]))
}

fn session(stub: &Stub, login: LoginToken) -> Session {
    let mut options = options(stub);
    options.auth = Some(Arc::new(login));
    Session::new(options).unwrap()
}

fn logins(stub: &Stub) -> Vec<Asked> {
    let asked = stub.asked().into_iter();
    asked.filter(|asked| asked.path == "/login").collect()
}

async fn read(session: &Session) -> Result<usize, String> {
    let (read, error) = Source::<Counted>::new(session, once).read().await;
    error.map_or(Ok(read.len()), |error| Err(error.to_string()))
}

/// A server that hands out `s1`, `s2`, … and accepts those that the test says.
fn server(accepts: impl Fn(&str) -> bool + Send + Sync + 'static) -> Stub {
    let number = AtomicUsize::new(0);
    Stub::start(move |asked| {
        if asked.path == "/login" {
            let number = number.fetch_add(1, Relaxed) + 1;
            let answer = json!({ "session": { "token": format!("s{number}") } });
            return Reply::json(answer).after(Duration::from_millis(20));
        }
        let sent = asked.headers.get("authorization");
        match sent.and_then(|sent| sent.strip_prefix("Bearer ")) {
            Some(token) if accepts(token) => Reply::json(GOOD),
            _ => Reply::status(401).body(r#"{"error":"who is that?"}"#),
        }
    })
}

/// Lets time pass; while requests are under way the clock has to run as usual.
async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn one_login_is_for_all_streams() {
    let stub = server(|token| token == "s1");
    let session = session(&stub, login());
    let mut streams = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let session = session.clone();
        streams.spawn(async move { read(&session).await });
    }
    assert_eq!(streams.join_all().await, vec![Ok(1); 20]);
    let logins = logins(&stub);
    assert_eq!(logins.len(), 1);
    assert_eq!(logins[0].method, "POST");
    assert_eq!(
        logins[0].body,
        r#"{"password":"hunter2hunter2","user":"me"}"#
    );
    assert_eq!(logins[0].headers["content-type"], "application/json");
}

#[tokio::test]
async fn a_refused_token_leads_to_one_login_of_all_streams() {
    let stub = server(|token| token == "s2");
    let session = session(&stub, login());
    let mut streams = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let session = session.clone();
        streams.spawn(async move { read(&session).await });
    }
    assert_eq!(streams.join_all().await, vec![Ok(1); 20]);
    assert_eq!(logins(&stub).len(), 2);

    let stub = server(|_| false);
    let session = self::session(&stub, login());
    let error = read(&session).await.unwrap_err();
    assert_eq!(error, "GET /rows: 401 Unauthorized: who is that?");
    assert_eq!(logins(&stub).len(), 2, "no third login");
}

#[tokio::test]
async fn a_token_ends_when_its_life_does_and_not_without_one() {
    let stub = server(|_| true);
    let lives = session(&stub, login().life(Duration::from_secs(1800)));
    read(&lives).await.unwrap();
    pass(1700).await;
    read(&lives).await.unwrap();
    assert_eq!(logins(&stub).len(), 1);
    pass(60).await;
    read(&lives).await.unwrap();
    assert_eq!(logins(&stub).len(), 2, "a minute ahead");

    let stub = server(|_| true);
    let forever = session(&stub, login());
    read(&forever).await.unwrap();
    pass(1_000_000).await;
    read(&forever).await.unwrap();
    assert_eq!(logins(&stub).len(), 1);
}

#[tokio::test]
async fn a_login_has_credentials_of_its_own() {
    let stub = server(|_| true);
    let request = Request::get("/login");
    let login = LoginToken::new(request, TokenIn::Body(&["session", "token"]));
    let session = session(&stub, login.auth(Basic::new("me", PASSWORD)));
    assert_eq!(read(&session).await, Ok(1));
    let login = logins(&stub).remove(0);
    assert_eq!(login.method, "GET");
    assert_eq!(
        login.headers["authorization"],
        "Basic bWU6aHVudGVyMmh1bnRlcjI="
    );
}

#[tokio::test]
async fn a_token_may_come_in_a_header_or_a_cookie() {
    let answer = |headers: &'static [(&str, &str)]| {
        Stub::start(move |asked| {
            if asked.path != "/login" {
                return Reply::json(GOOD);
            }
            let add = |reply: Reply, (name, value): &(&str, &str)| reply.header(name, value);
            headers.iter().fold(Reply::status(204), add)
        })
    };
    let sent = |stub: &Stub, name: &str| stub.asked().pop().unwrap().headers[name].clone();

    let stub = answer(&[("X-Session", "s1")]);
    let header = LoginToken::new(request(), TokenIn::Header("x-session"));
    let header = header.send(|token| Box::new(ApiKey::header("X-Session", token)));
    assert_eq!(read(&session(&stub, header)).await, Ok(1));
    assert_eq!(sent(&stub, "x-session"), "s1");

    let cookies_set = &[
        ("Set-Cookie", "lang=en; Path=/"),
        ("Set-Cookie", "sid=; Max-Age=0"),
        ("Set-Cookie", "sid=a=b; Path=/; HttpOnly"),
    ];
    let stub = answer(cookies_set);
    let cookie = LoginToken::new(request(), TokenIn::Cookie("sid"));
    let cookie = cookie.send(|token| Box::new(ApiKey::cookie("sid", token)));
    assert_eq!(read(&session(&stub, cookie)).await, Ok(1));
    assert_eq!(sent(&stub, "cookie"), "sid=a=b");

    let stub = answer(cookies_set);
    let cookies = LoginToken::new(request(), TokenIn::Cookies);
    let cookies = cookies.send(|token| Box::new(SetCookies(token)));
    assert_eq!(read(&session(&stub, cookies)).await, Ok(1));
    assert_eq!(sent(&stub, "cookie"), "lang=en; sid=a=b");
}

#[tokio::test]
async fn a_token_may_be_all_of_the_answer() {
    for answer in ["s1", " s1\n", "\"s1\""] {
        let stub = Stub::start(move |asked| match asked.path.as_str() {
            "/login" => Reply::status(200).body(answer),
            _ => Reply::json(GOOD),
        });
        let login = LoginToken::new(request(), TokenIn::Text);
        assert_eq!(read(&session(&stub, login)).await, Ok(1), "{answer}");
        let asked = stub.asked().pop().unwrap();
        assert_eq!(asked.headers["authorization"], "Bearer s1", "{answer}");
    }
    for answer in ["", "\"\"", "<p>log in</p>", "{\"a\":1}", "[7]"] {
        let stub = Stub::script([Reply::status(200).body(answer)]);
        let login = LoginToken::new(request(), TokenIn::Text);
        let error = read(&session(&stub, login)).await.unwrap_err();
        assert_eq!(error, "POST /login: the answer is no token", "{answer}");
    }
}

#[tokio::test]
async fn an_answer_without_a_token_names_what_it_has_and_no_values() {
    let error = async |reply: Reply, place| {
        let stub = Stub::script([reply]);
        let session = session(&stub, LoginToken::new(request(), place));
        let (_, error) = Source::<Counted>::new(&session, once).read().await;
        let error = error.unwrap();
        assert_eq!(error.kind(), Kind::Auth);
        error.to_string()
    };
    assert_eq!(
        error(
            Reply::json(r#"{"tokn":"hidden","ok":false}"#),
            TokenIn::Body(&["token"])
        )
        .await,
        "POST /login: no `token` in the answer, its keys are `ok`, `tokn`"
    );
    assert_eq!(
        error(Reply::status(200).body("<html>"), TokenIn::Body(&["token"])).await,
        "POST /login: the answer is not JSON"
    );
    assert_eq!(
        error(Reply::status(200), TokenIn::Header("X-Session")).await,
        "POST /login: no header `X-Session` in the answer"
    );
    let cookie = || Reply::status(200).header("Set-Cookie", "lang=hidden");
    assert_eq!(
        error(cookie(), TokenIn::Cookie("sid")).await,
        "POST /login: no cookie `sid` in the answer, it sets `lang`"
    );
    assert_eq!(
        error(Reply::status(200), TokenIn::Cookies).await,
        "POST /login: no cookie in the answer"
    );
}

#[tokio::test]
async fn a_login_that_is_refused_is_not_sent_again() {
    for status in [400, 401, 403, 404, 422] {
        let stub = Stub::start(move |_| {
            let reply = Reply::status(status).after(Duration::from_millis(20));
            reply.body(r#"{"message":"hunter2hunter2 is not the password of me"}"#)
        });
        let session = session(&stub, login());
        let (one, other) = tokio::join!(read(&session), read(&session));
        assert_eq!(stub.asked().len(), 1, "streams share the refusal");
        let error = one.unwrap_err();
        assert!(
            error.starts_with(&format!("POST /login: {status} ")),
            "{error}"
        );
        assert!(
            error.ends_with(": [redacted] is not the password of me"),
            "{error}"
        );
        assert_eq!(other.unwrap_err(), error);
    }
}

#[tokio::test]
async fn a_login_is_sent_again_until_there_is_an_answer() {
    let number = AtomicUsize::new(0);
    let stub = Stub::start(move |asked| match asked.path.as_str() {
        "/login" => match number.fetch_add(1, Relaxed) {
            0 => Reply::status(503),
            1 => Reply::json("{}").broken(),
            _ => Reply::json(r#"{"session":{"token":"s1"}}"#),
        },
        _ => Reply::json(GOOD),
    });
    assert_eq!(read(&session(&stub, login())).await, Ok(1));
    assert_eq!(logins(&stub).len(), 3);
}

#[tokio::test]
async fn nobody_sees_a_session() {
    let stub = Stub::start(|asked| match asked.path.as_str() {
        "/login" => Reply::status(200).header("Set-Cookie", "sid=s1s1s1; Path=/"),
        _ => Reply::status(403).body(r#"{"message":"s1s1s1 may not, nor sid=s1s1s1"}"#),
    });
    let cookies = LoginToken::new(request(), TokenIn::Cookies);
    let cookies = cookies.send(|token| Box::new(SetCookies(token)));
    assert!(!format!("{cookies:?}").contains(PASSWORD));
    let error = read(&session(&stub, cookies)).await.unwrap_err();
    assert!(!error.contains("s1s1s1"), "{error}");
    assert!(error.contains("[redacted] may not"), "{error}");
}
