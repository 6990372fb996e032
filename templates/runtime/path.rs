//! Values in paths.

use std::fmt::{Display, Write};

use super::error::{Error, Kind};
use super::request::{Param, Request};

impl Request {
    /// Adds a segment to the path; none where the value is absent.
    ///
    /// # Errors
    /// As for [`segment`].
    pub fn append<P: Param>(&mut self, value: P) -> Result<(), Error> {
        for text in self.texts(&value) {
            let mut added = segment(text)?;
            let end = self.target.find(['?', '#']).unwrap_or(self.target.len());
            if !self
                .target
                .get(..end)
                .is_some_and(|path| path.ends_with('/'))
            {
                added.insert(0, '/');
            }
            self.target.insert_str(end, &added);
        }
        Ok(())
    }
}

/// A value as one segment of a path: everything that could end or leave it is percent-encoded.
///
/// # Errors
/// The empty text, `.` and `..` are no segments.
pub fn segment(value: impl Display) -> Result<String, Error> {
    let text = value.to_string();
    if matches!(text.as_str(), "" | "." | "..") {
        return Err(Error::new(
            Kind::Value,
            format!("`{text}` cannot stand in a path"),
        ));
    }
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    Ok(encoded)
}
