//! What a schema says once its `$ref` and `allOf` are followed.

use super::{Reader, Shape, head};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::lower::schema_ref::Place;
use crate::read::{Node, NodeKind, ScalarType};
use crate::source::Span;

impl Reader<'_, '_> {
    /// A schema with its `$ref` and `allOf` followed: the maps that hold all at once.
    pub(super) fn parts(&mut self, place: &Place, span: Span) -> Option<Vec<Place>> {
        self.read += 1;
        if self.read > MAX_SCHEMAS {
            self.error(
                Code::TooLarge,
                span,
                format!("the schema has more than {MAX_SCHEMAS} parts"),
                "declare fewer fields, or `json`",
            );
            return None;
        }
        let NodeKind::Map(entries) = &place.node.kind else {
            self.error(
                Code::WrongType,
                place.node.span,
                format!("a schema has to be a map, not {}", place.node.describe()),
                "write for instance `{ type: string }`",
            );
            return None;
        };
        let mut parts = Vec::new();
        if let Some((_, target)) = entries.iter().find(|(key, _)| key.value == "$ref") {
            let Some(reference) = target.text().filter(|_| !target.is_null()) else {
                self.error(
                    Code::WrongType,
                    target.span,
                    format!("`$ref` has to be a text, not {}", target.describe()),
                    "write for instance `#/$defs/address`",
                );
                return None;
            };
            let found = self
                .documents
                .resolve(reference, place.document, self.sink)?;
            let at = (found.document, found.pointer.clone());
            if self.stack.contains(&at)
                || (found.pointer.is_empty()
                    && self.stack.is_empty()
                    && found.document == place.document)
            {
                self.error(
                    Code::InvalidType,
                    reference.span,
                    "this schema contains itself, and a Rust type cannot",
                    "write `{}` here: any JSON, kept as text",
                );
                return None;
            }
            if self.stack.len() == MAX_DEPTH {
                self.error(
                    Code::TooLarge,
                    reference.span,
                    format!("references are nested more than {MAX_DEPTH} deep"),
                    "write `{}` here: any JSON, kept as text",
                );
                return None;
            }
            self.stack.push(at);
            parts.extend(self.parts(&found, reference.span)?);
        }
        parts.insert(0, place.clone());
        if let Some((_, all)) = entries.iter().find(|(key, _)| key.value == "allOf") {
            let Some(items) = all.items() else {
                self.error(
                    Code::WrongType,
                    all.span,
                    format!("`allOf` has to be a list, not {}", all.describe()),
                    "write a list of schemas",
                );
                return None;
            };
            for item in items {
                let item = Place {
                    node: item.clone(),
                    ..place.clone()
                };
                parts.extend(self.parts(&item, item.node.span)?);
            }
        }
        Some(parts)
    }

    pub(super) fn shape(&mut self, parts: &[Place]) -> Shape {
        let mut shape = Shape {
            span: parts
                .first()
                .map(|place| head(&place.node))
                .unwrap_or_default(),
            ..Shape::default()
        };
        for place in parts {
            self.add_part(place, &mut shape);
        }
        shape
    }

    pub(super) fn add_part(&mut self, place: &Place, shape: &mut Shape) {
        let within = |node: &Node| Place {
            document: place.document,
            pointer: String::new(),
            node: node.clone(),
        };
        for (key, node) in place.node.entries().unwrap_or_default() {
            match key.value.as_str() {
                "type" => self.add_types(node, shape),
                "nullable" => shape.nullable |= node.scalar_type() == Some(ScalarType::Bool(true)),
                "properties" => match node.entries() {
                    Some(properties) => {
                        for (name, property) in properties {
                            if !shape
                                .properties
                                .iter()
                                .any(|(other, _)| other.value == name.value)
                            {
                                shape.properties.push((name.clone(), within(property)));
                            }
                        }
                    }
                    None => {
                        self.error(
                            Code::WrongType,
                            node.span,
                            format!("`properties` has to be a map, not {}", node.describe()),
                            "write the fields and their schemas",
                        );
                        shape.failed = true;
                    }
                },
                "required" => match node.items() {
                    Some(items) => shape.required.extend(
                        items
                            .iter()
                            .filter_map(Node::text)
                            .map(|text| text.value.clone()),
                    ),
                    None => {
                        self.error(
                            Code::WrongType,
                            node.span,
                            format!(
                                "`required` has to be a list of names, not {}",
                                node.describe()
                            ),
                            "it stands beside `properties`",
                        );
                        shape.failed = true;
                    }
                },
                "description" => {
                    shape.description = shape
                        .description
                        .take()
                        .or_else(|| node.text().map(|text| text.value.trim().to_owned()))
                }
                "format" => shape.format = shape.format.take().or_else(|| node.text().cloned()),
                "contentEncoding" => shape.encoding = node.text().map(|text| text.value.clone()),
                "enum" => {
                    shape.words = shape
                        .words
                        .take()
                        .or_else(|| node.items().map(<[_]>::to_vec))
                }
                "const" => shape.words = shape.words.take().or_else(|| Some(vec![node.clone()])),
                "items" => shape.items = shape.items.take().or_else(|| Some(within(node))),
                "additionalProperties" if node.entries().is_some() => {
                    shape.additional = shape.additional.take().or_else(|| Some(within(node)))
                }
                "oneOf" | "anyOf" => match node.items() {
                    Some(items) => shape.choices.extend(items.iter().map(within)),
                    None => {
                        self.error(
                            Code::WrongType,
                            node.span,
                            format!("`{}` has to be a list, not {}", key.value, node.describe()),
                            "write a list of schemas",
                        );
                        shape.failed = true;
                    }
                },
                "rename" | "x-rename" => {
                    shape.rename = shape.rename.take().or_else(|| node.text().cloned())
                }
                "example" => shape.example = shape.example.take().or_else(|| Some(node.clone())),
                "examples" => {
                    shape.example = shape
                        .example
                        .take()
                        .or_else(|| node.items().and_then(<[_]>::first).cloned())
                }
                _ => {}
            }
        }
    }

    pub(super) fn add_types(&mut self, node: &Node, shape: &mut Shape) {
        let one = std::slice::from_ref(node);
        let mut types = Vec::new();
        for item in node.items().unwrap_or(one) {
            let word = item
                .text()
                .map(|text| text.value.as_str())
                .unwrap_or_default();
            match TYPES.iter().find(|ty| **ty == word) {
                // `type: null`, not quoted, is the absence of a value in YAML and means the type in a schema.
                Some(&"null") => shape.nullable = true,
                _ if item.is_null() => shape.nullable = true,
                Some(ty) => types.push(*ty),
                None => {
                    let diagnostic = Diagnostic::new(
                        Code::InvalidType,
                        item.span,
                        format!("JSON Schema has no type `{}`", word.escape_debug()),
                    );
                    self.sink.push(match nearest(word, TYPES) {
                        Some(near) => diagnostic.help(format!("write `{near}`")),
                        None => diagnostic.help(format!("there is {}", TYPES.join(", "))),
                    });
                    shape.failed = true;
                }
            }
        }
        if types.contains(&"number") {
            types.retain(|ty| *ty != "integer");
        }
        if shape.types.is_empty() {
            shape.types = types;
        } else if !types.is_empty() {
            shape.types.retain(|ty| types.contains(ty));
        }
    }
}

pub(super) const TYPES: [&str; 7] = [
    "string", "integer", "number", "boolean", "object", "array", "null",
];

/// Most schemas that one record may have, and how deep they may refer to each other.
pub(super) const MAX_SCHEMAS: usize = 20_000;

pub(super) const MAX_DEPTH: usize = 64;
