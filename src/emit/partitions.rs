//! Resources that are read partition after partition: what tells one from the others, and where they come from.

use super::expr::{Place, Scope, field};
use super::record::{Types, ident};
use super::{format, incremental, record, text, uses::Uses};
use crate::model::{
    Connector, Parent, PartitionField, PartitionList, PartitionSource, PartitionValues, Partitions,
    RecordRoot, Resource, Type, singular,
};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde::Serialize;
use std::cell::RefCell;

const CONCURRENCY: u32 = 4;

/// What a divided resource has beside the rest: finished pieces of Rust.
#[derive(Serialize)]
pub struct PartitionsView {
    /// The struct that tells one partition from the others.
    partition: String,
    /// Its Rust name.
    partition_type: String,
    /// What one partition is, for the docs: "each of `posts`".
    each: String,
    /// `impl` of the resource's client.
    methods: String,
    /// Implementations of the runtime's traits.
    implementations: String,
}

/// The pieces.
pub fn view(
    connector: &Connector,
    resource: &Resource,
    divided: &Partitions,
    sends_window: bool,
    uses: &mut Uses,
) -> PartitionsView {
    let code = Code {
        connector,
        resource,
        divided,
        sends_window,
        parent: divided.parent.as_ref().and_then(|parent| {
            let resource = connector.resources.get(parent.resource)?;
            Some((parent, resource))
        }),
    };
    uses.add("serde", "Serialize");
    for name in ["Partitioned", "Partitions", "Source"] {
        uses.runtime(name);
    }
    if let Some((_, parent)) = code.parent {
        uses.runtime("Child");
        uses.runtime("Parents");
        let record = record_name(parent);
        uses.own(format!("super::{}::{record}", parent.name.rust));
    }
    let implementations = code.implementations();
    uses.expressions(&implementations);
    PartitionsView {
        partition: format::items(code.structure(uses)),
        partition_type: divided.type_name.clone(),
        each: code.each(),
        methods: format::items(code.methods()),
        implementations: format::items(implementations),
    }
}

fn record_name(resource: &Resource) -> &str {
    resource.record_type()
}

struct Code<'a> {
    connector: &'a Connector,
    resource: &'a Resource,
    divided: &'a Partitions,
    /// Whether requests speak of the window of what is read incrementally.
    sends_window: bool,
    parent: Option<(&'a Parent, &'a Resource)>,
}

impl Code<'_> {
    fn partition(&self) -> Ident {
        ident(&self.divided.type_name)
    }

    fn endpoint(&self) -> Ident {
        ident(&self.divided.endpoint)
    }

    fn is_batch(&self) -> bool {
        self.parent
            .is_some_and(|(parent, _)| parent.batch.is_some())
    }

    /// "one of `posts` and one `region`"
    fn each(&self) -> String {
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

    fn remarks(&self) -> Vec<String> {
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
    fn structure(&self, uses: &mut Uses) -> TokenStream {
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
        let ty = Types::new(parent).ty(&path.ty, uses);
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
    fn parent_values(&self) -> (TokenStream, Vec<TokenStream>, bool) {
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

    /// The methods of the resource's client.
    fn methods(&self) -> TokenStream {
        let (client, record) = (ident(&self.resource.type_name), record_name(self.resource));
        let record = ident(record);
        let lines = ["All records, partition after partition.", ""];
        let lines = lines.into_iter().map(str::to_owned);
        let docs = record::docs(lines.chain(self.remarks()));
        let (open, one) = (self.open(), self.one());
        let (new, with_state) = match &self.resource.incremental {
            None => (quote!(Self { client }), TokenStream::new()),
            Some(_) => (
                quote! {
                    let extent = Extent::new();
                    Self { client, extent }
                },
                incremental::divided_methods(&record),
            ),
        };
        quote! {
            impl #client {
                pub(crate) fn new(client: Client) -> Self { #new }

                #docs
                #[must_use]
                pub fn stream(self) -> Records<impl Source<Record = #record>> {
                    Records::new(self.pages())
                }

                #[doc = " The same by pages."]
                #[must_use]
                pub fn pages(self) -> impl Source<Record = #record> { #open }

                #with_state

                #one
            }
        }
    }

    fn open(&self) -> TokenStream {
        match self.parent {
            Some((_, parent)) => {
                let accessor = ident(&parent.name.rust);
                quote! {
                    let parents = self.client.#accessor().pages();
                    let partitions = Parents::new(parents, self.clone());
                    Partitions::new(self, partitions)
                }
            }
            None => quote! {
                let partitions = self.partitions();
                Partitions::new(self, partitions.into_iter())
            },
        }
    }

    /// The type of the pages of one partition.
    fn source(&self) -> TokenStream {
        let endpoint = self.endpoint();
        match self.resource.incremental {
            None => {
                let pages = ident(super::job::name(self.resource));
                quote!(#pages<#endpoint>)
            }
            Some(_) => quote!(Windows<#endpoint>),
        }
    }

    /// The type of one partition for the user of the resource, and an expression that makes it of a partition.
    fn opened(&self, partition: &TokenStream) -> (TokenStream, TokenStream) {
        let endpoint = self.endpoint();
        match self.resource.incremental {
            None => (
                quote!(#endpoint),
                quote! {
                    let (client, partition) = (self.client, #partition);
                    #endpoint { client, partition }
                },
            ),
            Some(_) => (self.source(), quote!(self.open(#partition))),
        }
    }

    fn one(&self) -> TokenStream {
        let partition = self.partition();
        let single = self
            .parent
            .filter(|_| self.divided.lists.is_empty() && !self.is_batch());
        let Some((_, parent)) = single else {
            let listed = self.parent.is_none().then(|| {
                let make = self.lists(&[]);
                quote! {
                    #[doc = " All partitions, in the order in which they are read."]
                    #[must_use]
                    pub fn partitions(&self) -> Vec<#partition> {
                        #make
                        partitions
                    }
                }
            });
            let (opened, open) = match self.resource.incremental {
                Some(_) => self.opened(&quote!(partition)),
                None => {
                    let endpoint = self.endpoint();
                    let open = quote! {
                        let client = self.client;
                        #endpoint { client, partition }
                    };
                    (quote!(#endpoint), open)
                }
            };
            return quote! {
                #listed

                #[doc = " One partition."]
                #[must_use]
                pub fn partition(self, partition: #partition) -> #opened { #open }
            };
        };
        let record = ident(record_name(parent));
        let (_, _, fallible) = self.parent_values();
        let one = singular(&parent.name.wire).replace('_', " ");
        let name = text::code(&self.resource.name.wire);
        if fallible {
            let docs = record::docs([format!(
                "Those of {name} that belong to one {one}; nothing where it has no value to ask with."
            )]);
            if self.resource.incremental.is_some() {
                let source = self.source();
                return quote! {
                    #docs
                    #[must_use]
                    pub fn of(self, parent: &#record) -> Option<#source> {
                        let partition = #partition::of(parent).ok()?;
                        Some(self.open(partition))
                    }
                };
            }
            let endpoint = self.endpoint();
            return quote! {
                #docs
                #[must_use]
                pub fn of(self, parent: &#record) -> Option<#endpoint> {
                    let (client, partition) = (self.client, #partition::of(parent).ok()?);
                    Some(#endpoint { client, partition })
                }
            };
        }
        let docs = record::docs([format!("Those of {name} that belong to one {one}.")]);
        let (opened, open) = self.opened(&quote!(#partition::of(parent)));
        quote! {
            #docs
            #[must_use]
            pub fn of(self, parent: &#record) -> #opened { #open }
        }
    }

    /// Statements that make `partitions` of all combinations of the lists; `fields` are the parent's.
    fn lists(&self, fields: &[TokenStream]) -> TokenStream {
        let partition = self.partition();
        let own = self.divided.fields.iter().filter_map(|field| {
            let PartitionSource::List(at) = field.source else {
                return None;
            };
            let (name, list) = (ident(&field.rust), self.divided.lists.get(at)?);
            Some(match &list.values {
                PartitionValues::Integers(_) => quote!(#name),
                PartitionValues::Config(_, true) => quote!(#name: *#name),
                PartitionValues::Texts(_) => quote!(#name: #name.to_owned()),
                PartitionValues::Config(_, false) => quote!(#name: #name.clone()),
                PartitionValues::ConfigWords(_) => quote!(#name: #name.as_str().to_owned()),
            })
        });
        let fields = fields.iter().cloned().chain(own);
        let push = quote! {
            let partition = #partition { #(#fields),* };
            partitions.push(partition);
        };
        let loops = self.divided.lists.iter().rev().fold(push, |inside, list| {
            let (name, values) = (ident(&list.field), values(list));
            quote!(for #name in #values { #inside })
        });
        let config = super::resource::uses_ident(&loops, "config")
            .then(|| quote!(let config = self.client.config();));
        quote! {
            #config
            let mut partitions = Vec::new();
            #loops
        }
    }

    fn implementations(&self) -> TokenStream {
        let (client, partition, endpoint) = (
            ident(&self.resource.type_name),
            self.partition(),
            self.endpoint(),
        );
        let session = super::resource::session(self.connector, self.resource);
        let concurrency = (self.divided.concurrency != CONCURRENCY).then(|| {
            let number = text::integer(self.divided.concurrency);
            quote!(const CONCURRENCY: usize = #number;)
        });
        let child = self.child();
        let source = self.source();
        let pages = ident(super::job::name(self.resource));
        let open = match &self.resource.incremental {
            None => quote! {
                let client = self.client.clone();
                #pages::new(#endpoint { client, partition })
            },
            Some(_) => incremental::divided_open(&endpoint, self.sends_window),
        };
        quote! {
            impl Partitioned for #client {
                type Partition = #partition;
                type Source = #source;
                #concurrency

                fn session(&self) -> &Session { #session }

                fn open(&self, partition: #partition) -> #source { #open }
            }

            #child
        }
    }

    fn child(&self) -> Option<TokenStream> {
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
            let config = super::resource::uses_ident(&quote!(#before #holds), "config")
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

/// What a loop over a list goes through.
fn values(list: &PartitionList) -> TokenStream {
    match &list.values {
        PartitionValues::Texts(texts) => {
            let texts = texts.iter().map(|value| text::literal(value));
            quote!([#(#texts),*])
        }
        PartitionValues::Integers(numbers) => {
            let numbers = numbers.iter().map(text::integer);
            quote!([#(#numbers),*])
        }
        PartitionValues::Config(path, _) | PartitionValues::ConfigWords(path) => {
            let path = path.iter().map(|step| ident(step));
            quote!(&config #(.#path)*)
        }
    }
}
