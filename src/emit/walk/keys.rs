//! Private keys that nobody uses: a connector that signs tokens needs one in its tests.

use crate::model::KeyKind;

/// A key of a kind: PKCS#8 in base64, as PEM has it between its first and its last line.
pub fn sample(kind: KeyKind) -> String {
    let lines = match kind {
        KeyKind::Secret => "a2V5IG9mIHRoZSB0ZXN0cw==",
        KeyKind::Rsa => include_str!("keys/rsa.txt"),
        KeyKind::P256 => include_str!("keys/p256.txt"),
        KeyKind::P384 => include_str!("keys/p384.txt"),
    };
    lines.lines().collect()
}
