//! Maps whose keys the language fixes: which key is which field, what is missing, what is too much.

use serde_json::Value;

use super::from_node::{Cx, FromNode, head};
use super::scalar::list;
use super::schema::Defs;
use super::tree::{Node, NodeKind, shorten};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::source::{Span, Text};

/// Whether a key has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The map is refused without it.
    Required,
    /// An `Option`.
    Optional,
    /// A collection that is empty when absent.
    Default,
}

/// One key of a map.
#[derive(Debug)]
pub struct Key {
    /// Its spellings; the first is the one that is shown.
    pub names: &'static [&'static str],
    /// Whether it has to be there.
    pub presence: Presence,
    /// What it means.
    pub docs: &'static [&'static str],
    /// The JSON Schema of its value.
    pub schema: fn(&mut Defs) -> Value,
}

impl Key {
    pub(super) fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }
}

/// The keys of a map.
#[derive(Debug)]
pub struct Table {
    /// Name of its Rust type.
    pub name: &'static str,
    /// What it is.
    pub docs: &'static [&'static str],
    /// Its keys, in the order of the documentation.
    pub keys: &'static [Key],
    /// Keys that people write elsewhere, and what to write here.
    pub instead: &'static [(&'static str, &'static str)],
    /// The key whose value may stand for the whole map.
    pub shorthand: Option<&'static str>,
    /// In a resource `resource_defaults` may give every key but this one.
    pub inherits_all_but: Option<&'static str>,
}

/// A part of the language that is a map with fixed keys.
pub trait FromMap: Sized {
    /// Its keys.
    const TABLE: Table;

    /// Reads the values of its keys.
    fn from_slots(slots: Slots<'_>, cx: &mut Cx<'_>) -> Option<Self>;
}

impl<T: FromMap> FromMap for Box<T> {
    const TABLE: Table = T::TABLE;

    fn from_slots(slots: Slots<'_>, cx: &mut Cx<'_>) -> Option<Self> {
        T::from_slots(slots, cx).map(Self::new)
    }
}

/// The values of a map, one place for each key of its table.
#[derive(Debug)]
pub struct Slots<'n> {
    values: Vec<Option<&'n Node>>,
    names: Vec<&'static str>,
    next: usize,
    span: Span,
}

impl<'n> Slots<'n> {
    /// Where the map stands: its first line, or the word that is its type.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// Reads the value of the next key of the table; `None` when it is absent, `null` or was refused.
    pub fn next<T: FromNode>(&mut self, cx: &mut Cx<'_>) -> Option<T> {
        let index = self.next;
        self.next += 1;
        let node = self.values.get(index).copied().flatten()?;
        let name = self.names.get(index).copied().unwrap_or_default();
        cx.at(name, |cx| T::from_node(node, cx))
    }
}

/// Which of several shapes a map has: named by its `type`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'t> {
    /// What has types: `paginator`.
    pub of: &'t str,
    /// Its type as written.
    pub word: &'t str,
    /// Where the type stands.
    pub span: Span,
}

/// Finds the keys of a table in a node and records everything that does not fit: unknown keys with the nearest legal
/// one, keys given twice under two spellings, missing keys.
pub(super) fn open<'n>(
    node: &'n Node,
    table: &Table,
    tag: Option<Tag<'_>>,
    cx: &mut Cx<'_>,
) -> Option<Slots<'n>> {
    let mut slots = Slots {
        values: vec![None; table.keys.len()],
        names: table.keys.iter().map(Key::name).collect(),
        next: 0,
        span: tag.map_or_else(|| head(node), |tag| tag.span),
    };
    let place = Place { table, tag, node };
    match &node.kind {
        NodeKind::Map(entries) => place.sort(entries, &mut slots, cx),
        // The word that is the type was understood before.
        NodeKind::Scalar { .. } if tag.is_some() => {}
        NodeKind::Scalar { .. } | NodeKind::List(_) => {
            let short = table
                .shorthand
                .filter(|_| node.text().is_some() && !node.is_null());
            let Some(index) =
                short.and_then(|short| table.keys.iter().position(|key| key.name() == short))
            else {
                let wanted = if table.shorthand.is_some() {
                    "a text or a map"
                } else {
                    "a map"
                };
                let known = list(table.keys.iter().map(Key::name));
                let diagnostic = cx
                    .wrong_type_diagnostic(node, wanted)
                    .help(format!("its keys are {known}"));
                cx.push(diagnostic);
                return None;
            };
            if let (Some(slot), Some(name)) =
                (slots.values.get_mut(index), slots.names.get_mut(index))
            {
                *slot = Some(node);
                // The text stands at the key of the map, and there it is spoken of.
                if !cx.within && !cx.key.is_empty() {
                    *name = cx.key;
                }
            }
        }
    }
    for (key, slot) in table.keys.iter().zip(&mut slots.values) {
        let nothing = slot.is_none_or(Node::is_null);
        if nothing && key.presence == Presence::Required {
            place.missing(key, *slot, cx);
        }
        if nothing {
            *slot = None;
        }
    }
    Some(slots)
}

/// A map, and the table it is read by.
struct Place<'p> {
    table: &'p Table,
    tag: Option<Tag<'p>>,
    node: &'p Node,
}

impl Place<'_> {
    /// `paginator` of type `offset`
    fn name(&self) -> String {
        match self.tag {
            Some(tag) => format!("`{}` of type `{}`", tag.of, shorten(tag.word)),
            None if self.table.name == "Spec" => "the spec".to_owned(),
            None => format!("`{}`", snake(self.table.name)),
        }
    }

    fn sort<'n>(&self, entries: &'n [(Text, Node)], slots: &mut Slots<'n>, cx: &mut Cx<'_>) {
        let mut given: Vec<Option<&Text>> = vec![None; self.table.keys.len()];
        let mut unknown = Vec::new();
        for (name, value) in entries {
            let index = self
                .table
                .keys
                .iter()
                .position(|key| key.names.contains(&name.value.as_str()));
            match index {
                Some(index) => self.give(index, name, value, &mut given, slots, cx),
                None if self.tag.is_some() && name.value == "type" => {}
                None => unknown.push((name, value)),
            }
        }
        for (name, value) in unknown {
            self.unknown(name, value, slots, cx);
        }
    }

    fn give<'n>(
        &self,
        index: usize,
        name: &'n Text,
        value: &'n Node,
        given: &mut [Option<&'n Text>],
        slots: &mut Slots<'n>,
        cx: &mut Cx<'_>,
    ) {
        let (Some(slot), Some(before)) = (slots.values.get_mut(index), given.get_mut(index)) else {
            return;
        };
        let own = |name: &Text| self.node.span.contains(name.span);
        match *before {
            // A spelling of the resource's own wins over another one in the defaults.
            Some(earlier) if own(earlier) && !own(name) => return,
            Some(earlier) if own(earlier) == own(name) => {
                let message = format!(
                    "`{}` and `{}` are the same key of {}",
                    earlier.value,
                    name.value,
                    self.name()
                );
                cx.push(
                    Diagnostic::new(Code::ConflictingKeys, name.span, message)
                        .other(earlier.span, "given here already")
                        .help(format!(
                            "leave one of them; the usual spelling is `{}`",
                            slots.names.get(index).copied().unwrap_or_default()
                        )),
                );
                return;
            }
            _ => {}
        }
        *slot = Some(value);
        *before = Some(name);
    }

    fn unknown<'n>(&self, name: &Text, value: &'n Node, slots: &mut Slots<'n>, cx: &mut Cx<'_>) {
        let key = name.value.as_str();
        let message = format!("{} has no key `{}`", self.name(), shorten(key));
        let diagnostic = Diagnostic::new(Code::UnknownKey, name.span, message);
        let free = |index: usize| slots.values.get(index).is_some_and(Option::is_none);
        if let Some((_, advice)) = self.table.instead.iter().find(|(other, _)| *other == key) {
            cx.push(diagnostic.help(*advice));
            // Another tool's name for a key stands for it in what follows, so that it is not missing as well.
            let meant = advice
                .strip_prefix("write `")
                .and_then(|rest| rest.strip_suffix('`'))
                .and_then(|meant| self.table.keys.iter().position(|key| key.name() == meant))
                .filter(|&index| free(index));
            if let Some(slot) = meant.and_then(|index| slots.values.get_mut(index)) {
                *slot = Some(value);
            }
            return;
        }
        let candidates = || self.table.keys.iter().enumerate();
        let names = candidates()
            .filter(|&(index, _)| free(index))
            .flat_map(|(_, key)| key.names.iter().copied());
        let meant = nearest(key, names);
        let diagnostic = match meant {
            Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
            None => diagnostic,
        };
        let legal = self.legal();
        cx.push(diagnostic.help(legal));
        // Taken for what was meant: that one is then not missing, and its value is checked too.
        let index = meant.and_then(|meant| {
            self.table
                .keys
                .iter()
                .position(|key| key.names.contains(&meant))
        });
        if let Some(slot) = index.and_then(|index| slots.values.get_mut(index)) {
            *slot = Some(value);
        }
    }

    fn legal(&self) -> String {
        if self.table.keys.is_empty() {
            return "it has no keys besides `type`".to_owned();
        }
        let names = list(self.table.keys.iter().map(Key::name));
        match self.table.keys {
            [_] => format!("its only key is {names}"),
            _ => format!("its keys are {names}"),
        }
    }

    fn missing(&self, key: &Key, null: Option<&Node>, cx: &mut Cx<'_>) {
        let name = key.name();
        let span = null.map_or_else(
            || self.tag.map_or_else(|| head(self.node), |tag| tag.span),
            |null| null.span,
        );
        let message = match null {
            Some(_) => format!("`{name}` in {} has no value", self.name()),
            None => format!("missing `{name}` in {}", self.name()),
        };
        let meaning = first_sentence(key.docs);
        cx.push(
            Diagnostic::new(Code::MissingKey, span, message).help(format!("`{name}`: {meaning}")),
        );
    }
}

/// What a key means, in the first sentence of its documentation.
fn first_sentence(docs: &[&str]) -> String {
    let lines = docs.iter().map(|line| line.trim());
    let paragraph = lines
        .take_while(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    match paragraph.split_once(". ") {
        Some((sentence, _)) => format!("{sentence}."),
        None => paragraph,
    }
}

/// `RateLimit` → `rate_limit`
pub(super) fn snake(name: &str) -> String {
    use heck::ToSnakeCase;
    match name {
        "FieldMap" => "field".to_owned(),
        _ => name.to_snake_case(),
    }
}

/// Reads a map by its table.
pub fn read_map<T: FromMap>(node: &Node, cx: &mut Cx<'_>) -> Option<T> {
    let slots = open(node, &T::TABLE, None, cx)?;
    T::from_slots(slots, cx)
}
