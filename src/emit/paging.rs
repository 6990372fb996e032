//! From page to page: the position of a page, its parameters, and its successor.

use super::expr::{Place, Scope};
use super::keyset::Keyset;
use super::record::ident;
use super::text;
use crate::model::{LinkSource, PageParam, Paging, PagingKind, ParamLocation};
use proc_macro2::TokenStream;
use quote::quote;

/// What paging adds to an `Endpoint`.
pub struct PagingCode {
    /// The type of a position.
    pub position: TokenStream,
    /// The first position, where it is a number other than 0.
    pub start: Option<TokenStream>,
    /// How endless loops are noticed, where it is not by the records.
    pub guard: Option<&'static str>,
    /// The text of a `position` that the API gave: they are shown and compared.
    pub mark: Option<TokenStream>,
    /// Records of a page, where they are asked for.
    pub size: Option<u64>,
    /// Statements of `request` that send the position and the number of records.
    pub params: TokenStream,
    /// Statements that set keys of the JSON `body`.
    pub json_params: TokenStream,
    /// Whether there are any.
    pub sends_json: bool,
    /// Accessor of the number of all records.
    pub total: Option<String>,
    /// Statements of `next`.
    pub next: TokenStream,
    /// The position is a link that replaces the request's path and parameters.
    pub link: bool,
    /// The position knows records that come again.
    pub edge: bool,
}

impl PagingCode {
    /// Sends a parameter with every request.
    pub fn send(mut self, param: &PageParam, value: &TokenStream, json: &TokenStream) -> Self {
        let name = text::literal(&param.name);
        match param.location {
            ParamLocation::Query => self.params.extend(quote!(request.query(#name, #value);)),
            ParamLocation::Form => self.params.extend(quote!(request.form(#name, #value);)),
            ParamLocation::Header => self.params.extend(quote!(request.header(#name, #value);)),
            ParamLocation::Path => self.params.extend(quote!(request.append(#value)?;)),
            ParamLocation::Json => {
                self.json_params
                    .extend(quote!(set(&mut body, #name, #json);));
                self.sends_json = true;
            }
        }
        self
    }

    /// Sends the number of records that a page shall have.
    pub fn limit(mut self, limit: Option<(&PageParam, u64)>) -> Self {
        let Some((param, size)) = limit else {
            return self;
        };
        self.size = Some(size);
        self.send(param, &quote!(PAGE_SIZE), &quote!(PAGE_SIZE))
    }
}

/// The code of a paginator.
pub fn paging(paging: &Paging, scope: Scope<'_>) -> PagingCode {
    let scope = Scope {
        place: Place::Next,
        ..scope
    };
    match &paging.kind {
        PagingKind::None => PagingCode {
            position: quote!(()),
            start: None,
            guard: Some("Off"),
            mark: None,
            size: None,
            params: TokenStream::new(),
            json_params: TokenStream::new(),
            sends_json: false,
            total: None,
            next: quote!(Ok(None)),
            link: false,
            edge: false,
        },
        PagingKind::Offset {
            offset,
            limit,
            size,
            start,
            total,
            has_more,
            max_offset,
            stop_on_short_page,
        } => {
            let mut next = ends(has_more.as_deref(), *stop_on_short_page);
            next.extend(quote!(let next = turn.position + turn.size;));
            if total.is_some() {
                next.extend(quote!(
                    if turn.total.is_some_and(|total| turn.read >= total) {
                        return Ok(None);
                    }
                ));
            }
            if let Some(max) = max_offset {
                let max = text::integer(max);
                next.extend(quote!(if next >= #max { return Ok(None); }));
            }
            next.extend(quote!(Ok(Some(next))));
            numbered(*start, offset, Some((limit, *size)), total.clone(), next)
        }
        PagingKind::PageNumber {
            page,
            limit,
            start,
            total_pages,
            total,
            has_more,
            stop_on_short_page,
        } => {
            let mut next = ends(has_more.as_deref(), *stop_on_short_page);
            if let Some(total_pages) = total_pages {
                let total_pages = ident(total_pages);
                next.extend(quote! {
                    let pages = turn.page.#total_pages();
                    if pages.is_some_and(|pages| turn.number >= pages) { return Ok(None); }
                });
            }
            if total.is_some() {
                next.extend(quote!(
                    if turn.total.is_some_and(|total| turn.read >= total) {
                        return Ok(None);
                    }
                ));
            }
            next.extend(quote!(Ok(Some(turn.position + 1))));
            let limit = limit.as_ref().map(|(param, size)| (param, *size));
            numbered(*start, page, limit, total.clone(), next)
        }
        PagingKind::Cursor {
            source,
            param,
            limit,
            has_more,
        } => {
            let mut next = has_more.as_deref().map(no_more).unwrap_or_default();
            let cursor = scope.optional_text(source);
            next.extend(scope.before());
            next.extend(quote!(let next = #cursor;));
            next.extend(match &source.kind {
                // These are never empty texts.
                crate::model::ExprKind::Body(_) => quote!(Ok(next.map(Some))),
                _ => quote!(Ok(next.filter(|cursor| !cursor.is_empty()).map(Some))),
            });
            PagingCode {
                position: quote!(Option<String>),
                start: None,
                guard: Some("Marks"),
                mark: Some(quote!(position.as_deref())),
                size: None,
                params: TokenStream::new(),
                json_params: TokenStream::new(),
                sends_json: false,
                total: None,
                next,
                link: false,
                edge: false,
            }
            .send(param, &quote!(position), &quote!(position.clone()))
            .limit(limit.as_ref().map(|(param, size)| (param, *size)))
        }
        PagingKind::Link { source, limit } => {
            let next = match source {
                LinkSource::Header(rel) => {
                    let rel = text::literal(rel);
                    quote!(Ok(turn.link_header(#rel)?.map(Some)))
                }
                LinkSource::Extension => quote! {
                    let next = Extension::next(turn.answer)?;
                    Ok(turn.link(next.as_deref())?.map(Some))
                },
                LinkSource::Value(expr) => {
                    let link = scope.borrowed_text(expr);
                    let before = scope.before();
                    quote!(#before let next = #link; Ok(turn.link(next)?.map(Some)))
                }
            };
            PagingCode {
                position: quote!(Option<String>),
                start: None,
                guard: Some("Marks"),
                mark: Some(quote!(position.as_deref())),
                size: None,
                params: TokenStream::new(),
                json_params: TokenStream::new(),
                sends_json: false,
                total: None,
                next,
                link: true,
                edge: false,
            }
            .limit(limit.as_ref().map(|(param, size)| (param, *size)))
        }
        PagingKind::Keyset {
            field,
            param,
            limit,
            descending,
            inclusive,
        } => Keyset {
            field,
            param,
            limit: limit.as_ref().map(|(param, size)| (param, *size)),
            descending: *descending,
            inclusive: *inclusive,
        }
        .code(),
    }
}

/// Positions that are counted: they do not come from the API.
fn numbered(
    start: u64,
    param: &PageParam,
    limit: Option<(&PageParam, u64)>,
    total: Option<String>,
    next: TokenStream,
) -> PagingCode {
    PagingCode {
        position: quote!(u64),
        start: (start != 0).then(|| text::integer(start)),
        guard: None,
        mark: None,
        size: None,
        params: TokenStream::new(),
        json_params: TokenStream::new(),
        sends_json: false,
        total,
        next,
        link: false,
        edge: false,
    }
    .send(param, &quote!(position), &quote!(*position))
    .limit(limit)
}

/// The ends that all counted ways of paging have.
fn ends(has_more: Option<&str>, stop_on_short_page: bool) -> TokenStream {
    let mut tokens = if stop_on_short_page {
        quote!(if turn.size < PAGE_SIZE {
            return Ok(None);
        })
    } else {
        quote!(if turn.size == 0 {
            return Ok(None);
        })
    };
    tokens.extend(has_more.map(no_more));
    tokens
}

fn no_more(accessor: &str) -> TokenStream {
    let accessor = ident(accessor);
    quote!(if turn.page.#accessor() == Some(false) { return Ok(None); })
}
