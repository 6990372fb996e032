//! Texts as base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A text in base64.
pub fn encode(text: &str) -> String {
    STANDARD.encode(text)
}

/// The text that is written in base64; nothing where it is none.
pub fn decode(text: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(text).ok()?).ok()
}
