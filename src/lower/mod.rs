//! Spec → model: every rule of the language is checked while it is lowered, one file for each of its parts.

mod auth;
mod beside;
mod client;
mod config;
mod decoder;
mod disposition;
mod duration;
mod envelope;
mod error_handler;
mod extend;
mod fields;
mod graphql;
mod header;
mod incremental;
mod job;
mod json;
mod key;
mod package;
mod paginator;
mod param;
mod parent;
mod partitions;
mod path;
mod rate_limit;
mod record;
mod request;
mod resource;
mod samples;
mod schema;
mod schema_ref;
mod size;
mod status;
mod tables;
mod transform;
mod url;
mod wait;

pub use header::is_header_name;

use std::cell::RefCell;
use std::collections::BTreeSet;

use extend::Modules;
use sha2::{Digest, Sha256};

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::expr::{BodyReader, ConfigNames, CursorPlace, PartitionNames, Place};
use crate::model::{Collision, Connector};
use crate::source::{Sources, Span, Text};
use crate::spec::Spec;

/// What the lowering of every part needs.
struct Cx<'a> {
    sink: &'a mut Sink,
    config: &'a ConfigNames<'a>,
    partition: Option<&'a PartitionNames<'a>>,
    cursor: CursorPlace<'a>,
    modules: &'a Modules,
    job: Option<&'a RefCell<dyn BodyReader + 'static>>,
}

impl<'a> Cx<'a> {
    /// The names that exist in a request.
    fn place(&self) -> Place<'a> {
        Place {
            partition: self.partition,
            cursor: self.cursor,
            job: self.job,
            ..Place::config_only(self.config)
        }
    }

    /// The same in a JSON body, which cannot leave out what is absent.
    fn json_place(&self) -> Place<'a> {
        Place {
            cursor: self.cursor.in_json(),
            ..self.place()
        }
    }
}

/// Checks a spec and lowers it. `None` when there is an error; `sink` then holds all of them. Files that schemas refer to
/// are read from the folder of the spec and added to `sources`.
///
/// Of a spec that came with errors of reading, parts are missing; nothing is said then that their absence may cause.
pub fn lower(spec: &Spec, sources: &mut Sources, sink: &mut Sink) -> Option<Connector> {
    if !sink.has_errors() {
        return lower_whole(spec, sources, sink);
    }
    let mut own = Sink::default();
    lower_whole(spec, sources, &mut own);
    own.into_sorted()
        .into_iter()
        .filter(|diagnostic| !follows_from_absence(diagnostic.code))
        .for_each(|diagnostic| sink.push(diagnostic));
    None
}

/// Whether a rule may be broken only because something else was refused.
fn follows_from_absence(code: Code) -> bool {
    matches!(
        code,
        Code::MissingKey
            | Code::Empty
            | Code::UnknownField
            | Code::UnknownReference
            | Code::InvalidKey
            | Code::InvalidDisposition
            | Code::InvalidTables
            | Code::InvalidErrorHandler
            | Code::InvalidSample
            | Code::InvalidParent
            | Code::InvalidPartition
            | Code::NeverRead
            | Code::StepWithoutEffect
            | Code::InvalidCursor
            | Code::InvalidRange
            | Code::ReadAgain
            | Code::Unused
            | Code::NoEffect
            | Code::UnreachableRule
    )
}

fn lower_whole(spec: &Spec, sources: &mut Sources, sink: &mut Sink) -> Option<Connector> {
    if spec.spile.value != 1 {
        let message = format!("there is no version {} of the language", spec.spile.value);
        sink.push(
            Diagnostic::new(Code::OutOfRange, spec.spile.span, message).help("write `spile: 1`"),
        );
    }
    let package = package::name(&spec.name, sink);
    let version = package::version(spec.version.as_ref(), sink);
    let description = spec.description.as_ref().map(|text| prose(text, sink));
    let (config, refused): (_, BTreeSet<String>) = config::lower(spec, sink);
    let names = ConfigNames::new(&config, &refused);
    let modules = Modules::load(spec, sources, sink);
    let mut cx = Cx {
        sink,
        config: &names,
        partition: None,
        cursor: CursorPlace::Absent,
        modules: &modules,
        job: None,
    };
    let client = client::lower(spec, &mut cx);
    let resources = resource::lower_all(spec, sources, &mut cx);
    if let Some(client) = client.as_ref().filter(|_| !cx.sink.has_errors()) {
        rate_limit::warn_of_unused(spec, client, &resources, &mut cx);
    }
    if config::token_file::is_needed(spec) {
        names.mark_used(config::token_file::NAME);
    }
    if sink.has_errors() {
        return None;
    }
    // Where an expression is broken, what it would use is not known.
    for (name, _) in &spec.config {
        if !names.is_used(&name.value) {
            let shown = in_config(&name.value);
            let message = format!("`{shown}` is never used");
            let help = format!("use it, as `{{{{ {shown} }}}}`, or remove it");
            sink.push(Diagnostic::new(Code::Unused, name.span, message).help(help));
        }
    }
    Some(Connector {
        package: package?,
        version,
        description,
        config: config.clone(),
        client: client?,
        resources,
        modules: modules.into_files(),
        spec_digest: digest(sources),
        spec_file: sources
            .main_path()
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
    })
}

/// A field of `config` as an expression names it.
fn in_config(name: &str) -> String {
    let is_word = name.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if is_word {
        format!("config.{name}")
    } else {
        let mark = if name.contains('\'') { '"' } else { '\'' };
        format!("config[{mark}{name}{mark}]")
    }
}

/// Two names that become one, with both places.
fn collided(collision: &Collision, wire: &str, span: Span, languages: &str) -> Diagnostic {
    let message = collision.message(wire, languages);
    let diagnostic = Diagnostic::new(Code::NameCollision, span, message);
    match &collision.first {
        Some((_, first)) => diagnostic.other(*first, "the other one"),
        None => diagnostic,
    }
}

/// A description without the blanks around it.
fn prose(text: &Text, sink: &mut Sink) -> String {
    crate::expr::literal(text, "a description", sink)
        .trim()
        .to_owned()
}

/// SHA-256 over the spec and the files that it refers to, in the order they were read.
fn digest(sources: &Sources) -> String {
    let mut hasher = Sha256::new();
    for source in sources.iter() {
        hasher.update(source.text.as_bytes());
    }
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
