//! What `lambda_http` would trip over, carried around it.
//!
//! It puts host, scheme and path through a URL parser, which folds `%2e%2e` into another path than the one that API
//! Gateway matched, and it takes for granted that the parser, the query and the body's base64 hold: a caller's odd
//! `Host` would end the process. So the event goes through it without them, and the request gets them afterwards.

use axum::http::{
    HeaderMap, HeaderValue, Uri,
    header::{COOKIE, HOST},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use lambda_http::{Body, Request, aws_lambda_events::apigw::ApiGatewayV2httpRequest};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What cannot stand in a query as it is.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'#');
/// What cannot stand in a path as it is. A percent sign can: it begins what is escaped already.
const PATH: &AsciiSet = &QUERY.add(b'?').add(b'`').add(b'{').add(b'}').add(b'\\').add(b'^').add(b'|');

/// The parts of an event that are read here.
#[derive(Debug, Default)]
pub(crate) struct RequestContext {
    uri: Uri,
    headers: HeaderMap,
    body: Body,
}

/// Why an event is none of API Gateway's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("the event's path and query make no address")]
    Target,
    #[error("the event's body is not the base64 that it is said to be")]
    Body,
}

impl RequestContext {
    /// Takes them out of an event.
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
        // Otherwise the parser is given the gateway's word for the host.
        event.headers.insert(HOST, HeaderValue::from_static("localhost"));
        Ok(Self { uri: target.parse().map_err(|_| Malformed::Target)?, headers, body })
    }

    /// Gives them to the request that became of the event. Cookies, which travel apart from the headers, stay.
    pub fn put_back(self, mut request: Request) -> Request {
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
