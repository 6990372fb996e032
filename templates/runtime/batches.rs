//! The pages of a source as a stream, which owns the source while it waits.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::error::Error;
use super::session::BoxFuture;
use super::source::{Batch, Source};

type Page<S> = (Box<S>, Result<Option<Batch<<S as Source>::Record>>, Error>);

/// The pages of a source, one after the other.
pub struct Batches<S: Source>(State<S>);

enum State<S: Source> {
    Idle(Box<S>),
    Reading(BoxFuture<'static, Page<S>>),
    End,
}

impl<S: Source> Batches<S> {
    /// All pages of a source; nothing is sent before the first is asked for.
    pub fn new(source: S) -> Self {
        Self(State::Idle(Box::new(source)))
    }
}

impl<S: Source> Stream for Batches<S> {
    type Item = Result<Batch<S::Record>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match std::mem::replace(&mut self.0, State::End) {
                State::End => return Poll::Ready(None),
                State::Idle(mut pages) => {
                    self.0 = State::Reading(Box::pin(async move {
                        let batch = pages.next().await;
                        (pages, batch)
                    }));
                }
                State::Reading(mut reading) => match reading.as_mut().poll(context) {
                    Poll::Pending => {
                        self.0 = State::Reading(reading);
                        return Poll::Pending;
                    }
                    Poll::Ready((_, Ok(None))) => return Poll::Ready(None),
                    Poll::Ready((pages, batch)) => {
                        self.0 = State::Idle(pages);
                        return Poll::Ready(batch.transpose());
                    }
                },
            }
        }
    }
}
