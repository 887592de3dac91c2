//! Runs of the host app's steps: single rules, and random runs against a model of the host.

use std::collections::BTreeMap;

use domain::{
    mail::NoticeKey,
    org::{Org, Setup, Status, Trigger},
    people::Reason,
    provisioning::{
        Attempt, CallbackError, Cause, Failure, Lease, MAX_OUTPUT_BYTES, Output, Outputs, Reported, Run,
        RunEnd, StepDefinition,
    },
    trial::Trial,
};
use jiff::{SignedDuration, Timestamp};

use crate::fixture::{self, acme, invoice, org, paid, record_at};

pub fn now() -> Timestamp {
    fixture::at(0)
}

pub fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

pub fn step(key: &str) -> StepDefinition {
    StepDefinition {
        key: key.parse().unwrap(),
        title: "Setting up your workspace".to_owned(),
        timeout: seconds(10),
        deadline: SignedDuration::from_hours(24),
        is_async: true,
    }
}

fn run(keys: &[&str]) -> Run {
    let steps: Vec<StepDefinition> = keys.iter().map(|key| step(key)).collect();
    Run::start(acme(), &steps, None, now()).unwrap()
}

pub fn lease(n: u64) -> Lease {
    Lease(n.to_string())
}

fn done() -> Attempt {
    Attempt::Done(Output::default())
}

fn again(cause: Cause) -> Attempt {
    Attempt::Again { cause, retry_after: None }
}

pub fn reason() -> Reason {
    Reason::parse("The tenant exists already.").unwrap()
}

#[test]
fn run_without_steps_does_not_exist() {
    assert_eq!(Run::start(acme(), &[], None, now()), None);
}

#[test]
fn steps_are_called_in_order_until_all_are_done() {
    let mut run = run(&["workspace", "billing"]);
    for (key, is_last) in [("workspace", false), ("billing", true)] {
        let call = run.claim(&lease(1), now()).unwrap();
        assert_eq!((call.step.as_str(), call.attempt), (key, 1));
        assert_eq!(run.claim(&lease(2), now()), None, "a second call in flight");
        assert_eq!(run.claimed(&lease(1)), Some(call));
        run.record(&lease(1), done(), 0, now());
        assert_eq!(run.is_ready(), is_last);
    }
    assert_eq!((run.due_at(), run.done_count()), (None, 2));
}

#[test]
fn interrupted_call_is_made_again_after_its_lease() {
    let mut run = run(&["workspace"]);
    run.claim(&lease(1), now()).unwrap();
    let due = run.due_at().unwrap();
    assert!(due > now() + seconds(10), "the lease is longer than the call");
    let call = run.claim(&lease(2), due).unwrap();
    assert_eq!(call.attempt, 2);
    run.record(&lease(1), Attempt::Rejected(Cause::Timeout), 0, due);
    assert_eq!(run.end, None, "the response of an earlier call has no effect");
    run.record(&lease(2), done(), 0, due);
    assert!(run.is_ready());
}

#[test]
fn failed_attempt_waits_and_the_deadline_ends_the_step() {
    let mut run = run(&["workspace"]);
    let end = now() + SignedDuration::from_hours(24);
    let mut at = now();
    let mut calls = 0;
    while run.claim(&lease(calls), at).is_some() {
        run.record(&lease(calls), again(Cause::NoConnection), u64::MAX, at);
        let due = run.due_at().unwrap();
        assert!(due >= at + seconds(1) && due <= end);
        at = due;
        calls += 1;
    }
    assert_eq!(at, end);
    assert_eq!(run.steps[0].last_error, Some(Cause::NoConnection));
    let step = step("workspace").key;
    assert_eq!(run.end, Some(RunEnd::Failed { at, step, why: Failure::Step(Cause::DeadlinePassed) }));
}

#[test]
fn retry_after_delays_the_next_attempt() {
    let mut run = run(&["workspace"]);
    run.claim(&lease(1), now()).unwrap();
    let attempt = Attempt::Again { cause: Cause::Timeout, retry_after: Some(seconds(3600)) };
    run.record(&lease(1), attempt, 0, now());
    assert_eq!(run.due_at(), Some(now() + seconds(3600)));
}

#[test]
fn accepted_step_ends_with_its_callback_or_its_deadline() {
    let step = step("workspace").key;
    let accepted = || {
        let mut run = run(&["workspace"]);
        run.claim(&lease(1), now()).unwrap();
        run.record(&lease(1), Attempt::Accepted, 0, now());
        run
    };
    let later = now() + seconds(3600);
    let mut reported = accepted();
    assert_eq!(reported.claim(&lease(2), later), None, "the host works on it");
    let ok = || Reported::Done(Output::default());
    assert_eq!(reported.report(&step, ok(), later), Ok(()));
    let after = reported.clone();
    assert_eq!(reported.report(&step, ok(), later), Ok(()), "the same again");
    assert_eq!(reported.report(&step, Reported::Failed(None), later), Err(CallbackError::Ended));
    assert_eq!(reported, after);

    let mut late = accepted();
    let end = now() + SignedDuration::from_hours(24);
    assert_eq!((late.due_at(), late.look_at()), (Some(end), Some(later)), "it is slow after an hour");
    assert_eq!(late.age(later), Some(seconds(3600)));
    assert_eq!(late.claim(&lease(2), end), None);
    assert_eq!(late.report(&step, ok(), end), Err(CallbackError::Ended));
    assert_eq!(late.report(&step, Reported::Failed(None), end), Ok(()), "the run has failed already");
}

#[test]
fn callback_counts_from_the_first_call_on() {
    let step = step("workspace").key;
    let ok = || Reported::Done(Output::default());
    let mut early = run(&["workspace"]);
    assert_eq!(early.report(&step, ok(), now()), Err(CallbackError::NotBegun));
    assert_eq!(early.report(&"other".parse().unwrap(), ok(), now()), Err(CallbackError::UnknownStep));
    // The callback is faster than the response, or the response was lost.
    early.claim(&lease(1), now()).unwrap();
    let mut lost = early.clone();
    assert_eq!(early.report(&step, ok(), now()), Ok(()));
    early.record(&lease(1), Attempt::Accepted, 0, now());
    assert!(early.is_ready());
    lost.record(&lease(1), again(Cause::Timeout), 0, now());
    assert_eq!(lost.report(&step, ok(), now()), Ok(()));
    assert!(lost.is_ready());
}

#[test]
fn outputs_reach_later_steps_within_their_limit() {
    let output = |name: &str, size: usize| Output {
        outputs: Outputs(BTreeMap::from([(name.to_owned(), "x".repeat(size))])),
        app_url: None,
    };
    let mut run = run(&["workspace", "billing"]);
    run.claim(&lease(1), now()).unwrap();
    run.record(&lease(1), Attempt::Done(output("a", MAX_OUTPUT_BYTES - 1)), 0, now());
    run.claim(&lease(2), now()).unwrap();
    run.record(&lease(2), Attempt::Done(output("b", 1)), 0, now());
    assert_eq!(run.steps[1].last_error, Some(Cause::OutputsTooLarge));
    assert_eq!(run.done_count(), 1);
    let too_large = Reported::Done(output("b", 1));
    assert_eq!(run.report(&step("billing").key, too_large, now()), Err(CallbackError::OutputsTooLarge));
    let replaced = Reported::Done(output("a", 1));
    assert_eq!(run.report(&step("billing").key, replaced, now()), Ok(()));
    assert_eq!(run.outputs.0["a"], "x");
}

#[test]
fn operator_retries_skips_or_gives_up() {
    let mut failed = run(&["workspace", "billing"]);
    failed.claim(&lease(1), now()).unwrap();
    failed.record(&lease(1), Attempt::Rejected(Cause::Timeout), 0, now());
    let later = now() + SignedDuration::from_hours(48);
    assert!(!failed.give_up(reason(), later), "it has ended");

    let mut retried = failed.clone();
    assert!(retried.retry_step(later));
    let call = retried.claim(&lease(2), later).unwrap();
    assert_eq!(call.attempt, 2, "the deadline counts again");
    assert!(!retried.retry_step(later), "a call is in flight");

    let mut skipped = failed;
    assert!(!skipped.skip_step(&step("billing").key, reason(), later), "not the current step");
    for key in ["workspace", "billing"] {
        assert!(skipped.skip_step(&step(key).key, reason(), later));
    }
    assert!(skipped.is_ready());
    assert!(!skipped.retry_step(later) && !skipped.skip_step(&step("billing").key, reason(), later));

    let mut given_up = run(&["workspace"]);
    assert!(given_up.give_up(reason(), later));
    assert!(matches!(given_up.end, Some(RunEnd::Failed { why: Failure::GivenUp(_), .. })));
}

#[test]
fn trial_and_welcome_email_begin_when_the_organization_is_ready() {
    let mut org = org();
    let setup = Setup {
        project: "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap(),
        steps: vec![step("workspace")],
        asks_for_verification: true,
        waits_for_verification: false,
    };
    org.start_trial(Trial::start(now(), 14, vec![3]), &setup, now());
    let later = now() + SignedDuration::from_hours(20) + seconds(7);
    assert_eq!((org.status(later), org.trial_days_remaining(later)), (Status::Trialing, 14));
    assert!(org.is_on_trial(later));
    assert_eq!((org.trial_ends_at(later), org.due_at()), (None, None));
    assert_eq!(org.outbox.due_at(), Some(now() + seconds(120)), "the email to an unverified founder");

    org.change_run(later, |run| run.claim(&lease(1), later)).unwrap().unwrap();
    org.change_run(later, |run| run.record(&lease(1), done(), 0, later));
    let trial = org.trial.clone().unwrap();
    assert_eq!((trial.started_at, trial.ends_at), (later, later + seconds(14 * 24 * 3600)));
    assert_eq!(org.outbox.due_at(), Some(later));
    let ready = org.clone();
    org.change_run(later, |run| run.claim(&lease(2), later));
    assert_eq!(org, ready, "a second end starts nothing");
}

#[test]
fn held_run_begins_with_its_release() {
    let mut run = run(&["workspace"]);
    run.is_held = true;
    assert_eq!((run.due_at(), run.claim(&lease(1), now())), (None, None));
    let later = now() + seconds(3600);
    run.release(later);
    assert_eq!(run.due_at(), Some(later));
    assert!(run.claim(&lease(1), later).is_some());
    let calling = run.clone();
    run.release(later);
    assert_eq!(run, calling);
}

#[test]
fn run_waits_for_a_verified_address_or_money() {
    let setup = Setup {
        project: "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap(),
        steps: vec![step("workspace")],
        asks_for_verification: true,
        waits_for_verification: true,
    };
    let mut org = fixture::org();
    org.start_trial(Trial::start(now(), 14, vec![3]), &setup, now());
    let due = |org: &Org| org.run.as_ref().unwrap().due_at();
    assert_eq!((due(&org), org.outbox.due_at()), (None, Some(now())), "the email is due at once");
    let two_weeks = now() + SignedDuration::from_hours(14 * 24);
    for (at, status) in [(two_weeks - seconds(1), Status::Trialing), (two_weeks, Status::TrialExpired)] {
        assert_eq!(org.status(at), status, "an address that is not verified, at {at}");
    }
    let later = two_weeks + seconds(60);
    let mut payer = org.clone();
    record_at(&mut payer, &invoice("in_1", 1, None, "evt_1", 1, paid(500)), later);
    org.release_run(later);
    assert_eq!((due(&org), due(&payer)), (Some(later), Some(later)));
    assert!(org.outbox.0.contains_key(&NoticeKey::Verify));
    org.change_run(later, |run| run.claim(&lease(1), later));
    org.change_run(later, |run| run.record(&lease(1), done(), 0, later));
    assert_eq!((org.status(later), org.trial_days_remaining(later)), (Status::Trialing, 14));
    assert!(!org.outbox.0.contains_key(&NoticeKey::Verify), "the welcome email verifies the address");

    let mut without_trial = fixture::org();
    let setup = Setup { waits_for_verification: true, ..setup };
    without_trial.provision(Trigger::Payment, &setup, now());
    assert_eq!(due(&without_trial), Some(now()));
}
