//! Tests a stage behind a proxy: Onramp uses `PUBLIC_URL` for outgoing URLs and for the origin
//! check of forms.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use stack::Config;

use e2e::driver::World;

const PUBLIC: &str = "https://www.example.com";

/// Starts a stack whose `PUBLIC_URL` differs from its own address. The gateway still gets requests
/// for `localhost:8484`. In the same way, an API behind CloudFront gets requests for its own host
/// name.
async fn world() -> World {
    World::with(Config::memory().set("PublicUrl", PUBLIC).set("APP_URL", "https://app.example.com")).await
}

#[tokio::test]
async fn urls_in_responses_and_emails_use_public_url() {
    let world = world().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let handoff = jo.submit("/handover", &[]).await;
    let token =
        handoff.header("location").split("token=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&claims).unwrap()["iss"], PUBLIC);
    let checkout = jo.submit("/billing/checkout", &[("plan", "team")]).await;
    assert_eq!(checkout.status, 303, "{}", checkout.text());
    let session = checkout.header("location").to_owned();
    let page = session.strip_prefix("http://localhost:8485").unwrap();
    let request = http::Request::post(page).header("content-type", "application/x-www-form-urlencoded");
    let request = request.body("choice=cancel".into()).unwrap();
    let back = world.stack.system().stripe.handle(&request);
    let back = back.headers()["location"].to_str().unwrap();
    assert_eq!(back, format!("{PUBLIC}/organizations/{}?checkout=canceled", jo.org()));
    let welcome = world.mails("welcome").await.remove(0);
    assert!(welcome["text"].as_str().unwrap().contains(&format!("{PUBLIC}/")), "{welcome}");
    assert!(!welcome["text"].as_str().unwrap().contains("localhost"), "{welcome}");
}

#[tokio::test]
async fn forms_are_accepted_only_from_public_url() {
    let world = world().await;
    let routes =
        ["/login", "/logout", "/organizations/new", "/billing/portal", "/onboarding/api/checklist/dismiss"];
    for path in routes {
        let from = async |origin: &str| world.send("POST", path, &[("origin", origin)], "").await.status;
        assert_ne!(from(PUBLIC).await, 403, "{path}");
        assert_eq!(from("http://localhost:8484").await, 403, "{path}");
    }
}
