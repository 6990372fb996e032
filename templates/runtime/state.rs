//! How far a resource was read: a small JSON document, from one run to the next.
//!
//! ```json
//! {"version":1,"connector":"shop","resource":"orders","cursor":"updated_at","value":"2026-01-31T08:00:00Z","boundary":["9f3c…"]}
//! ```
//! A resource with partitions has `partitions` in place of `value` and `boundary`: one such pair for each. At most
//! 10,000 are kept; beyond that the one that advanced least recently is dropped and is read from its start again.

use std::collections::{BTreeMap, BTreeSet};

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::cursor::Cursor;
use super::error::{Error, Kind};
use super::source::Checkpoint;

const VERSION: u64 = 1;

/// Partitions whose progress is kept.
const MAX_PARTITIONS: usize = 10_000;

/// Records at the newest value that are told from others when they come again. Those beyond come twice.
pub(super) const MAX_BOUNDARY: usize = 1_000;

/// Whose state it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateKey {
    /// Name of the connector.
    pub connector: &'static str,
    /// Name of the resource.
    pub resource: &'static str,
    /// The field that is its cursor; dots lead into objects.
    pub cursor: &'static str,
}

/// How far a resource was read.
#[derive(Debug, Clone)]
pub struct CursorState {
    key: StateKey,
    whole: Option<Reached>,
    partitions: BTreeMap<String, Reached>,
    /// The partitions by their turn.
    turns: BTreeMap<u64, String>,
}

/// How far the resource or one partition was read.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Reached {
    value: Box<RawValue>,
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "on_one_line"
    )]
    boundary: Vec<String>,
    /// Counts up whenever a partition advances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    turn: Option<u64>,
}

/// What a state says beside whose it is.
#[derive(Serialize)]
struct Written<'s> {
    cursor: &'s str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'s RawValue>,
    #[serde(
        skip_serializing_if = "<[String]>::is_empty",
        serialize_with = "on_one_line"
    )]
    boundary: &'s [String],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    partitions: &'s BTreeMap<String, Reached>,
}

/// The same as it is read.
#[derive(Deserialize)]
struct Read {
    cursor: String,
    value: Option<Box<RawValue>>,
    #[serde(default)]
    boundary: Vec<String>,
    #[serde(default)]
    partitions: BTreeMap<String, Reached>,
}

/// A document of its own.
#[derive(Serialize)]
struct Document<'s> {
    version: u64,
    connector: &'s str,
    resource: &'s str,
    #[serde(flatten)]
    state: Written<'s>,
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

#[derive(Deserialize)]
struct Owner {
    connector: String,
    resource: String,
}

impl CursorState {
    /// Nothing was read yet.
    pub fn new(key: StateKey) -> Self {
        Self {
            key,
            whole: None,
            partitions: BTreeMap::new(),
            turns: BTreeMap::new(),
        }
    }

    /// The state that an earlier run kept, or that of the first run.
    ///
    /// # Errors
    /// It is none, or that of another connector, resource or cursor, or of a newer version.
    pub fn open(key: StateKey, saved: Option<&str>) -> Result<Self, Error> {
        match saved {
            Some(json) => Self::from_json(key, json),
            None => Ok(Self::new(key)),
        }
    }

    /// The state that [`CursorState::to_json`] gave.
    ///
    /// # Errors
    /// It is none, or that of another connector, resource or cursor, or of a newer version.
    pub fn from_json(key: StateKey, json: &str) -> Result<Self, Error> {
        let Version { version } = parse(&key, json)?;
        if version != VERSION {
            let reason = format!("it is of version {version}, not {VERSION}");
            return Err(refused(&key, &reason, "use the connector that wrote it"));
        }
        let owner: Owner = parse(&key, json)?;
        is_that_of(&key, "connector", &owner.connector, key.connector)?;
        is_that_of(&key, "resource", &owner.resource, key.resource)?;
        Self::from_part(key, json)
    }

    /// The state that [`CursorState::part`] gave.
    ///
    /// # Errors
    /// It is none, or that of another cursor.
    pub fn from_part(key: StateKey, json: &str) -> Result<Self, Error> {
        let read: Read = parse(&key, json)?;
        is_that_of(&key, "cursor", &read.cursor, key.cursor)?;
        let boundary = read.boundary;
        let whole = read.value.map(|value| Reached {
            value,
            boundary,
            turn: None,
        });
        let turns = read.partitions.iter();
        let turns = turns.map(|(name, reached)| (reached.turn.unwrap_or(0), name.clone()));
        Ok(Self {
            key,
            whole,
            turns: turns.collect(),
            partitions: read.partitions,
        })
    }

    /// The state as one line of JSON.
    pub fn to_json(&self) -> String {
        let document = Document {
            version: VERSION,
            connector: self.key.connector,
            resource: self.key.resource,
            state: self.written(),
        };
        serde_json::to_string(&document).unwrap_or_default()
    }

    /// The state as a part of a document that says itself whose it is.
    pub fn part(&self) -> impl Serialize {
        self.written()
    }

    fn written(&self) -> Written<'_> {
        Written {
            cursor: self.key.cursor,
            value: self.whole.as_ref().map(|whole| &*whole.value),
            boundary: self.whole.as_ref().map_or(&[], |whole| &*whole.boundary),
            partitions: &self.partitions,
        }
    }

    /// Whether a resource can go on from here, and from `since` on where that is said.
    ///
    /// # Errors
    /// It is the state of another resource or of a cursor of another type, or something would never be read.
    pub fn check<T: Cursor>(&self, key: &StateKey, since: Option<&T>) -> Result<(), Error> {
        let partitions = self.partitions.keys().map(|name| Some(name.as_str()));
        for partition in std::iter::once(None).chain(partitions) {
            let reached = self.progress::<T>(key, partition)?;
            if let (Some(reached), Some(since)) = (reached, since) {
                reached.meets(since)?;
            }
        }
        Ok(())
    }

    /// Takes in how far the resource, or a partition of it, was read since. The records up to there have to be safe.
    pub fn advance(&mut self, checkpoint: Checkpoint) {
        let Ok(value) = RawValue::from_string(checkpoint.value) else {
            return;
        };
        let digests = checkpoint.boundary.iter();
        let mut reached = Reached {
            value,
            boundary: digests.map(|digest| format!("{digest:016x}")).collect(),
            turn: None,
        };
        let Some(name) = checkpoint.partition else {
            self.whole = Some(reached);
            return;
        };
        let turn = self.turns.last_key_value().map_or(1, |(last, _)| last + 1);
        reached.turn = Some(turn);
        let before = self.partitions.insert(name.clone(), reached);
        if let Some(before) = before.and_then(|before| before.turn) {
            self.turns.remove(&before);
        }
        self.turns.insert(turn, name);
        if self.partitions.len() > MAX_PARTITIONS
            && let Some((_, oldest)) = self.turns.pop_first()
        {
            self.partitions.remove(&oldest);
        }
    }

    /// How far the resource, or a partition of it, was read.
    pub(super) fn progress<T: Cursor>(
        &self,
        key: &StateKey,
        partition: Option<&str>,
    ) -> Result<Option<Progress<T>>, Error> {
        if self.key != *key {
            let reason = format!("it is that of `{}`", self.key.resource);
            return Err(refused(key, &reason, "give the right one"));
        }
        let reached = match partition {
            None => self.whole.as_ref(),
            Some(name) => self.partitions.get(name),
        };
        let Some(reached) = reached else {
            return Ok(None);
        };
        let value = serde_json::from_str(reached.value.get()).map_err(|error| {
            let reason = format!("its value {} is of another type: {error}", reached.value);
            refused(key, &reason, "restore it")
        })?;
        let digests = reached.boundary.iter();
        let digests = digests.filter_map(|digest| u64::from_str_radix(digest, 16).ok());
        Ok(Some(Progress {
            value,
            boundary: digests.collect(),
        }))
    }
}

fn parse<'j, T: Deserialize<'j>>(key: &StateKey, json: &'j str) -> Result<T, Error> {
    serde_json::from_str(json)
        .map_err(|error| refused(key, &format!("it cannot be read: {error}"), "restore it"))
}

fn is_that_of(key: &StateKey, what: &str, of: &str, expected: &str) -> Result<(), Error> {
    if of == expected {
        return Ok(());
    }
    let reason = format!("it is that of the {what} `{of}`, not `{expected}`");
    Err(refused(key, &reason, "give the right one"))
}

/// Digests side by side, however the document is laid out.
fn on_one_line<S: Serializer>(
    digests: &(impl Serialize + ?Sized),
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serde_json::value::to_raw_value(digests)
        .map_err(S::Error::custom)?
        .serialize(serializer)
}

fn refused(key: &StateKey, reason: &str, remedy: &str) -> Error {
    let text = format!(
        "the state of `{}` cannot be used: {reason}; {remedy}, or leave it out to read from the start",
        key.resource
    );
    Error::new(Kind::Config, text)
}

/// The furthest value of a cursor, and the records that were read at it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Progress<T> {
    pub value: T,
    pub boundary: BTreeSet<u64>,
}

impl<T: Cursor> Progress<T> {
    /// Whether nothing is left out between here and where its user wants to begin.
    pub(super) fn meets(&self, since: &T) -> Result<(), Error> {
        if since.order(&self.value).is_le() {
            return Ok(());
        }
        let text = format!(
            "what lies between {:?}, where the state ends, and {since:?} would never be read: begin earlier, or leave \
             out the state",
            self.value
        );
        Err(Error::new(Kind::Config, text))
    }
}
