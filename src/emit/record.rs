//! Records as Rust: the struct of a resource, the types inside it, and its columns.

use super::{text, uses::Uses};
use crate::model::{
    Disposition, Enum, Field, Item, MergeStrategy, Name, Record, Resource, Struct, TimeFormat,
    Type, Union,
};
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
    boxed: Vec<(usize, usize)>,
    formats: Vec<String>,
}

impl<'a> Types<'a> {
    /// The types of a resource.
    pub fn new(resource: &'a Resource) -> Self {
        let record = &resource.record;
        Self {
            resource,
            record,
            boxed: recursive_fields(record),
            formats: formats(record),
        }
    }

    /// The struct of the records.
    pub fn root(&self) -> Option<&'a Struct> {
        self.record.structs.first()
    }

    /// The record's struct with its columns, then the types inside it.
    pub fn items(&self, uses: &mut Uses) -> TokenStream {
        let mut items = TokenStream::new();
        uses.add("serde", "Deserialize");
        uses.add("serde", "Serialize");
        for (index, definition) in self.record.structs.iter().enumerate() {
            items.extend(self.structure(index, definition, uses));
            if index == 0 {
                items.extend(self.record_impl(definition, uses));
            }
        }
        for definition in &self.record.enums {
            items.extend(self.enumeration(definition, uses));
        }
        for definition in &self.record.unions {
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
        if plain(&field.name) != field.name.wire {
            notes.push(format!("Sent as {}.", text::code(&field.name.wire)));
        }
        let mut lines = paragraphs(field.description.as_deref(), &notes);
        if lines.is_empty() {
            lines.push(text::code(&field.name.wire));
        }
        let docs_ = docs(lines);
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
        quote!(#docs_ #rename #adapter pub #name: #ty,)
    }

    /// The serde attribute of a field that is not written as its type's own implementation has it.
    fn adapter(&self, field: &Field, uses: &mut Uses) -> Option<TokenStream> {
        let inner = self.form(&field.ty, field.lenient, uses)?;
        uses.runtime("As");
        if field.nullable {
            let with = text::literal(&format!("As::<Option<{inner}>>"));
            Some(quote!(#[serde(default, with = #with)]))
        } else {
            let with = text::literal(&format!("As::<{inner}>"));
            Some(quote!(#[serde(with = #with)]))
        }
    }

    /// The runtime's name for the form of a type on the wire, where it is not the type's own.
    fn form(&self, ty: &Type, lenient: bool, uses: &mut Uses) -> Option<String> {
        let named = |uses: &mut Uses, name: &'static str| {
            uses.runtime(name);
            Some(name.to_owned())
        };
        let item = |uses: &mut Uses, item: &Item| {
            let inner = self.form(&item.ty, lenient, uses)?;
            Some(if item.nullable {
                format!("Option<{inner}>")
            } else {
                inner
            })
        };
        match ty {
            Type::Timestamp(TimeFormat::Epoch) => named(uses, "Epoch"),
            Type::Timestamp(TimeFormat::EpochMillis) => named(uses, "EpochMillis"),
            Type::Timestamp(TimeFormat::Strftime(format))
            | Type::Date(Some(format))
            | Type::Time(Some(format)) => {
                uses.runtime("Formatted");
                Some(format!("Formatted<{}>", self.format_name(format)))
            }
            Type::Binary => named(uses, "Base64"),
            Type::String | Type::Integer | Type::Number | Type::Boolean if lenient => {
                named(uses, "Lenient")
            }
            Type::List(inner) => item(uses, inner).map(|inner| format!("Vec<{inner}>")),
            Type::Map(inner) => item(uses, inner).map(|inner| format!("BTreeMap<String, {inner}>")),
            _ => None,
        }
    }

    /// The struct that stands for a strftime format: `WireFormat`, `WireFormat2`, …
    fn format_name(&self, format: &str) -> String {
        let number = self
            .formats
            .iter()
            .position(|known| known == format)
            .unwrap_or_default()
            + 1;
        let mut name = if number == 1 {
            "WireFormat".to_owned()
        } else {
            format!("WireFormat{number}")
        };
        while self
            .record
            .structs
            .iter()
            .any(|known| known.type_name == name)
            || self
                .record
                .enums
                .iter()
                .any(|known| known.type_name == name)
            || self
                .record
                .unions
                .iter()
                .any(|known| known.type_name == name)
        {
            name.push('_');
        }
        name
    }

    /// The structs that stand for the strftime formats.
    fn format_items(&self, uses: &mut Uses) -> TokenStream {
        let items = self.formats.iter().map(|format| {
            uses.runtime("Format");
            let (name, literal) = (ident(&self.format_name(format)), text::literal(format));
            let docs_ = docs([format!("{} as the API writes it.", text::code(format))]);
            quote! {
                #docs_
                struct #name;

                impl Format for #name {
                    const FORMAT: &'static str = #literal;
                }
            }
        });
        items.collect()
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
            Type::Enum(index) => self.named(self.record.enums.get(*index).map(|ty| &ty.type_name)),
            Type::Union(index) => {
                self.named(self.record.unions.get(*index).map(|ty| &ty.type_name))
            }
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

    fn enumeration(&self, definition: &Enum, uses: &mut Uses) -> TokenStream {
        uses.runtime("word");
        let at = self
            .record
            .enums
            .iter()
            .position(|other| other.type_name == definition.type_name);
        let place =
            self.place_of(|ty| matches!((ty, at), (Type::Enum(index), Some(at)) if *index == at));
        let note = place.map_or_else(
            || "The known values; the API may add others.".to_owned(),
            |(place, _)| format!("The known values of {place}; the API may add others."),
        );
        let docs_ = docs(paragraphs(definition.description.as_deref(), &[note]));
        let name = ident(&definition.type_name);
        let unknown = ident(&definition.unknown);
        let variants = definition.variants.iter().map(|variant| {
            let docs_ = docs([text::code(&variant.wire)]);
            let variant = ident(&variant.rust);
            quote!(#docs_ #variant,)
        });
        let to_text = definition.variants.iter().map(|variant| {
            let (variant, wire) = (ident(&variant.rust), text::literal(&variant.wire));
            quote!(Self::#variant => #wire,)
        });
        let from_text = definition.variants.iter().map(|variant| {
            let (variant, wire) = (ident(&variant.rust), text::literal(&variant.wire));
            quote!(#wire => Self::#variant,)
        });
        uses.add("serde", "Deserializer");
        uses.add("serde", "Serializer");
        quote! {
            #docs_
            #[non_exhaustive]
            #[derive(Debug, Clone, PartialEq, Eq, Hash)]
            pub enum #name {
                #(#variants)*
                /// A value that this version does not know.
                #unknown(String),
            }

            impl #name {
                /// The value as the API writes it.
                #[must_use]
                pub fn as_str(&self) -> &str {
                    match self {
                        #(#to_text)*
                        Self::#unknown(word) => word,
                    }
                }
            }

            impl From<&str> for #name {
                fn from(word: &str) -> Self {
                    match word {
                        #(#from_text)*
                        other => Self::#unknown(other.to_owned()),
                    }
                }
            }

            impl Serialize for #name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }

            impl<'de> Deserialize<'de> for #name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    word::deserialize(deserializer)
                }
            }
        }
    }

    fn union(&self, definition: &Union, uses: &mut Uses) -> TokenStream {
        uses.runtime("Json");
        uses.add("serde", "Deserializer");
        uses.add("serde::de", "Error as _");
        let at = self
            .record
            .unions
            .iter()
            .position(|other| other.type_name == definition.type_name);
        let place =
            self.place_of(|ty| matches!((ty, at), (Type::Union(index), Some(at)) if *index == at));
        let note = place.map_or_else(
            || "One of several types.".to_owned(),
            |(place, list)| {
                if list {
                    format!("One of {place}, of one of several types.")
                } else {
                    format!("Value of {place}, of one of several types.")
                }
            },
        );
        let docs_ = docs(paragraphs(definition.description.as_deref(), &[note]));
        let name = ident(&definition.type_name);
        let variants: Vec<_> = definition
            .variants
            .iter()
            .map(|(rust, ty)| (ident(rust), self.ty(ty, uses), ty))
            .collect();
        let declared: Vec<_> = variants
            .iter()
            .map(|(variant, rust, ty)| {
                let docs_ = docs([phrase(ty).to_owned()]);
                let with = self.form(ty, false, uses).map(|form| {
                    uses.runtime("As");
                    let with = text::literal(&format!("As::<{form}>"));
                    quote!(#[serde(with = #with)])
                });
                quote!(#docs_ #with #variant(#rust),)
            })
            .collect();
        let tried: Vec<_> = variants
            .iter()
            .map(|(variant, _, ty)| match self.form(ty, false, uses) {
                None => quote! {
                    if let Ok(value) = serde_json::from_str(json) { return Ok(Self::#variant(value)); }
                },
                Some(form) => {
                    let form: TokenStream = form.parse().unwrap_or_default();
                    quote! {
                        let mut inner = serde_json::Deserializer::from_str(json);
                        if let Ok(value) = As::<#form>::deserialize(&mut inner) { return Ok(Self::#variant(value)); }
                    }
                }
            })
            .collect();
        let message = text::literal(&format!(
            "none of the {} types fits",
            definition.variants.len()
        ));
        quote! {
            #docs_
            #[non_exhaustive]
            #[derive(Debug, Clone, PartialEq, Serialize)]
            #[serde(untagged)]
            pub enum #name { #(#declared)* }

            impl<'de> Deserialize<'de> for #name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let json = Json::deserialize(deserializer)?;
                    let json = json.as_str();
                    #(#tried)*
                    Err(D::Error::custom(#message))
                }
            }
        }
    }

    fn record_impl(&self, root: &Struct, uses: &mut Uses) -> TokenStream {
        uses.runtime("Record");
        uses.runtime("Column");
        uses.runtime("ColumnType");
        uses.runtime("Disposition");
        uses.runtime("RowWriter");
        let name = ident(&root.type_name);
        let resource = text::literal(&self.resource.name.wire);
        let mut columns: Vec<TokenStream> = root.fields.iter().map(column).collect();
        let mut rows: Vec<TokenStream> = root.fields.iter().map(|field| self.row(field)).collect();
        if let Some(rest) = &self.record.keep_unknown {
            let (column, rest) = (text::literal(rest.trim_start_matches("r#")), ident(rest));
            columns.push(quote!(Column::required(#column, ColumnType::Json),));
            rows.push(quote!(row.json(Some(&self.#rest))));
        }
        let row = ident(if rows.is_empty() { "_row" } else { "row" });
        let last = rows.pop().unwrap_or_else(|| quote!(Ok(())));
        let primary_key = keys(&self.record.primary_key);
        let keeps_unknown = self.record.keep_unknown.as_ref();
        let keeps_unknown = keeps_unknown.map(|_| {
            quote!(
                const KEEPS_UNKNOWN: bool = true;
            )
        });
        let primary_key = (!self.record.primary_key.is_empty())
            .then(|| quote!(const PRIMARY_KEY: &'static [&'static str] = &[#primary_key];));
        let merge_key = (!self.record.merge_key.is_empty()).then(|| {
            let keys = keys(&self.record.merge_key);
            quote!(const MERGE_KEY: &'static [&'static str] = &[#keys];)
        });
        let disposition = self.disposition(uses);
        quote! {
            impl Record for #name {
                const RESOURCE: &'static str = #resource;
                const COLUMNS: &'static [Column] = &[#(#columns)*];
                #keeps_unknown
                #primary_key
                #merge_key
                #disposition

                fn write<W: RowWriter>(&self, #row: &mut W) -> Result<(), W::Error> {
                    #(#rows?;)*
                    #last
                }
            }
        }
    }

    fn disposition(&self, uses: &mut Uses) -> TokenStream {
        let value = match &self.resource.disposition {
            Disposition::Append => quote!(Disposition::Append),
            Disposition::Replace => quote!(Disposition::Replace),
            Disposition::Merge {
                strategy,
                hard_delete,
            } => {
                uses.runtime("MergeStrategy");
                let strategy = ident(match strategy {
                    MergeStrategy::Upsert => "Upsert",
                    MergeStrategy::DeleteInsert => "DeleteInsert",
                    MergeStrategy::InsertOnly => "InsertOnly",
                    MergeStrategy::Scd2 => "Scd2",
                });
                match hard_delete {
                    Some(field) => {
                        let field = text::literal(field);
                        quote!(Disposition::Merge { strategy: MergeStrategy::#strategy, hard_delete: Some(#field) })
                    }
                    None => quote!(Disposition::merge(MergeStrategy::#strategy)),
                }
            }
        };
        quote!(const DISPOSITION: Disposition = #value;)
    }

    /// One column of `write`.
    fn row(&self, field: &Field) -> TokenStream {
        let name = ident(&field.name.rust);
        let nullable = field.nullable;
        match &field.ty {
            Type::String if nullable => quote!(row.text(self.#name.as_deref())),
            Type::String => quote!(row.text(Some(&self.#name))),
            Type::Binary if nullable => quote!(row.binary(self.#name.as_deref())),
            Type::Binary => quote!(row.binary(Some(&self.#name))),
            Type::Enum(index) if nullable => {
                let ty = self.named(self.record.enums.get(*index).map(|ty| &ty.type_name));
                quote!(row.text(self.#name.as_ref().map(#ty::as_str)))
            }
            Type::Enum(_) => quote!(row.text(Some(self.#name.as_str()))),
            Type::Decimal if nullable => {
                quote!(row.decimal(self.#name.as_ref().map(Decimal::as_str)))
            }
            Type::Decimal => quote!(row.decimal(Some(self.#name.as_str()))),
            Type::Uuid if nullable => quote!(row.uuid(self.#name.map(Uuid::as_bytes))),
            Type::Uuid => quote!(row.uuid(Some(self.#name.as_bytes()))),
            ty => {
                let method = ident(row_method(ty));
                let copy = matches!(
                    ty,
                    Type::Integer
                        | Type::Number
                        | Type::Boolean
                        | Type::Timestamp(_)
                        | Type::Date(_)
                        | Type::Time(_)
                );
                match (copy, nullable) {
                    (true, true) => quote!(row.#method(self.#name)),
                    (true, false) => quote!(row.#method(Some(self.#name))),
                    (false, true) => quote!(row.#method(self.#name.as_ref())),
                    (false, false) => quote!(row.#method(Some(&self.#name))),
                }
            }
        }
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

fn keys(paths: &[Vec<String>]) -> TokenStream {
    let names = paths.iter().map(|path| text::literal(&path.join(".")));
    quote!(#(#names),*)
}

/// The column of a field.
fn column(field: &Field) -> TokenStream {
    let (name, wire) = (plain(&field.name), field.name.wire.as_str());
    let (column, key) = (text::literal(name), text::literal(wire));
    let (kind, nullable) = (ident(column_type(&field.ty)), field.nullable);
    match (name == wire, nullable) {
        (true, true) => quote!(Column::nullable(#column, ColumnType::#kind),),
        (true, false) => quote!(Column::required(#column, ColumnType::#kind),),
        (false, _) => quote!(Column::renamed(#key, #column, ColumnType::#kind, #nullable),),
    }
}

/// The variant of the runtime's `ColumnType`.
fn column_type(ty: &Type) -> &'static str {
    match ty {
        Type::String | Type::Enum(_) => "Text",
        Type::Integer => "Integer",
        Type::Number => "Number",
        Type::Boolean => "Boolean",
        Type::Decimal => "Decimal",
        Type::Timestamp(_) => "Timestamp",
        Type::Date(_) => "Date",
        Type::Time(_) => "Time",
        Type::Uuid => "Uuid",
        Type::Binary => "Binary",
        Type::Json | Type::Map(_) | Type::List(_) | Type::Struct(_) | Type::Union(_) => "Json",
    }
}

/// The method of the runtime's `RowWriter`.
fn row_method(ty: &Type) -> &'static str {
    match ty {
        Type::String | Type::Enum(_) => "text",
        Type::Integer => "integer",
        Type::Number => "number",
        Type::Boolean => "boolean",
        Type::Decimal => "decimal",
        Type::Timestamp(_) => "timestamp",
        Type::Date(_) => "date",
        Type::Time(_) => "time",
        Type::Uuid => "uuid",
        Type::Binary => "binary",
        Type::Json | Type::Map(_) | Type::List(_) | Type::Struct(_) | Type::Union(_) => "json",
    }
}

/// A type as documentation says it.
pub fn phrase(ty: &Type) -> &'static str {
    match ty {
        Type::String => "Text.",
        Type::Integer => "A whole number.",
        Type::Number => "A number.",
        Type::Boolean => "A boolean.",
        Type::Decimal => "An exact decimal.",
        Type::Timestamp(_) => "An instant.",
        Type::Date(_) => "A calendar date.",
        Type::Time(_) => "A time of day.",
        Type::Uuid => "A UUID.",
        Type::Binary => "Bytes.",
        Type::Json => "Any other JSON.",
        Type::Map(_) => "A map.",
        Type::List(_) => "A list.",
        Type::Struct(_) => "An object.",
        Type::Enum(_) => "A word.",
        Type::Union(_) => "One of several types.",
    }
}

/// The strftime formats of a record's fields, in their order, each once.
fn formats(record: &Record) -> Vec<String> {
    fn collect(ty: &Type, found: &mut Vec<String>) {
        match ty {
            Type::Timestamp(TimeFormat::Strftime(format))
            | Type::Date(Some(format))
            | Type::Time(Some(format))
                if !found.contains(format) =>
            {
                found.push(format.clone());
            }
            Type::List(item) | Type::Map(item) => collect(&item.ty, found),
            _ => {}
        }
    }
    let mut found = Vec::new();
    let fields = record
        .structs
        .iter()
        .flat_map(|definition| &definition.fields)
        .map(|field| &field.ty);
    for ty in fields.chain(
        record
            .unions
            .iter()
            .flat_map(|union| &union.variants)
            .map(|(_, ty)| ty),
    ) {
        collect(ty, &mut found);
    }
    found
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
