//! Parts of texts that a pattern picks out.

use regex_lite::Regex;

/// What the first group of a regular expression matches in a text, or the whole of it where it has no group.
pub fn capture<'t>(text: Option<&'t str>, pattern: &str) -> Option<&'t str> {
    let captures = Regex::new(pattern).ok()?.captures(text?)?;
    let found = captures.get(1).or_else(|| captures.get(0))?;
    Some(found.as_str())
}
