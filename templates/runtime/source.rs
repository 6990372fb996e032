//! What is read page after page, whatever its pages come from: one stream of pages, or many of them.

use super::decode::Rejected;
use super::error::Error;
use super::record::Record;

/// Pages of records.
pub trait Source: Send + 'static {
    /// A record.
    type Record: Record;

    /// The next page; none at the end, and after an error. If the future is dropped, the page is asked for again.
    fn next(
        &mut self,
    ) -> impl Future<Output = Result<Option<Batch<Self::Record>>, Error>> + Send + '_;
}

/// The records of one page.
#[derive(Debug)]
pub struct Batch<R> {
    /// The records in the API's order.
    pub records: Vec<R>,
    /// Records that are not of the declared type, where they are to be kept apart.
    pub rejected: Vec<Rejected>,
    /// Number of the page, from 1.
    pub number: u64,
}
