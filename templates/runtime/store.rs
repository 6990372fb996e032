//! Where the files of tables are kept: a folder of this machine, or an object store.

use std::fs::File;

use super::error::Error;

/// Tells one content of a file from those before and after it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Version {
    /// What the store calls the content.
    pub tag: Option<String>,
    /// The number that the store has given it.
    pub number: Option<String>,
}

/// A place with folders of files. A file is named by the path to it, such as `orders/manifest.json`.
pub(super) trait Store: Send {
    /// A path as it is shown.
    fn shown(&self, path: &str) -> String;

    /// What other programs have to put before a path; none where they read in the place itself.
    fn address(&self) -> Option<&str>;

    /// The name of this run; none where no other can load into the place at the same time.
    fn run(&self) -> Option<&str>;

    /// The names of what is in a folder; none where there is no such folder.
    ///
    /// # Errors
    /// It cannot be read.
    fn list(&self, folder: &str) -> Result<Vec<String>, Error>;

    /// Makes a folder.
    ///
    /// # Errors
    /// It cannot be made.
    fn make(&self, folder: &str) -> Result<(), Error>;

    /// What a file has; none where there is no such file.
    ///
    /// # Errors
    /// It cannot be read.
    fn read(&self, path: &str) -> Result<Option<(String, Version)>, Error>;

    /// Begins a file that is not in its place yet.
    ///
    /// # Errors
    /// It cannot be written.
    fn draft(&self, path: &str) -> Result<File, Error>;

    /// Brings a file that was begun to its place, as a whole and for good.
    ///
    /// # Errors
    /// It cannot be written.
    fn settle(&self, path: &str, draft: File) -> Result<(), Error>;

    /// Drops a file that was begun.
    ///
    /// # Errors
    /// It cannot be removed.
    fn discard(&self, path: &str) -> Result<(), Error>;

    /// Removes a file.
    ///
    /// # Errors
    /// It cannot be removed.
    fn remove(&self, path: &str) -> Result<(), Error>;

    /// Writes a file as a whole, whatever was there.
    ///
    /// # Errors
    /// It cannot be written.
    fn write(&self, path: &str, content: &str) -> Result<(), Error>;

    /// Writes a file as a whole, if it still is of the version that was read, or still is not there. Gives the version that
    /// it is of then, or none where another run was faster.
    ///
    /// # Errors
    /// It cannot be written.
    fn swap(
        &self,
        path: &str,
        read: Option<&Version>,
        content: &str,
    ) -> Result<Option<Version>, Error>;
}
