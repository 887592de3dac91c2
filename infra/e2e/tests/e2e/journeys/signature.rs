//! Signature check of the Stripe webhook.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use stripe::{Secret, sign};

use e2e::driver::World;

const PATH: &str = "/billing/webhooks/stripe";

fn now(world: &World) -> Timestamp {
    world.stack.system().cloud.clock.now()
}

fn secret(text: &str) -> Secret {
    Secret::parse(text).unwrap()
}

/// Returns an event that is pretty-printed and ends with spaces. So its bytes differ from its
/// compact JSON.
fn event() -> String {
    let text = json!({ "id": "evt_1", "object": "event", "type": "invoice.paid", "created": 1_767_225_600, "livemode": false,
        "data": { "object": { "id": "in_1", "object": "invoice", "customer": "cus_1", "amount_paid": 900, "created": 1_767_225_600 } } });
    format!("{text:#}  ")
}

#[tokio::test]
async fn invalid_signature_returns_400_and_stores_nothing() {
    let world = World::new().await;
    let body = event();
    let at = |seconds| now(&world) + SignedDuration::from_secs(seconds);
    let own = secret(world.stack.webhook_secret());
    let good = sign(&own, now(&world), body.as_bytes());
    let compact = serde_json::from_str::<Value>(&body).unwrap().to_string();
    for (case, header, body) in [
        ("missing", None, body.clone()),
        ("empty", Some(String::new()), body.clone()),
        ("other secret", Some(sign(&secret("whsec_other"), now(&world), body.as_bytes())), body.clone()),
        ("too old", Some(sign(&own, at(-310), body.as_bytes())), body.clone()),
        ("too far in the future", Some(sign(&own, at(310), body.as_bytes())), body.clone()),
        ("reformatted body", Some(good.clone()), compact),
        ("longer body", Some(good.clone()), format!("{body} ")),
        ("two times", Some(format!("t=1,{good}")), body.clone()),
        ("scheme v0", Some(good.replace("v1=", "v0=")), body.clone()),
    ] {
        let headers: Vec<_> = header.iter().map(|header| ("stripe-signature", header.as_str())).collect();
        let response = world.send("POST", PATH, &headers, body).await;
        assert_eq!(response.status, 400, "{case}: {}", response.text());
    }
    assert_eq!(world.item_count().await, 0);
    let accepted = world.send("POST", PATH, &[("stripe-signature", &good)], body).await;
    assert_eq!(accepted.status, 200, "{}", accepted.text());
}

#[tokio::test]
async fn signature_covers_the_bytes_for_every_content_type() {
    let world = World::new().await;
    let body = event();
    let header = sign(&secret(world.stack.webhook_secret()), now(&world), body.as_bytes());
    for content_type in ["application/json; charset=utf-8", "application/octet-stream", "text/plain", ""] {
        let mut headers = vec![("stripe-signature", header.as_str())];
        if !content_type.is_empty() {
            headers.push(("content-type", content_type));
        }
        assert_eq!(world.send("POST", PATH, &headers, body.clone()).await.status, 200, "{content_type:?}");
    }
}

#[tokio::test]
async fn webhook_accepts_any_secret_and_any_signature_that_match() {
    let world =
        World::with(stack::Config::memory().set("STRIPE_WEBHOOK_SECRET", "whsec_old,whsec_new")).await;
    let body = event();
    let signed_with = |text| sign(&secret(text), now(&world), body.as_bytes());
    let new = signed_with("whsec_new");
    let v1 = new.split(',').nth(1).unwrap();
    for header in [signed_with("whsec_old"), new.clone(), format!("{},{v1}", signed_with("whsec_strange"))] {
        assert_eq!(
            world.send("POST", PATH, &[("stripe-signature", &header)], body.clone()).await.status,
            200
        );
    }
}

#[tokio::test]
async fn unreadable_signed_body_is_quarantined() {
    let world = World::new().await;
    let thin = json!({ "id": "evt_thin", "object": "v2.core.event", "type": "v1.invoice.paid" }).to_string();
    for body in [thin, "not JSON".to_owned(), "[]".to_owned(), "{}".to_owned()] {
        let header = sign(&secret(world.stack.webhook_secret()), now(&world), body.as_bytes());
        let before = world.item_count().await;
        let response = world.send("POST", PATH, &[("stripe-signature", &header)], body.clone()).await;
        assert_eq!((response.status, world.item_count().await), (200, before + 1), "{body}");
    }
    let quarantined = world.items("STRIPE#evt_thin").await;
    assert!(quarantined[0].to_string().contains("snapshot events"), "{quarantined:?}");
}

#[tokio::test]
async fn body_over_256_kib_returns_413() {
    let world = World::new().await;
    let body = " ".repeat(256 * 1024 + 1);
    let header = sign(&secret(world.stack.webhook_secret()), now(&world), body.as_bytes());
    assert_eq!(world.send("POST", PATH, &[("stripe-signature", &header)], body).await.status, 413);
}

#[tokio::test]
async fn webhook_returns_503_without_a_configured_secret() {
    let world = World::with(stack::Config::memory().set("STRIPE_WEBHOOK_SECRET", "")).await;
    let body = event();
    let header = sign(&secret("whsec_local_onramp"), now(&world), body.as_bytes());
    assert_eq!(world.send("POST", PATH, &[("stripe-signature", &header)], body).await.status, 503);
    assert_eq!(world.item_count().await, 0);
}
