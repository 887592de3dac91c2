//! Calls to Stripe: those that make somebody a customer, let them pay once, and let them look after it.
//!
//! Everything that changes something is sent with an idempotency key, which a retry keeps: whatever becomes of a
//! connection, nothing is made twice. All calls of one [`Client`] together end after [`LIMIT`], because a browser waits for them.
//! Source: Stripe's API reference, "Idempotent requests" and "Errors".

mod call;
mod checkout;
mod error;
mod key;

use std::time::Duration;

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use domain::billing::{CustomerId, SubscriptionStatus};
use serde_json::Value;
use telemetry::LogArea;
use tokio::time::{Instant, sleep, timeout_at};

pub use call::{NewCheckout, NewCustomer, NewPortal};
pub use checkout::{Checkout, CheckoutId};
pub use error::CallError;
pub use key::{BadKey, SecretKey};

use crate::read::Json;
use call::Call;

/// Where Stripe is.
const ENDPOINT: &str = "https://api.stripe.com";
/// The API version whose answers are read here, whatever the account's own default is.
const VERSION: &str = "2026-07-29.dahlia";
/// How long the calls of one client may take together.
pub const LIMIT: Duration = Duration::from_secs(10);
/// How long a call that may go well another time waits for it.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Stripe, asked on behalf of one request.
#[derive(Debug, Clone)]
pub struct Client {
    http: SharedHttpConnector,
    key: SecretKey,
    until: Instant,
}

/// An attempt that failed, and whether Stripe's rules let it be made again.
struct Failed {
    error: CallError,
    again: bool,
}

impl Client {
    /// A client for one request. Its time runs from now on.
    #[must_use]
    pub fn new(http: SharedHttpConnector, key: SecretKey) -> Self {
        Self { http, key, until: Instant::now() + LIMIT }
    }

    /// Makes a customer, once for all calls with the same idempotency key.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn create_customer(
        &self,
        customer: &NewCustomer<'_>,
        idempotency_key: &str,
    ) -> Result<CustomerId, CallError> {
        let made = self.send(&customer.call(idempotency_key)).await?;
        Json(&made).own_id("/id", CustomerId::parse).map_err(|_| CallError::Unreadable)
    }

    /// Opens a Checkout. The same idempotency key again answers the same one, even if it was paid or expired since.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn create_checkout(
        &self,
        checkout: &NewCheckout<'_>,
        idempotency_key: &str,
    ) -> Result<Checkout, CallError> {
        Checkout::read(Json(&self.send(&checkout.call(idempotency_key)).await?))
    }

    /// The Checkouts of a customer that can still be paid, the newest first.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn open_checkouts(&self, customer: &CustomerId) -> Result<Vec<Checkout>, CallError> {
        let found = self.send(&Call::open_checkouts(customer)).await?;
        Json(&found).list("/data").map(Checkout::read).collect()
    }

    /// Sees to it that a Checkout is paid no more. One that is not open any more was paid, or is over.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn expire_checkout(&self, id: &CheckoutId) -> Result<(), CallError> {
        match self.send(&Call::expire_checkout(id)).await {
            Ok(_) | Err(CallError::Refused { status: 400, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether a customer has a subscription that runs or can still be paid, as Stripe knows before its events have
    /// told us.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn has_subscription(&self, customer: &CustomerId) -> Result<bool, CallError> {
        let found = self.send(&Call::subscriptions(customer)).await?;
        let statuses =
            Json(&found).list("/data").filter_map(|one| SubscriptionStatus::parse(one.text(&["/status"])?));
        Ok(statuses.into_iter().any(|status| !status.is_over()))
    }

    /// Opens the Customer Portal; answers its address.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn create_portal(
        &self,
        portal: &NewPortal<'_>,
        idempotency_key: &str,
    ) -> Result<String, CallError> {
        address(&self.send(&portal.call(idempotency_key)).await?)
    }

    /// One call, made a second time where that may help, within the client's time.
    async fn send(&self, call: &Call) -> Result<Value, CallError> {
        let tries = async {
            match self.attempt(call).await {
                Err(Failed { error, again: true }) => {
                    tracing::warn!(area = %LogArea::Billing, %error, "a call to Stripe is made again");
                    sleep(RETRY_PAUSE).await;
                    self.attempt(call).await
                }
                done => done,
            }
        };
        match timeout_at(self.until, tries).await {
            Ok(done) => done.map_err(|failed| failed.error),
            Err(_) => Err(CallError::Unreachable),
        }
    }

    async fn attempt(&self, call: &Call) -> Result<Value, Failed> {
        let request = self.request(call).ok_or(Failed::for_good(CallError::Unreadable))?;
        let response = self.http.call(request).await;
        let response = response.map_err(|_| Failed { error: CallError::Unreachable, again: true })?;
        let status = response.status().as_u16();
        let advice = response.headers().get("stripe-should-retry").map(|advice| advice == "true");
        let body = read(response).await;
        if !(200..300).contains(&status) {
            return Err(Failed::refused(status, &body.unwrap_or_default(), advice));
        }
        body.ok_or(Failed::for_good(CallError::Unreadable))
    }

    /// `None` for a header that cannot be one; keys are parsed so that this does not happen.
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
    const fn for_good(error: CallError) -> Self {
        Self { error, again: false }
    }

    /// Stripe's own advice counts first; without it, what may pass is tried again.
    fn refused(status: u16, body: &Value, advice: Option<bool>) -> Self {
        let body = Json(body);
        let word = |paths: &[&str]| body.text(paths).filter(|text| is_word(text)).map(str::to_owned);
        let code = word(&["/error/code", "/error/type"]);
        let error = CallError::Refused { status, code, param: word(&["/error/param"]) };
        Self { again: advice.unwrap_or(error.is_passing()), error }
    }
}

/// Whether a text is a name out of Stripe's vocabulary: only those are repeated in logs.
fn is_word(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'[' | b']');
    text.len() <= 64 && text.bytes().all(plain)
}

async fn read(response: HttpResponse) -> Option<Value> {
    let bytes = ByteStream::new(response.into_body()).collect().await.ok()?.into_bytes();
    serde_json::from_slice(&bytes).ok()
}

/// The address of a hosted page.
fn address(session: &Value) -> Result<String, CallError> {
    let url = Json(session).text(&["/url"]).ok_or(CallError::Unreadable)?;
    let leads_out = url.starts_with("https://") || url.starts_with("http://");
    if leads_out { Ok(url.to_owned()) } else { Err(CallError::Unreadable) }
}

#[cfg(test)]
mod tests;
