//! A destination whose client waits for the thread that it is called on: it is not called on one that drives requests.

use std::thread;

use tokio::runtime::Handle;

use super::destination::{Commit, Destination, Found, Load, Table};
use super::error::{Error, Kind};
use super::load::Rows;

/// A destination that can be used and dropped on any thread.
pub(super) struct Aside<D: Destination>(Option<D>);

impl<D: Destination> Aside<D> {
    /// # Errors
    /// What opening says.
    pub fn open(open: impl FnOnce() -> Result<D, Error> + Send) -> Result<Self, Error> {
        aside(open)?.map(|destination| Self(Some(destination)))
    }

    fn call<T: Send>(
        &mut self,
        work: impl FnOnce(&mut D) -> Result<T, Error> + Send,
    ) -> Result<T, Error> {
        let Some(destination) = &mut self.0 else {
            return Err(gone());
        };
        aside(|| work(destination))?
    }
}

/// Does something here, or beside a thread that drives requests.
fn aside<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Error> {
    if Handle::try_current().is_err() {
        return Ok(work());
    }
    let done = thread::scope(|scope| scope.spawn(work).join());
    done.map_err(|_| gone())
}

fn gone() -> Error {
    Error::new(Kind::Load, "the destination is gone")
}

impl<D: Destination> Drop for Aside<D> {
    fn drop(&mut self) {
        let destination = self.0.take();
        // There is nobody to tell, and nothing that could fail.
        let _dropped = aside(|| drop(destination));
    }
}

impl<D: Destination> Destination for Aside<D> {
    fn look(&mut self, table: &Table) -> Result<Found, Error> {
        self.call(|destination| destination.look(table))
    }

    fn begin(&mut self, table: &Table, load: Load) -> Result<(), Error> {
        self.call(|destination| destination.begin(table, load))
    }

    fn write(&mut self, table: &Table, rows: &dyn Rows) -> Result<(), Error> {
        self.call(|destination| destination.write(table, rows))
    }

    fn commit(&mut self, table: &Table, commit: Commit<'_>) -> Result<(), Error> {
        self.call(|destination| destination.commit(table, commit))
    }

    fn rollback(&mut self, table: &Table) -> Result<(), Error> {
        self.call(|destination| destination.rollback(table))
    }

    fn forget(&mut self, table: &Table) -> Result<(), Error> {
        self.call(|destination| destination.forget(table))
    }
}
