//! What can be read from a [`Node`]: the leaves, lists and ordered maps. The tables of `spec` add the rest.

use serde_json::{Value, json};

use super::schema::Defs;
use super::tree::{Node, NodeKind, ScalarType};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{Span, Spanned, Text};

/// Where readers record what they find wrong, and what they know of their place.
#[derive(Debug)]
pub struct Cx<'s> {
    /// Where diagnostics go.
    pub sink: &'s mut Sink,
    /// The key whose value is read, for messages.
    pub(super) key: &'static str,
    /// Whether it is an item of that key's list, or a value of its map.
    pub(super) within: bool,
}

impl<'s> Cx<'s> {
    /// A place outside of any key.
    pub fn new(sink: &'s mut Sink) -> Self {
        Self {
            sink,
            key: "",
            within: false,
        }
    }

    /// Records a diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }

    /// Records that a value is of the wrong shape.
    pub fn wrong_type(&mut self, node: &Node, wanted: &str) {
        let diagnostic = self.wrong_type_diagnostic(node, wanted);
        self.push(diagnostic);
    }

    pub(super) fn wrong_type_diagnostic(&self, node: &Node, wanted: &str) -> Diagnostic {
        let what = match self.key {
            "" => "this".to_owned(),
            key if self.within => format!("each value of `{key}`"),
            key => format!("`{key}`"),
        };
        let found = node.describe();
        Diagnostic::new(
            Code::WrongType,
            head(node),
            format!("{what} has to be {wanted}, not {found}"),
        )
    }

    /// Reads the values of the list or map that stands at the key.
    fn each<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.within, true);
        let values = read(self);
        self.within = outer;
        values
    }

    /// Reads the value of a key.
    pub(super) fn at<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = (self.key, self.within);
        (self.key, self.within) = (key, false);
        let value = read(self);
        (self.key, self.within) = outer;
        value
    }

    /// Warns of a plain `yes`, `no`, `on` or `off`: text here, a boolean to other readers of YAML.
    pub fn warn_ambiguous(&mut self, node: &Node) {
        let NodeKind::Scalar { text, plain: true } = &node.kind else {
            return;
        };
        if matches!(node.scalar_type(), Some(ScalarType::Bool(_))) {
            self.push(ambiguous(node, &text.value));
        } else if let Some(diagnostic) = ambiguous_word(node) {
            self.push(diagnostic);
        }
    }
}

/// What there is to say of a plain `yes`, `no`, `on` or `off`, wherever any value may stand.
#[must_use]
pub fn ambiguous_word(node: &Node) -> Option<Diagnostic> {
    let NodeKind::Scalar { text, plain: true } = &node.kind else {
        return None;
    };
    let lower = text.value.to_ascii_lowercase();
    matches!(lower.as_str(), "yes" | "no" | "on" | "off").then(|| ambiguous(node, &text.value))
}

fn ambiguous(node: &Node, word: &str) -> Diagnostic {
    let message =
        format!("`{word}` is the text \"{word}\" here, but a boolean to other readers of YAML");
    Diagnostic::new(Code::AmbiguousScalar, node.span, message).help(format!("write `\"{word}\"`"))
}

/// The first line of a map, by its first own entry; the whole of anything else.
#[must_use]
pub fn head(node: &Node) -> Span {
    let Some(entries) = node.entries() else {
        return node.span;
    };
    // Entries merged in from the defaults stand elsewhere.
    match entries.iter().find(|(key, _)| node.span.contains(key.span)) {
        Some((key, value)) if value.text().is_some() && key.span.contains(value.span) => key.span,
        Some((key, value)) => match value.text() {
            Some(text) if text.offsets.is_none() && node.span.contains(value.span) => {
                key.span.to(value.span)
            }
            _ => key.span,
        },
        None => node.span,
    }
}

/// A part of the language that is read from a node.
pub trait FromNode: Sized {
    /// Reads it; `None` when it cannot be used. Everything that is wrong is recorded, and reading goes on.
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self>;

    /// The JSON Schema of what [`FromNode::from_node`] accepts.
    fn schema(defs: &mut Defs) -> Value;
}

/// A value as it stands: samples, defaults, JSON bodies, schemas, parameters.
impl FromNode for Node {
    fn from_node(node: &Node, _: &mut Cx<'_>) -> Option<Self> {
        Some(node.clone())
    }

    fn schema(_: &mut Defs) -> Value {
        json!({})
    }
}

/// Numbers keep their spelling.
impl FromNode for Text {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        match node.text() {
            Some(text) if !node.is_null() => {
                cx.warn_ambiguous(node);
                Some(text.clone())
            }
            _ => {
                cx.wrong_type(node, "a text");
                None
            }
        }
    }

    fn schema(_: &mut Defs) -> Value {
        json!({ "type": ["string", "number", "boolean"] })
    }
}

impl<T: FromNode> FromNode for Box<T> {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        T::from_node(node, cx).map(Self::new)
    }

    fn schema(defs: &mut Defs) -> Value {
        T::schema(defs)
    }
}

/// A list; items that cannot be read are left out.
impl<T: FromNode> FromNode for Vec<T> {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        if let Some(items) = node.items() {
            return Some(cx.each(|cx| {
                let mut all = Vec::with_capacity(items.len());
                all.extend(items.iter().filter_map(|item| T::from_node(item, cx)));
                all
            }));
        }
        let mut diagnostic = cx.wrong_type_diagnostic(node, "a list");
        if let (Some(text), false) = (node.text(), node.is_null()) {
            diagnostic =
                diagnostic.help(format!("write `[{}]`", super::tree::shorten(&text.value)));
        }
        cx.push(diagnostic);
        None
    }

    fn schema(defs: &mut Defs) -> Value {
        json!({ "type": "array", "items": T::schema(defs) })
    }
}

/// A map whose keys are free, in the order of the text; values that cannot be read are left out.
impl<T: FromNode> FromNode for Vec<(Text, T)> {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let Some(entries) = node.entries() else {
            cx.wrong_type(node, "a map");
            return None;
        };
        Some(cx.each(|cx| {
            let mut all = Vec::with_capacity(entries.len());
            let read = entries.iter();
            all.extend(
                read.filter_map(|(key, value)| Some((key.clone(), T::from_node(value, cx)?))),
            );
            all
        }))
    }

    fn schema(defs: &mut Defs) -> Value {
        json!({ "type": "object", "additionalProperties": T::schema(defs) })
    }
}

/// One value, or a list of them: `id` is short for `[id]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOrMany<T> {
    /// The values: at least one, unless each was refused.
    pub values: Vec<T>,
    /// The value or the whole list.
    pub span: Span,
}

impl<T: FromNode> FromNode for OneOrMany<T> {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let values = match node.items() {
            Some([]) => {
                let message = format!("`{}` is an empty list", cx.key);
                cx.push(
                    Diagnostic::new(Code::Empty, node.span, message)
                        .help("name at least one, or leave the key out"),
                );
                return None;
            }
            Some(items) => cx.each(|cx| {
                items
                    .iter()
                    .filter_map(|item| T::from_node(item, cx))
                    .collect()
            }),
            None => vec![T::from_node(node, cx)?],
        };
        Some(Self {
            values,
            span: node.span,
        })
    }

    fn schema(defs: &mut Defs) -> Value {
        let one = T::schema(defs);
        json!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    }
}

/// A value with its place.
impl<T: super::FromScalar> FromNode for Spanned<T> {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        T::from_scalar(node, cx).map(|value| Self {
            value,
            span: node.span,
        })
    }

    fn schema(_: &mut Defs) -> Value {
        T::schema()
    }
}
