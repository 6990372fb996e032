//! Keys of maps: what may be one, and that none stands twice.

use super::tree::{Node, NodeKind, ScalarType, shorten};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::Text;

/// The key whose value comes next.
pub(super) enum Pending {
    None,
    Key(Text),
    /// It cannot be a key; its value is read and left out.
    Refused,
}

/// A node as the key of a map.
pub(super) fn key_of(node: Node, sink: &mut Sink) -> Pending {
    match node.kind {
        NodeKind::Scalar { text, plain } => {
            if plain && text.value == "<<" {
                sink.push(
                    Diagnostic::new(Code::UnsupportedYaml, text.span, "merge keys are not part of YAML 1.2")
                        .help("write the keys out; what all resources share belongs into `resource_defaults`"),
                );
                return Pending::Refused;
            }
            if plain
                && ScalarType::of_plain(&text.value) == ScalarType::Null
                && text.value.is_empty()
            {
                sink.push(Diagnostic::new(
                    Code::UnsupportedYaml,
                    text.span,
                    "there is no key before this `:`",
                ));
                return Pending::Refused;
            }
            Pending::Key(text)
        }
        NodeKind::Map(_) | NodeKind::List(_) => {
            let what = if matches!(node.kind, NodeKind::Map(_)) {
                "a map"
            } else {
                "a list"
            };
            sink.push(Diagnostic::new(
                Code::UnsupportedYaml,
                node.span,
                format!("{what} cannot be a key here: keys are texts"),
            ));
            Pending::Refused
        }
    }
}

/// Leaves the first of several equal keys.
pub(super) fn refuse_duplicates(entries: &mut Vec<(Text, Node)>, sink: &mut Sink) {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    let name = |index: usize| entries.get(index).map(|(key, _)| key.value.as_str());
    order.sort_by_key(|&index| (name(index), index));
    let mut first = None;
    let mut again = Vec::new();
    for index in order {
        match first {
            Some(earlier) if name(earlier) == name(index) => again.push((index, earlier)),
            _ => first = Some(index),
        }
    }
    again.sort_unstable();
    for &(index, earlier) in &again {
        let (Some((key, _)), Some((original, _))) = (entries.get(index), entries.get(earlier))
        else {
            continue;
        };
        let name = shorten(&key.value);
        sink.push(
            Diagnostic::new(
                Code::DuplicateKey,
                key.span,
                format!("the key `{name}` stands twice in this map"),
            )
            .label("again here")
            .other(original.span, "first here")
            .help("remove one of the two"),
        );
    }
    let mut index = 0;
    entries.retain(|_| {
        index += 1;
        again
            .binary_search_by_key(&(index - 1), |&(index, _)| index)
            .is_err()
    });
}
