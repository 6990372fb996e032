//! What a page may say in several ways: the values from which it is computed whether and how reading goes on.

use crate::model::{
    Accessor, Expr, ExprKind, LeafKind, LinkSource, PagingKind, PathStep, RecordPath, RecordRoot,
    Resource, TimeFormat, Type,
};
use serde_json::Value as Json;

use super::page::Values;

/// What a page may say one way or another.
#[derive(Default)]
pub struct Unknowns<'a> {
    values: Vec<&'a Accessor>,
    headers: Vec<&'a str>,
    /// Fields of the last record.
    pub fields: Vec<&'a RecordPath>,
    constants: Vec<String>,
}

/// One way to say what a page may say in several.
pub struct Said<'a> {
    /// Values of the body.
    pub values: Values,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Fields of the last record.
    pub fields: Vec<(&'a RecordPath, Json)>,
}

/// One thing that a page may say.
enum Unknown<'a> {
    Value(&'a [PathStep]),
    Header(&'a str),
    Field(&'a RecordPath),
}

impl<'a> Unknowns<'a> {
    /// All that anything is computed from.
    pub fn of(resource: &'a Resource) -> Self {
        let mut unknowns = Self::default();
        let accessors = &resource.envelope.accessors;
        match &resource.paging.kind {
            PagingKind::Cursor { source, .. }
            | PagingKind::Link {
                source: LinkSource::Value(source),
                ..
            } => unknowns.collect(source, accessors),
            PagingKind::Link {
                source: LinkSource::Header(_),
                ..
            } => unknowns.headers.push("Link"),
            _ => {}
        }
        if let Some(body) = &resource.errors.body {
            let conditions = resource
                .errors
                .rules
                .iter()
                .filter_map(|rule| rule.condition.as_ref());
            for condition in conditions {
                unknowns.collect(condition, &body.accessors);
            }
        }
        unknowns
    }

    fn collect(&mut self, expr: &'a Expr, accessors: &'a [Accessor]) {
        match &expr.kind {
            ExprKind::String(text) => self.constants.push(Json::from(text.as_str()).to_string()),
            ExprKind::Integer(number) => self.constants.push(number.to_string()),
            ExprKind::Body(path) => {
                let found = accessors.iter().find(|known| known.rust == path.accessor);
                let known =
                    |found: &&Accessor| self.values.iter().any(|one| one.path == found.path);
                self.values.extend(found.filter(|found| !known(found)));
            }
            ExprKind::Header(name) if !self.headers.contains(&name.as_str()) => {
                self.headers.push(name);
            }
            ExprKind::Field {
                root: RecordRoot::Last,
                path,
            } if !self.fields.contains(&path) => self.fields.push(path),
            _ => {}
        }
        for operand in expr.operands() {
            self.collect(operand, accessors);
        }
    }

    /// All that a page of this place may say: the least first.
    pub fn combinations(
        &self,
        resource: &Resource,
        index: usize,
    ) -> impl Iterator<Item = Said<'a>> {
        let mark = match (&resource.paging.kind, index + 2) {
            (PagingKind::Link { .. }, next) => format!("/page-{next}"),
            (_, next) => format!("c-{next}"),
        };
        let values = self.values.iter().map(|accessor| {
            let candidates = self.candidates(accessor.kind, &mark, index);
            (Unknown::Value(&accessor.path), candidates)
        });
        let headers = self.headers.iter().map(|name| {
            let given = match &resource.paging.kind {
                PagingKind::Link {
                    source: LinkSource::Header(rel),
                    ..
                } => format!("<{mark}>; rel=\"{rel}\""),
                _ => mark.clone(),
            };
            (Unknown::Header(name), vec![String::new(), given])
        });
        let fields = self.fields.iter().map(|path| {
            let candidates = field(resource, path, index);
            (Unknown::Field(path), candidates)
        });
        let all: Vec<(Unknown<'a>, Vec<String>)> = values.chain(headers).chain(fields).collect();
        let count = all
            .iter()
            .map(|(_, candidates)| candidates.len().max(1))
            .product();
        (0..count).map(move |mut turn: usize| {
            let mut said = Said {
                values: Vec::new(),
                headers: Vec::new(),
                fields: Vec::new(),
            };
            for (unknown, candidates) in &all {
                let chosen = candidates.get(turn % candidates.len().max(1));
                turn /= candidates.len().max(1);
                match (unknown, chosen) {
                    (_, None) => {}
                    (Unknown::Value(path), Some(json)) => {
                        said.values.push((path.to_vec(), json.clone()));
                    }
                    (Unknown::Header(name), Some(value)) if !value.is_empty() => {
                        said.headers.push(((*name).to_owned(), value.clone()));
                    }
                    (Unknown::Header(_), Some(_)) => {}
                    (Unknown::Field(path), Some(json)) => {
                        let json = serde_json::from_str(json).unwrap_or_default();
                        said.fields.push((path, json));
                    }
                }
            }
            said
        })
    }

    /// What a value of a body may be, as JSON.
    fn candidates(&self, kind: LeafKind, mark: &str, index: usize) -> Vec<String> {
        let (null, mark) = ("null".to_owned(), Json::from(mark).to_string());
        match kind {
            LeafKind::Token => vec![null, mark],
            LeafKind::Flag => vec![null, "true".to_owned(), "false".to_owned()],
            LeafKind::Count => vec![null, (index + 1).to_string(), "3".to_owned()],
            LeafKind::Scalar => {
                let numbers = [index + 1, index + 2, 3, 0].map(|number| number.to_string());
                let mut all = vec![null, mark, "true".to_owned(), "false".to_owned()];
                all.extend(numbers);
                all.extend(self.constants.iter().cloned());
                all
            }
        }
    }
}

/// What a field of the last record may be, as JSON; nothing where the sample's own value has to do.
pub fn field(resource: &Resource, path: &RecordPath, index: usize) -> Vec<String> {
    let text = |text: String| Json::from(text).to_string();
    let day = jiff::civil::date(2025, 1, 1).saturating_add(jiff::Span::new().days(index as i64));
    let moment = day.at(12, 30, 0, 0);
    let instant = moment
        .to_zoned_datetime(jiff::tz::TimeZone::UTC)
        .map(|zoned| zoned.timestamp());
    let instant = instant.unwrap_or_default();
    let number = 10 * (index + 1);
    let value = match &path.ty {
        Type::String => text(format!("r-{number}")),
        Type::Integer => number.to_string(),
        Type::Number => format!("{number}.5"),
        Type::Decimal => text(format!("{number}.50")),
        Type::Boolean => index.is_multiple_of(2).to_string(),
        Type::Timestamp(TimeFormat::Rfc3339) => text(instant.to_string()),
        Type::Timestamp(TimeFormat::Epoch) => instant.as_second().to_string(),
        Type::Timestamp(TimeFormat::EpochMillis) => instant.as_millisecond().to_string(),
        Type::Timestamp(TimeFormat::Strftime(format)) => text(instant.strftime(format).to_string()),
        Type::Date(Some(format)) | Type::Time(Some(format)) => {
            text(moment.strftime(format).to_string())
        }
        Type::Date(None) => text(day.to_string()),
        Type::Time(None) => text(format!("12:30:{number:02}")),
        Type::Uuid => text(format!("00000000-0000-4000-8000-{number:012}")),
        Type::Enum(words) => {
            let words = resource
                .sent()
                .enums
                .get(*words)
                .map_or(&[][..], |words| &words.variants);
            match words.get(index % words.len().max(1)) {
                Some(word) => text(word.wire.clone()),
                None => return Vec::new(),
            }
        }
        _ => return Vec::new(),
    };
    let nullable = path.steps.last().is_some_and(|step| step.nullable);
    let null = nullable.then(|| "null".to_owned());
    [value].into_iter().chain(null).collect()
}
