//! Limits of the API: requests per time, requests under way. All streams of a client share them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, Url};
use tokio::sync::{Mutex, MutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use super::error::Error;
use super::session::{BoxFuture, Gate, Pass, Session};

/// Lets requests pass one after the other, so that no time span has more of them than allowed.
#[derive(Debug)]
pub struct Limit {
    rate: Option<(usize, Duration)>,
    started: Mutex<VecDeque<Instant>>,
    under_way: Option<Arc<Semaphore>>,
}

/// A request that may start: nobody overtakes it until it does.
pub(super) struct Turn<'l> {
    permit: Option<OwnedSemaphorePermit>,
    started: Option<MutexGuard<'l, VecDeque<Instant>>>,
}

impl Limit {
    /// At most so many requests in a time span, and so many at once.
    pub fn new(rate: Option<(usize, Duration)>, under_way: Option<usize>) -> Self {
        let under_way = under_way.map(|number| Arc::new(Semaphore::new(number)));
        Self {
            rate,
            started: Mutex::default(),
            under_way,
        }
    }

    /// Waits until a request may start.
    pub(super) async fn turn(&self) -> Turn<'_> {
        let permit = match &self.under_way {
            Some(semaphore) => Arc::clone(semaphore).acquire_owned().await.ok(),
            None => None,
        };
        let Some((requests, span)) = self.rate else {
            return Turn {
                permit,
                started: None,
            };
        };
        // Held while waiting: requests pass in the order in which they came.
        let mut started = self.started.lock().await;
        if started.len() >= requests
            && let Some(oldest) = started.front()
        {
            sleep_until(*oldest + span).await;
            started.pop_front();
        }
        Turn {
            permit,
            started: Some(started),
        }
    }
}

impl Turn<'_> {
    /// The request starts, and is under way until the permit is dropped.
    pub(super) fn start(self) -> Option<OwnedSemaphorePermit> {
        if let Some(mut started) = self.started {
            started.push_back(Instant::now());
        }
        self.permit
    }
}

impl Gate for Limit {
    fn pass<'g: 'a, 'a>(
        &'g self,
        _: &'a Session,
        _: &'a Method,
        _: &'a Url,
    ) -> BoxFuture<'a, Result<Box<dyn Pass + 'g>, Error>> {
        Box::pin(async { Ok(Box::new(self.turn().await.start()) as Box<dyn Pass>) })
    }
}

impl Pass for Option<OwnedSemaphorePermit> {}
