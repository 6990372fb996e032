//! `decoder`: how the bytes of a response become records, and whether they can.

mod xml;

use super::{Cx, size};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::literal;
use crate::model::{BodyFormat, Compression, Csv, Decoder, Param, Record, Request, Template, Type};
use crate::source::{Span, Spanned, Text};
use crate::spec;
use crate::spec::{Client, CsvDecoder, CsvHeader, Value};

/// Lowers the decoder of a resource; `record` is `None` where it could not be made.
pub(super) fn lower(
    resource: &spec::Resource,
    record: Option<&Record>,
    cx: &mut Cx<'_>,
) -> Option<Decoder> {
    let (format, encoding, packing) = match &resource.endpoint.decoder {
        None => return Some(Decoder::JSON),
        Some(spec::Decoder::Json(json)) => (
            Some(BodyFormat::Json),
            None,
            packing(
                json.compression.as_ref(),
                json.file.as_ref(),
                json.max_size.as_ref(),
                cx,
            ),
        ),
        Some(spec::Decoder::Jsonl(jsonl)) => (
            Some(BodyFormat::Jsonl),
            jsonl.encoding.as_ref(),
            packing(
                jsonl.compression.as_ref(),
                jsonl.file.as_ref(),
                jsonl.max_size.as_ref(),
                cx,
            ),
        ),
        Some(spec::Decoder::Csv(decoder)) => (
            csv(decoder, resource, record, cx).map(BodyFormat::Csv),
            decoder.encoding.as_ref(),
            packing(
                decoder.compression.as_ref(),
                decoder.file.as_ref(),
                decoder.max_size.as_ref(),
                cx,
            ),
        ),
        Some(spec::Decoder::Xml(decoder)) => {
            xml::check(decoder, resource, record, cx);
            (
                Some(BodyFormat::Xml),
                decoder.encoding.as_ref(),
                packing(
                    decoder.compression.as_ref(),
                    decoder.file.as_ref(),
                    decoder.max_size.as_ref(),
                    cx,
                ),
            )
        }
    };
    Some(Decoder {
        format: format?,
        encoding: encoding.and_then(|encoding| constant(encoding.value)),
        compression: packing.compression?,
        max_size: packing.max_size?,
    })
}

/// Asks for what the decoder reads, unless the spec itself says what to accept.
pub(super) fn accept(
    request: &mut Request,
    decoder: &Decoder,
    own: &[(Text, Value)],
    client: &Client,
) {
    let kind = match (&decoder.compression, &decoder.format) {
        (Compression::Gzip, _) => "application/gzip",
        (Compression::Zip(_), _) => "application/zip",
        (Compression::None, BodyFormat::Json) => return,
        (Compression::None, BodyFormat::Jsonl) => "application/x-ndjson",
        (Compression::None, BodyFormat::Csv(_)) => "text/csv",
        (Compression::None, BodyFormat::Xml) => "application/xml",
    };
    let mut headers = own.iter().chain(&client.headers);
    if headers.any(|(name, _)| name.value.eq_ignore_ascii_case("accept")) {
        return;
    }
    request.headers.push(Param {
        name: "Accept".to_owned(),
        values: vec![Template::Text(format!("{kind}, */*;q=0.5"))],
    });
}

/// What a response is packed in; `None` for what is refused.
struct Packing {
    compression: Option<Compression>,
    #[allow(clippy::option_option, reason = "refused, absent, given")]
    max_size: Option<Option<u64>>,
}

fn packing(
    compression: Option<&Spanned<spec::Compression>>,
    file: Option<&Text>,
    size: Option<&Text>,
    cx: &mut Cx<'_>,
) -> Packing {
    let packed = compression.map(|compression| compression.value);
    let size = size.map(|size| max_size(size, packed, cx));
    Packing {
        compression: files(packed, file, cx),
        max_size: size.map_or(Some(None), |size| size.map(Some)),
    }
}

fn max_size(text: &Text, packed: Option<spec::Compression>, cx: &mut Cx<'_>) -> Option<u64> {
    let size = size::size(text, cx.sink)?;
    if packed.is_none() {
        let message = "`max_size` is that of an unpacked response, and nothing is unpacked";
        cx.sink.push(
            Diagnostic::new(Code::InvalidDecoder, text.span, message)
                .help("say what the response is packed in, as `compression: gzip`, or remove it"),
        );
        return None;
    }
    Some(size)
}

fn files(
    packed: Option<spec::Compression>,
    file: Option<&Text>,
    cx: &mut Cx<'_>,
) -> Option<Compression> {
    let Some(file) = file else {
        return Some(match packed {
            None => Compression::None,
            Some(spec::Compression::Gzip) => Compression::Gzip,
            Some(spec::Compression::Zip) => Compression::Zip("*".to_owned()),
        });
    };
    let pattern = literal(file, "a pattern of file names", cx.sink).to_owned();
    if packed != Some(spec::Compression::Zip) {
        let message = "`file` chooses among the files of a zip archive, and there is none";
        cx.sink.push(
            Diagnostic::new(Code::InvalidDecoder, file.span, message)
                .help("write `compression: zip` as well, or remove it"),
        );
        return None;
    }
    if pattern.is_empty() {
        cx.sink.push(
            Diagnostic::new(Code::Empty, file.span, "no file has the empty name")
                .help("write a name or a pattern, as `*.csv`"),
        );
        return None;
    }
    Some(Compression::Zip(pattern))
}

fn csv(
    decoder: &CsvDecoder,
    resource: &spec::Resource,
    record: Option<&Record>,
    cx: &mut Cx<'_>,
) -> Option<Csv> {
    let delimiter = character(decoder.delimiter.as_ref(), b',', "delimiter", cx);
    let quote = character(decoder.quote.as_ref(), b'"', "quote", cx);
    if let (Some(delimiter), Some(same)) = (delimiter, quote)
        && delimiter == same
    {
        let place = decoder.quote.as_ref().or(decoder.delimiter.as_ref());
        let message = "cells cannot be parted and quoted by the same character";
        let span = place.map_or(decoder.span, |text| text.span);
        cx.sink.push(
            Diagnostic::new(Code::InvalidDecoder, span, message)
                .help("write another `quote` or `delimiter`"),
        );
    }
    if let Some(selector) = resource.endpoint.data_selector.as_ref()
        && selector.value != "$"
    {
        cx.sink.push(
            Diagnostic::new(
                Code::InvalidDecoder,
                selector.span,
                "the rows of a CSV are its records: there is nothing to select",
            )
            .help("remove `data_selector`; `data_selector: null` removes that of the defaults"),
        );
    }
    let names = match &decoder.header {
        Some(CsvHeader::Names(names, span)) => {
            Some((header(names, *span, resource, record, cx)?, *span))
        }
        Some(CsvHeader::Row) | None => None,
    };
    let nulls = match &decoder.null_values {
        None => vec![String::new()],
        Some(texts) => texts
            .iter()
            .map(|text| literal(text, "a cell", cx.sink).to_owned())
            .collect(),
    };
    flat(resource, record, decoder.span, cx);
    let missing = resource.endpoint.allow_missing_data.as_ref();
    let columns = match record.and_then(|record| record.structs.first()) {
        Some(record) if !missing.is_some_and(|allow| allow.value) && names.is_none() => record
            .fields
            .iter()
            .map(|field| field.name.wire.clone())
            .collect(),
        _ => Vec::new(),
    };
    Some(Csv {
        delimiter: delimiter?,
        quote: quote?,
        header: names.map(|(names, _)| names),
        nulls,
        columns,
    })
}

/// One character of ASCII.
fn character(text: Option<&Text>, default: u8, key: &str, cx: &mut Cx<'_>) -> Option<u8> {
    let Some(text) = text else {
        return Some(default);
    };
    if let [byte] = text.value.as_bytes()
        && byte.is_ascii()
        && !matches!(byte, b'\r' | b'\n' | 0)
    {
        return Some(*byte);
    }
    let message = format!(
        "`{key}` has to be one character of ASCII, and this is `{}`",
        text.value.escape_debug()
    );
    let help = match text.value.as_str() {
        "\\t" | "tab" => "write `\"\\t\"` with double quotes for a tab".to_owned(),
        _ => format!(
            "write it in quotes, as `{key}: \"{}\"`",
            if key == "quote" { "'" } else { ";" }
        ),
    };
    cx.sink
        .push(Diagnostic::new(Code::InvalidDecoder, text.span, message).help(help));
    None
}

/// The columns' names, each once, and each field among them.
fn header(
    names: &[Text],
    span: Span,
    resource: &spec::Resource,
    record: Option<&Record>,
    cx: &mut Cx<'_>,
) -> Option<Vec<String>> {
    if names.is_empty() {
        cx.sink.push(
            Diagnostic::new(Code::Empty, span, "there are no columns")
                .help("name them in the order of the cells, or write `header: true`"),
        );
        return None;
    }
    for (at, name) in names.iter().enumerate() {
        literal(name, "a column's name", cx.sink);
        let earlier = names.get(..at).unwrap_or_default();
        if let Some(first) = earlier.iter().find(|other| other.value == name.value) {
            cx.sink.push(
                Diagnostic::new(
                    Code::DuplicateName,
                    name.span,
                    format!("two columns are called `{}`", name.value),
                )
                .other(first.span, "the other one")
                .help("name each column once; one that no field reads may have any name"),
            );
        }
    }
    let fields = record
        .and_then(|record| record.structs.first())
        .map(|record| record.fields.as_slice());
    for field in fields.unwrap_or_default() {
        let wire = &field.name.wire;
        if names.iter().all(|name| name.value != *wire) {
            let message = format!("no column gives the field `{wire}`");
            let place = place_of(resource, wire).unwrap_or(span);
            let diagnostic = Diagnostic::new(Code::InvalidDecoder, place, message);
            let diagnostic = if place == span {
                diagnostic
            } else {
                diagnostic.other(span, "the columns")
            };
            let known = names.iter().map(|name| name.value.as_str());
            cx.sink.push(match crate::diagnostic::nearest(wire, known) {
                Some(near) => {
                    diagnostic.help(format!("write it `{near}`, as the column is called"))
                }
                None => diagnostic.help("name its column in `header`, or remove the field"),
            });
        }
    }
    Some(names.iter().map(|name| name.value.clone()).collect())
}

/// A cell is one value.
fn flat(resource: &spec::Resource, record: Option<&Record>, span: Span, cx: &mut Cx<'_>) {
    let Some(root) = record.and_then(|record| record.structs.first()) else {
        return;
    };
    for field in &root.fields {
        let what = match &field.ty {
            Type::List(_) => "a list",
            Type::Map(_) => "a map",
            Type::Struct(_) => "an object",
            Type::Union(_) => "one of several types",
            _ => continue,
        };
        let wire = &field.name.wire;
        let message = format!("a cell of a CSV is one value, and `{wire}` is {what}");
        let place = place_of(resource, wire).unwrap_or(span);
        let help = match &field.ty {
            Type::Union(_) => "declare it as `string`: a cell does not tell its type",
            _ => "declare it as `json`: then the cell is read as JSON",
        };
        cx.sink
            .push(Diagnostic::new(Code::InvalidDecoder, place, message).help(help));
    }
}

/// Where a field is declared, where that is in `fields`.
fn place_of(resource: &spec::Resource, wire: &str) -> Option<Span> {
    let mut fields = resource.fields.as_deref().unwrap_or_default().iter();
    fields
        .find(|(key, _)| key.value == wire)
        .map(|(key, _)| key.span)
}

/// The constant of `encoding_rs`; none for UTF-8, which needs no crate.
fn constant(encoding: spec::Encoding) -> Option<&'static str> {
    use spec::Encoding as E;
    Some(match encoding {
        E::Utf8 => return None,
        E::Utf16Le => "UTF_16LE",
        E::Utf16Be => "UTF_16BE",
        E::Latin1 => "WINDOWS_1252",
        E::Latin2 => "ISO_8859_2",
        E::Latin9 => "ISO_8859_15",
        E::Windows1250 => "WINDOWS_1250",
        E::Windows1251 => "WINDOWS_1251",
        E::ShiftJis => "SHIFT_JIS",
        E::EucJp => "EUC_JP",
        E::EucKr => "EUC_KR",
        E::Gb18030 => "GB18030",
        E::Big5 => "BIG5",
    })
}
