//! From the bytes of a page to records: one pass where all is well, a second look where it is not.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_path_to_error::{Path, Segment};

use super::endpoint::OnInvalid;
use super::error::{Error, Kind};
use super::record::Record;
use super::stats::Stats;

/// A record that is not of the declared type.
#[derive(Debug, Clone)]
pub struct Rejected {
    /// Place in the page, from 0.
    pub index: usize,
    /// Resource, page, index, field, what is wrong, and the value there.
    pub problem: String,
    /// The record as it came.
    pub json: String,
}

/// The body as text; none where it is blank.
pub(super) fn text(body: &[u8]) -> Result<Option<&str>, Error> {
    let text = std::str::from_utf8(body)
        .map_err(|_| Error::new(Kind::Decode, "the response is not UTF-8"))?;
    Ok(Some(text).filter(|text| !text.trim_ascii().is_empty()))
}

/// The parts of a page that are wanted.
pub(super) fn page<'a, P: Deserialize<'a>>(json: &'a str, object: bool) -> Result<P, Error> {
    // serde would take the items of a list for the fields of a struct.
    if object && json.trim_start().starts_with('[') {
        let text = format!("the response is a list, not an object: {}", excerpt(json));
        return Err(Error::new(Kind::Decode, text));
    }
    serde_json::from_str(json).map_err(|error| {
        let (path, problem) = explain::<P>(json, &error);
        let (at, place) = (path.to_string(), find(json, &path));
        let missing = problem
            .strip_prefix("missing field `")
            .and_then(|rest| rest.strip_suffix('`'));
        let keys = missing
            .and_then(|missing| Some((missing, serde_json::from_str::<Keys>(place).ok()?.0)));
        let text = match keys {
            Some((missing, keys)) => {
                let keys: Vec<_> = keys.iter().take(20).map(|key| format!("`{key}`")).collect();
                let (prefix, owner) = if at == "." {
                    ("", "its")
                } else {
                    (&*format!("{at}."), &*format!("`{at}`'s"))
                };
                format!(
                    "no `{prefix}{missing}` in the response, {owner} keys are {}",
                    keys.join(", ")
                )
            }
            None if error.is_data() => format!(
                "`{at}` in the response: {problem}; it is {}",
                excerpt(place)
            ),
            None => format!("the response is not JSON but {}", excerpt(json)),
        };
        Error::new(Kind::Decode, text).because(error)
    })
}

/// The records of a page, and those that are left out.
pub(super) fn records<R: Record>(
    pieces: &[&RawValue],
    page: u64,
    on_invalid: OnInvalid,
) -> Result<(Vec<R>, Vec<Rejected>), Error> {
    let (mut records, mut rejected) = (Vec::new(), Vec::new());
    for piece in pieces {
        let json = piece.get();
        let items: Vec<&RawValue> = match json.as_bytes().first() {
            Some(b'[') => match R::decode_list(json) {
                Ok(mut list) if is_of_objects(json) => {
                    records.append(&mut list);
                    continue;
                }
                _ => serde_json::from_str(json).unwrap_or_default(),
            },
            Some(b'{') => vec![piece],
            Some(b'n') => continue,
            _ => {
                let text = format!(
                    "{}, page {page}: instead of records there is {}",
                    R::RESOURCE,
                    excerpt(json)
                );
                return Err(Error::new(Kind::Decode, text));
            }
        };
        for item in items {
            let is_object = item.get().starts_with('{');
            let no_object = || serde_json::Error::custom("a record is an object");
            match if is_object {
                R::decode(item.get())
            } else {
                Err(no_object())
            } {
                Ok(record) => records.push(record),
                Err(error) => {
                    let (path, problem) = explain::<R>(item.get(), &error);
                    let (index, value) = (
                        records.len() + rejected.len(),
                        excerpt(find(item.get(), &path)),
                    );
                    let place = format!("{}, page {page}, index {index}, `{path}`", R::RESOURCE);
                    let problem = format!("{place}: {problem}; the value is {value}");
                    if on_invalid == OnInvalid::Fail {
                        return Err(Error::new(Kind::Decode, problem).because(error));
                    }
                    tracing::warn!("left out: {problem}");
                    rejected.push(Rejected {
                        index,
                        problem,
                        json: item.get().to_owned(),
                    });
                }
            }
        }
    }
    Ok((records, rejected))
}

/// Whether a list begins with an object: serde would take the items of an inner list for the fields of a struct.
fn is_of_objects(list: &str) -> bool {
    let first = list.strip_prefix('[').map(str::trim_start);
    first.is_some_and(|first| first.starts_with(['{', ']']))
}

/// Counts the keys of a page's first record that no type declares.
pub(super) fn unknown_fields<R: Record>(pieces: &[&RawValue], stats: &Stats) {
    let Some(piece) = pieces.first().filter(|_| !R::FIELDS.is_empty()) else {
        return;
    };
    let first = piece.get().trim_start_matches('[');
    if let Some(Ok(Keys(keys))) = serde_json::Deserializer::from_str(first).into_iter().next() {
        let unknown = keys
            .into_iter()
            .filter(|key| !R::FIELDS.contains(&key.as_str()));
        unknown.for_each(|key| stats.unknown(R::RESOURCE, key));
    }
}

/// Where a value is not of its type, and why.
fn explain<'a, T: Deserialize<'a>>(json: &'a str, error: &serde_json::Error) -> (Path, String) {
    let mut track = serde_path_to_error::Track::new();
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let _ = T::deserialize(serde_path_to_error::Deserializer::new(
        &mut deserializer,
        &mut track,
    ));
    let problem = error.to_string();
    (
        track.path(),
        problem
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned(),
    )
}

/// The JSON at a path, as far as it leads.
fn find<'a>(json: &'a str, path: &Path) -> &'a str {
    type Map<'a> = BTreeMap<String, &'a RawValue>;
    path.iter().fold(json, |json, segment| {
        let value = match segment {
            Segment::Map { key } => serde_json::from_str::<Map>(json)
                .ok()
                .and_then(|map| map.get(key).copied()),
            Segment::Seq { index } => serde_json::from_str::<Vec<_>>(json)
                .ok()
                .and_then(|list| list.get(*index).copied()),
            Segment::Enum { .. } | Segment::Unknown => None,
        };
        value.map_or(json, RawValue::get)
    })
}

/// The first 200 characters.
fn excerpt(json: &str) -> String {
    let end = json
        .char_indices()
        .nth(200)
        .map_or(json.len(), |(end, _)| end);
    let cut = if end < json.len() { "…" } else { "" };
    format!("{}{cut}", json.get(..end).unwrap_or_default().trim_ascii())
}

/// The keys of an object, in its order.
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
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
        deserializer.deserialize_map(All)
    }
}
