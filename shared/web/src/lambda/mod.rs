//! Lambda handlers for events in the payload format 2.0 of API Gateway.

pub(crate) mod request;
mod response;

use std::{convert::Infallible, future::Future, pin::Pin};

use axum::response::Response;
use lambda_http::{LambdaEvent, Request};
use runtime::{Event, InvocationResult};
use tower::{Service, ServiceExt};

/// Makes a Lambda handler from a service, such as an axum router.
///
/// Each request has `lambda_runtime::Context` and the facts that API Gateway provides as extensions. If
/// an event has another form than in the payload format 2.0, the invocation fails.
pub fn handler<S>(
    service: S,
) -> impl Fn(Event) -> Pin<Box<dyn Future<Output = InvocationResult> + Send>> + Clone + Send + Sync + 'static
where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static,
{
    move |LambdaEvent { payload, context }| {
        let service = service.clone();
        Box::pin(async move {
            let request = request::parse(payload.get(), context)?;
            let Ok(response) = service.oneshot(request).await;
            response::build(response).await
        })
    }
}

#[cfg(test)]
mod tests;
