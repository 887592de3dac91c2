//! Individual rules of the derived values.

use std::collections::BTreeSet;

use domain::billing::{
    Billing,
    Change::{self, Created, Deleted, Updated},
    Conflict, FactKind, InvoiceFact, InvoiceId, Issue, IssueKind, Recorded,
    SubscriptionStatus::{Active, Canceled, Incomplete, PastDue, Paused, Trialing, Unpaid},
};

use crate::fixture::{DAY, all_orders, at, billing, cus, event, fact, invoice, paid, sub};

#[test]
fn newest_second_has_one_effective_event() {
    let s = |id, change, status, previous| sub("sub_1", id, 0, change, status, previous);
    for (facts, expected) in [
        // A fact is superseded if another event names its status as the previous status. The ids do
        // not matter.
        (vec![s("evt_9", Updated, Incomplete, None), s("evt_1", Updated, Active, Some(Incomplete))], Active),
        (vec![s("evt_9", Created, Incomplete, None), s("evt_1", Updated, Active, Some(Incomplete))], Active),
        // A chain of three events.
        (
            vec![
                s("evt_5", Updated, Active, Some(Incomplete)),
                s("evt_9", Created, Incomplete, None),
                s("evt_1", Updated, PastDue, Some(Active)),
            ],
            PastDue,
        ),
        // A cycle: no fact is dropped, and the highest id counts.
        (
            vec![s("evt_1", Updated, Active, Some(PastDue)), s("evt_2", Updated, PastDue, Some(Active))],
            PastDue,
        ),
        // The rank of the event's kind counts before the id.
        (vec![s("evt_9", Created, Trialing, None), s("evt_1", Updated, Active, None)], Active),
        (vec![s("evt_1", Change::TrialWillEnd, Trialing, None), s("evt_2", Updated, Active, None)], Active),
        (vec![s("evt_2", Change::TrialWillEnd, Trialing, None), s("evt_1", Updated, Active, None)], Trialing),
        (vec![s("evt_1", Deleted, Active, None), s("evt_2", Updated, Active, None)], Canceled),
        // An event does not supersede itself.
        (vec![s("evt_9", Updated, Active, Some(Active)), s("evt_1", Updated, Trialing, None)], Active),
    ] {
        assert_eq!(all_orders(facts.clone()).status(), Some(expected), "{facts:#?}");
    }
}

#[test]
fn event_id_with_two_contents_is_a_conflict_in_every_order() {
    let one = sub("sub_1", "evt_1", 0, Updated, Active, None);
    let other = sub("sub_1", "evt_1", 0, Updated, Trialing, None);
    let billing = all_orders(vec![one.clone(), other.clone()]);
    assert_eq!(
        billing.conflicts().into_iter().collect::<Vec<_>>(),
        [Conflict::Content { event: event("evt_1") }]
    );
    let smaller = [one, other].into_iter().min_by_key(|fact| match &fact.what {
        FactKind::Subscription { fact, .. } => fact.content_hash(),
        _ => unreachable!(),
    });
    assert_eq!(billing.status(), self::billing(smaller.as_ref()).status());
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
        (vec![pay(of, 0, 2900)], Some(Active)),
        // An invoice of 0 alone gives no status.
        (vec![pay(of, 0, 0)], None),
        (vec![pay(None, 0, 0)], None),
        // A payment that names no subscription counts for a virtual subscription. It changes no
        // other subscription.
        (vec![pay(None, 0, 2900)], Some(Active)),
        (vec![event_with(Canceled), pay(None, 0, 2900)], Some(Active)),
        (vec![event_with(PastDue), pay(Some("sub_2"), 200, 2900)], Some(Active)),
    ] {
        assert_eq!(all_orders(facts.clone()).status(), expected, "{facts:#?}");
    }
}

#[test]
fn provisioning_needs_a_payment_or_a_subscription_invoice() {
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
    assert!(!billing(&[sub("sub_1", "evt_1", 0, Created, Active, None)]).needs_provisioning());
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
        assert_eq!((billing.status(), billing.needs_provisioning()), (Some(status), true), "{what}");
        assert!(!billing.ever_paid(), "{what}");
    }
}

#[test]
fn best_subscription_determines_the_status() {
    for pair in [Active, Trialing, PastDue, Unpaid, Paused, Incomplete, Canceled].windows(2) {
        let [better, worse] = pair else { unreachable!() };
        let facts = [
            sub("sub_1", "evt_1", 0, Created, *better, None),
            // The worse subscription has the newer event and the higher id, but it does not become
            // the best subscription.
            sub("sub_2", "evt_2", 9, Created, *worse, None),
        ];
        let billing = billing(&facts);
        assert_eq!(billing.status(), Some(*better));
        assert_eq!(billing.plan(), Some("price_sub_1"));
        // The trial of the best subscription counts.
        assert_eq!(billing.trial_ends_at(), (*better == Trialing).then(|| at(14 * DAY)));
        assert_eq!(billing.is_alive(), better.is_alive() || worse.is_alive());
    }
    assert_eq!(Billing::default().status(), None);
}

#[test]
fn issue_is_open_until_its_invoice_is_settled() {
    use InvoiceFact::{ActionRequired, Failed, Uncollectible, Voided};
    let old = |id, second, fact| invoice("in_old", 10, Some("sub_1"), id, second, fact);
    let new = |id, second, fact| invoice("in_new", 20, Some("sub_1"), id, second, fact);
    let issue =
        |kind, name, since| Some(Issue { kind, invoice: InvoiceId::parse(name).unwrap(), since: at(since) });
    let (failed, action) = (IssueKind::PaymentFailed, IssueKind::ActionRequired);
    for (facts, expected) in [
        (vec![], None),
        (vec![old("evt_1", 11, Failed), old("evt_2", 14, Failed)], issue(failed, "in_old", 11)),
        (vec![old("evt_1", 12, Failed), old("evt_2", 11, ActionRequired)], issue(action, "in_old", 11)),
        (vec![old("evt_1", 11, Failed), new("evt_2", 21, Failed)], issue(failed, "in_new", 21)),
        // A payment of the same invoice settles its failure, independent of the times.
        (vec![old("evt_1", 11, Failed), old("evt_2", 12, paid(2900))], None),
        (vec![old("evt_1", 11, Failed), old("evt_2", 11, paid(2900))], None),
        (vec![old("evt_1", 11, Failed), old("evt_2", 12, paid(0))], None),
        // A payment of more than 0 settles older invoices, but no newer invoices.
        (vec![old("evt_1", 11, Failed), new("evt_2", 21, paid(2900))], None),
        (vec![old("evt_1", 30, Failed), new("evt_2", 21, paid(2900))], None),
        (vec![new("evt_1", 21, Failed), old("evt_2", 30, paid(2900))], issue(failed, "in_new", 21)),
        (vec![old("evt_1", 11, Failed), new("evt_2", 21, paid(0))], issue(failed, "in_old", 11)),
        // A voided or uncollectible invoice is settled. Older invoices are not settled by it.
        (vec![old("evt_1", 11, Failed), old("evt_2", 12, Voided)], None),
        (vec![old("evt_1", 11, ActionRequired), old("evt_2", 12, Uncollectible)], None),
        (vec![old("evt_1", 11, Failed), new("evt_2", 22, Voided)], issue(failed, "in_old", 11)),
    ] {
        assert_eq!(all_orders(facts.clone()).issue(), expected, "{facts:#?}");
    }
}

#[test]
fn subscription_of_a_deleted_customer_is_canceled() {
    let deleted = fact("evt_z", 5, FactKind::CustomerDeleted { customer: cus("cus_1") });
    let mut billing = all_orders(vec![deleted.clone(), sub("sub_1", "evt_1", 9, Updated, Active, None)]);
    assert_eq!((billing.status(), billing.is_alive()), (Some(Canceled), false));
    assert!(billing.customer_deleted(), "the customer of the subscription was deleted before any link");
    billing.link(&cus("cus_1"));
    assert!(billing.customer_deleted());
    let mut linked = self::billing(&[deleted]);
    linked.link(&cus("cus_2"));
    assert!(!linked.customer_deleted(), "the linked customer exists");
    let other = fact("evt_y", 5, FactKind::CustomerDeleted { customer: cus("cus_2") });
    let billing = self::billing(&[other, sub("sub_1", "evt_1", 9, Updated, Active, None)]);
    assert_eq!(billing.status(), Some(Active), "another customer was deleted");
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
    billing.record(&deleted);
    assert_eq!(billing.link(&cus("cus_2")), Recorded::Changed);
    assert_eq!((billing.customer.clone(), billing.status()), (Some(cus("cus_2")), Some(Canceled)));
    assert!(billing.customer_deleted(), "a new customer alone restores nothing");
    assert_eq!(
        (billing.link(&cus("cus_2")), billing.record(&deleted)),
        (Recorded::Unchanged, Recorded::Unchanged)
    );
    assert!(billing.conflicts().is_empty(), "{:?}", billing.conflicts());
    assert_eq!(billing.link(&cus("cus_1")), Recorded::Unchanged);
    assert_eq!(billing.customer, Some(cus("cus_2")), "the deleted customer is not linked again");
    let paid = |id, customer| {
        let paid = invoice(id, 8, None, &format!("evt_{id}"), 9, InvoiceFact::Paid { amount: 900 });
        let FactKind::Invoice { invoice, subscription, invoice_created, fact, .. } = paid.what else {
            unreachable!("an invoice")
        };
        let customer = cus(customer);
        let what = FactKind::Invoice { invoice, subscription, customer, invoice_created, fact };
        domain::billing::Fact { event: paid.event, created: paid.created, what }
    };
    billing.record(&paid("in_1", "cus_1"));
    assert!(billing.customer_deleted(), "a payment of the deleted customer restores nothing");
    billing.record(&paid("in_2", "cus_2"));
    assert!(!billing.customer_deleted());
    billing.record(&fact("evt_y", 12, FactKind::CustomerDeleted { customer: cus("cus_2") }));
    assert!(billing.customer_deleted(), "the new customer was deleted too");
}

#[test]
fn subscription_of_another_customer_counts_as_a_conflict() {
    let mut billing = Billing::default();
    billing.link(&cus("cus_2"));
    billing.record(&sub("sub_1", "evt_1", 0, Created, Active, None));
    assert_eq!(billing.status(), Some(Active));
    assert!(billing.conflicts().contains(&Conflict::Customer { customer: cus("cus_1") }));
}

#[test]
fn checkout_only_adds_billing_info() {
    let billing =
        billing(&[fact("evt_1", 0, FactKind::Checkout { customer: cus("cus_1"), named: BTreeSet::new() })]);
    assert!(billing.has_billing_info());
    assert_eq!(
        (billing.status(), billing.customer.clone(), billing.needs_provisioning()),
        (None, None, false)
    );
}

#[test]
fn open_issue_is_never_folded() {
    let mut billing = billing(&[invoice("in_1", 0, Some("sub_1"), "evt_1", 0, InvoiceFact::Failed)]);
    let issue = billing.issue();
    billing.fold(at(1000 * DAY));
    assert!(issue.is_some());
    assert_eq!(billing.issue(), issue);
}
