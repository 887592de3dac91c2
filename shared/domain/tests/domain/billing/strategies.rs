//! Random facts, histories, and states.

use std::collections::BTreeSet;

use domain::billing::{
    Billing,
    Change::{self, Created, Deleted, Updated},
    Fact, FactKind, IncidentKind, InvoiceFact, InvoiceMarks, Item, Pause, Previous, PreviousCancel,
    SubscriptionFact, SubscriptionMarks,
    SubscriptionStatus::{self, Active, PastDue},
};
use jiff::Timestamp;
use proptest::{prelude::*, sample::select};

use crate::fixture::{
    ACTION_REQUIRED, DAY, FAILED, acme, at, billing, cus, eur, fact, globex, in_id, monthly, paid, price,
    sub_id,
};

pub const NAMES: [&str; 2] = ["sub_1", "sub_2"];

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
        select(vec![Created, Updated, Updated, Change::TrialWillEnd, Deleted, Change::Read]),
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
        InvoiceFact::Failed { due: Some(eur(2900)), next_attempt: None },
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
pub fn any_toggles() -> impl Strategy<Value = Vec<Fact>> {
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

pub fn any_billing() -> impl Strategy<Value = Billing> {
    let marks = (any_marks(), any_marks(), prop::collection::btree_set(any::<u64>(), 0..3));
    let removed = (prop::option::of(any_date()), prop::option::of(any_date()));
    (any_history(), prop::option::of(select(vec!["cus_1", "cus_2", "cus_3"])), marks, removed).prop_map(
        |(history, linked, (settled, mailed, ended), (first_paid_at, paid_through))| {
            let ended = SubscriptionMarks::new(ended);
            let mut billing =
                Billing { settled, mailed, ended, first_paid_at, paid_through, ..Billing::default() };
            billing.merge(self::billing(&history));
            if let Some(customer) = linked {
                billing.link(&cus(customer));
            }
            billing
        },
    )
}
