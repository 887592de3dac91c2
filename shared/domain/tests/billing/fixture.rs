//! Builders for the facts of Stripe events, and a check of all orders of facts.

use domain::billing::{
    Billing, Change, CustomerId, EventId, Fact, FactKind, InvoiceFact, InvoiceId, Recorded, SubscriptionFact,
    SubscriptionId,
    SubscriptionStatus::{self, Trialing},
};
use jiff::Timestamp;

pub const DAY: i64 = 86_400;

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + second).unwrap()
}

pub fn event(id: &str) -> EventId {
    EventId::parse(id).unwrap()
}

pub fn cus(id: &str) -> CustomerId {
    CustomerId::parse(id).unwrap()
}

pub fn fact(id: &str, second: i64, what: FactKind) -> Fact {
    Fact { event: event(id), created: at(second), what }
}

/// Returns a fact about the subscription `name`.
pub fn sub(
    name: &str,
    id: &str,
    second: i64,
    change: Change,
    status: SubscriptionStatus,
    previous_status: Option<SubscriptionStatus>,
) -> Fact {
    let fact = SubscriptionFact {
        change,
        status,
        previous_status,
        plan: Some(format!("price_{name}")),
        trial_end: (status == Trialing).then(|| at(14 * DAY)),
        cancel_at: None,
        paused: None,
    };
    let subscription = SubscriptionId::parse(name).unwrap();
    self::fact(id, second, FactKind::Subscription { subscription, customer: cus("cus_1"), fact })
}

/// Returns a fact about an invoice that Stripe created at `created`.
pub fn invoice(name: &str, created: i64, of: Option<&str>, id: &str, second: i64, fact: InvoiceFact) -> Fact {
    let what = FactKind::Invoice {
        invoice: InvoiceId::parse(name).unwrap(),
        subscription: of.map(|name| SubscriptionId::parse(name).unwrap()),
        customer: cus("cus_1"),
        invoice_created: at(created),
        fact,
    };
    self::fact(id, second, what)
}

pub fn paid(amount: u64) -> InvoiceFact {
    InvoiceFact::Paid { amount }
}

pub fn billing<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Billing {
    let mut billing = Billing::default();
    for fact in facts {
        billing.record(fact);
    }
    billing
}

/// Records the facts of `rest` after the facts of `so_far`, in every order. At each step, also
/// records each fact of `recorded` a second time and checks that it changes nothing.
fn visit_orders(
    so_far: &Billing,
    recorded: &mut Vec<Fact>,
    rest: &mut Vec<Fact>,
    end: &mut impl FnMut(&Billing),
) {
    for known in recorded.iter() {
        let mut again = so_far.clone();
        assert_eq!((again.record(known), &again), (Recorded::Unchanged, so_far));
    }
    if rest.is_empty() {
        end(so_far);
    }
    for next in 0..rest.len() {
        let fact = rest.remove(next);
        let mut then = so_far.clone();
        then.record(&fact);
        recorded.push(fact);
        visit_orders(&then, recorded, rest, end);
        rest.insert(next, recorded.pop().unwrap());
    }
}

/// Checks that all orders of `facts` give the same state, and that repetitions change nothing.
/// Returns that state.
pub fn all_orders(facts: Vec<Fact>) -> Billing {
    let expected = billing(&facts);
    let (mut rest, mut orders) = (facts, 0);
    let count: usize = (1..=rest.len()).product();
    visit_orders(&Billing::default(), &mut Vec::new(), &mut rest, &mut |end| {
        assert_eq!(end, &expected);
        orders += 1;
    });
    assert_eq!(orders, count);
    expected
}
