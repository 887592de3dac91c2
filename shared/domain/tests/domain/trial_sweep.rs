//! Notices that the trial sweep enqueues, and when it is due.

use domain::{
    billing::{
        Change::{self, Created, Deleted, Updated},
        NextKind,
        SubscriptionStatus::{self, Active, Canceled, Paused, Trialing, Unpaid},
    },
    mail::{Claim, Delivery, NoticeKey},
    org::{Access, Org, Status},
};
use jiff::Timestamp;

use crate::fixture::{DAY, at, day, invoice, paid, record_at, reminded, sub, trialing, with};

/// Records a payment of 9.00 for a subscription.
fn pay(org: &mut Org, second: i64) {
    record_at(org, &invoice("in_1", second, Some("sub_1"), "evt_1", second, paid(900)), at(second));
}

/// Records the first invoice of a subscription with a trial of 30 days, and an event with the kind
/// `change` and the status `status`.
fn subscribe(org: &mut Org, days: i64, change: Change, status: SubscriptionStatus) {
    let second = days * DAY;
    let first = invoice("in_0", second, Some("sub_1"), &format!("evt_{days}_0"), second, paid(0));
    let event = sub("sub_1", &format!("evt_{days}_1"), second, change, status, None);
    let event = with(event, |fact| fact.trial_end = Some(day(30, 0)));
    for fact in [first, event] {
        record_at(org, &fact, day(days, 0));
    }
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
    let mut org = trialing();
    let moments = [
        day(0, 0),
        day(10, 86_399),
        day(11, 0),
        day(11, 0),
        day(12, 0),
        day(14, 0),
        day(14, 300),
        day(40, 0),
    ];
    assert_eq!(
        sweep(&mut org, &moments),
        ["trial_ending/2025-01-22T10:00:00Z/3", "trial_ended/2025-01-22T10:00:00Z"]
    );
    assert_eq!(org.due_at(), None);
}

#[test]
fn due_time_is_that_of_the_next_notice() {
    let mut org = reminded(&[7, 3]);
    assert_eq!(org.due_at(), Some(day(7, 0)));
    org.run_trial_sweep(day(7, 0));
    assert_eq!(org.due_at(), Some(day(11, 0)));
    org.run_trial_sweep(day(11, 0));
    assert_eq!(org.due_at(), Some(day(14, 0)));
}

#[test]
fn late_sweep_sends_only_the_nearest_missed_reminder() {
    let mut org = reminded(&[7, 3, 1]);
    assert_eq!(sweep(&mut org, &[day(12, 0)]), ["trial_ending/2025-01-22T10:00:00Z/3"]);
    assert_eq!(org.trial_days_remaining(day(12, 0)), 2);
    assert_eq!(org.due_at(), Some(day(13, 0)));
    let mut later = reminded(&[7, 3, 1]);
    assert_eq!(sweep(&mut later, &[day(15, 0)]), ["trial_ended/2025-01-22T10:00:00Z"]);
}

#[test]
fn paid_organization_gets_no_trial_notices() {
    let mut org = trialing();
    pay(&mut org, 5 * DAY);
    assert_eq!(org.due_at(), None);
    assert!(sweep(&mut org, &[day(11, 0), day(14, 0)]).is_empty());
    assert_eq!(org.status(day(20, 0)), Status::Active);
}

#[test]
fn outdated_reminder_is_dropped_at_its_claim() {
    let mut org = trialing();
    let claim = Claim("welcome".to_owned());
    for mail in org.claim_mail(&claim, 9, None, day(0, 0)) {
        *org.outbox.delivery_mut(&mail).unwrap() =
            Delivery::Sent { at: day(0, 0), claim: Some(claim.clone()) };
    }
    org.run_trial_sweep(day(11, 0));
    pay(&mut org, 11 * DAY + 60);
    assert!(org.claim_mail(&Claim("late".to_owned()), 9, None, day(11, 120)).is_empty());
    assert_eq!(org.outbox.due_at(), None, "no email is left to send");
}

#[test]
fn moved_end_enqueues_the_reminder_again() {
    let mut org = trialing();
    sweep(&mut org, &[day(11, 0)]);
    if let Some(trial) = &mut org.trial {
        trial.ends_at = day(20, 0);
    }
    assert_eq!(org.due_at(), Some(day(17, 0)));
    assert_eq!(sweep(&mut org, &[day(17, 0)]).len(), 2);
}

#[test]
fn trial_ends_without_a_sweep_and_a_payment_restores_access() {
    let mut org = trialing();
    assert_eq!(org.status(day(13, 86_399)), Status::Trialing);
    assert_eq!(org.status(day(14, 0)), Status::TrialExpired);
    assert_eq!(org.status(day(14, 0)).access(), Access::ReadOnly);
    assert_eq!(org.trial_days_remaining(day(14, 0)), 0);
    pay(&mut org, 15 * DAY);
    assert_eq!(org.status(day(15, 0)).access(), Access::Full);
}

#[test]
fn provisioning_happens_once() {
    let mut org = trialing();
    let before = org.provisioned.clone();
    pay(&mut org, 15 * DAY);
    pay(&mut org, 15 * DAY);
    assert_eq!(org.provisioned, before);
    assert_eq!(org.outbox.0.keys().filter(|key| **key == NoticeKey::Welcome).count(), 1);
}

#[test]
fn canceled_subscription_leaves_no_trial_to_end() {
    let mut org = trialing();
    subscribe(&mut org, 5, Created, Trialing);
    assert!(sweep(&mut org, &[day(11, 0), day(14, 0)]).is_empty());
    subscribe(&mut org, 20, Deleted, Canceled);
    assert_eq!(org.status(day(20, 0)), Status::Canceled);
    assert!(sweep(&mut org, &[day(20, 0), day(21, 0)]).is_empty());
    assert_eq!(org.due_at(), None);
}

#[test]
fn running_trial_overrides_a_paused_or_unpaid_subscription() {
    for status in [Paused, Unpaid] {
        let mut org = trialing();
        subscribe(&mut org, 5, Created, status);
        assert_eq!(
            (org.status(day(6, 0)), org.trial_ends_at(day(6, 0))),
            (Status::Trialing, Some(day(14, 0)))
        );
        let next = org.next_billing_event(day(6, 0)).unwrap();
        assert_eq!((org.trial_days_remaining(day(6, 0)), next.kind), (8, NextKind::TrialEnds));
        assert_eq!(
            (org.trial_days_remaining(day(20, 0)), org.trial_ends_at(day(20, 0))),
            (0, Some(day(30, 0)))
        );
    }
}

#[test]
fn trial_end_is_the_one_of_an_alive_subscription() {
    let mut org = trialing();
    assert_eq!(org.trial_ends_at(day(20, 0)), Some(day(14, 0)));
    subscribe(&mut org, 5, Created, Trialing);
    assert_eq!((org.trial_ends_at(day(20, 0)), org.trial_days_remaining(day(20, 0))), (Some(day(30, 0)), 10));
    subscribe(&mut org, 30, Updated, Active);
    assert_eq!((org.trial_ends_at(day(31, 0)), org.trial_days_remaining(day(31, 0))), (Some(day(30, 0)), 0));
}

#[test]
fn plan_is_newly_unconfirmed_until_a_sweep_sees_it() {
    let mut org = trialing();
    subscribe(&mut org, 5, Created, Trialing);
    let limit = day(33, 0);
    for (now, newly) in [(day(31, 0), false), (day(33, -1), false), (limit, true), (day(40, 0), true)] {
        assert_eq!(org.is_plan_newly_unconfirmed(now), newly, "{now}");
    }
    org.run_trial_sweep(day(31, 0));
    assert!(org.is_plan_newly_unconfirmed(limit), "an earlier sweep did not see it");
    org.run_trial_sweep(limit);
    assert!(!org.is_plan_newly_unconfirmed(day(40, 0)));
}

#[test]
fn host_event_time_is_clamped_to_sign_up_and_now() {
    let mut org = trialing();
    org.complete_from_host("project.created", None, Timestamp::MIN, day(1, 0));
    assert_eq!(org.checklist.completions["created_project"].at, day(0, 0));
    assert_eq!(org.checklist.updated_at, Some(day(1, 0)));
    org.complete_from_host("client.created", None, Timestamp::MAX, day(2, 0));
    assert_eq!(org.checklist.completions["created_client"].at, day(2, 0));
}
