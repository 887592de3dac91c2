//! Deliveries: signed now, posted in parallel, answered with what the receiver said.

use super::event::build_event;
use super::seed::Seed;
use super::signature::sign;
use super::spec::{EventSpec, RequestError, parse_spec};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Request, Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::{Json, Router, routing};
use boot::{Clock, Rng};
use futures_util::future::{BoxFuture, join_all};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Where Onramp takes Stripe's events.
pub const WEBHOOK_PATH: &str = "/billing/webhooks/stripe";

/// The entrance of the gateway: a request in, its answer out, by the port or inside the process.
pub type HttpSend = Arc<dyn Fn(Request<Bytes>) -> BoxFuture<'static, Response<Bytes>> + Send + Sync>;

/// Says whom a spec means: fills in the customer and the subscription that are known already, and answers the second of
/// the last event about them.
pub type Complete = Arc<dyn Fn(&mut EventSpec) -> Option<i64> + Send + Sync>;

/// An event that lies further ahead than this was sent for a moment of its own, and the next one is of now.
const IN_A_ROW: SignedDuration = SignedDuration::from_mins(10);

/// Builds, signs and posts events as Stripe does.
#[derive(Clone)]
pub struct Sender {
    clock: Clock,
    entropy: Rng,
    secrets: Vec<String>,
    price: String,
    post: HttpSend,
    complete: Complete,
}

/// An event that was posted, and the status of each answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Delivery {
    /// The event as it was sent.
    pub event: Value,
    /// One HTTP status for each delivery.
    pub statuses: Vec<u16>,
}

impl Sender {
    /// A sender that signs with every secret of a comma-separated list, as Stripe does during a rotation.
    pub fn new(
        clock: Clock,
        entropy: Rng,
        secrets: &str,
        price: impl Into<String>,
        post: HttpSend,
    ) -> Sender {
        let secrets = secrets.split(',').map(str::trim).filter(|secret| !secret.is_empty());
        Sender {
            clock,
            entropy,
            secrets: secrets.map(str::to_owned).collect(),
            price: price.into(),
            post,
            complete: Arc::new(|_| None),
        }
    }

    /// One that asks first whom a spec means.
    #[must_use]
    pub fn knowing(self, complete: Complete) -> Sender {
        Sender { complete, ..self }
    }

    /// When the event after the one of `last` happens: now, and a second later at least. Stripe gives whole seconds;
    /// whoever sends one event after the other means that order.
    fn moment(&self, last: Option<i64>) -> Timestamp {
        let now = self.clock.now();
        let next = last.map(|last| last.saturating_add(1)).and_then(|next| Timestamp::from_second(next).ok());
        next.filter(|next| *next > now && *next < now + IN_A_ROW).unwrap_or(now)
    }

    /// Builds one event and delivers it `count` times in parallel: one id and one body, a signature each.
    ///
    /// # Errors
    /// One fault for each path of `set` that does not fit the event; then nothing was sent.
    pub async fn send(&self, spec: &EventSpec) -> Result<Delivery, Vec<RequestError>> {
        let seed = Seed::new(self.entropy.bytes());
        let mut spec = spec.clone();
        let last = (self.complete)(&mut spec);
        let event = build_event(&spec, &self.price, &seed, self.moment(last))?;
        // Stripe indents its bodies; one who parses and writes anew has other bytes, and no valid signature.
        let body = Bytes::from(format!("{event:#}"));
        // A task each, so that deliveries meet each other as they do over the network.
        let deliveries = (0..spec.count).map(|_| tokio::spawn((self.post)(self.request(&body))));
        let statuses = join_all(deliveries).await.into_iter().map(|answer| {
            answer.map_or(StatusCode::INTERNAL_SERVER_ERROR, |response| response.status()).as_u16()
        });
        Ok(Delivery { event, statuses: statuses.collect() })
    }

    /// Delivers one event that is built already, with a fresh signature; the status of its answer.
    pub async fn deliver(&self, event: &Value) -> u16 {
        let body = Bytes::from(format!("{event:#}"));
        (self.post)(self.request(&body)).await.status().as_u16()
    }

    fn request(&self, body: &Bytes) -> Request<Bytes> {
        let mut request = Request::new(body.clone());
        *request.method_mut() = axum::http::Method::POST;
        *request.uri_mut() = axum::http::Uri::from_static(WEBHOOK_PATH);
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, header::HeaderValue::from_static("*/*; q=0.5, application/xml"));
        headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-cache"));
        headers.insert(
            header::CONTENT_TYPE,
            header::HeaderValue::from_static("application/json; charset=utf-8"),
        );
        headers.insert(
            header::USER_AGENT,
            header::HeaderValue::from_static("Stripe/1.0 (+https://stripe.com/docs/webhooks)"),
        );
        let signature = sign(&self.secrets, body, self.clock.now());
        // Digits, letters, `=` and `,` are all legal in a header.
        if let Ok(signature) = header::HeaderValue::from_str(&signature) {
            headers.insert("stripe-signature", signature);
        }
        request
    }
}

/// Serves `POST /_local/stripe/events`.
pub fn router(sender: Sender) -> Router {
    Router::new().route("/_local/stripe/events", routing::post(events)).with_state(sender)
}

async fn events(State(sender): State<Sender>, body: Bytes) -> Response<Body> {
    let answer = match parse_spec(&body) {
        Ok(spec) => sender.send(&spec).await,
        Err(faults) => Err(faults),
    };
    match answer {
        Ok(delivery) => Json(delivery).into_response(),
        Err(faults) => refusal(&faults),
    }
}

fn refusal(faults: &[RequestError]) -> Response<Body> {
    let errors: Vec<Value> = faults
        .iter()
        .map(|fault| json!({ "field": fault.field, "code": "invalid", "message": fault.message }))
        .collect();
    let problem = json!({
        "type": "about:blank",
        "title": "This event cannot be built",
        "status": 400,
        "detail": "Nothing was sent. Each field at fault is listed with what it must be.",
        "errors": errors,
    });
    (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "application/problem+json")], problem.to_string())
        .into_response()
}
