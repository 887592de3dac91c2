//! The host app vouches for the address of a known user. It then counts as verified, as after the
//! first followed link.

use serde_json::{Value, json};
use stack::API_KEYS;

use crate::access::request::bearer;
use e2e::driver::{TestResponse, World};

const ORGANIZATIONS: &str = "/api/v1/organizations";
const JO: &str = "jo@example.com";

async fn send(world: &World, method: &str, path: &str, body: &Value) -> TestResponse {
    let (name, key) = bearer(API_KEYS);
    world.send(method, path, &[(&name, &key)], body.to_string()).await
}

#[tokio::test(start_paused = true)]
async fn vouched_address_releases_the_invitations_that_wait_for_it() {
    for case in ["create", "add", "put", "patch"] {
        for verified in [false, true] {
            let (world, org, user) = waiting().await;
            let person = json!({ "email": JO, "full_name": "Jo Roe", "email_verified": verified });
            let (method, path, body) = match case {
                "create" => {
                    let body = json!({ "name": "Third", "external_id": "third", "admin": person });
                    ("POST", ORGANIZATIONS.to_owned(), body)
                }
                "add" => ("POST", format!("{ORGANIZATIONS}/{org}/members"), with_role(person)),
                "put" => ("PUT", format!("{ORGANIZATIONS}/ext:other/members/{user}"), with_role(person)),
                _ => ("PATCH", format!("/api/v1/users/{user}"), person),
            };
            let response = send(&world, method, &path, &body).await;
            assert!(response.status < 300, "{case}: {}", response.text());
            assert_eq!(world.mails("invitation").await.len(), usize::from(verified), "{case}");
            let state = send(&world, "GET", &format!("{ORGANIZATIONS}/{org}"), &Value::Null).await;
            let name = if verified || case == "patch" { "Jo Roe" } else { "Jo Doe" };
            assert_eq!(state.json()["admins"][0]["full_name"], name, "{case}");
            if case == "add" {
                assert_eq!(response.header("etag"), state.header("etag"), "the version is the newest");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn host_that_names_another_address_verifies_nothing() {
    let (world, _, user) = waiting().await;
    let path = format!("{ORGANIZATIONS}/ext:other/members/{user}");
    let person = json!({ "email": "al@example.com", "full_name": "Jo Roe", "email_verified": true });
    assert_eq!(send(&world, "PUT", &path, &with_role(person)).await.status, 409);
    let found = send(&world, "GET", &format!("/api/v1/users/{user}"), &Value::Null).await;
    assert_eq!(found.json()["email_verified"], false);
    assert_eq!(world.mails("invitation").await.len(), 0);
}

/// Creates an organization whose unverified founder invited someone, and another organization. Returns
/// the ids of the first organization and of its founder.
async fn waiting() -> (World, String, String) {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", JO).await;
    let invited = jo.submit("/members/invitations", &[("email", "mo@example.com"), ("role", "member")]).await;
    assert_eq!((invited.status, world.mails("invitation").await.len()), (303, 0), "it waits");
    let (org, user) = (jo.org(), jo.user());
    let admin = json!({ "email": "al@example.com", "full_name": "Al Poe" });
    let other = json!({ "name": "Other", "external_id": "other", "admin": admin });
    assert_eq!(send(&world, "POST", ORGANIZATIONS, &other).await.status, 201);
    (world, org, user)
}

fn with_role(mut person: Value) -> Value {
    person["role"] = json!("admin");
    person
}
