//! Functions of expressions.

use serde::Serialize;

/// What a function makes of its arguments, the first of which is what it is applied to.
///
/// The names of the language and their signatures stand in `crate::expr`; here is what is left of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Function {
    /// A text in lower case.
    Lower,
    /// A text in upper case.
    Upper,
    /// A text without the characters of the second at its ends, or without blanks.
    Strip,
    /// The same at its start.
    StripStart,
    /// The same at its end.
    StripEnd,
    /// A text with each occurrence of the second replaced by the third.
    Replace,
    /// Whether a text starts with the second.
    StartsWith,
    /// Whether a text ends with the second.
    EndsWith,
    /// Whether the second is in a text or a list.
    Contains,
    /// The parts of a text between occurrences of the second, or between blanks.
    Split,
    /// The items of a list with the second between them.
    Join,
    /// Characters of a text, items of a list.
    Length,
    /// The item of a list or character of a text at the second, from the end where that is negative.
    Item,
    /// From the second to before the third (absent: to the end), from the end where one is negative.
    Slice,
    /// The value, or where that is nothing the second.
    Default,
    /// The value where it counts as true, else nothing: a text that is not empty, a number that is not zero.
    Filled,
    /// A whole number: of a text that is one (else nothing), of a number without its fraction.
    Integer,
    /// A number: of a text that is one (else nothing).
    Number,
    /// The value as a text.
    Text,
    /// A number to so many digits behind the point.
    Round,
    /// A number without its sign.
    Absolute,
    /// The least of the arguments, or of the items of a list.
    Least,
    /// The greatest of the arguments, or of the items of a list.
    Greatest,
    /// A text as it stands in a query.
    UrlEncode,
    /// A text as base64.
    Base64Encode,
    /// The text that is written as base64; nothing where it is none.
    Base64Decode,
    /// MD5 of a text in hexadecimal digits.
    Md5,
    /// SHA-256 of a text in hexadecimal digits.
    Sha256,
    /// The value as JSON.
    Json,
    /// The first group of a regular expression in a text, or what it matches if it has none.
    Search,
    /// The instant that it is.
    Now,
    /// The day that it is in UTC.
    Today,
    /// A duration as ISO 8601: stands only behind `+` and `-`.
    Duration,
    /// A timestamp or date later by the second, a duration.
    Later,
    /// A timestamp or date earlier by the second, a duration.
    Earlier,
    /// A timestamp later by so many days.
    ShiftDays,
    /// A timestamp or date in the strftime format of the second.
    Strftime,
    /// A timestamp or date as ISO 8601: becomes [`Self::Strftime`].
    IsoFormat,
    /// The seconds since 1970 of a timestamp or date.
    EpochSeconds,
    /// The timestamp that a text is: in the strftime format of the second, or as people write it.
    ParseTime,
    /// The year of a timestamp or date.
    Year,
    /// Its month.
    Month,
    /// Its day of the month.
    Day,
}
