//! Rust source as rustfmt would leave it: parsed by `syn`, printed by `prettyplease`, laid out by [`super::layout`],
//! and with the blank lines that the printer drops.

use super::{json_macro, layout, print};
use proc_macro2::TokenStream;

/// Formats a file. Source that does not parse is a bug of a template: it is left as it is for the compiler to point at.
pub fn rust(source: &str) -> String {
    match syn::parse_file(source) {
        Ok(file) => laid_out(&prettyplease::unparse(&file)),
        Err(_) => source.to_owned(),
    }
}

/// Items, one statement a line, for [`lines`].
pub fn items(tokens: TokenStream) -> String {
    print::items(tokens)
}

/// Items of an `impl`, one statement a line, for [`lines`].
pub fn members(tokens: TokenStream) -> String {
    print::members(tokens)
}

/// The statements of a method, one a line, for [`lines`].
pub fn method_body(tokens: TokenStream) -> String {
    print::method_body(tokens)
}

/// Formats a file that has each statement, field and signature on a line already.
pub fn lines(source: &str) -> String {
    let mut dense = String::with_capacity(source.len());
    for line in source.lines().filter(|line| !line.is_empty()) {
        dense.push_str(line);
        dense.push('\n');
    }
    laid_out(&dense)
}

fn laid_out(source: &str) -> String {
    blank_lines(&json_macro::relayout(&layout::relayout(source)))
}

/// What a line begins, where items stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `use std::…`
    UseStd,
    /// `use` of another crate.
    Use,
    /// `use crate::…`
    UseCrate,
    /// `mod x;`
    Module,
    /// `const` or `type` without docs.
    Short,
    /// Anything else: stands apart.
    Apart,
}

/// Puts a blank line between items and methods; runs of `use`, `mod` and short constants stay together.
fn blank_lines(source: &str) -> String {
    let mut out = String::with_capacity(source.len() + source.len() / 16);
    // For each open brace: whether items stand inside.
    let mut holds_items = vec![true];
    let mut previous: Option<Kind> = None;
    let mut in_item = false;
    let mut item_indent = 0;
    let mut inner_docs = false;
    for line in source.lines() {
        let text = line.trim_start();
        let top = holds_items.last().copied().unwrap_or(true);
        if text.starts_with("//!") || text.starts_with("#![") {
            inner_docs = true;
        } else if top && !in_item && !text.starts_with('}') {
            let kind = kind_of(text);
            let apart = previous.is_some_and(|before| before != kind || kind == Kind::Apart);
            if apart || inner_docs {
                out.push('\n');
            }
            previous = Some(kind);
            in_item = true;
            item_indent = line.len() - text.len();
            inner_docs = false;
        }
        out.push_str(line);
        out.push('\n');
        // Braces in examples of docs open nothing.
        let is_beside = text.starts_with("//") || text.starts_with("#[") || text.starts_with("#![");
        if is_beside {
            continue;
        }
        if text.starts_with('}') {
            holds_items.pop();
            let ends_item = line.len() - text.len() <= item_indent;
            if ends_item && holds_items.last().copied().unwrap_or(true) {
                if !text.ends_with(';') {
                    previous = Some(Kind::Apart);
                }
                in_item = false;
            }
        }
        if text.ends_with('{') {
            let items = top && is_container(text);
            holds_items.push(items);
            if items {
                previous = None;
                in_item = false;
                item_indent += 4;
            }
        } else if top && text.ends_with([';', '}']) {
            in_item = false;
        }
    }
    out
}

fn kind_of(text: &str) -> Kind {
    let bare = text
        .strip_prefix("pub ")
        .or_else(|| text.strip_prefix("pub(crate) "))
        .unwrap_or(text);
    if bare.starts_with("use crate::") || bare.starts_with("use super::") {
        Kind::UseCrate
    } else if bare.starts_with("use std::") {
        Kind::UseStd
    } else if bare.starts_with("use ") {
        Kind::Use
    } else if bare.starts_with("mod ") && bare.ends_with(';') {
        Kind::Module
    } else if bare.starts_with("const ") && !bare.starts_with("const fn ")
        || bare.starts_with("type ")
    {
        Kind::Short
    } else {
        Kind::Apart
    }
}

/// Whether items stand between the braces that this line opens.
fn is_container(text: &str) -> bool {
    let bare = text
        .strip_prefix("pub ")
        .or_else(|| text.strip_prefix("pub(crate) "))
        .unwrap_or(text);
    bare.starts_with("impl") || bare.starts_with("trait ") || bare.starts_with("mod ")
}

#[cfg(test)]
mod tests {
    use super::{lines, method_body, rust};
    use quote::quote;

    /// As rustfmt breaks them.
    #[test]
    fn what_is_too_long_for_a_line_is_broken() {
        let ty = "ATypeWhoseNameIsThirtyOneLetter";
        let source = format!(
            "impl A {{\n    \
             pub fn name(&self, word: &str) -> resources::{ty}::{ty} {{\n        \
             match word {{\n            \"{ty}\" => Self::{ty}::{ty},\n        }}\n    }}\n    \
             fn new() -> Result<Self, Error> {{\n        \
             Ok(Self {{ config, session, another_session }})\n    }}\n}}\n\
             impl<'de> Deserialize<'de> for {ty}{ty}{ty} {{\n}}\n"
        );
        let expected = format!(
            "impl A {{
    pub fn name(
        &self,
        word: &str,
    ) -> resources::{ty}::{ty} {{
        match word {{
            \"{ty}\" => {{
                Self::{ty}::{ty}
            }}
        }}
    }}

    fn new() -> Result<Self, Error> {{
        Ok(Self {{
            config,
            session,
            another_session,
        }})
    }}
}}

impl<'de> Deserialize<'de>
    for {ty}{ty}{ty}
{{
}}
"
        );
        assert_eq!(lines(&source), expected);
    }

    #[test]
    fn statements_of_a_method_stand_at_its_indent() {
        let known = quote!(let a = b; a.c(););
        assert_eq!(method_body(known), "        let a = b;\n        a.c();\n");
        let parsed = quote!(let a = if b { c } else { d };);
        assert_eq!(
            method_body(parsed),
            "        let a = if b { c } else { d };\n"
        );
        assert_eq!(method_body(quote!()), "");
    }

    #[test]
    fn items_and_methods_stand_apart_and_imports_together() {
        let source = "//! Docs.\nuse a::B; use c::D; use crate::e::F;\nconst A: u8 = 1; const B: u8 = 2;\n\
            /// A\nstruct X { a: u8 }\nimpl X { const C: u8 = 1; type T = u8; fn a() {} /// B\n#[must_use]\nfn b() -> u8 { 1 } }";
        let expected = "//! Docs.\n\nuse a::B;\nuse c::D;\n\nuse crate::e::F;\n\nconst A: u8 = 1;\nconst B: u8 = 2;\n\n\
            /// A\nstruct X {\n    a: u8,\n}\n\nimpl X {\n    const C: u8 = 1;\n    type T = u8;\n\n    fn a() {}\n\n    \
            /// B\n    #[must_use]\n    fn b() -> u8 {\n        1\n    }\n}\n";
        assert_eq!(rust(source), expected);
    }
}
