//! Statuses of responses: `404`, `5xx`, `500-599`.

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::model::StatusRange;
use crate::source::Text;

/// Reads one; `None` when it is none, which is recorded.
pub fn status(text: &Text, sink: &mut Sink) -> Option<StatusRange> {
    match read(&text.value) {
        Ok(range) => Some(range),
        Err(message) => {
            let message = format!("`{}` {message}", text.value.escape_debug());
            sink.push(
                Diagnostic::new(Code::InvalidErrorHandler, text.span, message)
                    .help("write a code, as `404`, a class, as `5xx`, or a range, as `500-599`"),
            );
            None
        }
    }
}

fn read(text: &str) -> Result<StatusRange, &'static str> {
    let text = text.trim();
    let code = |text: &str| {
        let digits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits {
            return Err("is not a status");
        }
        match text.parse::<u16>() {
            Ok(code) if (200..=599).contains(&code) => Ok(code),
            _ => Err("is not a status that ends a request: those are 200 to 599"),
        }
    };
    if let Some(class) = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX")) {
        return match class {
            "2" | "3" | "4" | "5" => class
                .parse::<u16>()
                .map(|class| StatusRange {
                    from: class * 100,
                    to: class * 100 + 99,
                })
                .map_err(|_| "is not a status"),
            _ => Err("is not a class of statuses: those are 2xx to 5xx"),
        };
    }
    let (from, to) = match text.split_once('-') {
        Some((from, to)) => (code(from.trim())?, code(to.trim())?),
        None => (code(text)?, code(text)?),
    };
    if from > to {
        Err("is a range that ends before it begins")
    } else {
        Ok(StatusRange { from, to })
    }
}

/// Whether every status of `inner` is in one of `ranges` (sorted and merged, see [`merged`]).
pub fn covers(ranges: &[StatusRange], inner: StatusRange) -> bool {
    ranges
        .iter()
        .any(|range| range.from <= inner.from && inner.to <= range.to)
}

/// The same statuses as few, ascending ranges.
pub fn merged(mut ranges: Vec<StatusRange>) -> Vec<StatusRange> {
    ranges.sort();
    let mut merged: Vec<StatusRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.from <= last.to.saturating_add(1) => {
                last.to = last.to.max(range.to)
            }
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: u16, to: u16) -> StatusRange {
        StatusRange { from, to }
    }

    #[test]
    fn codes_classes_and_ranges() {
        assert_eq!(read("404"), Ok(range(404, 404)));
        assert_eq!(read("5xx"), Ok(range(500, 599)));
        assert_eq!(read("500 - 503"), Ok(range(500, 503)));
        for wrong in [
            "404abc",
            "",
            "99",
            "600",
            "100",
            "1xx",
            "503-500",
            "4x",
            "-5",
            "4294967700",
            "٤٠٤",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ranges_are_merged_in_order() {
        assert_eq!(
            merged(vec![
                range(500, 599),
                range(429, 429),
                range(502, 503),
                range(428, 428)
            ]),
            [range(428, 429), range(500, 599)]
        );
        assert!(covers(&[range(500, 599)], range(502, 503)));
        assert!(!covers(&[range(500, 502)], range(502, 503)));
    }
}
