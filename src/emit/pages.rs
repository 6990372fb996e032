//! Pages that an API of this shape would send, for the generated tests.

use super::samples::has_fields;
use crate::model::{
    EnvelopeNode, ExprKind, LinkSource, PageParam, PagingKind, ParamLocation, PathStep, Resource,
};

/// A walk through a resource.
#[derive(Debug)]
pub struct Walk {
    /// Bodies, in the order in which they are served.
    pub pages: Vec<String>,
    /// Records in all of them.
    pub records: usize,
    /// Requests until the end.
    pub requests: usize,
    /// A header and its value for each page, blank on the last.
    pub header: Option<(String, Vec<String>)>,
    /// A query parameter and its value in each request.
    pub param: Option<(String, Vec<String>)>,
    /// A body without the data path is an error.
    pub needs_data: bool,
}

/// How many records the pages have that are read one after the other.
struct Plan {
    sizes: Vec<usize>,
    /// Values that lead from a page to the next.
    marks: Vec<Option<String>>,
}

/// The walk; none where the end of its pages cannot be told from the spec alone.
pub fn walk(resource: &Resource) -> Option<Walk> {
    let sample = resource.samples.iter().find(|sample| has_fields(sample))?;
    let plan = plan(resource)?;
    let total: usize = plan.sizes.iter().sum();
    let mut number = 0;
    let mut pages = Vec::new();
    for (index, size) in plan.sizes.iter().enumerate() {
        let records: Vec<String> = (0..*size)
            .map(|_| {
                number += 1;
                // Pages of equal records would be taken for an API that ignores the position.
                sample
                    .trim_start()
                    .replacen('{', &format!("{{\"number in the walk\":{number},"), 1)
            })
            .collect();
        let facts = Facts {
            resource,
            plan: &plan,
            index,
            total,
        };
        pages.push(facts.body(&resource.envelope.root, &mut Vec::new(), &records, false));
    }
    let requests = pages.len();
    let needs_data = matches!(resource.envelope.root, EnvelopeNode::Object { .. })
        && !resource.envelope.allow_missing_data;
    Some(Walk {
        records: total,
        requests,
        header: header(resource, &plan),
        param: param(resource, &plan),
        needs_data,
        pages,
    })
}

fn plan(resource: &Resource) -> Option<Plan> {
    let (sizes, marks) = match &resource.paging.kind {
        PagingKind::None => (vec![2], vec![None]),
        // The records of a walk are equal, and their keys with them.
        PagingKind::Keyset { .. }
        | PagingKind::Offset {
            max_offset: Some(_),
            ..
        } => return None,
        PagingKind::Offset {
            size,
            total,
            has_more,
            stop_on_short_page,
            ..
        } => (
            sizes(
                *size,
                *stop_on_short_page,
                total.is_some() || has_more.is_some(),
            )?,
            Vec::new(),
        ),
        PagingKind::PageNumber {
            limit,
            total,
            total_pages,
            has_more,
            stop_on_short_page,
            ..
        } => {
            let size = limit.as_ref().map_or(2, |(_, size)| *size);
            let told = total.is_some() || has_more.is_some() || total_pages.is_some();
            (sizes(size, *stop_on_short_page, told)?, Vec::new())
        }
        PagingKind::Cursor { source, .. } => match source.kind {
            ExprKind::Body(_) | ExprKind::Header(_) => (vec![2, 2, 1], marks("c-")),
            _ => return None,
        },
        PagingKind::Link {
            source: LinkSource::Header(_),
            ..
        } => (vec![2, 2, 1], marks("/page-")),
        PagingKind::Link {
            source: LinkSource::Value(expr),
            ..
        } => match expr.kind {
            ExprKind::Body(_) | ExprKind::Header(_) => (vec![2, 2, 1], marks("/page-")),
            _ => return None,
        },
    };
    let pages = resource.paging.max_pages.map_or(sizes.len(), |max| {
        sizes.len().min(usize::try_from(max).unwrap_or(usize::MAX))
    });
    Some(Plan {
        sizes: sizes.into_iter().take(pages).collect(),
        marks,
    })
}

/// Two pages and a shorter one; an empty one behind them where nothing tells the end.
fn sizes(size: u64, stop_on_short_page: bool, told: bool) -> Option<Vec<usize>> {
    let size = usize::try_from(size).ok()?;
    match (stop_on_short_page, told) {
        (true, _) if size > 100 => None,
        (true, _) if size == 1 => Some(vec![1, 1, 0]),
        (true, _) => Some(vec![size, size, 1]),
        (false, true) => Some(vec![2, 2, 1]),
        (false, false) => Some(vec![2, 2, 1, 0]),
    }
}

fn marks(start: &str) -> Vec<Option<String>> {
    vec![Some(format!("{start}2")), Some(format!("{start}3")), None]
}

fn header(resource: &Resource, plan: &Plan) -> Option<(String, Vec<String>)> {
    let values = |show: &dyn Fn(&str) -> String| {
        plan.marks
            .iter()
            .map(|mark| mark.as_deref().map(show).unwrap_or_default())
            .collect()
    };
    match &resource.paging.kind {
        PagingKind::Link {
            source: LinkSource::Header(rel),
            ..
        } => Some((
            "Link".to_owned(),
            values(&|mark| format!("<{mark}>; rel=\"{rel}\"")),
        )),
        PagingKind::Link {
            source: LinkSource::Value(expr),
            ..
        }
        | PagingKind::Cursor { source: expr, .. } => match &expr.kind {
            ExprKind::Header(name) => Some((name.clone(), values(&str::to_owned))),
            _ => None,
        },
        _ => None,
    }
}

/// The positions that the requests ask for, where they stand in the query.
fn param(resource: &Resource, plan: &Plan) -> Option<(String, Vec<String>)> {
    let in_query =
        |param: &PageParam| (param.location == ParamLocation::Query).then(|| param.name.clone());
    match &resource.paging.kind {
        PagingKind::Offset { offset, start, .. } => {
            let mut position = *start;
            let values = plan.sizes.iter().map(|size| {
                let value = position.to_string();
                position += *size as u64;
                value
            });
            let values = values.collect();
            in_query(offset).map(|name| (name, values))
        }
        PagingKind::PageNumber { page, start, .. } => {
            let values = (*start..)
                .take(plan.sizes.len())
                .map(|number| number.to_string())
                .collect();
            in_query(page).map(|name| (name, values))
        }
        PagingKind::Cursor { param, .. } => {
            let before = plan
                .marks
                .iter()
                .map(|mark| mark.clone().unwrap_or_default());
            let values = std::iter::once(String::new())
                .chain(before)
                .take(plan.sizes.len())
                .collect();
            in_query(param).map(|name| (name, values))
        }
        PagingKind::None | PagingKind::Link { .. } | PagingKind::Keyset { .. } => None,
    }
}

/// What one page says beside its records.
struct Facts<'a> {
    resource: &'a Resource,
    plan: &'a Plan,
    index: usize,
    total: usize,
}

impl Facts<'_> {
    /// The JSON of a node.
    fn body(
        &self,
        node: &EnvelopeNode,
        path: &mut Vec<PathStep>,
        records: &[String],
        single: bool,
    ) -> String {
        match node {
            EnvelopeNode::Records if single => records.concat(),
            EnvelopeNode::Records => format!("[{}]", records.join(",")),
            EnvelopeNode::Leaf(_) => self.leaf(path),
            EnvelopeNode::Object { fields, .. } => {
                let fields: Vec<_> = fields
                    .iter()
                    .map(|field| {
                        path.push(PathStep::Key(field.name.clone()));
                        let value = self.body(&field.node, path, records, single);
                        path.pop();
                        format!(
                            "{}:{value}",
                            serde_json::Value::from(field.name.wire.as_str())
                        )
                    })
                    .collect();
                format!("{{{}}}", fields.join(","))
            }
            EnvelopeNode::Each(inner) => {
                let items: Vec<_> = records
                    .iter()
                    .map(|record| self.body(inner, path, std::slice::from_ref(record), true))
                    .collect();
                format!("[{}]", items.join(","))
            }
            EnvelopeNode::Items(items) => {
                let last = items.last().map_or(0, |(index, _)| *index);
                let items: Vec<_> = (0..=last)
                    .map(|index| {
                        path.push(PathStep::Index(index));
                        let node = items
                            .iter()
                            .find(|(at, _)| *at == index)
                            .map(|(_, node)| node);
                        let json = node.map_or("null".to_owned(), |node| {
                            self.body(node, path, records, single)
                        });
                        path.pop();
                        json
                    })
                    .collect();
                format!("[{}]", items.join(","))
            }
        }
    }

    /// The JSON of a value beside the records.
    fn leaf(&self, path: &[PathStep]) -> String {
        let accessor = self
            .resource
            .envelope
            .accessors
            .iter()
            .find(|accessor| accessor.path == path);
        let Some(name) = accessor.map(|accessor| accessor.rust.as_str()) else {
            return "null".to_owned();
        };
        let is = |known: &Option<String>| known.as_deref() == Some(name);
        let more = || (self.index + 1 < self.plan.sizes.len()).to_string();
        let mark = || {
            let mark = self.plan.marks.get(self.index).cloned().flatten();
            mark.map_or("null".to_owned(), |mark| format!("\"{mark}\""))
        };
        match &self.resource.paging.kind {
            PagingKind::Offset { total, .. } | PagingKind::PageNumber { total, .. }
                if is(total) =>
            {
                self.total.to_string()
            }
            PagingKind::PageNumber { total_pages, .. } if is(total_pages) => {
                self.plan.sizes.len().to_string()
            }
            PagingKind::Offset { has_more, .. }
            | PagingKind::PageNumber { has_more, .. }
            | PagingKind::Cursor { has_more, .. }
                if is(has_more) =>
            {
                more()
            }
            PagingKind::Cursor { source, .. }
            | PagingKind::Link {
                source: LinkSource::Value(source),
                ..
            } => match &source.kind {
                ExprKind::Body(path) if path.accessor == name => mark(),
                _ => "null".to_owned(),
            },
            _ => "null".to_owned(),
        }
    }
}
