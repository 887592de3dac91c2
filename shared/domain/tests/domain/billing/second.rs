//! The order of the events that Stripe created in one second.

use std::collections::BTreeSet;

use domain::billing::{
    Billing,
    Change::{self, Created, Deleted, Updated},
    Fact, FactKind, Pause, Previous, PreviousCancel, SubscriptionFact,
    SubscriptionStatus::{Active, Incomplete, PastDue, Trialing},
};

use crate::fixture::{DAY, all_orders, at, canceling, price, prices, sub, sub_id, with};

fn effective(billing: &Billing) -> SubscriptionFact {
    billing.subscriptions[&sub_id("sub_1")].effective_fact().unwrap().clone()
}

fn content(fact: &Fact) -> SubscriptionFact {
    match fact.clone().with_plans(&prices()).what {
        FactKind::Subscription { fact, .. } => fact,
        _ => unreachable!("a subscription fact"),
    }
}

/// Checks that the first of the facts determines the status in every order.
fn first_is_effective(facts: &[Fact], why: &str) {
    assert_eq!(effective(&all_orders(facts)), content(&facts[0]), "{why}: {facts:#?}");
}

/// Returns an update of a subscription in a trial of 14 days, changed by `change`.
fn changed(id: &str, change: &dyn Fn(&mut SubscriptionFact)) -> Fact {
    with(sub("sub_1", id, 0, Updated, Active, None), |fact| {
        fact.trial_end = Some(at(14 * DAY));
        change(fact);
    })
}

fn before() -> Fact {
    changed("evt_9", &|_| {})
}

#[test]
fn newest_second_has_one_effective_event() {
    let s = |id, change, status, previous| sub("sub_1", id, 0, change, status, previous);
    for (facts, why) in [
        (
            vec![s("evt_1", Updated, Active, Some(Incomplete)), s("evt_9", Updated, Incomplete, None)],
            "an event that another one names as previous is superseded, whatever the ids are",
        ),
        (
            vec![s("evt_1", Updated, Active, Some(Incomplete)), s("evt_9", Created, Incomplete, None)],
            "the creation is superseded too",
        ),
        (
            vec![
                s("evt_1", Updated, PastDue, Some(Active)),
                s("evt_5", Updated, Active, Some(Incomplete)),
                s("evt_9", Created, Incomplete, None),
            ],
            "a chain of three events ends with its last event",
        ),
        (
            vec![s("evt_2", Updated, PastDue, Some(Active)), s("evt_1", Updated, Active, Some(PastDue))],
            "a cycle drops no event, and the highest id counts",
        ),
        (
            vec![s("evt_1", Updated, Active, None), s("evt_9", Created, Trialing, None)],
            "the rank of the kind counts before the id",
        ),
        (
            vec![s("evt_2", Updated, Active, None), s("evt_1", Change::TrialWillEnd, Trialing, None)],
            "the announcement of a trial's end has the rank of an update",
        ),
        (
            vec![s("evt_2", Change::TrialWillEnd, Trialing, None), s("evt_1", Updated, Active, None)],
            "the announcement of a trial's end has the rank of an update",
        ),
        (
            vec![s("evt_1", Deleted, Active, None), s("evt_2", Updated, Active, None)],
            "the end has the highest rank",
        ),
        (
            vec![s("evt_9", Updated, Active, Some(Active)), s("evt_1", Updated, Trialing, None)],
            "an event does not supersede itself",
        ),
    ] {
        first_is_effective(&facts, why);
    }
}

#[test]
fn previous_trial_end_orders_events_in_a_second() {
    for (facts, why) in [
        (
            vec![
                changed("evt_1", &|fact| {
                    fact.trial_end = Some(at(20 * DAY));
                    fact.previous.trial_end = Some(Some(at(14 * DAY)));
                }),
                before(),
            ],
            "the trial was extended",
        ),
        (
            vec![
                changed("evt_1", &|fact| fact.previous.trial_end = Some(None)),
                changed("evt_9", &|fact| fact.trial_end = None),
            ],
            "a trial was added",
        ),
    ] {
        first_is_effective(&facts, why);
    }
}

#[test]
fn previous_end_orders_events_in_a_second() {
    let scheduled = |id, end| changed(id, &move |fact| fact.cancel_at = Some(at(end)));
    for (facts, why) in [
        (
            vec![
                changed("evt_1", &|fact| {
                    fact.cancel_at = Some(at(DAY));
                    fact.previous.cancel = Some(PreviousCancel::Unscheduled);
                }),
                before(),
            ],
            "an end was scheduled",
        ),
        (
            vec![
                changed("evt_1", &|fact| fact.previous.cancel = Some(PreviousCancel::Scheduled)),
                scheduled("evt_9", DAY),
            ],
            "the end was revoked",
        ),
        (
            vec![
                changed("evt_1", &|fact| {
                    fact.cancel_at = Some(at(2 * DAY));
                    fact.previous.cancel = Some(PreviousCancel::At(at(DAY)));
                }),
                scheduled("evt_9", DAY),
            ],
            "the end was moved",
        ),
        (
            vec![
                scheduled("evt_9", DAY),
                changed("evt_1", &|fact| fact.previous.cancel = Some(PreviousCancel::At(at(2 * DAY)))),
            ],
            "another end was revoked, so the id decides",
        ),
    ] {
        first_is_effective(&facts, why);
    }
}

#[test]
fn previous_pause_orders_events_in_a_second() {
    let pause = |resumes_at: i64| Some(Pause { resumes_at: Some(at(resumes_at)) });
    for (facts, why) in [
        (
            vec![
                changed("evt_1", &|fact| {
                    fact.paused = pause(5);
                    fact.previous.paused = Some(None);
                }),
                before(),
            ],
            "payments were paused",
        ),
        (
            vec![
                changed("evt_1", &|fact| fact.previous.paused = Some(pause(5))),
                changed("evt_9", &|fact| fact.paused = pause(5)),
            ],
            "payments were resumed",
        ),
        (
            vec![
                changed("evt_9", &|fact| fact.paused = pause(5)),
                changed("evt_1", &|fact| fact.previous.paused = Some(pause(6))),
            ],
            "another pause was resumed, so the id decides",
        ),
    ] {
        first_is_effective(&facts, why);
    }
}

#[test]
fn previous_prices_order_events_in_a_second() {
    let of = |ids: &[&str]| ids.iter().map(|id| price(id)).collect::<Vec<_>>();
    let set = |ids: &[&str]| Some(ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>());
    for (facts, why) in [
        (
            vec![
                changed("evt_1", &|fact| {
                    fact.items = of(&["price_team"]);
                    fact.previous.prices = set(&["price_single", "price_extra"]);
                }),
                changed("evt_9", &|fact| fact.items = of(&["price_extra", "price_single"])),
            ],
            "the plan was changed, and the order of its items does not matter",
        ),
        (
            vec![
                changed("evt_9", &|fact| fact.items = of(&["price_single", "price_extra"])),
                changed("evt_1", &|fact| fact.previous.prices = set(&["price_single"])),
            ],
            "only a part of the prices is the same, so the id decides",
        ),
    ] {
        first_is_effective(&facts, why);
    }
}

#[test]
fn all_previous_values_must_be_the_same() {
    for (facts, why) in [
        (
            vec![
                changed("evt_9", &|fact| fact.status = Trialing),
                changed("evt_1", &|fact| {
                    fact.previous.status = Some(Trialing);
                    fact.previous.trial_end = Some(Some(at(3 * DAY)));
                }),
            ],
            "one of two previous values differs, so the id decides",
        ),
        (
            vec![
                changed("evt_1", &|fact| {
                    fact.previous.status = Some(Trialing);
                    fact.previous.trial_end = Some(Some(at(14 * DAY)));
                }),
                changed("evt_9", &|fact| fact.status = Trialing),
            ],
            "both previous values are the same",
        ),
    ] {
        first_is_effective(&facts, why);
    }
}

#[test]
fn event_that_directly_follows_another_one_supersedes_it() {
    const PAUSE: Option<Pause> = Some(Pause { resumes_at: None });
    type Field = (fn(&mut SubscriptionFact), fn(&mut Previous));
    let pause: Field = (|fact| fact.paused = PAUSE, |was| was.paused = Some(None));
    let end: Field =
        (|fact| fact.cancel_at = Some(at(DAY)), |was| was.cancel = Some(PreviousCancel::Unscheduled));
    let fields: [Field; 3] = [
        (|fact| fact.status = PastDue, |was| was.status = Some(Active)),
        (|fact| fact.trial_end = None, |was| was.trial_end = Some(Some(at(14 * DAY)))),
        (
            |fact| fact.items = vec![price("price_team")],
            |was| was.prices = Some(["price_sub_1".to_owned()].into()),
        ),
    ];
    let resumed: fn(&mut Previous) = |was| was.paused = Some(PAUSE);
    let revoked: fn(&mut Previous) = |was| was.cancel = Some(PreviousCancel::Scheduled);
    for (toggled, undone, changes) in
        [(pause, resumed, [&fields[..], &[end]].concat()), (end, revoked, [&fields[..], &[pause]].concat())]
    {
        for (n, other) in changes.into_iter().enumerate() {
            // The first event names a value that the last event restores. But it does not follow the
            // last event, because another value changed in between.
            let facts = [
                changed("evt_1", &|fact| {
                    other.0(fact);
                    undone(&mut fact.previous);
                }),
                changed("evt_5", &|fact| {
                    toggled.0(fact);
                    other.0(fact);
                    other.1(&mut fact.previous);
                }),
                changed("evt_9", &|fact| {
                    toggled.0(fact);
                    toggled.1(&mut fact.previous);
                }),
            ];
            first_is_effective(&facts, &format!("change {n}"));
        }
    }
}

#[test]
fn cycle_in_a_second_ends_where_it_started() {
    let toggle = |id, end: Option<i64>, previous| {
        canceling(sub("sub_1", id, 9, Updated, Active, None), end, Some(previous))
    };
    let (on, off) = (
        |id| toggle(id, Some(DAY), PreviousCancel::Unscheduled),
        |id| toggle(id, None, PreviousCancel::At(at(DAY))),
    );
    let earlier = |end: Option<i64>| canceling(sub("sub_1", "evt_0", 8, Updated, Active, None), end, None);
    let created = |end: Option<i64>| canceling(sub("sub_1", "evt_0", 9, Created, Active, None), end, None);
    for (facts, why) in [
        (vec![off("evt_1"), on("evt_2"), earlier(None)], "no end was scheduled in the second before"),
        (vec![on("evt_1"), off("evt_2"), earlier(Some(DAY))], "an end was scheduled in the second before"),
        (vec![off("evt_1"), on("evt_2"), created(None)], "no end was scheduled at the creation"),
        (
            vec![off("evt_1"), on("evt_2"), created(None), earlier(Some(DAY))],
            "the creation in the same second counts before an earlier event",
        ),
        (vec![on("evt_2"), off("evt_1")], "the start of the cycle is unknown, so the id decides"),
        (
            vec![
                off("evt_1"),
                on("evt_2"),
                earlier(None),
                canceling(sub("sub_1", "evt_00", 7, Updated, Active, None), Some(DAY), None),
            ],
            "an older second does not count",
        ),
    ] {
        first_is_effective(&facts, why);
    }
}
