//! Reading incrementally: the resource's client, and what the endpoint of a window says of its cursor.

use super::expr::{Scope, Shape, Value};
use super::record::ident;
use super::uses::Uses;
use super::{format, text};
use crate::model::{
    CursorEdge, CursorFormat, CursorOrder, CursorType, CursorValue, Distance, ExprType,
    Incremental, RecordPath, Resource, Template,
};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde::Serialize;

/// What the template of a resource prints.
#[derive(Serialize)]
pub struct IncrementalView {
    /// Rust name of the endpoint of one window.
    pub endpoint: String,
    /// The type of the cursor.
    ty: String,
    /// The signature of `stream_with_state`.
    stream_with_state: String,
    /// The field that is the cursor, as Markdown.
    cursor: String,
    /// The resource, as Markdown.
    resource: String,
    /// Constants of the ends that the spec says.
    constants: String,
    /// Whether a request speaks of the window.
    pub sends_window: bool,
    /// `impl Incremental`.
    items: String,
}

/// The view of a resource.
pub fn view(
    resource: &Resource,
    incremental: &Incremental,
    requests: &TokenStream,
    scope: Scope<'_>,
    uses: &mut Uses,
) -> IncrementalView {
    for name in [
        "Checkpointed",
        "CursorState",
        "Extent",
        "Incremental",
        "Resumable",
        "Source",
        "StateKey",
        "Window",
        "Windows",
    ] {
        uses.runtime(name);
    }
    uses.add("std::sync", "Arc");
    let ty = cursor_type(incremental.ty, uses);
    let (mut constants, mut ends) = (TokenStream::new(), Vec::new());
    for (name, value, what) in [
        ("START", &incremental.start, "begins"),
        ("END", &incremental.end, "ends"),
    ] {
        ends.push(value.as_ref().map_or_else(
            || quote!(None),
            |value| end(value, name, what, scope, &mut constants),
        ));
    }
    let sends_window = requests
        .to_string()
        .contains(&quote!(self.window).to_string());
    let pages = super::job::source(resource, uses);
    let within = if sends_window {
        quote! {
            fn within(&self, window: Window<#ty>) -> #pages<Self> {
                let endpoint = Self { window, ..self.clone() };
                #pages::new(endpoint)
            }
        }
    } else {
        quote! {
            fn within(&self, _window: Window<#ty>) -> #pages<Self> { #pages::new(self.clone()) }
        }
    };
    let items = items(resource, incremental, &ty, &ends, scope, uses);
    uses.expressions(&items);
    let name = ident(&incremental.endpoint);
    let resumable = resumable(resource, &name, &ty);
    let items = quote! {
        impl Incremental for #name { type Cursor = #ty; type Source = #pages<Self>; #items #within }

        #resumable
    };
    IncrementalView {
        endpoint: incremental.endpoint.clone(),
        ty: ty.to_string(),
        cursor: text::code(&incremental.name),
        resource: text::code(&resource.name.wire),
        constants: format::items(constants),
        stream_with_state: stream_with_state(&root(resource)),
        sends_window,
        items: format::items(items),
    }
}

/// The resource's client for those who know neither its record nor its cursor.
fn resumable(resource: &Resource, window: &Ident, ty: &TokenStream) -> TokenStream {
    let (client, record) = (ident(&resource.type_name), root(resource));
    quote! {
        impl Resumable for #client {
            type Record = #record;
            type Cursor = #ty;

            const STATE: StateKey = #window::STATE;

            fn extent(&mut self) -> &mut Extent<#ty> { &mut self.extent }

            fn into_source(self) -> impl Source<Record = #record> { self.pages() }
        }
    }
}

/// Rust name of the record.
fn root(resource: &Resource) -> Ident {
    let root = resource.record.structs.first();
    ident(root.map_or("Record", |root| root.type_name.as_str()))
}

/// What the client of a divided resource has beside the rest.
pub fn divided_methods(record: &Ident) -> TokenStream {
    quote! {
        #[doc = " The records that are new since a state, and how far they were read: each partition has its own."]
        #[must_use]
        pub fn stream_with_state(self, state: &CursorState) -> Checkpointed<#record> {
            Checkpointed::with_checkpoints(self.pages_with_state(state))
        }

        #[doc = " The same by pages."]
        #[must_use]
        pub fn pages_with_state(mut self, state: &CursorState) -> impl Source<Record = #record> {
            self.extent.state = Some(Arc::new(state.clone()));
            self.pages()
        }
    }
}

/// Statements that open the windows of a `partition`.
pub fn divided_open(endpoint: &Ident, sends_window: bool) -> TokenStream {
    let window = sends_window.then(|| quote!(, window: Window::default()));
    quote! {
        let name = serde_json::to_string(&partition).ok();
        let client = self.client.clone();
        let endpoint = #endpoint { client, partition #window };
        Windows::new(endpoint, name, &self.extent)
    }
}

/// The one signature whose width depends on the spec.
fn stream_with_state(record: &Ident) -> String {
    const WIDTH: usize = 100;
    let (name, state) = ("pub fn stream_with_state", "state: &CursorState");
    let result = format!("-> Checkpointed<{record}>");
    let line = format!("{name}(self, {state}) {result}");
    if line.len() + "    ".len() + " {".len() <= WIDTH {
        return line;
    }
    format!("{name}(\n        self,\n        {state},\n    ) {result}")
}

fn items(
    resource: &Resource,
    incremental: &Incremental,
    ty: &TokenStream,
    ends: &[TokenStream],
    scope: Scope<'_>,
    uses: &mut Uses,
) -> TokenStream {
    let (name, cursor) = (
        text::literal(&resource.name.wire),
        text::literal(&incremental.name),
    );
    let order = match incremental.order {
        CursorOrder::Ascending => Some("Ascending"),
        CursorOrder::Descending => Some("Descending"),
        CursorOrder::None => None,
    };
    let order = order.map(|order| {
        uses.runtime("CursorOrder");
        let order = ident(order);
        quote!(const ORDER: CursorOrder = CursorOrder::#order;)
    });
    let filters = incremental.filters.then(|| {
        quote!(
            const FILTERS: bool = true;
        )
    });
    let sends_end = incremental.sends_end.then(|| {
        quote!(
            const SENDS_END: bool = true;
        )
    });
    let until_now = incremental.until_now.then(|| {
        quote!(
            const UNTIL_NOW: bool = true;
        )
    });
    let keeps = (!incremental.keeps_missing).then(|| {
        quote!(
            const KEEPS_MISSING: bool = false;
        )
    });
    let (record, field) = (root(resource), field(&incremental.cursor));
    let limits = limits(ends, scope);
    let distances = [
        ("step", &incremental.step),
        ("granularity", &incremental.granularity),
        ("lookback", &incremental.lookback),
    ];
    let distances = distances.into_iter().filter_map(|(name, distance)| {
        let (name, distance) = (ident(name), distance.as_ref()?);
        let (ty, value) = match distance {
            Distance::Number(number) => (quote!(i64), text::integer(number)),
            Distance::Time(units) => {
                let units = units.iter().map(|(unit, number)| {
                    let (unit, number) = (ident(unit), text::integer(number));
                    quote!(.#unit(#number))
                });
                (quote!(jiff::Span), quote!(jiff::Span::new()#(#units)*))
            }
        };
        Some(quote! {
            fn #name() -> Option<#ty> { Some(#value) }
        })
    });
    quote! {
        const STATE: StateKey = StateKey {
            connector: env!("CARGO_PKG_NAME"),
            resource: #name,
            cursor: #cursor,
        };
        #order
        #filters
        #sends_end
        #until_now
        #keeps

        fn cursor(record: &#record) -> Option<&#ty> { #field }

        #limits
        #(#distances)*
    }
}

/// Where reading begins and ends.
fn limits(ends: &[TokenStream], scope: Scope<'_>) -> Option<TokenStream> {
    let [start, end] = ends else { return None };
    if ends.iter().all(|end| end.to_string() == "None") {
        return None;
    }
    let before = scope.before();
    let config = super::resource::names_in(&quote!(#before #start #end));
    Some(quote! {
        fn limits(&self) -> Result<Window<Self::Cursor>, Error> {
            #config
            #before
            Ok(Window { start: #start, end: #end })
        }
    })
}

/// An `Option` of the cursor's type.
fn end(
    value: &CursorValue,
    name: &str,
    what: &str,
    scope: Scope<'_>,
    constants: &mut TokenStream,
) -> TokenStream {
    let constant = ident(name);
    let mut declare = |shown: &str, ty: TokenStream, value: TokenStream| {
        let docs = super::record::docs([format!(
            "{}, where reading {what} unless its user says otherwise.",
            text::code(shown)
        )]);
        constants.extend(quote!(#docs const #constant: #ty = #value;));
        quote!(Some(#constant))
    };
    match value {
        CursorValue::Timestamp(seconds, nanoseconds) => {
            let shown =
                jiff::Timestamp::new(*seconds, *nanoseconds).map(|instant| instant.to_string());
            let (seconds, nanoseconds) = (text::integer(seconds), text::integer(nanoseconds));
            declare(
                &shown.unwrap_or_default(),
                quote!(Timestamp),
                quote!(Timestamp::constant(#seconds, #nanoseconds)),
            )
        }
        CursorValue::Date(year, month, day) => {
            let shown = format!("{year:04}-{month:02}-{day:02}");
            let [year, month, day] =
                [year.to_string(), month.to_string(), day.to_string()].map(text::integer);
            declare(
                &shown,
                quote!(Date),
                quote!(Date::constant(#year, #month, #day)),
            )
        }
        CursorValue::Integer(number) => {
            declare(&number.to_string(), quote!(i64), text::integer(number))
        }
        CursorValue::Decimal(number) => {
            let number = text::literal(number);
            quote!(Decimal::from_text(#number))
        }
        CursorValue::Template(template) => match template {
            Template::Value(expr) if expr.ty == ExprType::String && expr.nullable => {
                scope.optional_text(expr)
            }
            Template::Value(expr)
                if matches!(
                    expr.ty,
                    ExprType::Timestamp | ExprType::Date | ExprType::Integer
                ) =>
            {
                let value = match expr.ty {
                    ExprType::Integer => scope.value(expr),
                    _ => scope.instant(expr),
                };
                let tokens = value.tokens;
                if value.optional {
                    tokens
                } else {
                    quote!(Some(#tokens))
                }
            }
            template => {
                let value = scope.string(template);
                quote!(Some(#value))
            }
        },
    }
}

/// The Rust type of a cursor.
pub fn cursor_type(ty: CursorType, uses: &mut Uses) -> TokenStream {
    let name = match ty {
        CursorType::Timestamp => "Timestamp",
        CursorType::Date => "Date",
        CursorType::Decimal => "Decimal",
        CursorType::Integer => return quote!(i64),
        CursorType::String => return quote!(String),
    };
    uses.runtime(name);
    let name = ident(name);
    quote!(#name)
}

/// The cursor of a record, an `Option` of a reference.
fn field(path: &RecordPath) -> TokenStream {
    let (mut tokens, mut optional) = (quote!(record), false);
    for step in &path.steps {
        let name = ident(&step.rust);
        tokens = match (optional, step.nullable) {
            (false, false) => quote!(#tokens.#name),
            (false, true) => quote!(#tokens.#name.as_ref()),
            (true, false) => quote!(#tokens.map(|inner| &inner.#name)),
            (true, true) => quote!(#tokens.and_then(|inner| inner.#name.as_ref())),
        };
        optional |= step.nullable;
    }
    if optional {
        tokens
    } else {
        quote!(Some(&#tokens))
    }
}

/// One end of the window as it is sent.
pub fn sent(edge: CursorEdge, format: &CursorFormat, ty: ExprType, nullable: bool) -> Value {
    let edge = ident(match edge {
        CursorEdge::Start => "start",
        CursorEdge::End => "end",
    });
    let known = quote!(self.window.#edge()?);
    let maybe = quote!(self.window.#edge);
    let written = |format: &str| {
        let format = text::literal(format);
        if nullable {
            (
                quote!(#maybe.map(|#edge| #edge.strftime(#format).to_string())),
                Shape::Text,
            )
        } else {
            (quote!(#known.strftime(#format).to_string()), Shape::Text)
        }
    };
    let (tokens, shape) = match (format, ty, nullable) {
        (CursorFormat::Date, ..) => written("%Y-%m-%d"),
        (CursorFormat::Strftime(format), ..) => written(format),
        (CursorFormat::Epoch, _, false) => (quote!(#known.as_second()), Shape::Integer),
        (CursorFormat::Epoch, _, true) => {
            (quote!(#maybe.map(Timestamp::as_second)), Shape::Integer)
        }
        (CursorFormat::EpochMillis, _, false) => (quote!(#known.as_millisecond()), Shape::Integer),
        (CursorFormat::EpochMillis, _, true) => (
            quote!(#maybe.map(Timestamp::as_millisecond)),
            Shape::Integer,
        ),
        (CursorFormat::Plain, ExprType::Integer, false) => (quote!(*#known), Shape::Integer),
        (CursorFormat::Plain, ExprType::Integer, true) => (maybe, Shape::Integer),
        (CursorFormat::Plain, ExprType::String, false) => (quote!(#known.as_str()), Shape::Str),
        (CursorFormat::Plain, ExprType::String, true) => (quote!(#maybe.as_deref()), Shape::Str),
        (CursorFormat::Plain, ExprType::Scalar, true) => (
            quote!(#maybe.as_ref().map(ToString::to_string)),
            Shape::Text,
        ),
        (CursorFormat::Plain, _, false) => (known, Shape::Display),
        (CursorFormat::Plain, _, true) => (maybe, Shape::Display),
    };
    Value {
        tokens,
        shape,
        optional: nullable,
    }
}
