//! `config.x`: fields that the connector's user supplies.

use std::ops::Range;

use super::{Reference, Resolved, expr, key, named, unknown};
use crate::diagnostic::Code;
use crate::expr::{Fault, Place};
use crate::model::{ConfigField, ConfigType, ExprKind, ExprType, ItemType};

pub(super) fn config(reference: &Reference<'_>, place: &Place<'_>) -> Resolved {
    let Some(first) = reference.steps.first() else {
        return Err(Fault::new(
            Code::ExpressionType,
            reference.range.clone(),
            "`config` alone is no value",
        )
        .help("name a field of it, as `config.NAME`"));
    };
    let mut fields = place.config.fields;
    let mut rust = Vec::new();
    let mut wire: Vec<String> = Vec::new();
    let mut nullable = false;
    for (at, step) in reference.steps.iter().enumerate() {
        let name = key(step)?;
        if at == 0 && place.config.refused.contains(name) {
            place.config.mark_used(name);
            return Ok(None);
        }
        let Some(field) = fields.iter().find(|field| field.name.wire == name) else {
            let inside = if wire.is_empty() {
                "`config`".to_owned()
            } else {
                format!("`config.{}`", wire.join("."))
            };
            let fault = unknown(
                step.range.clone(),
                format!("{inside} has no field `{name}`"),
            );
            let fault = named(
                fields.iter().map(|field| field.name.wire.as_str()),
                name,
                fault,
            );
            let none = at == 0 && fields.is_empty();
            return Err(if none {
                fault.help(format!(
                    "declare it: `config: {{ {name}: {{ type: string }} }}`"
                ))
            } else {
                fault
            });
        };
        if at == 0 {
            place.config.mark_used(key(first)?);
        }
        rust.push(field.name.rust.clone());
        wire.push(name.to_owned());
        nullable |= field.optional;
        let last = at + 1 == reference.steps.len();
        if last {
            return config_value(field, reference, &wire, ExprKind::Config(rust), nullable);
        }
        fields = inner_fields(
            field,
            place,
            &wire,
            reference
                .steps
                .get(at + 1)
                .map_or(&step.range, |step| &step.range),
        )?;
    }
    Ok(None)
}

/// The fields inside a config field.
pub(super) fn inner_fields<'p>(
    field: &'p ConfigField,
    place: &'p Place<'_>,
    wire: &[String],
    next: &Range<usize>,
) -> Result<&'p [ConfigField], Fault> {
    let shown = format!("config.{}", wire.join("."));
    match &field.ty {
        ConfigType::Object { fields, .. } => Ok(fields),
        ConfigType::OneOf { variants, .. } => match place.config.option() {
            Some(option) if option.path == wire => {
                let variant = variants
                    .iter()
                    .find(|(name, _)| name.wire == option.variant);
                Ok(variant
                    .map(|(_, fields)| fields.as_slice())
                    .unwrap_or_default())
            }
            _ => Err(unknown(
                next.clone(),
                format!("the fields of `{shown}` depend on which variant its user chose"),
            )
            .help(format!(
                "they can be used in the options of `auth: {{ type: one_of, by: {} }}`",
                wire.join(".")
            ))),
        },
        _ => Err(unknown(next.clone(), format!("`{shown}` has no fields"))),
    }
}

pub(super) fn config_value(
    field: &ConfigField,
    reference: &Reference<'_>,
    wire: &[String],
    kind: ExprKind,
    nullable: bool,
) -> Resolved {
    let ty = match &field.ty {
        ConfigType::String | ConfigType::Enum { .. } => ExprType::String,
        ConfigType::Secret => ExprType::Secret,
        ConfigType::Integer => ExprType::Integer,
        ConfigType::Number => ExprType::Number,
        ConfigType::Boolean => ExprType::Boolean,
        ConfigType::Timestamp => ExprType::Timestamp,
        ConfigType::Date => ExprType::Date,
        ConfigType::List(item) => ExprType::List(match **item {
            ConfigType::String | ConfigType::Enum { .. } => ItemType::String,
            ConfigType::Integer => ItemType::Integer,
            ConfigType::Number => ItemType::Number,
            ConfigType::Boolean => ItemType::Boolean,
            _ => ItemType::Other,
        }),
        ConfigType::Object { .. } | ConfigType::OneOf { .. } => {
            let message = format!(
                "`config.{}` is a group of fields, not a value",
                wire.join(".")
            );
            return Err(
                Fault::new(Code::ExpressionType, reference.range.clone(), message)
                    .help("name one of its fields"),
            );
        }
    };
    expr(kind, ty, nullable)
}
