//! `start`, `end` and `format`: values of a cursor.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::own_format;
use crate::diagnostic::{Code, Diagnostic, Sink, nearest};
use crate::expr::{Wants, template};
use crate::lower::Cx;
use crate::model::{
    ConfigDefault, ConfigField, CursorFormat, CursorType, CursorValue, Expr, ExprKind, ExprType,
    Template, Type,
};
use crate::source::Text;

/// One end of what is read; the outer `None` after a fault.
pub(super) fn edge(
    text: Option<&Text>,
    ty: CursorType,
    cx: &mut Cx<'_>,
) -> Option<Option<CursorValue>> {
    let Some(text) = text else {
        return Some(None);
    };
    let wants = Wants {
        what: "an end of what is read",
        secret: false,
        list: false,
        absent: true,
    };
    let value = match template(text, &mut cx.place(), wants, cx.sink)? {
        Template::Text(literal) => match self::literal(&literal, ty) {
            Some(value) => value,
            None => {
                let (kind, example) = described(ty);
                let message = format!("`{}` is no {kind}", literal.escape_debug());
                let diagnostic = Diagnostic::new(Code::InvalidRange, text.span, message);
                cx.sink.push(
                    diagnostic.help(format!("write {example}, or an expression of that type")),
                );
                return None;
            }
        },
        value => {
            let fits = match (&value, ty) {
                (_, CursorType::String) => true,
                (Template::Value(expr), CursorType::Timestamp) => expr.ty == ExprType::Timestamp,
                (Template::Value(expr), CursorType::Date) => expr.ty == ExprType::Date,
                (Template::Value(expr), CursorType::Integer) => expr.ty == ExprType::Integer,
                _ => false,
            };
            if !fits {
                let (kind, example) = described(ty);
                let message = format!("the cursor is a {kind}, and this is none");
                let help = match ty {
                    CursorType::Decimal => format!("write {example}"),
                    _ => format!(
                        "write {example}, or an expression of that type: a field of `config` has `type: {kind}`"
                    ),
                };
                cx.sink
                    .push(Diagnostic::new(Code::ExpressionType, text.span, message).help(help));
                return None;
            }
            CursorValue::Template(value)
        }
    };
    Some(Some(value))
}

fn described(ty: CursorType) -> (&'static str, &'static str) {
    match ty {
        CursorType::Timestamp => ("timestamp", "`2024-01-31T00:00:00Z`"),
        CursorType::Date => ("date", "`2024-01-31`"),
        CursorType::Integer => ("integer", "a whole number"),
        CursorType::Decimal => ("decimal", "a number"),
        CursorType::String => ("string", "a text"),
    }
}

fn literal(text: &str, ty: CursorType) -> Option<CursorValue> {
    Some(match ty {
        CursorType::Timestamp => {
            let instant = text.parse::<Timestamp>().or_else(|_| {
                let midnight = text.parse::<Date>()?.to_zoned_datetime(TimeZone::UTC)?;
                Ok::<_, jiff::Error>(midnight.timestamp())
            });
            let instant = instant.ok()?;
            CursorValue::Timestamp(instant.as_second(), instant.subsec_nanosecond())
        }
        CursorType::Date => {
            let date = text.parse::<Date>().ok().filter(|_| !text.contains('T'))?;
            CursorValue::Date(date.year(), date.month(), date.day())
        }
        CursorType::Integer => CursorValue::Integer(text.parse().ok()?),
        CursorType::Decimal => {
            let number = crate::lower::json::number(text)?;
            CursorValue::Decimal(
                serde_json::from_str::<serde_json::Number>(&number)
                    .ok()
                    .map(|_| number)?,
            )
        }
        CursorType::String => CursorValue::Template(Template::Text(text.to_owned())),
    })
}

/// Whether there may be no value.
pub(super) fn is_nullable(value: &CursorValue) -> bool {
    matches!(
        value,
        CursorValue::Template(Template::Value(Expr { nullable: true, .. }))
    )
}

/// Whether one value is known to lie after another. A field of `config` counts as its default.
pub(super) fn is_after(value: &CursorValue, other: &CursorValue, config: &[ConfigField]) -> bool {
    let (value, other) = (known(value, config), known(other, config));
    let order = match (value, other) {
        (Some(CursorValue::Timestamp(a, b)), Some(CursorValue::Timestamp(c, d))) => {
            (a, b).cmp(&(c, d))
        }
        (Some(CursorValue::Date(a, b, c)), Some(CursorValue::Date(d, e, f))) => {
            (a, b, c).cmp(&(d, e, f))
        }
        (Some(CursorValue::Integer(a)), Some(CursorValue::Integer(b))) => a.cmp(&b),
        (
            Some(CursorValue::Template(Template::Text(a))),
            Some(CursorValue::Template(Template::Text(b))),
        ) => a.cmp(&b),
        _ => Ordering::Equal,
    };
    order.is_gt()
}

fn known(value: &CursorValue, config: &[ConfigField]) -> Option<CursorValue> {
    let CursorValue::Template(Template::Value(Expr {
        kind: ExprKind::Config(path),
        ty,
        ..
    })) = value
    else {
        return Some(value.clone());
    };
    let [name] = path.as_slice() else { return None };
    let field = config.iter().find(|field| field.name.rust == *name)?;
    match (field.default.as_ref()?, ty) {
        (ConfigDefault::Text(text), ExprType::Timestamp) => literal(text, CursorType::Timestamp),
        (ConfigDefault::Text(text), ExprType::Date) => literal(text, CursorType::Date),
        (ConfigDefault::Integer(number), _) => Some(CursorValue::Integer(*number)),
        _ => None,
    }
}

/// How the API wants a value; `None` after a fault.
pub(super) fn format(
    text: Option<&Text>,
    ty: CursorType,
    field: &Type,
    sink: &mut Sink,
) -> Option<CursorFormat> {
    let Some(text) = text else {
        return Some(own_format(field));
    };
    let format = text.value.as_str();
    let is_timestamp = match ty {
        CursorType::Timestamp => true,
        CursorType::Date => false,
        CursorType::Integer | CursorType::Decimal | CursorType::String => {
            let message = "`format` has no effect on this cursor: it is for timestamps and dates";
            sink.push(Diagnostic::new(Code::NoEffect, text.span, message).help("remove it"));
            return Some(CursorFormat::Plain);
        }
    };
    Some(match format {
        "rfc3339" | "iso8601" if is_timestamp => CursorFormat::Plain,
        "date" if is_timestamp => CursorFormat::Date,
        "date" => CursorFormat::Plain,
        "epoch" if is_timestamp => CursorFormat::Epoch,
        "epoch_ms" if is_timestamp => CursorFormat::EpochMillis,
        _ if format.contains('%') && is_written(format, is_timestamp) => {
            CursorFormat::Strftime(format.to_owned())
        }
        _ => {
            let known: &[&str] = if is_timestamp {
                &["rfc3339", "date", "epoch", "epoch_ms"]
            } else {
                &["date"]
            };
            let message = format!(
                "there is no format `{}` for a {}",
                format.escape_debug(),
                described(ty).0
            );
            let diagnostic = Diagnostic::new(Code::UnknownValue, text.span, message);
            let near = nearest(format, known.iter().copied()).filter(|_| !format.contains('%'));
            sink.push(match near {
                Some(near) => diagnostic.help(format!("write `{near}`")),
                None => {
                    let list: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
                    diagnostic.help(format!(
                        "there is {}, and strftime, as `%Y-%m-%d`",
                        list.join(", ")
                    ))
                }
            });
            return None;
        }
    })
}

/// Whether a value can be written in a strftime format.
fn is_written(format: &str, is_timestamp: bool) -> bool {
    let written = if is_timestamp {
        jiff::fmt::strtime::format(
            format,
            &Timestamp::UNIX_EPOCH.to_zoned_datetime(TimeZone::UTC),
        )
    } else {
        jiff::fmt::strtime::format(format, Date::constant(2024, 1, 31))
    };
    written.is_ok()
}
