//! `$ref`: inside a schema, and into files beside the spec.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::beside::{Beside, beside};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::read::{Node, NodeKind, add_source, load, parse};
use crate::source::{Sources, Text};

/// The documents that schemas refer to. The first one of [`Documents::open`] is the schema itself.
pub struct Documents<'s> {
    sources: &'s mut Sources,
    documents: Vec<Document>,
}

struct Document {
    /// Relative to the folder of the spec; `None` for a schema inside the spec.
    path: Option<PathBuf>,
    root: Rc<Node>,
}

/// A schema in one of the documents.
#[derive(Debug, Clone)]
pub struct Place {
    /// Which document.
    pub document: usize,
    /// The JSON pointer, without `#`.
    pub pointer: String,
    /// The schema.
    pub node: Node,
}

impl<'s> Documents<'s> {
    /// No files yet.
    pub fn new(sources: &'s mut Sources) -> Self {
        Self {
            sources,
            documents: Vec::new(),
        }
    }

    /// A schema that stands in the spec.
    pub fn open(&mut self, root: &Node) -> usize {
        self.documents.push(Document {
            path: None,
            root: Rc::new(root.clone()),
        });
        self.documents.len() - 1
    }

    /// What a `$ref` in a document leads to; `None` when it leads nowhere, which is recorded.
    pub fn resolve(&mut self, reference: &Text, from: usize, sink: &mut Sink) -> Option<Place> {
        let unresolved =
            |message: String| Diagnostic::new(Code::UnresolvedReference, reference.span, message);
        let (file, pointer) = reference
            .value
            .split_once('#')
            .unwrap_or((&reference.value, ""));
        let document = if file.is_empty() {
            from
        } else {
            match self.file(file, from, sink) {
                Ok(document) => document,
                Err(Some(message)) => {
                    sink.push(
                        unresolved(message)
                            .help("a schema may stand in the spec, or in a file in its folder"),
                    );
                    return None;
                }
                Err(None) => return None,
            }
        };
        if !pointer.is_empty() && !pointer.starts_with('/') {
            sink.push(
                unresolved(format!("`#{pointer}`: anchors are not supported"))
                    .help("write a JSON pointer, as `#/$defs/address`"),
            );
            return None;
        }
        let root = Rc::clone(&self.documents.get(document)?.root);
        let mut node: &Node = &root;
        let mut walked = String::new();
        for step in pointer.split('/').skip(1) {
            let key = unescape(step);
            let next = match &node.kind {
                NodeKind::List(items) => {
                    key.parse::<usize>().ok().and_then(|index| items.get(index))
                }
                NodeKind::Map(_) | NodeKind::Scalar { .. } => node.get(&key),
            };
            let Some(next) = next else {
                let inside = if walked.is_empty() {
                    "the schema".to_owned()
                } else {
                    format!("`#{walked}`")
                };
                let diagnostic = unresolved(format!("{inside} has no `{key}`"));
                let names = node
                    .entries()
                    .unwrap_or_default()
                    .iter()
                    .map(|(key, _)| key.value.as_str());
                sink.push(match crate::diagnostic::nearest(&key, names) {
                    Some(near) => diagnostic.help(format!("write `#{walked}/{near}`")),
                    None => diagnostic,
                });
                return None;
            };
            walked = format!("{walked}/{step}");
            node = next;
        }
        Some(Place {
            document,
            pointer: pointer.to_owned(),
            node: node.clone(),
        })
    }

    /// A file beside the spec. `Err(None)`: its faults were recorded.
    fn file(&mut self, file: &str, from: usize, sink: &mut Sink) -> Result<usize, Option<String>> {
        if file.contains("://") {
            return Err(Some("schemas are not fetched from the network".to_owned()));
        }
        let folder = self
            .documents
            .get(from)
            .and_then(|document| document.path.as_deref())
            .and_then(Path::parent)
            .unwrap_or(Path::new(""));
        let Beside { path, full } = beside(file, folder, self.sources).map_err(Some)?;
        let known = self.documents.iter();
        if let Some(known) = known
            .map(|document| document.path.as_ref())
            .position(|known| known == Some(&path))
        {
            return Ok(known);
        }
        let bytes = load(&full)
            .map_err(|error| Some(format!("`{}` cannot be read: {error}", path.display())))?;
        let id = add_source(&full, &bytes, self.sources, sink).ok_or(None)?;
        let text = self
            .sources
            .get(id)
            .map(|source| source.text.clone())
            .unwrap_or_default();
        let root = parse(id, &text, sink).ok_or(None)?;
        self.documents.push(Document {
            path: Some(path),
            root: Rc::new(root),
        });
        Ok(self.documents.len() - 1)
    }
}

fn unescape(step: &str) -> String {
    step.replace("%25", "%")
        .replace("%24", "$")
        .replace("%20", " ")
        .replace("~1", "/")
        .replace("~0", "~")
}
