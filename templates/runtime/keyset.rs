//! Paging by the key of the last record.

use std::fmt::Display;

use super::endpoint::{Endpoint, Turn};
use super::error::{Error, Kind};

/// How the API sorts by the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyOrder {
    /// Rising.
    Rising,
    /// Falling.
    Falling,
    /// In a way that only the API knows, as with texts.
    Unknown,
}

impl KeyOrder {
    /// Whether `b` may come behind `a`, as another key if `strictly`.
    fn holds<K: Ord>(self, a: &K, b: &K, strictly: bool) -> bool {
        match self {
            _ if a == b => !strictly,
            Self::Rising => a < b,
            Self::Falling => a > b,
            Self::Unknown => true,
        }
    }

    /// The position after a page where the API sends what is behind the key: none after an empty page.
    pub fn next<E: Endpoint<Position = Option<K>>, K: Ord + Clone + Display>(
        self,
        turn: &Turn<'_, '_, E>,
        key: impl Fn(&E::Wire) -> K,
    ) -> Result<Option<Option<K>>, Error> {
        turn.last()?;
        let keys = turn.sent.iter().map(key);
        let last = self.last(turn.position.as_ref(), keys, true)?;
        Ok(last.map(Some))
    }

    /// The last key of records behind those of `before`.
    fn last<K: Ord + Clone + Display>(
        self,
        before: Option<&K>,
        keys: impl Iterator<Item = K>,
        strictly: bool,
    ) -> Result<Option<K>, Error> {
        let mut last: Option<K> = None;
        for key in keys {
            let (known, strictly) = match &last {
                Some(last) => (Some(last), false),
                None => (before, strictly),
            };
            if let Some(known) = known.filter(|known| !self.holds(*known, &key, strictly)) {
                let text = format!("the key `{key}` does not come behind `{known}`");
                return Err(Error::new(Kind::Paging, text));
            }
            last = Some(key);
        }
        Ok(last)
    }
}

/// Where the pages before ended: the last key, and the records that have it.
#[derive(Debug, Clone)]
pub struct KeyEdge<K, R> {
    /// The key.
    pub key: K,
    /// Whether it is another one than that of the page before.
    pub moved: bool,
    records: Vec<R>,
}

impl<K: Ord + Clone + Display, R: Clone + PartialEq> KeyEdge<K, R> {
    /// Takes out the records that were delivered before.
    pub fn drop_seen(&self, records: &mut Vec<R>) {
        let mut seen: Vec<&R> = self.records.iter().collect();
        records.retain(
            |record| match seen.iter().position(|known| *known == record) {
                Some(at) => {
                    seen.swap_remove(at);
                    false
                }
                None => true,
            },
        );
    }

    /// The position after a page where the API sends the key's own records again: none after a page that has nothing
    /// new.
    pub fn next<E: Endpoint<Wire = R, Position = Option<Self>>>(
        turn: &Turn<'_, '_, E>,
        key: impl Fn(&R) -> K,
        order: KeyOrder,
        limit: u64,
    ) -> Result<Option<Option<Self>>, Error> {
        turn.last()?;
        let before = turn.position.as_ref();
        let known = before.map(|edge| &edge.key);
        let Some(last) = order.last(known, turn.sent.iter().map(&key), false)? else {
            if let Some(known) = known.filter(|_| turn.size >= limit) {
                let text = format!(
                    "{limit} records or more have the key `{known}`: what is behind cannot be reached"
                );
                return Err(Error::new(Kind::Paging, text));
            }
            return Ok(None);
        };
        let same = before.filter(|edge| edge.key == last);
        let (moved, mut records) = (same.is_none(), Vec::new());
        records.extend(same.iter().flat_map(|edge| &edge.records).cloned());
        let own = turn.sent.iter().filter(|record| key(record) == last);
        records.extend(own.cloned());
        let key = last;
        Ok(Some(Some(Self {
            key,
            moved,
            records,
        })))
    }
}
