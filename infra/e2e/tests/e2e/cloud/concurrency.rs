//! Tests the limit of invocations that run at the same time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_local::invoke::MAX_CONCURRENT;
use futures_util::future::join_all;
use http::StatusCode;
use serde_json::json;

use e2e::bench::{behavior, bench, idle};

#[tokio::test(start_paused = true)]
async fn invocation_over_the_limit_waits_without_timeout() {
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let count = (Arc::clone(&running), Arc::clone(&most));
    let worker = behavior(move |_, _| {
        let (running, most) = count.clone();
        async move {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            // Most of the function's timeout of two seconds.
            tokio::time::sleep(Duration::from_millis(1_500)).await;
            running.fetch_sub(1, Ordering::SeqCst);
            Ok(json!({"statusCode": 200}))
        }
    });
    let bench = bench(worker, idle()).await;
    let (work, body) = ("/work/now", json!({}));
    let responses = join_all((0..3 * MAX_CONCURRENT).map(|_| bench.request("POST", work, &body))).await;
    assert!(responses.iter().all(|(status, _)| *status == StatusCode::OK), "{responses:?}");
    assert_eq!(most.load(Ordering::SeqCst), MAX_CONCURRENT);
}
