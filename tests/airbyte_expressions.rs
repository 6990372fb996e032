//! Manifests of Airbyte's low-code connectors hold thousands of Jinja expressions: nearly all of them can be read here and
//! use functions that exist here.
//!
//! The manifests are in the folder `shared` beside the repository. Which names exist depends on the place, so types are
//! not checked.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use serde_yaml::Value;
use spile::diagnostic::Sink;
use spile::expr::{Ast, AstKind, Call, FUNCTIONS, Piece, pieces};
use spile::source::{Sources, Span, Text};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Of distinct pairs of manifest and text, those that can be read, in a thousand.
const TEXTS: usize = 980;
/// Of manifests, those in which all can be read, in a thousand.
const MANIFESTS: usize = 940;

fn manifests() -> Vec<PathBuf> {
    let shared = std::env::var_os("SPILE_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let folder = shared.join("corpora/airbyte");
    let entries = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}; set SPILE_SHARED", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "yaml")
    });
    paths.sort();
    assert!(paths.len() > 300, "{} manifests", paths.len());
    paths
}

/// All texts of a document that hold expressions.
fn templates(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.contains("{{") => {
            found.insert(text.clone());
        }
        Value::Sequence(items) => items.iter().for_each(|item| templates(item, found)),
        Value::Mapping(entries) => {
            for (key, value) in entries {
                templates(key, found);
                templates(value, found);
            }
        }
        _ => {}
    }
}

/// What keeps a text from being compiled, whatever its place.
fn fault(template: &str) -> Option<String> {
    let mut sources = Sources::default();
    let file = sources.add("manifest.yaml", template);
    let text = Text {
        value: template.to_owned(),
        span: Span::new(file, 0, template.len()),
        offsets: None,
        lead: 0,
    };
    let mut sink = Sink::default();
    let Some(pieces) = pieces(&text, &mut sink) else {
        let said = sink.into_sorted();
        return Some(
            said.first()
                .map_or_else(String::new, |said| said.message.clone()),
        );
    };
    pieces.iter().find_map(|piece| match piece {
        Piece::Expression(ast) => unknown(ast),
        Piece::Text(..) => None,
    })
}

/// A function that does not exist.
fn unknown(ast: &Ast) -> Option<String> {
    let inner: Vec<&Ast> = match &ast.kind {
        AstKind::Call(call) => {
            if !is_known(call) {
                return Some(format!("{} {}", call.notation.word(), call.name));
            }
            let arguments = call.arguments.iter().map(|argument| &argument.value);
            call.subject
                .as_deref()
                .into_iter()
                .chain(arguments)
                .collect()
        }
        AstKind::Not(a)
        | AstKind::Negate(a)
        | AstKind::IsPresent(a)
        | AstKind::Is(a, _)
        | AstKind::Part(a, _) => vec![a],
        AstKind::Binary(_, a, b) | AstKind::In(a, b) | AstKind::Item(a, b) => vec![a, b],
        AstKind::If(a, b, c) => [Some(a), Some(b), c.as_ref()]
            .into_iter()
            .flatten()
            .map(AsRef::as_ref)
            .collect(),
        AstKind::Slice(a, b, c) => [Some(a), b.as_ref(), c.as_ref()]
            .into_iter()
            .flatten()
            .map(AsRef::as_ref)
            .collect(),
        AstKind::List(items) => items.iter().collect(),
        AstKind::Map(entries) => entries.iter().flat_map(|(a, b)| [a, b]).collect(),
        _ => Vec::new(),
    };
    inner.into_iter().find_map(unknown)
}

fn is_known(call: &Call) -> bool {
    // Written as another function when it is read.
    let rewritten = ["format", "get"].contains(&call.name.as_str());
    let mut spellings = FUNCTIONS.iter().flat_map(|function| function.spellings);
    rewritten || spellings.any(|known| known.notation == call.notation && known.name == call.name)
}

#[test]
fn expressions_of_airbytes_manifests_can_be_read() {
    let (mut texts, mut read, mut whole, mut unreadable) = (0, 0, 0, 0);
    let mut faults: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let manifests = manifests();
    for path in &manifests {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        // Some have a key twice.
        let Ok(document) = serde_yaml::from_str::<Value>(&fs::read_to_string(path).unwrap()) else {
            unreadable += 1;
            continue;
        };
        let mut found = BTreeSet::new();
        templates(&document, &mut found);
        let mut all = true;
        for template in &found {
            texts += 1;
            match fault(template) {
                None => read += 1,
                Some(fault) => {
                    all = false;
                    faults
                        .entry(fault)
                        .or_default()
                        .push(format!("{name}: {template}"));
                }
            }
        }
        whole += usize::from(all);
    }
    for (fault, places) in &faults {
        println!("{fault}\n    {}", places.join("\n    "));
    }
    assert!(unreadable <= 10, "{unreadable} manifests are no YAML");
    let permille = |part: usize, of: usize| part * 1000 / of;
    let (of_texts, of_manifests) = (
        permille(read, texts),
        permille(whole, manifests.len() - unreadable),
    );
    println!(
        "{read} of {texts} texts, {whole} of {} manifests",
        manifests.len()
    );
    assert!(of_texts >= TEXTS, "{of_texts} ‰ of texts");
    assert!(of_manifests >= MANIFESTS, "{of_manifests} ‰ of manifests");
}
