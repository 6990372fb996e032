//! The memory of a connector without resources that are read incrementally: none. Each run reads all.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use clap::Args;

use super::error::Error;
use super::memory::Memory;
use super::output::Output;
use super::source::Checkpoint;

/// Nothing is known of earlier runs.
#[derive(Default, Args)]
pub struct Once;

/// Resources are read as a whole.
#[derive(Default, PartialEq, Eq, Args)]
pub struct Whole;

impl Memory for Once {
    type Window = Whole;

    fn of(Whole: Whole, _states: BTreeMap<&'static str, String>) -> Self {
        Self
    }

    fn note(&mut self, _resource: &'static str, _checkpoint: Checkpoint) {}

    fn state(&self, _resource: &str) -> Option<String> {
        None
    }

    fn open(&mut self, _connector: &'static str) -> Result<(), Error> {
        Ok(())
    }

    fn check(&mut self, _chosen: &[&'static str]) -> Result<(), Error> {
        Ok(())
    }

    fn place(&mut self, _resource: &'static str, _file: &Path) -> Result<Option<u64>, Error> {
        Ok(None)
    }

    fn begin(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn advance(
        &mut self,
        _resource: &'static str,
        _checkpoint: Checkpoint,
        _output: &Output,
    ) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}
