//! Decimal numbers of a fixed number of digits, for places that have no others.

use super::error::{Error, Kind};

/// Digits of a decimal in all.
pub(super) const PRECISION: u8 = 38;
/// Digits after the point.
pub(super) const SCALE: u8 = 9;

/// A decimal number as a multiple of the smallest one.
///
/// # Errors
/// It has more digits.
pub(super) fn scaled(column: &str, text: &str) -> Result<i128, Error> {
    parse(text).ok_or_else(|| {
        let reason = format!(
            "the column `{column}` cannot take {text}: it has more than {} digits before the point, or more than {SCALE} after it",
            PRECISION - SCALE
        );
        Error::new(Kind::Load, reason)
    })
}

fn parse(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text),
    };
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()),
        None => (digits, Some(0)),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = whole.bytes().chain(fraction.bytes());
    let digits: Vec<u8> = digits.skip_while(|digit| *digit == b'0').collect();
    let kept = digits
        .iter()
        .rposition(|digit| *digit != b'0')
        .map_or(0, |last| last + 1);
    let (kept, zeros) = digits.split_at_checked(kept)?;
    if kept.is_empty() {
        return Some(0);
    }
    let places = i64::try_from(fraction.len()).ok()? - i64::try_from(zeros.len()).ok()?;
    // An exponent that does not fit is too large or too small for any number but zero.
    let power = exponent?
        .checked_sub(places)?
        .checked_add(i64::from(SCALE))?;
    let power = u32::try_from(power).ok()?;
    let mut number: i128 = 0;
    for digit in kept {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number = number.checked_mul(10)?.checked_add(i128::from(digit))?;
    }
    let number = number.checked_mul(10_i128.checked_pow(power)?)?;
    (number < 10_i128.pow(u32::from(PRECISION))).then_some(if negative { -number } else { number })
}
