//! Events signed by hand, for what the stand-in would never send.

use serde_json::Value;
use stripe::{Secret, sign};

use crate::driver::{TestResponse, World};

/// Posts an event, signed now with a secret.
pub async fn post(world: &World, secret: &str, event: &Value) -> TestResponse {
    post_with(world, secret, event, &[]).await
}

/// The same with further headers.
pub async fn post_with(world: &World, secret: &str, event: &Value, headers: &[(&str, &str)]) -> TestResponse {
    post_text(world, secret, format!("{event:#}"), headers).await
}

/// The same with a body as it is written.
pub async fn post_text(world: &World, secret: &str, body: String, headers: &[(&str, &str)]) -> TestResponse {
    let now = world.stack.system().cloud.clock.now();
    let header = sign(&Secret::parse(secret).unwrap(), now, body.as_bytes());
    let headers = [headers, &[("stripe-signature", header.as_str())]].concat();
    world.send("POST", "/billing/webhooks/stripe", &headers, body).await
}

/// The same with the stack's own secret; answers what became of it.
pub async fn outcome(world: &World, event: &Value) -> String {
    let response = post(world, world.stack.webhook_secret(), event).await;
    assert_eq!(response.status, 200, "{}", response.text());
    response.json()["outcome"].as_str().unwrap().to_owned()
}
