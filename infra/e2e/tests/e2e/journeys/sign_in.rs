//! Sign-in links and sign-out.

use domain::people::Address;
use serde_json::json;

use e2e::driver::{Visitor, World};

/// Requests a link and signs in with it. Checks the redirect to the dashboard.
pub async fn sign_in_by_link(world: &World, visitor: &mut Visitor<'_>, email: &str) {
    let path = request_link(world, visitor, email).await;
    let response = visitor.submit(&path, &[]).await;
    assert_eq!((response.status, response.header("location")), (303, "/dashboard"), "{}", response.text());
}

/// Requests a link and returns its path.
pub async fn request_link(world: &World, visitor: &mut Visitor<'_>, email: &str) -> String {
    let asked = visitor.submit("/login", &[("email", email)]).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    newest_link(world).await
}

/// Returns the path of the newest sign-in link that was sent.
pub async fn newest_link(world: &World) -> String {
    let mails = world.mails("sign_in").await;
    let text = mails.last().unwrap()["text"].as_str().unwrap();
    let link = text.split_whitespace().find(|word| word.contains("/login/")).unwrap();
    link.strip_prefix("http://localhost:8484").unwrap().to_owned()
}

#[tokio::test]
async fn emailed_link_signs_in_once_and_survives_page_views() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut jo = world.visitor();
    let path = request_link(&world, &mut jo, "jo@example.com").await;
    for _ in 0..10 {
        let page = jo.open(&path).await;
        assert_eq!((page.status, &jo.cookie), (200, &None));
        assert!(page.text().contains("jo@example.com"), "{}", page.text());
    }
    let mut other = world.visitor();
    let (one, two) = tokio::join!(jo.submit(&path, &[]), other.submit(&path, &[]));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 303);
    assert!(statuses[1] >= 400, "{statuses:?}");
    assert_eq!([&jo.cookie, &other.cookie].iter().filter(|cookie| cookie.is_some()).count(), 1);
}

#[tokio::test]
async fn address_from_before_the_rules_still_signs_in() {
    let world = World::new().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let old = Address::from_stored("jo..doe@example.com".to_owned());
    let user = json!({ "S": jo.user() });
    let pk = json!({ "S": format!("EMAIL#{}", old.hash()) });
    world.write("PutItem", json!({ "Item": { "pk": pk, "sk": { "S": "USER" }, "user": user } }));
    let pk = json!({ "S": format!("USER#{}", jo.user()) });
    let values = json!({ ":address": { "S": old.as_str() } });
    world.write(
        "UpdateItem",
        json!({
            "Key": { "pk": pk, "sk": { "S": "USER" } },
            "UpdateExpression": "SET address = :address",
            "ExpressionAttributeValues": values,
        }),
    );
    sign_in_by_link(&world, &mut world.visitor(), "Jo..Doe@example.com").await;
    assert_eq!(world.mails("sign_in").await[0]["to"], json!(["jo..doe@example.com"]));
}

#[tokio::test]
async fn sign_in_can_be_repeated_for_a_minute_after_a_lost_reply() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut jo = world.visitor();
    let path = request_link(&world, &mut jo, "jo@example.com").await;
    assert_eq!(jo.submit(&path, &[]).await.status, 303);
    let cookie = jo.cookie.clone();
    assert_eq!(jo.open(&path).await.header("location"), "/dashboard", "its owner is signed in");
    assert_eq!((jo.submit(&path, &[]).await.status, &jo.cookie), (303, &cookie));
    let mut lost = world.visitor();
    lost.cookie = jo.cookie.take();
    world.advance("59s").await;
    assert!(jo.open(&path).await.text().contains("Try again."));
    let again = jo.submit(&path, &[]).await;
    assert_eq!((again.status, again.header("location")), (303, "/dashboard"), "{}", again.text());
    assert_ne!(jo.cookie, lost.cookie);
    // The first session works for one more minute, in case the browser received its cookie.
    assert_eq!(lost.open("/dashboard").await.status, 200);
    world.advance("60s").await;
    assert_eq!((lost.open("/dashboard").await.status, jo.open("/dashboard").await.status), (303, 200));

    let cookie = jo.cookie.take();
    assert_eq!((jo.submit(&path, &[]).await.status, &jo.cookie), (404, &None), "the minute is over");
    jo.cookie = cookie;
    assert_eq!(
        jo.open(&path).await.header("location"),
        "/dashboard",
        "its owner is redirected to the dashboard"
    );
    assert_eq!(jo.submit(&path, &[]).await.header("location"), "/dashboard");
}

#[tokio::test]
async fn used_link_fails_in_another_browser_and_after_sign_out() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut jo = world.visitor();
    let path = request_link(&world, &mut jo, "jo@example.com").await;
    assert_eq!(jo.submit(&path, &[]).await.status, 303);
    let mut eve = world.trialing("Evil", "eve@example.com").await;
    let own = eve.cookie.clone();
    for browser_cookie in [None, Some(format!("__Host-b={}", "0".repeat(64)))] {
        eve.browser_cookie = browser_cookie;
        assert_eq!((eve.submit(&path, &[]).await.status, &eve.cookie), (404, &own));
        assert_eq!(eve.open(&path).await.status, 404);
    }
    jo.submit("/logout", &[]).await;
    assert_eq!(
        (jo.submit(&path, &[]).await.status, &jo.cookie),
        (404, &None),
        "the link cannot be repeated after sign-out"
    );
}

#[tokio::test]
async fn parallel_submits_of_a_link_all_get_working_sessions() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut jo = world.visitor();
    let path = request_link(&world, &mut jo, "jo@example.com").await;
    let press = || {
        let (mut tab, path) = (world.visitor(), path.clone());
        tab.browser_cookie.clone_from(&jo.browser_cookie);
        async move {
            let response = tab.submit(&path, &[]).await;
            assert_eq!(response.status, 303, "{}", response.text());
            tab
        }
    };
    let (one, two, three) = tokio::join!(press(), press(), press());
    for mut tab in [one, two, three] {
        assert_eq!(tab.open("/dashboard").await.status, 200);
    }
}

#[tokio::test]
async fn sign_in_link_expires_after_ten_minutes() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut jo = world.visitor();
    let path = request_link(&world, &mut jo, "jo@example.com").await;
    world.advance("599s").await;
    assert_eq!(jo.open(&path).await.status, 200);
    assert_eq!(jo.submit(&path, &[]).await.status, 303, "a second before it expires");
    (jo.cookie, jo.browser_cookie) = (None, None);
    let path = request_link(&world, &mut jo, "jo@example.com").await;
    world.advance("601s").await;
    let response = jo.submit(&path, &[]).await;
    assert!(response.status >= 400 && jo.cookie.is_none(), "{}", response.status);
}

#[tokio::test]
async fn first_sign_in_link_ends_sessions_of_unverified_sign_ups() {
    let world = World::new().await;
    let mut attacker = world.trialing("Evil", "victim@example.com").await;
    assert_eq!(attacker.read("/onboarding/api/checklist").await.status, 200);
    let mut victim = world.visitor();
    sign_in_by_link(&world, &mut victim, "victim@example.com").await;
    assert_eq!(victim.read("/onboarding/api/checklist").await.status, 200);
    assert_eq!(attacker.read("/onboarding/api/checklist").await.status, 401);
}

#[tokio::test]
async fn login_response_does_not_reveal_whether_an_account_exists() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut visitor = world.visitor();
    let known = visitor.submit("/login", &[("email", "jo@example.com")]).await;
    let unknown = visitor.submit("/login", &[("email", "mo@example.com")]).await;
    assert_eq!(known.status, unknown.status);
    assert_eq!(known.text().replace("jo@example.com", "…"), unknown.text().replace("mo@example.com", "…"));
    assert_eq!(world.calls_of(&known).await, world.calls_of(&unknown).await);
    assert_eq!(world.mails("sign_in").await.len(), 1);
}

#[tokio::test]
async fn sign_in_link_requests_are_limited() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    for _ in 0..3 {
        assert_eq!(visitor.submit("/login", &[("email", "jo@example.com")]).await.status, 200);
    }
    let response = visitor.submit("/login", &[("email", "jo@example.com")]).await;
    assert_eq!(response.status, 429);
    assert!(!response.header("retry-after").is_empty());
}

#[tokio::test]
async fn sign_out_ends_the_session_on_the_server() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let stolen = jo.cookie.clone();
    let response = jo.submit("/logout", &[]).await;
    assert_eq!(response.status, 303);
    assert_eq!(jo.cookie, None);
    jo.cookie = stolen;
    assert_eq!(jo.read("/onboarding/api/checklist").await.status, 401);
}

#[tokio::test]
async fn sign_in_ends_the_previous_session_of_the_browser() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut jo = world.visitor();
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    let before = jo.cookie.clone();
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    assert_eq!(jo.read("/onboarding/api/checklist").await.status, 200);
    jo.cookie = before;
    assert_eq!(jo.read("/onboarding/api/checklist").await.status, 401);
}

#[tokio::test]
async fn invalid_utf8_token_returns_404() {
    let world = World::new().await;
    for path in ["/login/%ff", "/mail/unsubscribe/%ff", "/invitations/%ff"] {
        assert_eq!(world.visitor().open(path).await.status, 404, "{path}");
        assert_eq!(world.visitor().submit(path, &[]).await.status, 404, "{path}");
    }
}
