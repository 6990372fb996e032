//! Parts of the language that have a `type`: it decides which keys are legal, and messages name only those.

use serde_json::{Value, json};

use super::from_node::{Cx, head};
use super::keys::{self, Slots, Table, Tag, snake};
use super::scalar::{Choice, list};
use super::schema::{Defs, Type, table_schema};
use super::tree::Node;
use crate::diagnostic::{Code, Diagnostic};

/// One of the types.
pub struct Variant<T: 'static> {
    /// The words for it; the first is the one that is shown.
    pub words: &'static [&'static str],
    /// What it is.
    pub docs: &'static [&'static str],
    /// The keys that it has besides `type`.
    pub table: &'static Table,
    /// Reads them.
    pub read: fn(Slots<'_>, &mut Cx<'_>) -> Option<T>,
}

/// An enum that is told apart by `type`. A word alone is short for `{type: …}`.
pub trait Tagged: Sized + 'static {
    /// Name of its Rust type.
    const NAME: &'static str;
    /// What it is.
    const DOCS: &'static [&'static str];
    /// Its types.
    const VARIANTS: &'static [Variant<Self>];
    /// Types that people write elsewhere, and what to write here.
    const INSTEAD: &'static [(&'static str, &'static str)];
}

/// Reads a map by the keys of its `type`, or a type alone.
pub fn read_tagged<T: Tagged>(node: &Node, cx: &mut Cx<'_>) -> Option<T> {
    let words = || {
        list(
            T::VARIANTS
                .iter()
                .filter_map(|variant| variant.words.first().copied()),
        )
    };
    let of = snake(T::NAME);
    let tag = match (node.entries(), node.text()) {
        (Some(_), _) => node.get("type"),
        (None, Some(_)) if !node.is_null() => Some(node),
        _ => {
            let diagnostic =
                cx.wrong_type_diagnostic(node, "a map with a `type`, or the type alone");
            cx.push(diagnostic.help(format!("its types are {}", words())));
            return None;
        }
    };
    let Some(tag) = tag else {
        let message = format!("missing `type` in `{of}`: it decides which keys there are");
        cx.push(
            Diagnostic::new(Code::MissingKey, head(node), message)
                .help(format!("its types are {}", words())),
        );
        return None;
    };
    let Some(word) = tag.text().filter(|_| !tag.is_null()) else {
        let help = format!("its types are {}", words());
        let diagnostic = cx.at("type", |cx| cx.wrong_type_diagnostic(tag, "a word"));
        cx.push(diagnostic.help(help));
        return None;
    };
    let choice = Choice {
        noun: "type",
        of: &of,
        instead: T::INSTEAD,
    };
    let all = T::VARIANTS.iter().map(|variant| (variant, variant.words));
    let variant = choice.make(tag, &word.value, all, cx)?;
    // A word that was taken for the nearest one stands for it in what follows.
    let known = variant.words.contains(&word.value.as_str());
    let word = if known {
        word.value.as_str()
    } else {
        variant.words.first().copied().unwrap_or_default()
    };
    let tag = Tag {
        of: &of,
        word,
        span: tag.span,
    };
    let slots = keys::open(node, variant.table, Some(tag), cx)?;
    (variant.read)(slots, cx)
}

/// The JSON Schema of an enum told apart by `type`.
pub fn tagged_schema<T: Tagged>(defs: &mut Defs) -> Value {
    defs.define(T::NAME, |defs| {
        let words: Vec<&str> = T::VARIANTS
            .iter()
            .filter(|variant| defs.inherits() || !variant.table.keys.iter().any(|key| key.presence == keys::Presence::Required))
            .flat_map(|variant| variant.words.iter().copied())
            .collect();
        let mut any: Vec<Value> = T::VARIANTS
            .iter()
            .map(|variant| {
                let schema = table_schema(variant.table, Some(Type { of: T::NAME, words: variant.words, docs: variant.docs }), defs);
                // Without it, a map of this type could pass for another one.
                json!({ "allOf": [schema], "required": if defs.inherits() { vec![] } else { vec!["type"] } })
            })
            .collect();
        any.push(json!({ "enum": words }));
        json!({ "anyOf": any, "description": super::schema::prose(T::DOCS) })
    })
}

impl<T> std::fmt::Debug for Variant<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Variant").field(&self.words).finish()
    }
}

/// A table without keys, for types that need none.
pub const NO_KEYS: Table = Table {
    name: "",
    docs: &[],
    keys: &[],
    instead: &[],
    shorthand: None,
    inherits_all_but: None,
};
