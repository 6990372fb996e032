//! Reads a resource record after record.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;

use super::batches::Batches;
use super::error::Error;
use super::source::Source;

/// All records of a source, as a stream. Records that are left out are only counted; the pages hand them over.
pub struct Records<S: Source> {
    batch: vec::IntoIter<S::Record>,
    batches: Batches<S>,
}

impl<S: Source> Records<S> {
    /// All records of a source; nothing is sent before the first is asked for.
    pub fn new(source: S) -> Self {
        Self {
            batch: Vec::new().into_iter(),
            batches: Batches::new(source),
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
            match ready!(Pin::new(&mut self.batches).poll_next(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(batch)) => self.batch = batch.records.into_iter(),
            }
        }
    }
}
