//! Parts of texts and lists, counted from the start or, where negative, from the end.

use std::ops::Range;

/// The characters from one to before another.
pub fn text(text: &str, from: i64, to: Option<i64>) -> String {
    let range = range(text.chars().count(), from, to);
    text.chars().skip(range.start).take(range.len()).collect()
}

/// One character.
pub fn character(text: &str, index: i64) -> Option<String> {
    let at = place(text.chars().count(), index)?;
    text.chars().nth(at).map(String::from)
}

/// The items from one to before another.
pub fn list<T: Clone>(items: &[T], from: i64, to: Option<i64>) -> Vec<T> {
    items
        .get(range(items.len(), from, to))
        .unwrap_or_default()
        .to_vec()
}

/// One item.
pub fn item<T>(items: &[T], index: i64) -> Option<&T> {
    items.get(place(items.len(), index)?)
}

fn range(length: usize, from: i64, to: Option<i64>) -> Range<usize> {
    let bound = |index: i64| {
        let distance = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
        if index < 0 {
            length.saturating_sub(distance)
        } else {
            distance.min(length)
        }
    };
    let from = bound(from);
    from..to.map_or(length, bound).max(from)
}

fn place(length: usize, index: i64) -> Option<usize> {
    let distance = usize::try_from(index.unsigned_abs()).ok()?;
    if index < 0 {
        length.checked_sub(distance)
    } else {
        Some(distance)
    }
}
