//! YAML text → [`Node`] tree, in bounded memory.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle, Span as Place, StructureStyle};

use super::entries::{Pending, key_of, refuse_duplicates};
use super::text::scalar_text;
use super::tree::{Cost, Node, NodeKind};
use super::yaml_error;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{FileId, Span, Text};

/// Levels of nesting that a spec may have.
pub const MAX_DEPTH: usize = 128;
/// Nodes that a spec may have, those of expanded aliases included.
pub const MAX_NODES: usize = 2_000_000;
/// Bytes of text that copies of aliased nodes may take.
const MAX_COPIED_BYTES: usize = 64 << 20;

/// Reads the one document of a text. `None` when the text is no YAML or too large; other faults (a key that stands
/// twice, tags, merge keys, a second document) are recorded and what is left is handed over.
pub fn parse(file: FileId, source: &str, sink: &mut Sink) -> Option<Node> {
    let options = granit_parser::options! {
        emit_comments: false,
        disallow_directives: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut builder = Builder {
        file,
        source,
        sink,
        open: Vec::new(),
        anchors: BTreeMap::new(),
        spent: Cost::default(),
        root: None,
        started: None,
    };
    for event in Parser::new_from_str_with_options(source, options) {
        let step = match event {
            Ok((event, place)) => builder.event(event, &place),
            Err(error) => Err(yaml_error::diagnostic(file, source, &error)),
        };
        match step {
            Ok(Step::Next) => {}
            Ok(Step::Done) => break,
            Err(diagnostic) => {
                builder.sink.push(*diagnostic);
                return None;
            }
        }
    }
    let root = builder
        .root
        .take()
        .filter(|root| !(root.is_null() && root.span.start == root.span.end));
    if root.is_none() {
        let message = "there is nothing in this file";
        builder.sink.push(
            Diagnostic::new(Code::NotOneDocument, Span::new(file, 0, 0), message)
                .help("a spec starts with `spile: 1` and `name: …`; `spile explain E0004` shows a whole one"),
        );
    }
    root
}

/// What is to be done after an event.
enum Step {
    Next,
    Done,
}

/// A fault after which the text cannot be read on.
type Fatal = Box<Diagnostic>;

/// A map or list whose end has not been met.
struct Open {
    anchor: usize,
    start: Span,
    content: Content,
}

enum Content {
    Map {
        entries: Vec<(Text, Node)>,
        key: Pending,
    },
    List(Vec<Node>),
}

/// A node that aliases may stand for.
struct Anchored {
    node: Node,
    cost: Cost,
    depth: usize,
}

struct Builder<'s> {
    file: FileId,
    source: &'s str,
    sink: &'s mut Sink,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Anchored>,
    spent: Cost,
    root: Option<Node>,
    /// Where the first document starts.
    started: Option<Span>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, place: &Place) -> Result<Step, Fatal> {
        let span = self.span(place);
        if let Some(tag) = event.tag() {
            self.refuse_tag(place, &tag.original());
        }
        match event {
            Event::DocumentStart(..) => {
                if let Some(first) = self.started {
                    self.sink.push(
                        Diagnostic::new(Code::NotOneDocument, span, "a second document starts here")
                            .other(first, "the first one")
                            .help("a spec is one file with one document; put the other one into a file of its own"),
                    );
                    return Ok(Step::Done);
                }
                self.started = Some(span);
            }
            Event::Scalar(value, style, anchor, _) => {
                let absent = style == ScalarStyle::Plain && span.start == span.end;
                let value = if absent {
                    String::new()
                } else {
                    value.into_owned()
                };
                let text = scalar_text(
                    self.source,
                    self.file,
                    span.start as usize,
                    span.end as usize,
                    value,
                    style,
                );
                let node = Node {
                    span: text.span,
                    kind: NodeKind::Scalar {
                        text,
                        plain: style == ScalarStyle::Plain,
                    },
                };
                self.charge(Cost { nodes: 1, bytes: 0 }, span)?;
                self.complete(node, anchor)?;
            }
            Event::SequenceStart(_, anchor, _) => {
                self.start(span, anchor, Content::List(Vec::new()))?
            }
            Event::MappingStart(style, anchor, _) => {
                if style == StructureStyle::Flow {
                    self.refuse_template(span)?;
                }
                self.start(
                    span,
                    anchor,
                    Content::Map {
                        entries: Vec::new(),
                        key: Pending::None,
                    },
                )?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span)?,
            Event::Alias(anchor) => self.alias(anchor, span)?,
            _ => {}
        }
        Ok(Step::Next)
    }

    fn span(&self, place: &Place) -> Span {
        let range = place.byte_range().unwrap_or(0..0);
        Span::new(self.file, range.start, range.end)
    }

    /// Counts what was made; nothing is ever given back, so this bounds the tree and all copies.
    fn charge(&mut self, cost: Cost, span: Span) -> Result<(), Fatal> {
        self.spent = self.spent.plus(cost);
        if self.spent.nodes <= MAX_NODES && self.spent.bytes <= MAX_COPIED_BYTES {
            return Ok(());
        }
        let message = format!(
            "a spec may have {MAX_NODES} values at most, those of expanded aliases included"
        );
        Err(Box::new(
            Diagnostic::new(Code::TooLarge, span, message).help("split the spec into several"),
        ))
    }

    fn check_depth(depth: usize, span: Span) -> Result<(), Fatal> {
        if depth <= MAX_DEPTH {
            return Ok(());
        }
        let message = format!("a spec may be nested {MAX_DEPTH} levels deep at most");
        Err(Box::new(Diagnostic::new(Code::TooLarge, span, message)))
    }

    fn start(&mut self, start: Span, anchor: usize, content: Content) -> Result<(), Fatal> {
        self.charge(Cost { nodes: 1, bytes: 0 }, start)?;
        self.open.push(Open {
            anchor,
            start,
            content,
        });
        Self::check_depth(self.open.len(), start)
    }

    fn end(&mut self, end: Span) -> Result<(), Fatal> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        // The end of a block is where the next thing starts; what belongs to it ends with its last node.
        let flow = open.start.end > open.start.start;
        let node = match open.content {
            Content::Map { mut entries, .. } => {
                refuse_duplicates(&mut entries, self.sink);
                let last = if flow {
                    end
                } else {
                    entries
                        .last()
                        .map_or(open.start, |(key, value)| later(key.span, value.span))
                };
                Node {
                    span: open.start.to(last),
                    kind: NodeKind::Map(entries),
                }
            }
            Content::List(items) => {
                let last = if flow {
                    end
                } else {
                    items.last().map_or(open.start, |item| item.span)
                };
                Node {
                    span: open.start.to(last),
                    kind: NodeKind::List(items),
                }
            }
        };
        self.complete(node, open.anchor)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Fatal> {
        let Some(Anchored { cost, depth, .. }) = self.anchors.get(&anchor) else {
            let message = "this alias stands within the value that it is an alias of";
            return Err(Box::new(Diagnostic::new(Code::InvalidYaml, span, message)));
        };
        let (cost, depth) = (*cost, *depth);
        self.charge(cost, span)?;
        Self::check_depth(self.open.len() + depth, span)?;
        let copy = self
            .anchors
            .get(&anchor)
            .map(|anchored| anchored.node.clone());
        copy.map_or(Ok(()), |copy| self.complete(copy, 0))
    }

    /// Puts a finished node where it belongs.
    fn complete(&mut self, mut node: Node, anchor: usize) -> Result<(), Fatal> {
        if anchor != 0 {
            let cost = node.cost();
            self.charge(cost, node.span)?;
            self.anchors.insert(
                anchor,
                Anchored {
                    depth: node.depth(),
                    node: node.clone(),
                    cost,
                },
            );
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.content {
            Content::List(items) => items.push(node),
            Content::Map { entries, key } => match std::mem::replace(key, Pending::None) {
                Pending::None => *key = key_of(node, self.sink),
                Pending::Refused => {}
                Pending::Key(text) => {
                    if node.span.start == node.span.end && node.is_null() {
                        node.span = text.span;
                    }
                    entries.push((text, node));
                }
            },
        }
        Ok(())
    }

    fn refuse_tag(&mut self, place: &Place, tag: &str) {
        let span = place
            .tag_span()
            .map_or_else(|| self.span(place), |tag| self.span(&tag));
        let message = format!("the tag `{tag}` has no meaning in a spec");
        let mut diagnostic = Diagnostic::new(Code::UnsupportedYaml, span, message);
        diagnostic = match tag {
            "!!str" => diagnostic.help("put the value between quotes to make it a text"),
            _ => diagnostic.help("remove it"),
        };
        self.sink.push(diagnostic);
    }

    /// `key: {{ template }}` without quotes is a map in a map to YAML, and never meant.
    fn refuse_template(&self, span: Span) -> Result<(), Fatal> {
        let template = self.open.last().is_some_and(|open| {
            open.start.end == span.start
                && self.source.get(open.start.range()) == Some("{")
                && matches!(
                    &open.content,
                    Content::Map {
                        key: Pending::None,
                        ..
                    }
                )
        });
        if !template {
            return Ok(());
        }
        let braces = Span {
            start: span.start.saturating_sub(1),
            ..span
        };
        Err(Box::new(yaml_error::template_without_quotes(braces)))
    }
}

/// The later of two places, by their ends; places in other texts or of aliases do not count.
fn later(key: Span, value: Span) -> Span {
    if value.file == key.file && value.end > key.end {
        value
    } else {
        key
    }
}
