//! Records as Rust: the struct of a resource, the types inside it, and its columns.
//!
//! Most of a generated crate is this, line by line the same but for names. It is written as text, one field, statement or
//! signature a line, which costs a fraction of making tokens of it and printing those.

mod columns;
mod forms;
mod relations;
mod variants;

use super::{format, text, uses::Uses, wire};
use crate::model::{Field, Item, Name, Record, Resource, Struct, Type, Wire};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;
use std::borrow::Cow;
use std::fmt::Write as _;

/// A Rust name as an identifier; raw ones come with their `r#`.
pub fn ident(rust: &str) -> Ident {
    match rust.strip_prefix("r#") {
        Some(word) => Ident::new_raw(word, Span::call_site()),
        None => Ident::new(rust, Span::call_site()),
    }
}

/// Doc attributes, one per line.
pub fn docs(lines: impl IntoIterator<Item = String>) -> TokenStream {
    lines
        .into_iter()
        .map(|line| {
            let line = Literal::string(&if line.is_empty() {
                line
            } else {
                format!(" {line}")
            });
            quote!(#[doc = #line])
        })
        .collect()
}

/// Writes doc comments.
fn write_docs(lines: &[String], indent: &str, out: &mut String) {
    for line in lines {
        out.push_str(indent);
        out.push_str("///");
        if !line.is_empty() {
            out.push(' ');
            out.push_str(line.trim_end());
        }
        out.push('\n');
    }
}

/// What was written as text, where tokens go on from it.
pub fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}

/// The lines of a description and of what this crate has to say beside it, as paragraphs.
pub fn paragraphs(description: Option<&str>, notes: &[String]) -> Vec<String> {
    let mut lines = description.map(text::doc_lines).unwrap_or_default();
    for note in notes {
        match lines.last_mut() {
            // Short remarks go on in the line of a finished sentence.
            Some(last) if lines_is_one_sentence(last) && last.len() + note.len() < 90 => {
                last.push(' ');
                last.push_str(note);
            }
            Some(_) => lines.extend([String::new(), note.clone()]),
            None => lines.push(note.clone()),
        }
    }
    lines
}

fn lines_is_one_sentence(line: &str) -> bool {
    line.ends_with('.')
        && !line.starts_with(['-', '*', '+', '#', '|'])
        && !line.starts_with(|c: char| c.is_ascii_digit())
}

/// Everything that [`Record`] says, as items of one file.
pub struct Types<'a> {
    resource: &'a Resource,
    record: &'a Record,
    /// What the API sends, where the record is made from it.
    wire: Option<&'a Wire>,
    boxed: Vec<(usize, usize)>,
    formats: Vec<String>,
}

impl<'a> Types<'a> {
    /// The types of a resource.
    pub fn new(resource: &'a Resource) -> Self {
        let record = &resource.record;
        let wire = resource.wire.as_ref();
        let sent = wire.map(|wire| &wire.record);
        Self {
            resource,
            record,
            wire,
            boxed: recursive_fields(record),
            formats: forms::formats([record].into_iter().chain(sent)),
        }
    }

    /// The types of what the API sends, where the record is made from it.
    pub fn sent(resource: &'a Resource, wire: &'a Wire) -> Self {
        Self {
            record: &wire.record,
            boxed: recursive_fields(&wire.record),
            ..Self::new(resource)
        }
    }

    /// The struct of what the API sends. It is public as `Endpoint` is, and nobody outside can make use of it.
    pub fn wire_items(&self, uses: &mut Uses) -> String {
        let Some(root) = self.record.structs.first() else {
            return String::new();
        };
        let (record, name) = (self.resource.record_type(), &root.type_name);
        let mut fields = String::new();
        for (at, field) in root.fields.iter().enumerate() {
            self.bare_field((0, at), field, "", uses, &mut fields);
        }
        if let Some(rest) = &self.record.keep_unknown {
            fields += "    #[serde(flatten)]\n";
            fields += &format!("    {rest}: BTreeMap<String, Value>,\n");
        }
        let body = braced(&fields);
        format!(
            "/// What the API sends for one [`{record}`].\n#[derive(Debug, Deserialize)]\npub struct {name} {body}\n"
        )
    }

    /// The record's struct with its columns, then the types inside it: lines for [`format::lines`].
    pub fn items(&self, uses: &mut Uses) -> String {
        let mut items = String::new();
        uses.add("serde", "Deserialize");
        uses.add("serde", "Serialize");
        let used = self.resource.inner_types();
        for (index, definition) in self.record.structs.iter().enumerate() {
            if index > 0 && !used.contains(&Type::Struct(index)) {
                continue;
            }
            self.structure(index, definition, uses, &mut items);
            if index == 0 {
                items += &self.record_impl(definition, uses);
            }
        }
        for definition in self.resource.own_enums() {
            items += &self.enumeration(definition, uses);
        }
        for (index, definition) in self.record.unions.iter().enumerate() {
            if used.contains(&Type::Union(index)) {
                items += &format::items(self.union(definition, uses));
            }
        }
        items += &format::items(self.format_items(uses));
        items
    }

    fn structure(&self, index: usize, definition: &Struct, uses: &mut Uses, out: &mut String) {
        let wire = text::code(&self.resource.name.wire);
        let note = if index == 0 {
            format!("One record of {wire}.")
        } else {
            self.place_of(|ty| *ty == Type::Struct(index)).map_or_else(
                || format!("Part of {wire}."),
                |(place, list)| {
                    if list {
                        format!("One of {place}.")
                    } else {
                        format!("Value of {place}.")
                    }
                },
            )
        };
        write_docs(
            &paragraphs(definition.description.as_deref(), &[note]),
            "",
            out,
        );
        let name = &definition.type_name;
        let mut fields = String::with_capacity(64 * definition.fields.len());
        for (at, field) in definition.fields.iter().enumerate() {
            self.field((index, at), field, uses, &mut fields);
        }
        if let Some(rest) = self.record.keep_unknown.as_ref().filter(|_| index == 0) {
            uses.add("serde_json", "Value");
            uses.add("std::collections", "BTreeMap");
            fields += "    /// Fields that the API sends beyond those above.\n";
            fields += "    #[serde(flatten)]\n";
            fields += &format!("    pub {rest}: BTreeMap<String, Value>,\n");
        }
        *out += "#[non_exhaustive]\n";
        *out += "#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]\n";
        *out += &format!("pub struct {name} {}\n", braced(&fields));
    }

    fn field(&self, at: (usize, usize), field: &Field, uses: &mut Uses, out: &mut String) {
        let mut notes = Vec::new();
        if field.key {
            notes.push("Part of the primary key.".to_owned());
        }
        if let (0, Some(wire)) = (at.0, self.wire) {
            notes.extend(wire::origin(wire, at.1, plain(&field.name)));
        } else if plain(&field.name) != field.name.wire {
            notes.push(format!("Sent as {}.", text::code(&field.name.wire)));
        }
        let mut lines = paragraphs(field.description.as_deref(), &notes);
        if lines.is_empty() {
            lines.push(text::code(&field.name.wire));
        }
        write_docs(&lines, "    ", out);
        self.bare_field(at, field, "pub ", uses, out);
    }

    /// serde's attributes of a field, and its name and type.
    fn bare_field(
        &self,
        at: (usize, usize),
        field: &Field,
        visibility: &str,
        uses: &mut Uses,
        out: &mut String,
    ) {
        if field.name.rust != field.name.wire && !is_raw_of(&field.name) {
            let wire = text::quoted(&field.name.wire);
            *out += &format!("    #[serde(rename = {wire})]\n");
        }
        if let Some(adapter) = self.adapter(field, uses) {
            *out += &format!("    {adapter}\n");
        }
        let mut ty = self.ty(&field.ty, uses);
        if self.boxed.contains(&at) {
            ty = format!("Box<{ty}>").into();
        }
        let name = &field.name.rust;
        // Writing to a `String` cannot fail.
        let _ = if field.nullable {
            writeln!(out, "    {visibility}{name}: Option<{ty}>,")
        } else {
            writeln!(out, "    {visibility}{name}: {ty},")
        };
    }

    /// The Rust type, without the `Option` of a nullable field.
    pub fn ty(&self, ty: &Type, uses: &mut Uses) -> Cow<'a, str> {
        let named = |uses: &mut Uses, name: &'static str| {
            uses.runtime(name);
            name.into()
        };
        match ty {
            Type::String => "String".into(),
            Type::Integer => "i64".into(),
            Type::Number => "f64".into(),
            Type::Boolean => "bool".into(),
            Type::Decimal => named(uses, "Decimal"),
            Type::Timestamp(_) => named(uses, "Timestamp"),
            Type::Date(_) => named(uses, "Date"),
            Type::Time(_) => named(uses, "Time"),
            Type::Uuid => named(uses, "Uuid"),
            Type::Binary => "Vec<u8>".into(),
            Type::Json => named(uses, "Json"),
            Type::Map(item) => {
                uses.add("std::collections", "BTreeMap");
                format!("BTreeMap<String, {}>", self.item(item, uses)).into()
            }
            Type::List(item) => format!("Vec<{}>", self.item(item, uses)).into(),
            Type::Struct(index) => {
                self.named(self.record.structs.get(*index).map(|ty| &ty.type_name))
            }
            Type::Enum(index) => self.enum_name(*index),
            Type::Union(index) => {
                self.named(self.record.unions.get(*index).map(|ty| &ty.type_name))
            }
        }
    }

    /// An enum: with its module, where that is another.
    fn enum_name(&self, index: usize) -> Cow<'a, str> {
        let definition = self.record.enums.get(index);
        let name = self.named(definition.map(|ty| &ty.type_name));
        match definition.and_then(|ty| ty.module.as_ref()) {
            Some(module) => format!("super::{module}::{name}").into(),
            None => name,
        }
    }

    fn named(&self, name: Option<&'a String>) -> Cow<'a, str> {
        name.map_or("String", String::as_str).into()
    }

    fn item(&self, item: &Item, uses: &mut Uses) -> Cow<'a, str> {
        let ty = self.ty(&item.ty, uses);
        if item.nullable {
            format!("Option<{ty}>").into()
        } else {
            ty
        }
    }

    /// The field that holds a type first, as the docs say it, and whether it is a list there.
    fn place_of(&self, wanted: impl Fn(&Type) -> bool) -> Option<(String, bool)> {
        fn inside(ty: &Type, wanted: &impl Fn(&Type) -> bool, list: bool) -> Option<bool> {
            match ty {
                ty if wanted(ty) => Some(list),
                Type::List(item) | Type::Map(item) => inside(&item.ty, wanted, true),
                _ => None,
            }
        }
        self.record
            .structs
            .iter()
            .flat_map(|definition| &definition.fields)
            .find_map(|field| {
                inside(&field.ty, &wanted, false).map(|list| (text::code(&field.name.wire), list))
            })
    }
}

/// Lines between braces.
fn braced(lines: &str) -> String {
    if lines.is_empty() {
        "{}".to_owned()
    } else {
        format!("{{\n{lines}}}")
    }
}

/// The Rust name without `r#`: the name of the column.
pub fn plain(name: &Name) -> &str {
    name.rust.strip_prefix("r#").unwrap_or(&name.rust)
}

/// serde itself takes `r#type` for `type`.
fn is_raw_of(name: &Name) -> bool {
    name.rust.strip_prefix("r#") == Some(name.wire.as_str())
}

/// Struct fields that lead back to their own struct without a list or map between: they are boxed.
fn recursive_fields(record: &Record) -> Vec<(usize, usize)> {
    fn direct<'r>(record: &'r Record, ty: &'r Type, out: &mut Vec<usize>) {
        match ty {
            Type::Struct(index) => out.push(*index),
            Type::Union(index) => {
                for (_, ty) in record
                    .unions
                    .get(*index)
                    .map_or(&[][..], |union| &union.variants)
                {
                    if !matches!(ty, Type::Union(_)) {
                        direct(record, ty, out);
                    }
                }
            }
            _ => {}
        }
    }
    let edges: Vec<Vec<Vec<usize>>> = record
        .structs
        .iter()
        .map(|definition| {
            let targets = |field: &Field| {
                let mut out = Vec::new();
                direct(record, &field.ty, &mut out);
                out
            };
            definition.fields.iter().map(targets).collect()
        })
        .collect();
    let mut boxed = Vec::new();
    for (from, fields) in edges.iter().enumerate() {
        for (at, targets) in fields.iter().enumerate() {
            let mut seen = vec![false; edges.len()];
            let mut open = targets.clone();
            while let Some(node) = open.pop() {
                if node == from {
                    boxed.push((from, at));
                    break;
                }
                if let Some(mark) = seen.get_mut(node)
                    && !std::mem::replace(mark, true)
                {
                    open.extend(edges.get(node).into_iter().flatten().flatten());
                }
            }
        }
    }
    boxed
}
