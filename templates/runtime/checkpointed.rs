//! Reads a resource record after record, with the checkpoints between them.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use futures_core::Stream;

use super::error::Error;
use super::session::BoxFuture;
use super::source::{Batch, Checkpoint, Source};

/// What a resource that is read incrementally gives, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub enum Step<R> {
    /// A record.
    Record(R),
    /// How far the resource was read. Once the records before it are safe, it may be kept.
    Checkpoint(Checkpoint),
}

type Page<S> = (Box<S>, Result<Option<Batch<<S as Source>::Record>>, Error>);

/// All records of a source and its checkpoints, as a stream.
pub struct Checkpointed<S: Source> {
    batch: vec::IntoIter<S::Record>,
    checkpoint: Option<Checkpoint>,
    state: State<S>,
}

enum State<S: Source> {
    Idle(Box<S>),
    Reading(BoxFuture<'static, Page<S>>),
    End,
}

impl<S: Source> Checkpointed<S> {
    /// All records of a source; nothing is sent before the first is asked for.
    pub fn new(source: S) -> Self {
        Self {
            batch: Vec::new().into_iter(),
            checkpoint: None,
            state: State::Idle(Box::new(source)),
        }
    }

    /// The next record or checkpoint; none at the end, and after an error.
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
            match std::mem::replace(&mut self.state, State::End) {
                State::End => return Poll::Ready(None),
                State::Idle(mut pages) => {
                    self.state = State::Reading(Box::pin(async move {
                        let batch = pages.next().await;
                        (pages, batch)
                    }));
                }
                State::Reading(mut reading) => match reading.as_mut().poll(context) {
                    Poll::Pending => {
                        self.state = State::Reading(reading);
                        return Poll::Pending;
                    }
                    Poll::Ready((_, Ok(None))) => return Poll::Ready(None),
                    Poll::Ready((_, Err(error))) => return Poll::Ready(Some(Err(error))),
                    Poll::Ready((pages, Ok(Some(batch)))) => {
                        self.batch = batch.records.into_iter();
                        self.checkpoint = batch.checkpoint;
                        self.state = State::Idle(pages);
                    }
                },
            }
        }
    }
}
