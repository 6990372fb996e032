//! Paging parameters, which take the place of the request's own.

use super::Paginating;
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::literal;
use crate::lower::graphql;
use crate::lower::param::{Kind, header_name};
use crate::lower::request::yield_to_paginator;
use crate::model::{Body, Json, PageParam, ParamLocation};
use crate::source::{Span, Spanned, Text};
use crate::spec;

impl Paginating<'_, '_> {
    /// Parameter and count of records per page: refused, absent, or given.
    #[allow(clippy::option_option, reason = "refused, absent, given")]
    pub(super) fn limit(
        &mut self,
        limit: Option<&Spanned<u64>>,
        param: Option<&Text>,
        default: &str,
        place: Option<&Spanned<spec::ParamLocation>>,
    ) -> Option<Option<(PageParam, u64)>> {
        let Some(limit) = limit else {
            if let Some(param) = param {
                self.push(
                    Diagnostic::new(
                        Code::NoEffect,
                        param.span,
                        "`limit_param` has no effect without `limit`",
                    )
                    .help("write `limit` as well, or remove it"),
                );
            }
            return Some(None);
        };
        let size = self.size(limit);
        let param = self.count(param, default, place, limit.span);
        Some(Some((param?, size?)))
    }

    /// The parameter of a count, which goes where the position goes, but into no path.
    pub(super) fn count(
        &mut self,
        text: Option<&Text>,
        default: &str,
        place: Option<&Spanned<spec::ParamLocation>>,
        span: Span,
    ) -> Option<PageParam> {
        let place = place.filter(|place| place.value != spec::ParamLocation::Path);
        self.param(text, default, place, span)
    }

    /// A paging parameter; those of the request make way for it.
    pub(super) fn param(
        &mut self,
        text: Option<&Text>,
        default: &str,
        place: Option<&Spanned<spec::ParamLocation>>,
        span: Span,
    ) -> Option<PageParam> {
        let name = match text {
            None => default.to_owned(),
            Some(text) => self.word(text, "a parameter's name")?,
        };
        let location = place.map_or(spec::ParamLocation::Query, |place| place.value);
        if let (spec::ParamLocation::Path, Some(text)) = (location, text) {
            let message = format!("`{name}` has no effect: a segment of a path has no name");
            self.push(
                Diagnostic::new(Code::NoEffect, text.span, message)
                    .help("remove it; what stands before the segment belongs into `path`"),
            );
        }
        let span = place.map_or(span, |place| place.span);
        let Some(request) = self.request.as_deref_mut() else {
            return Some(PageParam {
                name,
                location: model_location(location),
            });
        };
        match location {
            spec::ParamLocation::Query => {
                yield_to_paginator(
                    &mut request.params,
                    &[&self.endpoint.params, &self.client.params],
                    &name,
                    Kind::Query,
                    self.cx,
                );
            }
            spec::ParamLocation::Header => {
                if let Some(text) = text {
                    header_name(text, self.cx);
                }
                yield_to_paginator(
                    &mut request.headers,
                    &[&self.endpoint.headers],
                    &name,
                    Kind::Header,
                    self.cx,
                );
            }
            // It stands behind what is there.
            spec::ParamLocation::Path => {}
            spec::ParamLocation::Form => {
                if matches!(request.body, Body::None) {
                    request.body = Body::Form(Vec::new());
                }
                let Body::Form(form) = &mut request.body else {
                    self.push(other_body(span, "form"));
                    return None;
                };
                let entries = self.endpoint.form.as_deref().unwrap_or_default();
                yield_to_paginator(form, &[entries], &name, Kind::Form, self.cx);
            }
            spec::ParamLocation::Json => {
                if matches!(request.body, Body::None) {
                    request.body = Body::Json(Json::Object(Vec::new()));
                }
                let Body::Json(Json::Object(object)) = &mut request.body else {
                    self.push(other_body(span, "json"));
                    return None;
                };
                make_way(object, &name);
                if let Some(graphql) = &self.endpoint.graphql {
                    let place = text.map_or(span, |text| text.span);
                    graphql::sets_a_variable(graphql, &name, place, self.cx.sink);
                }
            }
        }
        Some(PageParam {
            name,
            location: model_location(location),
        })
    }

    pub(super) fn word(&mut self, text: &Text, what: &str) -> Option<String> {
        literal(text, what, self.cx.sink);
        if text.value.trim().is_empty() {
            self.push(Diagnostic::new(
                Code::Empty,
                text.span,
                format!("{what} is empty"),
            ));
            return None;
        }
        Some(text.value.clone())
    }

    pub(super) fn distinct(
        &mut self,
        a: Option<&PageParam>,
        b: Option<&PageParam>,
        text: Option<&Text>,
        span: Span,
    ) {
        if let (Some(a), Some(b)) = (a, b)
            && a == b
        {
            let span = text.map_or(span, |text| text.span);
            let message = format!("two parameters of this paginator are called `{}`", a.name);
            self.push(
                Diagnostic::new(Code::InvalidPaginator, span, message)
                    .help("name them as the API does"),
            );
        }
    }
}

pub(super) fn model_location(location: spec::ParamLocation) -> ParamLocation {
    match location {
        spec::ParamLocation::Query => ParamLocation::Query,
        spec::ParamLocation::Json => ParamLocation::Json,
        spec::ParamLocation::Form => ParamLocation::Form,
        spec::ParamLocation::Header => ParamLocation::Header,
        spec::ParamLocation::Path => ParamLocation::Path,
    }
}

pub(super) fn other_body(span: Span, wanted: &str) -> Diagnostic {
    Diagnostic::new(
        Code::ConflictingKeys,
        span,
        format!(
            "`in: {wanted}` needs a body that is a map of `{wanted}`, and this endpoint has another"
        ),
    )
    .help(format!(
        "give the endpoint `{wanted}`, or say another place"
    ))
}

/// Takes the value at a dotted path out of a JSON body: the paginator writes it.
pub(super) fn make_way(object: &mut Vec<(String, Json)>, path: &str) {
    match path.split_once('.') {
        None => object.retain(|(key, _)| key != path),
        Some((first, rest)) => {
            if let Some((_, Json::Object(inner))) = object.iter_mut().find(|(key, _)| key == first)
            {
                make_way(inner, rest);
            }
        }
    }
}
