//! The tree that the text of a spec becomes: maps, lists and scalars with their places.

use crate::source::{Span, Text};

/// A value of the YAML text. Aliases are expanded; the copies keep the places of their origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// From its first byte to its last; for an absent value (`key:`) the key.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// A single value, not typed before it is used.
    Scalar {
        /// The text as written, escapes and folding undone. A number keeps its spelling.
        text: Text,
        /// Not quoted and not a block: may be null, a boolean or a number.
        plain: bool,
    },
    /// Keys and values in the order of the text; no key stands twice.
    Map(Vec<(Text, Node)>),
    /// Items in the order of the text.
    List(Vec<Node>),
}

/// The type of a scalar in the core schema of YAML 1.2. Quoted text is always a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarType {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`, also with capitals.
    Bool(bool),
    /// A whole number: decimal, `0o17` or `0x1F`.
    Integer,
    /// A number with a fraction or an exponent, `.inf`, `.nan`.
    Float,
    /// Anything else.
    String,
}

impl ScalarType {
    /// The type of a plain scalar.
    #[must_use]
    pub fn of_plain(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Self::Null,
            "true" | "True" | "TRUE" => Self::Bool(true),
            "false" | "False" | "FALSE" => Self::Bool(false),
            ".nan" | ".NaN" | ".NAN" => Self::Float,
            _ => Self::of_number(text),
        }
    }

    fn of_number(text: &str) -> Self {
        let based = |prefix: &str, base: u32| {
            text.strip_prefix(prefix).is_some_and(|digits| {
                !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(base))
            })
        };
        if based("0o", 8) || based("0x", 16) {
            return Self::Integer;
        }
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
            return Self::Float;
        }
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (
                mantissa,
                Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)),
            ),
            None => (unsigned, None),
        };
        if exponent.is_some_and(|exponent| exponent.is_empty() || !digits(exponent)) {
            return Self::String;
        }
        match mantissa.split_once('.') {
            None if mantissa.is_empty() || !digits(mantissa) => Self::String,
            None if exponent.is_none() => Self::Integer,
            None => Self::Float,
            Some((whole, fraction)) => {
                let some = !(whole.is_empty() && fraction.is_empty());
                if some && digits(whole) && digits(fraction) {
                    Self::Float
                } else {
                    Self::String
                }
            }
        }
    }
}

/// The value of an integer scalar; `None` when it does not fit or is none.
#[must_use]
pub fn integer_value(text: &str) -> Option<i128> {
    if let Some(digits) = text.strip_prefix("0o") {
        return i128::from_str_radix(digits, 8).ok();
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return i128::from_str_radix(digits, 16).ok();
    }
    text.parse().ok()
}

/// The value of a number scalar (an integer as well); `None` when it is none.
#[must_use]
pub fn float_value(text: &str) -> Option<f64> {
    match text.trim_start_matches('+') {
        ".inf" | ".Inf" | ".INF" => Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Some(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Some(f64::NAN),
        based if based.starts_with("0o") || based.starts_with("0x") => {
            // Past 2^53 the nearest float is what a float field can hold.
            #[allow(clippy::cast_precision_loss, reason = "a float was asked for")]
            integer_value(based).map(|value| value as f64)
        }
        number => number.parse().ok(),
    }
}

impl Node {
    /// The type of a scalar; `None` for maps and lists.
    #[must_use]
    pub fn scalar_type(&self) -> Option<ScalarType> {
        match &self.kind {
            NodeKind::Scalar { text, plain: true } => Some(ScalarType::of_plain(&text.value)),
            NodeKind::Scalar { plain: false, .. } => Some(ScalarType::String),
            NodeKind::Map(_) | NodeKind::List(_) => None,
        }
    }

    /// Whether it is `null`, `~` or an absent value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.scalar_type() == Some(ScalarType::Null)
    }

    /// The text of a scalar, whatever its type.
    #[must_use]
    pub fn text(&self) -> Option<&Text> {
        match &self.kind {
            NodeKind::Scalar { text, .. } => Some(text),
            NodeKind::Map(_) | NodeKind::List(_) => None,
        }
    }

    /// The entries of a map.
    #[must_use]
    pub fn entries(&self) -> Option<&[(Text, Node)]> {
        match &self.kind {
            NodeKind::Map(entries) => Some(entries),
            NodeKind::Scalar { .. } | NodeKind::List(_) => None,
        }
    }

    /// The items of a list.
    #[must_use]
    pub fn items(&self) -> Option<&[Self]> {
        match &self.kind {
            NodeKind::List(items) => Some(items),
            NodeKind::Scalar { .. } | NodeKind::Map(_) => None,
        }
    }

    /// The value of a key of a map.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries()?
            .iter()
            .find(|(name, _)| name.value == key)
            .map(|(_, value)| value)
    }

    /// The value as JSON. Integers that fit in 64 bits and floats become numbers; a number that JSON's readers would
    /// change (larger integers, `.inf`, `.nan`) becomes text as written.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.kind {
            NodeKind::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.value.clone(), value.to_json()))
                    .collect(),
            ),
            NodeKind::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            NodeKind::Scalar { text, plain } => {
                let text = &text.value;
                let typed = if *plain {
                    ScalarType::of_plain(text)
                } else {
                    ScalarType::String
                };
                match typed {
                    ScalarType::Null => Value::Null,
                    ScalarType::Bool(value) => Value::Bool(value),
                    ScalarType::String => Value::String(text.clone()),
                    ScalarType::Integer => integer_value(text)
                        .and_then(|value| {
                            i64::try_from(value)
                                .map(Value::from)
                                .or_else(|_| u64::try_from(value).map(Value::from))
                                .ok()
                        })
                        .unwrap_or_else(|| Value::String(text.clone())),
                    ScalarType::Float => float_value(text)
                        .and_then(serde_json::Number::from_f64)
                        .map_or_else(|| Value::String(text.clone()), Value::Number),
                }
            }
        }
    }

    /// What it is, in the words of a message: `a list`, `the text "x"`.
    #[must_use]
    pub fn describe(&self) -> String {
        match (&self.kind, self.scalar_type()) {
            (NodeKind::Map(_), _) => "a map".to_owned(),
            (NodeKind::List(_), _) => "a list".to_owned(),
            (_, Some(ScalarType::Null)) => "nothing".to_owned(),
            (NodeKind::Scalar { text, .. }, kind) => {
                let shown = shorten(&text.value);
                match kind {
                    Some(ScalarType::Bool(_)) => format!("the boolean `{shown}`"),
                    Some(ScalarType::Integer | ScalarType::Float) => {
                        format!("the number `{shown}`")
                    }
                    _ => format!("the text \"{shown}\""),
                }
            }
        }
    }

    /// Nodes below and including this one, and the bytes of their texts: what a copy of it costs.
    pub(crate) fn cost(&self) -> Cost {
        let own = Cost { nodes: 1, bytes: 0 };
        match &self.kind {
            NodeKind::Scalar { text, .. } => own.plus(Cost::of_text(text)),
            NodeKind::Map(entries) => entries.iter().fold(own, |sum, (key, value)| {
                sum.plus(Cost::of_text(key)).plus(value.cost())
            }),
            NodeKind::List(items) => items.iter().fold(own, |sum, item| sum.plus(item.cost())),
        }
    }

    /// Levels of nesting: 0 for a scalar.
    pub(crate) fn depth(&self) -> usize {
        match &self.kind {
            NodeKind::Scalar { .. } => 0,
            NodeKind::Map(entries) => {
                1 + entries
                    .iter()
                    .map(|(_, value)| value.depth())
                    .max()
                    .unwrap_or(0)
            }
            NodeKind::List(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
        }
    }
}

/// What a copy of a node costs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub nodes: usize,
    pub bytes: usize,
}

impl Cost {
    fn of_text(text: &Text) -> Self {
        let offsets = text.offsets.as_ref().map_or(0, |offsets| offsets.len() * 4);
        Self {
            nodes: 0,
            bytes: text.value.len() + offsets,
        }
    }

    pub fn plus(self, other: Self) -> Self {
        Self {
            nodes: self.nodes + other.nodes,
            bytes: self.bytes + other.bytes,
        }
    }
}

/// A text of the spec cut for a message.
pub(crate) fn shorten(text: &str) -> String {
    const SHOWN: usize = 60;
    if text.chars().nth(SHOWN).is_none() {
        return text.to_owned();
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}
