//! Notices that an API sends the same again and again; eight bytes are kept per page.

use std::collections::HashSet;

use serde_json::value::RawValue;

use super::error::{Error, Kind};

#[derive(Default)]
pub(super) struct Seen {
    digests: HashSet<u64>,
    last: Option<u64>,
}

impl Seen {
    /// Whether a page has the records of the one before; those of an older one are an error.
    pub(super) fn repeats(&mut self, pieces: &[&RawValue]) -> Result<bool, Error> {
        let digest = pieces
            .iter()
            .fold(0, |seed, piece| digest(seed, piece.get().as_bytes()));
        let repeated = self.last.replace(digest) == Some(digest);
        if self.digests.insert(digest) || repeated {
            return Ok(repeated);
        }
        Err(Error::new(
            Kind::Paging,
            "the same records as on an earlier page: the API goes in a circle",
        ))
    }

    /// Remembers where the stream has been.
    pub(super) fn visit(&mut self, mark: &str) -> bool {
        self.digests.insert(digest(0, mark.as_bytes()))
    }

    /// A cursor or link that leads to where the stream has been is an error.
    pub(super) fn check(&mut self, mark: &str) -> Result<(), Error> {
        if self.visit(mark) {
            return Ok(());
        }
        // The query of a link may hold secrets, a cursor does not.
        let shown = if mark.contains("://") {
            mark.split('?').next().unwrap_or_default()
        } else {
            mark
        };
        Err(Error::new(
            Kind::Paging,
            format!("the next page is `{shown}`, which was read before"),
        ))
    }
}

/// 64 bits that differ for different bytes: folded multiplication, 16 bytes at a time.
fn digest(seed: u64, bytes: &[u8]) -> u64 {
    let (chunks, rest) = bytes.as_chunks::<16>();
    let mut last = [0; 16];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    chunks
        .iter()
        .chain([&last])
        .fold(seed ^ bytes.len() as u64, |state, chunk| {
            let word = |half: &[u8]| {
                half.iter()
                    .rev()
                    .fold(0, |word, byte| word << 8 | u64::from(*byte))
            };
            let (low, high) = chunk.split_at(8);
            let (low, high) = (word(low) ^ state ^ 0x9E37_79B9_7F4A_7C15)
                .carrying_mul(word(high) ^ 0xD1B5_4A32_D192_ED03, 0);
            low ^ high
        })
}
