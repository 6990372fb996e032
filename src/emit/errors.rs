//! What failures mean: the `RETRY` constant and `Endpoint::action`.

use super::envelope::Pages;
use super::expr::{Place, Scope};
use super::record::ident;
use super::resource::{names_in, uses_ident};
use super::{limits, text, uses::Uses};
use crate::model::{
    Action, Backoff, Envelope, EnvelopeNode, ErrorPolicy, Resource, Rule, StatusRange, WaitPlace,
    WaitUnit,
};
use proc_macro2::TokenStream;
use quote::quote;
use std::time::Duration;

/// The statuses that the runtime retries by default.
const STATUSES: &[(u16, u16)] = &[(408, 408), (425, 425), (429, 429), (500, 599)];
const MAX_RETRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// What retrying adds to a file.
pub struct RetryCode {
    /// `const RETRY`, with what differs from the runtime's default; nothing where nothing does.
    pub constant: Option<TokenStream>,
    /// The function that reads a wait from an answer.
    pub function: Option<TokenStream>,
}

/// The code of a policy.
pub fn retry(policy: &ErrorPolicy, uses: &mut Uses) -> RetryCode {
    let mut fields = Vec::new();
    let mut function = None;
    let statuses: Vec<_> = policy
        .retry_statuses
        .iter()
        .map(|range| (range.from, range.to))
        .collect();
    if statuses != STATUSES {
        let ranges = statuses.iter().map(|(from, to)| quote_range(*from, *to));
        fields.push(quote!(statuses: &[#(#ranges),*]));
    }
    if policy.max_retries != MAX_RETRIES {
        let max = text::integer(policy.max_retries);
        fields.push(quote!(max_retries: #max));
    }
    match &policy.backoff {
        Backoff::Exponential { first, max } => {
            for (name, wait, default) in
                [("first", *first, FIRST_WAIT), ("max", *max, LONGEST_WAIT)]
            {
                if wait != default {
                    let (name, wait) = (ident(name), duration(wait, uses));
                    fields.push(quote!(#name: #wait));
                }
            }
        }
        Backoff::Constant { wait } => {
            let wait = duration(*wait, uses);
            fields.push(quote!(first: #wait));
            fields.push(quote!(max: #wait));
            fields.push(quote!(jitter: false));
        }
        Backoff::Asked { place, unit, max } => {
            fields.push(quote!(asked: Some(asked)));
            function = Some(asked(place, policy.body.as_ref(), *unit, *max, uses));
        }
    }
    if let Some(elapsed) = policy.max_elapsed {
        let elapsed = duration(elapsed, uses);
        fields.push(quote!(max_elapsed: Some(#elapsed)));
    }
    if fields.is_empty() {
        return RetryCode {
            constant: None,
            function,
        };
    }
    uses.runtime("Retry");
    RetryCode {
        constant: Some(quote!(const RETRY: Retry = Retry { #(#fields,)* ..Retry::DEFAULT };)),
        function,
    }
}

fn quote_range(from: u16, to: u16) -> TokenStream {
    let (from, to) = (text::integer(from), text::integer(to));
    quote!((#from, #to))
}

fn asked(
    place: &WaitPlace,
    body: Option<&Envelope>,
    unit: WaitUnit,
    max: Duration,
    uses: &mut Uses,
) -> TokenStream {
    for name in ["Answer", "Unit", "wait"] {
        uses.runtime(name);
    }
    let text = match place {
        WaitPlace::Header(part) => {
            let text = limits::header_text(part, uses);
            quote!(let text = #text;)
        }
        WaitPlace::Body(accessor) => {
            uses.runtime("Scalar");
            let certain =
                body.is_some_and(|body| Pages::failure(body).certain().contains(accessor));
            let method = ident(accessor);
            let text = if certain {
                quote!(body.#method().as_str())
            } else {
                quote!(body.#method().and_then(Scalar::as_str))
            };
            let body = body.map(failure);
            quote!(#body let text = #text;)
        }
    };
    let (unit, max) = (limits::unit(unit), duration(max, uses));
    quote! {
        #[doc = " How long the API asks to wait."]
        fn asked(answer: &Answer) -> Result<Option<Duration>, Error> {
            let max = #max;
            #text
            wait::asked(text, Unit::#unit, max)
        }
    }
}

/// The statement that reads the body of a failure.
fn failure(body: &Envelope) -> TokenStream {
    let name = match &body.root {
        EnvelopeNode::Object { type_name, .. } => ident(type_name),
        _ => ident("Failure"),
    };
    quote!(let body: #name = answer.json().unwrap_or_default();)
}

/// A `Duration`, in seconds where it is whole.
pub fn duration(duration: Duration, uses: &mut Uses) -> TokenStream {
    uses.add("std::time", "Duration");
    if duration.subsec_nanos() == 0 {
        let seconds = text::integer(duration.as_secs());
        quote!(Duration::from_secs(#seconds))
    } else {
        let millis = text::integer(duration.as_millis());
        quote!(Duration::from_millis(#millis))
    }
}

/// The method of the trait; nothing without rules.
pub fn action(resource: &Resource, scope: Scope<'_>, uses: &mut Uses) -> Option<TokenStream> {
    let policy = &resource.errors;
    let is_query = resource.request.body.query().is_some();
    if policy.rules.is_empty() && !is_query {
        return None;
    }
    uses.runtime("Action");
    uses.runtime("Answer");
    let accessors = policy.body.as_ref().map_or(&[][..], |body| &body.accessors);
    let always = policy
        .body
        .as_ref()
        .map(|body| Pages::failure(body).certain())
        .unwrap_or_default();
    let scope = Scope {
        accessors,
        always: &always,
        place: Place::Rule,
        ..scope
    };
    // Nothing comes after a rule that always holds.
    let always = policy
        .rules
        .iter()
        .position(|rule| conditions(rule, scope).is_empty());
    scope.before();
    let (rules, end) = match always.and_then(|at| policy.rules.get(..at).zip(policy.rules.get(at)))
    {
        Some((rules, last)) => {
            let action = outcome(&last.action, scope);
            (rules, quote!(Some(#action)))
        }
        None if is_query => {
            uses.runtime("graphql");
            (policy.rules.as_slice(), quote!(graphql::errors(answer)))
        }
        None => (policy.rules.as_slice(), quote!(None)),
    };
    let rules: TokenStream = rules.iter().map(|rule| self::rule(rule, scope)).collect();
    let rules = quote!(#rules #end);
    let body = policy
        .body
        .as_ref()
        .filter(|_| uses_ident(&rules, "body"))
        .map(failure);
    uses.expressions(&rules);
    let names = names_in(&rules);
    Some(quote! {
        fn action(&self, answer: &Answer) -> Option<Action> {
            #names
            #body
            #rules
        }
    })
}

/// The conditions of a rule, each with a name for it.
fn conditions(rule: &Rule, scope: Scope<'_>) -> Vec<(&'static str, TokenStream)> {
    let mut conditions = Vec::new();
    if !rule.statuses.is_empty() {
        let patterns = rule.statuses.iter().map(|StatusRange { from, to }| {
            let (from, to) = (text::integer(from), text::integer(to));
            if from.to_string() == to.to_string() {
                quote!(#from)
            } else {
                quote!(#from..=#to)
            }
        });
        conditions.push(("status", quote!(matches!(answer.status(), #(#patterns)|*))));
    }
    if let Some((name, value)) = &rule.header {
        let name = text::literal(name);
        conditions.push((
            "header",
            match value {
                Some(value) => {
                    let value = text::literal(value);
                    quote!(answer.header(#name) == Some(#value))
                }
                None => quote!(answer.header(#name).is_some()),
            },
        ));
    }
    if let Some(text) = &rule.contains {
        let text = text::literal(text);
        conditions.push(("contains", quote!(answer.contains(#text))));
    }
    if let Some(condition) = &rule.condition {
        conditions.push(("holds", scope.condition(condition)));
    }
    conditions
}

fn outcome(action: &Action, scope: Scope<'_>) -> TokenStream {
    match action {
        Action::Retry => quote!(Action::Retry),
        Action::Ignore => quote!(Action::Ignore),
        Action::SkipPartition => quote!(Action::SkipPartition),
        Action::RefreshAuth => quote!(Action::RefreshAuth),
        Action::Fail(None) => quote!(Action::Fail(None)),
        Action::Fail(Some(message)) => {
            let message = scope.string(message);
            scope
                .lets
                .borrow_mut()
                .extend(quote!(let message = #message;));
            quote!(Action::Fail(Some(message)))
        }
    }
}

fn rule(rule: &Rule, scope: Scope<'_>) -> TokenStream {
    let conditions = conditions(rule, scope);
    let conditions_before = scope.before();
    let action = outcome(&rule.action, scope);
    let before = scope.before();
    let action = quote!(#before return Some(#action););
    match conditions.as_slice() {
        [(_, only)] => quote!(#conditions_before if #only { #action }),
        several => {
            let lets = several.iter().map(|(name, condition)| {
                let name = ident(name);
                quote!(let #name = #condition;)
            });
            let names = several.iter().map(|(name, _)| ident(name));
            quote!(#conditions_before #(#lets)* if #(#names)&&* { #action })
        }
    }
}
