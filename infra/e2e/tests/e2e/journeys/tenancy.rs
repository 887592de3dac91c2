//! Isolation of organizations, and access without a valid session.

use serde_json::json;

use e2e::driver::World;

#[tokio::test]
async fn foreign_organization_id_returns_the_same_404_as_unknown() {
    let world = World::new().await;
    let acme = world.trialing("Acme Secret", "jo@example.com").await;
    let mut mo = world.trialing("Other", "mo@example.com").await;
    let missing = mo.open("/organizations/org_0198c0de-0000-7000-8000-00000000dead").await;
    let foreign = mo.open(&format!("/organizations/{}", acme.org())).await;
    assert_eq!((missing.status, foreign.status), (404, 404));
    assert_eq!(missing.text(), foreign.text());
    assert!(!mo.open("/dashboard").await.text().contains("Acme Secret"));
    assert_eq!(mo.open(&format!("/organizations/{}", mo.org())).await.status, 200);
}

#[tokio::test]
async fn session_cookie_with_foreign_parts_is_rejected() {
    let world = World::new().await;
    let acme = world.trialing("Acme", "jo@example.com").await;
    let other = world.trialing("Other", "mo@example.com").await;
    let parts = |cookie: &Option<String>| {
        let cookie = cookie.clone().unwrap();
        cookie.split('=').nth(1).unwrap().split('.').map(str::to_owned).collect::<Vec<_>>()
    };
    let (jo, mo) = (parts(&acme.cookie), parts(&other.cookie));
    for forged in [
        format!("{}.{}.{}", jo[0], mo[1], mo[2]),
        format!("{}.{}.{}", mo[0], jo[1], mo[2]),
        format!("{}.{}.{}", jo[0], jo[1], mo[2]),
        format!("{}.{}.{}", jo[0], jo[1], "0".repeat(64)),
        format!("{}.{}", jo[0], jo[1]),
        "x".repeat(5000),
    ] {
        let mut forger = world.visitor();
        forger.cookie = Some(format!("__Host-s={forged}"));
        assert_eq!(forger.read("/onboarding/api/checklist").await.status, 401, "{forged}");
        assert_eq!(forger.post("/onboarding/api/checklist/dismiss").await.status, 401, "{forged}");
    }
}

#[tokio::test]
async fn protected_pages_redirect_to_sign_in_without_a_session() {
    let world = World::new().await;
    let mut stranger = world.visitor();
    let id = "org_0198c0de-0000-7000-8000-000000000001";
    for (path, status, location) in [
        ("/dashboard".to_owned(), 303, "/login?next=/dashboard".to_owned()),
        ("/onboarding/checklist".to_owned(), 303, "/login?next=/onboarding/checklist".to_owned()),
        ("/onboarding/welcome".to_owned(), 303, "/login?next=/onboarding/welcome".to_owned()),
        (format!("/organizations/{id}"), 303, format!("/login?next=/organizations/{id}")),
        ("/onboarding/widget".to_owned(), 401, String::new()),
        ("/onboarding/banner".to_owned(), 401, String::new()),
        ("/".to_owned(), 200, String::new()),
        ("/onboarding/guide".to_owned(), 200, String::new()),
        ("/nowhere".to_owned(), 404, String::new()),
    ] {
        let response = stranger.open(&path).await;
        assert_eq!((response.status, response.header("location")), (status, location.as_str()), "{path}");
    }
    assert_eq!(stranger.read("/onboarding/api/checklist").await.status, 401);
    assert_eq!(stranger.post("/onboarding/api/checklist/dismiss").await.status, 401);
    let wrong = stranger.send("DELETE", "/organizations/new", &[], "").await;
    assert_eq!((wrong.status, wrong.header("allow")), (405, "GET, HEAD, POST"));
}

#[tokio::test]
async fn member_cannot_dismiss_and_sees_the_member_page() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    demote(&world, &jo.org()).await;
    assert_eq!(jo.post("/onboarding/api/checklist/dismiss").await.status, 403);
    assert_eq!(jo.read("/onboarding/api/checklist").await.status, 403);
    assert_eq!(jo.open("/onboarding/checklist").await.status, 200);
    let widget = jo.open("/onboarding/widget").await;
    assert_eq!((widget.status, widget.text().as_str()), (200, ""));
    assert_eq!(jo.open("/dashboard").await.status, 200);
}

#[tokio::test]
async fn session_ends_when_the_membership_is_deleted() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    assert_eq!(jo.read("/onboarding/api/checklist").await.status, 200);
    let (pk, sk) = membership(&world, &jo.org()).await;
    world.write("DeleteItem", json!({ "Key": { "pk": { "S": pk }, "sk": { "S": sk } } }));
    assert_eq!(jo.read("/onboarding/api/checklist").await.status, 401);
}

/// Changes the role of an organization's creator to member. Writes directly to the table, because
/// the product does not allow a role change of the last admin.
pub async fn demote(world: &World, org: &str) {
    let (pk, sk) = membership(world, org).await;
    world.write(
        "UpdateItem",
        json!({
            "Key": { "pk": { "S": pk }, "sk": { "S": sk } },
            "UpdateExpression": "SET #role = :role",
            "ExpressionAttributeNames": { "#role": "role" },
            "ExpressionAttributeValues": { ":role": { "S": "member" } },
        }),
    );
}

/// Returns the key of the organization's first membership item.
async fn membership(world: &World, org: &str) -> (String, String) {
    let items = world.items(&format!("ORG#{org}")).await;
    let sk = items.iter().find_map(|item| {
        let sk = item["sk"].as_str().or_else(|| item["sk"]["S"].as_str())?;
        sk.starts_with("MEMBER#").then(|| sk.to_owned())
    });
    (format!("ORG#{org}"), sk.unwrap())
}
