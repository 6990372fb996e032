//! `Endpoint::request`: path, parameters, headers and body in Rust.

use super::expr::Scope;
use super::paging::PagingCode;
use super::resource::{names_in, uses_ident};
use super::{text, uses::Uses};
use crate::model::{Body, Json, Name, Param, Part, Path, Request, Template};
use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

/// The method of the trait.
pub fn request(
    request: &Request,
    code: &PagingCode,
    scope: Scope<'_>,
    uses: &mut Uses,
) -> TokenStream {
    let statements = statements(request, &Making::default(), code, scope, uses);
    let position = &code.position;
    let argument = super::record::ident(if uses_ident(&statements, "position") {
        "position"
    } else {
        "_position"
    });
    quote! {
        fn request(&self, #argument: &#position) -> Result<Request, Error> { #statements }
    }
}

/// How a request is made.
#[derive(Default)]
pub struct Making {
    /// Where it goes, if its path does not say so.
    pub target: Option<TokenStream>,
    /// Statements about it at the end.
    pub end: TokenStream,
    /// Whether it is given as an `Option`.
    pub optional: bool,
}

/// Statements that give a request.
pub fn statements(
    request: &Request,
    making: &Making,
    code: &PagingCode,
    scope: Scope<'_>,
    uses: &mut Uses,
) -> TokenStream {
    let path = match &making.target {
        Some(tokens) => PathCode {
            tokens: tokens.clone(),
            computed: false,
        },
        None => path(&request.path, scope),
    };
    let path_before = scope.before();
    let params = repeated(
        &request.params,
        scope,
        |name, value| quote!(request.query(#name, #value);),
    );
    let without: TokenStream = request
        .without_headers
        .iter()
        .map(|name| {
            let name = text::literal(name);
            quote!(request.without_header(#name);)
        })
        .collect();
    let headers = repeated(
        &request.headers,
        scope,
        |name, value| quote!(request.header(#name, #value);),
    );
    let sends_json = matches!(request.body, Body::Json(_)) || code.sends_json;
    let body = body(&request.body, scope, code);
    let PagingCode {
        params: paging_params,
        ..
    } = code;

    let path_tokens = &path.tokens;
    let path_let = path.computed.then(|| quote!(let path = #path_tokens;));
    let (target, params) = if code.link {
        let first = quote!(#params #paging_params);
        let first = if first.is_empty() {
            first
        } else {
            quote!(if position.is_none() { #first })
        };
        let path = if path.computed {
            quote!(&path)
        } else {
            path_tokens.clone()
        };
        (
            quote!(#path_let let target = position.as_deref().unwrap_or(#path);),
            first,
        )
    } else {
        (path_let.unwrap_or_default(), params)
    };
    let before = quote!(#path_before #target);
    let target = match (code.link, path.computed) {
        (true, _) => quote!(target),
        (false, true) => quote!(path),
        (false, false) => path_tokens.clone(),
    };
    let fallible = (request.method != "GET").then(|| {
        let method = text::literal(&request.method);
        quote!(Request::of(#method, #target))
    });
    let made = match &fallible {
        None => quote!(Request::get(#target)),
        Some(made) => quote!(#made?),
    };
    let paging = if code.link {
        TokenStream::new()
    } else {
        paging_params.clone()
    };
    let end = &making.end;
    let statements = quote!(#params #without #headers #body #paging #end);
    let all = quote!(#before #made #statements);
    if uses_ident(&all, "segment") {
        uses.runtime("segment");
    }
    uses.expressions(&all);
    if sends_json {
        uses.add("serde_json", "json");
    }
    if code.sends_json {
        uses.runtime("set");
    }
    let names = names_in(&all);
    let given = |request: TokenStream| match making.optional {
        true => quote!(Ok(Some(#request))),
        false => quote!(Ok(#request)),
    };
    let body = if statements.is_empty() {
        match (&fallible, making.optional) {
            (None, _) => given(made),
            (Some(made), false) => made.clone(),
            (Some(made), true) => quote!(#made.map(Some)),
        }
    } else {
        let given = given(quote!(request));
        quote! {
            let mut request = #made;
            #statements
            #given
        }
    };
    quote! {
        #names
        #before
        #body
    }
}

/// Statements that make `request`, the same at all times.
pub fn alone(request: &Request, scope: Scope<'_>, uses: &mut Uses) -> TokenStream {
    let path = path(&request.path, scope);
    let before = scope.before();
    let target = &path.tokens;
    let (before, target) = if path.computed {
        (quote!(#before let path = #target;), quote!(path))
    } else {
        (before, target.clone())
    };
    let made = if request.method == "GET" {
        quote!(Request::get(#target))
    } else {
        let method = text::literal(&request.method);
        quote!(Request::of(#method, #target)?)
    };
    let params = repeated(
        &request.params,
        scope,
        |name, value| quote!(request.query(#name, #value);),
    );
    let headers = repeated(
        &request.headers,
        scope,
        |name, value| quote!(request.header(#name, #value);),
    );
    let body = match &request.body {
        Body::Json(json) => json_body(json, scope),
        other => plain_body(other, scope),
    };
    let statements = quote!(#params #headers #body);
    uses.runtime("Request");
    if uses_ident(&before, "segment") {
        uses.runtime("segment");
    }
    uses.expressions(&quote!(#before #statements));
    if matches!(request.body, Body::Json(_)) {
        uses.add("serde_json", "json");
    }
    let binding = (!statements.is_empty()).then(|| quote!(mut));
    quote!(#before let #binding request = #made; #statements)
}

/// A path in Rust.
struct PathCode {
    /// A literal, or a `format!`.
    tokens: TokenStream,
    /// Whether it is a `String`.
    computed: bool,
}

fn path(path: &Path, scope: Scope<'_>) -> PathCode {
    let parts = match &path.template {
        Template::Text(text) => {
            let text = text::literal(text);
            return PathCode {
                tokens: quote!(#text),
                computed: false,
            };
        }
        // A whole URL from the configuration.
        Template::Value(_) if path.absolute => {
            return PathCode {
                tokens: scope.string(&path.template),
                computed: true,
            };
        }
        Template::Value(expr) => vec![Part::Value(expr.clone())],
        Template::Parts(parts) => parts.clone(),
    };
    let origin_first = path.absolute && matches!(parts.first(), Some(Part::Value(_)));
    let seen = std::cell::Cell::new(0);
    let tokens = scope.format(&parts, |scope, expr| {
        let index = seen.replace(seen.get() + 1);
        let value = Template::Value(expr.clone());
        if origin_first && index == 0 {
            return scope.param(&value);
        }
        let shown = scope.param(&value);
        quote!(segment(#shown)?)
    });
    PathCode {
        tokens,
        computed: true,
    }
}

/// The path of a request as a `String`.
pub fn target(of: &Path, scope: Scope<'_>) -> TokenStream {
    let path = path(of, scope);
    let tokens = path.tokens;
    if path.computed {
        tokens
    } else {
        quote!(#tokens.to_owned())
    }
}

/// A path as docs show it.
pub fn shown_path(template: &Template) -> String {
    let shown = |parts: &[Part]| {
        parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Value(expr) => match &expr.kind {
                    crate::model::ExprKind::Config(path) => format!("{{{}}}", path.join(".")),
                    crate::model::ExprKind::Field { path, .. } => {
                        let steps = path.steps.iter().map(|step| step.rust.as_str());
                        format!("{{{}}}", steps.collect::<Vec<_>>().join("."))
                    }
                    _ => "{…}".to_owned(),
                },
            })
            .collect()
    };
    match template {
        Template::Text(text) => text.clone(),
        Template::Value(expr) => shown(&[Part::Value(expr.clone())]),
        Template::Parts(parts) => shown(parts),
    }
}

/// One statement per value.
pub fn repeated(
    params: &[Param],
    scope: Scope<'_>,
    statement: impl Fn(proc_macro2::Literal, TokenStream) -> TokenStream,
) -> TokenStream {
    let mut statements = TokenStream::new();
    for (param, value) in params
        .iter()
        .flat_map(|param| param.values.iter().map(move |value| (param, value)))
    {
        let name = text::literal(&param.name);
        let value = scope.param(value);
        statements.extend(scope.before());
        let value = unwrapped(value);
        if value
            .clone()
            .into_iter()
            .any(|token| matches!(token, TokenTree::Group(_)))
        {
            statements.extend(quote!(let value = #value;));
            statements.extend(statement(name, quote!(value)));
        } else {
            statements.extend(statement(name, value));
        }
    }
    statements
}

/// Without the parentheses around all of it.
fn unwrapped(value: TokenStream) -> TokenStream {
    let mut trees = value.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None)
            if group.delimiter() == proc_macro2::Delimiter::Parenthesis =>
        {
            group.stream()
        }
        _ => value,
    }
}

fn body(body: &Body, scope: Scope<'_>, code: &PagingCode) -> TokenStream {
    match body {
        Body::None | Body::Json(_) if code.sends_json => {
            let (value, hidden) = match body {
                Body::Json(json) => (json_value(json, "value", scope), secrets(json, scope)),
                _ => (quote!({}), TokenStream::new()),
            };
            let params = &code.json_params;
            let before = scope.before();
            quote!(#before #hidden let mut body = json!(#value); #params request.json(&body);)
        }
        Body::Json(json) => json_body(json, scope),
        other => plain_body(other, scope),
    }
}

fn json_body(json: &Json, scope: Scope<'_>) -> TokenStream {
    let value = json_value(json, "value", scope);
    let hidden = secrets(json, scope);
    let before = scope.before();
    quote!(#before #hidden let body = json!(#value); request.json(&body);)
}

/// A form or a text.
fn plain_body(body: &Body, scope: Scope<'_>) -> TokenStream {
    match body {
        Body::None | Body::Json(_) => TokenStream::new(),
        Body::Form(fields) => repeated(
            fields,
            scope,
            |name, value| quote!(request.form(#name, #value);),
        ),
        Body::Text { kind, text } => {
            let kind = text::literal(kind);
            let value = scope.param(text);
            let before = scope.before();
            quote!(#before request.text(#kind, #value);)
        }
    }
}

/// A value inside `json!`, which is called by its key where it needs a name.
pub fn json_value(json: &Json, name: &str, scope: Scope<'_>) -> TokenStream {
    match json {
        Json::Null => quote!(null),
        Json::Boolean(value) => quote!(#value),
        Json::Number(number) => json_number(number),
        Json::Template(template) => scope.json(template, name),
        Json::Query(_) => quote!(QUERY),
        Json::List(items) => {
            let items = items.iter().map(|item| json_value(item, name, scope));
            quote!([#(#items),*])
        }
        Json::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| {
                let value = json_value(value, &Name::field(key).rust, scope);
                let key = text::literal(key);
                quote!(#key: #value)
            });
            quote!({ #(#entries),* })
        }
    }
}

/// A number that `json!` takes; one beyond all of its types goes as a text.
fn json_number(number: &str) -> TokenStream {
    let whole = number.trim_start_matches('-');
    if number.parse::<i64>().is_ok() || whole.parse::<u64>().is_ok() && whole == number {
        // Without a suffix it would be an `i32`.
        let suffix = match number.parse::<i64>() {
            Ok(value) if i32::try_from(value).is_ok() => "",
            Ok(_) => "_i64",
            Err(_) => "_u64",
        };
        return format!("{}{suffix}", text::integer(number))
            .parse()
            .unwrap_or_default();
    }
    match number.parse::<f64>() {
        Ok(value) if value.is_finite() => text::number(value),
        _ => {
            let number = text::literal(number);
            quote!(#number)
        }
    }
}

/// Statements that keep the secrets of a JSON body out of messages.
fn secrets(json: &Json, scope: Scope<'_>) -> TokenStream {
    match json {
        Json::Template(Template::Value(expr))
            if scope.is_secret(&Template::Value(expr.clone())) =>
        {
            scope.hidden(expr)
        }
        Json::Template(Template::Parts(parts)) => parts
            .iter()
            .filter_map(|part| match part {
                Part::Value(expr) => Some(Json::Template(Template::Value(expr.clone()))),
                Part::Text(_) => None,
            })
            .map(|part| secrets(&part, scope))
            .collect(),
        Json::List(items) => items.iter().map(|item| secrets(item, scope)).collect(),
        Json::Object(entries) => entries
            .iter()
            .map(|(_, value)| secrets(value, scope))
            .collect(),
        _ => TokenStream::new(),
    }
}
