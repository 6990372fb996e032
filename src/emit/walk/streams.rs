//! Resources that are read in many streams of pages: what is asked for their parents, and then for each partition.

use crate::model::{
    Expr, ExprKind, PartitionSource, PartitionValues, Partitions, RecordPath, RecordRoot, Resource,
    Type,
};
use serde_json::Value as Json;
use std::collections::BTreeMap;

use super::plan::Planner;
use super::request::Requests;
use super::transcript::Step;
use super::value::{self, Scope, Value};
use super::window::Point;
use super::{Talk, is_wanted, page_steps, token, walkable, windows};

/// More partitions are not read in a test.
const MAX: usize = 12;

/// The values of a partition by the Rust names of its fields.
type Partition = BTreeMap<String, Value>;

/// Finds what is asked.
pub struct Streams<'a> {
    pub requests: Requests<'a>,
}

/// All that is asked to read a resource.
#[derive(Default)]
pub struct Divided {
    pub steps: Vec<Step>,
    /// Its records.
    pub records: Vec<Json>,
    /// How many those are: one may stand for several.
    pub total: u64,
    /// Records that the API sends, wanted or not.
    read: usize,
    /// Where reading has to be told to end.
    pub until: Option<Point>,
}

impl Streams<'_> {
    /// All that is asked to read a divided resource: of its first partition a first, a middle and a last page.
    pub fn divided(&self, resource: &Resource) -> Option<Divided> {
        self.read(resource, &[], true)
    }

    /// All that is asked to read a resource whose records differ in these fields.
    fn read(&self, resource: &Resource, apart: &[&RecordPath], is_long: bool) -> Option<Divided> {
        if !walkable(self.requests.connector, resource) {
            return None;
        }
        let mut all = Divided::default();
        let name = format!("{}, ", resource.name.wire);
        let partitions = match &resource.partitions {
            Some(divided) => self.partitions(divided, &mut all.steps)?,
            None => vec![Partition::new()],
        };
        if partitions.is_empty() || partitions.len() > MAX {
            return None;
        }
        let own = token(self.requests, resource);
        let asked = |step: &Step| (step.asked.url.clone(), step.asked.body_text());
        let is_new = |own: &Step| all.steps.iter().all(|step| asked(step) != asked(own));
        let own = own.filter(is_new);
        all.steps.extend(own);
        for partition in &partitions {
            let requests = self.requests.of(partition);
            let (windows, until) = windows(requests.scope, resource, all.until.as_ref())?;
            for window in &windows {
                let requests = requests.within(window.as_ref());
                let planner = Planner::new(requests, resource)?.apart(apart, all.read);
                let is_first = is_long && all.read == 0;
                let walk = if is_first {
                    planner.walk()?
                } else {
                    planner.short_walk()?
                };
                if !walk.ends {
                    return None;
                }
                all.read += usize::try_from(walk.total()).ok()?;
                let talk = Talk { requests, resource };
                all.total += talk.total(&walk)?;
                for text in walk.pages.iter().flat_map(|page| &page.records.texts) {
                    let record = serde_json::from_str(text).ok()?;
                    if is_wanted(requests.scope, resource, &record)? {
                        all.records.push(record);
                    }
                }
                all.steps.extend(page_steps(walk, &name, &[]));
            }
            all.until = until;
        }
        Some(all)
    }

    /// The partitions of a resource, after what is asked for its parents.
    fn partitions(&self, divided: &Partitions, steps: &mut Vec<Step>) -> Option<Vec<Partition>> {
        let mut partitions = vec![Partition::new()];
        if let Some(parent) = &divided.parent {
            let resource = self.requests.connector.resources.get(parent.resource)?;
            let apart = fields(divided, parent.when.as_ref());
            let read = self.read(resource, &apart, false)?;
            // Nobody tells a parent where to end.
            if read.until.is_some() {
                return None;
            }
            steps.extend(read.steps);
            partitions.clear();
            for record in &read.records {
                let seen = (record, resource.sent());
                let scope = Scope {
                    parent: Some(seen),
                    ..self.requests.scope
                };
                if let Some(when) = &parent.when
                    && !scope.holds(when)?
                {
                    continue;
                }
                partitions.push(of_parent(divided, seen)?);
            }
            if let Some(batch) = parent.batch {
                partitions = partitions
                    .chunks(usize::try_from(batch).ok()?.max(1))
                    .map(joined)
                    .collect();
            }
        }
        for (at, list) in divided.lists.iter().enumerate() {
            let values = self.values(&list.values);
            let mut fields = divided.fields.iter();
            // One that no request speaks of is still read.
            let field = fields.find(|field| field.source == PartitionSource::List(at));
            let name = field.map_or(&list.field, |field| &field.rust);
            partitions = partitions
                .iter()
                .flat_map(|partition| {
                    values.iter().map(|value| {
                        let mut partition = partition.clone();
                        partition.insert(name.clone(), value.clone());
                        partition
                    })
                })
                .collect();
        }
        Some(partitions)
    }

    fn values(&self, values: &PartitionValues) -> Vec<Value> {
        match values {
            PartitionValues::Texts(texts) => {
                texts.iter().map(|text| Value::Text(text.clone())).collect()
            }
            PartitionValues::Integers(numbers) => numbers
                .iter()
                .map(|number| Value::Integer(*number))
                .collect(),
            PartitionValues::Config(path, _) | PartitionValues::ConfigWords(path) => {
                match self.requests.scope.settings.value(path) {
                    Value::List(items) => items,
                    _ => Vec::new(),
                }
            }
        }
    }
}

/// The fields of a parent of which anything is said.
fn fields<'a>(divided: &'a Partitions, when: Option<&'a Expr>) -> Vec<&'a RecordPath> {
    let mut found: Vec<&RecordPath> = Vec::new();
    for field in &divided.fields {
        if let PartitionSource::Parent(path) = &field.source {
            found.push(path);
        }
    }
    let mut open: Vec<&Expr> = when.into_iter().collect();
    while let Some(expr) = open.pop() {
        if let ExprKind::Field {
            root: RecordRoot::Parent,
            path,
        } = &expr.kind
        {
            found.push(path);
        }
        open.extend(expr.operands());
    }
    found
}

/// The partition of a parent; none where it lacks a value.
fn of_parent(divided: &Partitions, record: (&Json, &crate::model::Record)) -> Option<Partition> {
    let is_batch = divided.parent.as_ref()?.batch.is_some();
    let mut partition = Partition::new();
    for field in &divided.fields {
        let PartitionSource::Parent(path) = &field.source else {
            continue;
        };
        let value = value::sent(record, path);
        if value == Value::Nothing && !field.nullable {
            return None;
        }
        let value = match (is_batch, &path.ty) {
            (true, Type::Integer) => Value::List(vec![value]),
            (true, _) => Value::List(vec![Value::Text(value.text())]),
            (false, _) => value,
        };
        partition.insert(field.rust.clone(), value);
    }
    Some(partition)
}

/// One partition of several parents.
fn joined(partitions: &[Partition]) -> Partition {
    let mut all = Partition::new();
    for (name, value) in partitions.iter().flatten() {
        let Value::List(items) = value else { continue };
        let entry = all.entry(name.clone());
        if let Value::List(known) = entry.or_insert_with(|| Value::List(Vec::new())) {
            known.extend(items.iter().cloned());
        }
    }
    all
}
