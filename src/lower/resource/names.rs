//! Rust names of resources and their records.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::model::{ConfigField, ConfigType, Name, Scope, is_type_name, singular, type_name};
use crate::source::{Span, Text};
use crate::spec;

/// The Rust names of a resource; `None` after faults.
pub(super) struct Names {
    pub name: Name,
    pub client: String,
    pub record: String,
    /// The struct that tells one partition from the others, where there are any.
    pub partition: String,
    /// The endpoint of one partition or window, where there are any.
    pub endpoint: String,
    /// The parent's record.
    parent: Option<String>,
}

impl Names {
    /// Names that the module of the resource uses.
    pub fn in_module(&self) -> Vec<&str> {
        let mut names = vec![self.client.as_str(), &self.record];
        let others = [self.partition.as_str(), &self.endpoint];
        names.extend(others.into_iter().filter(|name| !name.is_empty()));
        names.extend(self.parent.as_deref());
        names
    }
}

/// `config` holds the types of the config, which stand in one file with the resources' clients.
pub(super) fn names(
    resources: &[spec::Resource],
    config: &[ConfigField],
    sink: &mut Sink,
) -> Vec<Option<Names>> {
    let mut modules = Scope::default();
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let mut named: Vec<Option<Name>> = Vec::with_capacity(resources.len());
    for resource in resources {
        named.push(module(&resource.name, &mut modules, &mut seen, sink));
    }
    // Records first: their names are the ones that users write most.
    let mut types = Scope::default();
    let mut records: Vec<Option<String>> = vec![None; resources.len()];
    for (slot, resource) in records.iter_mut().zip(resources) {
        if let Some(text) = &resource.record {
            *slot = given_record(text, &mut types, sink);
        }
    }
    for ((slot, resource), name) in records.iter_mut().zip(resources).zip(&named) {
        if resource.record.is_none() && name.is_some() {
            *slot = derived_record(&resource.name, &mut types, sink);
        }
    }
    for name in config.iter().flat_map(|field| config_types(&field.ty)) {
        types.unique(name.to_owned());
    }
    let parent = |resource: &spec::Resource| {
        let parent = resource.parent.as_ref()?;
        let same = |other: &spec::Resource| other.name.value == parent.resource.value;
        records.get(resources.iter().position(same)?)?.clone()
    };
    let parents: Vec<Option<String>> = resources.iter().map(parent).collect();
    named
        .into_iter()
        .zip(records)
        .zip(resources.iter().zip(parents))
        .map(|((name, record), (resource, parent))| {
            let (name, record) = (name?, record?);
            let client = type_name(&name.wire, "Resource");
            let taken = Name {
                wire: name.wire.clone(),
                rust: client.clone(),
            };
            let client = if types.claim(&taken, Span::default()).is_ok() {
                client
            } else {
                types.unique(format!("{client}Resource"))
            };
            let (mut partition, mut endpoint) = (String::new(), String::new());
            if resource.parent.is_some() || resource.partitions.is_some() {
                let taken = [Some(client.as_str()), Some(&record), parent.as_deref()];
                let mut own = Scope::reserving(&taken.into_iter().flatten().collect::<Vec<_>>());
                partition = own.unique(format!("{client}Partition"));
                endpoint = own.unique(format!("{client}Of"));
            } else if resource.incremental.is_some() {
                let mut own = Scope::reserving(&[&client, &record]);
                endpoint = own.unique(format!("{client}Window"));
            }
            Some(Names {
                name,
                client,
                record,
                partition,
                endpoint,
                parent,
            })
        })
        .collect()
}

pub(super) fn module<'t>(
    text: &'t Text,
    modules: &mut Scope,
    seen: &mut BTreeMap<&'t str, Span>,
    sink: &mut Sink,
) -> Option<Name> {
    if text.value.trim().is_empty() || text.value.chars().any(char::is_control) {
        let message = format!(
            "`{}` cannot be the name of a resource",
            text.value.escape_debug()
        );
        sink.push(
            Diagnostic::new(Code::InvalidName, text.span, message)
                .help("it names a table and a Rust module: write for instance `orders`"),
        );
        return None;
    }
    crate::expr::literal(text, "the name of a resource", sink);
    if let Some(first) = seen.get(text.value.as_str()) {
        let diagnostic = Diagnostic::new(
            Code::DuplicateName,
            text.span,
            format!("there are two resources `{}`", text.value),
        );
        sink.push(
            diagnostic
                .other(*first, "the first one")
                .help("name one of them otherwise"),
        );
        return None;
    }
    seen.insert(&text.value, text.span);
    let name = Name::module(&text.value);
    if let Err(collision) = modules.claim(&name, text.span) {
        let help = format!("name it otherwise, for instance `{}`", collision.free);
        sink.push(
            crate::lower::collided(&collision, &text.value, text.span, "Rust and in SQL")
                .help(help),
        );
        return None;
    }
    Some(name)
}

pub(super) fn given_record(text: &Text, types: &mut Scope, sink: &mut Sink) -> Option<String> {
    if !is_type_name(&text.value) {
        let message = format!(
            "`{}` cannot be the Rust name of a record",
            text.value.escape_debug()
        );
        let help = format!("write `{}`", type_name(&text.value, "Record"));
        sink.push(Diagnostic::new(Code::InvalidName, text.span, message).help(help));
        return None;
    }
    claim_record(text, text.value.clone(), types, sink)
}

/// The singular of the resource's name; the name itself where another record has that.
pub(super) fn derived_record(text: &Text, types: &mut Scope, sink: &mut Sink) -> Option<String> {
    let one = type_name(&singular(&text.value), "Record");
    let plural = type_name(&text.value, "Record");
    let name = Name {
        wire: text.value.clone(),
        rust: one.clone(),
    };
    if types.claim(&name, text.span).is_ok() {
        return Some(one);
    }
    let candidates = [plural.clone(), format!("{plural}Record")];
    for rust in candidates {
        if types
            .claim(
                &Name {
                    wire: text.value.clone(),
                    rust: rust.clone(),
                },
                text.span,
            )
            .is_ok()
        {
            return Some(rust);
        }
    }
    claim_record(text, one, types, sink)
}

pub(super) fn claim_record(
    text: &Text,
    rust: String,
    types: &mut Scope,
    sink: &mut Sink,
) -> Option<String> {
    let name = Name {
        wire: text.value.clone(),
        rust,
    };
    match types.claim(&name, text.span) {
        Ok(()) => Some(name.rust),
        Err(collision) => {
            let diagnostic = Diagnostic::new(
                Code::NameCollision,
                text.span,
                format!("two records would be called `{}`", collision.rust),
            );
            let diagnostic = match collision.first {
                Some((_, span)) => diagnostic.other(span, "the other one"),
                None => diagnostic,
            };
            sink.push(diagnostic.help(format!(
                "give one of them another name: `struct: {}`",
                collision.free
            )));
            None
        }
    }
}

/// Rust names of the types of a config field.
fn config_types(ty: &ConfigType) -> Vec<&str> {
    let (own, fields): (_, Vec<&ConfigField>) = match ty {
        ConfigType::Enum { type_name, .. } => (type_name, Vec::new()),
        ConfigType::Object { type_name, fields } => (type_name, fields.iter().collect()),
        ConfigType::OneOf {
            type_name,
            variants,
        } => (
            type_name,
            variants.iter().flat_map(|(_, fields)| fields).collect(),
        ),
        ConfigType::List(item) => return config_types(item),
        _ => return Vec::new(),
    };
    let inner = fields.into_iter().flat_map(|field| config_types(&field.ty));
    std::iter::once(own.as_str()).chain(inner).collect()
}
