//! Notices to the admins that follow from Stripe's events.

use std::collections::BTreeSet;

use domain::{
    address::Address,
    billing::{
        Change::{Created, Deleted, TrialWillEnd, Updated},
        Fact, FactKind,
        InvoiceFact::{ActionRequired, Failed, Uncollectible, Voided},
        InvoiceId, IssueKind,
        SubscriptionStatus::{Active, Canceled, PastDue, Trialing},
    },
    delivery::Claim,
    name::Name,
    notice::NoticeKey,
    org::{AdminContact, Org},
    status::Status,
    trial::Trial,
    zone::Zone,
};
use proptest::prelude::*;

use crate::{
    fixture::{DAY, at, cus, fact, invoice, paid, sub},
    properties::any_history,
};

pub const PROJECT: &str = "prj_0198c0de-0000-7000-8000-000000000003";

pub fn org() -> Org {
    let founder = AdminContact::new(
        "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap(),
        Name::parse("Jo Doe").unwrap(),
        Address::parse("jo@example.com").unwrap(),
    );
    let id = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
    Org::sign_up(id, Name::parse("Acme Corp").unwrap(), Zone::named("UTC"), founder, at(0))
}

fn trialing() -> Org {
    let mut org = org();
    org.start_trial(Trial::start(at(0), 14, vec![3]), PROJECT.parse().unwrap(), at(0));
    org
}

/// Records all facts at one moment.
fn record_all<'a>(mut org: Org, facts: impl IntoIterator<Item = &'a Fact>) -> Org {
    for fact in facts {
        org.record(fact, PROJECT.parse().unwrap(), at(5));
    }
    org
}

/// Claims the due emails and returns their notices. The claim also drops outdated notices.
fn due(org: &mut Org) -> BTreeSet<NoticeKey> {
    let mails = org.claim_mail(&Claim("a".to_owned()), 99, None, at(5));
    mails.into_iter().map(|mail| mail.key).collect()
}

fn payment_failed(name: &str) -> NoticeKey {
    NoticeKey::PaymentFailed { invoice: InvoiceId::parse(name).unwrap() }
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
        prop_assert_eq!(&one.provisioned, &two.provisioned);
        prop_assert_eq!(&one.checklist, &two.checklist);
        prop_assert_eq!(one.status(at(5)), two.status(at(5)));
        prop_assert_eq!(one.outbox.0.contains_key(&NoticeKey::Welcome), one.provisioned.is_some());
        prop_assert_eq!(due(&mut one), due(&mut two));
    }

    #[test]
    fn each_unpaid_invoice_has_one_notice(history in any_history()) {
        let mut org = record_all(org(), &history);
        let billing = org.billing.clone();
        let awaited = billing.invoices.keys().filter(|id| billing.awaited_payment(id).is_some());
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
    let failed = || first("evt_1", Failed);
    let one = [payment_failed("in_1")];
    for (facts, expected) in [
        (vec![failed()], &one[..]),
        (vec![failed(), first("evt_2", Failed), first("evt_3", ActionRequired)], &one),
        (vec![first("evt_1", ActionRequired)], &one),
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
    let failed = invoice("in_1", 0, Some("sub_1"), "evt_1", 1, Failed);
    let action_required = invoice("in_1", 0, Some("sub_1"), "evt_2", 2, ActionRequired);
    let org = record_all(org(), [&failed, &action_required]);
    let id = InvoiceId::parse("in_1").unwrap();
    assert_eq!(org.billing.awaited_payment(&id), Some((IssueKind::ActionRequired, at(1))));
}

#[test]
fn reminder_announces_the_end_in_its_event() {
    let notice = sub("sub_1", "evt_1", 0, TrialWillEnd, Trialing, None);
    let moved = FactKind::Subscription {
        subscription: domain::billing::SubscriptionId::parse("sub_1").unwrap(),
        customer: cus("cus_1"),
        fact: domain::billing::SubscriptionFact {
            change: Updated,
            status: Trialing,
            previous_status: None,
            plan: None,
            trial_end: Some(at(20 * DAY)),
            cancel_at: None,
            paused: None,
        },
    };
    let moved = fact("evt_2", 3, moved);
    assert_eq!(
        due(&mut record_all(org(), [&notice])),
        [NoticeKey::TrialEnding { ends_at: at(14 * DAY), days: 3 }].into()
    );
    for facts in [[&notice, &moved], [&moved, &notice]] {
        let mut org = record_all(self::org(), facts);
        assert!(due(&mut org).is_empty(), "the trial end of the reminder has moved");
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
