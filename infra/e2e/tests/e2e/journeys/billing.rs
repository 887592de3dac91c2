//! Checkout and the billing portal: redirects to Stripe's hosted pages and back.

use axum::body::Bytes;
use http::Request;
use serde_json::{Value, json};

use crate::journeys::sign_in::sign_in_by_link;
use e2e::driver::{TestResponse, Visitor, World};

const STRIPE: &str = "http://localhost:8485";

/// Submits a button on a hosted page of the Stripe mock and returns the redirect target.
pub(crate) fn press(world: &World, address: &str, button: &str) -> String {
    let path = address.strip_prefix(STRIPE).unwrap_or_else(|| panic!("{address} is not at Stripe"));
    let request = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    let response = world.stack.stripe_request(&request.body(Bytes::from(button.to_owned())).unwrap());
    assert_eq!(response.status(), 303, "{address} {button}");
    response.headers()["location"].to_str().unwrap().to_owned()
}

/// Submits the Checkout form of the plan page.
pub(crate) async fn checkout(visitor: &mut Visitor<'_>, plan: &str) -> TestResponse {
    visitor.submit("/billing/checkout", &[("plan", plan)]).await
}

/// Advances the clock, so that the session expires, and signs in again by an emailed link.
async fn days_later(world: &World, jo: &mut Visitor<'_>, days: &str) {
    world.advance(days).await;
    sign_in_by_link(world, jo, "jo@example.com").await;
}

/// Returns the calls that the Stripe mock has received.
async fn stripe_calls(world: &World) -> Vec<String> {
    let calls = world.local("GET", "/_local/calls", None).await;
    let calls = calls.as_array().unwrap().iter().filter(|call| call["service"] == "stripe");
    calls.map(|call| call["operation"].as_str().unwrap().to_owned()).collect()
}

/// Returns the customer attribute of the organization's item.
async fn link(world: &World, org: &str) -> Value {
    let items = world.items(&format!("ORG#{org}")).await;
    let item = items.iter().find(|item| item["sk"]["S"] == "ORG").unwrap();
    let customer = item["billing"]["M"]["customer"].clone();
    assert!(customer["S"].is_string(), "{item}");
    customer
}

#[tokio::test]
async fn payment_without_a_trial_activates_the_organization() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let plans = format!("/organizations/{}", jo.org());
    let page = jo.open(&plans).await;
    assert!(page.text().contains(r#"action="/billing/checkout""#), "{}", page.text());
    let policy = page.header("content-security-policy");
    assert!(policy.contains(&format!("form-action 'self' {STRIPE}")), "{policy}");

    let redirect = checkout(&mut jo, "team").await;
    assert_eq!(redirect.status, 303, "{}", redirect.text());
    assert_eq!(
        stripe_calls(&world).await,
        [
            "POST /v1/customers",
            "POST /v1/checkout/sessions",
            "GET /v1/checkout/sessions",
            "GET /v1/subscriptions"
        ]
    );
    assert_eq!(jo.organization().await["status"], "pending", "no payment counts before Stripe's event");
    let back = press(&world, redirect.header("location"), "choice=pay");
    let back = back.strip_prefix("http://localhost:8484").unwrap();
    assert!(back.starts_with("/billing/return?session=cs_"), "{back}");
    world.settle().await;
    let thanks = jo.open(back).await.text();
    assert!(thanks.contains("Your plan is active") && !thanks.contains("data-awaits-plan"), "{thanks}");
    let list = jo.checklist().await;
    assert_eq!(
        (&list["organization"]["status"], &list["organization"]["access"]),
        (&json!("active"), &json!("full"))
    );
    let task = list["tasks"].as_array().unwrap().iter().find(|task| task["key"] == "added_billing_info");
    assert_eq!((&task.unwrap()["completed"], &task.unwrap()["source"]), (&json!(true), &json!("billing")));
    assert_eq!(world.mails("welcome").await.len(), 1);
    // The customer was linked before the first event arrived, so no event was parked.
    assert!(world.local("GET", "/_local/table", None).await.to_string().find("PARKED#").is_none());
}

#[tokio::test]
async fn upgrade_on_day_five_keeps_the_trial_end() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let end = jo.organization().await["trial_ends_at"].clone();
    days_later(&world, &mut jo, "5d").await;
    let redirect = checkout(&mut jo, "single").await;
    press(&world, redirect.header("location"), "choice=pay");
    world.settle().await;
    let organization = jo.organization().await;
    assert_eq!((&organization["status"], &organization["trial_ends_at"]), (&json!("trialing"), &end));
    assert_eq!(organization["trial_days_remaining"], 9);
    let plans = jo.open(&format!("/organizations/{}", jo.org())).await.text();
    assert!(plans.contains(r#"action="/billing/portal""#) && !plans.contains("/billing/checkout"), "{plans}");
    days_later(&world, &mut jo, "10d").await;
    assert_eq!(jo.organization().await["status"], "active", "Stripe charges at the end of the trial");
    assert!(world.mails("trial_ended").await.is_empty());
}

#[tokio::test]
async fn upgrade_in_the_last_two_days_charges_today() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    days_later(&world, &mut jo, "13d").await;
    let page = jo.open(&format!("/organizations/{}", jo.org())).await.text();
    assert!(page.contains("You’ll be charged today"), "{page}");
    let redirect = checkout(&mut jo, "single").await;
    press(&world, redirect.header("location"), "choice=pay");
    world.settle().await;
    assert_eq!(jo.organization().await["status"], "active");
}

#[tokio::test]
async fn two_tabs_share_one_customer_and_one_checkout() {
    let world = World::new().await;
    let mut one = world.pending("Acme", "jo@example.com").await;
    let mut two = world.visitor();
    two.cookie.clone_from(&one.cookie);
    let form = [("plan", "team"), ("form_token", "a-token-of-22-characters")];
    let (first, second) =
        tokio::join!(one.submit("/billing/checkout", &form), two.submit("/billing/checkout", &form));
    assert_eq!((first.status, second.status), (303, 303), "{} {}", first.text(), second.text());
    assert_eq!(first.header("location"), second.header("location"));
    let linked = link(&world, &one.org()).await;
    let again = checkout(&mut one, "single").await;
    assert_ne!(again.header("location"), first.header("location"), "another token is another Checkout");
    assert_eq!(link(&world, &one.org()).await, linked);
    let table = world.local("GET", "/_local/table", None).await;
    let links = table.as_array().unwrap().iter().filter(|item| item["pk"].to_string().contains("CUSTOMER#"));
    assert_eq!(links.count(), 1);
}

#[tokio::test]
async fn checkout_redirects_to_the_portal_when_a_plan_exists() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    // Admins can manage their payment methods in the portal before they choose a plan.
    for early in [jo.submit("/billing/portal", &[]).await, jo.post("/billing/portal").await] {
        assert_eq!(early.status, 303, "{}", early.text());
        assert!(early.header("location").starts_with(&format!("{STRIPE}/p/session/")), "{}", early.text());
    }
    let redirect = checkout(&mut jo, "team").await;
    press(&world, redirect.header("location"), "choice=pay");
    world.settle().await;
    for (path, form) in [("/billing/checkout", vec![("plan", "single")]), ("/billing/portal", vec![])] {
        let redirect = jo.submit(path, &form).await;
        let address = redirect.header("location");
        assert!(address.starts_with(&format!("{STRIPE}/p/session/")), "{path}: {address}");
    }
}

#[tokio::test]
async fn open_first_payment_is_resumed_until_it_expires() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    checkout(&mut jo, "team").await;
    let org = jo.org();
    world.set_subscription_status(&org, "incomplete").await;
    let redirect = checkout(&mut jo, "single").await;
    let address = redirect.header("location");
    assert!(address.starts_with(&format!("{STRIPE}/p/session/")), "{address}");
    let plans = jo.open(&format!("/organizations/{org}")).await;
    let plans = plans.text();
    assert!(plans.contains("Complete payment") && !plans.contains("/billing/checkout"), "{plans}");

    days_later(&world, &mut jo, "24h").await;
    world.set_subscription_status(&org, "incomplete_expired").await;
    let redirect = checkout(&mut jo, "single").await;
    let address = redirect.header("location");
    assert!(address.starts_with(&format!("{STRIPE}/c/pay/")), "{address}");
}

#[tokio::test]
async fn portal_opens_at_every_subscription_status() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    let org = jo.org();
    for status in ["incomplete", "paused", "unpaid", "past_due", "trialing", "active"] {
        world.set_subscription_status(&org, status).await;
        let redirect = jo.submit("/billing/portal", &[]).await;
        assert!(
            redirect.header("location").starts_with(&format!("{STRIPE}/p/session/")),
            "{status}: {}",
            redirect.text()
        );
    }
}

#[tokio::test]
async fn deleted_customer_regains_access_only_by_a_new_payment() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    let redirect = checkout(&mut jo, "team").await;
    press(&world, redirect.header("location"), "choice=pay");
    world.settle().await;
    let first = link(&world, &jo.org()).await;
    let portal = jo.submit("/billing/portal", &[]).await;
    press(&world, portal.header("location"), "do=delete");
    world.settle().await;
    assert_eq!(jo.organization().await["status"], "canceled");

    checkout(&mut jo, "team").await;
    let second = link(&world, &jo.org()).await;
    assert_ne!(second, first);
    assert_eq!(jo.organization().await["status"], "canceled", "a new customer does not restore access");
    world.advance("3h").await;
    let redirect = checkout(&mut jo, "single").await;
    assert_eq!(link(&world, &jo.org()).await, second, "repeated attempts reuse the customer");
    press(&world, redirect.header("location"), "choice=pay");
    world.settle().await;
    assert_eq!(jo.organization().await["access"], "full");
    let items = world.items(&format!("ORG#{}", jo.org())).await;
    assert!(items.iter().all(|item| !item.to_string().contains("noted")), "none of this is a conflict");
}

#[tokio::test]
async fn plan_page_shows_paused_payments_until_they_resume() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let plans = format!("/organizations/{}", jo.org());
    for (pause, shown) in [
        (json!(null), None),
        (json!({ "behavior": "void", "resumes_at": 1_893_456_000 }), Some("paused until January 1, 2030")),
        (json!({ "behavior": "void", "resumes_at": null }), Some("Payments for your plan are paused.")),
        (json!(null), None),
    ] {
        let set = json!({ "status": "active", "pause_collection": pause });
        let event =
            json!({ "type": "customer.subscription.updated", "organization_id": jo.org(), "set": set });
        assert_eq!(world.stripe(event).await, [200]);
        let page = jo.open(&plans).await.text();
        assert_eq!(page.contains("Payments for your plan are paused"), shown.is_some(), "{page}");
        assert!(shown.is_none_or(|shown| page.contains(shown)), "{page}");
        assert_eq!(jo.organization().await["status"], "active", "the subscription status does not change");
        world.advance("1m").await;
    }
}

#[tokio::test]
async fn checkout_returns_503_while_stripe_is_down() {
    for kind in ["reset", "error_500", "throttle"] {
        let world = World::new().await;
        let mut jo = world.pending("Acme", "jo@example.com").await;
        world.inject(json!([{ "service": "stripe", "rate": 1.0, "kind": kind }])).await;
        let page = checkout(&mut jo, "team").await;
        assert_eq!((page.status, page.header("retry-after")), (503, "30"), "{kind}: {}", page.text());
        assert!(page.text().contains("You haven’t been charged."), "{}", page.text());
        assert_eq!(jo.organization().await["status"], "pending");
        world.inject(json!([])).await;
        let redirect = checkout(&mut jo, "team").await;
        assert_eq!(redirect.status, 303, "{kind}: {}", redirect.text());
    }
}

#[tokio::test]
async fn retry_links_the_customer_and_applies_parked_events() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let down = json!([{ "function": "billing", "service": "dynamodb", "operation": "TransactWriteItems",
        "rate": 1.0, "kind": "error_500" }]);
    world.inject(down).await;
    assert_eq!(checkout(&mut jo, "team").await.status, 503);
    let customers = world.stack.system().stripe.customers();
    let [customer] = customers.as_slice() else { panic!("{customers:?}") };
    // An invoice of the customer is paid in another way, for example in Stripe's dashboard.
    assert_eq!(world.stripe(json!({ "type": "invoice.paid", "customer": customer })).await, [200]);
    assert_eq!(jo.organization().await["status"], "pending", "the customer is not linked yet");

    world.inject(json!([])).await;
    checkout(&mut jo, "team").await;
    assert_eq!(jo.organization().await["status"], "active");
    assert_eq!(world.stack.system().stripe.customers(), customers, "the retry creates no second customer");
    let items = world.items(&format!("CUSTOMER#{customer}")).await;
    assert!(items.iter().all(|item| !item["sk"].to_string().contains("PARKED")), "{items:?}");
}

#[tokio::test]
async fn lost_stripe_reply_is_recovered_by_the_retry() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    world.inject(json!([{ "service": "stripe", "nth": 1, "kind": "reply_lost" }])).await;
    let redirect = checkout(&mut jo, "team").await;
    assert_eq!(redirect.status, 303, "{}", redirect.text());
    press(&world, redirect.header("location"), "choice=pay");
    world.settle().await;
    assert_eq!(jo.organization().await["status"], "active");
    let calls = stripe_calls(&world).await;
    assert_eq!(calls.iter().filter(|call| call.as_str() == "POST /v1/customers").count(), 2);
}

#[tokio::test]
async fn billing_checks_session_then_role_then_input() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let json = [("accept", "application/json"), ("content-type", "application/json")];
    let cross = [("sec-fetch-site", "cross-site"), ("accept", "application/json")];
    assert_eq!(jo.send("POST", "/billing/checkout", &cross, "").await.status, 403);
    let mut stranger = world.visitor();
    assert_eq!(stranger.send("POST", "/billing/checkout", &json, "{").await.status, 401);
    assert_eq!(checkout(&mut stranger, "team").await.header("location"), "/login?next=/dashboard");
    for (body, status, code) in [
        ("{}", 422, "required"),
        (r#"{"plan":"gold"}"#, 422, "invalid"),
        (r#"{"plan":"team","form_token":"short"}"#, 422, "invalid"),
        ("{", 400, ""),
    ] {
        let refused = jo.send("POST", "/billing/checkout", &json, body).await;
        assert_eq!(refused.status, status, "{body}: {}", refused.text());
        assert!(status == 400 || refused.json()["errors"][0]["code"] == code, "{body}");
    }
    assert!(stripe_calls(&world).await.is_empty());
    let redirect = jo.send("POST", "/billing/checkout", &json, r#"{"plan":"team"}"#).await;
    assert_eq!(redirect.status, 303, "{}", redirect.text());
    crate::journeys::tenancy::demote(&world, &jo.org()).await;
    for path in ["/billing/checkout", "/billing/portal"] {
        assert_eq!(jo.send("POST", path, &json, "{").await.status, 403, "{path}");
    }
}
