//! Letters have blanks around them, and some are empty.

use crate::resources::letters::Letter;
use crate::runtime::extend::Extend;

/// Trims letters.
pub struct Extension;

impl Extend for Extension {
    type Record = Letter;

    fn record(mut letter: Letter) -> Option<Letter> {
        letter.text = String::from(letter.text.trim());
        (!letter.text.is_empty()).then_some(letter)
    }
}
