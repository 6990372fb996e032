//! Loads one resource into its table: which rows are committed when.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::destination::{Load, Table};
use super::error::Error;
use super::load::Rows;
use super::loader::{Loader, Pending};
use super::plan::Page;
use super::record::{Disposition, MergeStrategy};
use super::source::Checkpoint;

/// Rows that are given to a destination at once.
const PORTION: usize = 1_000;

/// Longest time without a commit, where rows may be committed.
const PAUSE: Duration = Duration::from_secs(10);

/// When rows may be committed, so that a run that ends there, and one after it, come to the same table as one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Boundary {
    /// After any of them: the same row again changes nothing.
    Row,
    /// After those that the state of the resource counts as read.
    Checkpoint,
    /// After all of them.
    End,
}

impl Boundary {
    fn of(table: &Table, load: Load) -> Self {
        match table.disposition {
            _ if load.replaces => Self::End,
            Disposition::Merge {
                strategy: MergeStrategy::Upsert | MergeStrategy::InsertOnly,
                ..
            } => Self::Row,
            Disposition::Append if table.incremental => Self::Checkpoint,
            // Which rows come together decides what becomes of them.
            _ => Self::End,
        }
    }
}

/// A table that is being loaded.
pub(super) struct Loading<'l> {
    table: &'static Table,
    /// None where nothing is written.
    loader: Option<&'l Loader>,
    boundary: Boundary,
    /// Rows after which there is a commit.
    batch: u64,
    portion: Vec<Arc<dyn Rows>>,
    /// Rows in `portion`.
    size: usize,
    /// The portion before, which is being written.
    sent: Option<Pending>,
    /// Rows since the last commit.
    open: u64,
    /// What those complete.
    checkpoints: Vec<Checkpoint>,
    /// Whether rows came after the last checkpoint.
    beyond: bool,
    last: Instant,
    /// Whether something is missing, so that the rows must not be committed.
    broken: bool,
    /// Rows that were committed.
    pub loaded: u64,
    /// Rows that were dropped.
    pub dropped: u64,
    pub commits: u64,
}

impl<'l> Loading<'l> {
    /// Begins to load a table.
    pub async fn begin(
        table: &'static Table,
        loader: Option<&'l Loader>,
        load: Load,
        batch: u64,
    ) -> Result<Self, Error> {
        if let Some(loader) = loader {
            loader.begin(table, load).await?;
        }
        Ok(Self {
            table,
            loader,
            boundary: Boundary::of(table, load),
            batch,
            portion: Vec::new(),
            size: 0,
            sent: None,
            open: 0,
            checkpoints: Vec::new(),
            beyond: false,
            last: Instant::now(),
            broken: false,
            loaded: 0,
            dropped: 0,
            commits: 0,
        })
    }

    /// Takes the records of a page.
    pub async fn add(&mut self, page: &mut Page) -> Result<(), Error> {
        let rows = page.rows.take();
        let count = rows.as_ref().map_or(0, |rows| rows.count());
        if self.broken {
            self.dropped += count as u64;
            return Ok(());
        }
        self.open += count as u64;
        self.size += count;
        self.beyond |= count > 0;
        self.portion.extend(rows.filter(|_| count > 0));
        if let Some(checkpoint) = page.checkpoint.take() {
            self.checkpoints.push(checkpoint);
            self.beyond = false;
        }
        if self.size >= PORTION {
            self.send().await?;
        }
        Ok(())
    }

    /// Gives the portion to the destination, once the one before is written.
    async fn send(&mut self) -> Result<(), Error> {
        self.settle().await?;
        let portion = std::mem::take(&mut self.portion);
        self.size = 0;
        if let Some(loader) = self.loader.filter(|_| !portion.is_empty()) {
            self.sent = Some(loader.write(self.table, portion).await);
        }
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), Error> {
        match self.sent.take() {
            Some(sent) => sent.done().await,
            None => Ok(()),
        }
    }

    /// Whether the rows up to here may be committed.
    pub fn may_end(&self) -> bool {
        match self.boundary {
            _ if self.broken => false,
            Boundary::Row => true,
            Boundary::Checkpoint => !self.beyond,
            Boundary::End => false,
        }
    }

    /// Whether there will be a place where the rows may be committed, before the end.
    pub fn will_end(&self) -> bool {
        !self.broken && self.boundary == Boundary::Checkpoint && self.open > 0
    }

    /// Whether it is time for a commit.
    pub fn is_due(&self) -> bool {
        let rows = self.open >= self.batch || self.last.elapsed() >= PAUSE;
        rows && self.open > 0 && self.may_end()
    }

    /// What those rows complete that are not yet committed.
    pub fn completed(&mut self) -> Vec<Checkpoint> {
        std::mem::take(&mut self.checkpoints)
    }

    /// Commits the rows and the state that they complete.
    pub async fn commit(&mut self, state: Option<String>, whole: bool) -> Result<(), Error> {
        self.send().await?;
        self.settle().await?;
        let rows = std::mem::take(&mut self.open);
        if let Some(loader) = self.loader {
            let done = loader.commit(self.table, state, whole).await;
            // Those of a commit that fails are dropped.
            *(if done.is_ok() {
                &mut self.loaded
            } else {
                &mut self.dropped
            }) += rows;
            done?;
            self.commits += 1;
        } else {
            self.dropped += rows;
        }
        self.last = Instant::now();
        Ok(())
    }

    /// Something was not read. Rows that go by themselves stay; of the others those since the last commit are dropped
    /// and, where all belong together, those that follow, too.
    pub async fn miss(&mut self) -> Result<(), Error> {
        match self.boundary {
            Boundary::Row => Ok(()),
            Boundary::Checkpoint => self.roll_back().await,
            Boundary::End => self.give_up().await,
        }
    }

    /// Drops the rows since the last commit and all that follow.
    pub async fn give_up(&mut self) -> Result<(), Error> {
        self.broken = true;
        self.roll_back().await
    }

    async fn roll_back(&mut self) -> Result<(), Error> {
        self.portion.clear();
        self.size = 0;
        self.checkpoints.clear();
        self.beyond = false;
        self.dropped += std::mem::take(&mut self.open);
        // What it came to does not count.
        let _dropped = self.settle().await;
        match self.loader {
            Some(loader) => loader.rollback(self.table).await,
            None => Ok(()),
        }
    }

    /// Whether the rows up to the end may be committed.
    pub fn is_whole(&self) -> bool {
        !self.broken
    }
}
