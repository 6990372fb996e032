//! `fields`: the types of a record, in shorthand.

use serde_json::{Value, json};

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::read::{Cx, Defs, FromMap, FromNode, Node, NodeKind, OneOrMany, spec_map};
use crate::source::{Spanned, Text};

/// The type of one field, as written.
///
/// - a type name, with `!` when the field is always there and never null: `string!`
/// - a list of one: a list of that; of several: a list whose items are any of them. Items of lists and values of maps are
///   never null unless they say `nullable: true`
/// - a map with one of `type`, `enum`, `fields`, `items`, `one_of` as [`FieldMap`] says; any other map is an object whose
///   keys are its fields. So is a map that has such a key besides others which are no keys of `FieldMap` and hold types:
///   `{ type: string!, id: integer! }`
#[derive(Debug, Clone, PartialEq)]
pub enum FieldSpec {
    /// `string!`
    Name(Text),
    /// `[integer]`, `[string, integer]`
    List(Spanned<Vec<FieldSpec>>),
    /// `{ kind: string!, at: timestamp }`
    Object(Spanned<Vec<(Text, FieldSpec)>>),
    /// `{ type: decimal, description: … }`
    Map(Box<FieldMap>),
}

/// Names of types.
pub const FIELD_TYPES: [&str; 14] = [
    "string",
    "integer",
    "number",
    "boolean",
    "decimal",
    "timestamp",
    "date",
    "time",
    "uuid",
    "binary",
    "json",
    "map",
    "list",
    "object",
];

impl FromNode for FieldSpec {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        match &node.kind {
            NodeKind::Scalar { .. } if node.is_null() => {
                cx.wrong_type(node, "a type");
                None
            }
            NodeKind::Scalar { text, .. } => Some(Self::Name(text.clone())),
            NodeKind::List(items) if items.is_empty() => {
                let diagnostic = Diagnostic::new(Code::Empty, node.span, "this list names no type");
                cx.push(
                    diagnostic
                        .help("write the type of its items: `[string]`; `[json]` for anything"),
                );
                None
            }
            NodeKind::List(_) => Some(Self::List(Spanned {
                value: Vec::from_node(node, cx)?,
                span: node.span,
            })),
            NodeKind::Map(entries) if says_type(entries) => {
                FieldMap::from_node(node, cx).map(Box::new).map(Self::Map)
            }
            NodeKind::Map(_) => Some(Self::Object(Spanned {
                value: Vec::from_node(node, cx)?,
                span: node.span,
            })),
        }
    }

    fn schema(defs: &mut Defs) -> Value {
        defs.define("FieldSpec", |defs| {
            let map = FieldMap::schema(defs);
            json!({
                "description": "The type of a field: a type name (with `!` when always there and never null), a list of the type of its items, a map of the fields of an object, or a map with `type` and more.",
                "anyOf": [
                    { "type": "string", "pattern": format!("^({})!?$", FIELD_TYPES.join("|")) },
                    { "type": "array", "items": Self::schema(defs), "minItems": 1 },
                    map,
                    { "type": "object", "additionalProperties": Self::schema(defs) },
                ],
            })
        })
    }
}

/// Whether a map is a [`FieldMap`] rather than the fields of an object.
fn says_type(entries: &[(Text, Node)]) -> bool {
    let says = |key: &str, node: &Node| match key {
        "type" => node.text().is_some(),
        "enum" | "one_of" => node.items().is_some(),
        "fields" => node.entries().is_some(),
        "items" => true,
        _ => false,
    };
    let legal = || {
        FieldMap::TABLE
            .keys
            .iter()
            .flat_map(|key| key.names.iter().copied())
    };
    let is_field = |key: &str, node: &Node| {
        let holds_type = match &node.kind {
            NodeKind::Scalar { text, .. } => {
                FIELD_TYPES.contains(&text.value.strip_suffix('!').unwrap_or(&text.value))
            }
            NodeKind::Map(_) | NodeKind::List(_) => true,
        };
        holds_type && nearest(key, legal()).is_none()
    };
    entries.iter().any(|(key, node)| says(&key.value, node))
        && !entries.iter().any(|(key, node)| is_field(&key.value, node))
}

spec_map! {
    /// A field with more to say than its type. Short forms: `string` is `{ type: string }`; with `!`, `string!`, it is
    /// always there and never null; `[string]` is a list of that, `[string, integer]` a list of any of these; any other map,
    /// `{ name: string!, age: integer }`, is an object with these fields.
    pub struct FieldMap {
        /// A type name, with or without `!`: `string`, `integer`, `number`, `boolean`, `decimal`, `timestamp`, `date`,
        /// `time`, `uuid`, `binary`, `json`, `map`, `list`, `object`. Instants of a `timestamp` are read from the year 0001 to
        /// 9999-12-30T22:00Z: where an API sends 9999-12-31T23:59:59Z for "never", the field has to be a `string`.
        optional r#type ("type"): Text,
        /// The known words; others are kept as unknown.
        optional r#enum ("enum"): Vec<Text>,
        /// The fields of an object.
        optional fields: Vec<(Text, FieldSpec)>,
        /// The type of a list's items, or of a map's values.
        optional items ("items" | "values"): FieldSpec,
        /// Any of several types.
        optional one_of: Vec<FieldSpec>,
        /// What it is.
        optional description: Text,
        /// Always there.
        optional required: Spanned<bool>,
        /// May be null.
        optional nullable: Spanned<bool>,
        /// How a `timestamp`, `date` or `time` is written: `rfc3339`, `epoch`, `epoch_ms`, or strftime. A list of a
        /// timestamp's formats are tried in order.
        optional format: OneOrMany<Text>,
        /// Name of the Rust field and of the column.
        optional rename: Text,
        /// Accepts text for numbers and booleans, and numbers for text.
        optional lenient: Spanned<bool>,
        /// A value for generated samples, of the field's type.
        optional example: Node,
    }
}
