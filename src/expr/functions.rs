//! Functions, methods and filters: one table for the checks, the help and `spile functions`.

mod reference;

pub use reference::reference;

use super::Notation;
use crate::model::Function as Meaning;

/// A function of the language.
#[derive(Debug)]
pub struct Function {
    /// What it makes.
    pub meaning: Meaning,
    /// How it is written, the usual way first.
    pub spellings: &'static [Spelling],
    /// What it takes; the first is what a method or filter is applied to, unless the spelling says otherwise.
    pub parameters: &'static [Parameter],
    /// What it gives.
    pub gives: Gives,
    /// What it is for.
    pub docs: &'static [&'static str],
    /// An expression with it.
    pub example: &'static str,
}

/// One way to write a function.
#[derive(Debug)]
pub struct Spelling {
    /// Of a function, a method or a filter.
    pub notation: Notation,
    /// The name.
    pub name: &'static str,
    /// Which of the parameters it is applied to.
    pub subject: usize,
}

/// What stands in the parentheses.
#[derive(Debug)]
pub struct Parameter {
    /// Its name, for people and for `name=value`.
    pub name: &'static str,
    /// What may stand there.
    pub takes: Takes,
    /// What its absence means, if it may be absent.
    pub otherwise: Option<&'static str>,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A text.
    Text,
    /// A text, or a secret: then the result is one.
    TextOrSecret,
    /// A text as it stands in the spec.
    Literal,
    /// A whole number as it stands in the spec.
    LiteralInteger,
    /// `true` or `false` as it stands in the spec.
    LiteralBoolean,
    /// A number, whole or not.
    Number,
    /// A text, a number or a boolean.
    Scalar,
    /// A list.
    List,
    /// A text or a list.
    TextOrList,
    /// A value of any type.
    Any,
    /// A value of the type of the first.
    Same,
    /// A whole number.
    Integer,
    /// A strftime format as it stands in the spec.
    Format,
    /// A timestamp, a date, or a text that is one.
    Time,
    /// One list, or two or more values of one type.
    Several,
}

impl Takes {
    /// Words for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::TextOrSecret => "text or secret",
            Self::Literal => "literal text",
            Self::LiteralInteger => "literal whole number",
            Self::LiteralBoolean => "`true` or `false`",
            Self::Number => "number",
            Self::Scalar => "text, number or boolean",
            Self::List => "list",
            Self::TextOrList => "text or list",
            Self::Any => "any value",
            Self::Same => "value of the same type",
            Self::Integer => "whole number",
            Self::Format => "literal strftime format",
            Self::Time => "timestamp, date or text",
            Self::Several => "list, or several values of one type",
        }
    }
}

/// What a function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// A text; a secret where one is taken.
    Text,
    /// A text, or nothing.
    MaybeText,
    /// A list of texts.
    Texts,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A boolean.
    Boolean,
    /// The type of what it is applied to.
    Same,
    /// The type of the items of a list, or nothing.
    MaybeItem,
    /// A number, or nothing where a text is none.
    MaybeInteger,
    /// The same of numbers that need not be whole.
    MaybeNumber,
    /// A timestamp.
    Timestamp,
    /// A timestamp, or nothing where a text is none.
    MaybeTimestamp,
    /// A date.
    Date,
    /// A length of time.
    Duration,
}

impl Gives {
    /// Words for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::MaybeText => "text or nothing",
            Self::Texts => "list of texts",
            Self::Integer => "whole number",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Same => "the same type",
            Self::MaybeItem => "an item, or nothing",
            Self::MaybeInteger => "whole number, or nothing",
            Self::Timestamp => "timestamp",
            Self::MaybeTimestamp => "timestamp, or nothing",
            Self::Date => "date",
            Self::Duration => "duration",
            Self::MaybeNumber => "number, or nothing",
        }
    }
}

macro_rules! functions {
    ($($(#[doc = $docs:literal])+ $meaning:ident $([$notation:ident $spelling:literal $($subject:literal)?])+
        ($($name:ident: $takes:ident $(or $otherwise:literal)?),*) -> $gives:ident $example:literal;)+) => {
        /// All of them.
        pub const FUNCTIONS: &[Function] = &[$(Function {
            meaning: Meaning::$meaning,
            spellings: &[$(Spelling {
                notation: Notation::$notation,
                name: $spelling,
                subject: 0 $(+ $subject)?,
            }),+],
            parameters: &[$(Parameter {
                name: stringify!($name),
                takes: Takes::$takes,
                otherwise: functions!(@otherwise $($otherwise)?),
            }),*],
            gives: Gives::$gives,
            docs: &[$($docs),+],
            example: $example,
        }),+];
    };
    (@otherwise) => { None };
    (@otherwise $otherwise:literal) => { Some($otherwise) };
}

functions! {
    /// In lower case.
    Lower [Method "lower"] [Filter "lower"] (text: Text) -> Text "config.host.lower()";
    /// In upper case.
    Upper [Method "upper"] [Filter "upper"] (text: Text) -> Text "config.host | upper";
    /// Without blanks at its ends, or without these characters.
    Strip [Method "strip"] [Filter "trim"] (text: TextOrSecret, characters: Literal or "blanks") -> Text
        "config.host.strip('/')";
    /// The same at its start.
    StripStart [Method "lstrip"] (text: TextOrSecret, characters: Literal or "blanks") -> Text "config.host.lstrip('/')";
    /// The same at its end.
    StripEnd [Method "rstrip"] (text: TextOrSecret, characters: Literal or "blanks") -> Text "config.host.rstrip('/')";
    /// With each `old` replaced by `new`.
    Replace [Method "replace"] [Filter "replace"] (text: TextOrSecret, old: Text, new: Text) -> Text
        "config.host.replace('.', '_')";
    /// Whether it starts so.
    StartsWith [Method "startswith"] (text: Text, prefix: Text) -> Boolean "config.host.startswith('http')";
    /// Whether it ends so.
    EndsWith [Method "endswith"] (text: Text, suffix: Text) -> Boolean "config.host.endswith('/')";
    /// The parts between these separators, or between blanks. `[0]` and `[-1]` take one of them.
    Split [Method "split"] [Filter "split"] (text: Text, separator: Text or "blanks") -> Texts "config.host.split('.')[0]";
    /// The items with the separator between them. Of items in brackets, secrets among them, a text is made.
    Join [Method "join" 1] [Filter "join"] (list: List, separator: Text or "nothing") -> Text "config.tags | join(',')";
    /// How many characters or items it has.
    Length [Filter "length"] [Filter "count"] (value: TextOrList) -> Integer "config.tags | length";
    /// The first item or character. The same as `[0]`.
    Item [Filter "first"] (value: TextOrList) -> MaybeItem "config.tags | first";
    /// The last item or character. The same as `[-1]`.
    Item [Filter "last"] (value: TextOrList) -> MaybeItem "config.tags | last";
    /// What to take where the value is absent; with `true` also where it is empty, zero or false.
    Default [Filter "default"] [Filter "d"] (value: Any, otherwise: Same, falsy: LiteralBoolean or "false") -> Same
        "config.maybe | default(1)";
    /// As a whole number: of a text that is one, of a number without what stands behind its point. For a text that is
    /// none, the second, or nothing.
    Integer [Filter "int"] (value: Scalar, otherwise: LiteralInteger or "nothing") -> MaybeInteger "config.host | int(0)";
    /// As a number.
    Number [Filter "float"] (value: Scalar) -> MaybeNumber "config.host | float";
    /// As a text.
    Text [Filter "string"] (value: Any) -> Text "config.limit | string";
    /// To so many digits behind the point.
    Round [Filter "round"] (number: Number, digits: LiteralInteger or "0") -> Same "config.rate | round(2)";
    /// Without its sign.
    Absolute [Filter "abs"] (number: Number) -> Same "config.rate | abs";
    /// The least.
    Least [Function "min"] [Filter "min"] (values: Several) -> Same "min(config.limit, 100)";
    /// The greatest.
    Greatest [Function "max"] [Filter "max"] (values: Several) -> Same "config.tags | max";
    /// Percent-encoded, as it may stand in a URL. Parameters and paths are encoded anyway.
    UrlEncode [Filter "urlencode"] (text: TextOrSecret) -> Text "config.host | urlencode";
    /// In base64.
    Base64Encode [Filter "base64encode"] [Filter "b64encode"] (text: TextOrSecret) -> Text
        "(config.host ~ ':' ~ config.token) | base64encode";
    /// The text that this is the base64 of.
    Base64Decode [Filter "base64decode"] [Filter "b64decode"] (text: Text) -> MaybeText "config.host | base64decode";
    /// Its digest in hexadecimal digits; `kind` is `md5` or `sha256`.
    Md5 [Filter "hash"] (text: TextOrSecret, kind: Literal or "'md5'") -> Text "config.host | hash('sha256')";
    /// As JSON: a text in quotes, a list in brackets.
    Json [Filter "tojson"] (value: Any) -> Text "config.tags | tojson";
    /// What the first group of the regular expression matches, or all that it matches if it has no groups.
    Search [Filter "regex_search"] (text: Text, pattern: Literal) -> MaybeText
        "config.host | regex_search('^https?://([^/]+)')";
    /// The instant that it is.
    Now [Function "now"] [Function "now_utc"] () -> Timestamp "now()";
    /// The day that it is in UTC.
    Today [Function "today"] [Function "today_utc"] () -> Date "today()";
    /// The instant so many days from now, before now where negative; with a format, as a text.
    ShiftDays [Function "day_delta"] (days: Integer, format: Format or "a timestamp") -> Timestamp "day_delta(-7)";
    /// A length of time as ISO 8601, to add to a timestamp or date or to subtract from it.
    Duration [Function "duration"] (length: Literal) -> Duration "now() - duration('P1D')";
    /// In a strftime format, UTC. A text is read first: in `input_format`, or with or without an offset, or a day alone;
    /// nothing where it is none of these. `%f` has six digits.
    Strftime [Function "format_datetime"] [Method "strftime"] (time: Time, format: Format, input_format: Format or "ISO 8601")
        -> Text "now().strftime('%Y-%m-%d')";
    /// As ISO 8601 with an offset.
    IsoFormat [Method "isoformat"] (time: Time, separator: Literal or "'T'", precision: Literal or "'seconds'") -> Text
        "now().isoformat()";
    /// The seconds since 1970.
    EpochSeconds [Function "timestamp"] [Method "timestamp"] (time: Time) -> Integer "timestamp(now()) * 1000";
    /// The instant that a text is: in a strftime format, or with or without an offset, or a day alone. It has `year`, `month`
    /// and `day`.
    ParseTime [Function "str_to_datetime"] (text: Text, format: Format or "ISO 8601") -> MaybeTimestamp
        "str_to_datetime(config.host).year";
}

/// The function of this name in this notation, and which of its parameters it is applied to.
pub(super) fn find(notation: Notation, name: &str) -> Option<(&'static Function, usize)> {
    FUNCTIONS.iter().find_map(|function| {
        let mut spellings = function.spellings.iter();
        let found = spellings.find(|known| known.notation == notation && known.name == name)?;
        Some((function, found.subject))
    })
}

/// The names in a notation.
pub(super) fn names(notation: Notation) -> impl Iterator<Item = &'static str> {
    let spellings = FUNCTIONS.iter().flat_map(|function| function.spellings);
    spellings
        .filter(move |known| known.notation == notation)
        .map(|known| known.name)
}

impl Spelling {
    /// As it is written, with these names for its parameters.
    #[must_use]
    pub fn shown(&self, parameters: &[Parameter]) -> String {
        let others = parameters.iter().enumerate();
        let others: Vec<&str> = others
            .filter(|(at, _)| self.notation == Notation::Function || *at != self.subject)
            .map(|(_, parameter)| parameter.name)
            .collect();
        let inner = others.join(", ");
        let subject = parameters
            .get(self.subject)
            .map_or("value", |known| known.name);
        let name = self.name;
        match self.notation {
            Notation::Function => format!("{name}({inner})"),
            Notation::Method => format!("{subject}.{name}({inner})"),
            Notation::Filter if others.is_empty() => format!("{subject} | {name}"),
            Notation::Filter => format!("{subject} | {name}({inner})"),
        }
    }
}
