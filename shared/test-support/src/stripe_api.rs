//! Stripe's API with fixed responses: it creates any object, and lists only the session that it
//! creates.

use std::future::ready;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Method, Request, Response, StatusCode, header::DATE};
use serde_json::json;
use sim::external::{ExternalService, InjectedError};

/// The customer of LexCorp, with an active subscription at Stripe.
pub(crate) const IMPORTED_CUSTOMER: &str = "cus_L1e2x3C4o5r6p7";
/// Another organization, which the ended subscription names.
const NAMED: &str = "org_0198c0de-0000-7000-8000-000000000005";
/// The price of that subscription, which is the team plan's.
const PRICE: &str = "price_local_team";

/// A Stripe account in which only the imported customer has subscriptions. The ended one names Globex.
#[derive(Debug)]
pub(crate) struct StripeApi;

impl ExternalService for StripeApi {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn origin(&self) -> &str {
        "https://api.stripe.com"
    }

    fn operation(&self, method: &Method, path: &str) -> String {
        format!("{method} {path}")
    }

    fn handle(&self, request: Request<Bytes>) -> BoxFuture<'static, Option<Response<Bytes>>> {
        let checkout = json!({ "id": "cs_test_1", "url": "https://checkout.stripe.com/c/pay/cs_test_1" });
        let body = match (request.method().as_str(), request.uri().path()) {
            ("POST", "/v1/customers") => json!({ "id": "cus_Q1w2E3r4T5y6U7" }),
            ("POST", "/v1/checkout/sessions") => checkout,
            ("GET", "/v1/checkout/sessions") => json!({ "data": [checkout] }),
            ("POST", "/v1/billing_portal/sessions") => {
                json!({ "url": "https://billing.stripe.com/p/session/1" })
            }
            ("GET", path) if path.starts_with("/v1/prices/") => price(path),
            ("GET", "/v1/subscriptions") => subscriptions(request.uri().query().unwrap_or_default()),
            _ => json!({ "data": [] }),
        };
        let mut response = Response::new(body.to_string().into());
        response.headers_mut().insert(DATE, HeaderValue::from_static("Thu, 15 Jan 2026 09:00:00 GMT"));
        Box::pin(ready(Some(response)))
    }

    fn fail(&self, error: InjectedError) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from_static(br#"{"error": {}}"#));
        *response.status_mut() = match error {
            InjectedError::Throttled => StatusCode::TOO_MANY_REQUESTS,
            InjectedError::Locked => StatusCode::CONFLICT,
            InjectedError::Forbidden => StatusCode::FORBIDDEN,
            InjectedError::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        response
    }
}

/// Returns the subscriptions of a customer.
fn subscriptions(query: &str) -> serde_json::Value {
    if !query.contains(IMPORTED_CUSTOMER) {
        return json!({ "data": [] });
    }
    let invoice = json!({
        "id": "in_1L1e2x3C4o5r6p7", "object": "invoice", "customer": IMPORTED_CUSTOMER, "status": "paid",
        "amount_paid": 2900, "created": 1_767_250_800, "subscription": "sub_1L1e2x3C4o5r6p7",
        "status_transitions": { "paid_at": 1_767_250_800 },
    });
    let price = json!({
        "id": PRICE, "billing_scheme": "per_unit", "unit_amount": 2900, "currency": "eur",
        "recurring": { "interval": "month", "interval_count": 1, "usage_type": "licensed" },
    });
    let item = json!({ "price": price, "quantity": 1, "current_period_end": 1_769_929_200 });
    let subscription = json!({
        "id": "sub_1L1e2x3C4o5r6p7", "object": "subscription", "customer": IMPORTED_CUSTOMER,
        "status": "active", "created": 1_714_640_400, "metadata": {},
        "items": { "data": [&item] }, "latest_invoice": invoice,
    });
    let ended = json!({
        "id": "sub_0L1e2x3C4o5r6p7", "object": "subscription", "customer": IMPORTED_CUSTOMER,
        "status": "canceled", "created": 1_700_000_000, "ended_at": 1_702_592_000,
        "metadata": { "organization_id": NAMED }, "items": { "data": [item] }, "latest_invoice": null,
    });
    json!({ "data": [subscription, ended], "has_more": false })
}

/// Returns the price whose id is the end of the path.
fn price(path: &str) -> serde_json::Value {
    let id = path.trim_start_matches("/v1/prices/");
    let amount = if id.contains("single") { 900 } else { 2900 };
    json!({
        "id": id, "object": "price", "active": true, "billing_scheme": "per_unit", "currency": "eur",
        "recurring": { "interval": "month", "interval_count": 1, "usage_type": "licensed" },
        "unit_amount": amount,
    })
}
