//! Pages that an API of this shape would send.

use crate::model::{EnvelopeNode, PathStep, Resource};
use serde_json::Value as Json;
use std::fmt::Write;

/// The key by which records of different pages differ.
const NUMBER: &str = "number in the walk";

/// What stands in a page: places of values beside its records, and their JSON.
pub type Values = Vec<(Vec<PathStep>, String)>;

/// A value of a body.
pub fn at<'j>(body: &'j Json, path: &[PathStep]) -> Option<&'j Json> {
    path.iter().try_fold(body, |json, step| match step {
        PathStep::Key(key) => json.get(&key.wire),
        PathStep::Index(index) => json.get(index),
    })
}

/// Records of a page.
pub struct Records {
    /// How many.
    pub size: u64,
    /// Their JSON: all of them, or one that stands for all of a long page.
    pub texts: Vec<String>,
}

impl Records {
    /// Records that differ from those of all other pages, in `number in the walk` at least.
    pub fn new(sample: &str, size: u64, mut number: u64) -> Self {
        let long = size > 3;
        let texts = (0..if long { 1 } else { size }).map(|_| {
            number += 1;
            sample
                .trim_start()
                .replacen('{', &format!("{{\"{NUMBER}\":{number},"), 1)
        });
        Self {
            size,
            texts: texts.collect(),
        }
    }

    /// Sets a field of each record, from its place in the page.
    pub fn set_all(&mut self, keys: &[String], value: impl Fn(u64) -> Json) {
        for (place, text) in (0..).zip(&mut self.texts) {
            set(text, keys, value(place));
        }
    }

    /// Lets a record of the page before come again.
    pub fn again(&mut self, record: String) {
        self.texts.insert(0, record);
    }

    /// Sets a field of the last record.
    pub fn set(&mut self, keys: &[String], value: Json) {
        if let Some(last) = self.texts.last_mut() {
            set(last, keys, value);
        }
    }

    /// The last record.
    pub fn last(&self) -> Option<Json> {
        serde_json::from_str(self.texts.last()?).ok()
    }

    /// A body as it is sent: with the one record that stands for all as often as there are records.
    pub fn repeated(&self, body: String) -> String {
        match self.texts.as_slice() {
            [one] if self.size > 1 => body.replacen(one, &format!("«{one}» × {}", self.size), 1),
            _ => body,
        }
    }
}

/// Sets a field of a record.
fn set(record: &mut String, keys: &[String], value: Json) {
    if let Ok(mut json) = serde_json::from_str::<Json>(record) {
        put(&mut json, keys.iter().map(String::as_str), value);
        *record = json.to_string();
    }
}

/// Sets a value, and makes the objects on the way to it.
pub fn put<'k>(json: &mut Json, keys: impl Iterator<Item = &'k str>, value: Json) {
    let mut place = json;
    for key in keys {
        if !place.is_object() {
            *place = Json::Object(serde_json::Map::new());
        }
        let Some(object) = place.as_object_mut() else {
            return;
        };
        place = object.entry(key).or_insert(Json::Null);
    }
    *place = value;
}

/// The body of a page. Without records it lacks the data path.
pub fn body(resource: &Resource, records: Option<&Records>, values: &Values) -> String {
    let mut writer = Writer {
        records: records.map(|records| records.texts.as_slice()),
        values,
        written: Vec::new(),
        path: Vec::new(),
    };
    let mut body = String::new();
    writer.node(&resource.envelope.root, &mut body, None);
    let written = writer.written;
    let mut others = values
        .iter()
        .filter(|(path, _)| !written.contains(path))
        .peekable();
    if others.peek().is_none() {
        return body;
    }
    // What only error rules look at; a list has no place for it.
    let Ok(mut json @ Json::Object(_)) = serde_json::from_str::<Json>(&body) else {
        return body;
    };
    for (path, value) in others {
        let keys = path.iter().filter_map(|step| match step {
            PathStep::Key(key) => Some(key.wire.as_str()),
            PathStep::Index(_) => None,
        });
        put(
            &mut json,
            keys,
            serde_json::from_str(value).unwrap_or_default(),
        );
    }
    json.to_string()
}

struct Writer<'a> {
    records: Option<&'a [String]>,
    values: &'a Values,
    written: Vec<Vec<PathStep>>,
    path: Vec<PathStep>,
}

impl Writer<'_> {
    /// The JSON of a node, with one record where that is all it holds.
    fn node(&mut self, node: &EnvelopeNode, body: &mut String, one: Option<&str>) {
        match node {
            EnvelopeNode::Records => match one {
                Some(record) => body.push_str(record),
                None => {
                    let records = self.records.unwrap_or_default();
                    list(records, body, |record, body| body.push_str(record));
                }
            },
            EnvelopeNode::Leaf(_) => {
                let value = self.values.iter().find(|(path, _)| *path == self.path);
                body.push_str(value.map_or("null", |(_, json)| json));
                self.written.push(self.path.clone());
            }
            EnvelopeNode::Object { fields, .. } => {
                let records = self.records;
                let (mut one, mut first) = (one, true);
                body.push('{');
                for field in fields {
                    let leads = leads_to_records(&field.node);
                    if leads && records.is_none() {
                        continue;
                    }
                    if !std::mem::take(&mut first) {
                        body.push(',');
                    }
                    // Writing to a `String` cannot fail.
                    let _ = write!(body, "{}:", Json::from(field.name.wire.as_str()));
                    self.path.push(PathStep::Key(field.name.clone()));
                    self.node(&field.node, body, one);
                    self.path.pop();
                    if leads {
                        // Where they may stand in several places, they stand in the first.
                        (self.records, one) = (Some(&[][..]), None);
                    }
                }
                self.records = records;
                body.push('}');
            }
            EnvelopeNode::Each(inner) => {
                let records: Vec<&str> = match one {
                    Some(record) => vec![record],
                    None => self
                        .records
                        .unwrap_or_default()
                        .iter()
                        .map(String::as_str)
                        .collect(),
                };
                list(&records, body, |record, body| {
                    self.node(inner, body, Some(record))
                });
            }
            EnvelopeNode::Items(items) => {
                let last = items.last().map_or(0, |(index, _)| *index);
                let known = |index| {
                    items
                        .iter()
                        .find(|(at, _)| *at == index)
                        .map(|(_, node)| node)
                };
                let records = self.records;
                let leads = |index| known(index).is_some_and(leads_to_records);
                let all: Vec<_> = (0..=last)
                    .take_while(|index| records.is_some() || !leads(*index))
                    .collect();
                let mut one = one;
                list(&all, body, |index, body| {
                    self.path.push(PathStep::Index(*index));
                    match known(*index) {
                        Some(node) => self.node(node, body, one),
                        None => body.push_str("null"),
                    }
                    self.path.pop();
                    if leads(*index) {
                        (self.records, one) = (Some(&[][..]), None);
                    }
                });
                self.records = records;
            }
        }
    }
}

fn list<T>(items: &[T], body: &mut String, mut write: impl FnMut(&T, &mut String)) {
    body.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            body.push(',');
        }
        write(item, body);
    }
    body.push(']');
}

/// Whether records stand in a node.
pub fn leads_to_records(node: &EnvelopeNode) -> bool {
    match node {
        EnvelopeNode::Records => true,
        EnvelopeNode::Leaf(_) => false,
        EnvelopeNode::Object { fields, .. } => {
            fields.iter().any(|field| leads_to_records(&field.node))
        }
        EnvelopeNode::Each(inner) => leads_to_records(inner),
        EnvelopeNode::Items(items) => items.iter().any(|(_, node)| leads_to_records(node)),
    }
}
