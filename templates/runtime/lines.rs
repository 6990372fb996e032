//! JSON lines: one JSON text on each line; blank lines are skipped.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::decode::{excerpt, text};
use super::error::{Error, Kind};

/// The lines of files as one JSON list; none where all are blank.
pub fn json(files: &[impl AsRef<[u8]>]) -> Result<Option<Cow<'static, str>>, Error> {
    let mut list = String::new();
    for file in files {
        let Some(text) = text(file.as_ref())? else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() {
                continue;
            }
            // Each on its own: two halves of a torn line could make one value together.
            let value: &RawValue = serde_json::from_str(line).map_err(|error| {
                let text = format!("line {} is not JSON but {}", number + 1, excerpt(line));
                Error::new(Kind::Decode, text).because(error)
            })?;
            list.push(if list.is_empty() { '[' } else { ',' });
            list.push_str(value.get());
        }
    }
    if list.is_empty() {
        return Ok(None);
    }
    list.push(']');
    Ok(Some(Cow::Owned(list)))
}
