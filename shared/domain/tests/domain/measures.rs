//! Product measures of an organization's history.

use domain::{
    billing::{
        Change, Fact,
        SubscriptionStatus::{self, Active, Canceled, Trialing},
    },
    checklist::{Completion, Source},
    org::{COMPLETION_TARGET, Measure, Org, measures},
    trial::Trial,
};
use jiff::SignedDuration;

use crate::fixture::{DAY, at, canceling, invoice, org, paid, record_at, setup, sub, trialing};

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
        let org = org();
        let measured = measures(None, &org);
        Self { org, measured }
    }

    fn trialing() -> Self {
        let org = trialing();
        let measured = measures(None, &org);
        Self { org, measured }
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

    fn record(&mut self, fact: &Fact) {
        self.change(|org| record_at(org, fact, fact.created));
    }

    fn invoice(&mut self, second: i64, amount: u64) {
        let (name, id) = (format!("in_{second}"), format!("evt_{second}"));
        self.record(&invoice(&name, second, Some("sub_1"), &id, second, paid(amount)));
    }

    fn subscription(&mut self, second: i64, change: Change, status: SubscriptionStatus) {
        self.record(&sub("sub_1", &format!("evt_{second}"), second, change, status, None));
    }

    fn sweep(&mut self, second: i64) {
        self.change(|org| org.run_trial_sweep(at(second)));
    }
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
    history.change(|org| org.start_trial(Trial::start(at(begun), 14, vec![]), &setup(), at(begun)));
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
    assert_eq!(history.measured, [Measure::TrialLeft]);
    history.sweep(14 * DAY);
    history.invoice(20 * DAY, 900);
    assert_eq!(history.measured, [Measure::TrialLeft, Measure::TrialRecovered]);
}

#[test]
fn trial_is_left_when_its_scheduled_end_passed() {
    let mut history = History::trialing();
    let created = sub("sub_1", "evt_1", DAY, Change::Created, Trialing, None);
    history.record(&canceling(created, Some(14 * DAY), None));
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
