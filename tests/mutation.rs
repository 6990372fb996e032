//! Each node of each spec removed, or replaced by something else: the compiler says what is wrong with it, or compiles
//! it, and never panics or hangs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod harness;

use serde_yaml::{Mapping, Value};
use spile::diagnostic::{Format, render};
use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// Maps whose keys are names of the spec's own: what stands under one name is handled as under another.
const NAMED: [&str; 12] = [
    "fields",
    "properties",
    "config",
    "variants",
    "options",
    "params",
    "headers",
    "form",
    "json",
    "$defs",
    "definitions",
    "samples",
];

/// Keys whose values are any text.
const FREE: [&str; 7] = [
    "description",
    "name",
    "path",
    "title",
    "example",
    "enum",
    "values",
];

/// Every how many of the mutants that compile are also emitted, which takes most of the time.
const EMITTED: usize = 50;

/// Longer than any spec takes, even on a machine that is busy.
const PATIENCE: Duration = Duration::from_mins(1);

/// A way to a node.
type Way = Vec<Step>;

/// One step of a way.
#[derive(Clone, Debug)]
enum Step {
    Key(Value),
    Index(usize),
}

/// What a node is replaced by.
fn replacements() -> [(&'static str, Option<Value>); 6] {
    let map = Mapping::from_iter([(Value::from("x"), Value::from(1))]);
    [
        ("removed", None),
        ("null", Some(Value::Null)),
        (
            "a list",
            Some(Value::Sequence(vec![
                Value::from(1),
                Value::from("{{ x }}"),
            ])),
        ),
        ("a map", Some(Value::Mapping(map))),
        (
            "a long text",
            Some(Value::from("a.b[0]{{ config.".repeat(500))),
        ),
        ("a number", Some(Value::from(-1_i64))),
    ]
}

/// One mutation of one node.
struct Mutant {
    spec: Arc<PathBuf>,
    base: Arc<Value>,
    way: Way,
    what: &'static str,
    replacement: Option<Value>,
}

impl Mutant {
    fn name(&self) -> String {
        format!("{}: {:?} {}", self.spec.display(), self.way, self.what)
    }
}

#[test]
fn no_node_removed_or_replaced_makes_the_compiler_panic_or_hang() {
    let mut kinds = BTreeSet::new();
    let mutants: Vec<Mutant> = harness::specs()
        .iter()
        .flat_map(|spec| mutants(spec, &mut kinds))
        .collect();
    let (sender, receiver) = mpsc::channel::<usize>();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            let (sender, next, mutants) = (sender.clone(), &next, &mutants);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(mutant) = mutants.get(number) else {
                        break;
                    };
                    sender.send(number).expect("the test waits");
                    check(mutant);
                }
            });
        }
        drop(sender);
        let mut last = 0;
        loop {
            match receiver.recv_timeout(PATIENCE) {
                Ok(number) => last = number,
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                // The thread cannot be stopped, so that only ending the process ends the test.
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    eprintln!(
                        "hangs with {}, or with the one before",
                        mutants[last].name()
                    );
                    std::process::exit(1);
                }
            }
        }
    });
}

/// Compiles a mutant.
fn check(mutant: &Mutant) {
    let mut spec = Value::clone(&mutant.base);
    replace(&mut spec, &mutant.way, mutant.replacement.clone());
    // JSON is YAML, and is written ten times faster.
    let text = serde_json::to_string_pretty(&spec).expect("JSON");
    let outcome = catch_unwind(AssertUnwindSafe(|| compile(&mutant.spec, &text)));
    assert!(outcome.is_ok(), "panics with {}:\n{text}", mutant.name());
}

/// Every mutation of every node whose kind is new: another string field, another description is none.
/// Those outside of resources are mutated with the first resource alone, those of a resource with it alone, so that each
/// is compiled quickly.
fn mutants(path: &Path, kinds: &mut BTreeSet<String>) -> Vec<Mutant> {
    let path = Arc::new(path.to_path_buf());
    let spec: Value =
        serde_yaml::from_str(&fs::read_to_string(&*path).expect("a spec")).expect("YAML");
    let resources = spec["resources"].as_sequence().cloned().unwrap_or_default();
    let mut found = Vec::new();
    for resource in &resources {
        let mut base = spec.clone();
        base["resources"] = Value::Sequence(vec![resource.clone()]);
        let base = Arc::new(base);
        let mut nodes = Vec::new();
        collect(&base, &mut Vec::new(), &mut nodes);
        for (way, node) in nodes {
            if kinds.insert(kind(&way, node)) {
                found.extend(
                    replacements()
                        .into_iter()
                        .map(|(what, replacement)| Mutant {
                            spec: Arc::clone(&path),
                            base: Arc::clone(&base),
                            way: way.clone(),
                            what,
                            replacement,
                        }),
                );
            }
        }
    }
    found
}

/// What a node is, whatever it is called: its way without names, and its value where that is of the language.
fn kind(way: &[Step], node: &Value) -> String {
    let mut kind = String::new();
    let mut last = "";
    for step in way {
        let (word, name) = match step {
            Step::Key(_) if NAMED.contains(&last) => ("*", "*"),
            Step::Key(key) => (key.as_str().unwrap_or("*"), key.as_str().unwrap_or("*")),
            Step::Index(_) => ("[]", last),
        };
        kind = format!("{kind}.{word}");
        last = name;
    }
    let value = match node {
        Value::Mapping(map) if !NAMED.contains(&last) => map
            .keys()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(","),
        Value::Mapping(_) => "map".to_owned(),
        Value::Sequence(_) => "list".to_owned(),
        _ if FREE.contains(&last) || kind.contains(".samples") => String::new(),
        Value::String(text) if last == "*" && text.contains("{{") => "template".to_owned(),
        scalar => serde_yaml::to_string(scalar).expect("YAML"),
    };
    format!("{kind} = {value}")
}

fn collect<'a>(node: &'a Value, way: &mut Way, nodes: &mut Vec<(Way, &'a Value)>) {
    let children: Vec<(Step, &Value)> = match node {
        Value::Mapping(map) => map
            .iter()
            .map(|(key, value)| (Step::Key(key.clone()), value))
            .collect(),
        Value::Sequence(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| (Step::Index(index), item))
            .collect(),
        _ => Vec::new(),
    };
    for (step, child) in children {
        way.push(step);
        nodes.push((way.clone(), child));
        collect(child, way, nodes);
        way.pop();
    }
}

fn replace(node: &mut Value, way: &[Step], replacement: Option<Value>) {
    match (way, node, replacement) {
        ([Step::Key(key)], Value::Mapping(map), None) => drop(map.shift_remove(key)),
        ([Step::Index(index)], Value::Sequence(items), None) => drop(items.remove(*index)),
        ([Step::Key(key), rest @ ..], Value::Mapping(map), replacement) => {
            replace(
                map.get_mut(key).expect("the way leads there"),
                rest,
                replacement,
            );
        }
        ([Step::Index(index), rest @ ..], Value::Sequence(items), replacement) => {
            replace(&mut items[*index], rest, replacement)
        }
        ([], node, Some(value)) => *node = value,
        (way, node, replacement) => panic!("{way:?} {node:?} {replacement:?}"),
    }
}

/// Reads and checks, writes what there is to say of it, and emits some of what has no error.
fn compile(path: &Path, text: &str) {
    static COMPILED: AtomicUsize = AtomicUsize::new(0);
    let compilation = spile::compile(path, text.as_bytes());
    if let Some(model) = &compilation.model
        && COMPILED
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(EMITTED)
    {
        assert!(!spile::emit::connector(model, spile::emit::Layout::Vendored).is_empty());
    }
    let said = render(&[compilation.report], Format::Text, true);
    assert!(
        said.len() < 100 * text.len() + 10_000,
        "{} bytes of diagnostics",
        said.len()
    );
}
