//! Bearer tokens, keys, passwords; and that nobody sees them.

use crate::source::{Counted, Source, once, options};
use crate::stub::{Asked, Reply, Stub};
use runtime_tests::runtime::api_key::ApiKey;
use runtime_tests::runtime::basic::Basic;
use runtime_tests::runtime::bearer::Bearer;
use runtime_tests::runtime::error::{Error, Kind};
use runtime_tests::runtime::oauth2::OAuth2;
use runtime_tests::runtime::request::Request;
use runtime_tests::runtime::secret::Secret;
use runtime_tests::runtime::session::{Authenticator, Session};
use serde_json::json;
use std::sync::Arc;

const SECRET: &str = "hunter2hunter2";

async fn sent(
    auth: impl Authenticator + 'static,
    request: fn(Option<&str>) -> Result<Request, Error>,
) -> Asked {
    let stub = Stub::script([Reply::json(r#"{"data":[]}"#)]);
    let mut options = options(&stub);
    options.auth = Some(Arc::new(auth));
    let mut source = Source::<Counted>::new(&Session::new(options).unwrap(), once);
    source.request = request;
    let (_, error) = source.read().await;
    assert!(error.is_none(), "{error:?}");
    stub.asked().remove(0)
}

fn get(_: Option<&str>) -> Result<Request, Error> {
    Ok(Request::get("/rows"))
}

#[tokio::test]
async fn credentials_arrive_where_they_belong() {
    assert_eq!(
        sent(Bearer(SECRET.into()), get).await.headers["authorization"],
        "Bearer hunter2hunter2"
    );
    let basic = sent(Basic::new("user", "pass:wörd"), get).await;
    assert_eq!(basic.headers["authorization"], "Basic dXNlcjpwYXNzOnfDtnJk");
    assert_eq!(
        sent(ApiKey::header("X-Key", SECRET), get).await.headers["x-key"],
        SECRET
    );
    assert_eq!(
        sent(ApiKey::cookie("key", SECRET), get).await.headers["cookie"],
        "key=hunter2hunter2"
    );
    let query = sent(ApiKey::query("key", "a&b"), |_| {
        let mut request = Request::get("/rows");
        request.query("key", "mine");
        Ok(request)
    });
    assert_eq!(query.await.query, [("key".to_owned(), "a&b".to_owned())]);
}

#[tokio::test]
async fn a_key_goes_into_the_body() {
    let json = sent(ApiKey::body("auth.key", SECRET), |_| {
        let mut request = Request::of("POST", "/rows")?;
        request.json(&json!({ "z": 1, "auth": { "user": "u" } }));
        Ok(request)
    });
    let json: serde_json::Value = serde_json::from_str(&json.await.body).unwrap();
    assert_eq!(
        json,
        json!({ "z": 1, "auth": { "user": "u", "key": SECRET } })
    );
    let form = sent(ApiKey::body("key", SECRET), |_| {
        let mut request = Request::of("POST", "/rows")?;
        request.form("a", "1 2");
        Ok(request)
    });
    assert_eq!(form.await.body, "a=1+2&key=hunter2hunter2");
    let nothing = sent(ApiKey::body("key", SECRET), |_| {
        Request::of("POST", "/rows")
    });
    assert_eq!(nothing.await.body, "key=hunter2hunter2");
}

#[tokio::test]
async fn refused_credentials_that_do_not_change_are_not_sent_again() {
    for status in [401, 403] {
        let stub = Stub::start(move |_| Reply::status(status));
        let mut options = options(&stub);
        options.auth = Some(Arc::new(Bearer(SECRET.into())));
        let (_, error) = Source::<Counted>::new(&Session::new(options).unwrap(), once)
            .read()
            .await;
        assert_eq!(
            (error.unwrap().kind(), stub.asked().len()),
            (Kind::Status(status), 1)
        );
    }
}

#[tokio::test]
async fn no_message_shows_a_secret() {
    let auths: [Arc<dyn Authenticator>; 5] = [
        Arc::new(Bearer(SECRET.into())),
        Arc::new(Basic::new("user", SECRET)),
        Arc::new(ApiKey::header("key", SECRET)),
        Arc::new(ApiKey::query("key", SECRET)),
        Arc::new(ApiKey::cookie("key", SECRET)),
    ];
    for auth in auths {
        assert!(!format!("{auth:?}").contains(SECRET));
        // The server repeats all that it got.
        let stub = Stub::start(|asked| {
            let heard = format!("{:?} {:?}", asked.headers, asked.query).replace(['"', '\\'], "'");
            Reply::status(400).body(format!(r#"{{"message":"{heard}"}}"#))
        });
        let mut options = options(&stub);
        options.auth = Some(auth);
        let session = Session::new(options).unwrap();
        let (_, error) = Source::<Counted>::new(&session, once).read().await;
        let error = error.unwrap();
        for text in [
            error.to_string(),
            format!("{error:?}"),
            format!("{session:?}"),
        ] {
            assert!(
                !text.contains(SECRET) && !text.contains("dXNlcjpodW50ZXIy"),
                "{text}"
            );
        }
        assert!(error.to_string().contains("[redacted]"), "{error}");
    }
}

#[test]
fn nothing_prints_a_secret() {
    let secret = Secret::from(SECRET);
    let mut request = Request::get(format!("/rows?key={SECRET}"));
    request.query("key", &secret);
    request.header("X-Key", &secret);
    let oauth2 = OAuth2::new("https://api.example.com/token", "id", &secret).unwrap();
    for text in [
        format!("{secret:?}"),
        format!("{request:?}"),
        format!("{oauth2:?}"),
    ] {
        assert!(!text.contains(SECRET), "{text}");
    }
    let error = serde_json::from_str::<Secret>("12345").unwrap_err();
    assert!(!error.to_string().contains("12345"), "{error}");
}

#[tokio::test]
async fn a_whole_url_elsewhere_gets_no_credentials() {
    let stub = Stub::script([]);
    let mut options = options(&stub);
    options.auth = Some(Arc::new(Bearer(SECRET.into())));
    let mut source = Source::<Counted>::new(&Session::new(options).unwrap(), once);
    source.request = |_| Ok(Request::get("https://elsewhere.example/rows"));
    let (_, error) = source.read().await;
    let error = error.unwrap();
    assert!(
        error
            .to_string()
            .starts_with("GET https://elsewhere.example/rows: refused"),
        "{error}"
    );
}

#[tokio::test]
async fn a_resource_may_have_other_credentials() {
    let stub = Stub::start(|_| Reply::json(r#"{"data":[]}"#));
    let mut options = options(&stub);
    options.auth = Some(Arc::new(Bearer("one".into())));
    let session = Session::new(options).unwrap();
    let other = session.with_auth(Some(Arc::new(Bearer("two".into()))));
    let none = session.with_auth(None);
    for session in [&session, &other, &none] {
        Source::<Counted>::new(session, once).read().await;
    }
    let sent: Vec<_> = stub
        .asked()
        .iter()
        .map(|asked| asked.headers.get("authorization").cloned())
        .collect();
    assert_eq!(
        sent,
        [
            Some("Bearer one".to_owned()),
            Some("Bearer two".to_owned()),
            None
        ]
    );
    assert_eq!(session.stats().requests.get(), 3, "counters are shared");
}
