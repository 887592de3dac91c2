//! From a button to Stripe, and back.

use axum::body::Bytes;
use http::Request;
use serde_json::{Value, json};

use crate::driver::{Answer, Visitor, World};
use crate::sign_in::by_link;

const STRIPE: &str = "http://localhost:8485";

/// Presses a button on one of Stripe's hosted pages; answers where that leads.
pub(crate) fn press(world: &World, address: &str, button: &str) -> String {
    let path = address.strip_prefix(STRIPE).unwrap_or_else(|| panic!("{address} is not at Stripe"));
    let request = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    let response = world.stack.outside(&request.body(Bytes::from(button.to_owned())).unwrap());
    assert_eq!(response.status(), 303, "{address} {button}");
    response.headers()["location"].to_str().unwrap().to_owned()
}

/// Opens a Checkout as the button does.
pub(crate) async fn checkout(visitor: &mut Visitor<'_>, plan: &str) -> Answer {
    visitor.submit("/billing/checkout", &[("plan", plan)]).await
}

/// Time goes by, and ends the session: they come back by a mailed link.
async fn days_later(world: &World, jo: &mut Visitor<'_>, days: &str) {
    world.advance(days).await;
    by_link(world, jo, "jo@example.com").await;
}

/// The calls to Stripe's stand-in so far.
async fn stripe_calls(world: &World) -> Vec<String> {
    let calls = world.local("GET", "/_local/calls", None).await;
    let calls = calls.as_array().unwrap().iter().filter(|call| call["service"] == "stripe");
    calls.map(|call| call["operation"].as_str().unwrap().to_owned()).collect()
}

/// What the table says of the organization's customer.
async fn link(world: &World, org: &str) -> Value {
    let items = world.items(&format!("ORG#{org}")).await;
    let item = items.iter().find(|item| item["sk"]["S"] == "ORG").unwrap();
    let customer = item["billing"]["M"]["customer"].clone();
    assert!(customer["S"].is_string(), "{item}");
    customer
}

#[tokio::test]
async fn somebody_without_a_trial_pays_and_arrives_on_a_page_that_turns_active() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let plans = format!("/organizations/{}", jo.org());
    let page = jo.open(&plans).await;
    assert!(page.text().contains(r#"action="/billing/checkout""#), "{}", page.text());
    let policy = page.header("content-security-policy");
    assert!(policy.contains(&format!("form-action 'self' {STRIPE}")), "{policy}");

    let led = checkout(&mut jo, "team").await;
    assert_eq!(led.status, 303, "{}", led.text());
    assert_eq!(
        stripe_calls(&world).await,
        [
            "POST /v1/customers",
            "POST /v1/checkout/sessions",
            "GET /v1/checkout/sessions",
            "GET /v1/subscriptions"
        ]
    );
    assert_eq!(jo.organization().await["status"], "pending", "nothing is believed before Stripe says it");
    let back = press(&world, led.header("location"), "choice=pay");
    let back = back.strip_prefix("http://localhost:8484").unwrap();
    assert!(back.starts_with("/billing/return?session=cs_"), "{back}");
    world.settle().await;
    let thanks = jo.open(back).await.text();
    assert!(thanks.contains("Your plan is paid") && !thanks.contains("data-awaits-plan"), "{thanks}");
    let list = jo.checklist().await;
    assert_eq!(
        (&list["organization"]["status"], &list["organization"]["access"]),
        (&json!("active"), &json!("full"))
    );
    let task = list["tasks"].as_array().unwrap().iter().find(|task| task["key"] == "added_billing_info");
    assert_eq!((&task.unwrap()["completed"], &task.unwrap()["source"]), (&json!(true), &json!("billing")));
    assert_eq!(world.mails("welcome").await.len(), 1);
    // The link stood before the first event came: nothing had to wait.
    assert!(world.local("GET", "/_local/table", None).await.to_string().find("PARKED#").is_none());
}

#[tokio::test]
async fn a_trial_that_is_upgraded_on_day_five_keeps_its_end() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let end = jo.organization().await["trial_ends_at"].clone();
    days_later(&world, &mut jo, "5d").await;
    let led = checkout(&mut jo, "single").await;
    press(&world, led.header("location"), "choice=pay");
    world.settle().await;
    let organization = jo.organization().await;
    assert_eq!((&organization["status"], &organization["trial_ends_at"]), (&json!("trialing"), &end));
    assert_eq!(organization["trial_days_remaining"], 9);
    let plans = jo.open(&format!("/organizations/{}", jo.org())).await.text();
    assert!(plans.contains(r#"action="/billing/portal""#) && !plans.contains("/billing/checkout"), "{plans}");
    days_later(&world, &mut jo, "10d").await;
    assert_eq!(jo.organization().await["status"], "active", "the first charge came with the end");
    assert!(world.mails("trial_ended").await.is_empty());
}

#[tokio::test]
async fn with_less_than_two_days_left_it_is_charged_today_as_the_page_said() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    days_later(&world, &mut jo, "13d").await;
    let page = jo.open(&format!("/organizations/{}", jo.org())).await.text();
    assert!(page.contains("You’ll be charged today"), "{page}");
    let led = checkout(&mut jo, "single").await;
    press(&world, led.header("location"), "choice=pay");
    world.settle().await;
    assert_eq!(jo.organization().await["status"], "active");
}

#[tokio::test]
async fn two_tabs_make_one_customer_and_the_same_form_one_checkout() {
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
async fn who_has_a_plan_is_led_to_the_portal_and_never_sold_a_second_one() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    by_link(&world, &mut jo, "jo@example.com").await;
    // Before there is a plan, the portal is where people see to how they will pay.
    for early in [jo.submit("/billing/portal", &[]).await, jo.post("/billing/portal").await] {
        assert_eq!(early.status, 303, "{}", early.text());
        assert!(early.header("location").starts_with(&format!("{STRIPE}/p/session/")), "{}", early.text());
    }
    let led = checkout(&mut jo, "team").await;
    press(&world, led.header("location"), "choice=pay");
    world.settle().await;
    for (path, form) in [("/billing/checkout", vec![("plan", "single")]), ("/billing/portal", vec![])] {
        let led = jo.submit(path, &form).await;
        let address = led.header("location");
        assert!(address.starts_with(&format!("{STRIPE}/p/session/")), "{path}: {address}");
    }
}

#[tokio::test]
async fn whose_first_payment_is_open_pays_that_one_and_chooses_again_only_once_it_lapsed() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    by_link(&world, &mut jo, "jo@example.com").await;
    checkout(&mut jo, "team").await;
    let org = jo.org();
    world.subscription_is(&org, "incomplete").await;
    let led = checkout(&mut jo, "single").await;
    let address = led.header("location");
    assert!(address.starts_with(&format!("{STRIPE}/p/session/")), "{address}");
    let plans = jo.open(&format!("/organizations/{org}")).await;
    let plans = plans.text();
    assert!(plans.contains("Complete payment") && !plans.contains("/billing/checkout"), "{plans}");

    days_later(&world, &mut jo, "24h").await;
    world.subscription_is(&org, "incomplete_expired").await;
    let led = checkout(&mut jo, "single").await;
    let address = led.header("location");
    assert!(address.starts_with(&format!("{STRIPE}/c/pay/")), "{address}");
}

#[tokio::test]
async fn whoever_subscribes_is_let_into_the_portal_at_every_standing() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    by_link(&world, &mut jo, "jo@example.com").await;
    let org = jo.org();
    for status in ["incomplete", "paused", "unpaid", "past_due", "trialing", "active"] {
        world.subscription_is(&org, status).await;
        let led = jo.submit("/billing/portal", &[]).await;
        assert!(
            led.header("location").starts_with(&format!("{STRIPE}/p/session/")),
            "{status}: {}",
            led.text()
        );
    }
}

#[tokio::test]
async fn who_was_deleted_at_stripe_starts_anew_and_only_a_payment_brings_access_back() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    by_link(&world, &mut jo, "jo@example.com").await;
    let led = checkout(&mut jo, "team").await;
    press(&world, led.header("location"), "choice=pay");
    world.settle().await;
    let first = link(&world, &jo.org()).await;
    let portal = jo.submit("/billing/portal", &[]).await;
    press(&world, portal.header("location"), "do=delete");
    world.settle().await;
    assert_eq!(jo.organization().await["status"], "canceled");

    checkout(&mut jo, "team").await;
    let second = link(&world, &jo.org()).await;
    assert_ne!(second, first);
    assert_eq!(jo.organization().await["status"], "canceled", "a new customer pays nothing by itself");
    world.advance("3h").await;
    let led = checkout(&mut jo, "single").await;
    assert_eq!(link(&world, &jo.org()).await, second, "one customer, however often it is tried");
    press(&world, led.header("location"), "choice=pay");
    world.settle().await;
    assert_eq!(jo.organization().await["access"], "full");
    let items = world.items(&format!("ORG#{}", jo.org())).await;
    assert!(items.iter().all(|item| !item.to_string().contains("noted")), "nothing of this is a conflict");
}

#[tokio::test]
async fn paused_payments_are_shown_until_stripe_resumes_them() {
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
        assert_eq!(jo.organization().await["status"], "active", "Stripe's status stays");
        world.advance("1m").await;
    }
}

#[tokio::test]
async fn stripe_down_is_said_and_loses_nothing() {
    for kind in ["reset", "error_500", "throttle"] {
        let world = World::new().await;
        let mut jo = world.pending("Acme", "jo@example.com").await;
        world.inject(json!([{ "service": "stripe", "rate": 1.0, "kind": kind }])).await;
        let page = checkout(&mut jo, "team").await;
        assert_eq!((page.status, page.header("retry-after")), (503, "30"), "{kind}: {}", page.text());
        assert!(page.text().contains("Nothing was charged and nothing was lost"), "{}", page.text());
        assert_eq!(jo.organization().await["status"], "pending");
        world.inject(json!([])).await;
        let led = checkout(&mut jo, "team").await;
        assert_eq!(led.status, 303, "{kind}: {}", led.text());
    }
}

#[tokio::test]
async fn a_customer_who_could_not_be_linked_is_linked_by_the_next_try_with_what_waited_for_them() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let down = json!([{ "function": "billing", "service": "dynamodb", "operation": "TransactWriteItems",
        "rate": 1.0, "kind": "error_500" }]);
    world.inject(down).await;
    assert_eq!(checkout(&mut jo, "team").await.status, 503);
    let made = world.stack.system().cloud.stripe.customers();
    let [customer] = made.as_slice() else { panic!("{made:?}") };
    // Whoever works in Stripe's dashboard sees the customer, and takes a payment.
    assert_eq!(world.stripe(json!({ "type": "invoice.paid", "customer": customer })).await, [200]);
    assert_eq!(jo.organization().await["status"], "pending", "nobody knows whose payment it is");

    world.inject(json!([])).await;
    checkout(&mut jo, "team").await;
    assert_eq!(jo.organization().await["status"], "active");
    assert_eq!(world.stack.system().cloud.stripe.customers(), made, "the retry makes no second one");
    let held = world.items(&format!("CUSTOMER#{customer}")).await;
    assert!(held.iter().all(|item| !item["sk"].to_string().contains("PARKED")), "{held:?}");
}

#[tokio::test]
async fn an_answer_that_was_lost_is_found_again_by_the_retry() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    world.inject(json!([{ "service": "stripe", "nth": 1, "kind": "reply_lost" }])).await;
    let led = checkout(&mut jo, "team").await;
    assert_eq!(led.status, 303, "{}", led.text());
    press(&world, led.header("location"), "choice=pay");
    world.settle().await;
    assert_eq!(jo.organization().await["status"], "active");
    let calls = stripe_calls(&world).await;
    assert_eq!(calls.iter().filter(|call| call.as_str() == "POST /v1/customers").count(), 2);
}

#[tokio::test]
async fn session_role_and_input_are_judged_in_this_order() {
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
    let led = jo.send("POST", "/billing/checkout", &json, r#"{"plan":"team"}"#).await;
    assert_eq!(led.status, 303, "{}", led.text());
    crate::tenancy::demote(&world, &jo.org()).await;
    for path in ["/billing/checkout", "/billing/portal"] {
        assert_eq!(jo.send("POST", path, &json, "{").await.status, 403, "{path}");
    }
}
