//! Names that values are bound to before an expression.

use super::Scope;
use crate::emit::record::ident;
use crate::model::{CursorEdge, Expr, ExprKind};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;

impl Scope<'_> {
    /// Binds a value to a name before the expression, unless that has been done. A name that has another value is not
    /// taken.
    pub(super) fn bind(&self, name: &str, value: &TokenStream) -> Ident {
        let mut name = name.to_owned();
        loop {
            let bound = ident(&name);
            let statement = quote!(let #bound = #value;);
            let known = self.lets.borrow().to_string();
            if known.contains(&statement.to_string()) {
                return bound;
            }
            if !known.contains(&quote!(let #bound =).to_string()) {
                self.lets.borrow_mut().extend(statement);
                return bound;
            }
            name.push_str("_too");
        }
    }

    /// The statements that have to stand before what was made since the last call.
    pub fn before(&self) -> TokenStream {
        std::mem::take(&mut *self.lets.borrow_mut())
    }
}

/// A name for the value of an expression.
pub(super) fn name_of(expr: &Expr) -> String {
    let name = match &expr.kind {
        ExprKind::Config(path) => path
            .last()
            .map_or("value", String::as_str)
            .trim_start_matches("r#"),
        ExprKind::Body(path) => path.accessor.trim_start_matches("r#"),
        ExprKind::Field { path, .. } => path
            .steps
            .last()
            .map_or("value", |step| step.rust.trim_start_matches("r#")),
        ExprKind::Created(path, _) => path.accessor.trim_start_matches("r#"),
        ExprKind::Header(_) | ExprKind::CreatedHeader(_) => "header",
        ExprKind::Cursor(CursorEdge::Start, _) => "start",
        ExprKind::Cursor(CursorEdge::End, _) => "end",
        _ => "value",
    };
    free_name(name)
}

/// The name, or a longer one where it means something else.
pub(super) fn free_name(name: &str) -> String {
    let taken = [
        "config",
        "request",
        "position",
        "page",
        "turn",
        "answer",
        "body",
        "path",
        "options",
        "session",
        "auth",
        "credentials",
        "grant",
        "signer",
        "claims",
        "headers",
        "tokens",
        "change",
        "partition",
        "job",
        "created",
    ];
    let keyword = syn::parse_str::<proc_macro2::Ident>(name).is_err();
    if keyword || taken.contains(&name) {
        format!("{name}_value")
    } else {
        name.to_owned()
    }
}

/// The name that tokens are, if they are nothing else.
pub(super) fn single_name(tokens: &TokenStream) -> Option<String> {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Ident(name)), None) => Some(name.to_string()),
        _ => None,
    }
}
