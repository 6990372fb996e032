//! The memory of a connector with resources that are read incrementally: `--since`, `--until` and `--state`.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::cursor::Cursor;
use super::error::{Error, Kind};
use super::incremental::{Extent, Resumable};
use super::memory::Memory;
use super::output::Output;
use super::plan::{Plan, Reading};
use super::source::Checkpoint;
use super::state::{CursorState, StateKey};
use super::state_file::StateFile;

/// How much of the resources is read.
#[derive(Default, Args)]
pub struct Resume {
    #[command(flatten)]
    window: Window,
    /// Read what is new since the run before, which left this file, and leave it for the next; files of --output are
    /// continued
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    #[arg(skip)]
    file: Option<StateFile>,
    /// The states that a destination keeps, as JSON by resource.
    #[arg(skip)]
    kept: Option<BTreeMap<&'static str, String>>,
    /// The same in this run.
    #[arg(skip)]
    states: BTreeMap<&'static str, CursorState>,
    /// The resources that have a cursor.
    #[arg(skip)]
    cursors: Vec<&'static str>,
    #[arg(skip)]
    refused: Option<Error>,
}

/// Where reading begins and ends.
#[derive(Default, PartialEq, Eq, Args)]
pub struct Window {
    /// Begin at this value of the cursor, wherever an earlier run ended
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    since: Option<String>,
    /// End at this value of the cursor, that included
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    until: Option<String>,
}

impl Resume {
    /// Takes over what the command and the state say of a resource.
    fn set<T: Cursor>(&mut self, extent: &mut Extent<T>, key: &StateKey) -> Result<(), Error> {
        extent.since = value("--since", self.window.since.as_deref(), key)?;
        extent.until = value("--until", self.window.until.as_deref(), key)?;
        if let Some(file) = &mut self.file {
            let state = file.state(key)?;
            state.check(key, extent.since.as_ref())?;
            extent.state = Some(Arc::new(state.clone()));
            file.keep(key.resource, state);
        }
        if let Some(kept) = &self.kept {
            let kept = kept.get(key.resource).map(String::as_str);
            let state = CursorState::open(key.clone(), kept)?;
            state.check(key, extent.since.as_ref())?;
            extent.state = Some(Arc::new(state.clone()));
            self.states.insert(key.resource, state);
        }
        Ok(())
    }

    fn is_partial(&self) -> bool {
        self.window.since.is_some()
            || self.window.until.is_some()
            || self.file.is_some()
            || self.kept.is_some()
    }
}

/// A value in the type of a resource's cursor.
fn value<T: Cursor>(flag: &str, text: Option<&str>, key: &StateKey) -> Result<Option<T>, Error> {
    let Some(text) = text else {
        return Ok(None);
    };
    let value = T::parse(text).ok_or_else(|| {
        let StateKey {
            resource, cursor, ..
        } = key;
        let text = format!(
            "`{flag} {text}` is no value of `{cursor}`, the cursor of `{resource}`: write it as in `{flag} {}`",
            T::EXAMPLE
        );
        Error::new(Kind::Config, text)
    });
    value.map(Some)
}

impl Plan<Resume> {
    /// Reads what is new of a resource, if it is chosen.
    pub fn read_new<I: Resumable>(&mut self, name: &'static str, resource: I) {
        let resource = self.resume(name, resource);
        self.read(name, resource.into_source());
    }

    /// What is new of a resource.
    pub fn resume<I: Resumable>(&mut self, name: &'static str, mut resource: I) -> I {
        self.memory.cursors.push(name);
        if self.is_chosen(name)
            && let Err(error) = self.memory.set(resource.extent(), &I::STATE)
        {
            self.memory.refused.get_or_insert(error);
        }
        resource
    }

    /// What is new of a parent. It is read apart: those that have not changed may have new children.
    pub fn take_apart<I: Resumable>(&mut self, name: &'static str, resource: I) -> Option<I> {
        let is_apart = self.is_chosen(name) && self.memory.is_partial();
        let resource = self.resume(name, resource);
        if !is_apart {
            return None;
        }
        self.apart.push(name);
        Some(resource)
    }

    /// Reads what is new of a parent apart from its children.
    pub fn read_apart<I: Resumable>(&mut self, name: &'static str, resource: I) {
        if let Some(resource) = self.take_apart(name, resource) {
            self.read_together(vec![Reading::written(name, resource.into_source())]);
        }
    }
}

impl Memory for Resume {
    type Window = Window;

    fn of(window: Window, states: BTreeMap<&'static str, String>) -> Self {
        let kept = Some(states);
        Self {
            window,
            kept,
            ..Self::default()
        }
    }

    fn note(&mut self, resource: &'static str, checkpoint: Checkpoint) {
        if let Some(state) = self.states.get_mut(resource) {
            state.advance(checkpoint);
        }
    }

    fn state(&self, resource: &str) -> Option<String> {
        self.states.get(resource).map(CursorState::to_json)
    }

    fn open(&mut self, connector: &'static str) -> Result<(), Error> {
        let file = self.state.as_deref();
        self.file = file
            .map(|path| StateFile::open(path, connector))
            .transpose()?;
        Ok(())
    }

    fn check(&mut self, chosen: &[&'static str]) -> Result<(), Error> {
        let flag = self.window.since.as_ref().map(|_| "--since");
        let flag = flag.or(self.window.until.as_ref().map(|_| "--until"));
        let whole = chosen.iter().find(|name| !self.cursors.contains(name));
        if let (Some(flag), Some(whole)) = (flag, whole) {
            let text = format!(
                "`{flag}` is not for `{whole}`, which has no cursor and is read as a whole; there are {}",
                self.cursors.join(", ")
            );
            return Err(Error::new(Kind::Config, text));
        }
        self.refused.take().map_or(Ok(()), Err)
    }

    fn place(&mut self, resource: &'static str, file: &Path) -> Result<Option<u64>, Error> {
        match &mut self.file {
            Some(state) if self.cursors.contains(&resource) => {
                state.place(resource, file).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), StateFile::save)
    }

    fn advance(
        &mut self,
        resource: &'static str,
        checkpoint: Checkpoint,
        output: &Output,
    ) -> io::Result<()> {
        match &mut self.file {
            Some(file) => file.advance(resource, checkpoint, output),
            None => Ok(()),
        }
    }

    fn end(&mut self) -> io::Result<()> {
        match &mut self.file {
            Some(file) if file.has_changed() => file.save(),
            _ => Ok(()),
        }
    }
}
