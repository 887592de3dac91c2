//! Cookies for browsers that drop `Secure` cookies on `http://localhost`.
//!
//! API Gateway is only reachable over HTTPS, so the functions set `Secure` cookies whose names
//! start with `__Host-`. Chrome and Firefox keep them on `http://localhost`, because they treat
//! that origin as trustworthy. WebKit, the engine of Safari, drops these cookies. To a WebKit
//! browser, the gateway therefore sends the same cookies with the prefix `Local-` and without
//! `Secure`. In requests, it restores the names that the functions set.

use axum::body::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, header};

/// Prefix that browsers accept only together with `Secure` (RFC 6265bis, section 4.1.3.2).
const SECURE: &str = "__Host-";
/// Prefix of the same cookie without `Secure`.
const PLAIN: &str = "Local-";

/// Returns whether the browser drops `Secure` cookies on `http://localhost`. The `User-Agent` of
/// all WebKit browsers contains `AppleWebKit`. The `User-Agent` of Chromium browsers contains both
/// `AppleWebKit` and `Chrome`.
pub(super) fn drops_secure(headers: &HeaderMap) -> bool {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    agent.contains("AppleWebKit/") && !agent.contains("Chrome/")
}

/// Renames the cookies of the request to the names that the functions set.
pub(super) fn restore_names(request: &mut Request<Bytes>) {
    rewrite(request.headers_mut(), &header::COOKIE, |line| {
        let cookies = line.split(';').map(|cookie| renamed(cookie.trim(), PLAIN, SECURE));
        cookies.collect::<Vec<_>>().join("; ")
    });
}

/// Renames the cookies of the response and removes `Secure`, so that the browser keeps them.
pub(super) fn drop_secure(response: &mut Response<Bytes>) {
    rewrite(response.headers_mut(), &header::SET_COOKIE, |line| {
        let attributes = line.split(';').map(str::trim).filter(|it| !it.eq_ignore_ascii_case("Secure"));
        renamed(&attributes.collect::<Vec<_>>().join("; "), SECURE, PLAIN)
    });
}

fn renamed(cookie: &str, from: &str, to: &str) -> String {
    cookie.strip_prefix(from).map_or_else(|| cookie.to_owned(), |rest| format!("{to}{rest}"))
}

fn rewrite(headers: &mut HeaderMap, name: &header::HeaderName, line: impl Fn(&str) -> String) {
    let lines: Vec<HeaderValue> = headers
        .get_all(name)
        .iter()
        .map(|value| {
            let rewritten = value.to_str().ok().and_then(|text| HeaderValue::from_str(&line(text)).ok());
            rewritten.unwrap_or_else(|| value.clone())
        })
        .collect();
    headers.remove(name);
    for value in lines {
        headers.append(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_webkit_drops_secure_cookies() {
        for (agent, drops) in [
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                true,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1",
                true,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                false,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36",
                false,
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", false),
            ("curl/8.5", false),
        ] {
            let headers = HeaderMap::from_iter([(header::USER_AGENT, HeaderValue::from_static(agent))]);
            assert_eq!(drops_secure(&headers), drops, "{agent}");
        }
        assert!(!drops_secure(&HeaderMap::new()));
    }

    #[test]
    fn cookies_are_renamed_in_both_directions() {
        let mut response = Response::new(Bytes::new());
        for cookie in ["__Host-s=a.b; Path=/; Secure; HttpOnly; Max-Age=9", "other=1; Path=/"] {
            response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static(cookie));
        }
        drop_secure(&mut response);
        let set: Vec<_> = response.headers().get_all(header::SET_COOKIE).iter().collect();
        assert_eq!(set, ["Local-s=a.b; Path=/; HttpOnly; Max-Age=9", "other=1; Path=/"]);
        let mut request =
            Request::builder().header("cookie", "Local-s=a.b; other=1").body(Bytes::new()).unwrap();
        restore_names(&mut request);
        assert_eq!(request.headers()["cookie"], "__Host-s=a.b; other=1");
    }
}
