//! Runs a destination on a thread of its own, so that records are read while others are written.

use std::sync::Arc;
use std::thread;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, oneshot};

use super::destination::{Commit, Destination, Load, Table};
use super::error::{Error, Kind};
use super::load::Rows;

/// Orders that wait while one is carried out.
const WAITING: usize = 2;

/// Gives orders to a destination; it ends with the last of its clones.
#[derive(Clone)]
pub struct Loader(mpsc::Sender<Order>);

struct Order {
    table: &'static Table,
    what: What,
    outcome: oneshot::Sender<Result<(), Error>>,
}

enum What {
    Begin(Load),
    Write(Vec<Arc<dyn Rows>>),
    Commit { state: Option<String>, whole: bool },
    Rollback,
}

/// What an order will have come to.
pub struct Pending(oneshot::Receiver<Result<(), Error>>);

impl Pending {
    /// Waits until it is carried out.
    pub async fn done(self) -> Result<(), Error> {
        self.0.await.unwrap_or_else(|_| Err(gone()))
    }
}

impl Loader {
    /// Starts the thread.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(
        mut destination: Box<dyn Destination>,
    ) -> std::io::Result<(Self, thread::JoinHandle<()>)> {
        let (sender, mut orders) = mpsc::channel::<Order>(WAITING);
        let thread = thread::Builder::new().name("loader".to_owned());
        let thread = thread.spawn(move || {
            let mut last = Timestamp::UNIX_EPOCH;
            while let Some(order) = orders.blocking_recv() {
                let outcome = carry_out(&mut *destination, order.table, order.what, &mut last);
                // Who does not wait does not want to know.
                let _unwanted = order.outcome.send(outcome);
            }
        })?;
        Ok((Self(sender), thread))
    }

    async fn order(&self, table: &'static Table, what: What) -> Pending {
        let (outcome, pending) = oneshot::channel();
        let order = Order {
            table,
            what,
            outcome,
        };
        // A thread that is gone drops the order, and whoever waits for it sees that.
        let _sent = self.0.send(order).await;
        Pending(pending)
    }

    /// Begins to load a table.
    pub async fn begin(&self, table: &'static Table, load: Load) -> Result<(), Error> {
        self.order(table, What::Begin(load)).await.done().await
    }

    /// Gives rows, and does not wait for them to be written.
    pub async fn write(&self, table: &'static Table, rows: Vec<Arc<dyn Rows>>) -> Pending {
        self.order(table, What::Write(rows)).await
    }

    /// Commits the rows that were given.
    pub async fn commit(
        &self,
        table: &'static Table,
        state: Option<String>,
        whole: bool,
    ) -> Result<(), Error> {
        let what = What::Commit { state, whole };
        self.order(table, what).await.done().await
    }

    /// Drops the rows that are not committed.
    pub async fn rollback(&self, table: &'static Table) -> Result<(), Error> {
        self.order(table, What::Rollback).await.done().await
    }
}

fn carry_out(
    destination: &mut dyn Destination,
    table: &Table,
    what: What,
    last: &mut Timestamp,
) -> Result<(), Error> {
    match what {
        What::Begin(load) => destination.begin(table, load),
        What::Write(batches) => {
            let mut batches = batches.iter();
            batches.try_for_each(|rows| destination.write(table, &**rows))
        }
        What::Commit { state, whole } => {
            // Clocks may stand still or go back.
            let later = *last + SignedDuration::from_micros(1);
            *last = Timestamp::now().max(later);
            let commit = Commit {
                state: state.as_deref(),
                at: *last,
                whole,
            };
            destination.commit(table, commit)
        }
        What::Rollback => destination.rollback(table),
    }
}

fn gone() -> Error {
    Error::new(Kind::Load, "the destination is gone")
}
