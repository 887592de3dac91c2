//! Individual rules of the derived values.

use std::collections::BTreeSet;

use domain::billing::{
    Billing,
    Change::{self, Created, Deleted, Updated},
    Conflict, Fact, FactKind,
    InvoiceFact::{Uncollectible, Voided},
    Issue, IssueKind, Pause, PreviousCancel, Recorded, SubscriptionFact,
    SubscriptionStatus::{self, Active, Canceled, Incomplete, PastDue, Paused, Trialing, Unpaid},
};
use jiff::Timestamp;

use crate::fixture::{
    ACTION_REQUIRED, DAY, FAILED, all_orders, at, billing, canceling, cus, event, fact, in_id, invoice,
    of_customer, paid, price, prices, record, sub, sub_id, with,
};

/// The rules in this file do not depend on dates.
const NOW: Timestamp = Timestamp::MIN;

fn effective(billing: &Billing) -> SubscriptionFact {
    billing.subscriptions[&sub_id("sub_1")].effective_fact().unwrap().clone()
}

fn content(fact: &Fact) -> SubscriptionFact {
    match fact.clone().with_plans(&prices()).what {
        FactKind::Subscription { fact, .. } => fact,
        _ => unreachable!("a subscription fact"),
    }
}

/// Checks that the first of the facts determines the status in every order.
fn first_is_effective(facts: &[Fact], why: &str) {
    assert_eq!(effective(&all_orders(facts)), content(&facts[0]), "{why}: {facts:#?}");
}

#[test]
fn newest_second_has_one_effective_event() {
    let s = |id, change, status, previous| sub("sub_1", id, 0, change, status, previous);
    for (facts, why) in [
        (
            vec![s("evt_1", Updated, Active, Some(Incomplete)), s("evt_9", Updated, Incomplete, None)],
            "an event that another one names as previous is superseded, whatever the ids are",
        ),
        (
            vec![s("evt_1", Updated, Active, Some(Incomplete)), s("evt_9", Created, Incomplete, None)],
            "the creation is superseded too",
        ),
        (
            vec![
                s("evt_1", Updated, PastDue, Some(Active)),
                s("evt_5", Updated, Active, Some(Incomplete)),
                s("evt_9", Created, Incomplete, None),
            ],
            "a chain of three events ends with its last event",
        ),
        (
            vec![s("evt_2", Updated, PastDue, Some(Active)), s("evt_1", Updated, Active, Some(PastDue))],
            "a cycle drops no event, and the highest id counts",
        ),
        (
            vec![s("evt_1", Updated, Active, None), s("evt_9", Created, Trialing, None)],
            "the rank of the kind counts before the id",
        ),
        (
            vec![s("evt_2", Updated, Active, None), s("evt_1", Change::TrialWillEnd, Trialing, None)],
            "the announcement of a trial's end has the rank of an update",
        ),
        (
            vec![s("evt_2", Change::TrialWillEnd, Trialing, None), s("evt_1", Updated, Active, None)],
            "the announcement of a trial's end has the rank of an update",
        ),
        (
            vec![s("evt_1", Deleted, Active, None), s("evt_2", Updated, Active, None)],
            "the end has the highest rank",
        ),
        (
            vec![s("evt_9", Updated, Active, Some(Active)), s("evt_1", Updated, Trialing, None)],
            "an event does not supersede itself",
        ),
    ] {
        first_is_effective(&facts, why);
    }
}

#[test]
fn each_previous_value_orders_the_events_of_a_second() {
    let s = |id, change: &dyn Fn(&mut SubscriptionFact)| {
        let base = sub("sub_1", id, 0, Updated, Active, None);
        with(base, |fact| {
            fact.trial_end = Some(at(14 * DAY));
            change(fact);
        })
    };
    let pause = |resumes_at: i64| Some(Pause { resumes_at: Some(at(resumes_at)) });
    let of = |ids: &[&str]| ids.iter().map(|id| price(id)).collect::<Vec<_>>();
    let set = |ids: &[&str]| Some(ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>());
    let before = || s("evt_9", &|_| {});
    let scheduled = |id, end| s(id, &move |fact| fact.cancel_at = Some(at(end)));
    for (facts, why) in [
        (
            vec![
                s("evt_1", &|fact| {
                    fact.trial_end = Some(at(20 * DAY));
                    fact.previous.trial_end = Some(Some(at(14 * DAY)));
                }),
                before(),
            ],
            "the trial was extended",
        ),
        (
            vec![
                s("evt_1", &|fact| fact.previous.trial_end = Some(None)),
                s("evt_9", &|fact| fact.trial_end = None),
            ],
            "a trial was added",
        ),
        (
            vec![
                s("evt_1", &|fact| {
                    fact.cancel_at = Some(at(DAY));
                    fact.previous.cancel = Some(PreviousCancel::Unscheduled);
                }),
                before(),
            ],
            "an end was scheduled",
        ),
        (
            vec![
                s("evt_1", &|fact| fact.previous.cancel = Some(PreviousCancel::Scheduled)),
                scheduled("evt_9", DAY),
            ],
            "the end was revoked",
        ),
        (
            vec![
                s("evt_1", &|fact| {
                    fact.cancel_at = Some(at(2 * DAY));
                    fact.previous.cancel = Some(PreviousCancel::At(at(DAY)));
                }),
                scheduled("evt_9", DAY),
            ],
            "the end was moved",
        ),
        (
            vec![
                scheduled("evt_9", DAY),
                s("evt_1", &|fact| fact.previous.cancel = Some(PreviousCancel::At(at(2 * DAY)))),
            ],
            "another end was revoked, so the id decides",
        ),
        (
            vec![
                s("evt_1", &|fact| {
                    fact.paused = pause(5);
                    fact.previous.paused = Some(None);
                }),
                before(),
            ],
            "payments were paused",
        ),
        (
            vec![
                s("evt_1", &|fact| fact.previous.paused = Some(pause(5))),
                s("evt_9", &|fact| fact.paused = pause(5)),
            ],
            "payments were resumed",
        ),
        (
            vec![
                s("evt_9", &|fact| fact.paused = pause(5)),
                s("evt_1", &|fact| fact.previous.paused = Some(pause(6))),
            ],
            "another pause was resumed, so the id decides",
        ),
        (
            vec![
                s("evt_1", &|fact| {
                    fact.items = of(&["price_team"]);
                    fact.previous.prices = set(&["price_single", "price_extra"]);
                }),
                s("evt_9", &|fact| fact.items = of(&["price_extra", "price_single"])),
            ],
            "the plan was changed, and the order of its items does not matter",
        ),
        (
            vec![
                s("evt_9", &|fact| fact.items = of(&["price_single", "price_extra"])),
                s("evt_1", &|fact| fact.previous.prices = set(&["price_single"])),
            ],
            "only a part of the prices is the same, so the id decides",
        ),
        (
            vec![
                s("evt_9", &|fact| fact.status = Trialing),
                s("evt_1", &|fact| {
                    fact.previous.status = Some(Trialing);
                    fact.previous.trial_end = Some(Some(at(3 * DAY)));
                }),
            ],
            "one of two previous values differs, so the id decides",
        ),
        (
            vec![
                s("evt_1", &|fact| {
                    fact.previous.status = Some(Trialing);
                    fact.previous.trial_end = Some(Some(at(14 * DAY)));
                }),
                s("evt_9", &|fact| fact.status = Trialing),
            ],
            "both previous values are the same",
        ),
    ] {
        first_is_effective(&facts, why);
    }
}

#[test]
fn cycle_in_a_second_ends_where_it_started() {
    let toggle = |id, end: Option<i64>, previous| {
        canceling(sub("sub_1", id, 9, Updated, Active, None), end, Some(previous))
    };
    let (on, off) = (
        |id| toggle(id, Some(DAY), PreviousCancel::Unscheduled),
        |id| toggle(id, None, PreviousCancel::At(at(DAY))),
    );
    let earlier = |end: Option<i64>| canceling(sub("sub_1", "evt_0", 8, Updated, Active, None), end, None);
    let created = |end: Option<i64>| canceling(sub("sub_1", "evt_0", 9, Created, Active, None), end, None);
    for (facts, why) in [
        (vec![off("evt_1"), on("evt_2"), earlier(None)], "no end was scheduled in the second before"),
        (vec![on("evt_1"), off("evt_2"), earlier(Some(DAY))], "an end was scheduled in the second before"),
        (vec![off("evt_1"), on("evt_2"), created(None)], "no end was scheduled at the creation"),
        (
            vec![off("evt_1"), on("evt_2"), created(None), earlier(Some(DAY))],
            "the creation in the same second counts before an earlier event",
        ),
        (vec![on("evt_2"), off("evt_1")], "the start of the cycle is unknown, so the id decides"),
        (
            vec![
                off("evt_1"),
                on("evt_2"),
                earlier(None),
                canceling(sub("sub_1", "evt_00", 7, Updated, Active, None), Some(DAY), None),
            ],
            "an older second does not count",
        ),
    ] {
        first_is_effective(&facts, why);
    }
}

#[test]
fn event_id_with_two_contents_is_a_conflict_in_every_order() {
    let one = sub("sub_1", "evt_1", 0, Updated, Active, None);
    let other = sub("sub_1", "evt_1", 0, Updated, Trialing, None);
    let billing = all_orders(&[one.clone(), other.clone()]);
    assert_eq!(
        billing.conflicts().into_iter().collect::<Vec<_>>(),
        [Conflict::Content { event: event("evt_1") }]
    );
    let smaller = [one, other].into_iter().min_by_key(|fact| match &fact.what {
        FactKind::Subscription { fact, .. } => fact.content_hash(),
        _ => unreachable!(),
    });
    assert_eq!(billing.status(NOW), self::billing(smaller.as_ref()).status(NOW));
}

#[test]
fn payment_activates_an_incomplete_or_past_due_subscription() {
    let event_with = |status| sub("sub_1", "evt_1", 100, Updated, status, None);
    let pay = |of, second, amount| invoice("in_1", 0, of, "evt_2", second, paid(amount));
    let of = Some("sub_1");
    for (facts, expected) in [
        (vec![event_with(Incomplete), pay(of, 100, 2900)], Some(Active)),
        (vec![event_with(PastDue), pay(of, 101, 2900)], Some(Active)),
        (vec![event_with(PastDue), pay(of, 99, 2900)], Some(PastDue)),
        (vec![event_with(Incomplete), pay(of, 101, 0)], Some(Incomplete)),
        (vec![event_with(Unpaid), pay(of, 101, 2900)], Some(Unpaid)),
        (vec![event_with(Paused), pay(of, 101, 2900)], Some(Paused)),
        (vec![event_with(Trialing), pay(of, 101, 2900)], Some(Trialing)),
        (vec![event_with(Canceled), pay(of, 101, 2900)], Some(Canceled)),
        (vec![event_with(Canceled)], None),
        (vec![pay(of, 0, 2900)], Some(Active)),
        // An invoice of 0 alone gives no status.
        (vec![pay(of, 0, 0)], None),
        (vec![pay(None, 0, 0)], None),
        // A payment that names no subscription gives no status, and changes no subscription.
        (vec![pay(None, 0, 2900)], None),
        (vec![event_with(Canceled), pay(None, 101, 2900)], None),
        (vec![event_with(PastDue), pay(None, 101, 2900)], Some(PastDue)),
        (vec![event_with(PastDue), pay(Some("sub_2"), 200, 2900)], Some(Active)),
    ] {
        assert_eq!(all_orders(&facts).status(NOW), expected, "{facts:#?}");
    }
}

#[test]
fn provisioning_needs_a_payment_or_a_live_subscription() {
    for (of, amount, provisions, paid_ever) in [
        (Some("sub_1"), 2900, true, true),
        (Some("sub_1"), 0, true, false),
        (None, 2900, true, true),
        (None, 0, false, false),
    ] {
        let billing = billing(&[invoice("in_1", 0, of, "evt_1", 0, paid(amount))]);
        assert_eq!(
            (billing.needs_provisioning(), billing.ever_paid()),
            (provisions, paid_ever),
            "{of:?} {amount}"
        );
    }
    for status in SubscriptionStatus::ALL {
        let billing = billing(&[sub("sub_1", "evt_1", 0, Created, status, None)]);
        assert_eq!(
            (billing.needs_provisioning(), billing.ever_paid()),
            (status.is_live(), false),
            "{status}"
        );
    }
}

#[test]
fn zero_invoice_provisions_and_does_not_change_the_status() {
    for (what, status, invoice_first) in [
        ("the start of a trial", Trialing, true),
        ("the start of a trial", Trialing, false),
        ("a full discount", Active, true),
        ("a full discount", Active, false),
    ] {
        let mut facts = [
            invoice("in_1", 0, Some("sub_1"), "evt_1", 0, paid(0)),
            sub("sub_1", "evt_2", 0, Created, status, None),
        ];
        if !invoice_first {
            facts.reverse();
        }
        let billing = billing(&facts);
        assert_eq!((billing.status(NOW), billing.needs_provisioning()), (Some(status), true), "{what}");
        assert!(!billing.ever_paid(), "{what}");
    }
}

#[test]
fn best_subscription_determines_the_status() {
    for pair in [Active, Trialing, PastDue, Unpaid, Paused, Incomplete, Canceled].windows(2) {
        let [better, worse] = pair else { unreachable!() };
        // Each subscription began, so each has a status even if it is canceled.
        let facts = [
            sub("sub_1", "evt_00", -2, Created, Active, None),
            sub("sub_2", "evt_01", -1, Created, Active, None),
            sub("sub_1", "evt_1", 0, Created, *better, None),
            // The worse subscription has the newer event and the higher id, but it does not become
            // the best subscription.
            sub("sub_2", "evt_2", 9, Created, *worse, None),
        ];
        let billing = billing(&facts);
        assert_eq!(billing.status(NOW), Some(*better));
        assert_eq!(billing.plan_item(NOW), Some(&price("price_sub_1")));
        // The trial of the best subscription counts.
        assert_eq!(billing.trial_ends_at(NOW), (*better == Trialing).then(|| at(14 * DAY)));
        assert_eq!(billing.is_alive(NOW), better.is_alive() || worse.is_alive());
    }
    assert_eq!(Billing::default().status(NOW), None);
}

#[test]
fn issue_is_open_until_its_invoice_is_settled() {
    let old = |id, second, fact| invoice("in_old", 10, Some("sub_1"), id, second, fact);
    let new = |id, second, fact| invoice("in_new", 20, Some("sub_1"), id, second, fact);
    let issue = |kind, name, since| Some(Issue { kind, invoice: in_id(name), since: at(since), due: None });
    let (failed, action) = (IssueKind::PaymentFailed, IssueKind::ActionRequired);
    for (facts, expected) in [
        (vec![], None),
        (vec![old("evt_1", 11, FAILED), old("evt_2", 14, FAILED)], issue(failed, "in_old", 11)),
        (vec![old("evt_1", 12, FAILED), old("evt_2", 11, ACTION_REQUIRED)], issue(action, "in_old", 11)),
        (vec![old("evt_1", 11, FAILED), new("evt_2", 21, FAILED)], issue(failed, "in_new", 21)),
        // A payment of the same invoice settles its failure, independent of the times.
        (vec![old("evt_1", 11, FAILED), old("evt_2", 12, paid(2900))], None),
        (vec![old("evt_1", 11, FAILED), old("evt_2", 11, paid(2900))], None),
        (vec![old("evt_1", 11, FAILED), old("evt_2", 12, paid(0))], None),
        // A payment of more than 0 settles older invoices, but no newer invoices.
        (vec![old("evt_1", 11, FAILED), new("evt_2", 21, paid(2900))], None),
        (vec![old("evt_1", 30, FAILED), new("evt_2", 21, paid(2900))], None),
        (vec![new("evt_1", 21, FAILED), old("evt_2", 30, paid(2900))], issue(failed, "in_new", 21)),
        (vec![old("evt_1", 11, FAILED), new("evt_2", 21, paid(0))], issue(failed, "in_old", 11)),
        // A voided or uncollectible invoice is settled. Older invoices are not settled by it.
        (vec![old("evt_1", 11, FAILED), old("evt_2", 12, Voided)], None),
        (vec![old("evt_1", 11, ACTION_REQUIRED), old("evt_2", 12, Uncollectible)], None),
        (vec![old("evt_1", 11, FAILED), new("evt_2", 22, Voided)], issue(failed, "in_old", 11)),
    ] {
        assert_eq!(all_orders(&facts).issue(), expected, "{facts:#?}");
    }
}

#[test]
fn subscription_of_a_deleted_customer_is_canceled() {
    let deleted = fact("evt_z", 5, FactKind::CustomerDeleted { customer: cus("cus_1") });
    let mut billing = all_orders(&[deleted.clone(), sub("sub_1", "evt_1", 9, Updated, Active, None)]);
    assert_eq!((billing.status(NOW), billing.is_alive(NOW)), (Some(Canceled), false));
    assert!(billing.customer_deleted(), "the customer of the subscription was deleted before any link");
    billing.link(&cus("cus_1"));
    assert!(billing.customer_deleted());
    let mut linked = self::billing(&[deleted]);
    linked.link(&cus("cus_2"));
    assert!(!linked.customer_deleted(), "the linked customer exists");
    let other = fact("evt_y", 5, FactKind::CustomerDeleted { customer: cus("cus_2") });
    let billing = self::billing(&[other, sub("sub_1", "evt_1", 9, Updated, Active, None)]);
    assert_eq!(billing.status(NOW), Some(Active), "another customer was deleted");
}

#[test]
fn link_stays_while_its_customer_exists() {
    let mut billing = billing(&[sub("sub_1", "evt_1", 0, Created, Active, None)]);
    assert_eq!(billing.link(&cus("cus_1")), Recorded::Changed);
    assert_eq!(billing.link(&cus("cus_1")), Recorded::Unchanged);
    assert!(billing.conflicts().is_empty());
    assert_eq!(billing.link(&cus("cus_0")), Recorded::Changed);
    assert_eq!(billing.link(&cus("cus_0")), Recorded::Unchanged);
    assert_eq!(billing.customer, Some(cus("cus_1")));
    assert!(billing.conflicts().contains(&Conflict::Customer { customer: cus("cus_0") }));
}

#[test]
fn link_is_replaced_after_its_customer_was_deleted() {
    let deleted = fact("evt_z", 5, FactKind::CustomerDeleted { customer: cus("cus_1") });
    let mut billing = billing(&[sub("sub_1", "evt_1", 0, Created, Active, None)]);
    billing.link(&cus("cus_1"));
    record(&mut billing, &deleted);
    assert_eq!(billing.link(&cus("cus_2")), Recorded::Changed);
    assert_eq!((billing.customer.clone(), billing.status(NOW)), (Some(cus("cus_2")), Some(Canceled)));
    assert!(billing.customer_deleted(), "a new customer alone restores nothing");
    assert_eq!(
        (billing.link(&cus("cus_2")), record(&mut billing, &deleted)),
        (Recorded::Unchanged, Recorded::Unchanged)
    );
    assert!(billing.conflicts().is_empty(), "{:?}", billing.conflicts());
    assert_eq!(billing.link(&cus("cus_1")), Recorded::Unchanged);
    assert_eq!(billing.customer, Some(cus("cus_2")), "the deleted customer is not linked again");
    let paid = |id, customer| {
        let paid = invoice(id, 8, Some(&format!("sub_{id}")), &format!("evt_{id}"), 9, paid(900));
        of_customer(paid, customer)
    };
    record(&mut billing, &paid("in_1", "cus_1"));
    assert!(billing.customer_deleted(), "a payment of the deleted customer restores nothing");
    record(&mut billing, &paid("in_2", "cus_2"));
    assert!(!billing.customer_deleted());
    record(&mut billing, &fact("evt_y", 12, FactKind::CustomerDeleted { customer: cus("cus_2") }));
    assert!(billing.customer_deleted(), "the new customer was deleted too");
}

#[test]
fn subscription_of_another_customer_counts_as_a_conflict() {
    let mut billing = Billing::default();
    billing.link(&cus("cus_2"));
    record(&mut billing, &sub("sub_1", "evt_1", 0, Created, Active, None));
    assert_eq!(billing.status(NOW), Some(Active));
    assert!(billing.conflicts().contains(&Conflict::Customer { customer: cus("cus_1") }));
}

#[test]
fn checkout_only_adds_billing_info() {
    let billing =
        billing(&[fact("evt_1", 0, FactKind::Checkout { customer: cus("cus_1"), named: BTreeSet::new() })]);
    assert!(billing.has_billing_info());
    assert_eq!(
        (billing.status(NOW), billing.customer.clone(), billing.needs_provisioning()),
        (None, None, false)
    );
}

#[test]
fn open_issue_is_never_folded() {
    let mut billing = billing(&[invoice("in_1", 0, Some("sub_1"), "evt_1", 0, FAILED)]);
    let issue = billing.issue();
    billing.fold(at(1000 * DAY));
    assert!(issue.is_some());
    assert_eq!(billing.issue(), issue);
}
