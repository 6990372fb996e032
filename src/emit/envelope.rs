//! The structs that a page is read into, and the ways to the values in it.

mod records;

use super::record::ident;
use super::{text, uses::Uses};
use crate::model::{Accessor, Envelope, EnvelopeField, EnvelopeNode, LeafKind, PathStep};
use proc_macro2::TokenStream;
use quote::quote;

/// Page structs in Rust.
pub struct Pages<'a> {
    envelope: &'a Envelope,
    docs: &'static str,
    public: bool,
}

impl<'a> Pages<'a> {
    /// The structs of an envelope; the docs stand on the first of them.
    pub fn new(envelope: &'a Envelope, docs: &'static str) -> Self {
        Self {
            envelope,
            docs,
            public: true,
        }
    }

    /// The structs of a failure, which no trait shows.
    pub fn failure(envelope: &'a Envelope) -> Self {
        Self {
            envelope,
            docs: " The parts of a failure that its rules look at.",
            public: false,
        }
    }

    /// The structs of an answer about a job, which no trait shows.
    pub fn of_job(envelope: &'a Envelope, docs: &'static str) -> Self {
        Self {
            envelope,
            docs,
            public: false,
        }
    }

    /// The type that a body is read into, with this lifetime where it borrows.
    pub fn root(&self, lifetime: &TokenStream, uses: &mut Uses) -> TokenStream {
        match &self.envelope.root {
            EnvelopeNode::Each(_) | EnvelopeNode::Items(_) => quote!(Body<#lifetime>),
            root => self.ty(root, true, lifetime, uses),
        }
    }

    /// The structs and their accessors.
    pub fn items(&self, uses: &mut Uses) -> TokenStream {
        let mut items = TokenStream::new();
        let root = &self.envelope.root;
        let wrapped = matches!(root, EnvelopeNode::Each(_) | EnvelopeNode::Items(_));
        if wrapped {
            let inner = self.ty(root, true, &quote!('a), uses);
            let docs = self.docs;
            uses.add("serde", "Deserialize");
            items.extend(quote! {
                #[doc = #docs]
                #[derive(Deserialize)]
                #[serde(transparent)]
                pub struct Body<'a> {
                    #[serde(borrow)]
                    list: #inner,
                }
            });
            items.extend(self.accessors(&ident("Body"), true, uses));
        }
        self.structs(root, !wrapped, &mut items, uses);
        items
    }

    fn structs(&self, node: &EnvelopeNode, root: bool, items: &mut TokenStream, uses: &mut Uses) {
        match node {
            EnvelopeNode::Records | EnvelopeNode::Leaf(_) => {}
            EnvelopeNode::Each(inner) => self.structs(inner, root, items, uses),
            EnvelopeNode::Items(inner) => {
                for (_, node) in inner {
                    self.structs(node, root, items, uses);
                }
            }
            EnvelopeNode::Object { type_name, fields } => {
                let docs = root.then(|| {
                    let docs = self.docs;
                    quote!(#[doc = #docs])
                });
                uses.add("serde", "Deserialize");
                let name = ident(type_name);
                let derive = if self.public {
                    quote!(#[derive(Deserialize)])
                } else {
                    quote!(#[derive(Default, Deserialize)])
                };
                let visibility = (root && self.public).then(|| quote!(pub));
                let lifetime = borrows(node).then(|| quote!(<'a>));
                let rows = fields
                    .iter()
                    .map(|field| self.field(field, uses))
                    .collect::<Vec<_>>();
                items
                    .extend(quote!(#docs #derive #visibility struct #name #lifetime { #(#rows)* }));
                if root {
                    items.extend(self.accessors(&name, lifetime.is_some(), uses));
                }
                for field in fields {
                    self.structs(&field.node, false, items, uses);
                }
            }
        }
    }

    fn field(&self, field: &EnvelopeField, uses: &mut Uses) -> TokenStream {
        let name = ident(&field.name.rust);
        let rename = (field.name.rust != field.name.wire
            && field.name.rust.strip_prefix("r#") != Some(field.name.wire.as_str()))
        .then(|| {
            let wire = text::literal(&field.name.wire);
            quote!(#[serde(rename = #wire)])
        });
        let ty = self.ty(&field.node, field.required, &quote!('a), uses);
        let borrow = borrows(&field.node).then(|| quote!(#[serde(borrow)]));
        let default =
            matches!(field.node, EnvelopeNode::Leaf(_)).then(|| quote!(#[serde(default)]));
        quote!(#rename #borrow #default #name: #ty,)
    }

    fn ty(
        &self,
        node: &EnvelopeNode,
        required: bool,
        lifetime: &TokenStream,
        uses: &mut Uses,
    ) -> TokenStream {
        let inner = match node {
            EnvelopeNode::Leaf(kind) => {
                let name = match kind {
                    LeafKind::Token => "Token",
                    LeafKind::Count => "Count",
                    LeafKind::Flag => "Flag",
                    LeafKind::Scalar => "Scalar",
                };
                uses.runtime(name);
                let name = ident(name);
                return quote!(#name);
            }
            EnvelopeNode::Records => {
                uses.add("serde_json::value", "RawValue");
                quote!(&#lifetime RawValue)
            }
            EnvelopeNode::Object { type_name, .. } => {
                let name = ident(type_name);
                if borrows(node) {
                    quote!(#name<#lifetime>)
                } else {
                    quote!(#name)
                }
            }
            EnvelopeNode::Each(item) => {
                uses.runtime("Each");
                let item = self.ty(item, true, lifetime, uses);
                quote!(Each<#item>)
            }
            EnvelopeNode::Items(items) => {
                uses.runtime("Item");
                items
                    .iter()
                    .rev()
                    .fold(TokenStream::new(), |rest, (index, node)| {
                        let index = proc_macro2::Literal::usize_unsuffixed(*index);
                        let item = self.ty(node, self.is_required(node), lifetime, uses);
                        if rest.is_empty() {
                            quote!(Item<#index, #item>)
                        } else {
                            quote!(Item<#index, #item, #rest>)
                        }
                    })
            }
        };
        if required {
            inner
        } else {
            quote!(Option<#inner>)
        }
    }

    /// Whether an item of a list has to be there.
    fn is_required(&self, node: &EnvelopeNode) -> bool {
        leads_to_records(node) && !self.envelope.allow_missing_data
    }

    /// Whether the body is the records and nothing else.
    pub fn is_bare(&self) -> bool {
        matches!(self.envelope.root, EnvelopeNode::Records)
    }

    /// Whether the body is an object.
    pub fn is_object(&self) -> bool {
        matches!(self.envelope.root, EnvelopeNode::Object { .. })
    }

    fn accessors(&self, page: &proc_macro2::Ident, borrowed: bool, uses: &mut Uses) -> TokenStream {
        if self.envelope.accessors.is_empty() {
            return TokenStream::new();
        }
        let methods = self
            .envelope
            .accessors
            .iter()
            .map(|accessor| self.accessor(accessor, uses))
            .collect::<Vec<_>>();
        let lifetime = borrowed.then(|| quote!(<'_>));
        quote!(impl #page #lifetime { #(#methods)* })
    }

    /// The place of a value, and whether something on the way may not be there.
    fn place(&self, accessor: &Accessor) -> (TokenStream, bool) {
        let mut optional = false;
        let mut tokens = match self.envelope.root {
            EnvelopeNode::Each(_) | EnvelopeNode::Items(_) => quote!(self.list),
            _ => quote!(self),
        };
        let mut node = Some(&self.envelope.root);
        for step in &accessor.path {
            match (step, node) {
                (PathStep::Key(key), Some(EnvelopeNode::Object { fields, .. })) => {
                    let field = fields.iter().find(|field| field.name == *key);
                    let name = ident(&key.rust);
                    tokens = quote!(#tokens.#name);
                    if field.is_some_and(|field| {
                        !field.required && !matches!(field.node, EnvelopeNode::Leaf(_))
                    }) {
                        tokens = quote!(#tokens.as_ref()?);
                        optional = true;
                    }
                    node = field.map(|field| &field.node);
                }
                (PathStep::Index(index), Some(EnvelopeNode::Items(items))) => {
                    tokens = item_of(items, *index, &tokens);
                    node = items
                        .iter()
                        .find(|(at, _)| at == index)
                        .map(|(_, node)| node);
                    let leaf = matches!(node, Some(EnvelopeNode::Leaf(_)));
                    if !leaf && !node.is_some_and(|node| self.is_required(node)) {
                        tokens = quote!(#tokens.as_ref()?);
                        optional = true;
                    }
                }
                _ => node = None,
            }
        }
        (tokens, optional)
    }

    /// The accessors of scalars that have nothing optional on their way.
    pub fn certain(&self) -> Vec<String> {
        let scalars = self
            .envelope
            .accessors
            .iter()
            .filter(|accessor| accessor.kind == LeafKind::Scalar);
        scalars
            .filter(|accessor| !self.place(accessor).1)
            .map(|accessor| accessor.rust.clone())
            .collect()
    }

    fn accessor(&self, accessor: &Accessor, uses: &mut Uses) -> TokenStream {
        let name = ident(&accessor.rust);
        let (tokens, optional) = self.place(accessor);
        let (ty, value) = match accessor.kind {
            LeafKind::Token => (quote!(&str), quote!(#tokens.0.as_deref())),
            LeafKind::Count => (quote!(u64), quote!(#tokens.0)),
            LeafKind::Flag => (quote!(bool), quote!(#tokens.0)),
            LeafKind::Scalar => {
                uses.runtime("Scalar");
                if !optional {
                    return quote!(fn #name(&self) -> &Scalar { &#tokens });
                }
                (quote!(&Scalar), quote!(Some(&#tokens)))
            }
        };
        quote!(fn #name(&self) -> Option<#ty> { #value })
    }
}

/// The field that holds an item of a list.
fn item_of(items: &[(usize, EnvelopeNode)], index: usize, place: &TokenStream) -> TokenStream {
    let behind = items
        .iter()
        .position(|(known, _)| *known == index)
        .unwrap_or_default();
    let rest = (0..behind).map(|_| quote!(.rest));
    quote!(#place #(#rest)* .value)
}

fn leads_to_records(node: &EnvelopeNode) -> bool {
    match node {
        EnvelopeNode::Records => true,
        EnvelopeNode::Leaf(_) => false,
        EnvelopeNode::Object { fields, .. } => {
            fields.iter().any(|field| leads_to_records(&field.node))
        }
        EnvelopeNode::Each(inner) => leads_to_records(inner),
        EnvelopeNode::Items(items) => items.iter().any(|(_, node)| leads_to_records(node)),
    }
}

/// Whether a type holds pieces of the body.
fn borrows(node: &EnvelopeNode) -> bool {
    leads_to_records(node)
}
