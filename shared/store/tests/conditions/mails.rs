use std::slice;

use domain::{
    limits::RateLimit,
    mail::Claim,
    people::{Address, Invitation, Name, Role},
};
use futures_util::TryStreamExt;
use jiff::SignedDuration;
use serde_json::json;
use store::{MailDue, SignInRequest};
use test_support::seed::{ACME, HOOLI, JO};

use crate::world::{World, now, parse, reached_limit};

#[tokio::test]
async fn each_kind_of_pending_email_is_due() {
    let world = World::new().await;
    let mo = Address::parse("mo@acme.example").unwrap();
    let sign_in = SignInRequest::new([0x6d; 32], mo, None, None, now()).id;
    let (acme, inviter) = (world.org(ACME).await, (parse(JO), Name::parse("Jo Doe").unwrap()));
    let address = Address::parse("al@acme.example").unwrap();
    let invitation = Invitation::new(parse(ACME), address, Role::Member, inviter, now());
    let invited = world.store.commit_invitation((&acme, &acme.value), None, &invitation, &[], now());
    invited.await.unwrap();
    let due: Vec<_> = world.store.mail_due(now()).try_collect().await.unwrap();
    let expected = [
        MailDue::Org(parse(HOOLI)),
        MailDue::SignIn(sign_in),
        MailDue::Invitation(parse(ACME), invitation.id()),
    ];
    assert!(expected.iter().all(|it| due.contains(it)), "{due:?}");
}

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
    let hourly = RateLimit { name: "hourly", period: 3600, ..limit };
    let after = |seconds| now() + SignedDuration::from_secs(seconds);
    for (limit, is_hour, attempts) in [
        // The seconds of each attempt and, if it is rejected, of the next allowed attempt.
        (limit, false, [(0, None), (0, None), (59, Some(60)), (60, None), (60, None)]),
        (again, false, [(0, None), (0, None), (29, Some(30)), (30, None), (31, Some(60))]),
        (hourly, true, [(0, None), (0, None), (3599, Some(3600)), (3600, None), (3600, None)]),
    ] {
        for (seconds, next) in attempts {
            let (case, at) = (format!("{limit:?} after {seconds} s"), after(seconds));
            let window = if is_hour { limit.hour("a", at) } else { limit.window("a", at) };
            let reached = world.store.count_attempt(slice::from_ref(&window)).await.unwrap();
            assert_eq!(reached.map(|window| window.ends_at()), next.map(after), "{case}");
            // DynamoDB may delete the item then. An accepted attempt counts for a complete period.
            let pk = format!("LIMIT#{}#{}", limit.name, window.subject);
            let expires_at = world.get(&pk, "TIMES", "expires_at");
            let expires_at: i64 = expires_at["N"].as_str().unwrap().parse().unwrap();
            assert!(next.is_some() || expires_at >= at.as_second() + limit.period, "{case}");
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
