//! The billing portal opens only for a verified email address.

use serde_json::json;

use crate::journeys::{
    billing::{checkout, press},
    sign_in::newest_link,
};
use e2e::driver::World;

const PORTAL: &str = "http://localhost:8485/p/session/";

#[tokio::test]
async fn unverified_admin_reaches_the_portal_by_a_sign_in_link() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    // Checkout does not require a verified address.
    let redirect = checkout(&mut jo, "team").await;
    press(&world, redirect.header("location"), "choice=pay");
    world.settle().await;
    let calls = world.stack.system().stripe.customers().len();

    let asked = jo.submit("/billing/portal", &[]).await;
    assert_eq!((asked.status, asked.header("location")), (200, ""), "{}", asked.text());
    assert!(asked.text().contains("Check your inbox") && asked.text().contains("jo@example.com"));
    assert_eq!(world.stack.system().stripe.customers().len(), calls);
    let mails = world.mails("sign_in").await;
    assert_eq!((mails.len(), &mails[0]["to"]), (1, &json!(["jo@example.com"])));

    let link = newest_link(&world).await;
    let shown = jo.open(&link).await;
    assert!(!shown.text().contains("another browser"), "this browser requested the link: {}", shown.text());
    let signed_in = jo.submit(&link, &[]).await;
    let page = format!("/organizations/{}", jo.org());
    assert_eq!((signed_in.status, signed_in.header("location")), (303, page.as_str()));
    assert!(jo.open(&page).await.text().contains(r#"action="/billing/portal""#));
    let redirect = jo.submit("/billing/portal", &[]).await;
    assert!(redirect.header("location").starts_with(PORTAL), "{} {}", redirect.status, redirect.text());
    assert_eq!(world.mails("sign_in").await.len(), 1);
}

#[tokio::test]
async fn checkout_redirects_unverified_admin_to_the_plan_page() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let redirect = checkout(&mut jo, "team").await;
    world.local("POST", "/_local/stripe/delivery", Some(json!({ "mode": "hold" }))).await;
    press(&world, redirect.header("location"), "choice=pay");
    let redirect = checkout(&mut jo, "team").await;
    assert_eq!(
        (redirect.status, redirect.header("location")),
        (303, "/billing/return"),
        "Stripe's events have not arrived yet"
    );
    world.local("POST", "/_local/stripe/delivery", Some(json!({ "mode": "normal" }))).await;
    world.settle().await;
    let page = format!("/organizations/{}", jo.org());
    let redirect = checkout(&mut jo, "single").await;
    assert_eq!((redirect.status, redirect.header("location")), (303, page.as_str()));
    assert!(jo.open(&page).await.text().contains(r#"action="/billing/portal""#));
    assert!(world.mails("sign_in").await.is_empty(), "only a portal request sends a link");
}

#[tokio::test]
async fn portal_returns_403_with_sign_in_url_to_json_clients() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let refused = jo.post("/billing/portal").await;
    assert_eq!((refused.status, refused.header("content-type")), (403, "application/problem+json"));
    let sign_in = format!("/login?next=/organizations/{}", jo.org());
    assert_eq!(refused.json()["sign_in_url"], sign_in.as_str());
    assert!(refused.json()["detail"].as_str().unwrap().contains("Your email address is unverified"));
    assert_eq!(world.mails("sign_in").await.len(), 1);
    assert!(world.stack.system().stripe.customers().is_empty());
}

#[tokio::test]
async fn portal_requests_count_toward_sign_in_email_limits() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let asked = jo.submit("/billing/portal", &[]).await;
        statuses.push((asked.status, asked.header("retry-after").is_empty()));
    }
    assert_eq!(statuses, [(200, true), (200, true), (200, true), (429, false)]);
    assert_eq!(jo.submit("/login", &[("email", "jo@example.com")]).await.status, 429, "one limit for both");
    assert_eq!(world.mails("sign_in").await.len(), 3);
}

#[tokio::test]
async fn plan_of_another_customer_has_no_portal() {
    let world = World::new().await;
    let mut one = world.pending("One", "one@example.com").await;
    let mut other = world.pending("Other", "other@example.com").await;
    let redirect = checkout(&mut one, "team").await;
    press(&world, redirect.header("location"), "choice=pay");
    world.settle().await;
    let customer = world.stack.system().stripe.customers().len();
    // Support moves the subscription to the other organization, and its next payment fails.
    let account = one.organization().await["id"].clone();
    let table = world.items(&format!("ORG#{}", account.as_str().unwrap())).await;
    let text = serde_json::to_string(&table).unwrap();
    let id = |prefix: &str| {
        let start = text.find(prefix).unwrap();
        text[start..].split('"').next().unwrap().to_owned()
    };
    let moved = json!({ "type": "customer.subscription.updated", "organization_id": other.org(),
        "customer": id("cus_"), "set": { "data.object.id": id("sub_"), "data.object.status": "past_due" } });
    assert_eq!(world.stripe(moved).await, [200]);
    assert_eq!(other.organization().await["status"], "past_due");
    crate::journeys::sign_in::sign_in_by_link(&world, &mut other, "other@example.com").await;
    for path in ["/dashboard", &format!("/organizations/{}", other.org())] {
        let page = other.open(path).await.text();
        assert!(!page.contains(r#"action="/billing/portal""#), "{path}: {page}");
    }
    let refused = other.submit("/billing/portal", &[]).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert!(refused.text().contains("Your plan is managed by our team"));
    assert_eq!(world.stack.system().stripe.customers().len(), customer, "no customer was created");
}
