//! The way from a page to its records.

use super::{Pages, item_of, leads_to_records};
use crate::emit::record::ident;
use crate::model::EnvelopeNode;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

impl Pages<'_> {
    /// The way to the records where no list is gone through, all steps required but the last.
    fn plain_path(&self, node: &EnvelopeNode, from: TokenStream) -> Option<(TokenStream, bool)> {
        let (place, required, node) = match node {
            EnvelopeNode::Object { fields, .. } => {
                let field = fields.iter().find(|field| leads_to_records(&field.node))?;
                let name = ident(&field.name.rust);
                (quote!(#from.#name), field.required, &field.node)
            }
            EnvelopeNode::Items(items) => {
                let (index, node) = items.iter().find(|(_, node)| leads_to_records(node))?;
                (item_of(items, *index, &from), self.is_required(node), node)
            }
            _ => return None,
        };
        match node {
            EnvelopeNode::Records => Some((place, required)),
            node if required => self.plain_path(node, place),
            _ => None,
        }
    }

    /// Statements that push the records' JSON to `pieces`.
    fn walk(
        &self,
        node: &EnvelopeNode,
        required: bool,
        place: &TokenStream,
        depth: usize,
    ) -> TokenStream {
        let inner = ident(
            ["item", "entry", "part", "piece"]
                .get(depth)
                .copied()
                .unwrap_or("inner"),
        );
        if !required {
            if matches!(node, EnvelopeNode::Records) {
                return quote!(pieces.extend(#place););
            }
            // What may be absent within what may be absent is one question.
            let (mut steps, mut node) = (TokenStream::new(), node);
            while let Some((within, deeper)) = self.only_optional(node, &inner) {
                steps.extend(quote!(.and_then(|#inner| #within.as_ref())));
                node = deeper;
            }
            let found = if steps.is_empty() {
                quote!(&#place)
            } else {
                quote!(#place.as_ref() #steps)
            };
            let statements = self.walk(node, true, &quote!(#inner), depth + 1);
            return quote!(if let Some(#inner) = #found { #statements });
        }
        match node {
            EnvelopeNode::Records => quote!(pieces.push(#place);),
            EnvelopeNode::Leaf(_) => TokenStream::new(),
            EnvelopeNode::Object { fields, .. } => fields
                .iter()
                .filter(|field| leads_to_records(&field.node))
                .map(|field| {
                    let name = ident(&field.name.rust);
                    self.walk(&field.node, field.required, &quote!(#place.#name), depth)
                })
                .collect(),
            EnvelopeNode::Each(item) => {
                if matches!(**item, EnvelopeNode::Records) {
                    return quote!(pieces.extend(&#place.0););
                }
                let statements = self.walk(item, true, &quote!(#inner), depth + 1);
                quote!(for #inner in &#place.0 { #statements })
            }
            EnvelopeNode::Items(items) => items
                .iter()
                .filter(|(_, node)| leads_to_records(node))
                .map(|(index, node)| {
                    self.walk(
                        node,
                        self.is_required(node),
                        &item_of(items, *index, place),
                        depth,
                    )
                })
                .collect(),
        }
    }

    /// The one part of a node that leads to records, where that is no record itself and may be absent.
    fn only_optional<'n>(
        &self,
        node: &'n EnvelopeNode,
        from: &Ident,
    ) -> Option<(TokenStream, &'n EnvelopeNode)> {
        let mut parts: Vec<(TokenStream, bool, &EnvelopeNode)> = match node {
            EnvelopeNode::Object { fields, .. } => fields
                .iter()
                .map(|field| {
                    let name = ident(&field.name.rust);
                    (quote!(#from.#name), field.required, &field.node)
                })
                .collect(),
            EnvelopeNode::Items(items) => items
                .iter()
                .map(|(index, node)| {
                    let place = item_of(items, *index, &quote!(#from));
                    (place, self.is_required(node), node)
                })
                .collect(),
            _ => return None,
        };
        parts.retain(|(_, _, node)| leads_to_records(node));
        match parts.as_slice() {
            [(place, false, node)] if !matches!(node, EnvelopeNode::Records) => {
                Some((place.clone(), node))
            }
            _ => None,
        }
    }

    /// The body of `Endpoint::records`.
    pub fn records(&self) -> TokenStream {
        if matches!(self.envelope.root, EnvelopeNode::Records) {
            return quote!(vec![page]);
        }
        let page = match self.envelope.root {
            EnvelopeNode::Each(_) | EnvelopeNode::Items(_) => quote!(page.list),
            _ => quote!(page),
        };
        match self.plain_path(&self.envelope.root, page.clone()) {
            Some((path, true)) => quote!(vec![#path]),
            Some((path, false)) => quote!(#path.into_iter().collect()),
            None => {
                let walk = self.walk(&self.envelope.root, true, &page, 0);
                quote! {
                    let mut pieces = Vec::new();
                    #walk
                    pieces
                }
            }
        }
    }
}
