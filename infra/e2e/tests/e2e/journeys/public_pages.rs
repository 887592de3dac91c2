//! Public pages, HEAD requests, and network limits.

use serde_json::json;

use e2e::driver::World;

#[tokio::test]
async fn head_requests_match_the_routes() {
    let world = World::new().await;
    for (path, status, header, value) in [
        ("/", 200, "content-type", "text/html; charset=utf-8"),
        ("/onboarding/guide", 200, "content-type", "text/html; charset=utf-8"),
        ("/dashboard", 303, "location", "/login?next=/dashboard"),
        ("/onboarding/api/checklist", 401, "content-type", "application/problem+json"),
        ("/organizations/org_1", 303, "location", "/login?next=/organizations/org_1"),
        ("/organizations/new", 200, "content-type", "text/html; charset=utf-8"),
        ("/login", 200, "content-type", "text/html; charset=utf-8"),
        ("/members", 303, "location", "/login?next=/members"),
        ("/login/f00d", 404, "content-type", "application/problem+json"),
        ("/problems/not-found", 200, "content-type", "text/html; charset=utf-8"),
        ("/problems/nonsense", 404, "content-type", "application/problem+json"),
        // Paths without a `GET` route.
        ("/logout", 405, "allow", "POST"),
        ("/billing/webhooks/stripe", 405, "allow", "POST"),
        ("/nowhere", 404, "content-type", "application/problem+json"),
    ] {
        let response = world.send("HEAD", path, &[], "").await;
        assert_eq!((response.status, response.header(header)), (status, value), "{path}");
        assert_eq!(response.text(), "", "{path}");
        assert_eq!(response.header("x-content-type-options"), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn public_pages_load_while_the_table_hangs() {
    let world = World::new().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let visitor = || {
        let mut visitor = world.visitor();
        visitor.cookie.clone_from(&jo.cookie);
        visitor
    };
    world.inject(json!([{ "service": "dynamodb", "operation": "BatchGetItem", "kind": "hang" }])).await;
    let (mut one, mut two, mut three, mut four) = (visitor(), visitor(), visitor(), visitor());
    let (landing, guide, form, login) = tokio::join!(
        one.open("/"),
        two.open("/onboarding/guide"),
        three.open("/organizations/new"),
        four.open("/login"),
    );
    for (page, response) in [("/", landing), ("guide", guide), ("form", form), ("login", login)] {
        assert_eq!(response.status, 200, "{page}");
        assert!(!response.text().contains("Sign out"), "shown as signed out: {page}");
        // After one failed read, the page responds without a retry of the SDK.
        assert_eq!(world.calls_of(&response).await, ["BatchGetItem"], "{page}");
    }
}

#[tokio::test]
async fn addresses_of_one_network_share_a_limit() {
    let world = World::new().await;
    let mut statuses = Vec::new();
    for n in 0..6 {
        let mut visitor = world.visitor();
        visitor.ip = format!("2001:db8:1:2::{n}");
        let email = format!("jo{n}@example.com");
        let form = [("name", "Acme"), ("full_name", "Jo"), ("email", email.as_str())];
        statuses.push(visitor.submit("/organizations/new", &form).await.status);
    }
    assert_eq!(statuses, [303, 303, 303, 303, 303, 429]);
}

#[tokio::test]
async fn error_pages_keep_the_navigation_of_a_signed_in_user() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    for (path, status) in [
        ("/nothing", 404),
        ("/members/invitations", 405),
        ("/organizations/org_1", 404),
        ("/login/f00d", 404),
    ] {
        let page = jo.open(path).await;
        let has_menu = page.text().contains("Sign out") && page.text().contains("Acme");
        assert!(page.status == status && has_menu, "{path}: {}", page.text());
        assert!(!world.visitor().open(path).await.text().contains("Sign out"), "{path}");
    }
}
