//! Prints token streams as text, one statement, field or signature on each line; [`super::layout`] breaks the lines.
//!
//! Most of what is made as tokens is structs, constants and short functions. Those are printed straight from their tokens,
//! which costs a fifth of parsing them and printing the tree. What this file does not know for certain — a block within
//! an expression, an operator that may be the bracket of a type — is left to `syn` and `prettyplease`, item by item.

mod expression;
mod statement;
mod types;

use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};
use std::fmt::Write as _;

/// Columns after which the other printer breaks lines of its own accord.
const MARGIN: usize = 89;

/// The items as lines.
pub fn items(tokens: TokenStream) -> String {
    Lines::default().items(tokens)
}

/// The items of an `impl` as lines.
pub fn members(tokens: TokenStream) -> String {
    let lines = Lines {
        indent: 4,
        ..Lines::default()
    };
    lines.items(tokens)
}

/// The statements of a method as lines.
pub fn method_body(tokens: TokenStream) -> String {
    let text = items(quote::quote!(impl Own { fn own() { #tokens } }));
    let lines: Vec<&str> = text.lines().collect();
    // Without the heads of both and their ends.
    let own = lines.get(2..lines.len().saturating_sub(2));
    own.unwrap_or_default()
        .iter()
        .flat_map(|line| [*line, "\n"])
        .collect()
}

/// Lines of text, indented.
#[derive(Default)]
struct Lines {
    text: String,
    indent: usize,
}

/// A form that is left to the other printer.
struct Unknown;

type Printed = Result<(), Unknown>;

impl Lines {
    /// Writes a line.
    fn line(&mut self, text: &str) {
        self.text.extend(std::iter::repeat_n(' ', self.indent));
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Writes a line that would be broken where it is long.
    fn head(&mut self, text: &str) -> Printed {
        if self.indent + text.len() > MARGIN {
            return Err(Unknown);
        }
        self.line(text);
        Ok(())
    }

    /// The items, each in one way or the other.
    fn items(mut self, tokens: TokenStream) -> String {
        for item in split_items(tokens) {
            self.item(&item);
        }
        self.text
    }

    /// Writes an item in one way or the other.
    fn item(&mut self, item: &[TokenTree]) {
        let (before, indent) = (self.text.len(), self.indent);
        if self.known_item(item).is_err() {
            self.text.truncate(before);
            self.indent = indent;
            self.parsed(item);
        }
    }

    /// Writes an item by way of its tree. What does not parse is a bug of this crate: it is left for the compiler to
    /// point at.
    fn parsed(&mut self, item: &[TokenTree]) {
        let tokens: TokenStream = item.iter().cloned().collect();
        let whole = match self.indent {
            0 => tokens.clone(),
            _ => quote::quote!(impl Own { #tokens }),
        };
        let Ok(file) = syn::parse2::<syn::File>(whole) else {
            self.line(&tokens.to_string());
            return;
        };
        let text = prettyplease::unparse(&file);
        if self.indent == 0 {
            self.text.push_str(&text);
            return;
        }
        let mut lines = text.lines();
        lines.next();
        lines.next_back();
        for line in lines {
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    fn known_item(&mut self, item: &[TokenTree]) -> Printed {
        let rest = self.attributes(item)?;
        let word = rest.iter().find_map(|token| match token {
            TokenTree::Ident(word) if word != "pub" => Some(word.to_string()),
            _ => None,
        });
        let body = match rest {
            [head @ .., TokenTree::Group(body)] if body.delimiter() == Delimiter::Brace => {
                Some((head, body.stream()))
            }
            _ => None,
        };
        match (word.as_deref(), body) {
            (Some("struct"), Some((head, body))) => self.fields(head, body),
            (Some("enum"), Some((head, body))) => self.variants(head, body),
            (Some("impl"), Some((head, body))) if self.indent == 0 => {
                let head = types::signature(head)?;
                if body.is_empty() {
                    self.line(&format!("{head} {{}}"));
                    return Ok(());
                }
                self.head(&format!("{head} {{"))?;
                self.indent += 4;
                for item in split_items(body) {
                    self.item(&item);
                }
                self.indent -= 4;
                self.line("}");
                Ok(())
            }
            (Some("fn"), Some((head, body))) => self.function(head, body),
            (Some("const" | "type"), None) => self.constant(rest),
            _ => Err(Unknown),
        }
    }

    /// Writes the attributes that a thing begins with, and gives the rest.
    fn attributes<'t>(&mut self, mut tokens: &'t [TokenTree]) -> Result<&'t [TokenTree], Unknown> {
        while let [TokenTree::Punct(hash), TokenTree::Group(group), rest @ ..] = tokens
            && hash.as_char() == '#'
        {
            let inner: Vec<_> = group.stream().into_iter().collect();
            match inner.as_slice() {
                [
                    TokenTree::Ident(doc),
                    TokenTree::Punct(_),
                    TokenTree::Literal(text),
                ] if doc == "doc" => {
                    let text = doc_line(text)?;
                    self.line(format!("///{text}").trim_end());
                }
                inner => self.line(&format!("#[{}]", types::attribute(inner)?)),
            }
            tokens = rest;
        }
        Ok(tokens)
    }

    fn fields(&mut self, head: &[TokenTree], body: TokenStream) -> Printed {
        let head = types::signature(head)?;
        if body.is_empty() {
            self.line(&format!("{head} {{}}"));
            return Ok(());
        }
        self.head(&format!("{head} {{"))?;
        self.indent += 4;
        for field in split_commas(body) {
            let field = self.attributes(&field)?;
            self.line(&format!("{},", types::signature(field)?));
        }
        self.indent -= 4;
        self.line("}");
        Ok(())
    }

    fn variants(&mut self, head: &[TokenTree], body: TokenStream) -> Printed {
        self.head(&format!("{} {{", types::signature(head)?))?;
        self.indent += 4;
        for variant in split_commas(body) {
            match self.attributes(&variant)? {
                [TokenTree::Ident(name)] => self.line(&format!("{name},")),
                [TokenTree::Ident(name), TokenTree::Group(group)]
                    if group.delimiter() == Delimiter::Parenthesis =>
                {
                    let inner: Vec<_> = group.stream().into_iter().collect();
                    self.line(&format!("{name}({}),", types::signature(&inner)?));
                }
                _ => return Err(Unknown),
            }
        }
        self.indent -= 4;
        self.line("}");
        Ok(())
    }

    /// `const NAME: Type = value;` or `type Name = Type;`
    fn constant(&mut self, tokens: &[TokenTree]) -> Printed {
        let [declaration @ .., TokenTree::Punct(_)] = tokens else {
            return Err(Unknown);
        };
        let (left, right) = types::split_assignment(declaration).ok_or(Unknown)?;
        let is_type = left
            .iter()
            .any(|token| matches!(token, TokenTree::Ident(word) if word == "type"));
        let right = if is_type {
            types::signature(right)?
        } else {
            expression::text(right)?
        };
        self.line(&format!("{} = {right};", types::signature(left)?));
        Ok(())
    }
}

/// Adds a word or a literal.
fn push(text: &mut String, token: &impl std::fmt::Display) {
    // Writing to a `String` cannot fail.
    let _ = write!(text, "{token}");
}

/// The line that a literal holds.
fn doc_line(literal: &Literal) -> Result<String, Unknown> {
    let mut text = literal.to_string();
    // Most have nothing to unescape, and are not parsed.
    let is_plain = text.starts_with('"') && !text.contains(['\\', '\n', '\r']);
    if is_plain && text.pop() == Some('"') {
        text.remove(0);
        return Ok(text);
    }
    match syn::Lit::new(literal.clone()) {
        syn::Lit::Str(text) if !text.value().contains(['\n', '\r']) => Ok(text.value()),
        _ => Err(Unknown),
    }
}

/// Items with their attributes: each ends with a semicolon, or with the braces of its body.
fn split_items(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut items = vec![Vec::new()];
    let mut has_body = true;
    for token in tokens {
        let ends = match &token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => has_body && group.delimiter() == Delimiter::Brace,
            TokenTree::Ident(word) => {
                // The value of a constant may have braces.
                if word == "const" || word == "type" {
                    has_body = false;
                } else if word == "fn" {
                    has_body = true;
                }
                false
            }
            TokenTree::Literal(_) => false,
        };
        if let Some(item) = items.last_mut() {
            item.push(token);
        }
        if ends {
            items.push(Vec::new());
            has_body = true;
        }
    }
    items.retain(|item| !item.is_empty());
    items
}

/// What commas separate, those between the brackets of a type left aside.
fn split_commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![Vec::new()];
    let mut depth = 0_i32;
    let mut arrow = false;
    for token in tokens {
        let punct = match &token {
            TokenTree::Punct(punct) => punct.as_char(),
            _ => ' ',
        };
        match punct {
            '<' => depth += 1,
            '>' if !arrow => depth -= 1,
            ',' if depth == 0 => {
                parts.push(Vec::new());
                continue;
            }
            _ => {}
        }
        arrow = punct == '-' || punct == '=';
        if let Some(part) = parts.last_mut() {
            part.push(token);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::super::format;
    use quote::quote;

    /// Items that both printers know, and items that only one does.
    #[test]
    fn items_are_printed_as_by_way_of_their_tree() {
        let tokens = quote! {
            /// A number.
            pub const SIZE: u64 = 100;
            const RETRY: Retry = Retry { max_retries: 3, ..Retry::DEFAULT };
            pub type Pair<'a> = (&'a str, Option<Vec<[u8; 2]>>);

            /// "Quoted", with a \ in it.
            #[derive(Debug, Clone)]
            #[serde(rename_all = "snake_case", default)]
            pub struct Page<'a, T: Clone> {
                #[serde(borrow)]
                data: &'a RawValue,
                pub(crate) map: BTreeMap<String, Option<&'static [T]>>,
            }
            struct Empty {}

            pub enum Word { Open, /** Any other. */ Unknown(String) }
            enum Shape { Named { a: u8 } }

            impl<'de> Deserialize<'de> for Page<'de, u8> {
                const NAMES: &'static [&'static str] = &["a", "b"];
                type Item = u8;

                fn a<D: Deserializer<'de>>(&mut self, d: D) -> Result<Self, D::Error> {
                    let mut request = Request::get("/a")?;
                    let pair: (u8, u8) = (1, -2);
                    request.query("a", &pair.0);
                    request.size += 1;
                    if turn.size == 0 || !turn.more && turn.read >= total {
                        return Ok(None);
                    }
                    if a < b { return Ok(Some(c)); }
                    d.iter().map(|(a, b)| a * b + 1).collect::<Vec<_>>();
                    vec![page.data, x];
                    format!("{a}{}", b.c)
                }

                #[must_use]
                pub(crate) fn b(&self) -> Option<&str> {
                    match self.word() {
                        Self::Open => "open",
                        Self::Unknown(word) => word,
                    }
                }

                fn c() {}

                fn d(&self) -> u64 {
                    let x = if a { 1 } else { 2 };
                    let Some(y) = z else { return 0 };
                    for a in b { c(a); }
                    match x { 1 | 2 => Page { data: x, map }, _ => y as u64 }
                }

                fn e(&self) {
                    let change = |options: &mut Options| { options.a = 1; };
                    items.iter().for_each(|item| { drop(item); });
                    matches!(a, 1..=2)
                }
            }
        };
        let parsed = format::rust(&tokens.to_string());
        assert_eq!(format::lines(&format::items(tokens)), parsed);
    }

    #[test]
    fn most_of_a_resource_needs_no_tree() {
        let tokens = quote! {
            fn next(&self, turn: &Turn<'_, '_, Self>) -> Result<Option<u64>, Error> {
                if turn.size == 0 { return Ok(None); }
                let next = turn.position + turn.size;
                Ok(Some(next))
            }
        };
        let mut lines = super::Lines::default();
        let item: Vec<_> = tokens.into_iter().collect();
        assert!(lines.known_item(&item).is_ok());
    }
}
