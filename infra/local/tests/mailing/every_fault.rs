//! Every kind of fault at every call that the senders make, one at a time. The calls are those of an undisturbed run,
//! so a new one is covered without being listed.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    counted::{begin, counted},
    driver::World,
    scenario::{JO, Scenario},
};

/// The functions that are disturbed.
const SENDERS: [&str; 2] = ["mailer", "trial-reminder"];

/// The kinds of fault, and whether a mail may then have gone out although nobody was told, or not gone out although
/// it was claimed: only then may it end unknown.
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

/// What else happens afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// No other mail leaves: SES's feed says nothing.
    Quiet,
    /// Somebody else signs up: their mail is announced.
    Lively,
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
            for then in [Then::Quiet, Then::Lively] {
                let case = format!("{scenario:?}, {then:?}: {kind} at call {nth} of {function}, {operation}");
                let fault = json!([{ "function": function, "nth": nth, "kind": kind }]);
                let sent = disturbed(scenario, fault, then, &case).await;
                assert!(sent || may_be_unknown, "{case}: this kind leaves nothing open");
                unknown += usize::from(!sent);
                // The feed matters only where something is left open.
                if sent && then == Then::Quiet {
                    break;
                }
            }
        }
    }
    assert!(unknown > 0, "{scenario:?}: faults at SES leave something open");
}

/// The calls of the senders where nothing goes wrong: whose, which of theirs from 1, and what.
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

/// Runs the scenario with one fault, and lets everything recover. Says whether the mail was sent: once, and known to
/// be. What was not is unknown, was counted, and waits for a person.
async fn disturbed(scenario: Scenario, fault: Value, then: Then, case: &str) -> bool {
    begin();
    let world = World::new().await;
    let actor = scenario.prepare(&world).await;
    world.inject(fault).await;
    scenario.act(&world, actor).await;
    world.heal().await;
    world.wait(SignedDuration::from_mins(2)).await;
    if then == Then::Lively {
        world.trialing("Other", "mo@example.com").await;
        world.settle().await;
    }
    // What failed is tried again; what was claimed lapses, and is checked; what was sent again settles.
    for minutes in [4, 16, 16] {
        world.wait(SignedDuration::from_mins(minutes)).await;
        world.run_schedules().await;
    }
    let sent = world.mails_to(scenario.kind(), JO).await;
    let states = world.states(scenario.kind()).await;
    let others = if then == Then::Lively && scenario == Scenario::Welcome { 2 } else { 1 };
    assert_eq!(states.len(), others, "{case}: {states:?}");
    let (unknown, known): (Vec<_>, Vec<_>) =
        states.into_iter().partition(|(state, _)| state["state"] == "unknown");
    assert!(
        known.iter().all(|(state, place)| state["state"] == "sent" && place.is_null()),
        "{case}: {known:?}"
    );
    let Some((state, place)) = unknown.first() else {
        assert_eq!((sent, counted("MailUnknown")), (1, 0), "{case}");
        return true;
    };
    assert_eq!(sent, 0, "{case}: SES spoke of it, so it is known");
    assert!(then == Then::Quiet || !scenario.keeps(), "{case}: the feed lives, so it is sent once more");
    assert_eq!((unknown.len(), &state["held"]), (1, &json!(true)), "{case}");
    assert!(place.as_str().unwrap().starts_with("HELD#"), "{case}: {place}");
    assert_eq!(counted("MailUnknown"), 1, "{case}");
    false
}
