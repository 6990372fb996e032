//! The requests that dlt sent for the configurations of its own tests, and those that a connector sends that was
//! generated from the same configuration.
//!
//! Cases with Python code in them are left out: there is no configuration to compile. All others become resources of
//! one connector, which reads them from an API that answers as that of dlt's tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "dlt_runtime/api.rs"]
mod api;
#[path = "dlt_runtime/convert.rs"]
mod convert;
mod harness;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::api::Received;
use serde_json::{Value, json};

/// Where spile differs on purpose, with the rule of behaviour.
const EXCEPTIONS: &[(u32, Exception)] = &[
    (
        128,
        Exception::Refused(
            "E0406",
            "an answer without a body is an empty page as it is",
        ),
    ),
    (
        130,
        Exception::Sends("one failing parent does not end the others: all five are asked for"),
    ),
    (
        202,
        Exception::Refused("E0402", "braces cannot stand in the name of a header"),
    ),
    (
        203,
        Exception::Refused("E0402", "braces cannot stand in the name of a header"),
    ),
];

enum Exception {
    /// Every request of dlt's and more.
    Sends(&'static str),
    /// The compiler answers with this code.
    Refused(&'static str, &'static str),
}

/// A configuration of dlt's tests.
struct Case {
    number: u32,
    name: String,
    config: Value,
    requests: Vec<Value>,
    /// What dlt read: paths, paginators, pages.
    calls: Vec<Value>,
}

/// The configurations without Python code, in the order of their numbers.
fn cases() -> Vec<Case> {
    let shared = std::env::var_os("SPILE_SHARED")
        .map_or_else(|| harness::root().join("../shared"), PathBuf::from);
    let folder = shared.join("corpora/dlt/runtime");
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; put the `shared` folder beside the repository",
            folder.display()
        )
    });
    let mut cases: Vec<Case> = entries
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| case(&path))
        .collect();
    cases.sort_by_key(|case| case.number);
    cases
}

fn case(path: &Path) -> Option<Case> {
    let case: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    if case["has_python_objects"] == json!(true) || case.get("python_only").is_some() {
        return None;
    }
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let list = |key: &str| case["expect"][key].as_array().unwrap().clone();
    let mut requests = list("requests");
    // Some of dlt's tests read twice.
    let (first, second) = requests.split_at(requests.len() / 2);
    if first == second {
        requests.truncate(first.len());
    }
    Some(Case {
        number: name.split('_').next().unwrap().parse().unwrap(),
        config: case["config"].clone(),
        requests,
        calls: list("paginate_calls"),
        name,
    })
}

fn exception(number: u32) -> Option<&'static Exception> {
    let mut exceptions = EXCEPTIONS.iter();
    exceptions
        .find(|(of, _)| *of == number)
        .map(|(_, exception)| exception)
}

fn spec(name: &str, resources: Vec<Value>) -> Value {
    json!({
        "spile": 1,
        "name": name,
        "client": { "base_url": "https://api.example.com" },
        "resources": resources,
    })
}

#[test]
fn what_differs_on_purpose_is_refused_by_the_compiler() {
    let folder = harness::scratch("dlt-refused");
    for case in cases() {
        let Some(Exception::Refused(code, reason)) = exception(case.number) else {
            continue;
        };
        let path = folder.join(format!("{}.yaml", case.number));
        let resources = convert::resources(&case.config, &case.calls, "");
        fs::write(&path, spec("refused", resources).to_string()).unwrap();
        let output = harness::spile(["check".as_ref(), path.as_os_str()]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned()
            + &String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{}: {reason}", case.name);
        assert!(
            said.contains(&format!("error[{code}]")),
            "{}: {said}",
            case.name
        );
    }
}

#[test]
fn connectors_send_the_requests_that_dlt_sent() {
    let cases = cases();
    assert!(cases.len() >= 40, "{} cases", cases.len());
    let sent: Vec<&Case> = cases
        .iter()
        .filter(|case| !matches!(exception(case.number), Some(Exception::Refused(..))))
        .collect();
    let program = built(&sent);
    let mut wrong = Vec::new();
    for case in sent {
        let api = api::start(&case.calls);
        let names = convert::resources(&case.config, &case.calls, &prefix(case))
            .iter()
            .map(|resource| resource["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>();
        let output = Command::new(&program)
            .arg("read")
            .args(names)
            .args(["--quiet", "--base-url", &api.url()])
            .env_clear()
            .output()
            .unwrap();
        let received = api.stop();
        let (expected, got) = (
            golden(&case.requests),
            conversations(&received, &case.requests),
        );
        let same = match exception(case.number) {
            Some(Exception::Sends(reason)) => {
                assert_ne!(expected, got, "{}: {reason}", case.name);
                expected.iter().all(|(key, pages)| {
                    got.get(key).is_some_and(|others| same_pages(pages, others))
                })
            }
            _ => {
                expected.keys().eq(got.keys())
                    && expected
                        .values()
                        .zip(got.values())
                        .all(|(pages, others)| same_pages(pages, others))
            }
        };
        if !same {
            wrong.push(format!(
                "{}\nexpected {expected:#?}\nreceived {got:#?}\n{}",
                case.name,
                String::from_utf8_lossy(&output.stderr)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} cases:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn prefix(case: &Case) -> String {
    format!("case_{}_", case.number)
}

/// The program of the connector that holds the resources of all cases.
fn built(cases: &[&Case]) -> PathBuf {
    let folder = harness::scratch("dlt-runtime");
    let resources = cases
        .iter()
        .flat_map(|case| convert::resources(&case.config, &case.calls, &prefix(case)))
        .collect();
    let path = folder.join("dlt_cases.yaml");
    fs::write(&path, format!("{:#}", spec("dlt_cases", resources))).unwrap();
    let out = folder.join("connectors");
    let output = harness::spile([
        "generate".as_ref(),
        path.as_os_str(),
        "--out".as_ref(),
        out.as_os_str(),
    ]);
    harness::succeed("spile generate", &output);
    let output = harness::cargo(&["build", "--quiet"])
        .current_dir(out.join("dlt-cases"))
        .output()
        .unwrap();
    harness::succeed("cargo build", &output);
    harness::target().join("debug/dlt-cases")
}

/// The pages that were asked for, in order, by what else a request says: one entry for each parent, since children of
/// several parents are read at once.
type Conversations = BTreeMap<String, Vec<String>>;

/// Whether the same pages were asked for in the same order; in any order where the links of several parents are alike.
fn same_pages(expected: &[String], received: &[String]) -> bool {
    let in_order = |pages: &[String]| {
        let mut ordered = pages.to_vec();
        ordered.sort_by_key(|page| (page.len(), page.clone()));
        ordered
    };
    let ordered = in_order(expected);
    if expected == ordered {
        expected == received
    } else {
        ordered == in_order(received)
    }
}

fn golden(requests: &[Value]) -> Conversations {
    let mut conversations = Conversations::new();
    for request in requests {
        let text = |key: &str| request[key].as_str().unwrap_or_default();
        let target = text("url").trim_start_matches("https://api.example.com");
        let headers = request["headers"].as_object().into_iter().flatten();
        let headers = headers
            .map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned()))
            .collect();
        note(
            &mut conversations,
            &Received {
                method: text("method").to_owned(),
                target: target.to_owned(),
                headers,
                body: text("body").to_owned(),
            },
        );
    }
    conversations
}

/// What was received, with those headers that the recorded requests of the same path show.
fn conversations(received: &[Received], golden: &[Value]) -> Conversations {
    let mut conversations = Conversations::new();
    let recorded: Vec<(&str, Vec<String>)> = golden
        .iter()
        .map(|request| {
            let headers = request["headers"].as_object().into_iter().flatten();
            let names = headers.map(|(name, _)| name.to_lowercase()).collect();
            (
                path(
                    request["url"]
                        .as_str()
                        .unwrap()
                        .trim_start_matches("https://api.example.com"),
                ),
                names,
            )
        })
        .collect();
    for request in received {
        let mut request = request.clone();
        let names = recorded.iter().find(|(of, _)| *of == path(&request.target));
        request
            .headers
            .retain(|name, _| names.is_some_and(|(_, names)| names.contains(name)));
        note(&mut conversations, &request);
    }
    conversations
}

fn path(target: &str) -> &str {
    target.split('?').next().unwrap_or_default()
}

fn note(conversations: &mut Conversations, request: &Received) {
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let (mut pages, mut others): (Vec<&str>, Vec<&str>) = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .partition(|pair| pair.starts_with("page="));
    others.sort_unstable();
    pages.sort_unstable();
    // A body of JSON is the same in any order of its keys.
    let body = serde_json::from_str::<Value>(&request.body)
        .map_or_else(|_| request.body.clone(), |body| sorted(&body).to_string());
    let key = format!(
        "{} {path}?{} {body} {:?}",
        request.method,
        others.join("&"),
        request.headers
    );
    conversations.entry(key).or_default().push(pages.join("&"));
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let ordered: BTreeMap<&String, Value> = map
                .iter()
                .map(|(key, value)| (key, sorted(value)))
                .collect();
            json!(ordered)
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
