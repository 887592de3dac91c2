//! Who owns a subscription, and which subscriptions count.

use domain::{
    billing::{
        Change::{Created, Updated},
        Fact, FactKind, IncidentKind, Mention, Plan,
        SubscriptionStatus::{Active, PastDue},
    },
    org::Status,
};
use jiff::Timestamp;

use crate::fixture::{
    DAY, FAILED, acme, all_orders, at, cus, event, fact, globex, in_id, invoice, lines, linked, live,
    names_globex, of_customer, org, paid, price, priced, prices, setup, sub, sub_id, trialing, upcoming,
};

/// Returns a fact of the tenth day whose metadata names Acme.
fn tenth(id: &str) -> Fact {
    sub("sub_1", id, 10 * DAY, Updated, Active, None)
}

fn on_day(day: i64, id: &str) -> Fact {
    sub("sub_1", id, day * DAY, Updated, Active, None)
}

/// Returns the payment of an invoice of the day `created`, whose metadata names Acme.
fn paid_on(day: i64, created: i64, id: &str) -> Fact {
    invoice("in_1", created * DAY, Some("sub_1"), id, day * DAY, paid(2900))
}

#[test]
fn fact_is_about_the_customer_that_its_event_names() {
    let other = cus("cus_2");
    for fact in [tenth("evt_1"), paid_on(2, 1, "evt_1"), upcoming("sub_1", "evt_1", 0, DAY, 1)] {
        assert_eq!(fact.subscription(), Some(&sub_id("sub_1")));
        assert_eq!(of_customer(fact, "cus_2").customer(), Some(&other));
    }
    let customer = || other.clone();
    let refund = |customer| FactKind::Incident { customer, kind: IncidentKind::Refunded };
    for (what, expected) in [
        (FactKind::Checkout { customer: customer(), named: [acme()].into() }, Some(&other)),
        (FactKind::FinalizationFailed { invoice: in_id("in_1"), customer: customer() }, Some(&other)),
        (FactKind::CustomerDeleted { customer: customer() }, Some(&other)),
        (refund(Some(customer())), Some(&other)),
        (refund(None), None),
    ] {
        let fact = fact("evt_1", 0, what);
        assert_eq!((fact.customer(), fact.subscription()), (expected, None), "{fact:?}");
    }
}

#[test]
fn newest_event_that_names_an_organization_decides() {
    for (facts, counts, why) in [
        (vec![tenth("evt_1")], true, "it names Acme"),
        (vec![names_globex(tenth("evt_1"))], false, "it names Globex"),
        (vec![on_day(1, "evt_1"), names_globex(tenth("evt_2"))], false, "it moved away"),
        (vec![names_globex(on_day(1, "evt_1")), tenth("evt_2")], true, "it moved here"),
        (
            vec![on_day(1, "evt_1"), names_globex(tenth("evt_2")), on_day(11, "evt_3")],
            true,
            "it moved away and back",
        ),
        (
            vec![names_globex(on_day(1, "evt_1")), tenth("evt_2"), names_globex(on_day(11, "evt_3"))],
            false,
            "it moved here and back",
        ),
        (vec![names_globex(tenth("evt_1")), tenth("evt_2")], true, "the higher id names Acme"),
        (vec![tenth("evt_1"), names_globex(tenth("evt_2"))], false, "the higher id names Globex"),
        (
            vec![on_day(1, "evt_1"), names_globex(tenth("evt_2")), paid_on(20, 5, "evt_3")],
            false,
            "an invoice from before the move keeps the old metadata",
        ),
        (
            vec![on_day(1, "evt_1"), names_globex(tenth("evt_2")), paid_on(20, 15, "evt_3")],
            true,
            "an invoice from after the move has newer metadata",
        ),
        (
            vec![tenth("evt_1"), names_globex(paid_on(20, 5, "evt_2"))],
            true,
            "an invoice from before the move to Acme keeps the old metadata",
        ),
        (
            vec![on_day(1, "evt_1"), names_globex(upcoming("sub_1", "evt_2", 2 * DAY, 9 * DAY, 1))],
            false,
            "an announced invoice names an organization too",
        ),
        (
            vec![on_day(1, "evt_1"), names_globex(tenth("evt_2")), linked(on_day(12, "evt_3"))],
            false,
            "an event without metadata does not return it",
        ),
        (vec![on_day(1, "evt_1"), linked(tenth("evt_2"))], true, "the metadata was removed later"),
        (
            vec![names_globex(on_day(1, "evt_1")), priced(linked(tenth("evt_2")), &["price_single"])],
            false,
            "the metadata decides before the price",
        ),
    ] {
        let billing = all_orders(&facts);
        assert_eq!(billing.subscriptions[&sub_id("sub_1")].counts(), counts, "{why}");
        assert_eq!(billing.status(Timestamp::MIN).is_some(), counts, "{why}");
        assert_eq!(billing.alive(Timestamp::MIN).len(), usize::from(counts), "{why}");
        assert!(!(counts && billing.moved_away()), "{why}");
    }
}

#[test]
fn moved_subscription_leaves_the_organization_canceled() {
    let facts = [on_day(1, "evt_1"), names_globex(on_day(10, "evt_2"))];
    let org = live(org(), &facts);
    assert!(org.billing.moved_away() && org.provisioned.is_some());
    assert_eq!(org.status(at(11 * DAY)), Status::Canceled);
    assert!(org.first_charge(at(11 * DAY)).is_some(), "the organization can buy a plan again");
    let other = org.billing.subscriptions[&sub_id("sub_1")].named_other.as_ref();
    assert_eq!(other.map(|it| (it.at, it.org)), Some((at(10 * DAY), globex())));
    let never = live(self::org(), [&names_globex(on_day(1, "evt_1"))]);
    assert!(!never.billing.moved_away() && never.provisioned.is_none());
    assert_eq!(never.status(at(11 * DAY)), Status::Pending);
}

#[test]
fn price_decides_for_a_linked_customer() {
    let of =
        |second, id, prices: &[&str]| priced(linked(sub("sub_1", id, second, Updated, Active, None)), prices);
    let bill =
        |id, prices: &[&str]| lines(linked(invoice("in_1", 0, Some("sub_1"), id, 5, paid(2900))), prices);
    for (facts, counts, plan, why) in [
        (vec![of(0, "evt_1", &["price_single"])], true, Some(Plan::Single), "the current price"),
        (vec![of(0, "evt_1", &["price_former"])], true, Some(Plan::Single), "a former price"),
        (vec![of(0, "evt_1", &["price_x", "price_team"])], true, Some(Plan::Team), "the second item"),
        (
            vec![of(0, "evt_1", &["price_team", "price_single"])],
            true,
            Some(Plan::Team),
            "the first item with a plan's price is the plan",
        ),
        (vec![of(0, "evt_1", &["price_x", "price_y"])], false, None, "another product"),
        (vec![of(0, "evt_1", &[])], false, None, "no item"),
        (
            vec![priced(sub("sub_1", "evt_1", 0, Updated, Active, None), &["price_x"])],
            true,
            None,
            "the metadata decides, although the price is unknown",
        ),
        (
            vec![of(0, "evt_1", &["price_x"]), of(9, "evt_2", &["price_single"])],
            true,
            Some(Plan::Single),
            "the price appears later",
        ),
        (
            vec![of(0, "evt_1", &["price_single"]), of(9, "evt_2", &["price_x"])],
            true,
            None,
            "a subscription that counted keeps counting",
        ),
        (vec![bill("evt_1", &["price_single"])], true, None, "a line of an invoice that came first"),
        (vec![bill("evt_1", &["price_x"])], false, None, "an invoice of another product"),
        (vec![bill("evt_1", &[])], false, None, "an invoice that shows no price"),
        (
            vec![bill("evt_1", &[]), of(9, "evt_2", &["price_single"])],
            true,
            Some(Plan::Single),
            "the subscription is known later",
        ),
        (
            vec![bill("evt_1", &["price_former"]), of(9, "evt_2", &["price_x"])],
            true,
            None,
            "the line of the invoice is enough",
        ),
    ] {
        let billing = all_orders(&facts);
        assert_eq!(billing.subscriptions[&sub_id("sub_1")].counts(), counts, "{why}");
        assert_eq!(billing.status(Timestamp::MIN), counts.then_some(Active), "{why}");
        assert_eq!(billing.plan(Timestamp::MIN), plan, "{why}");
        assert_eq!(
            (billing.needs_provisioning(), billing.ever_paid()),
            (counts, counts && paid_in(&facts)),
            "{why}"
        );
    }
}

fn paid_in(facts: &[Fact]) -> bool {
    facts.iter().any(|fact| matches!(fact.what, FactKind::Invoice { .. }))
}

#[test]
fn only_item_without_a_plan_is_still_the_plan_item() {
    let of = |prices: &[&str]| all_orders(&[priced(tenth("evt_1"), prices)]);
    assert_eq!(of(&["price_x"]).plan_item(Timestamp::MIN), Some(&price("price_x")));
    assert_eq!(of(&["price_x", "price_y"]).plan_item(Timestamp::MIN), None);
}

#[test]
fn other_product_of_a_linked_customer_changes_nothing() {
    let foreign = |fact| lines(priced(linked(fact), &["price_x"]), &["price_x"]);
    let facts = [
        foreign(sub("sub_x", "evt_1", 0, Created, Active, None)),
        foreign(invoice("in_x", 0, Some("sub_x"), "evt_2", 1, paid(900))),
        foreign(invoice("in_y", DAY, Some("sub_x"), "evt_3", DAY, FAILED)),
        foreign(sub("sub_x", "evt_4", DAY, Updated, PastDue, Some(Active))),
    ];
    for start in [org(), trialing()] {
        let org = live(start.clone(), &facts);
        let (now, billing) = (at(2 * DAY), &org.billing);
        assert_eq!((org.status(now), &org.provisioned), (start.status(now), &start.provisioned));
        assert_eq!((&org.outbox, &org.checklist), (&start.outbox, &start.checklist));
        assert_eq!((billing.issue(), billing.has_billing_info(), billing.moved_away()), (None, false, false));
        assert_eq!(
            (org.next_billing_event(now), org.due_at()),
            (start.next_billing_event(now), start.due_at())
        );
        assert_eq!(org.first_charge(now), start.first_charge(now));
        assert!(billing.surplus(now).is_empty());
    }
}

#[test]
fn payment_that_moved_away_stays_a_payment() {
    let facts = [on_day(1, "evt_1"), paid_on(2, 1, "evt_2"), names_globex(on_day(10, "evt_3"))];
    let billing = all_orders(&facts);
    assert!(billing.ever_paid() && billing.has_billing_info());
    assert_eq!(billing.paid_through(), None, "it settles no invoice of this organization");
}

#[test]
fn noted_mention_of_another_organization_decides_if_newer() {
    let mention = |day: i64, id| Mention { at: at(day * DAY), event: event(id), org: globex() };
    let id = sub_id("sub_1");
    for (noted, owns) in [
        (None, true),
        (Some(mention(9, "evt_9")), true),
        (Some(mention(10, "evt_0")), true),
        (Some(mention(10, "evt_2")), false),
        (Some(mention(11, "evt_0")), false),
    ] {
        let mut billing = all_orders(&[tenth("evt_1")]);
        assert_eq!(billing.mention(&id).map(|it| (it.at, it.org)), Some((at(10 * DAY), acme())));
        billing.note_other(&id, noted.as_ref(), None);
        assert_eq!(billing.owns(&id), owns, "{noted:?}");
        billing.note_other(&id, Some(&mention(1, "evt_0")), None);
        assert_eq!(billing.owns(&id), owns, "an older mention changes nothing");
        billing.note_other(&sub_id("sub_2"), Some(&mention(11, "evt_0")), None);
        assert!(!billing.owns(&sub_id("sub_2")), "the subscription is unknown");
    }
}

#[test]
fn link_of_the_other_organization_closes_only_the_portal() {
    let mut billing = all_orders(&[tenth("evt_1")]);
    let status = billing.status(Timestamp::MIN);
    billing.note_other(&sub_id("sub_1"), None, Some(globex()));
    billing.note_other(&sub_id("sub_1"), None, None);
    let linked_to = billing.subscriptions[&sub_id("sub_1")].linked_to;
    assert_eq!((linked_to, billing.status(Timestamp::MIN)), (Some(globex()), status));
    assert!(billing.owns(&sub_id("sub_1")) && billing.is_managed_by_team(Timestamp::MIN));
    assert!(!all_orders(&[tenth("evt_1")]).is_managed_by_team(Timestamp::MIN));
}

#[test]
fn parked_fact_of_an_unknown_organization_counts_by_its_price() {
    let parked = |prices: &[&str]| priced(names_globex(tenth("evt_1")), prices);
    for (price, status) in [("price_single", Status::Active), ("price_x", Status::Pending)] {
        let mut org = org();
        org.link_customer(&cus("cus_1"), [parked(&[price])], &prices(), &setup(), at(0));
        assert_eq!(org.status(at(10 * DAY)), status, "{price}");
    }
}
