//! What happens next, and which reminders follow from it.

use domain::{
    billing::{
        Change::{Created, Deleted, TrialWillEnd, Updated},
        Fact,
        InvoiceFact::{ActionRequired, Failed, Voided},
        Item, NextBillingEvent,
        NextKind::{
            self, Ends, NeedsPaymentMethod, PaymentOverdue, PaymentPending, PlanStarts, Renews, TrialEnds,
        },
        Pause,
        SubscriptionStatus::{
            self, Active, Canceled, Incomplete, IncompleteExpired, PastDue, Paused, Trialing, Unpaid,
        },
    },
    mail::{Claim, NoticeKey},
    org::{DomainEvent, Org},
};

use crate::fixture::{
    DAY, FAILED, at, canceling, eur, in_id, invoice, linked, live, monthly, names_globex, org, paid, price,
    priced, record_at, sub, trialing, upcoming, with,
};

/// End of the current period of [`plan`], in days.
const PERIOD: i64 = 31;

/// Returns a subscription with one item of 29 euros, no discount, and no tax.
fn plan(id: &str, second: i64, status: SubscriptionStatus) -> Fact {
    with(sub("sub_1", id, second, Updated, status, None), |fact| {
        fact.items = vec![monthly(2900, PERIOD * DAY)];
        fact.fixed_amount = true;
        fact.latest_invoice = Some(in_id("in_1"));
    })
}

/// Returns the payment of the first invoice.
fn first(amount: u64) -> Fact {
    invoice("in_1", 0, Some("sub_1"), "evt_first", 0, paid(amount))
}

fn expect(
    start: &Org,
    facts: &[Fact],
    day: i64,
    kind: impl Into<Option<(NextKind, Option<i64>, Option<u64>)>>,
    why: &str,
) {
    let expected = kind.into().map(|(kind, at, amount)| NextBillingEvent {
        kind,
        at: at.map(|day| self::at(day * DAY)),
        amount: amount.map(eur),
    });
    for facts in [facts.to_vec(), facts.iter().rev().cloned().collect()] {
        let org = live(start.clone(), &facts);
        assert_eq!(org.next_billing_event(at(day * DAY)), expected, "{why}: {facts:#?}");
    }
}

#[test]
fn trial_of_onramp_ends_without_a_charge() {
    let (pending, trial) = (org(), trialing());
    let ends = (TrialEnds, Some(14), None);
    expect(&pending, &[], 0, None, "there is no trial");
    expect(&trial, &[], 0, ends, "the trial runs");
    expect(&trial, &[], 14, None, "the trial is over");
    for status in [Incomplete, Paused, Unpaid] {
        expect(&trial, &[plan("evt_1", 0, status)], 1, ends, "the trial counts before the subscription");
    }
    expect(&trial, &[plan("evt_1", 0, Active), first(2900)], 1, (Renews, Some(31), Some(2900)), "paid");
    let one_off = [invoice("in_9", 0, None, "evt_1", 0, paid(500))];
    expect(&trial, &one_off, 1, ends, "a one-off does not end the trial");
    expect(&pending, &one_off, 1, None, "a one-off does not renew");
}

#[test]
fn trial_of_a_subscription_announces_its_first_charge() {
    let trial = |id, second| plan(id, second, Trialing);
    let starts = |amount| (PlanStarts, Some(14), amount);
    let item = |item: Item| with(trial("evt_1", 0), |fact| fact.items = vec![item.clone()]);
    let discount = with(trial("evt_1", 0), |fact| fact.fixed_amount = false);
    let two = with(trial("evt_1", 0), |fact| fact.items.push(price("price_x")));
    let announced = |id, second, day, amount| upcoming("sub_1", id, second, day * DAY, amount);
    for (facts, day, expected, why) in [
        (vec![trial("evt_1", 0), first(0)], 0, starts(Some(2900)), "the amount of the item"),
        (vec![trial("evt_1", 0)], 0, starts(Some(2900)), "the invoice of 0 is not needed"),
        (vec![discount.clone()], 0, starts(None), "a discount or a tax changes the amount"),
        (vec![two.clone()], 0, starts(None), "there are several items"),
        (vec![item(Item { amount: None, ..monthly(1, 31) })], 0, starts(None), "the price is not per unit"),
        (vec![discount, announced("evt_2", 9, 14, 2320)], 9, starts(Some(2320)), "Stripe announced it"),
        (vec![two, announced("evt_2", 9, 14, 4000)], 9, starts(Some(4000)), "Stripe announced it"),
        (
            vec![trial("evt_1", 0), announced("evt_2", 9, 14, 1), announced("evt_3", 10, 14, 2)],
            9,
            starts(Some(2)),
            "the newest announcement counts",
        ),
        (
            vec![trial("evt_1", 0), announced("evt_2", 9, 44, 1)],
            9,
            starts(Some(2900)),
            "the announcement is for another date",
        ),
        (vec![trial("evt_1", 0)], 14, (PaymentPending, Some(14), None), "no event reported what followed"),
        (vec![trial("evt_1", 0)], 17, (PaymentOverdue, Some(14), None), "no event arrived for three days"),
    ] {
        expect(&org(), &facts, day, expected, why);
    }
}

#[test]
fn canceled_or_cardless_trial_announces_no_charge() {
    let trial = || plan("evt_1", 0, Trialing);
    let ends_on = |day: i64| canceling(trial(), Some(day * DAY), None);
    let cardless = || with(trial(), |fact| fact.lacks_payment_method = true);
    let announced = || upcoming("sub_1", "evt_2", 9, 14 * DAY, 2900);
    for (facts, day, expected, why) in [
        (vec![ends_on(14), announced()], 9, (Ends, Some(14), None), "it ends with the trial"),
        (vec![ends_on(9)], 1, (Ends, Some(9), None), "it ends during the trial"),
        (vec![ends_on(20)], 1, (PlanStarts, Some(14), Some(2900)), "it ends after the first charge"),
        (vec![ends_on(14)], 14, (Ends, Some(14), None), "the end is not confirmed yet"),
        (vec![cardless(), announced()], 9, (NeedsPaymentMethod, Some(14), None), "no payment method"),
        (
            vec![with(ends_on(14), |fact| fact.lacks_payment_method = true)],
            1,
            (Ends, Some(14), None),
            "the cancelation is definite",
        ),
    ] {
        expect(&org(), &facts, day, expected, why);
    }
    expect(&org(), &[ends_on(14)], 15, None, "the subscription counts as ended");
}

#[test]
fn active_plan_renews_or_ends() {
    let active = |id| plan(id, 1, Active);
    let ends_on = |day: i64| canceling(active("evt_1"), Some(day * DAY), None);
    let renews = |amount| Some((Renews, Some(PERIOD), amount));
    let hour = 3600;
    let two = with(active("evt_1"), |fact| fact.items.insert(0, price("price_x")));
    for (facts, day, expected, why) in [
        (vec![active("evt_1")], 2, renews(Some(2900)), "the amount of the item"),
        (vec![with(active("evt_1"), |fact| fact.fixed_amount = false)], 2, renews(None), "a discount"),
        (vec![two.clone()], 2, renews(None), "several items; the period is that of the plan's item"),
        (
            vec![two, upcoming("sub_1", "evt_2", 9, PERIOD * DAY + hour, 3500)],
            2,
            renews(Some(3500)),
            "Stripe announced the finalization, an hour later",
        ),
        (
            vec![active("evt_1"), upcoming("sub_1", "evt_2", 9, 2 * PERIOD * DAY, 1)],
            2,
            renews(Some(2900)),
            "the announcement is for another date",
        ),
        (vec![active("evt_1")], PERIOD, None, "the renewal is not reported yet"),
        (vec![priced(active("evt_1"), &["price_single"])], 2, None, "the period is unknown"),
        (
            vec![with(active("evt_1"), |fact| fact.paused = Some(Pause { resumes_at: None }))],
            2,
            None,
            "payments are paused",
        ),
        (vec![ends_on(PERIOD)], 2, Some((Ends, Some(PERIOD), None)), "it ends with the period"),
        (vec![ends_on(9)], 2, Some((Ends, Some(9), None)), "it ends during the period"),
        (vec![ends_on(60)], 2, renews(Some(2900)), "it renews before the end"),
        (
            vec![with(ends_on(9), |fact| fact.paused = Some(Pause { resumes_at: None }))],
            2,
            Some((Ends, Some(9), None)),
            "it ends although payments are paused",
        ),
        (
            vec![canceling(priced(active("evt_1"), &["price_single"]), Some(9 * DAY), None)],
            2,
            Some((Ends, Some(9), None)),
            "it ends although the period is unknown",
        ),
        (vec![active("evt_1"), sub("sub_1", "evt_2", DAY, Deleted, Canceled, None)], 2, None, "it ended"),
    ] {
        let facts: Vec<Fact> = facts.into_iter().chain([first(2900)]).collect();
        expect(&org(), &facts, day, expected, why);
    }
    let foreign = [linked(priced(active("evt_1"), &["price_x"]))];
    expect(&org(), &foreign, 2, None, "it is another product");
}

#[test]
fn unpaid_newest_invoice_is_a_pending_payment() {
    let newest = |id, second, invoice: &str| {
        with(plan(id, second, Active), |fact| fact.latest_invoice = Some(in_id(invoice)))
    };
    let second = |id, fact| invoice("in_2", 5 * DAY, Some("sub_1"), id, 6 * DAY, fact);
    let (pending, renews) = ((PaymentPending, None, None), (Renews, Some(PERIOD), Some(2900)));
    for (facts, expected, why) in [
        (vec![plan("evt_1", 0, Active)], pending, "a bank debit before the first payment"),
        (vec![plan("evt_1", 0, Active), first(2900)], renews, "the debit succeeded"),
        (vec![plan("evt_1", 0, Active), first(0)], renews, "a full discount"),
        (vec![newest("evt_1", 5 * DAY, "in_2"), first(2900)], pending, "the second invoice is not paid"),
        (
            vec![newest("evt_1", 5 * DAY, "in_2"), first(2900), second("evt_2", paid(2900))],
            renews,
            "the second invoice is paid",
        ),
        (
            vec![newest("evt_1", 5 * DAY, "in_2"), first(2900), second("evt_2", Voided)],
            renews,
            "the second invoice is void",
        ),
        (
            vec![plan("evt_1", 0, Active), second("evt_2", paid(2900))],
            renews,
            "a newer invoice than that of the event is paid",
        ),
    ] {
        expect(&org(), &facts, 7, expected, why);
    }
    let mut org = live(org(), &[newest("evt_1", 5 * DAY, "in_2"), first(2900), second("evt_2", Voided)]);
    org.billing.fold(at(200 * DAY));
    assert_eq!(org.next_billing_event(at(7 * DAY)).unwrap().kind, Renews, "a folded invoice stays settled");
}

#[test]
fn failed_payment_is_overdue_with_its_amount() {
    let second = |id, at, fact| invoice("in_2", 2 * DAY, Some("sub_1"), id, at, fact);
    let failed = |id, at, amount: u64| second(id, at, Failed { due: Some(eur(amount)), next_attempt: None });
    let action = second("evt_3", 3 * DAY, ActionRequired { due: Some(eur(2900)), next_attempt: None });
    let unknown = second("evt_3", 3 * DAY, FAILED);
    let overdue = |day: Option<i64>, amount| Some((PaymentOverdue, day, amount));
    let with_old_trial = with(plan("evt_1", 3 * DAY, PastDue), |fact| fact.trial_end = Some(at(DAY)));
    for (facts, expected, why) in [
        (
            vec![plan("evt_1", 2 * DAY, PastDue), failed("evt_2", 2 * DAY, 2900)],
            overdue(Some(2), Some(2900)),
            "past due",
        ),
        (
            vec![plan("evt_1", 2 * DAY, Unpaid), failed("evt_2", 2 * DAY, 2900)],
            overdue(Some(2), Some(2900)),
            "unpaid",
        ),
        (
            vec![plan("evt_1", 2 * DAY, Active), failed("evt_2", 2 * DAY, 2900)],
            overdue(Some(2), Some(2900)),
            "active",
        ),
        (
            vec![plan("evt_1", 2 * DAY, Incomplete), failed("evt_2", 2 * DAY, 2900)],
            overdue(Some(2), Some(2900)),
            "the first payment failed",
        ),
        (
            vec![
                plan("evt_1", 2 * DAY, PastDue),
                failed("evt_2", 2 * DAY, 2900),
                failed("evt_3", 3 * DAY, 900),
            ],
            overdue(Some(2), Some(900)),
            "a part was paid since the first failure",
        ),
        (vec![plan("evt_1", 2 * DAY, PastDue), action], overdue(Some(3), Some(2900)), "the bank asks"),
        (vec![plan("evt_1", 2 * DAY, PastDue), unknown], overdue(Some(3), None), "the amount is unknown"),
        (vec![plan("evt_1", 2 * DAY, PastDue)], overdue(None, None), "no event about the invoice arrived"),
        (vec![with_old_trial], overdue(None, None), "the end of an old trial is not the time of the failure"),
        (vec![plan("evt_1", 2 * DAY, Incomplete)], Some((PaymentPending, None, None)), "nothing failed yet"),
        (vec![plan("evt_1", 2 * DAY, Paused)], Some((NeedsPaymentMethod, None, None)), "the trial paused it"),
        (vec![plan("evt_1", 2 * DAY, IncompleteExpired)], None, "it never began"),
        (
            vec![
                plan("evt_1", 2 * DAY, Active),
                invoice("in_1", 0, Some("sub_1"), "evt_2", 3 * DAY, FAILED),
                invoice("in_2", 2 * DAY, Some("sub_1"), "evt_3", 3 * DAY, paid(2900)),
            ],
            Some((Renews, Some(PERIOD), Some(2900))),
            "a newer invoice is paid",
        ),
    ] {
        expect(&org(), &facts, 4, expected, why);
    }
}

#[test]
fn each_kind_has_a_value_of_its_own() {
    let kinds = [TrialEnds, PlanStarts, Renews, Ends, PaymentPending, PaymentOverdue, NeedsPaymentMethod];
    assert_eq!(
        kinds.map(NextKind::as_str),
        [
            "trial_ends",
            "plan_starts",
            "renews",
            "ends",
            "payment_pending",
            "payment_overdue",
            "needs_payment_method"
        ]
    );
}

#[test]
fn canceled_trial_gets_no_reminder() {
    let notice = || with(plan("evt_2", 11 * DAY, Trialing), |fact| fact.change = TrialWillEnd);
    let canceled = |id, second| canceling(plan(id, second, Trialing), Some(14 * DAY), None);
    let reminder = NoticeKey::TrialEnding { ends_at: at(14 * DAY), days: 3 };
    for (facts, reminds, publishes, why) in [
        (vec![notice()], true, true, "the plan starts"),
        (
            vec![with(notice(), |fact| fact.lacks_payment_method = true)],
            true,
            true,
            "a payment method is missing",
        ),
        (vec![canceling(notice(), Some(14 * DAY), None)], false, false, "the event shows the cancelation"),
        (vec![canceled("evt_1", 12 * DAY), notice()], false, false, "the cancelation was recorded before"),
        (vec![notice(), canceled("evt_3", 12 * DAY)], false, true, "it is canceled after the notice"),
    ] {
        let start = live(org(), [&sub("sub_1", "evt_0", 0, Created, Trialing, None)]);
        let mut events = Vec::new();
        let mut org = start;
        for fact in &facts {
            let before = org.clone();
            record_at(&mut org, fact, at(12 * DAY));
            events.extend(DomainEvent::between(Some(&before), &org));
        }
        let published = events.contains(&DomainEvent::TrialEnding { days: 3 });
        let mails = org.claim_mail(&Claim("a".to_owned()), 99, None, at(12 * DAY));
        assert_eq!(mails.iter().any(|mail| mail.key == reminder), reminds, "{why}");
        assert_eq!(published, publishes, "{why}");
    }
}

#[test]
fn other_invoices_and_moves_announce_nothing_wrong() {
    let renews = (Renews, Some(PERIOD), Some(2900));
    let one_off = invoice("in_9", 5, None, "evt_9", 5, FAILED);
    let ended = sub("sub_2", "evt_7", 1, Deleted, Canceled, None);
    let of_ended = invoice("in_8", 5, Some("sub_2"), "evt_8", 5, FAILED);
    let moved_here = names_globex(plan("evt_0", 0, Active));
    for (facts, why) in [
        (vec![plan("evt_1", 1, Active), first(2900), one_off], "a one-off failed"),
        (vec![plan("evt_1", 1, Active), first(2900), ended, of_ended], "an ended plan is unpaid"),
        (vec![moved_here, plan("evt_1", 1, Active)], "it was paid at the other organization"),
    ] {
        expect(&org(), &facts, 1, renews, why);
    }
    let without_collection = with(plan("evt_1", 1, Trialing), |fact| {
        fact.trial_end = Some(at(9 * DAY));
        fact.paused = Some(Pause { resumes_at: None });
    });
    expect(&org(), &[without_collection], 1, (TrialEnds, Some(9), None), "payments are paused");
    let late = canceling(plan("evt_1", DAY + 9, Active), Some(DAY), None);
    expect(&org(), &[late, first(2900)], 1, (Ends, Some(1), None), "the end has just passed");
}

#[test]
fn move_away_publishes_the_end_once() {
    let here = live(org(), &[plan("evt_1", 1, Active)]);
    let gone = live(here.clone(), &[names_globex(plan("evt_2", 2, Active))]);
    assert_eq!(DomainEvent::between(Some(&here), &gone), [DomainEvent::SubscriptionCanceled]);
    let later = live(gone.clone(), &[names_globex(plan("evt_3", 3, Active))]);
    assert_eq!(DomainEvent::between(Some(&gone), &later), []);
}

#[test]
fn trial_goes_on_after_its_subscription_moved_away() {
    let subscribed = live(trialing(), &[plan("evt_1", 1, Active)]);
    assert_eq!(subscribed.due_at(), None, "the subscription replaced the trial");
    let mut gone = live(subscribed, &[names_globex(plan("evt_2", 2, Active))]);
    let due = gone.due_at().unwrap();
    gone.run_trial_sweep(due);
    let end = gone.due_at().unwrap();
    assert!(due < end);
    gone.run_trial_sweep(end);
    let kinds: Vec<_> = gone.outbox.0.keys().map(NoticeKey::kind).collect();
    assert_eq!(kinds, ["welcome", "trial_ending", "trial_ended", "plan_started"]);
}
