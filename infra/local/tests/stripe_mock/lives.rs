//! The events of whole lives, as the clock moves.

use jiff::SignedDuration;
use serde_json::json;

use crate::bench::{bench, idle};
use crate::fixture::{MockShop, SINGLE};

const PAID: [&str; 2] = ["invoice.paid", "invoice.payment_succeeded"];
const FAILED: [&str; 2] = ["invoice.payment_failed", "customer.subscription.updated active→past_due"];

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

#[tokio::test]
async fn payment_starts_a_subscription_that_renews_monthly() {
    let bench = bench(idle(), idle()).await;
    let shop = MockShop(&bench.stack);
    let (_, subscription) = shop.subscribe("pay", None);
    let begun = [
        "customer.created",
        "checkout.session.completed",
        "customer.subscription.created incomplete",
        "customer.subscription.updated incomplete→active",
        PAID[0],
        PAID[1],
    ];
    assert_eq!(shop.story(0), begun);
    let end = shop.subscription(&subscription)["items"]["data"][0]["current_period_end"].clone();
    shop.pass(32).await;
    let month = ["customer.subscription.updated active", PAID[0], PAID[1]];
    assert_eq!(shop.story(begun.len()), month);
    let renewed = shop.subscription(&subscription);
    assert_eq!(renewed["items"]["data"][0]["current_period_start"], end, "periods follow each other");
    shop.pass(365).await;
    assert_eq!(shop.story(begun.len()).len(), 13 * month.len());
}

#[tokio::test]
async fn trial_is_free_then_announced_then_charged() {
    let bench = bench(idle(), idle()).await;
    let shop = MockShop(&bench.stack);
    let (_, subscription) = shop.subscribe("pay", Some(days(9)));
    let begun = [
        "customer.created",
        "checkout.session.completed",
        "customer.subscription.created trialing",
        PAID[0],
        PAID[1],
    ];
    assert_eq!(shop.story(0), begun);
    let events = shop.events();
    assert_eq!(events[1]["data"]["object"]["payment_status"], "no_payment_required");
    assert_eq!(events[3]["data"]["object"]["amount_paid"], 0);
    shop.pass(5).await;
    assert_eq!(shop.story(begun.len()), Vec::<String>::new());
    shop.pass(2).await;
    let announced = ["customer.subscription.trial_will_end trialing"];
    assert_eq!(shop.story(begun.len()), announced);
    let trial_end = shop.subscription(&subscription)["trial_end"].clone();
    shop.pass(3).await;
    let ended = ["customer.subscription.updated trialing→active", PAID[0], PAID[1]];
    assert_eq!(shop.story(begun.len() + 1), ended);
    let paid = shop.events().pop().unwrap();
    assert_eq!(paid["data"]["object"]["amount_paid"], 2900);
    assert_eq!(paid["created"], trial_end, "it happens at its own moment");
}

#[tokio::test]
async fn short_trial_is_announced_immediately() {
    let bench = bench(idle(), idle()).await;
    let shop = MockShop(&bench.stack);
    shop.subscribe("pay", Some(SignedDuration::from_hours(50)));
    assert!(shop.story(0).contains(&"customer.subscription.trial_will_end trialing".to_owned()));
    let so_far = shop.events().len();
    shop.pass(1).await;
    assert_eq!(shop.story(so_far), Vec::<String>::new());
}

#[tokio::test]
async fn failed_renewal_is_retried_until_unpaid() {
    let bench = bench(idle(), idle()).await;
    let shop = MockShop(&bench.stack);
    let (customer, subscription) = shop.subscribe("pay_once", None);
    let so_far = shop.events().len();
    shop.pass(32).await;
    assert_eq!(shop.story(so_far), ["customer.subscription.updated active", FAILED[0], FAILED[1]]);
    let invoice = shop.events()[so_far + 1]["data"]["object"].clone();
    assert_eq!((&invoice["attempt_count"], &invoice["amount_due"]), (&json!(1), &json!(2900)));
    assert!(invoice["next_payment_attempt"].is_i64());

    shop.pass(16).await;
    assert_eq!(
        shop.story(so_far + 3),
        [FAILED[0], FAILED[0], FAILED[0], "customer.subscription.updated past_due→unpaid"]
    );
    assert_eq!(shop.subscription(&subscription)["status"], "unpaid");
    let unpaid = shop.events().len();
    shop.pass(90).await;
    assert_eq!(shop.story(unpaid), Vec::<String>::new(), "nothing is billed while it is unpaid");

    shop.portal(&customer, &[("do", "update_card"), ("card", "good")]);
    assert_eq!(
        shop.story(unpaid),
        ["customer.updated", "customer.subscription.updated unpaid→active", PAID[0], PAID[1]]
    );
    shop.pass(32).await;
    assert_eq!(shop.story(unpaid + 4), ["customer.subscription.updated active", PAID[0], PAID[1]]);
}

#[tokio::test]
async fn valid_card_in_the_portal_pays_the_open_invoice() {
    let bench = bench(idle(), idle()).await;
    let shop = MockShop(&bench.stack);
    let (customer, subscription) = shop.subscribe("pay_once", None);
    shop.pass(32).await;
    let so_far = shop.events().len();
    shop.portal(&customer, &[("do", "update_card"), ("card", "good")]);
    assert_eq!(
        shop.story(so_far),
        ["customer.updated", "customer.subscription.updated past_due→active", PAID[0], PAID[1]]
    );
    assert_eq!(shop.subscription(&subscription)["status"], "active");
    shop.pass(10).await;
    assert_eq!(shop.events().len(), so_far + 4, "it is not tried again");
}

#[tokio::test]
async fn bank_confirmation_is_awaited() {
    let bench = bench(idle(), idle()).await;
    let shop = MockShop(&bench.stack);
    let (customer, _) = shop.subscribe("pay", None);
    shop.portal(&customer, &[("do", "update_card"), ("card", "needs_confirmation")]);
    let so_far = shop.events().len();
    shop.pass(32).await;
    assert_eq!(
        shop.story(so_far),
        ["customer.subscription.updated active", "invoice.payment_action_required", FAILED[0], FAILED[1]]
    );
    shop.portal(&customer, &[("do", "confirm")]);
    assert_eq!(shop.story(so_far + 4), ["customer.subscription.updated past_due→active", PAID[0], PAID[1]]);
}

#[tokio::test]
async fn canceled_subscription_ends_with_its_period() {
    let bench = bench(idle(), idle()).await;
    let shop = MockShop(&bench.stack);
    let (customer, subscription) = shop.subscribe("pay", None);
    let so_far = shop.events().len();
    let button = |action| shop.portal(&customer, &[("do", action), ("subscription", &subscription)]);
    button("cancel_at_period_end");
    let set = shop.events().pop().unwrap();
    assert_eq!(set["data"]["previous_attributes"]["cancel_at_period_end"], false);
    assert!(set["data"]["object"]["cancel_at"].is_i64());
    button("keep");
    button("cancel_at_period_end");
    shop.pass(32).await;
    let updated = "customer.subscription.updated active";
    assert_eq!(shop.story(so_far), [updated, updated, updated, "customer.subscription.deleted canceled"]);
    shop.pass(60).await;
    button("cancel_now");
    assert_eq!(shop.events().len(), so_far + 4, "what is over stays over");
}

#[tokio::test]
async fn deleted_customer_ends_its_subscriptions() {
    let bench = bench(idle(), idle()).await;
    let shop = MockShop(&bench.stack);
    let (customer, _) = shop.subscribe("pay", Some(days(9)));
    let so_far = shop.events().len();
    shop.portal(&customer, &[("do", "delete")]);
    shop.pass(60).await;
    assert_eq!(shop.story(so_far), ["customer.subscription.deleted canceled", "customer.deleted"]);
    let deleted = shop.events().pop().unwrap();
    assert_eq!(deleted["data"]["object"]["metadata"], json!({"organization_id": "org_1"}));
}

#[tokio::test]
async fn changed_plan_is_charged_from_the_next_month() {
    let bench = bench(idle(), idle()).await;
    let shop = MockShop(&bench.stack);
    let (customer, subscription) = shop.subscribe("pay", None);
    let form = [("do", "change_plan"), ("subscription", &subscription), ("price", SINGLE)];
    shop.portal(&customer, &form);
    let changed = shop.events().pop().unwrap();
    assert_eq!(changed["data"]["object"]["items"]["data"][0]["price"]["id"], SINGLE);
    assert_eq!(changed["data"]["previous_attributes"]["plan"]["id"], "price_local_team");
    shop.pass(32).await;
    assert_eq!(shop.events().pop().unwrap()["data"]["object"]["amount_paid"], 900);
}

#[tokio::test]
async fn unfinished_checkout_expires() {
    let bench = bench(idle(), idle()).await;
    let shop = MockShop(&bench.stack);
    let customer = shop.customer("org_1");
    let session = shop.checkout(&customer, "org_1", SINGLE, None);
    shop.pass(2).await;
    assert_eq!(shop.story(1), ["checkout.session.expired"]);
    let path = format!("/c/pay/{}", session["id"].as_str().unwrap());
    assert_eq!(shop.press(&path, &[("choice", "pay")]), path);
    assert!(shop.open(&path).contains("expired"));
    assert_eq!(shop.events().len(), 2, "an expired Checkout takes no payment");
}
