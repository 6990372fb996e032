//! Notices that an API sends the same again and again; eight bytes are kept per page.

use std::collections::HashSet;

use serde_json::value::RawValue;

use super::endpoint::Endpoint;
use super::error::{Error, Kind};
use super::send::Answer;

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

    /// The next position; one whose cursor or link was seen before is an error.
    pub(super) fn follow<E: Endpoint>(
        &mut self,
        answer: &Answer,
        next: Option<E::Position>,
    ) -> Result<Option<E::Position>, Error> {
        if let Some(mark) = next.as_ref().and_then(E::mark) {
            self.digests
                .insert(digest(0, answer.url.as_str().as_bytes()));
            if !self.digests.insert(digest(0, mark.as_bytes())) {
                // The query of a link may hold secrets, a cursor does not.
                let link = mark.split_once('?').filter(|_| mark.contains("://"));
                let shown = link.map_or(mark, |(link, _)| link);
                let text = format!("the next page is `{shown}`, which was read before");
                return Err(Error::new(Kind::Paging, text));
            }
        }
        Ok(next)
    }
}

/// 64 bits that differ for different bytes: folded multiplication, 16 bytes at a time.
pub(super) fn digest(seed: u64, bytes: &[u8]) -> u64 {
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
