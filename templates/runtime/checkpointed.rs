//! Reads a resource record after record, with the checkpoints between them.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;

use super::batches::Batches;
use super::error::Error;
use super::source::{Checkpoint, Source};

/// What a resource that is read incrementally gives, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub enum Step<R> {
    /// A record.
    Record(R),
    /// How far the resource was read. Once the records before it are safe, it may be kept.
    Checkpoint(Checkpoint),
}

/// All records of a source and its checkpoints, as a stream.
pub struct Checkpointed<S: Source> {
    batch: vec::IntoIter<S::Record>,
    checkpoint: Option<Checkpoint>,
    batches: Batches<S>,
}

impl<S: Source> Checkpointed<S> {
    /// All records of a source; nothing is sent before the first is asked for.
    pub fn new(source: S) -> Self {
        Self {
            batch: Vec::new().into_iter(),
            checkpoint: None,
            batches: Batches::new(source),
        }
    }

    /// The next record or checkpoint; none at the end. After an error there may be others, if the resource has
    /// partitions.
    pub async fn try_next(&mut self) -> Result<Option<Step<S::Record>>, Error> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context))
            .await
            .transpose()
    }
}

impl<S: Source> Stream for Checkpointed<S> {
    type Item = Result<Step<S::Record>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(record) = self.batch.next() {
                return Poll::Ready(Some(Ok(Step::Record(record))));
            }
            if let Some(checkpoint) = self.checkpoint.take() {
                return Poll::Ready(Some(Ok(Step::Checkpoint(checkpoint))));
            }
            match ready!(Pin::new(&mut self.batches).poll_next(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(batch)) => {
                    self.batch = batch.records.into_iter();
                    self.checkpoint = batch.checkpoint;
                }
            }
        }
    }
}
