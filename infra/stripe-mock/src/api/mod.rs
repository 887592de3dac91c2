//! API of the Stripe mock: the endpoints under `/v1` that the local stack needs, and the list of
//! event destinations under `/v2`. The body of a request is a form, and the body of a response is
//! JSON. Source: docs.stripe.com, "API reference".

mod create;
mod error;
mod events;
mod list;
mod params;
mod setup;

use std::future::ready;

use axum::body::Bytes;
use base64::{Engine, engine::general_purpose::STANDARD};
pub(super) use error::ApiError;
use futures_util::future::BoxFuture;
use http::{
    HeaderName, HeaderValue, Method, Request, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, DATE},
};
use params::Params;
use serde_json::Value;
use sim::external::{ExternalService, InjectedError};

use super::{
    StripeMock,
    account_state::{AccountState, IdempotentResponse},
    price::Price,
    transition::Transition,
};

/// Maximum length of an idempotency key, in characters.
const MAX_IDEMPOTENCY_KEY_LENGTH: usize = 255;

/// Supported operation of the API, with the id in its path.
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
    ListPrices,
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
            ("GET", ["prices"]) => Self::ListPrices,
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
            Self::ListPrices => "GET /v1/prices",
            Self::ReadPrice(_) => "GET /v1/prices/{id}",
            Self::ListEndpoints => "GET /v1/webhook_endpoints",
            Self::ListDestinations => "GET /v2/core/event_destinations",
        }
    }
}

/// Handles one API request.
pub(super) fn respond(mock: &StripeMock, request: &Request<Bytes>) -> Response<Bytes> {
    let request_id = format!("req_{}", sim::random::uuid().replace('-', ""));
    let outcome = authorize(mock, request).and_then(|()| {
        let path = request.uri().path();
        let operation = Operation::of(request.method(), path)
            .ok_or_else(|| ApiError::no_such_path(request.method().as_str(), path))?;
        if request.method() == Method::POST {
            create(mock, operation, request, &request_id)
        } else {
            let params = Params::parse(request.uri().query().unwrap_or_default().as_bytes());
            read(mock, operation, params).map(ApiResponse::fresh)
        }
    });
    let (status, response) = match outcome {
        Ok(response) => (200, response),
        Err(error) => (error.status, ApiResponse::fresh(error.body())),
    };
    let mut response = http_response(status, &response, request, &request_id);
    // The time of the local clock, which the reads of subscriptions use.
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&mock.clock.now());
    if let Some(date) = date.ok().and_then(|date| HeaderValue::from_str(&date).ok()) {
        response.headers_mut().insert(DATE, date);
    }
    response
}

/// The API as the functions reach it on the internet.
impl ExternalService for StripeMock {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn origin(&self) -> &str {
        "https://api.stripe.com"
    }

    fn operation(&self, method: &Method, path: &str) -> String {
        Operation::of(method, path)
            .map_or_else(|| format!("{method} {path}"), |operation| operation.name().to_owned())
    }

    fn handle(&self, request: Request<Bytes>) -> BoxFuture<'static, Option<Response<Bytes>>> {
        Box::pin(ready(Some(StripeMock::handle(self, &request))))
    }

    fn fail(&self, error: InjectedError) -> Response<Bytes> {
        let error = match error {
            InjectedError::Throttled => ApiError::rate_limit(),
            InjectedError::Internal => ApiError::internal(),
            InjectedError::Locked => ApiError::lock_timeout(),
            InjectedError::Forbidden => ApiError::forbidden(),
        };
        let mut response = Response::new(Bytes::from(error.body().to_string()));
        *response.status_mut() = StatusCode::from_u16(error.status).unwrap_or_default();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}

/// Response body of a successful or failed request.
struct ApiResponse {
    body: Value,
    /// Id of the first request, if this response repeats a stored one.
    replay_of: Option<String>,
}

impl ApiResponse {
    fn fresh(body: Value) -> Self {
        Self { body, replay_of: None }
    }
}

/// Checks the secret key, as a bearer token or as the user name of basic authentication.
fn authorize(mock: &StripeMock, request: &Request<Bytes>) -> Result<(), ApiError> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = match header.and_then(|header| header.split_once(' ')) {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim().to_owned(),
        Some((scheme, encoded)) if scheme.eq_ignore_ascii_case("basic") => {
            let user = STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            user.and_then(|user| Some(user.split_once(':')?.0.to_owned())).unwrap_or_default()
        }
        _ => return Err(ApiError::no_key()),
    };
    if given == mock.account.key { Ok(()) } else { Err(ApiError::wrong_key(&given)) }
}

/// Executes a POST operation, and only once for each idempotency key. While the key is valid, a
/// later request with the same key and parameters gets the stored response. The mock stores only
/// successful responses, so a caller can retry a failed request with the same key.
fn create(
    mock: &StripeMock,
    operation: Operation<'_>,
    request: &Request<Bytes>,
    request_id: &str,
) -> Result<ApiResponse, ApiError> {
    let key = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok());
    if key.is_some_and(|key| key.chars().count() > MAX_IDEMPOTENCY_KEY_LENGTH) {
        return Err(ApiError::key_too_long());
    }
    let params = Params::parse(request.body());
    let described = format!("{} {}", request.uri().path(), params.fingerprint());
    mock.transition(mock.clock.now(), |transition| {
        if let Some(stored) = key.and_then(|key| transition.state.stored_response(key, transition.now)) {
            if stored.request != described {
                return Err(ApiError::other_parameters(key.unwrap_or_default()));
            }
            return Ok(ApiResponse { body: stored.body.clone(), replay_of: Some(stored.request_id.clone()) });
        }
        let body = execute(transition, operation, params)?;
        if let Some(key) = key {
            let request_id = request_id.to_owned();
            let stored =
                IdempotentResponse { request: described, request_id, body: body.clone(), at: transition.now };
            transition.state.store_response(key, stored);
        }
        Ok(ApiResponse::fresh(body))
    })
}

fn execute(
    transition: &mut Transition<'_>,
    operation: Operation<'_>,
    params: Params,
) -> Result<Value, ApiError> {
    match operation {
        Operation::CreateCustomer => create::customer(transition, params),
        Operation::CreateCheckout => create::checkout(transition, params),
        Operation::ExpireCheckout(id) => create::expiry(transition, id, params),
        Operation::CreatePortal => create::portal(transition, params),
        read => Err(ApiError::no_such_path("POST", read.name())),
    }
}

fn read(mock: &StripeMock, operation: Operation<'_>, params: Params) -> Result<Value, ApiError> {
    match operation {
        Operation::ListEvents => return events::list(mock, params),
        Operation::ListCheckouts => return list::checkouts(mock, params),
        Operation::ListSubscriptions => return list::subscriptions(mock, params),
        Operation::ListPrices => return list::prices(mock, params),
        Operation::ListEndpoints => return setup::endpoints(mock, params),
        Operation::ListDestinations => return Ok(setup::destinations()),
        _ => {}
    }
    params.finish()?;
    let account = &mock.account;
    let state: &AccountState = &mock.lock();
    let (kind, id, found) = match operation {
        Operation::ReadCustomer(id) => ("customer", id, state.customers.get(id).map(|one| one.to_json())),
        Operation::ReadCheckout(id) => {
            let found = state.checkouts.get(id).map(|one| {
                let customer = one.customer.as_ref().and_then(|id| state.customers.get(id));
                one.object(account.price(&one.price), customer, &account.origin)
            });
            ("checkout.session", id, found)
        }
        Operation::ReadSubscription(id) => {
            let found = state.subscriptions.get(id).map(|one| one.object(account.price(&one.price)));
            ("subscription", id, found)
        }
        Operation::ReadInvoice(id) => {
            ("invoice", id, state.invoices.get(id).map(|one| one.object(account.price(&one.price))))
        }
        Operation::ReadEvent(id) => ("event", id, events::find(mock, id)),
        Operation::ReadPrice(id) => ("price", id, account.find_price(id).map(Price::object)),
        create => return Err(ApiError::no_such_path("GET", create.name())),
    };
    found.ok_or_else(|| ApiError::not_found(kind, id))
}

fn http_response(
    status: u16,
    api_response: &ApiResponse,
    request: &Request<Bytes>,
    request_id: &str,
) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(format!("{:#}", api_response.body)));
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
    if let Some(original) = &api_response.replay_of {
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
