//! Bodies of requests.

use crate::source::{Counted, Source, once, session};
use crate::stub::{Asked, Reply, Stub};
use runtime_tests::runtime::body;
use runtime_tests::runtime::error::Error;
use runtime_tests::runtime::graphql;
use runtime_tests::runtime::request::Request;
use runtime_tests::runtime::send::{Action, Answer};
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
        request.text("application/graphql", "{ query }");
        Ok(request)
    })
    .await;
    assert_eq!(
        (&*text.body, &*text.headers["content-type"]),
        ("{ query }", "application/graphql")
    );
}

/// The outcome of a query, and the number of requests.
async fn asked(action: fn(&Answer) -> Option<Action>, replies: Vec<Reply>) -> (usize, String) {
    let stub = Stub::script(replies);
    let mut source = Source::<Counted>::new(&session(&stub), once);
    source.action = action;
    let (rows, error) = source.read().await;
    let outcome = error.map_or(format!("{} rows", rows.len()), |error| error.to_string());
    (stub.asked().len(), outcome)
}

#[tokio::test]
async fn errors_of_a_query_are_errors_whatever_the_status() {
    let failed = r#"{"data":[{"id":1}],"errors":[{"message":"no such field","path":["a"]},{}]}"#;
    let none = |errors: &str| Reply::json(format!(r#"{{"data":[{{"id":1}}]{errors}}}"#));
    let outcome = asked(graphql::errors, vec![Reply::json(failed)]).await;
    assert_eq!(outcome, (1, "GET /rows: 200 OK: no such field".to_owned()));
    for errors in ["", r#","errors":[]"#, r#","errors":null"#] {
        let outcome = asked(graphql::errors, vec![none(errors)]).await;
        assert_eq!(outcome, (1, "1 rows".to_owned()), "{errors}");
    }
    // The status comes first where it is none of success.
    let replies = vec![Reply::status(503).body(failed), none("")];
    assert_eq!(
        asked(graphql::errors, replies).await,
        (2, "1 rows".to_owned())
    );
    // A rule of the spec comes before it.
    let rule = |answer: &Answer| {
        let throttled = answer.contains("THROTTLED").then_some(Action::Retry);
        throttled.or_else(|| graphql::errors(answer))
    };
    let throttled = Reply::json(r#"{"errors":[{"message":"THROTTLED"}]}"#);
    let outcome = asked(rule, vec![throttled, none("")]).await;
    assert_eq!(outcome, (2, "1 rows".to_owned()));
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
