//! How finely a cursor is told apart.

use crate::model::{CursorFormat, TimeFormat, Type};

/// The smallest part of an instant that a format says, from fine to coarse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Fraction,
    Second,
    Minute,
    Hour,
    Day,
}

/// Whether what is sent of a timestamp says less than the field holds.
pub(super) fn is_coarser(sent: &CursorFormat, field: &Type) -> bool {
    let Type::Timestamp(format) = field else {
        return false;
    };
    let sent = match sent {
        CursorFormat::Plain | CursorFormat::EpochMillis => Unit::Fraction,
        CursorFormat::Epoch => Unit::Second,
        CursorFormat::Date => Unit::Day,
        CursorFormat::Strftime(format) => unit(format),
    };
    sent > held(format)
}

/// The finest that a field may hold.
fn held(format: &TimeFormat) -> Unit {
    match format {
        TimeFormat::Rfc3339 | TimeFormat::EpochMillis => Unit::Fraction,
        TimeFormat::Epoch => Unit::Second,
        TimeFormat::Strftime(format) => unit(format),
        TimeFormat::AnyOf(formats) => formats.iter().map(held).min().unwrap_or(Unit::Fraction),
    }
}

fn unit(strftime: &str) -> Unit {
    let directives = strftime.split('%').skip(1).filter_map(|rest| {
        // Flags, widths and the point of `%.3f` stand before the letter.
        rest.chars().find(char::is_ascii_alphabetic)
    });
    directives
        .map(|letter| match letter {
            'f' | 'N' => Unit::Fraction,
            'S' | 's' | 'T' | 'c' | 'r' | 'X' => Unit::Second,
            'M' | 'R' => Unit::Minute,
            'H' | 'I' | 'k' | 'l' => Unit::Hour,
            _ => Unit::Day,
        })
        .min()
        .unwrap_or(Unit::Day)
}

#[cfg(test)]
mod tests {
    use super::{Unit, unit};

    #[test]
    fn the_smallest_part_of_a_format() {
        for (format, smallest) in [
            ("%Y-%m-%dT%H:%M:%S%.3fZ", Unit::Fraction),
            ("%Y-%m-%dT%H:%M:%S%z", Unit::Second),
            ("%F %T", Unit::Second),
            ("%Y-%m-%d %H:%M", Unit::Minute),
            ("%Y%m%d%H", Unit::Hour),
            ("%d.%m.%Y", Unit::Day),
        ] {
            assert_eq!(unit(format), smallest, "{format}");
        }
    }
}
