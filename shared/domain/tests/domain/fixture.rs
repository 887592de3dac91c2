//! Builders for the facts of Stripe events, and a check of all orders of facts.

use std::collections::BTreeMap;

use domain::{
    billing::{
        Billing, Change, Currency, CustomerId, EventId, Fact, FactKind, Interval, InvoiceFact, InvoiceId,
        Item, Money, PlanPrices, Previous, PreviousCancel, Prices, SubscriptionFact, SubscriptionId,
        SubscriptionStatus::{self, Trialing},
    },
    id::{OrgId, UserId},
    org::{AdminContact, Org, Setup},
    people::{Address, Name, User},
    time::Zone,
    trial::Trial,
};
use jiff::Timestamp;

pub const DAY: i64 = 86_400;

// ---- organizations ----

/// Returns the id of the organization that the tests observe.
pub fn acme() -> OrgId {
    "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap()
}

/// Returns the id of an organization that a subscription moves to.
pub fn globex() -> OrgId {
    "org_0198c0de-0000-7000-8000-000000000009".parse().unwrap()
}

pub fn prices() -> Prices {
    let of = |text| PlanPrices::parse(text).unwrap();
    Prices::new(of("price_single,price_former"), of("price_team")).unwrap()
}

/// Returns the user who signs Acme up.
pub fn jo() -> User {
    let id = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
    let user = User::new(id, Name::parse("Jo").unwrap(), Address::parse("jo@example.com").unwrap());
    User { verified: true, orgs: vec![acme()], ..user }
}

pub fn setup() -> Setup {
    Setup::without_steps("prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap())
}

/// Returns Acme after a sign-up without a trial.
pub fn org() -> Org {
    let User { id, name, address, .. } = jo();
    let founder = AdminContact::new(id, name, address);
    Org::sign_up(acme(), Name::parse("Acme Corp").unwrap(), Zone::default(), founder, at(0))
}

/// Returns Acme with a trial of two weeks.
pub fn trialing() -> Org {
    reminded(&[3])
}

/// Returns Acme with a trial of two weeks, and with reminders on these days before its end.
pub fn reminded(days: &[u16]) -> Org {
    let mut org = org();
    org.start_trial(Trial::start(at(0), 14, days.to_vec()), &setup(), at(0));
    org
}

/// Returns the id of an admin of [`two_admins`], who are the users 1 and 2.
pub fn user(number: u8) -> UserId {
    format!("usr_0198c0de-0000-7000-8000-00000000000{number}").parse().unwrap()
}

/// Returns Acme with a trial of two weeks and two admins. The reminders are three days and one day
/// before the end.
pub fn two_admins() -> Org {
    let admin = |number| AdminContact::new(user(number), jo().name, jo().address);
    let mut org = Org { admins: vec![admin(1), admin(2)], ..org() };
    org.start_trial(Trial::start(at(0), 14, vec![3, 1]), &setup(), at(0));
    org
}

/// Records a fact for Acme at the moment `now`.
pub fn record_at(org: &mut Org, fact: &Fact, now: Timestamp) {
    org.record(fact, &prices(), &setup(), now);
}

/// Records each fact for Acme when Stripe creates its event.
pub fn live<'a>(mut org: Org, facts: impl IntoIterator<Item = &'a Fact>) -> Org {
    for fact in facts {
        record_at(&mut org, fact, fact.created);
    }
    org
}

// ---- values ----

/// Returns the moment `second` seconds after January 8, 2025, 10:00 UTC.
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_736_330_400 + second).unwrap()
}

/// Returns the moment of a trial after `days` and `seconds`.
pub fn day(days: i64, seconds: i64) -> Timestamp {
    at(days * DAY + seconds)
}

pub fn event(id: &str) -> EventId {
    EventId::parse(id).unwrap()
}

pub fn cus(id: &str) -> CustomerId {
    CustomerId::parse(id).unwrap()
}

pub fn sub_id(name: &str) -> SubscriptionId {
    SubscriptionId::parse(name).unwrap()
}

pub fn in_id(name: &str) -> InvoiceId {
    InvoiceId::parse(name).unwrap()
}

pub fn eur(amount: u64) -> Money {
    Money { amount, currency: Currency::parse("eur").unwrap() }
}

pub fn price(id: &str) -> Item {
    Item::of_price(id.to_owned())
}

/// Returns an item of the plan for one user, with a period that ends at `period_end`.
pub fn monthly(amount: u64, period_end: i64) -> Item {
    Item {
        period_end: Some(at(period_end)),
        amount: Some(eur(amount)),
        interval: Some(Interval::Month),
        ..price("price_single")
    }
}

// ---- facts ----

/// Returns a fact whose metadata names Acme.
pub fn fact(id: &str, second: i64, what: FactKind) -> Fact {
    Fact { event: event(id), created: at(second), names: Some(acme()), what }
}

/// Returns the fact without metadata.
pub fn linked(fact: Fact) -> Fact {
    Fact { names: None, ..fact }
}

/// Returns the fact with metadata that names another organization than Acme.
pub fn names_globex(fact: Fact) -> Fact {
    Fact { names: Some(globex()), ..fact }
}

/// Returns a fact about the subscription `name`. A trial ends after 14 days.
pub fn sub(
    name: &str,
    id: &str,
    second: i64,
    change: Change,
    status: SubscriptionStatus,
    previous_status: Option<SubscriptionStatus>,
) -> Fact {
    let fact = SubscriptionFact {
        previous: Previous { status: previous_status, ..Previous::default() },
        items: vec![price(&format!("price_{name}"))],
        trial_end: (status == Trialing).then(|| at(14 * DAY)),
        ..SubscriptionFact::new(change, status)
    };
    let what = FactKind::Subscription { subscription: sub_id(name), customer: cus("cus_1"), fact };
    self::fact(id, second, what)
}

/// Returns a subscription fact after a change of its values.
pub fn with(mut fact: Fact, change: impl FnOnce(&mut SubscriptionFact)) -> Fact {
    if let FactKind::Subscription { fact, .. } = &mut fact.what {
        change(fact);
    }
    fact
}

/// Returns a subscription fact with other prices.
pub fn priced(fact: Fact, prices: &[&str]) -> Fact {
    with(fact, |fact| fact.items = prices.iter().map(|id| price(id)).collect())
}

/// Returns a subscription fact that schedules the end. `previous` is the scheduled end before.
pub fn canceling(fact: Fact, at_second: Option<i64>, previous: Option<PreviousCancel>) -> Fact {
    with(fact, |fact| {
        fact.cancel_at = at_second.map(at);
        fact.previous.cancel = previous;
    })
}

/// Returns the fact with another customer.
pub fn of_customer(mut fact: Fact, id: &str) -> Fact {
    match &mut fact.what {
        FactKind::Subscription { customer, .. }
        | FactKind::Invoice { customer, .. }
        | FactKind::Upcoming { customer, .. } => *customer = cus(id),
        _ => {}
    }
    fact
}

/// Returns a fact about an invoice that Stripe created at `created`.
pub fn invoice(name: &str, created: i64, of: Option<&str>, id: &str, second: i64, fact: InvoiceFact) -> Fact {
    let what = FactKind::Invoice {
        invoice: in_id(name),
        subscription: of.map(sub_id),
        customer: cus("cus_1"),
        invoice_created: at(created),
        prices: vec![],
        fact,
    };
    self::fact(id, second, what)
}

/// Returns an invoice fact with the prices of its lines.
pub fn lines(mut fact: Fact, ids: &[&str]) -> Fact {
    if let FactKind::Invoice { prices, .. } = &mut fact.what {
        *prices = ids.iter().map(|id| (*id).to_owned()).collect();
    }
    fact
}

/// Returns the announcement of an invoice that Stripe will create at `date`.
pub fn upcoming(of: &str, id: &str, second: i64, date: i64, amount: u64) -> Fact {
    let what = FactKind::Upcoming {
        subscription: sub_id(of),
        customer: cus("cus_1"),
        date: at(date),
        amount: eur(amount),
    };
    fact(id, second, what)
}

pub fn paid(amount: u64) -> InvoiceFact {
    InvoiceFact::Paid { amount }
}

pub const FAILED: InvoiceFact = InvoiceFact::Failed { due: None, next_attempt: None };
pub const ACTION_REQUIRED: InvoiceFact = InvoiceFact::ActionRequired { due: None, next_attempt: None };

/// Records a fact for Acme, as [`Org::record`] does.
pub fn record(billing: &mut Billing, fact: &Fact) {
    let fact = fact.clone().with_plans(&prices());
    billing.record(&fact, fact.attribution(acme(), &prices()), acme());
}

/// Returns whether `act` changes the state.
pub fn changes(billing: &mut Billing, act: impl FnOnce(&mut Billing)) -> bool {
    let before = billing.clone();
    act(billing);
    *billing != before
}

pub fn billing<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Billing {
    let mut billing = Billing::default();
    for fact in facts {
        record(&mut billing, fact);
    }
    billing
}

// ---- orders ----

/// States that the orders of some facts lead to, each with the number of orders that lead to it.
type Ends<S> = Vec<(S, u64)>;

/// Returns every state that an order of `facts` leads to, and checks at each step that a repeated
/// fact passes `same`.
///
/// A step depends only on the state and the fact. So orders that lead to the same state have the
/// same continuations, and each continuation is computed once.
pub fn all_ends<S: Clone + PartialEq>(
    start: &S,
    facts: &[Fact],
    step: impl Fn(&mut S, &Fact),
    same: impl Fn(&S, &S),
) -> Ends<S> {
    let mut reached: BTreeMap<u32, Ends<S>> = BTreeMap::from([(0, vec![(start.clone(), 1)])]);
    let all = (1_u32 << facts.len()) - 1;
    while let Some((known, states)) = reached.pop_first() {
        for (state, orders) in &states {
            for (n, fact) in facts.iter().enumerate() {
                let mut then = state.clone();
                step(&mut then, fact);
                if known & 1 << n != 0 {
                    same(&then, state);
                    continue;
                }
                let ends = reached.entry(known | 1 << n).or_default();
                match ends.iter_mut().find(|(end, _)| *end == then) {
                    Some((_, count)) => *count += orders,
                    None => ends.push((then, *orders)),
                }
            }
        }
        if known == all {
            let factorial = (1..=facts.len()).map(|n| u64::try_from(n).unwrap()).product();
            assert_eq!(states.iter().map(|(_, orders)| orders).sum::<u64>(), factorial);
            return states;
        }
    }
    unreachable!("the set of all facts is reached")
}

/// Checks that all orders of `facts` give the same state, and that repetitions change nothing.
/// Returns that state.
pub fn all_orders(facts: &[Fact]) -> Billing {
    let ends = all_ends(&Billing::default(), facts, record, |again, before| assert_eq!(again, before));
    assert_eq!(ends.len(), 1, "the end depends on the order: {facts:#?}");
    ends.into_iter().next().unwrap().0
}
