//! Which pages to serve: such that the connector reads a first, a middle and a last one.

use crate::model::{
    Accessor, Expr, ExprKind, LeafKind, LinkSource, PagingKind, PathStep, RecordPath, Resource,
    TimeFormat, Type,
};
use serde_json::Value as Json;

use super::answer::{Answer, Meaning, Page, Stream, meaning};
use super::page::{self, Records, Values};
use super::request::{Asked, Position, Requests};
use super::value::wire_path;

/// Pages that are tried before one is found that leads where it should.
const TRIES: usize = 20_000;

/// A page as it is asked for and served.
pub struct Served {
    /// The request.
    pub asked: Asked,
    /// The answer.
    pub answer: Answer,
    /// Its records.
    pub records: Records,
}

/// The pages of a walk.
pub struct Walk {
    /// In their order.
    pub pages: Vec<Served>,
    /// Whether the connector knows that the last is the last.
    pub ends: bool,
}

/// Finds the pages of a resource.
pub struct Planner<'a> {
    requests: Requests<'a>,
    resource: &'a Resource,
    sample: &'a str,
    unknowns: Unknowns<'a>,
}

/// What a page may say one way or another.
#[derive(Default)]
struct Unknowns<'a> {
    values: Vec<&'a Accessor>,
    headers: Vec<&'a str>,
    fields: Vec<&'a RecordPath>,
    constants: Vec<String>,
}

impl<'a> Planner<'a> {
    /// A planner; none for a resource without a sample.
    pub fn new(requests: Requests<'a>, resource: &'a Resource) -> Option<Self> {
        let samples = &resource.samples;
        let sample = samples
            .iter()
            .find(|sample| crate::emit::samples::has_fields(sample))?;
        Some(Self {
            requests,
            resource,
            sample,
            unknowns: Unknowns::of(resource),
        })
    }

    /// The pages; none where it cannot be known before the connector runs how it goes on.
    pub fn walk(&self) -> Option<Walk> {
        let mut stream = Stream::new(self.resource);
        let mut pages: Vec<Served> = Vec::new();
        let mut visited = Vec::new();
        for index in 0..4 {
            let asked = self.requests.page(self.resource, &stream.position);
            visited.push(stream.position.clone());
            let goes_on =
                |next: &Option<Position>| next.as_ref().is_some_and(|next| !visited.contains(next));
            let more = (index < 2)
                .then(|| self.served(&stream, index, &asked, pages.last(), goes_on))
                .flatten();
            let found =
                more.or_else(|| self.served(&stream, index, &asked, pages.last(), Option::is_none));
            // Where nothing ends the pages, the test does.
            let ends = found.is_some();
            let (served, next) =
                found.or_else(|| self.served(&stream, index, &asked, pages.last(), goes_on))?;
            stream.pages += 1;
            stream.read += served.records.size;
            pages.push(served);
            match next {
                None => return Some(Walk { pages, ends: true }),
                Some(next) if ends || index < 3 => stream.position = next,
                Some(_) => break,
            }
        }
        Some(Walk { pages, ends: false })
    }

    /// The request of the first page.
    pub fn first(&self) -> Asked {
        let start = Stream::new(self.resource).position;
        self.requests.page(self.resource, &start)
    }

    /// A page without its data, which no rule takes for a failure.
    pub fn without_data(&self) -> Option<Answer> {
        let combinations = self.unknowns.combinations(self.resource, 0);
        let mut answers = combinations.take(TRIES).map(|said| Answer {
            headers: said.headers,
            ..Answer::ok(page::body(self.resource, None, &said.values))
        });
        answers.find(|answer| self.is_accepted(answer))
    }

    fn is_accepted(&self, answer: &Answer) -> bool {
        let settings = self.requests.scope.settings;
        meaning(self.resource, settings, answer) == Some(Meaning::Accepted)
    }

    /// A page after which the connector goes where it should.
    fn served(
        &self,
        stream: &Stream,
        index: usize,
        asked: &Asked,
        before: Option<&Served>,
        wanted: impl Fn(&Option<Position>) -> bool,
    ) -> Option<(Served, Option<Position>)> {
        let settings = self.requests.scope.settings;
        let sizes = self.sizes(index);
        let combinations = sizes.iter().flat_map(|size| {
            self.unknowns
                .combinations(self.resource, index)
                .map(|said| (*size, said))
        });
        for (size, mut said) in combinations.take(TRIES) {
            let mut records = Records::new(self.sample, size, stream.read);
            for (path, value) in said.fields.drain(..) {
                records.set(&wire_path(self.resource.sent(), path), value);
            }
            self.give_keys(&mut records, stream, before);
            said.values.extend(self.counts(index, stream.read + size));
            let answer = Answer {
                headers: said.headers,
                ..Answer::ok(page::body(self.resource, Some(&records), &said.values))
            };
            let page = Page {
                settings,
                url: &asked.url,
                answer: &answer,
                size,
                last: if self.unknowns.fields.is_empty() && !self.is_keyset() {
                    None
                } else {
                    records.last()
                },
            };
            let next = stream.clone().take(self.resource, &page)?;
            if wanted(&next) && self.is_accepted(&answer) {
                let asked = asked.clone();
                let served = Served {
                    asked,
                    answer,
                    records,
                };
                return Some((served, next));
            }
        }
        None
    }

    fn is_keyset(&self) -> bool {
        matches!(self.resource.paging.kind, PagingKind::Keyset { .. })
    }

    /// Lets the keys of records rise or fall, and the last record of the page before come again, as they should.
    fn give_keys(&self, records: &mut Records, stream: &Stream, before: Option<&Served>) {
        let PagingKind::Keyset {
            field: path,
            descending,
            inclusive,
            ..
        } = &self.resource.paging.kind
        else {
            return;
        };
        let keys = wire_path(self.resource.sent(), path);
        records.set_all(&keys, |place| {
            let number = stream.read + place;
            let place = if *descending {
                20 - number.min(20)
            } else {
                number
            };
            let value = field(
                self.resource,
                path,
                usize::try_from(place).unwrap_or_default(),
            );
            value
                .first()
                .and_then(|json| serde_json::from_str(json).ok())
                .unwrap_or_default()
        });
        if let Some(last) = before
            .filter(|_| *inclusive)
            .and_then(|before| before.records.texts.last())
        {
            records.again(last.clone());
        }
    }

    /// Numbers of records that a page may have: two pages of two, one of one, and none where nothing else ends.
    fn sizes(&self, index: usize) -> Vec<u64> {
        match &self.resource.paging.kind {
            PagingKind::None => vec![2],
            PagingKind::Offset {
                size,
                stop_on_short_page: true,
                ..
            }
            | PagingKind::PageNumber {
                limit: Some((_, size)),
                stop_on_short_page: true,
                ..
            } => match index {
                0 | 1 => vec![*size],
                _ if *size > 1 => vec![1, 0],
                _ => vec![0],
            },
            _ => match index {
                0 | 1 => vec![2],
                2 => vec![1],
                _ => vec![0],
            },
        }
    }

    /// Totals and flags of a paginator, as a server would count.
    fn counts(&self, index: usize, read: u64) -> Values {
        let is_last = index >= 2;
        let mut counts = Vec::new();
        let mut say = |accessor: &Option<String>, json: String| {
            let mut known = self.resource.envelope.accessors.iter();
            let found = accessor
                .as_ref()
                .and_then(|name| known.find(|known| known.rust == *name));
            counts.extend(found.map(|found| (found.path.clone(), json)));
        };
        match &self.resource.paging.kind {
            PagingKind::Offset {
                total, has_more, ..
            } => {
                say(total, self.total(read, is_last));
                say(has_more, (!is_last).to_string());
            }
            PagingKind::PageNumber {
                total,
                total_pages,
                has_more,
                ..
            } => {
                say(total, self.total(read, is_last));
                say(total_pages, "3".to_owned());
                say(has_more, (!is_last).to_string());
            }
            PagingKind::Cursor { has_more, .. } => say(has_more, (!is_last).to_string()),
            PagingKind::None | PagingKind::Link { .. } | PagingKind::Keyset { .. } => {}
        }
        counts
    }

    /// All records of all pages.
    fn total(&self, read: u64, is_last: bool) -> String {
        let first = self.sizes(0).first().copied().unwrap_or_default();
        let last = self.sizes(2).first().copied().unwrap_or_default();
        (if is_last { read } else { 2 * first + last }).to_string()
    }
}

/// One way to say what a page may say in several.
struct Said<'a> {
    values: Values,
    headers: Vec<(String, String)>,
    fields: Vec<(&'a RecordPath, Json)>,
}

/// One thing that a page may say.
enum Unknown<'a> {
    Value(&'a [PathStep]),
    Header(&'a str),
    Field(&'a RecordPath),
}

impl<'a> Unknowns<'a> {
    fn of(resource: &'a Resource) -> Self {
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
            ExprKind::Field { path, .. } if !self.fields.contains(&path) => self.fields.push(path),
            _ => {}
        }
        for operand in expr.operands() {
            self.collect(operand, accessors);
        }
    }

    /// All that a page of this place may say: the least first.
    fn combinations(&self, resource: &Resource, index: usize) -> impl Iterator<Item = Said<'a>> {
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
fn field(resource: &Resource, path: &RecordPath, index: usize) -> Vec<String> {
    let text = |text: String| Json::from(text).to_string();
    let day = jiff::civil::date(2025, 1, 1).saturating_add(jiff::Span::new().days(index as i64));
    let moment = day.at(12, 30, 0, 0);
    let instant = moment
        .to_zoned(jiff::tz::TimeZone::UTC)
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
        Type::Uuid => text(format!("00000000-0000-4000-8000-0000000000{number:02}")),
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
