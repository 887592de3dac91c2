//! What begins a tenancy, and what one-off invoices do.

use domain::{
    billing::{
        Change::{self, Created, Deleted, Updated},
        Fact, FirstCharge,
        InvoiceFact::Voided,
        SubscriptionStatus::{
            self, Active, Canceled, Incomplete, IncompleteExpired, PastDue, Paused, Trialing, Unpaid,
        },
    },
    mail::NoticeKey,
    org::{Access, Status, Trigger},
};

use crate::fixture::{
    DAY, FAILED, all_orders, at, invoice, linked, live, names_globex, org, paid, priced, sub, trialing,
};

fn one(id: &str, day: i64, change: Change, status: SubscriptionStatus) -> Fact {
    sub("sub_1", id, day * DAY, change, status, None)
}

fn bill(id: &str, amount: u64) -> Fact {
    invoice("in_1", DAY, Some("sub_1"), id, DAY, paid(amount))
}

fn one_off(id: &str, day: i64, amount: u64) -> Fact {
    invoice("in_9", day * DAY, None, id, day * DAY, paid(amount))
}

/// Checks which tenancy the facts begin, and its status.
fn begins(facts: &[Fact], trigger: Option<Trigger>, status: Status, why: &str) {
    assert_eq!(all_orders(facts).needs_provisioning(), trigger.is_some(), "{why}");
    let org = live(org(), facts);
    assert_eq!(org.provisioned.as_ref().map(|it| it.trigger), trigger, "{why}");
    assert_eq!(org.outbox.0.contains_key(&NoticeKey::Welcome), trigger.is_some(), "{why}");
    assert_eq!(org.status(at(5 * DAY)), status, "{why}");
}

#[test]
fn live_subscription_or_payment_begins_the_tenancy() {
    use Trigger::{Payment, Subscription};
    for (facts, trigger, status, why) in [
        (vec![one("evt_1", 1, Created, Active)], Some(Subscription), Status::Active, "a bank debit"),
        (vec![one("evt_1", 1, Created, Trialing)], Some(Subscription), Status::Trialing, "a trial"),
        (vec![one("evt_1", 1, Created, Incomplete)], None, Status::Incomplete, "nothing is paid yet"),
        (
            vec![one("evt_1", 1, Updated, PastDue)],
            Some(Subscription),
            Status::PastDue,
            "only a live one becomes past due",
        ),
        (vec![one("evt_1", 1, Updated, Unpaid)], None, Status::Unpaid, "it is not known to be live"),
        (vec![one("evt_1", 1, Updated, Paused)], None, Status::Paused, "it is not known to be live"),
        (vec![one("evt_1", 1, Updated, IncompleteExpired)], None, Status::Pending, "it never began"),
        (vec![one("evt_1", 1, Deleted, Canceled)], None, Status::Pending, "only its end is known"),
        (
            vec![one("evt_2", 3, Deleted, Canceled), one("evt_1", 1, Created, Active)],
            Some(Subscription),
            Status::Canceled,
            "the late event shows that it began",
        ),
        (vec![bill("evt_1", 2900)], Some(Payment), Status::Active, "a payment"),
        (vec![bill("evt_1", 0)], Some(Payment), Status::Pending, "an invoice of 0 gives no status"),
        (
            vec![bill("evt_1", 0), one("evt_2", 1, Created, Trialing)],
            Some(Payment),
            Status::Trialing,
            "the first invoice of a trial came first",
        ),
        (vec![one_off("evt_1", 1, 500)], Some(Payment), Status::Active, "a one-off invoice"),
        (vec![one_off("evt_1", 1, 0)], None, Status::Pending, "a one-off invoice of 0"),
    ] {
        begins(&facts, trigger, status, why);
    }
}

#[test]
fn other_product_or_organization_begins_no_tenancy() {
    let foreign = |fact| priced(linked(fact), &["price_x"]);
    let plan = |fact| priced(linked(fact), &["price_single"]);
    let begun = Some(Trigger::Subscription);
    for (facts, trigger, status, why) in [
        (vec![foreign(one("evt_1", 1, Created, Active))], None, Status::Pending, "another product"),
        (
            vec![foreign(one("evt_1", 1, Created, Active)), plan(one("evt_2", 2, Updated, PastDue))],
            begun,
            Status::PastDue,
            "the price appears later, and the subscription was live before",
        ),
        (vec![names_globex(one("evt_1", 1, Created, Active))], None, Status::Pending, "it is of Globex"),
        (
            vec![names_globex(one("evt_1", 1, Created, Active)), one("evt_2", 2, Updated, Active)],
            begun,
            Status::Active,
            "it moved here while it was active",
        ),
        (
            vec![names_globex(one("evt_1", 1, Created, Active)), one("evt_2", 2, Deleted, Canceled)],
            None,
            Status::Pending,
            "it began at Globex and moved here with its end",
        ),
    ] {
        begins(&facts, trigger, status, why);
    }
}

#[test]
fn only_the_trigger_depends_on_the_order() {
    let (created, payment) = (one("evt_1", 1, Created, Active), bill("evt_2", 2900));
    let [first, second] =
        [[&created, &payment], [&payment, &created]].map(|facts| live(org(), facts).provisioned.unwrap());
    assert_eq!((first.trigger, second.trigger), (Trigger::Subscription, Trigger::Payment));
    assert_eq!(Trigger::parse(first.trigger.as_str()), Some(first.trigger));
    let trial = live(trialing(), [&created, &payment]);
    assert_eq!(trial.provisioned.unwrap().trigger, Trigger::Trial, "it is provisioned once");
}

#[test]
fn plan_that_never_began_leaves_no_trace() {
    let failed = |id, what| invoice("in_1", DAY, Some("sub_1"), id, DAY, what);
    let facts = [
        one("evt_1", 1, Created, Incomplete),
        failed("evt_2", FAILED),
        one("evt_3", 2, Updated, IncompleteExpired),
        failed("evt_4", Voided),
    ];
    let billing = all_orders(&facts);
    assert_eq!((billing.status(at(0)), billing.issue(), billing.began_at()), (None, None, None));
    assert!(!billing.has_subscription(at(0)));
    let org = live(org(), &facts);
    assert_eq!((org.status(at(3 * DAY)), org.provisioned.is_some()), (Status::Pending, false));
    assert_eq!(org.first_charge(at(3 * DAY)), Some(FirstCharge::Now));
    let trial = live(trialing(), &facts);
    assert_eq!(trial.status(at(3 * DAY)), Status::Trialing);
    assert_eq!(trial.status(at(14 * DAY)), Status::TrialExpired);
    assert_eq!(trial.due_at(), Some(at(11 * DAY)), "Onramp's trial goes on");
}

#[test]
fn one_off_gives_no_plan() {
    for (start, facts, moments, why) in [
        (
            trialing(),
            vec![one_off("evt_1", 1, 500)],
            vec![(1, Status::Trialing), (14, Status::TrialExpired)],
            "it does not end the trial",
        ),
        (
            trialing(),
            vec![one_off("evt_1", 15, 500)],
            vec![(15, Status::TrialExpired)],
            "it does not extend the trial",
        ),
        (
            org(),
            vec![bill("evt_1", 2900), one("evt_2", 2, Deleted, Canceled), one_off("evt_3", 3, 500)],
            vec![(3, Status::Canceled)],
            "it does not revive an ended plan",
        ),
        (
            org(),
            vec![one("evt_1", 1, Created, Incomplete), one_off("evt_2", 3, 500)],
            vec![(3, Status::Incomplete)],
            "the subscription decides",
        ),
        (
            org(),
            vec![
                one("evt_1", 1, Created, Active),
                one("evt_2", 2, Updated, PastDue),
                one_off("evt_3", 3, 500),
            ],
            vec![(3, Status::PastDue)],
            "it pays no invoice of the subscription",
        ),
        (org(), vec![one_off("evt_1", 1, 500)], vec![(1, Status::Active)], "it provisioned"),
        (
            org(),
            vec![
                one_off("evt_1", 1, 500),
                one("evt_2", 2, Created, Active),
                one("evt_3", 3, Deleted, Canceled),
            ],
            vec![(4, Status::Canceled)],
            "the subscription that came later decides, even if it ended",
        ),
    ] {
        let forward = live(start.clone(), &facts);
        let backward = live(start, facts.iter().rev());
        for (day, status) in moments {
            for org in [&forward, &backward] {
                assert_eq!(org.status(at(day * DAY)), status, "{why}, on day {day}");
                assert!(org.provisioned.is_some() || status == Status::Incomplete, "{why}");
            }
        }
    }
}

#[test]
fn plans_stay_for_sale_after_a_one_off() {
    let now = at(2 * DAY);
    let paid = live(org(), [&one_off("evt_1", 1, 500)]);
    assert_eq!((paid.status(now).access(), paid.first_charge(now)), (Access::Full, Some(FirstCharge::Now)));
    assert_eq!((paid.billing.alive(now).len(), paid.next_billing_event(now)), (0, None));
    assert!(paid.billing.has_billing_info() && paid.checklist.completions.contains_key("added_billing_info"));
    let trial = live(trialing(), [&one_off("evt_1", 1, 500)]);
    assert_eq!(trial.first_charge(now), Some(FirstCharge::At(at(14 * DAY))));
    assert_eq!(trial.due_at(), Some(at(11 * DAY)), "the reminder is still due");
}

#[test]
fn one_off_settles_no_invoice_of_a_subscription() {
    let failed = invoice("in_1", DAY, Some("sub_1"), "evt_1", DAY, FAILED);
    let billing = all_orders(&[one("evt_0", 1, Created, Active), failed, one_off("evt_2", 3, 500)]);
    assert!(billing.issue().is_some());
}
