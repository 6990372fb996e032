//! From the bytes of a page to records: one pass where all is well, a second look where it is not.

use std::collections::BTreeMap;

use serde::de::{Deserialize, Error as _};
use serde_json::value::RawValue;
use serde_path_to_error::{Deserializer, Segment, Track};

use super::endpoint::{Endpoint, OnInvalid, RecordOf};
use super::error::{Error, Kind};
use super::record::Record;
use super::stats::Stats;
use super::wire::Wire;

type Object<'a> = BTreeMap<String, &'a RawValue>;

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
    let text = text.trim_start_matches('\u{feff}');
    Ok(Some(text).filter(|text| !text.trim_ascii().is_empty()))
}

/// The parts of a page that are wanted.
pub(super) fn page<'a, P: Deserialize<'a>>(json: &'a str, object: bool) -> Result<P, Error> {
    // serde would take the items of a list for the fields of a struct.
    if object && json.trim_start().starts_with('[') {
        let text = format!("the response is a list, not an object: {}", excerpt(json));
        return Err(Error::new(Kind::Decode, text));
    }
    let error = match serde_json::from_str(json) {
        Ok(page) => return Ok(page),
        Err(error) => error,
    };
    let (path, problem, place) = explain::<P>(json, &error);
    let missing = problem.strip_prefix("missing field ");
    let text = match (missing, serde_json::from_str::<Object>(place)) {
        (Some(key), Ok(keys)) => {
            let keys: Vec<_> = keys.keys().take(20).map(|key| format!("`{key}`")).collect();
            let keys = keys.join(", ");
            let inside = match path.as_str() {
                "." => String::new(),
                path => format!("`{path}` of "),
            };
            format!("no {key} in {inside}the response, its keys are {keys}")
        }
        _ if error.is_data() => {
            let value = excerpt(place);
            format!("`{path}` in the response: {problem}; it is {value}")
        }
        _ => format!("the response is not JSON but {}", excerpt(json)),
    };
    Err(Error::new(Kind::Decode, text).because(error))
}

/// The records of a page, and those that are left out.
pub(super) fn records<E: Endpoint>(
    pieces: &[&RawValue],
    page: u64,
) -> Result<(Vec<E::Wire>, Vec<Rejected>), Error> {
    let resource = RecordOf::<E>::RESOURCE;
    let (mut records, mut rejected) = (Vec::new(), Vec::new());
    for piece in pieces {
        let json = piece.get();
        let items: Vec<&RawValue> = match json.as_bytes().first() {
            Some(b'n') => continue,
            Some(b'{') => vec![piece],
            Some(b'[') => match serde_json::from_str::<Vec<_>>(json) {
                Ok(list) if is_of_objects(json) => {
                    records.extend(list);
                    continue;
                }
                _ => serde_json::from_str(json).unwrap_or_default(),
            },
            _ => {
                let text = format!("{resource}, page {page}: no records but {}", excerpt(json));
                return Err(Error::new(Kind::Decode, text));
            }
        };
        for item in items.into_iter().map(RawValue::get) {
            let record = if item.starts_with('{') {
                serde_json::from_str(item)
            } else {
                Err(serde_json::Error::custom("a record is an object"))
            };
            match record {
                Ok(record) => records.push(record),
                Err(error) => {
                    let index = records.len() + rejected.len();
                    let (path, problem, value) = explain::<E::Wire>(item, &error);
                    let place = format!("{resource}, page {page}, index {index}, `{path}`");
                    let problem = format!("{place}: {problem}; the value is {}", excerpt(value));
                    if E::ON_INVALID == OnInvalid::Fail {
                        return Err(Error::new(Kind::Decode, problem).because(error));
                    }
                    tracing::warn!("left out: {problem}");
                    let json = item.to_owned();
                    rejected.push(Rejected {
                        index,
                        problem,
                        json,
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
pub(super) fn unknown_fields<E: Endpoint>(pieces: &[&RawValue], stats: &Stats) {
    let first = pieces.first().filter(|_| !RecordOf::<E>::KEEPS_UNKNOWN);
    let first = first.map_or("", |piece| piece.get().trim_start_matches('['));
    if let Some(Ok(keys)) = serde_json::Deserializer::from_str(first)
        .into_iter::<Object>()
        .next()
    {
        let unknown = keys.into_keys().filter(|key| !E::Wire::declares(key));
        unknown.for_each(|key| stats.unknown(RecordOf::<E>::RESOURCE, key));
    }
}

/// Where a value is not of its type, why, and the value.
fn explain<'a, T: Deserialize<'a>>(
    json: &'a str,
    error: &serde_json::Error,
) -> (String, String, &'a str) {
    let (mut track, mut again) = (Track::new(), serde_json::Deserializer::from_str(json));
    let _ = T::deserialize(Deserializer::new(&mut again, &mut track));
    let path = track.path();
    let steps = path.iter();
    let value = steps.fold(json, |json, segment| step(json, segment).unwrap_or(json));
    let problem = error.to_string();
    let problem = problem.split(" at line ").next().unwrap_or_default();
    (path.to_string(), problem.to_owned(), value)
}

/// The JSON one step deeper.
fn step<'a>(json: &'a str, segment: &Segment) -> Option<&'a str> {
    let value = match segment {
        Segment::Map { key } => serde_json::from_str::<Object>(json).ok()?.remove(key)?,
        Segment::Seq { index } => *serde_json::from_str::<Vec<&RawValue>>(json)
            .ok()?
            .get(*index)?,
        Segment::Enum { .. } | Segment::Unknown => return None,
    };
    Some(value.get())
}

/// The first 200 characters.
pub(super) fn excerpt(json: &str) -> String {
    let json = json.trim_ascii();
    let cut = json
        .char_indices()
        .nth(200)
        .and_then(|(end, _)| json.get(..end));
    cut.map_or(json.to_owned(), |cut| format!("{cut}…"))
}
