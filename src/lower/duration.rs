//! Durations of specs: seconds, or ISO 8601.

use std::time::Duration;

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::Text;

/// The longest time that makes sense between two requests.
const MAX: Duration = Duration::from_secs(7 * 24 * 3600);

/// Reads a duration; `None` when it is none, which is recorded.
pub fn duration(text: &Text, sink: &mut Sink) -> Option<Duration> {
    match read(&text.value) {
        Ok(duration) => Some(duration),
        Err(message) => {
            sink.push(
                Diagnostic::new(Code::InvalidDuration, text.span, format!("`{}` {message}", text.value))
                    .help("write seconds, as `30` or `0.5`, or an ISO 8601 duration, as `PT30S` or `PT5M`"),
            );
            None
        }
    }
}

fn read(text: &str) -> Result<Duration, &'static str> {
    let text = text.trim();
    let duration = match text.parse::<f64>() {
        Ok(seconds)
            if seconds.is_finite()
                && text.starts_with(|first: char| {
                    first.is_ascii_digit() || first == '-' || first == '.'
                }) =>
        {
            if seconds < 0.0 {
                return Err("is negative");
            }
            Duration::try_from_secs_f64(seconds).map_err(|_| "is too long")?
        }
        _ if text.starts_with(['P', 'p', '-']) => {
            let span: jiff::Span = text.parse().map_err(|_| "is not a duration")?;
            let signed = span
                .to_duration(jiff::SpanRelativeTo::days_are_24_hours())
                .map_err(|_| "has months or years, which differ in length")?;
            Duration::try_from(signed).map_err(|_| "is negative")?
        }
        _ => return Err("is not a duration"),
    };
    if duration.is_zero() {
        return Err("is no time at all");
    }
    if duration > MAX {
        Err("is longer than a week")
    } else {
        Ok(duration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_iso_8601_are_durations() {
        for (text, millis) in [
            ("30", 30_000),
            ("0.5", 500),
            ("PT30S", 30_000),
            ("PT1M", 60_000),
            ("P1D", 86_400_000),
            ("PT0.25S", 250),
        ] {
            assert_eq!(read(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "", "0", "PT0S", "-5", "-PT5S", "30s", "P1M", "P8D", "soon", "NaN", "inf", "1e30",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
