//! `paginator`: how to get from a page to the next.

mod keyset;
mod param;

use super::Cx;
use super::envelope::EnvelopeBuilder;
use super::param::header_name;
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Place, RecordNames, has_expression, literal, position};
use crate::model::{
    BodyPath, Expr, ExprKind, ExprType, LeafKind, LinkSource, PageParam, Paging, PagingKind,
    Record, RecordRoot, Request,
};
use crate::source::{Span, Spanned, Text};
use crate::spec;
use crate::spec::{Client, Endpoint};

/// The largest page that makes sense to ask for.
const MAX_LIMIT: u64 = 1_000_000_000;

/// What a paginator touches while it is lowered.
pub(super) struct Paginating<'p, 'a> {
    pub cx: &'p mut Cx<'a>,
    pub envelope: &'p mut EnvelopeBuilder,
    /// `None` where it could not be made.
    pub request: Option<&'p mut Request>,
    /// `None` where it could not be made.
    pub record: Option<&'p Record>,
    pub endpoint: &'p Endpoint,
    pub client: &'p Client,
}

impl Paginating<'_, '_> {
    /// Lowers a paginator: its paths go into the envelope, its parameters replace those of the request.
    pub fn lower(&mut self, paginator: &spec::Paginator) -> Option<Paging> {
        use spec::Paginator as P;
        match paginator {
            P::None => Some(Paging {
                kind: PagingKind::None,
                max_pages: None,
            }),
            P::Offset(offset) => self.offset(offset),
            P::PageNumber(number) => self.page_number(number),
            P::Cursor(cursor) => self.cursor(cursor),
            P::Keyset(keyset) => self.keyset(keyset),
            P::NextLink(link) => {
                let source = self.next_link(link);
                let limit = self.limit(
                    link.limit.as_ref(),
                    link.limit_param.as_ref(),
                    "limit",
                    None,
                );
                self.link(source, limit, link.max_pages.as_ref())
            }
            P::LinkHeader(link) => {
                let rel = match &link.rel {
                    None => Some("next".to_owned()),
                    Some(rel) => self.word(rel, "`rel`"),
                };
                let limit = self.limit(
                    link.limit.as_ref(),
                    link.limit_param.as_ref(),
                    "per_page",
                    None,
                );
                self.link(rel.map(LinkSource::Header), limit, link.max_pages.as_ref())
            }
            P::HeaderCursor(cursor) => {
                header_name(&cursor.header, self.cx);
                let source = Expr {
                    kind: ExprKind::Header(cursor.header.value.to_ascii_lowercase()),
                    ty: ExprType::String,
                    nullable: true,
                };
                let param = self.param(cursor.cursor_param.as_ref(), "cursor", None, cursor.span);
                let limit = self.limit(
                    cursor.limit.as_ref(),
                    cursor.limit_param.as_ref(),
                    "limit",
                    None,
                );
                let max_pages = self.max_pages(cursor.max_pages.as_ref());
                let kind = PagingKind::Cursor {
                    source,
                    param: param?,
                    limit: limit?,
                    has_more: None,
                };
                Some(Paging {
                    kind,
                    max_pages: max_pages?,
                })
            }
        }
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        self.cx.sink.push(diagnostic);
    }

    fn offset(&mut self, offset: &spec::Offset) -> Option<Paging> {
        let size = self.size(&offset.limit);
        let place = offset.location.as_ref();
        let position = self.param(offset.offset_param.as_ref(), "offset", place, offset.span);
        let count = self.count(offset.limit_param.as_ref(), "limit", place, offset.span);
        self.distinct(
            position.as_ref(),
            count.as_ref(),
            offset.limit_param.as_ref().or(offset.offset_param.as_ref()),
            offset.span,
        );
        let total = self.path(offset.total.as_ref(), LeafKind::Count);
        let has_more = self.path(offset.has_more.as_ref(), LeafKind::Flag);
        let max_pages = self.max_pages(offset.max_pages.as_ref());
        let start = offset.start.as_ref().map_or(0, |start| start.value);
        if let Some(max) = offset.max_offset.as_ref().filter(|max| max.value <= start) {
            self.push(
                Diagnostic::new(
                    Code::InvalidPaginator,
                    max.span,
                    format!("no page lies between the first position, {start}, and this one"),
                )
                .help("write a larger `max_offset`"),
            );
        }
        let kind = PagingKind::Offset {
            offset: position?,
            limit: count?,
            size: size?,
            start,
            total: total?,
            has_more: has_more?,
            max_offset: offset.max_offset.as_ref().map(|max| max.value),
            stop_on_short_page: is_true(offset.stop_on_short_page.as_ref()),
        };
        Some(Paging {
            kind,
            max_pages: max_pages?,
        })
    }

    fn page_number(&mut self, number: &spec::PageNumber) -> Option<Paging> {
        let place = number.location.as_ref();
        let page = self.param(number.page_param.as_ref(), "page", place, number.span);
        let limit = self.limit(
            number.limit.as_ref(),
            number.limit_param.as_ref(),
            "per_page",
            place,
        );
        let count = limit
            .as_ref()
            .and_then(|limit| limit.as_ref())
            .map(|(param, _)| param.clone());
        self.distinct(
            page.as_ref(),
            count.as_ref(),
            number.limit_param.as_ref().or(number.page_param.as_ref()),
            number.span,
        );
        if let (Some(stop), None, true) = (
            &number.stop_on_short_page,
            &number.limit,
            is_true(number.stop_on_short_page.as_ref()),
        ) {
            self.push(
                Diagnostic::new(
                    Code::InvalidPaginator,
                    stop.span,
                    "without `limit` nobody knows which page is short",
                )
                .help("write how many records a page has, as `limit: 100`"),
            );
        }
        let total_pages = self.path(number.total_pages.as_ref(), LeafKind::Count);
        let total = self.path(number.total.as_ref(), LeafKind::Count);
        let has_more = self.path(number.has_more.as_ref(), LeafKind::Flag);
        let max_pages = self.max_pages(number.max_pages.as_ref());
        let kind = PagingKind::PageNumber {
            page: page?,
            limit: limit?,
            start: number
                .start_from_page
                .as_ref()
                .map_or(1, |start| start.value),
            total_pages: total_pages?,
            total: total?,
            has_more: has_more?,
            stop_on_short_page: is_true(number.stop_on_short_page.as_ref()),
        };
        Some(Paging {
            kind,
            max_pages: max_pages?,
        })
    }

    fn cursor(&mut self, cursor: &spec::Cursor) -> Option<Paging> {
        let source = self.source(&cursor.cursor);
        let place = cursor.location.as_ref();
        let param = self.param(cursor.cursor_param.as_ref(), "cursor", place, cursor.span);
        let limit = self.limit(
            cursor.limit.as_ref(),
            cursor.limit_param.as_ref(),
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
            cursor.limit_param.as_ref().or(cursor.cursor_param.as_ref()),
            cursor.span,
        );
        let has_more = self.path(cursor.has_more.as_ref(), LeafKind::Flag);
        let max_pages = self.max_pages(cursor.max_pages.as_ref());
        let kind = PagingKind::Cursor {
            source: source?,
            param: param?,
            limit: limit?,
            has_more: has_more?,
        };
        Some(Paging {
            kind,
            max_pages: max_pages?,
        })
    }

    fn next_link(&mut self, link: &spec::NextLink) -> Option<LinkSource> {
        let source = match &link.next_url {
            Some(text) => self.source(text)?,
            None => {
                let next = Text {
                    value: "next".to_owned(),
                    span: link.span,
                    offsets: Some(Vec::new()),
                    lead: 0,
                };
                self.body_value(&next)?
            }
        };
        Some(LinkSource::Value(source))
    }

    #[allow(clippy::option_option, reason = "refused, absent, given")]
    fn link(
        &mut self,
        source: Option<LinkSource>,
        limit: Option<Option<(PageParam, u64)>>,
        max_pages: Option<&Spanned<u64>>,
    ) -> Option<Paging> {
        let max_pages = self.max_pages(max_pages);
        Some(Paging {
            kind: PagingKind::Link {
                source: source?,
                limit: limit?,
            },
            max_pages: max_pages?,
        })
    }

    /// A position: a path into the body, or an expression over what was read.
    fn source(&mut self, text: &Text) -> Option<Expr> {
        if !has_expression(&text.value) {
            return self.body_value(text);
        }
        let mut place = Place {
            response: Some(self.envelope),
            last_record: self.record.map_or(RecordNames::Unknown, RecordNames::Known),
            ..self.cx.place()
        };
        let value = position(text, &mut place, self.cx.sink)?;
        if !changes(&value) {
            self.push(
                Diagnostic::new(
                    Code::InvalidPaginator,
                    text.span,
                    "this is the same after every page, so there would be no next one",
                )
                .help("use something of the page just read: `response`, `last_record` or `page`"),
            );
            return None;
        }
        Some(value)
    }

    fn body_value(&mut self, text: &Text) -> Option<Expr> {
        let accessor = self.envelope.read(text, LeafKind::Token, self.cx.sink)?;
        Some(Expr {
            kind: ExprKind::Body(BodyPath { accessor }),
            ty: ExprType::String,
            nullable: true,
        })
    }

    /// The accessor of an optional path: refused, absent, or given.
    #[allow(clippy::option_option, reason = "refused, absent, given")]
    fn path(&mut self, text: Option<&Text>, kind: LeafKind) -> Option<Option<String>> {
        let Some(text) = text else {
            return Some(None);
        };
        if has_expression(&text.value) {
            literal(text, "this path", self.cx.sink);
            return None;
        }
        self.envelope.read(text, kind, self.cx.sink).map(Some)
    }

    fn size(&mut self, limit: &Spanned<u64>) -> Option<u64> {
        if (1..=MAX_LIMIT).contains(&limit.value) {
            return Some(limit.value);
        }
        let message = format!(
            "`limit` has to be from 1 to {MAX_LIMIT}, and this is {}",
            limit.value
        );
        self.push(
            Diagnostic::new(Code::OutOfRange, limit.span, message)
                .help("write how many records a page has, as `limit: 100`"),
        );
        None
    }

    #[allow(clippy::option_option, reason = "refused, absent, given")]
    fn max_pages(&mut self, max: Option<&Spanned<u64>>) -> Option<Option<u64>> {
        if let Some(max) = max.filter(|max| max.value == 0) {
            self.push(
                Diagnostic::new(Code::OutOfRange, max.span, "no page would be read")
                    .help("write at least 1, or leave `max_pages` out"),
            );
            return None;
        }
        Some(max.map(|max| max.value))
    }
}

/// Where a paginator stands, for messages.
pub fn span(paginator: &spec::Paginator) -> Option<Span> {
    match paginator {
        spec::Paginator::None => None,
        spec::Paginator::Offset(paginator) => Some(paginator.span),
        spec::Paginator::PageNumber(paginator) => Some(paginator.span),
        spec::Paginator::Cursor(paginator) => Some(paginator.span),
        spec::Paginator::NextLink(paginator) => Some(paginator.span),
        spec::Paginator::LinkHeader(paginator) => Some(paginator.span),
        spec::Paginator::HeaderCursor(paginator) => Some(paginator.span),
        spec::Paginator::Keyset(paginator) => Some(paginator.span),
    }
}

fn is_true(flag: Option<&Spanned<bool>>) -> bool {
    flag.is_some_and(|flag| flag.value)
}

/// Whether a position depends on the page just read.
fn changes(value: &Expr) -> bool {
    value.any(&|part| {
        matches!(
            part.kind,
            ExprKind::Body(_)
                | ExprKind::Header(_)
                | ExprKind::Status
                | ExprKind::Field {
                    root: RecordRoot::Last,
                    ..
                }
                | ExprKind::PageSize
                | ExprKind::PageNumber
        )
    })
}
