//! What an API sends for a record: the record itself, or what the record is made from.

use serde::de::DeserializeOwned;

use super::record::Record;

/// What an API sends for one record of the endpoint `E`.
pub trait Wire<E: ?Sized>: DeserializeOwned + Send + Sync + 'static {
    /// The record.
    type Record: Record;

    /// Whether a key of the API's JSON is expected; others are counted, unless the record keeps them.
    fn declares(key: &str) -> bool;

    /// The record; none where it is left out.
    fn record(self, endpoint: &E) -> Option<Self::Record>;
}

impl<R: Record, E: ?Sized> Wire<E> for R {
    type Record = R;

    fn declares(key: &str) -> bool {
        R::COLUMNS.iter().any(|column| column.field == key) || R::DROPPED.contains(&key)
    }

    fn record(self, _endpoint: &E) -> Option<R> {
        Some(self)
    }
}
