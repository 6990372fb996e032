//! Rate and concurrency.

use runtime_tests::runtime::limit::Limit;
use runtime_tests::runtime::session::Gate;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;
use tokio::time::{Instant, sleep};

#[tokio::test(start_paused = true)]
async fn no_time_span_has_more_requests_than_allowed() {
    let limit = Limit::new(Some((3, Duration::from_secs(10))), None);
    let mut starts = Vec::new();
    let begin = Instant::now();
    for number in 0..12_u64 {
        // Clients that pause do not save up for a burst.
        sleep(Duration::from_secs(number % 4)).await;
        drop(limit.pass().await);
        starts.push(begin.elapsed());
    }
    for window in starts.windows(4) {
        assert!(
            window[3] - window[0] >= Duration::from_secs(10),
            "{starts:?}"
        );
    }
    assert!(
        starts[2] < Duration::from_secs(10),
        "the first ones do not wait: {starts:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_under_way_than_allowed() {
    let limit = Arc::new(Limit::new(None, Some(2)));
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let (limit, now, most) = (Arc::clone(&limit), Arc::clone(&now), Arc::clone(&most));
            tokio::spawn(async move {
                let _pass = limit.pass().await;
                most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
                sleep(Duration::from_secs(1)).await;
                now.fetch_sub(1, SeqCst);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(most.load(SeqCst), 2);
}
