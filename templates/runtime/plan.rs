//! What a command reads: resources whose types are not known here, one group of them after the other.

use std::pin::Pin;
use std::task::Poll;

use super::csv::Csv;
use super::decode::Rejected;
use super::error::{Error, Kind};
use super::record::Record;
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

/// A page whose records are written as lines.
#[derive(Default)]
pub(super) struct Page {
    /// How many records those are.
    pub records: u64,
    pub rejected: Vec<Rejected>,
    /// How far the resource is read with them.
    pub checkpoint: Option<Checkpoint>,
}

impl Page {
    /// Writes at most `limit` of the records. What is cut off is not read.
    pub(super) fn write<R: Record>(
        batch: &mut Batch<R>,
        csv: bool,
        limit: u64,
        out: &mut Vec<u8>,
    ) -> Result<Self, Error> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        if batch.records.len() > limit {
            batch.records.truncate(limit);
            batch.checkpoint = None;
        }
        write(&batch.records, csv, out)?;
        Ok(Self {
            records: batch.records.len() as u64,
            rejected: std::mem::take(&mut batch.rejected),
            checkpoint: batch.checkpoint.take(),
        })
    }
}

/// A page; none at the end.
pub(super) type Written = Result<Option<Page>, Error>;

/// Reads the pages of a resource.
pub(super) trait Reader {
    /// Reads a page and writes at most `limit` of its records. Where the limit is 0, nothing more is read.
    fn page<'a>(
        &'a mut self,
        csv: bool,
        limit: u64,
        out: &'a mut Vec<u8>,
    ) -> BoxFuture<'a, Written>;

    /// The first line of a CSV file.
    fn header(&self) -> String;
}

impl<S: Source> Reader for S {
    fn page<'a>(
        &'a mut self,
        csv: bool,
        limit: u64,
        out: &'a mut Vec<u8>,
    ) -> BoxFuture<'a, Written> {
        Box::pin(async move {
            if limit == 0 {
                return Ok(None);
            }
            let Some(mut batch) = self.next().await? else {
                return Ok(None);
            };
            Page::write(&mut batch, csv, limit, out).map(Some)
        })
    }

    fn header(&self) -> String {
        header::<S::Record>()
    }
}

/// Writes records as lines.
fn write<R: Record>(records: &[R], csv: bool, out: &mut Vec<u8>) -> Result<(), Error> {
    let mut rows = Csv::default();
    for record in records {
        let written = if csv {
            record.write(&mut rows).map_err(|error| error.to_string())
        } else {
            serde_json::to_writer(&mut *out, record).map_err(|error| error.to_string())
        };
        written.map_err(|error| Error::new(Kind::Decode, format!("cannot be written: {error}")))?;
        if csv { rows.end() } else { out.push(b'\n') }
    }
    out.extend_from_slice(rows.take().as_bytes());
    Ok(())
}

/// The first line of a CSV file.
pub(super) fn header<R: Record>() -> String {
    let names: Vec<_> = R::COLUMNS.iter().map(|column| column.name).collect();
    names.join(",") + "\n"
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
