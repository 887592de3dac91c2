use std::convert::Infallible;

use domain::{
    billing::{CustomerId, EventId, ReviewKind},
    mail::{Delivery, Failure, NoticeKey},
};
use futures_util::TryStreamExt;
use jiff::SignedDuration;
use store::{
    Backlog, Due, Error, MailDue, Parked, ParkedVerdict, QuarantinedEvent, ReviewList, ReviewedEvent,
    WaitingEvent,
};
use test_support::seed::{ACME, CUSTOMER, GLOBEX, PARKED_CUSTOMER, UMBRELLA};

use crate::{
    customers::record,
    world::{World, now, org_pk, parse},
};

/// The parked event of [`PARKED_CUSTOMER`] and the quarantined event of Globex.
const PARKED: &str = "evt_1P2a3r4k5e6d7";
const QUARANTINED: &str = "evt_1D2i3s4p5u6t7e8";
/// The parked event of [`CUSTOMER`], which is linked to Globex.
const RELEASED: &str = "evt_1L2e3f4t5O6v7e8r";

async fn due(world: &World) -> Vec<Due> {
    world.store.due(now() + SignedDuration::from_mins(20)).try_collect().await.unwrap()
}

async fn waiting(world: &World, customer: &str) -> WaitingEvent {
    let parked = due(world).await.into_iter().find_map(|due| match due {
        Due::Parked(event) if format!("{event:?}").contains(customer) => Some(event),
        _ => None,
    });
    parked.unwrap()
}

/// Returns the ids of the items that need review.
async fn needs_review(world: &World) -> Vec<String> {
    let page = world.store.load_review_page(ReviewList::NeedsReview, None, 50, now()).await.unwrap();
    page.items.into_iter().map(|item| item.id).collect()
}

fn is_conflict<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Conflict))
}

#[tokio::test]
async fn event_is_quarantined_once() {
    let world = World::new().await;
    for (id, kind, organizations, expected) in [
        ("evt_1", None, None, r#"Quarantined { id: "evt_1", reason: "why", body: "{}" }"#),
        ("evt_2", None, Some(&[][..]), r#"Conflict { id: "evt_2", reason: "why", body: "{}", "#),
        ("evt_3", Some(ReviewKind::Refund), None, r#"Money { id: "evt_3", lacks: Refund, reason: "why", "#),
        ("evt_4", Some(ReviewKind::Dispute), None, r#"Money { id: "evt_4", lacks: Dispute, reason: "why", "#),
    ] {
        let event = QuarantinedEvent { id, reason: "why", body: b"{}", kind, organizations };
        assert!(world.store.quarantine(&event, now()).await.unwrap(), "{id}");
        let again = QuarantinedEvent { reason: "again", ..event };
        assert!(!world.store.quarantine(&again, now()).await.unwrap(), "{id} again");
        let event = ReviewedEvent::parse(id).unwrap();
        let item = world.store.load_reviewed_event(&event).await.unwrap().unwrap();
        let kind = format!("{:?}", item.kind);
        assert!(kind.starts_with(expected), "{kind}");
    }
}

#[tokio::test]
async fn waiting_event_is_judged_once() {
    for verdict in [
        ParkedVerdict::OtherProduct,
        ParkedVerdict::Review { kind: None, organizations: Vec::new() },
        ParkedVerdict::Review { kind: Some(ReviewKind::UnlinkedPayment), organizations: vec![parse(ACME)] },
    ] {
        let world = World::new().await;
        let event = waiting(&world, PARKED_CUSTOMER).await;
        let body = world.get(&format!("CUSTOMER#{PARKED_CUSTOMER}"), &format!("PARKED#{PARKED}"), "body");
        let loaded = world.store.load_waiting_event(&event).await.unwrap();
        assert_eq!(loaded.as_deref(), body["S"].as_str());
        world.store.judge_parked(&event, &verdict).await.unwrap();
        assert!(is_conflict(&world.store.judge_parked(&event, &verdict).await), "{verdict:?}");
    }
}

#[tokio::test]
async fn released_event_that_was_not_deleted_needs_no_review() {
    let world = World::new().await;
    let verdict = ParkedVerdict::Review { kind: None, organizations: Vec::new() };
    let released = waiting(&world, CUSTOMER).await;
    for event in [&released, &waiting(&world, PARKED_CUSTOMER).await] {
        world.store.judge_parked(event, &verdict).await.unwrap();
    }
    assert_eq!(needs_review(&world).await, [QUARANTINED, &format!("{PARKED_CUSTOMER}.{PARKED}")]);
    let key = (format!("CUSTOMER#{CUSTOMER}"), format!("PARKED#{RELEASED}"));
    assert!(!world.get(&key.0, &key.1, "body").is_null());
    assert_eq!(world.store.load_waiting_event(&released).await.unwrap(), None);
    assert!(world.get(&key.0, &key.1, "body").is_null(), "the event is deleted");
}

#[tokio::test]
async fn failed_email_needs_review_only_while_it_applies() {
    let world = World::new().await;
    let reminder = NoticeKey::TrialEnding { ends_at: parse("2026-01-15T08:59:00Z"), days: 3 };
    for (notice, expected) in [(reminder, &[QUARANTINED][..]), (NoticeKey::Welcome, &[QUARANTINED, UMBRELLA])]
    {
        let changed = world.store.change_org(parse(UMBRELLA), now(), |org| {
            let failed = Delivery::Failed { at: now(), why: Failure::Refused };
            org.outbox.0.insert(notice.clone(), [(org.admins[0].user, failed)].into());
            Ok::<_, Infallible>(())
        });
        changed.await.unwrap().unwrap().unwrap();
        assert_eq!(needs_review(&world).await, expected, "{notice}");
    }
}

#[tokio::test]
async fn review_page_keeps_events_of_the_same_time_together() {
    let (world, customer) = (World::new().await, CustomerId::parse(PARKED_CUSTOMER).unwrap());
    let later = now() + SignedDuration::from_mins(1);
    for (id, at) in [("evt_1", now()), ("evt_2", now()), ("evt_3", now()), ("evt_4", later)] {
        let event = Parked { event: EventId::parse(id).unwrap(), body: "{}".to_owned() };
        assert!(world.store.park(&customer, &event, false, at).await.unwrap());
    }
    for (after, expected, next) in
        [(None, &["evt_1", "evt_2", "evt_3"][..], Some(now())), (Some(now()), &["evt_4"], None)]
    {
        let page = world.store.load_review_page(ReviewList::ParkedWithoutMetadata, after, 1, later).await;
        let page = page.unwrap();
        let expected: Vec<_> = expected.iter().map(|id| format!("{PARKED_CUSTOMER}.{id}")).collect();
        assert_eq!(page.items.iter().map(|item| item.id.clone()).collect::<Vec<_>>(), expected);
        assert_eq!(page.next, next);
    }
}

#[tokio::test]
async fn backlog_counts_the_due_items_since_the_oldest() {
    let world = World::new().await;
    let due: Vec<_> = world.store.due(now()).try_collect().await.unwrap();
    let backlog = world.store.backlog(now()).await.unwrap();
    assert!(due.len() > 1);
    assert_eq!(backlog.count, due.len(), "{due:?}");
    let oldest = backlog.oldest.unwrap();
    assert_eq!(world.store.backlog(oldest).await.unwrap().oldest, Some(oldest));
    let earlier = oldest - SignedDuration::from_millis(1);
    assert_eq!(world.store.backlog(earlier).await.unwrap(), Backlog::default());
}

#[tokio::test]
async fn only_an_event_of_the_queue_is_dismissed() {
    let world = World::new().await;
    let parked = ReviewedEvent::parse(&format!("{PARKED_CUSTOMER}.{PARKED}")).unwrap();
    let quarantined = ReviewedEvent::parse(QUARANTINED).unwrap();
    let unknown = ReviewedEvent::parse("evt_unknown").unwrap();
    assert!(is_conflict(&world.store.dismiss(&unknown, &record()).await), "unknown");
    assert!(is_conflict(&world.store.dismiss(&parked, &record()).await), "not judged yet");
    world.store.dismiss(&quarantined, &record()).await.unwrap();
    let verdict = ParkedVerdict::Review { kind: None, organizations: Vec::new() };
    world.store.judge_parked(&waiting(&world, PARKED_CUSTOMER).await, &verdict).await.unwrap();
    world.store.dismiss(&parked, &record()).await.unwrap();
    assert_eq!(needs_review(&world).await, [""; 0]);
    let first = world.get(&format!("STRIPE#{QUARANTINED}"), "QUARANTINED", "dismissed_by");
    let again = domain::people::ActionRecord { at: parse("2026-02-01T09:00:00Z"), ..record() };
    world.store.dismiss(&quarantined, &again).await.unwrap();
    assert_eq!(world.get(&format!("STRIPE#{QUARANTINED}"), "QUARANTINED", "dismissed_by"), first);
}

#[tokio::test]
async fn alarm_of_a_reason_that_ended_leaves_the_queue() {
    let world = World::new().await;
    let event = QuarantinedEvent {
        id: "evt_double",
        reason: "",
        body: b"{}",
        kind: Some(ReviewKind::DoubleSubscription),
        organizations: Some(&[parse(GLOBEX)]),
    };
    world.store.quarantine(&event, now()).await.unwrap();
    let mut kinds = Vec::new();
    for due in due(&world).await {
        if let Due::Alarm(alarm) = due {
            kinds.extend(world.store.judge_alarm(&alarm, now()).await.unwrap());
            world.store.close_alarm(&alarm).await.unwrap();
        }
    }
    assert_eq!(kinds, [ReviewKind::Dispute], "Globex has one subscription");
    assert!(world.get("STRIPE#evt_double", "QUARANTINED", "due_pk").is_null());
    assert!(!due(&world).await.iter().any(|due| matches!(due, Due::Alarm(_))));
}

#[tokio::test]
async fn item_is_marked_corrupt_once() {
    let world = World::new().await;
    let acme = MailDue::Org(parse(ACME));
    let unknown = MailDue::Org(parse("org_0198c0de-0000-7000-8000-0000000000f2"));
    assert!(is_conflict(&world.store.mark_corrupt(unknown, now()).await), "unknown");
    let before = world.get(&org_pk(ACME), "ORG", "mail_at");
    world.store.mark_corrupt(acme, now()).await.unwrap();
    assert!(is_conflict(&world.store.mark_corrupt(acme, now()).await), "again");
    let corrupt: Vec<_> = world.store.corrupt_items(now()).try_collect().await.unwrap();
    assert_eq!(corrupt, [acme]);
    world.store.restore_index_entry(acme).await.unwrap();
    assert_eq!(world.get(&org_pk(ACME), "ORG", "mail_at"), before);
}
