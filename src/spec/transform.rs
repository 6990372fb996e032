//! `include_from_parent`: what becomes of what the API sends.

use serde_json::{Value, json};

use crate::read::{Cx, Defs, FromNode, Node, NodeKind, OneOrMany};
use crate::source::{Span, Text};

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
