//! Individual rules of the derived values.

use std::collections::BTreeSet;

use domain::billing::{
    Billing,
    Change::{Created, Updated},
    Conflict, FactKind,
    InvoiceFact::{Uncollectible, Voided},
    Issue, IssueKind, Pause,
    SubscriptionStatus::{self, Active, Canceled, Incomplete, PastDue, Paused, Trialing, Unpaid},
};
use jiff::Timestamp;

use crate::fixture::{
    ACTION_REQUIRED, DAY, FAILED, all_orders, at, billing, changes, cus, event, fact, globex, in_id, invoice,
    linked, names_globex, of_customer, paid, price, priced, record, sub, sub_id, with,
};

/// The rules in this file do not depend on dates.
const NOW: Timestamp = Timestamp::MIN;

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
fn contents_with_one_hash_have_one_result_in_every_order() {
    let one = || sub("sub_1", "evt_1", 0, Updated, Active, None);
    let priced = |prices: &[&str]| priced(one(), prices);
    for (facts, why) in [
        ([priced(&["price_single"]), priced(&["price_single", "price_x"])], "the second item differs"),
        ([one(), with(one(), |fact| fact.paused = Some(Pause { resumes_at: None }))], "the pause differs"),
        ([one(), with(one(), |fact| fact.fixed_amount = true)], "the discount differs"),
    ] {
        assert!(all_orders(&facts).conflicts().is_empty(), "{why}");
    }
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
    let issue = |kind, name, since| {
        Some(Issue { kind, invoice: in_id(name), since: at(since), due: None, next_attempt: None })
    };
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
        (
            vec![new("evt_1", 21, FAILED), invoice("in_other", 20, Some("sub_1"), "evt_2", 22, paid(2900))],
            issue(failed, "in_new", 21),
        ),
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
    billing.link(&cus("cus_1"));
    assert!(!changes(&mut billing, |it| it.link(&cus("cus_1"))));
    assert!(billing.conflicts().is_empty());
    billing.link(&cus("cus_0"));
    assert!(!changes(&mut billing, |it| it.link(&cus("cus_0"))));
    assert_eq!(billing.customer, Some(cus("cus_1")));
    assert!(billing.conflicts().contains(&Conflict::Customer { customer: cus("cus_0") }));
}

#[test]
fn link_is_replaced_after_its_customer_was_deleted() {
    let deleted = fact("evt_z", 5, FactKind::CustomerDeleted { customer: cus("cus_1") });
    let mut billing = billing(&[sub("sub_1", "evt_1", 0, Created, Active, None)]);
    billing.link(&cus("cus_1"));
    record(&mut billing, &deleted);
    billing.link(&cus("cus_2"));
    assert_eq!((billing.customer.clone(), billing.status(NOW)), (Some(cus("cus_2")), Some(Canceled)));
    assert!(billing.customer_deleted(), "a new customer alone restores nothing");
    assert!(!changes(&mut billing, |it| it.link(&cus("cus_2"))));
    assert!(!changes(&mut billing, |it| record(it, &deleted)));
    assert!(billing.conflicts().is_empty(), "{:?}", billing.conflicts());
    assert!(!changes(&mut billing, |it| it.link(&cus("cus_1"))));
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
fn subscription_of_another_customer_counts_and_is_a_conflict() {
    let here = || sub("sub_1", "evt_1", 0, Created, Active, None);
    let foreign = || priced(linked(here()), &["price_x"]);
    let moved = names_globex(sub("sub_1", "evt_2", 1, Updated, Active, None));
    let deleted = fact("evt_3", 2, FactKind::CustomerDeleted { customer: cus("cus_2") });
    for (link, facts, linked_to, status, conflict, why) in [
        ("cus_1", vec![here()], None, Some(Active), false, "the customer is the linked one"),
        ("cus_2", vec![here()], None, Some(Active), true, "another customer is linked"),
        ("cus_2", vec![here()], Some(globex()), Some(Active), false, "a team manages the subscription"),
        ("cus_2", vec![here(), moved], None, None, true, "it counted before it moved away"),
        ("cus_2", vec![foreign()], None, None, false, "it is another product"),
        ("cus_2", vec![foreign()], Some(globex()), None, false, "it is another product"),
        ("cus_2", vec![here(), deleted], None, Some(Active), false, "the linked customer was deleted"),
    ] {
        let mut billing = billing(&facts);
        billing.link(&cus(link));
        billing.note_other(&sub_id("sub_1"), None, linked_to);
        let expected = conflict.then(|| Conflict::Customer { customer: cus("cus_1") });
        assert_eq!(billing.conflicts(), expected.into_iter().collect(), "{why}");
        assert_eq!(billing.status(NOW), status, "{why}");
    }
}

#[test]
fn pause_is_shown_while_the_subscription_is_alive() {
    let pause = Pause { resumes_at: Some(at(DAY)) };
    for status in SubscriptionStatus::ALL {
        let fact = sub("sub_1", "evt_1", 0, Updated, status, None);
        assert_eq!(billing([&fact]).paused(NOW), None, "{status}");
        let paused = billing(&[with(fact, |fact| fact.paused = Some(pause))]);
        assert_eq!(paused.paused(NOW), status.is_alive().then_some(pause), "{status}");
    }
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
