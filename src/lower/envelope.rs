//! The parts of a response that are read: data selector, paginator's paths and expressions become one tree.

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::expr::{BodyReader, PathItem, PathItemKind, StepKind};
use crate::model::{
    Accessor, Envelope, EnvelopeField, EnvelopeNode, LeafKind, Name, PathStep, Scope, type_name,
};
use crate::source::{Span, Text};

/// Collects what is read of a body.
pub struct EnvelopeBuilder {
    faults: Vec<Diagnostic>,
    root: Draft,
    accessors: Vec<Reading>,
    names: Scope,
    /// Rust name of the outermost struct.
    type_name: &'static str,
    /// What has rows and nothing else, as a message begins.
    rows: Option<&'static str>,
}

struct Reading {
    rust: String,
    path: Vec<StepKind>,
    kind: LeafKind,
}

/// A node of the body while paths are added.
enum Draft {
    Untouched,
    Records(Span),
    Leaf(LeafKind, Span),
    Object(Vec<(String, Draft)>, Span),
    Each(Box<Draft>, Span),
    Items(Vec<(usize, Draft)>, Span),
}

impl Draft {
    /// What a path to this node reads, and where the spec says so.
    fn described(&self) -> Option<(&'static str, Span)> {
        match self {
            Self::Untouched => None,
            Self::Records(span) => Some(("the records", *span)),
            Self::Leaf(LeafKind::Token, span) => Some(("a cursor or link", *span)),
            Self::Leaf(LeafKind::Count, span) => Some(("a number of records or pages", *span)),
            Self::Leaf(LeafKind::Flag, span) => Some(("a flag", *span)),
            Self::Leaf(LeafKind::Scalar, span) => Some(("a value", *span)),
            Self::Object(_, span) => Some(("an object", *span)),
            Self::Each(_, span) => Some(("a list or map, every item of it", *span)),
            Self::Items(_, span) => Some(("a list, some items of it", *span)),
        }
    }
}

/// What stands at the end of a path.
#[derive(Clone, Copy)]
enum End {
    Records,
    Leaf(LeafKind),
}

impl EnvelopeBuilder {
    /// Nothing is read yet. `type_name` is the Rust name of the outermost struct.
    pub fn new(type_name: &'static str) -> Self {
        Self {
            faults: Vec::new(),
            root: Draft::Untouched,
            accessors: Vec::new(),
            names: Scope::reserving(&["records"]),
            type_name,
            rows: None,
        }
    }

    /// The body is rows and nothing else; `what` begins a message: "a CSV has".
    pub fn of_rows(&mut self, what: &'static str) {
        self.rows = Some(what);
    }

    /// The records stand at this path.
    pub fn records(&mut self, path: &[PathItem], span: Span) {
        let path: Vec<PathItemKind> = path.iter().map(|item| item.kind.clone()).collect();
        self.add(&path, End::Records, span);
    }

    /// The accessor of the value that a path of the paginator leads to.
    pub fn read(&mut self, text: &Text, kind: LeafKind, sink: &mut Sink) -> Option<String> {
        let items = crate::expr::path(text, sink)?;
        let mut steps = Vec::with_capacity(items.len());
        for item in items {
            steps.push(match item.kind {
                PathItemKind::Key(key) => StepKind::Key(key),
                PathItemKind::Index(index) => StepKind::Index(index),
                PathItemKind::Each => {
                    let diagnostic = Diagnostic::new(
                        Code::InvalidPath,
                        text.span_of(item.range),
                        "`*` gives many values, and one is needed here",
                    );
                    sink.push(diagnostic.help("write `[0]` for the first item of a list"));
                    return None;
                }
            });
        }
        if steps.is_empty() {
            sink.push(
                Diagnostic::new(
                    Code::InvalidPath,
                    text.span,
                    "the whole body is not a single value",
                )
                .help("name the part of it that has the value"),
            );
            return None;
        }
        self.accessor(&steps, kind, text.span)
    }

    fn add(&mut self, path: &[PathItemKind], end: End, span: Span) -> bool {
        if let (Some(rows), End::Leaf(_)) = (self.rows, end) {
            let message = format!("{rows} nothing beside the records that could be read here");
            self.faults.push(
                Diagnostic::new(Code::InvalidDecoder, span, message).help(
                    "page by `offset`, `page_number` or `keyset`, by a header (`link_header`, `header_cursor`), or by `last_record`",
                ),
            );
            return false;
        }
        match insert(&mut self.root, path, end, span) {
            Ok(()) => true,
            Err((found, other)) => {
                let wanted = match end {
                    End::Records => "the records",
                    End::Leaf(LeafKind::Token) => "a cursor or link",
                    End::Leaf(LeafKind::Count) => "a number of records or pages",
                    End::Leaf(LeafKind::Flag) => "a flag",
                    End::Leaf(LeafKind::Scalar) => "a value",
                };
                let diagnostic = Diagnostic::new(
                    Code::InvalidPath,
                    span,
                    format!("one place of the response cannot be {wanted} and {found} at once"),
                );
                let diagnostic = diagnostic.other(other, format!("this makes it {found}"));
                let whole = found == "the records" && matches!(self.root, Draft::Records(_));
                self.faults.push(if whole {
                    diagnostic.help(
                        "the records are the whole body: name their part of it as `data_selector`",
                    )
                } else {
                    diagnostic
                });
                false
            }
        }
    }

    /// The finished tree; `None` when paths of it do not fit together, which is recorded.
    pub fn finish(
        self,
        data_selector: &str,
        allow_missing_data: bool,
        sink: &mut Sink,
    ) -> Option<Envelope> {
        let failed = !self.faults.is_empty();
        self.faults.into_iter().for_each(|fault| sink.push(fault));
        if failed {
            return None;
        }
        let mut types = Scope::reserving(&["Records"]);
        let type_name = types.unique(self.type_name.to_owned());
        let mut root = freeze(self.root, &type_name, &mut types);
        if allow_missing_data {
            make_optional(&mut root);
        }
        let accessors = self
            .accessors
            .into_iter()
            .map(|reading| Accessor {
                path: steps(&root, &reading.path),
                rust: reading.rust,
                kind: reading.kind,
            })
            .collect();
        Some(Envelope {
            root,
            data_selector: data_selector.to_owned(),
            allow_missing_data,
            accessors,
        })
    }

    /// Whether anything is read.
    pub fn is_untouched(&self) -> bool {
        matches!(self.root, Draft::Untouched)
    }
}

impl BodyReader for EnvelopeBuilder {
    fn accessor(&mut self, path: &[StepKind], kind: LeafKind, span: Span) -> Option<String> {
        if let Some(reading) = self
            .accessors
            .iter()
            .find(|reading| reading.path == path && reading.kind == kind)
        {
            return Some(reading.rust.clone());
        }
        let items: Vec<PathItemKind> = path
            .iter()
            .map(|step| match step {
                StepKind::Key(key) => PathItemKind::Key(key.clone()),
                StepKind::Index(index) => PathItemKind::Index(*index),
            })
            .collect();
        if !self.add(&items, End::Leaf(kind), span) {
            return None;
        }
        let last_key = path.iter().rev().find_map(|step| {
            if let StepKind::Key(key) = step {
                Some(key.as_str())
            } else {
                None
            }
        });
        let rust = self
            .names
            .unique(Name::field(last_key.unwrap_or("item")).rust);
        self.accessors.push(Reading {
            rust: rust.clone(),
            path: path.to_vec(),
            kind,
        });
        Some(rust)
    }
}

/// Adds a path; the other reading of the same place when they do not fit.
fn insert(
    draft: &mut Draft,
    path: &[PathItemKind],
    end: End,
    span: Span,
) -> Result<(), (&'static str, Span)> {
    let Some((first, rest)) = path.split_first() else {
        let new = match end {
            End::Records => Draft::Records(span),
            End::Leaf(kind) => Draft::Leaf(kind, span),
        };
        return match (&*draft, &new) {
            (Draft::Untouched, _) => {
                *draft = new;
                Ok(())
            }
            (Draft::Leaf(a, _), Draft::Leaf(b, _)) if a == b => Ok(()),
            (other, _) => Err(other.described().unwrap_or(("nothing", span))),
        };
    };
    if matches!(draft, Draft::Untouched) {
        *draft = match first {
            PathItemKind::Key(_) => Draft::Object(Vec::new(), span),
            PathItemKind::Index(_) => Draft::Items(Vec::new(), span),
            PathItemKind::Each => Draft::Each(Box::new(Draft::Untouched), span),
        };
    }
    let conflict = draft.described().unwrap_or(("nothing", span));
    let next = match (draft, first) {
        (Draft::Object(fields, _), PathItemKind::Key(key)) => entry(fields, key.clone()),
        (Draft::Items(items, _), PathItemKind::Index(index)) => entry(items, *index),
        (Draft::Each(item, _), PathItemKind::Each) => Some(item.as_mut()),
        _ => None,
    };
    match next {
        Some(next) => insert(next, rest, end, span),
        None => Err(conflict),
    }
}

fn entry<K: PartialEq>(entries: &mut Vec<(K, Draft)>, key: K) -> Option<&mut Draft> {
    let at = match entries.iter().position(|(other, _)| *other == key) {
        Some(at) => at,
        None => {
            entries.push((key, Draft::Untouched));
            entries.len() - 1
        }
    };
    entries.get_mut(at).map(|(_, draft)| draft)
}

fn freeze(draft: Draft, name: &str, types: &mut Scope) -> EnvelopeNode {
    match draft {
        Draft::Untouched | Draft::Records(_) => EnvelopeNode::Records,
        Draft::Leaf(kind, _) => EnvelopeNode::Leaf(kind),
        Draft::Each(item, _) => EnvelopeNode::Each(Box::new(freeze(*item, name, types))),
        Draft::Items(mut items, _) => {
            items.sort_by_key(|(index, _)| *index);
            let many = items.len() > 1;
            EnvelopeNode::Items(
                items
                    .into_iter()
                    .map(|(index, item)| {
                        let name = if many && matches!(item, Draft::Object(..)) {
                            types.unique(format!("{name}Item{index}"))
                        } else {
                            name.to_owned()
                        };
                        (index, freeze(item, &name, types))
                    })
                    .collect(),
            )
        }
        Draft::Object(fields, _) => {
            let mut names = Scope::default();
            let fields = fields
                .into_iter()
                .map(|(wire, draft)| {
                    let rust = names.unique(Name::field(&wire).rust);
                    let inner = match draft {
                        Draft::Untouched | Draft::Records(_) | Draft::Leaf(..) => String::new(),
                        _ => types.unique(format!("{name}{}", type_name(&wire, ""))),
                    };
                    let node = freeze(draft, &inner, types);
                    EnvelopeField {
                        name: Name { wire, rust },
                        required: holds_records(&node),
                        node,
                    }
                })
                .collect();
            EnvelopeNode::Object {
                type_name: name.to_owned(),
                fields,
            }
        }
    }
}

/// Lets every key on the way to the records be absent.
fn make_optional(node: &mut EnvelopeNode) {
    match node {
        EnvelopeNode::Records | EnvelopeNode::Leaf(_) => {}
        EnvelopeNode::Object { fields, .. } => {
            for field in fields {
                field.required = false;
                make_optional(&mut field.node);
            }
        }
        EnvelopeNode::Each(item) => make_optional(item),
        EnvelopeNode::Items(items) => items.iter_mut().for_each(|(_, item)| make_optional(item)),
    }
}

fn holds_records(node: &EnvelopeNode) -> bool {
    match node {
        EnvelopeNode::Records => true,
        EnvelopeNode::Leaf(_) => false,
        EnvelopeNode::Object { fields, .. } => fields.iter().any(|field| field.required),
        EnvelopeNode::Each(item) => holds_records(item),
        EnvelopeNode::Items(items) => items.iter().any(|(_, item)| holds_records(item)),
    }
}

/// The same path with the Rust names of the tree.
fn steps(root: &EnvelopeNode, path: &[StepKind]) -> Vec<PathStep> {
    let mut node = Some(root);
    let mut steps = Vec::with_capacity(path.len());
    for step in path {
        match (step, node) {
            (StepKind::Key(key), Some(EnvelopeNode::Object { fields, .. })) => {
                let field = fields.iter().find(|field| field.name.wire == *key);
                node = field.map(|field| &field.node);
                steps.extend(field.map(|field| PathStep::Key(field.name.clone())));
            }
            (StepKind::Index(index), Some(EnvelopeNode::Items(items))) => {
                node = items
                    .iter()
                    .find(|(at, _)| at == index)
                    .map(|(_, item)| item);
                steps.push(PathStep::Index(*index));
            }
            _ => node = None,
        }
    }
    steps
}
