//! SHA-256 of texts.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The digest in hexadecimal digits.
pub fn of(text: &str) -> String {
    let mut digits = String::new();
    for byte in Sha256::digest(text) {
        // Writing to a `String` cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
