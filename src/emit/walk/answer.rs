//! What an answer means, and where it leads.

use crate::model::{Action, LinkSource, PagingKind, Resource, StatusRange};
use serde_json::Value as Json;

use super::request::Position;
use super::value::{Scope, Seen, Value};

/// An answer of the stub.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

impl Answer {
    /// A success.
    pub fn ok(body: String) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body,
        }
    }
}

/// What becomes of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It is taken.
    Accepted,
    /// The request is sent again.
    Retried,
    /// It counts as an empty page.
    Ignored,
    /// The request is sent again with new credentials.
    Refreshes,
    /// The resource fails.
    Fails,
}

/// What an answer means on a stream's first request; none where that cannot be known before the connector runs.
pub fn meaning(resource: &Resource, scope: Scope<'_>, answer: &Answer) -> Option<Meaning> {
    let policy = &resource.errors;
    let includes = |ranges: &[StatusRange]| {
        ranges
            .iter()
            .any(|range| (range.from..=range.to).contains(&answer.status))
    };
    let is_query = resource.request.body.query().is_some();
    let body: Json = if policy.rules.is_empty() && !is_query {
        Json::Null
    } else {
        serde_json::from_str(&answer.body).unwrap_or_default()
    };
    let seen = Seen {
        accessors: policy.body.as_ref().map_or(&[][..], |body| &body.accessors),
        status: answer.status,
        headers: &answer.headers,
        body: &body,
        last: None,
        size: 0,
        number: 0,
    };
    let scope = Scope {
        seen: Some(&seen),
        record: None,
        ..scope
    };
    for rule in &policy.rules {
        let header = rule.header.as_ref().is_none_or(|(name, value)| {
            let found = answer
                .headers
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.is_some_and(|(_, found)| value.as_ref().is_none_or(|value| value == found))
        });
        let contains = rule
            .contains
            .as_ref()
            .is_none_or(|text| answer.body.contains(text));
        let holds = (rule.statuses.is_empty() || includes(&rule.statuses))
            && header
            && contains
            && rule
                .condition
                .as_ref()
                .map_or(Some(true), |condition| scope.holds(condition))?;
        if holds {
            return Some(match &rule.action {
                Action::Retry => Meaning::Retried,
                // A stream without partitions has nothing to leave out but itself.
                Action::Ignore | Action::SkipPartition => Meaning::Ignored,
                Action::RefreshAuth => Meaning::Refreshes,
                Action::Fail(_) => Meaning::Fails,
            });
        }
    }
    let errors = body.get("errors").and_then(Json::as_array);
    Some(match answer.status {
        200..=299 if is_query && errors.is_some_and(|errors| !errors.is_empty()) => Meaning::Fails,
        200..=299 => Meaning::Accepted,
        _ if includes(&policy.retry_statuses) => Meaning::Retried,
        401 => Meaning::Refreshes,
        _ => Meaning::Fails,
    })
}

/// A stream of pages, as far as it was read.
#[derive(Debug, Clone)]
pub struct Stream {
    /// The position of the page that is asked for.
    pub position: Position,
    /// Pages before it.
    pub pages: u64,
    /// Records before it.
    pub read: u64,
}

impl Stream {
    /// Before the first page.
    pub fn new(resource: &Resource) -> Self {
        let position = match &resource.paging.kind {
            PagingKind::None => Position::Count(0),
            PagingKind::Offset { start, .. } | PagingKind::PageNumber { start, .. } => {
                Position::Count(*start)
            }
            PagingKind::Cursor { .. } => Position::Cursor(None),
            PagingKind::Link { .. } => Position::Link(None),
            PagingKind::Keyset { .. } => Position::Key(None),
        };
        Self {
            position,
            pages: 0,
            read: 0,
        }
    }

    /// Takes a page, and gives the position of the next; the outer none where that cannot be known before the connector
    /// runs.
    pub fn take(&mut self, resource: &Resource, page: &Page<'_>) -> Option<Option<Position>> {
        self.pages += 1;
        self.read += page.size;
        let next = self.next(resource, page)?;
        let is_last = resource
            .paging
            .max_pages
            .is_some_and(|max| self.pages >= max);
        Some(next.filter(|_| !is_last))
    }

    fn next(&self, resource: &Resource, page: &Page<'_>) -> Option<Option<Position>> {
        let body: Json = if page.reads_body(resource) {
            serde_json::from_str(&page.answer.body).ok()?
        } else {
            Json::Null
        };
        let last = page.last.as_ref().map(|last| (last, resource.sent()));
        let seen = Seen {
            accessors: &resource.envelope.accessors,
            status: page.answer.status,
            headers: &page.answer.headers,
            body: &body,
            last,
            size: page.size,
            number: self.pages,
        };
        let scope = Scope {
            seen: Some(&seen),
            record: None,
            ..page.scope
        };
        let no_more = |flag: &Option<String>| {
            let flag = flag.as_ref().map(|flag| seen.body(flag));
            flag == Some(Value::Boolean(false))
        };
        let reached = |count: u64, all: &Option<String>| {
            let all = all.as_ref().map(|all| seen.body(all));
            matches!(all, Some(Value::Integer(all)) if i128::from(count) >= i128::from(all))
        };
        let Position::Count(place) = &self.position else {
            return self.given(resource, page, scope);
        };
        Some(match &resource.paging.kind {
            PagingKind::Offset {
                size,
                total,
                has_more,
                max_offset,
                stop_on_short_page,
                ..
            } => {
                let next = place + page.size;
                let short = if *stop_on_short_page {
                    page.size < *size
                } else {
                    page.size == 0
                };
                let ends = short
                    || no_more(has_more)
                    || reached(self.read, total)
                    || max_offset.is_some_and(|max| next >= max);
                (!ends).then_some(Position::Count(next))
            }
            PagingKind::PageNumber {
                limit,
                total_pages,
                total,
                has_more,
                stop_on_short_page,
                ..
            } => {
                let size = limit.as_ref().map_or(1, |(_, size)| *size);
                let short = if *stop_on_short_page {
                    page.size < size
                } else {
                    page.size == 0
                };
                let ends = short
                    || no_more(has_more)
                    || reached(self.pages, total_pages)
                    || reached(self.read, total);
                (!ends).then_some(Position::Count(place + 1))
            }
            _ => None,
        })
    }

    /// The position that the API gives.
    fn given(
        &self,
        resource: &Resource,
        page: &Page<'_>,
        scope: Scope<'_>,
    ) -> Option<Option<Position>> {
        let present = |value: Value| Some(value.text()).filter(|text| !text.is_empty());
        let link = |link: String| Position::Link(Some(join(page.url, link.trim())));
        Some(match &resource.paging.kind {
            PagingKind::Keyset { field, .. } => {
                let key = scope.seen.filter(|seen| seen.size > 0);
                key.map(|seen| Position::Key(Some(seen.key(field))))
            }
            PagingKind::Cursor {
                source, has_more, ..
            } => {
                let flag = has_more
                    .as_ref()
                    .and_then(|flag| Some(scope.seen?.body(flag)));
                if flag == Some(Value::Boolean(false)) {
                    return Some(None);
                }
                present(scope.value(source)?).map(|cursor| Position::Cursor(Some(cursor)))
            }
            PagingKind::Link {
                source: LinkSource::Value(source),
                ..
            } => present(scope.value(source)?).map(link),
            PagingKind::Link {
                source: LinkSource::Header(_),
                ..
            } => {
                let mut headers = page.answer.headers.iter();
                let header = headers
                    .find(|(name, _)| name == "Link")
                    .map(|(_, value)| value);
                let target = header.and_then(|value| value.split(['<', '>']).nth(1));
                target.map(|target| link(target.to_owned()))
            }
            _ => None,
        })
    }
}

/// A page that a stream takes.
pub struct Page<'a> {
    /// What expressions may speak of beside the page.
    pub scope: Scope<'a>,
    /// The URL of its request.
    pub url: &'a str,
    /// The answer.
    pub answer: &'a Answer,
    /// Its records.
    pub size: u64,
    /// Its last record.
    pub last: Option<Json>,
}

impl Page<'_> {
    /// Whether anything of the body leads to the next page.
    fn reads_body(&self, resource: &Resource) -> bool {
        !resource.envelope.accessors.is_empty()
    }
}

/// A link, resolved against the URL of its page.
fn join(page: &str, link: &str) -> String {
    if link.contains("://") {
        return link.to_owned();
    }
    let path = page.split(['?', '#']).next().unwrap_or(page);
    let host = path.find("://").map_or(0, |at| at + 3);
    let root = path
        .get(host..)
        .and_then(|rest| rest.find('/'))
        .map_or(path.len(), |at| host + at);
    let base = match link.chars().next() {
        Some('/') => path.get(..root),
        Some('?') => Some(path),
        _ => path
            .get(root..)
            .and_then(|rest| path.get(..=root + rest.rfind('/')?)),
    };
    format!("{}{link}", base.unwrap_or(path))
}
