//! Whether a key came twice among rows that are staged, so that only then one row of each key has to be looked for.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

/// Keys that are told apart. What is kept of them is some 20 bytes each.
const MOST: usize = 1 << 20;

/// The keys of the rows since the last commit.
#[derive(Debug, Default)]
pub(super) struct SeenKeys {
    random: RandomState,
    hashes: HashSet<u64>,
    may_repeat: bool,
}

impl SeenKeys {
    /// Takes the key of a row: its values, each as bytes.
    pub fn add<'v>(&mut self, key: impl Iterator<Item = &'v [u8]>) {
        if self.may_repeat {
            return;
        }
        let mut hasher = self.random.build_hasher();
        key.for_each(|value| value.hash(&mut hasher));
        let is_new = self.hashes.insert(hasher.finish());
        if !is_new || self.hashes.len() > MOST {
            self.hashes = HashSet::new();
            self.may_repeat = true;
        }
    }

    /// Whether a key may have come twice. It has not where this says so; there may be too many keys to know.
    pub fn may_repeat(&self) -> bool {
        self.may_repeat
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.hashes.clear();
        self.may_repeat = false;
    }
}
