//! dlt's `rest_api` source was given bad configurations and accepted a third of them. Here each is answered, or it is
//! written down why it means something.
//!
//! The configurations are in the folder `shared` beside the repository. They are converted by name: dlt's placeholders
//! `{x}` become templates, its `response_actions` become rules, and each resource gets the fields that spile asks for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod harness;

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What a configuration is answered with.
enum Answer {
    /// An error of one of these codes, and no success.
    Error(&'static [&'static str]),
    /// It means something here, or what it is about does not exist.
    Legal(&'static str),
}
use Answer::{Error, Legal};

/// Reviewed: each number is that of a file; each answer is what its author should be told.
const ANSWERS: &[(u32, Answer)] = &[
    (2, Error(&["E0102"])),
    (4, Error(&["E0401"])),
    (6, Error(&["E0108"])),
    (7, Error(&["E0103"])),
    (9, Error(&["E0108", "E0203"])),
    (11, Error(&["E0201"])),
    (12, Error(&["E0101"])),
    (13, Error(&["E0101"])),
    (16, Error(&["E0101"])),
    (17, Error(&["E0104"])),
    (18, Legal("a method may be written in small letters")),
    (19, Legal("there are APIs that list with PUT")),
    (20, Error(&["E0103"])),
    (21, Error(&["E0103"])),
    (22, Legal("a list repeats the parameter")),
    (23, Legal("a JSON body may be a list")),
    (24, Legal("null is no body")),
    (26, Legal("search APIs read a body of GET")),
    (27, Legal("a whole URL stands for itself")),
    (29, Error(&["E0301"])),
    (32, Legal("a header may be written as a number")),
    (34, Error(&["E0306"])),
    (35, Legal("records may stand under the key 3")),
    (36, Error(&["E0306"])),
    (38, Error(&["E0102"])),
    (39, Error(&["E0106", "E0101", "E0005"])),
    (42, Error(&["E0103"])),
    (43, Error(&["E0105", "E0405"])),
    (44, Error(&["E0103", "E0105"])),
    (45, Error(&["E0101"])),
    (46, Error(&["E0108", "E0306"])),
    (47, Error(&["E0101"])),
    (49, Error(&["E0101"])),
    (50, Error(&["E0101"])),
    (51, Error(&["E0101"])),
    (53, Error(&["E0101"])),
    (54, Error(&["E0306"])),
    (55, Error(&["E0101"])),
    (56, Error(&["E0101"])),
    (57, Error(&["E0101"])),
    (58, Error(&["E0104"])),
    (60, Error(&["E0104"])),
    (61, Error(&["E0104"])),
    (63, Error(&["E0102"])),
    (66, Error(&["E0106", "E0102"])),
    (67, Legal("keys in cookies exist")),
    (69, Error(&["E0102"])),
    (71, Error(&["E0103"])),
    (72, Error(&["E0102"])),
    (73, Error(&["E0302"])),
    (74, Error(&["E0302"])),
    (75, Error(&["E0302"])),
    (76, Error(&["E0302"])),
    (77, Error(&["E0302"])),
    (78, Error(&["E0302"])),
    (79, Error(&["E0302"])),
    (81, Error(&["E0103"])),
    (85, Error(&["E0302"])),
    (87, Error(&["E0102"])),
    (88, Error(&["E0101"])),
    (89, Error(&["E0414"])),
    (90, Error(&["E0415"])),
    (91, Error(&["E0414"])),
    (92, Error(&["E0104"])),
    (93, Error(&["E0414"])),
    (94, Error(&["E0101"])),
    (95, Error(&["E0414"])),
    (96, Error(&["E0103"])),
    (97, Error(&["E0101"])),
    (99, Error(&["E0104"])),
    (100, Error(&["E0104"])),
    (101, Error(&["E0403", "E0404"])),
    (103, Error(&["E0404"])),
    (104, Error(&["E0103", "E0204", "E0403"])),
    (106, Error(&["E0101"])),
    (107, Error(&["E0101"])),
    (108, Error(&["E0101"])),
    (109, Error(&["E0101"])),
    (110, Error(&["E0101"])),
    (112, Error(&["E0101"])),
    (113, Error(&["E0101"])),
    (116, Legal("a status in quotes is the same status")),
    (117, Error(&["E0406"])),
];

#[test]
fn bad_configurations_that_dlt_accepts_are_answered_or_mean_something() {
    let answers: BTreeMap<u32, &Answer> = ANSWERS
        .iter()
        .map(|(number, answer)| (*number, answer))
        .collect();
    let folder = harness::scratch("dlt-probes");
    let mut wrong = Vec::new();
    for (number, path) in probes() {
        let probe: Value =
            serde_json::from_str(&fs::read_to_string(&path).expect("a probe")).expect("JSON");
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let spec = folder.join(format!("probe_{number}.yaml"));
        fs::write(
            &spec,
            serde_yaml::to_string(&converted(&probe["config"])).expect("YAML"),
        )
        .expect("the spec is written");
        let output = harness::spile(["check".as_ref(), spec.as_os_str()]);
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        let codes = codes(&said);
        let right = match answers.get(&number) {
            Some(Error(expected)) => {
                output.status.code() == Some(1)
                    && expected
                        .iter()
                        .any(|code| codes.contains(&(*code).to_owned()))
            }
            Some(Legal(_)) => output.status.success(),
            None => false,
        };
        if !right {
            wrong.push(format!(
                "{name}: {codes:?}, exit code {:?}\n{said}",
                output.status.code()
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} configurations:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_answer_is_about_a_configuration_and_has_a_reason() {
    let probes = probes();
    assert_eq!(probes.len(), ANSWERS.len());
    for (number, answer) in ANSWERS {
        assert!(
            probes.contains_key(number),
            "there is no configuration {number}"
        );
        match answer {
            Error(codes) => assert!(!codes.is_empty()),
            Legal(reason) => assert!(reason.len() > 10),
        }
    }
}

/// The configurations by number.
fn probes() -> BTreeMap<u32, PathBuf> {
    let shared = std::env::var_os("SPILE_SHARED")
        .map_or_else(|| harness::root().join("../shared"), PathBuf::from);
    let folder = shared.join("corpora/dlt/probes_invalid");
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; put the `shared` folder beside the repository",
            folder.display()
        )
    });
    entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (number(&path), path))
        .collect()
}

fn number(path: &Path) -> u32 {
    let name = path.file_name().expect("a name").to_string_lossy();
    name.split('_')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("no number: {name}"))
}

/// The codes that were said.
fn codes(said: &str) -> Vec<String> {
    said.split('[')
        .skip(1)
        .filter_map(|rest| rest.split_once(']'))
        .map(|(code, _)| code.to_owned())
        .collect()
}

/// dlt's configuration as a spec.
fn converted(config: &Value) -> Value {
    let mut spec = json!({ "spile": 1, "name": "probe" });
    for (key, value) in config.as_object().expect("a map") {
        spec[key] = match (key.as_str(), value) {
            ("resources", Value::Array(resources)) => resources.iter().map(resource).collect(),
            _ => templates(value),
        };
    }
    spec
}

fn resource(resource: &Value) -> Value {
    let Value::Object(keys) = resource else {
        return json!({ "name": resource, "endpoint": resource, "fields": { "id": "string!" } });
    };
    let mut converted = Map::new();
    for (key, value) in keys {
        converted.insert(
            key.clone(),
            if key == "endpoint" {
                endpoint(value)
            } else {
                templates(value)
            },
        );
    }
    // dlt takes the name for the path where there is none.
    let endpoint = converted.entry("endpoint").or_insert_with(|| json!({}));
    let mut incremental = None;
    if let Value::Object(endpoint) = endpoint {
        endpoint.entry("path").or_insert_with(|| json!("posts"));
        // Where it stands, and what dlt calls its end, would be all that is said of it.
        incremental = endpoint.remove("incremental");
        if let Some(Value::Object(incremental)) = &mut incremental
            && let Some(end) = incremental.remove("end_value")
        {
            incremental.insert("end".to_owned(), end);
        }
    }
    converted.entry("fields").or_insert_with(
        || json!({ "id": "string!", "a": "string", "b": "integer", "updated_at": "string" }),
    );
    converted.extend(incremental.map(|incremental| ("incremental".to_owned(), incremental)));
    Value::Object(converted)
}

fn endpoint(endpoint: &Value) -> Value {
    let mut endpoint = templates(endpoint);
    if let Some(actions) = endpoint
        .as_object_mut()
        .and_then(|endpoint| endpoint.remove("response_actions"))
    {
        endpoint["error_handler"] = json!({ "rules": actions });
    }
    endpoint
}

/// dlt's placeholders `{x}` as templates, everywhere.
fn templates(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(text.replace('{', "{{ ").replace('}', " }}")),
        Value::Array(items) => items.iter().map(templates).collect(),
        Value::Object(keys) => keys
            .iter()
            .map(|(key, value)| (key.clone(), templates(value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
