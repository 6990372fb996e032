//! Waits that a response asks for.

use std::time::Duration;

use super::Cx;
use super::param::header_name;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{HeaderPart, WaitUnit};
use crate::source::{Spanned, Text};
use crate::spec;

/// The longest wait that a response may ask for unless the spec says otherwise.
pub const LONGEST: Duration = Duration::from_secs(300);

/// A value in a header; `code` is for a pattern that is none.
pub(super) fn header(
    header: &Text,
    pattern: Option<&Text>,
    code: Code,
    cx: &mut Cx<'_>,
) -> Option<HeaderPart> {
    header_name(header, cx);
    if let Some(pattern) = pattern
        && let Err(error) = regex_lite::Regex::new(&pattern.value)
    {
        let message = format!("this is not a regular expression: {error}");
        cx.sink.push(
            Diagnostic::new(code, pattern.span, message)
                .help("the syntax is that of the Rust crate `regex-lite`, as `t=([0-9]+)`"),
        );
        return None;
    }
    Some(HeaderPart {
        name: header.value.to_ascii_lowercase(),
        pattern: pattern.map(|pattern| pattern.value.clone()),
    })
}

/// The unit of a time: seconds when absent.
pub(super) fn unit(unit: Option<&Spanned<spec::WaitUnit>>) -> WaitUnit {
    match unit.map_or(spec::WaitUnit::Seconds, |unit| unit.value) {
        spec::WaitUnit::Seconds => WaitUnit::Seconds,
        spec::WaitUnit::Milliseconds => WaitUnit::Milliseconds,
        spec::WaitUnit::Epoch => WaitUnit::Epoch,
        spec::WaitUnit::EpochMillis => WaitUnit::EpochMillis,
        spec::WaitUnit::Date => WaitUnit::Date,
        spec::WaitUnit::Duration => WaitUnit::Duration,
    }
}
