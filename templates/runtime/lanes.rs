//! Reads several sources at once and hands over their pages in order: all of the first source, all of the second, …
//!
//! The sources are read while a page is waited for, and end the page that they have begun on their own. A source that
//! is not the first holds at most one page, and asks for no other before its turn.

use std::collections::VecDeque;
use std::task::{Context, Poll};

use super::error::Error;
use super::source::{Batch, Source};
use super::task::Task;

/// Sources that are read at once.
pub struct Lanes<S: Source>(VecDeque<Lane<S>>);

struct Lane<S: Source> {
    name: String,
    state: State<S>,
}

type Page<S> = Result<Option<Batch<<S as Source>::Record>>, Error>;

enum State<S: Source> {
    Idle(S),
    Reading(Task<(S, Page<S>)>),
    Read(S, Page<S>),
    Failed(Error),
}

/// What the first source came to.
pub enum Turn<R> {
    /// A page of it.
    Page(Batch<R>),
    /// Its end.
    End,
    /// Its failure, which is its end. The name is that of the source, if there was one.
    Failed(Option<String>, Error),
}

impl<S: Source> Default for Lanes<S> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<S: Source> Lanes<S> {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Adds a source behind the others.
    pub fn push(&mut self, name: String, source: S) {
        let state = State::Idle(source);
        self.0.push_back(Lane { name, state });
    }

    /// Adds a failure that has its turn behind the sources that are there.
    pub fn push_failure(&mut self, error: Error) {
        let (name, state) = (String::new(), State::Failed(error));
        self.0.push_back(Lane { name, state });
    }

    /// Gives up all of them.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Reads all of them on; what the first came to, or none where there are none.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Turn<S::Record>>> {
        let lanes = std::mem::take(&mut self.0).into_iter();
        let lanes = lanes.map(|Lane { name, state }| {
            let state = state.poll(context);
            Lane { name, state }
        });
        self.0 = lanes.collect();
        let Some(Lane { name, state }) = self.0.pop_front() else {
            return Poll::Ready(None);
        };
        Poll::Ready(Some(match state {
            State::Idle(_) | State::Reading(_) => {
                self.0.push_front(Lane { name, state });
                return Poll::Pending;
            }
            State::Read(source, Ok(Some(page))) => {
                let state = State::Idle(source);
                self.0.push_front(Lane { name, state });
                Turn::Page(page)
            }
            State::Read(_, Ok(None)) => Turn::End,
            State::Read(_, Err(error)) => Turn::Failed(Some(name), error),
            State::Failed(error) => Turn::Failed(None, error),
        }))
    }
}

impl<S: Source> State<S> {
    /// Reads on.
    fn poll(self, context: &mut Context<'_>) -> Self {
        let mut task = match self {
            Self::Idle(mut source) => Task::begin(async move {
                let page = source.next().await;
                (source, page)
            }),
            Self::Reading(task) => task,
            Self::Read(..) | Self::Failed(_) => return self,
        };
        match task.poll(context) {
            Poll::Ready((source, page)) => Self::Read(source, page),
            Poll::Pending => Self::Reading(task),
        }
    }
}
