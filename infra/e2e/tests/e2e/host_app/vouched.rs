//! The host app vouches for the address of a known user. It then counts as verified, as after the
//! first followed link.

use serde_json::{Value, json};
use stack::API_KEYS;

use crate::access::request::bearer;
use e2e::driver::{TestResponse, World};

async fn send(world: &World, method: &str, path: &str, body: &Value) -> TestResponse {
    let (name, key) = bearer(API_KEYS);
    world.send(method, path, &[(&name, &key)], body.to_string()).await
}

#[tokio::test(start_paused = true)]
async fn vouched_address_releases_the_invitations_that_wait_for_it() {
    for (n, verified) in [false, true].into_iter().cycle().take(6).enumerate() {
        let world = World::new().await;
        let mut jo = world.trialing("Acme", "jo@example.com").await;
        jo.submit("/members/invitations", &[("email", "mo@example.com"), ("role", "member")]).await;
        assert_eq!(world.mails("invitation").await.len(), 0, "it waits");
        let org = jo.org();
        let other = json!({ "name": "Other", "external_id": "other",
            "admin": { "email": "al@example.com", "full_name": "Al Poe" } });
        let created = send(&world, "POST", "/api/v1/organizations", &other).await.json();
        let other = created["id"].as_str().unwrap();
        let (person, role) = (json!({ "email": "jo@example.com", "full_name": "Jo Roe" }), "member");
        let with = |more: &Value| {
            let mut body = person.clone();
            body["email_verified"] = json!(verified);
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let (method, path, body) = match n / 2 {
            0 => {
                let body = json!({ "name": "Third", "external_id": "third", "admin": with(&json!({})) });
                ("POST", "/api/v1/organizations".to_owned(), body)
            }
            1 => ("POST", format!("/api/v1/organizations/{org}/members"), with(&json!({ "role": "admin" }))),
            _ => {
                let path = format!("/api/v1/organizations/{other}/members/{}", jo.user());
                ("PUT", path, with(&json!({ "role": role })))
            }
        };
        let response = send(&world, method, &path, &body).await;
        assert!(response.status < 300, "{method} {path}: {}", response.text());
        assert_eq!(world.mails("invitation").await.len(), usize::from(verified), "{method} {path}");
        let state = send(&world, "GET", &format!("/api/v1/organizations/{org}"), &Value::Null).await;
        let name = if verified { "Jo Roe" } else { "Jo Doe" };
        assert_eq!(state.json()["admins"][0]["full_name"], name, "{method} {path}");
        if n / 2 == 1 {
            assert_eq!(response.header("etag"), state.header("etag"), "the version is the newest");
        }
    }
}
