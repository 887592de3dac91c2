//! Dates that end something although no event arrives, and the domain events that follow.

use domain::{
    billing::{
        Change::{Created, Deleted, Updated},
        Fact, FactKind,
        SubscriptionStatus::{self, Active, Canceled, PastDue, Trialing},
    },
    org::{DomainEvent, Org, Status},
};
use jiff::{SignedDuration, Timestamp};

use crate::fixture::{
    DAY, all_orders, at, canceling, invoice, live, org, paid, record_at, sub, sub_id, trialing, with,
};

const HOUR: i64 = 3600;

/// Returns a subscription whose end is scheduled for the tenth day.
fn ending(id: &str, second: i64, status: SubscriptionStatus) -> Fact {
    canceling(sub("sub_1", id, second, Updated, status, None), Some(10 * DAY), None)
}

/// Returns a subscription with a trial of 14 days.
fn trial(id: &str, second: i64) -> Fact {
    sub("sub_1", id, second, Updated, Trialing, None)
}

fn pay(second: i64, amount: u64) -> Fact {
    invoice("in_1", second, Some("sub_1"), "evt_paid", second, paid(amount))
}

#[test]
fn scheduled_end_counts_a_day_after_it_passed() {
    let end = 11 * DAY;
    for (facts, status, why) in [
        (vec![ending("evt_1", 0, Active)], Canceled, "no event reported the end"),
        (vec![ending("evt_1", 0, PastDue)], Canceled, "the status does not matter"),
        (vec![ending("evt_1", 0, Trialing)], Canceled, "the status does not matter"),
        (vec![ending("evt_1", 10 * DAY + HOUR, Active)], Canceled, "the event is not later"),
        (vec![ending("evt_1", end, Active)], Canceled, "the event is not later"),
        (vec![ending("evt_1", end + 1, Active)], Active, "a later event takes it back"),
        (
            vec![ending("evt_1", 0, Active), sub("sub_1", "evt_2", 9, Updated, Active, None)],
            Active,
            "the end was revoked",
        ),
        (vec![ending("evt_1", 0, PastDue), pay(1, 2900)], Canceled, "the payment came before the end"),
    ] {
        let billing = all_orders(&facts);
        assert_eq!(billing.status(at(end)), Some(status), "{why}");
        assert_ne!(billing.status(at(end - 1)), Some(Canceled), "{why}");
        assert_eq!(billing.is_alive(at(end)), status != Canceled, "{why}");
        assert_eq!(billing.subscriptions[&sub_id("sub_1")].ended_at, None, "it is never stored as ended");
    }
}

#[test]
fn trial_without_news_becomes_past_due() {
    let (end, grace, limit) = (14 * DAY, 15 * DAY, 17 * DAY);
    for (facts, at_end, at_limit, why) in [
        (vec![trial("evt_1", 0)], Trialing, PastDue, "no event reported what followed"),
        (vec![trial("evt_1", grace + 1)], Trialing, PastDue, "the trial was reported after its end"),
        (vec![trial("evt_1", limit + 1)], Trialing, Trialing, "a later event takes it back"),
        (vec![trial("evt_1", 0), pay(end, 2900)], Active, Active, "a payment after the end"),
        (vec![trial("evt_1", 0), pay(end - 1, 2900)], Trialing, PastDue, "a payment during the trial"),
        (vec![trial("evt_1", 0), pay(end, 0)], Trialing, PastDue, "an invoice of 0"),
        (vec![trial("evt_1", end + 9), pay(end + 8, 2900)], Trialing, PastDue, "the event is newer"),
        (vec![trial("evt_1", 0), pay(limit, 2900)], Active, Active, "a payment after the limit"),
        (
            vec![trial("evt_1", 0), sub("sub_1", "evt_2", limit + 9, Updated, Active, Some(Trialing))],
            Active,
            Active,
            "the event arrived at last",
        ),
        (
            vec![with(trial("evt_1", 0), |fact| fact.trial_end = None), pay(end, 2900)],
            Trialing,
            Trialing,
            "the end is unknown",
        ),
    ] {
        let billing = all_orders(&facts);
        assert_eq!(billing.status(at(end)), Some(at_end), "{why}");
        assert_eq!(billing.status(at(limit - 1)), Some(at_end), "{why}");
        assert_eq!(billing.status(at(limit)), Some(at_limit), "{why}");
        assert!(billing.is_alive(at(limit)), "{why}");
    }
    let billing = all_orders(&[trial("evt_1", 0)]);
    let unconfirmed = |second| billing.is_unconfirmed(at(second));
    let found = [end, grace - 1, grace, limit - 1, limit].map(unconfirmed);
    assert_eq!(found, [false, false, true, true, false], "the plan is unconfirmed between the two limits");
    let overdue = |second| billing.is_overdue_by_date(at(second));
    assert_eq!([0, end, limit - 1, limit].map(overdue), [false, false, false, true]);
    for status in [Active, PastDue] {
        let reported =
            with(sub("sub_1", "evt_1", 0, Updated, status, None), |fact| fact.trial_end = Some(at(end)));
        assert!(!all_orders(&[reported]).is_overdue_by_date(at(limit)), "Stripe reported {status}");
    }
    assert!(
        !all_orders(&[trial("evt_1", grace + 1)]).is_unconfirmed(at(grace + 2)),
        "Stripe reported it since"
    );
}

#[test]
fn trial_is_over_at_its_end_even_without_an_event() {
    let org = live(org(), [&trial("evt_1", 0)]);
    for (second, status, on_trial, days) in [
        (0, Status::Trialing, true, 14),
        (13 * DAY, Status::Trialing, true, 1),
        (14 * DAY - 1, Status::Trialing, true, 1),
        (14 * DAY, Status::Trialing, false, 0),
        (16 * DAY, Status::Trialing, false, 0),
        (17 * DAY, Status::PastDue, false, 0),
    ] {
        let now = at(second);
        let found = (org.status(now), org.is_on_trial(now), org.trial_days_remaining(now));
        assert_eq!(found, (status, on_trial, days), "after {second} s");
        assert_eq!(org.trial_ends_at(now), Some(at(14 * DAY)));
    }
    let ended = live(trialing(), [&ending("evt_1", 0, Trialing)]);
    assert_eq!(ended.trial_ends_at(at(11 * DAY)), Some(at(14 * DAY)), "Onramp's own trial counts again");
    assert!(ended.is_on_trial(at(11 * DAY)));
    assert_eq!(ended.status(at(14 * DAY)), Status::Canceled);
}

/// Runs the sweep at each moment and returns the events about subscriptions with their moments.
fn sweeps(org: &mut Org, moments: impl IntoIterator<Item = i64>) -> Vec<(i64, DomainEvent)> {
    let mut events = Vec::new();
    for second in moments {
        let before = org.clone();
        org.run_trial_sweep(at(second));
        events.extend(DomainEvent::between(Some(&before), org).into_iter().map(|event| (second, event)));
        assert!(org.due_at().is_none_or(|due| due > at(second)), "the time of the next sweep moves on");
        let after = org.clone();
        org.run_trial_sweep(at(second));
        assert_eq!(*org, after, "a repeated sweep changes nothing");
    }
    events
}

fn every_six_hours() -> impl Iterator<Item = i64> {
    (0..160).map(|n| n * 6 * HOUR)
}

#[test]
fn passed_end_is_published_once() {
    for (moments, published) in [
        (every_six_hours().collect::<Vec<_>>(), 11 * DAY),
        (vec![11 * DAY - 1, 11 * DAY, 12 * DAY], 11 * DAY),
        (vec![0, 30 * DAY, 31 * DAY], 30 * DAY),
    ] {
        let mut org = live(org(), [&ending("evt_1", 0, Active)]);
        assert_eq!(org.due_at(), Some(at(11 * DAY)));
        assert_eq!(sweeps(&mut org, moments), [(published, DomainEvent::SubscriptionCanceled)]);
        assert_eq!(org.due_at(), None);
        // The event that Stripe sends at last reports nothing new.
        let before = org.clone();
        record_at(&mut org, &sub("sub_1", "evt_2", 10 * DAY, Deleted, Canceled, None), at(40 * DAY));
        assert_eq!(DomainEvent::between(Some(&before), &org), []);
    }
}

#[test]
fn trial_without_news_is_published_once_as_past_due() {
    for (moments, published) in [
        (every_six_hours().collect::<Vec<_>>(), 17 * DAY),
        (vec![17 * DAY - 1, 17 * DAY, 18 * DAY], 17 * DAY),
        (vec![30 * DAY, 31 * DAY], 30 * DAY),
    ] {
        let mut org = live(org(), [&trial("evt_1", 0)]);
        assert_eq!(org.due_at(), Some(at(15 * DAY)), "pages change after a day");
        assert_eq!(sweeps(&mut org, moments), [(published, DomainEvent::SubscriptionPastDue)]);
        assert_eq!(org.due_at(), None);
        let before = org.clone();
        record_at(&mut org, &pay(31 * DAY, 2900), at(31 * DAY));
        assert_eq!(DomainEvent::between(Some(&before), &org)[0], DomainEvent::SubscriptionActivated);
    }
    let mut org = live(org(), [&trial("evt_1", 0)]);
    assert!(sweeps(&mut org, [15 * DAY]).is_empty());
    assert_eq!(org.due_at(), Some(at(17 * DAY)));
}

#[test]
fn later_fact_takes_a_published_end_back() {
    let mut org = live(org(), [&ending("evt_1", 0, Active)]);
    sweeps(&mut org, [11 * DAY]);
    let before = org.clone();
    record_at(&mut org, &sub("sub_1", "evt_2", 12 * DAY, Updated, Active, None), at(12 * DAY));
    assert_eq!(DomainEvent::between(Some(&before), &org), [DomainEvent::SubscriptionActivated]);
    assert_eq!(sweeps(&mut org, every_six_hours()), []);
    // A new end lies after the dates that the sweep has seen.
    let next = canceling(sub("sub_1", "evt_3", 13 * DAY, Updated, Active, None), Some(20 * DAY), None);
    record_at(&mut org, &next, at(13 * DAY));
    assert_eq!(org.due_at(), Some(at(21 * DAY)));
    assert_eq!(sweeps(&mut org, [20 * DAY, 21 * DAY]), [(21 * DAY, DomainEvent::SubscriptionCanceled)]);
}

#[test]
fn fact_with_a_date_that_passed_is_published_once() {
    let mut org = live(org(), [&sub("sub_1", "evt_1", 0, Created, Active, None)]);
    let before = org.clone();
    // The event arrives after its date passed. The sweep then notes the date.
    record_at(&mut org, &ending("evt_2", DAY, Active), at(30 * DAY));
    assert_eq!(
        (DomainEvent::between(Some(&before), &org), org.status(at(30 * DAY))),
        (vec![], Status::Canceled)
    );
    assert_eq!(org.due_at(), Some(at(11 * DAY)));
    assert_eq!(sweeps(&mut org, [30 * DAY, 31 * DAY]), [(30 * DAY, DomainEvent::SubscriptionCanceled)]);
}

#[test]
fn end_before_the_sweep_is_published_once() {
    let mut org = live(org(), [&ending("evt_1", 0, Active)]);
    let before = org.clone();
    record_at(&mut org, &sub("sub_1", "evt_2", 10 * DAY, Deleted, Canceled, None), at(10 * DAY));
    assert_eq!(DomainEvent::between(Some(&before), &org), [DomainEvent::SubscriptionCanceled]);
    assert_eq!(org.due_at(), None);
    assert_eq!(sweeps(&mut org, every_six_hours()), []);
}

#[test]
fn dates_of_other_products_are_not_due() {
    let foreign = Fact { names: None, ..ending("evt_1", 0, Active) };
    assert!(matches!(foreign.what, FactKind::Subscription { .. }));
    let mut org = live(org(), [&foreign]);
    assert_eq!((org.due_at(), sweeps(&mut org, every_six_hours())), (None, vec![]));
}

#[test]
fn passed_end_leaves_no_trial_of_onramp_to_end() {
    let mut org = live(trialing(), [&ending("evt_1", 0, Active)]);
    assert_eq!(sweeps(&mut org, every_six_hours()), [(11 * DAY, DomainEvent::SubscriptionCanceled)]);
    assert_eq!(org.due_at(), None, "the trial led to a subscription");
}

#[test]
fn dates_are_exact_to_the_nanosecond() {
    let billing = all_orders(&[ending("evt_1", 0, Active)]);
    let end: Timestamp = at(11 * DAY);
    assert_eq!(billing.status(end - SignedDuration::from_nanos(1)), Some(Active));
    assert_eq!(billing.status(end), Some(Canceled));
}
