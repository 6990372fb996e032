//! What the command line reads: resources one after the other, children together with their parents.

use super::record::ident;
use super::{module, text};
use crate::model::{Connector, Resource};
use proc_macro2::TokenStream;
use quote::quote;

/// Whether resources are read for records of others.
pub fn has_trees(connector: &Connector) -> bool {
    connector
        .resources
        .iter()
        .any(|resource| parent(resource).is_some())
}

/// Whether resources are read incrementally.
pub fn has_cursors(connector: &Connector) -> bool {
    let mut resources = connector.resources.iter();
    resources.any(|resource| resource.incremental.is_some())
}

/// Statements that add all resources to a `plan`.
pub fn open(connector: &Connector) -> TokenStream {
    let roots = connector.resources.iter().enumerate();
    roots
        .filter(|(_, resource)| parent(resource).is_none())
        .map(|(at, resource)| {
            let (name, accessor) = (
                text::literal(&resource.name.wire),
                ident(&resource.name.rust),
            );
            let is_new = resource.incremental.is_some();
            match children(connector, at, resource) {
                Some((statements, children)) => {
                    let apart = is_new.then(|| quote!(plan.read_apart(#name, client.#accessor());));
                    quote! {
                        #statements
                        #apart
                        #children.read(plan, #name, client.#accessor().pages());
                    }
                }
                None if is_new => quote!(plan.read_new(#name, client.#accessor());),
                None => quote!(plan.read(#name, client.#accessor().pages());),
            }
        })
        .collect()
}

fn parent(resource: &Resource) -> Option<usize> {
    let parent = resource.partitions.as_ref()?.parent.as_ref()?;
    Some(parent.resource)
}

/// Statements that collect the children of a resource, and the variable that holds them then.
fn children(
    connector: &Connector,
    at: usize,
    resource: &Resource,
) -> Option<(TokenStream, TokenStream)> {
    let mut own = connector
        .resources
        .iter()
        .enumerate()
        .filter(|(_, child)| parent(child) == Some(at))
        .peekable();
    own.peek()?;
    let variable = ident(&format!("of_{}", module(resource)));
    let (mut before, mut adds) = (TokenStream::new(), TokenStream::new());
    for (at, child) in own {
        let (name, accessor) = (text::literal(&child.name.wire), ident(&child.name.rust));
        let is_new = child.incremental.is_some();
        let inner = children(connector, at, child).map(|(statements, children)| {
            before.extend(statements);
            children
        });
        adds.extend(match inner {
            None if is_new => quote! {
                let #accessor = plan.resume(#name, client.#accessor());
                #variable.add(plan, #name, #accessor, Children::default());
            },
            None => quote!(#variable.add(plan, #name, client.#accessor(), Children::default());),
            Some(inner) => {
                let apart = is_new.then(|| {
                    quote! {
                        if let Some(apart) = plan.take_apart(#name, client.#accessor()) {
                            #variable.add_apart(#name, apart);
                        }
                    }
                });
                quote! {
                    #apart
                    #variable.add(plan, #name, client.#accessor(), #inner);
                }
            }
        });
    }
    Some((
        quote! {
            #before
            let mut #variable = Children::default();
            #adds
        },
        quote!(#variable),
    ))
}
