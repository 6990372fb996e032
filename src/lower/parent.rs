//! `parent`: which resource is read for the records of which.

use std::collections::{BTreeMap, BTreeSet};

use super::Cx;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::expr::{ParentNames, Place, RecordNames, condition};
use crate::model::{Expr, Parent};
use crate::read::Node;
use crate::source::Text;
use crate::spec;

const MAX_BATCH: u64 = 10_000;

/// The parents of all resources, by the places of those in the spec.
pub(super) struct Parents {
    parents: Vec<Link>,
    /// All resources, parents before their children.
    pub order: Vec<usize>,
}

/// The parent of one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// It has none.
    None,
    /// It has one that cannot be used, which was recorded.
    Refused,
    /// This one.
    Parent(usize),
}

impl Parents {
    /// Finds the parents; those that do not exist and circles are recorded.
    pub fn new(resources: &[spec::Resource], cx: &mut Cx<'_>) -> Self {
        let names: BTreeMap<&str, usize> = resources
            .iter()
            .enumerate()
            .rev()
            .map(|(at, resource)| (resource.name.value.as_str(), at))
            .collect();
        let mut parents: Vec<Link> = resources
            .iter()
            .map(|resource| find(resource, &names, cx))
            .collect();
        let mut order = Vec::with_capacity(resources.len());
        let mut ordered = BTreeSet::new();
        for at in 0..resources.len() {
            let mut chain = Vec::new();
            let mut next = at;
            while !ordered.contains(&next) {
                if let Some(from) = chain.iter().position(|known| *known == next) {
                    let circle = chain.get(from..).unwrap_or_default();
                    report_circle(circle, resources, cx);
                    for member in circle {
                        set(&mut parents, *member, Link::Refused);
                    }
                    break;
                }
                chain.push(next);
                match parents.get(next) {
                    Some(Link::Parent(parent)) => next = *parent,
                    _ => break,
                }
            }
            ordered.extend(chain.iter().copied());
            order.extend(chain.into_iter().rev());
        }
        Self { parents, order }
    }

    /// The parent of a resource.
    pub fn of(&self, resource: usize) -> Link {
        self.parents.get(resource).copied().unwrap_or(Link::None)
    }

    /// Whether a resource is the parent of any.
    pub fn has_children(&self, resource: usize) -> bool {
        self.parents.contains(&Link::Parent(resource))
    }
}

fn set(parents: &mut [Link], at: usize, link: Link) {
    if let Some(parent) = parents.get_mut(at) {
        *parent = link;
    }
}

fn find(resource: &spec::Resource, names: &BTreeMap<&str, usize>, cx: &mut Cx<'_>) -> Link {
    let Some(parent) = &resource.parent else {
        return Link::None;
    };
    let wanted = &parent.resource;
    crate::expr::literal(wanted, "the name of a resource", cx.sink);
    if let Some(at) = names.get(wanted.value.as_str()) {
        return Link::Parent(*at);
    }
    let message = format!("there is no resource `{}`", wanted.value.escape_debug());
    let own = resource.name.value.as_str();
    let others = names.keys().copied().filter(|other| *other != own);
    let help = match nearest(&wanted.value, others) {
        Some(near) => format!("write `{near}`"),
        None => "declare it among the `resources`; `selected: false` says that only its children are wanted".to_owned(),
    };
    cx.sink
        .push(Diagnostic::new(Code::InvalidParent, wanted.span, message).help(help));
    Link::Refused
}

fn report_circle(circle: &[usize], resources: &[spec::Resource], cx: &mut Cx<'_>) {
    let members: Vec<&spec::Resource> = circle.iter().filter_map(|at| resources.get(*at)).collect();
    // The one that stands first in the spec speaks for all.
    let first = members
        .iter()
        .filter_map(|member| Some((member, member.parent.as_ref()?)))
        .min_by_key(|(member, _)| member.name.span);
    let Some((resource, parent)) = first else {
        return;
    };
    let name = &resource.name.value;
    let diagnostic = if members.len() == 1 {
        let message = format!("`{name}` is its own parent");
        Diagnostic::new(Code::InvalidParent, parent.resource.span, message)
    } else {
        let start = members
            .iter()
            .position(|member| member.name.value == *name)
            .unwrap_or_default();
        let names: Vec<String> = members
            .iter()
            .cycle()
            .skip(start)
            .take(members.len() + 1)
            .map(|member| format!("`{}`", member.name.value))
            .collect();
        let message = format!(
            "parents go in a circle: {}",
            names.join(", which is a child of ")
        );
        let mut diagnostic = Diagnostic::new(Code::InvalidParent, parent.resource.span, message);
        for member in &members {
            if let Some(other) = member
                .parent
                .as_ref()
                .filter(|_| member.name.value != *name)
            {
                diagnostic = diagnostic.other(other.resource.span, "and this is its child");
            }
        }
        diagnostic
    };
    cx.sink
        .push(diagnostic.help("one of them has to be read without a parent"));
}

/// Lowers what is said of a parent.
pub(super) fn lower(
    parent: &spec::Parent,
    index: usize,
    names: &ParentNames<'_>,
    cx: &mut Cx<'_>,
) -> Option<Parent> {
    let when = parent.when.as_ref().map(|text| {
        let mut place = Place {
            parent: names
                .record
                .map_or(RecordNames::Unknown, RecordNames::Known),
            ..Place::config_only(cx.config)
        };
        condition(text, &mut place, cx.sink)
    });
    let batch = batch(parent, cx);
    let when: Option<Expr> = match when {
        Some(when) => Some(when?),
        None => None,
    };
    Some(Parent {
        resource: index,
        when,
        batch: batch?,
        needs_all: parent
            .on_null
            .as_ref()
            .is_some_and(|choice| choice.value == spec::OnNull::Fail),
    })
}

#[allow(clippy::option_option, reason = "refused, absent, given")]
fn batch(parent: &spec::Parent, cx: &mut Cx<'_>) -> Option<Option<u64>> {
    let Some(batch) = &parent.batch else {
        return Some(None);
    };
    if (2..=MAX_BATCH).contains(&batch.value) {
        return Some(Some(batch.value));
    }
    let message = format!(
        "`batch` has to be from 2 to {MAX_BATCH}, and this is {}",
        batch.value
    );
    cx.sink
        .push(Diagnostic::new(Code::OutOfRange, batch.span, message).help(
        "write how many records of the parent share a request, or remove it: each then has its own",
    ));
    None
}

/// What to write instead of a placeholder of dlt: `{resources.posts.id}`, or the name of a parameter that is resolved.
pub(super) fn instead_of_placeholder(name: &str, params: &[(Text, spec::Value)]) -> Option<String> {
    if let Some((resource, field)) = name
        .strip_prefix("resources.")
        .and_then(|rest| rest.split_once('.'))
    {
        return Some(instead(resource, field));
    }
    let resolved = |node: &Node| {
        node.get("type")
            .and_then(Node::text)
            .is_some_and(|kind| kind.value == "resolve")
    };
    let (_, node) = params
        .iter()
        .find(|(param, node)| param.value == name && resolved(node))?;
    Some(instead_of_resolve(node))
}

/// What to write instead of `{ type: resolve, resource: posts, field: id }`.
pub(super) fn instead_of_resolve(node: &Node) -> String {
    let said = |key: &str, other: &str| {
        let text = node.get(key).and_then(Node::text);
        text.map_or_else(|| other.to_owned(), |text| text.value.clone())
    };
    instead(&said("resource", "NAME"), &said("field", "FIELD"))
}

fn instead(resource: &str, field: &str) -> String {
    format!("write `{{{{ parent.{field} }}}}`, and in the resource `parent: {resource}`")
}
