use domain::billing::ReviewKind;
use futures_util::TryStreamExt;
use jiff::SignedDuration;
use store::{Due, Error, MailDue, ParkedVerdict, QuarantinedEvent, ReviewList, ReviewedEvent, WaitingEvent};
use test_support::seed::{ACME, GLOBEX, PARKED_CUSTOMER};

use crate::{
    customers::record,
    world::{World, now, org_pk, parse},
};

/// The parked event of [`PARKED_CUSTOMER`] and the quarantined event of Globex.
const PARKED: &str = "evt_1P2a3r4k5e6d7";
const QUARANTINED: &str = "evt_1D2i3s4p5u6t7e8";

async fn due(world: &World) -> Vec<Due> {
    world.store.due(now() + SignedDuration::from_mins(20)).try_collect().await.unwrap()
}

async fn waiting(world: &World) -> WaitingEvent {
    let parked = due(world).await.into_iter().find_map(|due| match due {
        Due::Parked(event) if format!("{event:?}").contains(PARKED_CUSTOMER) => Some(event),
        _ => None,
    });
    parked.unwrap()
}

fn is_conflict<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Conflict))
}

#[tokio::test]
async fn event_is_quarantined_once() {
    let world = World::new().await;
    for kind in [None, Some(ReviewKind::Refund), Some(ReviewKind::Dispute)] {
        let id = format!("evt_{kind:?}");
        let event = QuarantinedEvent { id: &id, reason: "", body: b"{}", kind, organizations: None };
        assert!(world.store.quarantine(&event, now()).await.unwrap(), "{id}");
        assert!(!world.store.quarantine(&event, now()).await.unwrap(), "{id} again");
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
        let event = waiting(&world).await;
        assert!(world.store.load_waiting_event(&event).await.unwrap().is_some());
        world.store.judge_parked(&event, &verdict).await.unwrap();
        assert!(is_conflict(&world.store.judge_parked(&event, &verdict).await), "{verdict:?}");
    }
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
    world.store.judge_parked(&waiting(&world).await, &verdict).await.unwrap();
    world.store.dismiss(&parked, &record()).await.unwrap();
    let page = world.store.load_review_page(ReviewList::NeedsReview, None, 50, now()).await.unwrap();
    assert_eq!(page.items, []);
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
