//! The partitions that records of a parent lead to.

use super::{Code, record_name};
use crate::emit::expr::{Place, Scope, field};
use crate::emit::record::ident;
use crate::emit::{resource, text};
use crate::model::{PartitionField, PartitionSource};
use proc_macro2::TokenStream;
use quote::quote;
use std::cell::RefCell;

impl Code<'_> {
    pub(super) fn child(&self) -> Option<TokenStream> {
        let (parent, resource) = self.parent?;
        let (client, partition) = (ident(&self.resource.type_name), self.partition());
        let record = ident(record_name(resource));
        let batch = parent.batch.map(|batch| {
            let batch = text::integer(batch);
            quote!(const BATCH: usize = #batch;)
        });
        let needs_all = parent.needs_all.then(|| {
            quote!(
                const NEEDS_ALL: bool = true;
            )
        });
        let when = parent.when.as_ref().map(|when| {
            let lets = RefCell::default();
            let scope = Scope {
                connector: self.connector,
                accessors: &[],
                always: &[],
                place: Place::Request,
                option: None,
                resource: Some(self.resource),
                partitions: Some(self.divided),
                job: None,
                lets: &lets,
            };
            let holds = scope.condition(when);
            let before = scope.before();
            let config = resource::uses_ident(&quote!(#before #holds), "config")
                .then(|| quote!(let config = self.client.config();));
            quote! {
                #config
                #before
                let wanted = #holds;
                if !wanted {
                    return Ok(Vec::new());
                }
            }
        });
        let (lets, fields, fallible) = self.parent_values();
        let make = if !self.divided.lists.is_empty() {
            let make = self.lists(&cloned(&fields, &self.divided.fields));
            quote!(#lets #make Ok(partitions))
        } else if self.is_batch() {
            quote! {
                #lets
                let partition = #partition { #(#fields),* };
                Ok(vec![partition])
            }
        } else if fallible {
            quote!(#partition::of(parent).map(|partition| vec![partition]))
        } else {
            quote!(Ok(vec![#partition::of(parent)]))
        };
        let join = self.is_batch().then(|| {
            let parents = self
                .divided
                .fields
                .iter()
                .filter(|field| matches!(field.source, PartitionSource::Parent(_)));
            let extend = parents.map(|field| {
                let name = ident(&field.rust);
                quote!(partition.#name.extend(other.#name);)
            });
            quote! {
                fn join(partition: &mut #partition, other: #partition) { #(#extend)* }
            }
        });
        Some(quote! {
            impl Child for #client {
                type Parent = #record;
                #batch
                #needs_all

                fn partitions(&self, parent: &#record) -> Result<Vec<#partition>, &'static str> {
                    #when
                    #make
                }

                #join
            }
        })
    }
}

/// The same fields in a loop, where values that were taken before are not given away.
fn cloned(fields: &[TokenStream], all: &[PartitionField]) -> Vec<TokenStream> {
    let parents = all.iter().filter_map(|field| match &field.source {
        PartitionSource::Parent(path) => Some((field, path)),
        PartitionSource::List(_) => None,
    });
    fields
        .iter()
        .zip(parents)
        .map(|(tokens, (field, path))| {
            let name = ident(&field.rust);
            let taken = tokens.clone().into_iter().count() == 1;
            if taken && !field::is_copied(&path.ty) {
                quote!(#name: #name.clone())
            } else {
                tokens.clone()
            }
        })
        .collect()
}
