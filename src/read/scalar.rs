//! Scalars of a fixed type: booleans, numbers, and the words of an enum.

use serde_json::{Value, json};

use super::from_node::Cx;
use super::tree::{Node, NodeKind, ScalarType, float_value, integer_value};
use crate::diagnostic::{Code, Diagnostic, nearest};

/// A type that is read from a scalar.
pub trait FromScalar: Sized {
    /// Reads it, or records why it cannot be.
    fn from_scalar(node: &Node, cx: &mut Cx<'_>) -> Option<Self>;

    /// The JSON Schema of what is accepted.
    fn schema() -> Value;
}

/// Text that would be right without its quotes.
fn quoted(node: &Node, fits: impl Fn(ScalarType) -> bool) -> Option<String> {
    match &node.kind {
        NodeKind::Scalar { text, plain: false } if fits(ScalarType::of_plain(&text.value)) => {
            Some(format!("write `{}` without quotes", text.value))
        }
        _ => None,
    }
}

fn refuse(node: &Node, cx: &mut Cx<'_>, wanted: &str, help: Option<String>) {
    let mut diagnostic = cx.wrong_type_diagnostic(node, wanted);
    if let Some(help) = help {
        diagnostic = diagnostic.help(help);
    }
    cx.push(diagnostic);
}

impl FromScalar for bool {
    fn from_scalar(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        if let Some(ScalarType::Bool(value)) = node.scalar_type() {
            return Some(value);
        }
        let word = node.text().map(|text| text.value.to_ascii_lowercase());
        let help = quoted(node, |kind| matches!(kind, ScalarType::Bool(_))).or_else(|| {
            Some(match word?.as_str() {
                "yes" | "on" | "y" | "1" => "write `true`".to_owned(),
                "no" | "off" | "n" | "0" => "write `false`".to_owned(),
                _ => return None,
            })
        });
        refuse(node, cx, "`true` or `false`", help);
        None
    }

    fn schema() -> Value {
        json!({ "type": "boolean" })
    }
}

impl FromScalar for u64 {
    fn from_scalar(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let Some((ScalarType::Integer, text)) = node.scalar_type().zip(node.text()) else {
            let help = quoted(node, |kind| kind == ScalarType::Integer);
            refuse(node, cx, "a whole number", help);
            return None;
        };
        let value = integer_value(&text.value).and_then(|value| Self::try_from(value).ok());
        if value.is_none() {
            let (key, shown) = (cx.key, super::tree::shorten(&text.value));
            let message = match text.value.starts_with('-') {
                true => format!("`{key}` has to be at least 0, not {shown}"),
                false => format!("`{key}` has to fit in 64 bits, which {shown} does not"),
            };
            cx.push(Diagnostic::new(Code::OutOfRange, node.span, message));
        }
        value
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 0 })
    }
}

impl FromScalar for f64 {
    fn from_scalar(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let number = |kind| matches!(kind, ScalarType::Integer | ScalarType::Float);
        let Some(text) = node
            .text()
            .filter(|_| node.scalar_type().is_some_and(number))
        else {
            let help = quoted(node, number);
            refuse(node, cx, "a number", help);
            return None;
        };
        let value = float_value(&text.value).filter(|value| value.is_finite());
        if value.is_none() {
            let message = format!(
                "`{}` has to be a finite number, not {}",
                cx.key,
                super::tree::shorten(&text.value)
            );
            cx.push(Diagnostic::new(Code::OutOfRange, node.span, message));
        }
        value
    }

    fn schema() -> Value {
        json!({ "type": "number" })
    }
}

/// The words of an enum, as its table says.
#[derive(Debug)]
pub struct Words<T: 'static> {
    /// What it is, in the words of its documentation.
    pub docs: &'static [&'static str],
    /// Each value, the words for it (the first is the one that is shown), and its documentation.
    pub words: &'static [(T, &'static [&'static str], &'static [&'static str])],
    /// Words that people write elsewhere, and what to write here.
    pub instead: &'static [(&'static str, &'static str)],
}

/// An enum of words.
pub trait Word: Copy + 'static {
    /// Its table.
    const WORDS: Words<Self>;
}

impl<T: Word> FromScalar for T {
    fn from_scalar(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let table = &T::WORDS;
        let Some(text) = node.text().filter(|_| !node.is_null()) else {
            let help = format!(
                "write one of {}",
                list(
                    table
                        .words
                        .iter()
                        .filter_map(|(_, words, _)| words.first().copied())
                )
            );
            refuse(node, cx, "a word", Some(help));
            return None;
        };
        let all = table.words.iter().map(|&(value, words, _)| (value, words));
        let choice = Choice {
            noun: "value",
            of: cx.key,
            instead: table.instead,
        };
        choice.make(node, &text.value, all, cx)
    }

    fn schema() -> Value {
        let table = &T::WORDS;
        let words = table.words.iter();
        let words = words.flat_map(|(_, words, docs)| words.iter().map(move |word| (word, docs)));
        let (words, meanings): (Vec<&str>, Vec<String>) = words
            .map(|(word, docs)| (*word, super::schema::prose(docs)))
            .unzip();
        // What editors show beside each word; validators pass over it.
        json!({ "enum": words, "enumDescriptions": meanings, "description": super::schema::prose(table.docs) })
    }
}

/// A choice between words.
pub(super) struct Choice<'w> {
    /// What a word is: `value` or `type`.
    pub noun: &'static str,
    /// What has such values: `in`, `paginator`.
    pub of: &'w str,
    /// Words that people write elsewhere, and what to write here.
    pub instead: &'static [(&'static str, &'static str)],
}

impl Choice<'_> {
    fn legal<T>(&self, all: &[(T, &[&'static str])]) -> String {
        let noun = self.noun;
        let words = list(all.iter().filter_map(|(_, words)| words.first().copied()));
        match all {
            [_] => format!("the only {noun} is {words}"),
            _ => format!("the {noun}s are {words}"),
        }
    }

    /// The value that a word stands for. An unknown word that is near to a legal one is recorded and then taken for it,
    /// so that what follows from it can be checked too.
    pub fn make<T>(
        &self,
        node: &Node,
        word: &str,
        words: impl Iterator<Item = (T, &'static [&'static str])>,
        cx: &mut Cx<'_>,
    ) -> Option<T> {
        let mut all: Vec<(T, &[&str])> = words.collect();
        if let Some(index) = all.iter().position(|(_, words)| words.contains(&word)) {
            return Some(all.swap_remove(index).0);
        }
        let Self { noun, of, .. } = self;
        let shown = super::tree::shorten(word);
        let diagnostic = Diagnostic::new(
            Code::UnknownValue,
            node.span,
            format!("`{shown}` is not a {noun} of `{of}`"),
        );
        if let Some((_, advice)) = self.instead.iter().find(|(other, _)| *other == word) {
            cx.push(diagnostic.help(*advice));
            return None;
        }
        let meant = nearest(
            word,
            all.iter().flat_map(|(_, words)| words.iter().copied()),
        );
        let diagnostic = match meant {
            Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
            None => diagnostic,
        };
        cx.push(diagnostic.help(self.legal(&all)));
        let index = all
            .iter()
            .position(|(_, words)| words.iter().any(|&word| Some(word) == meant))?;
        Some(all.swap_remove(index).0)
    }
}

/// `a`, `b` and `c`
pub(super) fn list<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let quoted: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
