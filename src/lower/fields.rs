//! `fields`: the types of a record in shorthand.

use std::collections::BTreeMap;

use super::json;
use super::record::{NewField, RecordBuilder, Typed, check_strftime, list, map};
use crate::diagnostic::{Code, Diagnostic, Sink, nearest};
use crate::model::{Item, TimeFormat, Type};
use crate::source::{Span, Spanned, Text};
use crate::spec::{FIELD_TYPES, FieldMap, FieldSpec};

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
                        Some(near) => diagnostic.help(format!("write `{near}`")),
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

    /// A field written as a map.
    fn long(&mut self, field: &FieldMap, position: Position) -> Option<Typed> {
        let description = field
            .description
            .as_ref()
            .map(|text| super::prose(text, self.sink));
        let (ty, required) = self.long_type(field, description.clone(), position)?;
        if let (true, Some(nullable)) = (
            required,
            field.nullable.as_ref().filter(|nullable| nullable.value),
        ) {
            return self.refuse(
                Code::ConflictingKeys,
                nullable.span,
                "`!` says that it is never null",
                "remove one of the two",
            );
        }
        if let (true, Some(absent)) = (
            required,
            field.required.as_ref().filter(|required| !required.value),
        ) {
            return self.refuse(
                Code::ConflictingKeys,
                absent.span,
                "`!` says that it is always there",
                "remove one of the two",
            );
        }
        let says = |flag: &Option<Spanned<bool>>, value: bool| {
            flag.as_ref().is_some_and(|flag| flag.value == value)
        };
        let nullable = match position {
            Position::Field => {
                !(required || (says(&field.required, true) && says(&field.nullable, false)))
            }
            Position::Item | Position::Choice => says(&field.nullable, true),
        };
        let lenient = self.lenient(field, &ty);
        Some(Typed {
            ty,
            nullable,
            description,
            lenient,
            rename: field.rename.clone(),
            example: field.example.as_ref().map(json::text),
        })
    }

    fn lenient(&mut self, field: &FieldMap, ty: &Type) -> bool {
        let Some(lenient) = field.lenient.as_ref().filter(|lenient| lenient.value) else {
            return false;
        };
        let fits = matches!(
            ty,
            Type::String | Type::Integer | Type::Number | Type::Boolean | Type::Decimal
        );
        if !fits {
            let message =
                "`lenient` has no effect on this type: it is for texts, numbers and booleans";
            self.sink
                .push(Diagnostic::new(Code::NoEffect, lenient.span, message).help("remove it"));
        }
        fits
    }

    /// The type that the keys of a map say together, and whether it has a `!`.
    fn long_type(
        &mut self,
        field: &FieldMap,
        description: Option<String>,
        position: Position,
    ) -> Option<(Type, bool)> {
        let item = position == Position::Item;
        let word = field
            .r#type
            .as_ref()
            .map(|text| (required(&text.value), text));
        let says: Vec<(&str, Span)> = [
            (
                "enum",
                field
                    .r#enum
                    .as_ref()
                    .map(|words| words.first().map_or(field.span, |word| word.span)),
            ),
            (
                "fields",
                field
                    .fields
                    .as_ref()
                    .map(|fields| fields.first().map_or(field.span, |(key, _)| key.span)),
            ),
            (
                "items",
                field
                    .items
                    .as_ref()
                    .map(|items| span_of(items).unwrap_or(field.span)),
            ),
            (
                "one_of",
                field
                    .one_of
                    .as_ref()
                    .map(|types| types.first().and_then(span_of).unwrap_or(field.span)),
            ),
        ]
        .into_iter()
        .filter_map(|(key, span)| Some((key, span?)))
        .collect();
        if let [(first, first_span), (second, second_span), ..] = says.as_slice() {
            let diagnostic = Diagnostic::new(
                Code::ConflictingKeys,
                *second_span,
                format!("`{first}` and `{second}` exclude each other"),
            );
            self.sink.push(
                diagnostic
                    .other(*first_span, format!("`{first}` is here"))
                    .help("keep the one that says the type"),
            );
            return None;
        }
        let mark = word.is_some_and(|((_, mark), _)| mark);
        let name = word.map(|((name, _), _)| name);
        let said = says.first().map(|(key, _)| *key);
        let fits = matches!(
            (name, said),
            (_, None)
                | (None, _)
                | (Some("string"), Some("enum"))
                | (Some("object"), Some("fields"))
                | (Some("list" | "map"), Some("items"))
        );
        if let (false, Some((_, text)), Some((key, span))) = (fits, word, says.first()) {
            let wanted = match *key {
                "enum" => "string",
                "fields" => "object",
                "items" => "list",
                _ => "",
            };
            if !FIELD_TYPES.contains(&name.unwrap_or_default()) {
                self.named(name.unwrap_or_default(), text);
                return None;
            }
            let diagnostic = Diagnostic::new(
                Code::ConflictingKeys,
                text.span,
                format!("`{key}` says another type than `{}`", text.value),
            );
            let help = if wanted.is_empty() {
                "remove `type`".to_owned()
            } else {
                format!("write `type: {wanted}`, or remove `type`")
            };
            self.sink.push(
                diagnostic
                    .other(*span, format!("`{key}` is here"))
                    .help(help),
            );
            return None;
        }
        let ty = match said {
            Some("enum") => self.words(
                field.r#enum.as_deref().unwrap_or_default(),
                description,
                item,
                field.span,
            )?,
            Some("fields") => self.object(
                field.fields.as_deref().unwrap_or_default(),
                field.span,
                description,
                item,
            )?,
            Some("items") => {
                let inner = self.field(field.items.as_ref()?, Position::Item)?;
                if name == Some("map") {
                    map(inner)
                } else {
                    list(inner)
                }
            }
            Some(_) => self.choice(
                field.one_of.as_deref().unwrap_or_default(),
                description,
                item,
                field.span,
            )?,
            None => match word {
                Some(((name, _), text)) => {
                    let plain = self.named(name, text)?;
                    return Some((self.formatted(plain, field)?, mark));
                }
                None => {
                    self.refuse(
                        Code::MissingKey,
                        field.span,
                        "missing `type`",
                        "write `type`, `enum`, `fields`, `items` or `one_of`",
                    );
                    return None;
                }
            },
        };
        if let Some(format) = &field.format {
            self.no_format(format);
        }
        Some((ty, mark))
    }

    fn words(
        &mut self,
        texts: &[Text],
        description: Option<String>,
        item: bool,
        span: Span,
    ) -> Option<Type> {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut words = Vec::new();
        for text in texts {
            if let Some(first) = seen.insert(&text.value, text.span) {
                let diagnostic = Diagnostic::new(
                    Code::DuplicateName,
                    text.span,
                    format!("`{}` stands here twice", text.value),
                );
                self.sink.push(diagnostic.other(first, "first here"));
                continue;
            }
            words.push(text.value.clone());
        }
        if words.is_empty() {
            self.refuse(
                Code::Empty,
                span,
                "this enum has no words",
                "name the known ones; others are kept as they come",
            );
            return None;
        }
        let type_name = self.builder.inner_name(self.outer, self.key, item);
        Some(self.builder.add_enum(type_name, description, &words))
    }

    fn formatted(&mut self, ty: Type, field: &FieldMap) -> Option<Type> {
        let Some(format) = &field.format else {
            return Some(ty);
        };
        let kind = match ty {
            Type::Timestamp(_) => "timestamp",
            Type::Date(_) => "date",
            Type::Time(_) => "time",
            other => {
                self.no_format(format);
                return Some(other);
            }
        };
        let format_text = format.value.as_str();
        Some(match (&ty, format_text) {
            (Type::Timestamp(_), "rfc3339" | "iso8601") => ty,
            (Type::Timestamp(_), "epoch") => Type::Timestamp(TimeFormat::Epoch),
            (Type::Timestamp(_), "epoch_ms") => Type::Timestamp(TimeFormat::EpochMillis),
            _ => {
                let near = nearest(format_text, ["rfc3339", "epoch", "epoch_ms"])
                    .filter(|_| kind == "timestamp" && !format_text.contains('%'));
                if let Some(near) = near {
                    self.refuse(
                        Code::UnknownValue,
                        format.span,
                        format!("there is no format `{format_text}`"),
                        format!("write `{near}`"),
                    );
                    return None;
                }
                if !check_strftime(format_text, kind, format.span, self.sink) {
                    return None;
                }
                match ty {
                    Type::Timestamp(_) => {
                        Type::Timestamp(TimeFormat::Strftime(format_text.to_owned()))
                    }
                    Type::Date(_) => Type::Date(Some(format_text.to_owned())),
                    _ => Type::Time(Some(format_text.to_owned())),
                }
            }
        })
    }

    fn no_format(&mut self, format: &Text) {
        let message = "`format` has no effect on this type: it is for timestamps, dates and times";
        self.sink
            .push(Diagnostic::new(Code::NoEffect, format.span, message).help("remove it"));
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
