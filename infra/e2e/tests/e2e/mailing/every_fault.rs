//! Injects every kind of fault at every call of the functions that send notices and links, one
//! fault at a time. A run without faults records these calls. So a new call in the code is covered
//! without a change of the test.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::mailing::scenario::{JO, Scenario};
use e2e::{
    counted::{begin, counted},
    driver::World,
};

/// The functions whose calls get the faults.
const SENDERS: [&str; 2] = ["mailer", "trial-reminder"];

/// The kinds of faults. The flag says whether the fault may leave an email in the state unknown.
/// That happens only if SES did not send the email and the mailer cannot know it: the request
/// failed without a clear rejection, or the mailer crashed after the claim. After `reply_lost`, SES
/// did send the email, and its `Send` event settles the state.
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
    /// The stack sends no other email, so SES reports no other `Send` event.
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
                // If the email was sent and recorded, a later `Send` event changes nothing. So skip
                // the run with another email.
                if is_sent && after_fault == AfterFault::NoOtherMail {
                    break;
                }
            }
        }
    }
    assert!(unknown > 0, "{scenario:?}: faults at SES leave some email unknown");
}

/// Returns the calls that the senders make without faults. Each has the function, its number (from
/// 1) among the calls of that function, and the operation.
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

/// Runs the scenario with one fault, and then all retries and checks. Returns true if the email was
/// sent exactly once and recorded as sent. Returns false if it was not sent. In this case, the test
/// requires that the email is unknown, counted as unknown, and in the review queue.
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
    // In these runs, functions retry failed work, check expired claims, send unsent emails again,
    // and record the outcomes.
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
