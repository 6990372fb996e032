//! `resource_defaults`: merged into each resource before it is read.

use std::collections::BTreeMap;

use super::parse::MAX_NODES;
use super::tree::{Node, NodeKind, ScalarType};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{Span, Text};

/// Keys whose maps are told apart by `type`: another type replaces the default instead of merging with it.
const TYPED: [&str; 3] = ["auth", "paginator", "backoff"];

/// Keys whose maps are of names that `client` has as well.
const NAMED: [&str; 2] = ["params", "headers"];

/// Keys whose value may be a text that stands for one key of a map, and that key.
const SHORT: [(&str, &str); 5] = [
    ("endpoint", "path"),
    ("auth", "type"),
    ("paginator", "type"),
    ("backoff", "type"),
    ("write_disposition", "disposition"),
];

/// The tree of a spec with the defaults merged into its resources: maps by key, deeply; lists and scalars of the resource
/// replace; a `null` of the resource removes. Every node keeps the place it was written at. `None` when the copies would
/// need too much memory.
pub(super) fn merged(mut root: Node, sink: &mut Sink) -> Option<Node> {
    let Some(mut defaults) = root
        .get("resource_defaults")
        .cloned()
        .filter(|defaults| !defaults.is_null())
    else {
        return Some(root);
    };
    let NodeKind::Map(keys) = &mut defaults.kind else {
        let message = format!(
            "`resource_defaults` has to be a map, not {}",
            defaults.describe()
        );
        sink.push(Diagnostic::new(Code::WrongType, defaults.span, message));
        return Some(root);
    };
    if let Some((name, _)) = keys.iter().find(|(key, _)| key.value == "name") {
        sink.push(
            Diagnostic::new(
                Code::UnknownKey,
                name.span,
                "`resource_defaults` has no key `name`",
            )
            .help("each resource has a name of its own"),
        );
        keys.retain(|(key, _)| key.value != "name");
    }
    let NodeKind::Map(entries) = &mut root.kind else {
        return Some(root);
    };
    let Some((_, resources)) = entries.iter_mut().find(|(key, _)| key.value == "resources") else {
        return Some(root);
    };
    let NodeKind::List(resources) = &mut resources.kind else {
        return Some(root);
    };
    let copied = defaults.cost().nodes.saturating_mul(resources.len());
    if copied > MAX_NODES {
        let message = format!(
            "`resource_defaults` becomes {copied} values in all resources together, more than {MAX_NODES}"
        );
        sink.push(
            Diagnostic::new(Code::TooLarge, defaults.span, message)
                .help("split the spec into several"),
        );
        return None;
    }
    for resource in resources {
        if matches!(resource.kind, NodeKind::Map(_)) {
            let own = std::mem::replace(
                resource,
                Node {
                    span: Span::default(),
                    kind: NodeKind::List(Vec::new()),
                },
            );
            *resource = merge(&defaults, own, "");
        }
    }
    Some(root)
}

/// `own` over `default`, both values of `key`.
fn merge(default: &Node, own: Node, key: &str) -> Node {
    // Only next to a map is the short form worth writing out: alone, it is read as what it is.
    let own = if default.entries().is_some() {
        written_out(own, key)
    } else {
        own
    };
    let long = if own.entries().is_some() {
        written_out(default.clone(), key)
    } else {
        default.clone()
    };
    let (NodeKind::Map(defaults), true) = (
        long.kind,
        own.entries().is_some() && !replaces(default, &own, key),
    ) else {
        return own;
    };
    let Node {
        span,
        kind: NodeKind::Map(entries),
    } = own
    else {
        return own;
    };
    let places: BTreeMap<String, usize> = entries
        .iter()
        .enumerate()
        .map(|(index, (name, _))| (name.value.clone(), index))
        .collect();
    let mut entries: Vec<Option<(Text, Node)>> = entries.into_iter().map(Some).collect();
    let mut all = Vec::with_capacity(defaults.len() + entries.len());
    for (name, default) in defaults {
        let own = places
            .get(&name.value)
            .and_then(|&index| entries.get_mut(index)?.take());
        match own {
            None => all.push((name, default)),
            // What the client says of them is to be dropped as well, so the `null` stays.
            Some((name, own)) if own.is_null() && NAMED.contains(&key) => all.push((name, own)),
            Some((_, own)) if own.is_null() => {}
            Some((name, own)) => {
                let merged = merge(&default, own, &name.value);
                all.push((name, merged));
            }
        }
    }
    all.extend(entries.into_iter().flatten());
    Node {
        span,
        kind: NodeKind::Map(all),
    }
}

/// Whether two maps of `key` are of different types.
fn replaces(default: &Node, own: &Node, key: &str) -> bool {
    let word = |node: &Node| {
        node.get("type")
            .or(Some(node))
            .and_then(Node::text)
            .map(|text| text.value.clone())
    };
    TYPED.contains(&key) && own.get("type").is_some() && word(default) != word(own)
}

/// `endpoint: path` as `endpoint: {path: path}`, where that is what `key` means by a text.
fn written_out(node: Node, key: &str) -> Node {
    let Some((_, short)) = SHORT.iter().find(|(name, _)| *name == key) else {
        return node;
    };
    if node
        .scalar_type()
        .is_none_or(|kind| kind == ScalarType::Null)
    {
        return node;
    }
    let span = node.span;
    let name = Text {
        value: (*short).to_owned(),
        span,
        offsets: Some(Vec::new()),
        lead: 0,
    };
    Node {
        span,
        kind: NodeKind::Map(vec![(name, node)]),
    }
}
