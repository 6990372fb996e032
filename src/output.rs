//! Generated files on disk: written where they differ, pruned where they are no longer made, compared for `--check`.
//!
//! Each crate holds a manifest of what was written into it. A file that is not as the manifest has it was edited by
//! hand, and one that the manifest does not know was not made here: neither is overwritten without `force`.

use crate::parallel;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use similar::TextDiff;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

/// The file in which a crate's manifest stands.
pub const MANIFEST: &str = ".spile.json";

/// Files of one crate: paths with `/`, relative to the crate, and their texts.
pub type Files = BTreeMap<String, String>;

/// What was written into a crate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the generator.
    pub spile: String,
    /// File names of the specs.
    pub specs: BTreeMap<String, String>,
    /// Paths and SHA-256 digests of the files.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    /// The manifest of these files.
    #[must_use]
    pub fn new(specs: BTreeMap<String, String>, files: &Files) -> Self {
        let files: Vec<_> = files.iter().collect();
        let digests = parallel::map(&files, |(path, text)| {
            ((*path).clone(), digest(text.as_bytes()))
        });
        let files = digests.into_iter().collect();
        Self {
            spile: env!("CARGO_PKG_VERSION").to_owned(),
            specs,
            files,
        }
    }

    /// As it stands in the file.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).map_or_else(|_| String::new(), |text| text + "\n")
    }
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a `String` cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// How one file differs from what is generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It is not there.
    Missing,
    /// It was made by an earlier generation and is no longer.
    Stale,
    /// Only its line ends differ.
    LineEnds,
    /// Its content differs: a unified diff from the file to what is generated.
    Changed(String),
}

/// What writing a crate did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Files that were not there.
    pub added: usize,
    /// Files that were there and differed.
    pub changed: usize,
    /// Files that are no longer made, and were removed.
    pub removed: usize,
    /// Files that were as they should be.
    pub unchanged: usize,
}

/// Why a crate was not written.
#[derive(Debug)]
pub enum Refusal {
    /// These files were edited by hand, or were there before.
    Edited(Vec<String>),
    /// The disk.
    Io(PathBuf, io::Error),
}

/// Shows how a directory differs from what is generated; nothing when it does not. Diffs name the files as `folder` has
/// them: the directory as seen from where a patch is applied, empty for that place itself.
///
/// # Errors
/// A file that cannot be read.
pub fn compare(
    directory: &Path,
    folder: &str,
    files: &Files,
) -> Result<BTreeMap<String, Difference>, Refusal> {
    let mut differences = BTreeMap::new();
    for (path, text) in files {
        let difference = match read(&directory.join(path))? {
            None => Difference::Missing,
            Some(found) if found == text.as_bytes() => continue,
            Some(found) => {
                let shown = match folder {
                    "" => path.clone(),
                    folder => format!("{folder}/{path}"),
                };
                difference(&shown, &String::from_utf8_lossy(&found), text)
            }
        };
        differences.insert(path.clone(), difference);
    }
    for path in manifest(directory)?
        .map(|manifest| manifest.files)
        .unwrap_or_default()
        .into_keys()
    {
        if !files.contains_key(&path) && is_inside(&path) && directory.join(&path).exists() {
            differences.insert(path, Difference::Stale);
        }
    }
    Ok(differences)
}

fn difference(path: &str, found: &str, text: &str) -> Difference {
    if found.replace("\r\n", "\n") == text {
        return Difference::LineEnds;
    }
    let diff = TextDiff::from_lines(found, text);
    Difference::Changed(
        diff.unified_diff()
            .context_radius(3)
            .header(&format!("a/{path}"), &format!("b/{path}"))
            .to_string(),
    )
}

/// Brings a directory into the state of these files: all of them or none.
///
/// # Errors
/// As [`Plan::new`] and [`Plan::write`].
pub fn write(directory: &Path, files: &Files, force: bool) -> Result<Written, Refusal> {
    Plan::new(directory, files)?.write(force)
}

/// What it takes to bring a directory into the state of the files that belong into it.
#[derive(Debug)]
pub struct Plan<'f> {
    directory: PathBuf,
    files: &'f Files,
    /// Whether there is such a directory.
    exists: bool,
    /// Paths of the files to be written, with whether they are there.
    write: Vec<(&'f str, bool)>,
    /// Paths of the files to be removed.
    remove: Vec<String>,
    /// Paths of files that would be lost.
    edited: Vec<String>,
    unchanged: usize,
}

impl<'f> Plan<'f> {
    /// Compares a directory with the files. Nothing is changed.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn new(directory: &Path, files: &'f Files) -> Result<Self, Refusal> {
        let mut plan = Self {
            directory: directory.to_owned(),
            files,
            exists: directory.exists(),
            write: Vec::new(),
            remove: Vec::new(),
            edited: Vec::new(),
            unchanged: 0,
        };
        if !plan.exists {
            plan.write = files.keys().map(|path| (path.as_str(), false)).collect();
            return Ok(plan);
        }
        let before = manifest(directory)?;
        let known = before.map(|manifest| manifest.files).unwrap_or_default();
        for (path, text) in files {
            match read(&directory.join(path))? {
                None => plan.write.push((path, false)),
                Some(found) if found == text.as_bytes() => plan.unchanged += 1,
                Some(found) => {
                    if path != MANIFEST && !is_as_written(&found, known.get(path)) {
                        plan.edited.push(path.clone());
                    }
                    plan.write.push((path, true));
                }
            }
        }
        for (path, digest) in &known {
            if files.contains_key(path) || !is_inside(path) {
                continue;
            }
            if let Some(found) = read(&directory.join(path))? {
                if !is_as_written(&found, Some(digest)) {
                    plan.edited.push(path.clone());
                }
                plan.remove.push(path.clone());
            }
        }
        Ok(plan)
    }

    /// The files that are not as an earlier generation wrote them, and that [`Plan::write`] would change.
    #[must_use]
    pub fn edited(&self) -> &[String] {
        &self.edited
    }

    /// Carries it out.
    ///
    /// Files are written beside their places first and renamed when all are there, so that neither a crash nor a full
    /// disk leaves a file half written; the manifest comes last, and a directory that was not there comes as a whole.
    /// What was not written by an earlier generation (`target/`, `Cargo.lock`, notes of its owner) is left alone.
    ///
    /// # Errors
    /// [`Refusal::Edited`] without `force`, when a file would be lost; [`Refusal::Io`] when the disk does not do it.
    pub fn write(self, force: bool) -> Result<Written, Refusal> {
        if !force && !self.edited.is_empty() {
            return Err(Refusal::Edited(self.edited));
        }
        let changed = self.write.iter().filter(|(_, exists)| *exists).count();
        let written = Written {
            added: self.write.len() - changed,
            changed,
            removed: self.remove.len(),
            unchanged: self.unchanged,
        };
        if self.write.is_empty() && self.remove.is_empty() {
            return Ok(written);
        }
        let staged = Staged::new(&self)?;
        staged.fill()?;
        staged.move_into_place()?;
        for path in &self.remove {
            let place = self.directory.join(path);
            std::fs::remove_file(&place).map_err(|error| Refusal::Io(place.clone(), error))?;
            remove_empty_folders(&self.directory, &place);
        }
        Ok(written)
    }
}

/// Whether a file is what an earlier generation wrote, whatever its line ends.
fn is_as_written(found: &[u8], known: Option<&String>) -> bool {
    known.is_some_and(|known| {
        *known == digest(found)
            || *known
                == digest(
                    String::from_utf8_lossy(found)
                        .replace("\r\n", "\n")
                        .as_bytes(),
                )
    })
}

/// Manifests are files that anybody may write: a path in one never leads out of the crate.
fn is_inside(path: &str) -> bool {
    Path::new(path)
        .components()
        .all(|part| matches!(part, std::path::Component::Normal(_)))
}

fn manifest(directory: &Path) -> Result<Option<Manifest>, Refusal> {
    // One that cannot be read counts as absent: its files then look as if somebody else had made them.
    Ok(read(&directory.join(MANIFEST))?.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, Refusal> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(Refusal::Io(path.to_owned(), error)),
    }
}

fn remove_empty_folders(directory: &Path, file: &Path) {
    let mut folder = file.parent();
    while let Some(path) = folder.filter(|path| *path != directory && path.starts_with(directory)) {
        if std::fs::remove_dir(path).is_err() {
            break;
        }
        folder = path.parent();
    }
}

/// Files written beside their places, in a folder that goes away whatever happens.
struct Staged<'p> {
    plan: &'p Plan<'p>,
    folder: PathBuf,
}

impl<'p> Staged<'p> {
    fn new(plan: &'p Plan<'p>) -> Result<Self, Refusal> {
        let directory = &plan.directory;
        let suffix = format!(".spile-{}", std::process::id());
        let folder = match directory.file_name() {
            Some(name) if !plan.exists => {
                directory.with_file_name(format!(".{}{suffix}", name.display()))
            }
            _ => directory.join(suffix),
        };
        std::fs::create_dir_all(&folder).map_err(|error| Refusal::Io(folder.clone(), error))?;
        Ok(Self { plan, folder })
    }

    /// Makes the folders of the files below a folder.
    fn make_folders(&self, root: &Path) -> Result<(), Refusal> {
        let paths = self.plan.write.iter().map(|(path, _)| Path::new(path));
        let folders: BTreeSet<_> = paths.filter_map(Path::parent).collect();
        for folder in folders {
            let folder = root.join(folder);
            std::fs::create_dir_all(&folder).map_err(|error| Refusal::Io(folder, error))?;
        }
        Ok(())
    }

    fn fill(&self) -> Result<(), Refusal> {
        self.make_folders(&self.folder)?;
        let written = parallel::map(&self.plan.write, |(path, _)| {
            let text = self.plan.files.get(*path).map_or("", String::as_str);
            let place = self.plan.directory.join(path);
            std::fs::write(self.folder.join(path), text).map_err(|error| Refusal::Io(place, error))
        });
        written.into_iter().collect()
    }

    fn move_into_place(&self) -> Result<(), Refusal> {
        let directory = &self.plan.directory;
        if !self.plan.exists && !self.folder.starts_with(directory) {
            return std::fs::rename(&self.folder, directory)
                .map_err(|error| Refusal::Io(directory.clone(), error));
        }
        self.make_folders(directory)?;
        // The manifest goes last: until it stands, the directory counts as written by the generation before.
        let (manifest, others): (Vec<_>, Vec<_>) = self
            .plan
            .write
            .iter()
            .partition(|(path, _)| *path == MANIFEST);
        for (path, _) in others.into_iter().chain(manifest) {
            let place = directory.join(path);
            std::fs::rename(self.folder.join(path), &place)
                .map_err(|error| Refusal::Io(place, error))?;
        }
        Ok(())
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        // What is left of it does no harm: the next generation does not look there.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
