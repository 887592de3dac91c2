//! The events of subscriptions as the clock advances.

use jiff::SignedDuration;
use serde_json::json;

use crate::stripe_mock::fixture::{Account, SINGLE};
use e2e::bench::{bench, idle};

const PAID: [&str; 2] = ["invoice.paid", "invoice.payment_succeeded"];
const FAILED: [&str; 2] = ["invoice.payment_failed", "customer.subscription.updated active→past_due"];

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

#[tokio::test]
async fn payment_starts_a_subscription_that_renews_monthly() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let (_, subscription) = account.subscribe("pay", None);
    let start_events = [
        "customer.created",
        "checkout.session.completed",
        "customer.subscription.created incomplete",
        "customer.subscription.updated incomplete→active",
        PAID[0],
        PAID[1],
    ];
    assert_eq!(account.event_types(0), start_events);
    let end = account.subscription(&subscription)["items"]["data"][0]["current_period_end"].clone();
    account.advance_days(32).await;
    let month = ["customer.subscription.updated active", PAID[0], PAID[1]];
    assert_eq!(account.event_types(start_events.len()), month);
    let renewed = account.subscription(&subscription);
    assert_eq!(
        renewed["items"]["data"][0]["current_period_start"], end,
        "a period starts at the end of the previous one"
    );
    account.advance_days(365).await;
    assert_eq!(account.event_types(start_events.len()).len(), 13 * month.len());
}

#[tokio::test]
async fn trial_is_free_then_announced_then_charged() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let (_, subscription) = account.subscribe("pay", Some(days(9)));
    let start_events = [
        "customer.created",
        "checkout.session.completed",
        "customer.subscription.created trialing",
        PAID[0],
        PAID[1],
    ];
    assert_eq!(account.event_types(0), start_events);
    let events = account.events();
    assert_eq!(events[1]["data"]["object"]["payment_status"], "no_payment_required");
    assert_eq!(events[3]["data"]["object"]["amount_paid"], 0);
    account.advance_days(5).await;
    assert_eq!(account.event_types(start_events.len()), Vec::<String>::new());
    account.advance_days(2).await;
    let announced = ["customer.subscription.trial_will_end trialing"];
    assert_eq!(account.event_types(start_events.len()), announced);
    let trial_end = account.subscription(&subscription)["trial_end"].clone();
    account.advance_days(3).await;
    let ended = ["customer.subscription.updated trialing→active", PAID[0], PAID[1]];
    assert_eq!(account.event_types(start_events.len() + 1), ended);
    let paid = account.events().pop().unwrap();
    assert_eq!(paid["data"]["object"]["amount_paid"], 2900);
    assert_eq!(paid["created"], trial_end, "the event's time is the end of the trial");
}

#[tokio::test]
async fn short_trial_is_announced_immediately() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    account.subscribe("pay", Some(SignedDuration::from_hours(50)));
    assert!(account.event_types(0).contains(&"customer.subscription.trial_will_end trialing".to_owned()));
    let event_count = account.events().len();
    account.advance_days(1).await;
    assert_eq!(account.event_types(event_count), Vec::<String>::new());
}

#[tokio::test]
async fn failed_renewal_is_retried_until_unpaid() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let (customer, subscription) = account.subscribe("pay_once", None);
    let event_count = account.events().len();
    account.advance_days(32).await;
    assert_eq!(
        account.event_types(event_count),
        ["customer.subscription.updated active", FAILED[0], FAILED[1]]
    );
    let invoice = account.events()[event_count + 1]["data"]["object"].clone();
    assert_eq!((&invoice["attempt_count"], &invoice["amount_due"]), (&json!(1), &json!(2900)));
    assert!(invoice["next_payment_attempt"].is_i64());

    account.advance_days(16).await;
    assert_eq!(
        account.event_types(event_count + 3),
        [FAILED[0], FAILED[0], FAILED[0], "customer.subscription.updated past_due→unpaid"]
    );
    assert_eq!(account.subscription(&subscription)["status"], "unpaid");
    let unpaid = account.events().len();
    account.advance_days(90).await;
    assert_eq!(account.event_types(unpaid), Vec::<String>::new(), "an unpaid subscription is not billed");

    account.portal(&customer, &[("do", "update_card"), ("card", "good")]);
    assert_eq!(
        account.event_types(unpaid),
        ["customer.updated", "customer.subscription.updated unpaid→active", PAID[0], PAID[1]]
    );
    account.advance_days(32).await;
    assert_eq!(account.event_types(unpaid + 4), ["customer.subscription.updated active", PAID[0], PAID[1]]);
}

#[tokio::test]
async fn valid_card_in_the_portal_pays_the_open_invoice() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let (customer, subscription) = account.subscribe("pay_once", None);
    account.advance_days(32).await;
    let event_count = account.events().len();
    account.portal(&customer, &[("do", "update_card"), ("card", "good")]);
    assert_eq!(
        account.event_types(event_count),
        ["customer.updated", "customer.subscription.updated past_due→active", PAID[0], PAID[1]]
    );
    assert_eq!(account.subscription(&subscription)["status"], "active");
    account.advance_days(10).await;
    assert_eq!(account.events().len(), event_count + 4, "the payment is not retried");
}

#[tokio::test]
async fn bank_confirmation_is_awaited() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let (customer, _) = account.subscribe("pay", None);
    account.portal(&customer, &[("do", "update_card"), ("card", "needs_confirmation")]);
    let event_count = account.events().len();
    account.advance_days(32).await;
    assert_eq!(
        account.event_types(event_count),
        ["customer.subscription.updated active", "invoice.payment_action_required", FAILED[0], FAILED[1]]
    );
    account.portal(&customer, &[("do", "confirm")]);
    assert_eq!(
        account.event_types(event_count + 4),
        ["customer.subscription.updated past_due→active", PAID[0], PAID[1]]
    );
}

#[tokio::test]
async fn canceled_subscription_ends_with_its_period() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let (customer, subscription) = account.subscribe("pay", None);
    let event_count = account.events().len();
    let button = |action| account.portal(&customer, &[("do", action), ("subscription", &subscription)]);
    button("cancel_at_period_end");
    let set = account.events().pop().unwrap();
    assert_eq!(set["data"]["previous_attributes"]["cancel_at_period_end"], false);
    assert!(set["data"]["object"]["cancel_at"].is_i64());
    button("keep");
    button("cancel_at_period_end");
    account.advance_days(32).await;
    let updated = "customer.subscription.updated active";
    assert_eq!(
        account.event_types(event_count),
        [updated, updated, updated, "customer.subscription.deleted canceled"]
    );
    account.advance_days(60).await;
    button("cancel_now");
    assert_eq!(account.events().len(), event_count + 4, "a canceled subscription stays canceled");
}

#[tokio::test]
async fn deleted_customer_ends_its_subscriptions() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let (customer, _) = account.subscribe("pay", Some(days(9)));
    let event_count = account.events().len();
    account.portal(&customer, &[("do", "delete")]);
    account.advance_days(60).await;
    assert_eq!(
        account.event_types(event_count),
        ["customer.subscription.deleted canceled", "customer.deleted"]
    );
    let deleted = account.events().pop().unwrap();
    assert_eq!(deleted["data"]["object"]["metadata"], json!({"organization_id": "org_1"}));
}

#[tokio::test]
async fn changed_plan_is_charged_from_the_next_month() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let (customer, subscription) = account.subscribe("pay", None);
    let form = [("do", "change_plan"), ("subscription", &subscription), ("price", SINGLE)];
    account.portal(&customer, &form);
    let changed = account.events().pop().unwrap();
    assert_eq!(changed["data"]["object"]["items"]["data"][0]["price"]["id"], SINGLE);
    assert_eq!(changed["data"]["previous_attributes"]["plan"]["id"], "price_local_team");
    account.advance_days(32).await;
    assert_eq!(account.events().pop().unwrap()["data"]["object"]["amount_paid"], 900);
}

#[tokio::test]
async fn unfinished_checkout_expires() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let customer = account.customer("org_1");
    let session = account.checkout(&customer, "org_1", SINGLE, None);
    account.advance_days(2).await;
    assert_eq!(account.event_types(1), ["checkout.session.expired"]);
    let path = format!("/c/pay/{}", session["id"].as_str().unwrap());
    assert_eq!(account.submit(&path, &[("choice", "pay")]), path);
    assert!(account.open(&path).contains("expired"));
    assert_eq!(account.events().len(), 2, "an expired Checkout takes no payment");
}
