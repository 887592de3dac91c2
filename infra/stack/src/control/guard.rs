//! Protects the control interface from the pages of other sites, because the interface shows emails
//! with sign-in links.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{Method, StatusCode, header};

use super::response::refuse;

/// Rejects requests under `/_local` that name a host other than this machine, and cross-site
/// requests with a method other than `GET` or `HEAD`.
///
/// Browsers report cross-site requests in `Sec-Fetch-Site`, and older browsers only in `Origin`.
/// The host check prevents DNS rebinding: an attacker can let a domain resolve to this machine. For
/// the browser, the attacker's page then has the same origin as the control interface.
pub(super) async fn reject_cross_site(request: Request, next: Next) -> Response {
    match refusal(&request) {
        Some(reason) => refuse(StatusCode::FORBIDDEN, [reason.to_owned()]),
        None => next.run(request).await,
    }
}

fn refusal(request: &Request) -> Option<&'static str> {
    if !request.uri().path().starts_with("/_local") {
        return None;
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let host = header(header::HOST.as_str()).unwrap_or("localhost");
    if !is_loopback(host) {
        return Some("the control interface is available on localhost only");
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let own = matches!(header("sec-fetch-site"), None | Some("same-origin" | "none"))
        && request.headers().get(header::ORIGIN).is_none_or(|origin| is_own(origin.as_bytes(), host));
    (!reads && !own).then_some("cross-site writes are not allowed")
}

/// Whether an origin is this server's own, which is always plain HTTP.
fn is_own(origin: &[u8], host: &str) -> bool {
    origin.strip_prefix(b"http://").is_some_and(|authority| authority.eq_ignore_ascii_case(host.as_bytes()))
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_loopback_accepts_only_this_machine() {
        for (host, expected) in [
            ("localhost:8484", true),
            ("127.0.0.1:8484", true),
            ("[::1]:8484", true),
            ("onramp.localhost", true),
            ("evil.example:8484", false),
            ("localhost.evil.example", false),
            ("192.168.0.4", false),
        ] {
            assert_eq!(is_loopback(host), expected, "{host}");
        }
    }
}
