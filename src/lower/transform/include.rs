//! `include_from_parent`: fields of the parent's record.

use super::Draft;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::expr::{ParentNames, PartitionNames, PathItemKind, literal, path};
use crate::lower::Cx;
use crate::lower::record::RecordBuilder;
use crate::model::{
    Enum, Expr, ExprKind, ExprType, Field, FieldSource, FieldStep, Name, Record, RecordPath,
    RecordRoot, Type,
};
use crate::source::Text;
use crate::spec::IncludeFromParent;

/// The fields, with their types; `None` after faults.
pub(super) fn lower(
    include: &IncludeFromParent,
    builder: &mut RecordBuilder,
    cx: &mut Cx<'_>,
) -> Option<Vec<Draft>> {
    let known = cx
        .partition
        .and_then(|names| Some((names, names.parent.as_ref()?)));
    let Some((names, parent)) = known else {
        let message = "there is no parent whose fields could be included";
        let diagnostic = Diagnostic::new(Code::InvalidTransform, include.span, message);
        cx.sink
            .push(diagnostic.help(
                "write `parent: NAME`, the resource that this one is read for, or remove it",
            ));
        return None;
    };
    if parent.batch {
        let message = "several parents share a request, so that nobody knows which of them a record belongs to";
        let diagnostic = Diagnostic::new(Code::InvalidTransform, include.span, message);
        cx.sink.push(diagnostic.help(
            "remove `batch` from `parent`, or declare the field among `fields` if the API sends it",
        ));
        return None;
    }
    let record = parent.record?;
    let mut including = Including {
        names,
        parent,
        record,
        builder,
        cx,
    };
    let drafts = include
        .fields
        .iter()
        .map(|(name, text)| including.field(name.as_ref(), text));
    // All, so that the faults of each are seen.
    let drafts: Vec<Option<Draft>> = drafts.collect();
    drafts.into_iter().collect()
}

struct Including<'l, 'a> {
    names: &'a PartitionNames<'a>,
    parent: &'a ParentNames<'a>,
    record: &'a Record,
    builder: &'l mut RecordBuilder,
    cx: &'l mut Cx<'a>,
}

impl Including<'_, '_> {
    fn field(&mut self, name: Option<&Text>, text: &Text) -> Option<Draft> {
        literal(text, "a field", self.cx.sink);
        let (wire, path, found) = self.find(text)?;
        let ty = self.ty(&path.ty, text)?;
        let nullable = path.steps.iter().any(|step| step.nullable);
        let outer = self.names.about_record(true);
        let (rust, may_lack, of) = self.names.parent_field(&wire, path);
        self.names.about_record(outer);
        let step = FieldStep {
            rust,
            nullable: may_lack,
        };
        let value = Expr {
            kind: ExprKind::Field {
                root: RecordRoot::Partition,
                path: RecordPath {
                    steps: vec![step],
                    ty: of,
                },
            },
            ty: ExprType::Scalar,
            nullable: may_lack,
        };
        let name = match name {
            Some(name) => {
                literal(name, "the name of a field", self.cx.sink);
                name.value.clone()
            }
            None => wire.join("_"),
        };
        Some(Draft {
            field: Field {
                name: Name::field(&name),
                description: found.description,
                ty,
                nullable,
                lenient: false,
                key: false,
            },
            source: FieldSource::Parent {
                value,
                resource: self.parent.resource.to_owned(),
                path: wire.join("."),
            },
            span: Some(text.span),
        })
    }

    /// Names on the wire, the way, and the field at its end.
    fn find(&mut self, text: &Text) -> Option<(Vec<String>, RecordPath, Field)> {
        let of = format!("a record of `{}`", self.parent.resource);
        let items = path(text, self.cx.sink)?;
        let (mut wire, mut steps) = (Vec::new(), Vec::new());
        let mut found: Option<&Field> = None;
        for item in items {
            let span = text.span_of(item.range);
            let shown = if wire.is_empty() {
                of.clone()
            } else {
                format!("`{}`", wire.join("."))
            };
            let PathItemKind::Key(key) = item.kind else {
                let message = "what lies inside a list belongs to no single record";
                self.cx.sink.push(
                    Diagnostic::new(Code::InvalidTransform, span, message)
                        .help("name fields of the parent's record, or of objects in it"),
                );
                return None;
            };
            let ty = found.map_or(&Type::Struct(0), |field| &field.ty);
            let inner = match ty {
                Type::Struct(index) => self.record.structs.get(*index),
                _ => None,
            };
            let Some(inner) = inner else {
                let message = format!("{shown} has no fields");
                self.cx
                    .sink
                    .push(Diagnostic::new(Code::UnknownField, span, message));
                return None;
            };
            let Some(field) = inner.fields.iter().find(|field| field.name.wire == key) else {
                let diagnostic = Diagnostic::new(
                    Code::UnknownField,
                    span,
                    format!("{shown} has no field `{key}`"),
                );
                let known = inner.fields.iter().map(|field| field.name.wire.as_str());
                self.cx.sink.push(match nearest(&key, known.clone()) {
                    Some(near) => diagnostic.help(format!("write `{near}`")),
                    None => {
                        let known: Vec<String> = known.map(|name| format!("`{name}`")).collect();
                        diagnostic.help(format!("it has {}", known.join(", ")))
                    }
                });
                return None;
            };
            steps.push(FieldStep {
                rust: field.name.rust.clone(),
                nullable: field.nullable,
            });
            wire.push(key);
            found = Some(field);
        }
        let Some(found) = found else {
            let diagnostic = Diagnostic::new(
                Code::InvalidTransform,
                text.span,
                "the whole record is no field",
            );
            self.cx
                .sink
                .push(diagnostic.help("name fields of it, as `[id, name]`"));
            return None;
        };
        let path = RecordPath {
            steps,
            ty: found.ty.clone(),
        };
        Some((wire, path, found.clone()))
    }

    /// The same type in this record.
    fn ty(&mut self, ty: &Type, text: &Text) -> Option<Type> {
        let inner = |ty: &Type| match ty {
            Type::Struct(index) => self.record.structs.get(*index),
            _ => None,
        };
        match ty {
            Type::Enum(index) => {
                let known = self.record.enums.get(*index)?;
                let module = Name::module(self.parent.resource).rust;
                let foreign = Enum {
                    module: Some(known.module.clone().unwrap_or(module)),
                    ..known.clone()
                };
                Some(self.builder.add_foreign(foreign))
            }
            ty if is_plain(ty) => Some(ty.clone()),
            _ => {
                let message = format!(
                    "`{}` is not a single value, nor a list or a map of such",
                    text.value
                );
                let of = inner(ty).and_then(|inner| inner.fields.first());
                let help = match of {
                    Some(field) => format!(
                        "name a field of it, as `{}.{}`",
                        text.value, field.name.wire
                    ),
                    None => "name another field".to_owned(),
                };
                self.cx
                    .sink
                    .push(Diagnostic::new(Code::InvalidTransform, text.span, message).help(help));
                None
            }
        }
    }
}

/// Whether a type is the same in all modules.
fn is_plain(ty: &Type) -> bool {
    match ty {
        Type::List(item) | Type::Map(item) => is_plain(&item.ty),
        Type::Enum(_) | Type::Struct(_) | Type::Union(_) => false,
        _ => true,
    }
}
