//! Reads a resource page after page.
//!
//! The records of a page are handed over before its successor is asked for, so that a failure loses nothing.

use super::decode::{self, Rejected};
use super::endpoint::{Endpoint, OnInvalid, Turn};
use super::error::Error;
use super::guard::{Guard, Seen};
use super::record::Record;
use super::retry::Action;
use super::stats::Stats;

/// The pages of a resource, one after the other.
pub struct Pages<E: Endpoint> {
    endpoint: E,
    next: Next<E::Position>,
    seen: Seen,
    number: u64,
    read: u64,
    total: Option<u64>,
}

enum Next<P> {
    Page(P),
    Failed(Error),
    End,
}

/// The records of one page.
#[derive(Debug)]
pub struct Batch<R> {
    /// The records, as the API orders them.
    pub records: Vec<R>,
    /// Records that are not of the declared type, where they are kept apart.
    pub rejected: Vec<Rejected>,
    /// Number of the page, from 1.
    pub number: u64,
}

impl<E: Endpoint> Pages<E> {
    /// All pages of an endpoint; nothing is sent before the first is asked for.
    pub fn new(endpoint: E) -> Self {
        let next = Next::Page(endpoint.start());
        Self {
            endpoint,
            next,
            seen: Seen::default(),
            number: 0,
            read: 0,
            total: None,
        }
    }

    /// The next page; none at the end, and after an error. If the future is dropped, the page is read again.
    pub async fn next(&mut self) -> Result<Option<Batch<E::Record>>, Error> {
        let page = match std::mem::replace(&mut self.next, Next::End) {
            Next::End => return Ok(None),
            Next::Failed(error) => return Err(error),
            Next::Page(position) => {
                self.next = Next::Page(position.clone());
                self.page(position).await
            }
        };
        if !matches!(page, Ok(Some(_))) {
            self.next = Next::End;
        }
        page
    }

    async fn page(&mut self, position: E::Position) -> Result<Option<Batch<E::Record>>, Error> {
        let session = self.endpoint.session();
        let request = self.endpoint.request(&position)?;
        let first = self.number == 0;
        let endpoint = &self.endpoint;
        let rule = |answer: &_| {
            endpoint
                .action(answer)
                .filter(|action| first || *action != Action::Ignore)
        };
        let Some(answer) = session.send(&request, &E::RETRY, &rule).await? else {
            return Ok(None);
        };
        let name = |error: Error| error.of(session.name(&request));

        let Some(text) = answer.text().map_err(name)? else {
            return Ok(None);
        };
        let page: E::Page<'_> = decode::page(text).map_err(name)?;
        let pieces = E::records(&page);
        let number = self.number + 1;
        self.total = E::total(&page).or(self.total);
        // Equal pages may be meant where the API counts the records and they have no key.
        let guarded = E::GUARD == Guard::Records
            && (self.total.is_none() || !E::Record::PRIMARY_KEY.is_empty());
        let (records, rejected) =
            decode::records::<E::Record>(&pieces, number, E::ON_INVALID).map_err(name)?;
        let size = (records.len() + rejected.len()) as u64;
        if guarded && size > 0 && self.seen.repeats(&pieces, number).map_err(name)? {
            tracing::warn!(
                page = number,
                "the API sent the same records again: taken as the end"
            );
            return Ok(None);
        }
        decode::unknown_fields::<E::Record>(&pieces, session.stats());

        let stats = session.stats();
        Stats::add(&stats.pages, 1);
        Stats::add(&stats.records, records.len());
        Stats::add(&stats.skipped, rejected.len());
        self.number = number;
        self.read += size;
        let last_rejected = rejected
            .last()
            .is_some_and(|rejected| rejected.index as u64 + 1 == size);
        let turn = Turn {
            position: &position,
            page: &page,
            answer: &answer,
            number,
            size,
            read: self.read,
            total: self.total,
            last: records.last(),
            last_rejected,
        };
        if E::GUARD == Guard::Marks {
            self.seen.visit(answer.url.as_str());
        }
        let next = endpoint.next(&turn).and_then(|next| {
            let next = next.filter(|_| E::MAX_PAGES.is_none_or(|max| number < max));
            if let Some(mark) = next.as_ref().and_then(E::mark) {
                self.seen.mark(mark, number)?;
            }
            Ok(next)
        });
        self.next = match next {
            Ok(Some(position)) => Next::Page(position),
            Ok(None) => Next::End,
            Err(error) => Next::Failed(name(error)),
        };
        let rejected = if E::ON_INVALID == OnInvalid::Quarantine {
            rejected
        } else {
            Vec::new()
        };
        Ok(Some(Batch {
            records,
            rejected,
            number,
        }))
    }
}
