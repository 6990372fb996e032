//! `last_record.x`, `record.x`, `parent.x`: fields of records.

use super::{Reference, Resolved, expr, key, named, unknown};
use crate::diagnostic::Code;
use crate::expr::{Fault, Place, RecordNames};
use crate::model::{ExprKind, ExprType, FieldStep, Record, RecordPath, RecordRoot, Struct, Type};

pub(super) fn record(root: RecordRoot, reference: &Reference<'_>, place: &Place<'_>) -> Resolved {
    let RecordNames::Known(record) = place.fields(root) else {
        return Ok(None);
    };
    let mut shown = root.as_str().to_owned();
    if reference.steps.is_empty() {
        return Err(Fault::new(
            Code::ExpressionType,
            reference.range.clone(),
            "a whole record is no value",
        )
        .help(format!("name a field of it, as `{shown}.id`")));
    }
    let mut steps = Vec::new();
    let mut ty = &Type::Struct(0);
    for step in reference.steps {
        let name = key(step)?;
        let Some(inner) = struct_of(record, ty) else {
            return Err(unknown(
                step.range.clone(),
                format!("`{shown}` has no fields"),
            ));
        };
        let Some(field) = inner.fields.iter().find(|field| field.name.wire == name) else {
            let fault = unknown(
                step.range.clone(),
                format!("`{shown}` has no field `{name}`"),
            );
            return Err(named(
                inner.fields.iter().map(|field| field.name.wire.as_str()),
                name,
                fault,
            ));
        };
        steps.push(FieldStep {
            rust: field.name.rust.clone(),
            nullable: field.nullable,
        });
        ty = &field.ty;
        shown = format!("{shown}.{name}");
    }
    let of = match ty {
        Type::String | Type::Enum(_) => ExprType::String,
        Type::Integer => ExprType::Integer,
        Type::Number => ExprType::Number,
        Type::Boolean => ExprType::Boolean,
        Type::Timestamp(_) => ExprType::Timestamp,
        Type::Date(_) => ExprType::Date,
        Type::Decimal => ExprType::Decimal,
        Type::Time(_) | Type::Uuid => ExprType::Scalar,
        Type::Binary
        | Type::Json
        | Type::Map(_)
        | Type::List(_)
        | Type::Struct(_)
        | Type::Union(_) => {
            return Err(Fault::new(
                Code::ExpressionType,
                reference.range.clone(),
                format!("`{shown}` is not a single value"),
            ));
        }
    };
    // There is no last record after an empty page.
    let nullable = root == RecordRoot::Last || steps.iter().any(|step| step.nullable);
    let path = RecordPath {
        steps,
        ty: ty.clone(),
    };
    expr(ExprKind::Field { root, path }, of, nullable)
}

fn struct_of<'r>(record: &'r Record, ty: &Type) -> Option<&'r Struct> {
    match ty {
        Type::Struct(index) => record.structs.get(*index),
        _ => None,
    }
}
