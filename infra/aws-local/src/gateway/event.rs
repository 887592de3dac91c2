//! Converts an HTTP request to the event that API Gateway sends to a function, in payload format
//! 2.0.
//!
//! Source: "Create AWS Lambda proxy integrations for HTTP APIs" in the API Gateway Developer Guide.

use std::collections::BTreeMap;

use axum::body::Bytes;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, Request, header};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::route::{Matched, decode};
use crate::template::ACCOUNT;

/// Header with which a local caller sets its IP address. API Gateway has no such header.
const SOURCE_IP: &str = "x-local-source-ip";

/// A request with its matched route.
#[derive(Debug)]
pub struct IncomingRequest<'a> {
    /// The request with its full body.
    pub request: &'a Request<Bytes>,
    /// The route that matches the request.
    pub matched: &'a Matched<'a>,
    /// Request ID that the gateway assigned.
    pub request_id: &'a str,
    /// Time of arrival by the local clock.
    pub now: Timestamp,
}

impl IncomingRequest<'_> {
    /// Builds the event for the function.
    pub fn event(&self) -> Value {
        let (request, headers) = (self.request, self.request.headers());
        let path = request.uri().path();
        let query = request.uri().query().unwrap_or_default();
        let host = text(headers, header::HOST.as_str()).or_else(|| request.uri().host().map(str::to_owned));
        let host = host.unwrap_or_else(|| "localhost".to_owned());
        let source_ip = text(headers, SOURCE_IP).unwrap_or_else(|| "127.0.0.1".to_owned());
        let mut event = json!({
            "version": "2.0",
            "routeKey": self.matched.route_key,
            "rawPath": path,
            "rawQueryString": query,
            "headers": forwarded(headers, &host, &source_ip),
            "requestContext": {
                "accountId": ACCOUNT,
                "apiId": "local",
                "domainName": host,
                "domainPrefix": host.split(['.', ':']).next().unwrap_or_default(),
                "http": {
                    "method": request.method().as_str(),
                    "path": path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": source_ip,
                    "userAgent": text(headers, header::USER_AGENT.as_str()).unwrap_or_default(),
                },
                "requestId": self.request_id,
                "routeKey": self.matched.route_key,
                "stage": "$default",
                "time": self.now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
                "timeEpoch": self.now.as_millisecond(),
            },
            "isBase64Encoded": false,
        });
        if let Some(event) = event.as_object_mut() {
            self.add_optional(event, query);
        }
        event
    }

    /// Adds the fields that API Gateway omits if the request does not have them.
    fn add_optional(&self, event: &mut Map<String, Value>, query: &str) {
        let cookies: Vec<&str> = self
            .request
            .headers()
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .map(str::trim)
            .filter(|cookie| !cookie.is_empty())
            .collect();
        if !cookies.is_empty() {
            event.insert("cookies".to_owned(), json!(cookies));
        }
        if !query.is_empty() {
            event.insert("queryStringParameters".to_owned(), json!(query_parameters(query)));
        }
        if !self.matched.parameters.is_empty() {
            let parameters: BTreeMap<_, _> = self.matched.parameters.iter().cloned().collect();
            event.insert("pathParameters".to_owned(), json!(parameters));
        }
        let body = self.request.body();
        if body.is_empty() {
            return;
        }
        let kind = text(self.request.headers(), header::CONTENT_TYPE.as_str()).unwrap_or_default();
        let body = match std::str::from_utf8(body) {
            Ok(body) if is_text(&kind) => json!(body),
            _ => {
                event.insert("isBase64Encoded".to_owned(), json!(true));
                json!(STANDARD.encode(body))
            }
        };
        event.insert("body".to_owned(), body);
    }
}

/// Returns the headers of the event: names in lowercase, repeated values joined by a comma, without
/// cookies, and with the headers that the gateway adds.
fn forwarded(headers: &HeaderMap, host: &str, source_ip: &str) -> BTreeMap<String, String> {
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        if name == header::COOKIE || name.as_str() == SOURCE_IP {
            continue;
        }
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        out.entry(name.as_str().to_owned())
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert(value);
    }
    let port = host.rsplit_once(':').map_or("80", |(_, port)| port);
    let chain = match out.get("x-forwarded-for") {
        Some(earlier) => format!("{earlier}, {source_ip}"),
        None => source_ip.to_owned(),
    };
    for (name, value) in [
        ("host", host),
        ("x-forwarded-for", &chain),
        ("x-forwarded-port", port),
        ("x-forwarded-proto", "http"),
    ] {
        out.insert(name.to_owned(), value.to_owned());
    }
    out
}

/// Decodes the query parameters. Repeated values are joined by a comma.
fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decode(&value.replace('+', " "));
        out.entry(decode(&name.replace('+', " ")))
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert(value);
    }
    out
}

/// Returns whether the gateway passes a body of this content type to the function as text. It
/// encodes all other bodies, and bodies without a content type, in base64.
fn is_text(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.starts_with("text/")
        || kind.ends_with("+json")
        || matches!(kind.as_str(), "application/json" | "application/xml" | "application/javascript")
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(request: &Request<Bytes>, key: &str, parameters: &[(&str, &str)]) -> Value {
        let parameters =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let matched = Matched { function: "f", route_key: key.to_owned(), parameters };
        let now = "2026-01-22T09:05:03.250Z".parse().unwrap();
        IncomingRequest { request, matched: &matched, request_id: "JKJaXmPLvHcESHA=", now }.event()
    }

    #[test]
    fn request_becomes_the_recorded_event() {
        let request = Request::builder()
            .method("POST")
            .uri("/login/a%20b?next=%2Fdashboard&x=1&x=2&flag")
            .header("Host", "localhost:8484")
            .header("User-Agent", "curl/8.5")
            .header("Accept", "text/html")
            .header("Accept", "*/*")
            .header("Cookie", "a=1; b=2")
            .header("X-Local-Source-Ip", "203.0.113.7")
            .header("X-Forwarded-For", "10.0.0.1")
            .header("Content-Type", "application/json; charset=utf-8")
            .body(Bytes::from_static(b"{\"n\":1}"))
            .unwrap();
        let recorded: Value = serde_json::from_str(include_str!("recorded.json")).unwrap();
        assert_eq!(event(&request, "POST /login/{token}", &[("token", "a b")]), recorded);
    }

    #[test]
    fn minimal_request_has_no_empty_fields() {
        let request = Request::builder().uri("/").body(Bytes::new()).unwrap();
        let event = event(&request, "GET /", &[]);
        for absent in ["body", "cookies", "pathParameters", "queryStringParameters"] {
            assert_eq!(event.get(absent), None, "{absent}");
        }
        assert_eq!(event.pointer("/requestContext/domainName"), Some(&json!("localhost")));
    }

    #[test]
    fn bodies_are_text_only_for_text_types() {
        for (kind, text) in [
            (Some("text/plain"), true),
            (Some("application/json"), true),
            (Some("application/problem+json"), true),
            (Some("Application/XML"), true),
            (Some("application/javascript"), true),
            (Some("application/x-www-form-urlencoded"), false),
            (Some("multipart/form-data; boundary=x"), false),
            (Some("application/octet-stream"), false),
            (None, false),
        ] {
            let mut request = Request::builder().method("POST").uri("/");
            if let Some(kind) = kind {
                request = request.header("content-type", kind);
            }
            let event = event(&request.body(Bytes::from_static(b"a=1")).unwrap(), "$default", &[]);
            assert_eq!(event.get("isBase64Encoded"), Some(&json!(!text)), "{kind:?}");
            assert_eq!(event.get("body"), Some(&json!(if text { "a=1" } else { "YT0x" })), "{kind:?}");
        }
    }
}
