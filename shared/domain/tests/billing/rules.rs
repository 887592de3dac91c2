//! The rules, one by one.

use std::collections::BTreeSet;

use domain::billing::{
    Billing,
    Change::{self, Created, Deleted, Updated},
    Conflict, InvoiceFact, InvoiceId, Issue, IssueKind, Recorded,
    SubscriptionStatus::{Active, Canceled, Incomplete, PastDue, Paused, Trialing, Unpaid},
    What,
};

use crate::world::{DAY, all_orders, at, billing, cus, event, fact, invoice, paid, sub};

#[test]
fn events_of_one_second() {
    let s = |id, change, status, previous| sub("sub_1", id, 0, change, status, previous);
    for (facts, expected) in [
        // What another names as the status before is not the last word, whatever the ids.
        (vec![s("evt_9", Updated, Incomplete, None), s("evt_1", Updated, Active, Some(Incomplete))], Active),
        (vec![s("evt_9", Created, Incomplete, None), s("evt_1", Updated, Active, Some(Incomplete))], Active),
        // A chain of three.
        (
            vec![
                s("evt_5", Updated, Active, Some(Incomplete)),
                s("evt_9", Created, Incomplete, None),
                s("evt_1", Updated, PastDue, Some(Active)),
            ],
            PastDue,
        ),
        // A circle: none is dropped, and the highest id counts.
        (
            vec![s("evt_1", Updated, Active, Some(PastDue)), s("evt_2", Updated, PastDue, Some(Active))],
            PastDue,
        ),
        // Then the kind, and only then the id.
        (vec![s("evt_9", Created, Trialing, None), s("evt_1", Updated, Active, None)], Active),
        (vec![s("evt_1", Change::TrialWillEnd, Trialing, None), s("evt_2", Updated, Active, None)], Active),
        (vec![s("evt_2", Change::TrialWillEnd, Trialing, None), s("evt_1", Updated, Active, None)], Trialing),
        (vec![s("evt_1", Deleted, Active, None), s("evt_2", Updated, Active, None)], Canceled),
        // An event is not its own successor.
        (vec![s("evt_9", Updated, Active, Some(Active)), s("evt_1", Updated, Trialing, None)], Active),
    ] {
        assert_eq!(all_orders(facts.clone()).status(), Some(expected), "{facts:#?}");
    }
}

#[test]
fn one_id_with_two_contents_is_seen_and_settled_alike_in_every_order() {
    let one = sub("sub_1", "evt_1", 0, Updated, Active, None);
    let other = sub("sub_1", "evt_1", 0, Updated, Trialing, None);
    let billing = all_orders(vec![one.clone(), other.clone()]);
    assert_eq!(
        billing.conflicts().into_iter().collect::<Vec<_>>(),
        [Conflict::Content { event: event("evt_1") }]
    );
    let smaller = [one, other].into_iter().min_by_key(|fact| match &fact.what {
        What::Subscription { fact, .. } => fact.content_hash(),
        _ => unreachable!(),
    });
    assert_eq!(billing.status(), self::billing(smaller.as_ref()).status());
}

#[test]
fn a_payment_lifts_what_waits_for_one() {
    let word = |status| sub("sub_1", "evt_1", 100, Updated, status, None);
    let pay = |of, second, amount| invoice("in_1", 0, of, "evt_2", second, paid(amount));
    let of = Some("sub_1");
    for (facts, expected) in [
        (vec![word(Incomplete), pay(of, 100, 2900)], Some(Active)),
        (vec![word(PastDue), pay(of, 101, 2900)], Some(Active)),
        (vec![word(PastDue), pay(of, 99, 2900)], Some(PastDue)),
        (vec![word(Incomplete), pay(of, 101, 0)], Some(Incomplete)),
        (vec![word(Unpaid), pay(of, 101, 2900)], Some(Unpaid)),
        (vec![word(Paused), pay(of, 101, 2900)], Some(Paused)),
        (vec![word(Trialing), pay(of, 101, 2900)], Some(Trialing)),
        (vec![word(Canceled), pay(of, 101, 2900)], Some(Canceled)),
        (vec![pay(of, 0, 2900)], Some(Active)),
        // An invoice of 0 alone gives no status.
        (vec![pay(of, 0, 0)], None),
        (vec![pay(None, 0, 0)], None),
        // One without a subscription counts for one of its own, and lifts no other.
        (vec![pay(None, 0, 2900)], Some(Active)),
        (vec![word(Canceled), pay(None, 0, 2900)], Some(Active)),
        (vec![word(PastDue), pay(Some("sub_2"), 200, 2900)], Some(Active)),
    ] {
        assert_eq!(all_orders(facts.clone()).status(), expected, "{facts:#?}");
    }
}

#[test]
fn what_provisions_and_what_counts_as_paid() {
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
fn an_invoice_of_nothing_provisions_and_leaves_the_status_to_the_subscription() {
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
fn the_best_subscription_counts() {
    for pair in [Active, Trialing, PastDue, Unpaid, Paused, Incomplete, Canceled].windows(2) {
        let [better, worse] = pair else { unreachable!() };
        let facts = [
            sub("sub_1", "evt_1", 0, Created, *better, None),
            // Newer, with higher ids: neither makes it better.
            sub("sub_2", "evt_2", 9, Created, *worse, None),
        ];
        let billing = billing(&facts);
        assert_eq!(billing.status(), Some(*better));
        assert_eq!(billing.plan(), Some("price_sub_1"));
        // Its trial counts too, and not that of another.
        assert_eq!(billing.trial_ends_at(), (*better == Trialing).then(|| at(14 * DAY)));
        assert_eq!(billing.is_alive(), better.is_alive() || worse.is_alive());
    }
    assert_eq!(Billing::default().status(), None);
}

#[test]
fn issues_come_and_go_with_their_invoices() {
    use InvoiceFact::{ActionRequired, Failed, Uncollectible, Voided};
    let old = |id, second, fact| invoice("in_old", 10, Some("sub_1"), id, second, fact);
    let new = |id, second, fact| invoice("in_new", 20, Some("sub_1"), id, second, fact);
    let issue =
        |kind, name, since| Some(Issue { kind, invoice: InvoiceId::parse(name).unwrap(), since: at(since) });
    let (failed, asked) = (IssueKind::PaymentFailed, IssueKind::ActionRequired);
    for (facts, expected) in [
        (vec![], None),
        (vec![old("evt_1", 11, Failed), old("evt_2", 14, Failed)], issue(failed, "in_old", 11)),
        (vec![old("evt_1", 12, Failed), old("evt_2", 11, ActionRequired)], issue(asked, "in_old", 11)),
        (vec![old("evt_1", 11, Failed), new("evt_2", 21, Failed)], issue(failed, "in_new", 21)),
        // Its own payment, before or after by the clock: the failure was before it.
        (vec![old("evt_1", 11, Failed), old("evt_2", 12, paid(2900))], None),
        (vec![old("evt_1", 11, Failed), old("evt_2", 11, paid(2900))], None),
        (vec![old("evt_1", 11, Failed), old("evt_2", 12, paid(0))], None),
        // A newer invoice's payment settles older ones, an older one's does not settle newer ones.
        (vec![old("evt_1", 11, Failed), new("evt_2", 21, paid(2900))], None),
        (vec![old("evt_1", 30, Failed), new("evt_2", 21, paid(2900))], None),
        (vec![new("evt_1", 21, Failed), old("evt_2", 30, paid(2900))], issue(failed, "in_new", 21)),
        (vec![old("evt_1", 11, Failed), new("evt_2", 21, paid(0))], issue(failed, "in_old", 11)),
        // Withdrawn or given up: that one only.
        (vec![old("evt_1", 11, Failed), old("evt_2", 12, Voided)], None),
        (vec![old("evt_1", 11, ActionRequired), old("evt_2", 12, Uncollectible)], None),
        (vec![old("evt_1", 11, Failed), new("evt_2", 22, Voided)], issue(failed, "in_old", 11)),
    ] {
        assert_eq!(all_orders(facts.clone()).issue(), expected, "{facts:#?}");
    }
}

#[test]
fn a_deleted_customer_has_no_living_subscription() {
    let deleted = fact("evt_z", 5, What::CustomerDeleted { customer: cus("cus_1") });
    let mut billing = all_orders(vec![deleted.clone(), sub("sub_1", "evt_1", 9, Updated, Active, None)]);
    assert_eq!((billing.status(), billing.is_alive()), (Some(Canceled), false));
    assert!(billing.customer_deleted(), "its own by metadata, before anything is linked");
    billing.link(&cus("cus_1"));
    assert!(billing.customer_deleted());
    let mut linked = self::billing(&[deleted]);
    linked.link(&cus("cus_2"));
    assert!(!linked.customer_deleted(), "the linked one is there");
    let stranger = fact("evt_y", 5, What::CustomerDeleted { customer: cus("cus_2") });
    let billing = self::billing(&[stranger, sub("sub_1", "evt_1", 9, Updated, Active, None)]);
    assert_eq!(billing.status(), Some(Active), "another customer's end is not this one's");
}

#[test]
fn a_link_never_moves() {
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
fn a_link_gives_way_where_its_customer_was_deleted_and_access_comes_back_with_a_payment() {
    let deleted = fact("evt_z", 5, What::CustomerDeleted { customer: cus("cus_1") });
    let mut billing = billing(&[sub("sub_1", "evt_1", 0, Created, Active, None)]);
    billing.link(&cus("cus_1"));
    billing.record(&deleted);
    assert_eq!(billing.link(&cus("cus_2")), Recorded::Changed);
    assert_eq!((billing.customer.clone(), billing.status()), (Some(cus("cus_2")), Some(Canceled)));
    assert!(billing.customer_deleted(), "that there is a new customer pays nothing");
    assert_eq!(
        (billing.link(&cus("cus_2")), billing.record(&deleted)),
        (Recorded::Unchanged, Recorded::Unchanged)
    );
    assert!(billing.conflicts().is_empty(), "{:?}", billing.conflicts());
    assert_eq!(billing.link(&cus("cus_1")), Recorded::Unchanged);
    assert_eq!(billing.customer, Some(cus("cus_2")), "the old one does not come back");
    let paid = |id, customer| {
        let fact = invoice(id, 8, None, &format!("evt_{id}"), 9, InvoiceFact::Paid { amount: 900 });
        let What::Invoice { invoice, subscription, invoice_created, fact: says, .. } = fact.what else {
            unreachable!("an invoice")
        };
        let customer = cus(customer);
        let what = What::Invoice { invoice, subscription, customer, invoice_created, fact: says };
        domain::billing::Fact { event: fact.event, created: fact.created, what }
    };
    billing.record(&paid("in_1", "cus_1"));
    assert!(billing.customer_deleted(), "what the old one paid says nothing of the new one");
    billing.record(&paid("in_2", "cus_2"));
    assert!(!billing.customer_deleted());
    billing.record(&fact("evt_y", 12, What::CustomerDeleted { customer: cus("cus_2") }));
    assert!(billing.customer_deleted(), "until it is deleted in turn");
}

#[test]
fn a_subscription_of_another_customer_counts_and_is_shown() {
    let mut billing = Billing::default();
    billing.link(&cus("cus_2"));
    billing.record(&sub("sub_1", "evt_1", 0, Created, Active, None));
    assert_eq!(billing.status(), Some(Active));
    assert!(billing.conflicts().contains(&Conflict::Customer { customer: cus("cus_1") }));
}

#[test]
fn a_checkout_leaves_billing_info_and_nothing_else() {
    let billing =
        billing(&[fact("evt_1", 0, What::Checkout { customer: cus("cus_1"), named: BTreeSet::new() })]);
    assert!(billing.has_billing_info());
    assert_eq!(
        (billing.status(), billing.customer.clone(), billing.needs_provisioning()),
        (None, None, false)
    );
}

#[test]
fn an_open_issue_is_never_folded() {
    let mut billing = billing(&[invoice("in_1", 0, Some("sub_1"), "evt_1", 0, InvoiceFact::Failed)]);
    let issue = billing.issue();
    billing.fold(at(1000 * DAY));
    assert!(issue.is_some());
    assert_eq!(billing.issue(), issue);
}
