//! Calls to Stripe's API: customers, Checkout sessions, the billing portal, subscriptions, and prices.
//!
//! Every call that changes data has an idempotency key, and a retry repeats the key. So if a
//! response is lost, the retry does not create a second object.
//!
//! All calls of one [`Client`] share the time limit [`TIMEOUT`], because a browser waits for the
//! result.
//!
//! Source: Stripe's API reference, "Idempotent requests" and "Errors".

mod call;
mod error;
mod key;
mod session;
mod subscriptions;

use std::time::Duration;

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use call::Call;
pub use call::{NewCheckout, NewCustomer, NewPortal};
use domain::{
    billing::{CustomerId, ListPrice, Prices, SubscriptionStatus},
    id::OrgId,
};
pub use error::CallError;
pub use key::{InvalidKey, SecretKey};
use serde_json::Value;
use session::hosted_page_url;
pub use session::{Checkout, CheckoutId};
use telemetry::LogArea;
use tokio::time::{Instant, sleep, timeout_at};
use webhook_signature::json::Tree;

use crate::{price::list_price, read::Json, subscription::item_prices};

const ENDPOINT: &str = "https://api.stripe.com";
/// The API version of the requests, which overrides the account's default version.
const VERSION: &str = "2026-07-29.dahlia";
/// Maximum duration of all calls of one client together.
pub const TIMEOUT: Duration = Duration::from_secs(4);
/// Delay before the retry of a transient failure.
const RETRY_DELAY: Duration = Duration::from_millis(500);

/// A Stripe client for the calls of one request.
#[derive(Debug, Clone)]
pub struct Client {
    http: SharedHttpConnector,
    key: SecretKey,
    deadline: Instant,
}

/// The body of a successful response, and its `Date` header.
struct Success {
    body: Tree<'static>,
    date: Option<String>,
}

/// A failed attempt, and whether a retry is useful.
struct Failed {
    error: CallError,
    retry: bool,
}

impl Client {
    /// Creates a client for one request. [`TIMEOUT`] starts now.
    #[must_use]
    pub fn new(http: SharedHttpConnector, key: SecretKey) -> Self {
        Self { http, key, deadline: Instant::now() + TIMEOUT }
    }

    /// Creates a customer. A repeated call with the same idempotency key returns the same customer.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn create_customer(
        &self,
        customer: &NewCustomer<'_>,
        idempotency_key: &str,
    ) -> Result<CustomerId, CallError> {
        let created = self.send(&customer.call(idempotency_key)).await?.body;
        Json(&created).own_id("/id", CustomerId::parse).map_err(|_| CallError::InvalidResponse)
    }

    /// Opens a Checkout session.
    ///
    /// A repeated call with the same idempotency key returns the same session, even if the session
    /// was paid or has expired in the meantime.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn create_checkout(
        &self,
        checkout: &NewCheckout<'_>,
        idempotency_key: &str,
    ) -> Result<Checkout, CallError> {
        Checkout::parse(Json(&self.send(&checkout.call(idempotency_key)).await?.body))
    }

    /// Returns the open Checkout sessions of a customer, the newest first.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn open_checkouts(&self, customer: &CustomerId) -> Result<Vec<Checkout>, CallError> {
        let found = self.send(&Call::open_checkouts(customer)).await?.body;
        Json(&found).list("/data").map(Checkout::parse).collect()
    }

    /// Expires a Checkout session, so that it can no longer be paid.
    ///
    /// Also succeeds if Stripe responds with status 400, which means that the session is no longer
    /// open.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn expire_checkout(&self, id: &CheckoutId) -> Result<(), CallError> {
        match self.send(&Call::expire_checkout(id)).await {
            Ok(_) | Err(CallError::Rejected { status: 400, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Returns whether a customer has a subscription of the organization that is alive or can still
    /// be paid. A subscription of another product of the customer does not count.
    ///
    /// Requests the subscriptions from Stripe. The stored state may be outdated, because events
    /// about a new subscription may not have arrived yet.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn has_subscription(
        &self,
        customer: &CustomerId,
        organization: OrgId,
        prices: &Prices,
    ) -> Result<bool, CallError> {
        let found = self.send(&Call::subscriptions(customer)).await?.body;
        Ok(Json(&found).list("/data").any(|one| counts(one, organization, prices)))
    }

    /// Opens a session of the billing portal and returns its URL.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn create_portal(
        &self,
        portal: &NewPortal<'_>,
        idempotency_key: &str,
    ) -> Result<String, CallError> {
        hosted_page_url(Json(&self.send(&portal.call(idempotency_key)).await?.body))
    }

    /// Reads a price of a plan. The caller validated the id.
    ///
    /// # Errors
    /// [`CallError`]. It is [`CallError::InvalidResponse`] for a price that no plan can have.
    pub async fn price(&self, id: &str) -> Result<ListPrice, CallError> {
        let found = self.send(&Call::price(id)).await?.body;
        list_price(Json(&found)).filter(|price| price.id == id).ok_or(CallError::InvalidResponse)
    }

    /// Makes a call, with one retry after a transient failure. The client's deadline limits both
    /// attempts together.
    async fn send(&self, call: &Call) -> Result<Success, CallError> {
        let attempts = async {
            match self.attempt(call).await {
                Err(Failed { error, retry: true }) => {
                    tracing::warn!(area = %LogArea::Billing, %error, "failed to call Stripe; retrying");
                    sleep(RETRY_DELAY).await;
                    self.attempt(call).await
                }
                outcome => outcome,
            }
        };
        match timeout_at(self.deadline, attempts).await {
            Ok(outcome) => outcome.map_err(|failed| failed.error),
            Err(_) => Err(CallError::Unreachable),
        }
    }

    async fn attempt(&self, call: &Call) -> Result<Success, Failed> {
        let request = self.request(call).ok_or(Failed::permanent(CallError::InvalidResponse))?;
        let response = self.http.call(request).await;
        let response = response.map_err(|_| Failed { error: CallError::Unreachable, retry: true })?;
        let status = response.status().as_u16();
        let advice = response.headers().get("stripe-should-retry").map(|advice| advice == "true");
        let date = response.headers().get("date").map(str::to_owned);
        let body = read(response).await;
        if !(200..300).contains(&status) {
            return Err(Failed::rejected(status, &body.unwrap_or(Tree::Null), advice));
        }
        let body = body.ok_or(Failed::permanent(CallError::InvalidResponse))?;
        Ok(Success { body, date })
    }

    /// Builds the HTTP request. Returns `None` if a header value or the URL is invalid. The secret
    /// key and the path are always valid, so only an invalid idempotency key can cause this.
    fn request(&self, call: &Call) -> Option<HttpRequest> {
        let mut request = HttpRequest::new(SdkBody::from(call.form.as_str()));
        request.set_method(if call.idempotency_key.is_some() { "POST" } else { "GET" }).ok()?;
        request.set_uri(format!("{ENDPOINT}{}", call.path)).ok()?;
        let headers = request.headers_mut();
        headers.try_insert("authorization", self.key.bearer()).ok()?;
        if let Some(key) = &call.idempotency_key {
            headers.try_insert("content-type", "application/x-www-form-urlencoded").ok()?;
            headers.try_insert("idempotency-key", key.clone()).ok()?;
        }
        headers.try_insert("stripe-version", VERSION).ok()?;
        Some(request)
    }
}

impl Failed {
    const fn permanent(error: CallError) -> Self {
        Self { error, retry: false }
    }

    /// Returns the failure for a response with an error status. `advice` is the value of Stripe's
    /// header `stripe-should-retry` and decides whether the call is retried. Without this header,
    /// only a transient error is retried.
    fn rejected(status: u16, body: &Tree<'_>, advice: Option<bool>) -> Self {
        let body = Json(body);
        let identifier =
            |paths: &[&str]| body.text(paths).filter(|text| is_identifier(text)).map(str::to_owned);
        let code = identifier(&["/error/code", "/error/type"]);
        let error = CallError::Rejected { status, code, param: identifier(&["/error/param"]) };
        Self { retry: advice.unwrap_or(error.is_transient()), error }
    }
}

/// Returns whether a listed subscription is not over and counts for the organization: its metadata
/// names the organization, or names none and one of its prices is that of a plan.
fn counts(subscription: Json<'_>, organization: OrgId, prices: &Prices) -> bool {
    let status = subscription.text(&["/status"]).and_then(SubscriptionStatus::parse);
    let named = subscription.trimmed(&["/metadata/organization_id"]).and_then(|id| id.parse().ok());
    let counts = match named {
        Some(named) => organization == named,
        None => item_prices(subscription).any(|price| prices.plan(price).is_some()),
    };
    counts && status.is_some_and(|status| !status.is_over())
}

/// Returns whether a text looks like an identifier of Stripe. A text from a response that does not
/// look like an identifier is never logged.
fn is_identifier(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'[' | b']');
    text.len() <= 64 && text.bytes().all(plain)
}

/// Reads the body as JSON. A response comes from Stripe over TLS, so unlike a webhook, it is not checked
/// for duplicate keys.
async fn read(response: HttpResponse) -> Option<Tree<'static>> {
    let bytes = ByteStream::new(response.into_body()).collect().await.ok()?.into_bytes();
    serde_json::from_slice::<Value>(&bytes).ok().map(Tree::from)
}

#[cfg(test)]
mod tests;
