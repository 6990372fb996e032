//! Sizes of specs: bytes, or a number with a unit.

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::Text;

/// The longest body that a connector reads unless its user says otherwise: 1 GiB.
const MAX: u64 = 1 << 30;

const UNITS: [(&str, u64); 7] = [
    ("B", 1),
    ("kB", 1000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// Reads a number of bytes, of at most 1 GiB; `None` when it is none, which is recorded.
pub fn size(text: &Text, sink: &mut Sink) -> Option<u64> {
    match read(&text.value) {
        Ok(size) => Some(size),
        Err(problem) => {
            let message = format!("`{}` {problem}", text.value.escape_debug());
            sink.push(
                Diagnostic::new(Code::OutOfRange, text.span, message)
                    .help("write a size of at most 1 GiB, as `64 MiB`, `500 MB` or `1000000`"),
            );
            None
        }
    }
}

fn read(text: &str) -> Result<u64, &'static str> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit());
    let (digits, unit) = text
        .split_at_checked(end.unwrap_or(text.len()))
        .unwrap_or((text, ""));
    let unit = unit.trim_start();
    let factor = UNITS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(unit));
    let factor = match factor {
        Some((_, factor)) => *factor,
        None if unit.is_empty() => 1,
        None => return Err("is not a size"),
    };
    if digits.is_empty() {
        return Err("is not a size");
    }
    let size = digits
        .parse()
        .ok()
        .and_then(|number: u64| number.checked_mul(factor));
    match size {
        Some(0) => Err("is no size at all"),
        Some(size) if size <= MAX => Ok(size),
        _ => Err("is larger than a connector reads"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_numbers_with_a_unit_are_sizes() {
        for (text, size) in [
            ("1000", 1000),
            ("5 B", 5),
            ("2kB", 2000),
            ("64MiB", 64 << 20),
            ("64 mib", 64 << 20),
            ("1 GiB", 1 << 30),
        ] {
            assert_eq!(read(text), Ok(size), "{text}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "0",
            "0 MB",
            "-5",
            "MB",
            "1.5 MB",
            "5 M",
            "2 GiB",
            "99999999999999999999",
            "20000000000 GB",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
