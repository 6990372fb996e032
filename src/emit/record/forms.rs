//! Fields that the wire writes in another form than their type does.

use super::{Types, docs, ident};
use crate::emit::{text, uses::Uses};
use crate::model::{BodyFormat, Field, Item, Record, TimeFormat, Type};
use proc_macro2::TokenStream;
use quote::quote;

impl Types<'_> {
    /// The serde attribute of a field that is not written as its type's own implementation has it.
    pub(super) fn adapter(&self, field: &Field, uses: &mut Uses) -> Option<String> {
        let inner = self.form(&field.ty, field.nullable, field.lenient, uses)?;
        uses.runtime("As");
        if field.nullable {
            let with = text::quoted(&format!("As::<Option<{inner}>>"));
            Some(format!("#[serde(default, with = {with})]"))
        } else {
            let with = text::quoted(&format!("As::<{inner}>"));
            Some(format!("#[serde(with = {with})]"))
        }
    }

    /// The form of a field of a format that has texts only, where it is another one there.
    fn untyped(&self, ty: &Type, nullable: bool) -> Option<&'static str> {
        if !self.resource.decoder.is_untyped() {
            return None;
        }
        match ty {
            Type::Integer | Type::Number | Type::Boolean => Some("Lenient"),
            Type::String if !nullable => Some("BlankText"),
            Type::Timestamp(TimeFormat::Epoch) => Some("EpochText"),
            Type::Timestamp(TimeFormat::EpochMillis) => Some("EpochMillisText"),
            // A cell has no other way to hold one.
            Type::Json if self.resource.decoder.format != BodyFormat::Xml => Some("JsonText"),
            _ => None,
        }
    }

    /// The runtime's name for the form of a type on the wire, where it is not the type's own.
    pub(super) fn form(
        &self,
        ty: &Type,
        nullable: bool,
        lenient: bool,
        uses: &mut Uses,
    ) -> Option<String> {
        let named = |uses: &mut Uses, name: &'static str| {
            uses.runtime(name);
            Some(name.to_owned())
        };
        let item = |uses: &mut Uses, item: &Item| {
            let inner = self.form(&item.ty, item.nullable, lenient, uses)?;
            Some(if item.nullable {
                format!("Option<{inner}>")
            } else {
                inner
            })
        };
        if let Some(name) = self.untyped(ty, nullable) {
            return named(uses, name);
        }
        match ty {
            Type::Timestamp(TimeFormat::Epoch) => named(uses, "Epoch"),
            Type::Timestamp(TimeFormat::EpochMillis) => named(uses, "EpochMillis"),
            Type::Timestamp(TimeFormat::AnyOf(formats)) => {
                let forms = formats.iter().map(|format| {
                    let one = self.form(&Type::Timestamp(format.clone()), false, lenient, uses);
                    one.or_else(|| named(uses, "Rfc3339"))
                });
                let forms: Vec<String> = forms.collect::<Option<_>>()?;
                uses.runtime("FirstOf");
                forms
                    .into_iter()
                    .rev()
                    .reduce(|rest, one| format!("FirstOf<{one}, {rest}>"))
            }
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
    pub(super) fn format_name(&self, format: &str) -> String {
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
    pub(super) fn format_items(&self, uses: &mut Uses) -> TokenStream {
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
}

/// The strftime formats of the fields of records, in their order, each once.
pub fn formats<'r>(records: impl Iterator<Item = &'r Record>) -> Vec<String> {
    fn collect(ty: &Type, found: &mut Vec<String>) {
        match ty {
            Type::Timestamp(TimeFormat::Strftime(format))
            | Type::Date(Some(format))
            | Type::Time(Some(format))
                if !found.contains(format) =>
            {
                found.push(format.clone());
            }
            Type::Timestamp(TimeFormat::AnyOf(formats)) => {
                for format in formats {
                    collect(&Type::Timestamp(format.clone()), found);
                }
            }
            Type::List(item) | Type::Map(item) => collect(&item.ty, found),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for record in records {
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
    }
    found
}
