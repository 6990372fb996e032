//! Which pages to serve: such that the connector reads a first, a middle and a last one.

use crate::model::{PagingKind, RecordPath, Resource};

use super::answer::{Answer, Meaning, Page, Stream, meaning};
use super::page::{self, Records, Values};
use super::request::{Asked, Position, Requests};
use super::unknowns::{Unknowns, field};
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

impl Walk {
    /// Records of all pages.
    pub fn total(&self) -> u64 {
        self.pages.iter().map(|page| page.records.size).sum()
    }
}

/// Finds the pages of a resource.
pub struct Planner<'a> {
    requests: Requests<'a>,
    resource: &'a Resource,
    sample: &'a str,
    unknowns: Unknowns<'a>,
    /// Fields that tell its records apart, and how many records there were before.
    apart: (&'a [&'a RecordPath], usize),
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
            apart: (&[], 0),
        })
    }

    /// The same for records that differ in these fields, from so many others as well.
    pub fn apart(mut self, fields: &'a [&'a RecordPath], others: usize) -> Self {
        self.apart = (fields, others);
        self
    }

    /// The pages, those in the middle first; none where it cannot be known before the connector runs how it goes on.
    pub fn walk(&self) -> Option<Walk> {
        self.walk_from(0)
    }

    /// As few pages as there can be.
    pub fn short_walk(&self) -> Option<Walk> {
        self.walk_from(2)
    }

    fn walk_from(&self, first: usize) -> Option<Walk> {
        let mut stream = Stream::new(self.resource);
        let mut pages: Vec<Served> = Vec::new();
        let mut visited = Vec::new();
        for index in first..4 {
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
        meaning(self.resource, self.requests.scope, answer) == Some(Meaning::Accepted)
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
            self.give_cursor(&mut records);
            self.tell_apart(&mut records, stream);
            self.give_keys(&mut records, stream, before);
            said.values.extend(self.counts(index, stream.read + size));
            let answer = Answer {
                headers: said.headers,
                ..Answer::ok(page::body(self.resource, Some(&records), &said.values))
            };
            let page = Page {
                scope: self.requests.scope,
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

    /// Lets records differ in the fields by which they are told apart.
    fn tell_apart(&self, records: &mut Records, stream: &Stream) {
        let (fields, others) = self.apart;
        for path in fields {
            let keys = wire_path(self.resource.sent(), path);
            let value = |place: u64| {
                let place = usize::try_from(stream.read + place).unwrap_or_default();
                let values = field(self.resource, path, others + place);
                serde_json::from_str(values.first()?).ok()
            };
            if value(0).is_some() {
                records.set_all(&keys, |place| value(place).unwrap_or_default());
            }
        }
    }

    /// Lets all records lie within the window that is read.
    fn give_cursor(&self, records: &mut Records) {
        if let (Some(incremental), Some(window)) =
            (&self.resource.incremental, self.requests.scope.window)
        {
            let (path, ty) = (&incremental.cursor, incremental.ty);
            let keys = wire_path(self.resource.sent(), path);
            records.set_all(&keys, |_| window.json(path, ty));
        }
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
                2 if self.apart.0.is_empty() => vec![1],
                2 => vec![2],
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
