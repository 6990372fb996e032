//! What is kept of how far a resource was read.

use runtime_tests::runtime::source::Checkpoint;
use runtime_tests::runtime::state::CursorState;

use crate::changing::{STATE, second};

#[test]
fn a_state_of_something_else_is_refused_with_what_to_do() {
    let json = |connector: &str, resource: &str, cursor: &str, version: u8| {
        format!(
            r#"{{"version":{version},"connector":"{connector}","resource":"{resource}","cursor":"{cursor}","value":"2026-03-01T00:00:00Z"}}"#
        )
    };
    let refused = |json: &str| CursorState::from_json(STATE, json).unwrap_err().to_string();
    for (json, reason) in [
        (
            json("other", "items", "updated_at", 1),
            "it is that of the connector `other`, not `tests`",
        ),
        (
            json("tests", "rows", "updated_at", 1),
            "it is that of the resource `rows`, not `items`",
        ),
        (
            json("tests", "items", "created_at", 1),
            "it is that of the cursor `created_at`, not `updated_at`",
        ),
        (
            json("tests", "items", "updated_at", 2),
            "it is of version 2, not 1",
        ),
        ("[]".to_owned(), "it cannot be read"),
        (String::new(), "it cannot be read"),
    ] {
        let said = refused(&json);
        assert!(
            said.starts_with("the state of `items` cannot be used: "),
            "{said}"
        );
        assert!(said.contains(reason), "{said}");
        assert!(
            said.ends_with(", or leave it out to read from the start"),
            "{said}"
        );
    }
    assert!(CursorState::from_json(STATE, &json("tests", "items", "updated_at", 1)).is_ok());
}

#[test]
fn a_state_is_a_document_for_people() {
    let mut state = CursorState::new(STATE);
    let value = serde_json::to_string(&second(20)).unwrap();
    let checkpoint = |partition: Option<&str>| Checkpoint {
        partition: partition.map(str::to_owned),
        value: value.clone(),
        boundary: vec![255],
    };
    state.advance(checkpoint(None));
    let expected = r#"{"version":1,"connector":"tests","resource":"items","cursor":"updated_at","value":"2026-03-01T00:00:20Z","boundary":["00000000000000ff"]}"#;
    assert_eq!(state.to_json(), expected);
    let mut state = CursorState::new(STATE);
    state.advance(checkpoint(Some(r#"{"post":1}"#)));
    let json = state.to_json();
    assert!(json.ends_with(r#""partitions":{"{\"post\":1}":{"value":"2026-03-01T00:00:20Z","boundary":["00000000000000ff"],"turn":1}}}"#), "{json}");
    assert_eq!(
        CursorState::from_json(STATE, &json).unwrap().to_json(),
        json
    );
}

#[test]
fn the_partition_that_advanced_least_recently_makes_room() {
    let mut state = CursorState::new(STATE);
    let mut advance = |number: i32| {
        state.advance(Checkpoint {
            partition: Some(number.to_string()),
            value: "1".to_owned(),
            boundary: Vec::new(),
        });
    };
    (0..10_000).for_each(&mut advance);
    advance(0);
    advance(10_000);
    let read: serde_json::Value = serde_json::from_str(&state.to_json()).unwrap();
    let partitions = read["partitions"].as_object().unwrap();
    assert_eq!(partitions.len(), 10_000);
    assert!(partitions.contains_key("0") && partitions.contains_key("10000"));
    assert!(!partitions.contains_key("1"));
}
