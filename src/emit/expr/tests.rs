#![allow(clippy::unwrap_used, reason = "tests")]

use super::field;
use crate::model::{FieldStep, RecordPath, RecordRoot, TimeFormat, Type};

fn path(steps: &[(&str, bool)], ty: Type) -> RecordPath {
    let steps = steps.iter().map(|(rust, nullable)| FieldStep {
        rust: (*rust).to_owned(),
        nullable: *nullable,
    });
    RecordPath {
        steps: steps.collect(),
        ty,
    }
}

/// The typed value of a field, with `?` where it is an `Option`.
fn value(root: RecordRoot, steps: &[(&str, bool)], ty: Type) -> String {
    let value = field::value(root, &path(steps, ty), None);
    let mark = if value.optional { "? " } else { "" };
    format!("{mark}{}", value.tokens.to_string().replace(' ', ""))
}

fn owned(root: RecordRoot, steps: &[(&str, bool)], ty: Type) -> String {
    let value = field::owned(root, &path(steps, ty));
    value.tokens.to_string().replace(' ', "")
}

#[test]
fn fields_are_places_where_they_are_always_there_and_options_elsewhere() {
    use RecordRoot::{Current, Last, Parent};
    let (there, optional) = ([("id", false)], [("id", true)]);
    let inside = [("owner", true), ("id", false)];
    let deep = [("owner", false), ("team", true), ("type", true)];
    for (found, expected) in [
        (value(Current, &there, Type::String), "record.id"),
        (
            value(Parent, &optional, Type::String),
            "? parent.id.as_deref()",
        ),
        (value(Current, &optional, Type::Integer), "? record.id"),
        (
            value(Current, &optional, Type::Decimal),
            "? record.id.as_ref()",
        ),
        (value(Current, &there, Type::Enum(0)), "record.id.as_str()"),
        (
            value(Current, &inside, Type::String),
            "? record.owner.as_ref().map(|owner|owner.id.as_str())",
        ),
        (
            value(Parent, &deep, Type::Date(None)),
            "? parent.owner.team.as_ref().and_then(|team|team.type)",
        ),
        (
            value(Last, &there, Type::Integer),
            "? turn.last()?.map(|last|last.id)",
        ),
        (
            value(Last, &optional, Type::Number),
            "? turn.last()?.and_then(|last|last.id)",
        ),
        (
            value(Last, &there, Type::Timestamp(TimeFormat::Epoch)),
            "? turn.last()?.map(|last|last.id)",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn fields_as_text_are_what_the_api_wrote() {
    use RecordRoot::{Current, Last};
    let (there, optional) = ([("at", false)], [("at", true)]);
    for (found, expected) in [
        (
            owned(Current, &there, Type::Timestamp(TimeFormat::EpochMillis)),
            "record.at.as_millisecond().to_string()",
        ),
        (
            owned(Current, &optional, Type::Date(Some("%Y".to_owned()))),
            "record.at.as_ref().map(|at|at.strftime(\"%Y\").to_string())",
        ),
        (
            owned(Last, &optional, Type::Timestamp(TimeFormat::Epoch)),
            "turn.last()?.and_then(|last|Some(last.at.as_ref()?.as_second().to_string()))",
        ),
        (
            owned(Last, &there, Type::String),
            "turn.last()?.map(|last|last.at.clone())",
        ),
        (
            owned(Last, &there, Type::Enum(0)),
            "turn.last()?.map(|last|last.at.as_str().to_owned())",
        ),
    ] {
        assert_eq!(found, expected);
    }
    assert!(field::text(Current, &path(&there, Type::Decimal)).is_none());
    assert!(field::text(Current, &path(&there, Type::Timestamp(TimeFormat::Rfc3339))).is_none());
}
