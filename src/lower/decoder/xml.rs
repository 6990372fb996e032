//! `xml`: whether elements can give what is declared.

use super::place_of;
use crate::diagnostic::{Code, Diagnostic};
use crate::lower::Cx;
use crate::model::{Record, Type};
use crate::source::Span;
use crate::spec;

/// Records what elements and attributes cannot give.
pub(super) fn check(
    decoder: &spec::XmlDecoder,
    resource: &spec::Resource,
    record: Option<&Record>,
    cx: &mut Cx<'_>,
) {
    if resource.endpoint.data_selector.is_none() {
        let message = "XML has one root element, and nothing says where in it the records are";
        cx.sink.push(
            Diagnostic::new(Code::InvalidDecoder, decoder.span, message).help(
                "write the path from the root element to that of a record, as `data_selector: feed.entry`",
            ),
        );
    }
    let structs = record.map_or(&[][..], |record| &record.structs);
    for (index, object) in structs.iter().enumerate() {
        for field in &object.fields {
            let wire = &field.name.wire;
            let own = (index == 0).then(|| place_of(resource, wire)).flatten();
            let place = own.unwrap_or(decoder.span);
            if wire.starts_with('@') || wire == "#text" {
                one_text(wire, &field.ty, place, cx);
            }
            element(wire, &field.ty, place, cx);
        }
    }
}

/// What an attribute or a text cannot be.
fn one_text(wire: &str, ty: &Type, place: Span, cx: &mut Cx<'_>) {
    let what = match ty {
        Type::List(_) => "a list",
        Type::Map(_) => "a map",
        Type::Struct(_) => "an object",
        _ => return,
    };
    let kind = if wire == "#text" {
        "the text of an element"
    } else {
        "an attribute"
    };
    let message = format!("{kind} is one value, and `{wire}` is {what}");
    cx.sink.push(
        Diagnostic::new(Code::InvalidDecoder, place, message)
            .help("declare it as `string`, or as another type of a single value"),
    );
}

/// What an element cannot be.
fn element(wire: &str, ty: &Type, place: Span, cx: &mut Cx<'_>) {
    let item = match ty {
        Type::Union(_) => {
            let message =
                format!("an element does not tell its type, and `{wire}` is one of several");
            cx.sink.push(
                Diagnostic::new(Code::InvalidDecoder, place, message).help(
                    "declare it as `string`, or as `json`, which keeps all that stands in it",
                ),
            );
            return;
        }
        Type::List(item) => item,
        Type::Map(item) => return element(wire, &item.ty, place, cx),
        _ => return,
    };
    if matches!(item.ty, Type::List(_)) {
        let message = format!("elements cannot be a list of lists, as `{wire}` is");
        cx.sink
            .push(Diagnostic::new(Code::InvalidDecoder, place, message).help(
                "declare a list of objects, each with the list in it by the name of its elements",
            ));
        return;
    }
    element(wire, &item.ty, place, cx);
}
