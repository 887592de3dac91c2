//! Users who change their name, and admins who change the settings of their organization.

use serde_json::json;

use crate::journeys::{
    invitations::{admin, join},
    sign_in::sign_in_by_link,
};
use e2e::driver::World;

const JSON: [(&str, &str); 2] = [("content-type", "application/json"), ("accept", "application/json")];

#[tokio::test]
async fn new_name_reaches_every_organization() {
    let world = World::new().await;
    let mut jo = admin(&world, "First", "jo@example.com").await;
    let first = jo.org();
    assert_eq!(jo.submit("/organizations/new", &[("name", "Second")]).await.status, 303);

    // The function stops before the write in the other organization.
    let crash =
        json!({ "function": "sign-in", "operation": "TransactWriteItems", "nth": 2, "kind": "crash" });
    world.inject(json!([crash])).await;
    let name = [("full_name", "Jo Roe")];
    assert!(jo.submit("/account/name", &name).await.status >= 500);
    world.local("DELETE", "/_local/faults", None).await;
    let again = jo.submit("/account/name", &name).await;
    assert_eq!((again.status, again.header("location")), (303, "/account"));
    for org in [first, jo.org()] {
        let items = json!(world.items(&format!("ORG#{org}")).await).to_string();
        assert!(items.matches("Jo Roe").count() == 2 && !items.contains("Jo Doe"), "{items}");
    }
    assert!(jo.open("/members").await.text().contains("Jo Roe"));

    let rejected = jo.submit("/account/name", &[("full_name", "Jo\u{202e}Roe")]).await;
    assert_eq!(rejected.status, 422);
    assert!(rejected.text().contains("Remove invisible and control characters."), "{}", rejected.text());
}

#[tokio::test]
async fn settings_change_name_and_dates_for_everyone() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut mo = join(&world, &mut jo, "mo@example.com", "member").await;
    assert_eq!(mo.open("/settings").await.status, 403);
    assert!(!mo.open("/members").await.text().contains("href=\"/settings\""));
    let settings = json!({ "name": "Acme Group", "time_zone": "Pacific/Kiritimati", "language": "en" });
    let saved = jo.send("POST", "/settings", &JSON, settings.to_string()).await;
    let mut expected = settings.clone();
    expected["success"] = json!(true);
    assert_eq!((saved.status, saved.json()), (200, expected));
    let page = mo.open("/members").await.text();
    assert!(page.contains("Acme Group"), "{page}");

    let wrong = [("name", "Acme"), ("time_zone", "Mars/Olympus"), ("language", "xx")];
    let rejected = jo.submit("/settings", &wrong).await;
    assert_eq!(rejected.status, 422);
    for part in ["Choose a time zone from the list", "Choose a language from the list", "value=\"Acme\""] {
        assert!(rejected.text().contains(part), "{part}: {}", rejected.text());
    }
    world.advance("15d").await;
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    let read_only = [("name", "Acme"), ("time_zone", "UTC"), ("language", "en")];
    assert_eq!(jo.submit("/settings", &read_only).await.status, 303, "settings stay open after the trial");
}
