//! What a command line knows of earlier runs.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use clap::Args;

use super::error::Error;
use super::output::Output;
use super::source::Checkpoint;

/// What is known of earlier runs, and what is kept of this one; its arguments are those of `read`.
pub trait Memory: Args + Default {
    /// Arguments that say how much is read, whatever is known of earlier runs; also those of `sync`.
    type Window: Args + Default + PartialEq;

    /// What is known where a destination keeps the states, as JSON by resource.
    fn of(window: Self::Window, states: BTreeMap<&'static str, String>) -> Self;

    /// A resource is read up to a checkpoint, and its state is to be kept by a destination.
    fn note(&mut self, resource: &'static str, checkpoint: Checkpoint);

    /// The state of a resource for a destination; none where it has no cursor.
    fn state(&self, resource: &str) -> Option<String>;

    /// Reads what is known.
    ///
    /// # Errors
    /// It cannot be used.
    fn open(&mut self, connector: &'static str) -> Result<(), Error>;

    /// All is planned: whether what is chosen can be read as the arguments say.
    ///
    /// # Errors
    /// It cannot.
    fn check(&mut self, chosen: &[&'static str]) -> Result<(), Error>;

    /// After how many bytes of its file a resource goes on; none where the file is written anew.
    ///
    /// # Errors
    /// The file cannot be continued.
    fn place(&mut self, resource: &'static str, file: &Path) -> Result<Option<u64>, Error>;

    /// All is checked, and records will be written.
    ///
    /// # Errors
    /// What is known cannot be written.
    fn begin(&mut self) -> io::Result<()>;

    /// A resource is read up to a checkpoint, and the records are written.
    ///
    /// # Errors
    /// It cannot be written.
    fn advance(
        &mut self,
        resource: &'static str,
        checkpoint: Checkpoint,
        output: &Output,
    ) -> io::Result<()>;

    /// Nothing more is read.
    ///
    /// # Errors
    /// What is known cannot be written.
    fn end(&mut self) -> io::Result<()>;
}
