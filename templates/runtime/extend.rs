//! What a module of one's own says in place of what the spec of a resource would say.
//!
//! ```ignore
//! pub struct Extension;
//!
//! impl Extend for Extension {
//!     type Record = Order;
//!
//!     fn record(mut record: Order) -> Option<Order> {
//!         record.note = record.note.map(|note| note.trim().to_owned());
//!         Some(record)
//!     }
//! }
//! ```

use std::borrow::Cow;

use super::decode;
use super::error::Error;
use super::record::Record;
use super::send::Answer;

/// Code of one's own for a resource: what is implemented replaces what the spec says.
pub trait Extend {
    /// A record of the resource.
    type Record: Record;

    /// The body as JSON, of at most `limit` bytes where it is unpacked; none where it is blank.
    ///
    /// # Errors
    /// It cannot be read.
    fn json(body: &[u8], _limit: usize) -> Result<Option<Cow<'_, str>>, Error> {
        Ok(decode::text(body)?.map(Cow::Borrowed))
    }

    /// The record as it is delivered; none where it is left out.
    fn record(record: Self::Record) -> Option<Self::Record> {
        Some(record)
    }

    /// The URL of the page after this one, whole or relative to it; none at the end.
    ///
    /// # Errors
    /// It cannot be told.
    fn next(_page: &Answer) -> Result<Option<String>, Error> {
        Ok(None)
    }
}
