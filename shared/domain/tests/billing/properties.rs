//! Properties that hold for every history of facts.

use std::collections::BTreeSet;

use domain::billing::{
    Billing,
    Change::{self, Created, Deleted, Updated},
    Fact, FactKind, IncidentKind, InvoiceFact, InvoiceId, InvoiceMarks, Pause, Recorded, SubscriptionFact,
    SubscriptionId, SubscriptionMarks,
    SubscriptionStatus::{self, Active, Canceled, Incomplete, PastDue},
};
use jiff::SignedDuration;
use proptest::{prelude::*, sample::select};

use crate::fixture::{at, billing, cus, fact, paid, sub};

/// Facts with few different ids and times, so that many facts are about the same object. Two facts
/// can have the same event id and different contents.
fn any_fact() -> impl Strategy<Value = Fact> {
    let status = || select(SubscriptionStatus::ALL.to_vec());
    let customer = || select(vec!["cus_1", "cus_2"]).prop_map(cus);
    let subscription = (
        select(vec!["sub_1", "sub_2"]),
        customer(),
        select(vec![Created, Updated, Change::TrialWillEnd, Deleted]),
        status(),
        prop::option::of(status()),
        prop::option::of(0..3_i64),
        prop::option::of(prop::option::of(0..2_i64)),
    )
        .prop_map(|(name, customer, change, status, previous_status, end, pause)| {
            FactKind::Subscription {
                subscription: SubscriptionId::parse(name).unwrap(),
                customer,
                fact: SubscriptionFact {
                    change,
                    status,
                    previous_status,
                    plan: None,
                    trial_end: end.map(at),
                    cancel_at: end.map(at),
                    paused: pause.map(|resumes_at| Pause { resumes_at: resumes_at.map(at) }),
                },
            }
        });
    let change = select(vec![
        paid(0),
        paid(2900),
        InvoiceFact::Failed,
        InvoiceFact::ActionRequired,
        InvoiceFact::Voided,
        InvoiceFact::Uncollectible,
    ]);
    let invoice = (0..4_i64, customer(), select(vec![None, Some("sub_1"), Some("sub_2")]), change).prop_map(
        |(n, customer, of, fact)| FactKind::Invoice {
            invoice: InvoiceId::parse(&format!("in_{n}")).unwrap(),
            subscription: of.map(|name| SubscriptionId::parse(name).unwrap()),
            customer,
            invoice_created: at(n),
            fact,
        },
    );
    let what = prop_oneof![
        6 => subscription,
        6 => invoice,
        1 => customer().prop_map(|customer| FactKind::Checkout { customer, named: BTreeSet::new() }),
        1 => customer().prop_map(|customer| FactKind::CustomerDeleted { customer }),
        1 => select(vec![IncidentKind::Refunded, IncidentKind::Disputed])
            .prop_map(|kind| FactKind::Incident { customer: None, kind }),
    ];
    (0..9_u8, 0..4_i64, what).prop_map(|(id, second, what)| fact(&format!("evt_{id}"), second, what))
}

pub fn any_history() -> impl Strategy<Value = Vec<Fact>> {
    prop::collection::vec(any_fact(), 0..14)
}

/// Sets of invoice marks, some of them with a floor or with more than the maximum number of marks.
/// Their times are near the times of the invoices that `any_fact` creates.
fn any_marks() -> impl Strategy<Value = InvoiceMarks> {
    let second = |n: i64| u64::try_from(at(n).as_second()).unwrap() << 32;
    (0..4_i64, 0..600_u64, prop::option::of(0..4_i64)).prop_map(move |(n, many, floor)| {
        let marks = (0..many).map(|step| second(n) + step * 9_000_000).collect();
        InvoiceMarks::new(marks, floor.map_or(0, second))
    })
}

fn any_billing() -> impl Strategy<Value = Billing> {
    let marks = (any_marks(), any_marks(), prop::collection::btree_set(any::<u64>(), 0..3));
    (any_history(), prop::option::of(select(vec!["cus_1", "cus_2", "cus_3"])), marks).prop_map(
        |(history, linked, (settled, mailed, ended))| {
            let mut billing = billing(&history);
            let folded =
                Billing { settled, mailed, ended: SubscriptionMarks::new(ended), ..Billing::default() };
            billing.merge(folded);
            if let Some(customer) = linked {
                billing.link(&cus(customer));
            }
            billing
        },
    )
}

fn merged(a: &Billing, b: &Billing) -> Billing {
    let mut both = a.clone();
    both.merge(b.clone());
    both
}

/// Computes the status of one subscription from the complete history, without the code of the
/// crate.
fn expected_status(history: &[Fact], name: &str) -> Option<SubscriptionStatus> {
    let facts: Vec<(&Fact, &SubscriptionFact)> = history
        .iter()
        .filter_map(|fact| match &fact.what {
            FactKind::Subscription { subscription, fact: state, .. } if subscription.as_str() == name => {
                Some((fact, state))
            }
            _ => None,
        })
        .collect();
    if facts.iter().any(|(_, state)| state.change == Deleted || state.status == Canceled) {
        return Some(Canceled);
    }
    let newest = facts.iter().map(|(fact, _)| fact.created).max();
    let mut facts: Vec<_> = facts.into_iter().filter(|(fact, _)| Some(fact.created) == newest).collect();
    facts.sort_by_key(|(fact, state)| (fact.event.clone(), state.content_hash()));
    facts.dedup_by(|later, earlier| later.0.event == earlier.0.event);
    let effective: Vec<_> = facts
        .iter()
        .filter(|(fact, state)| {
            !facts.iter().any(|(other, later)| {
                other.event != fact.event && later.previous_status == Some(state.status)
            })
        })
        .copied()
        .collect();
    let effective = if effective.is_empty() { facts } else { effective };
    let status = effective
        .iter()
        .max_by_key(|(fact, state)| (state.change.rank(), &fact.event))
        .map(|(_, state)| state.status);
    let paid = history.iter().any(|event| match &event.what {
        FactKind::Invoice { subscription, customer, fact: InvoiceFact::Paid { amount: 1.. }, .. } => {
            let of = subscription.as_ref().map_or(customer.as_str(), SubscriptionId::as_str);
            of == name && newest.is_none_or(|newest| event.created >= newest)
        }
        _ => false,
    });
    match status {
        None | Some(Incomplete | PastDue) if paid => Some(Active),
        status => status,
    }
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
    fn record_reports_whether_it_changed_the_state(history in any_history(), fact in any_fact()) {
        let before = billing(&history);
        let mut after = before.clone();
        prop_assert_eq!(after.record(&fact).changed(), after != before);
        prop_assert_eq!(after.record(&fact), Recorded::Unchanged);
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
    fn status_matches_an_independent_computation(history in any_history()) {
        let billing = billing(&history);
        for name in ["sub_1", "sub_2", "cus_1", "cus_2"] {
            let subscription = billing.subscriptions.get(&SubscriptionId::parse(name).unwrap());
            prop_assert_eq!(subscription.and_then(|s| s.status()), expected_status(&history, name), "{}", name);
        }
    }

    #[test]
    fn ended_subscription_stays_ended(mut history in any_history(), after in any_history()) {
        history.push(sub("sub_1", "evt_end", 2, Deleted, Active, None));
        history.extend(after);
        let billing = billing(&history);
        prop_assert_eq!(billing.subscriptions[&SubscriptionId::parse("sub_1").unwrap()].status(), Some(Canceled));
    }

    #[test]
    fn fold_keeps_all_derived_values(mut billing in any_billing(), days in 0..200_i64) {
        let read = |b: &Billing| {
            (b.status(), b.is_alive(), b.trial_ends_at(), b.cancel_at(), b.issue(), b.ever_paid(), b.needs_provisioning())
        };
        let now = at(0) + SignedDuration::from_hours(24 * days);
        let (before, unfolded) = (read(&billing), billing.clone());
        prop_assert_eq!(billing.fold(now).changed(), billing != unfolded);
        prop_assert_eq!(read(&billing), before);
        prop_assert_eq!(billing.fold(now), Recorded::Unchanged);
    }
}
