//! Rotation of the webhook secret while the function runs.

use serde_json::{Value, json};
use stack::Config;

use e2e::{
    driver::World,
    signed::{outcome, post},
};

const ARN: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:onramp/stripe-webhook-AbCdEf";
const FIRST: &str = stack::WEBHOOK_SECRET;
const SECOND: &str = "whsec_second";

async fn world() -> World {
    World::with(Config::memory().set("StripeWebhookSecretArn", ARN)).await
}

fn rotate(world: &World, to: &str) {
    world.stack.system().cloud.secrets.put(ARN, to);
}

fn event(id: &str) -> Value {
    json!({ "id": id, "object": "event", "type": "product.updated", "created": 1_767_225_600, "livemode": false,
        "data": { "object": { "id": "prod_1" } } })
}

/// Counts how often the function has read the secret from Secrets Manager.
async fn reads(world: &World) -> usize {
    let calls = world.local("GET", "/_local/calls", None).await;
    let of_webhook =
        |call: &&Value| call["function"] == "stripe-webhook" && call["operation"] == "GetSecretValue";
    calls.as_array().unwrap().iter().filter(of_webhook).count()
}

async fn status(world: &World, secret: &str) -> u16 {
    post(world, secret, &event("evt_1")).await.status
}

#[tokio::test]
async fn rotated_secret_takes_effect_without_a_deployment() {
    let world = world().await;
    assert_eq!(outcome(&world, &event("evt_1")).await, "ignored");
    assert_eq!(
        (status(&world, SECOND).await, reads(&world).await),
        (400, 1),
        "only the start reads the secret"
    );
    world.advance("61s").await;

    // During the rotation, both secrets are valid. Then the first one is removed.
    rotate(&world, &format!("{FIRST},{SECOND}"));
    assert_eq!(
        (status(&world, FIRST).await, reads(&world).await),
        (200, 1),
        "the cached secret still matches"
    );
    assert_eq!((status(&world, SECOND).await, reads(&world).await), (200, 2));
    assert_eq!(status(&world, FIRST).await, 200);
    rotate(&world, SECOND);
    world.advance("61s").await;
    assert_eq!(status(&world, "whsec_forged").await, 400, "a mismatch makes the function read the secret");
    assert_eq!((status(&world, FIRST).await, status(&world, SECOND).await), (400, 200));
    assert_eq!(reads(&world).await, 3);
}

#[tokio::test]
async fn revoked_secret_works_for_at_most_five_minutes() {
    let world = world().await;
    rotate(&world, SECOND);
    world.advance("299s").await;
    assert_eq!((status(&world, FIRST).await, reads(&world).await), (200, 1));
    world.advance("2s").await;
    assert_eq!((status(&world, FIRST).await, reads(&world).await), (400, 2));
    assert_eq!(
        (status(&world, SECOND).await, reads(&world).await),
        (200, 2),
        "the new secret needs no further read"
    );
}

#[tokio::test]
async fn forged_signatures_cause_at_most_one_read_per_minute() {
    let world = world().await;
    world.advance("61s").await;
    for _ in 0..20 {
        assert_eq!(status(&world, "whsec_forged").await, 400);
    }
    assert_eq!(reads(&world).await, 2);
    world.advance("59s").await;
    assert_eq!((status(&world, "whsec_forged").await, reads(&world).await), (400, 2));
    world.advance("2s").await;
    assert_eq!((status(&world, "whsec_forged").await, reads(&world).await), (400, 3));
}

#[tokio::test]
async fn malformed_signature_causes_no_secret_read() {
    let world = world().await;
    world.advance("61s").await;
    for header in ["", "t=1,v1=00", "v1=00", "nonsense"] {
        let body = event("evt_1").to_string();
        let response =
            world.send("POST", "/billing/webhooks/stripe", &[("stripe-signature", header)], body).await;
        assert_eq!(response.status, 400);
    }
    assert_eq!(reads(&world).await, 1);
}

#[tokio::test]
async fn cached_secret_stays_valid_while_secrets_manager_fails() {
    let world = world().await;
    world.advance("61s").await;
    world.inject(json!([{ "service": "secretsmanager", "rate": 1.0, "kind": "access_denied" }])).await;
    assert_eq!((status(&world, SECOND).await, status(&world, FIRST).await), (400, 200));
    world.local("DELETE", "/_local/faults", None).await;
    rotate(&world, SECOND);
    world.advance("61s").await;
    assert_eq!(status(&world, SECOND).await, 200);
}
