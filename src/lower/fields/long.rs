//! Fields written as a map with `type`, `enum`, `fields`, `items` or `one_of`.

use std::collections::BTreeMap;

use super::{Lowering, Position, required, span_of};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::lower::record::{Typed, check_strftime, list, map};
use crate::model::{TimeFormat, Type};
use crate::source::{Span, Spanned, Text};
use crate::spec::{FIELD_TYPES, FieldMap};

impl Lowering<'_> {
    /// A field written as a map.
    pub(super) fn long(&mut self, field: &FieldMap, position: Position) -> Option<Typed> {
        let description = field
            .description
            .as_ref()
            .map(|text| crate::lower::prose(text, self.sink));
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
            example: field.example.clone(),
        })
    }

    pub(super) fn lenient(&mut self, field: &FieldMap, ty: &Type) -> bool {
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
    pub(super) fn long_type(
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
            Some(_) if field.one_of.as_ref().is_some_and(Vec::is_empty) => {
                self.refuse(
                    Code::Empty,
                    field.span,
                    "this choice has no types",
                    "name them: `one_of: [string, integer]`",
                );
                return None;
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
            self.no_format(format.span);
        }
        Some((ty, mark))
    }

    pub(super) fn words(
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

    pub(super) fn formatted(&mut self, ty: Type, field: &FieldMap) -> Option<Type> {
        let Some(formats) = &field.format else {
            return Some(ty);
        };
        match formats.values.as_slice() {
            [format] => self.one_format(ty, format),
            [_, second, ..] if !matches!(ty, Type::Timestamp(_)) => {
                let message = "only a timestamp can have several formats";
                self.refuse(Code::InvalidType, second.span, message, "keep one of them");
                None
            }
            several => {
                let mut lowered = Vec::new();
                for format in several {
                    let Type::Timestamp(one) = self.one_format(ty.clone(), format)? else {
                        return None;
                    };
                    if lowered.contains(&one) {
                        let message = format!("`{}` stands here twice", format.value);
                        self.refuse(
                            Code::DuplicateName,
                            format.span,
                            message,
                            "remove one of them",
                        );
                        return None;
                    }
                    lowered.push(one);
                }
                Some(Type::Timestamp(TimeFormat::AnyOf(lowered)))
            }
        }
    }

    fn one_format(&mut self, ty: Type, format: &Text) -> Option<Type> {
        let kind = match ty {
            Type::Timestamp(_) => "timestamp",
            Type::Date(_) => "date",
            Type::Time(_) => "time",
            other => {
                self.no_format(format.span);
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

    pub(super) fn no_format(&mut self, span: Span) {
        let message = "`format` has no effect on this type: it is for timestamps, dates and times";
        self.sink
            .push(Diagnostic::new(Code::NoEffect, span, message).help("remove it"));
    }
}
