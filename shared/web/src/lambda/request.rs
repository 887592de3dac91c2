//! Requests, from events in the payload format 2.0.
//!
//! The conversion of `lambda_http` parses the host, the scheme, and the path together as a URL. The
//! URL parser treats `%2e%2e` as `..` and shortens the path, so the result would differ from the path
//! for which API Gateway selected the route. It also panics on an invalid host, query, or base64 body.

use axum::http::{HeaderValue, Uri, header::COOKIE, uri::InvalidUri};
use base64::{DecodeError, Engine, engine::general_purpose::STANDARD};
use lambda_http::{
    Body, Context, Request, aws_lambda_events::apigw::ApiGatewayV2httpRequest, request::RequestContext,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use telemetry::JsonError;

/// The characters that must be escaped in a query.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'#');
/// The characters that must be escaped in a path. The set does not contain the percent sign,
/// because the gateway passes the path in its escaped form.
const PATH: &AsciiSet = &QUERY.add(b'?').add(b'`').add(b'{').add(b'}').add(b'\\').add(b'^').add(b'|');

/// Why an event is not a valid event of API Gateway.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("the event is not an event of an HTTP API: {0}")]
    Event(#[from] JsonError),
    #[error("the event's path and query are not a valid URI")]
    Target(#[from] InvalidUri),
    #[error("the event's body is not valid base64")]
    Body(#[from] DecodeError),
}

/// Parses an event. The request has the path, the query, the headers, and the body of the client's
/// request.
pub(crate) fn parse(payload: &str, context: Context) -> Result<Request, Malformed> {
    let event: ApiGatewayV2httpRequest = serde_json::from_str(payload).map_err(JsonError::from)?;
    let body = match event.body {
        None => Body::Empty,
        Some(text) if event.is_base64_encoded => Body::Binary(STANDARD.decode(text)?),
        Some(text) => Body::Text(text),
    };
    let mut request = Request::new(body);
    request.method_mut().clone_from(&event.request_context.http.method);
    *request.uri_mut() =
        target(&event.raw_path.unwrap_or_default(), &event.raw_query_string.unwrap_or_default())?;
    *request.headers_mut() = event.headers;
    // An event lists cookies outside of `headers`.
    if let Some(cookies) = event.cookies
        && let Ok(cookies) = HeaderValue::try_from(cookies.join("; "))
    {
        request.headers_mut().insert(COOKIE, cookies);
    }
    request.extensions_mut().insert(RequestContext::ApiGatewayV2(event.request_context));
    request.extensions_mut().insert(context);
    Ok(request)
}

fn target(path: &str, query: &str) -> Result<Uri, InvalidUri> {
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut target = format!("{slash}{}", utf8_percent_encode(path, PATH));
    if !query.is_empty() {
        target.push('?');
        target.extend(utf8_percent_encode(query, QUERY));
    }
    Uri::try_from(target)
}
