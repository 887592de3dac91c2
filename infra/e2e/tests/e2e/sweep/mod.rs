//! Tests of the trial sweep with many organizations. The number of its calls must depend on the due
//! items and not on all items. A failed item must not block others.
//!
//! The tests check counts and states, never durations. Tokio's clock is paused, so the results on a
//! slow machine are the same.

use e2e::counted::{begin, counted, measured};
use e2e::sweep::{Fixture, Stage};
use serde_json::json;

/// Number of partitions of the due index.
const SHARDS: usize = 8;
/// Maximum number of items that one query returns.
const PAGE: usize = 250;

#[tokio::test(start_paused = true)]
async fn cost_follows_due_items_not_all_items() {
    for existing in [1_000, 10_000] {
        let fixture = Fixture::new().await;
        fixture.seed(&[(100, Stage::Reminder), (existing - 100, Stage::Early)]);
        let run = fixture.run().await;
        assert_eq!(run.found_and_failed(), (100, 0), "{existing}");
        let counts = ["Query", "GetItem", "UpdateItem"].map(|operation| run.count(operation));
        assert_eq!(
            counts,
            [SHARDS, 100, 100],
            "{existing}: one query a shard; a read and a write for each due item"
        );
        assert_eq!(run.calls.len(), SHARDS + 200, "{existing}: no other calls");
        let again = fixture.run().await;
        assert_eq!((again.found_and_failed(), again.calls.len()), ((0, 0), SHARDS), "{existing}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_run_processes_all_pages() {
    let fixture = Fixture::new().await;
    let due = 2 * PAGE + 100;
    fixture.seed_one_shard(&[(due, Stage::Reminder), (100, Stage::Early)]);
    let run = fixture.run().await;
    assert_eq!(run.found_and_failed(), (due as u64, 0));
    let counts = ["Query", "GetItem", "UpdateItem"].map(|operation| run.count(operation));
    assert_eq!(counts, [SHARDS + 2, due, due], "three pages of one shard");
    for number in 0..due {
        assert_eq!(fixture.notices(number).len(), 1, "{number}");
    }
    assert!(fixture.notices(due).is_empty(), "it is not due");
}

#[tokio::test(start_paused = true)]
async fn next_run_finishes_a_killed_run_without_duplicates() {
    let fixture = Fixture::new().await;
    let due = 10 * PAGE;
    // The due items fill ten pages. A fault ends the run at the query for the second page.
    fixture.seed_one_shard(&[(due, Stage::Reminder)]);
    fixture.inject(json!([{ "operation": "Query", "nth": SHARDS + 1, "kind": "crash" }]));
    let killed = fixture.run().await;
    assert!(killed.response.is_err(), "{:?}", killed.response);
    let done = (0..due).filter(|number| !fixture.notices(*number).is_empty()).count();
    assert!((1..=PAGE).contains(&done), "{done} of the first page");

    let next = fixture.run().await;
    assert_eq!(next.found_and_failed(), ((due - done) as u64, 0));
    assert!((0..due).all(|number| fixture.notices(number).len() == 1));
}

#[tokio::test(start_paused = true)]
async fn corrupt_item_blocks_no_other_item() {
    let fixture = Fixture::new().await;
    let corrupt = PAGE + 10;
    // More than one page of items is corrupt, and these items are due before all others.
    fixture.seed_one_shard(&[(corrupt, Stage::Corrupt), (20, Stage::End)]);
    let (found, failed) = fixture.run().await.found_and_failed();
    assert_eq!((found, failed), (corrupt as u64 + 20, corrupt as u64));
    assert!((corrupt..corrupt + 20).all(|number| fixture.notices(number).len() == 1));
    assert_eq!(fixture.run().await.found_and_failed(), (0, 0), "they need review and are not due");
}

#[tokio::test(start_paused = true)]
async fn unreadable_shard_is_logged_and_stops_no_other() {
    begin();
    let fixture = Fixture::new().await;
    fixture.seed(&[(200, Stage::End)]);
    fixture.inject(json!([{ "operation": "Query", "nth": 1, "kind": "access_denied" }]));
    let run = fixture.run().await;
    assert!(run.response.is_err(), "a failed invocation counts in the Errors metric");
    let done = (0..200).filter(|number| !fixture.notices(*number).is_empty()).count();
    assert!(done > 100 && done < 200, "{done}");
    assert_eq!(counted("ClockRan"), 0, "an incomplete run sends no heartbeat");
    assert_eq!(fixture.run().await.found_and_failed(), ((200 - done) as u64, 0));
    assert_eq!(counted("ClockRan"), 1);
}

#[tokio::test(start_paused = true)]
async fn run_leaves_the_rest_when_its_time_is_up() {
    begin();
    let fixture = Fixture::new().await;
    let due = 300;
    fixture.seed(&[(due, Stage::End)]);
    fixture.inject(json!([{ "operation": "GetItem", "rate": 1.0, "kind": "hang" }]));
    let slow = fixture.run().await;
    let (found, failed) = slow.found_and_failed();
    assert!((1..due as u64).contains(&found) && failed == found, "it returns before its timeout: {found}");
    assert_eq!(counted("DueBacklog"), due as u64, "the backlog is reported");
    assert!(measured("DueLag")[0] >= 86_400, "and the age of the oldest item");
    fixture.inject(json!([]));
    assert_eq!(fixture.run().await.found_and_failed(), (due as u64, 0));
    assert_eq!((measured("DueBacklog")[1], measured("DueLag")[1]), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn concurrent_runs_enqueue_no_notice_twice() {
    let fixture = Fixture::new().await;
    fixture.seed(&[(60, Stage::Reminder), (60, Stage::End)]);
    let (one, two) = tokio::join!(fixture.run(), fixture.run());
    assert_eq!((one.found_and_failed().1, two.found_and_failed().1), (0, 0), "a lost race is no failure");
    assert!((0..120).all(|number| fixture.notices(number).len() == 1));
    assert_eq!(fixture.run().await.found_and_failed(), (0, 0));
}
