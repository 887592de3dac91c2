//! Money without effect that the facts of one organization show.

use std::collections::BTreeSet;

use domain::{
    billing::{
        Change::{Created, Deleted, Updated},
        FactKind, ReviewKind,
        SubscriptionStatus::{self, Active, Canceled},
        Surplus,
    },
    org::Org,
};

use crate::fixture::{
    DAY, all_orders, at, canceling, cus, fact, in_id, invoice, linked, names_globex, of_customer, org, paid,
    priced, sub, sub_id,
};

fn double() -> BTreeSet<Surplus> {
    [Surplus::DoubleSubscription { subscriptions: [sub_id("sub_1"), sub_id("sub_2")].into() }].into()
}

fn late() -> BTreeSet<Surplus> {
    [Surplus::PaidAfterEnd { subscription: sub_id("sub_1"), invoice: in_id("in_1") }].into()
}

#[test]
fn second_live_subscription_is_surplus() {
    let first = || sub("sub_1", "evt_1", 0, Created, Active, None);
    for status in SubscriptionStatus::ALL {
        let facts = [first(), sub("sub_2", "evt_2", 0, Created, status, None)];
        let expected = if status.is_alive() { double() } else { BTreeSet::new() };
        assert_eq!(all_orders(&facts).surplus(at(0)), expected, "{status}");
    }
    let second = || sub("sub_2", "evt_2", 0, Created, Active, None);
    let gone = fact("evt_3", 5, FactKind::CustomerDeleted { customer: cus("cus_2") });
    for (facts, why) in [
        (vec![first()], "there is only one"),
        (vec![first(), priced(linked(second()), &["price_x"])], "the second is of another product"),
        (vec![first(), names_globex(second())], "the second is of another organization"),
        (vec![first(), of_customer(second(), "cus_2"), gone], "the customer of the second was deleted"),
        (vec![first(), second(), sub("sub_2", "evt_3", 5, Deleted, Active, None)], "the second ended"),
    ] {
        assert!(all_orders(&facts).surplus(at(0)).is_empty(), "{why}");
    }
    let ending = canceling(second(), Some(DAY), None);
    let paid_later = invoice("in_1", 0, Some("sub_2"), "evt_4", DAY + 9, paid(2900));
    let late = all_orders(&[first(), ending.clone(), paid_later]).surplus(at(2 * DAY));
    assert_eq!(
        late,
        [Surplus::PaidAfterEnd { subscription: sub_id("sub_2"), invoice: in_id("in_1") }].into(),
        "it was paid after its scheduled end"
    );
    let billing = all_orders(&[first(), ending]);
    assert_eq!(billing.surplus(at(2 * DAY - 1)), double());
    assert!(billing.surplus(at(2 * DAY)).is_empty(), "the scheduled end of the second passed");
}

#[test]
fn payment_after_the_end_is_surplus() {
    let ended = || sub("sub_1", "evt_1", 10, Deleted, Canceled, None);
    let pay = |second, amount| invoice("in_1", 0, Some("sub_1"), "evt_2", second, paid(amount));
    for (facts, expected, why) in [
        (vec![ended(), pay(11, 2900)], late(), "it was paid later"),
        (vec![ended(), pay(10, 2900)], BTreeSet::new(), "it was paid in the second of the end"),
        (vec![ended(), pay(9, 2900)], BTreeSet::new(), "it was paid before"),
        (vec![ended(), pay(11, 0)], BTreeSet::new(), "nothing was paid"),
        (
            vec![ended(), sub("sub_1", "evt_3", 12, Updated, Canceled, None), pay(11, 2900)],
            late(),
            "the first event of the end counts",
        ),
        (
            vec![sub("sub_1", "evt_1", 10, Updated, Active, None), pay(11, 2900)],
            BTreeSet::new(),
            "it is alive",
        ),
        (
            vec![ended(), pay(11, 2900), names_globex(sub("sub_1", "evt_3", 12, Updated, Canceled, None))],
            BTreeSet::new(),
            "it moved away",
        ),
        (
            vec![priced(linked(ended()), &["price_x"]), linked(pay(11, 900))],
            BTreeSet::new(),
            "another product",
        ),
    ] {
        assert_eq!(all_orders(&facts).surplus(at(0)), expected, "{why}");
    }
    let both = [
        ended(),
        pay(11, 2900),
        sub("sub_2", "evt_3", 0, Created, Active, None),
        sub("sub_3", "evt_4", 0, Created, Active, None),
    ];
    assert_eq!(all_orders(&both).surplus(at(0)).len(), 2, "both kinds are shown");
}

#[test]
fn review_of_a_surplus_applies_while_the_surplus_lasts() {
    let live = |name, id| sub(name, id, 0, Created, Active, None);
    let ended = || sub("sub_1", "evt_3", 10, Deleted, Canceled, None);
    let paid = || invoice("in_1", 0, Some("sub_1"), "evt_4", 11, paid(2900));
    let (double, late) = (ReviewKind::DoubleSubscription, ReviewKind::PaidAfterEnd);
    for (facts, applying) in [
        (vec![], vec![]),
        (vec![live("sub_1", "evt_1")], vec![]),
        (vec![live("sub_1", "evt_1"), live("sub_2", "evt_2")], vec![double]),
        (vec![live("sub_1", "evt_1"), live("sub_2", "evt_2"), ended()], vec![]),
        (vec![live("sub_1", "evt_1"), live("sub_2", "evt_2"), ended(), paid()], vec![late]),
    ] {
        let org = Org { billing: all_orders(&facts), ..org() };
        let surplus: Vec<_> = org.billing.surplus(at(20)).iter().map(ReviewKind::from).collect();
        assert_eq!(surplus, applying, "{facts:#?}");
        for kind in ReviewKind::ALL {
            let applies = applying.contains(&kind) || !kind.can_end();
            assert_eq!(kind.applies(&org, at(20)), applies, "{kind:?} {facts:#?}");
        }
    }
    assert_eq!(ReviewKind::ALL.into_iter().filter(|kind| kind.can_end()).collect::<Vec<_>>(), [double, late]);
}

#[test]
fn only_a_refund_raises_no_alarm() {
    let silent = ReviewKind::ALL.into_iter().filter(|kind| !kind.alarms());
    assert_eq!(silent.collect::<Vec<_>>(), [ReviewKind::Refund]);
}
