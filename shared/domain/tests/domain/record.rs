//! Conflicts and notices that follow from one recorded fact.

use domain::{
    billing::{Change::TrialWillEnd, Conflict, FactKind, SubscriptionStatus::Trialing},
    mail::NoticeKey,
};

use crate::fixture::{acme, at, cus, day, event, fact, globex, org, record_at, sub};

#[test]
fn session_that_names_another_organization_is_a_conflict() {
    let conflict = Conflict::Session { event: event("evt_1") };
    for (named, conflicts) in
        [(vec![], false), (vec![acme()], false), (vec![globex()], true), (vec![acme(), globex()], true)]
    {
        let mut org = org();
        let named = named.into_iter().collect();
        let completed = fact("evt_1", 0, FactKind::Checkout { customer: cus("cus_1"), named });
        record_at(&mut org, &completed, at(0));
        assert_eq!(org.billing.conflicts().contains(&conflict), conflicts, "{completed:?}");
        assert!(org.billing.has_billing_info(), "the session is recorded in any case");
    }
}

#[test]
fn reminder_of_stripe_is_sent_only_before_the_end() {
    let reminder = NoticeKey::TrialEnding { ends_at: day(14, 0), days: 3 };
    let will_end = sub("sub_1", "evt_1", 0, TrialWillEnd, Trialing, None);
    for (now, enqueued) in [(day(14, -1), true), (day(14, 0), false), (day(14, 1), false)] {
        let mut org = org();
        record_at(&mut org, &will_end, now);
        assert_eq!(org.outbox.0.contains_key(&reminder), enqueued, "{now}");
    }
}
