//! Limits of the API: requests per time, requests under way. All streams of a client share them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore};
use tokio::time::{Instant, sleep_until};

use super::session::{BoxFuture, Gate};

/// Lets requests pass one after the other, so that no time span has more of them than allowed.
#[derive(Debug)]
pub struct Limit {
    rate: Option<(usize, Duration)>,
    started: Mutex<VecDeque<Instant>>,
    under_way: Option<Arc<Semaphore>>,
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
}

impl Gate for Limit {
    fn pass(&self) -> BoxFuture<'_, Box<dyn Send>> {
        Box::pin(async {
            let permit = match &self.under_way {
                Some(semaphore) => Arc::clone(semaphore).acquire_owned().await.ok(),
                None => None,
            };
            if let Some((requests, span)) = self.rate {
                // Held while waiting: requests pass in the order in which they came.
                let mut started = self.started.lock().await;
                if started.len() >= requests
                    && let Some(oldest) = started.pop_front()
                {
                    sleep_until(oldest + span).await;
                }
                started.push_back(Instant::now());
            }
            Box::new(permit) as Box<dyn Send>
        })
    }
}
