//! Complete lifecycles of a subscription, in every order of events.

use domain::billing::{
    Change::{Created, Deleted, Updated},
    Conflict, Fact, InvoiceFact, Recorded,
    SubscriptionStatus::{Active, Canceled, PastDue, Trialing},
};

use crate::fixture::{DAY, all_orders, at, billing, event, invoice, paid, sub};

/// A trial that becomes a paid subscription after a failed payment: seven events, several in one
/// second.
fn lifecycle() -> Vec<Fact> {
    vec![
        sub("sub_1", "evt_a", 0, Created, Trialing, None),
        invoice("in_1", 0, Some("sub_1"), "evt_b", 0, paid(0)),
        sub("sub_1", "evt_c", 14 * DAY, Updated, PastDue, Some(Trialing)),
        invoice("in_2", 14 * DAY, Some("sub_1"), "evt_d", 14 * DAY, InvoiceFact::Failed),
        invoice("in_2", 14 * DAY, Some("sub_1"), "evt_e", 15 * DAY, paid(2900)),
        sub("sub_1", "evt_f", 15 * DAY, Updated, PastDue, None),
        sub("sub_1", "evt_9", 15 * DAY, Updated, Active, Some(PastDue)),
    ]
}

#[test]
fn lifecycle_has_one_result_in_all_5040_orders() {
    let billing = all_orders(lifecycle());
    assert_eq!(billing.status(), Some(Active));
    assert_eq!(billing.issue(), None);
    assert_eq!(billing.plan(), Some("price_sub_1"));
    assert!(billing.ever_paid() && billing.needs_provisioning());
}

#[test]
fn ended_lifecycle_has_one_result_in_all_5040_orders() {
    let mut facts = lifecycle();
    // This event ends the subscription. It is older than the payment, but still determines the
    // status.
    facts[2] = sub("sub_1", "evt_c", 14 * DAY, Deleted, PastDue, Some(Trialing));
    let mut billing = all_orders(facts);
    assert_eq!((billing.status(), billing.is_alive()), (Some(Canceled), false));

    billing.record(&invoice("in_3", 50 * DAY, Some("sub_1"), "evt_late", 50 * DAY, paid(2900)));
    billing.record(&sub("sub_1", "evt_later", 51 * DAY, Updated, Active, None));
    assert_eq!(billing.status(), Some(Canceled), "nothing revives an ended subscription");
    billing.record(&sub("sub_2", "evt_new", 40 * DAY, Created, Active, None));
    assert_eq!(
        (billing.status(), billing.plan()),
        (Some(Active), Some("price_sub_2")),
        "a new subscription counts"
    );
}

#[test]
fn event_before_the_watermark_is_only_noted() {
    let mut billing = billing(&lifecycle());
    let expected = (billing.status(), billing.issue(), billing.ever_paid(), billing.needs_provisioning());
    assert_eq!(billing.fold(at(80 * DAY)), Recorded::Unchanged);
    assert_eq!(billing.fold(at(200 * DAY)), Recorded::Changed);
    assert_eq!(billing.fold(at(201 * DAY)), Recorded::Unchanged);
    assert!(billing.invoices.is_empty());
    assert_eq!(
        (billing.status(), billing.issue(), billing.ever_paid(), billing.needs_provisioning()),
        expected
    );

    let late = sub("sub_1", "evt_zzz", 16 * DAY, Deleted, Canceled, None);
    assert_eq!(billing.record(&late), Recorded::Changed);
    assert_eq!(billing.record(&late), Recorded::Unchanged);
    assert_eq!(billing.status(), Some(Active));
    assert!(billing.conflicts().contains(&Conflict::Late { event: event("evt_zzz") }));
}
