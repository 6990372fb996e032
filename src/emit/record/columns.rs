//! `impl Record`: the columns of a record and how it writes them.

use super::super::table::{self, Column, ColumnType, Origin};
use super::super::text;
use super::super::uses::Uses;
use super::{Types, ident};
use crate::model::{Disposition, MergeStrategy, Struct, Type};
use proc_macro2::TokenStream;
use quote::quote;

impl Types<'_> {
    /// The columns of a record and how it writes them.
    pub(super) fn record_impl(&self, root: &Struct, uses: &mut Uses) -> TokenStream {
        uses.runtime("Record");
        uses.runtime("Column");
        uses.runtime("ColumnType");
        uses.runtime("Disposition");
        uses.runtime("RowWriter");
        let name = ident(&root.type_name);
        let resource = text::literal(&self.resource.name.wire);
        let columns = table::columns(self.record);
        let rows = columns.iter();
        let mut rows: Vec<_> = rows
            .map(|(column, origin)| self.row(column, origin))
            .collect();
        let columns: Vec<_> = columns.iter().map(|(column, _)| constant(column)).collect();
        let row = ident(if rows.is_empty() { "_row" } else { "row" });
        let last = rows.pop().unwrap_or_else(|| quote!(Ok(())));
        let primary_key = keys(&table::key_columns(self.record, &self.record.primary_key));
        let keeps_unknown = self.record.keep_unknown.as_ref();
        let keeps_unknown = keeps_unknown.map(|_| {
            quote!(
                const KEEPS_UNKNOWN: bool = true;
            )
        });
        let primary_key = (!self.record.primary_key.is_empty())
            .then(|| quote!(const PRIMARY_KEY: &'static [&'static str] = &[#primary_key];));
        let merge_key = (!self.record.merge_key.is_empty()).then(|| {
            let keys = keys(&table::key_columns(self.record, &self.record.merge_key));
            quote!(const MERGE_KEY: &'static [&'static str] = &[#keys];)
        });
        let disposition = self.disposition(uses);
        let relations = self.relations(uses);
        let (constants, write_relation) = match &relations {
            Some(relations) => (Some(&relations.constants), Some(&relations.write)),
            None => (None, None),
        };
        let columns_of = relations.as_ref().map(|relations| &relations.columns);
        quote! {
            impl Record for #name {
                const RESOURCE: &'static str = #resource;
                const COLUMNS: &'static [Column] = &[#(#columns)*];
                #keeps_unknown
                #primary_key
                #merge_key
                #disposition
                #constants

                fn write<W: RowWriter>(&self, #row: &mut W) -> Result<(), W::Error> {
                    #(#rows?;)*
                    #last
                }

                #write_relation
            }

            #columns_of
        }
    }

    fn disposition(&self, uses: &mut Uses) -> TokenStream {
        let value = match &self.resource.disposition {
            Disposition::Append => quote!(Disposition::Append),
            Disposition::Replace => quote!(Disposition::Replace),
            Disposition::Merge { strategy, .. } => {
                uses.runtime("MergeStrategy");
                let strategy = ident(match strategy {
                    MergeStrategy::Upsert => "Upsert",
                    MergeStrategy::DeleteInsert => "DeleteInsert",
                    MergeStrategy::InsertOnly => "InsertOnly",
                    MergeStrategy::Scd2 => "Scd2",
                });
                match table::hard_delete(self.record, &self.resource.disposition) {
                    Some((column, _)) => {
                        let field = text::literal(column);
                        quote!(Disposition::Merge { strategy: MergeStrategy::#strategy, hard_delete: Some(#field) })
                    }
                    None => quote!(Disposition::merge(MergeStrategy::#strategy)),
                }
            }
        };
        quote!(const DISPOSITION: Disposition = #value;)
    }

    /// One column of `write`.
    pub(super) fn row(&self, column: &Column<'_>, origin: &Origin<'_>) -> TokenStream {
        let way = match origin {
            Origin::Field(way) => way,
            Origin::Unknown(rest) => {
                let rest = ident(rest);
                return quote!(row.json(Some(&self.#rest)));
            }
        };
        let names = way.iter().map(|field| ident(&field.name.rust));
        let place = quote!(self #(.#names)*);
        let Some(field) = way.last() else {
            return quote!(row.json(Some(&self)));
        };
        let nullable = field.nullable;
        match &field.ty {
            Type::String if nullable => quote!(row.text(#place.as_deref())),
            Type::String => quote!(row.text(Some(&#place))),
            Type::Binary if nullable => quote!(row.binary(#place.as_deref())),
            Type::Binary => quote!(row.binary(Some(&#place))),
            Type::Enum(index) if nullable => {
                let ty = self.enum_name(*index);
                quote!(row.text(#place.as_ref().map(#ty::as_str)))
            }
            Type::Enum(_) => quote!(row.text(Some(#place.as_str()))),
            Type::Decimal if nullable => quote!(row.decimal(#place.as_ref().map(Decimal::as_str))),
            Type::Decimal => quote!(row.decimal(Some(#place.as_str()))),
            Type::Uuid if nullable => quote!(row.uuid(#place.map(Uuid::as_bytes))),
            Type::Uuid => quote!(row.uuid(Some(#place.as_bytes()))),
            _ => {
                let method = ident(&column.kind.variant().to_lowercase());
                match (column.kind == ColumnType::Json, nullable) {
                    (false, true) => quote!(row.#method(#place)),
                    (false, false) => quote!(row.#method(Some(#place))),
                    (true, true) => quote!(row.#method(#place.as_ref())),
                    (true, false) => quote!(row.#method(Some(&#place))),
                }
            }
        }
    }
}

pub(super) fn keys(names: &[String]) -> TokenStream {
    let names = names.iter().map(|name| text::literal(name));
    quote!(#(#names),*)
}

/// A column as the runtime has it.
pub(super) fn constant(column: &Column<'_>) -> TokenStream {
    let (name, key) = (text::literal(&column.name), text::literal(&column.wire));
    let (kind, nullable) = (ident(column.kind.variant()), column.nullable);
    match (column.name == column.wire, nullable) {
        (true, true) => quote!(Column::nullable(#name, ColumnType::#kind),),
        (true, false) => quote!(Column::required(#name, ColumnType::#kind),),
        (false, _) => quote!(Column::renamed(#key, #name, ColumnType::#kind, #nullable),),
    }
}
