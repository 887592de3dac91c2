//! The API under `/v1`, and one list of `/v2`: forms in, JSON out. Source: docs.stripe.com, "API reference".

mod create;
mod events;
mod list;
mod params;
mod refusal;
mod setup;

use axum::body::Bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, Request, Response};
use serde_json::Value;

use super::StripeMock;
use super::account_state::{AccountState, IdempotentResponse};
use super::price::Price;
use super::transition::Transition;
use params::Params;
pub(super) use refusal::Refusal;

/// The longest idempotency key, in characters.
const LONGEST_KEY: usize = 255;

/// What one can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation<'a> {
    CreateCustomer,
    ReadCustomer(&'a str),
    CreateCheckout,
    ListCheckouts,
    ReadCheckout(&'a str),
    ExpireCheckout(&'a str),
    CreatePortal,
    ListSubscriptions,
    ReadSubscription(&'a str),
    ReadInvoice(&'a str),
    ListEvents,
    ReadEvent(&'a str),
    ReadPrice(&'a str),
    ListEndpoints,
    ListDestinations,
}

impl<'a> Operation<'a> {
    fn of(method: &Method, path: &'a str) -> Option<Self> {
        if (method, path) == (&Method::GET, "/v2/core/event_destinations") {
            return Some(Self::ListDestinations);
        }
        let steps: Vec<&str> = path.strip_prefix("/v1/")?.split('/').collect();
        Some(match (method.as_str(), steps.as_slice()) {
            ("POST", ["customers"]) => Self::CreateCustomer,
            ("GET", ["customers", id]) => Self::ReadCustomer(id),
            ("POST", ["checkout", "sessions"]) => Self::CreateCheckout,
            ("GET", ["checkout", "sessions"]) => Self::ListCheckouts,
            ("GET", ["checkout", "sessions", id]) => Self::ReadCheckout(id),
            ("POST", ["checkout", "sessions", id, "expire"]) => Self::ExpireCheckout(id),
            ("POST", ["billing_portal", "sessions"]) => Self::CreatePortal,
            ("GET", ["subscriptions"]) => Self::ListSubscriptions,
            ("GET", ["subscriptions", id]) => Self::ReadSubscription(id),
            ("GET", ["invoices", id]) => Self::ReadInvoice(id),
            ("GET", ["events"]) => Self::ListEvents,
            ("GET", ["events", id]) => Self::ReadEvent(id),
            ("GET", ["prices", id]) => Self::ReadPrice(id),
            ("GET", ["webhook_endpoints"]) => Self::ListEndpoints,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::CreateCustomer => "POST /v1/customers",
            Self::ReadCustomer(_) => "GET /v1/customers/{id}",
            Self::CreateCheckout => "POST /v1/checkout/sessions",
            Self::ListCheckouts => "GET /v1/checkout/sessions",
            Self::ReadCheckout(_) => "GET /v1/checkout/sessions/{id}",
            Self::ExpireCheckout(_) => "POST /v1/checkout/sessions/{id}/expire",
            Self::CreatePortal => "POST /v1/billing_portal/sessions",
            Self::ListSubscriptions => "GET /v1/subscriptions",
            Self::ReadSubscription(_) => "GET /v1/subscriptions/{id}",
            Self::ReadInvoice(_) => "GET /v1/invoices/{id}",
            Self::ListEvents => "GET /v1/events",
            Self::ReadEvent(_) => "GET /v1/events/{id}",
            Self::ReadPrice(_) => "GET /v1/prices/{id}",
            Self::ListEndpoints => "GET /v1/webhook_endpoints",
            Self::ListDestinations => "GET /v2/core/event_destinations",
        }
    }
}

/// A call's name in the log, without ids: `GET /v1/customers/{id}`.
pub fn operation(method: &Method, path: &str) -> String {
    Operation::of(method, path)
        .map_or_else(|| format!("{method} {path}"), |operation| operation.name().to_owned())
}

/// Answers one call.
pub(super) fn respond(standin: &StripeMock, request: &Request<Bytes>) -> Response<Bytes> {
    let request_id = format!("req_{}", crate::random::uuid().replace('-', ""));
    let outcome = authorize(standin, request).and_then(|()| {
        let path = request.uri().path();
        let operation = Operation::of(request.method(), path)
            .ok_or_else(|| Refusal::no_such_path(request.method().as_str(), path))?;
        if request.method() == Method::POST {
            create(standin, operation, request, &request_id)
        } else {
            let params = Params::parse(request.uri().query().unwrap_or_default().as_bytes());
            read(standin, operation, params).map(ApiResponse::fresh)
        }
    });
    let (status, answer) = match outcome {
        Ok(answer) => (200, answer),
        Err(refusal) => (refusal.status, ApiResponse::fresh(refusal.body())),
    };
    http_response(status, &answer, request, &request_id)
}

/// What the API answers to a call that went wrong on purpose.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Disturbance {
    /// Too many calls.
    Throttled,
    /// Stripe broke.
    Broken,
    /// Another request holds the object.
    Locked,
    /// The key may not do this.
    Forbidden,
}

impl Disturbance {
    /// Status and body.
    pub(crate) fn into_response(self) -> (u16, Value) {
        let refusal = match self {
            Self::Throttled => Refusal::rate_limit(),
            Self::Broken => Refusal::broken(),
            Self::Locked => Refusal::lock_timeout(),
            Self::Forbidden => Refusal::forbidden(),
        };
        (refusal.status, refusal.body())
    }
}

/// A body, and the request that it first answered if that was another one.
struct ApiResponse {
    body: Value,
    replay_of: Option<String>,
}

impl ApiResponse {
    fn fresh(body: Value) -> Self {
        Self { body, replay_of: None }
    }
}

/// Takes the account's secret key, as a bearer or as the user of basic authentication.
fn authorize(standin: &StripeMock, request: &Request<Bytes>) -> Result<(), Refusal> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = match header.and_then(|header| header.split_once(' ')) {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim().to_owned(),
        Some((scheme, encoded)) if scheme.eq_ignore_ascii_case("basic") => {
            let user = STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            user.and_then(|user| Some(user.split_once(':')?.0.to_owned())).unwrap_or_default()
        }
        _ => return Err(Refusal::no_key()),
    };
    if given == standin.account.key { Ok(()) } else { Err(Refusal::wrong_key(&given)) }
}

/// Makes something, once for each idempotency key. What was refused may be tried again under the same key.
fn create(
    standin: &StripeMock,
    operation: Operation<'_>,
    request: &Request<Bytes>,
    request_id: &str,
) -> Result<ApiResponse, Refusal> {
    let key = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok());
    if key.is_some_and(|key| key.chars().count() > LONGEST_KEY) {
        return Err(Refusal::key_too_long());
    }
    let params = Params::parse(request.body());
    let described = format!("{} {}", request.uri().path(), params.fingerprint());
    standin.transition(standin.clock.now(), |turn| {
        if let Some(kept) = key.and_then(|key| turn.book.kept_answer(key, turn.now)) {
            if kept.request != described {
                return Err(Refusal::other_parameters(key.unwrap_or_default()));
            }
            return Ok(ApiResponse { body: kept.body.clone(), replay_of: Some(kept.request_id.clone()) });
        }
        let body = perform(turn, operation, params)?;
        if let Some(key) = key {
            let request_id = request_id.to_owned();
            let kept =
                IdempotentResponse { request: described, request_id, body: body.clone(), at: turn.now };
            turn.book.keep_answer(key, kept);
        }
        Ok(ApiResponse::fresh(body))
    })
}

fn perform(turn: &mut Transition<'_>, operation: Operation<'_>, params: Params) -> Result<Value, Refusal> {
    match operation {
        Operation::CreateCustomer => create::customer(turn, params),
        Operation::CreateCheckout => create::checkout(turn, params),
        Operation::ExpireCheckout(id) => create::expiry(turn, id, params),
        Operation::CreatePortal => create::portal(turn, params),
        read => Err(Refusal::no_such_path("POST", read.name())),
    }
}

fn read(standin: &StripeMock, operation: Operation<'_>, params: Params) -> Result<Value, Refusal> {
    match operation {
        Operation::ListEvents => return events::list(standin, params),
        Operation::ListCheckouts => return list::checkouts(standin, params),
        Operation::ListSubscriptions => return list::subscriptions(standin, params),
        Operation::ListEndpoints => return setup::endpoints(standin, params),
        Operation::ListDestinations => return Ok(setup::destinations()),
        _ => {}
    }
    params.finish()?;
    let account = &standin.account;
    let book: &AccountState = &standin.lock();
    let (kind, id, found) = match operation {
        Operation::ReadCustomer(id) => ("customer", id, book.customers.get(id).map(|one| one.to_json())),
        Operation::ReadCheckout(id) => {
            let found = book.checkouts.get(id).map(|one| {
                let customer = one.customer.as_ref().and_then(|id| book.customers.get(id));
                one.object(account.price(&one.price), customer, &account.origin)
            });
            ("checkout.session", id, found)
        }
        Operation::ReadSubscription(id) => {
            let found = book.subscriptions.get(id).map(|one| one.object(account.price(&one.price)));
            ("subscription", id, found)
        }
        Operation::ReadInvoice(id) => {
            ("invoice", id, book.invoices.get(id).map(|one| one.object(account.price(&one.price))))
        }
        Operation::ReadEvent(id) => ("event", id, events::find(standin, id)),
        Operation::ReadPrice(id) => ("price", id, account.find_price(id).map(Price::object)),
        create => return Err(Refusal::no_such_path("GET", create.name())),
    };
    found.ok_or_else(|| Refusal::not_found(kind, id))
}

fn http_response(
    status: u16,
    answer: &ApiResponse,
    request: &Request<Bytes>,
    request_id: &str,
) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(format!("{:#}", answer.body)));
    if let Ok(status) = http::StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("request-id", request_id);
    if let Some(original) = &answer.replay_of {
        set("original-request", original);
        set("idempotent-replayed", "true");
    }
    for name in ["idempotency-key", "stripe-version"] {
        if let Some(value) = request.headers().get(name).and_then(|value| value.to_str().ok()) {
            set(name, value);
        }
    }
    response
}
