//! Cookies with the prefix `__Host-`.
//!
//! Browsers accept a cookie with this prefix only with `Secure`, `Path=/`, and no `Domain` (RFC
//! 6265bis). So no other host can set or read the cookie.

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};

const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// Returns the value of the cookie `name`.
///
/// Returns `None` if the request does not have this cookie. Also returns `None` if the request has
/// several cookies with this name, because an attacker may have set one of them.
pub fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut values = cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter(|(it, _)| *it == name)
        .map(|(_, value)| value);
    let value = values.next()?;
    if values.next().is_some() { None } else { Some(value) }
}

/// Returns the `Set-Cookie` value that stores `value` for a number of seconds.
pub fn set(name: &str, value: &str, seconds: i64) -> HeaderValue {
    // Callers pass only IDs, hex digits, and constants, so the text is always a valid header value.
    let text = format!("{name}={value}; {ATTRIBUTES}; Max-Age={seconds}");
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}
