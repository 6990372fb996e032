//! `fields`: the types of a record in shorthand.

mod long;

use super::record::{NewField, RecordBuilder, Typed, list};
use crate::diagnostic::{Code, Diagnostic, Sink, nearest};
use crate::model::{Item, TimeFormat, Type};
use crate::source::{Span, Text};
use crate::spec::{FIELD_TYPES, FieldSpec};

/// Lowers the fields of a struct that was opened as `index`.
pub fn fields(
    fields: &[(Text, FieldSpec)],
    index: usize,
    builder: &mut RecordBuilder,
    sink: &mut Sink,
) {
    let outer = builder
        .structs
        .get(index)
        .map(|record| record.type_name.clone())
        .unwrap_or_default();
    let mut lowered = Vec::with_capacity(fields.len());
    for (key, field) in fields {
        let mut lowering = Lowering {
            builder,
            sink,
            outer: &outer,
            key: &key.value,
        };
        if let Some(typed) = lowering.field(field, Position::Field) {
            lowered.push(NewField { key, typed });
        }
    }
    builder.close_struct(index, lowered, sink);
}

/// What the type stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    /// A field: nullable unless it says otherwise.
    Field,
    /// An item of a list or a value of a map: never null unless it says so.
    Item,
    /// One of several types.
    Choice,
}

struct Lowering<'l> {
    builder: &'l mut RecordBuilder,
    sink: &'l mut Sink,
    /// Rust name of the type around.
    outer: &'l str,
    /// The field's key.
    key: &'l str,
}

impl Lowering<'_> {
    fn refuse(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Option<Typed> {
        self.sink
            .push(Diagnostic::new(code, span, message).help(help));
        None
    }

    fn field(&mut self, field: &FieldSpec, position: Position) -> Option<Typed> {
        let nullable = position == Position::Field;
        match field {
            FieldSpec::Name(name) => {
                let (word, required) = required(&name.value);
                let ty = self.named(word, name)?;
                Some(Typed::plain(ty, nullable && !required))
            }
            FieldSpec::List(items) => {
                let item = self.items(&items.value, items.span)?;
                Some(Typed::plain(list(item), nullable))
            }
            FieldSpec::Object(object) => {
                let ty =
                    self.object(&object.value, object.span, None, position == Position::Item)?;
                Some(Typed::plain(ty, nullable))
            }
            FieldSpec::Map(field) => self.long(field, position),
        }
    }

    /// The type that a word alone names.
    fn named(&mut self, word: &str, text: &Text) -> Option<Type> {
        Some(match word {
            "string" => Type::String,
            "integer" => Type::Integer,
            "number" => Type::Number,
            "boolean" => Type::Boolean,
            "decimal" => Type::Decimal,
            "timestamp" => Type::Timestamp(TimeFormat::Rfc3339),
            "date" => Type::Date(None),
            "time" => Type::Time(None),
            "uuid" => Type::Uuid,
            "binary" => Type::Binary,
            "json" => Type::Json,
            "map" => Type::Map(Box::new(Item {
                ty: Type::Json,
                nullable: false,
            })),
            "list" => Type::List(Box::new(Item {
                ty: Type::Json,
                nullable: false,
            })),
            "object" => {
                self.refuse(
                    Code::InvalidType,
                    text.span,
                    "an object has fields",
                    "name them: `{ id: string!, … }`; anything at all is `json`",
                );
                return None;
            }
            _ => {
                let diagnostic = Diagnostic::new(
                    Code::InvalidType,
                    text.span,
                    format!("there is no type `{}`", word.escape_debug()),
                );
                self.sink
                    .push(match foreign(word).or_else(|| nearest(word, FIELD_TYPES)) {
                        Some(near) => {
                            let mark = if required(&text.value).1 { "!" } else { "" };
                            diagnostic.help(format!("write `{near}{mark}`"))
                        }
                        None => diagnostic.help(format!("there is {}", FIELD_TYPES.join(", "))),
                    });
                return None;
            }
        })
    }

    /// The item of a list that is written as `[…]`.
    fn items(&mut self, items: &[FieldSpec], span: Span) -> Option<Typed> {
        match items {
            [] => None,
            [item] => self.field(item, Position::Item),
            several => {
                let ty = self.choice(several, None, true, span)?;
                Some(Typed::plain(ty, false))
            }
        }
    }

    fn object(
        &mut self,
        fields: &[(Text, FieldSpec)],
        span: Span,
        description: Option<String>,
        item: bool,
    ) -> Option<Type> {
        if fields.is_empty() {
            self.refuse(
                Code::Empty,
                span,
                "this object has no fields",
                "name them, or write `json` for anything",
            );
            return None;
        }
        let type_name = self.builder.inner_name(self.outer, self.key, item);
        let index = self.builder.open_struct(type_name, description);
        self::fields(fields, index, self.builder, self.sink);
        Some(Type::Struct(index))
    }

    fn choice(
        &mut self,
        choices: &[FieldSpec],
        description: Option<String>,
        item: bool,
        span: Span,
    ) -> Option<Type> {
        let mut types: Vec<Type> = Vec::new();
        let mut complete = true;
        for choice in choices {
            match self.field(choice, Position::Choice) {
                Some(typed) if types.contains(&typed.ty) => {
                    self.refuse(
                        Code::InvalidType,
                        span_of(choice).unwrap_or(span),
                        "the same type stands here twice",
                        "remove one of them",
                    );
                    complete = false;
                }
                Some(typed) => types.push(typed.ty),
                None => complete = false,
            }
        }
        if !complete || types.is_empty() {
            return None;
        }
        let type_name = self.builder.inner_name(self.outer, self.key, item);
        Some(self.builder.add_union(type_name, description, types))
    }
}

/// A type name without its `!`.
fn required(word: &str) -> (&str, bool) {
    match word.strip_suffix('!') {
        Some(name) => (name, true),
        None => (word, false),
    }
}

/// What other tools call a type.
fn foreign(word: &str) -> Option<&'static str> {
    Some(match word {
        "text" | "str" | "varchar" => "string",
        "int" | "bigint" | "long" | "i64" | "int64" => "integer",
        "float" | "double" | "f64" => "number",
        "bool" => "boolean",
        "datetime" | "date-time" | "date_time" | "timestamptz" => "timestamp",
        "money" | "numeric" => "decimal",
        "bytes" | "bytea" | "blob" => "binary",
        "any" | "jsonb" | "unknown" => "json",
        "array" => "list",
        "dict" | "struct" | "record" => "object",
        "guid" => "uuid",
        _ => return None,
    })
}

/// Where a type stands.
fn span_of(field: &FieldSpec) -> Option<Span> {
    Some(match field {
        FieldSpec::Name(text) => text.span,
        FieldSpec::List(items) => items.span,
        FieldSpec::Object(object) => object.span,
        FieldSpec::Map(field) => field.span,
    })
}
