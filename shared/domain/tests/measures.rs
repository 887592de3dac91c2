//! What is measured of an organization's life, and what is not.

#![allow(clippy::unwrap_used, reason = "a test ends where its premise does")]

use domain::{
    address::Address,
    billing::{
        Change, CustomerId, EventId, Fact, InvoiceFact, InvoiceId, SubscriptionFact, SubscriptionId,
        SubscriptionStatus::{self, Active, Canceled, Trialing},
        What,
    },
    checklist::{Completion, Source},
    measure::{COMPLETION_TARGET, Measure, measures},
    name::Name,
    org::{AdminContact, Org},
    trial::Trial,
    zone::Zone,
};
use jiff::{SignedDuration, Timestamp};

const DAY: i64 = 86_400;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + second).unwrap()
}

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

/// An organization, and everything that was measured of it.
struct Life {
    org: Org,
    told: Vec<Measure>,
}

impl Life {
    fn pending() -> Self {
        let founder = AdminContact::new(
            "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap(),
            Name::parse("Jo").unwrap(),
            Address::parse("jo@example.com").unwrap(),
        );
        let id = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let org = Org::sign_up(id, Name::parse("Acme").unwrap(), Zone::default(), founder, at(0));
        let told = measures(None, &org);
        Self { org, told }
    }

    fn trialing() -> Self {
        let mut life = Self::pending();
        life.change(|org| org.start_trial(Trial::start(at(0), 14, vec![3]), project(), at(0)));
        life
    }

    fn change(&mut self, change: impl FnOnce(&mut Org)) {
        let before = self.org.clone();
        change(&mut self.org);
        self.told.extend(measures(Some(&before), &self.org));
    }

    fn tick(&mut self, task: &str, source: Source, second: i64) {
        let tick = Completion { at: at(second), source, by: None };
        self.change(|org| {
            org.checklist.ticks.insert(task.to_owned(), tick);
        });
    }

    fn complete(&mut self, second: i64) {
        self.change(|org| org.checklist.completed_at = Some(at(second)));
    }

    fn tell(&mut self, second: i64, what: What) {
        let event = EventId::parse(&format!("evt_{second}")).unwrap();
        let fact = Fact { event, created: at(second), what };
        self.change(|org| org.record(&fact, project(), at(second)));
    }

    fn invoice(&mut self, second: i64, amount: u64) {
        let what = What::Invoice {
            invoice: InvoiceId::parse(&format!("in_{second}")).unwrap(),
            subscription: Some(SubscriptionId::parse("sub_1").unwrap()),
            customer: CustomerId::parse("cus_1").unwrap(),
            invoice_created: at(second),
            fact: InvoiceFact::Paid { amount },
        };
        self.tell(second, what);
    }

    fn subscription(&mut self, second: i64, change: Change, status: SubscriptionStatus) {
        let fact = SubscriptionFact {
            change,
            status,
            previous_status: None,
            plan: None,
            trial_end: Some(at(14 * DAY)),
            cancel_at: None,
            paused: None,
        };
        let what = What::Subscription {
            subscription: SubscriptionId::parse("sub_1").unwrap(),
            customer: CustomerId::parse("cus_1").unwrap(),
            fact,
        };
        self.tell(second, what);
    }

    fn clock(&mut self, second: i64) {
        self.change(|org| org.run_trial_sweep(at(second)));
    }
}

fn project() -> domain::id::ProjectId {
    "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap()
}

#[test]
fn the_first_value_is_the_first_task_that_the_team_did_itself() {
    for source in [Source::Manual, Source::Event, Source::Invitation] {
        let mut life = Life::trialing();
        life.tick("added_billing_info", Source::Billing, 10);
        assert!(life.told.is_empty(), "that it paid is no value that it got");
        life.tick("created_project", source, 240);
        life.tick("created_client", source, 300);
        assert_eq!(life.told, [Measure::FirstValue { after: seconds(240) }], "{source:?}");
    }
}

#[test]
fn what_the_host_app_tells_late_and_of_long_ago_is_no_second_first_value() {
    let mut life = Life::trialing();
    life.tick("created_project", Source::Event, 240);
    life.tick("created_client", Source::Event, 60);
    assert_eq!(life.told, [Measure::FirstValue { after: seconds(240) }]);
}

#[test]
fn a_checklist_is_completed_once_and_from_provisioning_on() {
    let mut life = Life::pending();
    let begun = 3 * DAY;
    life.change(|org| org.start_trial(Trial::start(at(begun), 14, vec![]), project(), at(begun)));
    life.complete(begun + 7 * DAY);
    life.complete(begun + 7 * DAY);
    let after = seconds(7 * DAY);
    assert_eq!(life.told, [Measure::Completed { after }], "the wait for a plan is no part of it");
    assert!(after <= COMPLETION_TARGET, "the seventh day counts whole");
}

#[test]
fn a_first_payment_within_or_after_a_trial_converts_it() {
    let mut life = Life::trialing();
    life.subscription(DAY, Change::Created, Trialing);
    life.invoice(DAY + 1, 0);
    assert!(life.told.is_empty(), "nothing was paid");
    life.invoice(14 * DAY, 900);
    life.subscription(14 * DAY + 1, Change::Updated, Active);
    life.invoice(44 * DAY, 900);
    assert_eq!(life.told, [Measure::TrialConverted]);
}

#[test]
fn a_payment_after_the_end_recovers_the_trial() {
    let mut life = Life::trialing();
    life.clock(14 * DAY);
    assert!(life.told.is_empty(), "the trial clock counts its end itself");
    life.invoice(20 * DAY, 900);
    assert_eq!(life.told, [Measure::TrialRecovered]);
}

#[test]
fn who_subscribes_with_the_rest_of_the_trial_and_leaves_has_left_it() {
    let mut life = Life::trialing();
    life.subscription(DAY, Change::Created, Trialing);
    life.invoice(DAY + 1, 0);
    life.subscription(5 * DAY, Change::Deleted, Canceled);
    life.clock(14 * DAY);
    assert_eq!(life.told, [Measure::TrialLeft]);
    life.invoice(20 * DAY, 900);
    assert_eq!(life.told, [Measure::TrialLeft, Measure::TrialRecovered]);
}

#[test]
fn who_paid_and_then_leaves_was_converted_all_the_same() {
    let mut life = Life::trialing();
    life.invoice(DAY, 900);
    life.subscription(5 * DAY, Change::Deleted, Canceled);
    assert_eq!(life.told, [Measure::TrialConverted]);
}

#[test]
fn who_never_had_a_trial_converts_none() {
    let mut life = Life::pending();
    life.subscription(DAY, Change::Created, Active);
    life.invoice(DAY + 1, 900);
    life.subscription(5 * DAY, Change::Deleted, Canceled);
    assert!(life.told.is_empty());
}
