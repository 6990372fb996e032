//! `transform`: what the steps make of the fields.

use super::path::{declared, root_field};
use super::{Draft, added, cast};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::literal;
use crate::lower::Cx;
use crate::lower::record::RecordBuilder;
use crate::model::{Field, FieldSource, FieldStep, Name, Type};
use crate::source::{Span, Text};
use crate::spec::{AddedField, KeyCase, TransformStep};
use heck::{ToKebabCase, ToLowerCamelCase, ToSnakeCase, ToUpperCamelCase};

/// One thing that a step does.
pub(super) enum Change<'s> {
    Add(&'s Text, &'s AddedField),
    Remove(&'s Text),
    Rename(&'s Text, &'s Text),
    Flatten(&'s Text, Option<&'s Text>),
    Keys(KeyCase, Span),
    Cast(&'s Text, &'s Text),
}

impl Change<'_> {
    fn span(&self) -> Span {
        match self {
            Self::Add(text, _)
            | Self::Remove(text)
            | Self::Rename(text, _)
            | Self::Flatten(text, _)
            | Self::Cast(text, _) => text.span,
            Self::Keys(_, span) => *span,
        }
    }
}

/// What the steps do, in the order in which it stands.
pub(super) fn changes(steps: &[TransformStep]) -> Vec<Change<'_>> {
    let mut all = Vec::new();
    for step in steps {
        let mut own: Vec<Change<'_>> = Vec::new();
        let add = step.add.iter().flatten();
        own.extend(add.map(|(name, field)| Change::Add(name, field)));
        let remove = step.remove.iter().flat_map(|remove| &remove.values);
        own.extend(remove.map(Change::Remove));
        let rename = step.rename.iter().flatten();
        own.extend(rename.map(|(old, new)| Change::Rename(old, new)));
        let flatten = step.flatten.iter().flat_map(|flatten| &flatten.objects);
        own.extend(flatten.map(|(object, prefix)| Change::Flatten(object, prefix.as_ref())));
        own.extend(
            step.keys
                .iter()
                .map(|keys| Change::Keys(keys.value, keys.span)),
        );
        let cast = step.cast.iter().flatten();
        own.extend(cast.map(|(field, ty)| Change::Cast(field, ty)));
        own.sort_by_key(Change::span);
        all.extend(own);
    }
    all
}

/// The fields of the record in the making.
pub(super) struct Making<'l, 'a> {
    pub drafts: Vec<Draft>,
    pub builder: &'l mut RecordBuilder,
    pub cx: &'l mut Cx<'a>,
    /// What the API sends, as values that are added see it; without it nothing is added.
    pub view: Option<&'l RecordBuilder>,
}

impl Making<'_, '_> {
    /// Takes a change; false after a fault.
    pub fn change(&mut self, change: &Change<'_>) -> bool {
        match change {
            Change::Add(name, field) => self.add(name, field),
            Change::Remove(text) => self.remove(text),
            Change::Rename(old, new) => self.rename(old, new),
            Change::Flatten(object, prefix) => self.flatten(object, *prefix),
            Change::Keys(case, span) => self.keys(*case, *span),
            Change::Cast(text, ty) => self.cast(text, ty),
        }
    }

    fn refuse(&mut self, code: Code, span: Span, message: String, help: &str) -> bool {
        self.cx
            .sink
            .push(Diagnostic::new(code, span, message).help(help));
        false
    }

    fn no_effect(&mut self, span: Span, message: String) -> bool {
        let diagnostic = Diagnostic::new(Code::StepWithoutEffect, span, message);
        self.cx.sink.push(diagnostic.help("remove it"));
        true
    }

    fn add(&mut self, name: &Text, field: &AddedField) -> bool {
        literal(name, "the name of a field", self.cx.sink);
        let Some(view) = self.view else {
            return true;
        };
        let Some(draft) = added::lower(name, field, view, self.cx) else {
            return false;
        };
        self.drafts.push(draft);
        true
    }

    /// The place of a field of the record as it is now.
    fn find(&mut self, text: &Text) -> Option<usize> {
        literal(text, "a field", self.cx.sink);
        root_field(
            text,
            self.drafts
                .iter()
                .map(|draft| draft.field.name.wire.as_str()),
            self.cx.sink,
        )
    }

    fn remove(&mut self, text: &Text) -> bool {
        let is_whole = self
            .drafts
            .iter()
            .any(|draft| draft.field.name.wire == text.value);
        if is_whole || !text.value.contains(['.', '[']) {
            let found = self.find(text);
            if let Some(at) = found {
                self.drafts.remove(at);
            }
            return found.is_some();
        }
        let Some((index, at)) = self.inner(text) else {
            return false;
        };
        let Some(inner) = self.builder.structs.get_mut(index) else {
            return false;
        };
        if inner.fields.len() == 1 {
            let message = format!("`{}` is the only field of its object", text.value);
            return self.refuse(
                Code::InvalidTransform,
                text.span,
                message,
                "remove the object itself",
            );
        }
        inner.fields.remove(at);
        true
    }

    /// The struct inside the record, and the place of its field, that a path leads to.
    fn inner(&mut self, text: &Text) -> Option<(usize, usize)> {
        let mut root = self.builder.structs.first()?.clone();
        root.fields = self
            .drafts
            .iter()
            .map(|draft| draft.field.clone())
            .collect();
        declared(text, &root, &self.builder.structs, self.cx.sink)
    }

    fn rename(&mut self, old: &Text, new: &Text) -> bool {
        literal(new, "the name of a field", self.cx.sink);
        if new.value.trim().is_empty() {
            let message = "a field needs a name".to_owned();
            return self.refuse(Code::Empty, new.span, message, "write the new name");
        }
        let Some(at) = self.find(old) else {
            return false;
        };
        if old.value == new.value {
            return self.no_effect(old.span, format!("`{}` has this name already", old.value));
        }
        if let Some(draft) = self.drafts.get_mut(at) {
            draft.field.name = Name::field(&new.value);
            draft.span = Some(new.span);
        }
        true
    }

    fn flatten(&mut self, object: &Text, prefix: Option<&Text>) -> bool {
        let Some(at) = self.find(object) else {
            return false;
        };
        let Some(draft) = self.drafts.get(at) else {
            return false;
        };
        let (Type::Struct(index), FieldSource::Sent(rust)) = (&draft.field.ty, &draft.source)
        else {
            let message = format!("`{}` is no object that the API sends", object.value);
            return self.refuse(
                Code::InvalidTransform,
                object.span,
                message,
                "name a field that is declared with `fields`",
            );
        };
        let step = FieldStep {
            rust: rust.clone(),
            nullable: draft.field.nullable,
        };
        let prefix = match prefix {
            Some(prefix) => literal(prefix, "a prefix", self.cx.sink).to_owned(),
            None => format!("{}_", draft.field.name.wire),
        };
        let inner = self
            .builder
            .structs
            .get(*index)
            .map_or(&[][..], |inner| &inner.fields);
        let fields: Vec<Draft> = inner
            .iter()
            .map(|field| within(&step, &prefix, field, object.span))
            .collect();
        self.drafts.splice(at..=at, fields);
        true
    }

    fn keys(&mut self, case: KeyCase, span: Span) -> bool {
        let mut changed = false;
        for draft in &mut self.drafts {
            let wire = &draft.field.name.wire;
            let new = match case {
                KeyCase::Snake => wire.to_snake_case(),
                KeyCase::Camel => wire.to_lower_camel_case(),
                KeyCase::Pascal => wire.to_upper_camel_case(),
                KeyCase::Kebab => wire.to_kebab_case(),
                KeyCase::Lower => wire.to_lowercase(),
                KeyCase::Upper => wire.to_uppercase(),
            };
            // What has no letters keeps its name.
            if new.is_empty() || new == *wire {
                continue;
            }
            changed = true;
            // A Rust name that the spec gives stays.
            let given = draft.field.name.rust != Name::field(wire).rust;
            draft.field.name = if given {
                Name {
                    wire: new,
                    rust: draft.field.name.rust.clone(),
                }
            } else {
                Name::field(&new)
            };
            draft.span = draft.span.or(Some(span));
        }
        if changed {
            return true;
        }
        self.no_effect(span, "all keys are written so already".to_owned())
    }

    fn cast(&mut self, text: &Text, ty: &Text) -> bool {
        let is_whole = self
            .drafts
            .iter()
            .any(|draft| draft.field.name.wire == text.value);
        if is_whole || !text.value.contains(['.', '[']) {
            let Some(at) = self.find(text) else {
                return false;
            };
            let Some(draft) = self.drafts.get_mut(at) else {
                return false;
            };
            let help = match draft.source {
                FieldSource::Sent(_) => None,
                FieldSource::Within { .. } => Some("cast it before `flatten`, by its path"),
                FieldSource::Added { .. } => Some("say its `type` where it is added"),
                FieldSource::Parent { .. } => Some("its type is that of the parent's field"),
            };
            if let Some(help) = help {
                let message = format!("`{}` is not a field that the API sends", text.value);
                return self.refuse(Code::InvalidCast, text.span, message, help);
            }
            return cast::cast(&mut draft.field, text, ty, self.cx.sink);
        }
        let Some((index, at)) = self.inner(text) else {
            return false;
        };
        let field = self
            .builder
            .structs
            .get_mut(index)
            .and_then(|inner| inner.fields.get_mut(at));
        field.is_some_and(|field| cast::cast(field, text, ty, self.cx.sink))
    }
}

/// A field of an object that is taken apart.
fn within(object: &FieldStep, prefix: &str, field: &Field, span: Span) -> Draft {
    Draft {
        field: Field {
            name: Name::field(&format!("{prefix}{}", field.name.wire)),
            nullable: field.nullable || object.nullable,
            ..field.clone()
        },
        source: FieldSource::Within {
            object: object.clone(),
            field: FieldStep {
                rust: field.name.rust.clone(),
                nullable: field.nullable,
            },
        },
        span: Some(span),
    }
}
