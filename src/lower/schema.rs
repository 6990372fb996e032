//! `schema`: the types of a record as a JSON Schema.

mod parts;

use std::collections::BTreeMap;

use super::record::{NewField, RecordBuilder, Typed, list, map};
use super::schema_ref::{Documents, Place};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::model::{TimeFormat, Type};
use crate::read::{Node, ScalarType};
use crate::source::{Span, Text};

/// Lowers a schema whose object becomes the record; `false` after faults that were recorded.
pub fn record(
    root: &Node,
    type_name: &str,
    builder: &mut RecordBuilder,
    documents: &mut Documents<'_>,
    sink: &mut Sink,
) -> bool {
    let document = documents.open(root);
    let mut reader = Reader {
        builder,
        documents,
        sink,
        stack: Vec::new(),
        shared: BTreeMap::new(),
        read: 0,
        record: type_name,
    };
    let place = Place {
        document,
        pointer: String::new(),
        node: root.clone(),
    };
    let Some(parts) = reader.parts(&place, root.span) else {
        return false;
    };
    let shape = reader.shape(&parts);
    if !(shape.types.is_empty() || shape.types.contains(&"object")) || shape.properties.is_empty() {
        let message = "the schema of a record has to be an object with `properties`";
        reader.sink.push(
            Diagnostic::new(Code::InvalidType, head(root), message)
                .help("write `type: object` and `properties`"),
        );
        return false;
    }
    let index = reader.builder.open_struct(type_name.to_owned(), None);
    reader.fields(shape, index)
}

/// The first key of a schema, else all of it.
fn head(node: &Node) -> Span {
    match node.entries().and_then(<[_]>::first) {
        Some((key, _)) => key.span,
        None => node.span,
    }
}

struct Reader<'r, 's> {
    builder: &'r mut RecordBuilder,
    documents: &'r mut Documents<'s>,
    sink: &'r mut Sink,
    /// The references that are being followed.
    stack: Vec<(usize, String)>,
    /// Types of references that were followed before.
    shared: BTreeMap<(usize, String), Typed>,
    read: usize,
    /// Rust name of the record.
    record: &'r str,
}

/// What the parts of a schema say together.
#[derive(Default)]
struct Shape {
    /// Every type that is possible, `null` aside; empty: any.
    types: Vec<&'static str>,
    nullable: bool,
    properties: Vec<(Text, Place)>,
    required: Vec<String>,
    description: Option<String>,
    format: Option<Text>,
    words: Option<Vec<Node>>,
    items: Option<Place>,
    additional: Option<Place>,
    choices: Vec<Place>,
    rename: Option<Text>,
    example: Option<Node>,
    encoding: Option<String>,
    span: Span,
    failed: bool,
}

impl Reader<'_, '_> {
    fn error(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.sink
            .push(Diagnostic::new(code, span, message).help(help));
    }

    /// Lowers the properties of an object into a struct that was opened as `index`.
    fn fields(&mut self, shape: Shape, index: usize) -> bool {
        let outer = self
            .builder
            .structs
            .get(index)
            .map(|new| new.type_name.clone())
            .unwrap_or_default();
        let mut fields = Vec::with_capacity(shape.properties.len());
        let mut complete = true;
        for (key, place) in &shape.properties {
            match self.typed(place, &outer, &key.value, false) {
                Some(mut typed) => {
                    typed.nullable |= !shape.required.contains(&key.value);
                    fields.push(NewField { key, typed });
                }
                None => complete = false,
            }
        }
        self.builder.close_struct(index, fields, self.sink);
        complete
    }

    /// The type of a schema that stands at `key` of the type `outer`.
    fn typed(&mut self, place: &Place, outer: &str, key: &str, item: bool) -> Option<Typed> {
        if place.node.scalar_type() == Some(ScalarType::Bool(true)) {
            return Some(Typed::plain(Type::Json, true));
        }
        let depth = self.stack.len();
        let parts = self.parts(place, place.node.span);
        // A reference alone is one type wherever it stands.
        let shared = self
            .stack
            .get(depth)
            .cloned()
            .filter(|_| place.node.get("allOf").is_none());
        let typed = parts.and_then(|parts| match shared {
            Some(at) => self.shared_type(&at, &parts),
            None => {
                let shape = self.shape(&parts);
                self.shaped(shape, outer, key, item)
            }
        });
        self.stack.truncate(depth);
        typed
    }

    fn shared_type(&mut self, at: &(usize, String), parts: &[Place]) -> Option<Typed> {
        let own = parts
            .first()
            .map(|own| self.shape(std::slice::from_ref(own)))
            .unwrap_or_default();
        let typed = match self.shared.get(at) {
            Some(typed) => typed.clone(),
            None => {
                let name =
                    at.1.rsplit('/')
                        .next()
                        .filter(|name| !name.is_empty())
                        .unwrap_or("shared")
                        .to_owned();
                let shape = self.shape(parts.get(1..).unwrap_or_default());
                let outer = self.record.to_owned();
                let typed = self.shaped(shape, &outer, &name, false)?;
                self.shared.insert(at.clone(), typed.clone());
                typed
            }
        };
        Some(Typed {
            nullable: typed.nullable || own.nullable,
            description: own.description.or(typed.description),
            rename: own.rename,
            example: own.example.or(typed.example),
            ..typed
        })
    }

    fn shaped(&mut self, mut shape: Shape, outer: &str, key: &str, item: bool) -> Option<Typed> {
        if shape.failed {
            return None;
        }
        let mut nullable = shape.nullable;
        let ty = if let Some(words) = shape.words.take() {
            self.words(&words, &mut nullable, &shape, outer, key, item)?
        } else if !shape.choices.is_empty() && shape.properties.is_empty() {
            let choices = std::mem::take(&mut shape.choices);
            self.choices(&choices, &mut nullable, &shape, outer, key, item)?
        } else {
            self.plain(&mut shape, &mut nullable, outer, key, item)?
        };
        Some(Typed {
            ty,
            nullable,
            description: shape.description,
            lenient: false,
            rename: shape.rename,
            example: shape.example,
        })
    }

    fn words(
        &mut self,
        words: &[Node],
        nullable: &mut bool,
        shape: &Shape,
        outer: &str,
        key: &str,
        item: bool,
    ) -> Option<Type> {
        *nullable |= words.iter().any(Node::is_null);
        let values: Vec<&Node> = words.iter().filter(|node| !node.is_null()).collect();
        let all = |wanted: fn(ScalarType) -> bool| {
            values
                .iter()
                .all(|node| node.scalar_type().is_some_and(wanted))
        };
        if values.is_empty() {
            self.error(
                Code::Empty,
                shape.span,
                "this enum has no words",
                "name the known ones; others are kept as they come",
            );
            return None;
        }
        if all(|ty| ty == ScalarType::String) {
            let mut texts: Vec<String> = Vec::new();
            for text in values.iter().filter_map(|node| node.text()) {
                if !texts.contains(&text.value) {
                    texts.push(text.value.clone());
                }
            }
            let type_name = self.builder.inner_name(outer, key, item);
            return Some(
                self.builder
                    .add_enum(type_name, shape.description.clone(), &texts),
            );
        }
        Some(if all(|ty| ty == ScalarType::Integer) {
            Type::Integer
        } else if all(|ty| matches!(ty, ScalarType::Bool(_))) {
            Type::Boolean
        } else if all(|ty| matches!(ty, ScalarType::Integer | ScalarType::Float)) {
            Type::Number
        } else {
            Type::Json
        })
    }

    fn choices(
        &mut self,
        choices: &[Place],
        nullable: &mut bool,
        shape: &Shape,
        outer: &str,
        key: &str,
        item: bool,
    ) -> Option<Type> {
        let mut types: Vec<Type> = Vec::new();
        let mut complete = true;
        for choice in choices {
            let null = choice.node.get("type").is_some_and(|ty| {
                ty.is_null() || ty.text().is_some_and(|text| text.value == "null")
            });
            if null {
                *nullable = true;
                continue;
            }
            match self.typed(choice, outer, key, item) {
                Some(typed) => {
                    *nullable |= typed.nullable;
                    if !types.contains(&typed.ty) {
                        types.push(typed.ty);
                    }
                }
                None => complete = false,
            }
        }
        if !complete {
            return None;
        }
        if types.is_empty() {
            return Some(Type::Json);
        }
        self.union(types, shape, outer, key, item)
    }

    fn union(
        &mut self,
        types: Vec<Type>,
        shape: &Shape,
        outer: &str,
        key: &str,
        item: bool,
    ) -> Option<Type> {
        if types.contains(&Type::Json) {
            return Some(Type::Json);
        }
        if let [only] = types.as_slice() {
            return Some(only.clone());
        }
        let type_name = self.builder.inner_name(outer, key, item);
        Some(
            self.builder
                .add_union(type_name, shape.description.clone(), types),
        )
    }

    /// A type by `type`, or by the keywords that only one type has.
    fn plain(
        &mut self,
        shape: &mut Shape,
        nullable: &mut bool,
        outer: &str,
        key: &str,
        item: bool,
    ) -> Option<Type> {
        if shape.types.is_empty() {
            if !shape.properties.is_empty() || shape.additional.is_some() {
                shape.types.push("object");
            } else if shape.items.is_some() {
                shape.types.push("array");
            } else if shape.format.is_some() {
                shape.types.push("string");
            }
        }
        let types = std::mem::take(&mut shape.types);
        let mut lowered = Vec::new();
        for ty in types {
            lowered.push(match ty {
                "integer" => Type::Integer,
                "number" if format_is(shape, &["decimal"]) => Type::Decimal,
                "number" => Type::Number,
                "boolean" => Type::Boolean,
                "array" => self.array(shape, outer, key)?,
                "object" => self.object(shape, outer, key, item)?,
                _ => text(shape),
            });
        }
        if lowered.is_empty() {
            // Nothing is said, or `null` alone.
            *nullable = true;
            return Some(Type::Json);
        }
        self.union(lowered, shape, outer, key, item)
    }

    fn array(&mut self, shape: &Shape, outer: &str, key: &str) -> Option<Type> {
        let item = match &shape.items {
            Some(place) => self.typed(place, outer, key, true)?,
            None => Typed::plain(Type::Json, false),
        };
        Some(list(item))
    }

    fn object(&mut self, shape: &mut Shape, outer: &str, key: &str, item: bool) -> Option<Type> {
        if shape.properties.is_empty() {
            let value = match shape.additional.clone() {
                Some(place) => self.typed(&place, outer, key, true)?,
                None => Typed::plain(Type::Json, false),
            };
            return Some(map(value));
        }
        let type_name = self.builder.inner_name(outer, key, item);
        let index = self
            .builder
            .open_struct(type_name, shape.description.clone());
        let inner = Shape {
            properties: std::mem::take(&mut shape.properties),
            required: std::mem::take(&mut shape.required),
            ..Shape::default()
        };
        self.fields(inner, index).then_some(Type::Struct(index))
    }
}

fn format_is(shape: &Shape, names: &[&str]) -> bool {
    shape
        .format
        .as_ref()
        .is_some_and(|format| names.contains(&format.value.as_str()))
}

/// The type of a text by its `format`; those that are only hints stay texts.
fn text(shape: &Shape) -> Type {
    if shape.encoding.as_deref() == Some("base64") {
        return Type::Binary;
    }
    match shape.format.as_ref().map(|format| format.value.as_str()) {
        Some("date-time") => Type::Timestamp(TimeFormat::Rfc3339),
        Some("date") => Type::Date(None),
        Some("time") => Type::Time(None),
        Some("uuid") => Type::Uuid,
        Some("byte" | "base64") => Type::Binary,
        Some("decimal") => Type::Decimal,
        _ => Type::String,
    }
}
