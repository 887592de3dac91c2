//! The hosted pages and their forms.

use crate::stripe_mock::fixture::{Account, TEAM, id};
use e2e::bench::{bench, idle};

#[tokio::test]
async fn declined_card_leaves_the_checkout_open() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let customer = account.customer("org_1");
    let session = id(&account.checkout(&customer, "org_1", TEAM, None));
    let path = format!("/c/pay/{session}");
    assert!(account.open(&path).contains("€29.00"));

    let declined = account.submit(&path, &[("choice", "decline")]);
    assert!(account.open(&declined).contains("was declined"));
    let needs_confirmation = account.submit(&path, &[("choice", "ask")]);
    assert!(account.open(&needs_confirmation).contains("Confirm the payment"));
    let unconfirmed = account.submit(&path, &[("choice", "refuse")]);
    assert!(account.open(&unconfirmed).contains("was not confirmed"));
    assert_eq!(account.submit(&path, &[("choice", "cancel")]), "http://localhost:8484/organizations/1");
    assert_eq!(account.event_types(0), ["customer.created"], "nothing is bought yet");

    let done = account.submit(&path, &[("choice", "pay")]);
    assert_eq!(done, format!("http://localhost:8484/billing/return?session={session}"));
    let events = account.events().len();
    assert_eq!(
        account.submit(&path, &[("choice", "pay")]),
        done,
        "a second click redirects to the same page"
    );
    assert_eq!(account.events().len(), events, "a second click buys nothing");
}

#[tokio::test]
async fn checkout_page_announces_the_trial() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let customer = account.customer("org_1");
    let end = "2046-12-06T10:00:00Z".parse().unwrap();
    let session = id(&account.checkout(&customer, "org_1", TEAM, Some(end)));
    let page = account.open(&format!("/c/pay/{session}"));
    assert!(page.contains("until December 6, 2046") && page.contains("€0.00 today"), "{page}");
}

#[tokio::test]
async fn portal_shows_no_subscription_of_others() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let (_, other) = account.subscribe("pay", None);
    let (own, _) = account.subscribe("pay", None);
    let (_, session) = account.post("/v1/billing_portal/sessions", &[("customer", &own)]);
    let path = format!("/p/session/{}", id(&session));
    let form = format!("do=cancel_now&subscription={other}");
    assert_eq!(account.send("POST", &path, &[], &form).status(), 404);
    assert_eq!(account.subscription(&other)["status"], "active");
}

#[tokio::test]
async fn pages_have_a_strict_security_policy() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let (customer, _) = account.subscribe("pay", None);
    let (_, session) = account.post(
        "/v1/billing_portal/sessions",
        &[("customer", &customer), ("return_url", "http://localhost:8484/back")],
    );
    let path = format!("/p/session/{}", id(&session));
    for path in ["/", &path] {
        let page = account.open(path);
        assert!(
            page.contains("no real payments") && !page.contains("<script") && !page.contains("style="),
            "{page}"
        );
    }
    assert!(account.open(&path).contains("http://localhost:8484/back"));
    assert!(account.open("/style.css").contains("color-scheme"));
    let cross = [("sec-fetch-site", "cross-site")];
    assert_eq!(account.send("POST", &path, &cross, "do=delete").status(), 403);
    assert_eq!(account.send("GET", "/nothing", &[], "").status(), 404);
    assert_eq!(account.send("DELETE", "/", &[], "").status(), 405);
    assert_eq!(account.send("POST", &path, &[], "do=nothing").status(), 404);
}
