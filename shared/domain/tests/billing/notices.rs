//! What an organization owes its admins because of what Stripe said.

use std::collections::BTreeSet;

use domain::{
    address::Address,
    billing::{
        Change::{Created, Deleted, TrialWillEnd, Updated},
        Fact,
        InvoiceFact::{ActionRequired, Failed, Uncollectible, Voided},
        InvoiceId, IssueKind,
        SubscriptionStatus::{Active, Canceled, PastDue, Trialing},
        What,
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
    laws::any_history,
    world::{DAY, at, cus, fact, invoice, paid, sub},
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

/// An organization that was told all of it, at one moment.
fn told<'a>(mut org: Org, facts: impl IntoIterator<Item = &'a Fact>) -> Org {
    for fact in facts {
        org.record(fact, PROJECT.parse().unwrap(), at(5));
    }
    org
}

/// The mails that would go out now, which drops those that lost their reason.
fn due(org: &mut Org) -> BTreeSet<NoticeKey> {
    let letters = org.claim_mail(&Claim("a".to_owned()), 99, None, at(5));
    letters.into_iter().map(|letter| letter.key).collect()
}

fn payment_failed(name: &str) -> NoticeKey {
    NoticeKey::PaymentFailed { invoice: InvoiceId::parse(name).unwrap() }
}

proptest! {
    #[test]
    fn neither_order_nor_repetition_changes_what_is_owed(
        (history, other) in any_history().prop_flat_map(|history| {
            let twice: Vec<Fact> = history.iter().chain(&history).cloned().collect();
            (Just(history), Just(twice).prop_shuffle())
        }),
        start in prop_oneof![Just(org()), Just(trialing())],
    ) {
        let (mut one, mut two) = (told(start.clone(), &history), told(start, &other));
        prop_assert_eq!(&one.billing, &two.billing);
        prop_assert_eq!(&one.provisioned, &two.provisioned);
        prop_assert_eq!(&one.checklist, &two.checklist);
        prop_assert_eq!(one.status(at(5)), two.status(at(5)));
        prop_assert_eq!(one.outbox.0.contains_key(&NoticeKey::Welcome), one.provisioned.is_some());
        prop_assert_eq!(due(&mut one), due(&mut two));
    }

    #[test]
    fn every_open_invoice_is_written_about_and_no_other(history in any_history()) {
        let mut org = told(org(), &history);
        let billing = org.billing.clone();
        let awaited = billing.invoices.keys().filter(|id| billing.awaited_payment(id).is_some());
        let expected: BTreeSet<_> =
            awaited.map(|id| NoticeKey::PaymentFailed { invoice: id.clone() }).collect();
        let mut owed = due(&mut org);
        owed.retain(|key| matches!(key, NoticeKey::PaymentFailed { .. }));
        prop_assert_eq!(owed, expected);
    }
}

#[test]
fn a_payment_is_asked_for_once_and_only_while_it_is_awaited() {
    let first = |id, fact| invoice("in_1", 0, Some("sub_1"), id, 1, fact);
    let failed = || first("evt_1", Failed);
    let asked = [payment_failed("in_1")];
    for (facts, expected) in [
        (vec![failed()], &asked[..]),
        (vec![failed(), first("evt_2", Failed), first("evt_3", ActionRequired)], &asked),
        (vec![first("evt_1", ActionRequired)], &asked),
        (vec![failed(), sub("sub_1", "evt_2", 2, Updated, PastDue, None)], &asked),
        (vec![failed(), first("evt_2", paid(2900))], &[]),
        (vec![failed(), first("evt_2", Voided)], &[]),
        (vec![failed(), first("evt_2", Uncollectible)], &[]),
        (vec![failed(), invoice("in_2", 9, Some("sub_1"), "evt_2", 9, paid(2900))], &[]),
        (vec![failed(), sub("sub_1", "evt_2", 2, Deleted, PastDue, None)], &[]),
        (vec![failed(), sub("sub_1", "evt_2", 2, Updated, Canceled, None)], &[]),
        (vec![failed(), fact("evt_2", 2, What::CustomerDeleted { customer: cus("cus_1") })], &[]),
        (vec![failed(), sub("sub_2", "evt_2", 2, Deleted, Active, None)], &asked),
    ] {
        for facts in [facts.clone(), facts.into_iter().rev().collect::<Vec<_>>()] {
            let mut owed = due(&mut told(org(), &facts));
            owed.remove(&NoticeKey::Welcome);
            assert_eq!(owed.into_iter().collect::<Vec<_>>(), expected, "{facts:#?}");
        }
    }
}

#[test]
fn a_mail_asks_for_what_is_true_when_it_is_sent() {
    let failed = invoice("in_1", 0, Some("sub_1"), "evt_1", 1, Failed);
    let question = invoice("in_1", 0, Some("sub_1"), "evt_2", 2, ActionRequired);
    let org = told(org(), [&failed, &question]);
    let id = InvoiceId::parse("in_1").unwrap();
    assert_eq!(org.billing.awaited_payment(&id), Some((IssueKind::ActionRequired, at(1))));
}

#[test]
fn a_reminder_speaks_of_the_end_that_its_event_names() {
    let notice = sub("sub_1", "evt_1", 0, TrialWillEnd, Trialing, None);
    let moved = What::Subscription {
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
        due(&mut told(org(), [&notice])),
        [NoticeKey::TrialEnding { ends_at: at(14 * DAY), days: 3 }].into()
    );
    for facts in [[&notice, &moved], [&moved, &notice]] {
        let mut org = told(self::org(), facts);
        assert!(due(&mut org).is_empty(), "the end has moved");
    }
}

#[test]
fn a_deleted_customer_ends_access_and_our_trial_with_it() {
    let deleted = fact("evt_1", 1, What::CustomerDeleted { customer: cus("cus_1") });
    let ends = |org: Org| (org.status(at(5)), org.status(at(20 * DAY)), org.due_at());
    assert_eq!(ends(told(org(), [&deleted])), (Status::Pending, Status::Pending, None));
    assert_eq!(ends(told(trialing(), [&deleted])), (Status::Canceled, Status::Canceled, None));
    let subscribed = sub("sub_1", "evt_2", 2, Created, Active, None);
    for facts in [[&deleted, &subscribed], [&subscribed, &deleted]] {
        assert_eq!(ends(told(trialing(), facts)), (Status::Canceled, Status::Canceled, None));
    }
    let mut other = trialing();
    other.billing.link(&cus("cus_2"));
    assert_eq!(
        told(other, [&deleted]).status(at(5)),
        Status::Trialing,
        "another customer's end is not this one's"
    );
}
