//! `add`: fields whose values are expressions.

use super::Draft;
use super::cast::named;
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Place, RecordNames, Wants, template};
use crate::lower::Cx;
use crate::lower::record::RecordBuilder;
use crate::model::{
    Expr, ExprKind, ExprType, Field, FieldSource, Name, Part, RecordRoot, Template, TimeFormat,
    Type,
};
use crate::source::Text;
use crate::spec::AddedField;

/// The field; `None` after a fault.
pub(super) fn lower(
    name: &Text,
    field: &AddedField,
    sent: &RecordBuilder,
    cx: &mut Cx<'_>,
) -> Option<Draft> {
    if name.value.trim().is_empty() {
        let diagnostic = Diagnostic::new(Code::Empty, name.span, "a field needs a name");
        cx.sink
            .push(diagnostic.help("write `add: { NAME: VALUE }`"));
        return None;
    }
    let record = sent.clone().finish(Vec::new(), Vec::new(), false);
    let mut place = Place {
        record: RecordNames::Known(&record),
        partition: cx.partition,
        ..Place::config_only(cx.config)
    };
    let wants = Wants {
        what: "a field of a record",
        secret: false,
        list: false,
        absent: true,
    };
    let outer = cx.partition.map(|names| names.about_record(true));
    let value = template(&field.value, &mut place, wants, cx.sink);
    if let (Some(names), Some(outer)) = (cx.partition, outer) {
        names.about_record(outer);
    }
    let value = expression(value?);
    let own = inferred(&value);
    let description = field
        .description
        .as_ref()
        .map(|text| super::super::prose(text, cx.sink));
    let ty = match &field.r#type {
        None => own.ok_or(()),
        Some(word) => {
            let wanted = named(word, cx.sink)?;
            match own {
                // Any value has a text.
                _ if wanted == Type::String => Ok(wanted),
                Some(own) if same(&own, &wanted) => Ok(own),
                _ => Err(()),
            }
        }
    };
    let Ok(ty) = ty else {
        let span = field
            .r#type
            .as_ref()
            .map_or(field.value.span, |word| word.span);
        let (message, help) = match &field.r#type {
            Some(word) => (
                format!("the value of `{}` is no {}", name.value, word.value),
                "write the type of its expression, `string`, or leave it out",
            ),
            None => (
                format!("the type of `{}` is not known", name.value),
                "write `{ value: …, type: string }`",
            ),
        };
        cx.sink
            .push(Diagnostic::new(Code::InvalidCast, span, message).help(help));
        return None;
    };
    Some(Draft {
        field: Field {
            name: Name::field(&name.value),
            description,
            ty,
            // A number that does not fit is none.
            nullable: value.nullable
                || value.any(&|part| matches!(part.kind, ExprKind::Arithmetic(..))),
            lenient: false,
            key: false,
        },
        source: FieldSource::Added {
            value,
            shown: field.value.value.clone(),
        },
        span: Some(name.span),
    })
}

/// A template as an expression: absent where one of its parts is.
fn expression(template: Template) -> Expr {
    let text = |kind: ExprKind, nullable: bool| Expr {
        kind,
        ty: ExprType::String,
        nullable,
    };
    match template {
        Template::Text(value) => text(ExprKind::String(value), false),
        Template::Value(value) => value,
        Template::Parts(parts) => {
            let nullable = parts
                .iter()
                .any(|part| matches!(part, Part::Value(value) if value.nullable));
            text(ExprKind::Join(parts), nullable)
        }
    }
}

/// The type of an expression, where a field can have it.
fn inferred(value: &Expr) -> Option<Type> {
    if let ExprKind::Field { root, path } = &value.kind {
        // The enums of a parent stand in its module.
        return match (&path.ty, root) {
            (Type::Enum(_), RecordRoot::Parent | RecordRoot::Partition) => Some(Type::String),
            (ty, _) => Some(ty.clone()),
        };
    }
    // Of a choice with an absent side only the text is known.
    if matches!(value.kind, ExprKind::If(..)) && value.nullable && value.ty != ExprType::String {
        return None;
    }
    match value.ty {
        ExprType::String => Some(Type::String),
        ExprType::Integer => Some(Type::Integer),
        ExprType::Number => Some(Type::Number),
        ExprType::Boolean => Some(Type::Boolean),
        ExprType::Timestamp if is_owned(value) => Some(Type::Timestamp(TimeFormat::Rfc3339)),
        ExprType::Date if is_owned(value) => Some(Type::Date(None)),
        _ => None,
    }
}

/// Whether the value of an expression is copied into the record.
fn is_owned(value: &Expr) -> bool {
    matches!(value.kind, ExprKind::Config(_))
}

/// Whether two types are one but for their form.
fn same(own: &Type, wanted: &Type) -> bool {
    std::mem::discriminant(own) == std::mem::discriminant(wanted)
}
