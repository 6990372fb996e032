//! What a command reads: resources whose types are not known here, one group of them after the other.

use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use super::csv::Csv;
use super::decode::Rejected;
use super::error::Error;
use super::load::Rows;
use super::record::{Column, Record};
use super::session::BoxFuture;
use super::source::{Batch, Checkpoint, Source};

/// The resources that are to be read; `M` is what is known of earlier runs.
pub struct Plan<M> {
    chosen: Vec<&'static str>,
    /// Those that are read apart from what is read for their records.
    pub(super) apart: Vec<&'static str>,
    groups: Vec<Vec<Reading>>,
    pub(super) memory: M,
}

/// A resource that is read.
pub(super) struct Reading {
    pub name: &'static str,
    /// Whether its records are written, as opposed to read for those of others only.
    pub written: bool,
    pub reader: Box<dyn Reader>,
}

impl<M> Plan<M> {
    pub(super) fn new(chosen: Vec<&'static str>, memory: M) -> Self {
        Self {
            chosen,
            apart: Vec::new(),
            groups: Vec::new(),
            memory,
        }
    }

    /// Reads a resource if it is chosen.
    pub fn read<S: Source>(&mut self, name: &'static str, pages: S) {
        if self.is_chosen(name) {
            self.read_together(vec![Reading::written(name, pages)]);
        }
    }

    /// Reads resources at the same time.
    pub(super) fn read_together(&mut self, group: Vec<Reading>) {
        self.groups.push(group);
    }

    pub(super) fn is_chosen(&self, name: &str) -> bool {
        self.chosen.contains(&name) && !self.apart.contains(&name)
    }

    /// What is chosen, the groups in that order, and what is known of earlier runs.
    pub(super) fn into_parts(mut self) -> (Vec<&'static str>, Vec<Vec<Reading>>, M) {
        let place = |reading: &Reading| self.chosen.iter().position(|name| *name == reading.name);
        let first = |group: &Vec<Reading>| group.iter().filter_map(place).min();
        self.groups.sort_by_key(first);
        (self.chosen, self.groups, self.memory)
    }
}

impl Reading {
    /// A resource whose records are written.
    pub(super) fn written(name: &'static str, pages: impl Source) -> Self {
        Self {
            name,
            written: true,
            reader: Box::new(pages),
        }
    }
}

/// A page whose records are of a type that is not known here.
#[derive(Default)]
pub(super) struct Page {
    /// Its records; none where they are not written.
    pub rows: Option<Arc<dyn Rows>>,
    pub rejected: Vec<Rejected>,
    /// How far the resource is read with them.
    pub checkpoint: Option<Checkpoint>,
}

impl Page {
    /// At most `limit` of the records. What is cut off is not read.
    pub(super) fn cut<R>(batch: &mut Batch<R>, limit: u64) {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        if batch.records.len() > limit {
            batch.records.truncate(limit);
            batch.checkpoint = None;
        }
    }

    /// How many records are written.
    pub(super) fn count(&self) -> u64 {
        self.rows.as_ref().map_or(0, |rows| rows.count() as u64)
    }

    /// Writes the records as lines of JSON or, where there is a CSV writer, as its rows.
    pub(super) fn write(&self, csv: Option<&mut Csv>, out: &mut Vec<u8>) -> Result<(), Error> {
        let Some(rows) = &self.rows else {
            return Ok(());
        };
        let Some(csv) = csv else {
            return rows.lines(out);
        };
        rows.write(csv)?;
        out.extend_from_slice(csv.take().as_bytes());
        Ok(())
    }
}

/// A page; none at the end.
pub(super) type Read = Result<Option<Page>, Error>;

/// Reads the pages of a resource.
pub(super) trait Reader {
    /// Reads a page with at most `limit` of its records. Where the limit is 0, nothing more is read.
    fn page(&mut self, limit: u64) -> BoxFuture<'_, Read>;

    /// The columns of the records.
    fn columns(&self) -> &'static [Column];
}

impl<S: Source> Reader for S {
    fn page(&mut self, limit: u64) -> BoxFuture<'_, Read> {
        Box::pin(async move {
            if limit == 0 {
                return Ok(None);
            }
            let Some(mut batch) = self.next().await? else {
                return Ok(None);
            };
            Page::cut(&mut batch, limit);
            Ok(Some(Page {
                rows: Some(Arc::new(batch.records)),
                rejected: batch.rejected,
                checkpoint: batch.checkpoint,
            }))
        })
    }

    fn columns(&self) -> &'static [Column] {
        S::Record::COLUMNS
    }
}

/// Runs futures at the same time; what they came to, in their order.
pub(super) async fn together<T>(futures: Vec<Pin<Box<dyn Future<Output = T> + '_>>>) -> Vec<T> {
    let mut running: Vec<_> = futures.into_iter().map(Ok).collect();
    std::future::poll_fn(|context| {
        for slot in &mut running {
            if let Ok(future) = slot
                && let Poll::Ready(outcome) = future.as_mut().poll(context)
            {
                *slot = Err(outcome);
            }
        }
        if running.iter().any(Result::is_ok) {
            return Poll::Pending;
        }
        Poll::Ready(running.drain(..).filter_map(Result::err).collect())
    })
    .await
}
