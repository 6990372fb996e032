//! Reads a resource incrementally: its windows one after the other, with checkpoints between them.
//!
//! A checkpoint never lies beyond the start of the run nor beyond the window, so that a record that changes while
//! others are read is not lost. The records at the checkpoint are asked for again, and those that come again without
//! any change are left out.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::Serialize;

use super::cursor::Cursor;
use super::endpoint::RecordOf;
use super::error::{Error, Kind};
use super::guard::digest;
use super::incremental::{CursorOrder, Extent, Incremental, Window};
use super::source::{Batch, Checkpoint, Source};
use super::state::{MAX_BOUNDARY, Progress};

/// The pages of all windows of a resource, or of one partition of it.
pub struct Windows<I: Incremental> {
    resource: I,
    partition: Option<String>,
    stage: Stage<I>,
    /// Checkpoints do not go beyond this value.
    now: Option<I::Cursor>,
    /// The furthest value and its records.
    top: Option<Progress<I::Cursor>>,
    /// Records that were read before, at the end of the last run or window.
    known: Option<Progress<I::Cursor>>,
    /// What the last checkpoint said.
    kept: Option<Progress<I::Cursor>>,
}

enum Stage<I: Incremental> {
    /// What is still to be read.
    Before(Window<I::Cursor>),
    /// A window that is being read, and what is to be read after it.
    Within(Box<Reading<I>>),
    Failed(Error),
    End,
}

struct Reading<I: Incremental> {
    pages: I::Source,
    window: Window<I::Cursor>,
    rest: Option<Window<I::Cursor>>,
    /// The last value, where they ascend.
    last: Option<I::Cursor>,
    number: u64,
    /// Whether the records that are still to come lie outside.
    done: bool,
}

impl<I: Incremental> Windows<I> {
    /// All windows; nothing is sent before the first page is asked for.
    pub fn new(resource: I, partition: Option<String>, extent: &Extent<I::Cursor>) -> Self {
        let mut windows = Self {
            resource,
            partition,
            stage: Stage::End,
            now: extent.now.clone(),
            top: None,
            known: None,
            kept: None,
        };
        windows.stage = match windows.begin(extent) {
            Ok(Some(all)) => Stage::Before(all),
            Ok(None) => Stage::End,
            Err(error) => Stage::Failed(error),
        };
        windows
    }

    /// All that is to be read; none where there is nothing.
    fn begin(&mut self, extent: &Extent<I::Cursor>) -> Result<Option<Window<I::Cursor>>, Error> {
        let partition = self.partition.as_deref();
        let state = extent.state.as_ref();
        let saved = state.map(|state| state.progress::<I::Cursor>(&I::STATE, partition));
        let saved = saved.transpose()?.flatten();
        if let (Some(since), Some(saved)) = (&extent.since, &saved) {
            saved.meets(since)?;
        }
        let limits = self.resource.limits()?;
        let start = match (&extent.since, &saved) {
            (Some(since), _) => Some(since.clone()),
            (None, None) => limits.start,
            (None, Some(saved)) => {
                let back = I::lookback().and_then(|lookback| saved.value.before(lookback));
                let back = back.unwrap_or_else(|| saved.value.clone());
                let later = limits.start.filter(|start| start.order(&back).is_gt());
                Some(later.unwrap_or(back))
            }
        };
        let now = self.now.clone().filter(|_| I::UNTIL_NOW);
        let end = extent.until.clone().or(limits.end).or(now);
        self.top.clone_from(&saved);
        self.kept.clone_from(&saved);
        // Who says where to begin wants all from there.
        self.known = saved.filter(|_| extent.since.is_none());
        let empty = start.as_ref().zip(end.as_ref());
        let empty = empty.is_some_and(|(start, end)| start.order(end).is_gt());
        Ok(Some(Window { start, end }).filter(|_| !empty))
    }

    /// Leaves out the records of a page that are outside of the window, or were read before.
    fn sift(&mut self, reading: &mut Reading<I>, batch: &mut Batch<RecordOf<I>>) {
        let (mut older, mut newer, mut missing) = (false, false, 0);
        let mut newest: Option<I::Cursor> = None;
        let Window { start, end } = &reading.window;
        let next = reading.rest.as_ref().and_then(|rest| rest.start.as_ref());
        let (known, before) = (self.known.as_ref(), batch.records.len());
        batch.records.retain(|record| {
            let Some(cursor) = I::cursor(record) else {
                missing += usize::from(!I::KEEPS_MISSING);
                return I::KEEPS_MISSING;
            };
            if I::FILTERS || !I::SENDS_END {
                let is_older = I::FILTERS
                    && start
                        .as_ref()
                        .is_some_and(|start| cursor.order(start).is_lt());
                // What lies between two windows is of the first one.
                let is_newer = end.as_ref().is_some_and(|end| cursor.order(end).is_gt())
                    && next.is_none_or(|next| cursor.order(next).is_ge());
                older |= is_older;
                newer |= is_newer;
                if is_older || is_newer {
                    return false;
                }
            }
            if newest
                .as_ref()
                .is_none_or(|newest| cursor.order(newest).is_gt())
            {
                newest = Some(cursor.clone());
            }
            let known = known.filter(|known| cursor.order(&known.value).is_eq());
            !known.is_some_and(|known| {
                mark(record).is_some_and(|mark| known.boundary.contains(&mark))
            })
        });
        let stats = self.resource.session().stats();
        stats.skipped.add(missing);
        stats.filtered.add(before - batch.records.len() - missing);
        reading.done = match I::ORDER {
            CursorOrder::Ascending => newer,
            CursorOrder::Descending => older,
            CursorOrder::None => false,
        };
        if let Some(newest) = newest {
            self.rise(newest, &batch.records);
        }
    }

    /// Takes in the newest value of a page and the records that have it.
    fn rise(&mut self, newest: I::Cursor, records: &[RecordOf<I>]) {
        let order = self.top.as_ref().map(|top| newest.order(&top.value));
        if order == Some(Ordering::Less) {
            return;
        }
        let top = self.top.take().filter(|_| order == Some(Ordering::Equal));
        let mut top = top.unwrap_or(Progress {
            value: newest,
            boundary: BTreeSet::new(),
        });
        for record in records {
            if top.boundary.len() < MAX_BOUNDARY
                && I::cursor(record).is_some_and(|cursor| cursor.order(&top.value).is_eq())
            {
                top.boundary.extend(mark(record));
            }
        }
        self.top = Some(top);
    }

    /// How far the resource is read for good, if that is further than before.
    fn checkpoint(&mut self, rest: Option<&Window<I::Cursor>>) -> Option<Checkpoint> {
        let mut reached = self.top.clone()?;
        let edge = rest.and_then(|rest| rest.start.as_ref());
        for limit in self.now.iter().chain(edge) {
            if reached.value.order(limit).is_gt() {
                reached.value = limit.clone();
                reached.boundary.clear();
            }
        }
        let order = self
            .kept
            .as_ref()
            .map(|kept| reached.value.order(&kept.value));
        let is_further = match (order, &self.kept) {
            (Some(Ordering::Less), _) => false,
            (Some(Ordering::Equal), Some(kept)) => reached.boundary.len() > kept.boundary.len(),
            _ => true,
        };
        let value = serde_json::to_string(&reached.value)
            .ok()
            .filter(|_| is_further)?;
        let boundary = reached.boundary.iter().copied().collect();
        self.kept = Some(reached);
        Some(Checkpoint {
            partition: self.partition.clone(),
            value,
            boundary,
        })
    }

    async fn turn(&mut self) -> Result<Option<Batch<RecordOf<I>>>, Error> {
        loop {
            let page = match &mut self.stage {
                Stage::End => return Ok(None),
                Stage::Failed(error) => return Err(error.clone()),
                Stage::Before(all) => {
                    self.stage = Stage::Within(Box::new(Reading::open(&self.resource, all)));
                    continue;
                }
                Stage::Within(reading) => reading.next().await?,
            };
            let Stage::Within(mut reading) = std::mem::replace(&mut self.stage, Stage::End) else {
                return Ok(None);
            };
            let Some(mut batch) = page else {
                let checkpoint = self.checkpoint(reading.rest.as_ref());
                self.known.clone_from(&self.top);
                self.stage = reading.rest.take().map_or(Stage::End, Stage::Before);
                if checkpoint.is_none() {
                    continue;
                }
                return Ok(Some(Batch {
                    records: Vec::new(),
                    rejected: Vec::new(),
                    number: reading.number,
                    checkpoint,
                }));
            };
            self.sift(&mut reading, &mut batch);
            if I::ORDER == CursorOrder::Ascending {
                batch.checkpoint = self.checkpoint(reading.rest.as_ref());
            }
            self.stage = Stage::Within(reading);
            return Ok(Some(batch));
        }
    }
}

impl<I: Incremental> Reading<I> {
    /// The first window of what is to be read.
    fn open(resource: &I, all: &Window<I::Cursor>) -> Self {
        let (mut window, mut rest) = (all.clone(), None);
        let edge = all.start.as_ref().zip(I::step());
        let edge = edge.and_then(|(start, step)| {
            let edge = start.after(step);
            edge.filter(|edge| edge.order(start).is_gt())
        });
        let end = all.end.as_ref();
        let edge = edge.filter(|edge| end.is_some_and(|end| edge.order(end).is_lt()));
        if let Some(edge) = edge {
            let before = I::granularity().and_then(|granularity| edge.before(granularity));
            window.end = Some(before.unwrap_or_else(|| edge.clone()));
            rest = Some(Window {
                start: Some(edge),
                end: end.cloned(),
            });
        }
        Self {
            pages: resource.within(window.clone()),
            window,
            rest,
            last: None,
            number: 0,
            done: false,
        }
    }

    /// The next page; none where the rest lies outside of the window.
    async fn next(&mut self) -> Result<Option<Batch<RecordOf<I>>>, Error> {
        if self.done {
            return Ok(None);
        }
        let Some(batch) = self.pages.next().await? else {
            return Ok(None);
        };
        self.number = batch.number;
        if I::ORDER == CursorOrder::Ascending {
            self.ascend(&batch.records)?;
        }
        Ok(Some(batch))
    }

    /// Holds the API to the declared order, on which checkpoints within a window rest.
    fn ascend(&mut self, records: &[RecordOf<I>]) -> Result<(), Error> {
        for cursor in records.iter().filter_map(I::cursor) {
            if let Some(last) = self.last.replace(cursor.clone())
                && cursor.order(&last).is_lt()
            {
                let field = I::STATE.cursor;
                let text =
                    format!("the order by `{field}` is not `asc`: {cursor:?} comes after {last:?}");
                return Err(Error::new(Kind::Paging, text));
            }
        }
        Ok(())
    }
}

/// What a record is known by when it comes again without any change.
fn mark(record: &impl Serialize) -> Option<u64> {
    let json = serde_json::to_vec(record).ok()?;
    Some(digest(0, &json))
}

impl<I: Incremental> Source for Windows<I> {
    type Record = RecordOf<I>;

    async fn next(&mut self) -> Result<Option<Batch<RecordOf<I>>>, Error> {
        let page = self.turn().await;
        if page.is_err() {
            self.stage = Stage::End;
        }
        page
    }
}
