//! The pages of a source as a stream, which owns the source while it waits.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::error::Error;
use super::session::BoxFuture;
use super::source::{Batch, Source};

type Page<S> = (Box<S>, Result<Option<Batch<<S as Source>::Record>>, Error>);

/// The pages of a source, one after the other.
pub struct Batches<S: Source>(Option<BoxFuture<'static, Page<S>>>);

impl<S: Source> Batches<S> {
    /// All pages of a source; nothing is sent before the first is asked for.
    pub fn new(source: S) -> Self {
        Self(Some(Self::read(Box::new(source))))
    }

    /// The next page, which is not asked for before this is polled.
    fn read(mut source: Box<S>) -> BoxFuture<'static, Page<S>> {
        Box::pin(async move {
            let page = source.next().await;
            (source, page)
        })
    }
}

impl<S: Source> Stream for Batches<S> {
    type Item = Result<Batch<S::Record>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(reading) = &mut self.0 else {
            return Poll::Ready(None);
        };
        let (source, page) = ready!(reading.as_mut().poll(context));
        let ends = matches!(page, Ok(None));
        self.0 = (!ends).then(|| Self::read(source));
        Poll::Ready(page.transpose())
    }
}
