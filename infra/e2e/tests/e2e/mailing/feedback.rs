//! SES events about emails that SES accepted: bounces and complaints.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::mailing::scenario::JO;
use e2e::{
    counted::{begin, counted},
    driver::{Visitor, World},
    mailbox::plain,
};

/// Creates an organization whose welcome email was sent, and returns that email.
async fn welcomed(world: &World) -> (Visitor<'_>, Value) {
    begin();
    let jo = world.trialing("Acme", JO).await;
    let mail = world.mails("welcome").await.remove(0);
    (jo, mail)
}

fn bounce(kind: &str) -> Value {
    json!({ "bounceType": kind, "bounceSubType": "General", "bouncedRecipients": [{ "emailAddress": JO }] })
}

/// Returns whether the pages show the notice about an undeliverable address. Fails if only one of
/// the two pages shows it.
async fn is_shown(jo: &mut Visitor<'_>) -> bool {
    let mut shown = Vec::new();
    for path in [format!("/organizations/{}", jo.org()), "/onboarding/checklist".to_owned()] {
        let page = jo.open(&path).await;
        assert_eq!(page.status, 200, "{path}");
        shown.push(page.text().contains(r#"id="unreachable""#));
    }
    assert_eq!(shown[0], shown[1], "both pages show the same");
    shown[0]
}

#[tokio::test(start_paused = true)]
async fn bounced_admin_gets_no_notices_and_is_shown() {
    let world = World::new().await;
    let (mut jo, mail) = welcomed(&world).await;
    assert!(!is_shown(&mut jo).await);
    for _ in 0..2 {
        world.ses(&mail, "Bounce", bounce("Permanent")).await;
    }
    let (state, partition) = world.state("welcome").await;
    assert_eq!((&state["state"], &state["why"]), (&json!("failed"), &json!("bounced")));
    assert!(partition.as_str().unwrap().starts_with("HELD#"), "{partition}");
    assert_eq!((counted("MailBounced"), counted("MailFailed")), (2, 0), "a bounce raises no alarm by itself");
    let failed = world.events("mail.failed").await;
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["detail"]["reason"], "bounced");
    assert!(is_shown(&mut jo).await);
    // Emails that the user requests are still sent.
    world.visitor().submit("/login", &[("email", JO)]).await;
    assert_eq!(world.mails_to("sign_in", JO).await, 1);
    world.advance("11d1h").await;
    assert_eq!(world.mails("trial_ending").await.len(), 0);
    assert_eq!(world.state("trial_ending").await.0["state"], "dropped");
}

#[tokio::test(start_paused = true)]
async fn delivered_sign_in_email_ends_the_suppression() {
    let world = World::new().await;
    let (mut jo, mail) = welcomed(&world).await;
    let ask = async || {
        world.visitor().submit("/login", &[("email", JO)]).await;
        world.mails("sign_in").await.pop().unwrap()
    };
    let earlier = ask().await;
    world.wait(SignedDuration::from_secs(1)).await;
    world.ses(&mail, "Bounce", bounce("Permanent")).await;
    world.wait(SignedDuration::from_mins(1)).await;
    world.ses(&earlier, "Delivery", json!({})).await;
    assert!(is_shown(&mut jo).await, "it was sent before the bounce");
    let later = ask().await;
    world.ses(&later, "Delivery", json!({})).await;
    assert!(!is_shown(&mut jo).await);
    world.advance("11d1h").await;
    assert_eq!(world.mails("trial_ending").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn complaint_suppresses_notices() {
    let world = World::new().await;
    let (mut jo, mail) = welcomed(&world).await;
    world.ses(&mail, "Complaint", json!({ "complaintFeedbackType": "not-spam" })).await;
    assert!(!is_shown(&mut jo).await);
    world.ses(&mail, "Complaint", json!({ "complaintFeedbackType": "abuse" })).await;
    assert_eq!((counted("MailComplained"), counted("MailFailed")), (1, 0));
    assert_eq!(world.state("welcome").await.0["state"], "sent", "it was delivered");
    world.wait(SignedDuration::from_mins(1)).await;
    world.visitor().submit("/login", &[("email", JO)]).await;
    let delivered = world.mails("sign_in").await.remove(0);
    world.ses(&delivered, "Delivery", json!({})).await;
    assert!(is_shown(&mut jo).await);
    world.advance("11d1h").await;
    assert_eq!(world.mails("trial_ending").await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn email_to_an_invalid_domain_counts_as_a_bounce() {
    let world = World::new().await;
    let (mut jo, mail) = welcomed(&world).await;
    let mut invalid = bounce("Transient");
    invalid["bouncedRecipients"][0]["status"] = json!("5.4.4");
    world.ses(&mail, "Bounce", invalid).await;
    assert_eq!(world.state("welcome").await.0["why"], "bounced");
    assert_eq!((counted("MailBounced"), counted("MailBouncedForNow")), (1, 0));
    assert!(is_shown(&mut jo).await);
}

#[tokio::test(start_paused = true)]
async fn address_that_ses_refuses_counts_as_a_bounce() {
    let world = World::new().await;
    let (jo, _) = welcomed(&world).await;
    // No form accepts this address, so the test writes it directly to the table.
    let item = json!({
        "Key": { "pk": { "S": format!("ORG#{}", jo.org()) }, "sk": { "S": "ORG" } },
        "UpdateExpression": "SET admins[0].address = :address",
        "ExpressionAttributeValues": { ":address": { "S": "jo doe@example.com" } },
    });
    world.write("UpdateItem", item);
    world.advance("11d1h").await;
    let (state, _) = world.state("trial_ending").await;
    assert_eq!((&state["state"], &state["why"]), (&json!("failed"), &json!("bounced")));
    assert_eq!((counted("MailBounced"), counted("MailFailed")), (1, 0));
    let org = world.items(&format!("ORG#{}", jo.org())).await;
    let org = org.iter().map(plain).find(|item| item["sk"] == "ORG").unwrap();
    assert_eq!(org["admins"][0]["unreachable"]["why"], "bounced");
}

#[tokio::test(start_paused = true)]
async fn full_mailbox_and_reject_do_not_suppress() {
    let world = World::new().await;
    let (mut jo, mail) = welcomed(&world).await;
    world.ses(&mail, "Bounce", bounce("Transient")).await;
    assert_eq!(
        (world.state("welcome").await.0["state"].clone(), counted("MailBouncedForNow")),
        (json!("sent"), 1)
    );
    world.ses(&mail, "Reject", json!({ "reason": "Bad content" })).await;
    let (state, _) = world.state("welcome").await;
    assert_eq!((&state["state"], &state["why"]), (&json!("failed"), &json!("rejected")));
    assert_eq!((counted("MailRejected"), counted("MailFailed")), (1, 1));
    assert!(!is_shown(&mut jo).await);
    world.advance("11d1h").await;
    assert_eq!(world.mails("trial_ending").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn bounced_sign_in_email_suppresses_in_all_orgs() {
    let world = World::new().await;
    let (mut jo, _) = welcomed(&world).await;
    world.visitor().submit("/login", &[("email", JO)]).await;
    let mail = world.mails("sign_in").await.remove(0);
    world.ses(&mail, "Bounce", bounce("Permanent")).await;
    assert_eq!(world.state("sign_in").await.0["why"], "bounced");
    assert!(is_shown(&mut jo).await);
}
