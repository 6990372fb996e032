//! Jobs: what the endpoint of the files says of the job that makes them.

use super::envelope::Pages;
use super::expr::{Place, Scope, Shape};
use super::paging::PagingCode;
use super::record::ident;
use super::request::{self, Making};
use super::resource::{names_in, uses_ident};
use super::{errors, text, uses::Uses};
use crate::model::{Envelope, Expr, Job, JobFiles, JobRequest, Resource, Template};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;
use std::cell::RefCell;
use std::time::Duration;

const INTERVAL: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(3600);

/// The runtime's source of the pages of one stream.
pub fn source(resource: &Resource, uses: &mut Uses) -> Ident {
    let name = name(resource);
    uses.runtime(name);
    ident(name)
}

/// The name of the runtime's source of the pages of one stream.
pub fn name(resource: &Resource) -> &'static str {
    match resource.job {
        Some(_) => "JobPages",
        None => "Pages",
    }
}

/// The positions of pages that are files.
pub fn paging() -> PagingCode {
    PagingCode {
        position: quote!(JobFiles),
        start: None,
        guard: Some("Off"),
        mark: None,
        size: None,
        params: TokenStream::new(),
        json_params: TokenStream::new(),
        sends_json: false,
        total: None,
        next: quote!(Ok(turn.position.next())),
        link: false,
        edge: false,
    }
}

/// `Endpoint::request`: the request for a file.
pub fn download(job: &Job, code: &PagingCode, scope: Scope<'_>, uses: &mut Uses) -> TokenStream {
    uses.runtime("JobFiles");
    let end = if job.open {
        quote!(request.without_credentials();)
    } else {
        quote!(request.without_credentials_elsewhere();)
    };
    let making = Making {
        target: Some(quote!(position.url())),
        end,
        optional: false,
    };
    let statements = request::statements(&job.download, &making, code, scope, uses);
    quote! {
        fn request(&self, position: &JobFiles) -> Result<Request, Error> { #statements }
    }
}

/// The parts of the answers about a job.
pub fn structs(job: &Job, uses: &mut Uses) -> TokenStream {
    let mut items = TokenStream::new();
    let parts = [
        (
            &job.created,
            " The parts of the answer that created the job that are read.",
        ),
        (
            &job.progress,
            " The parts of the answer with the state of a job that are read.",
        ),
    ];
    for (envelope, docs) in parts {
        let envelope = envelope.as_ref();
        items.extend(envelope.map(|envelope| Pages::of_job(envelope, docs).items(uses)));
    }
    if let JobFiles::Listed(finished) = &job.files {
        let finished = finished_pages(finished);
        items.extend(finished.items(uses));
    }
    items
}

fn finished_pages(envelope: &Envelope) -> Pages<'_> {
    Pages::new(
        envelope,
        " The part of the last answer with the state that has the URLs of the files.",
    )
}

/// The methods of `JobEndpoint`.
pub fn methods(resource: &Resource, job: &Job, scope: Scope<'_>, uses: &mut Uses) -> TokenStream {
    for name in ["Answer", "JobEndpoint"] {
        uses.runtime(name);
    }
    let methods = Methods { job, scope };
    let constants = methods.constants(uses);
    let making = Making::default();
    let create = request::statements(&resource.request, &making, &paging(), scope, uses);
    let poll = methods.about(&job.poll, "poll", uses);
    let status = methods.status();
    let files = methods.files(uses);
    let delete = job.delete.as_ref();
    let delete = delete.map(|delete| methods.about(delete, "delete", uses));
    let all = quote!(#poll #status #files #delete);
    for name in ["Scalar", "links", "needed", "part", "resolve", "segment"] {
        if uses_ident(&all, name) {
            uses.runtime(name);
        }
    }
    quote! {
        #constants

        fn create(&self) -> Result<Request, Error> { #create }

        #poll

        #status

        #files

        #delete
    }
}

struct Methods<'a> {
    job: &'a Job,
    scope: Scope<'a>,
}

impl<'a> Methods<'a> {
    fn constants(&self, uses: &mut Uses) -> TokenStream {
        let job = self.job;
        let words = |name: &str, words: &[String]| {
            let name = ident(name);
            let words = words.iter().map(|word| text::literal(word));
            quote!(const #name: &'static [&'static str] = &[#(#words),*];)
        };
        let mut constants = words("COMPLETED", &job.completed);
        if !job.failed.is_empty() {
            constants.extend(words("FAILED", &job.failed));
        }
        for (name, time, default) in [
            ("INTERVAL", job.interval, INTERVAL),
            ("MAX_INTERVAL", job.max_interval, job.interval),
            ("TIMEOUT", job.timeout, TIMEOUT),
        ] {
            if time != default {
                let (name, time) = (ident(name), errors::duration(time, uses));
                constants.extend(quote!(const #name: Duration = #time;));
            }
        }
        constants
    }

    /// What is made where the answer that created the job is at hand, with the statements that it needs.
    fn of_job(&self, make: impl FnOnce(Scope<'_>) -> TokenStream) -> TokenStream {
        let lets = RefCell::default();
        let made = make(Scope {
            job: Some((self.job, &lets)),
            ..self.scope
        });
        let lets = lets.into_inner();
        let created = uses_ident(&lets, "created")
            .then(|| quote!(let created: JobCreated = job.json().unwrap_or_default();));
        quote!(#created #lets #made)
    }

    /// A request about the job.
    fn about(&self, about: &JobRequest, name: &str, uses: &mut Uses) -> TokenStream {
        let optional = name == "delete";
        let made = self.of_job(|scope| {
            let target = about.linked.then(|| {
                let url = scope.param(&about.request.path.template);
                match &about.request.path.template {
                    Template::Value(_) => quote!(resolve(job, #url)?),
                    _ => quote!(resolve(job, &#url)?),
                }
            });
            let before = scope.before();
            let making = Making {
                target,
                optional,
                ..Making::default()
            };
            let made = request::statements(&about.request, &making, &paging(), scope, uses);
            quote!(#before #made)
        });
        let (name, job) = (ident(name), argument("job", &made));
        let given = if optional {
            quote!(Option<Request>)
        } else {
            quote!(Request)
        };
        quote! {
            fn #name(&self, #job: &Answer) -> Result<#given, Error> { #made }
        }
    }

    /// Where an answer with the state is at hand.
    fn in_answer<T>(&self, make: impl FnOnce(Scope<'_>) -> T) -> T {
        let progress = self.job.progress.as_ref();
        let accessors = progress.map_or(&[][..], |progress| &progress.accessors);
        let always = progress.map(|progress| Pages::of_job(progress, "").certain());
        make(Scope {
            accessors,
            always: &always.unwrap_or_default(),
            place: Place::Rule,
            ..self.scope
        })
    }

    /// A text of the answer, which has to be there.
    fn text(&self, expr: &Expr, shown: &str) -> TokenStream {
        let shown = text::literal(shown);
        let value = self.in_answer(|scope| {
            let value = scope.value(expr);
            let value = if !value.optional && value.shape == Shape::Str {
                value.tokens
            } else {
                scope.before();
                let value = scope.borrowed_text(expr);
                quote!(needed(answer, #shown, #value)?)
            };
            let before = scope.before();
            quote!(#before let value = #value;)
        });
        let names = names_in(&value);
        let body = uses_ident(&value, "body")
            .then(|| quote!(let body: JobProgress = answer.json().unwrap_or_default();));
        quote!(#names #body #value)
    }

    fn status(&self) -> TokenStream {
        let status = self.text(&self.job.status, &self.job.status_shown);
        quote! {
            fn status(&self, answer: &Answer) -> Result<String, Error> {
                #status
                Ok(value.to_owned())
            }
        }
    }

    fn files(&self, uses: &mut Uses) -> TokenStream {
        let statements = match &self.job.files {
            JobFiles::One => self.of_job(|scope| {
                let target = request::target(&self.job.download.path, scope);
                let before = scope.before();
                let made = quote!(#before Ok(vec![#target]));
                let names = names_in(&made);
                quote!(#names #made)
            }),
            JobFiles::Linked(expr) => {
                let url = self.text(expr, "url");
                quote!(#url Ok(vec![resolve(answer, value)?]))
            }
            JobFiles::Listed(finished) => {
                let pages = finished_pages(finished);
                let ty = pages.root(&quote!('_), uses);
                let (object, records) = (pages.is_object(), pages.records());
                let page = quote!(let page: #ty = part(answer, #object)?;);
                // Several pieces are collected by statements.
                match statements_of(&records) {
                    Some(statements) => quote!(#page #statements links(answer, pieces)),
                    None => quote!(#page links(answer, #records)),
                }
            }
        };
        let (job, answer) = (
            argument("job", &statements),
            argument("answer", &statements),
        );
        quote! {
            fn files(&self, #job: &Answer, #answer: &Answer) -> Result<Vec<String>, Error> {
                #statements
            }
        }
    }
}

/// The statements before the last name, where there are some.
fn statements_of(tokens: &TokenStream) -> Option<TokenStream> {
    let mut trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let last = trees.pop()?;
    (matches!(last, TokenTree::Ident(_)) && !trees.is_empty()).then(|| trees.into_iter().collect())
}

/// An argument, marked where it is not used.
fn argument(name: &str, statements: &TokenStream) -> Ident {
    if uses_ident(statements, name) {
        ident(name)
    } else {
        ident(&format!("_{name}"))
    }
}
