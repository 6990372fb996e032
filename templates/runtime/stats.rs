//! Counters of a client and all its streams.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What was read so far. All streams of a client count here.
#[derive(Debug, Default)]
pub struct Stats {
    pub(super) requests: AtomicU64,
    pub(super) retries: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) pages: AtomicU64,
    pub(super) records: AtomicU64,
    pub(super) skipped: AtomicU64,
    unknown: Mutex<BTreeMap<&'static str, BTreeSet<String>>>,
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests sent, for tokens too, retries and redirects included.
    pub requests: u64,
    /// Requests sent again after a failure.
    pub retries: u64,
    /// Bytes of bodies, decompressed.
    pub bytes: u64,
    /// Pages read.
    pub pages: u64,
    /// Records delivered.
    pub records: u64,
    /// Records left out because they are not of the declared type.
    pub skipped: u64,
}

impl Stats {
    /// The counters now.
    pub fn counts(&self) -> Counts {
        Counts {
            requests: self.requests.load(Relaxed),
            retries: self.retries.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            pages: self.pages.load(Relaxed),
            records: self.records.load(Relaxed),
            skipped: self.skipped.load(Relaxed),
        }
    }

    /// Fields that the API sends and no type declares, by resource: at most 100 each, seen in first records of pages.
    pub fn unknown_fields(&self) -> BTreeMap<&'static str, BTreeSet<String>> {
        self.unknown
            .lock()
            .map(|unknown| unknown.clone())
            .unwrap_or_default()
    }

    pub(super) fn add(counter: &AtomicU64, number: usize) {
        counter.fetch_add(number as u64, Relaxed);
    }

    pub(super) fn unknown(&self, resource: &'static str, field: String) {
        if let Ok(mut unknown) = self.unknown.lock() {
            let fields = unknown.entry(resource).or_default();
            if fields.len() < 100 {
                fields.insert(field);
            }
        }
    }
}
