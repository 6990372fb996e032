//! `keyset`: the key of the last record.

use super::{Paginating, is_true};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::expr::{PathItemKind, literal, path};
use crate::model::{FieldStep, Paging, PagingKind, Record, RecordPath, Type};
use crate::source::Text;
use crate::spec;

impl Paginating<'_, '_> {
    pub(super) fn keyset(&mut self, keyset: &spec::Keyset) -> Option<Paging> {
        let field = self
            .record
            .and_then(|record| self.key(&keyset.field, record));
        let place = keyset.location.as_ref();
        if let Some(place) = place.filter(|place| place.value == spec::ParamLocation::Path) {
            self.push(
                Diagnostic::new(
                    Code::InvalidPaginator,
                    place.span,
                    "the key of the last record is sent as a parameter, and a segment of a path is none",
                )
                .help("say another place; for a cursor in the path write `type: cursor`, as `cursor: \"{{ last_record.id }}\"`"),
            );
            return None;
        }
        let param = self.param(Some(&keyset.param), "", place, keyset.span);
        let limit = self.limit(
            keyset.limit.as_ref(),
            keyset.limit_param.as_ref(),
            "limit",
            place,
        );
        let count = limit
            .as_ref()
            .and_then(|limit| limit.as_ref())
            .map(|(param, _)| param.clone());
        self.distinct(
            param.as_ref(),
            count.as_ref(),
            keyset.limit_param.as_ref().or(Some(&keyset.param)),
            keyset.span,
        );
        let inclusive = is_true(keyset.inclusive.as_ref());
        if let (true, Some(flag), None) = (inclusive, &keyset.inclusive, &keyset.limit) {
            let message =
                "without `limit` nobody knows whether a page that has nothing new was cut off";
            self.push(
                Diagnostic::new(Code::InvalidPaginator, flag.span, message)
                    .help("write how many records a page has, as `limit: 100`"),
            );
        }
        if let (Some(order), Some(field)) = (&keyset.order, &field)
            && is_text(&field.ty)
        {
            let message = "`order` has no effect: how texts are sorted is known to the API alone";
            self.push(Diagnostic::new(Code::NoEffect, order.span, message).help("remove it"));
        }
        let max_pages = self.max_pages(keyset.max_pages.as_ref());
        let descending = keyset
            .order
            .as_ref()
            .is_some_and(|order| order.value == spec::Order::Descending);
        let kind = PagingKind::Keyset {
            field: field?,
            param: param?,
            limit: limit?,
            descending,
            inclusive,
        };
        Some(Paging {
            kind,
            max_pages: max_pages?,
        })
    }

    /// The field that has the key: one that can be sorted by, and is always there.
    fn key(&mut self, text: &Text, record: &Record) -> Option<RecordPath> {
        literal(text, "a field", self.cx.sink);
        let mut structure = record.structs.first()?;
        // A field may be called `a.b`.
        let whole = structure
            .fields
            .iter()
            .any(|field| field.name.wire == text.value);
        let items = if whole {
            vec![(text.value.clone(), 0..text.value.len())]
        } else {
            let mut items = Vec::new();
            for item in path(text, self.cx.sink)? {
                let PathItemKind::Key(key) = item.kind else {
                    let message = "a key cannot lie inside a list";
                    let span = text.span_of(item.range);
                    self.push(
                        Diagnostic::new(Code::InvalidPaginator, span, message)
                            .help("name a field of the record, or of an object in it"),
                    );
                    return None;
                };
                items.push((key, item.range));
            }
            items
        };
        let count = items.len();
        if count == 0 {
            self.push(
                Diagnostic::new(
                    Code::InvalidPaginator,
                    text.span,
                    "the whole record is no key",
                )
                .help("name a field of it"),
            );
            return None;
        }
        let mut steps = Vec::with_capacity(count);
        for (at, (name, range)) in items.into_iter().enumerate() {
            let span = text.span_of(range);
            let Some(field) = structure
                .fields
                .iter()
                .find(|field| field.name.wire == name)
            else {
                let message = format!("the record has no field `{}`", text.value);
                let diagnostic = Diagnostic::new(Code::UnknownField, span, message);
                let known = structure
                    .fields
                    .iter()
                    .map(|field| field.name.wire.as_str());
                self.push(match nearest(&name, known) {
                    Some(near) => diagnostic.help(format!("write `{near}`")),
                    None => diagnostic.help(format!(
                        "declare it among the fields, as `{name}: integer!`"
                    )),
                });
                return None;
            };
            if field.nullable {
                let message = format!("`{name}` may be null, and then no page could follow");
                self.push(
                    Diagnostic::new(Code::InvalidPaginator, span, message).help(format!(
                        "declare that it never is, as `{name}: {}!`",
                        word(&field.ty)
                    )),
                );
                return None;
            }
            steps.push(FieldStep {
                rust: field.name.rust.clone(),
                nullable: false,
            });
            match (&field.ty, at + 1 == count) {
                (Type::Struct(inner), false) => structure = record.structs.get(*inner)?,
                (ty, true) if is_text(ty) || is_sorted(ty) => {
                    return Some(RecordPath {
                        steps,
                        ty: ty.clone(),
                    });
                }
                _ => {
                    let message = format!("the API cannot sort by `{}`", text.value);
                    self.push(
                        Diagnostic::new(Code::InvalidPaginator, span, message)
                            .help("name an `integer`, a `timestamp`, a `date`, a `string` or another field of one exact value"),
                    );
                    return None;
                }
            }
        }
        None
    }
}

/// Whether values are compared as the API compares them.
fn is_sorted(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Integer | Type::Timestamp(_) | Type::Date(_) | Type::Time(_)
    )
}

/// Whether values are sent back as texts whose order is not known.
fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Decimal | Type::Uuid)
}

/// The type as `fields` writes it.
fn word(ty: &Type) -> &'static str {
    match ty {
        Type::Integer => "integer",
        Type::Number => "number",
        Type::Boolean => "boolean",
        Type::Decimal => "decimal",
        Type::Timestamp(_) => "timestamp",
        Type::Date(_) => "date",
        Type::Time(_) => "time",
        Type::Uuid => "uuid",
        _ => "string",
    }
}
