//! Patterns that configuration fields have to match.

use regex_lite::Regex;

use super::settings::Settings;

impl Settings {
    /// Checks that the whole text of a field matches a regular expression.
    pub fn matching(&mut self, field: &str, value: Option<&str>, pattern: &str) {
        let matches =
            |text| Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|regex| regex.is_match(text));
        if value.is_some_and(|text| !matches(text)) {
            self.problem(format!("`{field}` does not match `{pattern}`"));
        }
    }
}
