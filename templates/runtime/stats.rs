//! Counters of a client and all its streams.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Its value now.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }

    pub(super) fn add(&self, number: usize) {
        self.0.fetch_add(number as u64, Relaxed);
    }
}

/// What was read so far.
#[derive(Debug, Default)]
pub struct Stats {
    /// Requests, those for tokens and redirects included.
    pub requests: Counter,
    /// Requests that were sent again.
    pub retries: Counter,
    /// Milliseconds that requests waited, for limits of the API and before they were sent again, added up.
    pub waited: Counter,
    /// Bytes of bodies, decompressed.
    pub bytes: Counter,
    /// Pages.
    pub pages: Counter,
    /// Records delivered.
    pub records: Counter,
    /// Records left out because they are not of the declared type.
    pub skipped: Counter,
    /// Records left out because nobody wants them.
    pub filtered: Counter,
    /// Partitions that were read to their end.
    pub partitions: Counter,
    /// Partitions that were left out: their parent has no value to ask with, or the API's answer said so.
    pub partitions_skipped: Counter,
    /// Partitions that failed.
    pub partitions_failed: Counter,
    unknown: Mutex<BTreeMap<&'static str, BTreeSet<String>>>,
    incomplete: Mutex<BTreeSet<&'static str>>,
}

impl Stats {
    /// Fields that the API sends and no type declares, by resource: at most 100 each, seen in first records of pages.
    pub fn unknown_fields(&self) -> BTreeMap<&'static str, BTreeSet<String>> {
        self.unknown
            .lock()
            .map(|unknown| unknown.clone())
            .unwrap_or_default()
    }

    /// Whether nothing that the API has of a resource was left out so far: no record that is not of the declared type, no
    /// partition by what the API answered, and nothing of those that it is read for by the command line.
    pub fn is_complete(&self, resource: &str) -> bool {
        let incomplete = self.incomplete.lock();
        incomplete.is_ok_and(|incomplete| !incomplete.contains(resource))
    }

    pub(super) fn leave_out(&self, resource: &'static str) {
        if let Ok(mut incomplete) = self.incomplete.lock() {
            incomplete.insert(resource);
        }
    }

    pub(super) fn unknown(&self, resource: &'static str, field: String) {
        let Ok(mut unknown) = self.unknown.lock() else {
            return;
        };
        let fields = unknown.entry(resource).or_default();
        if fields.len() < 100 {
            fields.insert(field);
        }
    }
}
