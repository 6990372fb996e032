//! `extend`: Rust files beside the spec, and what is implemented in them.

use std::collections::BTreeMap;
use std::path::Path;

use super::beside::beside;
use crate::diagnostic::{Code, Diagnostic, Sink, nearest};
use crate::model::{Extension, Module};
use crate::read::{add_source, load};
use crate::source::{Sources, Span, Text};
use crate::spec::{self, Spec};

/// The functions of the trait `Extend`.
const FUNCTIONS: [&str; 3] = ["json", "next", "record"];
/// Brackets within brackets: deeper ones would be too much for who parses them.
const MAX_DEPTH: usize = 128;

/// The modules that a spec names, by their files as written; `None` where a fault of one was recorded.
#[derive(Default)]
pub(super) struct Modules {
    found: BTreeMap<String, Option<Found>>,
}

struct Found {
    module: Module,
    /// `pub struct Extension`
    has_type: bool,
    /// `fn new`
    has_new: bool,
    /// `impl Authenticator for Extension`
    is_authenticator: bool,
    /// The functions of `impl Extend for Extension`.
    extend: Option<Vec<String>>,
}

impl Modules {
    /// Reads all of them, each once.
    pub fn load(spec: &Spec, sources: &mut Sources, sink: &mut Sink) -> Self {
        let mut modules = Self::default();
        let mut names: BTreeMap<String, (String, Span)> = BTreeMap::new();
        let mut of_resources: BTreeMap<&str, Span> = BTreeMap::new();
        let auths = spec
            .resources
            .iter()
            .map(|resource| &resource.endpoint.auth);
        for file in [&spec.client.auth].into_iter().chain(auths).flatten() {
            for file in files(file) {
                modules.add(file, &mut names, sources, sink);
            }
        }
        for file in spec
            .resources
            .iter()
            .filter_map(|resource| resource.extend.as_ref())
        {
            if let Some(first) = of_resources.insert(&file.value, file.span) {
                let message = format!("`{}` extends another resource already", file.value);
                let diagnostic = Diagnostic::new(Code::InvalidModule, file.span, message);
                sink.push(
                    diagnostic
                        .other(first, "the other one")
                        .help("write a file for each: it says what their records are"),
                );
            }
            modules.add(file, &mut names, sources, sink);
        }
        modules
    }

    fn add(
        &mut self,
        file: &Text,
        names: &mut BTreeMap<String, (String, Span)>,
        sources: &mut Sources,
        sink: &mut Sink,
    ) {
        if self.found.contains_key(&file.value) {
            return;
        }
        let found = read(file, sources, sink).and_then(|found| {
            let name = found.module.name.clone();
            let claimed = names.entry(name).or_insert((file.value.clone(), file.span));
            if claimed.0 == file.value {
                return Some(found);
            }
            let message = format!("there are two modules named `{}`", found.module.name);
            let diagnostic = Diagnostic::new(Code::InvalidModule, file.span, message);
            sink.push(
                diagnostic
                    .other(claimed.1, "the other one")
                    .help("rename one of the files"),
            );
            None
        });
        self.found.insert(file.value.clone(), found);
    }

    fn get(&self, file: &Text) -> Option<&Found> {
        self.found.get(&file.value)?.as_ref()
    }

    /// The module of an authenticator; `None` after a recorded fault.
    pub fn authenticator(&self, file: &Text, sink: &mut Sink) -> Option<String> {
        let found = self.get(file)?;
        let needs = [
            (found.has_type, "pub struct Extension"),
            (found.is_authenticator, "impl Authenticator for Extension"),
            (
                found.has_new,
                "fn new(config: &Config) -> Result<Self, Error>",
            ),
        ];
        found.has_all(&needs, file, sink)
    }

    /// What a module says about a resource; `None` after a recorded fault.
    pub fn extension(&self, file: &Text, sink: &mut Sink) -> Option<Extension> {
        let found = self.get(file)?;
        let needs = [
            (found.has_type, "pub struct Extension"),
            (found.extend.is_some(), "impl Extend for Extension"),
        ];
        let module = found.has_all(&needs, file, sink)?;
        let functions = found.extend.as_deref().unwrap_or_default();
        for function in functions {
            if !FUNCTIONS.contains(&function.as_str()) {
                let message = format!("`Extend` has no function `{function}`");
                let diagnostic = Diagnostic::new(Code::InvalidModule, file.span, message);
                sink.push(match nearest(function, FUNCTIONS) {
                    Some(near) => diagnostic.help(format!("name it `{near}`")),
                    None => diagnostic.help("its functions are `json`, `next` and `record`"),
                });
                return None;
            }
        }
        if functions.is_empty() {
            let message = format!("`{}` changes nothing", file.value);
            let diagnostic = Diagnostic::new(Code::InvalidModule, file.span, message);
            sink.push(diagnostic.help(
                "implement `json`, `next` or `record` of the trait `Extend`, or remove `extend`",
            ));
            return None;
        }
        let has = |name: &str| functions.iter().any(|function| function == name);
        Some(Extension {
            module,
            json: has("json"),
            record: has("record"),
            next: has("next"),
        })
    }

    /// The modules, in the order of their names.
    pub fn into_files(self) -> Vec<Module> {
        let mut modules: Vec<Module> = self
            .found
            .into_values()
            .filter_map(|found| Some(found?.module))
            .collect();
        modules.sort_by(|a, b| a.name.cmp(&b.name));
        modules
    }
}

impl Found {
    /// The name, if all is there.
    fn has_all(&self, needs: &[(bool, &str)], file: &Text, sink: &mut Sink) -> Option<String> {
        let Some((_, missing)) = needs.iter().find(|(has, _)| !has) else {
            return Some(self.module.name.clone());
        };
        let message = format!("`{}` has no `{missing}`", file.value);
        sink.push(
            Diagnostic::new(Code::InvalidModule, file.span, message).help(format!(
                "write it, as `spile explain {}` shows",
                Code::InvalidModule.id()
            )),
        );
        None
    }
}

/// What a resource says that its module says too.
pub(super) fn said_twice(resource: &spec::Resource, extension: &Extension, sink: &mut Sink) {
    let decoder = resource
        .endpoint
        .decoder
        .as_ref()
        .map(|decoder| match decoder {
            spec::Decoder::Json(decoder) => decoder.span,
            spec::Decoder::Jsonl(decoder) => decoder.span,
            spec::Decoder::Csv(decoder) => decoder.span,
            spec::Decoder::Xml(decoder) => decoder.span,
        });
    let paginator = resource.endpoint.paginator.as_ref();
    let paginator = paginator.and_then(super::paginator::span);
    let job = resource.endpoint.job.as_ref().map(|job| job.span);
    for (function, has, key, span) in [
        ("json", extension.json, "decoder", decoder),
        ("next", extension.next, "paginator", paginator),
        ("next", extension.next, "job", job),
    ] {
        if let Some(span) = span.filter(|_| has) {
            let message =
                format!("`{key}` has no effect: the module has the function `{function}`");
            sink.push(
                Diagnostic::new(Code::InvalidModule, span, message).help(format!(
                    "remove the function or `{key}`; one of the defaults goes with `{key}: null`"
                )),
            );
        }
    }
}

/// The files that an authentication names.
fn files(auth: &spec::Auth) -> Vec<&Text> {
    match auth {
        spec::Auth::Extend(extend) => vec![&extend.module],
        spec::Auth::OneOf(one_of) => one_of
            .options
            .iter()
            .flat_map(|(_, auth)| files(auth))
            .collect(),
        _ => Vec::new(),
    }
}

fn read(file: &Text, sources: &mut Sources, sink: &mut Sink) -> Option<Found> {
    let mut refuse = |message: String, help: &str| {
        sink.push(Diagnostic::new(Code::InvalidModule, file.span, message).help(help));
    };
    let stem = Path::new(&file.value).file_stem().unwrap_or_default();
    let name = stem.to_string_lossy().into_owned();
    let is_name = name != "mod"
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && syn::parse_str::<syn::Ident>(&name).is_ok();
    if !is_name || !file.value.ends_with(".rs") {
        refuse(
            format!("`{}` is no name of a Rust file", file.value.escape_debug()),
            "write small letters, digits and `_`, and `.rs` behind them, as `signature.rs`",
        );
        return None;
    }
    let beside = match beside(&file.value, Path::new(""), sources) {
        Ok(beside) => beside,
        Err(message) => {
            refuse(
                message,
                "a module is a file in the folder of the spec, or below it",
            );
            return None;
        }
    };
    let bytes = match load(&beside.full) {
        Ok(bytes) => bytes,
        Err(error) => {
            refuse(
                format!("`{}` cannot be read: {error}", beside.path.display()),
                "a module is a file in the folder of the spec, or below it",
            );
            return None;
        }
    };
    let id = add_source(&beside.full, &bytes, sources, sink)?;
    let text = sources
        .get(id)
        .map(|source| source.text.replace("\r\n", "\n"))?;
    let parsed = if depth(&text) > MAX_DEPTH {
        Err(format!("brackets are more than {MAX_DEPTH} levels deep"))
    } else {
        syn::parse_file(&text).map_err(|error| error.to_string())
    };
    match parsed {
        Ok(parsed) => Some(inspect(&parsed, Module { name, text })),
        Err(error) => {
            let message = format!("`{}` is no Rust: {error}", file.value);
            sink.push(
                Diagnostic::new(Code::InvalidModule, file.span, message).help(format!(
                    "`rustfmt --check {}` shows where",
                    beside.path.display()
                )),
            );
            None
        }
    }
}

/// How deep brackets stand within brackets, those in texts and comments included.
fn depth(text: &str) -> usize {
    let mut depth = 0_usize;
    text.bytes().fold(0, |deepest, byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest.max(depth)
    })
}

/// What of it the generated code calls.
fn inspect(file: &syn::File, module: Module) -> Found {
    let mut found = Found {
        module,
        has_type: false,
        has_new: false,
        is_authenticator: false,
        extend: None,
    };
    for item in &file.items {
        match item {
            syn::Item::Struct(item) => {
                let public = matches!(item.vis, syn::Visibility::Public(_));
                found.has_type |= item.ident == "Extension" && public;
            }
            syn::Item::Impl(item) if is_named(&item.self_ty, "Extension") => {
                let functions = item.items.iter().filter_map(|item| match item {
                    syn::ImplItem::Fn(function) => Some(function.sig.ident.to_string()),
                    _ => None,
                });
                let functions: Vec<String> = functions.collect();
                let of = item
                    .trait_
                    .as_ref()
                    .and_then(|(path, _)| path.segments.last());
                match of.map(|segment| segment.ident.to_string()).as_deref() {
                    None => found.has_new |= functions.iter().any(|name| name == "new"),
                    Some("Authenticator") => found.is_authenticator = true,
                    Some("Extend") => found.extend = Some(functions),
                    Some(_) => {}
                }
            }
            _ => {}
        }
    }
    found
}

fn is_named(ty: &syn::Type, name: &str) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.is_ident(name))
}
