//! Complete lifecycles of eight facts, in every order and with every repetition.

use std::collections::BTreeSet;

use domain::{
    billing::{
        Change::{Created, Deleted, TrialWillEnd, Updated},
        Conflict, Fact, FactKind,
        InvoiceFact::{self, Failed},
        NextBillingEvent, NextKind, PreviousCancel,
        SubscriptionStatus::{Active, Canceled, Incomplete, IncompleteExpired, PastDue, Trialing},
        Surplus,
    },
    mail::{Claim, NoticeKey},
    org::{
        Access, Org,
        Status::{self, TrialExpired},
    },
};
use jiff::Timestamp;

use crate::fixture::{
    DAY, all_ends, all_orders, at, billing, canceling, changes, cus, eur, event, fact, in_id, invoice, lines,
    linked, monthly, names_globex, of_customer, org, paid, price, priced, record, record_at, sub, sub_id,
    trialing, upcoming, with,
};

/// Everything that follows from the facts of an organization at one moment.
#[derive(Debug, Clone, PartialEq)]
struct Derived {
    status: Status,
    access: Access,
    on_trial: (bool, u32, Option<Timestamp>),
    next: Option<NextBillingEvent>,
    surplus: BTreeSet<Surplus>,
    mails: BTreeSet<NoticeKey>,
    billing_info: bool,
}

fn derived(org: &Org, now: Timestamp) -> Derived {
    let status = org.status(now);
    let mails = org.clone().claim_mail(&Claim("a".to_owned()), 99, None, now);
    Derived {
        status,
        access: status.access(),
        on_trial: (org.is_on_trial(now), org.trial_days_remaining(now), org.trial_ends_at(now)),
        next: org.next_billing_event(now),
        surplus: org.billing.surplus(now),
        mails: mails.into_iter().map(|mail| mail.key).collect(),
        billing_info: org.billing.has_billing_info(),
    }
}

/// Records eight facts for `start` in all 40,320 orders, and repeats each fact at each step.
///
/// All orders must end with the same billing state. They must also end with the same derived state
/// at all `moments`. Only the trigger of the provisioning may depend on the order. Returns one of
/// the ends.
fn all_40320_orders(start: &Org, facts: &[Fact], moments: &[Timestamp]) -> Org {
    assert_eq!(facts.len(), 8);
    let ends: Vec<Org> = all_ends(
        start,
        facts,
        |org, fact| {
            let before = org.provisioned.clone();
            record_at(org, fact, at(DAY / 2));
            assert!(before.is_none() || org.provisioned == before, "it is provisioned once");
        },
        |again, before| assert_eq!(again, before),
    )
    .into_iter()
    .map(|(end, _)| end)
    .collect();
    for end in &ends {
        assert_eq!(end.billing, ends[0].billing);
        assert_eq!(end.provisioned.is_some(), ends[0].provisioned.is_some());
        assert_eq!(
            (end.due_at(), end.recorded_billing_status()),
            (ends[0].due_at(), ends[0].recorded_billing_status())
        );
        assert_eq!((&end.checklist, end.onboarding.plan), (&ends[0].checklist, ends[0].onboarding.plan));
        for now in moments {
            assert_eq!(derived(end, *now), derived(&ends[0], *now), "{now}");
        }
    }
    ends.into_iter().next().unwrap()
}

/// Checks the status, the access, and the next event at each day.
fn expect(org: &Org, expected: &[(i64, Status, Option<NextKind>)]) {
    for (second, status, next) in expected {
        let now = at(*second);
        let found = (org.status(now), org.next_billing_event(now).map(|next| next.kind));
        assert_eq!(found, (*status, *next), "after {} days", *second / DAY);
    }
}

fn moments(expected: &[(i64, Status, Option<NextKind>)]) -> Vec<Timestamp> {
    expected.iter().map(|(second, ..)| at(*second)).collect()
}

/// A trial that becomes a paid subscription after a failed payment: eight events, several in one
/// second.
fn lifecycle() -> Vec<Fact> {
    vec![
        sub("sub_1", "evt_a", 0, Created, Trialing, None),
        invoice("in_1", 0, Some("sub_1"), "evt_b", 0, paid(0)),
        sub("sub_1", "evt_c", 14 * DAY, Updated, PastDue, Some(Trialing)),
        invoice(
            "in_2",
            14 * DAY,
            Some("sub_1"),
            "evt_d",
            14 * DAY,
            Failed { due: Some(eur(2900)), next_attempt: None },
        ),
        invoice("in_2", 14 * DAY, Some("sub_1"), "evt_e", 15 * DAY, paid(2900)),
        sub("sub_1", "evt_f", 15 * DAY, Updated, PastDue, None),
        with(sub("sub_1", "evt_9", 15 * DAY, Updated, Active, Some(PastDue)), |fact| {
            fact.items = vec![monthly(2900, 44 * DAY)];
            fact.trial_end = Some(at(14 * DAY));
        }),
        upcoming("sub_1", "evt_g", 41 * DAY, 44 * DAY, 2320),
    ]
}

#[test]
fn lifecycle_has_one_result_in_all_40320_orders() {
    let billing = all_orders(&lifecycle());
    assert_eq!((billing.status(Timestamp::MIN), billing.issue()), (Some(Active), None));
    assert!(billing.ever_paid() && billing.needs_provisioning());
    let expected = [(15 * DAY, Status::Active, Some(NextKind::Renews)), (44 * DAY, Status::Active, None)];
    for start in [org(), trialing()] {
        let end = all_40320_orders(&start, &lifecycle(), &moments(&expected));
        expect(&end, &expected);
        let next = end.next_billing_event(at(42 * DAY)).unwrap();
        assert_eq!((next.at, next.amount), (Some(at(44 * DAY)), Some(eur(2320))));
    }
}

#[test]
fn ended_lifecycle_has_one_result_in_all_40320_orders() {
    let mut facts = lifecycle();
    // This event ends the subscription. It is older than the payment, but still determines the
    // status.
    facts[2] = sub("sub_1", "evt_c", 14 * DAY, Deleted, PastDue, Some(Trialing));
    let mut billing = all_orders(&facts);
    let expected = [(0, Status::Canceled, None), (60 * DAY, Status::Canceled, None)];
    let end = all_40320_orders(&org(), &facts, &moments(&expected));
    expect(&end, &expected);
    assert_eq!(billing, end.billing);
    let late = Surplus::PaidAfterEnd { subscription: sub_id("sub_1"), invoice: in_id("in_2") };
    assert_eq!(end.billing.surplus(at(0)), [late].into());

    let now = at(52 * DAY);
    assert_eq!((billing.status(now), billing.is_alive(now)), (Some(Canceled), false));
    record(&mut billing, &invoice("in_3", 50 * DAY, Some("sub_1"), "evt_late", 50 * DAY, paid(2900)));
    record(&mut billing, &sub("sub_1", "evt_later", 51 * DAY, Updated, Active, None));
    assert_eq!(billing.status(now), Some(Canceled), "nothing revives an ended subscription");
    record(&mut billing, &sub("sub_2", "evt_new", 40 * DAY, Created, Active, None));
    assert_eq!(
        (billing.status(now), billing.plan_item(now)),
        (Some(Active), Some(&price("price_sub_2"))),
        "a new subscription counts"
    );
}

/// A subscription that moves to Globex and back, with invoices that keep the old metadata, and a
/// one-off invoice.
#[test]
fn move_and_return_have_one_result_in_all_40320_orders() {
    let facts = [
        sub("sub_1", "evt_a", 0, Created, Active, None),
        names_globex(sub("sub_1", "evt_b", 10 * DAY, Updated, Active, None)),
        invoice("in_1", 9 * DAY, Some("sub_1"), "evt_c", 14 * DAY, paid(2900)),
        sub("sub_1", "evt_d", 20 * DAY, Updated, Active, None),
        names_globex(invoice("in_2", 15 * DAY, Some("sub_1"), "evt_e", 21 * DAY, paid(2900))),
        invoice("in_3", DAY, None, "evt_f", DAY, paid(500)),
        names_globex(sub("sub_1", "evt_9", 20 * DAY, Updated, PastDue, Some(Active))),
        sub("sub_1", "evt_g", 22 * DAY, Updated, PastDue, Some(Active)),
    ];
    let expected = [
        (0, Status::PastDue, Some(NextKind::PaymentOverdue)),
        (30 * DAY, Status::PastDue, Some(NextKind::PaymentOverdue)),
    ];
    expect(&all_40320_orders(&org(), &facts, &moments(&expected)), &expected);
    let mut moved = facts.to_vec();
    moved[7] = names_globex(sub("sub_1", "evt_g", 22 * DAY, Updated, Active, None));
    // The subscription began before the one-off, so the organization loses the plan that moved away.
    let canceled = [(0, Status::Canceled, None), (30 * DAY, Status::Canceled, None)];
    expect(&all_40320_orders(&org(), &moved, &moments(&canceled)), &canceled);
    let expected = [(0, Status::Trialing, Some(NextKind::TrialEnds)), (30 * DAY, TrialExpired, None)];
    expect(&all_40320_orders(&trialing(), &moved, &moments(&expected)), &expected);
    // A one-off that came first decides while no subscription counts.
    moved[5] = invoice("in_3", -DAY, None, "evt_f", -DAY, paid(500));
    let expected = [(0, Status::Active, None), (30 * DAY, Status::Active, None)];
    expect(&all_40320_orders(&org(), &moved, &moments(&expected)), &expected);
    moved[5] = invoice("in_3", DAY, None, "evt_f", DAY, paid(0));
    expect(&all_40320_orders(&org(), &moved, &moments(&canceled)), &canceled);
}

/// A linked customer with a subscription of another product and with one of a plan, whose price
/// appears only in a late event and on an invoice.
#[test]
fn foreign_product_has_one_result_in_all_40320_orders() {
    let foreign = |fact| priced(linked(fact), &["price_foreign"]);
    let facts = [
        foreign(sub("sub_x", "evt_a", 0, Created, Active, None)),
        lines(linked(invoice("in_x", 0, Some("sub_x"), "evt_b", 0, paid(900))), &["price_foreign"]),
        foreign(sub("sub_x", "evt_c", 9 * DAY, Updated, PastDue, Some(Active))),
        lines(
            linked(invoice(
                "in_y",
                9 * DAY,
                Some("sub_x"),
                "evt_d",
                9 * DAY,
                Failed { due: None, next_attempt: None },
            )),
            &["price_foreign"],
        ),
        foreign(sub("sub_1", "evt_e", DAY, Created, Incomplete, None)),
        lines(linked(invoice("in_1", DAY, Some("sub_1"), "evt_f", DAY + 1, paid(2900))), &["price_former"]),
        priced(
            linked(sub("sub_1", "evt_g", DAY, Updated, Active, Some(Incomplete))),
            &["price_foreign", "price_single"],
        ),
        linked(upcoming("sub_x", "evt_h", 30 * DAY, 31 * DAY, 1)),
    ];
    let expected = [(0, Status::Active, None), (40 * DAY, Status::Active, None)];
    let end = all_40320_orders(&org(), &facts, &moments(&expected));
    expect(&end, &expected);
    assert_eq!(end.billing.issue(), None, "the failed invoice is of another product");
    assert_eq!(end.billing.alive(at(0)), [&sub_id("sub_1")].into());
    // Without the plan, the other product changes nothing.
    let other = facts.clone().map(|fact| match fact.subscription() {
        Some(of) if *of == sub_id("sub_1") => foreign(lines(fact, &["price_foreign"])),
        _ => fact,
    });
    let expected = [(0, Status::Pending, None), (40 * DAY, Status::Pending, None)];
    let end = all_40320_orders(&org(), &other, &moments(&expected));
    expect(&end, &expected);
    assert!(end.provisioned.is_none() && !end.billing.has_billing_info());
    assert!(end.first_charge(at(0)).is_some());
}

/// A bank debit: the subscription is active before the first payment.
fn debit() -> Vec<Fact> {
    let latest = |fact, id: &'static str| {
        with(fact, |fact| {
            fact.latest_invoice = Some(in_id(id));
            fact.items = vec![monthly(2900, 31 * DAY)];
            fact.fixed_amount = true;
        })
    };
    vec![
        latest(sub("sub_1", "evt_9", 0, Created, Incomplete, None), "in_1"),
        latest(sub("sub_1", "evt_1", 0, Updated, Active, Some(Incomplete)), "in_1"),
        fact("evt_2", 2, FactKind::Checkout { customer: cus("cus_1"), named: BTreeSet::new() }),
        invoice("in_9", DAY, None, "evt_3", DAY, Failed { due: Some(eur(700)), next_attempt: None }),
        invoice("in_9", DAY, None, "evt_4", DAY + 1, InvoiceFact::Voided),
        invoice(
            "in_1",
            0,
            Some("sub_1"),
            "evt_5",
            5 * DAY,
            Failed { due: Some(eur(2900)), next_attempt: None },
        ),
        latest(sub("sub_1", "evt_6", 5 * DAY, Updated, PastDue, Some(Active)), "in_1"),
        latest(sub("sub_1", "evt_0", 5 * DAY, Updated, Active, None), "in_1"),
    ]
}

#[test]
fn failed_debit_has_one_result_in_all_40320_orders() {
    let expected = [(5 * DAY, Status::PastDue, Some(NextKind::PaymentOverdue))];
    for start in [org(), trialing()] {
        let end = all_40320_orders(&start, &debit(), &moments(&expected));
        expect(&end, &expected);
        let next = end.next_billing_event(at(5 * DAY)).unwrap();
        assert_eq!((next.at, next.amount), (Some(at(5 * DAY)), Some(eur(2900))));
        let failed = NoticeKey::PaymentFailed { invoice: in_id("in_1") };
        assert!(derived(&end, at(5 * DAY)).mails.contains(&failed));
    }
}

#[test]
fn paid_debit_has_one_result_in_all_40320_orders() {
    let mut facts = debit();
    facts[6] = invoice("in_1", 0, Some("sub_1"), "evt_6", 7 * DAY, paid(2900));
    let expected = [
        (5 * DAY, Status::Active, Some(NextKind::Renews)),
        (30 * DAY, Status::Active, Some(NextKind::Renews)),
        (31 * DAY, Status::Active, None),
    ];
    for start in [org(), trialing()] {
        expect(&all_40320_orders(&start, &facts, &moments(&expected)), &expected);
    }
    facts[5] = upcoming("sub_1", "evt_5", 5 * DAY, 90 * DAY, 1);
    facts[6] = sub("sub_2", "evt_6", DAY, Created, Incomplete, None);
    let expected = [(5 * DAY, Status::Active, Some(NextKind::PaymentPending))];
    expect(&all_40320_orders(&org(), &facts, &moments(&expected)), &expected);
}

/// A trial that is canceled, with three toggles in one second, and whose end no event reports.
#[test]
fn canceled_trial_has_one_result_in_all_40320_orders() {
    let trial = |id, second, change| sub("sub_1", id, second, change, Trialing, None);
    let end = Some(14 * DAY);
    let facts = [
        trial("evt_a", 0, Created),
        invoice("in_1", 0, Some("sub_1"), "evt_b", 0, paid(0)),
        canceling(trial("evt_c", 5 * DAY, Updated), end, Some(PreviousCancel::Unscheduled)),
        // A cycle in one second: the end is revoked and scheduled again.
        canceling(trial("evt_9", 6 * DAY, Updated), None, Some(PreviousCancel::At(at(14 * DAY)))),
        canceling(trial("evt_1", 6 * DAY, Updated), end, Some(PreviousCancel::Unscheduled)),
        canceling(trial("evt_d", 5 * DAY, TrialWillEnd), None, None),
        invoice("in_2", 7 * DAY, None, "evt_e", 7 * DAY, paid(500)),
        of_customer(priced(linked(sub("sub_x", "evt_f", DAY, Created, Active, None)), &["price_x"]), "cus_2"),
    ];
    let expected = [
        (6 * DAY, Status::Trialing, Some(NextKind::Ends)),
        (14 * DAY, Status::Trialing, Some(NextKind::Ends)),
        (15 * DAY - 1, Status::Trialing, Some(NextKind::Ends)),
        (15 * DAY, Status::Canceled, None),
        (90 * DAY, Status::Canceled, None),
    ];
    for start in [org(), trialing()] {
        let end = all_40320_orders(&start, &facts, &moments(&expected));
        expect(&end, &expected);
        assert!(!end.is_on_trial(at(14 * DAY)), "the trial's end passed");
        assert_eq!(derived(&end, at(6 * DAY)).mails, [NoticeKey::Welcome].into(), "no charge is announced");
        assert_eq!(end.due_at(), Some(at(15 * DAY)));
    }
}

/// A trial whose end passes without an event, and a payment after the end.
#[test]
fn passed_trial_has_one_result_in_all_40320_orders() {
    let trial = |id, second, change| {
        with(sub("sub_1", id, second, change, Trialing, None), |fact| {
            fact.items = vec![monthly(2900, 14 * DAY)];
            fact.fixed_amount = true;
        })
    };
    let mut facts = [
        trial("evt_a", 0, Created),
        invoice("in_1", 0, Some("sub_1"), "evt_b", 0, paid(0)),
        trial("evt_c", 3 * DAY, Updated),
        canceling(trial("evt_9", 2 * DAY, Updated), Some(3 * DAY), None),
        sub("sub_2", "evt_d", DAY, Created, Incomplete, None),
        sub("sub_2", "evt_e", 2 * DAY, Deleted, IncompleteExpired, None),
        trial("evt_f", 11 * DAY, TrialWillEnd),
        fact("evt_g", 0, FactKind::Checkout { customer: cus("cus_1"), named: BTreeSet::new() }),
    ];
    let expected = [
        (11 * DAY, Status::Trialing, Some(NextKind::PlanStarts)),
        (14 * DAY - 1, Status::Trialing, Some(NextKind::PlanStarts)),
        (14 * DAY, Status::Trialing, Some(NextKind::PaymentPending)),
        (15 * DAY, Status::Trialing, Some(NextKind::PaymentPending)),
        (17 * DAY - 1, Status::Trialing, Some(NextKind::PaymentPending)),
        (17 * DAY, Status::PastDue, Some(NextKind::PaymentOverdue)),
    ];
    for start in [org(), trialing()] {
        let end = all_40320_orders(&start, &facts, &moments(&expected));
        expect(&end, &expected);
        assert_eq!(end.next_billing_event(at(11 * DAY)).unwrap().amount, Some(eur(2900)));
    }
    facts[3] = invoice("in_2", 14 * DAY, Some("sub_1"), "evt_9", 14 * DAY, paid(2900));
    let expected = [(14 * DAY, Status::Active, None), (17 * DAY, Status::Active, None)];
    expect(&all_40320_orders(&org(), &facts, &moments(&expected)), &expected);
}

#[test]
fn event_before_the_watermark_is_only_noted() {
    let mut billing = billing(&lifecycle());
    let now = at(80 * DAY);
    let read = |billing: &domain::billing::Billing| {
        (billing.status(now), billing.issue(), billing.ever_paid(), billing.needs_provisioning())
    };
    let expected = read(&billing);
    for (day, changed) in [(80, false), (200, true), (201, false)] {
        assert_eq!(changes(&mut billing, |it| it.fold(at(day * DAY))), changed, "{day}");
    }
    assert!(billing.invoices.is_empty());
    assert_eq!(read(&billing), expected);

    let late = sub("sub_1", "evt_zzz", 16 * DAY, Deleted, Canceled, None);
    assert!(changes(&mut billing, |it| record(it, &late)));
    assert!(!changes(&mut billing, |it| record(it, &late)));
    assert_eq!(billing.status(now), Some(Active));
    assert!(billing.conflicts().contains(&Conflict::Late { event: event("evt_zzz") }));

    let in_time = Fact { created: billing.watermark.unwrap(), event: event("evt_zzy"), ..late };
    record(&mut billing, &in_time);
    assert_eq!(billing.status(now), Some(Canceled), "an event at the watermark counts");
}
