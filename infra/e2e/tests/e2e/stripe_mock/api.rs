//! The API of the mock accepts and rejects requests as Stripe does.

use serde_json::{Value, json};

use crate::stripe_mock::fixture::{Account, KEY, SINGLE, TEAM, encoded, id, read};
use e2e::bench::{bench, idle};

const CHECKOUT: [(&str, &str); 5] = [
    ("mode", "subscription"),
    ("line_items[0][price]", SINGLE),
    ("line_items[0][quantity]", "1"),
    ("success_url", "http://localhost:8484/done?s={CHECKOUT_SESSION_ID}"),
    ("cancel_url", "http://localhost:8484/"),
];

/// Returns the fields of a valid Checkout form. The field `name` has the value `value`, or is
/// omitted if the value is empty.
fn checkout_with<'a>(name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let others = CHECKOUT.into_iter().filter(|(other, _)| *other != name);
    others.chain((!value.is_empty()).then_some((name, value))).collect()
}

#[tokio::test]
async fn invalid_requests_get_the_errors_of_stripe() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let soon = (account.now().as_second() + 48 * 3600 - 5).to_string();
    for (name, value, code, param) in [
        ("mode", "", json!("parameter_missing"), "mode"),
        ("mode", "payment", json!(null), "mode"),
        ("success_url", "", json!("parameter_missing"), "success_url"),
        ("success_url", "javascript:alert(1)", json!("url_invalid"), "success_url"),
        ("cancel_url", "https://", json!("url_invalid"), "cancel_url"),
        ("line_items[0][price]", "price_unknown", json!("resource_missing"), "line_items[0][price]"),
        ("line_items[0][quantity]", "some", json!("parameter_invalid_integer"), "line_items[0][quantity]"),
        ("line_items[0][quantity]", "0", json!(null), "line_items[0][quantity]"),
        ("customer", "cus_unknown", json!("resource_missing"), "customer"),
        ("subscription_data[trial_end]", &soon, json!(null), "subscription_data[trial_end]"),
        ("subscription_data[trial]", "1", json!("parameter_unknown"), "subscription_data[trial]"),
        ("colour", "red", json!("parameter_unknown"), "colour"),
        ("metadata[organization_id][0]", "1", json!("parameter_unknown"), "metadata[organization_id][0]"),
    ] {
        let (status, response) = account.post("/v1/checkout/sessions", &checkout_with(name, value));
        assert_eq!(status, 400, "{name}={value}: {response}");
        let error = &response["error"];
        assert_eq!(
            (&error["type"], &error["code"], &error["param"]),
            (&json!("invalid_request_error"), &code, &json!(param)),
            "{name}={value}: {response}"
        );
        assert!(error["message"].is_string(), "{response}");
    }
    assert_eq!(account.post("/v1/customers", &[("email", "")]).1["error"]["code"], "parameter_invalid_empty");
    assert_eq!(account.post("/v1/customers", &[("email", "jo")]).1["error"]["code"], "email_invalid");
    assert_eq!(account.events(), Vec::<Value>::new(), "a rejected request changes nothing");
}

#[tokio::test]
async fn trial_end_48_hours_ahead_is_accepted() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let end = (account.now().as_second() + 48 * 3600 + 5).to_string();
    let form = checkout_with("subscription_data[trial_end]", &end);
    let (status, session) = account.post("/v1/checkout/sessions", &form);
    assert_eq!((status, &session["amount_total"]), (200, &json!(0)), "{session}");
}

#[tokio::test]
async fn api_requires_the_key_of_the_account() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let basic = "Basic c2tfdGVzdF9sb2NhbF9vbnJhbXA6";
    for (headers, status) in [
        (vec![], 401),
        (vec![("authorization", "Bearer sk_test_other")], 401),
        (vec![("authorization", KEY)], 401),
        (vec![("authorization", "Bearer sk_test_local_onramp")], 200),
        (vec![("authorization", basic)], 200),
    ] {
        let (found, response) = read(&account.send("GET", "/v1/events", &headers, ""));
        assert_eq!(found, status, "{headers:?}: {response}");
    }
    let (_, response) =
        read(&account.send("GET", "/v1/events", &[("authorization", "Bearer sk_live_abcdef")], ""));
    assert!(!response.to_string().contains("sk_live"), "the error does not repeat the key: {response}");
}

#[tokio::test]
async fn missing_object_is_404() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    for path in
        ["customers/cus_1", "subscriptions/sub_1", "checkout/sessions/cs_1", "invoices/in_1", "events/evt_1"]
    {
        let (status, response) = account.get(&format!("/v1/{path}"));
        assert_eq!(
            (status, &response["error"]["code"]),
            (404, &json!("resource_missing")),
            "{path}: {response}"
        );
    }
    assert_eq!(account.get("/v1/charges").0, 404);
    assert_eq!(account.post("/v1/subscriptions/sub_1", &[]).0, 404);
}

#[tokio::test]
async fn idempotency_key_belongs_to_one_request() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let send = |key: &str, form: &[(&str, &str)]| {
        let bearer = format!("Bearer {KEY}");
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
        account.send("POST", "/v1/customers", &headers, &encoded(form))
    };
    let form = [("email", "jo@example.com"), ("name", "Jo")];
    let first = send("customer-1", &form);
    let again = send("customer-1", &[form[1], form[0]]);
    assert_eq!(first.body(), again.body());
    assert_eq!(first.headers().get("idempotent-replayed"), None);
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(again.headers()["original-request"], first.headers()["request-id"]);

    let (status, other) = read(&send("customer-1", &[("email", "al@example.com")]));
    assert_eq!((status, &other["error"]["type"]), (400, &json!("idempotency_error")));
    assert_ne!(read(&send("customer-2", &form)).1["id"], read(&first).1["id"]);

    let rejected = send("customer-3", &[("email", "jo")]);
    assert_eq!(rejected.status(), 400);
    assert_eq!(send("customer-3", &form).status(), 200, "a rejected request does not use up its key");

    account.advance_days(1).await;
    account.advance_days(1).await;
    assert_ne!(read(&send("customer-1", &form)).1["id"], read(&first).1["id"], "a key is stored for a day");
    assert_eq!(account.events().len(), 4);
}

#[tokio::test]
async fn events_are_listed_newest_first_in_pages() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let (customer, _) = account.subscribe("pay", None);
    let types = |path: &str| {
        let (status, list) = account.get(path);
        assert_eq!(status, 200, "{list}");
        let types = list["data"].as_array().unwrap().iter().map(|event| event["type"].clone()).collect();
        (Value::Array(types), list["has_more"].clone(), list["data"].clone())
    };
    let (two, more, page) = types("/v1/events?limit=2");
    assert_eq!((two, more), (json!(["invoice.payment_succeeded", "invoice.paid"]), json!(true)));
    let (rest, more, _) = types(&format!("/v1/events?starting_after={}", page[1]["id"].as_str().unwrap()));
    assert_eq!((rest.as_array().unwrap().last(), more), (Some(&json!("customer.created")), json!(false)));
    assert_eq!(types("/v1/events?type=customer.created").0, json!(["customer.created"]));
    assert_eq!(types("/v1/events?types[]=invoice.paid&types[]=x").0, json!(["invoice.paid"]));
    let later = account.now().as_second() + 10;
    assert_eq!(types(&format!("/v1/events?created[gte]={later}")).0, json!([]));
    assert_eq!(account.get("/v1/events?limit=0").0, 400);
    let (_, customer) = account.get(&format!("/v1/customers/{customer}"));
    assert_eq!(customer["email"], "jo@example.com");
}

#[tokio::test]
async fn expired_checkout_cannot_be_paid() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let customer = account.customer("org_1");
    let session = id(&account.checkout(&customer, "org_1", TEAM, None));
    let expire = || account.post(&format!("/v1/checkout/sessions/{session}/expire"), &[]);
    let (status, ended) = expire();
    assert_eq!((status, &ended["status"], &ended["url"]), (200, &json!("expired"), &json!(null)), "{ended}");
    assert_eq!(
        account.submit(&format!("/c/pay/{session}"), &[("choice", "pay")]),
        format!("/c/pay/{session}")
    );
    assert_eq!(account.event_types(0), ["customer.created", "checkout.session.expired"]);
    let (status, rejected) = expire();
    assert_eq!((status, &rejected["error"]["type"]), (400, &json!("invalid_request_error")), "{rejected}");
    assert_eq!(account.post("/v1/checkout/sessions/cs_1/expire", &[]).0, 404);
}

#[tokio::test]
async fn lists_of_a_customer_are_newest_first() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let (customer, subscription) = account.subscribe("pay", None);
    let made: Vec<String> = (0..3).map(|_| id(&account.checkout(&customer, "org_1", TEAM, None))).collect();
    account.checkout(&account.customer("org_2"), "org_2", TEAM, None);
    let ids = |path: &str| {
        let (status, list) = account.get(path);
        assert_eq!(status, 200, "{list}");
        list["data"].as_array().unwrap().iter().map(id).collect::<Vec<_>>()
    };
    let open = format!("/v1/checkout/sessions?customer={customer}&status=open");
    assert_eq!(ids(&open), [made[2].clone(), made[1].clone(), made[0].clone()]);
    assert_eq!(ids(&format!("{open}&limit=1&starting_after={}", made[2])), [made[1].clone()]);
    assert_eq!(ids(&format!("/v1/checkout/sessions?customer={customer}")).len(), 4);
    assert_eq!(ids(&format!("/v1/subscriptions?customer={customer}")), std::slice::from_ref(&subscription));
    assert!(ids("/v1/subscriptions?customer=cus_unknown").is_empty());
    account.portal(&customer, &[("do", "cancel_now"), ("subscription", &subscription)]);
    assert!(
        ids(&format!("/v1/subscriptions?customer={customer}")).is_empty(),
        "canceled subscriptions are listed only on request"
    );
    assert_eq!(ids(&format!("/v1/subscriptions?customer={customer}&status=all")), [subscription]);
    assert_eq!(account.get("/v1/subscriptions?status=gone").0, 400);
}

#[tokio::test]
async fn deleted_customer_keeps_only_its_id() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let (customer, _) = account.subscribe("pay", None);
    account.portal(&customer, &[("do", "delete")]);
    let (status, response) = account.get(&format!("/v1/customers/{customer}"));
    assert_eq!((status, response), (200, json!({"id": customer, "object": "customer", "deleted": true})));
    let (status, response) = account.post("/v1/billing_portal/sessions", &[("customer", &customer)]);
    assert_eq!((status, &response["error"]["code"]), (400, &json!("resource_missing")));
    let form = checkout_with("customer", &customer);
    assert_eq!(account.post("/v1/checkout/sessions", &form).0, 400);
}

#[tokio::test]
async fn objects_keep_the_given_metadata() {
    let bench = bench(idle(), idle()).await;
    let account = Account(&bench.stack);
    let customer = account.customer("org_7");
    let session = account.checkout(&customer, "org_7", TEAM, None);
    assert_eq!(session["client_reference_id"], "org_7");
    assert_eq!(session["metadata"], json!({"organization_id": "org_7"}));
    assert_eq!((&session["status"], &session["payment_status"]), (&json!("open"), &json!("unpaid")));
    assert_eq!(session["url"], format!("http://localhost:8485/c/pay/{}", id(&session)));
    let path = format!("/c/pay/{}", id(&session));
    let to = account.submit(&path, &[("choice", "pay")]);
    assert_eq!(to, format!("http://localhost:8484/billing/return?session={}", id(&session)));
    let (_, session) = account.get(&format!("/v1/checkout/sessions/{}", id(&session)));
    assert_eq!((&session["status"], &session["url"]), (&json!("complete"), &json!(null)));
    let subscription = account.subscription(session["subscription"].as_str().unwrap());
    assert_eq!(subscription["metadata"], json!({"organization_id": "org_7"}));
    assert_eq!(subscription["customer"], json!(customer));
    assert_eq!(subscription["items"]["data"][0]["price"]["id"], TEAM);
    assert_eq!(subscription["items"]["data"][0]["price"]["unit_amount"], 2900);
    let (_, invoice) = account.get(&format!("/v1/invoices/{}", session["invoice"].as_str().unwrap()));
    assert_eq!((&invoice["status"], &invoice["amount_paid"]), (&json!("paid"), &json!(2900)));
    assert_eq!(invoice["parent"]["subscription_details"]["subscription"], subscription["id"]);
    assert_eq!(invoice["lines"]["data"][0]["metadata"], json!({"organization_id": "org_7"}));
}
