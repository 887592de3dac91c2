//! Tests of the client with a scripted HTTP connector.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::{
    client::{http::HttpConnectorFuture, result::ConnectorError},
    http::StatusCode,
};
use domain::{
    billing::{Change, FactKind, FirstCharge, PlanPrices},
    id::OrgId,
};
use serde_json::json;

use super::*;

/// The scripted reply to one HTTP request.
#[derive(Clone, Debug)]
enum Reply {
    Status(u16, Value),
    /// A status with the header `stripe-should-retry`.
    RetryAdvice(u16, &'static str),
    /// A page of a list, with the header `date`.
    Page(Value),
    NotJson,
    Reset,
    Hang,
}

/// An HTTP connector that returns scripted replies and records the requests.
#[derive(Clone, Debug)]
struct Wire {
    replies: Arc<Mutex<Vec<Reply>>>,
    requests: Arc<Mutex<Vec<HttpRequest>>>,
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.requests.lock().unwrap().push(request);
        let reply = self.replies.lock().unwrap().remove(0);
        HttpConnectorFuture::new(async move {
            let respond = |status: u16, body: String| {
                HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body))
            };
            match reply {
                Reply::Status(status, body) => Ok(respond(status, body.to_string())),
                Reply::RetryAdvice(status, advice) => {
                    let mut response = respond(status, "{}".to_owned());
                    response.headers_mut().insert("stripe-should-retry", advice);
                    Ok(response)
                }
                Reply::Page(body) => {
                    let mut response = respond(200, body.to_string());
                    response.headers_mut().insert("date", "Mon, 30 Nov 2026 09:00:10 GMT");
                    Ok(response)
                }
                Reply::NotJson => Ok(respond(200, "<html>".to_owned())),
                Reply::Reset => Err(ConnectorError::io("reset".into())),
                Reply::Hang => std::future::pending().await,
            }
        })
    }
}

fn org() -> OrgId {
    "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap()
}

fn customer_response() -> Reply {
    Reply::Status(200, json!({ "id": "cus_1", "object": "customer" }))
}

/// Returns a client to which Stripe responds with `replies`, and its wire.
fn client(replies: &[Reply]) -> (Client, Wire) {
    let wire = Wire { replies: Arc::new(Mutex::new(replies.to_vec())), requests: Arc::default() };
    let key = SecretKey::parse("sk_test_hidden").unwrap();
    (Client::new(SharedHttpConnector::new(wire.clone()), key), wire)
}

fn jo() -> CustomerId {
    CustomerId::parse("cus_1").unwrap()
}

fn checkout(customer: &CustomerId) -> NewCheckout<'_> {
    NewCheckout {
        customer,
        organization: org(),
        price: "price_1",
        first_charge: FirstCharge::Now,
        success_url: "https://onramp.example.com/billing/return?session={CHECKOUT_SESSION_ID}",
        cancel_url: "https://onramp.example.com/organizations/1",
    }
}

/// Creates a customer while Stripe responds with `replies`. Returns the outcome and the requests.
async fn create(replies: &[Reply]) -> (Result<CustomerId, CallError>, Vec<HttpRequest>) {
    let (client, wire) = client(replies);
    let customer = NewCustomer { organization: org(), name: "Müller & Söhne", email: "jo+a@example.com" };
    let outcome = client.create_customer(&customer, "key-1").await;
    (outcome, std::mem::take(&mut *wire.requests.lock().unwrap()))
}

fn form(request: &HttpRequest) -> Vec<(String, String)> {
    form_urlencoded::parse(request.body().bytes().unwrap()).into_owned().collect()
}

#[tokio::test]
async fn call_is_a_form_with_key_version_and_idempotency_key() {
    let (outcome, requests) = create(&[customer_response()]).await;
    assert_eq!(outcome.unwrap().as_str(), "cus_1");
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert_eq!((request.method(), request.uri()), ("POST", "https://api.stripe.com/v1/customers"));
    for (name, value) in [
        ("authorization", "Bearer sk_test_hidden"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("idempotency-key", "key-1"),
        ("stripe-version", "2026-07-29.dahlia"),
    ] {
        assert_eq!(request.headers().get(name), Some(value));
    }
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        form(request),
        [
            pair("name", "Müller & Söhne"),
            pair("email", "jo+a@example.com"),
            pair("metadata[organization_id]", &org().to_string()),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn transient_failure_is_retried_once_with_the_same_key() {
    let rejected = |status, body: &Value| Reply::Status(status, body.clone());
    let locked = json!({ "error": { "code": "lock_timeout", "message": "hidden" } });
    let error = |status: u16, code: Option<&str>| CallError::Rejected {
        status,
        code: code.map(str::to_owned),
        param: None,
    };
    for (replies, expected) in [
        (vec![Reply::Reset, customer_response()], Ok("cus_1")),
        (vec![rejected(409, &locked), customer_response()], Ok("cus_1")),
        (vec![rejected(429, &json!({})), customer_response()], Ok("cus_1")),
        (vec![rejected(500, &json!({})), customer_response()], Ok("cus_1")),
        (vec![Reply::RetryAdvice(400, "true"), customer_response()], Ok("cus_1")),
        (vec![Reply::Reset, Reply::Reset], Err(CallError::Unreachable)),
        (vec![rejected(503, &json!({})), rejected(503, &json!({}))], Err(error(503, None))),
        (vec![Reply::RetryAdvice(500, "false")], Err(error(500, None))),
        (
            vec![rejected(401, &json!({ "error": { "type": "invalid_request_error" } }))],
            Err(error(401, Some("invalid_request_error"))),
        ),
        (
            vec![rejected(400, &json!({ "error": { "code": "jo@example.com is odd" } }))],
            Err(error(400, None)),
        ),
        (vec![rejected(300, &json!({}))], Err(error(300, None))),
        (vec![Reply::NotJson], Err(CallError::InvalidResponse)),
        (vec![rejected(200, &json!({ "object": "customer" }))], Err(CallError::InvalidResponse)),
    ] {
        let (outcome, requests) = create(&replies).await;
        assert_eq!(outcome.as_ref().map(CustomerId::as_str).map_err(Clone::clone), expected, "{replies:?}");
        assert_eq!(requests.len(), replies.len(), "{replies:?}");
        for request in &requests {
            assert_eq!(request.headers().get("idempotency-key"), Some("key-1"));
        }
    }
}

#[tokio::test]
async fn rejected_call_shows_only_identifiers_of_the_response() {
    let longest = "c".repeat(64);
    for (error, code, param) in [
        (json!({ "code": "a_b", "type": "c", "param": "d[0][e]" }), Some("a_b"), Some("d[0][e]")),
        (json!({ "type": "card_error", "param": "jo@example.com" }), Some("card_error"), None),
        (json!({ "code": longest }), Some(&*longest), None),
        (json!({ "code": format!("{longest}c") }), None, None),
        (json!({}), None, None),
    ] {
        let (outcome, _) = create(&[Reply::Status(402, json!({ "error": error }))]).await;
        let (code, param) = (code.map(str::to_owned), param.map(str::to_owned));
        assert_eq!(outcome, Err(CallError::Rejected { status: 402, code, param }), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_end_after_the_timeout() {
    for replies in [vec![Reply::Hang], vec![Reply::Reset, Reply::Hang]] {
        let began = Instant::now();
        let (outcome, _) = create(&replies).await;
        assert_eq!((outcome, began.elapsed()), (Err(CallError::Unreachable), TIMEOUT), "{replies:?}");
    }
}

#[test]
fn checkout_names_the_organization_and_a_remaining_trial() {
    let customer = jo();
    let checkout = checkout(&customer);
    let pairs = |checkout: &NewCheckout<'_>| -> Vec<(String, String)> {
        form_urlencoded::parse(checkout.call("key-1").form.as_bytes()).into_owned().collect()
    };
    let now = pairs(&checkout);
    assert_eq!(now.iter().filter(|(_, value)| *value == org().to_string()).count(), 3);
    assert!(!now.iter().any(|(name, _)| name.contains("trial")), "{now:?}");
    let end = "2026-12-06T09:30:00Z".parse().unwrap();
    let later = pairs(&NewCheckout { first_charge: FirstCharge::At(end), ..checkout });
    assert_eq!(later.last(), Some(&("subscription_data[trial_end]".to_owned(), "1796549400".to_owned())));
    assert_eq!(later.len(), now.len() + 1);
}

#[tokio::test]
async fn new_session_is_returned_with_its_page() {
    let url = "https://billing.stripe.com/p/session/1";
    let replies = [json!({ "id": "cs_1", "url": url }), json!({ "url": url }), json!({ "url": url })];
    let (client, wire) = client(&replies.map(|body| Reply::Status(200, body)));
    let customer = jo();
    let checkout = checkout(&customer);
    let created = client.create_checkout(&checkout, "key-1").await.unwrap();
    assert_eq!((created.id.to_string().as_str(), created.url.as_str()), ("cs_1", url));
    assert_eq!(client.create_checkout(&checkout, "key-1").await, Err(CallError::InvalidResponse));
    let portal = NewPortal { customer: &customer, return_url: "https://onramp.example.com/plans" };
    assert_eq!(client.create_portal(&portal, "key-2").await.as_deref(), Ok(url));
    let requests = wire.requests.lock().unwrap();
    assert_eq!(requests[2].uri(), "https://api.stripe.com/v1/billing_portal/sessions");
    let pairs = [("customer", "cus_1"), ("return_url", "https://onramp.example.com/plans")];
    assert_eq!(form(&requests[2]), pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn open_checkouts_and_subscriptions_are_read_without_a_key() {
    let customer = jo();
    let session = |id: &str| json!({ "id": id, "url": "https://checkout.stripe.com/c/pay/x" });
    let list = |data: &[Value]| Reply::Status(200, json!({ "object": "list", "data": data }));
    let ours = "org_0198c0de-0000-7000-8000-000000000001";
    let subscription = |status: &str, organization: &str, price: &str| {
        json!({ "status": status, "metadata": { "organization_id": organization },
            "items": { "data": [{ "price": { "id": price } }] } })
    };
    let (client, wire) = client(&[
        list(&[session("cs_2"), session("cs_1")]),
        list(&[session("../customers")]),
        list(&[
            subscription("incomplete_expired", ours, "price_2"),
            subscription("canceled", ours, "price_2"),
        ]),
        list(&[
            subscription("incomplete_expired", ours, "price_2"),
            subscription("past_due", ours, "price_9"),
        ]),
        list(&[subscription("incomplete", "", "price_2")]),
        list(&[subscription("active", "", "price_of_another_product")]),
        list(&[subscription("active", "org_0198c0de-0000-7000-8000-000000000009", "price_2")]),
    ]);
    let open = client.open_checkouts(&customer).await.unwrap();
    assert_eq!(open.iter().map(|session| session.id.to_string()).collect::<Vec<_>>(), ["cs_2", "cs_1"]);
    assert_eq!(client.open_checkouts(&customer).await, Err(CallError::InvalidResponse));
    let prices = Prices::new(PlanPrices::parse("price_1").unwrap(), PlanPrices::parse("price_2").unwrap());
    for expected in [false, true, true, false, false] {
        let found = client.has_subscription(&customer, ours.parse().unwrap(), prices.as_ref().unwrap());
        assert_eq!(found.await, Ok(expected));
    }
    let requests = wire.requests.lock().unwrap();
    for (request, query) in requests.iter().zip([
        "checkout/sessions?customer=cus_1&status=open&limit=100",
        "checkout/sessions?customer=cus_1&status=open&limit=100",
        "subscriptions?customer=cus_1&limit=100",
        "subscriptions?customer=cus_1&limit=100",
        "subscriptions?customer=cus_1&limit=100",
        "subscriptions?customer=cus_1&limit=100",
        "subscriptions?customer=cus_1&limit=100",
    ]) {
        assert_eq!(
            (request.method(), request.uri()),
            ("GET", format!("https://api.stripe.com/v1/{query}").as_str())
        );
        assert_eq!(request.headers().get("idempotency-key"), None);
        assert_eq!(request.headers().get("stripe-version"), Some(VERSION));
    }
}

#[tokio::test]
async fn expiring_succeeds_when_the_checkout_is_not_open() {
    let gone = Reply::Status(400, json!({ "error": { "type": "invalid_request_error" } }));
    let missing = Reply::Status(404, json!({ "error": { "code": "resource_missing" } }));
    let session = json!({ "data": [{ "id": "cs_1", "url": "https://checkout.stripe.com/c/pay/x" }] });
    for (reply, expected) in [(Reply::Status(200, json!({})), true), (gone, true), (missing, false)] {
        let (client, wire) = client(&[Reply::Status(200, session.clone()), reply.clone()]);
        let open = client.open_checkouts(&jo()).await.unwrap();
        assert_eq!(client.expire_checkout(&open[0].id).await.is_ok(), expected, "{reply:?}");
        let requests = wire.requests.lock().unwrap();
        assert_eq!(requests[1].uri(), "https://api.stripe.com/v1/checkout/sessions/cs_1/expire");
        assert_eq!(
            (requests[1].method(), requests[1].headers().get("idempotency-key")),
            ("POST", Some("expire-cs_1"))
        );
    }
}

/// Returns a subscription as Stripe lists it, with its newest invoice.
fn listed(id: &str, status: &str, invoice: &Value) -> Value {
    json!({
        "id": id, "customer": "cus_1", "status": status, "created": 1_764_000_000,
        "metadata": { "organization_id": format!(" {} ", org()) },
        "items": { "data": [{ "price": { "id": "price_1" } }] }, "latest_invoice": invoice,
    })
}

#[tokio::test(start_paused = true)]
async fn all_pages_of_a_customer_become_facts_of_a_read() {
    let invoice = |status: &str, paid_at: Option<i64>| {
        json!({
            "id": "in_1", "customer": "cus_1", "status": status, "amount_paid": 2900, "created": 1_764_000_000,
            "subscription": "sub_1", "status_transitions": { "paid_at": paid_at },
        })
    };
    let first = json!({ "has_more": true, "data": [listed("sub_1", "active", &invoice("paid", Some(1_764_000_100)))] });
    let second = json!({ "has_more": false, "data": [
        listed("sub_2", "past_due", &invoice("open", None)), listed("sub_3", "canceled", &Value::Null),
    ] });
    let (client, wire) = client(&[Reply::Page(first), Reply::Page(second)]);
    let found = client.subscriptions(&jo()).await.unwrap();
    let queries: Vec<String> =
        wire.requests.lock().unwrap().iter().map(|request| request.uri().to_owned()).collect();
    let query = "https://api.stripe.com/v1/subscriptions?customer=cus_1&status=all&limit=100&expand%5B%5D=data.latest_invoice";
    assert_eq!(queries, [query.to_owned(), format!("{query}&starting_after=sub_1")]);
    assert_eq!(found.len(), 3);
    for (read, (status, ended, paid)) in
        found.iter().zip([("active", false, true), ("past_due", false, false), ("canceled", true, false)])
    {
        let FactKind::Subscription { fact, .. } = &read.fact.what else { panic!("{read:?}") };
        assert_eq!((fact.change, fact.status.as_str(), fact.ends()), (Change::Read, status, ended));
        // The header's time minus one second.
        assert_eq!(read.fact.created.to_string(), "2026-11-30T09:00:09Z");
        assert_eq!((read.fact.event.as_str(), read.fact.names), ("read-1796029209", Some(org())));
        let paid_at = read.payment.as_ref().map(|payment| payment.created.as_second());
        assert_eq!(paid_at, paid.then_some(1_764_000_100));
    }
}

#[tokio::test]
async fn read_without_a_time_or_a_status_is_invalid() {
    let page = |data: Value| json!({ "has_more": false, "data": data });
    for reply in [
        Reply::Status(200, page(json!([]))),
        Reply::Page(page(json!([listed("sub_1", "dormant", &Value::Null)]))),
    ] {
        let found = client(&[reply]).0.subscriptions(&jo()).await;
        assert_eq!(found, Err(CallError::InvalidResponse));
    }
}
