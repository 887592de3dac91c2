//! Signed Stripe events that the Stripe mock never sends.

use serde_json::Value;
use stripe::{Secret, sign};

use crate::driver::{TestResponse, World};

/// Posts an event, signed with `secret` at the current time of the stack.
pub async fn post(world: &World, secret: &str, event: &Value) -> TestResponse {
    post_with(world, secret, event, &[]).await
}

/// Posts a signed event with additional headers.
pub async fn post_with(world: &World, secret: &str, event: &Value, headers: &[(&str, &str)]) -> TestResponse {
    post_text(world, secret, format!("{event:#}"), headers).await
}

/// Posts a signed body unchanged, with additional headers.
pub async fn post_text(world: &World, secret: &str, body: String, headers: &[(&str, &str)]) -> TestResponse {
    let now = world.stack.system().cloud.clock.now();
    let header = sign(&Secret::parse(secret).unwrap(), now, body.as_bytes());
    let headers = [headers, &[("stripe-signature", header.as_str())]].concat();
    world.send("POST", "/billing/webhooks/stripe", &headers, body).await
}

/// Posts an event signed with the stack's secret and returns the `outcome` of the response.
pub async fn outcome(world: &World, event: &Value) -> String {
    let response = post(world, world.stack.webhook_secret(), event).await;
    assert_eq!(response.status, 200, "{}", response.text());
    response.json()["outcome"].as_str().unwrap().to_owned()
}
