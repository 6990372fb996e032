#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::*;

fn steps(text: &str) -> Vec<String> {
    read(text)
        .unwrap()
        .into_iter()
        .map(|item| match item.kind {
            PathItemKind::Key(key) => format!(".{key}"),
            PathItemKind::Index(index) => format!("[{index}]"),
            PathItemKind::Each => "*".to_owned(),
        })
        .collect()
}

#[test]
fn paths_are_names_indexes_and_stars() {
    assert_eq!(steps("$"), Vec::<String>::new());
    assert_eq!(steps("data"), [".data"]);
    assert_eq!(steps("$.data"), [".data"]);
    assert_eq!(steps("$[1].x"), ["[1]", ".x"]);
    assert_eq!(steps("items.*.data"), [".items", "*", ".data"]);
    assert_eq!(steps("items[*].data"), [".items", "*", ".data"]);
    assert_eq!(steps("[0].pages"), ["[0]", ".pages"]);
    assert_eq!(steps("['a.b'].c[\"d\"]"), [".a.b", ".c", ".d"]);
    assert_eq!(steps("@odata.nextLink"), [".@odata", ".nextLink"]);
    assert_eq!(steps("next-page"), [".next-page"]);
}

#[test]
fn what_is_no_path_is_told_at_its_characters() {
    for (text, range) in [
        ("", 0..0),
        ("a..b", 1..3),
        (".a", 0..1),
        ("a.", 1..2),
        ("a b", 1..2),
        ("a[", 1..2),
        ("a[-1]", 1..5),
        ("a[?(@.x)]", 1..9),
        ("a['b", 1..4),
        ("a|b", 1..2),
        ("a[0]b", 4..5),
        ("größe!?", 8..9),
    ] {
        assert_eq!(read(text).unwrap_err().range, range, "{text}");
    }
}
