//! Decimal numbers in the binary form of PostgreSQL's `numeric`: digits to the base of 10,000, with all that the text has.

/// Decimal digits of one digit to the base of 10,000.
const GROUP: i64 = 4;

/// Digits to the base of 10,000 that the server takes: 12,000 decimal ones.
const MAX_GROUPS: usize = 3_000;

/// Decimal digits before the point, with zeros that an exponent makes.
const MAX_WHOLE: i64 = 131_072;

/// Decimal digits after the point.
const MAX_SCALE: i64 = 16_383;

const NEGATIVE: u16 = 0x4000;

/// Appends the number that a text is: a sign, digits, a point and digits, an exponent.
///
/// # Errors
/// It is none, or not one that the server has: the end of a sentence about it. Something may have been appended.
pub(super) fn numeric(text: &str, out: &mut Vec<u8>) -> Result<(), &'static str> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    if digits().next().is_none() || !digits().all(|digit| digit.is_ascii_digit()) {
        return Err("is no decimal number");
    }
    let exponent: i32 = exponent.parse().map_err(|_| "has too large an exponent")?;
    let exponent = i64::from(exponent);
    let length = |digits: &str| i64::try_from(digits.len()).map_err(|_| "has too many digits");
    // Digits after the point that are kept, zeros at the end too.
    let scale = (length(fraction)? - exponent).max(0);
    if scale > MAX_SCALE {
        return Err("has more than 16,383 digits after the point");
    }
    let zeros = digits().take_while(|digit| *digit == b'0').count();
    let significant = digits().count() - zeros;
    // Where the point is, from the first digit that is not zero.
    let point =
        length(whole)? + exponent - i64::try_from(zeros).map_err(|_| "has too many digits")?;
    if significant > 0 && point > MAX_WHOLE {
        return Err("has more than 131,072 digits before the point");
    }
    let weight = if significant == 0 {
        0
    } else {
        (point - 1).div_euclid(GROUP)
    };
    // Zeros before the first digit that make its group whole.
    let padding = (weight + 1) * GROUP - point;
    let header = out.len();
    out.extend([0; 2]);
    let small = |number: i64| i16::try_from(number).map_err(|_| "has too many digits");
    out.extend(small(weight)?.to_be_bytes());
    let sign = if negative && significant > 0 {
        NEGATIVE
    } else {
        0
    };
    out.extend(sign.to_be_bytes());
    out.extend(small(scale)?.to_be_bytes());
    let mut groups = 0;
    let (mut group, mut filled) = (0_u16, padding);
    let mut flush = |group: u16| {
        out.extend(group.to_be_bytes());
        groups += 1;
    };
    for digit in digits().skip(zeros) {
        group = group * 10 + u16::from(digit - b'0');
        filled += 1;
        if filled == GROUP {
            flush(group);
            (group, filled) = (0, 0);
        }
    }
    if filled > 0 && significant > 0 {
        for _ in filled..GROUP {
            group *= 10;
        }
        flush(group);
    }
    if groups > MAX_GROUPS {
        return Err("has more than 12,000 digits");
    }
    let count = u16::try_from(groups).map_err(|_| "has too many digits")?;
    if let Some(there) = out.get_mut(header..header + 2) {
        there.copy_from_slice(&count.to_be_bytes());
    }
    Ok(())
}
