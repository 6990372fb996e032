//! Names and values of HTTP headers.

/// Whether a text can be the name of a header (RFC 9110, a token).
#[must_use]
pub fn is_header_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// The first character that may not stand in the value of a header, and its offset: controls but for the tab, and
/// anything beyond ASCII, which servers read in different ways.
#[must_use]
pub fn forbidden_in_value(value: &str) -> Option<(usize, char)> {
    value
        .char_indices()
        .find(|(_, c)| (c.is_control() && *c != '\t') || !c.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tokens() {
        for good in ["Authorization", "X-Api-Key", "x_y"] {
            assert!(is_header_name(good), "{good}");
        }
        for wrong in ["", "X Key", "a:b", "ü", "a\r\nb", "a/b"] {
            assert!(!is_header_name(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn values_have_no_line_breaks() {
        assert_eq!(forbidden_in_value("application/json; q=0.5\t"), None);
        assert_eq!(forbidden_in_value("a\r\nb"), Some((1, '\r')));
        assert_eq!(forbidden_in_value("aü"), Some((1, 'ü')));
    }
}
