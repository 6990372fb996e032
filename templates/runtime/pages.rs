//! Reads a resource page after page. The records of a page are handed over before its successor is asked for, so that a
//! failure loses nothing.

use super::decode;
use super::endpoint::{Endpoint, Guard, OnInvalid, RecordOf, Turn};
use super::error::{Error, Kind};
use super::guard::Seen;
use super::record::Record;
use super::send::{Action, Answer};
use super::source::{Batch, Source};
use super::wire::Wire;

/// The pages of a resource, one after the other.
pub struct Pages<E: Endpoint> {
    pub(super) endpoint: E,
    pub(super) next: Result<Option<E::Position>, Error>,
    seen: Seen,
    number: u64,
    read: u64,
    total: Option<u64>,
}

impl<E: Endpoint> Pages<E> {
    /// All pages of an endpoint; nothing is sent before the first is asked for.
    pub fn new(endpoint: E) -> Self {
        let next = Ok(Some(endpoint.start()));
        Self {
            endpoint,
            next,
            seen: Seen::default(),
            number: 0,
            read: 0,
            total: None,
        }
    }

    async fn page(&mut self, position: &E::Position) -> Result<Option<Batch<RecordOf<E>>>, Error> {
        let (endpoint, first) = (&self.endpoint, self.number == 0);
        let (session, stats) = (endpoint.session(), endpoint.session().stats());
        let request = endpoint.request(position)?;
        let name = |error: Error| error.of(session.name(&request));
        let rule = |answer: &Answer| {
            let action = endpoint.action(answer);
            action.filter(|action| first || *action != Action::Ignore)
        };
        let answer = session.send(&request, &E::RETRY, &rule).await;
        let Some(answer) = answer.map_err(name)? else {
            return Ok(None);
        };
        let limit = session.options.max_body;
        let Some(json) = E::json(&answer.body, limit).map_err(name)? else {
            return Ok(None);
        };
        let page: E::Page<'_> = decode::page(&json, E::OBJECT).map_err(name)?;
        let (pieces, number) = (E::records(&page), self.number + 1);
        let (mut sent, mut rejected) = decode::records::<E>(&pieces, number).map_err(name)?;
        let size = sent.len() + rejected.len();
        E::drop_seen(position, &mut sent);
        let new = sent.len();
        self.total = E::total(&page).or(self.total);
        // Equal pages can be right where the API counts its records and they have no key.
        let counted = self.total.is_some() && RecordOf::<E>::PRIMARY_KEY.is_empty();
        let guarded = E::GUARD == Guard::Records && !counted && size > 0;
        if guarded && self.seen.repeats(&pieces).map_err(name)? {
            tracing::warn!(
                number,
                "a page with the records of the one before: taken as the end"
            );
            return Ok(None);
        }

        self.number = number;
        self.read += size as u64;
        stats.pages.add(1);
        stats.skipped.add(rejected.len());
        if !rejected.is_empty() {
            stats.leave_out(RecordOf::<E>::RESOURCE);
        }
        decode::unknown_fields::<E>(&pieces, stats);
        let turn = Turn {
            endpoint,
            position,
            page: &page,
            answer: &answer,
            number,
            size: size as u64,
            read: self.read,
            total: self.total,
            sent: &sent,
            last_rejected: rejected.last().is_some_and(|last| last.index + 1 == size),
        };
        let next = endpoint.next(&turn);
        let goes_on = E::MAX_PAGES.is_none_or(|max| number < max);
        let mut next = next.map(|next| next.filter(|_| goes_on));
        if E::PAGE_LIMIT.is_some_and(|max| number >= max) && matches!(next, Ok(Some(_))) {
            let text = format!(
                "there are more than {number} pages: what is cut off would never be read; raise `max_pages`"
            );
            next = Err(Error::new(Kind::Paging, text));
        }
        self.next = next
            .and_then(|next| self.seen.follow::<E>(&answer, next))
            .map_err(name);
        if E::ON_INVALID != OnInvalid::Quarantine {
            rejected.clear();
        }
        let wanted = sent.into_iter().filter(|sent| endpoint.keeps(sent));
        let records = wanted.filter_map(|sent| sent.record(endpoint));
        let records: Vec<_> = records.filter_map(E::deliver).collect();
        stats.records.add(records.len());
        stats.filtered.add(new - records.len());
        Ok(Some(Batch {
            records,
            rejected,
            number,
            checkpoint: None,
        }))
    }
}

impl<E: Endpoint> Source for Pages<E> {
    type Record = RecordOf<E>;

    async fn next(&mut self) -> Result<Option<Batch<RecordOf<E>>>, Error> {
        let Some(position) = std::mem::replace(&mut self.next, Ok(None))? else {
            return Ok(None);
        };
        self.next = Ok(Some(position.clone()));
        let page = self.page(&position).await;
        if !matches!(page, Ok(Some(_))) {
            self.next = Ok(None);
        }
        page
    }
}
