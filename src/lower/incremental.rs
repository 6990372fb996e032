//! `incremental`: which field is the cursor, what of it is read, and how the API is told.

mod coarse;
mod distance;
mod value;

use super::Cx;
use super::record::RecordBuilder;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::expr::CursorNames;
use crate::model::{
    CursorEdge, CursorFormat, CursorOrder, CursorType, CursorValue, Disposition, Distance,
    FieldStep, Incremental, Param, Record, RecordPath, Request, Template, TimeFormat, Type,
};
use crate::source::Text;
use crate::spec::{CursorFilter, Endpoint, OnMissing};
use crate::{expr, spec};

/// What `incremental` says, before the request is known that uses it.
pub(super) struct Range<'s> {
    spec: &'s spec::Incremental,
    /// The names that it adds to expressions of the request.
    pub names: CursorNames,
    cursor: RecordPath,
    name: String,
    ty: CursorType,
    start: Option<CursorValue>,
    end: Option<CursorValue>,
    step: Option<Distance>,
    granularity: Option<Distance>,
    lookback: Option<Distance>,
    /// Whether the API is told less of the cursor than it says.
    is_coarse: bool,
}

/// The path of the cursor's field. It is never null, unless the spec says what becomes of a record without it.
pub(super) fn cursor(
    spec: &spec::Incremental,
    builder: &mut RecordBuilder,
    sink: &mut Sink,
) -> Option<Vec<String>> {
    let nullable = matches!(
        spec.on_missing.as_ref().map(|choice| choice.value),
        Some(OnMissing::Keep | OnMissing::Skip)
    );
    super::key::cursor(&spec.cursor, nullable, builder, sink)
}

/// Lowers all but what depends on the request.
pub(super) fn range<'s>(
    spec: &'s spec::Incremental,
    path: &[String],
    record: &Record,
    cx: &mut Cx<'_>,
) -> Option<Range<'s>> {
    let cursor = field(path, record)?;
    let ty = cursor_type(spec, &cursor.ty, cx.sink)?;
    missing(spec, &cursor, cx.sink);
    let format = value::format(spec.format.as_ref(), ty, &cursor.ty, cx.sink);
    let start = value::edge(spec.start.as_ref(), ty, cx);
    let end = value::edge(spec.end.as_ref(), ty, cx);
    if let (Some((start, Some(first))), Some((end, Some(last)))) = (
        spec.start.as_ref().zip(start.as_ref()),
        spec.end.as_ref().zip(end.as_ref()),
    ) && value::is_after(first, last, cx.config.fields)
    {
        let diagnostic = Diagnostic::new(
            Code::InvalidRange,
            end.span,
            "reading ends before it begins",
        );
        cx.sink.push(
            diagnostic
                .other(start.span, "it begins here")
                .help("write an `end` after `start`"),
        );
        return None;
    }
    let (start, end) = (start?, end?);
    let distances = distance::lower(spec, ty, cx.sink);
    let is_time = matches!(ty, CursorType::Timestamp | CursorType::Date);
    let always = |value: &Option<CursorValue>| {
        value
            .as_ref()
            .is_some_and(|value| !value::is_nullable(value))
    };
    let format = format?;
    let is_coarse = spec.format.is_some() && coarse::is_coarser(&format, &cursor.ty);
    let (step, granularity, lookback) = distances?;
    Some(Range {
        names: CursorNames::new(format, ty, always(&start), always(&end) || is_time),
        spec,
        cursor,
        name: path.join("."),
        ty,
        start,
        end,
        step,
        granularity,
        lookback,
        is_coarse,
    })
}

impl Range<'_> {
    /// Adds `param` and `end_param` to a request.
    pub(super) fn add_params(&self, request: &mut Request, endpoint: &Endpoint, cx: &mut Cx<'_>) {
        self.check_names(cx.sink);
        for (param, edge) in self.params() {
            expr::literal(param, "the name of a parameter", cx.sink);
            if param.value.is_empty() {
                cx.sink.push(Diagnostic::new(
                    Code::Empty,
                    param.span,
                    "a query parameter needs a name",
                ));
            }
            let other = endpoint
                .params
                .iter()
                .find(|(name, _)| name.value == param.value);
            if let Some((name, _)) = other {
                let message = format!("`{}` stands among `params`, too", param.value);
                let diagnostic = Diagnostic::new(Code::InvalidCursor, param.span, message);
                cx.sink.push(
                    diagnostic
                        .other(name.span, "here")
                        .help("remove it there, or give the cursor another parameter"),
                );
            }
            request.params.retain(|other| other.name != param.value);
            request.params.push(Param {
                name: param.value.clone(),
                values: vec![Template::Value(self.names.value(edge))],
            });
        }
    }

    /// One parameter cannot say two things.
    fn check_names(&self, sink: &mut Sink) {
        if let (Some(start), Some(end)) = (&self.spec.param, &self.spec.end_param)
            && start.value == end.value
        {
            let message = format!("`{}` is the start of what is read, too", end.value);
            let diagnostic = Diagnostic::new(Code::InvalidCursor, end.span, message);
            sink.push(
                diagnostic
                    .other(start.span, "here")
                    .help("give each of the two a parameter of its own"),
            );
        }
    }

    fn params(&self) -> impl Iterator<Item = (&Text, CursorEdge)> {
        let start = self
            .spec
            .param
            .iter()
            .map(|param| (param, CursorEdge::Start));
        start.chain(
            self.spec
                .end_param
                .iter()
                .map(|param| (param, CursorEdge::End)),
        )
    }

    /// Puts the rest together, once it is known what the request sends.
    pub(super) fn finish(
        self,
        request: Option<&Request>,
        disposition: Option<&Disposition>,
        endpoint: &str,
        sink: &mut Sink,
    ) -> Incremental {
        let spec = self.spec;
        let sends_start = spec.param.is_some() || self.names.is_used(CursorEdge::Start);
        let sends_end = spec.end_param.is_some() || self.names.is_used(CursorEdge::End);
        if let Some(request) = request {
            for (param, _) in self.params() {
                if !request.params.iter().any(|sent| sent.name == param.value) {
                    let message = format!("the paginator sets `{}` itself", param.value);
                    let diagnostic = Diagnostic::new(Code::InvalidCursor, param.span, message);
                    sink.push(diagnostic.help("give one of the two another parameter"));
                }
            }
            self.sent(sends_start, sends_end, sink);
        }
        self.repeated(disposition, sink);
        let filters = self.filters();
        if let (Some(order), false) = (&spec.order, filters)
            && order.value == spec::CursorOrder::Descending
        {
            let message = "`desc` has no effect: the API leaves out older records itself";
            sink.push(
                Diagnostic::new(Code::NoEffect, order.span, message)
                    .help("remove it, or write `filter: both` if it does not"),
            );
        }
        let is_time = matches!(self.ty, CursorType::Timestamp | CursorType::Date);
        Incremental {
            endpoint: endpoint.to_owned(),
            cursor: self.cursor,
            name: self.name,
            ty: self.ty,
            sends_end,
            until_now: is_time && sends_end,
            start: self.start,
            end: self.end,
            step: self.step,
            granularity: self.granularity,
            lookback: self.lookback,
            order: match spec.order.as_ref().map(|order| order.value) {
                Some(spec::CursorOrder::Ascending) => CursorOrder::Ascending,
                Some(spec::CursorOrder::Descending) => CursorOrder::Descending,
                Some(spec::CursorOrder::None) | None => CursorOrder::None,
            },
            filters,
            keeps_missing: spec
                .on_missing
                .as_ref()
                .is_none_or(|choice| choice.value != OnMissing::Skip),
        }
    }

    /// What the request has to send for the rest to mean something.
    fn sent(&self, start: bool, end: bool, sink: &mut Sink) {
        let spec = self.spec;
        let filter = spec.filter.as_ref();
        let is_client = filter.is_some_and(|filter| filter.value == CursorFilter::Client);
        if !start && !is_client {
            let span = filter.map_or(spec.cursor.span, |filter| filter.span);
            let message = "nothing tells the API where to begin: every run would read everything";
            let diagnostic = Diagnostic::new(Code::InvalidCursor, span, message);
            sink.push(diagnostic.help(
                "write `param: NAME`, or `{{ cursor.start }}` where it goes; `filter: client` if the API cannot be told",
            ));
        } else if let (Some(window), false) = (&spec.window, start && end) {
            let message = "the windows are not sent: each of them would read everything";
            let diagnostic = Diagnostic::new(Code::InvalidRange, window.span, message);
            sink.push(diagnostic.help("write `param` and `end_param`, or `{{ cursor.start }}` and `{{ cursor.end }}` where they go"));
        }
    }

    /// Whether records before the cursor are left out here.
    fn filters(&self) -> bool {
        let filter = self.spec.filter.as_ref().map(|filter| filter.value);
        matches!(filter, Some(CursorFilter::Client | CursorFilter::Both))
    }

    /// What a load makes of records that come again.
    fn repeated(&self, disposition: Option<&Disposition>, sink: &mut Sink) {
        match (disposition, &self.spec.lookback) {
            (Some(Disposition::Replace), _) => {
                let message = "`replace` empties the table before each load, and a run reads only what is new";
                let diagnostic =
                    Diagnostic::new(Code::InvalidCursor, self.spec.cursor.span, message);
                sink.push(
                    diagnostic.help("write `write_disposition: merge`, or remove `incremental`"),
                );
            }
            (Some(Disposition::Append), Some(lookback)) => {
                let message = "the records within the `lookback` are added again by every run";
                let diagnostic = Diagnostic::new(Code::ReadAgain, lookback.span, message);
                sink.push(diagnostic.help("write `write_disposition: merge` with a `primary_key`"));
            }
            (Some(Disposition::Append), None) if self.is_coarse && !self.filters() => {
                let span = self
                    .spec
                    .format
                    .as_ref()
                    .map_or(self.spec.cursor.span, |format| format.span);
                let message = "the API is told less than the cursor says: the records before it that this cannot tell apart are added again by the next run";
                let diagnostic = Diagnostic::new(Code::ReadAgain, span, message);
                sink.push(
                    diagnostic
                        .help("write `write_disposition: merge` with a `primary_key`")
                        .help("or `filter: both`, which leaves them out here"),
                );
            }
            _ => {}
        }
    }
}

/// The field at a path that is known to be there.
fn field(path: &[String], record: &Record) -> Option<RecordPath> {
    let (mut steps, mut ty) = (Vec::new(), &Type::Struct(0));
    for name in path {
        let Type::Struct(index) = ty else { return None };
        let fields = &record.structs.get(*index)?.fields;
        let field = fields.iter().find(|field| field.name.wire == *name)?;
        steps.push(FieldStep {
            rust: field.name.rust.clone(),
            nullable: field.nullable,
        });
        ty = &field.ty;
    }
    Some(RecordPath {
        steps,
        ty: ty.clone(),
    })
}

fn cursor_type(spec: &spec::Incremental, ty: &Type, sink: &mut Sink) -> Option<CursorType> {
    let kind = match ty {
        Type::Timestamp(_) => return Some(CursorType::Timestamp),
        Type::Date(_) => return Some(CursorType::Date),
        Type::Integer => return Some(CursorType::Integer),
        Type::Decimal => return Some(CursorType::Decimal),
        Type::String => return Some(CursorType::String),
        Type::Number => "a floating point number, which is never quite the same twice",
        Type::Boolean => "a boolean",
        Type::Time(_) => "a time of day",
        Type::Uuid => "a UUID",
        Type::Binary => "bytes",
        Type::Enum(_) => "an enum",
        Type::Json => "any JSON",
        Type::Map(_) => "a map",
        Type::List(_) => "a list",
        Type::Struct(_) => "an object",
        Type::Union(_) => "of several types",
    };
    let message = format!(
        "`{}` is {kind}: it cannot say which of two records is newer",
        spec.cursor.value
    );
    let help = match ty {
        Type::Number => "declare it as `decimal` or `integer`",
        _ => "name a timestamp, date, integer, decimal or string",
    };
    sink.push(Diagnostic::new(Code::InvalidCursor, spec.cursor.span, message).help(help));
    None
}

/// `on_missing` needs a field that may be missing.
fn missing(spec: &spec::Incremental, cursor: &RecordPath, sink: &mut Sink) {
    if let Some(choice) = spec
        .on_missing
        .as_ref()
        .filter(|choice| choice.value != OnMissing::Fail)
        && !cursor.steps.iter().any(|step| step.nullable)
    {
        let message = format!(
            "`on_missing` has no effect: `{}` is never null",
            spec.cursor.value
        );
        sink.push(
            Diagnostic::new(Code::NoEffect, choice.span, message)
                .help("remove it, or let the field be null"),
        );
    }
}

/// How the API itself writes the cursor.
fn own_format(ty: &Type) -> CursorFormat {
    match ty {
        Type::Timestamp(format @ TimeFormat::AnyOf(_)) => {
            own_format(&Type::Timestamp(format.first().clone()))
        }
        Type::Timestamp(TimeFormat::Epoch) => CursorFormat::Epoch,
        Type::Timestamp(TimeFormat::EpochMillis) => CursorFormat::EpochMillis,
        Type::Timestamp(TimeFormat::Strftime(format)) | Type::Date(Some(format)) => {
            CursorFormat::Strftime(format.clone())
        }
        _ => CursorFormat::Plain,
    }
}
