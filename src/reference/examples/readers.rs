//! Readers without a number are left out.

use crate::resources::readers::Reader;
use crate::runtime::extend::Extend;

pub struct Extension;

impl Extend for Extension {
    type Record = Reader;

    fn record(reader: Reader) -> Option<Reader> {
        (!reader.id.is_empty()).then_some(reader)
    }
}
