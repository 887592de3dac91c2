//! Properties that hold for every history of facts.

use std::collections::BTreeSet;

use domain::{
    billing::{
        Billing,
        Change::{self, Created, Deleted, Updated},
        Fact, FactKind, IncidentKind, InvoiceFact, InvoiceMarks, Item, Pause, Plan, Previous, PreviousCancel,
        Recorded, SubscriptionFact, SubscriptionMarks,
        SubscriptionStatus::{self, Active, Canceled, Incomplete, IncompleteExpired, PastDue, Trialing},
    },
    org::Org,
};
use jiff::{SignedDuration, Timestamp};
use proptest::{prelude::*, sample::select};

use crate::fixture::{
    ACTION_REQUIRED, DAY, FAILED, acme, at, billing, cus, eur, fact, globex, in_id, monthly, org, paid,
    price, record, sub, sub_id, trialing,
};

const NAMES: [&str; 2] = ["sub_1", "sub_2"];

/// Dates that pass, with their grace, near the times of the facts.
fn any_date() -> impl Strategy<Value = Timestamp> {
    (0..5_i64, select(vec![0, 1, 3])).prop_map(|(second, days)| at(second - days * DAY))
}

/// Moments before, near, and long after the dates.
pub fn any_moment() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        1 => Just(Timestamp::MIN),
        6 => (-1..8_i64).prop_map(at),
        2 => (0..5_i64, select(vec![1, 3])).prop_map(|(second, days)| at(second + days * DAY)),
    ]
}

fn any_items() -> impl Strategy<Value = Vec<Item>> {
    let item = prop_oneof![
        select(vec!["price_single", "price_former", "price_team", "price_x", "price_y"]).prop_map(price),
        Just(monthly(2900, 3)),
        Just(Item { amount: None, ..monthly(2900, 4) }),
    ];
    prop::collection::vec(item, 0..3)
}

fn any_previous() -> impl Strategy<Value = Previous> {
    let cancel = prop_oneof![
        Just(PreviousCancel::Unscheduled),
        Just(PreviousCancel::Scheduled),
        any_date().prop_map(PreviousCancel::At),
    ];
    let rarely = |probability| move || prop::bool::weighted(probability);
    let (often, rarely) = (rarely(0.4), rarely(0.15));
    let prices = any_items().prop_map(|items| items.into_iter().map(|item| item.price).collect());
    (
        (often(), select(SubscriptionStatus::ALL.to_vec())),
        (rarely(), prop::option::of(any_date())),
        (rarely(), cancel),
        (rarely(), any_pause()),
        (rarely(), prices),
    )
        .prop_map(|(status, trial_end, cancel, paused, prices)| Previous {
            status: status.0.then_some(status.1),
            trial_end: trial_end.0.then_some(trial_end.1),
            cancel: cancel.0.then_some(cancel.1),
            paused: paused.0.then_some(paused.1),
            prices: prices.0.then_some(prices.1),
        })
}

fn any_pause() -> impl Strategy<Value = Option<Pause>> {
    prop::option::of(prop::option::of(any_date()).prop_map(|resumes_at| Pause { resumes_at }))
}

fn any_subscription_fact() -> impl Strategy<Value = SubscriptionFact> {
    (
        select(vec![Created, Updated, Updated, Change::TrialWillEnd, Deleted]),
        select(SubscriptionStatus::ALL.to_vec()),
        any_previous(),
        any_items(),
        (prop::option::of(any_date()), prop::option::of(any_date())),
        any_pause(),
        (prop::option::of(0..4_u8), any::<bool>(), any::<bool>()),
    )
        .prop_map(|(change, status, previous, items, dates, paused, (latest, fixed, lacks))| {
            SubscriptionFact {
                change,
                status,
                previous,
                items,
                trial_end: dates.0,
                cancel_at: dates.1,
                paused,
                latest_invoice: latest.map(|n| in_id(&format!("in_{n}"))),
                fixed_amount: fixed,
                lacks_payment_method: lacks,
            }
        })
}

/// Facts with few different ids and times, so that many facts are about the same object. Two facts
/// can have the same event id and different contents.
pub fn any_fact() -> impl Strategy<Value = Fact> {
    let customer = || select(vec!["cus_1", "cus_2"]).prop_map(cus);
    let name = || select(NAMES.to_vec()).prop_map(sub_id);
    let subscription = (name(), customer(), any_subscription_fact())
        .prop_map(|(subscription, customer, fact)| FactKind::Subscription { subscription, customer, fact });
    let change = select(vec![
        paid(0),
        paid(2900),
        FAILED,
        InvoiceFact::Failed { due: Some(eur(2900)) },
        ACTION_REQUIRED,
        InvoiceFact::Voided,
        InvoiceFact::Uncollectible,
    ]);
    let lines = prop::collection::vec(select(vec!["price_x", "price_single"]).prop_map(str::to_owned), 0..2);
    let invoice = (0..4_i64, customer(), prop::option::weighted(0.7, name()), lines, change).prop_map(
        |(n, customer, subscription, prices, fact)| FactKind::Invoice {
            invoice: in_id(&format!("in_{n}")),
            subscription,
            customer,
            invoice_created: at(n),
            prices,
            fact,
        },
    );
    let upcoming =
        (name(), customer(), any_date(), 0..3_u64).prop_map(|(subscription, customer, date, amount)| {
            FactKind::Upcoming { subscription, customer, date, amount: eur(amount) }
        });
    let what = prop_oneof![
        8 => subscription,
        6 => invoice,
        1 => upcoming,
        1 => customer().prop_map(|customer| FactKind::Checkout { customer, named: BTreeSet::new() }),
        1 => customer().prop_map(|customer| FactKind::CustomerDeleted { customer }),
        1 => customer()
            .prop_map(|customer| FactKind::FinalizationFailed { invoice: in_id("in_0"), customer }),
        1 => select(vec![IncidentKind::Refunded, IncidentKind::Disputed])
            .prop_map(|kind| FactKind::Incident { customer: None, kind }),
    ];
    let names = select(vec![Some(acme()), Some(acme()), Some(globex()), None, None]);
    (0..9_u8, 0..4_i64, names, what)
        .prop_map(|(id, second, names, what)| Fact { names, ..fact(&format!("evt_{id}"), second, what) })
}

/// Facts of one subscription in three seconds, with two values for each field. Many of them
/// supersede each other.
fn any_toggles() -> impl Strategy<Value = Vec<Fact>> {
    let date = || prop::option::of(Just(at(DAY)));
    let status = || select(vec![Active, PastDue]);
    let pause = || prop::option::of(Just(Pause { resumes_at: None }));
    let id = || select(vec!["price_single", "price_team"]);
    let cancel = select(vec![
        PreviousCancel::Unscheduled,
        PreviousCancel::Scheduled,
        PreviousCancel::At(at(DAY)),
        PreviousCancel::At(at(2 * DAY)),
    ]);
    let previous = (
        prop::option::weighted(0.3, status()),
        prop::option::weighted(0.2, date()),
        prop::option::weighted(0.3, cancel),
        prop::option::weighted(0.2, pause()),
        prop::option::weighted(0.2, id().prop_map(|id| BTreeSet::from([id.to_owned()]))),
    )
        .prop_map(|(status, trial_end, cancel, paused, prices)| Previous {
            status,
            trial_end,
            cancel,
            paused,
            prices,
        });
    let change = select(vec![Created, Updated, Updated, Updated, Updated, Change::TrialWillEnd]);
    let fact = (0..9_u8, 0..3_i64, change, status(), previous, (date(), date(), pause(), id())).prop_map(
        |(event, second, change, status, previous, (trial_end, cancel_at, paused, id))| {
            let fact = SubscriptionFact {
                previous,
                items: vec![price(id)],
                trial_end,
                cancel_at,
                paused,
                ..SubscriptionFact::new(change, status)
            };
            let what = FactKind::Subscription { subscription: sub_id("sub_1"), customer: cus("cus_1"), fact };
            self::fact(&format!("evt_{event}"), second, what)
        },
    );
    prop::collection::vec(fact, 1..10)
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
    let removed = (prop::option::of(any_date()), prop::option::of(any_date()));
    (any_history(), prop::option::of(select(vec!["cus_1", "cus_2", "cus_3"])), marks, removed).prop_map(
        |(history, linked, (settled, mailed, ended), (first_paid_at, paid_through))| {
            let mut billing = billing(&history);
            let ended = SubscriptionMarks::new(ended);
            let folded =
                Billing { settled, mailed, ended, first_paid_at, paid_through, ..Billing::default() };
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

// ---- an independent computation ----

/// One subscription as the complete history describes it, without the code of the crate.
struct Oracle<'a> {
    history: &'a [Fact],
    name: &'static str,
}

impl<'a> Oracle<'a> {
    /// Returns the facts about the subscription, its invoices, and its announcements.
    fn about(&self) -> impl Iterator<Item = &'a Fact> {
        let name = self.name;
        self.history.iter().filter(move |fact| match &fact.what {
            FactKind::Subscription { subscription, .. }
            | FactKind::Upcoming { subscription, .. }
            | FactKind::Invoice { subscription: Some(subscription), .. } => subscription.as_str() == name,
            _ => false,
        })
    }

    fn states(&self) -> impl Iterator<Item = (&'a Fact, &'a SubscriptionFact)> {
        self.about().filter_map(|fact| match &fact.what {
            FactKind::Subscription { fact: state, .. } => Some((fact, state)),
            _ => None,
        })
    }

    /// Returns the newest event that names an organization, and whether it names Acme.
    fn newest_name(&self) -> Option<bool> {
        let named = self.about().filter_map(|fact| {
            let at = match &fact.what {
                FactKind::Invoice { invoice_created, .. } => fact.created.min(*invoice_created),
                _ => fact.created,
            };
            Some((at, fact.event.as_str(), fact.names? == globex()))
        });
        // Two events with one id, one time, and different names contradict each other. The
        // subscription then counts only if another organization is not named.
        named.max().map(|(.., other)| !other)
    }

    /// Returns whether an event without a name shows the price of a plan.
    fn shows_plan(&self) -> bool {
        let plan = |id: &str| ["price_single", "price_former", "price_team"].contains(&id);
        self.about().any(|fact| {
            fact.names.is_none()
                && match &fact.what {
                    FactKind::Subscription { fact, .. } => fact.items.iter().any(|item| plan(&item.price)),
                    FactKind::Invoice { prices, .. } => prices.iter().any(|id| plan(id)),
                    _ => false,
                }
        })
    }

    fn counts(&self) -> bool {
        self.newest_name().unwrap_or_else(|| self.shows_plan())
    }

    fn was_live(&self) -> bool {
        self.about().any(|fact| {
            fact.names != Some(globex())
                && match &fact.what {
                    FactKind::Subscription { fact, .. } => matches!(fact.status, Active | Trialing | PastDue),
                    FactKind::Invoice { fact, .. } => matches!(fact, InvoiceFact::Paid { .. }),
                    _ => false,
                }
        })
    }

    fn began(&self) -> bool {
        let named = self.about().any(|fact| fact.names == Some(acme()));
        (named || self.shows_plan()) && self.was_live()
    }

    fn is_paid_since(&self, at: Timestamp) -> bool {
        let here = |fact: &&Fact| fact.names.is_none_or(|named| named == acme());
        self.about().filter(here).any(|fact| {
            matches!(fact.what, FactKind::Invoice { fact: InvoiceFact::Paid { amount: 1.. }, .. })
                && fact.created >= at
        })
    }

    /// Returns the last fact of a second. `start` is the state before the second.
    fn last_of(&self, second: Timestamp, start: Option<&SubscriptionFact>) -> Option<&'a SubscriptionFact> {
        let mut facts: Vec<_> = self.states().filter(|(fact, _)| fact.created == second).collect();
        // Of two contents of one event, the smaller hash counts, and of equal hashes the larger
        // rest.
        let rest = |state: &SubscriptionFact| {
            (
                state.paused,
                state.items.clone(),
                state.previous.clone(),
                state.status,
                state.latest_invoice.clone(),
                (state.fixed_amount, state.lacks_payment_method),
            )
        };
        facts.sort_by(|(one, a), (other, b)| {
            let hashes = one.event.cmp(&other.event).then(a.content_hash().cmp(&b.content_hash()));
            hashes.then_with(|| with_plans(rest(b)).cmp(&with_plans(rest(a))))
        });
        facts.dedup_by(|later, earlier| later.0.event == earlier.0.event);
        let prices = |state: &SubscriptionFact| -> BTreeSet<String> {
            state.items.iter().map(|item| item.price.clone()).collect()
        };
        let names = |later: &SubscriptionFact, state: &SubscriptionFact| {
            let was = &later.previous;
            let mut named = 0;
            let mut check = |is_named: bool, same: bool| {
                named += usize::from(is_named);
                !is_named || same
            };
            let all = [
                check(was.status.is_some(), was.status == Some(state.status)),
                check(was.trial_end.is_some(), was.trial_end == Some(state.trial_end)),
                check(
                    was.cancel.is_some(),
                    match was.cancel {
                        Some(PreviousCancel::At(at)) => state.cancel_at == Some(at),
                        Some(PreviousCancel::Scheduled) => state.cancel_at.is_some(),
                        _ => state.cancel_at.is_none(),
                    },
                ),
                check(was.paused.is_some(), was.paused == Some(state.paused)),
                check(was.prices.is_some(), was.prices == Some(prices(state))),
            ];
            named > 0 && all == [true; 5]
        };
        let highest = |facts: &[(&'a Fact, &'a SubscriptionFact)]| {
            let rank = |change| match change {
                Created => 0,
                Updated | Change::TrialWillEnd => 1,
                Deleted => 2,
            };
            facts.iter().max_by_key(|(fact, state)| (rank(state.change), &fact.event)).map(|(_, it)| *it)
        };
        // A fact that another one follows directly is not the last, even if it names the values of a
        // third one.
        let follows = |later: &SubscriptionFact, state: &SubscriptionFact| {
            let was = &later.previous;
            names(later, state)
                && (was.status.is_some() || later.status == state.status)
                && (was.trial_end.is_some() || later.trial_end == state.trial_end)
                && (was.cancel.is_some() || later.cancel_at == state.cancel_at)
                && (was.paused.is_some() || later.paused == state.paused)
                && (was.prices.is_some() || prices(later) == prices(state))
        };
        let ends: Vec<_> = facts
            .iter()
            .copied()
            .filter(|(fact, state)| {
                !facts.iter().any(|(other, later)| other.event != fact.event && follows(later, state))
            })
            .collect();
        let all = facts;
        let facts = if ends.is_empty() { all.clone() } else { ends };
        let is_last = |(fact, state): &(&Fact, &SubscriptionFact)| {
            !facts.iter().any(|(other, later)| other.event != fact.event && names(later, state))
        };
        let last: Vec<_> = facts.iter().copied().filter(is_last).collect();
        if !last.is_empty() {
            return highest(&last);
        }
        let created = all.iter().find(|(_, state)| state.change == Created).map(|(_, state)| *state);
        let start = created.or(start);
        let back: Vec<_> = facts
            .iter()
            .copied()
            .filter(|(_, state)| {
                let Some(start) = start else { return false };
                let changed = |of: fn(&Previous) -> bool| all.iter().any(|(_, it)| of(&it.previous));
                state.change != Created
                    && (state.status == start.status || !changed(|it| it.status.is_some()))
                    && (state.trial_end == start.trial_end || !changed(|it| it.trial_end.is_some()))
                    && (state.cancel_at == start.cancel_at || !changed(|it| it.cancel.is_some()))
                    && (state.paused == start.paused || !changed(|it| it.paused.is_some()))
                    && (prices(state) == prices(start) || !changed(|it| it.prices.is_some()))
            })
            .collect();
        highest(&back).or_else(|| highest(&facts))
    }

    /// Returns the newest second and its last fact.
    fn effective(&self) -> Option<(Timestamp, &'a SubscriptionFact)> {
        let seconds: BTreeSet<Timestamp> = self.states().map(|(fact, _)| fact.created).collect();
        let mut seconds = seconds.into_iter().rev();
        let newest = seconds.next()?;
        let before = seconds.next().and_then(|second| self.last_of(second, None));
        Some((newest, self.last_of(newest, before)?))
    }

    fn status(&self, now: Timestamp) -> Option<SubscriptionStatus> {
        let ends = |state: &SubscriptionFact| {
            state.change == Deleted || matches!(state.status, Canceled | IncompleteExpired)
        };
        if self.states().any(|(_, state)| ends(state)) {
            return self.was_live().then_some(Canceled);
        }
        let Some((newest, state)) = self.effective() else {
            return self.is_paid_since(Timestamp::MIN).then_some(Active);
        };
        let passed = |date: Option<Timestamp>, hours| {
            let limit = date.map(|date| date + SignedDuration::from_hours(hours));
            limit.is_some_and(|limit| newest <= limit && limit <= now)
        };
        Some(if passed(state.cancel_at, 24) {
            Canceled
        } else {
            match state.status {
                Incomplete | PastDue if self.is_paid_since(newest) => Active,
                Trialing if state.trial_end.is_some_and(|end| self.is_paid_since(end.max(newest))) => Active,
                Trialing if passed(state.trial_end, 72) => PastDue,
                status => status,
            }
        })
    }

    fn is_of_deleted_customer(&self) -> bool {
        let owner = self.about().filter_map(Fact::customer).min();
        self.history.iter().any(|fact| match &fact.what {
            FactKind::CustomerDeleted { customer } => Some(customer) == owner,
            _ => false,
        })
    }
}

/// Returns the values of a state with the plans of its items, as they are stored.
fn with_plans<A, B, C, D, E>(rest: (A, Vec<Item>, B, C, D, E)) -> (A, Vec<Item>, B, C, D, E) {
    let (a, mut items, b, c, d, e) = rest;
    for item in &mut items {
        item.plan = match item.price.as_str() {
            "price_single" | "price_former" => Some(Plan::Single),
            "price_team" => Some(Plan::Team),
            _ => None,
        };
    }
    (a, items, b, c, d, e)
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
    fn record_reports_whether_it_changed_the_state(history in any_history(), fact in any_fact()) {
        let before = billing(&history);
        let mut after = before.clone();
        prop_assert_eq!(record(&mut after, &fact).changed(), after != before);
        prop_assert_eq!(record(&mut after, &fact), Recorded::Unchanged);
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
        let (before, unfolded) = (read(&billing), billing.clone());
        prop_assert_eq!(billing.fold(at).changed(), billing != unfolded);
        prop_assert_eq!(read(&billing), before);
        prop_assert_eq!(billing.fold(at), Recorded::Unchanged);
    }

    #[test]
    fn texts_agree_with_the_status(history in any_history(), now in any_moment(), start in select(vec![org(), trialing()])) {
        let org = Org { billing: billing(&history), ..start };
        let next = org.next_billing_event(now);
        let (on_trial, days) = (org.is_on_trial(now), org.trial_days_remaining(now));
        prop_assert!(!on_trial || org.trial_ends_at(now).is_none_or(|end| now < end));
        prop_assert!(days == 0 || on_trial, "{} days remain", days);
        let announces = |next: domain::billing::NextBillingEvent| {
            matches!(next.kind, domain::billing::NextKind::PlanStarts | domain::billing::NextKind::Renews)
        };
        if let Some(next) = next.filter(|next| announces(*next)) {
            prop_assert!(next.at.is_some_and(|at| at > now), "a charge lies in the future");
            prop_assert!(org.status(now).access() == domain::org::Access::Full);
        }
    }
}
