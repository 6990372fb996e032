//! What an API sends for a record, where that is not the record itself.

use super::{Enum, Expr, Record, Resource, Type};
use serde::Serialize;

/// What an API sends for a record, and how the record is made from it.
#[derive(Debug, Clone, Serialize)]
pub struct Wire {
    /// What is decoded; its first struct is private to the connector. Types of the same name are those of the record.
    pub record: Record,
    /// Where the fields of the record come from, in their order.
    pub sources: Vec<FieldSource>,
    /// Keys that the API sends and nothing reads.
    pub dropped: Vec<String>,
    /// A finished record as JSON.
    pub sample: String,
}

/// Where the value of a field comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum FieldSource {
    /// A field of what is sent, by its Rust name.
    Sent(String),
    /// A field of an object that is taken apart.
    Within {
        /// Rust name of the object, and whether it is an `Option`.
        object: super::FieldStep,
        /// Rust name of the field, and whether it is an `Option`.
        field: super::FieldStep,
    },
    /// An expression over [`super::RecordRoot::Current`], which is what the API sends.
    Added {
        /// Its value.
        value: Expr,
        /// As the spec writes it.
        shown: String,
    },
    /// A field of the record of the parent.
    Parent {
        /// Its value: a field of [`super::RecordRoot::Partition`].
        value: Expr,
        /// The parent's name in the spec.
        resource: String,
        /// Its path in the parent's record.
        path: String,
    },
}

impl Resource {
    /// The types inside the record, and inside what it is made from: what is removed or taken apart may leave some that
    /// nothing is of. The record itself is not among them.
    #[must_use]
    pub fn inner_types(&self) -> Vec<Type> {
        let record = &self.record;
        let sent = self.wire.iter().flat_map(|wire| &wire.record.structs);
        let roots = record.structs.first().into_iter().chain(sent.take(1));
        let fields = roots.flat_map(|root| &root.fields);
        let mut open: Vec<&Type> = fields.map(|field| &field.ty).collect();
        let mut found: Vec<Type> = Vec::new();
        while let Some(ty) = open.pop() {
            match ty {
                Type::List(item) | Type::Map(item) => open.push(&item.ty),
                Type::Struct(_) | Type::Enum(_) | Type::Union(_) if !found.contains(ty) => {
                    found.push(ty.clone());
                }
                _ => continue,
            }
            match ty {
                Type::Struct(index) => {
                    let inner = record.structs.get(*index).map(|inner| &inner.fields);
                    open.extend(inner.into_iter().flatten().map(|field| &field.ty));
                }
                Type::Union(index) => {
                    let inner = record.unions.get(*index).map(|inner| &inner.variants);
                    open.extend(inner.into_iter().flatten().map(|(_, ty)| ty));
                }
                _ => {}
            }
        }
        found
    }

    /// The enums that stand in the module of the resource.
    pub fn own_enums(&self) -> impl Iterator<Item = &Enum> {
        let used = self.inner_types();
        let all = self.record.enums.iter().enumerate();
        all.filter(move |(index, known)| {
            known.module.is_none() && used.contains(&Type::Enum(*index))
        })
        .map(|(_, known)| known)
    }
}
