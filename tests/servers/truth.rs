//! What the truth scripts found, and how the records of a connector are held against it.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What a truth script found: the records of each stream, and how many it counted.
pub struct Truth {
    streams: BTreeMap<String, (usize, Vec<Value>)>,
}

/// How a declared type may write a value otherwise than the API does. All other values have to be the same.
#[derive(Clone, Copy)]
pub enum Kind {
    /// An instant in RFC 3339: the same instant, whatever its offset.
    Rfc3339,
    /// Seconds since 1970, written as RFC 3339.
    Epoch,
    /// Milliseconds since 1970, written as RFC 3339.
    EpochMillis,
    /// A decimal, written as a text or a number of the same value.
    Decimal,
}

impl Truth {
    /// Reads the dumped records, and the counts of a report: lines of `STREAM records=N distinct_pk=N …`.
    pub fn read(dump: &Path, report: &str) -> Self {
        let mut streams = BTreeMap::new();
        for line in report.lines() {
            let mut words = line.split_whitespace();
            let (Some(stream), Some(count)) = (
                words.next(),
                words.find_map(|word| word.strip_prefix("records=")),
            ) else {
                continue;
            };
            let text =
                fs::read_to_string(dump.join(format!("{stream}.jsonl"))).expect("a dumped stream");
            streams.insert(
                stream.to_owned(),
                (count.parse().expect("a count"), json_lines(&text)),
            );
        }
        Self { streams }
    }

    /// Asserts that the records of a connector are those of a stream: as many, each key once, every value the same.
    pub fn assert_same(&self, stream: &str, key: &[&str], kinds: &[(&str, Kind)], got: &[Value]) {
        let (count, expected) = self
            .streams
            .get(stream)
            .unwrap_or_else(|| panic!("truth has no stream {stream}"));
        assert_eq!(got.len(), *count, "{stream}: number of records");
        let expected = by_key(stream, key, kinds, expected);
        let got = by_key(stream, key, kinds, got);
        assert_eq!(got.len(), *count, "{stream}: number of distinct keys");
        for (identity, record) in &expected {
            let other = got
                .get(identity)
                .unwrap_or_else(|| panic!("{stream}: the record {identity:?} is missing"));
            if let Some(difference) = difference(record, other, "", kinds) {
                panic!(
                    "{stream}: the record {identity:?} differs: {difference}\nexpected {record}\ngot      {other}"
                );
            }
        }
    }
}

/// One value per line.
pub fn json_lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn by_key<'a>(
    stream: &str,
    key: &[&str],
    kinds: &[(&str, Kind)],
    records: &'a [Value],
) -> BTreeMap<Vec<String>, &'a Value> {
    let mut found = BTreeMap::new();
    for record in records {
        let identity: Vec<String> = key
            .iter()
            .map(|part| {
                let value = record
                    .get(part)
                    .unwrap_or_else(|| panic!("{stream}: no key {part} in {record}"));
                canonical(value, kind_of(part, kinds))
            })
            .collect();
        assert!(
            found.insert(identity.clone(), record).is_none(),
            "{stream}: the key {identity:?} stands twice"
        );
    }
    found
}

fn kind_of(name: &str, kinds: &[(&str, Kind)]) -> Option<Kind> {
    kinds
        .iter()
        .find(|(declared, _)| *declared == name)
        .map(|(_, kind)| *kind)
}

/// Where and how two values differ. What is not there and null are the same: a nullable field cannot tell them apart.
fn difference(expected: &Value, got: &Value, path: &str, kinds: &[(&str, Kind)]) -> Option<String> {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            let keys: std::collections::BTreeSet<&String> =
                expected.keys().chain(got.keys()).collect();
            keys.into_iter().find_map(|key| {
                let (expected, got) = (
                    expected.get(key).unwrap_or(&Value::Null),
                    got.get(key).unwrap_or(&Value::Null),
                );
                let path = format!("{path}.{key}");
                match kind_of(key, kinds) {
                    Some(kind) if !expected.is_null() && !got.is_null() => {
                        let (expected, got) =
                            (canonical(expected, Some(kind)), canonical(got, Some(kind)));
                        (expected != got).then(|| format!("{path} is {got} and not {expected}"))
                    }
                    _ => difference(expected, got, &path, kinds),
                }
            })
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => expected
            .iter()
            .zip(got)
            .enumerate()
            .find_map(|(index, (expected, got))| {
                difference(expected, got, &format!("{path}[{index}]"), kinds)
            }),
        (Value::Number(_), Value::Number(_)) => {
            let (expected, got) = (
                canonical(expected, Some(Kind::Decimal)),
                canonical(got, Some(Kind::Decimal)),
            );
            (expected != got).then(|| format!("{path} is {got} and not {expected}"))
        }
        _ => (expected != got).then(|| format!("{path} is {got} and not {expected}")),
    }
}

/// One spelling for equal values.
fn canonical(value: &Value, kind: Option<Kind>) -> String {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    let instant = |text: &str| text.parse::<jiff::Timestamp>().ok();
    match kind {
        Some(Kind::Rfc3339) => instant(&text).map(|at| at.to_string()),
        Some(Kind::Epoch) => value
            .as_i64()
            .and_then(|second| jiff::Timestamp::from_second(second).ok())
            .or_else(|| instant(&text))
            .map(|at| at.to_string()),
        Some(Kind::EpochMillis) => value
            .as_i64()
            .and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok())
            .or_else(|| instant(&text))
            .map(|at| at.to_string()),
        Some(Kind::Decimal) => Some(decimal(&text)),
        None => None,
    }
    .unwrap_or(text)
}

/// A decimal without trailing zeros, exponents only where both have one.
fn decimal(text: &str) -> String {
    match text.split_once('.') {
        Some((whole, fraction)) if !fraction.contains(['e', 'E']) => {
            let fraction = fraction.trim_end_matches('0');
            if fraction.is_empty() {
                whole.to_owned()
            } else {
                format!("{whole}.{fraction}")
            }
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn decimals_are_compared_by_value() {
        assert_eq!(decimal("3425.0"), "3425");
        assert_eq!(decimal("-0.50"), "-0.5");
        assert_ne!(decimal("10"), decimal("1"));
        assert_eq!(
            difference(&json!({"a": 1}), &json!({"a": 1.0}), "", &[]),
            None
        );
    }

    #[test]
    fn a_text_is_not_a_number_unless_declared_a_decimal() {
        assert!(difference(&json!({"a": 1}), &json!({"a": "1"}), "", &[]).is_some());
        assert_eq!(
            difference(
                &json!({"a": 1}),
                &json!({"a": "1.0"}),
                "",
                &[("a", Kind::Decimal)]
            ),
            None
        );
    }

    #[test]
    fn instants_are_compared_whatever_their_offset() {
        let (expected, got) = (
            json!({"at": "2025-01-01T02:00:00+02:00"}),
            json!({"at": "2025-01-01T00:00:00Z"}),
        );
        assert_eq!(
            difference(&expected, &got, "", &[("at", Kind::Rfc3339)]),
            None
        );
        assert!(difference(&expected, &got, "", &[]).is_some());
        assert_eq!(
            difference(
                &json!({"at": 1}),
                &json!({"at": "1970-01-01T00:00:01Z"}),
                "",
                &[("at", Kind::Epoch)]
            ),
            None
        );
    }

    #[test]
    fn a_missing_and_a_null_field_are_the_same_and_an_additional_one_is_not() {
        assert_eq!(difference(&json!({}), &json!({"a": null}), "", &[]), None);
        assert!(difference(&json!({}), &json!({"a": 1}), "", &[]).is_some());
    }
}
