//! From the bytes of a page to records: one pass where all is well, a second look where it is not.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_path_to_error::{Path, Segment};

use super::endpoint::OnInvalid;
use super::error::Error;
use super::record::Record;
use super::stats::Stats;

/// A record that is not of the declared type.
#[derive(Debug, Clone)]
pub struct Rejected {
    /// Name of the resource.
    pub resource: &'static str,
    /// Number of the page, from 1.
    pub page: u64,
    /// Place in the page, from 0.
    pub index: usize,
    /// Field where it is wrong: `events[0].at`.
    pub path: String,
    /// What is wrong there.
    pub problem: String,
    /// The value there, as JSON, cut at 200 characters.
    pub value: String,
    /// The whole record, as JSON.
    pub json: String,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            resource,
            page,
            index,
            path,
            problem,
            value,
            ..
        } = self;
        write!(
            f,
            "{resource}, page {page}, index {index}, `{path}`: {problem}; the value is {value}"
        )
    }
}

/// Reads the parts of a page that are wanted.
pub(super) fn page<'a, P: Deserialize<'a>>(text: &'a str) -> Result<P, Error> {
    serde_json::from_str(text).map_err(|error| {
        let message = match explain::<P>(text) {
            Some((path, problem)) => describe(text, &path, &problem),
            None => format!("the response is not JSON: {}", excerpt(text)),
        };
        Error::decode(message).because(error)
    })
}

/// Reads the records of a page; records that are left out come second.
pub(super) fn records<R: Record>(
    pieces: &[&RawValue],
    page: u64,
    on_invalid: OnInvalid,
) -> Result<(Vec<R>, Vec<Rejected>), Error> {
    let mut records = Vec::new();
    let mut rejected = Vec::new();
    for piece in pieces {
        let json = piece.get();
        let items = match json.as_bytes().first() {
            Some(b'n') => continue,
            Some(b'[') => match R::decode_list(json) {
                Ok(list) if records.is_empty() => {
                    records = list;
                    continue;
                }
                Ok(list) => {
                    records.extend(list);
                    continue;
                }
                Err(_) => serde_json::from_str::<Vec<&RawValue>>(json)
                    .map_err(|error| Error::decode(error.to_string()))?,
            },
            Some(b'{') => vec![*piece],
            _ => {
                let resource = R::RESOURCE;
                return Err(Error::decode(format!(
                    "{resource}, page {page}: no records but {}",
                    excerpt(json)
                )));
            }
        };
        for item in items {
            let index = records.len() + rejected.len();
            match R::decode(item.get()) {
                Ok(record) => records.push(record),
                Err(error) => {
                    let invalid = reject::<R>(item.get(), page, index, &error);
                    if on_invalid == OnInvalid::Fail {
                        return Err(Error::decode(invalid.to_string()).because(error));
                    }
                    tracing::warn!(record = %invalid, "left out");
                    rejected.push(invalid);
                }
            }
        }
    }
    Ok((records, rejected))
}

/// Counts the keys of a page's first record that no type declares.
pub(super) fn unknown_fields<R: Record>(pieces: &[&RawValue], stats: &Stats) {
    let Some(json) = pieces
        .first()
        .map(|piece| piece.get())
        .filter(|_| !R::FIELDS.is_empty())
    else {
        return;
    };
    let first = json.strip_prefix('[').unwrap_or(json);
    if let Some(Ok(Keys(keys))) = serde_json::Deserializer::from_str(first).into_iter().next() {
        for key in keys
            .into_iter()
            .filter(|key| !R::FIELDS.contains(&key.as_str()))
        {
            stats.unknown(R::RESOURCE, key);
        }
    }
}

fn reject<R: Record>(json: &str, page: u64, index: usize, error: &serde_json::Error) -> Rejected {
    let (path, problem, value) = match explain::<R>(json) {
        Some((path, problem)) => (path.to_string(), problem, find(json, &path).unwrap_or(json)),
        None => (".".to_owned(), error.to_string(), json),
    };
    let (value, json) = (excerpt(value), json.to_owned());
    Rejected {
        resource: R::RESOURCE,
        page,
        index,
        path,
        problem,
        value,
        json,
    }
}

/// Where a value is not of its type, and why; none where it is not even JSON.
fn explain<'a, T: Deserialize<'a>>(json: &'a str) -> Option<(Path, String)> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let error = serde_path_to_error::deserialize::<_, T>(&mut deserializer).err()?;
    let path = error.path().clone();
    let error = error.into_inner();
    let text = error.to_string();
    let problem = text
        .split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned();
    error.is_data().then_some((path, problem))
}

/// What is wrong with a page: mostly, that a key is missing.
fn describe(text: &str, path: &Path, problem: &str) -> String {
    let place = find(text, path).unwrap_or(text);
    let parent = (path.iter().next().is_some()).then(|| path.to_string());
    let key = problem
        .strip_prefix("missing field `")
        .and_then(|rest| rest.strip_suffix('`'));
    if let (Some(key), Ok(Keys(keys))) = (key, serde_json::from_str(place)) {
        let whole = parent
            .as_ref()
            .map_or(key.to_owned(), |parent| format!("{parent}.{key}"));
        let owner = parent.map_or("its keys".to_owned(), |parent| {
            format!("the keys of `{parent}`")
        });
        let shown: Vec<_> = keys.iter().take(20).map(|key| format!("`{key}`")).collect();
        let shown = if shown.is_empty() {
            "none".to_owned()
        } else {
            shown.join(", ")
        };
        return format!("no `{whole}` in the response, {owner} are {shown}");
    }
    let owner = parent.map_or("the response".to_owned(), |parent| {
        format!("`{parent}` in the response")
    });
    let problem = problem.split("expected struct").collect::<Vec<_>>();
    let expected = if problem.len() > 1 {
        "expected an object"
    } else {
        ""
    };
    format!(
        "{owner}: {}{expected}; the value is {}",
        problem.first().unwrap_or(&""),
        excerpt(place)
    )
}

/// The JSON at a path.
fn find<'a>(mut json: &'a str, path: &Path) -> Option<&'a str> {
    for segment in path {
        let value: &RawValue = match segment {
            Segment::Map { key } => serde_json::from_str::<BTreeMap<String, _>>(json)
                .ok()?
                .remove(key)?,
            Segment::Seq { index } => serde_json::from_str::<Vec<_>>(json)
                .ok()?
                .into_iter()
                .nth(*index)?,
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        json = value.get();
    }
    Some(json)
}

fn excerpt(json: &str) -> String {
    let mut shown: String = json.trim_ascii().chars().take(200).collect();
    if shown.len() < json.trim_ascii().len() {
        shown.push('…');
    }
    shown
}

/// The keys of an object, in its order.
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(KeysVisitor)
    }
}

struct KeysVisitor;

impl<'de> Visitor<'de> for KeysVisitor {
    type Value = Keys;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
        let mut keys = Vec::new();
        while let Some((key, IgnoredAny)) = map.next_entry()? {
            keys.push(key);
        }
        Ok(Keys(keys))
    }
}
