//! The parts of an event that `lambda_http` must not parse.
//!
//! `lambda_http` parses the host, the scheme, and the path together as a URL. The URL parser treats
//! `%2e%2e` as `..` and shortens the path, so the result would differ from the path for which API
//! Gateway selected the route. `lambda_http` also panics on an invalid host, query, or base64 body.

use axum::http::{
    HeaderMap, HeaderValue, Uri,
    header::{COOKIE, HOST},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use lambda_http::{Body, Request, aws_lambda_events::apigw::ApiGatewayV2httpRequest};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// The characters that must be escaped in a query.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'#');
/// The characters that must be escaped in a path. The set does not contain the percent sign,
/// because the gateway passes the path in its escaped form.
const PATH: &AsciiSet = &QUERY.add(b'?').add(b'`').add(b'{').add(b'}').add(b'\\').add(b'^').add(b'|');

/// The parts, as the request of the client has them.
#[derive(Debug, Default)]
pub(crate) struct UnparsedParts {
    uri: Uri,
    headers: HeaderMap,
    body: Body,
}

/// Why an event is not a valid event of API Gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("the event's path and query are not a valid URI")]
    Target,
    #[error("the event's body is not valid base64")]
    Body,
}

impl UnparsedParts {
    /// Takes the parts out of an event.
    pub fn take(event: &mut ApiGatewayV2httpRequest) -> Result<Self, Malformed> {
        let path = event.raw_path.take().unwrap_or_default();
        let query = event.raw_query_string.take().unwrap_or_default();
        let slash = if path.starts_with('/') { "" } else { "/" };
        let mut target = format!("{slash}{}", utf8_percent_encode(&path, PATH));
        if !query.is_empty() {
            target.push('?');
            target.extend(utf8_percent_encode(&query, QUERY));
        }
        let body = match event.body.take() {
            None => Body::Empty,
            Some(text) if event.is_base64_encoded => {
                Body::Binary(STANDARD.decode(text).map_err(|_| Malformed::Body)?)
            }
            Some(text) => Body::Text(text),
        };
        let headers = std::mem::take(&mut event.headers);
        // Without a `Host` header, `lambda_http` would parse the domain name of the gateway.
        event.headers.insert(HOST, HeaderValue::from_static("localhost"));
        Ok(Self { uri: target.parse().map_err(|_| Malformed::Target)?, headers, body })
    }

    /// Adds the parts to the request. Keeps the cookies of the request, because an event lists
    /// cookies outside of `headers`.
    pub fn restore(self, mut request: Request) -> Request {
        let cookies = request.headers_mut().remove(COOKIE);
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.headers;
        *request.body_mut() = self.body;
        if let Some(cookies) = cookies {
            request.headers_mut().insert(COOKIE, cookies);
        }
        request
    }
}
