//! What is read page after page, whatever its pages come from: one stream of pages, or many of them.

use super::decode::Rejected;
use super::error::Error;
use super::record::Record;

/// Pages of records.
pub trait Source: Send + 'static {
    /// A record.
    type Record: Record;

    /// The next page; none at the end. After an error there may be others, if the resource has partitions. If the
    /// future is dropped, the page is not lost.
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
    /// How far the resource is read with these records, where it is read incrementally and they complete something.
    pub checkpoint: Option<Checkpoint>,
}

/// How far a resource, or one partition of it, was read. It is to be kept once the records up to it are safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The partition, as JSON; none where the resource has none.
    pub partition: Option<String>,
    /// The furthest value of the cursor, as JSON.
    pub value: String,
    /// Digests of the records that were read at that value.
    pub boundary: Vec<u64>,
}
