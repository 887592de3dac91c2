//! Notices to the admins that follow from Stripe's events.

use std::collections::BTreeSet;

use domain::{
    billing::{
        Change::{Created, Deleted, TrialWillEnd, Updated},
        Fact, FactKind,
        InvoiceFact::{Uncollectible, Voided},
        IssueKind,
        SubscriptionStatus::{Active, Canceled, Incomplete, PastDue, Trialing},
    },
    mail::{Claim, NoticeKey, Outbox},
    org::{Org, Status},
};
use proptest::prelude::*;

use crate::{
    billing::strategies::any_history,
    fixture::{
        ACTION_REQUIRED, DAY, FAILED, at, canceling, cus, fact, in_id, invoice, org, paid, priced, record_at,
        sub, trialing, with,
    },
};

/// Records all facts at one moment.
fn record_all<'a>(mut org: Org, facts: impl IntoIterator<Item = &'a Fact>) -> Org {
    for fact in facts {
        record_at(&mut org, fact, at(5));
    }
    org
}

/// Claims the due emails and returns their notices. The claim also drops outdated notices.
fn due(org: &mut Org) -> BTreeSet<NoticeKey> {
    let mails = org.claim_mail(&Claim("a".to_owned()), 99, None, at(5));
    mails.into_iter().map(|mail| mail.key).collect()
}

fn payment_failed(name: &str) -> NoticeKey {
    NoticeKey::PaymentFailed { invoice: in_id(name) }
}

proptest! {
    #[test]
    fn notices_ignore_order_and_repetition_of_facts(
        (history, other) in any_history().prop_flat_map(|history| {
            let twice: Vec<Fact> = history.iter().chain(&history).cloned().collect();
            (Just(history), Just(twice).prop_shuffle())
        }),
        start in prop_oneof![Just(org()), Just(trialing())],
    ) {
        let (mut one, mut two) = (record_all(start.clone(), &history), record_all(start, &other));
        prop_assert_eq!(&one.billing, &two.billing);
        // The recorded trigger is the one that came first, so it depends on the order.
        prop_assert_eq!(one.provisioned.is_some(), two.provisioned.is_some());
        prop_assert_eq!(&one.checklist, &two.checklist);
        for now in [at(5), at(DAY + 2), at(3 * DAY + 2), at(20 * DAY)] {
            prop_assert_eq!(one.status(now), two.status(now));
            prop_assert_eq!(one.next_billing_event(now), two.next_billing_event(now));
            prop_assert_eq!(one.recorded_billing_status(), two.recorded_billing_status());
        }
        prop_assert_eq!(one.outbox.0.contains_key(&NoticeKey::Welcome), one.provisioned.is_some());
        prop_assert_eq!(due(&mut one), due(&mut two));
    }

    #[test]
    fn each_unpaid_invoice_has_one_notice(history in any_history()) {
        let mut org = record_all(org(), &history);
        let billing = org.billing.clone();
        let awaited = billing.invoices.keys().filter(|id| billing.awaited_payment(id, at(5)).is_some());
        let expected: BTreeSet<_> =
            awaited.map(|id| NoticeKey::PaymentFailed { invoice: id.clone() }).collect();
        let mut notices = due(&mut org);
        notices.retain(|key| matches!(key, NoticeKey::PaymentFailed { .. }));
        prop_assert_eq!(notices, expected);
    }
}

#[test]
fn payment_notice_is_sent_once_while_the_invoice_is_unpaid() {
    let first = |id, fact| invoice("in_1", 0, Some("sub_1"), id, 1, fact);
    let failed = || first("evt_1", FAILED);
    let one = [payment_failed("in_1")];
    for (facts, expected) in [
        (vec![failed()], &one[..]),
        (vec![failed(), first("evt_2", FAILED), first("evt_3", ACTION_REQUIRED)], &one),
        (vec![first("evt_1", ACTION_REQUIRED)], &one),
        (vec![failed(), sub("sub_1", "evt_2", 2, Updated, PastDue, None)], &one),
        (vec![failed(), first("evt_2", paid(2900))], &[]),
        (vec![failed(), first("evt_2", Voided)], &[]),
        (vec![failed(), first("evt_2", Uncollectible)], &[]),
        (vec![failed(), invoice("in_2", 9, Some("sub_1"), "evt_2", 9, paid(2900))], &[]),
        (vec![failed(), sub("sub_1", "evt_2", 2, Deleted, PastDue, None)], &[]),
        (vec![failed(), sub("sub_1", "evt_2", 2, Updated, Canceled, None)], &[]),
        (vec![failed(), fact("evt_2", 2, FactKind::CustomerDeleted { customer: cus("cus_1") })], &[]),
        (vec![failed(), sub("sub_2", "evt_2", 2, Deleted, Active, None)], &one),
    ] {
        for facts in [facts.clone(), facts.into_iter().rev().collect::<Vec<_>>()] {
            let mut notices = due(&mut record_all(org(), &facts));
            notices.remove(&NoticeKey::Welcome);
            assert_eq!(notices.into_iter().collect::<Vec<_>>(), expected, "{facts:#?}");
        }
    }
}

#[test]
fn payment_notice_shows_the_current_issue() {
    let failed = invoice("in_1", 0, Some("sub_1"), "evt_1", 1, FAILED);
    let action_required = invoice("in_1", 0, Some("sub_1"), "evt_2", 2, ACTION_REQUIRED);
    let org = record_all(org(), [&failed, &action_required]);
    assert_eq!(org.billing.awaited_payment(&in_id("in_1"), at(5)), Some((IssueKind::ActionRequired, at(1))));
}

#[test]
fn reminder_announces_the_end_in_its_event() {
    let notice = sub("sub_1", "evt_1", 0, TrialWillEnd, Trialing, None);
    let moved =
        with(sub("sub_1", "evt_2", 3, Updated, Trialing, None), |fact| fact.trial_end = Some(at(20 * DAY)));
    assert_eq!(
        due(&mut record_all(org(), [&notice])),
        [NoticeKey::Welcome, NoticeKey::TrialEnding { ends_at: at(14 * DAY), days: 3 }].into()
    );
    for facts in [[&notice, &moved], [&moved, &notice]] {
        let mut org = record_all(self::org(), facts);
        assert_eq!(due(&mut org), [NoticeKey::Welcome].into(), "the trial end of the reminder has moved");
    }
    for (end, announced) in [(14, false), (13, false), (15, true)] {
        let canceled = canceling(sub("sub_1", "evt_2", 3, Updated, Trialing, None), Some(end * DAY), None);
        for facts in [[&notice, &canceled], [&canceled, &notice]] {
            let notices = due(&mut record_all(self::org(), facts));
            assert_eq!(notices.len() == 2, announced, "the subscription ends on day {end}: {notices:?}");
        }
    }
}

#[test]
fn deleted_customer_ends_access_and_the_trial() {
    let deleted = fact("evt_1", 1, FactKind::CustomerDeleted { customer: cus("cus_1") });
    let ends = |org: Org| (org.status(at(5)), org.status(at(20 * DAY)), org.due_at());
    assert_eq!(ends(record_all(org(), [&deleted])), (Status::Pending, Status::Pending, None));
    assert_eq!(ends(record_all(trialing(), [&deleted])), (Status::Canceled, Status::Canceled, None));
    let subscribed = sub("sub_1", "evt_2", 2, Created, Active, None);
    for facts in [[&deleted, &subscribed], [&subscribed, &deleted]] {
        assert_eq!(ends(record_all(trialing(), facts)), (Status::Canceled, Status::Canceled, None));
    }
    let mut other = trialing();
    other.billing.link(&cus("cus_2"));
    assert_eq!(record_all(other, [&deleted]).status(at(5)), Status::Trialing, "another customer was deleted");
}

#[test]
fn plan_is_announced_once_when_it_first_runs() {
    let plan = |id, second, status| priced(sub("sub_1", id, second, Updated, status, None), &["price_team"]);
    let announced =
        |org: &Org| org.outbox.0.keys().filter(|key| matches!(key, NoticeKey::PlanStarted { .. })).count();
    let first_payment = invoice("in_1", 0, Some("sub_1"), "evt_9", 0, paid(2900));
    for (facts, count, why) in [
        (vec![plan("evt_1", 0, Incomplete)], 0, "the first payment is open"),
        (vec![plan("evt_1", 0, Incomplete), plan("evt_2", 1, Active)], 1, "it is active"),
        (vec![plan("evt_1", 0, Trialing), plan("evt_2", 1, Active)], 1, "its trial started"),
        (vec![first_payment, plan("evt_1", 1, Active)], 1, "the payment arrives first"),
        (vec![plan("evt_1", 0, PastDue), plan("evt_2", 1, Active)], 1, "it recovers"),
        (vec![plan("evt_1", 0, Active), plan("evt_2", 1, PastDue), plan("evt_3", 2, Active)], 1, "once"),
        (vec![plan("evt_2", 1, Canceled), plan("evt_1", 0, Active)], 0, "it has ended"),
        (vec![sub("sub_1", "evt_1", 0, Updated, Active, None)], 0, "it has no plan"),
    ] {
        assert_eq!(announced(&record_all(org(), &facts)), count, "{why}");
    }
    // An earlier version of the code recorded the subscription and announced nothing.
    let mut earlier = record_all(org(), &[plan("evt_1", 0, Active)]);
    (earlier.outbox, earlier.plans_before_notices) = (Outbox::default(), None);
    let later = record_all(earlier, &[plan("evt_2", 1, PastDue), plan("evt_3", 2, Active)]);
    assert_eq!(announced(&later), 0);
    let second = priced(sub("sub_2", "evt_4", 3, Created, Active, None), &["price_team"]);
    assert_eq!(announced(&record_all(later, &[second])), 1, "a new subscription is announced");
}
