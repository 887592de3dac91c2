//! Notices that the trial sweep enqueues, and when it is due.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test may panic"
)]

use domain::{
    billing::{
        Change, CustomerId, EventId, Fact, FactKind, InvoiceFact, InvoiceId, NextKind, PlanPrices, Prices,
        SubscriptionFact, SubscriptionId, SubscriptionStatus,
    },
    mail::{Claim, Delivery, NoticeKey},
    org::{Access, AdminContact, Org, Status},
    people::{Address, Name},
    time::Zone,
    trial::Trial,
};
use jiff::{SignedDuration, Timestamp};

const START: &str = "2025-01-08T10:00:00Z";

fn at(days: i64, seconds: i64) -> Timestamp {
    let start: Timestamp = START.parse().unwrap();
    start + SignedDuration::from_hours(24 * days) + SignedDuration::from_secs(seconds)
}

fn trialing(reminders: &[u16]) -> Org {
    let founder = AdminContact::new(
        "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap(),
        Name::parse("Jo").unwrap(),
        Address::parse("jo@example.com").unwrap(),
    );
    let id = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
    let mut org = Org::sign_up(id, Name::parse("Acme").unwrap(), Zone::default(), founder, at(0, 0));
    let project = "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap();
    org.start_trial(Trial::start(at(0, 0), 14, reminders.to_vec()), project, at(0, 0));
    org
}

fn prices() -> Prices {
    let of = |text| PlanPrices::parse(text).unwrap();
    Prices::new(of("price_single"), of("price_team")).unwrap()
}

fn pay(org: &mut Org, now: Timestamp) {
    let what = FactKind::Invoice {
        invoice: InvoiceId::parse("in_1").unwrap(),
        subscription: Some(SubscriptionId::parse("sub_1").unwrap()),
        customer: CustomerId::parse("cus_1").unwrap(),
        invoice_created: now,
        prices: vec![],
        fact: InvoiceFact::Paid { amount: 900 },
    };
    let project = "prj_0198c0de-0000-7000-8000-000000000004".parse().unwrap();
    let event = EventId::parse("evt_1").unwrap();
    org.record(&Fact { event, created: now, names: Some(org.id), what }, &prices(), project, now);
}

/// Runs the sweep at each moment. Returns all notices in the outbox except the welcome email.
fn sweep(org: &mut Org, moments: &[Timestamp]) -> Vec<String> {
    for now in moments {
        org.run_trial_sweep(*now);
    }
    org.outbox.0.keys().filter(|key| **key != NoticeKey::Welcome).map(ToString::to_string).collect()
}

#[test]
fn repeated_sweep_enqueues_each_notice_once() {
    let mut org = trialing(&[3]);
    let moments =
        [at(0, 0), at(10, 86_399), at(11, 0), at(11, 0), at(12, 0), at(14, 0), at(14, 300), at(40, 0)];
    assert_eq!(
        sweep(&mut org, &moments),
        ["trial_ending/2025-01-22T10:00:00Z/3", "trial_ended/2025-01-22T10:00:00Z"]
    );
    assert_eq!(org.due_at(), None);
}

#[test]
fn due_time_is_that_of_the_next_notice() {
    let mut org = trialing(&[7, 3]);
    assert_eq!(org.due_at(), Some(at(7, 0)));
    org.run_trial_sweep(at(7, 0));
    assert_eq!(org.due_at(), Some(at(11, 0)));
    org.run_trial_sweep(at(11, 0));
    assert_eq!(org.due_at(), Some(at(14, 0)));
}

#[test]
fn late_sweep_sends_only_the_nearest_missed_reminder() {
    let mut org = trialing(&[7, 3, 1]);
    assert_eq!(sweep(&mut org, &[at(12, 0)]), ["trial_ending/2025-01-22T10:00:00Z/3"]);
    assert_eq!(org.trial_days_remaining(at(12, 0)), 2);
    assert_eq!(org.due_at(), Some(at(13, 0)));
    let mut later = trialing(&[7, 3, 1]);
    assert_eq!(sweep(&mut later, &[at(15, 0)]), ["trial_ended/2025-01-22T10:00:00Z"]);
}

#[test]
fn paid_organization_gets_no_trial_notices() {
    let mut org = trialing(&[3]);
    pay(&mut org, at(5, 0));
    assert_eq!(org.due_at(), None);
    assert!(sweep(&mut org, &[at(11, 0), at(14, 0)]).is_empty());
    assert_eq!(org.status(at(20, 0)), Status::Active);
}

#[test]
fn outdated_reminder_is_dropped_at_its_claim() {
    let mut org = trialing(&[3]);
    let claim = Claim("welcome".to_owned());
    for mail in org.claim_mail(&claim, 9, None, at(0, 0)) {
        *org.outbox.delivery_mut(&mail).unwrap() =
            Delivery::Sent { at: at(0, 0), claim: Some(claim.clone()) };
    }
    org.run_trial_sweep(at(11, 0));
    pay(&mut org, at(11, 60));
    assert!(org.claim_mail(&Claim("late".to_owned()), 9, None, at(11, 120)).is_empty());
    assert_eq!(org.outbox.due_at(), None, "no email is left to send");
}

#[test]
fn moved_end_enqueues_the_reminder_again() {
    let mut org = trialing(&[3]);
    sweep(&mut org, &[at(11, 0)]);
    if let Some(trial) = &mut org.trial {
        trial.ends_at = at(20, 0);
    }
    assert_eq!(org.due_at(), Some(at(17, 0)));
    assert_eq!(sweep(&mut org, &[at(17, 0)]).len(), 2);
}

#[test]
fn trial_ends_without_a_sweep_and_a_payment_restores_access() {
    let mut org = trialing(&[3]);
    assert_eq!(org.status(at(13, 86_399)), Status::Trialing);
    assert_eq!(org.status(at(14, 0)), Status::TrialExpired);
    assert_eq!(org.status(at(14, 0)).access(), Access::ReadOnly);
    assert_eq!(org.trial_days_remaining(at(14, 0)), 0);
    pay(&mut org, at(15, 0));
    assert_eq!(org.status(at(15, 0)).access(), Access::Full);
}

#[test]
fn provisioning_happens_once() {
    let mut org = trialing(&[3]);
    let before = org.provisioned.clone();
    pay(&mut org, at(15, 0));
    pay(&mut org, at(15, 0));
    assert_eq!(org.provisioned, before);
    assert_eq!(org.outbox.0.keys().filter(|key| **key == NoticeKey::Welcome).count(), 1);
}

/// Records the first invoice of a subscription with a trial until `trial_end`, and an event with
/// the kind `change` and the status `status`.
fn subscribe(
    org: &mut Org,
    change: Change,
    status: SubscriptionStatus,
    trial_end: Timestamp,
    now: Timestamp,
) {
    let project = "prj_0198c0de-0000-7000-8000-000000000004".parse().unwrap();
    let subscription = SubscriptionId::parse("sub_1").unwrap();
    let customer = CustomerId::parse("cus_1").unwrap();
    let fact = SubscriptionFact { trial_end: Some(trial_end), ..SubscriptionFact::new(change, status) };
    let contents = [
        FactKind::Invoice {
            invoice: InvoiceId::parse("in_0").unwrap(),
            subscription: Some(subscription.clone()),
            customer: customer.clone(),
            invoice_created: now,
            prices: vec![],
            fact: InvoiceFact::Paid { amount: 0 },
        },
        FactKind::Subscription { subscription, customer, fact },
    ];
    for (n, what) in contents.into_iter().enumerate() {
        let event = EventId::parse(&format!("evt_{}_{n}", now.as_second())).unwrap();
        org.record(&Fact { event, created: now, names: Some(org.id), what }, &prices(), project, now);
    }
}

#[test]
fn canceled_subscription_leaves_no_trial_to_end() {
    let mut org = trialing(&[3]);
    subscribe(&mut org, Change::Created, SubscriptionStatus::Trialing, at(30, 0), at(5, 0));
    assert!(sweep(&mut org, &[at(11, 0), at(14, 0)]).is_empty());
    subscribe(&mut org, Change::Deleted, SubscriptionStatus::Canceled, at(30, 0), at(20, 0));
    assert_eq!(org.status(at(20, 0)), Status::Canceled);
    assert!(sweep(&mut org, &[at(20, 0), at(21, 0)]).is_empty());
    assert_eq!(org.due_at(), None);
}

#[test]
fn running_trial_overrides_a_paused_or_unpaid_subscription() {
    for status in [SubscriptionStatus::Paused, SubscriptionStatus::Unpaid] {
        let mut org = trialing(&[3]);
        subscribe(&mut org, Change::Created, status, at(30, 0), at(5, 0));
        assert_eq!((org.status(at(6, 0)), org.trial_ends_at(at(6, 0))), (Status::Trialing, Some(at(14, 0))));
        let next = org.next_billing_event(at(6, 0)).unwrap();
        assert_eq!((org.trial_days_remaining(at(6, 0)), next.kind), (8, NextKind::TrialEnds));
        assert_eq!((org.trial_days_remaining(at(20, 0)), org.trial_ends_at(at(20, 0))), (0, Some(at(30, 0))));
    }
}

#[test]
fn trial_end_is_the_one_of_an_alive_subscription() {
    let mut org = trialing(&[3]);
    assert_eq!(org.trial_ends_at(at(20, 0)), Some(at(14, 0)));
    subscribe(&mut org, Change::Created, SubscriptionStatus::Trialing, at(30, 0), at(5, 0));
    assert_eq!((org.trial_ends_at(at(20, 0)), org.trial_days_remaining(at(20, 0))), (Some(at(30, 0)), 10));
    subscribe(&mut org, Change::Updated, SubscriptionStatus::Active, at(30, 0), at(30, 0));
    assert_eq!((org.trial_ends_at(at(31, 0)), org.trial_days_remaining(at(31, 0))), (Some(at(30, 0)), 0));
}

#[test]
fn host_event_time_is_clamped_to_sign_up_and_now() {
    let mut org = trialing(&[3]);
    org.complete_from_host("project.created", None, Timestamp::MIN, at(1, 0));
    assert_eq!(org.checklist.completions["created_project"].at, at(0, 0));
    assert_eq!(org.checklist.updated_at, Some(at(1, 0)));
    org.complete_from_host("client.created", None, Timestamp::MAX, at(2, 0));
    assert_eq!(org.checklist.completions["created_client"].at, at(2, 0));
}
