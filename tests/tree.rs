//! The tree that YAML becomes, against another parser and against hostile input.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::path::Path;

use spile::diagnostic::{Code, Diagnostic, Sink};
use spile::read::{self, Node, NodeKind};
use spile::source::{Sources, Text};

/// The tree of a text and what was said about it.
fn tree(bytes: &[u8]) -> (Option<Node>, Vec<Diagnostic>) {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let node = read::add_source(Path::new("spec.yaml"), bytes, &mut sources, &mut sink)
        .and_then(|file| read::parse(file, &sources.get(file).unwrap().text, &mut sink));
    (node, sink.into_sorted())
}

fn codes(bytes: &[u8]) -> Vec<Code> {
    tree(bytes)
        .1
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect()
}

/// The places of all diagnostics, as the bytes that stand there.
fn places(text: &str) -> Vec<(Code, &str)> {
    let found = tree(text.as_bytes()).1;
    found
        .iter()
        .map(|diagnostic| (diagnostic.code, &text[diagnostic.span.range()]))
        .collect()
}

fn text_of<'n>(node: &'n Node, key: &str) -> &'n Text {
    node.get(key).unwrap().text().unwrap()
}

#[test]
fn every_spec_reads_as_another_parser_reads_it() {
    let mut read = 0;
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("specs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let (node, diagnostics) = tree(&bytes);
        assert_eq!(diagnostics, [], "{}", path.display());
        // The other one has no integers of this size; here they are text in JSON.
        let huge = "123456789012345678901234567890";
        let text = String::from_utf8(bytes)
            .unwrap()
            .replace(huge, &format!("\"{huge}\""));
        let other: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        assert_eq!(
            node.unwrap().to_json(),
            serde_json::to_value(other).unwrap(),
            "{}",
            path.display()
        );
        read += 1;
    }
    assert!(read > 5, "only {read} specs were found");
}

#[test]
fn core_schema_types_plain_scalars_only() {
    let text = "[null, ~, true, FALSE, 1, -0x1F, 0o17, 0x1F, 1.10, .5, 1e3, 5., +7, .inf, yes, 1_000, 0b1, 1:30, '1', \"true\", .]";
    let json = tree(text.replace("-0x1F", "'-0x1F'").as_bytes())
        .0
        .unwrap()
        .to_json();
    assert_eq!(
        json.to_string(),
        r#"[null,null,true,false,1,"-0x1F",15,31,1.1,0.5,1000.0,5.0,7,".inf","yes","1_000","0b1","1:30","1","true","."]"#
    );
}

#[test]
fn numbers_keep_their_spelling() {
    let node = tree(b"version: 1.10\nbig: 123456789012345678901234567890\n")
        .0
        .unwrap();
    assert_eq!(text_of(&node, "version").value, "1.10");
    assert_eq!(node.to_json()["big"], "123456789012345678901234567890");
}

#[test]
fn each_character_of_a_value_leads_back_to_its_source() {
    let source = concat!(
        "plain: a {{ x }}\n",
        "single: 'it''s {{ x }}'\n",
        "double: \"\\u00e9\\t\\\"{{ x }}\\\" \\\n   {{ y }}\"\n",
        "pair: \"\\ud83d\\ude00{{ x }}\"\n",
        "folded plain: one\n  two\n\n  {{ x }}\n",
        "literal: |\n  é one\n    two\n\n  {{ x }}\n",
        "folded: >-\n  é one\n  two\n\n  {{ x }}\n",
    );
    for source in [
        source.to_owned(),
        source.replace('\n', "\r\n"),
        format!("\u{feff}{source}"),
    ] {
        let node = tree(source.as_bytes()).0.unwrap();
        for (key, value) in node.entries().unwrap() {
            let text = value.text().unwrap();
            for (at, _) in text.value.match_indices("{{") {
                let span = text.span_of(at..at + 7);
                let found = &source[span.range()];
                assert!(
                    found.starts_with("{{") && found.ends_with("}}"),
                    "{}: {found:?}",
                    key.value
                );
            }
        }
        assert_eq!(text_of(&node, "double").value, "é\t\"{{ x }}\" {{ y }}");
    }
}

#[test]
fn spans_end_with_the_last_thing_that_belongs() {
    let source = "a:\n  b: 1\n  c: [x, y] # why\n\n\nd: |\n  text\n\n\ne:\nf: {g: h}\n";
    let node = tree(source.as_bytes()).0.unwrap();
    let shown = |key: &str| &source[node.get(key).unwrap().span.range()];
    assert_eq!(shown("a"), "b: 1\n  c: [x, y]");
    assert_eq!(shown("d"), "text");
    assert_eq!(shown("e"), "e", "an absent value is where its key is");
    assert_eq!(shown("f"), "{g: h}");
}

#[test]
fn aliases_are_expanded_with_the_places_of_their_origin() {
    let source = "a: &x [1, {k: v}]\nb: *x\n";
    let node = tree(source.as_bytes()).0.unwrap();
    assert_eq!(node.get("a"), node.get("b"));
}

#[test]
fn a_key_that_stands_twice_is_named_with_the_first() {
    let source = "a: 1\nb: 2\n\"a\": 3\nc: {d: 1, d: 2}\n";
    assert_eq!(
        places(source),
        [(Code::DuplicateKey, "\"a\""), (Code::DuplicateKey, "d")]
    );
    let (node, diagnostics) = tree(source.as_bytes());
    assert_eq!(&source[diagnostics[0].others[0].span.range()], "a");
    assert_eq!(
        text_of(&node.unwrap(), "a").value,
        "1",
        "the first one stays"
    );
}

#[test]
fn yaml_that_specs_do_not_use_is_refused_in_place_and_reading_goes_on() {
    let source =
        "a: &x {k: v}\nb:\n  <<: *x\nc: !secret s\nd: !!str 5\n? [q]\n: r\n{m: n}: o\ne: 1\n";
    assert_eq!(
        places(source),
        [
            (Code::UnsupportedYaml, "<<"),
            (Code::UnsupportedYaml, "!secret"),
            (Code::UnsupportedYaml, "!!str"),
            (Code::UnsupportedYaml, "[q]"),
            (Code::UnsupportedYaml, "{m: n}"),
        ]
    );
    assert!(tree(source.as_bytes()).0.unwrap().get("e").is_some());
    assert_eq!(codes(b"'<<': 1\n"), [], "a quoted key is a key");
    assert_eq!(codes(b"%YAML 1.1\n---\na: b\n"), [Code::UnsupportedYaml]);
}

#[test]
fn a_template_without_quotes_is_recognised() {
    assert_eq!(places("a: {{ config.x }}\n"), [(Code::InvalidYaml, "{{")]);
    assert_eq!(places("a: {{ 'x' ~ y }}\n"), [(Code::InvalidYaml, "{{")]);
    assert_eq!(places("a: /x/{{ config.x }}\n"), []);
}

#[test]
fn a_spec_is_one_document() {
    for nothing in ["", "\n", "# nothing\n", "---\n", "\u{feff}", "---\n...\n"] {
        assert_eq!(
            codes(nothing.as_bytes()),
            [Code::NotOneDocument],
            "{nothing:?}"
        );
    }
    let source = "a: b\n---\nc: d\n";
    assert_eq!(places(source), [(Code::NotOneDocument, "---")]);
    assert_eq!(
        tree(source.as_bytes()).0.unwrap().to_json().to_string(),
        r#"{"a":"b"}"#
    );
    assert_eq!(codes(b"---\na: b\n...\n"), []);
}

#[test]
fn text_that_is_not_utf8_is_refused_at_its_first_byte() {
    let (node, diagnostics) = tree(b"name: caf\xe9 x\n");
    assert!(node.is_none());
    assert_eq!(
        (diagnostics[0].code, diagnostics[0].span.start),
        (Code::NotUtf8, 9)
    );
    let utf16: Vec<u8> = "\u{feff}a: b"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert!(tree(&utf16).1[0].help[0].contains("UTF-16"));
}

#[test]
fn syntax_errors_stand_where_they_are() {
    for (source, place) in [
        ("a: [1, 2\n", "["),
        ("a: [1, 2\nb: 3\n", ":"),
        ("a: 'x\n", ""),
        ("a: 'x\nb: 3\n", "b"),
        ("a: b: c\n", ":"),
        ("a: \u{0}b\n", "\u{0}"),
        ("a: @b\n", "@"),
        ("a: *x\n", "*"),
        ("a: \"\\ud800\"\n", "\""),
        ("a: \"\\ud800\\u0041\"\n", "\""),
        ("a:\n\tb: 1\n", "\t"),
    ] {
        assert_eq!(places(source), [(Code::InvalidYaml, place)], "{source:?}");
        assert!(tree(source.as_bytes()).0.is_none());
    }
}

#[test]
fn hostile_input_is_refused_in_bounded_time_and_memory() {
    assert_eq!(codes("[".repeat(100_000).as_bytes()), [Code::TooLarge]);
    assert_eq!(codes("{a: ".repeat(100_000).as_bytes()), [Code::TooLarge]);
    assert_eq!(codes("- ".repeat(200_000).as_bytes()), [Code::TooLarge]);
    assert_eq!(codes("? ".repeat(100_000).as_bytes()), [Code::TooLarge]);
    assert_eq!(codes(&vec![b' '; read::MAX_BYTES + 1]), [Code::TooLarge]);
    let blocks: String = (0..1000)
        .map(|depth| format!("{}a:\n", " ".repeat(depth)))
        .collect();
    assert_eq!(codes(blocks.as_bytes()), [Code::TooLarge]);
    let mixed = format!("{}{}{}", "- ".repeat(100), "[".repeat(100), "]".repeat(100));
    assert_eq!(codes(mixed.as_bytes()), [Code::TooLarge]);
    // Aliases bring it near the limit, the values of the text itself over it.
    let list = |length: usize| "x,".repeat(length);
    let aliases = "*a,".repeat((read::MAX_NODES - 41_000) / 20_001);
    let nearly = format!(
        "a: &a [{}]\nb: [{aliases}]\nc: [{}]\n",
        list(20_000),
        list(1_000)
    );
    assert_eq!(codes(nearly.as_bytes()), []);
    let over = format!(
        "a: &a [{}]\nb: [{aliases}]\nc: [{}]\n",
        list(20_000),
        list(25_000)
    );
    assert_eq!(codes(over.as_bytes()), [Code::TooLarge]);
}

#[test]
fn aliases_cannot_multiply_without_bound() {
    let mut laughs = "a0: &a0 [lol, lol]\n".to_owned();
    for level in 1..40 {
        let below = format!("*a{}", level - 1);
        laughs += &format!("a{level}: &a{level} [{below}, {below}]\n");
    }
    assert_eq!(codes(laughs.as_bytes()), [Code::TooLarge]);
    let long = format!(
        "a: &a {}\nb: [{}]\n",
        "x".repeat(1 << 20),
        "*a, ".repeat(1000)
    );
    assert_eq!(
        codes(long.as_bytes()),
        [Code::TooLarge],
        "few nodes, but much text"
    );
    let mut deep = "a0: &a0 [x]\n".to_owned();
    for level in 1..200 {
        deep += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
    }
    assert_eq!(
        codes(deep.as_bytes()),
        [Code::TooLarge],
        "few nodes, but deep"
    );
    assert_eq!(codes(b"a: &a [*a]\n"), [Code::InvalidYaml], "itself");
}

#[test]
fn no_prefix_of_a_spec_makes_the_reader_panic() {
    let source = "a: &x 'é''s'\nb: [*x, {c: \"\\u00e9\\\n  \"}]\n? |\n  k\n: >-\n  f\n\n  g\nt: !t {{ x }}\n";
    for end in 0..=source.len() {
        tree(&source.as_bytes()[..end]);
    }
}

#[test]
fn a_node_says_what_it_is() {
    let node = tree(b"[1, x, true, ~, {}, []]").0.unwrap();
    let NodeKind::List(items) = &node.kind else {
        panic!("a list")
    };
    let words: Vec<String> = items.iter().map(Node::describe).collect();
    assert_eq!(
        words,
        [
            "the number `1`",
            "the text \"x\"",
            "the boolean `true`",
            "nothing",
            "a map",
            "a list"
        ]
    );
}
