//! Old and surplus facts are folded, and derived values stay the same.

use std::collections::BTreeSet;

use domain::billing::{
    Change::{Created, Deleted, Updated},
    Conflict, Fact, FactKind, IncidentKind,
    InvoiceFact::Voided,
    PARKED_RETENTION,
    SubscriptionStatus::{Active, PastDue},
};

use jiff::SignedDuration;

use crate::fixture::{DAY, at, billing, changes, cus, fact, invoice, of_customer, record, sub, sub_id};

fn refund(n: i64, second: i64) -> Fact {
    fact(&format!("evt_{n}"), second, FactKind::Incident { customer: None, kind: IncidentKind::Refunded })
}

/// Returns 40 subscriptions of `cus_1` that ended after the first 100 seconds.
fn ended() -> impl Iterator<Item = Fact> {
    (100..140).map(|n| sub(&format!("sub_{n}"), &format!("evt_{n}"), n, Deleted, Active, None))
}

#[test]
fn fact_is_folded_when_it_is_older_than_90_days() {
    let (before, last) = (sub("sub_1", "evt_1", 8, Created, Active, None), 9);
    let voided = invoice("in_1", 0, Some("sub_1"), "evt_2", last, Voided);
    for (facts, what) in [
        (vec![before, sub("sub_1", "evt_2", last, Updated, PastDue, Some(Active))], "subscription"),
        (vec![voided], "invoice"),
        (vec![refund(1, last)], "incident"),
    ] {
        let mut billing = billing(&facts);
        let status = billing.status(at(0));
        assert!(!changes(&mut billing, |it| it.fold(at(last + 90 * DAY))), "{what}");
        assert!(changes(&mut billing, |it| it.fold(at(last + 90 * DAY + 1))), "{what}");
        assert_eq!(billing.watermark, Some(at(last + 1)), "{what}");
        let kept = billing.subscriptions.values().flat_map(|it| it.facts.keys().copied());
        assert!(kept.eq(facts.get(1).map(|fact| fact.created)), "only the effective fact stays");
        assert!(billing.invoices.is_empty() && billing.incidents.is_empty(), "{what}");
        assert_eq!(billing.status(at(0)), status, "{what}");
    }
}

#[test]
fn event_that_was_parked_for_the_longest_time_counts() {
    assert!(PARKED_RETENTION > SignedDuration::from_hours(30 * 24), "Stripe can resend an event for 30 days");
    let mut billing = billing([&refund(1, 0)]);
    let released = at(200 * DAY);
    billing.fold(released);
    let parked = Fact { created: released - PARKED_RETENTION, ..refund(2, 0) };
    assert!(billing.watermark.is_some() && changes(&mut billing, |it| record(it, &parked)));
    assert!(billing.noted.is_empty());
}

#[test]
fn newest_50_incidents_stay() {
    let mut billing = billing(&(0..50).map(|n| refund(99 - n, n)).collect::<Vec<_>>());
    assert!(!changes(&mut billing, |it| it.fold(at(60))));
    for n in 50..53 {
        record(&mut billing, &refund(99 - n, n));
    }
    billing.fold(at(60));
    let kept: BTreeSet<_> = billing.incidents.values().map(|(created, _)| *created).collect();
    assert_eq!(kept, (3..53).map(at).collect());
}

#[test]
fn conflict_of_a_folded_subscription_stays() {
    let other = |n| {
        let id = format!("evt_{n}");
        of_customer(sub(&format!("sub_{n}"), &id, n, Deleted, Active, None), "cus_2")
    };
    let mut billing = billing(&[other(1), other(2)].into_iter().chain(ended()).collect::<Vec<_>>());
    billing.link(&cus("cus_1"));
    let conflicts = BTreeSet::from([Conflict::Customer { customer: cus("cus_2") }]);
    assert_eq!((billing.conflicts(), billing.noted.len()), (conflicts.clone(), 0));
    billing.fold(at(200));
    assert!(!billing.subscriptions.contains_key(&sub_id("sub_1")));
    assert_eq!((billing.conflicts(), billing.noted), (conflicts.clone(), conflicts));
}

#[test]
fn customer_that_exists_still_counts_after_folding() {
    let other = of_customer(sub("sub_1", "evt_1", 1, Deleted, Active, None), "cus_2");
    let gone = fact("evt_2", 2, FactKind::CustomerDeleted { customer: cus("cus_1") });
    let mut billing = billing(&[other, gone].into_iter().chain(ended()).collect::<Vec<_>>());
    assert!(!billing.customer_deleted());
    billing.fold(at(200));
    assert!(billing.subscriptions.len() < 40 && !billing.customer_deleted());
}
