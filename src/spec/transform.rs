//! `transform`, `include_from_parent`: what becomes of what the API sends.

use serde_json::{Value, json};

use crate::read::{Cx, Defs, FromNode, Node, NodeKind, OneOrMany, spec_map, spec_words};
use crate::source::{Span, Spanned, Text};

/// Fields of the parent's record, by the names that they have in the record.
#[derive(Debug, Clone, PartialEq)]
pub struct IncludeFromParent {
    /// The names and the fields; without a name it is the field's own.
    pub fields: Vec<(Option<Text>, Text)>,
    /// Where they stand.
    pub span: Span,
}

impl FromNode for IncludeFromParent {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let fields = match &node.kind {
            NodeKind::Map(_) => Vec::<(Text, Text)>::from_node(node, cx)?
                .into_iter()
                .map(|(name, field)| (Some(name), field))
                .collect(),
            _ => OneOrMany::<Text>::from_node(node, cx)?
                .values
                .into_iter()
                .map(|field| (None, field))
                .collect(),
        };
        Some(Self {
            fields,
            span: node.span,
        })
    }

    fn schema(defs: &mut Defs) -> Value {
        let list = <OneOrMany<Text> as FromNode>::schema(defs);
        json!({ "anyOf": [list, <Vec<(Text, Text)> as FromNode>::schema(defs)] })
    }
}

spec_map! {
    /// A step of a transform. Several keys of one step are taken in the order in which they stand.
    pub struct TransformStep {
        /// Adds fields with these values.
        optional add: Vec<(Text, AddedField)>,
        /// Leaves out fields; a path reaches into objects. What nothing reads is not even decoded.
        optional remove: OneOrMany<Text>,
        /// Gives fields new names: a map from the old ones.
        optional rename: Vec<(Text, Text)>,
        /// Objects whose fields become fields of the record, `address.street` as `address_street`: a list of them, or a
        /// map to the prefixes that their fields get, as `{ address: ship_to_ }`.
        optional flatten: Flatten,
        /// Writes the keys of the record in this case.
        optional keys: Spanned<KeyCase>,
        /// Reads fields as other types than the API declares; a path reaches into objects. A value that cannot be read so
        /// makes the record invalid.
        optional cast: Vec<(Text, Text)>,
    }
    instead {
        "type" = "write the step as its key: `add`, `remove`, `rename`, `flatten`, `keys` or `cast`",
        "fields" = "write `add: { NAME: \"{{ … }}\" }`",
        "field_pointers" = "write `remove: [a, b.c]`",
        "filter" = "it belongs into the resource: `filter: \"{{ record.x > 0 }}\"`",
        "map" = "say what changes: `add`, `remove`, `rename`, `flatten`, `keys` or `cast`",
    }
}

spec_map! {
    /// A field that a transform adds. A text alone is its value.
    pub struct AddedField shorthand(value) {
        /// Its value: a text or an expression over `record`, the record as the API sends it, `parent`, `partition` and
        /// `config`. Where one of its expressions is absent, so is the field.
        required value: Text,
        /// Its type, where that is another than the expression's: `string` takes any.
        optional r#type ("type" | "value_type"): Text,
        /// What it is.
        optional description: Text,
    }
}

spec_words! {
    /// How keys are written.
    pub enum KeyCase {
        /// `created_at`
        Snake = "snake" | "snake_case",
        /// `createdAt`
        Camel = "camel" | "camelCase",
        /// `CreatedAt`
        Pascal = "pascal" | "PascalCase",
        /// `created-at`
        Kebab = "kebab" | "kebab-case",
        /// The letters in lower case, nothing else changed.
        Lower = "lower",
        /// The letters in upper case, nothing else changed.
        Upper = "upper",
    }
}

/// Objects whose fields become fields of the record.
#[derive(Debug, Clone, PartialEq)]
pub struct Flatten {
    /// The objects and the prefixes of their fields.
    pub objects: Vec<(Text, Option<Text>)>,
}

impl FromNode for Flatten {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        let objects = match &node.kind {
            NodeKind::Map(_) => Vec::<(Text, Text)>::from_node(node, cx)?
                .into_iter()
                .map(|(object, prefix)| (object, Some(prefix)))
                .collect(),
            _ => OneOrMany::<Text>::from_node(node, cx)?
                .values
                .into_iter()
                .map(|object| (object, None))
                .collect(),
        };
        Some(Self { objects })
    }

    fn schema(defs: &mut Defs) -> Value {
        let list = <OneOrMany<Text> as FromNode>::schema(defs);
        json!({ "anyOf": [list, <Vec<(Text, Text)> as FromNode>::schema(defs)] })
    }
}
