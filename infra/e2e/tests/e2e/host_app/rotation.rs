//! Rotation of the signing keys while users sign in.

use serde_json::{Value, json};
use stack::Config;

use crate::host_app::handoff::{config, host_app, press_button};
use e2e::driver::World;

const ARN: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:onramp/host-app-AbCdEf";

fn key(id: &str) -> String {
    format!("{id}:{}", "A".repeat(42) + "E")
}

async fn world() -> World {
    World::with(Config {
        host_app_url: None,
        ..config().set("HostSigningKeysArn", ARN).set("APP_URL", "http://localhost:8486")
    })
    .await
}

fn kid(path: &str) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let header = path.strip_prefix("/?token=").unwrap().split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn stored_key_is_read_on_demand_and_rotates() {
    let world = world().await;
    let secrets = &world.stack.system().cloud.secrets;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    assert_eq!(kid(&press_button(&mut jo).await), "local");
    secrets.put(ARN, &format!("{},{}", key("new"), key("old")));
    assert_eq!(kid(&press_button(&mut jo).await), "local", "a cached key is used for a while");
    world.advance("301s").await;
    assert_eq!(kid(&press_button(&mut jo).await), "new", "the first key of a list signs");

    world.inject(json!([{ "service": "secretsmanager", "rate": 1.0, "kind": "access_denied" }])).await;
    world.advance("301s").await;
    assert_eq!(kid(&press_button(&mut jo).await), "new", "while the store fails, the cached key stays valid");
    world.local("DELETE", "/_local/faults", None).await;
    secrets.put(ARN, "no key at all");
    assert_eq!(kid(&press_button(&mut jo).await), "new", "and also while the stored value is invalid");
}

#[tokio::test]
async fn missing_key_gives_an_error_and_no_token() {
    let world = world().await;
    world.stack.system().cloud.secrets.put(ARN, "no key at all");
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let response = jo.submit("/handover", &[]).await;
    assert_eq!(response.status, 503, "{}", response.text());
    assert_eq!(jo.open("/dashboard").await.status, 200);
}

#[tokio::test]
async fn token_of_an_unknown_key_is_rejected() {
    // Two stacks that differ only in their keys.
    let other = World::with(config().set("HOST_SIGNING_KEYS", &key("local"))).await;
    let token = press_button(&mut other.trialing("Evil", "evil@example.com").await).await;
    let own = World::with(config()).await;
    assert_eq!(host_app(&own, "GET", &token, &[], "").await.status(), 400);
    assert_eq!(host_app(&other, "GET", &token, &[], "").await.status(), 303);
}
