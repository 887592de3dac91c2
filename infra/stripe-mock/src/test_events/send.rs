//! Signs events, posts them to the webhook in parallel, and returns the response statuses.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::State,
    http::{Request, Response, StatusCode, header},
    response::IntoResponse,
    routing,
};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use runtime::{Clock, Rng};
use serde::Serialize;
use serde_json::{Value, json};
use sim::external::HttpSend;

use super::{
    event::build_event,
    seed::Seed,
    signature::sign,
    spec::{EventSpec, RequestError, parse_spec},
};

/// Path of Onramp's webhook for Stripe events.
pub const WEBHOOK_PATH: &str = "/billing/webhooks/stripe";

/// Function that sets the customer and the subscription of a spec if the Stripe mock has them. It
/// returns the time of the customer's last event in seconds since 1970, or `None` without such an
/// event.
pub type CustomerResolver = Arc<dyn Fn(&mut EventSpec) -> Option<i64> + Send + Sync>;

/// Maximum time by which an event can be ahead of the local clock. Many events in the same second
/// move ahead, because each of them is at least one second after the previous one. If the
/// customer's last event is further ahead, a test request must have set the `created` time of that
/// event. The next event then gets the current time.
const IN_A_ROW: SignedDuration = SignedDuration::from_mins(10);

/// Builds, signs and posts events as Stripe does.
#[derive(Clone)]
pub struct Sender {
    clock: Clock,
    rng: Rng,
    secrets: Vec<String>,
    price: String,
    post: HttpSend,
    resolver: CustomerResolver,
}

/// An event that was posted, with the status of each response.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Delivery {
    /// The event that was sent.
    pub event: Value,
    /// One HTTP status for each delivery.
    pub statuses: Vec<u16>,
}

impl Sender {
    /// Creates a sender that signs with each secret of a comma-separated list, as Stripe does
    /// during a rotation.
    pub fn new(clock: Clock, rng: Rng, secrets: &str, price: impl Into<String>, post: HttpSend) -> Sender {
        let secrets = secrets.split(',').map(str::trim).filter(|secret| !secret.is_empty());
        Sender {
            clock,
            rng,
            secrets: secrets.map(str::to_owned).collect(),
            price: price.into(),
            post,
            resolver: Arc::new(|_| None),
        }
    }

    /// Sets the function that fills in the customer of each spec.
    #[must_use]
    pub fn with_resolver(self, resolver: CustomerResolver) -> Sender {
        Sender { resolver, ..self }
    }

    /// Returns the time for the next event of a customer. `last` is the time of the customer's
    /// previous event, in seconds since 1970. The result is the current time or, if later, one
    /// second after `last`. Stripe's times are in whole seconds, and the events of one customer
    /// must keep their order. If the result would be [`IN_A_ROW`] or more ahead of the clock, it is
    /// the current time.
    fn event_time(&self, last: Option<i64>) -> Timestamp {
        let now = self.clock.now();
        let next = last.map(|last| last.saturating_add(1)).and_then(|next| Timestamp::from_second(next).ok());
        next.filter(|next| *next > now && *next < now + IN_A_ROW).unwrap_or(now)
    }

    /// Builds one event and delivers it `count` times in parallel, each time with a new signature.
    ///
    /// # Errors
    /// Returns one error for each path in `spec.set` that does not fit the event. Then nothing is
    /// sent.
    pub async fn send(&self, spec: &EventSpec) -> Result<Delivery, Vec<RequestError>> {
        let seed = Seed::new(self.rng.bytes());
        let mut spec = spec.clone();
        let last = (self.resolver)(&mut spec);
        let event = build_event(&spec, &self.price, &seed, self.event_time(last))?;
        // The body is indented JSON, as in Stripe. If a receiver verifies the signature over JSON
        // that it serialized again, its text differs and the verification fails.
        let body = Bytes::from(format!("{event:#}"));
        // Each delivery is a separate task, so that the deliveries run concurrently.
        let deliveries = (0..spec.count).map(|_| tokio::spawn((self.post)(self.request(&body))));
        let statuses = join_all(deliveries).await.into_iter().map(|response| {
            response.map_or(StatusCode::INTERNAL_SERVER_ERROR, |response| response.status()).as_u16()
        });
        Ok(Delivery { event, statuses: statuses.collect() })
    }

    /// Delivers an existing event with a new signature. Returns the status of the response.
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
        // Always valid: the signature has only digits, letters, `=`, and `,`.
        if let Ok(signature) = header::HeaderValue::from_str(&signature) {
            headers.insert("stripe-signature", signature);
        }
        request
    }
}

/// Returns the router of `POST /_local/stripe/events`.
pub fn router(sender: Sender) -> Router {
    Router::new().route("/_local/stripe/events", routing::post(events)).with_state(sender)
}

async fn events(State(sender): State<Sender>, body: Bytes) -> Response<Body> {
    let result = match parse_spec(&body) {
        Ok(spec) => sender.send(&spec).await,
        Err(errors) => Err(errors),
    };
    match result {
        Ok(delivery) => Json(delivery).into_response(),
        Err(errors) => error_response(&errors),
    }
}

fn error_response(errors: &[RequestError]) -> Response<Body> {
    let errors: Vec<Value> = errors
        .iter()
        .map(|error| json!({ "field": error.field, "code": "invalid", "message": error.message }))
        .collect();
    let problem = json!({
        "type": "about:blank",
        "title": "Cannot build this event",
        "status": 400,
        "detail": "Nothing was sent. See errors for each invalid field and its expected value.",
        "errors": errors,
    });
    (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "application/problem+json")], problem.to_string())
        .into_response()
}
