//! Paths of a transform: fields of the record as it is at a step.

use crate::diagnostic::{Code, Diagnostic, Sink, nearest};
use crate::expr::{PathItemKind, path};
use crate::model::{Struct, Type};
use crate::source::{Span, Text};

/// The place of a field of the record; one that is not there is recorded.
pub(super) fn root_field<'n>(
    text: &Text,
    names: impl Iterator<Item = &'n str> + Clone,
    sink: &mut Sink,
) -> Option<usize> {
    let found = names.clone().position(|name| name == text.value);
    if found.is_none() {
        unknown("the record", &text.value, text.span, names, sink);
    }
    found
}

/// The struct inside the record, and the place of its field, that a path leads to. It is used at that place only.
pub(super) fn declared(
    text: &Text,
    root: &Struct,
    structs: &[Struct],
    sink: &mut Sink,
) -> Option<(usize, usize)> {
    let items = path(text, sink)?;
    let (mut inside, mut way): (Option<usize>, Vec<String>) = (None, Vec::new());
    let last = items.len().saturating_sub(1);
    for (step, item) in items.into_iter().enumerate() {
        let span = text.span_of(item.range);
        let shown = if way.is_empty() {
            "the record".to_owned()
        } else {
            format!("`{}`", way.join("."))
        };
        let PathItemKind::Key(key) = item.kind else {
            let message = "a step of a transform does not reach into lists";
            let diagnostic = Diagnostic::new(Code::InvalidTransform, span, message);
            sink.push(diagnostic.help("name fields of the record, or of objects in it"));
            return None;
        };
        let definition = match inside {
            None => root,
            Some(index) => structs.get(index)?,
        };
        let names = definition
            .fields
            .iter()
            .map(|field| field.name.wire.as_str());
        let Some(at) = names.clone().position(|name| name == key) else {
            unknown(&shown, &key, span, names, sink);
            return None;
        };
        if step == last {
            let index = inside?;
            if uses(index, structs) > 1 {
                let message = format!("{shown} is of a type that other fields have, too");
                let diagnostic = Diagnostic::new(Code::InvalidTransform, span, message);
                sink.push(diagnostic.help("declare a type of its own for it"));
                return None;
            }
            return Some((index, at));
        }
        let Some(Type::Struct(index)) = definition.fields.get(at).map(|field| &field.ty) else {
            let message = format!("`{key}` has no fields");
            sink.push(Diagnostic::new(Code::UnknownField, span, message));
            return None;
        };
        inside = Some(*index);
        way.push(key);
    }
    None
}

fn unknown<'n>(
    shown: &str,
    name: &str,
    span: Span,
    known: impl Iterator<Item = &'n str> + Clone,
    sink: &mut Sink,
) {
    let message = format!("{shown} has no field `{name}` at this step");
    let diagnostic = Diagnostic::new(Code::UnknownField, span, message);
    sink.push(match nearest(name, known.clone()) {
        Some(near) => diagnostic.help(format!("write `{near}`")),
        None => {
            let known: Vec<String> = known.map(|name| format!("`{name}`")).collect();
            diagnostic.help(format!("there is {}", known.join(", ")))
        }
    });
}

/// How many fields are of a struct's type.
fn uses(index: usize, structs: &[Struct]) -> usize {
    fn holds(ty: &Type, index: usize) -> bool {
        match ty {
            Type::Struct(other) => *other == index,
            Type::List(item) | Type::Map(item) => holds(&item.ty, index),
            _ => false,
        }
    }
    let fields = structs.iter().flat_map(|definition| &definition.fields);
    fields.filter(|field| holds(&field.ty, index)).count()
}
