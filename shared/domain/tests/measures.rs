//! Product measures of an organization's history.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use domain::{
    billing::{
        Change, CustomerId, EventId, Fact, FactKind, InvoiceFact, InvoiceId, PlanPrices, Prices,
        SubscriptionFact, SubscriptionId,
        SubscriptionStatus::{self, Active, Canceled, Trialing},
    },
    checklist::{Completion, Source},
    org::{AdminContact, COMPLETION_TARGET, Measure, Org, measures},
    people::{Address, Name},
    time::Zone,
    trial::Trial,
};
use jiff::{SignedDuration, Timestamp};

const DAY: i64 = 86_400;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + second).unwrap()
}

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

/// An organization and all measures of its history.
struct History {
    org: Org,
    measured: Vec<Measure>,
}

impl History {
    fn pending() -> Self {
        let founder = AdminContact::new(
            "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap(),
            Name::parse("Jo").unwrap(),
            Address::parse("jo@example.com").unwrap(),
        );
        let id = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let org = Org::sign_up(id, Name::parse("Acme").unwrap(), Zone::default(), founder, at(0));
        let measured = measures(None, &org);
        Self { org, measured }
    }

    fn trialing() -> Self {
        let mut history = Self::pending();
        history.change(|org| org.start_trial(Trial::start(at(0), 14, vec![3]), project(), at(0)));
        history
    }

    fn change(&mut self, change: impl FnOnce(&mut Org)) {
        let before = self.org.clone();
        change(&mut self.org);
        self.measured.extend(measures(Some(&before), &self.org));
    }

    fn complete_task(&mut self, task: &str, source: Source, second: i64) {
        let completion = Completion { at: at(second), source, by: None };
        self.change(|org| {
            org.checklist.completions.insert(task.to_owned(), completion);
        });
    }

    fn complete_all(&mut self, second: i64) {
        self.change(|org| org.checklist.completed_at = Some(at(second)));
    }

    fn record(&mut self, second: i64, what: FactKind) {
        let event = EventId::parse(&format!("evt_{second}")).unwrap();
        let fact = Fact { event, created: at(second), names: Some(self.org.id), what };
        self.change(|org| org.record(&fact, &prices(), project(), at(second)));
    }

    fn invoice(&mut self, second: i64, amount: u64) {
        let what = FactKind::Invoice {
            invoice: InvoiceId::parse(&format!("in_{second}")).unwrap(),
            subscription: Some(SubscriptionId::parse("sub_1").unwrap()),
            customer: CustomerId::parse("cus_1").unwrap(),
            invoice_created: at(second),
            prices: vec![],
            fact: InvoiceFact::Paid { amount },
        };
        self.record(second, what);
    }

    fn subscription(&mut self, second: i64, change: Change, status: SubscriptionStatus) {
        let trial_end = Some(at(14 * DAY));
        let fact = SubscriptionFact { trial_end, ..SubscriptionFact::new(change, status) };
        let what = FactKind::Subscription {
            subscription: SubscriptionId::parse("sub_1").unwrap(),
            customer: CustomerId::parse("cus_1").unwrap(),
            fact,
        };
        self.record(second, what);
    }

    fn sweep(&mut self, second: i64) {
        self.change(|org| org.run_trial_sweep(at(second)));
    }
}

fn prices() -> Prices {
    let of = |text| PlanPrices::parse(text).unwrap();
    Prices::new(of("price_single"), of("price_team")).unwrap()
}

fn project() -> domain::id::ProjectId {
    "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap()
}

#[test]
fn first_value_is_the_first_task_of_the_team() {
    for source in [Source::Manual, Source::Event, Source::Invitation] {
        let mut history = History::trialing();
        history.complete_task("added_billing_info", Source::Billing, 10);
        assert!(history.measured.is_empty(), "a payment is not a first value");
        history.complete_task("created_project", source, 240);
        history.complete_task("created_client", source, 300);
        assert_eq!(history.measured, [Measure::FirstValue { after: seconds(240) }], "{source:?}");
    }
}

#[test]
fn first_value_is_measured_once_if_an_older_event_is_late() {
    let mut history = History::trialing();
    history.complete_task("created_project", Source::Event, 240);
    history.complete_task("created_client", Source::Event, 60);
    assert_eq!(history.measured, [Measure::FirstValue { after: seconds(240) }]);
}

#[test]
fn completion_is_measured_once_from_provisioning() {
    let mut history = History::pending();
    let begun = 3 * DAY;
    history.change(|org| org.start_trial(Trial::start(at(begun), 14, vec![]), project(), at(begun)));
    history.complete_all(begun + 7 * DAY);
    history.complete_all(begun + 7 * DAY);
    let after = seconds(7 * DAY);
    assert_eq!(
        history.measured,
        [Measure::Completed { after }],
        "the time before provisioning does not count"
    );
    assert!(after <= COMPLETION_TARGET, "the end of the seventh day is in time");
}

#[test]
fn first_payment_converts_the_trial() {
    let mut history = History::trialing();
    history.subscription(DAY, Change::Created, Trialing);
    history.invoice(DAY + 1, 0);
    assert!(history.measured.is_empty(), "nothing was paid");
    history.invoice(14 * DAY, 900);
    history.subscription(14 * DAY + 1, Change::Updated, Active);
    history.invoice(44 * DAY, 900);
    assert_eq!(history.measured, [Measure::TrialConverted]);
}

#[test]
fn payment_after_the_end_recovers_the_trial() {
    let mut history = History::trialing();
    history.sweep(14 * DAY);
    assert!(history.measured.is_empty(), "the expiry has its own metric");
    history.invoice(20 * DAY, 900);
    assert_eq!(history.measured, [Measure::TrialRecovered]);
}

#[test]
fn trial_is_left_if_its_subscription_ends_unpaid() {
    let mut history = History::trialing();
    history.subscription(DAY, Change::Created, Trialing);
    history.invoice(DAY + 1, 0);
    history.subscription(5 * DAY, Change::Deleted, Canceled);
    history.sweep(14 * DAY);
    assert_eq!(history.measured, [Measure::TrialLeft]);
    history.invoice(20 * DAY, 900);
    assert_eq!(history.measured, [Measure::TrialLeft, Measure::TrialRecovered]);
}

#[test]
fn trial_is_left_when_its_scheduled_end_passed() {
    let mut history = History::trialing();
    let fact = SubscriptionFact {
        cancel_at: Some(at(14 * DAY)),
        ..SubscriptionFact::new(Change::Created, SubscriptionStatus::Trialing)
    };
    let (subscription, customer) =
        (SubscriptionId::parse("sub_1").unwrap(), CustomerId::parse("cus_1").unwrap());
    history.record(DAY, FactKind::Subscription { subscription, customer, fact });
    history.sweep(15 * DAY - 1);
    assert!(history.measured.is_empty(), "the end can still be reported");
    history.sweep(15 * DAY);
    history.sweep(16 * DAY);
    assert_eq!(history.measured, [Measure::TrialLeft]);
}

#[test]
fn paid_trial_stays_converted_after_cancellation() {
    let mut history = History::trialing();
    history.invoice(DAY, 900);
    history.subscription(5 * DAY, Change::Deleted, Canceled);
    assert_eq!(history.measured, [Measure::TrialConverted]);
}

#[test]
fn organization_without_a_trial_has_no_trial_measures() {
    let mut history = History::pending();
    history.subscription(DAY, Change::Created, Active);
    history.invoice(DAY + 1, 900);
    history.subscription(5 * DAY, Change::Deleted, Canceled);
    assert!(history.measured.is_empty());
}
