//! What is sent, and what comes back.

use crate::source::{Counted, Source, offset, once, options, session};
use crate::stub::{Reply, Stub};
use flate2::Compression;
use flate2::write::GzEncoder;
use runtime_tests::runtime::error::{Error, Kind};
use runtime_tests::runtime::path::segment;
use runtime_tests::runtime::request::Request;
use runtime_tests::runtime::secret::Secret;
use runtime_tests::runtime::session::{Options, Session};
use std::io::Write;
use std::time::Duration;

const NONE: &str = r#"{"data":[]}"#;

/// The first request of a source and the outcome.
async fn sent(
    options: Options,
    stub: &Stub,
    request: fn(Option<&str>) -> Result<Request, Error>,
) -> crate::stub::Asked {
    let mut source = Source::<Counted>::new(&Session::new(options).unwrap(), once);
    source.request = request;
    let (_, error) = source.read().await;
    assert!(error.is_none(), "{error:?}");
    stub.asked().remove(0)
}

#[tokio::test]
async fn values_of_the_query_are_spelled_as_in_json() {
    let stub = Stub::script([Reply::json(NONE)]);
    let asked = sent(options(&stub), &stub, |_| {
        let mut request = Request::get("/rows");
        request.query("flag", true);
        request.query("number", 1.5);
        request.query("whole", 100);
        request.query("none", None::<&str>);
        request.query("some", Some("a b&c=d/ü"));
        request.query("list", vec!["x", "y"]);
        request.query("day", "2024-01-01".parse::<jiff::civil::Date>().unwrap());
        request.query(
            "at",
            "2024-01-01T00:00:00+01:00"
                .parse::<jiff::Timestamp>()
                .unwrap(),
        );
        Ok(request)
    })
    .await;
    let expected = [
        ("flag", "true"),
        ("number", "1.5"),
        ("whole", "100"),
        ("some", "a b&c=d/ü"),
        ("list", "x"),
        ("list", "y"),
        ("day", "2024-01-01"),
        ("at", "2023-12-31T23:00:00Z"),
    ];
    assert_eq!(
        asked.query,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[tokio::test]
async fn headers_of_the_request_come_before_those_of_all() {
    let stub = Stub::script([Reply::json(NONE)]);
    let mut options = options(&stub);
    options.common.header("X-One", "all");
    options.common.header("X-Two", "all");
    options.common.header("X-None", None::<String>);
    let asked = sent(options, &stub, |_| {
        let mut request = Request::get("/rows");
        request.header("x-two", vec!["a", "b"]);
        request.header("Accept", "application/vnd.api+json");
        Ok(request)
    })
    .await;
    assert_eq!(
        (&*asked.headers["x-one"], &*asked.headers["x-two"]),
        ("all", "a, b")
    );
    assert_eq!(asked.headers["accept"], "application/vnd.api+json");
    assert!(!asked.headers.contains_key("x-none"));
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_an_error_without_its_value() {
    let stub = Stub::script([]);
    let mut options = options(&stub);
    options.common.header("X-Key", Secret::from("line\nbreak"));
    let (_, error) = Source::<Counted>::new(&Session::new(options).unwrap(), once)
        .read()
        .await;
    let error = error.unwrap();
    assert_eq!(
        error.to_string(),
        "GET /rows: `X-Key` or its value cannot be a header"
    );
    assert_eq!(error.kind(), Kind::Config);
}

#[tokio::test]
async fn a_segment_goes_behind_the_path_and_before_its_query() {
    let stub = Stub::script([Reply::json(NONE)]);
    let asked = sent(options(&stub), &stub, |_| {
        let mut request = Request::get("/rows?all=1");
        request.append(None::<String>)?;
        request.append(Some("a/b?c".to_owned()))?;
        request.append(7)?;
        Ok(request)
    })
    .await;
    assert_eq!(asked.path, "/rows/a%2Fb%3Fc/7");
    assert_eq!(asked.query, [("all".to_owned(), "1".to_owned())]);

    let stub = Stub::script([Reply::json(NONE)]);
    let asked = sent(options(&stub), &stub, |_| {
        let mut request = Request::get("/rows/");
        request.append("x")?;
        Ok(request)
    })
    .await;
    assert_eq!(asked.path, "/rows/x");
    assert!(Request::get("/rows").append("..").is_err());
}

#[test]
fn segments_of_a_path_are_encoded() {
    let table = [
        ("abc", "abc"),
        ("a/b?c#d", "a%2Fb%3Fc%23d"),
        ("%2e", "%252e"),
        ("ü x", "%C3%BC%20x"),
        ("...", "..."),
        ("a..b", "a..b"),
    ];
    for (text, expected) in table {
        assert_eq!(segment(text).unwrap(), expected);
    }
    for text in [".", "..", ""] {
        assert!(segment(text).is_err(), "{text}");
    }
    assert_eq!(segment(17).unwrap(), "17");
}

#[tokio::test]
async fn compressed_answers_are_read() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(br#"{"data":[{"id":1}]}"#).unwrap();
    let stub = Stub::script([Reply::status(200)
        .header("Content-Encoding", "gzip")
        .body(encoder.finish().unwrap())]);
    let (read, error) = Source::<Counted>::new(&session(&stub), once).read().await;
    assert_eq!((read.len(), error.is_none()), (1, true));
    assert!(stub.asked()[0].headers["accept-encoding"].contains("gzip"));
}

#[tokio::test]
async fn a_body_that_is_too_long_is_an_error_even_when_it_was_compressed() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b' '; 1 << 20]).unwrap();
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 10_000);
    for reply in [
        Reply::json(" ".repeat(10_001)),
        Reply::status(200)
            .header("Content-Encoding", "gzip")
            .body(bomb),
    ] {
        let stub = Stub::script([reply]);
        let mut options = options(&stub);
        options.max_body = 10_000;
        let (_, error) = Source::<Counted>::new(&Session::new(options).unwrap(), once)
            .read()
            .await;
        assert_eq!(
            error.unwrap().to_string(),
            "GET /rows: the body is longer than 10000 bytes"
        );
    }
}

#[tokio::test]
async fn silence_ends_in_a_timeout() {
    let stub = Stub::start(|_| Reply::json(NONE).after(Duration::from_secs(2)));
    let mut options = options(&stub);
    options.read_timeout = Duration::from_millis(20);
    let (_, error) = Source::<Counted>::new(&Session::new(options).unwrap(), once)
        .read()
        .await;
    let error = error.unwrap();
    assert_eq!(error.kind(), Kind::Timeout);
    assert!(
        error.to_string().starts_with("GET /rows: timed out: "),
        "{error}"
    );
    // A connection may have ended before the stub could note its request.
    assert!(stub.asked().len() > 1, "it was tried again");
}

#[tokio::test]
async fn no_server_is_a_connection_error() {
    let mut options = Options::new("http://127.0.0.1:1");
    options.first_wait = Some(Duration::ZERO);
    let (_, error) = Source::<Counted>::new(&Session::new(options).unwrap(), once)
        .read()
        .await;
    let error = error.unwrap();
    assert_eq!(error.kind(), Kind::Connect);
    assert!(
        error
            .to_string()
            .starts_with("GET /rows: cannot connect to http://127.0.0.1:"),
        "{error}"
    );
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn redirects_stay_at_home() {
    let stub = Stub::start(|asked| match asked.path.as_str() {
        "/rows" => Reply::status(302).header("Location", "/moved?to=1"),
        "/moved" => Reply::status(307).header("Location", "here"),
        _ => Reply::json(r#"{"data":[{"id":1}]}"#),
    });
    let (read, error) = Source::<Counted>::new(&session(&stub), once).read().await;
    assert_eq!((read.len(), error.is_none()), (1, true));
    assert_eq!(
        stub.asked()
            .iter()
            .map(|asked| &*asked.path)
            .collect::<Vec<_>>(),
        ["/rows", "/moved", "/here"]
    );

    let stub =
        Stub::script([Reply::status(302).header("Location", "https://login.example/?key=1")]);
    let (_, error) = Source::<Counted>::new(&session(&stub), once).read().await;
    let error = error.unwrap().to_string();
    assert!(
        error.contains("refused to send credentials to `https://login.example`")
            && !error.contains("key="),
        "{error}"
    );

    let stub = Stub::start(|_| Reply::status(301).header("Location", "/rows"));
    let (_, error) = Source::<Counted>::new(&session(&stub), once).read().await;
    assert_eq!(
        error.unwrap().to_string(),
        "GET /rows: more than 10 redirects"
    );
}

#[tokio::test]
async fn a_base_url_without_a_host_is_refused() {
    for base in ["api.example.com", "", "mailto:x@y", "https://"] {
        let error = Session::new(Options::new(base)).err().unwrap();
        assert_eq!(
            error.to_string(),
            format!("`{}` is no URL with a host", base.trim_end_matches('/'))
        );
    }
}

#[tokio::test]
async fn errors_have_the_message_of_the_api() {
    let table = [
        (r#"{"error":{"message":"m"}}"#, Some("m")),
        (r#"{"message":"m","error":"e"}"#, Some("m")),
        (r#"{"error":"e","error_description":"m"}"#, Some("m")),
        (r#"{"detail":"m"}"#, Some("m")),
        (r#"{"errors":[{"message":"m"}]}"#, Some("m")),
        (r#"{"errors":["m"]}"#, Some("m")),
        (r#"{"error":"m"}"#, Some("m")),
        (r#"{"code":7}"#, None),
        ("<html>", None),
        ("", None),
    ];
    for (body, message) in table {
        let stub = Stub::script([Reply::status(404).body(body)]);
        let (_, error) = Source::<Counted>::new(&session(&stub), offset).read().await;
        let error = error.unwrap();
        assert_eq!(error.api_message(), message, "{body}");
        let expected = message.map_or("GET /rows: 404 Not Found".to_owned(), |text| {
            format!("GET /rows: 404 Not Found: {text}")
        });
        assert_eq!(error.to_string(), expected);
    }
}

#[tokio::test]
async fn messages_are_cut_and_secrets_in_them_hidden() {
    let text = format!("key SECRET1 of SECRET2 is wrong {}", "x".repeat(1000));
    let stub = Stub::script([Reply::status(400).body(format!(r#"{{"message":"{text}"}}"#))]);
    let mut options = options(&stub);
    options.common.hide(&Secret::from("SECRET1"));
    let mut source = Source::<Counted>::new(&Session::new(options).unwrap(), once);
    source.request = |_| {
        let mut request = Request::get("/rows");
        request.query("key", Secret::from("SECRET2"));
        Ok(request)
    };
    let (_, error) = source.read().await;
    let error = error.unwrap();
    let message = error.api_message().unwrap();
    assert!(
        message.starts_with("key [redacted] of [redacted] is wrong")
            && message.chars().count() <= 510,
        "{message}"
    );
    assert!(
        !error.to_string().contains("key=") && !format!("{error:?}").contains("SECRET"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_gateway_receives_what_is_meant_for_any_server() {
    let stub = Stub::script([
        Reply::status(307).header("Location", "https://other.test:8443/rows?page=2"),
        Reply::json(NONE),
    ]);
    let mut options = Options::new("https://api.test/v1");
    options.origins.push("https://other.test:8443".to_owned());
    options.gateway = format!("{}/its/own/path?and=query", stub.url).parse().ok();
    let first = sent(options, &stub, |_| {
        let mut request = Request::get("/rows");
        request.query("page", 1);
        Ok(request)
    })
    .await;
    let second = stub.asked().remove(1);
    for (asked, host, target) in [
        (first, "api.test", "/v1/rows?page=1"),
        (second, "other.test:8443", "/rows?page=2"),
    ] {
        assert_eq!(asked.target, target);
        assert_eq!(asked.headers["x-forwarded-proto"], "https");
        assert_eq!(asked.headers["x-forwarded-host"], host);
    }
}
