//! From whole numbers to floats and back.

/// The nearest float.
#[allow(clippy::cast_precision_loss, reason = "floats have no more digits")]
pub fn float(number: i64) -> f64 {
    number as f64
}

/// A number without what stands behind its point; nothing where it does not fit.
#[allow(
    clippy::cast_possible_truncation,
    reason = "the bounds have been checked"
)]
pub fn whole(number: f64) -> Option<i64> {
    let bound = float(i64::MAX);
    (number >= -bound && number < bound).then_some(number as i64)
}

/// The number that a text is.
pub fn parse(text: &str) -> Option<f64> {
    text.trim()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}
