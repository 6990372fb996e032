//! The failures of one resource, as a command tells them.

use std::cell::Cell;

use super::error::Error;
use super::progress::say;

/// Failures that are told one by one.
const TOLD: u64 = 20;

/// The failures of a resource.
pub(super) struct Failures {
    name: &'static str,
    count: Cell<u64>,
}

impl Failures {
    /// None so far.
    pub fn new(name: &'static str) -> Self {
        let count = Cell::new(0);
        Self { name, count }
    }

    /// Tells of one, unless there were many.
    pub fn tell(&self, error: &Error) {
        self.count.set(self.count.get() + 1);
        if self.count.get() <= TOLD {
            say(&format!("error: {}: {error}", self.name));
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count.get()
    }

    /// Says how many there were, where not all were told, and gives their number.
    pub fn end(self) -> u64 {
        let count = self.count.get();
        if count > TOLD {
            say(&format!("error: {}: {count} failures in all", self.name));
        }
        count
    }
}
