//! How far the resources of a connector were read, in a file from one run to the next.
//!
//! ```json
//! {
//!   "version": 1,
//!   "connector": "shop",
//!   "resources": {
//!     "orders": { "cursor": "updated_at", "value": "2026-01-31T08:00:00Z", "boundary": ["9f3c…"] }
//!   },
//!   "outputs": {
//!     "orders": { "file": "/data/orders.jsonl", "bytes": 70112 }
//!   }
//! }
//! ```
//! The records before a checkpoint are in their file when the checkpoint is saved, and `bytes` is the length of that file
//! then. What a run that was broken off wrote after it is cut off by the next run, which reads it again.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::error::{Error, Kind};
use super::lock::lock;
use super::output::Output;
use super::replace::replace;
use super::source::Checkpoint;
use super::state::{CursorState, StateKey};

const VERSION: u64 = 1;

/// Of the time of a run, saving takes at most one part in as many.
const SHARE: u32 = 20;

/// The file of one connector, of which this run is the only one to write.
pub struct StateFile {
    path: PathBuf,
    /// Locked up to the end of the run.
    _lock: File,
    connector: &'static str,
    resources: BTreeMap<String, Entry>,
    outputs: BTreeMap<String, Place>,
    /// Files with records that may not have reached the disk.
    written: BTreeMap<&'static str, File>,
    changed: bool,
    /// When it may be saved again.
    due: Instant,
}

/// What the file says of a resource.
enum Entry {
    Known(CursorState),
    /// One that is not read in this run, or that this connector does not know.
    Other(Box<RawValue>),
}

/// How far the file of a resource is written for good.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Place {
    file: PathBuf,
    bytes: u64,
}

#[derive(Serialize)]
struct Written<'s> {
    version: u64,
    connector: &'s str,
    resources: &'s BTreeMap<String, Entry>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    outputs: &'s BTreeMap<String, Place>,
}

#[derive(Deserialize)]
struct Document {
    connector: String,
    resources: BTreeMap<String, Box<RawValue>>,
    #[serde(default)]
    outputs: BTreeMap<String, Place>,
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(state) => state.part().serialize(serializer),
            Self::Other(json) => json.serialize(serializer),
        }
    }
}

impl StateFile {
    /// Reads a file, or begins one that is not there.
    ///
    /// # Errors
    /// Another run has it, it cannot be read, or it is that of another connector or of another version.
    pub fn open(path: &Path, connector: &'static str) -> Result<Self, Error> {
        let lock = lock(path).map_err(|reason| refused(path, &reason))?;
        let document = match fs::read_to_string(path) {
            Ok(text) => read(path, connector, &text)?,
            Err(error) if error.kind() == ErrorKind::NotFound => Document {
                connector: connector.to_owned(),
                resources: BTreeMap::new(),
                outputs: BTreeMap::new(),
            },
            Err(error) => return Err(refused(path, &format!("cannot be read: {error}"))),
        };
        let resources = document.resources.into_iter();
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
            connector,
            resources: resources
                .map(|(name, json)| (name, Entry::Other(json)))
                .collect(),
            outputs: document.outputs,
            written: BTreeMap::new(),
            changed: false,
            due: Instant::now(),
        })
    }

    /// The state of a resource.
    ///
    /// # Errors
    /// It is that of another cursor.
    pub fn state(&self, key: &StateKey) -> Result<CursorState, Error> {
        match self.resources.get(key.resource) {
            Some(Entry::Known(state)) => Ok(state.clone()),
            Some(Entry::Other(json)) => CursorState::from_part(key.clone(), json.get()),
            None => Ok(CursorState::new(key.clone())),
        }
    }

    /// The resource is read in this run from this state on.
    pub fn keep(&mut self, resource: &str, state: CursorState) {
        let entry = Entry::Known(state);
        self.resources.insert(resource.to_owned(), entry);
    }

    /// How many bytes of the file of a resource stay: those up to the last checkpoint. Nothing is changed yet.
    ///
    /// # Errors
    /// The file is not the one that was written.
    pub fn place(&mut self, resource: &str, file: &Path) -> Result<u64, Error> {
        let failed = |error: io::Error| {
            let text = format!("`{}` cannot be continued: {error}", file.display());
            Error::new(Kind::Config, text)
        };
        let absolute = std::path::absolute(file).map_err(failed)?;
        let known = self.outputs.get(resource);
        let known = known.filter(|place| place.file == absolute);
        let bytes = match (File::open(&absolute), known) {
            // Whoever took the file away has the records.
            (Err(error), _) if error.kind() == ErrorKind::NotFound => 0,
            (Err(error), _) => return Err(failed(error)),
            (Ok(content), known) => {
                let bytes = content.metadata().map_err(failed)?.len();
                let kept = known.map_or(bytes, |place| place.bytes);
                if bytes < kept || !ends_a_line(&content, kept).map_err(failed)? {
                    let text = format!(
                        "`{}` is not the file that the state `{}` tells of: move it away",
                        file.display(),
                        self.path.display()
                    );
                    return Err(Error::new(Kind::Config, text));
                }
                kept
            }
        };
        let place = Place {
            file: absolute,
            bytes,
        };
        self.outputs.insert(resource.to_owned(), place);
        Ok(bytes)
    }

    /// Takes in how far a resource was read. The records up to there are written to its output.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn advance(
        &mut self,
        resource: &'static str,
        checkpoint: Checkpoint,
        output: &Output,
    ) -> io::Result<()> {
        let Some(Entry::Known(state)) = self.resources.get_mut(resource) else {
            return Ok(());
        };
        state.advance(checkpoint);
        if let Output::File { file, bytes } = output {
            self.written.insert(resource, file.try_clone()?);
            if let Some(place) = self.outputs.get_mut(resource) {
                place.bytes = *bytes;
            }
        }
        self.changed = true;
        if Instant::now() < self.due {
            return Ok(());
        }
        self.save()
    }

    /// Whether there is something to save.
    pub fn has_changed(&self) -> bool {
        self.changed
    }

    /// Saves all, after the records.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&mut self) -> io::Result<()> {
        let started = Instant::now();
        while let Some((_, file)) = self.written.pop_first() {
            file.sync_data()?;
        }
        let written = Written {
            version: VERSION,
            connector: self.connector,
            resources: &self.resources,
            outputs: &self.outputs,
        };
        let mut text = serde_json::to_vec_pretty(&written)?;
        text.push(b'\n');
        replace(&self.path, &File::options(), &text).map_err(|error| {
            let text = format!(
                "the state `{}` cannot be written: {error}",
                self.path.display()
            );
            io::Error::new(error.kind(), text)
        })?;
        self.changed = false;
        let ended = Instant::now();
        let pause: Duration = (ended - started) * (SHARE - 1);
        self.due = ended + pause;
        Ok(())
    }
}

fn read(path: &Path, connector: &str, text: &str) -> Result<Document, Error> {
    let broken = |error: serde_json::Error| {
        let reason =
            format!("is none: {error}; restore it, or move it away to read from the start");
        refused(path, &reason)
    };
    let Version { version } = serde_json::from_str(text).map_err(broken)?;
    if version != VERSION {
        let reason =
            format!("is of version {version}, not {VERSION}: use the connector that wrote it");
        return Err(refused(path, &reason));
    }
    let document: Document = serde_json::from_str(text).map_err(broken)?;
    if document.connector != connector {
        let reason = format!(
            "is that of the connector `{}`, not `{connector}`: give the right one",
            document.connector
        );
        return Err(refused(path, &reason));
    }
    Ok(document)
}

fn refused(path: &Path, reason: &str) -> Error {
    let text = format!("the state `{}` {reason}", path.display());
    Error::new(Kind::Config, text)
}

/// Whether the line before a place in a file is whole.
fn ends_a_line(mut file: &File, place: u64) -> io::Result<bool> {
    let Some(last) = place.checked_sub(1) else {
        return Ok(true);
    };
    file.seek(SeekFrom::Start(last))?;
    let mut byte = [0];
    file.read_exact(&mut byte)?;
    Ok(byte == *b"\n")
}
