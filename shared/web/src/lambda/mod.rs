//! Lambda handlers for events in the payload format 2.0 of API Gateway.

mod unparsed;

use std::{convert::Infallible, future::Future, pin::Pin};

use axum::response::Response;
use lambda_http::{Adapter, Request, request::LambdaRequest};
use lambda_runtime::LambdaEvent;
use serde_json::value::{RawValue, to_raw_value};
use telemetry::JsonError;
use tower::{Service, ServiceExt};

use crate::lambda::unparsed::UnparsedParts;

/// An invocation event whose payload is unparsed JSON text.
pub type Event = LambdaEvent<Box<RawValue>>;

/// The gateway's response as JSON text, or an error that fails the invocation.
pub type InvocationResult = Result<Box<RawValue>, lambda_runtime::Error>;

/// Makes a Lambda handler from a service, such as an axum router.
///
/// Each request has `lambda_http::request::RequestContext` and `lambda_runtime::Context` as
/// extensions. If an event does not have the payload format 2.0, the invocation fails.
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
    let mut event: LambdaRequest = serde_json::from_str(payload).map_err(JsonError::from)?;
    let parts = match &mut event {
        LambdaRequest::ApiGatewayV2(event) => UnparsedParts::take(event)?,
        _ => return Err("the event is not an event of an HTTP API".into()),
    };
    Ok((event, parts))
}

#[cfg(test)]
mod tests;
