//! Reads a resource record after record.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use futures_core::Stream;

use super::error::Error;
use super::session::BoxFuture;
use super::source::{Batch, Source};

type Page<S> = (Box<S>, Result<Option<Batch<<S as Source>::Record>>, Error>);

/// All records of a source, as a stream. Records that are left out are only counted; the pages hand them over.
pub struct Records<S: Source> {
    batch: vec::IntoIter<S::Record>,
    state: State<S>,
}

enum State<S: Source> {
    Idle(Box<S>),
    Reading(BoxFuture<'static, Page<S>>),
    End,
}

impl<S: Source> Records<S> {
    /// All records of a source; nothing is sent before the first is asked for.
    pub fn new(source: S) -> Self {
        Self {
            batch: Vec::new().into_iter(),
            state: State::Idle(Box::new(source)),
        }
    }

    /// The next record; none at the end. After an error there may be others, if the resource has partitions.
    pub async fn try_next(&mut self) -> Result<Option<S::Record>, Error> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context))
            .await
            .transpose()
    }
}

impl<S: Source> Stream for Records<S> {
    type Item = Result<S::Record, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(record) = self.batch.next() {
                return Poll::Ready(Some(Ok(record)));
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
                    Poll::Ready((pages, Err(error))) => {
                        self.state = State::Idle(pages);
                        return Poll::Ready(Some(Err(error)));
                    }
                    Poll::Ready((pages, Ok(Some(batch)))) => {
                        self.batch = batch.records.into_iter();
                        self.state = State::Idle(pages);
                    }
                },
            }
        }
    }
}
