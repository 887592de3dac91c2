//! Over a Stripe that answers at the level of the wire.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::{
    client::{http::HttpConnectorFuture, result::ConnectorError},
    http::StatusCode,
};
use domain::{checkout::FirstCharge, id::OrgId};
use serde_json::json;

use super::*;

/// What the next attempt meets.
#[derive(Clone, Debug)]
enum Turn {
    Answers(u16, Value),
    Advises(u16, &'static str),
    Garbles,
    Resets,
    Hangs,
}

/// Takes its turns one by one, and remembers what it was sent.
#[derive(Clone, Debug)]
struct Wire {
    turns: Arc<Mutex<Vec<Turn>>>,
    seen: Arc<Mutex<Vec<HttpRequest>>>,
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.seen.lock().unwrap().push(request);
        let turn = self.turns.lock().unwrap().remove(0);
        HttpConnectorFuture::new(async move {
            let respond = |status: u16, body: String| {
                HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body))
            };
            match turn {
                Turn::Answers(status, body) => Ok(respond(status, body.to_string())),
                Turn::Advises(status, advice) => {
                    let mut response = respond(status, "{}".to_owned());
                    response.headers_mut().insert("stripe-should-retry", advice);
                    Ok(response)
                }
                Turn::Garbles => Ok(respond(200, "<html>".to_owned())),
                Turn::Resets => Err(ConnectorError::io("reset".into())),
                Turn::Hangs => std::future::pending().await,
            }
        })
    }
}

fn org() -> OrgId {
    "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap()
}

fn made() -> Turn {
    Turn::Answers(200, json!({ "id": "cus_1", "object": "customer" }))
}

/// Makes a customer; answers what came of it, and what was sent.
async fn create(turns: &[Turn]) -> (Result<CustomerId, CallError>, Vec<HttpRequest>) {
    let wire = Wire { turns: Arc::new(Mutex::new(turns.to_vec())), seen: Arc::default() };
    let key = SecretKey::parse("sk_test_hidden").unwrap();
    let client = Client::new(SharedHttpConnector::new(wire.clone()), key);
    let customer = NewCustomer { organization: org(), name: "Müller & Söhne", email: "jo+a@example.com" };
    let done = client.create_customer(&customer, "key-1").await;
    (done, std::mem::take(&mut *wire.seen.lock().unwrap()))
}

fn form(request: &HttpRequest) -> Vec<(String, String)> {
    form_urlencoded::parse(request.body().bytes().unwrap()).into_owned().collect()
}

#[tokio::test]
async fn a_call_is_a_form_with_the_key_the_version_and_the_idempotency_key() {
    let (done, seen) = create(&[made()]).await;
    assert_eq!(done.unwrap().as_str(), "cus_1");
    let [request] = seen.as_slice() else { panic!("{} requests", seen.len()) };
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
async fn what_may_pass_is_tried_once_more_with_the_same_key() {
    let refused = |status, body: &Value| Turn::Answers(status, body.clone());
    let locked = json!({ "error": { "code": "lock_timeout", "message": "hidden" } });
    let error = |status: u16, code: Option<&str>| CallError::Refused {
        status,
        code: code.map(str::to_owned),
        param: None,
    };
    for (turns, done) in [
        (vec![Turn::Resets, made()], Ok("cus_1")),
        (vec![refused(409, &locked), made()], Ok("cus_1")),
        (vec![refused(429, &json!({})), made()], Ok("cus_1")),
        (vec![refused(500, &json!({})), made()], Ok("cus_1")),
        (vec![Turn::Advises(400, "true"), made()], Ok("cus_1")),
        (vec![Turn::Resets, Turn::Resets], Err(CallError::Unreachable)),
        (vec![refused(503, &json!({})), refused(503, &json!({}))], Err(error(503, None))),
        (vec![Turn::Advises(500, "false")], Err(error(500, None))),
        (
            vec![refused(401, &json!({ "error": { "type": "invalid_request_error" } }))],
            Err(error(401, Some("invalid_request_error"))),
        ),
        (vec![refused(400, &json!({ "error": { "code": "jo@example.com is odd" } }))], Err(error(400, None))),
        (vec![Turn::Garbles], Err(CallError::Unreadable)),
        (vec![refused(200, &json!({ "object": "customer" }))], Err(CallError::Unreadable)),
    ] {
        let (outcome, seen) = create(&turns).await;
        assert_eq!(outcome.as_ref().map(CustomerId::as_str).map_err(Clone::clone), done, "{turns:?}");
        assert_eq!(seen.len(), turns.len(), "{turns:?}");
        for request in &seen {
            assert_eq!(request.headers().get("idempotency-key"), Some("key-1"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn ten_seconds_are_the_end_whatever_happens_in_them() {
    for turns in [vec![Turn::Hangs], vec![Turn::Resets, Turn::Hangs]] {
        let began = Instant::now();
        let (outcome, _) = create(&turns).await;
        assert_eq!((outcome, began.elapsed()), (Err(CallError::Unreachable), LIMIT), "{turns:?}");
    }
}

#[test]
fn a_checkout_names_the_organization_three_times_and_its_trial_only_where_one_is_left() {
    let customer = CustomerId::parse("cus_1").unwrap();
    let checkout = NewCheckout {
        customer: &customer,
        organization: org(),
        price: "price_1",
        first_charge: FirstCharge::Now,
        success_url: "https://onramp.example.com/billing/return?session={CHECKOUT_SESSION_ID}",
        cancel_url: "https://onramp.example.com/organizations/1",
    };
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

#[test]
fn only_an_address_is_led_to() {
    for (url, kept) in [
        (json!("https://checkout.stripe.com/c/pay/cs_1"), true),
        (json!("http://localhost:8485/c/pay/cs_1"), true),
        (json!("javascript:alert(1)"), false),
        (json!(null), false),
    ] {
        assert_eq!(address(&json!({ "url": url })).is_ok(), kept, "{url}");
    }
}

#[tokio::test]
async fn what_is_open_and_what_runs_is_asked_without_a_key_and_read() {
    let customer = CustomerId::parse("cus_1").unwrap();
    let session = |id: &str| json!({ "id": id, "url": "https://checkout.stripe.com/c/pay/x" });
    let list = |data: &[Value]| Turn::Answers(200, json!({ "object": "list", "data": data }));
    let turns = vec![
        list(&[session("cs_2"), session("cs_1")]),
        list(&[session("../customers")]),
        list(&[json!({ "status": "incomplete_expired" }), json!({ "status": "canceled" })]),
        list(&[json!({ "status": "incomplete_expired" }), json!({ "status": "past_due" })]),
        list(&[json!({ "status": "incomplete" })]),
    ];
    let wire = Wire { turns: Arc::new(Mutex::new(turns)), seen: Arc::default() };
    let client =
        Client::new(SharedHttpConnector::new(wire.clone()), SecretKey::parse("sk_test_hidden").unwrap());
    let open = client.open_checkouts(&customer).await.unwrap();
    assert_eq!(open.iter().map(|one| one.id.to_string()).collect::<Vec<_>>(), ["cs_2", "cs_1"]);
    assert_eq!(client.open_checkouts(&customer).await, Err(CallError::Unreadable));
    assert_eq!(client.has_subscription(&customer).await, Ok(false));
    assert_eq!(client.has_subscription(&customer).await, Ok(true));
    assert_eq!(client.has_subscription(&customer).await, Ok(true));
    let seen = wire.seen.lock().unwrap();
    for (request, query) in seen.iter().zip([
        "checkout/sessions?customer=cus_1&status=open&limit=100",
        "checkout/sessions?customer=cus_1&status=open&limit=100",
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
async fn a_checkout_that_is_not_open_any_more_needs_no_end() {
    let gone = Turn::Answers(400, json!({ "error": { "type": "invalid_request_error" } }));
    let missing = Turn::Answers(404, json!({ "error": { "code": "resource_missing" } }));
    let session = json!({ "data": [{ "id": "cs_1", "url": "https://checkout.stripe.com/c/pay/x" }] });
    for (turn, fine) in [(Turn::Answers(200, json!({})), true), (gone, true), (missing, false)] {
        let turns = vec![Turn::Answers(200, session.clone()), turn.clone()];
        let wire = Wire { turns: Arc::new(Mutex::new(turns)), seen: Arc::default() };
        let key = SecretKey::parse("sk_test_hidden").unwrap();
        let client = Client::new(SharedHttpConnector::new(wire.clone()), key);
        let open = client.open_checkouts(&CustomerId::parse("cus_1").unwrap()).await.unwrap();
        assert_eq!(client.expire_checkout(&open[0].id).await.is_ok(), fine, "{turn:?}");
        let seen = wire.seen.lock().unwrap();
        assert_eq!(seen[1].uri(), "https://api.stripe.com/v1/checkout/sessions/cs_1/expire");
        assert_eq!(
            (seen[1].method(), seen[1].headers().get("idempotency-key")),
            ("POST", Some("expire-cs_1"))
        );
    }
}
