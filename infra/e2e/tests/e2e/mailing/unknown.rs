//! Emails for which SES returned no definite response. A later SES event determines their state, or
//! an operator reviews them.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::mailing::scenario::JO;
use e2e::{
    counted::{begin, counted},
    driver::World,
};

/// Starts a stack and signs up the organization Acme. SES returns an internal error for each
/// `SendEmail` call whose number is in `nth`, counted from 1.
async fn without_ses_response(nth: &[u64]) -> World {
    begin();
    let world = World::new().await;
    let faults = nth.iter().map(|nth| json!({ "service": "sesv2", "nth": nth, "kind": "error_500" }));
    world.inject(faults.collect::<Value>()).await;
    world.trialing("Acme", JO).await;
    assert_eq!(world.mails_to("welcome", JO).await, 0);
    world
}

#[tokio::test(start_paused = true)]
async fn unknown_email_is_resent_after_a_later_send_event() {
    let world = without_ses_response(&[1]).await;
    world.advance("1m").await;
    world.trialing("Other", "mo@example.com").await;
    world.advance("13m").await;
    assert_eq!(world.mails_to("welcome", JO).await, 0, "the check is not due yet");
    world.advance("2m").await;
    assert_eq!(world.mails_to("welcome", JO).await, 1);
    world.advance("2h").await;
    assert_eq!((world.mails_to("welcome", JO).await, counted("MailUnknown")), (1, 0));
    assert_eq!(counted("MailSent"), 2);
}

#[tokio::test(start_paused = true)]
async fn later_send_event_counts_however_close() {
    begin();
    let world = World::new().await;
    // Three emails are sent half a second apart. SES reports `Send` events for the first and the
    // third. For the second, SES returns an error and reports nothing.
    for (name, email) in [("First", "mo@example.com"), ("Acme", JO), ("Last", "lo@example.com")] {
        if email == JO {
            world.inject(json!([{ "service": "sesv2", "nth": 1, "kind": "error_500" }])).await;
        }
        world.trialing(name, email).await;
        world.settle().await;
        world.wait(SignedDuration::from_millis(500)).await;
    }
    assert_eq!(world.mails_to("welcome", JO).await, 0);
    world.advance("20m").await;
    assert_eq!((world.mails_to("welcome", JO).await, counted("MailUnknown")), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn unknown_email_needs_review_without_send_events() {
    let world = without_ses_response(&[1]).await;
    world.advance("14m").await;
    assert_eq!(counted("MailUnknown"), 0, "SES may still report it");
    world.advance("2m").await;
    assert_eq!(counted("MailUnknown"), 1);
    let (state, partition) = world.state("welcome").await;
    assert_eq!((&state["state"], &state["held"]), (&json!("unknown"), &json!(true)));
    assert!(partition.as_str().unwrap().starts_with("HELD#"), "{partition}");
    // `Send` events of other emails change nothing after the check.
    world.trialing("Other", "mo@example.com").await;
    world.advance("2h").await;
    assert_eq!((world.mails_to("welcome", JO).await, counted("MailUnknown")), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn unknown_email_is_resent_only_once() {
    // Both attempts to send Acme's welcome email fail. Between them, SES sends Other's welcome
    // email.
    let world = without_ses_response(&[1, 3]).await;
    world.advance("1m").await;
    world.trialing("Other", "mo@example.com").await;
    world.advance("20m").await;
    world.trialing("Third", "lo@example.com").await;
    world.advance("2h").await;
    assert_eq!((world.mails_to("welcome", JO).await, counted("MailUnknown")), (0, 1));
    let sends = world.local("GET", "/_local/calls", None).await;
    let sends = sends.as_array().unwrap().iter().filter(|call| call["operation"] == "SendEmail").count();
    assert_eq!(sends, 4, "two for Acme, one for each other");
}

#[tokio::test(start_paused = true)]
async fn send_event_confirms_an_email_without_a_response() {
    begin();
    let world = World::new().await;
    world.inject(json!([{ "service": "sesv2", "nth": 1, "kind": "reply_lost" }])).await;
    world.trialing("Acme", JO).await;
    world.settle().await;
    let (state, partition) = world.state("welcome").await;
    assert_eq!((&state["state"], partition), (&json!("sent"), Value::Null));
    world.advance("2h").await;
    assert_eq!((world.mails_to("welcome", JO).await, counted("MailSent")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn table_outage_sends_no_email_twice() {
    begin();
    let world = World::new().await;
    // The mailer claims and sends the email. Then the table fails, so the mailer records neither
    // the outcome nor the SES event, which becomes a dead letter.
    let (read, write) = ("GetItem", "UpdateItem");
    let down =
        |nth: u64| json!({ "function": "mailer", "operation": write, "nth": nth, "kind": "access_denied" });
    let mut plan: Vec<_> = (2..200).map(down).collect();
    plan.extend(
        (2..200).map(
            |nth| json!({ "function": "mailer", "operation": read, "nth": nth, "kind": "access_denied" }),
        ),
    );
    world.inject(Value::Array(plan)).await;
    world.trialing("Acme", JO).await;
    world.settle().await;
    world.clear_faults().await;
    assert_eq!(world.mails_to("welcome", JO).await, 1, "SES accepted it");
    let dead = world.local("GET", "/_local/dead-letters", None).await;
    assert!(dead.as_array().unwrap().iter().any(|it| it["event"]["detail"]["eventType"] == "Send"), "{dead}");
    world.advance("1m").await;
    world.trialing("Other", "mo@example.com").await;
    world.advance("2h").await;
    assert_eq!(
        world.mails_to("welcome", JO).await,
        1,
        "the Send event is a dead letter, so its absence proves nothing"
    );
    assert_eq!(counted("MailUnknown"), 1);
    let (unknown, _): (Vec<_>, Vec<_>) =
        world.states("welcome").await.into_iter().partition(|(state, _)| state["state"] == "unknown");
    assert_eq!((unknown.len(), &unknown[0].0["held"]), (1, &json!(true)));
}

#[tokio::test(start_paused = true)]
async fn unreadable_dead_letter_queue_leaves_email_unknown() {
    let world = without_ses_response(&[1]).await;
    world.advance("1m").await;
    world.trialing("Other", "mo@example.com").await;
    world.inject(json!([{ "service": "sqs", "rate": 1.0, "kind": "error_500" }])).await;
    world.advance("20m").await;
    assert_eq!((world.mails_to("welcome", JO).await, counted("MailUnknown")), (0, 0));
    world.clear_faults().await;
    world.advance("6m").await;
    assert_eq!((world.mails_to("welcome", JO).await, counted("MailUnknown")), (1, 0));
}
