//! Requests in the payload format 2.0 of API Gateway.

use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map::Entry},
};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, Request, Uri, header::COOKIE},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Deserialize, Deserializer};
use telemetry::JsonError;

/// The characters that must be escaped in a query.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'#');
/// The characters that must be escaped in a path. The set does not contain the percent sign,
/// because the gateway passes the path in its escaped form.
const PATH: &AsciiSet = &QUERY.add(b'?').add(b'`').add(b'{').add(b'}').add(b'\\').add(b'^').add(b'|');

/// A request in the payload format 2.0 of API Gateway.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewayRequest {
    raw_path: Option<String>,
    raw_query_string: Option<String>,
    /// Header values by the lowercase name of the header. The values of a repeated header are
    /// joined with commas.
    #[serde(default, deserialize_with = "lowercase_names")]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    request_context: Option<GatewayContext>,
}

/// Facts about a request that API Gateway provides. Each request to a router has them as an
/// extension.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GatewayContext {
    pub domain_name: Option<String>,
    pub request_id: Option<String>,
    pub route_key: Option<String>,
    pub http: HttpContext,
}

/// The part of [`GatewayContext`] that the gateway takes from the HTTP request.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HttpContext {
    method: String,
    pub source_ip: Option<String>,
}

/// Why an event is not a valid event of API Gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("the event is not an event of an HTTP API")]
    Context,
    #[error("the event's method is not valid")]
    Method,
    #[error("the event's path and query are not a valid URI")]
    Target,
    #[error("the event has an invalid header")]
    Header,
    #[error("the event's body is not valid base64")]
    Body,
}

/// Deserializes headers with lowercase names.
///
/// A gateway may keep uppercase letters that a client sent, but header names are case-insensitive
/// (RFC 9110, section 5.1). The values of a repeated header form one list (section 5.3).
fn lowercase_names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let received = BTreeMap::<String, String>::deserialize(deserializer)?;
    let mut headers = BTreeMap::<String, String>::new();
    for (name, value) in received {
        match headers.entry(name.to_ascii_lowercase()) {
            Entry::Vacant(entry) => {
                entry.insert(value);
            }
            Entry::Occupied(entry) => *entry.into_mut() += &format!(",{value}"),
        }
    }
    Ok(headers)
}

impl GatewayRequest {
    /// Parses the payload of an event.
    pub(crate) fn parse(payload: &str) -> Result<Self, JsonError> {
        serde_json::from_str(payload).map_err(JsonError::from)
    }

    /// Returns the value of a header, by its lowercase name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Returns the bytes of the body as the client sent them, or `None` if its base64 is invalid.
    #[must_use]
    pub fn body(&self) -> Option<Cow<'_, [u8]>> {
        let text = self.body.as_deref().unwrap_or_default();
        if self.is_base64_encoded {
            STANDARD.decode(text).ok().map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(text.as_bytes()))
        }
    }

    /// Converts the event to the request of a router.
    pub(crate) fn into_http(self) -> Result<Request<Body>, Malformed> {
        let mut request = Request::new(Body::from(self.body().ok_or(Malformed::Body)?.into_owned()));
        *request.uri_mut() = self.uri()?;
        let context = self.request_context.ok_or(Malformed::Context)?;
        *request.method_mut() =
            Method::from_bytes(context.http.method.as_bytes()).map_err(|_| Malformed::Method)?;
        let headers = request.headers_mut();
        for (name, value) in self.headers {
            let name = HeaderName::try_from(name).map_err(|_| Malformed::Header)?;
            headers.insert(name, HeaderValue::try_from(value).map_err(|_| Malformed::Header)?);
        }
        // The gateway lists cookies outside of the headers.
        if !self.cookies.is_empty()
            && let Ok(cookies) = HeaderValue::try_from(self.cookies.join("; "))
        {
            headers.insert(COOKIE, cookies);
        }
        request.extensions_mut().insert(context);
        Ok(request)
    }

    /// Returns the path and the query as the client sent them. A URL parser would treat `%2e%2e` as
    /// `..`, so the path would differ from the path for which API Gateway selected the route.
    fn uri(&self) -> Result<Uri, Malformed> {
        let path = self.raw_path.as_deref().unwrap_or_default();
        let query = self.raw_query_string.as_deref().unwrap_or_default();
        let slash = if path.starts_with('/') { "" } else { "/" };
        let mut target = format!("{slash}{}", utf8_percent_encode(path, PATH));
        if !query.is_empty() {
            target.push('?');
            target.extend(utf8_percent_encode(query, QUERY));
        }
        target.parse().map_err(|_| Malformed::Target)
    }
}
