//! Reads a resource record after record, with the checkpoints between them.

use super::record::Record;
use super::records::Records;
use super::source::{Checkpoint, Source};

/// What a resource that is read incrementally gives, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub enum Step<R> {
    /// A record.
    Record(R),
    /// How far the resource was read. Once the records before it are safe, it may be kept.
    Checkpoint(Checkpoint),
}

/// Records of a resource and its checkpoints, one after the other.
pub type Checkpointed<R> = Records<Step<R>>;

impl<R: Record> Checkpointed<R> {
    /// All records of a source and its checkpoints; nothing is sent before the first is asked for.
    pub fn with_checkpoints(source: impl Source<Record = R>) -> Self {
        Self::of(source, |page| {
            let records = page.records.into_iter().map(Step::Record);
            records.chain(page.checkpoint.map(Step::Checkpoint))
        })
    }
}
