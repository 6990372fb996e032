//! `last_record.x`, `record.x`, `parent.x`: fields of records; `partition.x`: values of lists.

use super::{Reference, Resolved, expr, key, named, unknown};
use crate::diagnostic::Code;
use crate::expr::{Fault, PartitionNames, Place, RecordNames};
use crate::model::{
    ExprKind, ExprType, FieldStep, Item, ItemType, Record, RecordPath, RecordRoot, Struct, Type,
};

pub(super) fn record(root: RecordRoot, reference: &Reference<'_>, place: &Place<'_>) -> Resolved {
    let RecordNames::Known(record) = place.fields(root) else {
        return Ok(None);
    };
    let field = field(reference, record)?;
    let of = field.one(reference)?;
    // There is no last record after an empty page.
    let nullable = root == RecordRoot::Last || field.path.steps.iter().any(|step| step.nullable);
    let path = field.path;
    expr(ExprKind::Field { root, path }, of, nullable)
}

/// `parent.x` in what is sent for one partition.
pub(super) fn parent(reference: &Reference<'_>, names: &PartitionNames<'_>) -> Resolved {
    names.mark_parent();
    let Some(parent) = &names.parent else {
        return Ok(None);
    };
    if parent.batch && names.is_about_record() {
        let message = "several parents share a request, so that nobody knows which of them a record belongs to";
        let fault = Fault::new(Code::ExpressionType, reference.range.clone(), message);
        return Err(fault.help("remove `batch` from `parent`, or name a field of `record`"));
    }
    let Some(record) = parent.record else {
        return Ok(None);
    };
    let field = field(reference, record)?;
    let of = match &field.path.ty {
        Type::List(item) if is_param(item) && !parent.batch => ExprType::List(item_type(&item.ty)),
        _ => field.one(reference)?,
    };
    let (rust, nullable, ty) = names.parent_field(&field.wire, field.path);
    let of = if parent.batch {
        ExprType::List(ItemType::Other)
    } else {
        of
    };
    partition_field(rust, nullable, ty, of)
}

fn item_type(ty: &Type) -> ItemType {
    match ty {
        Type::String => ItemType::String,
        Type::Integer => ItemType::Integer,
        Type::Number => ItemType::Number,
        Type::Boolean => ItemType::Boolean,
        _ => ItemType::Other,
    }
}

/// Whether a list of such items can repeat a parameter.
fn is_param(item: &Item) -> bool {
    let scalar = matches!(
        item.ty,
        Type::String | Type::Integer | Type::Number | Type::Boolean
    );
    scalar && !item.nullable
}

/// `partition.x`
pub(super) fn partition(reference: &Reference<'_>, names: &PartitionNames<'_>) -> Resolved {
    let (step, rest) = match reference.steps {
        [step, rest @ ..] => (step, rest),
        [] => {
            return Err(Fault::new(
                Code::ExpressionType,
                reference.range.clone(),
                "`partition` alone is no value",
            )
            .help("name a list of `partitions`, as `partition.NAME`"));
        }
    };
    if let Some(next) = rest.first() {
        return Err(unknown(
            next.range.clone(),
            "a value of a partition has no parts",
        ));
    }
    let name = key(step)?;
    let Some(at) = names.lists.iter().position(|(known, _)| known == name) else {
        let fault = unknown(
            step.range.clone(),
            format!("there is no partition `{name}`"),
        );
        let known = names.lists.iter().map(|(known, _)| known.as_str());
        return Err(named(known, name, fault));
    };
    names.mark_list(at);
    let rust = names.list_field(at);
    let Some((_, Some(values))) = names.lists.get(at) else {
        return Ok(None);
    };
    if values.is_integer() {
        partition_field(rust, false, Type::Integer, ExprType::Integer)
    } else {
        partition_field(rust, false, Type::String, ExprType::String)
    }
}

/// A field of the struct that tells one partition from the others.
fn partition_field(rust: String, nullable: bool, ty: Type, of: ExprType) -> Resolved {
    let root = RecordRoot::Partition;
    let steps = vec![FieldStep { rust, nullable }];
    let path = RecordPath { steps, ty };
    expr(ExprKind::Field { root, path }, of, nullable)
}

/// A field of a record that an expression names.
struct Field {
    path: RecordPath,
    wire: Vec<String>,
}

impl Field {
    /// The type of its value, which has to be a single one.
    fn one(&self, reference: &Reference<'_>) -> Result<ExprType, Fault> {
        Ok(match self.path.ty {
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
                let shown = format!("{}.{}", reference.root, self.wire.join("."));
                return Err(Fault::new(
                    Code::ExpressionType,
                    reference.range.clone(),
                    format!("`{shown}` is not a single value"),
                ));
            }
        })
    }
}

fn field(reference: &Reference<'_>, record: &Record) -> Result<Field, Fault> {
    let mut shown = reference.root.to_owned();
    if reference.steps.is_empty() {
        return Err(Fault::new(
            Code::ExpressionType,
            reference.range.clone(),
            "a whole record is no value",
        )
        .help(format!("name a field of it, as `{shown}.id`")));
    }
    let (mut steps, mut wire) = (Vec::new(), Vec::new());
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
        wire.push(name.to_owned());
    }
    let path = RecordPath {
        steps,
        ty: ty.clone(),
    };
    Ok(Field { path, wire })
}

fn struct_of<'r>(record: &'r Record, ty: &Type) -> Option<&'r Struct> {
    match ty {
        Type::Struct(index) => record.structs.get(*index),
        _ => None,
    }
}
