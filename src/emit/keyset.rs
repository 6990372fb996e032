//! Paging by the key of the last record.

use super::paging::PagingCode;
use super::record::ident;
use super::text;
use crate::model::{PageParam, RecordPath, TimeFormat, Type};
use proc_macro2::TokenStream;
use quote::quote;

/// What is said of a keyset.
pub struct Keyset<'k> {
    /// The field with the key.
    pub field: &'k RecordPath,
    /// Parameter that sends it.
    pub param: &'k PageParam,
    /// Parameter and count of records per page.
    pub limit: Option<(&'k PageParam, u64)>,
    /// The keys fall.
    pub descending: bool,
    /// Records of the key that was sent come again.
    pub inclusive: bool,
}

impl Keyset<'_> {
    /// What it adds to an `Endpoint`.
    pub fn code(&self) -> PagingCode {
        let steps = self.field.steps.iter().map(|step| ident(&step.rust));
        let place = quote!(record #(.#steps)*);
        let (ty, key, text) = match &self.field.ty {
            Type::Integer => (quote!(i64), place, false),
            Type::Timestamp(_) => (quote!(Timestamp), place, false),
            Type::Date(_) => (quote!(Date), place, false),
            Type::Time(_) => (quote!(Time), place, false),
            Type::String => (quote!(String), quote!(#place.clone()), true),
            _ => (quote!(String), quote!(#place.to_string()), true),
        };
        let order = ident(match (text, self.descending) {
            (true, _) => "Unknown",
            (false, false) => "Rising",
            (false, true) => "Falling",
        });
        let (position, next) = if self.inclusive {
            (
                quote!(Option<KeyEdge<#ty, Self::Wire>>),
                quote!(KeyEdge::next(turn, |record| #key, KeyOrder::#order, PAGE_SIZE)),
            )
        } else {
            (
                quote!(Option<#ty>),
                quote!(KeyOrder::#order.next(turn, |record| #key)),
            )
        };
        let (value, json) = self.sent(text);
        PagingCode {
            position,
            start: None,
            guard: Some("Marks"),
            mark: text.then(|| {
                if self.inclusive {
                    quote!(
                        position
                            .as_ref()
                            .filter(|edge| edge.moved)
                            .map(|edge| edge.key.as_str())
                    )
                } else {
                    quote!(position.as_deref())
                }
            }),
            size: None,
            params: TokenStream::new(),
            json_params: TokenStream::new(),
            sends_json: false,
            total: None,
            next,
            link: false,
            edge: self.inclusive,
        }
        .send(self.param, &value, &json)
        .limit(self.limit)
    }

    /// The key as a parameter, and in a JSON body.
    fn sent(&self, text: bool) -> (TokenStream, TokenStream) {
        let written = match &self.field.ty {
            Type::Timestamp(TimeFormat::Epoch) => Some(quote!(as_second())),
            Type::Timestamp(TimeFormat::EpochMillis) => Some(quote!(as_millisecond())),
            Type::Timestamp(TimeFormat::Strftime(format))
            | Type::Date(Some(format))
            | Type::Time(Some(format)) => {
                let format = text::literal(format);
                Some(quote!(strftime(#format).to_string()))
            }
            _ => None,
        };
        if let Some(written) = written {
            let value = if self.inclusive {
                quote!(position.as_ref().map(|edge| edge.key.#written))
            } else {
                quote!(position.map(|key| key.#written))
            };
            return (value.clone(), value);
        }
        let shown = matches!(
            self.field.ty,
            Type::Timestamp(_) | Type::Date(_) | Type::Time(_)
        );
        match (self.inclusive, text) {
            (true, true) => (
                quote!(position.as_ref().map(|edge| &edge.key)),
                quote!(position.as_ref().map(|edge| edge.key.clone())),
            ),
            (true, false) if shown => (
                quote!(position.as_ref().map(|edge| edge.key)),
                quote!(position.as_ref().map(|edge| edge.key.to_string())),
            ),
            (true, false) => {
                let value = quote!(position.as_ref().map(|edge| edge.key));
                (value.clone(), value)
            }
            (false, true) => (quote!(position), quote!(position.clone())),
            (false, false) if shown => (
                quote!(position),
                quote!(position.map(|key| key.to_string())),
            ),
            (false, false) => (quote!(position), quote!(*position)),
        }
    }
}
