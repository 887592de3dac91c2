//! Sessions in Stripe's responses: of Checkout, and of the billing portal.

use std::fmt;

use super::error::CallError;
use crate::read::Json;

/// Maximum length of a session id, in bytes. Ids in live mode are longer than other ids.
const MAX_ID_BYTES: usize = 255;

/// The id of a Checkout session, `cs_…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutId(String);

impl CheckoutId {
    /// Parses a nonempty id. Returns `None` for a text that is not safe in a URL path.
    fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        (text.len() <= MAX_ID_BYTES && text.bytes().all(plain)).then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CheckoutId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A Checkout session that was open when Stripe responded.
///
/// The session may have been completed or expired since then, because a repeated call with the same
/// idempotency key returns Stripe's first response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The id of the session.
    pub id: CheckoutId,
    /// The URL of the session's hosted page.
    pub url: String,
}

impl Checkout {
    pub(super) fn parse(session: Json<'_>) -> Result<Self, CallError> {
        let id = session.text(&["/id"]).and_then(CheckoutId::parse).ok_or(CallError::InvalidResponse)?;
        Ok(Self { id, url: hosted_page_url(session)? })
    }
}

/// Returns the URL of a session's hosted page. Rejects URLs with a scheme other than HTTP or HTTPS.
pub(super) fn hosted_page_url(session: Json<'_>) -> Result<String, CallError> {
    let url = session.text(&["/url"]).ok_or(CallError::InvalidResponse)?;
    let is_http = url.starts_with("https://") || url.starts_with("http://");
    if is_http { Ok(url.to_owned()) } else { Err(CallError::InvalidResponse) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use webhook_signature::json::Tree;

    use super::*;

    #[test]
    fn session_needs_a_safe_id_and_the_url_of_a_page() {
        let url = "https://checkout.stripe.com/c/pay/cs_1";
        let longest = "c".repeat(255);
        for (session, accepted) in [
            (json!({ "id": "cs_test_a1B2", "url": url }), true),
            (json!({ "id": longest, "url": url }), true),
            (json!({ "id": format!("{longest}c"), "url": url }), false),
            (json!({ "id": "cs/1", "url": url }), false),
            (json!({ "id": "", "url": url }), false),
            (json!({ "url": url }), false),
            (json!({ "id": "cs_1", "url": "http://localhost:8485/c/pay/cs_1" }), true),
            (json!({ "id": "cs_1", "url": "javascript:alert(1)" }), false),
            (json!({ "id": "cs_1", "url": null }), false),
        ] {
            assert_eq!(Checkout::parse(Json(&Tree::from(session.clone()))).is_ok(), accepted, "{session}");
        }
    }
}
