//! What expressions need beside plain Rust.

use jiff::{Span, Timestamp};
use runtime_tests::runtime::{
    base64_text, md5_hex, numbers, percent, search, sha256_hex, slice, time,
};

#[test]
fn slices_are_those_of_python_and_never_panic() {
    let text = "aé日z";
    for (from, to, expected) in [
        (0, None, "aé日z"),
        (1, Some(3), "é日"),
        (-1, None, "z"),
        (0, Some(-1), "aé日"),
        (-3, Some(-1), "é日"),
        (3, Some(1), ""),
        (9, None, ""),
        (-9, Some(9), "aé日z"),
        (i64::MIN, Some(i64::MAX), "aé日z"),
    ] {
        assert_eq!(slice::text(text, from, to), expected, "[{from}:{to:?}]");
        let letters: Vec<char> = text.chars().collect();
        let taken: String = slice::list(&letters, from, to).into_iter().collect();
        assert_eq!(taken, expected, "[{from}:{to:?}] of a list");
    }
    for (index, expected) in [
        (0, Some("a")),
        (2, Some("日")),
        (-1, Some("z")),
        (-4, Some("a")),
        (-5, None),
        (4, None),
        (i64::MIN, None),
    ] {
        assert_eq!(slice::character(text, index).as_deref(), expected);
    }
    assert_eq!(slice::item(&[1, 2, 3], -3), Some(&1));
    assert_eq!(slice::item::<u8>(&[], -1), None);
}

#[test]
fn numbers_are_read_and_cut_where_they_fit() {
    assert_eq!(numbers::whole(2.9), Some(2));
    assert_eq!(numbers::whole(-2.9), Some(-2));
    for beyond in [
        1e300,
        -1e300,
        f64::NAN,
        f64::INFINITY,
        9_223_372_036_854_775_807.0,
    ] {
        assert_eq!(numbers::whole(beyond), None, "{beyond}");
    }
    assert_eq!(numbers::parse(" 2.5 "), Some(2.5));
    for none in ["", "x", "inf", "NaN"] {
        assert_eq!(numbers::parse(none), None, "{none}");
    }
}

#[test]
fn digests_and_encodings_are_the_usual_ones() {
    assert_eq!(md5_hex::of("abc"), "900150983cd24fb0d6963f7d28e17f72");
    assert_eq!(
        sha256_hex::of("abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(base64_text::encode("a:é"), "YTrDqQ==");
    assert_eq!(base64_text::decode("YTrDqQ==").as_deref(), Some("a:é"));
    assert_eq!(base64_text::decode("*"), None);
    assert_eq!(base64_text::decode("/w=="), None, "no text");
    assert_eq!(percent::encode("a b/é&?"), "a%20b/%C3%A9%26%3F");
}

#[test]
fn a_search_gives_its_group_or_all_that_matches() {
    let url = "https://x.com/?after=12&b=1";
    assert_eq!(search::first(url, "after=([^&]+)").as_deref(), Some("12"));
    assert_eq!(
        search::first(url, "after=[^&]+").as_deref(),
        Some("after=12")
    );
    assert_eq!(search::first(url, "before=(.)"), None);
    assert_eq!(
        search::first(url, "(before)?https").as_deref(),
        None,
        "the group is not in it"
    );
}

#[test]
fn instants_are_read_as_people_write_them() {
    for (text, expected) in [
        ("2024-02-29T10:00:00Z", Some("2024-02-29T10:00:00Z")),
        ("2024-02-29T10:00:00+02:00", Some("2024-02-29T08:00:00Z")),
        ("2024-02-29 10:00:00.5", Some("2024-02-29T10:00:00.5Z")),
        ("2024-02-29", Some("2024-02-29T00:00:00Z")),
        ("2024-02-30", None),
        ("soon", None),
        ("", None),
    ] {
        let read = time::parse(text).map(|time| time.to_string());
        assert_eq!(read.as_deref(), expected, "{text}");
    }
    for (text, format, expected) in [
        ("29.02.2024", "%d.%m.%Y", Some("2024-02-29T00:00:00Z")),
        (
            "29.02.2024 10:30",
            "%d.%m.%Y %H:%M",
            Some("2024-02-29T10:30:00Z"),
        ),
        (
            "2024-02-29T10:00:00+0200",
            "%Y-%m-%dT%H:%M:%S%z",
            Some("2024-02-29T08:00:00Z"),
        ),
        ("10:30", "%H:%M", None),
        ("x", "%Y", None),
    ] {
        let read = time::parse_as(text, format).map(|time| time.to_string());
        assert_eq!(read.as_deref(), expected, "{text}");
    }
}

#[test]
fn instants_are_moved_by_the_calendar_and_never_beyond_it() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let march = at("2024-03-31T12:00:00Z");
    let moved = time::shift(march, Span::new().months(-1));
    assert_eq!(moved, at("2024-02-29T12:00:00Z"));
    assert_eq!(
        time::shift(march, Span::new().hours(1)),
        at("2024-03-31T13:00:00Z")
    );
    assert_eq!(time::shift_days(march, -31), at("2024-02-29T12:00:00Z"));
    for beyond in [i64::MIN, i64::MAX, 10_000_000] {
        let moved = time::shift_days(march, beyond);
        assert_eq!(moved < march, beyond < 0, "{beyond}");
    }
    let moved = time::shift(march, Span::new().years(19_998));
    assert!(moved > march);
    assert_eq!(time::day(march).to_string(), "2024-03-31");
    assert_eq!(time::seconds(time::day(march)), 1_711_843_200);
}
