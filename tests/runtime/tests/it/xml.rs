//! Bodies that are XML.

use std::borrow::Cow;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use runtime_tests::runtime::endpoint::{Endpoint, Guard, OnInvalid, Turn};
use runtime_tests::runtime::error::Error;
use runtime_tests::runtime::gzip;
use runtime_tests::runtime::leaf::{Count, Flag, Token};
use runtime_tests::runtime::pages::Pages;
use runtime_tests::runtime::request::Request;
use runtime_tests::runtime::session::Session;
use runtime_tests::runtime::source::Source as _;
use runtime_tests::runtime::xml::Xml;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::source::{Line, session};
use crate::stub::{Reply, Stub};

static ENTRY: &[(&str, Xml)] = &[
    ("@id", Xml::Text),
    ("title", Xml::Text),
    ("media:title", Xml::Text),
    ("author", Xml::Object(&[("name", Xml::Text)])),
    ("tag", Xml::List(&Xml::Text)),
    ("link", Xml::List(&Xml::Object(&[("@href", Xml::Text)]))),
    ("more", Xml::Map(&Xml::Text)),
];
static FEED: Xml = Xml::Object(&[(
    "feed",
    Xml::Object(&[
        ("next", Xml::Text),
        ("entry", Xml::List(&Xml::Object(ENTRY))),
    ]),
)]);

fn read(form: &'static Xml, text: impl AsRef<[u8]>) -> Result<Option<String>, String> {
    let json = form.json(&[text]).map_err(|error| error.to_string())?;
    Ok(json.map(Cow::into_owned))
}

fn any(text: &str) -> String {
    read(&Xml::Any, text).unwrap().unwrap()
}

/// An entry as JSON, without the lists that it does not have.
fn entry(text: &str) -> String {
    let json = read(&FEED, format!("<feed>{text}</feed>"))
        .unwrap()
        .unwrap();
    let json = json
        .replace(r#","link":[]"#, "")
        .replace(r#","tag":[]"#, "");
    let json = json.strip_prefix(r#"{"feed":{"entry":["#).unwrap();
    let json = json.strip_suffix("]}}").unwrap();
    json.replace(r#""link":[],"#, "")
        .replace(r#""link":[]"#, "")
}

#[test]
fn elements_are_texts_or_objects() {
    for (xml, json) in [
        ("<a/>", r#"{"a":null}"#),
        ("<a></a>", r#"{"a":null}"#),
        ("<a> 5\n</a>", r#"{"a":"5"}"#),
        ("<a x='1'/>", r#"{"a":{"@x":"1"}}"#),
        ("<a x=''>t</a>", r##"{"a":{"#text":"t","@x":null}}"##),
        (
            "<a><b>1</b><c/><b>2</b></a>",
            r#"{"a":{"b":["1","2"],"c":null}}"#,
        ),
        (
            "<a>one <b>two</b> three</a>",
            r##"{"a":{"#text":"one  three","b":"two"}}"##,
        ),
    ] {
        assert_eq!(any(xml), json, "{xml}");
    }
}

#[test]
fn texts_are_what_they_stand_for() {
    for (xml, json) in [
        (
            "<a>&lt;&#65;&#x42;&amp;amp;&quot;</a>",
            r#"{"a":"<AB&amp;\""}"#,
        ),
        (
            "<a>x<![CDATA[<b>&lt;</b>]]> y</a>",
            r#"{"a":"x<b>&lt;</b> y"}"#,
        ),
        ("<a>1<!-- no -->2<?no?></a>", r#"{"a":"12"}"#),
        ("<a b='&gt;&#10;c\n'/>", r#"{"a":{"@b":">\nc "}}"#),
        ("<a>line\r\nline</a>", r#"{"a":"line\nline"}"#),
        (
            "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE a>\n<a>ü</a>\n",
            r#"{"a":"ü"}"#,
        ),
    ] {
        assert_eq!(any(xml), json, "{xml}");
    }
}

#[test]
fn names_are_local_unless_they_are_declared_with_a_prefix() {
    assert_eq!(
        any("<n:a xmlns:n='urn:n' xmlns='urn:m' n:b='1' xml:lang='de'/>"),
        r#"{"a":{"@b":"1","@lang":"de"}}"#
    );
    let json = entry("<entry n:id='1'><media:title>m</media:title><dc:title>d</dc:title></entry>");
    assert_eq!(json, r#"{"@id":"1","media:title":"m","title":"d"}"#);
}

#[test]
fn one_element_or_none_is_a_list_where_a_list_is_declared() {
    let of = |inside: &str| {
        read(&FEED, format!("<feed>{inside}</feed>"))
            .unwrap()
            .unwrap()
    };
    assert_eq!(of(""), r#"{"feed":{"entry":[]}}"#);
    assert_eq!(of("<next/>"), r#"{"feed":{"entry":[],"next":null}}"#);
    let empty = r#"{"link":[],"tag":[]}"#;
    assert_eq!(
        of("<entry/>"),
        format!(r#"{{"feed":{{"entry":[{empty}]}}}}"#)
    );
    assert_eq!(
        of("<entry/><entry/>"),
        format!(r#"{{"feed":{{"entry":[{empty},{empty}]}}}}"#)
    );
    assert_eq!(
        of("<entry><tag>a</tag><link href='x'/><tag/></entry>"),
        r#"{"feed":{"entry":[{"link":[{"@href":"x"}],"tag":["a",null]}]}}"#
    );
}

#[test]
fn what_is_declared_is_read_as_declared() {
    // A text has attributes that nobody asked for; an object has none of what it may have.
    assert_eq!(
        entry("<entry><title type='html'>t</title><author/></entry>"),
        r#"{"author":{},"title":"t"}"#
    );
    // What cannot be a text is none.
    assert_eq!(
        entry("<entry><title><b>t</b></title></entry>"),
        r#"{"title":{"b":"t"}}"#
    );
    assert_eq!(
        entry("<entry><title>a</title><title>b</title></entry>"),
        r#"{"title":["a","b"]}"#
    );
    // Nor could two be an object.
    assert_eq!(
        entry("<entry><author/><author/></entry>"),
        r#"{"author":"2 elements, and one is declared"}"#
    );
    assert_eq!(
        entry("<entry><more x='1'><a>1</a><b/></more></entry>"),
        r#"{"more":{"a":"1","b":null}}"#
    );
    assert_eq!(
        entry("<entry><other><x/><x/></other></entry>"),
        r#"{"other":{"x":[null,null]}}"#
    );
}

#[test]
fn a_blank_body_is_nothing() {
    assert_eq!(read(&Xml::Any, " \n"), Ok(None));
    assert_eq!(read(&Xml::Any, ""), Ok(None));
}

#[test]
fn what_is_not_xml_is_an_error() {
    for (xml, problem) in [
        ("<a><b></a>", "b"),
        ("<a>", "`a` does not end"),
        ("<a/><b/>", "more than one root element"),
        ("</a>", "a"),
        ("{\"a\":1}", "a text stands outside of all elements"),
        ("<!-- -->", "there is no element"),
        ("<a>&nbsp;</a>", "it does not say what `&nbsp;` is"),
        ("<a b='&nbsp;'/>", "nbsp"),
        ("<a>&#0;</a>", ""),
        ("<a b=1/>", ""),
        ("<a", ""),
    ] {
        let error = read(&Xml::Any, xml).unwrap_err();
        assert!(
            error.starts_with("the response is not XML that can be read: "),
            "{xml}: {error}"
        );
        assert!(error.contains(problem), "{xml}: {error}");
    }
    assert!(read(&Xml::Any, [b'<', 0xFF]).unwrap_err().contains("UTF-8"));
}

#[test]
fn neither_depth_nor_entities_can_exhaust_memory() {
    let deep = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
    let json = any(&deep(60));
    assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
    let error = read(&Xml::Any, deep(100_000)).unwrap_err();
    assert!(error.contains("elements nest deeper than 60"), "{error}");
    let bomb = "<!DOCTYPE a [<!ENTITY b 'bb'><!ENTITY c '&b;&b;'>]><a>&c;</a>";
    assert!(read(&Xml::Any, bomb).unwrap_err().contains("`&c;`"));
}

proptest! {
    #[test]
    fn texts_and_attributes_are_read_as_they_were_written(text in "\\PC{0,20}", value in "\\PC{0,20}") {
        let escaped = |text: &str| quick_xml::escape::escape(text).into_owned();
        let xml = format!("<a b=\"{}\">{}</a>", escaped(&value), escaped(&text));
        let json: serde_json::Value = serde_json::from_str(&any(&xml)).unwrap();
        prop_assert_eq!(json["a"]["@b"].as_str().unwrap_or_default(), value);
        prop_assert_eq!(json["a"]["#text"].as_str().unwrap_or_default(), text.trim_ascii());
    }

    #[test]
    fn no_bytes_are_too_much(bytes: Vec<u8>, xml in "[<>/a-c =\"'&;#x0-9!\\[\\]-]{0,60}") {
        for text in [&bytes[..], xml.as_bytes()] {
            for form in [&Xml::Any, &FEED] {
                if let Ok(Some(json)) = read(form, text) {
                    prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
                }
            }
        }
    }
}

static LISTING: Xml = Xml::Object(&[(
    "list",
    Xml::Object(&[
        ("line", Xml::List(&Xml::Object(&[("text", Xml::Text)]))),
        ("next", Xml::Text),
        ("more", Xml::Text),
        ("@total", Xml::Text),
    ]),
)]);

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    list: Listed<'a>,
}

#[derive(Deserialize)]
struct Listed<'a> {
    #[serde(borrow)]
    line: &'a RawValue,
    #[serde(default)]
    next: Token,
    #[serde(default)]
    more: Flag,
    #[serde(default, rename = "@total")]
    total: Count,
}

/// Lines of a listing, as a generated resource reads them.
struct Listing(Session);

impl Endpoint for Listing {
    type Wire = Line;
    type Position = Option<String>;
    type Page<'a> = Page<'a>;
    const GUARD: Guard = Guard::Marks;
    const ON_INVALID: OnInvalid = OnInvalid::Quarantine;

    fn session(&self) -> &Session {
        &self.0
    }

    fn request(&self, position: &Option<String>) -> Result<Request, Error> {
        let mut request = Request::get("/list");
        request.query("token", position);
        Ok(request)
    }

    fn json(body: &[u8], limit: usize) -> Result<Option<Cow<'_, str>>, Error> {
        let body = gzip::unpack(body, limit)?;
        LISTING.json(&[body])
    }

    fn records<'a>(page: &Self::Page<'a>) -> Vec<&'a RawValue> {
        vec![page.list.line]
    }

    fn total(page: &Page<'_>) -> Option<u64> {
        page.list.total.0
    }

    fn next(&self, turn: &Turn<'_, '_, Self>) -> Result<Option<Option<String>>, Error> {
        if turn.page.list.more.0 == Some(false) {
            return Ok(None);
        }
        assert_eq!(turn.total, Some(3));
        Ok(turn.page.list.next.0.clone().map(Some))
    }

    fn mark(position: &Option<String>) -> Option<&str> {
        position.as_deref()
    }
}

fn gz(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// The lines, what was said about others, and the tokens that were sent.
async fn listed(pages: &[&str]) -> Result<(Vec<String>, Vec<String>, Vec<String>), String> {
    let stub = Stub::script(pages.iter().map(|page| Reply::status(200).body(gz(page))));
    let mut source = Pages::new(Listing(session(&stub)));
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    while let Some(batch) = source.next().await.map_err(|error| error.to_string())? {
        lines.extend(batch.records.into_iter().map(|line| line.text));
        problems.extend(batch.rejected.into_iter().map(|rejected| rejected.problem));
    }
    let tokens = stub.asked().into_iter().flat_map(|asked| asked.query);
    Ok((lines, problems, tokens.map(|(_, token)| token).collect()))
}

#[tokio::test]
async fn values_beside_the_records_lead_from_page_to_page() {
    let (lines, problems, tokens) = listed(&[
        r#"<list total="3"><line><text>a</text></line><line><text>b</text></line><more>true</more><next>t&amp;2</next></list>"#,
        r#"<l:list xmlns:l="urn:l"><l:line><text>c</text></l:line><next> t3 </next></l:list>"#,
        "<list><more>FALSE</more><next>t4</next></list>",
    ])
    .await
    .unwrap();
    assert_eq!(lines, ["a", "b", "c"]);
    assert_eq!(tokens, ["t&2", "t3"]);
    assert!(problems.is_empty());
    // An empty token is the end, and so is a page without any.
    let (lines, ..) = listed(&[r#"<list total="3"><line><text>a</text></line><next/></list>"#])
        .await
        .unwrap();
    assert_eq!(lines, ["a"]);
}

#[tokio::test]
async fn what_is_missing_or_no_record_is_told_by_its_place() {
    let error = listed(&["<html><body>Sorry</body></html>"])
        .await
        .unwrap_err();
    assert_eq!(
        error,
        "GET /list: no `list` in the response, its keys are `html`"
    );
    let (lines, problems, _) = listed(&[
        r#"<list total="3"><line><text>a</text><text>b</text></line><line>c</line><line><text>d</text></line></list>"#,
    ])
    .await
    .unwrap();
    assert_eq!(lines, ["d"]);
    assert_eq!(
        problems,
        [
            r#"lines, page 1, index 0, `text`: invalid type: sequence, expected a string; the value is ["a","b"]"#,
            r##"lines, page 1, index 1, `.`: missing field `text`; the value is {"#text":"c"}"##,
        ]
    );
}
