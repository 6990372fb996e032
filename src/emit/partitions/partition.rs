//! The struct that tells one partition from the others, and how it comes from a record of the parent.

use super::{Code, record_name};
use crate::emit::expr::field;
use crate::emit::record::{self, Types, ident};
use crate::emit::text;
use crate::emit::uses::Uses;
use crate::model::{PartitionField, PartitionSource, RecordRoot, Type};
use proc_macro2::TokenStream;
use quote::quote;

impl Code<'_> {
    /// "one of `posts` and one `region`"
    pub(super) fn each(&self) -> String {
        let parent = self.parent.map(|(parent, resource)| {
            let name = text::code(&resource.name.wire);
            match parent.batch {
                Some(batch) => format!("every {batch} of {name}"),
                None => format!("each of {name}"),
            }
        });
        let lists = self
            .divided
            .lists
            .iter()
            .map(|list| format!("each {}", text::code(list.field.trim_start_matches("r#"))));
        let all: Vec<String> = parent.into_iter().chain(lists).collect();
        all.join(" and ")
    }

    pub(super) fn remarks(&self) -> Vec<String> {
        let parent = self.parent.map(|(_, parent)| {
            let name = text::code(&parent.name.wire);
            format!("The records of {name} are read for it.")
        });
        let at_once = match self.divided.concurrency {
            1 => "One partition is read after the other.".to_owned(),
            number => {
                format!("Up to {number} partitions are read at once; their records come in order.")
            }
        };
        let failure =
            "A partition that fails is an error that names it; after it the others go on.";
        parent
            .into_iter()
            .chain([at_once, failure.to_owned()])
            .collect()
    }

    /// The struct that tells one partition from the others.
    pub(super) fn structure(&self, uses: &mut Uses) -> TokenStream {
        let name = self.partition();
        let fields = self.divided.fields.iter().map(|field| {
            let shown = text::code(&field.shown);
            let docs = record::docs([if field.identifies {
                shown
            } else {
                format!("{shown}, which may change and is no part of the partition's name")
            }]);
            let skip = (!field.identifies).then(|| quote!(#[serde(skip)]));
            let (name, ty) = (ident(&field.rust), self.ty(field, uses));
            let ty = if field.nullable {
                quote!(Option<#ty>)
            } else {
                ty
            };
            quote!(#docs #skip pub #name: #ty)
        });
        let fields: Vec<_> = fields.collect();
        let docs = record::docs([format!(
            "What tells one partition of {} from the others.",
            text::code(&self.resource.name.wire)
        )]);
        let of = self.of_parent();
        quote! {
            #docs
            #[derive(Debug, Clone, PartialEq, Serialize)]
            pub struct #name { #(#fields),* }
            #of
        }
    }

    fn ty(&self, field: &PartitionField, uses: &mut Uses) -> TokenStream {
        let path = match &field.source {
            PartitionSource::List(at) => {
                let list = self.divided.lists.get(*at);
                let integer = list.is_some_and(|list| list.values.is_integer());
                return if integer { quote!(i64) } else { quote!(String) };
            }
            PartitionSource::Parent(path) => path,
        };
        if self.is_batch() {
            return if path.ty == Type::Integer {
                quote!(Vec<i64>)
            } else {
                quote!(Vec<String>)
            };
        }
        let Some((_, parent)) = self.parent else {
            return quote!(String);
        };
        let ty = record::tokens(&Types::new(parent).ty(&path.ty, uses));
        match path.ty {
            // Enums stand in the parent's module, or in that from which it has them.
            Type::Enum(index)
                if parent
                    .record
                    .enums
                    .get(index)
                    .is_some_and(|known| known.module.is_none()) =>
            {
                let module = ident(&parent.name.rust);
                quote!(super::#module::#ty)
            }
            _ => ty,
        }
    }

    /// How one parent makes one partition, where it does.
    fn of_parent(&self) -> Option<TokenStream> {
        let (parent, resource) = self.parent.filter(|_| self.divided.lists.is_empty())?;
        if parent.batch.is_some() {
            return None;
        }
        let (partition, record) = (self.partition(), ident(record_name(resource)));
        let (lets, fields, fallible) = self.parent_values();
        let (result, made) = if fallible {
            (
                quote!(Result<Self, &'static str>),
                quote!(Ok(Self { #(#fields),* })),
            )
        } else {
            (quote!(Self), quote!(Self { #(#fields),* }))
        };
        Some(quote! {
            impl #partition {
                fn of(parent: &#record) -> #result {
                    #lets
                    #made
                }
            }
        })
    }

    /// Statements that take values out of `parent`, the fields of the struct that hold them, and whether one of those
    /// statements may end the function.
    pub(super) fn parent_values(&self) -> (TokenStream, Vec<TokenStream>, bool) {
        let (mut lets, mut fields, mut fallible) = (TokenStream::new(), Vec::new(), false);
        for field in &self.divided.fields {
            let PartitionSource::Parent(path) = &field.source else {
                continue;
            };
            let name = ident(&field.rust);
            let (owned, optional) = if self.is_batch() && path.ty != Type::Integer {
                let text = field::owned(RecordRoot::Parent, path);
                (text.tokens, text.optional)
            } else {
                field::cloned(RecordRoot::Parent, path)
            };
            let needed = optional && !field.nullable;
            if needed {
                let shown = text::literal(field.shown.trim_start_matches("parent."));
                lets.extend(quote!(let #name = #owned.ok_or(#shown)?;));
                fallible = true;
            }
            let value = if needed { quote!(#name) } else { owned };
            let value = if self.is_batch() {
                quote!(vec![#value])
            } else {
                value
            };
            fields.push(if needed && !self.is_batch() {
                quote!(#name)
            } else {
                quote!(#name: #value)
            });
        }
        (lets, fields, fallible)
    }
}
