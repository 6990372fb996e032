//! Reads a resource once for all that is read for each of its records, however deep they hang on one another.
//!
//! All of a tree is read at the same time. A parent hands over the partitions that its records make, and waits while a
//! child has as many of them as it can take.

use std::sync::Arc;

use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::error::{Error, Kind};
use super::parents::{Child, Queue};
use super::partitions::{Partitions, Upstream};
use super::plan::{Page, Plan, Read, Reader, Reading};
use super::record::{Column, Record};
use super::session::BoxFuture;
use super::source::Source;

/// The resources that are read for each record of another.
pub struct Children<P: Record> {
    intakes: Vec<Box<dyn Intake<P>>>,
    readings: Vec<Reading>,
}

impl<P: Record> Default for Children<P> {
    fn default() -> Self {
        Self {
            intakes: Vec::new(),
            readings: Vec::new(),
        }
    }
}

impl<P: Record> Children<P> {
    /// Reads a child too, if it or one of its own children is chosen.
    pub fn add<C, M>(
        &mut self,
        plan: &Plan<M>,
        name: &'static str,
        child: C,
        children: Children<<C::Source as Source>::Record>,
    ) where
        C: Child<Parent = P>,
    {
        self.take_in(child, |partitions| {
            children.readings(plan, name, partitions)
        });
    }

    /// Reads a child that is chosen, apart from what is read for its own records.
    pub fn add_apart<C: Child<Parent = P>>(&mut self, name: &'static str, child: C) {
        self.take_in(child, |partitions| {
            Some(vec![Reading::written(name, partitions)])
        });
    }

    fn take_in<C: Child<Parent = P>>(
        &mut self,
        child: C,
        read: impl FnOnce(Partitions<C, Received<C::Partition>>) -> Option<Vec<Reading>>,
    ) {
        let (sender, receiver) = channel(C::CONCURRENCY);
        let partitions = Partitions::new(child.clone(), Received(receiver));
        if let Some(readings) = read(partitions) {
            let queue = Queue::new(child.clone());
            let outlet = Outlet {
                child,
                queue,
                sender,
            };
            self.intakes.push(Box::new(outlet));
            self.readings.extend(readings);
        }
    }

    /// Reads the parent at the root of the tree, if it or one of its children is chosen.
    pub fn read<S, M>(self, plan: &mut Plan<M>, name: &'static str, pages: S)
    where
        S: Source<Record = P>,
    {
        if let Some(readings) = self.readings(plan, name, pages) {
            plan.read_together(readings);
        }
    }

    fn readings<S, M>(self, plan: &Plan<M>, name: &'static str, source: S) -> Option<Vec<Reading>>
    where
        S: Source<Record = P>,
    {
        let written = plan.is_chosen(name);
        if !written && self.intakes.is_empty() {
            return None;
        }
        let parent = Parent {
            source,
            written,
            intakes: self.intakes,
            read: Arc::default(),
        };
        let reader = Box::new(parent);
        let mut readings = vec![Reading {
            name,
            written,
            reader,
        }];
        readings.extend(self.readings);
        Some(readings)
    }
}

/// Partitions that a parent hands over, and why one of them cannot be; none is the end.
struct Received<T>(Receiver<Result<Option<T>, Error>>);

impl<T: Send + 'static> Upstream for Received<T> {
    type Partition = T;

    async fn next(&mut self) -> Result<Option<T>, Error> {
        // Whoever hangs on a parent that is read no further must not take what came for all there is.
        let broken_off = || Err(Error::new(Kind::Load, "its parent was not read to the end").end());
        self.0.recv().await.unwrap_or_else(broken_off)
    }
}

/// Takes the records of a parent.
trait Intake<P>: Send {
    /// Takes records, and waits until there is room for all that they make. False where nobody takes any more.
    fn take<'a>(&'a mut self, parents: &'a [P]) -> BoxFuture<'a, bool>;

    /// Records are missing.
    fn fail<'a>(&'a mut self, error: &'a Error) -> BoxFuture<'a, ()>;

    /// There are no further records.
    fn close(&mut self) -> BoxFuture<'_, ()>;
}

struct Outlet<C: Child> {
    child: C,
    queue: Queue<C>,
    sender: Sender<Result<Option<C::Partition>, Error>>,
}

impl<C: Child> Outlet<C> {
    /// Hands over what is ready. False where nobody takes it.
    async fn send(&mut self) -> bool {
        while let Some(partition) = self.queue.pop() {
            if self.sender.send(partition.map(Some)).await.is_err() {
                return false;
            }
        }
        !self.sender.is_closed()
    }
}

impl<C: Child> Intake<C::Parent> for Outlet<C> {
    fn take<'a>(&'a mut self, parents: &'a [C::Parent]) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            for parent in parents {
                self.queue.add(parent);
                if !self.send().await {
                    return false;
                }
            }
            true
        })
    }

    fn fail<'a>(&'a mut self, error: &'a Error) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let error = error
                .clone()
                .remark(format_args!("reading `{}`", C::Parent::RESOURCE));
            // Nobody is told who does not read.
            let _unread = self.sender.send(Err(error)).await;
        })
    }

    fn close(&mut self) -> BoxFuture<'_, ()> {
        self.queue.close();
        let stats = self.child.session().stats();
        if !stats.is_complete(C::Parent::RESOURCE) {
            stats.leave_out(<C::Source as Source>::Record::RESOURCE);
        }
        Box::pin(async move {
            if self.send().await {
                // Nobody is told who does not read.
                let _unread = self.sender.send(Ok(None)).await;
            }
        })
    }
}

/// Reads a parent and hands its records to the children.
struct Parent<S: Source> {
    source: S,
    written: bool,
    intakes: Vec<Box<dyn Intake<S::Record>>>,
    /// The page that was read last: it is handed over once its records are written.
    read: Arc<Vec<S::Record>>,
}

impl<S: Source> Parent<S> {
    async fn hand_over(&mut self) {
        let read = std::mem::take(&mut self.read);
        let mut open = Vec::with_capacity(self.intakes.len());
        for mut intake in std::mem::take(&mut self.intakes) {
            if intake.take(&read).await {
                open.push(intake);
            }
        }
        self.intakes = open;
    }

    /// The records that hang on those that cannot be read are missing.
    async fn fail(&mut self, error: &Error) {
        for intake in &mut self.intakes {
            intake.fail(error).await;
        }
    }

    async fn close(&mut self) {
        for mut intake in self.intakes.drain(..) {
            intake.close().await;
        }
    }
}

impl<S: Source> Reader for Parent<S> {
    fn page(&mut self, limit: u64) -> BoxFuture<'_, Read> {
        Box::pin(async move {
            self.hand_over().await;
            let wanted = self.written || !self.intakes.is_empty();
            let read = if limit > 0 && wanted {
                self.source.next().await
            } else {
                Ok(None)
            };
            let mut batch = match read {
                Ok(Some(batch)) => batch,
                Ok(None) => {
                    self.close().await;
                    return Ok(None);
                }
                Err(error) => {
                    self.fail(&error).await;
                    return Err(error);
                }
            };
            let mut page = Page::default();
            if self.written {
                Page::cut(&mut batch, limit);
                page.rejected = batch.rejected;
                page.checkpoint = batch.checkpoint;
            }
            self.read = Arc::new(batch.records);
            if self.written {
                page.rows = Some(Arc::<Vec<_>>::clone(&self.read));
            }
            Ok(Some(page))
        })
    }

    fn columns(&self) -> &'static [Column] {
        S::Record::COLUMNS
    }
}
