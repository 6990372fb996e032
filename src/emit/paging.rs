//! From page to page: the position of a page, its parameters, and its successor.

use super::expr::{Place, Scope};
use super::record::ident;
use super::text;
use crate::model::{LinkSource, PageParam, Paging, PagingKind, ParamLocation};
use proc_macro2::TokenStream;
use quote::quote;

/// What paging adds to an `Endpoint`.
pub struct PagingCode {
    /// The type of a position.
    pub position: TokenStream,
    /// What a position is, for its doc line.
    pub position_doc: &'static str,
    /// The first position.
    pub start: TokenStream,
    /// How endless loops are noticed, where it is not by the records.
    pub guard: Option<&'static str>,
    /// Positions that the API gave can be shown and compared.
    pub marked: bool,
    /// Records of a page, where they are asked for.
    pub size: Option<u64>,
    /// Statements of `request` that send the position.
    pub position_params: TokenStream,
    /// Statements of `request` that send the number of records.
    pub limit_params: TokenStream,
    /// Accessor of the number of all records.
    pub total: Option<String>,
    /// Statements of `next`.
    pub next: TokenStream,
    /// The position is a link that replaces the request's path and parameters.
    pub link: bool,
}

/// The code of a paginator.
pub fn paging(paging: &Paging, scope: Scope<'_>) -> PagingCode {
    let scope = Scope { place: Place::Next, ..scope };
    match &paging.kind {
        PagingKind::None => PagingCode {
            position: quote!(()),
            position_doc: "There is one page.",
            start: quote!(()),
            guard: Some("Off"),
            marked: false,
            size: None,
            position_params: TokenStream::new(),
            limit_params: TokenStream::new(),
            total: None,
            next: quote!(Ok(None)),
            link: false,
        },
        PagingKind::Offset { offset, limit, size, start, total, has_more, max_offset, stop_on_short_page } => {
            let mut next = ends(has_more.as_deref(), *stop_on_short_page);
            next.extend(quote!(let next = turn.position + turn.size;));
            if total.is_some() {
                next.extend(quote!(if turn.total.is_some_and(|total| turn.read >= total) { return Ok(None); }));
            }
            if let Some(max) = max_offset {
                let max = text::integer(max);
                next.extend(quote!(if next >= #max { return Ok(None); }));
            }
            next.extend(quote!(Ok(Some(next))));
            numbered("The offset of a page.", *start, offset, Some((limit, *size)), total.clone(), next)
        }
        PagingKind::PageNumber { page, limit, start, total_pages, total, has_more, stop_on_short_page } => {
            let mut next = ends(has_more.as_deref(), *stop_on_short_page);
            if let Some(total_pages) = total_pages {
                let total_pages = ident(total_pages);
                next.extend(quote! {
                    if turn.page.#total_pages().is_some_and(|pages| turn.number >= pages) { return Ok(None); }
                });
            }
            if total.is_some() {
                next.extend(quote!(if turn.total.is_some_and(|total| turn.read >= total) { return Ok(None); }));
            }
            next.extend(quote!(Ok(Some(turn.position + 1))));
            let limit = limit.as_ref().map(|(param, size)| (param, *size));
            numbered("The number of a page.", *start, page, limit, total.clone(), next)
        }
        PagingKind::Cursor { source, param, limit, has_more } => {
            let mut next = has_more.as_deref().map(no_more).unwrap_or_default();
            let cursor = scope.optional_text(source);
            next.extend(quote!(let next = #cursor;));
            next.extend(match &source.kind {
                // These are never empty texts.
                crate::model::ExprKind::Body(_) => quote!(Ok(next.map(Some))),
                _ => quote!(Ok(next.filter(|cursor| !cursor.is_empty()).map(Some))),
            });
            PagingCode {
                position: quote!(Option<String>),
                position_doc: "The cursor of a page; none for the first.",
                start: quote!(None),
                guard: Some("Marks"),
                marked: true,
                size: limit.as_ref().map(|(_, size)| *size),
                position_params: send(param, &quote!(position)),
                limit_params: limit.as_ref().map(|(param, _)| send(param, &quote!(PAGE_SIZE))).unwrap_or_default(),
                total: None,
                next,
                link: false,
            }
        }
        PagingKind::Link { source, limit } => {
            let found = match source {
                LinkSource::Header(rel) => {
                    let rel = text::literal(rel);
                    quote!(link::rel(turn.headers(), #rel))
                }
                LinkSource::Value(expr) => scope.optional_text(expr),
            };
            PagingCode {
                position: quote!(Option<String>),
                position_doc: "The link to a page; none for the first.",
                start: quote!(None),
                guard: Some("Marks"),
                marked: true,
                size: limit.as_ref().map(|(_, size)| *size),
                position_params: TokenStream::new(),
                limit_params: limit.as_ref().map(|(param, _)| send(param, &quote!(PAGE_SIZE))).unwrap_or_default(),
                total: None,
                next: quote! {
                    let next = #found;
                    turn.follow(next)
                },
                link: true,
            }
        }
    }
}

/// Positions that are counted: they do not come from the API.
fn numbered(
    position_doc: &'static str,
    start: u64,
    param: &PageParam,
    limit: Option<(&PageParam, u64)>,
    total: Option<String>,
    next: TokenStream,
) -> PagingCode {
    PagingCode {
        position: quote!(u64),
        position_doc,
        start: text::integer(start),
        guard: None,
        marked: false,
        size: limit.map(|(_, size)| size),
        position_params: send(param, &quote!(position)),
        limit_params: limit.map(|(param, _)| send(param, &quote!(PAGE_SIZE))).unwrap_or_default(),
        total,
        next,
        link: false,
    }
}

/// The ends that all counted ways of paging have.
fn ends(has_more: Option<&str>, stop_on_short_page: bool) -> TokenStream {
    let mut tokens = if stop_on_short_page {
        quote!(if turn.size < PAGE_SIZE { return Ok(None); })
    } else {
        quote!(if turn.size == 0 { return Ok(None); })
    };
    tokens.extend(has_more.map(no_more));
    tokens
}

fn no_more(accessor: &str) -> TokenStream {
    let accessor = ident(accessor);
    quote!(if turn.page.#accessor() == Some(false) { return Ok(None); })
}

fn send(param: &PageParam, value: &TokenStream) -> TokenStream {
    let name = text::literal(&param.name);
    match param.location {
        ParamLocation::Query => quote!(request.query(#name, #value);),
        ParamLocation::Json => quote!(request.json_key(#name, #value);),
        ParamLocation::Form => quote!(request.form(#name, #value);),
        ParamLocation::Header => quote!(request.header(#name, #value);),
    }
}
