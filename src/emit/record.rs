//! Records as Rust: the struct of a resource, the types inside it, and its columns.

mod columns;
mod forms;
mod relations;
mod variants;

use super::{text, uses::Uses, wire};
use crate::model::{Field, Item, Name, Record, Resource, Struct, Type, Wire};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

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
    pub fn wire_items(&self, uses: &mut Uses) -> TokenStream {
        let root = self.record.structs.first();
        root.map(|root| self.wire_structure(root, uses))
            .unwrap_or_default()
    }

    fn wire_structure(&self, definition: &Struct, uses: &mut Uses) -> TokenStream {
        let docs_ = docs([format!(
            "What the API sends for one [`{}`].",
            self.resource.record_type()
        )]);
        let name = ident(&definition.type_name);
        let fields: TokenStream = definition
            .fields
            .iter()
            .enumerate()
            .map(|(at, field)| {
                let (attributes, field) = self.bare_field((0, at), field, uses);
                quote!(#attributes #field)
            })
            .collect();
        let rest = self.record.keep_unknown.as_ref().map(|rust| {
            let rust = ident(rust);
            quote!(#[serde(flatten)] #rust: BTreeMap<String, Value>,)
        });
        quote! {
            #docs_
            #[derive(Debug, Deserialize)]
            pub struct #name { #fields #rest }
        }
    }

    /// The record's struct with its columns, then the types inside it.
    pub fn items(&self, uses: &mut Uses) -> TokenStream {
        let mut items = TokenStream::new();
        uses.add("serde", "Deserialize");
        uses.add("serde", "Serialize");
        let used = self.resource.inner_types();
        for (index, definition) in self.record.structs.iter().enumerate() {
            if index > 0 && !used.contains(&Type::Struct(index)) {
                continue;
            }
            items.extend(self.structure(index, definition, uses));
            if index == 0 {
                items.extend(self.record_impl(definition, uses));
            }
        }
        for definition in self.resource.own_enums() {
            items.extend(self.enumeration(definition, uses));
        }
        for (index, definition) in self.record.unions.iter().enumerate() {
            if !used.contains(&Type::Union(index)) {
                continue;
            }
            items.extend(self.union(definition, uses));
        }
        items.extend(self.format_items(uses));
        items
    }

    fn structure(&self, index: usize, definition: &Struct, uses: &mut Uses) -> TokenStream {
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
        let docs_ = docs(paragraphs(definition.description.as_deref(), &[note]));
        let name = ident(&definition.type_name);
        let fields: TokenStream = definition
            .fields
            .iter()
            .enumerate()
            .map(|(at, field)| self.field((index, at), field, uses))
            .collect();
        let rest = self
            .record
            .keep_unknown
            .as_ref()
            .filter(|_| index == 0)
            .map(|rust| {
                let rust = ident(rust);
                uses.add("serde_json", "Value");
                uses.add("std::collections", "BTreeMap");
                quote! {
                    /// Fields that the API sends beyond those above.
                    #[serde(flatten)]
                    pub #rust: BTreeMap<String, Value>,
                }
            });
        quote! {
            #docs_
            #[non_exhaustive]
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            pub struct #name { #fields #rest }
        }
    }

    fn field(&self, at: (usize, usize), field: &Field, uses: &mut Uses) -> TokenStream {
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
        let docs_ = docs(lines);
        let (attributes, field) = self.bare_field(at, field, uses);
        quote!(#docs_ #attributes pub #field)
    }

    /// serde's attributes of a field, and its name and type.
    fn bare_field(
        &self,
        at: (usize, usize),
        field: &Field,
        uses: &mut Uses,
    ) -> (TokenStream, TokenStream) {
        let rename = (field.name.rust != field.name.wire && !is_raw_of(&field.name)).then(|| {
            let wire = text::literal(&field.name.wire);
            quote!(#[serde(rename = #wire)])
        });
        let adapter = self.adapter(field, uses);
        let name = ident(&field.name.rust);
        let mut ty = self.ty(&field.ty, uses);
        if self.boxed.contains(&at) {
            ty = quote!(Box<#ty>);
        }
        if field.nullable {
            ty = quote!(Option<#ty>);
        }
        (quote!(#rename #adapter), quote!(#name: #ty,))
    }

    /// The Rust type, without the `Option` of a nullable field.
    pub fn ty(&self, ty: &Type, uses: &mut Uses) -> TokenStream {
        let named = |uses: &mut Uses, name: &'static str| {
            uses.runtime(name);
            let name = ident(name);
            quote!(#name)
        };
        match ty {
            Type::String => quote!(String),
            Type::Integer => quote!(i64),
            Type::Number => quote!(f64),
            Type::Boolean => quote!(bool),
            Type::Decimal => named(uses, "Decimal"),
            Type::Timestamp(_) => named(uses, "Timestamp"),
            Type::Date(_) => named(uses, "Date"),
            Type::Time(_) => named(uses, "Time"),
            Type::Uuid => named(uses, "Uuid"),
            Type::Binary => quote!(Vec<u8>),
            Type::Json => named(uses, "Json"),
            Type::Map(item) => {
                uses.add("std::collections", "BTreeMap");
                let item = self.item(item, uses);
                quote!(BTreeMap<String, #item>)
            }
            Type::List(item) => {
                let item = self.item(item, uses);
                quote!(Vec<#item>)
            }
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
    fn enum_name(&self, index: usize) -> TokenStream {
        let definition = self.record.enums.get(index);
        let name = self.named(definition.map(|ty| &ty.type_name));
        match definition.and_then(|ty| ty.module.as_ref()) {
            Some(module) => {
                let module = ident(module);
                quote!(super::#module::#name)
            }
            None => name,
        }
    }

    fn named(&self, name: Option<&String>) -> TokenStream {
        let name = ident(name.map_or("String", String::as_str));
        quote!(#name)
    }

    fn item(&self, item: &Item, uses: &mut Uses) -> TokenStream {
        let ty = self.ty(&item.ty, uses);
        if item.nullable {
            quote!(Option<#ty>)
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
