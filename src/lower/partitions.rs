//! `partitions`: the values to read for, and how a resource is divided.

use std::collections::BTreeMap;

use super::parent::{self, Link};
use super::{Cx, parent::Parents};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::expr::{PartitionNames, Place, Wants, template};
use crate::model::{
    ConfigField, ConfigType, ExprKind, ExprType, PartitionList, PartitionValues, Partitions, Scope,
    Template,
};
use crate::read::{Node, NodeKind, ScalarType, ambiguous_word};
use crate::source::{Span, Spanned, Text};
use crate::spec;

const MAX_CONCURRENCY: u64 = 256;
const CONCURRENCY: u32 = 4;

/// The lists of a resource by name; those with faults without their values.
pub(super) fn lists(
    resource: &spec::Resource,
    cx: &mut Cx<'_>,
) -> Vec<(String, Option<PartitionValues>)> {
    let mut scope = Scope::default();
    let mut lists = Vec::new();
    for (name, node) in resource.partitions.iter().flatten() {
        let values = values(name, node, cx);
        let named = check_name(name, &mut scope, cx);
        lists.push((name.value.clone(), values.filter(|_| named)));
    }
    lists
}

fn check_name(name: &Text, scope: &mut Scope, cx: &mut Cx<'_>) -> bool {
    crate::expr::literal(name, "the name of a partition", cx.sink);
    if name.value.trim().is_empty() {
        let diagnostic = Diagnostic::new(Code::Empty, name.span, "a partition needs a name");
        cx.sink
            .push(diagnostic.help("write `{ region: [eu, us] }`"));
        return false;
    }
    let claimed = scope.claim(&crate::model::Name::field(&name.value), name.span);
    if let Err(collision) = &claimed {
        let diagnostic = super::collided(collision, &name.value, name.span, "Rust");
        let help = format!("name it otherwise, for instance `{}`", collision.free);
        cx.sink.push(diagnostic.help(help));
    }
    claimed.is_ok()
}

fn values(name: &Text, node: &Node, cx: &mut Cx<'_>) -> Option<PartitionValues> {
    match &node.kind {
        NodeKind::List(items) => listed(name, node, items, cx),
        NodeKind::Scalar { text, .. } if crate::expr::has_expression(&text.value) => {
            configured(text, cx)
        }
        NodeKind::Scalar { .. } | NodeKind::Map(_) => {
            let message = format!(
                "`{}` has to be a list of values, not {}",
                name.value,
                node.describe()
            );
            cx.sink
                .push(Diagnostic::new(Code::WrongType, node.span, message).help(format!(
                    "write `{0}: [a, b]`, or `{0}: \"{{{{ config.{0} }}}}\"` for a list that its user supplies",
                    name.value
                )));
            None
        }
    }
}

/// Values that stand in the spec: texts or whole numbers.
fn listed(name: &Text, node: &Node, items: &[Node], cx: &mut Cx<'_>) -> Option<PartitionValues> {
    if items.is_empty() {
        let message = format!(
            "`{}` has no values, so that nothing is ever read",
            name.value
        );
        cx.sink
            .push(Diagnostic::new(Code::Empty, node.span, message).help("name at least one value"));
        return None;
    }
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let mut complete = true;
    let mut integers: Vec<i64> = Vec::new();
    let mut texts: Vec<String> = Vec::new();
    for item in items {
        if let Some(diagnostic) = ambiguous_word(item) {
            cx.sink.push(diagnostic);
        }
        let text = match (item.text(), item.scalar_type()) {
            (Some(text), Some(ScalarType::String | ScalarType::Integer)) => text,
            _ => {
                let message = format!(
                    "a value of a partition is a text or a whole number, not {}",
                    item.describe()
                );
                let help = match item.text().filter(|_| !item.is_null()) {
                    Some(text) => format!("write `\"{}\"`", text.value),
                    None => "remove it".to_owned(),
                };
                cx.sink
                    .push(Diagnostic::new(Code::InvalidPartition, item.span, message).help(help));
                complete = false;
                continue;
            }
        };
        crate::expr::literal(text, "a value of a partition", cx.sink);
        if let Some(first) = seen.insert(text.value.as_str(), text.span) {
            let message = format!("`{}` stands here twice and would be read twice", text.value);
            let diagnostic = Diagnostic::new(Code::DuplicateName, text.span, message);
            cx.sink
                .push(diagnostic.other(first, "first here").help("remove it"));
            complete = false;
        }
        let integer = item.scalar_type() == Some(ScalarType::Integer);
        match text.value.parse() {
            Ok(value) if integer => integers.push(value),
            _ if integer => {
                let message = format!("`{}` has more than 64 bits", text.value);
                let help = format!("write it as a text: `\"{}\"`", text.value);
                cx.sink
                    .push(Diagnostic::new(Code::InvalidPartition, text.span, message).help(help));
                complete = false;
            }
            _ => {}
        }
        texts.push(text.value.clone());
    }
    if !complete {
        return None;
    }
    // Among texts a number is one, too.
    Some(if integers.len() == texts.len() {
        PartitionValues::Integers(integers)
    } else {
        PartitionValues::Texts(texts)
    })
}

/// A list that the user of the connector supplies.
fn configured(text: &Text, cx: &mut Cx<'_>) -> Option<PartitionValues> {
    let mut place = Place::config_only(cx.config);
    let wants = Wants {
        list: true,
        ..Wants::public("a partition")
    };
    let template = template(text, &mut place, wants, cx.sink)?;
    let mut refuse = |message: &str, help: &str| {
        let diagnostic = Diagnostic::new(Code::InvalidPartition, text.span, message);
        cx.sink.push(diagnostic.help(help));
        None
    };
    let Template::Value(value) = &template else {
        return refuse(
            "the values of a partition are a list, and this is a text",
            "write the list itself, as `\"{{ config.accounts }}\"`",
        );
    };
    let (ExprKind::Config(path), ExprType::List(_)) = (&value.kind, value.ty) else {
        return refuse(
            "the values of a partition are a list of the configuration, and this is one value",
            "declare it as `{ type: list, items: string }`",
        );
    };
    match item(cx.config.fields, path) {
        Some(ConfigType::String) => Some(PartitionValues::Config(path.clone(), false)),
        Some(ConfigType::Integer) => Some(PartitionValues::Config(path.clone(), true)),
        Some(ConfigType::Enum { .. }) => Some(PartitionValues::ConfigWords(path.clone())),
        _ => refuse(
            "the values of a partition are texts or whole numbers",
            "declare the items as `string` or `integer`",
        ),
    }
}

/// The type of the items of a list of the configuration.
fn item<'c>(fields: &'c [ConfigField], path: &[String]) -> Option<&'c ConfigType> {
    let (first, rest) = path.split_first()?;
    let field = fields.iter().find(|field| field.name.rust == *first)?;
    match &field.ty {
        ConfigType::List(item) if rest.is_empty() => Some(item),
        ConfigType::Object { fields, .. } => self::item(fields, rest),
        _ => None,
    }
}

/// How a resource is divided, after all of its parts have been lowered with `names`.
pub(super) fn lower(
    resource: &spec::Resource,
    link: Link,
    names: &PartitionNames<'_>,
    types: (&str, &str),
    cx: &mut Cx<'_>,
) -> Option<Partitions> {
    let parent = match (&resource.parent, link, &names.parent) {
        (Some(parent), Link::Parent(index), Some(names)) => {
            Some(parent::lower(parent, index, names, cx))
        }
        (Some(_), _, _) => Some(None),
        (None, _, _) => None,
    };
    let concurrency = concurrency(resource.concurrency.as_ref(), cx);
    let lists: Option<Vec<PartitionList>> = names
        .lists
        .iter()
        .enumerate()
        .map(|(at, (_, values))| {
            Some(PartitionList {
                field: names.list_field(at),
                values: values.clone()?,
            })
        })
        .collect();
    let (type_name, endpoint) = types;
    Some(Partitions {
        type_name: type_name.to_owned(),
        endpoint: endpoint.to_owned(),
        parent: match parent {
            Some(parent) => Some(parent?),
            None => None,
        },
        lists: lists?,
        fields: names.fields(),
        concurrency: concurrency?,
    })
}

fn concurrency(value: Option<&Spanned<u64>>, cx: &mut Cx<'_>) -> Option<u32> {
    let Some(value) = value else {
        return Some(CONCURRENCY);
    };
    if (1..=MAX_CONCURRENCY).contains(&value.value) {
        return u32::try_from(value.value).ok();
    }
    let message = format!(
        "`concurrency` has to be from 1 to {MAX_CONCURRENCY}, and this is {}",
        value.value
    );
    cx.sink.push(
        Diagnostic::new(Code::OutOfRange, value.span, message)
            .help("write how many streams of pages are read at once, as `4`"),
    );
    None
}

/// What no request of a divided resource speaks of: the same would be read again and again.
pub(super) fn unused(resource: &spec::Resource, names: &PartitionNames<'_>) -> Vec<Diagnostic> {
    let mut unused = Vec::new();
    if let Some(parent) = resource.parent.as_ref().filter(|_| !names.uses_parent()) {
        let message = format!(
            "no request of `{}` uses `parent`, so that each record of `{}` would read the same",
            resource.name.value, parent.resource.value
        );
        unused.push(
            Diagnostic::new(Code::InvalidParent, parent.resource.span, message)
                .help("say what is read for a record, as `path: /posts/{{ parent.id }}/comments`"),
        );
    }
    for (at, (name, _)) in resource.partitions.iter().flatten().enumerate() {
        if !names.uses_list(at) {
            let message = format!(
                "no request uses `partition.{}`, so that each of its values would read the same",
                name.value
            );
            let help = format!(
                "write `{{{{ partition.{} }}}}` where the value is sent, or remove it",
                name.value
            );
            unused.push(Diagnostic::new(Code::InvalidPartition, name.span, message).help(help));
        }
    }
    unused
}

/// Words that only mean something where a resource is divided, and may be shared with resources that are not: by
/// place, what to say where none is.
#[derive(Default)]
pub(super) struct OnlyDivided {
    found: BTreeMap<Span, Option<Diagnostic>>,
}

impl OnlyDivided {
    /// Notes what stands in a resource.
    pub fn note(
        &mut self,
        resource: &spec::Resource,
        handler: Option<&spec::ErrorHandler>,
        divided: bool,
    ) {
        let mut note = |span: Span, diagnostic: Diagnostic| {
            let slot = self.found.entry(span).or_insert(Some(diagnostic));
            if divided {
                *slot = None;
            }
        };
        if let Some(concurrency) = &resource.concurrency {
            let message = format!(
                "`concurrency` has no effect: `{}` is one stream of pages",
                resource.name.value
            );
            note(
                concurrency.span,
                Diagnostic::new(Code::NoEffect, concurrency.span, message)
                    .help("remove it; the client's `rate_limit` limits all requests"),
            );
        }
        let rules = handler.and_then(|handler| handler.rules.as_ref());
        for rule in rules.into_iter().flatten() {
            if rule.action.value == spec::Action::SkipPartition {
                let message = format!(
                    "there is no partition to skip: `{}` has neither `parent` nor `partitions`",
                    resource.name.value
                );
                note(
                    rule.action.span,
                    Diagnostic::new(Code::InvalidPartition, rule.action.span, message)
                        .help("write `ignore`: the first request is then an empty page"),
                );
            }
        }
    }

    /// Records what is nowhere of use.
    pub fn report(self, sink: &mut Sink) {
        self.found
            .into_values()
            .flatten()
            .for_each(|diagnostic| sink.push(diagnostic));
    }
}

/// Records resources that are read for children that they do not have.
pub(super) fn never_read(resources: &[spec::Resource], parents: &Parents, sink: &mut Sink) {
    for (at, resource) in resources.iter().enumerate() {
        let Some(selected) = resource
            .selected
            .as_ref()
            .filter(|selected| !selected.value)
        else {
            continue;
        };
        if !parents.has_children(at) {
            let message = format!(
                "`{}` is never read: it is not selected, and no resource has it as its parent",
                resource.name.value
            );
            sink.push(
                Diagnostic::new(Code::NeverRead, selected.span, message)
                    .help("remove `selected: false`, or the resource"),
            );
        }
    }
}
