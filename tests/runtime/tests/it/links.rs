//! Links to the next page.

use crate::source::{Marked, Source, link, link_header, options, session};
use crate::stub::{Reply, Stub};
use runtime_tests::runtime::api_key::ApiKey;
use runtime_tests::runtime::leaf::Token;
use runtime_tests::runtime::session::Session;
use std::sync::Arc;

/// What the second request is for a link, as path and query.
async fn followed(
    make: impl Fn(&str) -> String,
) -> Result<(String, Vec<(String, String)>), String> {
    let url = Arc::new(std::sync::OnceLock::<String>::new());
    let known = Arc::clone(&url);
    let next = Arc::new(make);
    let first = Arc::new(std::sync::Mutex::new(None::<String>));
    let reply = Arc::clone(&first);
    let stub = Stub::start(move |asked| {
        let _ = known.get();
        if asked.path == "/api/rows"
            && asked.param("size") == Some("2")
            && asked.param("page").is_none()
        {
            let next = reply.lock().unwrap().clone().unwrap();
            return Reply::json(format!(r#"{{"data":[{{"id":1}}],"next":{next}}}"#));
        }
        Reply::json(r#"{"data":[]}"#)
    });
    *first.lock().unwrap() = Some(serde_json::to_string(&next(&stub.url)).unwrap());
    let mut options = options(&stub);
    options.base_url.push_str("/api/");
    let session = Session::new(options).unwrap();
    let (_, error) = Source::<Marked>::new(&session, link).read().await;
    if let Some(error) = error {
        return Err(error.to_string());
    }
    let asked = stub.asked();
    let asked = asked.get(1).ok_or("the end")?;
    Ok((asked.path.clone(), asked.query.clone()))
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn links_are_used_as_given_and_resolved_against_the_page() {
    let table = [
        (
            "absolute",
            "{url}/api/rows?page=2&filter=a%26b",
            "/api/rows",
            pairs(&[("page", "2"), ("filter", "a&b")]),
        ),
        (
            "with the base path",
            "/api/rows?page=2",
            "/api/rows",
            pairs(&[("page", "2")]),
        ),
        ("relative to the page", "more/2", "/api/more/2", vec![]),
        (
            "query only",
            "?page=2",
            "/api/rows",
            pairs(&[("page", "2")]),
        ),
        ("up", "../other?page=2", "/other", pairs(&[("page", "2")])),
    ];
    for (what, link, path, query) in table {
        let followed = followed(|url| link.replace("{url}", url)).await;
        assert_eq!(followed, Ok((path.to_owned(), query)), "{what}");
    }
}

#[tokio::test]
async fn an_empty_link_is_the_end() {
    assert_eq!(followed(|_| String::new()).await, Err("the end".to_owned()));
    assert_eq!(
        followed(|_| "  ".to_owned()).await,
        Err("the end".to_owned())
    );
}

#[test]
fn what_is_no_link_is_none() {
    for (json, link) in [
        ("null", None),
        ("false", None),
        (r#""""#, None),
        ("7", Some("7")),
        (r#""false""#, Some("false")),
    ] {
        let token: Token = serde_json::from_str(json).unwrap();
        assert_eq!(token.0.as_deref(), link, "{json}");
    }
}

#[tokio::test]
async fn a_link_to_another_host_is_refused_and_named() {
    let error = followed(|_| "https://evil.example/rows?key=1".to_owned())
        .await
        .unwrap_err();
    let text = "refused to send credentials to `https://evil.example`: neither the API's origin nor allowed";
    assert!(error.contains(text) && !error.contains("key=1"), "{error}");
}

#[tokio::test]
async fn another_port_is_another_origin() {
    let error = followed(|_| "http://127.0.0.1:1/rows".to_owned())
        .await
        .unwrap_err();
    assert!(error.contains("`http://127.0.0.1:1`"), "{error}");
}

#[tokio::test]
async fn an_allowed_origin_is_followed() {
    let other = Stub::script([Reply::json(r#"{"data":[{"id":2}]}"#)]);
    let next = format!("{}/rows", other.url);
    let stub =
        Stub::start(move |_| Reply::json(format!(r#"{{"data":[{{"id":1}}],"next":"{next}"}}"#)));
    let mut options = options(&stub);
    options.origins.push(other.url.clone());
    let (read, error) = Source::<Marked>::new(&Session::new(options).unwrap(), link)
        .read()
        .await;
    assert_eq!((read.len(), error.is_none()), (2, true));
}

#[tokio::test]
async fn a_key_in_the_query_is_not_doubled() {
    let stub = Stub::start(|asked| match asked.param("page") {
        None => Reply::json(
            r#"{"data":[{"id":1}],"next":"/rows?page=2&api%5Fkey=old&api_key=old&sort=a+b"}"#,
        ),
        Some(_) => Reply::json(r#"{"data":[]}"#),
    });
    let session = session(&stub).with_auth(Some(Arc::new(ApiKey::query("api_key", "k"))));
    Source::<Marked>::new(&session, link).read().await;
    let asked = stub.asked();
    assert_eq!(asked[0].query, pairs(&[("size", "2"), ("api_key", "k")]));
    assert_eq!(
        asked[1].query,
        pairs(&[("page", "2"), ("sort", "a b"), ("api_key", "k")])
    );
}

#[tokio::test]
async fn link_headers_are_parsed() {
    let table = [
        ("plain", vec![r#"</rows?page=2>; rel="next""#], true),
        ("unquoted", vec!["</rows?page=2>; rel=next"], true),
        ("upper case", vec![r#"</rows?page=2>; REL="NEXT""#], true),
        (
            "several relations",
            vec![r#"</rows?page=2>; rel="prev next""#],
            true,
        ),
        (
            "behind others",
            vec![
                r#"</rows?page=1>; rel="first", </rows?page=2>; rel="next", </rows?page=9>; rel=last"#,
            ],
            true,
        ),
        (
            "comma inside",
            vec![r#"</rows?a=1,2>; rel="prev", </rows?page=2>; title="a, b; c"; rel="next""#],
            true,
        ),
        (
            "second field",
            vec![
                r#"</rows?page=1>; rel="prev""#,
                r#"</rows?page=2>; rel="next""#,
            ],
            true,
        ),
        (
            "other parameters",
            vec![r#"</rows?page=2>; title="rel=prev"; type="text/html"; rel="next""#],
            true,
        ),
        ("blanks", vec![r#"  </rows?page=2> ;  rel = "next" "#], true),
        (
            "another relation",
            vec![r#"</rows?page=2>; rel="nextish""#],
            false,
        ),
        (
            "only the first rel counts",
            vec![r#"</rows?page=2>; rel="prev"; rel="next""#],
            false,
        ),
        ("no relation", vec!["</rows?page=2>"], false),
        ("no link", vec!["next"], false),
        ("unfinished", vec![r#"</rows?page=2; rel="next""#], false),
        ("none", vec![], false),
    ];
    for (what, fields, expected) in table {
        let stub = Stub::start(move |asked| {
            let reply = Reply::json(r#"{"data":[]}"#);
            if asked.param("page").is_some() {
                return reply;
            }
            fields
                .iter()
                .fold(reply, |reply, field| reply.header("Link", field))
        });
        let (_, error) = Source::<Marked>::new(&session(&stub), link_header)
            .read()
            .await;
        assert!(error.is_none(), "{what}: {error:?}");
        let page = stub
            .asked()
            .get(1)
            .and_then(|asked| asked.param("page").map(str::to_owned));
        assert_eq!(page.as_deref(), expected.then_some("2"), "{what}");
    }
}
