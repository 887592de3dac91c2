//! Properties that hold for every history of facts.

use domain::{
    billing::{
        Billing,
        Change::Deleted,
        Fact, FactKind, InvoiceFact, Item, NextBillingEvent, NextKind, SubscriptionFact,
        SubscriptionStatus::{Active, Canceled},
    },
    org::{Access, Org},
};
use jiff::SignedDuration;
use proptest::{prelude::*, sample::select};

use crate::{
    billing::oracle::Oracle,
    billing::strategies::{NAMES, any_billing, any_fact, any_history, any_moment, any_toggles},
    fixture::{DAY, acme, at, billing, changes, org, record, sub, sub_id, trialing},
};

fn merged(a: &Billing, b: &Billing) -> Billing {
    let mut both = a.clone();
    both.merge(b.clone());
    both
}

/// Returns Acme with these facts, which Stripe created at the start.
fn with_billing(billing: &Billing) -> Org {
    Org { billing: billing.clone(), ..org() }
}

proptest! {
    #[test]
    fn state_ignores_order_and_repetition(
        (history, other) in any_history().prop_flat_map(|history| {
            let twice: Vec<Fact> = history.iter().chain(&history).cloned().collect();
            (Just(history), Just(twice).prop_shuffle())
        }),
    ) {
        prop_assert_eq!(billing(&history), billing(&other));
    }

    #[test]
    fn repeated_fact_changes_nothing(history in any_history(), fact in any_fact()) {
        let mut billing = billing(&history);
        record(&mut billing, &fact);
        prop_assert!(!changes(&mut billing, |it| record(it, &fact)));
    }

    #[test]
    fn merge_is_commutative_associative_and_idempotent(a in any_billing(), b in any_billing(), c in any_billing()) {
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        prop_assert_eq!(merged(&a, &a), a.clone());
        prop_assert_eq!(merged(&merged(&a, &b), &b), merged(&a, &b));
    }

    #[test]
    fn merge_of_two_histories_equals_the_combined_history(one in any_history(), other in any_history()) {
        prop_assert_eq!(merged(&billing(&one), &billing(&other)), billing(one.iter().chain(&other)));
    }

    #[test]
    fn status_matches_an_independent_computation(history in any_history(), now in any_moment()) {
        let billing = billing(&history);
        let mut best = None;
        for name in NAMES {
            let oracle = Oracle { history: &history, name };
            let Some(subscription) = billing.subscriptions.get(&sub_id(name)) else {
                prop_assert_eq!(oracle.about().count(), 0);
                continue;
            };
            prop_assert_eq!(subscription.counts(), oracle.counts(), "{}", name);
            prop_assert_eq!(subscription.began(), oracle.began(), "{}", name);
            prop_assert_eq!(subscription.status(now), oracle.status(now), "{}", name);
            let status = oracle.status(now).filter(|_| oracle.counts());
            best = best.max(status.map(|it| if oracle.is_of_deleted_customer() { Canceled } else { it }));
        }
        prop_assert_eq!(billing.status(now), best);
    }

    #[test]
    fn order_in_a_second_matches_an_independent_computation(history in any_toggles()) {
        let billing = billing(&history);
        let effective = billing.subscriptions[&sub_id("sub_1")].effective_fact().unwrap();
        let (_, expected) = Oracle { history: &history, name: "sub_1" }.effective().unwrap();
        let without_plans = |fact: &SubscriptionFact| {
            let items = fact.items.iter().map(|item| Item { plan: None, ..item.clone() }).collect();
            SubscriptionFact { items, ..fact.clone() }
        };
        prop_assert_eq!(without_plans(effective), without_plans(expected));
    }

    #[test]
    fn provisioning_matches_an_independent_computation(history in any_history()) {
        let began = NAMES.into_iter().any(|name| Oracle { history: &history, name }.began());
        let one_off = history.iter().any(|fact| {
            let here = fact.names.is_none_or(|named| named == acme());
            here && matches!(
                fact.what,
                FactKind::Invoice { subscription: None, fact: InvoiceFact::Paid { amount: 1.. }, .. }
            )
        });
        prop_assert_eq!(billing(&history).needs_provisioning(), began || one_off);
    }

    #[test]
    fn provisioning_is_never_taken_back(history in any_history(), fact in any_fact(), days in 0..200_i64) {
        let mut billing = billing(&history);
        let before = (billing.needs_provisioning(), billing.was_subscribed(), billing.began_at());
        record(&mut billing, &fact);
        for fold in [false, true] {
            if fold {
                billing.fold(at(days * DAY));
            }
            prop_assert!(billing.needs_provisioning() >= before.0);
            prop_assert!(billing.was_subscribed() >= before.1);
            prop_assert!(before.2.is_none_or(|began| billing.began_at().is_some_and(|at| at <= began)));
        }
    }

    #[test]
    fn ended_subscription_stays_ended(mut history in any_history(), after in any_history(), now in any_moment()) {
        history.push(sub("sub_1", "evt_end", 2, Deleted, Active, None));
        history.extend(after);
        let billing = billing(&history);
        prop_assert_eq!(billing.subscriptions[&sub_id("sub_1")].status(now), Some(Canceled));
        prop_assert!(!billing.alive(now).contains(&sub_id("sub_1")));
    }

    #[test]
    fn fold_keeps_all_derived_values(mut billing in any_billing(), days in 0..200_i64, now in any_moment()) {
        let read = |billing: &Billing| {
            let org = with_billing(billing);
            (
                (billing.status(now), billing.is_alive(now), billing.trial_ends_at(now), billing.cancel_at(now)),
                (billing.issue(), billing.ever_paid(), billing.needs_provisioning(), billing.began_at()),
                (billing.paused(now), billing.is_unconfirmed(now), billing.plan_item(now).cloned()),
                (billing.moved_away(), billing.customer_deleted(), billing.surplus(now)),
                (org.status(now), org.next_billing_event(now), org.due_at()),
            )
        };
        let at = at(0) + SignedDuration::from_hours(24 * days);
        let before = read(&billing);
        billing.fold(at);
        prop_assert_eq!(read(&billing), before);
        prop_assert!(!changes(&mut billing, |it| it.fold(at)));
    }

    #[test]
    fn texts_agree_with_the_status(history in any_history(), now in any_moment(), start in select(vec![org(), trialing()])) {
        let org = Org { billing: billing(&history), ..start };
        let next = org.next_billing_event(now);
        let (on_trial, days) = (org.is_on_trial(now), org.trial_days_remaining(now));
        prop_assert!(!on_trial || org.trial_ends_at(now).is_none_or(|end| now < end));
        prop_assert!(days == 0 || on_trial, "{} days remain", days);
        let announces = |next: NextBillingEvent| {
            matches!(next.kind, NextKind::PlanStarts | NextKind::Renews)
        };
        if let Some(next) = next.filter(|next| announces(*next)) {
            prop_assert!(next.at.is_some_and(|at| at > now), "a charge lies in the future");
            prop_assert!(org.status(now).access() == Access::Full);
        }
    }
}
