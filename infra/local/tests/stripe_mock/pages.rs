//! The hosted pages, by their forms.

use crate::bench::{bench, idle};
use crate::fixture::{MockShop, TEAM, id};

#[tokio::test]
async fn declined_card_leaves_the_checkout_open() {
    let bench = bench(idle(), idle()).await;
    let shop = MockShop(&bench.stack);
    let customer = shop.customer("org_1");
    let session = id(&shop.checkout(&customer, "org_1", TEAM, None));
    let path = format!("/c/pay/{session}");
    assert!(shop.open(&path).contains("€29.00"));

    let declined = shop.press(&path, &[("choice", "decline")]);
    assert!(shop.open(&declined).contains("was declined"));
    let asked = shop.press(&path, &[("choice", "ask")]);
    assert!(shop.open(&asked).contains("Confirm the payment"));
    let refused = shop.press(&path, &[("choice", "refuse")]);
    assert!(shop.open(&refused).contains("was not confirmed"));
    assert_eq!(shop.press(&path, &[("choice", "cancel")]), "http://localhost:8484/organizations/1");
    assert_eq!(shop.story(0), ["customer.created"], "nothing was bought so far");

    let done = shop.press(&path, &[("choice", "pay")]);
    assert_eq!(done, format!("http://localhost:8484/billing/return?session={session}"));
    let events = shop.events().len();
    assert_eq!(shop.press(&path, &[("choice", "pay")]), done, "a second click leads to the same place");
    assert_eq!(shop.events().len(), events, "and buys nothing");
}

#[tokio::test]
async fn checkout_page_announces_the_trial() {
    let bench = bench(idle(), idle()).await;
    let shop = MockShop(&bench.stack);
    let customer = shop.customer("org_1");
    let end = "2046-12-06T10:00:00Z".parse().unwrap();
    let session = id(&shop.checkout(&customer, "org_1", TEAM, Some(end)));
    let page = shop.open(&format!("/c/pay/{session}"));
    assert!(page.contains("until December 6, 2046") && page.contains("€0.00 today"), "{page}");
}

#[tokio::test]
async fn portal_shows_no_subscription_of_others() {
    let bench = bench(idle(), idle()).await;
    let shop = MockShop(&bench.stack);
    let (_, other) = shop.subscribe("pay", None);
    let (mine, _) = shop.subscribe("pay", None);
    let (_, session) = shop.post("/v1/billing_portal/sessions", &[("customer", &mine)]);
    let path = format!("/p/session/{}", id(&session));
    let form = format!("do=cancel_now&subscription={other}");
    assert_eq!(shop.send("POST", &path, &[], &form).status(), 404);
    assert_eq!(shop.subscription(&other)["status"], "active");
}

#[tokio::test]
async fn pages_have_a_strict_security_policy() {
    let bench = bench(idle(), idle()).await;
    let shop = MockShop(&bench.stack);
    let (customer, _) = shop.subscribe("pay", None);
    let (_, session) = shop.post(
        "/v1/billing_portal/sessions",
        &[("customer", &customer), ("return_url", "http://localhost:8484/back")],
    );
    let path = format!("/p/session/{}", id(&session));
    for path in ["/", &path] {
        let page = shop.open(path);
        assert!(
            page.contains("no real payments") && !page.contains("<script") && !page.contains("style="),
            "{page}"
        );
    }
    assert!(shop.open(&path).contains("http://localhost:8484/back"));
    assert!(shop.open("/style.css").contains("color-scheme"));
    let cross = [("sec-fetch-site", "cross-site")];
    assert_eq!(shop.send("POST", &path, &cross, "do=delete").status(), 403);
    assert_eq!(shop.send("GET", "/nothing", &[], "").status(), 404);
    assert_eq!(shop.send("DELETE", "/", &[], "").status(), 405);
    assert_eq!(shop.send("POST", &path, &[], "do=nothing").status(), 404);
}
