use domain::{limits::RateLimit, mail::Claim};
use jiff::SignedDuration;
use serde_json::json;

use crate::world::{World, now, reached_limit};

#[tokio::test]
async fn heartbeat_never_moves_back() {
    let (world, minute) = (World::new().await, SignedDuration::from_mins(1));
    for (claimed_at, newest) in [(now(), now()), (now() - minute, now()), (now() + minute, now() + minute)] {
        world.store.advance_heartbeat(claimed_at).await.unwrap();
        assert_eq!(world.store.newest_confirmed().await.unwrap(), Some(newest));
    }
}

#[tokio::test]
async fn brake_is_set_only_for_the_loaded_record() {
    let world = World::new().await;
    let gate = || world.get("BRAKE#15", "GATE", "braked");
    let outdated = world.store.count_first_mail().await.unwrap();
    let bounced = world.store.record_first_bounce(&Claim::new(now(), "a")).await.unwrap();
    world.store.set_brake(&outdated, true).await.unwrap();
    assert!(gate().is_null());
    world.store.set_brake(&bounced, true).await.unwrap();
    assert_eq!(gate(), json!({ "BOOL": true }));
}

#[tokio::test]
async fn bounce_is_recorded_once() {
    let (world, claim) = (World::new().await, Claim::new(now(), "a"));
    let first = world.store.record_first_bounce(&claim).await.unwrap();
    assert_eq!((first.value.bounced.len(), first.version), (1, 1));
    assert_eq!(world.store.record_first_bounce(&claim).await.unwrap(), first);
    let second = world.store.record_first_bounce(&Claim::new(now(), "b")).await.unwrap();
    assert_eq!((second.value.bounced.len(), second.version), (2, 2));
}

#[tokio::test]
async fn attempt_counts_only_below_each_limit() {
    let world = World::new().await;
    let limit = RateLimit { name: "test", max: 2, period: 60, counts_refused: false, again_after: None };
    let again = RateLimit { name: "again", again_after: Some(30), ..limit };
    for (limit, is_hour, seconds, counted) in [
        (limit, false, [0, 0, 59, 60, 60], [true, true, false, true, true]),
        (again, false, [0, 0, 29, 30, 31], [true, true, false, true, false]),
        (limit, true, [0, 0, 3599, 3600, 3600], [true, true, false, true, true]),
    ] {
        for (after, counted) in seconds.into_iter().zip(counted) {
            let at = now() + SignedDuration::from_secs(after);
            let window = if is_hour { limit.hour("a", at) } else { limit.window("a", at) };
            let reached = world.store.count_attempt(&[window]).await.unwrap();
            assert_eq!(reached.is_none(), counted, "{limit:?} after {after} s");
        }
    }
}

#[tokio::test]
async fn refused_attempt_counts_for_limits_that_say_so() {
    let world = World::new().await;
    for (counts_refused, name) in [(true, "counts"), (false, "does not count")] {
        let limit =
            RateLimit { name, max: 1, period: 60, counts_refused, again_after: None }.window("a", now());
        let refused = world.store.count_attempt(&[reached_limit(), limit.clone()]).await.unwrap();
        assert_eq!(refused.map(|window| window.limit), Some(reached_limit().limit));
        let next = world.store.count_attempt(&[limit]).await.unwrap();
        assert_eq!(next.is_some(), counts_refused, "{name}");
    }
}
