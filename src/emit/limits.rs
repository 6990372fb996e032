//! Limits of the client.

use super::record::ident;
use super::{errors, text, uses::Uses};
use crate::model::{HeaderPart, Quota, RateLimit, WaitUnit};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// The statement that gives the options their gate; nothing without limits.
pub fn gate(limits: &[RateLimit], uses: &mut Uses) -> TokenStream {
    let limits = match limits {
        [] => return TokenStream::new(),
        [only] if only.is_for_all() && only.quota.is_none() => {
            let limit = limit(only, uses);
            quote!(let limits = #limit;)
        }
        several => {
            let policies = several.iter().map(|limit| policy(limit, uses));
            let policies: TokenStream = policies
                .map(|policy| quote!(limits.add(#policy);))
                .collect();
            uses.runtime("policies");
            quote!(let mut limits = policies::Policies::default(); #policies)
        }
    };
    quote! {
        #limits
        options.gate = Some(Box::new(limits));
    }
}

fn limit(limit: &RateLimit, uses: &mut Uses) -> TokenStream {
    uses.runtime("Limit");
    let rate = match &limit.rate {
        Some(rate) => {
            let requests = text::integer(rate.requests);
            let per = errors::duration(rate.per, uses);
            quote!(Some((#requests, #per)))
        }
        None => quote!(None),
    };
    let concurrency = match limit.concurrency {
        Some(concurrency) => {
            let concurrency = text::integer(concurrency);
            quote!(Some(#concurrency))
        }
        None => quote!(None),
    };
    quote!(Limit::new(#rate, #concurrency))
}

fn policy(limit: &RateLimit, uses: &mut Uses) -> TokenStream {
    let list = |name: &str, texts: &[String]| {
        let name = ident(name);
        let texts = texts.iter().map(|own| text::literal(own));
        let texts = quote!(#(#texts),*);
        (!texts.is_empty()).then(|| quote!(.#name(&[#texts])))
    };
    let (methods, paths) = (list("methods", &limit.methods), list("paths", &limit.paths));
    let quota = limit.quota.as_ref().map(|quota| {
        let quota = self::quota(quota, uses);
        quote!(.quota(#quota))
    });
    let limit = self::limit(limit, uses);
    quote!(policies::Policy::new(#limit) #methods #paths #quota)
}

fn quota(quota: &Quota, uses: &mut Uses) -> TokenStream {
    uses.runtime("Unit");
    let (left, reset) = (
        header_text(&quota.left, uses),
        header_text(&quota.reset, uses),
    );
    let (unit, max) = (unit(quota.unit), errors::duration(quota.max, uses));
    quote!(policies::Quota::new(|answer| #left, |answer| #reset, Unit::#unit, #max))
}

/// The text in a header of `answer`, or a part of it.
pub fn header_text(part: &HeaderPart, uses: &mut Uses) -> TokenStream {
    let name = text::literal(&part.name);
    match &part.pattern {
        Some(pattern) => {
            uses.runtime("capture");
            let pattern = text::literal(pattern);
            quote!(capture(answer.header(#name), #pattern))
        }
        None => quote!(answer.header(#name)),
    }
}

/// The variant of the runtime's `Unit`.
pub fn unit(unit: WaitUnit) -> Ident {
    ident(match unit {
        WaitUnit::Seconds => "Seconds",
        WaitUnit::Milliseconds => "Milliseconds",
        WaitUnit::Epoch => "Epoch",
        WaitUnit::EpochMillis => "EpochMillis",
        WaitUnit::Date => "Date",
        WaitUnit::Duration => "Duration",
    })
}
