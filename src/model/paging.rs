//! How to get from a page to the next.

use super::{Expr, RecordPath};
use serde::Serialize;

/// How to get from a page to the next.
#[derive(Debug, Clone, Serialize)]
pub struct Paging {
    /// The way.
    pub kind: PagingKind,
    /// Pages after which to stop.
    pub max_pages: Option<u64>,
}

/// Ways of paging. Accessors are Rust names of methods of the page struct, see [`super::Envelope::accessors`].
#[derive(Debug, Clone, Serialize)]
pub enum PagingKind {
    /// One page is all.
    None,
    /// A position and a count.
    Offset {
        /// Parameter of the position.
        offset: PageParam,
        /// Parameter of the count.
        limit: PageParam,
        /// Records per page.
        size: u64,
        /// The first position.
        start: u64,
        /// Accessor of the number of all records.
        total: Option<String>,
        /// Accessor of the flag.
        has_more: Option<String>,
        /// Positions from here on are not asked for.
        max_offset: Option<u64>,
        /// A page with fewer than `size` records is the last.
        stop_on_short_page: bool,
    },
    /// Numbered pages.
    PageNumber {
        /// Parameter of the number.
        page: PageParam,
        /// Parameter and count of records per page.
        limit: Option<(PageParam, u64)>,
        /// Number of the first page.
        start: u64,
        /// Accessor of the number of pages.
        total_pages: Option<String>,
        /// Accessor of the number of all records.
        total: Option<String>,
        /// Accessor of the flag.
        has_more: Option<String>,
        /// A page with fewer than `limit` records is the last.
        stop_on_short_page: bool,
    },
    /// A cursor that the response, a header of it, or the last record names.
    Cursor {
        /// Where it comes from; gives a text or nothing.
        source: Expr,
        /// Parameter that sends it.
        param: PageParam,
        /// Parameter and count of records per page, sent with every request.
        limit: Option<(PageParam, u64)>,
        /// Accessor of the flag.
        has_more: Option<String>,
    },
    /// A link to the next page in the body or in an expression: used as it is, resolved against the page's URL.
    Link {
        /// Where it comes from.
        source: LinkSource,
        /// Parameter and count of records per page, sent with the first request.
        limit: Option<(PageParam, u64)>,
    },
    /// The key of the last record.
    Keyset {
        /// Its field; nothing on the way to it is nullable.
        field: RecordPath,
        /// Parameter that sends it.
        param: PageParam,
        /// Parameter and count of records per page, sent with every request.
        limit: Option<(PageParam, u64)>,
        /// The keys fall.
        descending: bool,
        /// Records of the key that was sent come again.
        inclusive: bool,
    },
}

impl Paging {
    /// The expression that leads to the next page, where there is one.
    #[must_use]
    pub fn source(&self) -> Option<&Expr> {
        match &self.kind {
            PagingKind::Cursor { source, .. }
            | PagingKind::Link {
                source: LinkSource::Value(source),
                ..
            } => Some(source),
            _ => None,
        }
    }

    /// The parameters that it sends.
    #[must_use]
    pub fn params(&self) -> Vec<&PageParam> {
        fn count(limit: &Option<(PageParam, u64)>) -> Option<&PageParam> {
            limit.as_ref().map(|(param, _)| param)
        }
        match &self.kind {
            PagingKind::None => Vec::new(),
            PagingKind::Offset { offset, limit, .. } => vec![offset, limit],
            PagingKind::PageNumber {
                page: param, limit, ..
            }
            | PagingKind::Cursor { param, limit, .. }
            | PagingKind::Keyset { param, limit, .. } => {
                std::iter::once(param).chain(count(limit)).collect()
            }
            PagingKind::Link { limit, .. } => count(limit).into_iter().collect(),
        }
    }
}

/// Where a link comes from.
#[derive(Debug, Clone, Serialize)]
pub enum LinkSource {
    /// An expression that gives a text or nothing.
    Value(Expr),
    /// The `Link` header's relation of this name.
    Header(String),
    /// The resource's [`super::Extension`].
    Extension,
}

/// A paging parameter and where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageParam {
    /// Its name. In a JSON body dots lead into objects, which are made if absent.
    pub name: String,
    /// Where it goes.
    pub location: ParamLocation,
}

/// Where a paging parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ParamLocation {
    /// The query.
    Query,
    /// The JSON body.
    Json,
    /// The form.
    Form,
    /// A header.
    Header,
    /// A segment behind the path, whatever its name.
    Path,
}
