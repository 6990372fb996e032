//! How the elements of an XML body are read, from the types of what is wanted of it.

use super::record::ident;
use super::text;
use crate::model::{EnvelopeNode, Record, Resource, Type};
use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use quote::quote;

/// `static BODY`, the form of the document, and those of the objects in it.
pub fn statics(resource: &Resource) -> TokenStream {
    let mut forms = Forms {
        record: resource.sent(),
        names: Vec::new(),
        parts: TokenStream::new(),
    };
    let body = match &resource.envelope.root {
        EnvelopeNode::Records => forms.object(0),
        EnvelopeNode::Each(inner) => {
            let inner = forms.node(inner);
            quote!(Xml::Map(&#inner))
        }
        root => forms.node(root),
    };
    let parts = forms.parts;
    quote! {
        #[doc = " How the elements of a response are read."]
        static BODY: Xml = #body;
        #parts
    }
}

struct Forms<'a> {
    record: &'a Record,
    /// The types whose parts are written, and the names of those.
    names: Vec<(String, String)>,
    parts: TokenStream,
}

impl Forms<'_> {
    /// The form of what stands at a place of the body.
    fn node(&mut self, node: &EnvelopeNode) -> TokenStream {
        match node {
            EnvelopeNode::Leaf(_) => quote!(Xml::Text),
            EnvelopeNode::Object { type_name, fields } => {
                let fields = fields.iter().map(|field| (&*field.name.wire, &field.node));
                self.parts(type_name, fields, Self::node)
            }
            EnvelopeNode::Records | EnvelopeNode::Each(_) | EnvelopeNode::Items(_) => {
                let item = self.item(node);
                quote!(Xml::List(&#item))
            }
        }
    }

    /// The form of one of several elements: lists of lists are one in XML.
    fn item(&mut self, node: &EnvelopeNode) -> TokenStream {
        match node {
            EnvelopeNode::Records => self.object(0),
            EnvelopeNode::Each(inner) => self.item(inner),
            EnvelopeNode::Items(items) => match items.as_slice() {
                [(_, one)] => self.item(one),
                _ => quote!(Xml::Any),
            },
            other => self.node(other),
        }
    }

    fn object(&mut self, index: usize) -> TokenStream {
        let record = self.record;
        let Some(object) = record.structs.get(index) else {
            return quote!(Xml::Any);
        };
        let fields = object.fields.iter();
        let fields = fields.map(|field| (&*field.name.wire, &field.ty));
        self.parts(&object.type_name, fields, Self::form)
    }

    fn form(&mut self, ty: &Type) -> TokenStream {
        match ty {
            Type::Struct(index) => self.object(*index),
            Type::List(item) => {
                let item = self.form(&item.ty);
                quote!(Xml::List(&#item))
            }
            Type::Map(item) => {
                let item = self.form(&item.ty);
                quote!(Xml::Map(&#item))
            }
            Type::Json | Type::Union(_) => quote!(Xml::Any),
            _ => quote!(Xml::Text),
        }
    }

    /// The form of a type, whose parts are written once.
    fn parts<'f, T>(
        &mut self,
        type_name: &str,
        fields: impl Iterator<Item = (&'f str, T)>,
        form: fn(&mut Self, T) -> TokenStream,
    ) -> TokenStream {
        let known = self.names.iter().find(|(known, _)| known == type_name);
        if let Some((_, name)) = known {
            let name = ident(name);
            return quote!(Xml::Object(#name));
        }
        let mut name = format!("{}_PARTS", type_name.to_shouty_snake_case());
        while self.names.iter().any(|(_, taken)| *taken == name) {
            name.push('_');
        }
        self.names.push((type_name.to_owned(), name.clone()));
        let name = ident(&name);
        let place = self.parts.clone();
        self.parts = TokenStream::new();
        let fields: Vec<TokenStream> = fields
            .map(|(wire, field)| {
                let (wire, form) = (text::literal(wire), form(self, field));
                quote!((#wire, #form))
            })
            .collect();
        let inner = std::mem::replace(&mut self.parts, place);
        self.parts.extend(quote! {
            static #name: XmlParts = &[#(#fields),*];
            #inner
        });
        quote!(Xml::Object(#name))
    }
}
