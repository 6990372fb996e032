//! Reads a resource partition after partition: each is one stream of pages, several are read at once, and their records
//! come in the order of the partitions.
//!
//! A partition that fails is reported by an error that names it, and the others go on; only an error that is final
//! ends the resource.

use std::fmt::Debug;
use std::future::poll_fn;
use std::task::{Context, Poll};

use serde::Serialize;

use super::error::{Error, Kind};
use super::lanes::{Lanes, Turn};
use super::record::Record as _;
use super::session::Session;
use super::source::{Batch, Source};
use super::task::Task;

/// A resource that is read partition after partition.
pub trait Partitioned: Clone + Send + 'static {
    /// What tells one partition from the others; written as JSON it is the name of the partition.
    type Partition: Serialize + Debug + Send + 'static;
    /// The pages of one.
    type Source: Source;

    /// Partitions that are read at once.
    const CONCURRENCY: usize = 4;

    /// The connection.
    fn session(&self) -> &Session;

    /// The pages of a partition; nothing is sent yet.
    fn open(&self, partition: Self::Partition) -> Self::Source;
}

/// Where partitions come from.
pub trait Upstream: Send + 'static {
    /// A partition.
    type Partition: Send;

    /// The next partition; none at the end. After an error that is not final there may be others.
    fn next(&mut self) -> impl Future<Output = Result<Option<Self::Partition>, Error>> + Send + '_;
}

/// A list.
impl<P: Send + 'static> Upstream for std::vec::IntoIter<P> {
    type Partition = P;

    async fn next(&mut self) -> Result<Option<P>, Error> {
        Ok(Iterator::next(self))
    }
}

/// The pages of all partitions.
pub struct Partitions<R: Partitioned, U: Upstream<Partition = R::Partition>> {
    resource: R,
    upstream: State<U>,
    lanes: Lanes<R::Source>,
}

type Found<U> = (U, Result<Option<<U as Upstream>::Partition>, Error>);

enum State<U: Upstream> {
    Idle(U),
    Waiting(Task<Found<U>>),
    End,
}

impl<R: Partitioned, U: Upstream<Partition = R::Partition>> Partitions<R, U> {
    /// All partitions that come from upstream; nothing is sent before the first page is asked for.
    pub fn new(resource: R, upstream: U) -> Self {
        Self {
            resource,
            upstream: State::Idle(upstream),
            lanes: Lanes::default(),
        }
    }

    /// Opens partitions until as many are read as may be.
    fn fill(&mut self, context: &mut Context<'_>) {
        while self.lanes.count() < R::CONCURRENCY {
            match std::mem::replace(&mut self.upstream, State::End) {
                State::End => return,
                State::Idle(mut upstream) => {
                    self.upstream = State::Waiting(Task::begin(async move {
                        let found = upstream.next().await;
                        (upstream, found)
                    }));
                }
                State::Waiting(mut waiting) => match waiting.poll(context) {
                    Poll::Pending => {
                        self.upstream = State::Waiting(waiting);
                        return;
                    }
                    Poll::Ready((_, Ok(None))) => return,
                    Poll::Ready((upstream, Ok(Some(partition)))) => {
                        self.upstream = State::Idle(upstream);
                        // A name that cannot be written is no reason not to read.
                        let name = serde_json::to_string(&partition);
                        let name = name.unwrap_or_else(|_| format!("{partition:?}"));
                        self.lanes.push(name, self.resource.open(partition));
                    }
                    Poll::Ready((upstream, Err(error))) => {
                        if !error.is_final() {
                            self.upstream = State::Idle(upstream);
                        }
                        self.lanes.push_failure(error);
                    }
                },
            }
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Batch<Record<R>>>, Error>> {
        loop {
            self.fill(context);
            let stats = self.resource.session().stats();
            match std::task::ready!(self.lanes.poll(context)) {
                None if matches!(self.upstream, State::End) => return Poll::Ready(Ok(None)),
                None => return Poll::Pending,
                Some(Turn::Page(page)) => return Poll::Ready(Ok(Some(page))),
                Some(Turn::End) => stats.partitions.add(1),
                Some(Turn::Failed(Some(name), error)) if error.kind() == Kind::Skipped => {
                    tracing::info!(partition = name, %error, "left out");
                    stats.partitions_skipped.add(1);
                    stats.leave_out(Record::<R>::RESOURCE);
                }
                Some(Turn::Failed(name, mut error)) => {
                    if let Some(name) = name {
                        stats.partitions_failed.add(1);
                        error = error.remark(format_args!("partition {name}"));
                    }
                    if error.is_final() {
                        self.upstream = State::End;
                        self.lanes.clear();
                    }
                    return Poll::Ready(Err(error));
                }
            }
        }
    }
}

type Record<R> = <<R as Partitioned>::Source as Source>::Record;

impl<R: Partitioned, U: Upstream<Partition = R::Partition>> Source for Partitions<R, U> {
    type Record = Record<R>;

    async fn next(&mut self) -> Result<Option<Batch<Record<R>>>, Error> {
        poll_fn(|context| self.poll(context)).await
    }
}
