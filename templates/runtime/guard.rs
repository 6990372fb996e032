//! Notices that an API sends the same again and again.

use std::collections::HashSet;

use serde_json::value::RawValue;

use super::error::Error;

/// How an endless loop is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// By the records: the API is told a position and may ignore it.
    Records,
    /// By the cursors or links that the API gives.
    Marks,
    /// Not at all: there is one page.
    Off,
}

/// What was seen so far: eight bytes per page.
#[derive(Debug, Default)]
pub(super) struct Seen {
    marks: HashSet<u64>,
    last: Option<u64>,
}

impl Seen {
    /// True where a page has the records of the one before; an error where they are those of an older one.
    pub(super) fn repeats(&mut self, pieces: &[&RawValue], number: u64) -> Result<bool, Error> {
        let digest = pieces
            .iter()
            .fold(0, |seed, piece| digest(seed, piece.get().as_bytes()));
        let before = self.last.replace(digest);
        if before == Some(digest) || self.marks.insert(digest) {
            return Ok(before == Some(digest));
        }
        Err(Error::paging(format!(
            "page {number} has the records of an earlier page: the API goes in a circle"
        )))
    }

    /// Remembers a link that was followed.
    pub(super) fn visit(&mut self, mark: &str) {
        self.marks.insert(digest(0, mark.as_bytes()));
    }

    /// An error where a cursor or link was seen before.
    pub(super) fn mark(&mut self, mark: &str, number: u64) -> Result<(), Error> {
        if self.marks.insert(digest(0, mark.as_bytes())) {
            return Ok(());
        }
        // A link's query may hold secrets, a cursor does not.
        let shown = if mark.contains("://") {
            mark.split('?').next().unwrap_or_default()
        } else {
            mark
        };
        Err(Error::paging(format!(
            "page {number} leads to `{shown}`, where the stream has been before"
        )))
    }
}

/// 64 bits that differ for different bytes: folded multiplication of 16 bytes at a time.
fn digest(seed: u64, bytes: &[u8]) -> u64 {
    const ODD: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03];
    let fold = |a: u64, b: u64| {
        let (low, high) = a.carrying_mul(b, 0);
        low ^ high
    };
    let word = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .fold(0, |word, byte| word << 8 | u64::from(*byte))
    };
    let (chunks, rest) = bytes.as_chunks::<16>();
    let mut state = fold(seed ^ ODD[0], bytes.len() as u64 ^ ODD[1]);
    for chunk in chunks {
        let (low, high) = chunk.split_at(8);
        state = fold(word(low) ^ state ^ ODD[0], word(high) ^ ODD[1]);
    }
    let (low, high) = rest.split_at(rest.len().min(8));
    fold(word(low) ^ state ^ ODD[0], word(high) ^ ODD[1])
}
