//! Portal links: the host app's server gets a link that signs one of its users in, once, for a minute.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU8, Ordering},
};

use aws_credential_types::Credentials;
use aws_local::{connector::Connector, template::Template};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use domain::{
    people::{PortalLink, PortalPage},
    secret::Secret,
};
use e2e::driver::{Visitor, World};
use jiff::Timestamp;
use store::Store;

use crate::journeys::sign_in::newest_link;

const RETURN_URL: &str = "http://localhost:8486/settings?tab=plan";
/// The headers of a visit to a page of Onramp from a page of the host app.
const VISIT: [(&str, &str); 3] =
    [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document"), ("sec-fetch-site", "cross-site")];

/// Creates a portal link for a signed-in visitor, as the host app's server does. Returns its path.
pub async fn create_portal_link(
    world: &World,
    user: &Visitor<'_>,
    page: PortalPage,
    return_url: &str,
) -> String {
    static CREATED: AtomicU8 = AtomicU8::new(0);
    let cloud = &world.stack.system().cloud;
    let template = Template::parse(aws_local::template::TEXT, &BTreeMap::new()).unwrap();
    let connector = Connector::new("test", &template.functions["sign-in"].statements, cloud.clone());
    let aws = runtime::Aws::new(
        aws_local::template::REGION.to_owned(),
        Credentials::new("ASIATEST", "test", None, None, "test"),
        SharedHttpClient::new(connector),
    );
    let store = Store::new(&aws.service("dynamodb"), cloud.engine.tables()[0].name.clone());
    let known = store.load_user(user.user().parse().unwrap()).await.unwrap().unwrap().value;
    let secret = Secret::new([CREATED.fetch_add(1, Ordering::Relaxed); 32]);
    let (org, return_url) = (user.org().parse().unwrap(), return_url.parse().unwrap());
    let link = PortalLink::create(&known, org, page, return_url, &secret, cloud.clock.now()).unwrap();
    store.save_portal_link(&link).await.unwrap();
    format!("/portal/{}", secret.reveal())
}

/// Returns a browser that opened a portal link of `user`.
async fn enter<'w>(world: &'w World, user: &Visitor<'_>) -> Visitor<'w> {
    let link = create_portal_link(world, user, PortalPage::Account, RETURN_URL).await;
    let mut browser = world.visitor();
    assert_eq!(browser.send("GET", &link, &VISIT, "").await.status, 303);
    browser
}

#[tokio::test]
async fn portal_link_opens_each_page_and_leads_back() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let plans = format!("/organizations/{}", jo.org());
    for page in PortalPage::ALL {
        let link = create_portal_link(&world, &jo, page, RETURN_URL).await;
        let mut browser = world.visitor();
        let entered = browser.send("GET", &link, &VISIT, "").await;
        let location = match page {
            PortalPage::Checklist => "/onboarding/checklist",
            PortalPage::Plans | PortalPage::Billing => &plans,
            PortalPage::Members => "/members",
            PortalPage::Account => "/account",
        };
        assert_eq!((entered.status, entered.header("location")), (303, location), "{}", entered.text());
        assert!(entered.header("set-cookie").ends_with("SameSite=Lax; Max-Age=28800"));
        assert_eq!(entered.header("cache-control"), "no-store");
        assert_eq!((browser.org(), browser.user()), (jo.org(), jo.user()));
        let shown = browser.open(location).await;
        assert_eq!(shown.status, 200);
        assert!(shown.text().contains(&format!(r#"href="{RETURN_URL}""#)), "{}", shown.text());
        assert!(shown.text().contains("Back to localhost"));
    }
    assert!(!jo.open("/account").await.text().contains("Back to localhost"), "an ordinary session");
}

#[tokio::test]
async fn portal_link_works_once_within_a_minute() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let link = create_portal_link(&world, &jo, PortalPage::Members, RETURN_URL).await;
    let mut browser = world.visitor();
    for (method, headers, status) in [
        ("HEAD", &VISIT[..], 200),
        ("GET", &[("sec-purpose", "prefetch"), VISIT[0], VISIT[1]], 200),
        ("GET", &[("sec-purpose", "prefetch;prerender")], 200),
        ("GET", &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")], 403),
        ("GET", &[("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")], 403),
        ("GET", &[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")], 403),
    ] {
        let response = browser.send(method, &link, headers, "").await;
        assert_eq!((response.status, browser.cookie.is_some()), (status, false), "{method} {headers:?}");
        assert!(status == 403 || response.text().is_empty(), "{method} {headers:?}");
    }

    let (mut one, mut two) = (world.visitor(), world.visitor());
    let (first, second) = tokio::join!(one.open(&link), two.open(&link));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404], "two parallel uses start one session");
    let late = create_portal_link(&world, &jo, PortalPage::Members, RETURN_URL).await;
    world.advance("60s").await;
    for path in [&link, &late, "/portal/f00d"] {
        let response = browser.open(path).await;
        assert_eq!((response.status, browser.cookie.is_some()), (404, false), "{path}");
        assert!(response.text().contains(r#"href="/login""#), "{}", response.text());
        assert_eq!(browser.submit(path, &[]).await.status, 404, "{path}");
    }
    // A portal link is no other link, and the page of the host app stays out of the sign-in.
    assert_eq!(browser.open(&late.replace("/portal/", "/login/")).await.status, 404);
    assert_eq!(jo.open("/account").await.status, 200, "the user's own session lives on");
}

#[tokio::test]
async fn portal_link_asks_a_browser_of_another_user() {
    let world = World::new().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let mut mo = world.trialing("Globex", "mo@example.com").await;
    let link = create_portal_link(&world, &jo, PortalPage::Checklist, RETURN_URL).await;
    let before = mo.cookie.clone();
    for _ in 0..2 {
        let asked = mo.send("GET", &link, &VISIT, "").await;
        assert_eq!((asked.status, &mo.cookie), (200, &before));
        for part in ["jo@example.com", "Acme", "mo@example.com", "Globex", "Switch account"] {
            assert!(asked.text().contains(part), "{part}: {}", asked.text());
        }
    }
    let foreign = [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
    assert_eq!(mo.send("POST", &link, &foreign, "").await.status, 403);
    let entered = mo.submit(&link, &[]).await;
    assert_eq!((entered.status, entered.header("location")), (303, "/onboarding/checklist"));
    assert_eq!(mo.user(), jo.user());
    mo.cookie = before;
    assert_eq!(mo.read("/onboarding/api/checklist").await.status, 401, "the replaced session ended");
}

#[tokio::test]
async fn portal_link_ends_with_sessions_and_membership() {
    let world = World::new().await;
    for path in ["/account/sessions/end-all", "/members/leave"] {
        let email = format!("{}@example.com", path.len());
        let mut jo = world.trialing("Acme", &email).await;
        let mut entered = enter(&world, &jo).await;
        let link = create_portal_link(&world, &jo, PortalPage::Account, RETURN_URL).await;
        assert_eq!(jo.submit(path, &[("confirmed", "true")]).await.status, 303);
        assert_eq!(world.visitor().open(&link).await.status, 404, "{path}");
        assert_eq!(entered.open("/account").await.status, 303, "{path} ends the portal session too");
    }
}

#[tokio::test]
async fn portal_session_is_limited_to_its_organization() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "operator@example.com").await;
    let verify = world.mails("welcome").await[0]["text"].as_str().unwrap().to_owned();
    let verify = verify.split_whitespace().find(|word| word.contains("/verify/")).unwrap();
    let verify = verify.strip_prefix("http://localhost:8484").unwrap();
    let mut portal = enter(&world, &jo).await;
    let (org, zeros) = (jo.org(), "0".repeat(64));
    let refused = [
        ("POST", "/account/email", vec![("email", "new@example.com")]),
        ("POST", "/account/sessions/end", vec![("session", zeros.as_str())]),
        ("GET", "/account/sessions/end-all", vec![]),
        ("POST", "/account/sessions/end-all", vec![("confirmed", "true")]),
        ("POST", "/organizations/switch", vec![("organization", org.as_str())]),
        ("POST", "/organizations/new", vec![("name", "Further")]),
        ("GET", verify, vec![]),
        ("POST", verify, vec![]),
    ];
    for (method, path, form) in refused {
        let response =
            if method == "GET" { portal.open(path).await } else { portal.submit(path, &form).await };
        assert_eq!(response.status, 403, "{method} {path}: {}", response.text());
        let page = response.text();
        assert!(page.contains("You came here from localhost") && page.contains("/login?next="), "{page}");
    }
    let problem = portal.post("/account/sessions/end-all").await.json();
    assert_eq!(problem["sign_in_url"], "/login?next=/account");
    for hidden in ["/account/sessions/end-all", "/organizations/switch", "/account/email"] {
        assert!(!portal.open("/account").await.text().contains(hidden), "{hidden}");
    }
    assert!(portal.open("/organizations/new").await.text().contains("First, sign in by email"));
    for (path, status) in [("/members", 200), ("/settings", 200), ("/dashboard", 200), ("/handover", 303)] {
        assert_eq!(portal.open(path).await.status, status, "{path}");
    }

    // The user is an operator with a verified address, but not in this session.
    assert_eq!(portal.open("/login?next=/operator").await.status, 200);
    assert_eq!(portal.submit("/login", &[("email", "operator@example.com")]).await.status, 200);
    world.settle().await;
    let link = newest_link(&world).await;
    assert_eq!(jo.submit(&link, &[]).await.status, 303);
    assert_eq!(jo.open("/operator").await.status, 200);
    let mut portal = enter(&world, &jo).await;
    let operator = portal.open("/operator").await;
    assert_eq!((operator.status, operator.header("location")), (303, "/login?next=/operator"));
    assert!(portal.open("/login?next=/operator").await.text().contains("Send sign-in link"));

    // Signing in by email replaces the portal session, and lifts the limits.
    portal.ip = "203.0.113.99".to_owned();
    portal.submit("/login", &[("email", "operator@example.com")]).await;
    world.settle().await;
    let link = newest_link(&world).await;
    assert_eq!(portal.submit(&link, &[]).await.status, 303);
    assert_eq!(portal.open("/operator").await.status, 200);
    assert!(!portal.open("/account").await.text().contains("Back to localhost"));
}

#[tokio::test]
async fn portal_session_ends_after_eight_hours() {
    let world = World::new().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let mut portal = enter(&world, &jo).await;
    world.advance("4h").await;
    assert_eq!(portal.open("/account").await.status, 200);
    world.advance("239m").await;
    let page = portal.open("/account").await;
    assert_eq!(page.status, 200);
    let items = world.items(&format!("USER#{}", jo.user())).await;
    let stored = items.iter().find(|item| item.get("return_url").is_some()).unwrap();
    // An earlier version ends each session 30 days after the stored beginning.
    let began: Timestamp = stored["created_at"]["S"].as_str().unwrap().parse().unwrap();
    let age = world.stack.system().clock().now().duration_since(began);
    assert_eq!(age.as_hours(), 30 * 24 - 1);
    world.advance("60s").await;
    assert_eq!(portal.open("/account").await.status, 303);
}
