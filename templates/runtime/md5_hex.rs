//! MD5 of texts.

use std::fmt::Write;

use md5::{Digest, Md5};

/// The digest in hexadecimal digits.
pub fn of(text: &str) -> String {
    let mut digits = String::new();
    for byte in Md5::digest(text) {
        // Writing to a `String` cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
