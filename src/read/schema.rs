//! The JSON Schema of the language, from the tables that read it.

use serde_json::{Map, Value, json};

use super::FromNode;
use super::keys::{FromMap, Key, Presence, Table, snake};
use crate::spec::Spec;

/// Definitions that schemas refer to.
#[derive(Debug, Default)]
pub struct Defs {
    defs: Map<String, Value>,
    inherits: bool,
    parts: Vec<Part>,
}

/// A part of the language: what a page of the manual is about.
#[derive(Debug)]
pub struct Part {
    /// Name of its definition in the JSON Schema.
    pub definition: String,
    /// What it is called in the manual: `client`, `paginator`.
    pub name: String,
    /// Of a part that has types: the spellings of the one that this is.
    pub types: &'static [&'static str],
    /// What it is.
    pub docs: String,
    /// Its keys; of a part that has types, the keys of one of them.
    pub keys: &'static [Key],
    /// The key whose value may stand for the whole.
    pub shorthand: Option<&'static str>,
}

impl Defs {
    /// A definition of this name, made once, and a reference to it.
    ///
    /// Within a resource nothing is required, since `resource_defaults` may give it, and everything may be null, which
    /// removes a default: those definitions have names of their own.
    pub fn define(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        let name = if self.inherits {
            format!("{name}InResource")
        } else {
            name.to_owned()
        };
        if !self.defs.contains_key(&name) {
            // Stands in for it while it is made: definitions refer to themselves.
            self.defs.insert(name.clone(), Value::Null);
            let made = make(self);
            self.defs.insert(name.clone(), made);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    /// Whether keys may come from `resource_defaults`.
    #[must_use]
    pub fn inherits(&self) -> bool {
        self.inherits
    }

    pub(super) fn scope<R>(&mut self, inherits: bool, make: impl FnOnce(&mut Self) -> R) -> R {
        let outer = self.inherits;
        self.inherits |= inherits;
        let made = make(self);
        self.inherits = outer;
        made
    }

    /// What a schema accepts, or null.
    #[must_use]
    pub fn or_null(&self, schema: Value) -> Value {
        if schema.as_object().is_some_and(Map::is_empty) {
            return schema;
        }
        json!({ "anyOf": [schema, { "type": "null" }] })
    }
}

/// The text of a documentation comment.
pub(super) fn prose(docs: &[&str]) -> String {
    let lines: Vec<&str> = docs
        .iter()
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    lines.join("\n")
}

/// The type that a map with a table is, of a part that has types.
pub(super) struct Type {
    /// Name of the part.
    pub of: &'static str,
    /// Its spellings.
    pub words: &'static [&'static str],
    /// What it is.
    pub docs: &'static [&'static str],
}

/// The JSON Schema of a map with a table.
pub fn map_schema<T: FromMap>(defs: &mut Defs) -> Value {
    table_schema(const { &T::TABLE }, None, defs)
}

/// The JSON Schema of a table: a reference to its definition.
pub(super) fn table_schema(table: &'static Table, tag: Option<Type>, defs: &mut Defs) -> Value {
    let name = match tag.as_ref().map(|tag| (tag.of, tag.words)) {
        // Types without keys share a table.
        Some((of, [word, ..])) if table.name.is_empty() => format!("{of}_{word}"),
        Some((_, [word, ..])) => format!("{}_{word}", table.name),
        _ => table.name.to_owned(),
    };
    let inherits = table.inherits_all_but;
    defs.scope(inherits.is_some(), |defs| {
        defs.define(&name, |defs| {
            defs.parts.push(Part {
                definition: name.clone(),
                name: snake(tag.as_ref().map_or(table.name, |tag| tag.of)),
                types: tag.as_ref().map_or(&[], |tag| tag.words),
                docs: prose(match &tag {
                    Some(tag) if table.docs.is_empty() => tag.docs,
                    _ => table.docs,
                }),
                keys: table.keys,
                shorthand: table.shorthand,
            });
            let mut properties = Map::new();
            let mut required = Vec::new();
            if let Some(tag) = &tag {
                properties.insert("type".to_owned(), json!({ "enum": tag.words }));
            }
            let mut rules = Vec::new();
            for key in table.keys {
                let mut value = (key.schema)(defs);
                if key.presence != Presence::Required || defs.inherits() {
                    value = defs.or_null(value);
                }
                if let Value::Object(value) = &mut value {
                    value.insert("description".to_owned(), prose(key.docs).into());
                }
                for spelling in key.names {
                    properties.insert((*spelling).to_owned(), value.clone());
                }
                let needed = key.presence == Presence::Required
                    && (!defs.inherits() || inherits == Some(key.name()));
                match key.names {
                    [one] if needed => required.push((*one).to_owned()),
                    several if needed => {
                        let any: Vec<Value> = several
                            .iter()
                            .map(|name| json!({ "required": [name] }))
                            .collect();
                        rules.push(json!({ "oneOf": any }));
                    }
                    _ => {}
                }
            }
            let mut schema = json!({
                "type": "object",
                "description": prose(table.docs),
                "properties": properties,
                "additionalProperties": false,
            });
            if let Value::Object(schema) = &mut schema {
                if !required.is_empty() {
                    schema.insert("required".to_owned(), required.into());
                }
                if !rules.is_empty() {
                    schema.insert("allOf".to_owned(), rules.into());
                }
            }
            match table
                .shorthand
                .and_then(|short| table.keys.iter().find(|key| key.name() == short))
            {
                Some(short) => json!({ "anyOf": [(short.schema)(defs), schema] }),
                None => schema,
            }
        })
    })
}

/// The parts of the language in the order in which a spec comes to them: one for each map with fixed keys, and one for
/// each type of a part that has types.
#[must_use]
pub fn language_parts() -> Vec<Part> {
    let mut defs = Defs::default();
    Spec::schema(&mut defs);
    let mut parts = std::mem::take(&mut defs.parts);
    // What a resource may inherit is the same part.
    let mut seen = std::collections::BTreeSet::new();
    parts.retain(|part| seen.insert(part.definition.clone()));
    parts
}

/// The JSON Schema (2020-12) of a spec, for editors.
#[must_use]
pub fn language_schema() -> Value {
    let mut defs = Defs::default();
    let root = Spec::schema(&mut defs);
    let mut definitions = defs.defs;
    if let Some(mut inherited) = definitions.get("ResourceInResource").cloned() {
        if let Some(inherited) = inherited.as_object_mut() {
            inherited.remove("required");
            inherited.insert(
                "description".to_owned(),
                "Anything that a resource may hold but its name.".into(),
            );
            if let Some(properties) = inherited
                .get_mut("properties")
                .and_then(Value::as_object_mut)
            {
                properties.shift_remove("name");
            }
        }
        definitions.insert("ResourceDefaults".to_owned(), inherited);
    }
    if let Some(slot) = definitions
        .get_mut("Spec")
        .and_then(|spec| spec.pointer_mut("/properties/resource_defaults"))
    {
        let description = slot.get("description").cloned().unwrap_or_default();
        *slot = json!({ "$ref": "#/$defs/ResourceDefaults", "description": description });
    }
    definitions.sort_keys();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "spile spec",
        "$ref": root.get("$ref"),
        "$defs": definitions,
    })
}
