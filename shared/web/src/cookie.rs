//! Cookies that no other host can set or read: browsers take the prefix `__Host-` as the promise of `Secure`, `Path=/`
//! and no `Domain`.

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};

const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// The value of a request's one cookie of that name. Two of them mean that somebody planted one: neither is taken.
pub fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut ours = cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter(|(it, _)| *it == name)
        .map(|(_, value)| value);
    let one = ours.next()?;
    if ours.next().is_some() { None } else { Some(one) }
}

/// The `Set-Cookie` value that has a browser keep `value`, for so many seconds.
pub fn set(name: &str, value: &str, seconds: i64) -> HeaderValue {
    // Ids, hex digits and the attributes above are all that comes in, so the text always is a header value.
    let text = format!("{name}={value}; {ATTRIBUTES}; Max-Age={seconds}");
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}
