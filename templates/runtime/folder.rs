//! A folder of this machine with the files of tables, which one run at a time loads into.
//!
//! A file is written under another name, brought to the disk, and given its name: it is there as a whole, or not at all.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::error::{Error, Kind};
use super::lock::lock;
use super::replace::replace;
use super::store::{Store, Version};

/// A folder.
pub(super) struct Folder {
    path: PathBuf,
    /// Locked up to the end of the run.
    _lock: Option<File>,
}

impl Folder {
    /// Opens a folder; one that is to be written is made if it is not there.
    ///
    /// # Errors
    /// It cannot be made, or another run has it.
    pub fn open(path: &Path, writes: bool) -> Result<Self, Error> {
        let lock = if writes {
            fs::create_dir_all(path).map_err(|error| cannot(path, "made", &error))?;
            // The lock is in the folder: its name begins with that of a file without one.
            let lock = lock(&path.join(""));
            let of = |reason| Error::new(Kind::Load, format!("`{}` {reason}", path.display()));
            Some(lock.map_err(of)?)
        } else {
            None
        };
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    fn at(&self, path: &str) -> PathBuf {
        self.path.join(path)
    }

    /// Where a file is up to its end.
    fn beside(&self, path: &str) -> PathBuf {
        self.at(&format!("{path}.tmp"))
    }
}

impl Store for Folder {
    fn shown(&self, path: &str) -> String {
        self.at(path).display().to_string()
    }

    fn address(&self) -> Option<&str> {
        None
    }

    fn run(&self) -> Option<&str> {
        None
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Error> {
        let folder = self.at(folder);
        let unreadable = |error: io::Error| cannot(&folder, "read", &error);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(error)),
        };
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        names.collect::<io::Result<_>>().map_err(unreadable)
    }

    fn make(&self, folder: &str) -> Result<(), Error> {
        let folder = self.at(folder);
        fs::create_dir_all(&folder).map_err(|error| cannot(&folder, "made", &error))
    }

    fn read(&self, path: &str) -> Result<Option<(String, Version)>, Error> {
        let path = self.at(path);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some((text, Version::default()))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(cannot(&path, "read", &error)),
        }
    }

    fn draft(&self, path: &str) -> Result<File, Error> {
        let beside = self.beside(path);
        let file = File::options()
            .create(true)
            .truncate(true)
            .write(true)
            .open(&beside);
        file.map_err(|error| cannot(&beside, "written", &error))
    }

    fn settle(&self, path: &str, draft: File) -> Result<(), Error> {
        let (beside, path) = (self.beside(path), self.at(path));
        let settled = draft.sync_all();
        let settled = settled.and_then(|()| fs::rename(&beside, &path));
        // Its name has to be there before a manifest tells of it.
        #[cfg(unix)]
        let settled = settled.and_then(|()| match path.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        });
        settled.map_err(|error| cannot(&beside, "written", &error))
    }

    fn discard(&self, path: &str) -> Result<(), Error> {
        let beside = self.beside(path);
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(cannot(&beside, "removed", &error))
            }
            _ => Ok(()),
        }
    }

    fn remove(&self, path: &str) -> Result<(), Error> {
        let path = self.at(path);
        fs::remove_file(&path).map_err(|error| cannot(&path, "removed", &error))
    }

    fn write(&self, path: &str, content: &str) -> Result<(), Error> {
        let path = self.at(path);
        let written = replace(&path, &File::options(), content.as_bytes());
        written.map_err(|error| cannot(&path, "written", &error))
    }

    fn swap(
        &self,
        path: &str,
        _: Option<&Version>,
        content: &str,
    ) -> Result<Option<Version>, Error> {
        self.write(path, content)?;
        Ok(Some(Version::default()))
    }
}

fn cannot(path: &Path, what: &str, error: &io::Error) -> Error {
    let text = format!("`{}` cannot be {what}: {error}", path.display());
    Error::new(Kind::Load, text)
}
