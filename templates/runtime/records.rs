//! Reads a resource record after record.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};

use super::error::Error;
use super::record::Record;
use super::source::{Batch, Source};

/// Records, one after the other. Those that are left out are only counted; the pages hand them over.
pub struct Records<T>(BoxStream<'static, Result<T, Error>>);

impl<T: Send + 'static> Records<T> {
    /// All records of a source; nothing is sent before the first is asked for.
    pub fn new(source: impl Source<Record = T>) -> Self {
        Self::of(source, |page| page.records)
    }

    pub(super) fn of<S: Source, I>(source: S, items: fn(Batch<S::Record>) -> I) -> Self
    where
        I: IntoIterator<Item = T, IntoIter: Send + 'static> + 'static,
    {
        let pages = stream::unfold(source, async |mut source| {
            let page = source.next().await.transpose()?;
            Some((page, source))
        });
        let items = move |page| stream::iter(items(page)).map(Ok);
        Self(pages.map_ok(items).try_flatten().fuse().boxed())
    }

    /// The next record; none at the end. After an error there may be others, if the resource has partitions.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        self.0.try_next().await
    }
}

impl<R: Record> Records<Batch<R>> {
    /// All pages of a source, as a stream.
    pub fn by_pages(source: impl Source<Record = R>) -> Self {
        Self::of(source, |page| [page])
    }
}

impl<T> Stream for Records<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}
