//! Decimals as cursors: compared by their value, `1.50` equals `1.5`.

use std::cmp::Ordering;
use std::convert::Infallible;

use super::cursor::Cursor;
use super::decimal::Decimal;

impl Cursor for Decimal {
    type Distance = Infallible;

    const EXAMPLE: &'static str = "10.5";

    fn parse(text: &str) -> Option<Self> {
        Self::from_text(text)
    }

    fn order(&self, other: &Self) -> Ordering {
        let (one, two) = (Parts::of(self.as_str()), Parts::of(other.as_str()));
        match (one.sign(), two.sign()) {
            (1, 1) => one.size(&two),
            (-1, -1) => two.size(&one),
            (one, two) => one.cmp(&two),
        }
    }

    fn after(&self, distance: Infallible) -> Option<Self> {
        match distance {}
    }

    fn before(&self, distance: Infallible) -> Option<Self> {
        match distance {}
    }
}

/// A number as ±0.d₁d₂d₃… × 10^magnitude, d₁ not being 0.
struct Parts {
    negative: bool,
    digits: Vec<u8>,
    magnitude: i64,
}

impl Parts {
    fn of(text: &str) -> Self {
        let negative = text.starts_with('-');
        let text = text.trim_start_matches(['-', '+']);
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = whole.bytes().chain(fraction.bytes());
        let zeros = all.clone().take_while(|digit| *digit == b'0').count();
        let mut digits: Vec<u8> = all.skip(zeros).collect();
        let end = digits.iter().rposition(|digit| *digit != b'0');
        digits.truncate(end.map_or(0, |end| end + 1));
        // An exponent of more digits than that only has a sign to tell.
        let far = if exponent.starts_with('-') {
            i64::MIN
        } else {
            i64::MAX
        };
        let exponent = exponent.parse::<i64>().unwrap_or(far);
        let point = i64::try_from(whole.len()).unwrap_or(i64::MAX);
        let zeros = i64::try_from(zeros).unwrap_or(i64::MAX);
        Self {
            negative,
            digits,
            magnitude: exponent.saturating_add(point.saturating_sub(zeros)),
        }
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => -1,
        }
    }

    fn size(&self, other: &Self) -> Ordering {
        let magnitude = self.magnitude.cmp(&other.magnitude);
        magnitude.then_with(|| self.digits.cmp(&other.digits))
    }
}
