//! Reads a resource record after record.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use futures_core::Stream;

use super::endpoint::Endpoint;
use super::error::Error;
use super::pages::{Batch, Pages};
use super::session::BoxFuture;

type Page<E> = (
    Box<Pages<E>>,
    Result<Option<Batch<<E as Endpoint>::Record>>, Error>,
);

/// All records of a resource, as a stream. Records that are left out are only counted; [`Pages`] hands them over.
pub struct Records<E: Endpoint> {
    batch: vec::IntoIter<E::Record>,
    state: State<E>,
}

enum State<E: Endpoint> {
    Idle(Box<Pages<E>>),
    Reading(BoxFuture<'static, Page<E>>),
    End,
}

impl<E: Endpoint> Records<E> {
    /// All records of an endpoint; nothing is sent before the first is asked for.
    pub fn new(endpoint: E) -> Self {
        Self {
            batch: Vec::new().into_iter(),
            state: State::Idle(Box::new(Pages::new(endpoint))),
        }
    }

    /// The next record; none at the end, and after an error.
    pub async fn try_next(&mut self) -> Result<Option<E::Record>, Error> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context))
            .await
            .transpose()
    }
}

impl<E: Endpoint> Stream for Records<E> {
    type Item = Result<E::Record, Error>;

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
                    Poll::Ready((_, Err(error))) => return Poll::Ready(Some(Err(error))),
                    Poll::Ready((pages, Ok(Some(batch)))) => {
                        self.batch = batch.records.into_iter();
                        self.state = State::Idle(pages);
                    }
                },
            }
        }
    }
}
