//! The trial, from its reminder to its end, and delayed email.

use serde_json::json;

use e2e::driver::World;

use crate::journeys::sign_in::sign_in_by_link;

#[tokio::test]
async fn trial_reminds_and_ends_once_and_payment_restores_access() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    world.advance("10d").await;
    assert_eq!(world.mails("trial_ending").await.len(), 0);
    assert_eq!(jo.organization().await["trial_days_remaining"], 4);

    world.advance("1d").await;
    let reminders = world.mails("trial_ending").await;
    assert_eq!(reminders.len(), 1);
    assert!(reminders[0]["text"].as_str().unwrap().contains("3 days"), "{}", reminders[0]["text"]);
    world.advance("1d").await;
    assert_eq!(world.mails("trial_ending").await.len(), 1);
    assert_eq!(world.events("trial.ending").await.len(), 1);

    world.advance("2d").await;
    assert_eq!(world.mails("trial_ended").await.len(), 1);
    assert_eq!(world.events("trial.expired").await.len(), 1);
    let organization = jo.organization().await;
    assert_eq!(
        (&organization["status"], &organization["access"]),
        (&json!("trial_expired"), &json!("read_only"))
    );
    assert_eq!(organization["trial_days_remaining"], 0);
    let refused = jo.post("/onboarding/api/checklist/complete/created_project").await;
    assert_eq!(refused.status, 402);
    let upgrade = refused.json()["upgrade_url"].as_str().unwrap().to_owned();
    assert!(upgrade.ends_with(&format!("/organizations/{}", jo.org())), "{upgrade}");

    world.stripe(json!({ "type": "invoice.paid", "organization_id": jo.org() })).await;
    assert_eq!(jo.organization().await["access"], "full");
    assert_eq!(jo.post("/onboarding/api/checklist/complete/created_project").await.status, 200);
    assert_eq!(world.mails("welcome").await.len(), 1);
}

#[tokio::test]
async fn trial_ends_without_the_schedule() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    world.inject(json!([{ "function": "trial-reminder", "rate": 1.0, "kind": "crash" }])).await;
    world.advance("14d").await;
    assert_eq!(world.mails("trial_ended").await.len(), 0, "the schedule does not run");
    // The session ended after 14 days without use.
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    assert_eq!(jo.organization().await["status"], "trial_expired");
    assert_eq!(jo.post("/onboarding/api/checklist/dismiss").await.status, 402);
    // When the schedule runs again, it sends the pending email.
    world.local("DELETE", "/_local/faults", None).await;
    world.advance("10m").await;
    assert_eq!(world.mails("trial_ended").await.len(), 1);
    assert_eq!(world.mails("trial_ending").await.len(), 0, "no reminder is sent after the end");
}

#[tokio::test]
async fn payment_during_the_trial_stops_its_emails() {
    let world = World::new().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    world.advance("5d").await;
    world.stripe(json!({ "type": "invoice.paid", "organization_id": jo.org() })).await;
    world.advance("20d").await;
    assert!(world.mails("trial_ending").await.is_empty() && world.mails("trial_ended").await.is_empty());
}

#[tokio::test]
async fn delayed_email_is_sent_once_when_ses_recovers() {
    let world = World::new().await;
    world.inject(json!([{ "service": "sesv2", "rate": 1.0, "kind": "throttle" }])).await;
    world.trialing("Acme", "jo@example.com").await;
    assert_eq!(world.mails("welcome").await.len(), 0);
    world.advance("72h").await;
    world.local("DELETE", "/_local/faults", None).await;
    world.advance("30m").await;
    assert_eq!(world.mails("welcome").await.len(), 1);
    world.advance("1d").await;
    assert_eq!(world.mails("welcome").await.len(), 1);
}

#[tokio::test]
async fn email_is_not_sent_twice_after_a_lost_ses_reply() {
    let world = World::new().await;
    world.inject(json!([{ "service": "sesv2", "nth": 1, "kind": "reply_lost" }])).await;
    world.trialing("Acme", "jo@example.com").await;
    world.advance("1d").await;
    assert_eq!(world.mails("welcome").await.len(), 1);
}
