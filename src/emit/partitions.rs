//! Resources that are read partition after partition: what tells one from the others, and where they come from.

mod child;
mod partition;

use super::record::ident;
use super::{format, incremental, record, text, uses::Uses};
use crate::model::{
    Connector, Parent, PartitionList, PartitionSource, PartitionValues, Partitions, Resource,
    singular,
};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde::Serialize;

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
        uses.own(&format!("super::{}::{record}", parent.name.rust));
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
                pub fn stream(self) -> Records<#record> {
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
