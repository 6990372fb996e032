//! Values that say how new a record is. They are compared in their type, never as text.

use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt::Debug;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value that orders records by their age.
pub trait Cursor: Clone + Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// A distance between two values.
    type Distance: Copy;

    /// How a value is written on a command line.
    const EXAMPLE: &'static str;

    /// The value that a text is, where it is one.
    fn parse(text: &str) -> Option<Self>;

    /// Which of two values is the newer one.
    fn order(&self, other: &Self) -> Ordering;

    /// The value of a record that changes now; none where that is not known beforehand.
    fn now() -> Option<Self> {
        None
    }

    /// The value at a distance after this one; none beyond all values.
    fn after(&self, distance: Self::Distance) -> Option<Self>;

    /// The value at a distance before this one; none beyond all values.
    fn before(&self, distance: Self::Distance) -> Option<Self>;
}

impl Cursor for Timestamp {
    type Distance = Span;

    const EXAMPLE: &'static str = "2026-01-31T08:00:00Z";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    /// To the second: many APIs refuse finer ones.
    fn now() -> Option<Self> {
        Self::from_second(Self::now().as_second()).ok()
    }

    fn after(&self, distance: Span) -> Option<Self> {
        let later = self.to_zoned_datetime(TimeZone::UTC).checked_add(distance);
        later.ok().map(|later| later.timestamp())
    }

    fn before(&self, distance: Span) -> Option<Self> {
        self.after(distance.negate())
    }
}

impl Cursor for Date {
    type Distance = Span;

    const EXAMPLE: &'static str = "2026-01-31";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn now() -> Option<Self> {
        Some(Timestamp::now().to_zoned_datetime(TimeZone::UTC).date())
    }

    fn after(&self, distance: Span) -> Option<Self> {
        self.checked_add(distance).ok()
    }

    fn before(&self, distance: Span) -> Option<Self> {
        self.checked_sub(distance).ok()
    }
}

impl Cursor for i64 {
    type Distance = i64;

    const EXAMPLE: &'static str = "1000";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn after(&self, distance: i64) -> Option<Self> {
        self.checked_add(distance)
    }

    fn before(&self, distance: i64) -> Option<Self> {
        self.checked_sub(distance)
    }
}

/// By the numbers of their characters in Unicode.
impl Cursor for String {
    type Distance = Infallible;

    const EXAMPLE: &'static str = "a text";

    fn parse(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn after(&self, distance: Infallible) -> Option<Self> {
        match distance {}
    }

    fn before(&self, distance: Infallible) -> Option<Self> {
        match distance {}
    }
}
