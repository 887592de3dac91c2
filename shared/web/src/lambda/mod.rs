//! Lambda handlers for events in the payload format 2.0 of API Gateway.
//!
//! [`handler`] runs an axum router. [`serve`] runs one handler without a router, for a function
//! with one path that API clients request often. In such a function, the router would execute a
//! sixteenth of all instructions and add one megabyte to the size of the binary.

mod request;
mod response;

use std::{future::Future, pin::Pin};

use axum::Router;
use lambda_runtime::LambdaEvent;
pub(crate) use request::GatewayContext;
pub use request::GatewayRequest;
pub use response::InvocationResult;
use serde_json::value::{RawValue, Value};
use tower::ServiceExt;

use crate::{Problem, SecurityProfile};

/// An invocation event whose payload is unparsed JSON text.
pub type Event = LambdaEvent<Box<RawValue>>;

/// Makes a Lambda handler from a router.
///
/// Each request has the `lambda_runtime::Context` as an extension. If an event does not have the
/// payload format 2.0, the invocation fails.
pub fn handler(
    router: Router,
) -> impl Fn(Event) -> Pin<Box<dyn Future<Output = InvocationResult> + Send>> + Clone + Send + Sync + 'static
{
    move |event| {
        let router = router.clone();
        Box::pin(async move {
            let mut request = GatewayRequest::parse(event.payload.get())?.into_http()?;
            request.extensions_mut().insert(event.context);
            let Ok(response) = router.oneshot(request).await;
            response::from_http(response).await
        })
    }
}

/// Parses an event, calls `handle`, and builds the gateway's response: 200 with JSON, or a problem.
///
/// The response has the same security headers as the response of a router. There is no cross-site
/// rule, because `handle` accepts only signed requests and reads no cookies.
///
/// # Errors
/// The event is not an event of an HTTP API.
pub async fn serve<H, F>(event: Event, profile: &SecurityProfile, handle: H) -> InvocationResult
where
    H: FnOnce(GatewayRequest) -> F,
    F: Future<Output = Result<Value, Problem>>,
{
    let outcome = handle(GatewayRequest::parse(event.payload.get())?).await;
    response::from_outcome(&event.context.request_id, profile, outcome.as_ref())
}

#[cfg(test)]
mod tests;
