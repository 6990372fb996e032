//! Bodies of requests.

use crate::source::{Counted, Source, once, session};
use crate::stub::{Asked, Reply, Stub};
use runtime_tests::runtime::body;
use runtime_tests::runtime::error::Error;
use runtime_tests::runtime::request::Request;
use serde_json::json;

async fn sent(request: fn(Option<&str>) -> Result<Request, Error>) -> Asked {
    let stub = Stub::script([Reply::json(r#"{"data":[]}"#)]);
    let mut source = Source::<Counted>::new(&session(&stub), once);
    source.request = request;
    let (_, error) = source.read().await;
    assert!(error.is_none(), "{error:?}");
    stub.asked().remove(0)
}

#[tokio::test]
async fn json_forms_and_texts_have_their_types() {
    let json = sent(|_| {
        let mut request = Request::of("POST", "/rows")?;
        request.json(&json!({ "quote": "\"}" }));
        Ok(request)
    })
    .await;
    assert_eq!(
        (&*json.body, &*json.headers["content-type"]),
        (r#"{"quote":"\"}"}"#, "application/json")
    );
    let form = sent(|_| {
        let mut request = Request::of("PUT", "/rows")?;
        request.form("a&b", "ü =");
        request.form("none", None::<i64>);
        request.form("list", vec![1, 2]);
        Ok(request)
    })
    .await;
    assert_eq!(
        (&*form.method, &*form.body),
        ("PUT", "a%26b=%C3%BC+%3D&list=1&list=2")
    );
    assert_eq!(
        form.headers["content-type"],
        "application/x-www-form-urlencoded"
    );
    let text = sent(|_| {
        let mut request = Request::of("POST", "/rows")?;
        request.text("{ query }");
        request.header("Content-Type", "application/graphql");
        Ok(request)
    })
    .await;
    assert_eq!(
        (&*text.body, &*text.headers["content-type"]),
        ("{ query }", "application/graphql")
    );
}

#[test]
fn keys_of_a_json_body_lead_into_objects() {
    let mut value = json!({ "a": { "b": 1 }, "c": 7 });
    body::set(&mut value, "a.page.number", 2);
    body::set(&mut value, "c", "x");
    body::set(&mut value, "c.d", true);
    body::set(&mut value, "none", None::<String>);
    assert_eq!(
        value,
        json!({ "a": { "b": 1, "page": { "number": 2 } }, "c": { "d": true } })
    );
    let mut nothing = json!(null);
    body::set(&mut nothing, "offset", 0);
    assert_eq!(nothing, json!({ "offset": 0 }));
}

#[test]
fn a_method_has_to_be_one() {
    assert!(Request::of("GE T", "/").is_err());
    assert!(Request::of("SEARCH", "/").is_ok());
}
