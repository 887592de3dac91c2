//! Requests of programs and of users to the Stripe mock.

use axum::body::Bytes;
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use stack::Stack;

pub const KEY: &str = "sk_test_local_onramp";
pub const SINGLE: &str = "price_local_single";
pub const TEAM: &str = "price_local_team";

/// The mock's Stripe account.
#[derive(Clone, Copy)]
pub struct Account<'s>(pub &'s Stack);

impl Account<'_> {
    pub fn now(self) -> Timestamp {
        self.0.system().clock().now()
    }

    /// Sends a request with the given headers.
    pub fn send(self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response<Bytes> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.0.stripe_request(&request.body(Bytes::from(body.to_owned())).unwrap())
    }

    /// Posts a form to the API with the account's key.
    pub fn post(self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        read(&self.send("POST", path, &[("authorization", &format!("Bearer {KEY}"))], &encoded(form)))
    }

    /// Reads from the API with the account's key.
    pub fn get(self, path: &str) -> (u16, Value) {
        read(&self.send("GET", path, &[("authorization", &format!("Bearer {KEY}"))], ""))
    }

    /// Creates the customer of an organization, and returns its id.
    pub fn customer(self, organization: &str) -> String {
        let form = [("email", "jo@example.com"), ("metadata[organization_id]", organization)];
        let (status, customer) = self.post("/v1/customers", &form);
        assert_eq!(status, 200, "{customer}");
        id(&customer)
    }

    /// Opens a Checkout session for a customer as Onramp does, and returns it.
    pub fn checkout(
        self,
        customer: &str,
        organization: &str,
        price: &str,
        trial_end: Option<Timestamp>,
    ) -> Value {
        let trial_end = trial_end.map(|end| end.as_second().to_string());
        let mut form = vec![
            ("mode", "subscription"),
            ("customer", customer),
            ("line_items[0][price]", price),
            ("line_items[0][quantity]", "1"),
            ("success_url", "http://localhost:8484/billing/return?session={CHECKOUT_SESSION_ID}"),
            ("cancel_url", "http://localhost:8484/organizations/1"),
            ("client_reference_id", organization),
            ("metadata[organization_id]", organization),
            ("subscription_data[metadata][organization_id]", organization),
        ];
        form.extend(trial_end.as_deref().map(|end| ("subscription_data[trial_end]", end)));
        let (status, session) = self.post("/v1/checkout/sessions", &form);
        assert_eq!(status, 200, "{session}");
        session
    }

    /// Submits a form of a hosted page, and returns the location of the redirect.
    pub fn submit(self, path: &str, form: &[(&str, &str)]) -> String {
        let headers = [("sec-fetch-site", "same-origin")];
        let response = self.send("POST", path, &headers, &encoded(form));
        assert_eq!(response.status(), 303, "{path} {form:?}");
        response.headers()["location"].to_str().unwrap().to_owned()
    }

    /// Opens a hosted page, and returns its HTML.
    pub fn open(self, path: &str) -> String {
        let response = self.send("GET", path, &[], "");
        assert_eq!(response.status(), 200, "{path}");
        String::from_utf8(response.into_body().to_vec()).unwrap()
    }

    /// Creates a customer and completes a Checkout of the team plan. `choice` is the button that
    /// the customer presses on the Checkout page. Returns the ids of the customer and of the
    /// subscription.
    pub fn subscribe(self, choice: &str, trial: Option<SignedDuration>) -> (String, String) {
        let customer = self.customer("org_1");
        let trial_end = trial.map(|trial| self.now() + trial);
        let session = id(&self.checkout(&customer, "org_1", TEAM, trial_end));
        self.submit(&format!("/c/pay/{session}"), &[("choice", choice)]);
        let (_, session) = self.get(&format!("/v1/checkout/sessions/{session}"));
        (customer, session["subscription"].as_str().unwrap().to_owned())
    }

    /// Opens the portal for a customer and submits a form there.
    pub fn portal(self, customer: &str, form: &[(&str, &str)]) {
        let (status, session) = self.post("/v1/billing_portal/sessions", &[("customer", customer)]);
        assert_eq!(status, 200, "{session}");
        let path = format!("/p/session/{}", id(&session));
        assert_eq!(self.submit(&path, form), path);
    }

    pub fn subscription(self, id: &str) -> Value {
        let (status, subscription) = self.get(&format!("/v1/subscriptions/{id}"));
        assert_eq!(status, 200, "{subscription}");
        subscription
    }

    /// Returns all events, oldest first.
    pub fn events(self) -> Vec<Value> {
        self.0.system().stripe.events()
    }

    /// Returns the type of each event from index `since` on. For a subscription, adds the status,
    /// and the earlier status if it changed.
    pub fn event_types(self, since: usize) -> Vec<String> {
        self.events().iter().skip(since).map(label).collect()
    }

    /// Advances the clock by days, and runs everything that becomes due.
    pub async fn advance_days(self, days: i64) {
        let system = self.0.system();
        system.advance(self.now() + SignedDuration::from_hours(24 * days)).await;
    }
}

fn label(event: &Value) -> String {
    let kind = event["type"].as_str().unwrap();
    let previous = event.pointer("/data/previous_attributes/status").and_then(Value::as_str);
    let status = event["data"]["object"]["status"].as_str().unwrap_or_default();
    match previous {
        Some(previous) => format!("{kind} {previous}→{status}"),
        None if kind.starts_with("customer.subscription.") => format!("{kind} {status}"),
        None => kind.to_owned(),
    }
}

pub fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

pub fn read(response: &Response<Bytes>) -> (u16, Value) {
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or(json!(null)))
}

pub fn encoded(form: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}
