//! Enums and unions of records.

use super::{Types, docs, ident, paragraphs, tokens, write_docs};
use crate::emit::{text, uses::Uses};
use crate::model::{Enum, Type, Union};
use proc_macro2::TokenStream;
use quote::quote;

impl Types<'_> {
    pub(super) fn enumeration(&self, definition: &Enum, uses: &mut Uses) -> String {
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
        let mut text = String::with_capacity(2048);
        write_docs(
            &paragraphs(definition.description.as_deref(), &[note]),
            "",
            &mut text,
        );
        let (name, unknown) = (&definition.type_name, &definition.unknown);
        let (mut variants, mut to_text, mut from_text) = <(String, String, String)>::default();
        for variant in &definition.variants {
            let (rust, wire) = (&variant.rust, text::quoted(&variant.wire));
            write_docs(&[text::code(&variant.wire)], "    ", &mut variants);
            variants += &format!("    {rust},\n");
            to_text += &format!("            Self::{rust} => {wire},\n");
            from_text += &format!("            {wire} => Self::{rust},\n");
        }
        uses.add("serde", "Deserializer");
        uses.add("serde", "Serializer");
        text += &format!(
            "#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum {name} {{
{variants}    /// A value that this version does not know.
    {unknown}(String),
}}
impl {name} {{
    /// The value as the API writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {{
        match self {{
{to_text}            Self::{unknown}(word) => word,
        }}
    }}
}}
impl From<&str> for {name} {{
    fn from(word: &str) -> Self {{
        match word {{
{from_text}            other => Self::{unknown}(other.to_owned()),
        }}
    }}
}}
impl Serialize for {name} {{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {{
        serializer.serialize_str(self.as_str())
    }}
}}
impl<'de> Deserialize<'de> for {name} {{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {{
        word::deserialize(deserializer)
    }}
}}
"
        );
        text
    }

    pub(super) fn union(&self, definition: &Union, uses: &mut Uses) -> TokenStream {
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
            .map(|(rust, ty)| (ident(rust), tokens(&self.ty(ty, uses)), ty))
            .collect();
        let declared: Vec<_> = variants
            .iter()
            .map(|(variant, rust, ty)| {
                let docs_ = docs([phrase(ty).to_owned()]);
                let with = self.form(ty, false, false, uses).map(|form| {
                    uses.runtime("As");
                    let with = text::literal(&format!("As::<{form}>"));
                    quote!(#[serde(with = #with)])
                });
                quote!(#docs_ #with #variant(#rust),)
            })
            .collect();
        let tried: Vec<_> = variants
            .iter()
            .map(|(variant, _, ty)| match self.form(ty, false, false, uses) {
                None => quote! {
                    if let Ok(value) = serde_json::from_str(json) { return Ok(Self::#variant(value)); }
                },
                Some(form) => {
                    let form = tokens(&form);
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
}

/// A type as documentation says it.
fn phrase(ty: &Type) -> &'static str {
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
