//! `parent`: resources that are read for each record of another.

use crate::read::{spec_map, spec_words};
use crate::source::{Spanned, Text};

spec_map! {
    /// The resource whose records say what to read: one stream of pages for each of them. A text alone is its name.
    pub struct Parent shorthand(resource) {
        /// Name of the resource.
        required resource: Text,
        /// A condition over `parent`; nothing is read for records for which it does not hold.
        optional when: Text,
        /// Records that share one stream of pages: `parent.X` is then a list of their values.
        optional batch: Spanned<u64>,
        /// A record without a value that the requests need; left out and counted when absent.
        optional on_null: Spanned<OnNull>,
    }
}

spec_words! {
    /// What becomes of a parent without a value that the requests need.
    pub enum OnNull {
        /// Nothing is read for it, and that is counted.
        Skip = "skip",
        /// The resource fails.
        Fail = "fail",
    }
}
