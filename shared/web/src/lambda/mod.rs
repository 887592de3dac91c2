//! Lambda handlers for events in the payload format 2.0 of API Gateway.

mod unparsed;

use std::{convert::Infallible, future::Future, pin::Pin};

use axum::response::Response;
use lambda_http::{Adapter, LambdaEvent, Request, request::LambdaRequest};
use runtime::{Event, InvocationResult};
use serde_json::value::to_raw_value;
use telemetry::JsonError;
use tower::{Service, ServiceExt};

use crate::lambda::unparsed::UnparsedParts;

/// Makes a Lambda handler from a service, such as an axum router.
///
/// Each request has `lambda_http::request::RequestContext` and `lambda_runtime::Context` as
/// extensions. If an event has another form than in the payload format 2.0, the invocation fails.
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
        // The adapter is not `Send`, so it is called outside of the future.
        let response = parse(payload.get()).map(|(event, mut parts)| {
            let service =
                service.clone().map_request(move |request| std::mem::take(&mut parts).restore(request));
            Adapter::from(service).call(LambdaEvent::new(event, context))
        });
        Box::pin(async move {
            let Ok(response) = response?.await;
            Ok(to_raw_value(&response)?)
        })
    }
}

/// Parses an event, and takes out the parts that `lambda_http` must not parse.
fn parse(payload: &str) -> Result<(LambdaRequest, UnparsedParts), lambda_runtime::Error> {
    let mut event = serde_json::from_str(payload)
        .map_err(|error| format!("the event is not an event of an HTTP API: {}", JsonError::from(error)))?;
    let parts = UnparsedParts::take(&mut event)?;
    Ok((LambdaRequest::ApiGatewayV2(event), parts))
}

#[cfg(test)]
mod tests;
