//! The tables that a record is normalized into, and how it writes their rows.

use std::collections::BTreeSet;

use super::super::table::{self, ColumnType};
use super::super::text;
use super::super::uses::Uses;
use super::columns::{constant, keys};
use super::{Types, ident, tokens};
use crate::model::{Field, List, Name, Relation, Shape, Type, column, singular};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

/// What a record that is normalized has beside the others.
pub(super) struct Relations {
    /// Its tables.
    pub constants: TokenStream,
    /// How it writes their rows.
    pub write: TokenStream,
    /// How the objects in it write their columns.
    pub columns: TokenStream,
}

impl Types<'_> {
    /// The tables of the record, where it is normalized.
    pub(super) fn relations(&self, uses: &mut Uses) -> Option<Relations> {
        let relations = table::relations_of(self.resource);
        if relations.is_empty() {
            return None;
        }
        uses.runtime("Relation");
        uses.runtime("RelationWriter");
        let constants = relations.iter().map(|relation| {
            let columns = table::columns_of(self.record, relation);
            let columns = columns.iter().map(|column| tokens(&constant(column)));
            let (name, key) = (
                text::literal(&relation.name),
                tokens(&keys(&relation.primary_key)),
            );
            quote! {
                Relation { name: #name, columns: &[#(#columns),*], primary_key: &[#key] },
            }
        });
        let constants = quote!(const RELATIONS: &'static [Relation] = &[#(#constants)*];);
        let arms = relations.iter().enumerate().skip(1).map(|(at, relation)| {
            let number = Literal::usize_unsuffixed(at);
            let rows = self.list_rows(relation);
            quote!(#number => { #rows })
        });
        let arms: Vec<_> = arms.collect();
        let body = if arms.is_empty() {
            quote! {
                Self::write_columns(Some(self), row)?;
                row.end()
            }
        } else {
            quote! {
                match relation {
                    0 => {
                        Self::write_columns(Some(self), row)?;
                        row.end()?;
                    }
                    #(#arms)*
                    _ => {}
                }
                Ok(())
            }
        };
        let relation = ident(if arms.is_empty() {
            "_relation"
        } else {
            "relation"
        });
        let write = quote! {
            fn write_relation<W: RelationWriter>(&self, #relation: usize, row: &mut W) -> Result<(), W::Error> {
                #body
            }
        };
        let columns = self.objects(&relations);
        let columns = columns.into_iter().map(|index| self.write_columns(index));
        Some(Relations {
            constants,
            write,
            columns: columns.collect(),
        })
    }

    /// The structs whose fields are columns somewhere.
    fn objects(&self, relations: &[Relation<'_>]) -> BTreeSet<usize> {
        let elements = relations
            .iter()
            .filter_map(|relation| relation.lists.last());
        let elements = elements.filter_map(|list| match list.item.ty {
            Type::Struct(index) => Some(index),
            _ => None,
        });
        let mut open: Vec<usize> = elements.chain([0]).collect();
        let mut found = BTreeSet::new();
        while let Some(index) = open.pop() {
            if self.has_columns(index) && found.insert(index) {
                let fields = self.fields(index).iter();
                open.extend(fields.filter_map(|field| match Shape::of(field) {
                    Shape::Object(inner) => Some(inner),
                    Shape::Column | Shape::Rows(_) => None,
                }));
            }
        }
        found
    }

    fn fields(&self, index: usize) -> &[Field] {
        let place = self.record.structs.get(index);
        place.map_or(&[], |place| &place.fields)
    }

    /// Whether a struct has anything but lists.
    fn has_columns(&self, index: usize) -> bool {
        let mut fields = self.fields(index).iter();
        let own = fields.any(|field| match Shape::of(field) {
            Shape::Column => true,
            Shape::Object(inner) => self.has_columns(inner),
            Shape::Rows(_) => false,
        });
        own || index == 0 && self.record.keep_unknown.is_some()
    }

    /// How an object writes its columns, or as many nulls where there is none.
    fn write_columns(&self, index: usize) -> TokenStream {
        let Some(place) = self.record.structs.get(index) else {
            return TokenStream::new();
        };
        let name = ident(&place.type_name);
        let fields = place.fields.iter();
        let mut rows: Vec<_> = fields
            .filter_map(|field| self.field_columns(field))
            .collect();
        if index == 0 {
            rows.extend(self.record.keep_unknown.as_ref().map(|rest| {
                let rest = ident(rest);
                quote!(row.json(it.map(|it| &it.#rest)))
            }));
        }
        let last = rows.pop();
        quote! {
            impl #name {
                /// Writes its columns; nulls where it is not there.
                fn write_columns<W: RowWriter>(it: Option<&Self>, row: &mut W) -> Result<(), W::Error> {
                    #(#rows?;)*
                    #last
                }
            }
        }
    }

    /// What a field of an object writes into the row of that.
    fn field_columns(&self, field: &Field) -> Option<TokenStream> {
        let inner = match Shape::of(field) {
            Shape::Rows(_) => return None,
            Shape::Column => return Some(self.field_column(field)),
            Shape::Object(inner) if self.has_columns(inner) => inner,
            Shape::Object(_) => return None,
        };
        let name = ident(&field.name.rust);
        let ty = ident(&self.record.structs.get(inner)?.type_name);
        Some(if field.nullable {
            quote!(#ty::write_columns(it.and_then(|it| it.#name.as_ref()), row))
        } else {
            quote!(#ty::write_columns(it.map(|it| &it.#name), row))
        })
    }

    /// What a field of an object writes into its own column.
    fn field_column(&self, field: &Field) -> TokenStream {
        let (name, kind) = (ident(&field.name.rust), ColumnType::of(&field.ty));
        let method = ident(kind.method());
        let value = match (&field.ty, field.nullable) {
            (Type::String | Type::Binary, true) => quote!(it.and_then(|it| it.#name.as_deref())),
            (Type::Binary, false) => quote!(it.map(|it| it.#name.as_slice())),
            (Type::String | Type::Enum(_) | Type::Decimal, false) => {
                quote!(it.map(|it| it.#name.as_str()))
            }
            (Type::Enum(index), true) => {
                let ty = tokens(&self.enum_name(*index));
                quote!(it.and_then(|it| it.#name.as_ref()).map(#ty::as_str))
            }
            (Type::Decimal, true) => {
                quote!(it.and_then(|it| it.#name.as_ref()).map(Decimal::as_str))
            }
            (Type::Uuid, true) => quote!(it.and_then(|it| it.#name).map(Uuid::as_bytes)),
            (Type::Uuid, false) => quote!(it.map(|it| it.#name.as_bytes())),
            (_, true) if kind == ColumnType::Json => quote!(it.and_then(|it| it.#name.as_ref())),
            (_, false) if kind == ColumnType::Json => quote!(it.map(|it| &it.#name)),
            (_, true) => quote!(it.and_then(|it| it.#name)),
            (_, false) => quote!(it.map(|it| it.#name)),
        };
        quote!(row.#method(#value))
    }

    /// How the rows of a list are written.
    fn list_rows(&self, relation: &Relation<'_>) -> TokenStream {
        let mut levels = Vec::new();
        for (at, list) in relation.lists.iter().enumerate() {
            levels.push(Level::new(list, at, &levels, relation.lists.len()));
        }
        let mut rows: Vec<_> = self
            .record
            .primary_key
            .iter()
            .map(|path| {
                let (column, origin) = table::in_field(self.record, self.record.way(path));
                tokens(&self.row(&column, &origin))
            })
            .collect();
        rows.extend(levels.iter().map(|level| {
            let index = &level.index;
            quote!(row.integer(Some(#index)))
        }));
        if let Some(level) = levels.last_mut() {
            match self.element(level) {
                Some(element) => rows.push(element),
                None => level.is_used = false,
            }
        }
        let mut inner = quote!(#(#rows?;)* row.end()?;);
        for (at, level) in levels.iter().enumerate().rev() {
            let around = at.checked_sub(1).and_then(|at| levels.get(at));
            inner = level.each(around, &inner);
        }
        inner
    }

    /// What an element of a list writes into its row; nothing where it has lists only.
    fn element(&self, level: &Level<'_>) -> Option<TokenStream> {
        let (element, item) = (&level.element, level.list.item);
        let kind = ColumnType::of(&item.ty);
        let method = ident(kind.method());
        let value = match (&item.ty, item.nullable) {
            (Type::Struct(index), nullable) => {
                let ty = ident(&self.record.structs.get(*index)?.type_name);
                let element = if nullable {
                    quote!(#element.as_ref())
                } else {
                    quote!(Some(#element))
                };
                return self
                    .has_columns(*index)
                    .then(|| quote!(#ty::write_columns(#element, row)));
            }
            (Type::String | Type::Binary, true) => quote!(#element.as_deref()),
            (Type::String | Type::Binary, false) => quote!(Some(#element)),
            (Type::Enum(index), true) => {
                let ty = tokens(&self.enum_name(*index));
                quote!(#element.as_ref().map(#ty::as_str))
            }
            (Type::Decimal, true) => quote!(#element.as_ref().map(Decimal::as_str)),
            (Type::Enum(_) | Type::Decimal, false) => quote!(Some(#element.as_str())),
            (Type::Uuid, true) => quote!(#element.map(Uuid::as_bytes)),
            (Type::Uuid, false) => quote!(Some(#element.as_bytes())),
            (_, true) => quote!(*#element),
            (_, false) => quote!(Some(*#element)),
        };
        Some(quote!(row.#method(#value)))
    }
}

/// Letters of a variable: a loop then begins on one line.
const LONGEST: usize = 14;

/// A list, and the variables of the loop over it.
struct Level<'r> {
    list: &'r List<'r>,
    index: Ident,
    element: Ident,
    /// Whether anything is done with the element.
    is_used: bool,
}

impl<'r> Level<'r> {
    /// The list at a place among those around each other, of so many.
    fn new(list: &'r List<'r>, at: usize, around: &[Self], number: usize) -> Self {
        let last = at + 1 == number;
        let plural = list.way.last().map_or("item", |field| field.name.column());
        let mut taken: Vec<String> = around
            .iter()
            .map(|level| level.element.to_string())
            .collect();
        taken.extend(["row", "it", "index", "list"].map(str::to_owned));
        let mut word = Name::field(&singular(plural)).rust;
        if word.len() > LONGEST {
            "item".clone_into(&mut word);
        }
        while taken.contains(&word) {
            word = format!("inner_{}", column(&word));
        }
        Self {
            list,
            index: if last {
                format_ident!("index")
            } else {
                format_ident!("{}_index", column(&word))
            },
            element: ident(&word),
            is_used: true,
        }
    }

    /// The loop over it, in that over the list around it.
    fn each(&self, around: Option<&Self>, inner: &TokenStream) -> TokenStream {
        let (index, element) = (&self.index, &self.element);
        let element = if self.is_used {
            quote!(#element)
        } else {
            quote!(_)
        };
        // What may be null on the way is looked into step by step.
        let mut steps = TokenStream::new();
        let mut place = around.map_or_else(
            || quote!(self),
            |around| {
                let element = &around.element;
                quote!(#element)
            },
        );
        let mut open = around.is_some_and(|around| around.list.item.nullable);
        if open {
            steps.extend(quote!(let it = #place.as_ref();));
        }
        let last = self.list.way.len().saturating_sub(1);
        for (at, field) in self.list.way.iter().enumerate() {
            let name = ident(&field.name.rust);
            let is_list = at == last;
            match (open, field.nullable) {
                (true, true) => steps.extend(quote!(let it = it.and_then(|it| it.#name.as_ref());)),
                (true, false) => steps.extend(quote!(let it = it.map(|it| &it.#name);)),
                (false, true) if !is_list => {
                    steps.extend(quote!(let it = #place.#name.as_ref();));
                    open = true;
                }
                (false, true) => place = quote!(#place.#name.iter().flatten()),
                (false, false) if is_list => place = quote!(&#place.#name),
                (false, false) => place = quote!(#place.#name),
            }
        }
        let elements = if open {
            quote!(it.into_iter().flatten())
        } else {
            place
        };
        quote! {
            #steps
            let list = #elements;
            for (#index, #element) in (0..).zip(list) { #inner }
        }
    }
}
