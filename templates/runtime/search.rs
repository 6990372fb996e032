//! Regular expressions in texts.

use regex_lite::Regex;

/// What the first group of the expression matches, or all that it matches if it has no groups.
pub fn first(text: &str, pattern: &str) -> Option<String> {
    let found = Regex::new(pattern).ok()?.captures(text)?;
    let group = usize::from(found.len() > 1);
    found.get(group).map(|part| part.as_str().to_owned())
}
