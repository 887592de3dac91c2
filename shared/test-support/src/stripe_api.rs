//! Stripe's API with fixed responses: it creates any object, and lists only the session that it
//! creates.

use std::future::ready;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Method, Request, Response, StatusCode};
use serde_json::json;
use sim::external::{ExternalService, InjectedError};

/// A Stripe account without subscriptions.
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
            _ => json!({ "data": [] }),
        };
        Box::pin(ready(Some(Response::new(body.to_string().into()))))
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
