//! `/login/{token}`: a sign-in link.

use domain::{people::SIGN_IN_LINK_TTL, time::in_words};

pub const REQUESTED_ELSEWHERE: &str = "Requested in another browser";
/// The text before and after the time at which another browser requested the link.
pub const REQUESTED_AT: [&str; 2] =
    ["This link was requested in another browser at ", ". Continue only if that was you."];
pub const NOT_YOU: &str = "Not you? You can close this page. Nothing has changed.";
pub const TRY_AGAIN: &str = "You just used this link. Didn’t get in? Try again.";
pub const SEND_NEW: &str = "Send a new link";
pub const EXPIRED: &str = "This link has expired or was already used. Request a new one.";

pub fn title(product: &str) -> String {
    format!("Sign in to {product}")
}

pub fn expired_lead() -> String {
    let period = in_words(SIGN_IN_LINK_TTL);
    format!("Sign-in links can be used once within {period}. This one has expired or was already used.")
}

pub const fn lead(address: &str) -> [&str; 3] {
    ["This link signs you in as ", address, "."]
}
