//! Tests of what generated crates do not see.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::Url;
use serde_json::value::RawValue;

use super::guard::Seen;
use super::request::Request;
use super::retry::Retry;
use super::seen_keys::SeenKeys;
use super::session::{Options, Session};
use super::shape::{Fit, fit};

fn session(base: &str, allowed: &[&str]) -> Session {
    let mut options = Options::new(base);
    options.origins = allowed.iter().map(ToString::to_string).collect();
    Session::new(options).unwrap()
}

#[test]
fn credentials_never_go_from_https_to_http() {
    let session = session(
        "https://api.example.com/v1",
        &["http://api.example.com", "https://files.example.com"],
    );
    let from = Url::parse("https://api.example.com/v1/rows").unwrap();
    let permit = |url: &str| {
        session
            .permit(&Url::parse(url).unwrap(), Some(&from))
            .map_err(|error| error.to_string())
    };
    assert_eq!(permit("https://api.example.com:443/other"), Ok(()));
    assert_eq!(permit("https://files.example.com/x"), Ok(()));
    let refused = "refused to go from https to `http://api.example.com`";
    assert_eq!(
        permit("http://api.example.com/v1/rows?page=2"),
        Err(refused.to_owned())
    );
    for url in [
        "https://api.example.com:8443/",
        "https://api.example.com.evil.example/",
        "https://evil.example/api.example.com",
        "ftp://api.example.com/",
    ] {
        assert!(permit(url).is_err(), "{url}");
    }
}

#[test]
fn requests_are_named_by_method_and_path() {
    let session = session("https://user:pass@api.example.com/v1/", &[]);
    assert_eq!(session.name(&Request::get("/rows?key=1")), "GET /v1/rows");
    assert_eq!(
        session.name(&Request::get("/proxy?of=https://other.example")),
        "GET /v1/proxy"
    );
    assert_eq!(
        session.name(&Request::get("https://api.example.com/x?key=1")),
        "GET /x"
    );
    assert_eq!(
        session.name(&Request::get("https://other.example/x?key=1")),
        "GET https://other.example/x"
    );
    assert_eq!(
        format!("{session:?}"),
        "Session([\"https://api.example.com\"])"
    );
}

#[test]
fn waits_stay_within_their_bounds() {
    let retry = Retry {
        first: Duration::from_secs(1),
        max: Duration::from_secs(60),
        ..Retry::DEFAULT
    };
    for tries in [0, 1, 2, 5, 6, 20, 31, 32, 1000] {
        let bound = Duration::from_secs(1)
            .saturating_mul(1 << tries.min(20))
            .min(Duration::from_secs(60));
        let waits: BTreeSet<_> = (0..100)
            .map(|_| retry.wait(tries, None, None).unwrap())
            .collect();
        assert!(waits.len() > 90, "they are spread");
        assert!(waits.iter().all(|wait| *wait <= bound));
        assert!(
            waits.first().unwrap() < &(bound / 5) && waits.last().unwrap() > &(bound / 5 * 4),
            "{waits:?}"
        );
    }
    let steady = Retry {
        max: Duration::from_secs(1),
        jitter: false,
        ..retry
    };
    assert_eq!(steady.wait(7, None, None).unwrap(), Duration::from_secs(1));
}

#[test]
fn pages_that_differ_in_one_byte_differ() {
    let mut seen = Seen::default();
    let text = |at: usize| {
        let mut bytes = vec![b'a'; 200];
        if let Some(byte) = bytes.get_mut(at) {
            *byte = b'b';
        }
        serde_json::to_string(&String::from_utf8(bytes).unwrap()).unwrap()
    };
    for at in 0..=200 {
        let raw = RawValue::from_string(text(at)).unwrap();
        assert!(!seen.repeats(&[&raw]).unwrap(), "{at}");
    }
    for length in 0..100 {
        let raw = RawValue::from_string(format!("\"{}\"", "c".repeat(length))).unwrap();
        assert!(!seen.repeats(&[&raw]).unwrap(), "{length}");
        assert!(seen.repeats(&[&raw]).unwrap(), "{length}");
    }
    let (one, two) = (
        RawValue::from_string("1".to_owned()).unwrap(),
        RawValue::from_string("2".to_owned()).unwrap(),
    );
    assert!(!seen.repeats(&[&one, &two]).unwrap());
    assert!(!seen.repeats(&[&two, &one]).unwrap(), "their order counts");
    assert!(seen.repeats(&[&one, &two]).is_err());
}

#[test]
fn lists_and_objects_take_what_has_the_same_fields_and_grow_by_more() {
    let cases = [
        ("BIGINT", "bigint", Fit::Takes),
        ("BIGINT", "VARCHAR", Fit::Differs),
        ("JSON", "VARCHAR[]", Fit::Differs),
        ("VARCHAR[]", "VARCHAR[][]", Fit::Differs),
        (
            "STRUCT(a BIGINT)",
            "STRUCT(a BIGINT, b DECIMAL(38,9))",
            Fit::Grows,
        ),
        (
            "STRUCT(a BIGINT)[]",
            "STRUCT(b VARCHAR[], a BIGINT)[]",
            Fit::Grows,
        ),
        ("STRUCT(a BIGINT, b TIME)", "STRUCT(b TIME)", Fit::Takes),
        (
            "STRUCT(\"a \"\"b, c\" BIGINT, d TIME)",
            "STRUCT(d TIME)",
            Fit::Takes,
        ),
        (
            "STRUCT(a STRUCT(b TIMESTAMP WITH TIME ZONE))",
            "STRUCT(a STRUCT(b DATE))",
            Fit::Differs,
        ),
        (
            "STRUCT(a BIGINT, b TIME)",
            "STRUCT(a BIGINT, c TIME)",
            Fit::Differs,
        ),
        (
            "STRUCT(a BIGINT)",
            "STRUCT(a STRUCT(b BIGINT))",
            Fit::Differs,
        ),
        ("INTEGER[3]", "INTEGER[]", Fit::Differs),
        ("STRUCT(a", "STRUCT(\"", Fit::Differs),
    ];
    for (there, wanted, expected) in cases {
        assert_eq!(fit(there, wanted), expected, "{there}, {wanted}");
    }
}

#[test]
fn keys_repeat_where_one_came_twice_or_too_many_came_to_know() {
    let mut keys = SeenKeys::default();
    let add = |keys: &mut SeenKeys, key: &[&[u8]]| {
        keys.add(key.iter().copied());
        keys.may_repeat()
    };
    assert!(!add(&mut keys, &[b"ab", b"c"]));
    assert!(!add(&mut keys, &[b"a", b"bc"]), "values are told apart");
    assert!(add(&mut keys, &[b"ab", b"c"]));
    assert!(add(&mut keys, &[b"d"]), "up to the commit");
    keys.clear();
    assert!(!add(&mut keys, &[b"ab", b"c"]));
    keys.clear();
    let known = (0..2_u32.pow(20)).all(|key| !add(&mut keys, &[&key.to_be_bytes()]));
    assert!(known);
    assert!(add(&mut keys, &[b"one more"]));
}
