//! Prices of the plans for sale, from Stripe to the plan page, and what follows a choice.

use serde_json::json;

use crate::journeys::billing::{checkout, press};
use e2e::driver::World;
use stack::Config;

#[tokio::test]
async fn plan_page_shows_prices_and_their_newest_state() {
    let world = World::with(Config { reads_prices: true, ..Config::memory() }).await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let path = format!("/organizations/{}", jo.org());
    let page = jo.open(&path).await;
    assert_eq!(world.calls_of(&page).await, ["BatchGetItem", "Query", "Query"], "in one round trip");
    for text in ["€9.00<", "€29.00<", "Recommended"] {
        assert!(page.text().contains(text), "{text}: {}", page.text());
    }
    let changed = |amount: u64, created: i64| {
        let set = json!({ "created": created, "unit_amount": amount, "currency": "eur" });
        json!({ "type": "price.updated", "customer": "cus_1", "set": set })
    };
    let now = world.stack.system().cloud.clock.now().as_second();
    for (amount, created, shown) in [(3100, now + 5, "€31.00<"), (2500, now - 3600, "€31.00<")] {
        assert_eq!(world.stripe(changed(amount, created)).await, [200]);
        let page = jo.open(&path).await;
        assert!(page.text().contains(shown), "{amount}: {}", page.text());
    }
    world.advance("1h").await;
    let page = jo.open(&path).await;
    assert!(page.text().contains("€29.00<"), "the hourly run reads Stripe's state: {}", page.text());
}

#[tokio::test]
async fn plan_page_shows_the_last_prices_while_stripe_is_down() {
    let world = World::with(Config { reads_prices: true, ..Config::memory() }).await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    world.inject(json!([{ "service": "stripe", "kind": "error_500" }])).await;
    world.advance("2h").await;
    let page = jo.open(&format!("/organizations/{}", jo.org())).await;
    assert!(page.text().contains("€29.00<"), "the last known price: {}", page.text());
    let dead = world.local("GET", "/_local/dead-letters", None).await;
    assert!(dead.as_array().unwrap().is_empty(), "an outage of Stripe rings no alarm: {dead}");
}

#[tokio::test]
async fn chosen_plan_is_announced_by_one_email() {
    let world = World::with(Config { reads_prices: true, ..Config::memory() }).await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let redirect = checkout(&mut jo, "team").await;
    press(&world, redirect.header("location"), "choice=pay");
    world.settle().await;
    world.advance("1h").await;
    let mails = world.mails("plan_started").await;
    assert_eq!((mails.len(), &mails[0]["to"]), (1, &json!(["jo@example.com"])), "{mails:?}");
    let (subject, text) = (mails[0]["subject"].as_str().unwrap(), mails[0]["text"].as_str().unwrap());
    assert!(subject.contains("Team plan") && text.contains("€29.00"), "{subject}: {text}");
}

#[tokio::test]
async fn abandoned_or_failed_checkout_leads_back_without_a_charge() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let form = [("plan", "team"), ("form_token", "a-token-of-22-characters")];
    world.inject(json!([{ "service": "stripe", "kind": "hang" }])).await;
    let failed = jo.submit("/billing/checkout", &form).await;
    assert_eq!(failed.status, 503);
    let page = failed.text();
    for part in ["You haven’t been charged", "Try again", r#"value="team""#, form[1].1, "Sign out"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    world.local("DELETE", "/_local/faults", None).await;
    let again = jo.submit("/billing/checkout", &form).await;
    assert_eq!(again.status, 303, "{}", again.text());
    let back = press(&world, again.header("location"), "choice=cancel");
    let page = jo.open(back.strip_prefix("http://localhost:8484").unwrap()).await.text();
    assert!(page.contains("You didn’t choose a plan"), "{page}");
}
