//! Facts about a request that API Gateway provides: origin, source IP, request id, and route.

use std::sync::Arc;

use axum::http::{Extensions, HeaderMap, Request, header::HOST};

use crate::lambda::request::GatewayContext;

/// The configured origin at which browsers reach the stage.
///
/// [`secure`](crate::secure()) adds it to each request as an extension.
#[derive(Clone, Debug)]
pub(crate) struct PublicUrl(pub(crate) Arc<str>);

/// Returns the stage's origin as the caller sees it, such as `https://onramp.example.com`.
///
/// The origin is `PUBLIC_URL` if this variable is configured. Behind a proxy, the domain of the
/// request is not the domain that the browser uses. Without `PUBLIC_URL`, the origin has the domain
/// of the gateway, and the port of the `Host` header if that header has the same domain. The scheme
/// is `http` only for loopback, which has no certificate.
pub fn origin<B>(request: &Request<B>) -> String {
    origin_of_parts(request.headers(), request.extensions())
}

/// Returns the same origin as [`origin`], from the headers and the extensions of a request.
pub fn origin_of_parts(headers: &HeaderMap, extensions: &Extensions) -> String {
    if let Some(PublicUrl(url)) = extensions.get() {
        return url.to_string();
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let host = match gateway(extensions).and_then(|gateway| gateway.domain_name.as_deref()) {
        Some(domain) if name(domain) != name(host) => domain,
        _ => host,
    };
    let scheme = if is_loopback(name(host)) { "http" } else { "https" };
    format!("{scheme}://{host}")
}

/// Returns the origin of an absolute URL.
///
/// Returns `None` if the scheme is not `http` or `https`, or if the origin contains characters that
/// could change a content security policy.
pub(crate) fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
    let good = matches!(scheme, "https" | "http") && !host.is_empty() && host.bytes().all(plain);
    good.then(|| format!("{scheme}://{host}"))
}

/// Returns the caller's IP address as the gateway reports it, or `unknown`.
///
/// This function ignores `X-Forwarded-For`, because any caller can set that header.
pub fn source_ip(extensions: &Extensions) -> String {
    gateway(extensions)
        .and_then(|gateway| gateway.http.source_ip.clone())
        .unwrap_or_else(|| "unknown".to_owned())
}

/// Returns the ID that logs and `x-request-id` contain: the request ID of Lambda, or of the gateway
/// if Lambda's ID is missing.
pub(crate) fn request_id(extensions: &Extensions) -> String {
    let invocation = extensions.get::<lambda_runtime::Context>().map(|context| context.request_id.as_str());
    let id = invocation.filter(|id| !id.is_empty());
    id.or_else(|| gateway(extensions)?.request_id.as_deref()).unwrap_or("unknown").to_owned()
}

/// Returns the route that the gateway matched, such as `POST /login/{token}`.
pub(crate) fn route(extensions: &Extensions) -> Option<&str> {
    gateway(extensions)?.route_key.as_deref()
}

fn gateway(extensions: &Extensions) -> Option<&GatewayContext> {
    extensions.get()
}

/// Returns a host without its port.
fn name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_loopback(name: &str) -> bool {
    name == "localhost" || name == "[::1]" || name.starts_with("127.") || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(domain: Option<&str>, host: &str) -> Request<()> {
        let mut request = Request::builder().header(HOST, host).body(()).unwrap();
        if let Some(domain) = domain {
            let context = serde_json::json!({
                "domainName": domain,
                "http": { "method": "GET", "sourceIp": "203.0.113.7" },
            });
            let context: GatewayContext = serde_json::from_value(context).unwrap();
            request.extensions_mut().insert(context);
        }
        request
    }

    #[test]
    fn gateway_domain_wins_and_http_is_for_loopback() {
        for (domain, host, expected) in [
            (Some("onramp.example.com"), "onramp.example.com", "https://onramp.example.com"),
            (Some("onramp.example.com"), "evil.example", "https://onramp.example.com"),
            (Some("onramp.example.com"), "", "https://onramp.example.com"),
            (Some("localhost"), "localhost:8484", "http://localhost:8484"),
            (Some("localhost:8484"), "localhost:8484", "http://localhost:8484"),
            (None, "127.0.0.1:8484", "http://127.0.0.1:8484"),
            (None, "[::1]:8484", "http://[::1]:8484"),
            (None, "onramp.example.com", "https://onramp.example.com"),
            (Some("localhost.evil.example"), "x", "https://localhost.evil.example"),
        ] {
            assert_eq!(origin(&request(domain, host)), expected, "{domain:?} {host}");
        }
    }

    #[test]
    fn configured_public_url_replaces_the_requests_domain() {
        let mut request = request(Some("abc.execute-api.us-east-1.amazonaws.com"), "onramp.example.com");
        request.extensions_mut().insert(PublicUrl("https://onramp.example.com".into()));
        assert_eq!(origin(&request), "https://onramp.example.com");
    }

    #[test]
    fn source_ip_is_the_gateways_value() {
        assert_eq!(source_ip(request(Some("onramp.example.com"), "x").extensions()), "203.0.113.7");
        assert_eq!(source_ip(request(None, "x").extensions()), "unknown");
    }
}
