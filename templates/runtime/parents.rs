//! Partitions that come from the records of another resource.

use std::collections::VecDeque;

use super::error::{Error, Kind};
use super::partitions::{Partitioned, Upstream};
use super::record::Record;
use super::source::Source;

/// A resource that is read for each record of another, its parent.
pub trait Child: Partitioned {
    /// The parent's record.
    type Parent: Record;

    /// Parents that share one request.
    const BATCH: usize = 1;
    /// Whether a parent without a value that the requests need ends the resource; otherwise it is left out and counted.
    const NEEDS_ALL: bool = false;

    /// The partitions of one parent: none where there is nothing to read.
    ///
    /// # Errors
    /// The field that the requests need and the parent has not.
    fn partitions(&self, parent: &Self::Parent) -> Result<Vec<Self::Partition>, &'static str>;

    /// Takes the values of another parent into a partition, where parents share a request.
    fn join(_partition: &mut Self::Partition, _other: Self::Partition) {}
}

/// The partitions of parents that were read, in their order.
pub struct Queue<C: Child> {
    child: C,
    ready: VecDeque<Result<C::Partition, Error>>,
    /// The partitions of fewer parents than share a request, and the number of those.
    open: (Vec<C::Partition>, usize),
}

impl<C: Child> Queue<C> {
    /// An empty queue.
    pub fn new(child: C) -> Self {
        Self {
            child,
            ready: VecDeque::new(),
            open: (Vec::new(), 0),
        }
    }

    /// The next partition, or why there is none for a parent.
    pub fn pop(&mut self) -> Option<Result<C::Partition, Error>> {
        self.ready.pop_front()
    }

    /// Adds the partitions of a parent.
    pub fn add(&mut self, parent: &C::Parent) {
        match self.child.partitions(parent) {
            Ok(partitions) if partitions.is_empty() => {}
            Ok(partitions) if C::BATCH == 1 => {
                self.ready.extend(partitions.into_iter().map(Ok));
            }
            Ok(partitions) => {
                let (open, parents) = &mut self.open;
                if *parents == 0 {
                    *open = partitions;
                } else {
                    let pairs = open.iter_mut().zip(partitions);
                    pairs.for_each(|(one, other)| C::join(one, other));
                }
                *parents += 1;
                if *parents == C::BATCH {
                    self.close();
                }
            }
            Err(field) if C::NEEDS_ALL => {
                let text = format!("a record of `{}` has no `{field}`", C::Parent::RESOURCE);
                let error = Error::new(Kind::Value, text).end();
                self.ready.push_back(Err(error));
            }
            Err(field) => {
                tracing::debug!(field, "a parent without it is left out");
                self.child.session().stats().partitions_skipped.add(1);
            }
        }
    }

    /// There are no further parents: those that wait for others to share a request are ready.
    pub fn close(&mut self) {
        let (open, _) = std::mem::take(&mut self.open);
        self.ready.extend(open.into_iter().map(Ok));
    }
}

/// Reads parents for the partitions of a child.
pub struct Parents<S: Source, C: Child<Parent = S::Record>> {
    parents: S,
    queue: Queue<C>,
}

impl<S: Source, C: Child<Parent = S::Record>> Parents<S, C> {
    /// The partitions of a child, from these parents.
    pub fn new(parents: S, child: C) -> Self {
        let queue = Queue::new(child);
        Self { parents, queue }
    }
}

impl<S: Source, C: Child<Parent = S::Record>> Upstream for Parents<S, C> {
    type Partition = C::Partition;

    async fn next(&mut self) -> Result<Option<C::Partition>, Error> {
        loop {
            if let Some(partition) = self.queue.pop() {
                return partition.map(Some);
            }
            let Some(page) = self.parents.next().await? else {
                self.queue.close();
                return self.queue.pop().transpose();
            };
            let parents = page.records.iter();
            parents.for_each(|parent| self.queue.add(parent));
        }
    }
}
