//! `primary_key` and `merge_key`: fields that identify a record.

use std::ops::Range;

use super::record::RecordBuilder;
use crate::diagnostic::{Code, Diagnostic, Sink, nearest};
use crate::expr::{PathItemKind, path};
use crate::model::Type;
use crate::read::OneOrMany;
use crate::source::Text;

/// Which key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `primary_key`
    Primary,
    /// `merge_key`
    Merge,
    /// The cursor of `incremental`
    Cursor {
        /// It may be null.
        nullable: bool,
    },
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Primary | Self::Merge => "key",
            Self::Cursor { .. } => "cursor",
        }
    }

    fn code(self) -> Code {
        match self {
            Self::Primary | Self::Merge => Code::InvalidKey,
            Self::Cursor { .. } => Code::InvalidCursor,
        }
    }
}

/// The path of a cursor, as names on the wire. Its field is never null, unless it may be.
pub fn cursor(
    text: &Text,
    nullable: bool,
    builder: &mut RecordBuilder,
    sink: &mut Sink,
) -> Option<Vec<String>> {
    one(text, Kind::Cursor { nullable }, builder, sink)
}

/// The paths of a key's fields, as names on the wire. Its fields are never null: a key makes them so.
pub fn lower(
    key: Option<&OneOrMany<Text>>,
    kind: Kind,
    builder: &mut RecordBuilder,
    sink: &mut Sink,
) -> Vec<Vec<String>> {
    let Some(key) = key else {
        return Vec::new();
    };
    let mut paths: Vec<Vec<String>> = Vec::new();
    for text in &key.values {
        let Some(path) = one(text, kind, builder, sink) else {
            continue;
        };
        if paths.contains(&path) {
            sink.push(
                Diagnostic::new(
                    Code::DuplicateName,
                    text.span,
                    format!("`{}` is part of the key twice", text.value),
                )
                .help("remove one of them"),
            );
        } else {
            paths.push(path);
        }
    }
    paths
}

fn one(
    text: &Text,
    kind: Kind,
    builder: &mut RecordBuilder,
    sink: &mut Sink,
) -> Option<Vec<String>> {
    let word = kind.word();
    crate::expr::literal(text, if word == "key" { "a key" } else { "a cursor" }, sink);
    // A field may be called `a.b`.
    let whole = builder.structs.first().is_some_and(|record| {
        record
            .fields
            .iter()
            .any(|field| field.name.wire == text.value)
    });
    let (names, places): (Vec<String>, Vec<_>) = if whole {
        (
            vec![text.value.clone()],
            vec![Range {
                start: 0,
                end: text.value.len(),
            }],
        )
    } else {
        let mut names = Vec::new();
        let mut places = Vec::new();
        for item in path(text, sink)? {
            match item.kind {
                PathItemKind::Key(key) => {
                    names.push(key);
                    places.push(item.range);
                }
                PathItemKind::Index(_) | PathItemKind::Each => {
                    let message = format!("a {word} cannot lie inside a list");
                    let span = text.span_of(item.range);
                    let diagnostic = Diagnostic::new(kind.code(), span, message);
                    sink.push(diagnostic.help("name fields of the record, or of objects in it"));
                    return None;
                }
            }
        }
        (names, places)
    };
    if names.is_empty() {
        sink.push(
            Diagnostic::new(
                kind.code(),
                text.span,
                format!("the whole record is no {word}"),
            )
            .help("name a field of it"),
        );
        return None;
    }
    let mut index = 0;
    for (at, (name, place)) in names.iter().zip(places).enumerate() {
        let span = text.span_of(place);
        let last = at + 1 == names.len();
        let record = builder.structs.get_mut(index)?;
        let known: Vec<String> = record
            .fields
            .iter()
            .map(|field| field.name.wire.clone())
            .collect();
        let Some(field) = record
            .fields
            .iter_mut()
            .find(|field| field.name.wire == *name)
        else {
            let inside = if at == 0 {
                "the record".to_owned()
            } else {
                format!("`{}`", names.get(..at).unwrap_or_default().join("."))
            };
            let diagnostic = Diagnostic::new(
                Code::UnknownField,
                span,
                format!("{inside} has no field `{name}`"),
            );
            if at == 0 && builder.gone.contains(name) {
                let help = "a step of `transform` removes or renames it: name a field of the record that it makes";
                sink.push(diagnostic.help(help));
                return None;
            }
            sink.push(match nearest(name, known.iter().map(String::as_str)) {
                Some(near) => diagnostic.help(format!("write `{near}`")),
                None => {
                    diagnostic.help(format!("declare it among the fields, as `{name}: string!`"))
                }
            });
            return None;
        };
        field.nullable &= kind == Kind::Cursor { nullable: true };
        if last {
            if matches!(kind, Kind::Cursor { .. }) {
                break;
            }
            let scalar = match &field.ty {
                Type::String
                | Type::Integer
                | Type::Boolean
                | Type::Decimal
                | Type::Timestamp(_)
                | Type::Date(_)
                | Type::Time(_)
                | Type::Uuid
                | Type::Enum(_) => Ok(()),
                Type::Number => Err(
                    "floating point numbers cannot identify a record: two of them are rarely the same",
                ),
                Type::Binary | Type::Json | Type::Map(_) | Type::List(_) | Type::Union(_) => {
                    Err("only a single value of one type can be a key")
                }
                Type::Struct(_) => Err("an object is no key"),
            };
            if let Err(message) = scalar {
                let help = match &field.ty {
                    Type::Number => "declare it as `integer`, `decimal` or `string`".to_owned(),
                    Type::Struct(_) => format!("name a field of it, as `{}.id`", text.value),
                    _ => "name another field".to_owned(),
                };
                sink.push(Diagnostic::new(Code::InvalidKey, span, message).help(help));
                return None;
            }
            field.key |= kind == Kind::Primary;
        } else {
            match field.ty {
                Type::Struct(inner) => index = inner,
                _ => {
                    sink.push(
                        Diagnostic::new(
                            Code::UnknownField,
                            span,
                            format!("`{name}` has no fields"),
                        )
                        .help(format!("the path of a {word} leads through objects")),
                    );
                    return None;
                }
            }
        }
    }
    Some(names)
}
