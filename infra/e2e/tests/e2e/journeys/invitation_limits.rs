//! Invitations that are rejected: permissions, invalid input, and limits.

use serde_json::json;

use crate::journeys::{
    invitations::{admin, invitation, invite, join},
    sign_in::sign_in_by_link,
};
use e2e::driver::World;

#[tokio::test]
async fn inviting_requires_full_access() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let form = [("email", "mo@example.com")];
    let json = [("content-type", "application/json")];
    let mut unpaid = world.pending("Unpaid", "un@example.com").await;
    sign_in_by_link(&world, &mut unpaid, "un@example.com").await;
    assert_eq!(unpaid.submit("/members/invitations", &form).await.status, 402);

    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    world.advance("15d").await;
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    let ended = jo.send("POST", "/members/invitations", &json, r#"{"email":"mo@example.com"}"#).await;
    assert_eq!(ended.status, 402);
    assert!(ended.json()["upgrade_url"].as_str().unwrap().ends_with(&jo.org()));
    assert!(jo.open("/members").await.text().contains("Choose a plan to restore full access"));
    assert!(world.mails("invitation").await.is_empty());
    assert_eq!(jo.checklist().await["completed_count"], 0);
}

#[tokio::test]
async fn invitation_errors_are_shown_beside_their_field() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    join(&world, &mut jo, "mo@example.com", "member").await;
    invite(&world, &mut jo, "ann@example.com", "member").await;
    for (email, role, words) in [
        ("", "member", "Enter their email address."),
        ("mo", "member", "Enter a single email address"),
        ("mo..lee@example.com", "member", "Enter a single email address"),
        ("mo＠example.com", "member", "Use the ordinary @ character"),
        ("MO@example.com", "member", "This person is already a member."),
        ("ann@example.com", "admin", "This person has already been invited."),
        ("new@example.com", "owner", "Choose admin or member."),
    ] {
        let page = jo.submit("/members/invitations", &[("email", email), ("role", role)]).await;
        assert_eq!(page.status, 422, "{email}");
        assert!(page.text().contains(words), "{email}: {}", page.text());
        assert!(page.text().contains(&format!("value=\"{email}\"")), "the form keeps its value: {email}");
    }
    assert_eq!(world.mails("invitation").await.len(), 2);
}

#[tokio::test]
async fn revoked_invitations_count_toward_the_organizations_limit() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let form = [("email", "mo@example.com")];
    for _ in 0..4 {
        invite(&world, &mut jo, "mo@example.com", "member").await;
        let revoke = format!("{}/revoke", invitation(&mut jo).await);
        assert_eq!(jo.submit(&revoke, &[("confirmed", "true")]).await.status, 303);
        assert!(
            !jo.open("/members").await.text().contains("mo@example.com"),
            "a revoked invitation is not listed"
        );
        assert_eq!(jo.submit(&revoke, &[("confirmed", "true")]).await.status, 404);
    }
    for _ in 0..9 {
        assert_eq!(
            jo.submit("/members/invitations", &form).await.status,
            409,
            "four emails were sent to this address"
        );
    }
    assert_eq!(world.mails("invitation").await.len(), 4);
    let mut other = admin(&world, "Other", "other@example.com").await;
    invite(&world, &mut other, "mo@example.com", "member").await;
    world.advance("168h").await;
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    invite(&world, &mut jo, "mo@example.com", "member").await;
}

#[tokio::test]
async fn invitations_are_limited() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let json = [("content-type", "application/json"), ("accept", "application/json")];
    let mut ids = Vec::new();
    for n in 0..50 {
        if ids.len() == 20 {
            let body = r#"{"email":"one-too-many@example.com"}"#;
            assert_eq!(jo.send("POST", "/members/invitations", &json, body).await.status, 409);
            for id in ids.drain(..) {
                assert_eq!(jo.post(&format!("/members/invitations/{id}/revoke")).await.status, 200);
            }
        }
        let body = json!({ "email": format!("mo{n}@example.com"), "role": "member" }).to_string();
        let sent = jo.send("POST", "/members/invitations", &json, body).await;
        assert_eq!(sent.status, 200, "{n}: {}", sent.text());
        ids.push(sent.json()["invitation"]["id"].as_str().unwrap().to_owned());
    }
    let body = r#"{"email":"next@example.com"}"#;
    let limited = jo.send("POST", "/members/invitations", &json, body).await;
    assert_eq!(limited.status, 429);
    assert!(limited.header("retry-after").parse::<u64>().unwrap() > 0);
}
