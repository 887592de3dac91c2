//! Injects every kind of fault at every call of the functions that send notices and links, one
//! fault at a time. A run without faults records these calls, so a new call is covered
//! automatically.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    counted::{begin, counted},
    driver::World,
    scenario::{JO, Scenario},
};

/// The functions whose calls get the faults.
const SENDERS: [&str; 2] = ["mailer", "trial-reminder"];

/// The kinds of fault, and whether the fault may leave an email in the state unknown. That is
/// allowed if SES may have sent the email without a response, or if the email was claimed and not
/// sent.
const KINDS: [(&str, bool); 10] = [
    ("throttle", false),
    ("error_500", true),
    ("conflict", false),
    ("access_denied", false),
    ("hang", true),
    ("reset", false),
    ("reply_lost", false),
    ("crash", true),
    ("crash_after", true),
    ("partial", false),
];

/// What happens after the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AfterFault {
    /// No other email is sent, so SES reports no `Send` event.
    NoOtherMail,
    /// Another user signs up, and SES reports the `Send` event of that user's email.
    OtherMail,
}

#[tokio::test(start_paused = true)]
async fn welcome_email_is_sent_once() {
    every_fault(Scenario::Welcome).await;
}

#[tokio::test(start_paused = true)]
async fn reminder_is_sent_once() {
    every_fault(Scenario::Reminder).await;
}

#[tokio::test(start_paused = true)]
async fn sign_in_link_is_sent_once() {
    every_fault(Scenario::SignIn).await;
}

#[tokio::test(start_paused = true)]
async fn failed_payment_email_is_sent_once() {
    every_fault(Scenario::PaymentFailed).await;
}

#[tokio::test(start_paused = true)]
async fn trial_ended_email_is_sent_once() {
    every_fault(Scenario::TrialEnded).await;
}

#[tokio::test(start_paused = true)]
async fn invitation_is_sent_once() {
    every_fault(Scenario::Invitation).await;
}

async fn every_fault(scenario: Scenario) {
    let calls = undisturbed(scenario).await;
    let mut unknown = 0;
    for (function, nth, operation) in &calls {
        for (kind, may_be_unknown) in KINDS {
            if kind == "partial" && !operation.starts_with("Batch") {
                continue;
            }
            for after_fault in [AfterFault::NoOtherMail, AfterFault::OtherMail] {
                let case =
                    format!("{scenario:?}, {after_fault:?}: {kind} at call {nth} of {function}, {operation}");
                let fault = json!([{ "function": function, "nth": nth, "kind": kind }]);
                let is_sent = disturbed(scenario, fault, after_fault, &case).await;
                assert!(is_sent || may_be_unknown, "{case}: this kind leaves no email unknown");
                unknown += usize::from(!is_sent);
                // An email that was sent and recorded needs no later `Send` event.
                if is_sent && after_fault == AfterFault::NoOtherMail {
                    break;
                }
            }
        }
    }
    assert!(unknown > 0, "{scenario:?}: faults at SES leave some email unknown");
}

/// Returns the calls of the senders without faults: function, number from 1, and operation.
async fn undisturbed(scenario: Scenario) -> Vec<(&'static str, usize, String)> {
    let world = World::new().await;
    let actor = scenario.prepare(&world).await;
    let before = calls(&world).await.len();
    scenario.act(&world, actor).await;
    assert_eq!(world.mails_to(scenario.kind(), JO).await, 1);
    let calls = calls(&world).await.split_off(before);
    let of = |function: &'static str| {
        let own = calls.iter().filter(move |call| call["function"] == function);
        own.enumerate()
            .map(move |(n, call)| (function, n + 1, call["operation"].as_str().unwrap().to_owned()))
    };
    let all: Vec<_> = SENDERS.into_iter().flat_map(of).collect();
    assert!(all.iter().any(|(_, _, operation)| operation == "SendEmail"));
    all
}

async fn calls(world: &World) -> Vec<Value> {
    world.local("GET", "/_local/calls", None).await.as_array().unwrap().clone()
}

/// Runs the scenario with one fault, and then runs all retries and checks. Returns whether the
/// email was sent exactly once and recorded as sent. Otherwise, the email must be unknown, counted
/// as unknown, and in the review queue.
async fn disturbed(scenario: Scenario, fault: Value, after_fault: AfterFault, case: &str) -> bool {
    begin();
    let world = World::new().await;
    let actor = scenario.prepare(&world).await;
    world.inject(fault).await;
    scenario.act(&world, actor).await;
    world.clear_faults().await;
    world.wait(SignedDuration::from_mins(2)).await;
    if after_fault == AfterFault::OtherMail {
        world.trialing("Other", "mo@example.com").await;
        world.settle().await;
    }
    // Failed work is retried, expired claims are checked, and resent emails are recorded.
    for minutes in [4, 16, 16] {
        world.wait(SignedDuration::from_mins(minutes)).await;
        world.run_schedules().await;
    }
    let sent = world.mails_to(scenario.kind(), JO).await;
    let states = world.states(scenario.kind()).await;
    let expected = if after_fault == AfterFault::OtherMail && scenario == Scenario::Welcome { 2 } else { 1 };
    assert_eq!(states.len(), expected, "{case}: {states:?}");
    let (unknown, known): (Vec<_>, Vec<_>) =
        states.into_iter().partition(|(state, _)| state["state"] == "unknown");
    assert!(
        known.iter().all(|(state, partition)| state["state"] == "sent" && partition.is_null()),
        "{case}: {known:?}"
    );
    let Some((state, partition)) = unknown.first() else {
        assert_eq!((sent, counted("MailUnknown")), (1, 0), "{case}");
        return true;
    };
    assert_eq!(sent, 0, "{case}: SES reported it, so its state is known");
    assert!(
        after_fault == AfterFault::NoOtherMail || !scenario.useful_at_check(),
        "{case}: SES reported a later mail, so this mail is resent"
    );
    assert_eq!((unknown.len(), &state["held"]), (1, &json!(true)), "{case}");
    assert!(partition.as_str().unwrap().starts_with("HELD#"), "{case}: {partition}");
    assert_eq!(counted("MailUnknown"), 1, "{case}");
    false
}
