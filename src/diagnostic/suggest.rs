//! "Did you mean".

/// The candidate that was most likely meant by `given`: the same but for case, `-` and the order of its words, or few
/// edits away. The first one wins among equals.
#[must_use]
pub fn nearest<'c>(given: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // Longer texts are no slips of the pen, and the distance is quadratic.
    const LONGEST: usize = 64;
    if given.is_empty() || given.len() > LONGEST {
        return None;
    }
    let wanted = normal(given);
    let allowed = (wanted.chars().count() / 3).max(1);
    let words = sorted_words(&wanted);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let normal = normal(candidate);
            let distance = if normal == wanted {
                0
            } else if sorted_words(&normal) == words {
                1
            } else {
                strsim::osa_distance(&normal, &wanted)
            };
            (distance <= allowed).then_some((distance, candidate))
        })
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

fn normal(name: &str) -> String {
    name.trim().to_lowercase().replace(['-', ' '], "_")
}

fn sorted_words(name: &str) -> Vec<&str> {
    let mut words: Vec<&str> = name.split('_').collect();
    words.sort_unstable();
    words
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_of_the_pen_find_the_name_that_was_meant() {
        let keys = ["primary_key", "endpoint", "limit", "offset_param", "oauth2"];
        assert_eq!(nearest("primry_key", keys), Some("primary_key"));
        assert_eq!(nearest("Endpoint", keys), Some("endpoint"));
        assert_eq!(nearest("param_offset", keys), Some("offset_param"));
        assert_eq!(nearest("primary-key", keys), Some("primary_key"));
        assert_eq!(nearest("oath2", keys), Some("oauth2"));
    }

    #[test]
    fn other_words_find_nothing() {
        assert_eq!(nearest("frequency", ["limit", "param"]), None);
        assert_eq!(nearest("", ["a"]), None);
        assert_eq!(nearest("b", ["xyz"]), None);
        assert_eq!(nearest(&"l".repeat(10_000), ["limit"]), None);
    }
}
