//! Tests that events and settings have their full effect when a developer sends them through the
//! control interface.

use axum::body::Bytes;
use serde_json::{Value, json};
use stack::Config;
use stripe::{Secret, sign};

use crate::journeys::{
    billing::{checkout, press},
    sign_in::sign_in_by_link,
};
use e2e::driver::World;

const STRIPE: &str = "http://localhost:8485";

#[tokio::test]
async fn events_within_one_second_apply_in_order() {
    let world = World::new().await;
    for (number, (events, status)) in [
        (
            vec![
                ("customer.subscription.updated", Some("past_due")),
                ("customer.subscription.updated", Some("unpaid")),
            ],
            "unpaid",
        ),
        (vec![("customer.subscription.paused", None), ("customer.subscription.resumed", None)], "active"),
        (vec![("invoice.paid", None), ("customer.subscription.updated", Some("past_due"))], "past_due"),
        (vec![("invoice.payment_failed", None), ("invoice.paid", None)], "active"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut jo = world.pending("Acme", &format!("jo{number}@example.com")).await;
        for (kind, status) in &events {
            let mut event = json!({ "type": kind, "organization_id": jo.org() });
            if let Some(status) = status {
                // The envelope of a Stripe event has no field `status`. So `set` changes the field
                // in the object of the event.
                event["set"] = json!({ "status": status });
            }
            assert_eq!(world.stripe(event).await, [200]);
        }
        let organization = jo.organization().await;
        assert_eq!(organization["status"], status, "{events:?}");
        let is_open = status == "past_due" || status == "unpaid";
        assert!(is_open || organization["billing_issue"].is_null(), "{events:?}: {organization}");
    }
}

#[tokio::test]
async fn control_event_applies_to_the_existing_subscription() {
    let world = World::new().await;
    for (number, (kind, status)) in [
        ("customer.subscription.deleted", "canceled"),
        ("customer.deleted", "canceled"),
        ("customer.subscription.paused", "paused"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut jo = world.pending("Acme", &format!("jo{number}@example.com")).await;
        let redirect = checkout(&mut jo, "team").await;
        press(&world, redirect.header("location"), "choice=pay");
        world.settle().await;
        assert_eq!(jo.organization().await["status"], "active");
        assert_eq!(world.stripe(json!({ "type": kind, "organization_id": jo.org() })).await, [200]);
        assert_eq!(jo.organization().await["status"], status, "{kind}");
        let redirect = checkout(&mut jo, "single").await;
        let again = redirect.header("location").starts_with(&format!("{STRIPE}/c/pay/"));
        assert_eq!(again, status == "canceled", "{kind}: the Stripe mock ends the subscription too");
    }
}

#[tokio::test]
async fn deleted_subscription_or_customer_is_not_billed_again() {
    let world = World::new().await;
    for kind in ["customer.subscription.deleted", "customer.deleted"] {
        let mut jo = world.pending("Acme", &format!("{kind}@example.com")).await;
        let redirect = checkout(&mut jo, "team").await;
        press(&world, redirect.header("location"), "choice=pay");
        world.settle().await;
        assert_eq!(world.stripe(json!({ "type": kind, "organization_id": jo.org() })).await, [200]);
    }
    let paid_invoices = || {
        let events = world.stack.system().stripe.events();
        events.iter().filter(|event| event["type"] == "invoice.paid").count()
    };
    assert_eq!(paid_invoices(), 2);
    world.advance("40d").await;
    assert_eq!(paid_invoices(), 2);
}

#[tokio::test]
async fn wrong_metadata_does_not_open_the_portal_of_another_customer() {
    let world = World::new().await;
    let mut other = world.pending("Initech", "theirs@example.com").await;
    let redirect = checkout(&mut other, "team").await;
    press(&world, redirect.header("location"), "choice=pay");
    world.settle().await;
    sign_in_by_link(&world, &mut other, "theirs@example.com").await;
    let portal = other.submit("/billing/portal", &[]).await;
    let customer = world.stack.system().stripe.customers().remove(0);
    let shown = |world: &World, address: &str| {
        let request = http::Request::get(address.strip_prefix(STRIPE).unwrap()).body(Bytes::new()).unwrap();
        let page = world.stack.stripe_request(&request);
        String::from_utf8(page.body().to_vec()).unwrap()
    };
    assert!(shown(&world, portal.header("location")).contains("theirs@example.com"));

    for (number, status) in ["active", "incomplete", "canceled"].into_iter().enumerate() {
        let email = format!("jo{number}@example.com");
        let mut jo = world.pending("Acme", &email).await;
        sign_in_by_link(&world, &mut jo, &email).await;
        let event = json!({ "type": "customer.subscription.created", "organization_id": jo.org(), "customer": customer,
            "set": { "id": format!("sub_mixed{number}"), "status": status } });
        assert_eq!(world.stripe(event).await, [200]);
        let portal = jo.submit("/billing/portal", &[]).await;
        if status != "canceled" {
            assert_eq!(portal.status, 409, "{status}: our team manages the plan");
            continue;
        }
        let page = shown(&world, portal.header("location"));
        assert!(page.contains(&email), "{status}: {page}");
        assert!(!page.contains("theirs@example.com"), "{status}: {page}");
    }
}

#[tokio::test]
async fn events_of_two_customers_leave_one_checkout_open() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let mut opened = Vec::new();
    for customer in ["cus_a", "cus_b"] {
        let deleted = json!({ "type": "customer.subscription.deleted", "organization_id": jo.org(), "customer": customer });
        assert_eq!(world.stripe(deleted).await, [200]);
        opened.push(checkout(&mut jo, "team").await.header("location").to_owned());
    }
    let open = |address: &String| {
        let request = http::Request::get(address.strip_prefix(STRIPE).unwrap()).body(Bytes::new()).unwrap();
        let page = world.stack.stripe_request(&request);
        String::from_utf8_lossy(page.body()).contains("name=\"choice\"")
    };
    assert_eq!(opened.iter().map(open).collect::<Vec<_>>(), [false, true], "{opened:?}");
}

#[tokio::test]
async fn stripe_mock_learns_the_customer_of_a_signed_event() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    let now = world.stack.system().clock().now();
    let body = json!({ "id": "evt_1", "object": "event", "type": "invoice.paid", "created": now.as_second(), "livemode": false,
        "data": { "object": { "id": "in_1", "object": "invoice", "customer": "cus_own", "amount_paid": 900,
            "created": now.as_second(), "subscription": "sub_own",
            "subscription_details": { "metadata": { "organization_id": jo.org() } } } } });
    let body = body.to_string();
    let signature = sign(&Secret::parse(world.stack.webhook_secret()).unwrap(), now, body.as_bytes());
    let accepted =
        world.send("POST", "/billing/webhooks/stripe", &[("stripe-signature", &signature)], body).await;
    assert_eq!((accepted.status, &jo.organization().await["status"]), (200, &json!("active")));
    for (path, form) in [("/billing/portal", vec![]), ("/billing/checkout", vec![("plan", "team")])] {
        let redirect = jo.submit(path, &form).await;
        assert!(
            redirect.header("location").starts_with(STRIPE),
            "{path}: {} {}",
            redirect.status,
            redirect.text()
        );
    }
    let deleted = json!({ "type": "customer.subscription.deleted", "organization_id": jo.org() });
    assert_eq!(world.stripe(deleted).await, [200]);
    assert_eq!(jo.organization().await["status"], "canceled");
    let redirect = jo.submit("/billing/portal", &[]).await;
    assert!(redirect.header("location").starts_with(&format!("{STRIPE}/p/session/")), "{}", redirect.text());
}

#[tokio::test]
async fn trial_continues_beside_an_inactive_subscription() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    for status in ["paused", "unpaid", "incomplete", "canceled"] {
        world.set_subscription_status(&jo.org(), status).await;
        let organization = jo.organization().await;
        assert_eq!(
            (
                &organization["status"],
                &organization["trial_days_remaining"],
                organization["trial_ends_at"].is_string()
            ),
            (&json!("trialing"), &json!(14), true),
            "{status}"
        );
        let dashboard = jo.open("/dashboard").await.text();
        assert!(
            dashboard.contains("14 days left") && !dashboard.contains("Your plan starts then"),
            "{status}"
        );
    }
}

#[tokio::test]
async fn reminder_announces_read_only_access_when_no_plan_follows() {
    for (status, says) in [("paused", "becomes read-only when the trial ends"), ("trialing", "")] {
        let world = World::new().await;
        let jo = world.trialing("Acme", "jo@example.com").await;
        world.settle().await;
        let slow = json!([{ "function": "mailer", "service": "sesv2", "operation": "SendEmail", "rate": 1.0, "kind": "throttle" }]);
        world.inject(slow).await;
        world.advance("11d").await;
        world.set_subscription_status(&jo.org(), status).await;
        world.inject(json!([])).await;
        world.advance("1h").await;
        let reminders = world.mails("trial_ending").await;
        // A trialing subscription without an end replaces Onramp's trial. So the mailer drops the
        // pending reminder.
        assert_eq!(reminders.len(), usize::from(!says.is_empty()), "{status}: {reminders:?}");
        assert!(
            reminders.iter().all(|mail| mail["text"].as_str().unwrap().contains(says)),
            "{status}: {reminders:?}"
        );
    }
}

#[tokio::test]
async fn ses_event_needs_only_the_message_id() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mail = world.mails("welcome").await.remove(0);
    let detail = json!({ "eventType": "Bounce",
        "bounce": { "bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [{ "emailAddress": "jo@example.com" }] },
        "mail": { "messageId": mail["id"], "tags": mail["tags"] } });
    let event = json!({ "source": "aws.ses", "detail-type": "Email Bounced", "detail": detail.to_string() });
    world.local("POST", "/_local/events", Some(event)).await;
    world.settle().await;
    let failed = world.events("mail.failed").await;
    assert_eq!(failed.len(), 1, "{failed:?}");
}

#[tokio::test]
async fn variable_also_sets_resources_of_its_parameter() {
    let config = Config::memory().set("HOST_EVENT_SOURCE", "acme").set("MAIL_FROM_EMAIL", "bob@acme.example");
    let world = World::with(config).await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    for (source, done) in [("timetracker", 0), ("acme", 1)] {
        let event = json!({ "source": source, "detail-type": "project.created", "detail": { "organization_id": jo.org() } });
        world.local("POST", "/_local/events", Some(event)).await;
        world.settle().await;
        assert_eq!(jo.checklist().await["completed_count"], done, "{source}");
    }
    let mails = world.mails("welcome").await;
    assert!(
        mails.iter().any(|mail| mail["from"].as_str().unwrap().contains("bob@acme.example")),
        "{mails:?}"
    );
}

#[tokio::test]
async fn reset_clears_all_state() {
    let world = World::new().await;
    world.advance("1h").await;
    world.trialing("Before", "before@example.com").await;
    world.settle().await;
    world.local("POST", "/_local/reset", None).await;
    let uncertain = json!([{ "function": "mailer", "service": "sesv2", "operation": "SendEmail", "nth": 1, "kind": "error_500" }]);
    world.inject(uncertain).await;
    world.trialing("Acme", "jo@example.com").await;
    world.settle().await;
    world.advance("10s").await;
    world.trialing("Initech", "mo@example.com").await;
    world.settle().await;
    world.advance("17m").await;
    let to = |mail: &Value| mail["to"][0].as_str().unwrap().to_owned();
    let mut reached: Vec<_> = world.mails("welcome").await.iter().map(to).collect();
    reached.sort();
    assert_eq!(reached, ["jo@example.com", "mo@example.com"]);
}
